#include "base/ak.h"
#include "report/dispute.h"

#include <stdlib.h>

#include "base/jsonget.h"
#include "base/jsonw.h"
#include "query/aggregate.h"
#include "report/bill.h"

const char *const ak_scope_names[AK_SCOPES] = {"customer", "user", "team", "key"};

enum { SCOPE_COLUMNS = 3 };

static const struct {
	enum ak_column col[SCOPE_COLUMNS];
	size_t n;
} columns_of[AK_SCOPES] = {
	[AK_SCOPE_CUSTOMER] = {{AK_COL_TENANT}, 1},
	[AK_SCOPE_USER] = {{AK_COL_ACTOR_ID, AK_COL_ACTOR_EMAIL, AK_COL_END_USER}, 3},
	[AK_SCOPE_TEAM] = {{AK_COL_TEAM, AK_COL_TEAM_NAME}, 2},
	[AK_SCOPE_KEY] = {{AK_COL_KEY_ID, AK_COL_KEY_HASH, AK_COL_KEY_ALIAS}, 3},
};

static const struct {
	const char *name;
	enum ak_column col;
} texts[] = {{"requested_model", AK_COL_REQUEST_MODEL}, {"served_model", AK_COL_RESPONSE_MODEL}, {"outcome", AK_COL_OUTCOME},
	     {"cache", AK_COL_CACHE_STATUS}, {"currency", AK_COL_CURRENCY}},
  numbers[] = {{"status", AK_COL_STATUS_CODE}, {"input_tokens", AK_COL_INPUT_TOKENS}, {"output_tokens", AK_COL_OUTPUT_TOKENS},
	       {"cache_read_tokens", AK_COL_CACHE_READ_TOKENS}, {"cache_write_tokens", AK_COL_CACHE_WRITE_TOKENS},
	       {"reasoning_tokens", AK_COL_REASONING_TOKENS}},
  amounts[] = {{"estimated", AK_COL_COST_ESTIMATED}, {"billed", AK_COL_COST_BILLED}};

struct found {
	int64_t us, seq;
	json_t *row;
};

struct dispute {
	struct ak_store *s;
	const struct ak_dispute_opts *o;
	json_t *doc;
	char *forms; /* as a JSON array */
	struct found *found;
	size_t n, cap, matched; /* matched: the first form that an attempt has */
	int64_t failed, not_attributed, withheld;
	struct ak_map customers, own, ids; /* all that are named; those of the scope's own records; ids of its calls */
	struct ak_bill *cost, *adjusted, *used;
	struct ak_bill *tokens;
};

/* ---- attempts, by column ---- */

/* Which form it is; nforms: none. */
static size_t form_of(const struct ak_dispute_opts *o, struct ak_str v)
{
	size_t i = 0;

	while (i < o->nforms && (!v.p || !ak_str_eq(v, o->form[i])))
		i++;
	return i;
}

/* A record that names the key by its label only. */
static bool is_label(const struct ak_dispute_opts *o, struct ak_str v)
{
	json_t *label;
	size_t i;

	json_array_foreach((json_t *)o->labels, i, label)
		if (v.p && ak_str_is(v, json_string_value(label)))
			return true;
	return false;
}

static bool is_mine(struct dispute *d, const struct ak_columns *c, size_t i, bool *named)
{
	bool mine = false;

	*named = false;
	for (size_t k = 0; k < columns_of[d->o->scope].n; k++) {
		struct ak_str v = ak_columns_text(c, columns_of[d->o->scope].col[k], i);
		size_t form = form_of(d->o, v);

		mine |= form < d->o->nforms || (!*named && k + 1 == columns_of[d->o->scope].n && is_label(d->o, v));
		*named |= v.p != NULL;
		d->matched = form < d->matched ? form : d->matched;
	}
	return mine;
}

static bool is_inside(const struct ak_list_opts *o, int64_t us)
{
	if (us == AK_COLUMN_NONE)
		return o->from_us == INT64_MIN && o->to_us == INT64_MAX;
	return us >= o->from_us && us < o->to_us;
}

static void add_id(struct dispute *d, const json_t *row, const char *member)
{
	const char *id = ak_jtxt(row, member, NULL);

	if (id)
		ak_map_put(&d->ids, ak_str_of(id), NULL);
}

