/* Shared by the fuzz targets. A target is one file with LLVMFuzzerTestOneInput: libFuzzer drives it when configure got
 * --enable-fuzz, replay.c with the corpus otherwise. A broken promise aborts, and so does whatever ends the process
 * (guard.c): out of memory, a bug that the program itself noticed. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

#define HOLDS(cond) fuzz_holds((cond), #cond, __FILE__, __LINE__)

static inline void fuzz_holds(bool good, const char *what, const char *file, int line)
{
	if (good)
		return;
	fprintf(stderr, "%s:%d: broken promise: %s\n", file, line, what);
	abort();
}

/* The input is used up from the front; 0 when nothing is left. */
struct fuzz_in {
	const uint8_t *p;
	size_t n;
};

static inline unsigned fuzz_byte(struct fuzz_in *in)
{
	if (!in->n)
		return 0;
	in->n--;
	return *in->p++;
}

static inline uint32_t fuzz_word(struct fuzz_in *in)
{
	uint32_t v = 0;

	for (int i = 0; i < 4; i++)
		v = v << 8 | fuzz_byte(in);
	return v;
}

static inline struct ak_str fuzz_rest(const struct fuzz_in *in)
{
	return ak_str_n((const char *)in->p, in->n);
}

/* A failure says why, and with a code that its function documents. */
static inline void fuzz_failed(const struct ak_err *err, enum ak_exit want)
{
	HOLDS(err->exit == want);
	HOLDS(err->msg[0] != '\0');
}

/* A rejection has a reason made of [a-z0-9_]. */
static inline void fuzz_rejected(const struct ak_err *err)
{
	HOLDS(err->reason[0] != '\0' && strlen(err->reason) < sizeof err->reason - 1);
	HOLDS(strspn(err->reason, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(err->reason));
	HOLDS(err->msg[0] != '\0');
}

#endif
