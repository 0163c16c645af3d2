/* Where the pulls of one source stand. A document in the workspace, written in the transaction of the records it speaks of
 * (store/register.h), so that a pull goes on behind the last record that is stored, whatever ended it. */
#ifndef AK_PULL_STATE_H
#define AK_PULL_STATE_H

#include "pull/api.h"
#include "redact/redact.h"
#include "store/store.h"

/* The next request of an interrupted pull. */
struct ak_pull_place {
	size_t pass;
	const char *parent; /* id of the element of `each`; NULL = the first, or none */
	const char *cursor; /* NULL = the first page */
	int64_t page;	    /* number of the next page, of paging by number */
};

struct ak_pull_state {
	bool any_through, open;
	int64_t through_us;	  /* all before this time has been pulled, but for what changed since */
	int64_t from_us, to_us;	  /* open: the period of the interrupted pull */
	struct ak_pull_place at;  /* open: where it goes on */
	uint64_t pages;		  /* open: pages that are stored */
};

#ifdef __cplusplus
extern "C" {
#endif

/* What is known of a source under this API, stream and base URL; zeros where that is nothing. Texts live in the arena. */
enum ak_rc ak_pull_state_read(struct ak_store *s, const char *source, const char *const of[3], struct ak_arena *a,
			      struct ak_pull_state *out, struct ak_err *err);
/* Within a transaction. A cursor or id that the redactor would change is not written: then the pass is read again from its
 * beginning. */
enum ak_rc ak_pull_state_write(struct ak_store *s, const char *source, const char *const of[3], const struct ak_pull_state *st,
			       const struct ak_redactor *r, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