static const char *const id_members[] = {"request_id", "response_id", "provider_request_id", "trace_id"};

/* Entries of one call: an id that the first of them lacks stands in another. */
static enum ak_rc add_entries(struct dispute *d, json_t *row, struct ak_err *err)
{
	json_t *hits = NULL, *hit, *other = NULL;
	enum ak_rc rc = ak_query_lookup(d->s, ak_str_of(ak_jtxt(row, "request_id", "")), &hits, err);
	size_t i;

	json_array_foreach(hits, i, hit) {
		if (rc != AK_OK || strcmp(ak_jtxt(hit, "kind", ""), "request") != 0)
			continue;
		rc = ak_query_dispute_call(d->s, json_integer_value(json_object_get(hit, "seq")), d->o->scope, d->forms, &other, err);
		for (size_t k = 0; rc == AK_OK && k < AK_COUNT(id_members); k++)
			if (json_equal(json_object_get(other, "source_id"), json_object_get(row, "source_id")) &&
			    json_is_null(json_object_get(row, id_members[k])))
				json_object_set(row, id_members[k], json_object_get(other, id_members[k]));
		json_decref(other);
		other = NULL;
	}
	json_decref(hits);
	return rc;
}

static enum ak_rc make_row(struct dispute *d, const struct ak_columns *c, size_t i, int64_t seq, json_t **out, struct ak_err *err)
{
	json_t *row = NULL;
	enum ak_rc rc = ak_query_dispute_call(d->s, seq, d->o->scope, d->forms, &row, err);
	char buf[64];

	if (rc == AK_OK && ak_jtxt(row, "facet", NULL) && ak_jtxt(row, "request_id", NULL))
		rc = add_entries(d, row, err);
	/* A call begins with the earliest of its entries. */
	if (rc == AK_OK && ak_jtxt(row, "facet", NULL) && ak_columns_number(c, AK_COL_TIME, i) != AK_COLUMN_NONE)
		json_object_set_new(row, "time", ak_jbound(c->number[AK_COL_TIME][i]));
	if (rc != AK_OK) {
		json_decref(row);
		return rc == AK_END ? ak_fail(err, AK_EXIT_CORRUPT, "a record that is counted is not there") : rc;
	}
	for (size_t k = 0; k < AK_COUNT(id_members); k++)
		add_id(d, row, id_members[k]);
	json_object_del(row, "source_id");
	json_object_del(row, "facet");
	json_object_del(row, "names");
	json_object_del(row, "mine");
	for (size_t k = 0; k < AK_COUNT(texts); k++) {
		struct ak_str v = ak_columns_text(c, texts[k].col, i);

		json_object_set_new(row, texts[k].name, v.p ? json_stringn(v.p, v.n) : json_null());
	}
	for (size_t k = 0; k < AK_COUNT(numbers); k++) {
		int64_t v = ak_columns_number(c, numbers[k].col, i);

		json_object_set_new(row, numbers[k].name, v == AK_COLUMN_NONE ? json_null() : json_integer(v));
	}
	for (size_t k = 0; k < AK_COUNT(amounts); k++) {
		struct ak_str v = c->number[amounts[k].col] ? ak_columns_decimal(c, amounts[k].col, i, buf) : ak_str_n(NULL, 0);

		json_object_set_new(row, amounts[k].name, v.p ? json_stringn(v.p, v.n) : json_null());
	}
	*out = row;
	return AK_OK;
}

static enum ak_rc take_attempt(struct dispute *d, const struct ak_columns *c, size_t i, struct ak_err *err)
{
	struct ak_str tenant = ak_columns_text(c, AK_COL_TENANT, i);
	int64_t us = ak_columns_number(c, AK_COL_TIME, i);
	struct found f = {us == AK_COLUMN_NONE ? INT64_MAX : us, c->number[AK_COL_SEQ][i], NULL};
	bool named, mine = is_mine(d, c, i, &named);

