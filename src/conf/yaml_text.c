#include "base/ak.h"
#include "conf/yaml.h"

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
	for (size_t i = 0; i < s.n; i++)
		if (!ak_is_digit((unsigned char)s.p[i]))
			return false;
	return true;
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

void ak_yaml_add_text(struct ak_buf *out, struct ak_str s)
{
	if (fits_plain(s)) {
		ak_buf_addstr(out, s);
		return;
	}
	ak_buf_addc(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < 0x20 || c == 0x7f)
			ak_buf_addf(out, "\\x%02x", c);
		else if (c == '"' || c == '\\')
			ak_buf_addf(out, "\\%c", c);
		else
			ak_buf_addc(out, (char)c);
	}
	ak_buf_addc(out, '"');
}
