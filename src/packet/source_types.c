/* The part of the source index that says which system proves what, and which type of source is missing. */
#include "base/ak.h"
#include "packet/sections.h"

#include "base/jsonget.h"
#include "model/field.h"

#define BIT(kind) (1u << AK_K_##kind)

static const struct type {
	const char *name, *title;
	unsigned kinds;
	const char *proves, *also;
} types[] = {
#define TYPE(name, title, kinds, proves, also) {name, title, kinds, proves, also},
#include "packet/source_types.def"
#undef TYPE
};

static const char *text(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }

static json_t *row_of(const struct type *t)
{
	return json_pack("{s:s, s:s, s:s}", "type", t->name, "title", t->title, "proves", t->proves);
}

static void add(struct ak_table *table, json_t *row)
{
	ak_table_add(table, row);
	json_decref(row);
}

/* One row per source that brought records of the type; what a kind does not prove alone stands beside it. */
static size_t provided(struct ak_table *table, const struct type *t, const struct ak_facts *f)
{
	static const char *const of_source[] = {"owner", "exported_at", "exported_at_basis", "files", "sha256"};
	json_t *supply;
	size_t i, n = 0;

	json_array_foreach(f->supply, i, supply) {
		int k = ak_kind_find(ak_str_of(text(supply, "kind")));
		const json_t *source = ak_jfind(f->sources, "name", text(supply, "source"));
		json_t *row;

		if (k < 0 || !(t->kinds >> k & 1))
			continue;
		row = row_of(t);
		json_object_set_new(row, "state", json_string("provided"));
		json_object_set(row, "source", json_object_get(supply, "source"));
		json_object_set(row, "system", json_object_get(supply, "system"));
		json_object_set(row, "records", json_object_get(supply, "records"));
		json_object_set_new(row, "cannot_prove", json_string(ak_kinds[k].cannot_prove));
		for (size_t m = 0; m < AK_COUNT(of_source); m++)
			json_object_set(row, of_source[m], json_object_get(source, of_source[m]));
		add(table, row);
		n++;
	}
	return n;
}

/* The entry of not_provided that speaks of the type, NULL: silence. */
static const json_t *declared(const struct ak_policy *policy, const struct type *t)
{
	const json_t *all = policy ? ak_policy_get(policy, "not_provided") : NULL, *own = json_object_get(all, t->name);
	const char *also = t->also;
	char name[32];

	for (size_t n; !own && *also; also += n + (also[n] == ' ')) {
		n = strcspn(also, " ");
		snprintf(name, sizeof name, "%.*s", (int)n, also);
		own = json_object_get(all, name);
	}
	return own;
}

static void missing(struct ak_sections *s, json_t *section, struct ak_table *table, const struct type *t)
{
	const json_t *entry = declared(s->policy, t);
	json_t *row = row_of(t), *why = entry ? ak_section_redacted(s, text(entry, "why") ? text(entry, "why") : "unknown") : NULL;
	const char *words = json_string_value(why);

	json_object_set_new(row, "state", words ? json_sprintf("not provided: %s", words) : json_string("not provided: nobody has said why"));
	if (text(entry, "owner"))
		json_object_set_new(row, "owner", ak_section_redacted(s, text(entry, "owner")));
	json_object_set_new(row, "records", json_integer(0));
	add(table, row);
	json_decref(why);
	if (!entry)
		ak_section_gap(s, section, "%s: nothing was read, and nobody has said why (not_provided: %s: in policy.yaml)", t->title, t->name);
}

void ak_section_source_types(struct ak_sections *s, json_t *section, const struct ak_facts *f)
{
	struct ak_table *table = ak_section_table(s, section, "source_types", "The six types of sources: which system proves what, and what is not provided",
						  "type title state source system proves cannot_prove owner exported_at:datetime exported_at_basis "
						  "files:integer records:integer sha256");
	size_t have = 0;

	for (size_t i = 0; i < AK_COUNT(types); i++) {
		size_t n = provided(table, &types[i], f);

		have += n > 0;
		if (!n)
			missing(s, section, table, &types[i]);
	}
	ak_section_say(section, "proven", "tables/source_types.csv", "%zu of %zu types of sources were read", have, AK_COUNT(types));
}
