/* YAML that people write (policy, mappings), loaded as a Jansson tree with line numbers.
 *
 * One document, JSON-schema core types only: plain null/~/nothing, true/false and integers become those types; every
 * other scalar, floats and dates included, stays the text as written. No tags, anchors and aliases refused, duplicate
 * keys refused with both lines, limits YAML_BYTES, YAML_NODES and JSON_DEPTH. The libyaml cage. */
#ifndef AK_CONF_YAML_H
#define AK_CONF_YAML_H

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"

struct ak_yaml {
	json_t *root; /* object, array, string, integer, boolean or null; a plain float is kept as a string */
	char *name;   /* for messages */
	void *lines;  /* private: json_t * -> line */
};

#ifdef __cplusplus
extern "C" {
#endif

/* name: the file's name for messages ("policy.yaml:12: ..."). An empty text is a null root. Mistakes in the text are
 * AK_EXIT_USAGE. On success the caller owns *out (ak_yaml_release). */
enum ak_rc ak_yaml_load(const char *name, struct ak_str text, struct ak_yaml *out, struct ak_err *err);
/* The same for a regular file, named in messages as given. */
enum ak_rc ak_yaml_load_file(const char *path, struct ak_yaml *out, struct ak_err *err);
/* Safe on a zeroed struct and twice. */
void ak_yaml_release(struct ak_yaml *y);
/* 1-based line where this value (a node of y->root) stands, 0 if unknown (also for null, true and false, which have no
 * identity of their own: ask for their key). */
int ak_yaml_line(const struct ak_yaml *y, const json_t *node);
/* Line of a member's key, 0 if unknown. */
int ak_yaml_key_line(const struct ak_yaml *y, const json_t *object, const char *key);

/* "policy.yaml:12: 'url' is no address": a member whose value is not what it must be. AK_EXIT_USAGE. */
enum ak_rc ak_yaml_wrong(const struct ak_yaml *y, const json_t *object, const char *key, struct ak_err *err, const char *what);

/* Schema as data. A row per member; `*` as name admits any key with the row's type. A null value counts as not given
 * for every type. */
enum ak_yaml_type {
	AK_Y_STR,
	AK_Y_INT,
	AK_Y_BOOL,
	AK_Y_ANY,
	AK_Y_LIST,
	AK_Y_MAP,
	AK_Y_STR_OR_LIST,    /* a list holds strings only */
	AK_Y_SCALAR,	     /* string, integer or boolean */
	AK_Y_MAP_OR_UNKNOWN, /* a map, or the word `unknown` in its place */
	AK_Y_LIST_OR_UNKNOWN
};
struct ak_yaml_rule {
	const char *name;
	enum ak_yaml_type type;
	bool required;
	const struct ak_yaml_rule *of; /* rules of a map, or of the maps in a list; NULL = not looked into */
};
/* Unknown keys are refused with did-you-mean: "policy.yaml:12: unknown key 'retension' (did you mean 'retention'?)".
 * rules end with a row whose name is NULL. where: dotted path of node for messages, NULL or "" at the top.
 * AK_EXIT_USAGE. */
enum ak_rc ak_yaml_check(const struct ak_yaml *y, const json_t *node, const struct ak_yaml_rule *rules,
			 const char *where, struct ak_err *err);

/* Append a text so that ak_yaml_load, and any other reader of YAML, reads the same text back, as value, as key or in a comment:
 * plain where that is safe, else quoted on one line, hidden characters escaped. text: UTF-8 without NUL (invalid bytes become
 * U+FFFD); as a key at most 1,024 characters come back. */
void ak_yaml_add_text(struct ak_buf *out, struct ak_str text);

#ifdef __cplusplus
}
#endif
#endif
