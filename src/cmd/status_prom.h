/* `status --prometheus`: the state of a workspace in the text exposition format. */
#ifndef AK_CMD_STATUS_PROM_H
#define AK_CMD_STATUS_PROM_H

#include "cmd/cmd.h"
#include "packet/facts.h"

struct ak_status_state {
	const struct ak_facts *facts;
	const json_t *questions, *overdue;
	size_t answers, unknown; /* of policy.yaml */
};

/* Runs the checks, too. Same workspace, same bytes but for what a day makes overdue. */
enum ak_rc ak_status_prometheus(struct ak_ctx *c, const struct ak_status_state *s, struct ak_err *err);

#endif
