/* A look at the text of a mapping, so that of all that are built in only those are parsed that may read a stream: parsing one takes
 * as long as looking for ten names in a head. */
#include "base/ak.h"

#include "format/detect.h"
#include "redact/charset.h"

/* What stands between two texts, p == NULL when one of them is missing. */
static struct ak_str between(struct ak_str s, const char *from, const char *to)
{
	const char *start = memmem(s.p, s.n, from, strlen(from)), *end;

	if (!start)
		return ak_str_n(NULL, 0);
	start += strlen(from);
	end = memmem(start, (size_t)(s.p + s.n - start), to, strlen(to));
	return end ? ak_str_n(start, (size_t)(end - start)) : ak_str_n(NULL, 0);
}

/* The lines of a top-level key. */
static struct ak_str section(struct ak_str yaml, const char *head)
{
	const char *start = memmem(yaml.p, yaml.n, head, strlen(head)), *end = yaml.p + yaml.n, *p;

	if (!start)
		return ak_str_n(NULL, 0);
	p = start += strlen(head);
	while (p < end && (*p == ' ' || *p == '#')) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));

		p = newline ? newline + 1 : end;
	}
	return ak_str_n(start, (size_t)(p - start));
}

/* The first name of a path of plain letters, p == NULL of any other. */
static struct ak_str plain_name(struct ak_str item)
{
	size_t end;

	if (item.n < 2 || item.p[0] != '/')
		return ak_str_n(NULL, 0);
	end = ak_charset_run(item, 1, AK_SET_DOTTED);
	if (end == 1 || (end < item.n && item.p[end] != '/') || memchr(item.p, '|', item.n) || memchr(item.p, '~', item.n))
		return ak_str_n(NULL, 0);
	return ak_str_n(item.p + 1, end - 1);
}

static bool all_named(struct ak_str list, struct ak_str head)
{
	while (list.n) {
		size_t comma = ak_str_find(list, ',');
		struct ak_str name = plain_name(ak_str_trim(ak_str_n(list.p, comma)));

		if (name.p && !ak_detect_is_named(head, name))
			return false;
		comma += comma < list.n;
		list = ak_str_n(list.p + comma, list.n - comma);
	}
	return true;
}

bool ak_detect_text_may(struct ak_str yaml, struct ak_str head)
{
	bool csv = memmem(yaml.p, yaml.n, "\ncontainer: csv\n", 16) != NULL;

	if (!ak_detect_reads(csv, head))
		return false;
	return csv || all_named(between(section(yaml, "\ndetect:\n"), "  required: [", "]"), head);
}
