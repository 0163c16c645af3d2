/* What arrived with records and what was done to it before the first write: payload (F367), redaction (F171). */
#include "base/ak.h"
#include "report/list.h"

#include "base/jsonget.h"
#include "query/query.h"

static json_int_t num(const json_t *o, const char *m) { return json_integer_value(json_object_get(o, m)); }

struct payload {
	json_t *doc;
	json_int_t of, present, masked, places, other;
};

static enum ak_rc take_rows(struct payload *p, const json_t *rows, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;
	json_t *r;
	size_t i;

	json_array_foreach((json_t *)rows, i, r) {
		json_t *row = json_deep_copy(r);

		json_object_set_new(row, "absent", json_integer(num(r, "attempts") - num(r, "present") - num(r, "masked")));
		p->of += num(r, "attempts");
		p->present += num(r, "present");
		p->masked += num(r, "masked");
		if ((rc = ak_list_add(p->doc, "rows", row, err)) != AK_OK)
			break;
	}
	return rc;
}

static enum ak_rc take_places(struct payload *p, const json_t *sources, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;
	json_t *source, *place;
	size_t i, k;

	json_array_foreach((json_t *)sources, i, source)
		json_array_foreach(json_object_get(source, "payload"), k, place) {
			json_t *row = json_deep_copy(place);

			json_object_set(row, "source", json_object_get(source, "name"));
			if (strcmp(ak_jtxt(place, "role", ""), "other") == 0) {
				p->other += num(place, "present");
				p->places += num(place, "present") + num(place, "masked") + num(place, "absent");
			}
			if ((rc = ak_list_add(p->doc, "places", row, err)) != AK_OK)
				return rc;
		}
	return rc;
}

/* As question 3 of a packet judges it: metadata-only and masked mean that nothing readable may arrive. */
static void judge(struct payload *p, const struct ak_policy *policy)
{
	const char *mode = policy ? policy->payload_mode : NULL, *verdict;
	char present[72], masked[72], other[72];

	if (!mode || strcmp(mode, "unknown") == 0 || (!p->of && !p->other))
		verdict = "not evaluable";
	else
		verdict = (!p->present && !p->other) || strcmp(mode, "full") == 0 ? "met" : "not met";
	json_object_set_new(p->doc, "payload_mode", mode ? json_string(mode) : json_null());
	json_object_set_new(p->doc, "verdict", json_string(verdict));
	json_object_set_new(p->doc, "total", json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "records", p->of, "present", p->present, "masked", p->masked, "absent",
						       p->of - p->present - p->masked, "other_places", p->places, "other_present", p->other));
	ak_list_say(p->doc, "%s records arrived with a prompt or completion, %s with one that the source had masked or encrypted; none is stored",
		    ak_list_of((uint64_t)p->present, (uint64_t)p->of, present), ak_list_of((uint64_t)p->masked, (uint64_t)p->of, masked));
	if (p->places)
		ak_list_say(p->doc, "%s places of tools, guardrails and matches held content, of all times",
			    ak_list_of((uint64_t)p->other, (uint64_t)p->places, other));
	ak_list_say(p->doc, "declared payload mode: %s: %s", mode ? mode : "none", verdict);
}

enum ak_rc ak_report_payload(struct ak_store *s, const struct ak_list_opts *o, json_t **out, bool *any, struct ak_err *err)
{
	struct payload p = {.doc = ak_list_new("payload", "auditkit.report-payload/1", o)};
	json_t *rows = NULL, *sources = NULL;
	enum ak_rc rc = ak_query_payload(s, 0, o->from_us, o->to_us, &rows, err);

	json_object_set_new(p.doc, "places", json_array());
	if (rc == AK_OK)
		rc = ak_query_sources(s, 0, &sources, err);
	if (rc == AK_OK)
		rc = take_rows(&p, rows, err);
	if (rc == AK_OK)
		rc = take_places(&p, sources, err);
	judge(&p, o->policy);
	*any = p.of > 0;
	*out = p.doc;
	json_decref(rows);
	json_decref(sources);
	return rc;
}

