/* "90m", "2h", "1d", "45s": how long something is. */
#ifndef AK_CMD_DURATION_H
#define AK_CMD_DURATION_H

#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/* option: its name without dashes, for the message. Whole, above 0, up to 36525 days; microseconds. AK_EXIT_USAGE. */
enum ak_rc ak_duration(const char *option, const char *text, int64_t *us, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
