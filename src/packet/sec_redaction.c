/* 4 Redaction statement: what arrived, and what was done to it before the first write. */
#include "base/ak.h"
#include "packet/sections.h"

static void with_source(json_t *table, const json_t *source, const char *member)
{
	json_t *row;
	size_t i;

	json_array_foreach(json_object_get(source, member), i, row) {
		json_object_set(row, "source", json_object_get(source, "name"));
		ak_section_row(table, row);
	}
}

static void arrival(json_t *o, const struct ak_facts *f)
{
	json_t *row;
	size_t i;

	json_array_foreach(f->payload, i, row) {
		json_int_t all = json_integer_value(json_object_get(row, "attempts"));
		json_int_t present = json_integer_value(json_object_get(row, "present")), masked = json_integer_value(json_object_get(row, "masked"));

		ak_section_say(o, "proven", "tables/payload.csv",
			       "%s: %lld of %lld %s arrived with a prompt or completion, %lld with one masked by the source, %lld with none; "
			       "none is stored",
			       json_string_value(json_object_get(row, "source")), (long long)present, (long long)all,
			       strcmp(json_string_value(json_object_get(row, "kind")), "request") == 0 ? "attempts" : "app events", (long long)masked,
			       (long long)(all - present - masked));
	}
}

enum ak_rc ak_section_redaction(struct ak_sections *s, const struct ak_facts *f, struct ak_err *err)
{
	json_t *o = ak_section_new(s, "redaction", "Redaction statement", "What was removed, hashed or masked before storing?");
	json_t *done = ak_section_table(o, "redaction", "What redaction did, by field and rule", "source field rule action n:integer"), *row;
	json_t *payload = ak_section_table(o, "payload", "Places of prompts and completions as they arrived; none is stored",
					   "source path role present:integer masked:integer absent:integer");
	json_t *ignored = ak_section_table(o, "unknown_fields", "Fields in the exports that no mapping keeps",
					   "source path type n:integer");
	size_t i;

	(void)err;
	json_array_foreach(f->sources, i, row) {
		with_source(done, row, "redaction");
		with_source(payload, row, "payload");
		with_source(ignored, row, "unknown_fields");
	}
	ak_section_say(o, "proven", "tables/redaction.csv", "values were replaced before the first write; the counts are per field and rule");
	arrival(o, f);
	ak_section_declared(s, o, "redaction");
	return AK_OK;
}
