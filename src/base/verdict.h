/* A failed verification: AK_EXIT_VERIFY with a stable reason code that callers and `--json` can tell apart. */
#ifndef AK_BASE_VERDICT_H
#define AK_BASE_VERDICT_H

#include "base/err.h"

/* reason: [a-z0-9_], shorter than the field. Returns AK_FAIL. */
static inline enum ak_rc ak_fail_verify(struct ak_err *err, const char *reason, const char *what)
{
	enum ak_rc rc = ak_fail(err, AK_EXIT_VERIFY, "%s", what);
	size_t n = strlen(reason) + 1;
	if (err && n <= sizeof(err->reason))
		memcpy(err->reason, reason, n);
	return rc;
}

#endif
