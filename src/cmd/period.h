/* The options --from and --to, as every command that has them reads them. */
#ifndef AK_CMD_PERIOD_H
#define AK_CMD_PERIOD_H

#include "cmd/cmd.h"

#define AK_OPTS_PERIOD \
	{"from", 0, AK_OPT_TEXT, "TIME", "first moment of the period (default: everything)"}, \
	{"to", 0, AK_OPT_TEXT, "TIME", "end of the period, not included"}

#ifdef __cplusplus
extern "C" {
#endif

/* Half-open, microseconds; INT64_MIN and INT64_MAX where an option is not given. AK_EXIT_USAGE when one is no time or nothing lies
 * between them. */
enum ak_rc ak_cmd_period(const struct ak_ctx *c, int64_t *from_us, int64_t *to_us, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
