#include "base/ak.h"
#include "redact/context.h"

#include "redact/charset.h"
#include "redact/detector.h"
#include "redact/marker.h"
#include "redact/names.h"

/* A value that is still not over after LONGEST_VALUE bytes takes the rest of the text: a scan stays linear. */
enum {
	LONGEST_VALUE = 1024,
	LONGEST_NAME = 64,
	LONGEST_WORD = 24,
	LONGEST_GAP = 16,
	MOST_BLANKS = 4,
	WEAK_VALUE = 6,
	PROSE_VALUE = 4,
	WEAK_PROSE_VALUE = 16
};

struct pair {
	struct ak_str name;
	size_t from, to; /* the value */
	bool equals;	 /* name=value, not name: value */
	bool parameter;	 /* the name follows ? or & */
	bool inner;	 /* the name follows : or / or . */
	bool quoted_name, quoted_value, blank;
};

static bool is_quote(char c)
{
	return ak_charset_has(AK_CS_QUOTE, c);
}

static bool has_separator(struct ak_str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!ak_is_alnum((unsigned char)name.p[i]))
			return true;
	return false;
}

/* Runs too long for a name are data, such as base64 in front of its padding. */
static void read_name(struct ak_str s, size_t floor, size_t at, struct pair *p)
{
	size_t end = at, start;

	while (end > floor && at - end < MOST_BLANKS && s.p[end - 1] == ' ')
		end--;
	if (!p->equals && end > floor && !is_quote(s.p[end - 1]))
		end = at;
	if (end > floor && is_quote(s.p[end - 1])) {
		p->quoted_name = true;
		end--;
		end -= end > floor && s.p[end - 1] == s.p[end];
		while (end > floor && s.p[end - 1] == '\\')
			end--;
	}
	start = end;
	while (start > floor && end - start < LONGEST_NAME && ak_charset_has(AK_SET_DOTTED, s.p[start - 1]))
		start--;
	p->name = ak_str_n(s.p + start, end - start);
	if (end - start == LONGEST_NAME || (end - start > LONGEST_WORD && !has_separator(p->name)))
		p->name.n = 0;
	if (start > 0) {
		p->parameter = s.p[start - 1] == '?' || s.p[start - 1] == '&';
		p->inner = s.p[start - 1] == ':' || s.p[start - 1] == '/';
	}
}

/* Back over what stands between the two members of a pair. */
static size_t back_over(struct ak_str s, size_t i, const char *also)
{
	for (size_t n = 0; i > 0 && n < LONGEST_GAP; n++, i--)
		if (!ak_charset_has(AK_CS_BLANK | AK_CS_QUOTE, s.p[i - 1]) && s.p[i - 1] != '\\' && !strchr(also, s.p[i - 1]))
			break;
	return i;
}

static struct ak_str word_before(struct ak_str s, size_t end)
{
	size_t start = end;

	while (start > 0 && end - start < LONGEST_NAME && ak_charset_has(AK_SET_DOTTED, s.p[start - 1]))
		start--;
	return ak_str_n(s.p + start, end - start);
}

/* "name": "x-api-key", "value": ...: the name of the value is the member before. */
static void name_of_pair(struct ak_str s, struct pair *p)
{
	struct ak_str name, member;

	if (!ak_str_eq_fold(p->name, AK_STR("value")))
		return;
	name = word_before(s, back_over(s, (size_t)(p->name.p - s.p), ","));
	member = word_before(s, back_over(s, (size_t)(name.p - s.p), ":="));
	if (ak_str_eq_fold(member, AK_STR("name")) || ak_str_eq_fold(member, AK_STR("key")))
		p->name = name;
}

/* A bracket or comma ends a value only where the text around it goes on: passwords hold them too. */
static bool closes(struct ak_str s, size_t i)
{
	if (!memchr(",)}]", s.p[i], 4))
		return false;
	return i + 1 == s.n || ak_charset_has(AK_CS_BLANK | AK_CS_QUOTE, s.p[i + 1]) ||
	       memchr(",)}];&<", s.p[i + 1], 7);
}

static size_t bare_end(struct ak_str s, size_t i, bool header)
{
	size_t stop = s.n - i > LONGEST_VALUE ? i + LONGEST_VALUE : s.n;

	for (; i < stop; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (header ? c == '\r' || c == '\n' || is_quote(s.p[i])
			   : ak_charset_has(AK_CS_BLANK | AK_CS_QUOTE, s.p[i]) || memchr("&;<>\\|", c, 6) ||
				     closes(s, i))
			return i;
	}
	return s.n;
}

