/* The services behind the jobs of `pull`: their credentials, and the process that holds them. */
#ifndef AK_CMD_PULL_SERVICE_H
#define AK_CMD_PULL_SERVICE_H

#include "cmd/pull_jobs.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Read every credential, from the environment or a file that is private, and start the fetcher with them; this process
 * forgets them. Before the sandbox is closed. What has none says so in its `why` and stops no other; AK_EXIT_REFUSED
 * where none has one. */
enum ak_rc ak_pull_service_start(struct ak_ctx *c, struct ak_pull_asks *asks, struct ak_fetcher **out,
				 struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
