/* Why a record was rejected: the stable codes of the diag table in words, and what whoever exported it can do. */
#ifndef AK_READ_REASON_H
#define AK_READ_REASON_H

#include "base/ak.h"

struct ak_reason {
	const char *code;
	const char *what;   /* for a message: lower case, no value */
	const char *repair; /* the next step */
};

#ifdef __cplusplus
extern "C" {
#endif

/* Never NULL: a code that is in no list gets general words. */
const struct ak_reason *ak_reason_of(const char *code);

#ifdef __cplusplus
}
#endif
#endif
