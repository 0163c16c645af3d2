/* Policies in action (F214): what verdicts of guardrails and DLP, and quotas, decided, with calls to look at. */
#include "base/ak.h"
#include "report/list.h"

#include <stdlib.h>

#include "base/jsonget.h"
#include "base/text.h"
#include "query/aggregate.h"
#include "query/report_rows.h"

enum { SAMPLES = 3 };

struct governance {
	struct ak_store *s;
	const struct ak_list_opts *o;
	json_t *doc, *groups, *counts; /* groups: key -> row; counts: layer -> {decision: n} */
	int64_t attempts, verdicts, acted;
};

/* blocked:ssn is blocked; the verdict's own field says more. */
static json_t *decision_of(const char *verdict, const char *result)
{
	if (verdict)
		return json_string(verdict);
	return result ? json_stringn(result, strcspn(result, ":")) : json_null();
}

static bool acts(const char *decision) { return decision && strcmp(decision, "allowed") != 0 && strcmp(decision, "clean") != 0 && strcmp(decision, "not_run") != 0; }

static bool is_later(const char *a, const char *b) { return a && (!b || strcmp(a, b) > 0); }

/* The row of a policy's decision. All but `layer` may be null. */
static json_t *row_of(struct governance *g, const char *layer, const char *policy, const char *version, json_t *decision, const char *result)
{
	json_t *key = json_pack("[s, s?, s?, O, s?]", layer, policy, version, decision, result), *row;
	char *text = json_dumps(key, JSON_COMPACT);

	if (!(row = json_object_get(g->groups, text))) {
		row = json_pack("{s:s, s:s?, s:s?, s:O, s:s?, s:I, s:n, s:n, s:[]}", "layer", layer, "policy", policy, "version", version, "decision", decision,
				"result", result, "n", (json_int_t)0, "first", "last", "samples");
		json_object_set_new(g->groups, text, row);
	}
	json_decref(key);
	ak_free(text);
	return row;
}

static void count(struct governance *g, json_t *row, int64_t n)
{
	const char *layer = ak_jtxt(row, "layer", "?"), *decision = ak_jtxt(row, "decision", NULL);
	json_t *of = json_object_get(g->counts, layer);

	if (!of)
		json_object_set_new(g->counts, layer, of = json_object());
	ak_list_count(of, decision, n);
	json_object_set_new(row, "n", json_integer((json_int_t)ak_jnum(row, "n") + n));
	g->verdicts += n;
	g->acted += acts(decision) ? n : 0;
}

/* One record of a row: its time, and while there are few, where to look. */
static void note(json_t *row, const json_t *record)
{
	const char *time = ak_jtxt(record, "time", NULL);
	json_t *samples = json_object_get(row, "samples"), *one;

	if (time && (!ak_jtxt(row, "first", NULL) || strcmp(time, ak_jtxt(row, "first", "")) < 0))
		json_object_set_new(row, "first", json_string(time));
	if (is_later(time, ak_jtxt(row, "last", NULL)))
		json_object_set_new(row, "last", json_string(time));
	if (json_array_size(samples) == SAMPLES)
		return;
	one = json_object();
	ak_list_copy(one, record, "citation time trace request_id");
	json_array_append_new(samples, one);
}

/* ---- verdicts and quotas, as records of their own ---- */

static enum ak_rc take_verdict(void *ctx, json_t *v, struct ak_err *err)
{
	json_t *decision = decision_of(ak_jtxt(v, "verdict", NULL), ak_jtxt(v, "result", NULL));
	json_t *row = row_of(ctx, ak_jtxt(v, "layer", "?"), ak_jtxt(v, "policy", NULL), ak_jtxt(v, "version", NULL), decision, ak_jtxt(v, "result", NULL));

	(void)err;
	count(ctx, row, 1);
	note(row, v);
	json_decref(decision);
	return AK_OK;
}

