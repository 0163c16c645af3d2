/* What records say of a handful of subjects, in time order, and what follows for an instant. Private to state/. */
#ifndef AK_STATE_TIMELINE_H
#define AK_STATE_TIMELINE_H

#include "state/name.h"

struct ak_seen {
	struct ak_said said;
	int64_t t, seq;
	bool dated, event;
	const char *by, *time, *ticket, *ticket_state, *action, *system;
};

struct ak_timeline {
	struct ak_places places;
	struct ak_arena arena;
	json_t *known; /* citations that were added */
	struct ak_seen *seen;
	size_t n, cap;
	bool sorted;
	const char *system; /* only what this system's sources say, and those of no declared one; NULL = all */
	bool (*wanted)(const struct ak_said *said); /* NULL: all that is said is kept */
};

/* Texts are the timeline's. */
struct ak_held {
	const struct ak_seen *set;    /* the record that set it; NULL: nothing is known at that time */
	const struct ak_seen *rival;  /* of the same instant with another value: conflict */
	const struct ak_seen *confirmed; /* the last snapshot that shows it */
	const struct ak_seen *ends;   /* the first record after it that shows another value */
	const struct ak_seen *later;  /* nothing known: the first record after the instant */
	const struct ak_seen *vague;  /* changed something behind set, up to the instant */
	const char *value;	      /* NULL: unknown or in conflict */
	const char *prior;	      /* before the instant of set */
	bool from_before;	      /* value is what `ends` says was before it */
};

#ifdef __cplusplus
extern "C" {
#endif

void ak_timeline_init(struct ak_timeline *t, const json_t *systems);
void ak_timeline_release(struct ak_timeline *t);
/* A row of query/state.h, once. False: it was there. */
bool ak_timeline_add(struct ak_timeline *t, const json_t *row);
void ak_timeline_sort(struct ak_timeline *t);
/* The same for instants that only grow, in a timeline that holds one class and id: every record is looked at once. `ends`, `later` and `confirmed`
 * are those up to the instant; of what is not set yet they are told as ak_timeline_at does. Zeroed first, path and line set. */
struct ak_timeline_walk {
	struct ak_timeline *line;
	const char *path;
	size_t next;
	int64_t at;
	struct ak_held held;
	const struct ak_seen *vague, *first;
	bool looked; /* for first */
};
const struct ak_held *ak_timeline_walk_to(struct ak_timeline_walk *w, int64_t at_us);
/* The state of one setting (class, id, path; place NULL = any) at an instant. Sorted first. */
void ak_timeline_at(struct ak_timeline *t, const char *place, const char *cls, const char *id, const char *path, int64_t at_us, struct ak_held *out);

#ifdef __cplusplus
}
#endif
#endif
