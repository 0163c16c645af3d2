#include "base/ak.h"
#include "redact/label.h"

#include "redact/marker.h"

/* What one person has; `joined`: also in `adas-macbook`, where the s may be a plural's. */
static const struct {
	const char *word;
	bool joined;
} devices[] = {
	{"laptop", false}, {"macbook", true},  {"mac", false},	    {"iphone", true},  {"ipad", true},	     {"phone", false},
	{"pc", false},	   {"desktop", false}, {"computer", false}, {"machine", false}, {"notebook", false}, {"tablet", false},
	{"thinkpad", true}, {"workstation", false},
};

static const char *const titles[] = {"mr", "mrs", "ms", "dr", "prof", "herr", "frau", "mme", "sra"};

static bool is_word(char c)
{
	return ak_is_alnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

static struct ak_str word_at(struct ak_str s, size_t at)
{
	size_t end = at;

	while (end < s.n && is_word(s.p[end]))
		end++;
	return ak_str_n(s.p + at, end - at);
}

static bool is_device(struct ak_str w, bool joined)
{
	for (size_t i = 0; i < AK_COUNT(devices); i++)
		if (ak_str_eq_fold(w, ak_str_of(devices[i].word)) && (!joined || devices[i].joined))
			return true;
	return false;
}

/* Bytes of `'s ` at i, straight or curly, with the blank or dash behind it; 0 = none. */
static size_t possessive(struct ak_str s, size_t i)
{
	static const struct ak_str marks[] = {{"'s", 2}, {"\xe2\x80\x99s", 4}, {"'S", 2}};

	for (size_t k = 0; k < AK_COUNT(marks); k++)
		if (ak_str_starts(ak_str_n(s.p + i, s.n - i), marks[k]) && i + marks[k].n < s.n && memchr(" -_", s.p[i + marks[k].n], 3))
			return marks[k].n + 1;
	return 0;
}

static bool owns_device(struct ak_str s)
{
	for (size_t i = 1; i < s.n; i++) {
		bool quote = s.p[i] == '\'' || s.p[i] == '\xe2';
		size_t mark = quote && is_word(s.p[i - 1]) ? possessive(s, i) : 0;

		/* The device may follow an adjective: `Ada's work laptop`. */
		for (size_t at = i + mark; mark && at < s.n; at++)
			if (!is_word(s.p[at - 1]) && is_device(word_at(s, at), false))
				return true;
		if (i > 2 && (s.p[i] == '-' || s.p[i] == '_') && ak_lower(s.p[i - 1]) == 's' && is_device(word_at(s, i + 1), true))
			return true;
	}
	return false;
}

/* Dr, but not DR: that is disaster recovery. */
static bool is_title(struct ak_str w)
{
	if (!ak_is_upper((unsigned char)w.p[0]) || !ak_is_lower((unsigned char)w.p[1]))
		return false;
	for (size_t i = 0; i < AK_COUNT(titles); i++)
		if (ak_str_eq_fold(w, ak_str_of(titles[i])))
			return true;
	return false;
}

static bool has_title(struct ak_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		struct ak_str w = i == 0 || !is_word(s.p[i - 1]) ? word_at(s, i) : ak_str_n(s.p, 0);
		size_t next = i + w.n;

		if (w.n < 2 || !is_title(w))
			continue;
		next += next < s.n && s.p[next] == '.';
		while (next < s.n && s.p[next] == ' ')
			next++;
		if (next > i + w.n && next < s.n && ((s.p[next] >= 'A' && s.p[next] <= 'Z') || (unsigned char)s.p[next] >= 0xc3))
			return true;
	}
	return false;
}

/* Somebody at a host or domain; not the version of a package or image (`pkg@1.2`, `image@sha256:...`) nor a scope. */
static bool has_address(struct ak_str s)
{
	for (size_t i = 1; i + 1 < s.n; i++)
		if (s.p[i] == '@' && is_word(s.p[i - 1]) && is_word(s.p[i + 1]) && !ak_is_digit((unsigned char)s.p[i + 1]) &&
		    !(i + 7 < s.n && memcmp(s.p + i + 1, "sha256:", 7) == 0))
			return true;
	return false;
}

static bool has_phone(struct ak_str s)
{
	for (size_t i = 0; i + 8 < s.n; i++) {
		size_t digits = 0, k = i + 1;

		if (s.p[i] != '+' || !ak_is_digit((unsigned char)s.p[k]) || (i && is_word(s.p[i - 1])))
			continue;
		for (; k < s.n && (ak_is_digit((unsigned char)s.p[k]) || memchr(" -()./", s.p[k], 6)); k++)
			digits += ak_is_digit((unsigned char)s.p[k]);
		if (digits >= 8 && digits <= 15)
			return true;
	}
	return false;
}

const char *ak_label_is_personal(struct ak_str s)
{
	static const struct {
		bool (*has)(struct ak_str s);
		const char *why;
	} rules[] = {{owns_device, "possessive"}, {has_title, "title"}, {has_address, "address"}, {has_phone, "phone"}};

	if (ak_marker_is(s) || ak_marker_is_token(s))
		return NULL;
	for (size_t i = 0; i < AK_COUNT(rules); i++)
		if (rules[i].has(s))
			return rules[i].why;
	return NULL;
}

const enum ak_field_id ak_labels[] = {AK_F_KEY_ALIAS, AK_F_APP,		 AK_F_PROJECT_NAME, AK_F_TEAM,
				      AK_F_TEAM_NAME, AK_F_COST_CENTER, AK_F_RESOURCE_NAME};
const size_t ak_nlabels = AK_COUNT(ak_labels);
_Static_assert(AK_COUNT(ak_labels) <= 32, "a bit each");
