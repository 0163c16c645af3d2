#include "base/ak.h"
#include "read/pagesays.h"

enum { MOST_BYTES = 4096, MOST_DIGITS = 15 };
enum says { MORE, PAGE, PAGES, PER_PAGE, TOTAL, HOLDER };

/* OpenAI and Anthropic (has_more), LLM Gateway (pagination), Cloudflare (result_info), LiteLLM (total_pages), Langfuse
 * (meta): facts pages of 2026-08. A total alone says nothing: it may be that of the page. */
static const struct {
	const char *key;
	enum says what;
} names[] = {
	{"has_more", MORE},	{"hasMore", MORE},	{"page", PAGE},		{"total_pages", PAGES},
	{"totalPages", PAGES},	{"per_page", PER_PAGE}, {"limit", PER_PAGE},	{"page_size", PER_PAGE},
	{"total_count", TOTAL}, {"totalItems", TOTAL},	{"pagination", HOLDER}, {"result_info", HOLDER},
	{"meta", HOLDER},
};

/* Index into names, -1 = none of them. */
static int find(struct ak_str key)
{
	for (size_t i = 0; i < AK_COUNT(names); i++)
		if (ak_str_is(key, names[i].key))
			return (int)i;
	return -1;
}

const char *ak_page_says_key(struct ak_str key)
{
	int i = find(key);

	return i < 0 ? NULL : names[i].key;
}

/* Counts are whole; a text of digits is none. */
static uint64_t count(struct ak_str value)
{
	uint64_t n = 0;

	if (!value.n || value.n > MOST_DIGITS)
		return 0;
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] < '0' || value.p[i] > '9')
			return 0;
		n = 10 * n + (uint64_t)(value.p[i] - '0');
	}
	return n;
}

static void take(struct ak_page_says *s, enum says what, struct ak_str value)
{
	switch (what) {
	case MORE:
		s->told = true;
		s->more = ak_str_is(value, "true");
		break;
	case PAGE:
		s->page = count(value);
		break;
	case PAGES:
		s->pages = count(value);
		break;
	case PER_PAGE:
		s->per_page = count(value);
		break;
	case TOTAL:
		s->total = count(value);
		break;
	case HOLDER:
		break;
	}
}

/* Behind the string that begins at i. */
static size_t past_string(struct ak_str t, size_t i)
{
	for (i++; i < t.n && t.p[i] != '"'; i++)
		i += t.p[i] == '\\';
	return i < t.n ? i + 1 : t.n;
}

/* Behind the value that begins at i: up to the comma or bracket that ends it. */
static size_t past_value(struct ak_str t, size_t i)
{
	size_t depth = 0;

	while (i < t.n) {
		char c = t.p[i];

		if (!depth && (c == ',' || c == '}' || c == ']'))
			break;
		depth += c == '{' || c == '[';
		depth -= c == '}' || c == ']';
		i = c == '"' ? past_string(t, i) : i + 1;
	}
	return i;
}

/* The members of an object; what is in them stays unread. */
static void look_inside(struct ak_page_says *s, struct ak_str t)
{
	size_t i = 1;

	while (i < t.n) {
		size_t key, value;
		int name;

		while (i < t.n && t.p[i] != '"')
			i++;
		key = i + 1;
		value = i < t.n ? past_string(t, i) : t.n;
		name = value > key ? find(ak_str_n(t.p + key, value - 1 - key)) : -1;
		while (value < t.n && t.p[value] != ':')
			value++;
		i = value < t.n ? past_value(t, value + 1) : t.n;
		if (name >= 0 && i < t.n)
			take(s, names[name].what, ak_str_trim(ak_str_n(t.p + value + 1, i - value - 1)));
	}
}

void ak_page_says_member(struct ak_page_says *s, const char *key, struct ak_str value)
{
	int name = find(ak_str_of(key));

	if (name >= 0 && names[name].what != HOLDER)
		take(s, names[name].what, value);
	else if (name >= 0 && value.n && value.n <= MOST_BYTES && value.p[0] == '{')
		look_inside(s, value);
}

int ak_page_says_more(const struct ak_page_says *s)
{
	if (s->told)
		return s->more;
	if (s->page && s->pages)
		return s->page < s->pages;
	if (s->page && s->per_page && s->total)
		return s->page * s->per_page < s->total;
	return -1;
}
