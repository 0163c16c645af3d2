/* What went wrong, where, and what to do next.
 *
 * A struct ak_err is provided by the caller (zeroed) and filled by the function that failed; whoever is above adds
 * the location it knows (source, record, offset) if it is still empty. Messages: lower case, no full stop, what failed
 * first, subject in single quotes; never a value from an input file. */
#ifndef AK_BASE_ERR_H
#define AK_BASE_ERR_H

#include "base/ak.h"

/* The exit code table of the program (also printed in the man page): the only one. */
enum ak_exit {
	AK_EXIT_OK = 0,      /* success */
	AK_EXIT_FINDINGS = 1, /* the answer is no: a check or comparison found something */
	AK_EXIT_USAGE = 2,   /* usage error */
	AK_EXIT_PARTIAL = 3, /* done, but records were rejected or evidence is missing */
	AK_EXIT_VERIFY = 4,  /* a verification or redaction self-audit failed */
	AK_EXIT_INPUT = 5,   /* input unreadable, format unknown, or stopped by --max-rejects */
	AK_EXIT_REFUSED = 6, /* refused by policy, hold or missing approval or key */
	AK_EXIT_CORRUPT = 7, /* workspace corrupt, foreign or newer than this program */
	AK_EXIT_NETWORK = 69, /* service unreachable */
	AK_EXIT_BUG = 70,   /* a bug in auditkit */
	AK_EXIT_LIMIT = 71, /* out of memory or another system limit */
	AK_EXIT_IO = 74,    /* I/O error, disk full */
	AK_EXIT_BUSY = 75   /* another process works on the workspace; try again */
};

#define AK_ERR_MSG 320
#define AK_ERR_HINT 240

struct ak_err {
	enum ak_exit exit; /* class = the exit code a command ends with; AK_EXIT_OK while empty */
	int sys;	   /* errno or library code, 0 if none */
	char msg[AK_ERR_MSG];
	char hint[AK_ERR_HINT]; /* next step, may be empty */
	char reason[48];	/* stable machine-readable reason, [a-z0-9_], e.g. "json_too_deep"; may be empty */
	uint64_t record;	/* 1-based record number, 0 = none */
	uint64_t offset;	/* byte offset in the decoded stream, UINT64_MAX = none */
	uint64_t length;	/* byte length of the region, 0 = none */
};

#ifdef __cplusplus
extern "C" {
#endif

/* Fill and return AK_FAIL, so that `return ak_fail(err, AK_EXIT_IO, "cannot read '%s'", name)` reads well.
 * err may be NULL. A hint and a location that are already there stay; a zeroed err gets offset UINT64_MAX (none).
 * The message is cut at AK_ERR_MSG - 1 bytes on a UTF-8 boundary, control bytes become '?'. */
enum ak_rc ak_fail(struct ak_err *err, enum ak_exit exit, const char *fmt, ...) AK_PRINTF(3, 4);
/* The same, with strerror text of errnum appended after ": ", its class and, where there is none yet, its hint. */
enum ak_rc ak_fail_sys(struct ak_err *err, enum ak_exit exit, int errnum, const char *fmt, ...) AK_PRINTF(4, 5);
/* The class of an errno that has one whatever was being done (EIO, ENOSPC: 74; EMFILE, ENOMEM: 71), otherwise exit; the
 * hint of such an errno is set in err where there is none yet. */
enum ak_exit ak_class_sys(enum ak_exit exit, int errnum, struct ak_err *err);
/* Reject a record: reason is a stable code that lands in the diag table; returns AK_REJECT. */
enum ak_rc ak_reject(struct ak_err *err, const char *reason, const char *fmt, ...) AK_PRINTF(3, 4);
/* Set the hint line (printf style); returns nothing so that it composes before a return. */
void ak_hint(struct ak_err *err, const char *fmt, ...) AK_PRINTF(2, 3);
void ak_err_clear(struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
