#include "base/ak.h"
#include "check/baseline.h"

#include "base/jsonw.h"

#define MOST_GONE 1000

static enum ak_rc take(struct ak_baseline *b, const char *name, const json_t *check, struct ak_err *err)
{
	const json_t *findings = json_object_get(check, "findings"), *further = json_object_get(check, "further_ids");
	json_int_t found = json_integer_value(json_object_get(check, "found"));
	uint64_t n = json_array_size(findings) + json_array_size(further);
	json_t *f;
	size_t i;

	json_array_foreach((json_t *)findings, i, f) {
		const char *id = json_string_value(json_object_get(f, "id"));

		if (!id) {
			ak_hint(err, "write it again: auditkit check --json >%s", name);
			return ak_fail(err, AK_EXIT_INPUT, "'%s' has findings without an id", name);
		}
		ak_map_put(&b->known, ak_str_of(id), NULL);
	}
	json_array_foreach((json_t *)further, i, f)
		if (json_is_string(f))
			ak_map_put(&b->known, ak_str_of(json_string_value(f)), NULL);
	b->unnamed += found > 0 && (uint64_t)found > n ? (uint64_t)found - n : 0;
	return AK_OK;
}

enum ak_rc ak_baseline_parse(const char *name, struct ak_str text, struct ak_baseline *out, struct ak_err *err)
{
	const char *schema;
	struct ak_err why = {0};
	json_t *check;
	size_t i;
	enum ak_rc rc = AK_OK;

	*out = (struct ak_baseline){0};
	ak_map_init(&out->known);
	if (ak_json_parse(text, &out->doc, &why) != AK_OK)
		out->doc = NULL;
	schema = json_string_value(json_object_get(out->doc, "schema"));
	if (!schema || strcmp(schema, "auditkit.check/1") != 0 || !json_is_array(json_object_get(out->doc, "checks"))) {
		ak_hint(err, "'auditkit check --json' writes one");
		rc = ak_fail(err, AK_EXIT_INPUT, "'%s' is no document of auditkit check", name);
	}
	json_array_foreach(json_object_get(out->doc, "checks"), i, check)
		if (rc == AK_OK)
			rc = take(out, name, check, err);
	if (rc != AK_OK)
		ak_baseline_release(out);
	return rc;
}

void ak_baseline_release(struct ak_baseline *b)
{
	json_decref(b->doc);
	if (b->known.e)
		ak_map_release(&b->known);
	*b = (struct ak_baseline){0};
}

bool ak_baseline_has(struct ak_baseline *b, const char *id)
{
	struct ak_map_entry *e = b ? ak_map_get(&b->known, ak_str_of(id)) : NULL;

	if (e)
		e->v.num = 1;
	return e != NULL;
}

static bool is_judged(const json_t *checks, const char *name)
{
	json_t *k;
	size_t i;

	json_array_foreach((json_t *)checks, i, k) {
		const char *verdict = json_string_value(json_object_get(k, "verdict")), *have = json_string_value(json_object_get(k, "check"));

		if (name && have && strcmp(have, name) == 0)
			return verdict && strcmp(verdict, "not evaluable") != 0 && !json_object_get(k, "why");
	}
	return false;
}

struct gone {
	const struct ak_baseline *b;
	json_t *list;
	json_int_t resolved, unjudged;
};

static void look(struct gone *g, const json_t *check, const char *id, const json_t *subject, bool judged)
{
	const struct ak_map_entry *e = id ? ak_map_get(&g->b->known, ak_str_of(id)) : NULL;

	if (!e || e->v.num)
		return;
	*(judged ? &g->resolved : &g->unjudged) += 1;
	if (json_array_size(g->list) < MOST_GONE)
		json_array_append_new(g->list, json_pack("{s:O*, s:s, s:O*, s:s}", "check", json_object_get(check, "check"), "id", id, "subject", subject, "state",
							 judged ? "resolved" : "not judged"));
}

json_t *ak_baseline_compare(const struct ak_baseline *b, const json_t *checks)
{
	struct gone g = {.b = b, .list = json_array()};
	json_int_t seen = 0;
	json_t *k, *f;
	size_t i, n;

	json_array_foreach(json_object_get(b->doc, "checks"), i, k) {
		bool judged = is_judged(checks, json_string_value(json_object_get(k, "check")));

		json_array_foreach(json_object_get(k, "findings"), n, f)
			look(&g, k, json_string_value(json_object_get(f, "id")), json_object_get(f, "subject"), judged);
		json_array_foreach(json_object_get(k, "further_ids"), n, f)
			look(&g, k, json_string_value(f), NULL, judged);
	}
	for (size_t e = 0; e < b->known.n; e++)
		seen += b->known.e[e].v.num;
	return json_pack("{s:O?, s:O?, s:I, s:I, s:I, s:I, s:I, s:o}", "from", json_object_get(b->doc, "from"), "to", json_object_get(b->doc, "to"), "found",
			 (json_int_t)b->known.n + (json_int_t)b->unnamed, "seen", seen, "resolved", g.resolved, "not_judged", g.unjudged, "unnamed",
			 (json_int_t)b->unnamed, "gone", g.list);
}