static size_t quoted_end(struct ak_str s, size_t i, char quote)
{
	size_t most = s.n - i > LONGEST_VALUE ? LONGEST_VALUE : s.n - i;
	size_t n = ak_str_find(ak_str_n(s.p + i, most), quote);

	if (n == most)
		return s.n;
	while (n > 0 && s.p[i + n - 1] == '\\')
		n--;
	return i + n;
}

/* `Bearer x`, `Basic x`: the scheme is no secret. */
static size_t after_scheme(struct ak_str s, size_t from, size_t to)
{
	size_t word = from;

	while (word < to && (ak_charset_has(AK_SET_AN | AK_CS_DASH, s.p[word])))
		word++;
	if (word == from || word - from > 16 || word + 1 >= to || s.p[word] != ' ')
		return from;
	return word + 1;
}

/* Inside a CSV cell a quote is doubled; two quotes with nothing in them are an empty value. */
static bool is_doubled(struct ak_str s, size_t i)
{
	return i + 2 < s.n && s.p[i + 1] == s.p[i] && !ak_charset_has(AK_CS_BLANK | AK_CS_QUOTE, s.p[i + 2]) &&
	       !memchr(",;:)}]", s.p[i + 2], 6);
}

static void read_value(struct ak_str s, size_t at, struct pair *p)
{
	size_t i = at + 1;
	bool header = ak_name_is_header(p->name);

	i += p->equals && i + 1 < s.n && s.p[i] == '>' && (s.p[i + 1] == ' ' || is_quote(s.p[i + 1]));

	while (i < s.n && i - at <= MOST_BLANKS + 1 && s.p[i] == ' ')
		i++;
	p->blank = i > at + 1;
	p->from = i;
	while (i < s.n && s.p[i] == '\\')
		i++;
	p->quoted_value = i < s.n && is_quote(s.p[i]);
	if (p->quoted_value) {
		p->from = i + 1 + is_doubled(s, i);
		p->to = quoted_end(s, p->from, s.p[i]);
	} else {
		p->to = bare_end(s, p->from, header && !p->equals);
	}
	if (header)
		p->from = after_scheme(s, p->from, p->to);
}

/* Already a mask, a marker, a placeholder or a literal that says there is nothing. */
static bool says_nothing(struct ak_str v)
{
	static const char *const words[] = {"null",	 "none",     "nil",    "true",	     "false",
					    "undefined", "redacted", "hidden", "[redacted]", "[redacted",
					    "[cut]",    "[cut"};

	for (size_t i = 0; i < AK_COUNT(words); i++)
		if (ak_str_eq_fold(v, ak_str_of(words[i])))
			return true;
	return v.n == 0 || ak_str_starts(v, AK_STR("${")) || ak_str_starts(v, AK_STR("{{")) ||
	       ak_marker_hides(ak_str_n(v.p, v.n > LONGEST_VALUE ? LONGEST_VALUE : v.n));
}

static bool has_digit(struct ak_str v)
{
	for (size_t i = 0; i < v.n; i++)
		if (ak_is_digit((unsigned char)v.p[i]))
			return true;
	return false;
}

static bool long_enough(const struct pair *p, enum ak_name_class c, struct ak_str v)
{
	if (p->equals || p->quoted_name || p->quoted_value)
		return v.n >= (c == AK_NAME_STRONG ? 1 : WEAK_VALUE);
	if (c == AK_NAME_STRONG)
		return v.n >= (p->blank ? PROSE_VALUE : WEAK_VALUE) && (p->blank || !p->inner);
	return p->blank && v.n >= WEAK_PROSE_VALUE && has_digit(v);
}

bool ak_context_match(struct ak_str s, size_t floor, size_t at, struct ak_str *name, size_t *from, size_t *to)
{
	struct pair p = {.equals = s.p[at] == '='};
	enum ak_name_class c;
	struct ak_str v;

	if (at + 1 >= s.n || (p.equals && s.p[at + 1] == '=') || at == floor || ak_marker_is_token_colon(s, at))
		return false;
	read_name(s, floor, at, &p);
	name_of_pair(s, &p);
	c = ak_name_class(p.name);
	if (c < AK_NAME_WEAK && p.parameter && p.equals && ak_name_is_parameter(p.name))
		c = AK_NAME_WEAK;
	if (c < AK_NAME_WEAK)
		return false;
	read_value(s, at, &p);
	v = ak_str_n(s.p + p.from, p.to - p.from);
	if (ak_marker_end(s, p.from) > p.from || says_nothing(v) || !long_enough(&p, c, v))
		return false;
	*name = p.name;
	*from = p.from;
	*to = p.to;
	return true;
}
