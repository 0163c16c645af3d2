/* The records behind a set of identifier values: found together, loaded once. Memory holds one batch. */
#ifndef AK_LINK_VALUES_H
#define AK_LINK_VALUES_H

#include "base/arena.h"
#include "link/match.h"

/* More records than this with one value: it names no call and no trace. */
enum { AK_LINK_COMMON = 2000 };

struct ak_link_value {
	struct ak_str text;
	uint64_t hash;			   /* ak_lookup_hash of it */
	struct ak_link_value *twin;	   /* of a trace id, where it was asked for as one: the other way to write it */
	const struct ak_link_record **rec; /* of the wanted kinds, once per call, in the order of the ledger */
	size_t n, cap;
	bool found, common, shared; /* shared: several calls of one system have it */
	bool split;		    /* as the id of one call, and these cannot be its attempts */
	uint32_t calls;		    /* live calls of requests that have it */
};

/* rec NULL: of none of these kinds. */
struct ak_link_known {
	int64_t seq; /* 0 = free: the ledger begins at 1 */
	const struct ak_link_record *rec;
};

struct ak_link_slot {
	uint64_t hash; /* of the value */
	struct ak_link_value *value; /* NULL = free */
};

struct ak_link_values {
	struct ak_link_reader *reader;
	struct ak_arena *arena;
	unsigned kinds;	       /* bit per kind that is loaded; requests always are */
	struct ak_link_value **value; /* as they were asked for */
	struct ak_link_slot *slot;    /* by hash, half empty */
	uint64_t key[2];	      /* of the process: texts come from outside */
	size_t n, nfound, mask;		      /* the first nfound have been looked up */
	struct ak_link_known *known;	      /* by sequence, half empty */
	size_t nknown, known_mask;
};

#ifdef __cplusplus
extern "C" {
#endif

void ak_link_values_init(struct ak_link_values *v, struct ak_link_reader *r, struct ak_arena *a, unsigned kinds);
/* Forget all; the arena is the caller's to clear. */
void ak_link_values_clear(struct ak_link_values *v);
void ak_link_values_release(struct ak_link_values *v);
/* A record that is known already, so that it is not read again; it lives as long as the arena. */
void ak_link_values_know(struct ak_link_values *v, const struct ak_link_record *r);
/* Ask for the values of a record, which lives as long as the arena. */
void ak_link_values_want(struct ak_link_values *v, const struct ak_link_record *r);
/* Find what has the values that were asked for since the last time. */
enum ak_rc ak_link_values_find(struct ak_link_values *v, struct ak_err *err);
/* NULL when it was not asked for. */
struct ak_link_value *ak_link_values_get(const struct ak_link_values *v, struct ak_str value);
struct ak_link_value *ak_link_values_of(const struct ak_link_values *v, const struct ak_link_id *id);
/* For ak_link_match: ctx is a struct ak_link_values. */
enum ak_link_use ak_link_values_use(void *ctx, const struct ak_link_record *a, const struct ak_link_record *b, struct ak_str value);
/* A contested value joins two records, of which one is a request: has the other one a better reason to belong to another call of that
 * system with this value? Then it is no question to whom it belongs, as with a cached answer that repeats the first one's id. */
bool ak_link_values_settled(const struct ak_link_values *v, const struct ak_link_record *a, const struct ak_link_record *b, struct ak_str value);
/* The same record as another reader of it would have: *out NULL when it is of no kind that is wanted. */
enum ak_rc ak_link_values_load(struct ak_link_values *v, int64_t seq, const struct ak_link_record **out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
