#include "base/ak.h"
#include "query/totals.h"

#include "query/rows.h"
#include "query/tally.h"

static json_t *text(struct ak_str s) { return ak_row_text(s); }

static json_t *sum_of(const struct ak_tallied *t, size_t k, struct ak_arena *arena)
{
	return t->any[k] ? text(ak_dec_sum_text(&t->sum[k], arena)) : json_null();
}

static bool is(const struct ak_columns *c, enum ak_column col, size_t i, const char *word) { return ak_str_is(ak_columns_text(c, col, i), word); }

/* ---- routes ---- */

enum { FAILED, AFTER_FALLBACK, CACHE_HITS, WITHOUT_KEY };

static void by_route(const struct ak_columns *c, size_t i, struct ak_str by[AK_TALLY_BYS])
{
	by[0] = ak_columns_text(c, AK_COL_REQUEST_MODEL, i);
	by[1] = ak_columns_text(c, AK_COL_PROVIDER, i);
	by[2] = ak_columns_text(c, AK_COL_RESPONSE_MODEL, i);
}

static int64_t fallbacks(const struct ak_columns *c, size_t i)
{
	int64_t n = ak_columns_number(c, AK_COL_ATTEMPT_FALLBACKS, i);

	return n != AK_COLUMN_NONE ? n : ak_columns_number(c, AK_COL_FALLBACK_USED, i);
}

static void count_route(const struct ak_columns *c, size_t i, int64_t n[AK_TALLY_COUNTS])
{
	n[FAILED] += is(c, AK_COL_OUTCOME, i, "failure");
	n[AFTER_FALLBACK] += ak_columns_text(c, AK_COL_FALLBACK_FROM, i).p || fallbacks(c, i) > 0;
	n[CACHE_HITS] += is(c, AK_COL_CACHE_STATUS, i, "hit");
	n[WITHOUT_KEY] += !ak_columns_text(c, AK_COL_KEY_ID, i).p && !ak_columns_text(c, AK_COL_KEY_HASH, i).p && !ak_columns_text(c, AK_COL_KEY_ALIAS, i).p;
}

enum ak_rc ak_totals_routes(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err)
{
	static const struct ak_tally_plan plan = {
		.want = {AK_COL_REQUEST_MODEL, AK_COL_PROVIDER, AK_COL_RESPONSE_MODEL, AK_COL_OUTCOME, AK_COL_FALLBACK_FROM, AK_COL_ATTEMPT_FALLBACKS,
			 AK_COL_FALLBACK_USED, AK_COL_CACHE_STATUS, AK_COL_KEY_ID, AK_COL_KEY_HASH, AK_COL_KEY_ALIAS, AK_COL_SEQ},
		.by = by_route,
		.count = count_route,
		.sum = {AK_COL_SEQ},
	};
	struct ak_tallies all;
	enum ak_rc rc = ak_tally_run(s, &plan, from_us, to_us, &all, err);

	if (rc == AK_OK)
		*out = json_array();
	for (size_t i = 0; i < all.n && rc == AK_OK; i++) {
		const struct ak_tallied *t = all.t[i];

		json_array_append_new(*out, json_pack("{s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:I}", "source", text(t->source), "asked", text(t->by[0]),
						      "provider", text(t->by[1]), "served", text(t->by[2]), "attempts", (json_int_t)t->records, "failed",
						      (json_int_t)t->n[FAILED], "after_fallback", (json_int_t)t->n[AFTER_FALLBACK], "cache_hits",
						      (json_int_t)t->n[CACHE_HITS], "without_key", (json_int_t)t->n[WITHOUT_KEY], "people",
						      (json_int_t)t->people));
	}
	ak_tallies_release(&all);
	return rc;
}

/* ---- rows of several layers in one order ---- */

struct row {
	json_t *o;
	const char *const *by;
};

