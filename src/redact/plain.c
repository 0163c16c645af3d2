/* Step 1 of one value: secrets become markers. */
#include "base/ak.h"
#include "redact/value.h"

#include "base/limits.h"
#include "base/text.h"
#include "redact/marker.h"
#include "redact/personal.h"

enum { MOST_ROUNDS = 8 };

static const char cut_mark[] = "[CUT]";

/* Replaces the hits that are not allowed. */
static struct ak_str replace(const struct ak_pass *p, struct ak_str s, const struct ak_hits *h)
{
	struct ak_buf b;
	size_t at = 0;

	ak_buf_init(&b, s.n + h->n * 128 + 1);
	for (size_t i = 0; i < h->n; i++) {
		char fp[AK_TOKEN_HEX + 1];

		if (ak_redactor_allows(p->r, h->v[i].secret, fp))
			continue;
		ak_buf_add(&b, s.p + at, h->v[i].from - at);
		ak_buf_addf(&b, "[REDACTED:%s:%s:%s]", h->v[i].kind, p->r->kid, fp);
		at = h->v[i].to;
		ak_pass_count(p, h->v[i].kind, h->v[i].key_id ? AK_ACT_HASHED : AK_ACT_REMOVED);
	}
	ak_buf_add(&b, s.p + at, s.n - at);
	s = ak_arena_str(p->a, ak_buf_str(&b));
	ak_buf_release(&b);
	return s;
}

static struct ak_str whole(const struct ak_pass *p, const char *kind, struct ak_str s)
{
	char fp[AK_TOKEN_HEX + 1];

	if (ak_redactor_allows(p->r, s, fp))
		return s;
	ak_pass_count(p, kind, AK_ACT_REMOVED);
	return ak_redactor_marker(p->r, kind, s, p->a);
}

static void see_bare(const struct ak_pass *p, bool bare)
{
	if (p->seen_bare)
		*p->seen_bare = bare;
}

/* A marker may bring into reach what was not hit before: until nothing is hit any more. */
struct ak_str ak_value_secrets(const struct ak_pass *p, struct ak_str s)
{
	struct ak_str before;
	struct ak_hits h;

	if (ak_scan_is_clear(&p->r->scanner, s)) {
		see_bare(p, true);
		return s;
	}
	for (int round = 0; round < MOST_ROUNDS; round++) {
		before = s;
		ak_scan(&p->r->scanner, s, true, p->a, &h);
		if (h.n)
			s = replace(p, s, &h);
		see_bare(p, h.bare && round == 0);
		if (!h.n || ak_str_eq(s, before))
			return s;
	}
	return whole(p, "nested_encoding", s);
}

bool ak_redact_folds(const struct ak_redactor *r, struct ak_str s, struct ak_arena *scratch)
{
	enum { SHORTEST = 16 }; /* of built-in secrets that their capitals give away */
	struct ak_hits h;

	if ((s.n < SHORTEST && !r->own) || !ak_charset_any(s, AK_CS_UPPER | AK_CS_ESCAPE) || ak_scan_is_clear(&r->scanner, s))
		return true;
	ak_scan(&r->scanner, s, true, scratch, &h);
	return h.n == 0;
}

/* A place at or before n where neither a character nor a marker nor a network is torn: what is left of one reads as an address. */
static size_t whole_before(const struct ak_redactor *r, struct ak_str s, size_t n)
{
	size_t back = n > 128 ? n - 128 : 0;

	for (size_t i = back; i < n; i++)
		if (ak_marker_end(s, i) > n || ak_personal_network_end(r, s, i) > n)
			return i;
	while (n > 0 && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	return n;
}

struct ak_str ak_value_cut(const struct ak_pass *p, struct ak_str s)
{
	if (s.n <= AK_MAX_KEPT_VALUE_BYTES)
		return s;
	ak_pass_count(p, "too_long", AK_ACT_REMOVED);
	if (p->truncated)
		*p->truncated = true;
	s.n = whole_before(p->r, s, AK_MAX_KEPT_VALUE_BYTES - sizeof(cut_mark));
	return ak_arena_printf(p->a, "%.*s%s", AK_STR_FMT(s), cut_mark);
}

struct ak_str ak_value_plain_secrets(const struct ak_pass *p, struct ak_str s)
{
	return ak_value_cut(p, ak_value_secrets(p, s));
}

/* An id that looks like a bearer key never survives, whatever its length (R-STR-3). */
struct ak_str ak_value_id_secrets(const struct ak_pass *p, struct ak_str s)
{
	struct ak_str out = ak_value_plain_secrets(p, s);

	if (out.n > 3 && ak_str_starts(out, AK_STR("sk-")) && !ak_value_is_masked(out))
		return whole(p, "sk_key", s);
	return out;
}

/* Stars or dots, and behind or before them most of it: `hunter2***`. */
static bool shows_much(struct ak_str s) { return ak_marker_is_mask(s) && !ak_marker_hides(s); }

struct ak_str ak_value_inner_secrets(const struct ak_pass *p, enum ak_name_class name, struct ak_str s)
{
	struct ak_str out;

	if (name != AK_NAME_WEAK && name != AK_NAME_STRONG) {
		out = ak_value_plain_secrets(p, s);
		return ak_utf8_valid(out) == out.n ? out : ak_value_kept(p, out);
	}
	if (s.n == 0 || ak_value_is_digest(s) || ak_marker_is(s) || ak_marker_is_token(s) || (ak_value_is_masked(s) && !shows_much(s)))
		return s;
	out = ak_value_secrets(p, s);
	return ak_marker_is(out) ? out : whole(p, "named_secret", s);
}