	if (tenant.p)
		ak_map_put(mine ? &d->own : &d->customers, tenant, NULL);
	if (!is_inside(&d->o->list, us))
		return AK_OK;
	d->not_attributed += !named;
	if (!mine)
		return AK_OK;
	if (d->n == AK_LIST_ROWS) {
		ak_hint(err, "bound the period with --from and --to");
		return ak_fail(err, AK_EXIT_LIMIT, "the report has more than %d rows", AK_LIST_ROWS);
	}
	if (make_row(d, c, i, f.seq, &f.row, err) != AK_OK)
		return AK_FAIL;
	if (d->n == d->cap) {
		d->cap = d->cap ? 2 * d->cap : 256;
		d->found = ak_realloc(d->found, d->cap * sizeof *d->found);
	}
	d->found[d->n++] = f;
	return AK_OK;
}

static enum ak_rc take_block(void *ctx, const struct ak_columns *c, const bool *keep, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	for (size_t i = 0; i < c->n && rc == AK_OK; i++)
		if (keep[i])
			rc = take_attempt(ctx, c, i, err);
	return rc;
}

static int by_time(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	if (x->us != y->us)
		return x->us < y->us ? -1 : 1;
	return (x->seq > y->seq) - (x->seq < y->seq);
}

static enum ak_rc read_attempts(struct dispute *d, struct ak_err *err)
{
	static const struct ak_layer layer = {.kind = AK_K_REQUEST};
	struct ak_columns_want want = {{false}};
	enum ak_rc rc;

	want.col[AK_COL_SEQ] = want.col[AK_COL_TIME] = want.col[AK_COL_TENANT] = true;
	for (size_t k = 0; k < columns_of[d->o->scope].n; k++)
		want.col[columns_of[d->o->scope].col[k]] = true;
	for (size_t k = 0; k < AK_COUNT(texts); k++)
		want.col[texts[k].col] = true;
	for (size_t k = 0; k < AK_COUNT(numbers); k++)
		want.col[numbers[k].col] = true;
	for (size_t k = 0; k < AK_COUNT(amounts); k++)
		want.col[amounts[k].col] = true;
	/* Of all times: customers of before are others too, and a refund may be of a call of before. */
	rc = ak_query_layer_each(d->s, &layer, INT64_MIN, INT64_MAX, &want, take_block, d, err);
	if (rc != AK_OK || !d->n)
		return rc;
	ak_sort(d->found, d->n, sizeof *d->found, by_time);
	for (size_t i = 0; i < d->n && rc == AK_OK; i++) {
		json_t *row = d->found[i].row;

		d->failed += strcmp(ak_jtxt(row, "outcome", ""), "failure") == 0;
		ak_bill_add(d->cost, row, json_object_get(row, "currency"));
		ak_bill_add(d->tokens, row, NULL);
		rc = ak_list_add(d->doc, "rows", json_incref(row), err);
	}
	return rc;
}

/* ---- settlements and usage ---- */

/* Does a row's id lead to a call of somebody else, or to one of the scope's own? */
static enum ak_rc whose_call(struct dispute *d, const char *id, bool *own, bool *foreign, struct ak_err *err)
{
	json_t *hits = NULL, *hit, *call = NULL;
	enum ak_rc rc;
	size_t i;

	if (!id)
		return AK_OK;
	if (ak_map_get(&d->ids, ak_str_of(id))) {
		*own = true;
		return AK_OK;
	}
	rc = ak_query_lookup(d->s, ak_str_of(id), &hits, err);
	json_array_foreach(hits, i, hit) {
		if (rc != AK_OK || strcmp(ak_jtxt(hit, "kind", ""), "request") != 0)
			continue;
		rc = ak_query_dispute_call(d->s, json_integer_value(json_object_get(hit, "seq")), d->o->scope, d->forms, &call, err);
		if (rc == AK_OK && ak_jnum(call, "mine"))
			*own = true;
		else if (rc == AK_OK && ak_jnum(call, "names"))
			*foreign = true;
		json_decref(call);
		call = NULL;
	}
	json_decref(hits);
	return rc == AK_END ? AK_OK : rc;
}

static void withhold(struct dispute *d, json_t *row, const char *member)
{
	json_t *list = json_object_get(row, "withheld");

	if (json_is_null(json_object_get(row, member)))
		return;
	if (!list)
		json_object_set_new(row, "withheld", list = json_array());
	json_array_append_new(list, json_string(member));
	json_object_set_new(row, member, json_null());
	d->withheld++;
}

