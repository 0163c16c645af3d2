/* The search form of the page: parameters of an address and the search they stand for. An address that is shown, kept by a browser or
 * linked holds values as they are stored: what somebody types is settled first, and the browser sent on to the settled address. */
#ifndef AK_SERVE_FORM_H
#define AK_SERVE_FORM_H

#include "search/spec.h"
#include "serve/target.h"

enum { AK_FORM_LIMIT = 50, AK_FORM_MOST = 500 };

struct ak_form {
	struct ak_spec spec; /* filters are the form's, in the order of the options of `search` */
	const char *cursor;  /* of the page before, NULL */
	int64_t limit;	     /* records of a page */
	int64_t bound;	     /* places of the ledger that an export reads, INT64_MAX = all */
	bool count;	     /* exactly */
};

#ifdef __cplusplus
extern "C" {
#endif

/* Empty parameters are as good as none. AK_EXIT_USAGE: a name that the form has not, a value that it cannot have; the form is there all the
 * same, for ak_form_release. */
enum ak_rc ak_form_read(const struct ak_target *t, struct ak_arena *a, struct ak_form *out, struct ak_err *err);
void ak_form_release(struct ak_form *f);
/* Put values as they are stored in the place of typed ones. o: what the form compiles to, NULL when it does not; then what cannot be looked
 * up is redacted. Settling twice changes nothing. */
void ak_form_settle(struct ak_form *f, struct ak_where *w, const struct ak_search_opts *o);
/* A search that was saved, with its parameters' values in it: settled, layers as they were then. */
enum ak_rc ak_form_saved(const json_t *search, const json_t *params, struct ak_where *w, json_t *used, struct ak_form *out, struct ak_err *err);
/* The search as parameters, without '?'; page: cursor, limit and count too. */
void ak_form_query(const struct ak_form *f, bool page, struct ak_buf *out);
/* The same as words of a command line, each with a blank before it; false when there is none that says it. */
bool ak_form_command(const struct ak_form *f, struct ak_arena *a, struct ak_buf *out);

#ifdef __cplusplus
}
#endif
#endif
