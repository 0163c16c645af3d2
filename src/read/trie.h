/* The set of paths a reader picks out of a record. Built by format/ from a mapping, walked by the JSON and CSV readers.
 *
 * Path language (auditkit-formats(5)): RFC 6901 JSON Pointer; a segment is a literal key, dots included (`~1` for '/',
 * `~0` for '~'); `[]` steps over array elements; `*` any key of a map; a segment may end in
 *   `|json`  the string value holds JSON (decoded up to JSON_IN_STRING levels; a non-JSON string stays text),
 *   `|kv`    an array of {key, value} pairs read as a map; OTLP AnyValue wrappers ({"stringValue":x}, intValue, boolValue,
 *            doubleValue, arrayValue{values[]}, kvlistValue{values[]}, bytesValue) are unwrapped; a plain object is read as
 *            the map it is (SDK dumps). */
#ifndef AK_READ_TRIE_H
#define AK_READ_TRIE_H

#include "base/arena.h"
#include "base/err.h"

enum ak_pick_how {
	AK_PICK_VALUE,   /* scalar as text; containers are reported as raw JSON text (AK_J_OBJ / AK_J_ARR) */
	AK_PICK_PAYLOAD, /* state and size only, the text never leaves the walker */
	AK_PICK_DROP     /* known and deliberately not kept: counted, validated, not reported as unknown */
};

struct ak_tnode {
	struct ak_tnode *child;   /* first child */
	struct ak_tnode *next;    /* sibling */
	struct ak_tnode **hash;   /* lookup table when there are many children; private */
	struct ak_tnode *iter;    /* `[]` child */
	struct ak_tnode *any;     /* `*` child */
	struct ak_tnode *parent;  /* NULL for the root */
	struct ak_str key;        /* empty for `[]` and `*` nodes */
	uint64_t id;              /* never used twice in a process */
	uint32_t hash_mask;
	int slot;                 /* -1: no value is picked here */
	enum ak_pick_how how;
	bool json, kv;            /* decode strings as JSON / read as key-value pairs */
};

struct ak_trie {
	struct ak_arena *arena;
	struct ak_tnode *root;
	int nslots;
};

#ifdef __cplusplus
extern "C" {
#endif

void ak_trie_init(struct ak_trie *t, struct ak_arena *arena);
/* The slot of this path, created when new. AK_EXIT_USAGE when the path is malformed or was added in another way before
 * (payload and value, say). Paths that differ only in `|json` or `|kv` share a node: the decoding holds for all. */
enum ak_rc ak_trie_add(struct ak_trie *t, struct ak_str path, enum ak_pick_how how, int *slot, struct ak_err *err);
/* Let this path lead to a slot that another path was given, asked for in the same way. AK_EXIT_USAGE when it is malformed or
 * has a slot of its own. */
enum ak_rc ak_trie_also(struct ak_trie *t, struct ak_str path, enum ak_pick_how how, int slot, struct ak_err *err);
/* Build lookup tables; call once after the last add. */
void ak_trie_seal(struct ak_trie *t);
/* The member `key` of n: its literal child, else n->any, else NULL. Any thread, once sealed. */
const struct ak_tnode *ak_trie_child(const struct ak_tnode *n, struct ak_str key);
/* The node's path as shown in reports: "" for the root, else steps like `/metadata/[]`, with a star for any key. Keys are made safe by ak_drift_key. */
struct ak_str ak_trie_path(const struct ak_tnode *n, struct ak_arena *arena);

#ifdef __cplusplus
}
#endif
#endif