static int compare(const json_t *a, const json_t *b)
{
	if (!json_is_string(a) || !json_is_string(b))
		return json_is_string(a) - json_is_string(b);
	return ak_str_cmp(ak_str_n(json_string_value(a), json_string_length(a)), ak_str_n(json_string_value(b), json_string_length(b)));
}

static int in_order(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int order = 0;

	for (size_t i = 0; x->by[i] && !order; i++)
		order = compare(json_object_get(x->o, x->by[i]), json_object_get(y->o, y->by[i]));
	return order;
}

/* Bytewise by these members, none first, as a statement orders them. Takes the list. */
static json_t *ordered(json_t *list, const char *const *by)
{
	size_t n = json_array_size(list);
	struct row *row = ak_alloc_zero(n + 1, sizeof *row);
	json_t *sorted = json_array();

	for (size_t i = 0; i < n; i++)
		row[i] = (struct row){json_array_get(list, i), by};
	ak_sort(row, n, sizeof *row, in_order);
	for (size_t i = 0; i < n; i++)
		json_array_append(sorted, row[i].o);
	ak_free(row);
	json_decref(list);
	return sorted;
}

/* ---- spend ---- */

static void by_spend(const struct ak_columns *c, size_t i, struct ak_str by[AK_TALLY_BYS])
{
	struct ak_str served = ak_columns_text(c, AK_COL_RESPONSE_MODEL, i);

	by[0] = ak_columns_text(c, AK_COL_PROVIDER, i);
	by[1] = served.p ? served : ak_columns_text(c, AK_COL_REQUEST_MODEL, i);
	by[2] = ak_columns_text(c, AK_COL_CURRENCY, i);
}

static json_t *spend_row(const struct ak_tallied *t, struct ak_arena *arena)
{
	return json_pack("{s:o, s:s, s:o, s:o, s:n, s:o, s:I, s:o, s:o, s:o, s:o, s:o, s:n, s:I}", "source", text(t->source), "layer", "gateway attempts", "provider",
			 text(t->by[0]), "model", text(t->by[1]), "line_item", "currency", text(t->by[2]), "records", (json_int_t)t->records, "requests",
			 json_sprintf("%lld", (long long)t->records), "input_tokens", sum_of(t, 0, arena), "output_tokens", sum_of(t, 1, arena), "estimated",
			 sum_of(t, 2, arena), "billed", sum_of(t, 3, arena), "query", "people", (json_int_t)t->people);
}

enum ak_rc ak_totals_spend(struct ak_store *s, const char *beside, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err)
{
	static const struct ak_tally_plan plan = {
		.want = {AK_COL_PROVIDER, AK_COL_RESPONSE_MODEL, AK_COL_REQUEST_MODEL, AK_COL_CURRENCY, AK_COL_SEQ},
		.by = by_spend,
		.sum = {AK_COL_INPUT_TOKENS, AK_COL_OUTPUT_TOKENS, AK_COL_COST_ESTIMATED, AK_COL_COST_BILLED},
	};
	static const char *const by[] = {"source", "layer", "provider", "model", "line_item", "currency", "query", NULL};
	struct ak_tallies all;
	json_t *list = NULL;
	enum ak_rc rc = ak_tally_run(s, &plan, from_us, to_us, &all, err);

	if (rc == AK_OK)
		rc = ak_rows_period(s, beside, from_us, to_us, &list, err);
	for (size_t i = 0; i < all.n && rc == AK_OK; i++)
		json_array_append_new(list, spend_row(all.t[i], &all.arena));
	if (rc == AK_OK)
		*out = ordered(list, by);
	ak_tallies_release(&all);
	return rc;
}

/* ---- payload ---- */

enum { PRESENT, MASKED };

static void by_source(const struct ak_columns *c, size_t i, struct ak_str by[AK_TALLY_BYS])
{
	(void)c;
	(void)i;
	(void)by;
}

static bool either(const struct ak_columns *c, size_t i, const char *word)
{
	return is(c, AK_COL_PAYLOAD_PROMPT, i, word) || is(c, AK_COL_PAYLOAD_COMPLETION, i, word);
}

