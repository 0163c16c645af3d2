#include "base/ak.h"
#include "notify/news.h"

#include "base/jsonget.h"
#include "check/out.h"

static void add_new(json_t *ids, const struct ak_notify_target *t, const struct ak_book *book, const json_t *id)
{
	if (json_is_string(id) && !ak_book_is_told(book, t->name, json_string_value(id)))
		json_array_append(ids, (json_t *)id);
}

/* The ids of all findings that fail: those listed, then the first of those that are only named. */
static json_t *new_ids(const json_t *check, const struct ak_notify_target *t, const struct ak_book *book, uint64_t *unnamed)
{
	const json_t *further = json_object_get(check, "further_ids");
	uint64_t failing = ak_jnum(check, "failing"), seen = 0;
	json_t *ids = json_array(), *f;
	size_t i;

	json_array_foreach(json_object_get(check, "findings"), i, f)
		if (ak_out_fails(f)) {
			seen++;
			add_new(ids, t, book, json_object_get(f, "id"));
		}
	json_array_foreach(further, i, f)
		if (seen < failing) {
			seen++;
			add_new(ids, t, book, f);
		}
	*unnamed = failing - seen;
	return ids;
}

json_t *ak_news(const json_t *doc, const struct ak_notify_target *t, const struct ak_book *book)
{
	json_t *checks = json_array(), *k;
	uint64_t total = 0, failing = 0, all_unnamed = 0, unnamed;
	size_t i;

	json_array_foreach(json_object_get(doc, "checks"), i, k) {
		static const char *const kept[] = {"check", "severity", "title", "unit", "found", "failing", "affected", "of"};
		json_t *ids, *o;

		if (!(ak_severity_bit(ak_jtxt(k, "severity", "")) & t->severities))
			continue;
		ids = new_ids(k, t, book, &unnamed);
		failing += ak_jnum(k, "failing");
		if (!json_array_size(ids)) {
			json_decref(ids);
			continue;
		}
		total += json_array_size(ids);
		all_unnamed += unnamed;
		o = json_pack("{s:I, s:I, s:o}", "new", (json_int_t)json_array_size(ids), "unnamed", (json_int_t)unnamed, "ids", ids);
		for (size_t m = 0; m < AK_COUNT(kept); m++)
			json_object_set(o, kept[m], json_object_get(k, kept[m]));
		json_array_append_new(checks, o);
	}
	return json_pack("{s:I, s:I, s:I, s:o}", "new", (json_int_t)total, "failing", (json_int_t)failing, "unnamed", (json_int_t)all_unnamed, "checks", checks);
}

/* The findings that somebody may still want to hear of when they are there again: muted ones are out of the way until the mute ends. */
static void add_present(const json_t *check, struct ak_map *ids)
{
	json_t *f;
	size_t i;

	json_array_foreach(json_object_get(check, "findings"), i, f)
		if (!json_object_get(f, "muted"))
			ak_map_put(ids, ak_str_of(ak_jtxt(f, "id", "")), NULL);
	json_array_foreach(json_object_get(check, "further_ids"), i, f)
		ak_map_put(ids, ak_str_of(json_string_value(f)), NULL);
}

static bool is_whole(const json_t *check)
{
	uint64_t named = json_array_size(json_object_get(check, "findings")) + json_array_size(json_object_get(check, "further_ids"));

	return !json_object_get(check, "why") && ak_jnum(check, "found") <= named;
}

/* Those of a check that some target was told of and that are not present, each once. */
static json_t *gone_ids(const struct ak_book *book, int64_t check, const struct ak_map *present)
{
	json_t *ids = json_array();
	struct ak_map seen;
	bool fresh;

	ak_map_init(&seen);
	for (size_t i = 0; i < book->told.n; i++) {
		struct ak_str k = book->told.e[i].key;
		size_t blank = ak_str_find(k, ' ');
		struct ak_str id = ak_str_n(k.p + blank + 1, k.n - blank - 1);
		const struct ak_map_entry *of = ak_map_get(&book->check, id);

		if (!(book->told.e[i].v.num & 1) || !of || of->v.num != check || ak_map_get(present, id))
			continue;
		ak_map_put(&seen, id, &fresh);
		if (fresh)
			json_array_append_new(ids, json_stringn(id.p, id.n));
	}
	ak_map_release(&seen);
	return ids;
}

json_t *ak_news_gone(const json_t *doc, const struct ak_book *book)
{
	json_t *gone = json_array(), *k;
	bool all = json_is_null(json_object_get(doc, "from")) && json_is_null(json_object_get(doc, "to"));
	size_t i;

	json_array_foreach(all ? json_object_get(doc, "checks") : NULL, i, k) {
		const struct ak_map_entry *name = ak_map_get(&book->checks, ak_str_of(ak_jtxt(k, "check", "")));
		struct ak_map present;
		json_t *ids;

		if (!name || !is_whole(k))
			continue;
		ak_map_init(&present);
		add_present(k, &present);
		ids = gone_ids(book, name - book->checks.e, &present);
		if (json_array_size(ids))
			json_array_append_new(gone, json_pack("{s:s, s:O}", "check", ak_jtxt(k, "check", ""), "ids", ids));
		json_decref(ids);
		ak_map_release(&present);
	}
	return gone;
}
