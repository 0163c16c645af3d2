/* The look for what should not be there: in the files of a packet, and in names that were cut out of a text. */
#include "base/ak.h"
#include "redact/redact.h"

#include "redact/email.h"
#include "redact/marker.h"
#include "redact/personal.h"
#include "redact/veiled.h"

/* Beside a word, 32 hex digits are some provider's key; behind the head of a token they are a token. */
static bool is_token(struct ak_str s, size_t from, size_t to)
{
	enum { SHORTEST = 3, LONGEST = 6 };

	if (ak_marker_is_token(ak_str_n(s.p + from, to - from)))
		return true;
	for (size_t n = SHORTEST; n <= LONGEST && n <= from; n++)
		if (ak_marker_token_head(ak_str_n(s.p + from - n, s.n - from + n)) == n && to == from + AK_TOKEN_HEX)
			return true;
	return false;
}

static bool first_secret(const struct ak_redactor *r, struct ak_str s, bool contexts, struct ak_audit_find *out)
{
	struct ak_arena a;
	struct ak_hits h;
	size_t i;

	ak_arena_init(&a);
	ak_scan(&r->scanner, s, contexts, &a, &h);
	for (i = 0; i < h.n; i++)
		if (!is_token(s, h.v[i].from, h.v[i].to) && !ak_redactor_lets(r, h.v[i].secret, out->fingerprint))
			break;
	if (i < h.n) {
		out->from = h.v[i].from;
		out->to = h.v[i].to;
		out->kind = h.v[i].kind;
	}
	ak_arena_release(&a);
	return i < h.n;
}

static bool first_personal(const struct ak_redactor *r, struct ak_str s, ak_audit_let *let, void *ctx, struct ak_audit_find *out)
{
	struct ak_personal_hit h;

	for (size_t i = 0; ak_personal_find(r, s, i, AK_FIND_AUDIT, &h); i = h.to) {
		if (ak_redactor_lets(r, ak_str_n(s.p + h.from, h.to - h.from), out->fingerprint) || (let && let(ctx, s, h.from, h.to)))
			continue;
		out->from = h.from;
		out->to = h.to;
		out->kind = h.finder->kind;
		out->personal = true;
		return true;
	}
	return false;
}

static bool first_email(const struct ak_redactor *r, struct ak_str s, struct ak_audit_find *out)
{
	size_t from, to;

	out->kind = "email";
	if (!ak_email_find(r, s, 0, &out->from, &out->to))
		return ak_veiled_email(r, s, &out->from, &out->to);
	if (ak_veiled_email(r, s, &from, &to) && from < out->from) {
		out->from = from;
		out->to = to;
	}
	return true;
}

static bool first_of_all(const struct ak_redactor *r, struct ak_str s, bool contexts, ak_audit_let *let, void *ctx, struct ak_audit_find *out)
{
	struct ak_audit_find f[3] = {{.from = 0}};
	const bool hit[] = {first_secret(r, s, contexts, &f[0]), first_email(r, s, &f[1]), first_personal(r, s, let, ctx, &f[2])};
	int first = -1;

	for (int i = 0; i < 3; i++)
		if (hit[i] && (first < 0 || f[i].from < f[first].from))
			first = i;
	if (first >= 0)
		*out = f[first];
	return first >= 0;
}

bool ak_redact_audit(const struct ak_redactor *r, struct ak_str s, ak_audit_let *let, void *ctx, struct ak_audit_find *out)
{
	return first_of_all(r, s, true, let, ctx, out);
}

bool ak_redact_scan(const struct ak_redactor *r, struct ak_str s, size_t *at, const char **kind)
{
	struct ak_audit_find f;

	if (!first_of_all(r, s, false, NULL, NULL, &f))
		return false;
	*at = f.from;
	*kind = f.kind;
	return true;
}

bool ak_redact_secret(const struct ak_redactor *r, struct ak_str s, size_t *at, const char **kind)
{
	struct ak_audit_find f;

	if (!first_secret(r, s, false, &f))
		return false;
	*at = f.from;
	*kind = f.kind;
	return true;
}
