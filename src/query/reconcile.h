/* Reads for reconcile/: usage rows and gateway attempts one by one, with what the classes of a gap are decided from. */
#ifndef AK_QUERY_RECONCILE_H
#define AK_QUERY_RECONCILE_H

#include <jansson.h>

#include "query/query.h"
#include "store/store.h"

/* Texts die with the call, p NULL = absent. Numbers that are absent are -1. */
struct ak_recon_usage {
	int64_t seq, file, start_us, end_us; /* end_us INT64_MIN = none */
	struct ak_str provider, model, line_item, key_id, key_hash, key_alias, project, usage_type, service_tier, category, currency, billed, estimated;
	int64_t requests, input, output, cached;
	int includes_cache; /* -1 = not said */
};

struct ak_recon_request {
	int64_t seq, source, start_us, end_us; /* end_us INT64_MIN = none */
	struct ak_str provider, model, key_id, key_hash, project, family, currency, cost_text;
	int64_t cost;	/* digits, of which cost_scale are behind the point */
	int cost_scale; /* -1 = no cost; AK_COLUMN_WIDE: it is cost_text */
	int64_t input, output, cached, retries;
	int includes_cache;
	bool failed, hit;
	bool refused; /* failed without having reached a model: by its status or error */
};

/* A file of usage: what its rows were grouped by, when it was exported (INT64_MIN = unknown) and for how long its buckets change. */
struct ak_recon_file {
	int64_t id, first_us, last_us, exported_us, settles_us;
	const char *source, *query; /* query may be NULL */
};

#ifdef __cplusplus
extern "C" {
#endif

/* Live usage rows whose bucket starts in the period, in order of the ledger; sums that gateways made are left out. */
enum ak_rc ak_query_recon_usage(struct ak_store *s, int64_t from_us, int64_t to_us,
				enum ak_rc (*each)(void *ctx, const struct ak_recon_usage *u, struct ak_err *err), void *ctx, struct ak_err *err);
/* Attempts of gateways that count, whatever their outcome; in the order of the ledger, behind them those that came as several entries. */
enum ak_rc ak_query_recon_requests(struct ak_store *s, int64_t from_us, int64_t to_us,
				   enum ak_rc (*each)(void *ctx, const struct ak_recon_request *q, struct ak_err *err), void *ctx, struct ak_err *err);
/* All files that hold usage. */
enum ak_rc ak_query_recon_files(struct ak_store *s, enum ak_rc (*each)(void *ctx, const struct ak_recon_file *f, struct ak_err *err), void *ctx,
				struct ak_err *err);
/* Keys of the inventory that have an id and a hash, which makes them one: [{id, hash}]. */
enum ak_rc ak_query_recon_keys(struct ak_store *s, json_t **out, struct ak_err *err);
/* Provider calls by source, provider, principal and model: [{source, provider, principal, model, calls, named (have an identifier), linked
 * (a gateway record shares it), without, failed (of those without), input_tokens, output_tokens, first, last, first_seq, first_served (of those
 * without; the second of those that did not fail)}]. */
enum ak_rc ak_query_recon_calls(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err);
/* Provider calls that failed and whose identifier no gateway record has, in order of time: {source, provider, principal, model, seq, t}. */
enum ak_rc ak_query_recon_failed_calls(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err);
/* Attempts of gateways that failed at a provider and name no identifier of its, in order of time: {provider, t, stop: when they ended}. */
enum ak_rc ak_query_recon_unnamed(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err);
/* Requests that another source of gateways, nearer to the control point (name of a source, may be NULL), recorded too, in order: known by an
 * identifier, guessed by time, model and tokens alone; several: those that share the provider's id of a call with it, no other identifier, and lie more
 * than a day from it, so that nothing says that they are one call. Caller frees seq. */
struct ak_recon_seqs {
	int64_t *seq;
	size_t n, cap;
};
enum ak_rc ak_query_recon_twice(struct ak_store *s, const char *control_point, struct ak_recon_seqs *known, struct ak_recon_seqs *guessed,
				struct ak_recon_seqs *several, struct ak_err *err);
/* The request and those that the provider gave the same id, in order of time, at most 20: [{cite, time}]. */
enum ak_rc ak_query_recon_same_id(struct ak_store *s, int64_t seq, json_t **out, struct ak_err *err);
/* The price catalogue in order of time: [{provider, model, item: "input"|"output"|"cache_read", price, per, currency, start (microseconds), end
 * (seconds)}]. */
enum ak_rc ak_query_recon_prices(struct ak_store *s, json_t **out, struct ak_err *err);
/* Exports by source, as they came: [{export, source, kind (of most of its source's records), format, query, exported (seconds), exported_at,
 * basis, state, first, last (microseconds), duplicate, stored, conflict}]. */
enum ak_rc ak_query_recon_exports(struct ak_store *s, json_t **out, struct ak_err *err);
/* Live requests and usage rows of which several versions count, one behind the other in order of kind, source, identity and start: {kind, source, identity, seq, time, start, requests, input_tokens,
 * output_tokens, cost, currency}. */
enum ak_rc ak_query_recon_conflicts(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err);
/* Live records of a kind and source between two times: {n, first_seq, first, last}. before_export: only those that were stored by earlier
 * exports; of_export: by this one; 0 = whichever. */
enum ak_rc ak_query_recon_stored(struct ak_store *s, const char *kind, const char *source, int64_t before_export, int64_t of_export, int64_t from_us,
				 int64_t to_us, json_t **out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
