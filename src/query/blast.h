/* Reads of what a key touched. Keys meet by id or hash (values), by alias only where a record has neither. */
#ifndef AK_QUERY_BLAST_H
#define AK_QUERY_BLAST_H

#include "query/query.h"

struct ak_key_names {
	json_t *values;	 /* texts: ids and hashes of the key */
	json_t *aliases; /* texts */
};

#ifdef __cplusplus
extern "C" {
#endif

/* How records other than audit events name a key: [{key_id, key_hash, key_alias, records}] of those in which one of these values is
 * any of the three. Audit events are left out: theirs may be the key that acted beside the one that was changed. */
enum ak_rc ak_query_key_names(struct ak_store *s, const json_t *values, json_t **out, struct ak_err *err);
/* The first audit event of category keys on this key that says exposed, leaked or compromised: {seq, source, at, time, action,
 * certain (0: it names the alias only)}; AK_END. */
enum ak_rc ak_query_key_exposed(struct ak_store *s, const struct ak_key_names *k, json_t **out, struct ak_err *err);
/* The first request that counts under one of the values: {seq, source, at, time}; AK_END. */
enum ak_rc ak_query_key_first_use(struct ak_store *s, const struct ak_key_names *k, json_t **out, struct ak_err *err);
/* Attempts that count, under the key, by value of each dimension: {dim ("requests", "tenant", "end_user", "actor", "app", "team", "environment",
 * "model", "provider", "network", "country", "source", "outcome", "currency",
 * "source_currency" (currency, blank, source)), value|null, certain (1, 0 = by alias), n (from from_us on, the undated too), before, undated, failures, priced, estimated, billed (exact
 * sums from from_us on), first, last (time, blank, citation; of n)}, by dim, certain first, most first. */
enum ak_rc ak_query_key_groups(struct ak_store *s, const struct ak_key_names *k, int64_t from_us, ak_row_fn *each, void *ctx, struct ak_err *err);
/* The attempts themselves from from_us on: {seq, source, at, time, outcome, status, model, app, tenant, certain}, by time. */
enum ak_rc ak_query_key_attempts(struct ak_store *s, const struct ak_key_names *k, int64_t from_us, ak_row_fn *each, void *ctx, struct ak_err *err);
/* How many certain ones of a source lie in a stretch of time. */
enum ak_rc ak_query_key_between(struct ak_store *s, const struct ak_key_names *k, const char *source, int64_t from_us, int64_t to_us, int64_t *n,
				struct ak_err *err);
/* Live records of other kinds that name the key, by time: {kind, seq, source, at, time, action, category, outcome, subject, subject_type, log_scope,
 * key_id, key_hash, certain, is_subject (1: the key is what it was done to), amount, currency, detail}; those without a time come first. */
enum ak_rc ak_query_key_events(struct ak_store *s, const struct ak_key_names *k, ak_row_fn *each, void *ctx, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
