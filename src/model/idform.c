#include "base/ak.h"
#include "model/idform.h"

#include "base/crypto.h"

enum { UUID = 36, TRACE = 32, SPAN = 16, TRACEPARENT = 55 };
enum { LONGEST_WORD = 11 }; /* of those that say nil */

static bool all_hex(struct ak_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!ak_is_hex((unsigned char)s.p[i]))
			return false;
	return s.n > 0;
}

static bool is_dash(size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

static bool is_uuid(struct ak_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (is_dash(i) ? s.p[i] != '-' : !ak_is_hex((unsigned char)s.p[i]))
			return false;
	return s.n == UUID;
}

static struct ak_str lowered(struct ak_str s, char *buf)
{
	for (size_t i = 0; i < s.n; i++)
		buf[i] = ak_lower(s.p[i]);
	return ak_str_n(buf, s.n);
}

/* version "-" trace id "-" parent id "-" flags: W3C Trace Context, 2021-11-23; version ff is invalid. */
static bool of_traceparent(enum ak_field_id f, struct ak_str s, char *buf, struct ak_str *out)
{
	struct ak_str part;

	if (s.n < TRACEPARENT || s.p[2] != '-' || s.p[35] != '-' || s.p[52] != '-' || !all_hex(ak_str_n(s.p, 2)) ||
	    ak_str_eq_fold(ak_str_n(s.p, 2), AK_STR("ff")))
		return false;
	part = f == AK_F_TRACE_ID ? ak_str_n(s.p + 3, TRACE) : ak_str_n(s.p + 36, SPAN);
	if (!all_hex(part))
		return false;
	*out = lowered(part, buf);
	return true;
}

static bool of_base64(struct ak_str s, size_t bytes, char *buf, struct ak_str *out)
{
	uint8_t raw[20];
	size_t n;

	if (s.n != (bytes + 2) / 3 * 4 || s.p[s.n - 1] != '=' || !ak_unbase64(s, raw, sizeof(raw), &n) || n != bytes)
		return false;
	ak_hex(raw, n, buf);
	*out = ak_str_n(buf, 2 * n);
	return true;
}

/* "litellm:custom_llm_provider:P;model_id:M;response_id:ID" in base64 behind "resp_" (LiteLLM, responses_api utils, 2026-08). */
static bool of_packed(struct ak_str s, char *buf, struct ak_str *out)
{
	static const struct ak_str head = AK_STR("litellm:"), mark = AK_STR("response_id:");
	uint8_t raw[AK_ID_FORM];
	size_t n, from;

	if (s.n < 5 + 24 || !ak_str_starts(s, AK_STR("resp_bGl0ZWxsbT")) ||
	    !ak_unbase64(ak_str_n(s.p + 5, s.n - 5), raw, sizeof(raw), &n) || n <= head.n || memcmp(raw, head.p, head.n) != 0)
		return false;
	for (from = head.n; from + mark.n < n && memcmp(raw + from, mark.p, mark.n) != 0; from++)
		;
	if (from + mark.n >= n)
		return false;
	from += mark.n;
	memcpy(buf, raw + from, n - from);
	*out = ak_str_n(buf, n - from);
	for (size_t i = 0; i < out->n; i++)
		if (!ak_is_alnum((unsigned char)buf[i]) && buf[i] != '-' && buf[i] != '_')
			return false;
	return out->n >= 8;
}

bool ak_id_plain(enum ak_field_id f, struct ak_str text, char buf[AK_ID_FORM], struct ak_str *plain)
{
	bool trace = f == AK_F_TRACE_ID, span = f == AK_F_SPAN_ID;
	size_t bytes = trace ? TRACE / 2 : SPAN / 2;

	if (text.n >= AK_ID_FORM)
		return false;
	if ((trace || span) && of_traceparent(f, text, buf, plain))
		return true;
	if ((trace || span) && of_base64(text, bytes, buf, plain))
		return true;
	if ((text.n == (span ? SPAN : TRACE) && all_hex(text)) || is_uuid(text))
		*plain = lowered(text, buf);
	else if (!of_packed(text, buf, plain))
		return false;
	return !ak_str_eq(*plain, text);
}

bool ak_id_twin(enum ak_field_id f, struct ak_str text, char buf[AK_ID_FORM], struct ak_str *twin)
{
	size_t n = 0;

	if (f != AK_F_TRACE_ID)
		return false;
	if (text.n == TRACE && all_hex(text)) {
		for (size_t i = 0; i < text.n; i++) {
			if (is_dash(n))
				buf[n++] = '-';
			buf[n++] = ak_lower(text.p[i]);
		}
	} else if (is_uuid(text)) {
		for (size_t i = 0; i < text.n; i++)
			if (!is_dash(i))
				buf[n++] = ak_lower(text.p[i]);
	}
	*twin = ak_str_n(buf, n);
	return n > 0;
}

bool ak_id_form(struct ak_str text, int which, char buf[AK_ID_FORM], struct ak_str *form)
{
	static const enum ak_field_id as[] = {AK_F_TRACE_ID, AK_F_SPAN_ID, AK_F_REQUEST_ID};
	char plain_buf[AK_ID_FORM];
	struct ak_str plain = text;

	for (size_t i = 0; i < AK_COUNT(as) && plain.p == text.p; i++)
		ak_id_plain(as[i], text, which == 1 ? buf : plain_buf, &plain);
	if (which == 1)
		*form = plain;
	else if (!ak_id_twin(AK_F_TRACE_ID, plain, buf, form))
		return false;
	return form->p != text.p && !ak_str_eq(*form, text);
}

bool ak_id_same(struct ak_str a, struct ak_str b)
{
	char buf[4][AK_ID_FORM];
	struct ak_str x[3] = {a}, y[3] = {b};
	size_t n = 1, m = 1;

	if (ak_str_eq(a, b))
		return true;
	for (int which = 1; which <= 2; which++) {
		n += ak_id_form(a, which, buf[which - 1], &x[n]);
		m += ak_id_form(b, which, buf[which + 1], &y[m]);
	}
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < m; k++)
			if (ak_str_eq(x[i], y[k]))
				return true;
	return false;
}

bool ak_id_is_nil(struct ak_str text)
{
	static const char *const words[] = {"none", "null", "nil", "n/a", "na", "undefined", "unknown", "unspecified", "nan", "-", "0"};
	size_t i;

	for (i = 0; i < text.n && (text.p[i] == '0' || text.p[i] == '-'); i++)
		;
	if (i == text.n)
		return true;
	for (i = 0; text.n <= LONGEST_WORD && i < AK_COUNT(words); i++)
		if (ak_str_eq_fold(text, ak_str_of(words[i])))
			return true;
	return of_traceparent(AK_F_TRACE_ID, text, (char[AK_ID_FORM]){0}, &text) && strspn(text.p, "0") >= TRACE;
}
