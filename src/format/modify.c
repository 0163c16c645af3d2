#include "base/ak.h"

#include "base/crypto.h"
#include "format/convert.h"
#include "redact/redact.h"

/* The steps of a rule that turn text into text. */

/* Element n of the text, from 1; negative counts from the end. False when there is no such element. */
static bool take(struct ak_str text, char by, int n, struct ak_str *out)
{
	int count = 1, want;

	for (size_t i = 0; i < text.n; i++)
		count += text.p[i] == by;
	want = n > 0 ? n : count + 1 + n;
	if (want < 1 || want > count)
		return false;
	for (int i = 1; i < want; i++) {
		size_t at = ak_str_find(text, by) + 1;

		text = ak_str_n(text.p + at, text.n - at);
	}
	*out = ak_str_trim(ak_str_n(text.p, ak_str_find(text, by)));
	return true;
}

static struct ak_str lowered(struct ak_arena *a, struct ak_str s)
{
	char *p = ak_arena_alloc(a, s.n + 1);

	for (size_t i = 0; i < s.n; i++)
		p[i] = ak_lower(s.p[i]);
	p[s.n] = '\0';
	return ak_str_n(p, s.n);
}

/* Without a redactor, as for a sample, one that knows what is built in. */
bool ak_convert_folds(struct ak_convert *c, struct ak_str s)
{
	if (!c->redactor)
		c->redactor = c->throwaway = ak_redactor_throwaway();
	return ak_redact_folds(c->redactor, s, c->scratch);
}

void ak_convert_release(struct ak_convert *c)
{
	ak_buf_release(&c->buf);
	ak_redactor_free(c->throwaway);
}

static bool is_hex(struct ak_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!ak_is_hex((unsigned char)s.p[i]))
			return false;
	return true;
}

/* W3C Trace Context: version "-" trace id "-" parent id "-" flags. */
static bool traceparent(struct ak_str s, enum ak_traceparent part, struct ak_str *out)
{
	if (s.n < 55 || s.p[2] != '-' || s.p[35] != '-' || s.p[52] != '-' || ak_str_eq_fold(ak_str_n(s.p, 2), AK_STR("ff")))
		return false;
	*out = part == AK_TP_TRACE ? ak_str_n(s.p + 3, 32) : ak_str_n(s.p + 36, 16);
	return is_hex(*out) && strspn(out->p, "0") < out->n;
}

/* OTLP ids are hex in OTLP/JSON and base64 in protojson dumps: lower-case hex of exactly `bytes` bytes. */
static bool hex_or_base64(struct ak_arena *a, struct ak_str s, int bytes, struct ak_str *out)
{
	uint8_t raw[68]; /* room for the surplus byte that tells a too long one */
	size_t n;
	char *hex;

	if (s.n == 2 * (size_t)bytes && is_hex(s)) {
		*out = lowered(a, s);
		return true;
	}
	if (s.n > 88 || !ak_unbase64(s, raw, sizeof(raw), &n) || n != (size_t)bytes)
		return false;
	hex = ak_arena_alloc(a, 2 * n + 1);
	ak_hex(raw, n, hex);
	*out = ak_str_n(hex, 2 * n);
	return true;
}

int ak_convert_text(struct ak_convert *c, const struct ak_rule *r, struct ak_str *text)
{
	struct ak_str s = *text;

	if (r->take && !take(s, r->split.p[0], r->take, &s))
		return AK_ABSENT_NULL;
	if (r->strip.n && ak_str_starts(s, r->strip))
		s = ak_str_n(s.p + r->strip.n, s.n - r->strip.n);
	if (r->lower && ak_convert_folds(c, s))
		s = lowered(c->scratch, s);
	if (r->traceparent && !traceparent(s, r->traceparent, &s))
		return AK_ABSENT_INVALID;
	if (ak_mapping_is_sentinel(c->m, s))
		return AK_ABSENT_SENTINEL;
	if (r->hex_bytes && !hex_or_base64(c->scratch, s, r->hex_bytes, &s))
		return AK_ABSENT_INVALID;
	if (r->table) {
		const struct ak_str *to = ak_enum_find(r->table, s);

		if (!to)
			return AK_ABSENT_INVALID;
		s = *to;
	}
	*text = s;
	return AK_GOT;
}
