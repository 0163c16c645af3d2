/* Which entry of the drift a member that no rule names is counted in, remembered by parent, name and type. */
#ifndef AK_READ_DRIFT_MEMO_H
#define AK_READ_DRIFT_MEMO_H

#include "read/row.h"

#define AK_DRIFT_MEMO_SLOTS 2048

struct ak_drift_memo_slot {
	uint64_t node, mix;
	struct ak_str key;
	enum ak_jtype type;
	struct ak_unknown *unknown;
};

struct ak_drift_memo {
	struct ak_arena arena; /* of the keys */
	uint64_t drift;        /* the drift that the slots are about */
	struct ak_drift_memo_slot slot[AK_DRIFT_MEMO_SLOTS];
};

void ak_drift_memo_init(struct ak_drift_memo *m);
void ak_drift_memo_release(struct ak_drift_memo *m);
/* The entry of row's drift for the member `key` of parent; NULL beyond DRIFT_PATHS paths. */
struct ak_unknown *ak_drift_memo_at(struct ak_drift_memo *m, const struct ak_row *row, const struct ak_tnode *parent,
				    struct ak_str key, enum ak_jtype type);

#endif
