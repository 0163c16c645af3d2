/* The unusual amounts of a variance report and who made them, as text. */
#ifndef AK_CMD_VARIANCE_TEXT_H
#define AK_CMD_VARIANCE_TEXT_H

#include "cmd/io.h"

#ifdef __cplusplus
extern "C" {
#endif

/* top: so many of the unusual ones, the others are counted. */
void ak_variance_print(struct ak_io *io, const json_t *doc, size_t top);

#ifdef __cplusplus
}
#endif
#endif
