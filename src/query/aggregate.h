/* Counts and exact sums of requests by anything (store/columns.h): each attempt once, superseded records and second witnesses left
 * out, entries of one call folded. */
#ifndef AK_QUERY_AGGREGATE_H
#define AK_QUERY_AGGREGATE_H

#include <jansson.h>

#include "base/map.h"
#include "base/zone.h"
#include "store/columns_store.h"

enum ak_by {
#define BY(id, words, how, first, second, third, meaning) AK_BY_##id,
#include "query/aggregate.def"
#undef BY
	AK_BY_COUNT
};

struct ak_by_info {
	const char *name, *meaning;
};
extern const struct ak_by_info ak_bys[AK_BY_COUNT];

#define AK_AGGREGATE_BYS 6
#define AK_AGGREGATE_SUMS 10
#define AK_AGGREGATE_COUNTS 8
#define AK_BUCKET_NONE INT64_MIN /* undated, or no buckets were asked for */
/* Rows of usage that lie in no bucket: begun in the period, but longer than a bucket, over the edge of one or the period's end; and begun before it. */
#define AK_BUCKET_ACROSS (INT64_MIN + 1)
#define AK_BUCKET_BEFORE (INT64_MIN + 2)
#define AK_BUCKET_IS_TIME(b) ((b) > AK_BUCKET_BEFORE)
/* A bucket whose civil time was there before the clocks went back too; its start is 1 more. */
#define AK_BUCKET_AGAIN(b) ((b) % 2 != 0)

/* Groups at once; beyond them AK_EXIT_LIMIT. */
#define AK_AGGREGATE_GROUPS 200000

/* What is summed: one kind of record. Requests are attempts; of usage rows one series, since rows that were grouped otherwise are
 * never added (DECISIONS 4). */
struct ak_layer {
	enum ak_kind kind;    /* AK_K_REQUEST, AK_K_USAGE, AK_K_CALL, AK_K_SETTLEMENT */
	int64_t source;	      /* 0 = all */
	const char *query;    /* of usage: what its export was grouped by; NULL = not told */
	bool own_sums;	      /* of usage: sums that a gateway made of its own calls, else what a provider counted */
	bool reaching;	      /* of usage: rows too that began before the period and reach into it */
};

/* Time buckets of a zone's civil time. */
struct ak_buckets {
	int64_t us;		    /* their length; 0 = none */
	const struct ak_zone *zone; /* NULL = UTC */
	struct ak_zone_span span;   /* the last one looked at */
	int64_t again;		    /* seconds by which the clocks went back at its start */
	bool civil;		    /* an hour that was there twice is one */
};

struct ak_aggregate_opts {
	struct ak_layer layer;
	int64_t from_us, to_us; /* half-open; INT64_MIN and INT64_MAX: all, undated records too */
	enum ak_by by[AK_AGGREGATE_BYS];
	size_t nby;
	int64_t bucket_us;	    /* 0 = no time buckets */
	const struct ak_zone *zone; /* NULL = UTC */
	bool civil;		    /* an hour that the clocks made twice is one bucket, not two */
	bool spans;		    /* rows of usage go by their own span: AK_BUCKET_ACROSS and _BEFORE; without, by their start */
	/* Of settlements, amounts that refunds, credits and voids give are summed as negative (model/settlement.h). Numeric columns to sum, with how many records had a value. */
	enum ak_column sum[AK_AGGREGATE_SUMS];
	size_t nsums;
	/* Records whose text column has this value, counted beside. */
	struct {
		enum ak_column col;
		const char *value;
	} count[AK_AGGREGATE_COUNTS];
	size_t ncounts;
	/* Only records that have these values; text p NULL = that have none. */
	struct {
		enum ak_by by;
		struct ak_str value;
	} only[AK_AGGREGATE_BYS];
	size_t nonly;
};

