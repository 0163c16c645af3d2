/* The place where a page of a search ended, as text: version, bound of the ledger, key of the last record and the search it is
 * of, in hex. It goes on only in the same search. */
#ifndef AK_SEARCH_CURSOR_H
#define AK_SEARCH_CURSOR_H

#include "search/spec.h"

struct ak_cursor {
	int64_t bound; /* ak_search_opts.bound of all its pages */
	struct ak_search_key key;
};

#ifdef __cplusplus
extern "C" {
#endif

/* What tells one search from another: layers, period, test and order. */
void ak_cursor_fingerprint(const struct ak_search_opts *o, uint8_t out[8]);
void ak_cursor_text(const struct ak_search_opts *o, int64_t bound, const struct ak_search_key *k, struct ak_buf *out);
/* AK_EXIT_USAGE: no cursor, or one of another search. */
enum ak_rc ak_cursor_read(const char *text, const struct ak_search_opts *o, struct ak_cursor *out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