static void count_payload(const struct ak_columns *c, size_t i, int64_t n[AK_TALLY_COUNTS])
{
	bool present = either(c, i, "present");

	n[PRESENT] += present;
	n[MASKED] += !present && (either(c, i, "masked") || either(c, i, "encrypted"));
}

static enum ak_rc has_witnesses(struct ak_store *s, struct ak_err *err)
{
	json_t *row = NULL;
	enum ak_rc rc = ak_rows_one(s, "SELECT EXISTS(SELECT 1 FROM corroboration) AS any_flag", NULL, 0, &row, err);

	if (rc == AK_OK && json_is_true(json_object_get(row, "any")))
		rc = AK_END;
	json_decref(row);
	return rc;
}

enum ak_rc ak_totals_payload(struct ak_store *s, const char *beside, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err)
{
	static const struct ak_tally_plan plan = {
		.want = {AK_COL_PAYLOAD_PROMPT, AK_COL_PAYLOAD_COMPLETION, AK_COL_SEQ}, .by = by_source, .count = count_payload, .sum = {AK_COL_SEQ}};
	static const char *const by[] = {"source", "kind", NULL};
	const struct ak_param p[] = {AK_PI(from_us), AK_PI(to_us), AK_PI(0)};
	struct ak_tallies all = {0};
	json_t *list = NULL;
	enum ak_rc rc = has_witnesses(s, err); /* an attempt came with payload when one of them did */

	if (rc != AK_OK)
		return rc;
	rc = ak_tally_run(s, &plan, from_us, to_us, &all, err);
	if (rc == AK_OK)
		rc = ak_rows(s, beside, p, 3, &list, err);
	for (size_t i = 0; i < all.n && rc == AK_OK; i++) {
		const struct ak_tallied *t = all.t[i];

		json_array_append_new(list, json_pack("{s:o, s:s, s:I, s:I, s:I}", "source", text(t->source), "kind", "request", "attempts", (json_int_t)t->records,
						      "present", (json_int_t)t->n[PRESENT], "masked", (json_int_t)t->n[MASKED]));
	}
	if (rc == AK_OK)
		*out = ordered(list, by);
	ak_tallies_release(&all);
	return rc;
}

/* ---- environments ---- */

static void by_environment(const struct ak_columns *c, size_t i, struct ak_str by[AK_TALLY_BYS])
{
	by[0] = ak_columns_text(c, AK_COL_ENVIRONMENT, i);
}

static void add(json_t *counts, const char *name, json_int_t n)
{
	if (name)
		json_object_set_new(counts, name, json_integer(json_integer_value(json_object_get(counts, name)) + n));
}

enum ak_rc ak_totals_environments(struct ak_store *s, const char *beside, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err)
{
	static const struct ak_tally_plan plan = {.want = {AK_COL_ENVIRONMENT, AK_COL_SEQ}, .by = by_environment, .sum = {AK_COL_SEQ}};
	static const char *const by[] = {"environment", NULL};
	struct ak_tallies all;
	json_t *rows = NULL, *row, *counts = json_object(), *list = json_array(), *n;
	const char *name;
	size_t i;
	enum ak_rc rc = ak_tally_run(s, &plan, from_us, to_us, &all, err);

	if (rc == AK_OK)
		rc = ak_rows_period(s, beside, from_us, to_us, &rows, err);
	json_array_foreach(rows, i, row)
		add(counts, json_string_value(json_object_get(row, "environment")), json_integer_value(json_object_get(row, "n")));
	for (i = 0; i < all.n && rc == AK_OK; i++)
		add(counts, all.t[i]->by[0].p, all.t[i]->records);
	json_object_foreach(counts, name, n)
		json_array_append_new(list, json_pack("{s:s, s:O}", "environment", name, "records", n));
	list = ordered(list, by);
	if (rc == AK_OK)
		*out = list;
	else
		json_decref(list);
	json_decref(rows);
	json_decref(counts);
	ak_tallies_release(&all);
	return rc;
}
