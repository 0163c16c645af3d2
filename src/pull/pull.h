/* Pulling the pages of an API into a source (F040): pages in the order the API gives them, held in memory, redacted like any
 * export before anything is written. Pages and the place to go on from are stored together. */
#ifndef AK_PULL_PULL_H
#define AK_PULL_PULL_H

#include "ingest/ingest.h"
#include "net/fetcher.h"
#include "pull/api.h"
#include "pull/state.h"

/* One stream into one source. */
struct ak_pull_job {
	const struct ak_api *api;
	const struct ak_api_stream *stream;
	const char *source, *owner, *system; /* owner and system may be NULL */
	const char *origin, *prefix;	     /* ak_request_base */
	const struct ak_api_param *set;	     /* values for {name} in paths */
	size_t nset;
	size_t service;	  /* of the fetcher */
	const char *save; /* folder that keeps the pages as they came; NULL = nobody does */
	int64_t since_us, until_us; /* INT64_MIN = not given */
	bool restart;	  /* forget where an interrupted pull was */
};

struct ak_pull_progress {
	const char *source;
	uint64_t pages, records, bytes;
	int64_t waiting_s; /* until the next try; 0 = not waiting */
};

struct ak_pull_opts {
	struct ak_ingest_opts ingest; /* without sources, bounds and callbacks, which are pull's */
	struct ak_fetcher *fetcher;
	uint64_t max_bytes; /* of all pages of a job; at the first page beyond it the job stops and can go on later */
	void (*progress)(void *ctx, const struct ak_pull_progress *p);
	void *ctx;
};

struct ak_pull_result {
	bool windowed, resumed, complete;
	int64_t from_us, to_us; /* windowed: the period */
	uint64_t requests, retries, pages, bytes;
	struct ak_counts counts;
	char why[200]; /* not complete: what is missing, though nothing failed; "" after a failure */
};

#ifdef __cplusplus
extern "C" {
#endif

/* What is pulled next: st is where the job stands (period, place), *resumed = it goes on where one was interrupted. AK_EXIT_USAGE
 * when nothing says from when on. st->open is false when there is nothing to do. Texts live in the arena. */
enum ak_rc ak_pull_plan(struct ak_store *s, const struct ak_pull_job *j, struct ak_arena *a, struct ak_pull_state *st, bool *resumed,
			struct ak_err *err);
/* Pull it. out is filled after a failure as well: what came before is stored, and the next pull goes on there.
 * AK_EXIT_NETWORK; AK_EXIT_REFUSED: the service does not accept the credential; AK_EXIT_INPUT: pages of no known format;
 * AK_EXIT_LIMIT; AK_EXIT_IO and the classes of ingest. */
enum ak_rc ak_pull(const struct ak_pull_opts *o, const struct ak_pull_job *j, struct ak_pull_result *out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
