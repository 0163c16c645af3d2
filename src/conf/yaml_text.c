#include "base/ak.h"
#include "conf/yaml.h"

#include "base/text.h"

/* Bytes that mean nothing to YAML inside a plain scalar, in block and in flow style. */
static bool is_plain_byte(unsigned char c)
{
	return ak_is_alnum(c) || (c && strchr(" ._/*@+-=~", c));
}

/* Plain, it would be read back as another type. */
static bool is_typed(struct ak_str s)
{
	static const char *const words[] = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"};

	for (size_t i = 0; i < AK_COUNT(words); i++)
		if (ak_str_eq_fold(s, ak_str_of(words[i])))
			return true;
	/* Numbers of all notations, dates and times begin so; readers differ in which of them they know. */
	if (s.p[0] == '.' && s.n > 1)
		return (s.p[1] != '.' && s.p[1] != '/') || ak_str_starts(s, AK_STR("..."));
	return ak_is_digit((unsigned char)s.p[0]);
}

static bool fits_plain(struct ak_str s)
{
	if (s.n == 0 || is_typed(s) || s.p[s.n - 1] == ' ' || (!ak_is_alnum((unsigned char)s.p[0]) && !strchr("./", s.p[0])))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_plain_byte((unsigned char)s.p[i]))
			return false;
	return true;
}

/* As itself, where every reader takes it and a person sees it. */
static void add_point(struct ak_buf *out, uint32_t c, struct ak_str bytes)
{
	bool refused = c < 0x20 || (c >= 0x7f && c < 0xa0) || (c & 0xfffe) == 0xfffe;

	if (c == '"' || c == '\\')
		ak_buf_addf(out, "\\%c", (char)c);
	else if (!refused && !ak_text_is_hidden(c))
		ak_buf_addstr(out, c == 0xfffd ? AK_STR("\xEF\xBF\xBD") : bytes);
	else if (c < 0x100)
		ak_buf_addf(out, "\\x%02x", c);
	else if (c < 0x10000)
		ak_buf_addf(out, "\\u%04x", c);
	else
		ak_buf_addf(out, "\\U%08x", c);
}

void ak_yaml_add_text(struct ak_buf *out, struct ak_str s)
{
	if (fits_plain(s)) {
		ak_buf_addstr(out, s);
		return;
	}
	ak_buf_addc(out, '"');
	for (size_t i = 0; i < s.n;) {
		size_t from = i;
		uint32_t c = ak_utf8_next(s, &i);

		add_point(out, c, ak_str_n(s.p + from, i - from));
	}
	ak_buf_addc(out, '"');
}
