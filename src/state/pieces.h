/* Limits in force, cut into pieces of time in which they have one value. Private to state/. */
#ifndef AK_STATE_PIECES_H
#define AK_STATE_PIECES_H

#include "base/decimal.h"
#include "base/map.h"
#include "conf/policy.h"
#include "state/limit.h"
#include "state/timeline.h"

/* The place of limits that policy.yaml states: they hold for calls of all systems. */
#define AK_DECLARED "\x1e"

/* One value of one limit, from when it was set until it was set anew. */
struct piece {
	const struct ak_seen *set; /* or, of what was before an event, that event; of a declared one the line of policy.yaml */
	bool declared;
	const char *value;
	struct ak_limit l;
	char currency[4];
	int64_t from, to, anchor, window; /* window: start of the one that is being filled */
	struct ak_dec_sum used;
	uint64_t judged, reached, refused, served;
	const char *first;
	json_t *cites;
};

struct bound { /* the pieces of one subject, in time order of each path */
	size_t *piece, n, cap;
};

struct quota {
	struct ak_timeline line;
	struct ak_arena arena, scratch;
	struct piece *piece;
	size_t n, cap;
	struct ak_map bound; /* class, id -> struct bound */
	int64_t from_us, to_us;
	uint64_t judged;
	json_t *unread;
	size_t declared; /* entries of policy.yaml */
};

#ifdef __cplusplus
extern "C" {
#endif

void ak_pieces_init(struct quota *q, const json_t *systems);
/* Limits that events and captures set, and those of policy.yaml (may be NULL). */
enum ak_rc ak_pieces_read(struct quota *q, struct ak_store *s, const struct ak_policy *policy, struct ak_err *err);
/* A limit that cannot be replayed, once per path and reason. */
void ak_pieces_unread(struct quota *q, const struct ak_said *s, const char *path, const char *why);
void ak_pieces_release(struct quota *q);

#ifdef __cplusplus
}
#endif
#endif
