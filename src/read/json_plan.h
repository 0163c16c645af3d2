/* A frame plan as a tree of steps from a top-level value down to the containers. */
#ifndef AK_READ_JSON_PLAN_H
#define AK_READ_JSON_PLAN_H

#include "base/arena.h"
#include "read/json.h"

struct ak_plan_node {
	struct ak_str key;
	struct ak_plan_node *child, *next; /* members looked for in an object */
	struct ak_plan_node *iter;         /* the elements of an array */
	bool record;                       /* a value here is a record */
};

/* Levels a path may have. */
#define AK_PLAN_DEPTH 16

/* The tree, in the arena. Paths too deep or malformed are left out (the mapping loader has refused them). *bare: the
 * top-level value itself may be the record. */
struct ak_plan_node *ak_plan_build(const struct ak_frame_plan *plan, struct ak_arena *arena, bool *bare);
struct ak_plan_node *ak_plan_child(const struct ak_plan_node *n, struct ak_str key);

#endif