static enum ak_rc take_quota(void *ctx, json_t *v, struct ak_err *err)
{
	const char *scope = ak_jtxt(v, "scope", NULL), *of = ak_jtxt(v, "scope_id", NULL);
	json_t *decision = decision_of(ak_jtxt(v, "decision", NULL), NULL), *row;
	struct ak_buf name;

	(void)err;
	ak_buf_init(&name, 1 << 16);
	ak_buf_addf(&name, "quota of %s%s%s", scope ? scope : "an unnamed scope", of ? " " : "", of ? of : "");
	row = row_of(ctx, "quota events", name.p, ak_jtxt(v, "policy_version", NULL), decision, NULL);
	count(ctx, row, 1);
	note(row, v);
	json_decref(decision);
	ak_buf_release(&name);
	return AK_OK;
}

/* ---- attempts, by column; of those that a policy acted on, the record ---- */

static enum ak_rc take_attempt(struct governance *g, const struct ak_columns *c, size_t i, struct ak_err *err)
{
	struct ak_str verdict = ak_columns_text(c, AK_COL_POLICY_VERDICT, i), result = ak_columns_text(c, AK_COL_DLP_RESULT, i);
	char v[64], r[256];
	json_t *decision, *call = NULL;
	enum ak_rc rc = AK_OK;

	g->attempts++;
	if (!verdict.p && !result.p)
		return AK_OK;
	snprintf(v, sizeof v, "%.*s", (int)verdict.n, verdict.p ? verdict.p : "");
	snprintf(r, sizeof r, "%.*s", (int)(result.n < 255 ? result.n : 255), result.p ? result.p : "");
	decision = decision_of(verdict.p ? v : NULL, result.p ? r : NULL);
	if (acts(json_string_value(decision)))
		rc = ak_query_verdict_call(g->s, c->number[AK_COL_SEQ][i], &call, err);
	if (rc == AK_OK) {
		json_t *row = row_of(g, "gateway attempts", ak_jtxt(call, "policy", NULL), NULL, decision, result.p ? r : NULL);

		count(g, row, 1);
		if (call)
			note(row, call);
	}
	json_decref(decision);
	json_decref(call);
	return rc == AK_END ? ak_fail(err, AK_EXIT_CORRUPT, "a record that is counted is not there") : rc;
}

static enum ak_rc take_block(void *ctx, const struct ak_columns *c, const bool *keep, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	for (size_t i = 0; i < c->n && rc == AK_OK; i++)
		if (keep[i])
			rc = take_attempt(ctx, c, i, err);
	return rc;
}

static enum ak_rc read_attempts(struct governance *g, struct ak_err *err)
{
	static const struct ak_layer layer = {.kind = AK_K_REQUEST};
	struct ak_columns_want want = {{false}};

	want.col[AK_COL_SEQ] = want.col[AK_COL_POLICY_VERDICT] = want.col[AK_COL_DLP_RESULT] = true;
	return ak_query_layer_each(g->s, &layer, g->o->from_us, g->o->to_us, &want, take_block, g, err);
}

