/* What the seven sections say, and how each sentence is known: proven from records, declared in policy.yaml, unknown. */
#include "base/ak.h"
#include "packet/section.h"

#include "link/link.h"
#include "model/field.h"
#include "query/query.h"
#include "trace/trace.h"

/* Answers of one branch of policy.yaml as statements; what is unknown is a gap. */
static void declared(struct ak_sections *s, json_t *section, const char *branch)
{
	struct ak_answer *a = NULL;
	size_t n = s->policy ? ak_policy_answers(s->policy, &a) : 0, found = 0, len = strlen(branch);

	for (size_t i = 0; i < n; i++) {
		struct ak_str v;
		char basis[64];

		if (strncmp(a[i].path, branch, len) != 0 || a[i].path[len] != '.')
			continue;
		found++;
		if (a[i].unknown) {
			ak_section_gap(s, section, "%s: not answered (policy.yaml line %d)", a[i].path, a[i].line);
			continue;
		}
		v = ak_redact_text(s->redactor, ak_str_of(a[i].value), s->arena, NULL);
		snprintf(basis, sizeof basis, "policy.yaml line %d", a[i].line);
		ak_section_say(section, "declared", basis, "%s: %.*s", a[i].path, AK_STR_FMT(v));
	}
	if (!found)
		ak_section_gap(s, section, "%s: nothing is declared in policy.yaml", branch);
	ak_free(a);
}

static void named(struct ak_sections *s, json_t *section, const char *what, const char *value)
{
	if (!value || strcmp(value, "unknown") == 0)
		ak_section_gap(s, section, "%s: not answered", what);
	else {
		struct ak_str v = ak_redact_text(s->redactor, ak_str_of(value), s->arena, NULL);
		ak_section_say(section, "declared", "policy.yaml", "%s: %.*s", what, AK_STR_FMT(v));
	}
}

static enum ak_rc scope(struct ak_sections *s, struct ak_err *err)
{
	json_t *o = ak_section_new(s, "scope", "Scope", "Which use of which AI APIs does this packet cover?"), *ws = NULL, *n, *t;
	const char *kind;
	enum ak_rc rc = ak_query_workspace(s->store, &ws, err);

	if (rc != AK_OK)
		return rc;
	named(s, o, "organization", s->policy ? s->policy->organization : NULL);
	named(s, o, "system", s->policy ? s->policy->system : NULL);
	named(s, o, "control point", s->policy ? s->policy->control_point : NULL);
	declared(s, o, "scope");
	ak_section_say(o, "proven", "tables/records.csv", "%lld records of all kinds, first %s, last %s; the ledger has %lld leaves",
		       (long long)json_integer_value(json_object_get(ws, "records_total")),
		       json_is_string(json_object_get(ws, "first")) ? json_string_value(json_object_get(ws, "first")) : "none",
		       json_is_string(json_object_get(ws, "last")) ? json_string_value(json_object_get(ws, "last")) : "none",
		       (long long)json_integer_value(json_object_get(ws, "ledger_size")));
	t = ak_section_table(o, "records", "Records by kind", "kind records cannot_prove");
	json_object_foreach(json_object_get(ws, "records"), kind, n) {
		int k = ak_kind_find(ak_str_of(kind));
		json_t *row = json_pack("{s:s, s:O, s:s}", "kind", kind, "records", n, "cannot_prove",
					k >= 0 ? ak_kinds[k].cannot_prove : "");

		ak_section_row(t, row);
		json_decref(row);
	}
	json_decref(ws);
	return AK_OK;
}

static enum ak_rc sources(struct ak_sections *s, struct ak_err *err)
{
	json_t *o = ak_section_new(s, "sources", "Source index", "Which exports were read, and was anything lost?");
	json_t *all = NULL, *links = NULL, *row, *t;
	json_int_t in = 0, stored = 0, rejected = 0;
	size_t i;
	enum ak_rc rc = ak_query_sources(s->store, 0, &all, err);

	if (rc != AK_OK || (rc = ak_link_coverage(s->store, 0, INT64_MIN, INT64_MAX, &links, err)) != AK_OK)
		goto out;
	t = ak_section_table(o, "sources", "Sources: in = stored + duplicate + rejected + blank + excluded + expired",
			     "name kind format owner files records_in stored duplicate rejected blank excluded expired state first "
			     "last exported_at exported_at_basis query sha256 cannot_prove");
	json_array_foreach(all, i, row) {
		in += json_integer_value(json_object_get(row, "records_in"));
		stored += json_integer_value(json_object_get(row, "stored"));
		rejected += json_integer_value(json_object_get(row, "rejected"));
		ak_section_row(t, row);
		if (!json_is_string(json_object_get(row, "owner")))
			ak_section_gap(s, o, "source %s: no owner", json_string_value(json_object_get(row, "name")));
	}
	ak_section_say(o, "proven", "tables/sources.csv", "%lld of %lld records that were read are stored, %lld rejected",
		       (long long)stored, (long long)in, (long long)rejected);
	if (!json_array_size(all))
		ak_section_gap(s, o, "no source has been read");
	t = ak_section_table(o, "links", "Links between sources: linked + ambiguous + unlinked = total",
			     "from to method linked ambiguous unlinked total percent");
	json_array_foreach(links, i, row)
		ak_section_row(t, row);
	declared(s, o, "sources");
out:
	json_decref(all);
	json_decref(links);
	return rc;
}

