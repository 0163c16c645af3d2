/* Which records the clocks are compared by: bounds and medians need some thousand pairs of a source, not millions. Internal to query/. */
#ifndef AK_QUERY_CLOCK_SAMPLE_H
#define AK_QUERY_CLOCK_SAMPLE_H

#include "query/query.h"

/* A source of so many records is read whole; of more sources each is given less, but never below the least. */
#define AK_CLOCK_WHOLE 5000
#define AK_CLOCK_WHOLE_LEAST 1000
#define AK_CLOCK_WHOLE_ALL 50000
/* Records that are read of a larger one, about. */
#define AK_CLOCK_SAMPLE 2000

/* A source of the run: one in `every` of its `of` records. */
struct ak_clock_source {
	int64_t id, every, of;
	char *name;
};

struct ak_clock_sample {
	struct ak_clock_source *source;
	struct ak_clock_file {
		int64_t id;
		size_t source;
	} *file; /* by id */
	size_t n, nfiles;
	int64_t since; /* first place in the ledger */
};

/* run 0 = all. ak_clock_sample_release afterwards, whatever it returned. */
enum ak_rc ak_clock_sample_read(struct ak_store *s, int64_t run, struct ak_clock_sample *out, struct ak_err *err);
void ak_clock_sample_release(struct ak_clock_sample *c);
/* Records to look at, as a JSON array of places in the ledger, always the same ones. next: statement of (seq, file) of the first record
 * at or behind ?1. */
enum ak_rc ak_clock_sample_pick(struct ak_store *s, const struct ak_clock_sample *c, const char *next, struct ak_buf *out, struct ak_err *err);
/* NULL: not of this run. */
const struct ak_clock_source *ak_clock_source_of(const struct ak_clock_sample *c, int64_t id);
const struct ak_clock_source *ak_clock_source_named(const struct ak_clock_sample *c, const char *name);

#endif