static enum ak_rc take_settlement(void *ctx, json_t *row, struct ak_err *err)
{
	static const char *const ids[] = {"request_id", "response_id", "trace_id"};
	struct dispute *d = ctx;
	bool mine = ak_jnum(row, "mine"), any_own = false, foreign[AK_COUNT(ids)] = {false};
	enum ak_rc rc = AK_OK;
	json_t *out;

	for (size_t k = 0; k < AK_COUNT(ids) && rc == AK_OK; k++) {
		bool own = false;

		rc = whose_call(d, ak_jtxt(row, ids[k], NULL), &own, &foreign[k], err);
		foreign[k] &= !own;
		any_own |= own;
	}
	if (rc != AK_OK || (!mine && !any_own))
		return rc;
	out = json_object();
	ak_list_copy(out, row, "citation time settlement_id type state request_id response_id trace_id invoice_id line_item amount currency quantity unit"
			       " reason");
	json_object_set_new(out, "basis", json_string(mine ? "named" : "call"));
	for (size_t k = 0; k < AK_COUNT(ids); k++)
		if (foreign[k])
			withhold(d, out, ids[k]);
	ak_bill_add(d->adjusted, out, json_object_get(out, "currency"));
	return ak_list_add(d->doc, "adjustments", out, err);
}

static enum ak_rc take_usage(void *ctx, json_t *row, struct ak_err *err)
{
	struct dispute *d = ctx;

	ak_bill_add(d->used, row, json_object_get(row, "currency"));
	return ak_list_add(d->doc, "usage", json_deep_copy(row), err);
}

static enum ak_rc take_customer(void *ctx, json_t *row, struct ak_err *err)
{
	struct dispute *d = ctx;

	(void)err;
	ak_map_put(&d->customers, ak_str_of(ak_jtxt(row, "tenant", "")), NULL);
	return AK_OK;
}

/* ---- what names another customer ---- */

/* Customers that are not the scope's own. */
static void only_others(struct dispute *d, struct ak_map *others)
{
	ak_map_init(others);
	for (size_t i = 0; i < d->customers.n; i++) {
		struct ak_str name = d->customers.e[i].key;

		if (!ak_map_get(&d->own, name) && !(d->o->scope == AK_SCOPE_CUSTOMER && form_of(d->o, name) < d->o->nforms))
			ak_map_put(others, name, NULL);
	}
}

static void look_through(struct dispute *d, const char *list, const struct ak_map *others)
{
	static const char *const never[] = {"time", "end", "amount", "estimated", "billed", "effective", "currency", "outcome", "type", "basis"};
	const char *member;
	json_t *row, *v, *found;
	size_t i, k;

	json_array_foreach(json_object_get(d->doc, list), i, row) {
		found = json_array();
		json_object_foreach(row, member, v) {
			bool closed = !json_is_string(v);

			for (k = 0; k < AK_COUNT(never) && !closed; k++)
				closed = strcmp(member, never[k]) == 0;
			if (!closed && d->o->tells(d->o->ctx, ak_str_n(json_string_value(v), json_string_length(v)), others))
				json_array_append_new(found, json_string(member));
		}
		json_array_foreach(found, k, v)
			withhold(d, row, json_string_value(v));
		json_decref(found);
	}
}

static void sum_up(struct dispute *d)
{
	json_t *total = json_pack("{s:I, s:I, s:I, s:I}", "attempts", (json_int_t)d->n, "failed", (json_int_t)d->failed, "not_attributed",
				  (json_int_t)d->not_attributed, "withheld", (json_int_t)d->withheld);
	json_t *tokens = ak_bill_rows(d->tokens);
	size_t adjustments = json_array_size(json_object_get(d->doc, "adjustments")), usage = json_array_size(json_object_get(d->doc, "usage"));
	const char *by = ak_scope_names[d->o->scope];

	for (size_t k = 1; k < AK_COUNT(numbers); k++) {
		json_t *figure = json_object_get(json_array_get(tokens, 0), numbers[k].name);

		json_object_set_new(total, numbers[k].name, figure ? json_incref(figure) : json_pack("{s:n, s:i}", "sum", "of", 0));
	}
	json_object_set_new(total, "cost", ak_bill_rows(d->cost));
	json_object_set_new(total, "adjustments", ak_bill_rows(d->adjusted));
	json_object_set_new(total, "usage", ak_bill_rows(d->used));
	json_object_set_new(d->doc, "total", total);
	if (d->matched < d->o->ntyped)
		json_object_set_new(json_object_get(d->doc, "scope"), "value", json_stringn(d->o->form[d->matched].p, d->o->form[d->matched].n));
	ak_list_say(d->doc, "%zu attempts of this %s, %lld failed; %zu settlement rows, %zu usage rows", d->n, by, (long long)d->failed, adjustments, usage);
	if (d->not_attributed)
		ak_list_say(d->doc, "of the attempts of the period %lld name no %s at all: whose they are is not known", (long long)d->not_attributed, by);
	if (d->withheld)
		ak_list_say(d->doc, "%lld values name another customer or their call and are left out; `withheld` says where", (long long)d->withheld);
	json_decref(tokens);
}

