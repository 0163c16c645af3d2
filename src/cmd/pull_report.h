/* What `pull` prints. */
#ifndef AK_CMD_PULL_REPORT_H
#define AK_CMD_PULL_REPORT_H

#include "cmd/pull_jobs.h"

/* How a job ended. */
struct ak_pull_end {
	struct ak_pull_result result;
	struct ak_err err; /* exit AK_EXIT_OK: nothing failed */
};

#ifdef __cplusplus
extern "C" {
#endif

/* The APIs and their streams. */
enum ak_rc ak_pull_print_apis(struct ak_ctx *c, const struct ak_pull_asks *asks, struct ak_err *err);
/* What would be asked for, without asking: the first request of every pass. */
enum ak_rc ak_pull_print_plan(struct ak_ctx *c, const struct ak_pull_asks *asks, struct ak_err *err);
enum ak_rc ak_pull_print(struct ak_ctx *c, const struct ak_pull_asks *asks, const struct ak_pull_end *ends, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
