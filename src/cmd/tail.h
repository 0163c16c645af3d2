/* `tail`: what its two sources, a log and a workspace, have in common. */
#ifndef AK_CMD_TAIL_H
#define AK_CMD_TAIL_H

#include "cmd/cmd.h"

/* One request; texts are redacted and die with the call that has them. NULL = not provided by source. A gateway may write entries of one request:
 * facet says which this is (request, response, error, security), id which request; of other records facet is NULL. */
struct ak_tail_line {
	const char *id, *facet;
	const char *time, *method, *path, *outcome, *model, *error, *source, *cite;
	int64_t status; /* 0 = none */
};

/* Of a request whose answer has not come. */
struct ak_tail_open {
	char *id, *time, *method, *path, *model, *error, *cite;
	bool failed;
	int64_t since_us; /* of a clock that only goes forward */
};

#define AK_TAIL_OPEN 1024 /* requests that an answer may belong to; older ones are shown without */

struct ak_tail {
	struct ak_ctx *c;
	struct ak_tail_open *open; /* a ring: nopen from open_at on */
	size_t nopen, open_at;
	const char *source; /* of the lines, when they have none of their own */
	/* filters: NULL-terminated lists of words, NULL = all */
	const char *const *status, *const *method;
	const char *path; /* a prefix */
	bool failing, plain, follow;
	/* The newest that fit, until they are printed: a ring. */
	char **held;
	size_t want, n, at;
	bool live;	  /* they were printed: what comes is printed as it comes */
	uint64_t shown, seen, unread, other; /* other: no requests */
};

#ifdef __cplusplus
extern "C" {
#endif

/* The options. AK_EXIT_USAGE. */
enum ak_rc ak_tail_options(struct ak_ctx *c, struct ak_tail *out, struct ak_err *err);
void ak_tail_release(struct ak_tail *t);
/* A line that fits is held, or printed; entries wait for the one that says how it ended. */
void ak_tail_take(struct ak_tail *t, const struct ak_tail_line *l);
/* Take requests without an answer as they are: those that have waited half a minute, or all. */
void ak_tail_close(struct ak_tail *t, bool all);
/* Print what is held; from here on lines are printed as they come. */
enum ak_rc ak_tail_go_live(struct ak_tail *t, struct ak_err *err);
/* Forget what is held: it is read again from further up. */
void ak_tail_begin_again(struct ak_tail *t);
/* A second or so, less when somebody says stop. */
void ak_tail_pause(void);

/* The newest requests of a log, and with t->follow those that come, until ak_follow_stopping; rotated and cut files are gone on with. AK_EXIT_INPUT. */
enum ak_rc ak_tail_file(struct ak_tail *t, const char *path, const char *format, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
