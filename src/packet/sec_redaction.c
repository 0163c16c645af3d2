/* 4 Redaction statement: what arrived, and what was done to it before the first write. */
#include "base/ak.h"
#include "packet/sections.h"

#include "model/field.h"
#include "packet/classes.h"
#include "packet/tenants.h"
#include "query/query.h"

static void with_source(struct ak_table *table, const json_t *source, const char *member)
{
	json_t *row;
	size_t i;

	json_array_foreach(json_object_get(source, member), i, row) {
		json_object_set(row, "source", json_object_get(source, "name"));
		json_object_set(row, "records", json_object_get(source, "records_in"));
		ak_table_add(table, row);
	}
}

static const char *unit(const char *kind)
{
	return strcmp(kind, "request") == 0 ? "attempts" : ak_kinds[ak_kind_find(ak_str_of(kind))].plural;
}

static void arrival(json_t *o, const struct ak_facts *f)
{
	json_t *row;
	size_t i;

	json_array_foreach(f->payload, i, row) {
		json_int_t all = json_integer_value(json_object_get(row, "attempts"));
		json_int_t present = json_integer_value(json_object_get(row, "present")), masked = json_integer_value(json_object_get(row, "masked"));

		ak_section_say(o, "proven", "tables/payload.csv",
			       "%s: %lld of %lld %s arrived with a prompt or completion, %lld with one masked or encrypted by the source, %lld %s; "
			       "none is stored",
			       json_string_value(json_object_get(row, "source")), (long long)present, (long long)all,
			       unit(json_string_value(json_object_get(row, "kind"))), (long long)masked, (long long)(all - present - masked),
			       ak_facts_has_places(f, json_string_value(json_object_get(row, "source"))) ? "with none" : "in a format without a place for one");
	}
}

static const char *text(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }

#define HEADERS_SAID 20

static bool is_header(const json_t *row) { return strncmp(text(row, "rule"), "header", 6) == 0; }

/* Which headers a source's records came with, by the last part of their path. */
static void headers_of(json_t *o, const json_t *source)
{
	json_int_t values = 0;
	size_t i, names = 0;
	struct ak_buf b;
	json_t *row;

	ak_buf_init(&b, 1 << 16);
	json_array_foreach(json_object_get(source, "redaction"), i, row) {
		if (!is_header(row))
			continue;
		values += json_integer_value(json_object_get(row, "n"));
		if (names++ < HEADERS_SAID)
			ak_buf_addf(&b, "%s%s %lld", b.n ? ", " : "", strrchr(text(row, "field"), '/') + 1,
				    (long long)json_integer_value(json_object_get(row, "n")));
	}
	if (names > HEADERS_SAID)
		ak_buf_addf(&b, ", and %zu more names", names - HEADERS_SAID);
	if (names)
		ak_section_say(o, "proven", "tables/redaction.csv", "%s: %lld values of %zu headers arrived in %lld records and none is stored: %s",
			       text(source, "name"), (long long)values, names,
			       (long long)json_integer_value(json_object_get(source, "records_in")), b.p);
	ak_buf_release(&b);
}

/* What DLP and guardrails decided. */
static void verdicts(json_t *o, const struct ak_facts *f)
{
	json_int_t all = f->counts.verdicts;

	if (!all)
		return;
	ak_section_place(o, f->table[AK_P_VERDICTS]);
	ak_section_say(o, "proven", "tables/dlp_verdicts.csv", "%lld of %lld DLP verdicts are other than allowed; %lld of %lld belong to a call in the gateway's records",
		       (long long)(all - f->counts.verdicts_allowed), (long long)all, (long long)f->counts.verdicts_linked, (long long)all);
}

/* What the systems were set to, beside what is declared. */
static void modes(json_t *o, const struct ak_facts *f)
{
	json_t *row;
	size_t i;

	json_array_foreach(f->snapshots, i, row)
		if (text(row, "payload_mode") && json_is_true(json_object_get(row, "last")))
			ak_section_say(o, "proven", text(row, "citation"), "%s was set to payload mode %s when its settings were captured at %s",
				       text(row, "system") ? text(row, "system") : "a system", text(row, "payload_mode"), text(row, "time"));
}

/* The files as they were given, before anything was done to them; what is left of them is what the ledger's root covers. */
static enum ak_rc files(struct ak_sections *s, json_t *o, struct ak_err *err)
{
	json_t *list = NULL;

	if (ak_query_files(s->store, NULL, 0, &list, err) != AK_OK)
		return AK_FAIL;
	ak_section_rows(s, o, "files", "Files before redaction, with what became of their records",
			"source name sha256 bytes:integer records_in:integer stored:integer duplicate:integer rejected:integer state", list);
	ak_section_say(o, "proven", "tables/files.csv", "%zu files were read; sha256 is of their bytes before redaction, the ledger root covers what "
		       "was stored of them", json_array_size(list));
	json_decref(list);
	return AK_OK;
}

/* What metadata-only is held against: the stored texts themselves. */
static void shapes(struct ak_sections *s, json_t *o, const struct ak_facts *f)
{
	const json_t *doc = f->shapes;
	json_int_t n;

	n = ak_facts_sum(json_object_get(doc, "found"), "n");
	ak_section_rows(s, o, "payload_shapes", "Stored texts that have the shape of a prompt or completion",
			"source field n:integer longest:integer first", json_object_get(doc, "found"));
	ak_section_say(o, "proven", "tables/payload_shapes.csv",
		       "%lld of %lld stored texts in %lld records have the shape of a prompt or completion: eight words in a row, 25 in an error "
		       "template, or four in a text as long as the tokens its record counts",
		       (long long)n, (long long)json_integer_value(json_object_get(doc, "texts")),
		       (long long)json_integer_value(json_object_get(doc, "records")));
}

enum ak_rc ak_section_redaction(struct ak_sections *s, const struct ak_facts *f, struct ak_err *err)
{
	json_t *o = ak_section_new(s, "redaction", "Redaction statement", "What was removed, hashed or masked before storing?");
	struct ak_table *done = ak_section_table(s, o, "redaction", "What redaction did, by field and rule", "source field rule action n:integer records:integer");
	struct ak_table *payload = ak_section_table(s, o, "payload", "Places of prompts and completions as they arrived, counted in each record that was read, duplicates too; none is stored",
					   "source path role present:integer masked:integer absent:integer");
	struct ak_table *ignored = ak_section_table(s, o, "unknown_fields", "Fields in the exports that no mapping keeps",
					   "source path type n:integer");
	json_t *row;
	size_t i;

	json_array_foreach(f->sources, i, row) {
		with_source(done, row, "redaction");
		with_source(payload, row, "payload");
		with_source(ignored, row, "unknown_fields");
	}
	ak_section_say(o, "proven", "tables/redaction.csv", "values were replaced before the first write; the counts are per field and rule");
	arrival(o, f);
	json_array_foreach(f->sources, i, row)
		headers_of(o, row);
	verdicts(o, f);
	ak_section_pseudonyms(s, o, f);
	modes(o, f);
	ak_section_own_rules(s, o);
	ak_section_kept_texts(o, f->kept_texts);
	ak_section_declared(s, o, "redaction");
	if (ak_section_tenants(s, o, err) != AK_OK || files(s, o, err) != AK_OK)
		return AK_FAIL;
	shapes(s, o, f);
	return ak_section_classes(s, o, f, err);
}
