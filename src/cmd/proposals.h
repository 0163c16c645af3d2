/* Mapping lines that would make two sources meet, found after an ingest (link/propose.h). */
#ifndef AK_CMD_PROPOSALS_H
#define AK_CMD_PROPOSALS_H

#include "cmd/cmd.h"
#include "ingest/ingest.h"

/* Searched when fewer app events meet a gateway record than limits.min_link_coverage says, or 90 %. */
enum ak_rc ak_proposals_find(struct ak_ctx *c, const struct ak_ingest_source *sources, size_t n, json_t **out, struct ak_err *err);
void ak_proposals_print(struct ak_ctx *c, const json_t *proposals);

#endif
