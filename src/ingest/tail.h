/* What a run that follows a file says and seals between its transactions. Internal to ingest/. */
#ifndef AK_INGEST_TAIL_H
#define AK_INGEST_TAIL_H

#include "ingest/ingest.h"

struct ak_tail {
	struct ak_counts told, before; /* of this run at the last tail; of resumed files before this run */
	int64_t sealed_us;
};

#ifdef __cplusplus
extern "C" {
#endif

void ak_counts_add(struct ak_counts *to, const struct ak_counts *c);
/* Behind a commit. closed: of the files that were closed; open: the present one, id 0 = none is open. */
void ak_tail_tell(struct ak_tail *t, const struct ak_ingest_opts *o, const char *source, const struct ak_counts *closed,
		  const struct ak_file_row *open);
/* A run that may take weeks does not leave all of its records without a seal: before a commit, is it time for one? */
bool ak_tail_seals(struct ak_tail *t, const struct ak_ingest_opts *o);

#ifdef __cplusplus
}
#endif
#endif
