#include "base/ak.h"

#include <strings.h>

#include "base/text.h"
#include "conf/yaml.h"
#include "tmpl/mustache.h"

static void html(struct ak_buf *out, struct ak_str s)
{
	static const char *const entity[128] = {
		['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;", ['`'] = "&#96;",
	};
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c < 128 && entity[c])
			ak_buf_adds(out, entity[c]);
		else
			ak_buf_addc(out, (char)c);
	}
}

/* `user@host.tld`, which renderers link even when the @ is escaped. */
static bool is_mail(struct ak_str s, size_t at)
{
	if (at == 0 || !(ak_is_alnum((unsigned char)s.p[at - 1]) || strchr(".-_+", s.p[at - 1])))
		return false;
	for (size_t i = at + 1; i < s.n; i++) {
		if (s.p[i] == '.')
			return true;
		if (!ak_is_alnum((unsigned char)s.p[i]) && s.p[i] != '-' && s.p[i] != '_')
			return false;
	}
	return false;
}

static bool is_url(struct ak_str s, size_t at)
{
	return at > 0 && s.n - at > 2 && s.p[at + 1] == '/' && s.p[at + 2] == '/';
}

static bool word_at(struct ak_str s, size_t i) { return i < s.n && ak_is_alnum((unsigned char)s.p[i]); }

static bool only_digits_before(struct ak_str s, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (!ak_is_digit((unsigned char)s.p[i]))
			return false;
	return at > 0;
}

/* Does a byte mean something to Markdown where it stands? Values are cells or parts of a line: what makes a heading, a list
 * or a rule does so only as their first byte. */
static bool is_syntax(struct ak_str s, size_t i)
{
	char c = s.p[i];

	if (strchr("\\`*[]|<>&~$", c))
		return true;
	if (c == '_')
		return !word_at(s, i + 1) || i == 0 || !word_at(s, i - 1);
	if (c == '.')
		return only_digits_before(s, i) || (i >= 3 && (i == 3 || !word_at(s, i - 4)) && strncasecmp(s.p + i - 3, "www", 3) == 0);
	if (c == ')')
		return only_digits_before(s, i);
	return i == 0 && strchr("#+-=", c);
}

/* Backslash escapes keep the value out of the syntax; the `:` of a URL and the `@` of an address stand in brackets,
 * since autolinking works on the unescaped text. */
static void markdown(struct ak_buf *out, struct ak_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if ((c == ':' && is_url(s, i)) || (c == '@' && is_mail(s, i))) {
			ak_buf_addf(out, "\\[%c\\]", c);
			continue;
		}
		if (c && is_syntax(s, i))
			ak_buf_addc(out, '\\');
		ak_buf_addc(out, c);
	}
}

void ak_escape(struct ak_buf *out, enum ak_escape how, struct ak_str s)
{
	struct ak_buf safe;

	if (how == AK_ESC_YAML) { /* what is read back must be the value itself: hidden characters become escapes of YAML */
		ak_yaml_add_text(out, s);
		return;
	}
	ak_buf_init(&safe, SIZE_MAX / 2);
	while (how != AK_ESC_TEXT && s.n) {
		/* A line end is layout here, not an attack: white space in HTML, a blank in Markdown. */
		size_t n = ak_str_find(s, '\n');
		ak_text_safe(&safe, ak_str_n(s.p, n));
		if (n < s.n)
			ak_buf_addc(&safe, how == AK_ESC_HTML ? '\n' : ' ');
		n = n < s.n ? n + 1 : n;
		s = ak_str_n(s.p + n, s.n - n);
	}
	if (how == AK_ESC_HTML)
		html(out, ak_buf_str(&safe));
	else if (how == AK_ESC_MARKDOWN)
		markdown(out, ak_buf_str(&safe));
	else
		ak_text_safe(out, s);
	ak_buf_release(&safe);
}