static int by_name(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

static const char **sorted_keys(const json_t *o, size_t *n)
{
	const char **key = ak_alloc((json_object_size(o) + 1) * sizeof *key), *name;
	json_t *v;

	*n = 0;
	json_object_foreach((json_t *)o, name, v)
		key[(*n)++] = name;
	if (*n)
		ak_sort(key, *n, sizeof *key, by_name);
	return key;
}

/* A verdict that names a call and no trace is of the call's. */
static enum ak_rc find_trace(struct ak_store *s, json_t *sample, struct ak_err *err)
{
	const char *id = ak_jtxt(sample, "request_id", NULL);
	json_t *call = NULL;
	enum ak_rc rc;

	if (ak_jtxt(sample, "trace", NULL) || !id)
		return AK_OK;
	rc = ak_query_verdict_trace(s, id, &call, err);
	if (rc == AK_OK && json_is_string(json_object_get(call, "trace")))
		json_object_set(sample, "trace", json_object_get(call, "trace"));
	json_decref(call);
	return rc == AK_END ? AK_OK : rc;
}

/* What there is to look at of decisions that did something, line by line. */
static enum ak_rc give_samples(struct governance *g, const json_t *row, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;
	json_t *sample;
	size_t i;

	if (!acts(ak_jtxt(row, "decision", NULL)))
		return AK_OK;
	json_array_foreach(json_object_get(row, "samples"), i, sample) {
		json_t *one = json_object();

		ak_list_copy(one, row, "layer policy version decision result");
		json_object_update(one, sample);
		rc = rc == AK_OK ? find_trace(g->s, one, err) : rc;
		rc = rc == AK_OK ? ak_list_add(g->doc, "samples", one, err) : rc;
	}
	return rc;
}

/* Each row with the sum of its layer, in the order of their names. */
static enum ak_rc give_rows(struct governance *g, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;
	const char **key;
	size_t n;

	key = sorted_keys(g->groups, &n);
	for (size_t i = 0; i < n && rc == AK_OK; i++) {
		json_t *row = json_incref(json_object_get(g->groups, key[i])), *of = json_object_get(g->counts, ak_jtxt(row, "layer", "?")), *v;
		const char *decision;
		int64_t sum = 0;

		json_object_foreach(of, decision, v)
			sum += json_integer_value(v);
		json_object_set_new(row, "of", json_integer(sum));
		rc = ak_list_add(g->doc, "rows", row, err);
		if (rc == AK_OK)
			rc = give_samples(g, row, err);
	}
	ak_free(key);
	return rc;
}

static void sum_up(struct governance *g)
{
	char acted[72];
	const char *layer, *decision;
	json_t *layers = json_array(), *of, *n;
	struct ak_buf b;

	json_object_foreach(g->counts, layer, of)
		json_array_append_new(layers, json_pack("{s:s, s:O}", "layer", layer, "verdicts", of));
	json_object_set_new(g->doc, "total", json_pack("{s:I, s:I, s:I, s:o}", "decisions", (json_int_t)g->verdicts, "acted", (json_int_t)g->acted, "attempts",
						       (json_int_t)g->attempts, "by_layer", layers));
	ak_list_say(g->doc, "%s decisions of policies did something: blocked, redacted, flagged, warned, throttled or failed",
		    ak_list_of((uint64_t)g->acted, (uint64_t)g->verdicts, acted));
	ak_buf_init(&b, 1 << 16);
	json_object_foreach(g->counts, layer, of) {
		ak_buf_clear(&b);
		json_object_foreach(of, decision, n)
			ak_buf_addf(&b, "%s%s %lld", b.n ? ", " : "", decision, (long long)json_integer_value(n));
		if (strcmp(layer, "gateway attempts") == 0)
			ak_list_say(g->doc, "%s: %s; %s attempts in all, the others name no decision", layer, b.p, AK_NUM((uint64_t)g->attempts));
		else
			ak_list_say(g->doc, "%s: %s", layer, b.p);
	}
	ak_buf_release(&b);
}

enum ak_rc ak_report_governance(struct ak_store *s, const struct ak_list_opts *o, json_t **out, bool *any, struct ak_err *err)
{
	struct governance g = {.s = s, .o = o, .doc = ak_list_new("governance", "auditkit.report-governance/1", o), .groups = json_object(), .counts = json_object()};
	enum ak_rc rc = ak_query_verdict_rows_each(s, o->from_us, o->to_us, take_verdict, &g, err);

	if (rc == AK_OK)
		rc = ak_query_quota_rows_each(s, o->from_us, o->to_us, take_quota, &g, err);
	if (rc == AK_OK)
		rc = read_attempts(&g, err);
	json_object_set_new(g.doc, "samples", json_array());
	if (rc == AK_OK)
		rc = give_rows(&g, err);
	sum_up(&g);
	*any = g.verdicts > 0;
	*out = g.doc;
	json_decref(g.groups);
	json_decref(g.counts);
	return rc;
}
