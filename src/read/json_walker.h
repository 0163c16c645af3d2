/* The walker's inside, shared by the files that make it: json_walker.c (documents and values), json_object.c (objects), json_scalar.c (strings, numbers, words), json_kv.c (OTLP key-value lists) and json_found.c (what was found).
 *
 * A text is walked along its tokens. `i` is the next one: a function that visits a value finds its first token there and
 * leaves i behind its last. A string or a number is one token, an object's key another. */
#ifndef AK_READ_JSON_WALKER_H
#define AK_READ_JSON_WALKER_H

#include "base/limits.h"
#include "read/drift_memo.h"
#include "read/json.h"
#include "read/json_index.h"
#include "read/json_shape.h"
#include "read/keys.h"
#include "read/payload.h"

/* One text that is walked: a record, or JSON in one of its strings. */
struct ak_walk_text {
	struct ak_json_index *index;
	const char *base;
	size_t length;
	const uint32_t *at; /* n tokens and the length */
	uint32_t n, i;
	const char *back; /* no backslash stands between what was looked at last and here */
};

/* Where a value stands: its node (NULL: nobody asked), the key its nearest `*` matched, its array index. */
struct ak_place {
	const struct ak_tnode *node;
	struct ak_str star;
	uint32_t item;
	bool label; /* directly under a key that describes content */
	struct ak_paystate *pay; /* inside payload */
	struct ak_shape *shape;  /* of the objects here; NULL: not remembered */
};

struct ak_walker {
	struct ak_walk_text *text; /* one for a record, and one per level of JSON in strings */
	struct ak_keyset keys;
	struct ak_shapes shapes;
	struct ak_drift_memo memo;
	/* of the running walk */
	struct ak_walk_text *t; /* the innermost text */
	unsigned nesting;       /* texts that are open */
	unsigned depth;         /* containers that are open, in all of them */
	size_t nodes;
	struct ak_str copy; /* of the record in the row's arena; empty when it is long */
	struct ak_row *row;
	const struct ak_frame *frame;
	struct ak_err *err;
};

/* The members of an object that is being walked. */
struct ak_walk_object {
	struct ak_keyset_obj seen;
	struct ak_shape *shape; /* NULL: the keys are searched for */
	uint32_t expected;      /* the next key of the shape */
	bool strict;            /* the keys do not follow the shape: each is compared with those before */
	bool begun;
};

struct ak_walk_member {
	struct ak_str key;
	struct ak_shape_key *known; /* NULL when the shape does not have it; dies with the next key that is learned */
};

/* The first byte of token i; NUL behind the last. */
static inline char ak_walk_char(const struct ak_walk_text *t, uint32_t i) { return i < t->n ? t->base[t->at[i]] : '\0'; }

static inline bool ak_walk_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/* Token i without the blanks behind it; empty behind the last. */
static inline struct ak_str ak_walk_token(const struct ak_walk_text *t, uint32_t i)
{
	const char *from, *to;

	if (i >= t->n)
		return ak_str_n(t->base + t->length, 0);
	from = t->base + t->at[i];
	to = t->base + t->at[i + 1];
	while (to > from && ak_walk_blank(to[-1]))
		to--;
	return ak_str_n(from, (size_t)(to - from));
}

static inline bool ak_walk_is_string(struct ak_str token)
{
	return token.n >= 2 && token.p[0] == '"' && token.p[token.n - 1] == '"';
}

static inline enum ak_jtype ak_walk_type(char c)
{
	switch (c) {
	case '{':
		return AK_J_OBJ;
	case '[':
		return AK_J_ARR;
	case '"':
		return AK_J_STR;
	case 't':
	case 'f':
		return AK_J_BOOL;
	case 'n':
		return AK_J_NULL;
	default:
		return AK_J_NUM;
	}
}

static inline bool ak_walk_picked(const struct ak_tnode *n) { return n && n->slot >= 0; }
static inline bool ak_walk_leads_on(const struct ak_tnode *n) { return n && (n->child || n->iter || n->any); }

/* Is this where payload begins? */
static inline bool ak_walk_is_payload(const struct ak_place *p)
{
	return !p->pay && ak_walk_picked(p->node) && p->node->how == AK_PICK_PAYLOAD;
}

