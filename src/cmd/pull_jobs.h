/* What `pull` is asked for: arguments and policy.yaml as jobs. */
#ifndef AK_CMD_PULL_JOBS_H
#define AK_CMD_PULL_JOBS_H

#include "cmd/cmd.h"
#include "pull/pull.h"

struct ak_pull_ask {
	struct ak_pull_job job;
	/* where its credential is, and what its service may do */
	const char *key_env, *credential_file, *ca_file;
	bool allow_private;
	struct ak_err why; /* exit not OK: it has no credential and is not pulled */
};

struct ak_pull_asks {
	const struct ak_api *api; /* all that are known */
	size_t napis;
	struct ak_pull_ask *ask;
	size_t n;
};

#ifdef __cplusplus
extern "C" {
#endif

/* Words are names of sources of policy.yaml, API, or API/STREAM; with --all every source of policy.yaml that has `pull:`. Memory
 * lives in c->arena. AK_EXIT_USAGE. */
enum ak_rc ak_pull_asks_read(struct ak_ctx *c, struct ak_pull_asks *out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