static enum ak_rc read_all(struct dispute *d, struct ak_err *err)
{
	const struct ak_list_opts *o = &d->o->list;
	struct ak_map others;
	enum ak_rc rc = read_attempts(d, err);

	if (rc == AK_OK)
		rc = ak_query_dispute_settlements_each(d->s, d->o->scope, d->forms, o->from_us, o->to_us, take_settlement, d, err);
	if (rc == AK_OK)
		rc = ak_query_dispute_usage_each(d->s, d->o->scope, d->forms, o->from_us, o->to_us, take_usage, d, err);
	if (rc == AK_OK)
		rc = ak_query_dispute_tenants_each(d->s, take_customer, d, err);
	if (rc != AK_OK)
		return rc;
	only_others(d, &others);
	look_through(d, "rows", &others);
	look_through(d, "adjustments", &others);
	look_through(d, "usage", &others);
	ak_map_release(&others);
	sum_up(d);
	return AK_OK;
}

static void begin(struct dispute *d)
{
	json_t *forms = json_array();

	for (size_t i = 0; i < d->o->nforms; i++)
		json_array_append_new(forms, json_stringn(d->o->form[i].p, d->o->form[i].n));
	if (json_array_size(d->o->labels))
		json_array_append(forms, (json_t *)d->o->labels);
	d->forms = json_dumps(forms, JSON_COMPACT);
	json_decref(forms);
	d->doc = ak_list_new("dispute", "auditkit.report-dispute/1", &d->o->list);
	json_object_set_new(d->doc, "scope", json_pack("{s:s, s:s}", "by", ak_scope_names[d->o->scope], "value", d->o->name));
	if (d->o->names)
		json_object_set(json_object_get(d->doc, "scope"), "names", (json_t *)d->o->names);
	json_object_set_new(d->doc, "adjustments", json_array());
	json_object_set_new(d->doc, "usage", json_array());
	d->cost = ak_bill_new("", "estimated billed");
	d->tokens = ak_bill_new("", "input_tokens output_tokens cache_read_tokens cache_write_tokens reasoning_tokens");
	d->adjusted = ak_bill_new("type", "amount");
	d->used = ak_bill_new("source query basis", "requests input_tokens output_tokens estimated billed effective");
	ak_map_init(&d->customers);
	ak_map_init(&d->own);
	ak_map_init(&d->ids);
}

enum ak_rc ak_report_dispute(struct ak_store *s, const struct ak_dispute_opts *o, json_t **out, bool *any, struct ak_err *err)
{
	struct dispute d = {.s = s, .o = o, .matched = o->nforms};
	enum ak_rc rc;

	begin(&d);
	rc = read_all(&d, err);
	*any = d.n || json_array_size(json_object_get(d.doc, "adjustments")) || json_array_size(json_object_get(d.doc, "usage"));
	*out = d.doc;
	for (size_t i = 0; i < d.n; i++)
		json_decref(d.found[i].row);
	ak_free(d.found);
	ak_free(d.forms);
	ak_bill_free(d.cost);
	ak_bill_free(d.tokens);
	ak_bill_free(d.adjusted);
	ak_bill_free(d.used);
	ak_map_release(&d.customers);
	ak_map_release(&d.own);
	ak_map_release(&d.ids);
	return rc;
}
