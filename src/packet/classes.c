#include "base/ak.h"
#include "packet/classes.h"

#include "format/paths.h"
#include "query/query.h"
#include "redact/plan.h"

/* In the order of what is left of a value, most first. */
enum fate { KEPT, MASKED, HASHED, ENCRYPTED, REMOVED, NOT_COLLECTED, CLASSES };
static const char *const class_names[CLASSES] = {"kept",      "masked",	 "hashed",
						 "encrypted", "removed", "intentionally not collected"};

static const struct {
	const char *action;
	enum fate fate;
} actions[] = {
	{"kept", KEPT},	    {"masked", MASKED},	      {"sanitised", MASKED},
	{"hashed", HASHED}, {"encrypted", ENCRYPTED}, {"removed", REMOVED},
};

/* What is kept is either held against its type or looked at for secrets (DECISIONS 11). */
static const char *kept_how(enum ak_type t)
{
	static const enum ak_type typed[] = {AK_T_TIME, AK_T_INT, AK_T_BOOL, AK_T_DEC, AK_T_ENUM, AK_T_CODE, AK_T_CURRENCY};

	for (size_t i = 0; i < AK_COUNT(typed); i++)
		if (t == typed[i])
			return "validated by type";
	return "scanned for secrets and addresses";
}

struct classing {
	struct ak_field_plan plan;
	struct ak_table *table;
	json_t *texts; /* ak_query_text_sources */
	const char *source;
	json_t *seen; /* paths of the source at hand, to their row */
	json_int_t n[CLASSES], sources;
};

static enum fate fate_of(const struct classing *c, enum ak_field_id f)
{
	struct ak_str says = ak_str_of(ak_plan_says(&c->plan, f)); /* "hashed", "hashed, by policy" */

	says.n = ak_str_find(says, ',');
	for (size_t i = 0; i < AK_COUNT(actions); i++)
		if (ak_str_is(says, actions[i].action))
			return actions[i].fate;
	return NOT_COLLECTED;
}

static const char *how_of(const struct classing *c, enum ak_field_id f, enum fate fate)
{
	if (ak_plan_differs(&c->plan, f))
		return "by policy.yaml";
	if (ak_plan_profiled(&c->plan, f))
		return "by the profile";
	return fate == KEPT ? kept_how(ak_fields[f].type) : ak_type_name(ak_fields[f].type);
}

/* n is taken over, may be NULL. */
static void set_row(struct classing *c, const char *path, enum fate fate, const char *how, const char *fields,
		    json_t *n)
{
	json_t *row = json_pack("{s:s, s:i, s:s, s:s, s:o?}", "path", path, "rank", (int)fate, "how", how, "fields",
				fields, "n", n);
	const json_t *old = json_object_get(c->seen, path);

	if (!old || json_integer_value(json_object_get(old, "rank")) > (json_int_t)fate)
		json_object_set_new(c->seen, path, row);
	else
		json_decref(row);
}

/* Was the text kept of which this field has the template or code, in some run of the source? */
static const char *kept_text(const struct classing *c, enum ak_field_id from)
{
	json_t *row;
	size_t i, k = 0;

	while (k < AK_KEPT_TEXTS && ak_kept_texts[k].from != from && ak_kept_texts[k].text != from)
		k++;
	json_array_foreach(c->texts, i, row)
		if (k < AK_KEPT_TEXTS && strcmp(json_string_value(json_object_get(row, "field")), ak_fields[ak_kept_texts[k].text].column) == 0 &&
		    strcmp(json_string_value(json_object_get(row, "source")), c->source) == 0)
			return ak_fields[ak_kept_texts[k].text].column;
	return NULL;
}

static void set_fields(struct classing *c, const struct ak_mapping_path *p)
{
	enum fate best = CLASSES;
	enum ak_field_id field = AK_F_COUNT;
	const char *text = NULL;
	struct ak_buf names;

	ak_buf_init(&names, 1 << 16);
	for (size_t i = 0; i < p->nfields; i++) {
		enum fate fate = fate_of(c, p->field[i]);
		bool scanned = fate == KEPT && *kept_how(ak_fields[p->field[i]].type) == 's';

		if (fate < best || (fate == best && scanned)) {
			best = fate;
			field = p->field[i];
		}
		text = text ? text : kept_text(c, p->field[i]);
		ak_buf_addf(&names, "%s%s", i ? " " : "", ak_fields[p->field[i]].column);
	}
	if (text && !strstr(names.p, text))
		ak_buf_addf(&names, " %s", text);
	set_row(c, p->path, text ? KEPT : best, text ? "as redacted text, by ingest --keep-text" : how_of(c, field, best), names.p, NULL);
	ak_buf_release(&names);
}

