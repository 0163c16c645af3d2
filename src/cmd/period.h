/* The options --from and --to, as every command that has them reads them. */
#ifndef AK_CMD_PERIOD_H
#define AK_CMD_PERIOD_H

#include "cmd/cmd.h"

#define AK_OPTS_PERIOD \
	{"from", 0, AK_OPT_TEXT, "TIME", "first moment of the period (default: everything)"}, \
	{"to", 0, AK_OPT_TEXT, "TIME", "end of the period, not included"}

/* What every report says about a period without records, at the end of its help. */
#define AK_TEXT_NOTHING \
	"\n\nExit code 3: the period has no record that this report is about; a line on standard error says which records the workspace\n" \
	"has, and of when. What is printed is whole, and empty."

#ifdef __cplusplus
extern "C" {
#endif

/* Half-open, microseconds; INT64_MIN and INT64_MAX where an option is not given. AK_EXIT_USAGE when one is no time or nothing lies
 * between them. */
enum ak_rc ak_cmd_period(const struct ak_ctx *c, int64_t *from_us, int64_t *to_us, struct ak_err *err);

/* The period of a document ({from, to, zone?}) as the head of its text. */
void ak_cmd_period_print(struct ak_io *io, const json_t *doc);
/* The same of the options. */
void ak_cmd_period_asked(const struct ak_ctx *c);
/* A report found none of `what` in the period: AK_EXIT_PARTIAL with which records the workspace has, and of when. */
enum ak_rc ak_cmd_nothing(const struct ak_ctx *c, const char *what, struct ak_err *err);
/* Has any record of the period been stored? */
enum ak_rc ak_cmd_any_record(const struct ak_ctx *c, int64_t from_us, int64_t to_us, bool *any, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
