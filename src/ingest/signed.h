/* Signatures that a source made itself: checked while its records are read, counted per file as diag rows. A record whose
 * signature does not agree is stored like any other, and said. Internal to ingest/. */
#ifndef AK_INGEST_SIGNED_H
#define AK_INGEST_SIGNED_H

#include "ingest/stage.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The mapping of the open file has been chosen. */
void ak_signed_open(struct ak_stage *m);
/* Bytes of the decoded file, all of them, in their order. */
void ak_signed_bytes(struct ak_stage *m, const char *p, size_t n);
void ak_signed_record(struct ak_stage *m, const struct ak_frame *f);
void ak_signed_close(struct ak_stage *m);

#ifdef __cplusplus
}
#endif
#endif
