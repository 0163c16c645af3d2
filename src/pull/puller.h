/* The inside of a running pull, shared by the files that make it: plan.c (which period), series.c (page after page), fetch.c
 * (one page, with patience), group.c (storing pages), pull.c (passes and parents). */
#ifndef AK_PULL_PULLER_H
#define AK_PULL_PULLER_H

#include "base/map.h"
#include "pull/pull.h"

#define AK_GROUP_PAGES 20

struct ak_puller {
	const struct ak_pull_opts *o;
	const struct ak_pull_job *j;
	struct ak_pull_result *out;
	struct ak_err *err;
	const char *of[3];	     /* api, stream, base: whose state it is */
	struct ak_arena arena;	     /* of the job */
	struct ak_pull_state state;  /* behind the last page that is held */
	struct ak_http_reply reply;
	struct ak_page page[AK_GROUP_PAGES]; /* read and not yet stored; bodies and names are ours */
	size_t npages, held;
	int64_t group_start;
	const char *format;	     /* of pages that detection does not know; NULL = the program has none */
	/* of the running series */
	struct ak_map seen;	     /* cursors, and digests of pages */
	uint64_t counted;
	bool from_start;	     /* it was not resumed in its middle */
};

#ifdef __cplusplus
extern "C" {
#endif

/* GET with patience: waits and asks again while that may help. AK_OK: p->reply is a page with status 200. */
enum ak_rc ak_puller_fetch(struct ak_puller *p, const char *target);
/* Read to its last page what p->state.at says. AK_END: it stopped short; out->why says of what. */
enum ak_rc ak_puller_series(struct ak_puller *p);
/* Keep the page that was fetched by the request of p->state. */
enum ak_rc ak_puller_hold(struct ak_puller *p);
/* Store what is held, and p->state with it, in one transaction. */
enum ak_rc ak_puller_flush(struct ak_puller *p);
/* The same when it is much or has waited long. */
enum ak_rc ak_puller_flush_some(struct ak_puller *p);
void ak_puller_tell(const struct ak_puller *p, int64_t waiting_s);

#ifdef __cplusplus
}
#endif
#endif