/* ---- redaction ---- */

struct redaction {
	json_t *doc, *rules, *actions, *sources;
	int64_t n;
};

static enum ak_rc take_source(struct redaction *r, const json_t *source, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;
	json_t *one;
	size_t i;

	json_array_foreach(json_object_get(source, "redaction"), i, one) {
		json_t *row = json_deep_copy(one);

		json_object_set(row, "source", json_object_get(source, "name"));
		r->n += num(one, "n");
		ak_list_count(r->rules, ak_jtxt(one, "rule", NULL), num(one, "n"));
		ak_list_count(r->actions, ak_jtxt(one, "action", NULL), num(one, "n"));
		ak_list_count(r->sources, ak_jtxt(source, "name", NULL), num(one, "n"));
		if ((rc = ak_list_add(r->doc, "rows", row, err)) != AK_OK)
			break;
	}
	return rc;
}

/* The files as they were given; what is left of them is what the ledger's root covers. */
static enum ak_rc take_files(struct redaction *r, const json_t *files, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;
	json_t *f, *row;
	size_t i;

	json_array_foreach((json_t *)files, i, f) {
		row = json_object();
		ak_list_copy(row, f, "source name sha256 bytes records_in stored duplicate rejected state");
		if ((rc = ak_list_add(r->doc, "files", row, err)) != AK_OK)
			break;
	}
	return rc;
}

static void sum_up(struct redaction *r, const json_t *workspace)
{
	const json_t *checkpoint = json_object_get(workspace, "checkpoint");
	const char *name;
	struct ak_buf b;
	json_t *n;

	json_object_set_new(r->doc, "total", json_pack("{s:I, s:O, s:O, s:O, s:i}", "values", (json_int_t)r->n, "rules", r->rules, "actions", r->actions,
						       "sources", r->sources, "files", (int)json_array_size(json_object_get(r->doc, "files"))));
	json_object_set_new(r->doc, "checkpoint", json_is_object(checkpoint) ? json_incref((json_t *)checkpoint) : json_null());
	ak_buf_init(&b, 4096);
	json_object_foreach(r->actions, name, n)
		ak_buf_addf(&b, "%s%lld %s", b.n ? ", " : "", (long long)json_integer_value(n), name);
	ak_list_say(r->doc, "%lld values were changed or left out before the first write: %s", (long long)r->n, b.n ? b.p : "none");
	ak_buf_release(&b);
	ak_list_say(r->doc, "%zu files were read; sha256 is of their bytes before redaction, root of the ledger after it: %s",
		    json_array_size(json_object_get(r->doc, "files")), ak_jtxt(checkpoint, "root", "no checkpoint yet"));
}

enum ak_rc ak_report_redaction(struct ak_store *s, const struct ak_list_opts *o, json_t **out, bool *any, struct ak_err *err)
{
	struct redaction r = {ak_list_new("redaction", "auditkit.report-redaction/1", o), json_object(), json_object(), json_object(), 0};
	json_t *sources = NULL, *files = NULL, *workspace = NULL, *source;
	size_t i;
	enum ak_rc rc = ak_query_sources(s, 0, &sources, err);

	json_object_set_new(r.doc, "files", json_array());
	json_array_foreach(sources, i, source)
		if (rc == AK_OK)
			rc = take_source(&r, source, err);
	if (rc == AK_OK)
		rc = ak_query_files(s, NULL, 0, &files, err);
	if (rc == AK_OK)
		rc = take_files(&r, files, err);
	if (rc == AK_OK)
		rc = ak_query_workspace(s, &workspace, err);
	sum_up(&r, workspace);
	*any = json_array_size(files) > 0;
	*out = r.doc;
	json_decref(r.rules);
	json_decref(r.actions);
	json_decref(r.sources);
	json_decref(sources);
	json_decref(files);
	json_decref(workspace);
	return rc;
}
