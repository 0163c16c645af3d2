/* What a record sets, under names by which events and snapshots of different products meet. Private to state/. */
#ifndef AK_STATE_NAME_H
#define AK_STATE_NAME_H

#include <jansson.h>

#include "base/arena.h"

/* The systems that snapshots show: where there is one, every record speaks of it. */
struct ak_places {
	const json_t *systems; /* [{system, environment}] */
	const char *only;      /* the one system, NULL = none or several */
	bool several, environments;
};

/* One thing a record says. Texts live as long as the arena and the row. */
struct ak_said {
	const char *place; /* "" = the only one; NULL = not told */
	const char *cls, *id, *path;
	const char *before, *after; /* before NULL = not said; "not set" = the record says that there is none */
	bool vague;		    /* something of cls and id changed, and not what: path is "" */
};

#define AK_STATE_NOT_SET "not set"

typedef void ak_said_fn(void *ctx, const struct ak_said *said);

#ifdef __cplusplus
extern "C" {
#endif

void ak_places_of(const json_t *systems, struct ak_places *out);
/* The system of a request: that name of ours which its source or declared system is; else the only one; else NULL. */
const char *ak_places_of_source(const struct ak_places *p, const char *source, const char *system);
/* Calls each for everything a row of query/state.h sets. */
void ak_said_each(const json_t *row, const struct ak_places *places, struct ak_arena *a, ak_said_fn *each, void *ctx);
/* "route", "budget", "team", ...: the class of a resource type, itself in lower case when none is known. */
const char *ak_class_of(const char *type, struct ak_arena *a);
/* A value as text: what a reader sees, equal where the values are equal. */
const char *ak_said_text(const json_t *v, struct ak_arena *a);
/* Two events of one instant: 1 = b comes behind a, -1 = before it, 0 = nobody can tell (timeline.c has the rule). */
int ak_said_order(const char *prior, const char *a_before, const char *a_after, const char *b_before, const char *b_after);
/* Hidden or cut by us or by the source: says nothing about being equal. */
bool ak_said_hidden(const char *value);
/* Two values of one setting that mean the same: numbers as numbers, lists of permissions and members in any order. NULL equals nothing. */
bool ak_said_equal(const struct ak_said *s, const char *a, const char *b, struct ak_arena *arena);
/* What a system counts up by itself (spend, used, remaining): no event says so. */
bool ak_said_counter(const char *path);
/* A text that a token stands for. */
bool ak_said_token(const char *value);

#ifdef __cplusplus
}
#endif
#endif
