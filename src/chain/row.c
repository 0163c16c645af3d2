#include "base/ak.h"
#include "chain/row.h"

#include <stdio.h>
#include <strings.h>

#include "base/jsonw.h"
#include "base/time.h"

const char *ak_chain_text(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }

json_t *ak_chain_list(const json_t *o, const char *member)
{
	const char *z = ak_chain_text(o, member);
	struct ak_err ignored = {0};
	json_t *list = NULL;

	return z && ak_json_parse(ak_str_of(z), &list, &ignored) == AK_OK ? list : json_array();
}

void ak_chain_cite(json_t *row, const char *cite)
{
	json_t *cites = json_object_get(row, "cites"), *c;
	size_t i;

	if (!cites)
		json_object_set_new(row, "cites", cites = json_array());
	json_array_foreach(cites, i, c)
		if (ak_chain_same(json_string_value(c), cite))
			return;
	if (cite)
		json_array_append_new(cites, json_string(cite));
}

void ak_chain_cite_all(json_t *row, const json_t *list)
{
	json_t *r;
	size_t i;

	json_array_foreach((json_t *)list, i, r)
		ak_chain_cite(row, ak_chain_text(r, "cite"));
}

void ak_chain_say(json_t *row, const char *member, const char *what, const char *fmt, ...)
{
	json_t *list = json_object_get(row, member);
	struct ak_buf b;
	va_list ap;

	if (!list)
		json_object_set_new(row, member, list = json_array());
	ak_buf_init(&b, 1 << 16);
	va_start(ap, fmt);
	ak_buf_vaddf(&b, fmt, ap);
	va_end(ap);
	json_array_append_new(list, json_pack("{s:s, s:o}", "what", what, "text", json_stringn(b.n ? b.p : "", b.n)));
	ak_buf_release(&b);
}

bool ak_chain_same(const char *a, const char *b) { return a && b && strcmp(a, b) == 0; }

bool ak_chain_is(const char *text, const char *const *words)
{
	for (size_t i = 0; text && words[i]; i++)
		if (strcasecmp(text, words[i]) == 0)
			return true;
	return false;
}

bool ak_chain_has(const char *text, const char *const *words)
{
	for (; text && *text; text++)
		for (size_t i = 0; words[i]; i++)
			if (strncasecmp(text, words[i], strlen(words[i])) == 0)
				return true;
	return false;
}

struct ak_str ak_chain_abs(const char *amount)
{
	return ak_str_of(amount + (*amount == '-'));
}

const char *ak_chain_span(int64_t us, char buf[48])
{
	uint64_t n = us < 0 ? 0 - (uint64_t)us : (uint64_t)us, s = n / 1000000, ms = n / 1000 % 1000;
	char days[24] = "";

	if (s >= 86400)
		snprintf(days, sizeof days, "%llu d ", (unsigned long long)(s / 86400));
	snprintf(buf, 48, "%s%02u:%02u:%02u.%03u", days, (unsigned)(s / 3600 % 24), (unsigned)(s / 60 % 60), (unsigned)(s % 60), (unsigned)ms);
	return buf;
}

bool ak_chain_us(const char *time, int64_t *us)
{
	struct ak_err ignored = {0};
	struct ak_arena a;
	struct ak_time t;
	bool good;

	ak_arena_init(&a);
	good = time && ak_time_parse(ak_str_of(time), "UTC", &a, &t, &ignored) == AK_OK;
	if (good)
		*us = t.us;
	ak_arena_release(&a);
	return good;
}
