/* Test points in TAP for unit test programs: one line per point, a plan at the end, exit 1 when any point failed. */
#ifndef TAP_H
#define TAP_H

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/ak.h"

static int tap_count, tap_failed;

static inline bool tap_point(bool good, const char *name, const char *file, int line)
{
	printf("%sok %d - %s\n", good ? "" : "not ", ++tap_count, name);
	if (!good) {
		printf("# failed at %s:%d\n", file, line);
		tap_failed++;
	}
	return good;
}

static inline void tap_is_str(struct ak_str got, const char *want, const char *name, const char *file, int line)
{
	bool good = want ? got.p && ak_str_is(got, want) : !got.p;
	if (!tap_point(good, name, file, line))
		printf("# got  '%.*s'\n# want '%s'\n", (int)got.n, got.p ? got.p : "(none)", want ? want : "(none)");
}

static inline void tap_is_int(int64_t got, int64_t want, const char *name, const char *file, int line)
{
	if (!tap_point(got == want, name, file, line))
		printf("# got  %" PRId64 "\n# want %" PRId64 "\n", got, want);
}

#define ok(cond, name) tap_point((cond), (name), __FILE__, __LINE__)
#define is_str(got, want, name) tap_is_str((got), (want), (name), __FILE__, __LINE__)
#define is_int(got, want, name) tap_is_int((got), (want), (name), __FILE__, __LINE__)

static inline int done_testing(void)
{
	printf("1..%d\n", tap_count);
	return tap_failed || !tap_count ? 1 : 0;
}

#endif