static void fields(struct ak_sections *s)
{
	json_t *o = ak_section_new(s, "fields", "Field dictionary", "What can a stored record hold, and why?");
	json_t *t = ak_section_table(o, "fields", "Fields", "name column type unit redaction purpose meaning");

	for (int f = 0; f < AK_F_COUNT; f++) {
		json_t *row = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "name", ak_fields[f].name, "column",
					ak_fields[f].column, "type", ak_type_name(ak_fields[f].type), "unit", ak_fields[f].unit,
					"redaction", ak_type_action(ak_fields[f].type), "purpose", ak_fields[f].purpose, "meaning",
					ak_fields[f].meaning);

		ak_section_row(t, row);
		json_decref(row);
	}
	ak_section_say(o, "proven", "the program's own table", "%d fields; what is not listed is not stored", (int)AK_F_COUNT);
}

static void with_source(json_t *table, const json_t *source, const char *member)
{
	json_t *row;
	size_t i;

	json_array_foreach(json_object_get(source, member), i, row) {
		json_object_set(row, "source", json_object_get(source, "name"));
		ak_section_row(table, row);
	}
}

static enum ak_rc redaction(struct ak_sections *s, struct ak_err *err)
{
	json_t *o = ak_section_new(s, "redaction", "Redaction statement", "What was removed, hashed or masked before storing?");
	json_t *all = NULL, *source, *done, *payload, *ignored;
	size_t i;
	enum ak_rc rc = ak_query_sources(s->store, 0, &all, err);

	if (rc != AK_OK)
		return rc;
	done = ak_section_table(o, "redaction", "What redaction did", "source field rule action n");
	payload = ak_section_table(o, "payload", "Prompts and completions as they arrived; none is stored",
				   "source path role present masked absent");
	ignored = ak_section_table(o, "unknown_fields", "Fields in the exports that no mapping keeps", "source path type n");
	json_array_foreach(all, i, source) {
		with_source(done, source, "redaction");
		with_source(payload, source, "payload");
		with_source(ignored, source, "unknown_fields");
	}
	json_decref(all);
	ak_section_say(o, "proven", "tables/redaction.csv", "values were replaced before the first write; the counts are per field and rule");
	declared(s, o, "redaction");
	return AK_OK;
}

static enum ak_rc access(struct ak_sections *s, struct ak_err *err)
{
	json_t *o = ak_section_new(s, "access", "Access statement", "Who can see the logs?"), *doc, *row;
	json_t *t = ak_section_table(o, "grants", "Access grants in the reviews that were read",
				     "citation time principal role scope state");
	struct ak_records *it = NULL;
	struct ak_stored rec;
	const char *source;
	bool superseded;
	size_t n = 0;
	enum ak_rc rc = ak_records_open(s->store, AK_K_GRANT, INT64_MIN, INT64_MAX, &it, err);

	while (rc == AK_OK && (rc = ak_records_next(it, &rec, &source, &superseded, err)) == AK_OK) {
		json_t *f;

		if (superseded)
			continue;
		doc = ak_query_record_json(&rec, source);
		f = json_object_get(doc, "fields");
		row = json_pack("{s:O?, s:O?, s:O?, s:O?, s:O?, s:O?}", "citation", json_object_get(doc, "cite"), "time",
				json_object_get(doc, "time"), "principal", json_object_get(f, "user.id"), "role",
				json_object_get(f, "auditkit.grant.role"), "scope", json_object_get(f, "auditkit.grant.log_scope"), "state",
				json_object_get(f, "auditkit.state"));
		ak_section_row(t, row);
		json_decref(row);
		json_decref(doc);
		n++;
	}
	ak_records_free(it);
	if (rc != AK_END)
		return AK_FAIL;
	if (n)
		ak_section_say(o, "proven", "tables/grants.csv", "%zu grants in the access reviews that were read", n);
	else
		ak_section_gap(s, o, "no access review was read");
	declared(s, o, "access");
	return AK_OK;
}

static enum ak_rc sample(struct ak_sections *s, struct ak_err *err)
{
	json_t *o = ak_section_new(s, "sample-trace", "Sample trace", "Can one request be reconstructed?"), *trace = NULL;
	const struct ak_trace_opts opts = {.policy = s->policy};
	AK_CLEANUP(ak_free_charp) char *rule = NULL;
	enum ak_rc rc = ak_trace_sample(s->store, 1, &opts, &trace, &rule, err);
	struct ak_buf b;

	if (rc == AK_END) {
		ak_section_gap(s, o, "no trace is complete and safe to show");
		return AK_OK;
	}
	if (rc != AK_OK)
		return rc;
	ak_buf_init(&b, 1 << 20);
	ak_trace_text(trace, &b);
	json_object_set_new(o, "text", json_stringn(b.p, b.n));
	json_object_del(trace, "digest"); /* pseudonyms change in the packet, and with them the digest */
	json_object_set_new(o, "trace", trace);
	ak_section_say(o, "proven", "the block below", "picked by the rule: %s; seed 1", rule);
	ak_buf_release(&b);
	return AK_OK;
}

enum ak_rc ak_sections_build(struct ak_sections *s, struct ak_err *err)
{
	s->all = json_array();
	if (scope(s, err) != AK_OK || sources(s, err) != AK_OK)
		return AK_FAIL;
	fields(s);
	if (redaction(s, err) != AK_OK)
		return AK_FAIL;
	declared(s, ak_section_new(s, "retention", "Retention statement", "How long do logs live, and where?"), "retention");
	if (access(s, err) != AK_OK)
		return AK_FAIL;
	return sample(s, err);
}
