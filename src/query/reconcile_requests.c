/* Attempts of gateways by column (store/columns.h), for the reconciliation. */
#include "base/ak.h"
#include "query/reconcile.h"

#include <strings.h>

#include "base/civil.h"
#include "query/aggregate.h"

static const enum ak_column wanted[] = {
	AK_COL_EVENT_END,	  AK_COL_PROVIDER,	    AK_COL_RESPONSE_MODEL, AK_COL_REQUEST_MODEL, AK_COL_KEY_ID,		    AK_COL_KEY_HASH,
	AK_COL_PROJECT,		  AK_COL_ENDPOINT_FAMILY,   AK_COL_CURRENCY,	   AK_COL_COST_ESTIMATED, AK_COL_COST_BILLED,	    AK_COL_INPUT_TOKENS,
	AK_COL_OUTPUT_TOKENS,	  AK_COL_CACHE_READ_TOKENS, AK_COL_CACHE_WRITE_TOKENS, AK_COL_ATTEMPT_RETRIES, AK_COL_INPUT_INCLUDES_CACHE, AK_COL_OUTCOME,
	AK_COL_CACHE_STATUS,	  AK_COL_STATUS_CODE,	    AK_COL_ERROR_TYPE,
};

struct reading {
	enum ak_rc (*each)(void *ctx, const struct ak_recon_request *q, struct ak_err *err);
	void *ctx;
};

/* No model ran: whoever refused it, a provider bills none of these. A filter of contents may have run behind one. */
static bool refused(int64_t status, struct ak_str error)
{
	static const int codes[] = {401, 402, 403, 404, 405, 407, 429};
	static const char *const words[] = {"Authentication", "PermissionDenied", "NotFound", "RateLimit", "rate_limit", "BudgetExceeded", "unauthorized", "forbidden"};

	if (ak_str_holds_fold(error, "content") || ak_str_holds_fold(error, "filter") || ak_str_holds_fold(error, "timeout"))
		return false;
	for (size_t i = 0; i < AK_COUNT(codes); i++)
		if (status == codes[i])
			return true;
	for (size_t i = 0; i < AK_COUNT(words); i++)
		if (status < 0 && ak_str_holds_fold(error, words[i]))
			return true;
	return false;
}

static bool has(const struct ak_columns *c, enum ak_column col, size_t i) { return ak_columns_number(c, col, i) != AK_COLUMN_NONE; }

/* -1 = absent. */
static int64_t num(const struct ak_columns *c, enum ak_column col, size_t i) { return has(c, col, i) ? c->number[col][i] : -1; }

static int64_t some(const struct ak_columns *c, enum ak_column col, size_t i) { return has(c, col, i) ? c->number[col][i] : 0; }

/* Damaged pages hold any number; times are added to, so those that no record can have are none. */
static int64_t time_of(const struct ak_columns *c, enum ak_column col, size_t i)
{
	int64_t us = has(c, col, i) ? c->number[col][i] : INT64_MIN;

	return us >= AK_CIVIL_FIRST * 1000000 && us / 1000000 <= AK_CIVIL_LAST ? us : INT64_MIN;
}

static void set_cost(const struct ak_columns *c, size_t i, struct ak_recon_request *q)
{
	enum ak_column col = has(c, AK_COL_COST_ESTIMATED, i) ? AK_COL_COST_ESTIMATED : AK_COL_COST_BILLED;

	q->cost_scale = -1;
	if (!has(c, col, i))
		return;
	q->cost_scale = c->scale[col][i];
	if (q->cost_scale == AK_COLUMN_WIDE)
		q->cost_text = c->wide[c->number[col][i]];
	else
		q->cost = c->number[col][i];
}

static void set_request(const struct ak_columns *c, size_t i, struct ak_recon_request *q)
{
	int64_t cached = some(c, AK_COL_CACHE_READ_TOKENS, i) + some(c, AK_COL_CACHE_WRITE_TOKENS, i);

	*q = (struct ak_recon_request){.seq = c->number[AK_COL_SEQ][i], .source = c->number[AK_COL_SOURCE][i], .start_us = time_of(c, AK_COL_TIME, i),
				       .end_us = time_of(c, AK_COL_EVENT_END, i),
				       .provider = ak_columns_text(c, AK_COL_PROVIDER, i), .model = ak_columns_text(c, AK_COL_RESPONSE_MODEL, i),
				       .key_id = ak_columns_text(c, AK_COL_KEY_ID, i), .key_hash = ak_columns_text(c, AK_COL_KEY_HASH, i), .project = ak_columns_text(c, AK_COL_PROJECT, i),
				       .family = ak_columns_text(c, AK_COL_ENDPOINT_FAMILY, i), .currency = ak_columns_text(c, AK_COL_CURRENCY, i),
				       .input = num(c, AK_COL_INPUT_TOKENS, i), .output = num(c, AK_COL_OUTPUT_TOKENS, i), .cached = cached ? cached : -1,
				       .retries = num(c, AK_COL_ATTEMPT_RETRIES, i), .includes_cache = (int)num(c, AK_COL_INPUT_INCLUDES_CACHE, i),
				       .failed = ak_str_is(ak_columns_text(c, AK_COL_OUTCOME, i), "failure"), .hit = ak_str_is(ak_columns_text(c, AK_COL_CACHE_STATUS, i), "hit")};
	if (!q->model.p)
		q->model = ak_columns_text(c, AK_COL_REQUEST_MODEL, i);
	set_cost(c, i, q);
	q->refused = q->failed && refused(num(c, AK_COL_STATUS_CODE, i), ak_columns_text(c, AK_COL_ERROR_TYPE, i));
}

static enum ak_rc take(void *ctx, const struct ak_columns *c, const bool *keep, struct ak_err *err)
{
	const struct reading *r = ctx;
	struct ak_recon_request q;
	enum ak_rc rc = AK_OK;

	for (size_t i = 0; i < c->n && rc == AK_OK; i++) {
		if (!keep[i])
			continue;
		set_request(c, i, &q);
		if (q.start_us != INT64_MIN)
			rc = r->each(r->ctx, &q, err);
	}
	return rc;
}

enum ak_rc ak_query_recon_requests(struct ak_store *s, int64_t from_us, int64_t to_us,
				   enum ak_rc (*each)(void *ctx, const struct ak_recon_request *q, struct ak_err *err), void *ctx, struct ak_err *err)
{
	struct reading r = {each, ctx};
	struct ak_columns_want want = {{false}};

	for (size_t i = 0; i < AK_COUNT(wanted); i++)
		want.col[wanted[i]] = true;
	return ak_query_columns_each(s, from_us, to_us, &want, take, &r, err);
}
