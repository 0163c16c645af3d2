/* Links of the packet's pages: each leads to a file of the packet or to a place of the page. */
#include "base/ak.h"
#include "packet/checks.h"

#include "base/map.h"

static const char *const pages[] = {"index.html"};

/* What stands between ATTRIBUTE=" and the next quote, from *at on; false when there is no more. */
static bool next_value(struct ak_str text, const char *attribute, size_t *at, struct ak_str *out)
{
	size_t n = strlen(attribute);
	const char *found = *at < text.n ? memmem(text.p + *at, text.n - *at, attribute, n) : NULL, *end;

	end = found ? memchr(found + n, '"', (size_t)(text.p + text.n - found) - n) : NULL;
	if (!end)
		return false;
	*out = ak_str_n(found + n, (size_t)(end - found) - n);
	*at = (size_t)(end - text.p) + 1;
	return true;
}

static bool leads(const struct ak_checked *p, struct ak_map *places, struct ak_str link)
{
	size_t hash = ak_str_find(link, '#');
	char file[256];

	if (hash == 0)
		return link.n == 1 || ak_map_get(places, ak_str_n(link.p + 1, link.n - 1)) != NULL;
	if (hash >= sizeof file)
		return false;
	memcpy(file, link.p, hash);
	file[hash] = '\0';
	return ak_check_has(p, file);
}

size_t ak_check_links(struct ak_checked *p, char *said, size_t n)
{
	size_t followed = 0;

	*said = '\0';
	for (size_t i = 0; i < AK_COUNT(pages); i++) {
		struct ak_str text = ak_check_text(p, pages[i]), value;
		struct ak_map places;

		ak_map_init(&places);
		for (size_t at = 0; text.p && next_value(text, " id=\"", &at, &value);)
			ak_map_put(&places, value, NULL);
		for (size_t at = 0; text.p && next_value(text, " href=\"", &at, &value);) {
			followed++;
			if (!*said && !leads(p, &places, value))
				snprintf(said, n, "%s: link %zu leads to no file of the packet and no place of the page", pages[i], followed);
		}
		ak_map_release(&places);
	}
	return followed;
}