/* What a rule names below payload is taken as it is and no part of it: the node where that begins, NULL without. */
static inline const struct ak_tnode *ak_walk_below(const struct ak_tnode *n) { return ak_walk_leads_on(n) ? n : NULL; }

/* json_walker.c */
/* A value that is an object or an array, or payload. */
enum ak_rc ak_walk_compound(struct ak_walker *w, const struct ak_place *p);
/* Refuse the record; at: where in the text, NULL when that is not known. */
enum ak_rc ak_walk_refuse(struct ak_walker *w, const char *reason, const char *text, const char *at);
/* Enter the container whose bracket is the next token. It is left by w->depth--. */
enum ak_rc ak_walk_enter(struct ak_walker *w);
enum ak_rc ak_walk_too_many(struct ak_walker *w, const char *at);
/* One more value of the record; at as above. */
static inline enum ak_rc ak_walk_count(struct ak_walker *w, const char *at)
{
	return ++w->nodes > AK_MAX_NODES_PER_RECORD ? ak_walk_too_many(w, at) : AK_OK;
}
/* The elements of an array that was entered: AK_OK with one to visit, AK_END behind the bracket. *i: its index, to begin
 * with UINT32_MAX. */
enum ak_rc ak_walk_element(struct ak_walker *w, uint32_t *i);
/* JSON inside a string. What does not parse stays text, whatever was picked from it is forgotten. */
bool ak_walk_nested(struct ak_walker *w, struct ak_str text, const struct ak_place *p);

/* json_object.c */
/* The object whose bracket is the next token; shape may be NULL. */
enum ak_rc ak_walk_object(struct ak_walker *w, struct ak_walk_object *m, struct ak_shape *shape);
/* AK_OK: a member whose value is to be visited next. AK_END: behind the object, which is left. p: of the object. */
enum ak_rc ak_walk_member(struct ak_walker *w, struct ak_walk_object *m, const struct ak_place *p, struct ak_walk_member *out);
/* The place q of a member's value, which is the next token; counts it when no rule names it. */
void ak_walk_place(struct ak_walker *w, const struct ak_place *p, const struct ak_walk_member *m, struct ak_place *q);

/* All members of an object, each at its place. */
enum ak_rc ak_walk_members(struct ak_walker *w, const struct ak_place *p);

/* json_scalar.c */
enum ak_rc ak_walk_scalar(struct ak_walker *w, const struct ak_place *p);
/* The text between the quotes of a string, in the arena where it had escapes. */
enum ak_rc ak_walk_unescape(struct ak_walker *w, struct ak_str raw, struct ak_str *out);
/* A string's decoded text at its place. */
enum ak_rc ak_walk_string(struct ak_walker *w, struct ak_str text, const struct ak_place *p);

static inline enum ak_rc ak_walk_value(struct ak_walker *w, const struct ak_place *p)
{
	char c = ak_walk_char(w->t, w->t->i);

	return c == '{' || c == '[' || ak_walk_is_payload(p) ? ak_walk_compound(w, p) : ak_walk_scalar(w, p);
}

/* json_kv.c */
/* The key-value list whose bracket is the next token. */
enum ak_rc ak_walk_kv(struct ak_walker *w, const struct ak_place *p);

/* json_found.c */
/* The same text for as long as the row lives: records lie in a buffer that the next one overwrites. */
static inline struct ak_str ak_walk_keep(const struct ak_walker *w, struct ak_str s)
{
	bool in_copy = (uintptr_t)s.p - (uintptr_t)w->copy.p < w->copy.n;

	return in_copy ? s : ak_arena_str(w->row->arena, s);
}
/* A value at a place that is picked and not payload. bytes: its length as it arrived. */
void ak_walk_emit(struct ak_walker *w, const struct ak_place *p, enum ak_jtype type, struct ak_str text, uint64_t bytes);
void ak_walk_emit_payload(struct ak_walker *w, const struct ak_place *p, const struct ak_paystate *state);
/* Count a member that no rule names; its value is the next token. known: remembers where, may be NULL. */
void ak_walk_unknown(struct ak_walker *w, const struct ak_tnode *parent, struct ak_str key, struct ak_shape_key *known);

#endif