struct ak_aggregate_group {
	struct ak_str by[AK_AGGREGATE_BYS]; /* p NULL: not provided by the source */
	int64_t bucket;			    /* start, microseconds of the zone's civil time as if it were UTC; AK_BUCKET_NONE */
	int64_t records;
	/* As many as were asked for: a group is small where nothing is summed, since there may be many. */
	int64_t *n; /* records that had a value */
	struct ak_dec_sum *sum;
	int64_t *part; /* while it is summed: not in sum yet, in the last places of a common scale */
	int64_t *count;
};

struct ak_aggregate {
	struct ak_aggregate_group **group; /* ordered: bucket, then by; values missing come last */
	size_t n;
	struct ak_arena arena;
};

#ifdef __cplusplus
extern "C" {
#endif

/* By its word; -1 unknown. */
int ak_by_find(struct ak_str name);
/* Columns of requests as ak_columns_each gives them, and behind them calls folded from entries. */
enum ak_rc ak_query_layer_each(struct ak_store *s, const struct ak_layer *l, int64_t from_us, int64_t to_us,
			       const struct ak_columns_want *want, ak_columns_fn *each, void *ctx, struct ak_err *err);
/* The series of usage rows: array of {source, source_name, query, own_sums, records, days: of these, rows of whole UTC days}. */
enum ak_rc ak_query_usage_series(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err);
enum ak_rc ak_query_columns_each(struct ak_store *s, int64_t from_us, int64_t to_us, const struct ak_columns_want *want,
				 ak_columns_fn *each, void *ctx, struct ak_err *err);
/* ak_aggregate_release afterwards, whatever it returned. AK_EXIT_LIMIT: more groups than can be kept at once. */
enum ak_rc ak_aggregate(struct ak_store *s, const struct ak_aggregate_opts *o, struct ak_aggregate *out, struct ak_err *err);
/* Several over the same layer and period, in one reading; each sums for itself. out: n of them, released likewise. */
enum ak_rc ak_aggregate_all(struct ak_store *s, const struct ak_aggregate_opts *o, size_t n, struct ak_aggregate *out, struct ak_err *err);
void ak_aggregate_release(struct ak_aggregate *a);
void ak_buckets_init(struct ak_buckets *b, int64_t us, const struct ak_zone *zone);
/* Start of the bucket that an instant lies in, as ak_aggregate_group has it. */
int64_t ak_bucket_start(struct ak_buckets *b, int64_t us);
/* "2026-10-25T02:00:00", with the offset behind it where there is a zone. */
const char *ak_bucket_text(const struct ak_zone *zone, int64_t bucket, char out[40]);
/* The bytes that tell a group from others; key is cleared and holds them. */
struct ak_str ak_group_key(struct ak_buf *key, int64_t bucket, const struct ak_str *by, size_t n);
/* Order of two groups of AK_AGGREGATE_BYS values each: by bucket, undated last, then by value, those without one last. */
int ak_group_order(int64_t bucket, const struct ak_str *by, int64_t other_bucket, const struct ak_str *other);
/* What a record of a block belongs to, for reports that keep more than sums: code 0 .. ncodes-1 per record, 0 = no value. */
struct ak_by_codes {
	uint32_t code[AK_COLUMNS_ROWS], ncodes;
	struct ak_str *value; /* by code; [0].p is NULL. Texts live as long as the block or `arena` */
	size_t cap;
	struct ak_arena arena;
};
/* sources: name by id, from ak_by_sources. */
void ak_by_code(const struct ak_columns *c, enum ak_by by, const struct ak_map *sources, struct ak_by_codes *out);
void ak_by_codes_release(struct ak_by_codes *c);
/* The columns that it is made from. */
void ak_by_want(enum ak_by by, struct ak_columns_want *want);
/* Names of sources by the bytes of their id (int64_t); values are texts to ak_free. */
enum ak_rc ak_by_sources(struct ak_store *s, struct ak_map *out, struct ak_err *err);
void ak_by_sources_release(struct ak_map *m);

#ifdef __cplusplus
}
#endif
#endif
