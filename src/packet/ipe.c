/* A sheet per source on information produced by the entity: what was exported, how, when, what it adds up to, and what the tests of
 * completeness and accuracy gave. */
#include "base/ak.h"
#include "packet/sections.h"

#include "query/query.h"

#define EXPORTS_LISTED 200

static const char *text(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }
static json_int_t num(const json_t *o, const char *member) { return json_integer_value(json_object_get(o, member)); }

/* Where its name is no name of a file, its number is. */
static const char *path_of(struct ak_sections *s, const json_t *source, size_t i)
{
	const char *name = text(source, "name");
	size_t n = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

	return name[n] || n > 64 || name[0] == '.' ? ak_arena_printf(s->arena, "data/02-sources/ipe/source-%zu.json", i + 1).p
						   : ak_arena_printf(s->arena, "data/02-sources/ipe/%s.json", name).p;
}

static json_t *copy_of(const json_t *o, const char *const *members)
{
	json_t *copy = json_object();

	for (; *members; members++) {
		json_t *v = json_object_get(o, *members);

		json_object_set_new(copy, *members, v ? json_incref(v) : json_null());
	}
	return copy;
}

/* What the sheet does not show, in words. */
static json_t *limitations(const json_t *source)
{
	static const struct {
		const char *member, *says;
	} missing[] = {
		{"owner", "nobody is declared as its owner"},
		{"query", "the query that produced it is not declared"},
		{"cannot_prove", NULL},
	};
	json_t *list = json_array(), *check;
	const char *basis = text(source, "exported_at_basis"), *state = text(source, "state");
	size_t i;

	json_array_append_new(list, json_string("who ran the export is not recorded; its owner answers for it"));
	for (i = 0; i < AK_COUNT(missing); i++)
		if (missing[i].says && !text(source, missing[i].member))
			json_array_append_new(list, json_string(missing[i].says));
	if (!basis || strcmp(basis, "declared") != 0)
		json_array_append_new(list, json_sprintf("when it was exported is known by %s only", basis ? basis : "nothing"));
	if (state && strcmp(state, "complete") != 0)
		json_array_append_new(list, json_sprintf("it is %s: not everything in it was read", state));
	if (num(source, "rejected"))
		json_array_append_new(list, json_sprintf("%lld of %lld records could not be read", (long long)num(source, "rejected"),
							 (long long)num(source, "records_in")));
	if (text(source, "cannot_prove"))
		json_array_append_new(list, json_sprintf("alone it does not prove %s", text(source, "cannot_prove")));
	json_array_foreach(json_object_get(json_object_get(source, "completeness"), "checks"), i, check)
		if (num(check, "n"))
			json_array_append_new(list, json_sprintf("%s, %s: %lld of %lld %s", text(check, "what"), text(check, "state"),
								 (long long)num(check, "n"), (long long)num(check, "of"),
								 text(check, "unit")));
	return list;
}

static json_t *again(const json_t *source)
{
	return num(source, "listed") > 1 ? json_string("sha256sum of its files, that listing sorted, gives sha256 by sha256sum")
					 : json_string("sha256sum of its file gives sha256");
}

static json_t *of_source(const json_t *list, const char *name)
{
	json_t *mine = json_array(), *row;
	size_t i;

	json_array_foreach((json_t *)list, i, row)
		if (strcmp(text(row, "source"), name) == 0) {
			json_t *copy = json_copy(row);

			json_object_del(copy, "source");
			json_array_append_new(mine, copy);
		}
	return mine;
}

static json_t *sheet(const json_t *source, const struct ak_facts *f)
{
	static const char *const head[] = {"system", "kind", "format", "owner", "query", "exported_at", "exported_at_basis", "first", "last",
					   "state",  NULL};
	static const char *const counts[] = {"files",	"bytes",   "records_in", "stored",   "duplicate", "rejected",
					     "blank",	"excluded", "expired",	  "conflict", "superseded", NULL};
	json_t *o = copy_of(source, head), *exports = of_source(f->exports, text(source, "name"));
	size_t all = json_array_size(exports);

	while (json_array_size(exports) > EXPORTS_LISTED)
		json_array_remove(exports, json_array_size(exports) - 1);
	json_object_set_new(o, "schema", json_string("auditkit.ipe/1"));
	json_object_set_new(o, "format_version", json_integer(1));
	json_object_set(o, "source", json_object_get(source, "name"));
	json_object_set_new(o, "exports_all", json_integer((json_int_t)all));
	json_object_set_new(o, "exports", exports);
	json_object_set_new(o, "counts", copy_of(source, counts));
	json_object_set_new(o, "counts_law", json_string("records_in = stored + duplicate + rejected + blank + excluded + expired"));
	json_object_set_new(o, "control_totals", of_source(f->control_totals, text(source, "name")));
	json_object_set(o, "completeness", json_object_get(source, "completeness"));
	json_object_set(o, "sha256", json_object_get(source, "sha256"));
	json_object_set(o, "sha256_of_files", json_object_get(source, "listed"));
	json_object_set_new(o, "again", again(source));
	json_object_set_new(o, "limitations", limitations(source));
	return o;
}

void ak_section_ipe(struct ak_sections *s, json_t *section, const struct ak_facts *f)
{
	json_t *source;
	size_t i;

	ak_section_rows(s, section, "control_totals", "What the stored records of each source add up to; rows are never added to each other",
			"source layer currency query records:integer requests:integer input_tokens:integer output_tokens:integer "
			"estimated:number billed:number",
			f->control_totals);
	json_array_foreach(f->sources, i, source)
		json_object_set_new(s->documents, path_of(s, source, i), sheet(source, f));
	if (i)
		ak_section_say(section, "proven", "02-sources/ipe", "%zu sources have a sheet on what was exported, how, and what its tests gave", i);
}