static void set_path(struct classing *c, const struct ak_mapping_path *p)
{
	if (p->use == AK_USE_FIELD)
		set_fields(c, p);
	else if (p->use == AK_USE_PAYLOAD)
		set_row(c, p->path, REMOVED, "payload: counted as present, masked or absent", "", NULL);
	else
		set_row(c, p->path, NOT_COLLECTED, p->use == AK_USE_DROP ? p->why : "read to decide about other fields",
			"", NULL);
}

static enum ak_rc add_mapping(struct classing *c, const json_t *row, struct ak_arena *arena, struct ak_err *err)
{
	const json_t *text = json_object_get(row, "text");
	struct ak_mapping_path *paths;
	struct ak_mapping *m;
	size_t n;

	if (ak_mapping_parse(json_string_value(json_object_get(row, "name")),
			     ak_str_n(json_string_value(text), json_string_length(text)), &m, err) != AK_OK)
		return AK_FAIL;
	n = ak_mapping_paths(m, arena, &paths);
	for (size_t i = 0; i < n; i++)
		set_path(c, &paths[i]);
	ak_mapping_free(m);
	return AK_OK;
}

/* A path of several types has one row, which counts them together. */
static void add_unknown(struct classing *c, const json_t *source)
{
	json_t *row;
	size_t i;

	json_array_foreach(json_object_get(source, "unknown_fields"), i, row)
	{
		const char *path = json_string_value(json_object_get(row, "path"));
		const json_t *old = json_object_get(c->seen, path);
		json_int_t n =
			json_integer_value(json_object_get(row, "n")) + json_integer_value(json_object_get(old, "n"));

		if (old && !json_is_integer(json_object_get(old, "n")))
			continue;
		json_object_del(c->seen, path);
		set_row(c, path, NOT_COLLECTED, "no mapping names it", "", json_integer(n));
	}
}

static void add_rows(struct classing *c, const json_t *source)
{
	const char *path;
	json_t *row;

	json_object_foreach(c->seen, path, row)
	{
		json_int_t fate = json_integer_value(json_object_get(row, "rank"));

		json_object_set(row, "source", json_object_get(source, "name"));
		json_object_set(row, "records", json_object_get(source, "records_in"));
		json_object_set_new(row, "class", json_string(class_names[fate]));
		ak_table_add(c->table, row);
		c->n[fate]++;
	}
	c->sources++;
}

static enum ak_rc add_source(struct classing *c, const json_t *source, const json_t *mappings, struct ak_err *err)
{
	struct ak_arena arena;
	enum ak_rc rc = AK_OK;
	json_t *row;
	size_t i;

	ak_arena_init(&arena);
	c->seen = json_object();
	c->source = json_string_value(json_object_get(source, "name"));
	json_array_foreach((json_t *)mappings, i, row)
		if (rc == AK_OK && json_equal(json_object_get(row, "source"), json_object_get(source, "name")))
			rc = add_mapping(c, row, &arena, err);
	add_unknown(c, source);
	add_rows(c, source);
	json_decref(c->seen);
	ak_arena_release(&arena);
	return rc;
}

static void say(json_t *section, const struct classing *c)
{
	json_int_t all = 0;

	for (size_t i = 0; i < CLASSES; i++)
		all += c->n[i];
	for (size_t i = 0; i < CLASSES; i++)
		ak_section_say(section, "proven", "tables/classes.csv", "%lld of %lld paths of %lld sources are %s",
			       (long long)c->n[i], (long long)all, (long long)c->sources, class_names[i]);
}

enum ak_rc ak_section_classes(struct ak_sections *s, json_t *section, const struct ak_facts *f, struct ak_err *err)
{
	struct classing c = {.table = ak_section_table(s, section, "classes",
						       "Every path of every source, in one class each",
						       "source path class how fields n:integer records:integer")};
	json_t *mappings = NULL, *source;
	enum ak_rc rc = ak_plan_read(s->policy, &c.plan, err);
	size_t i;

	if (rc == AK_OK)
		rc = ak_query_mappings(s->store, &mappings, err);
	if (rc == AK_OK)
		rc = ak_query_text_sources(s->store, &c.texts, err);
	json_array_foreach(f->sources, i, source)
		if (rc == AK_OK)
			rc = add_source(&c, source, mappings, err);
	json_decref(mappings);
	json_decref(c.texts);
	say(section, &c);
	return rc;
}
