/* What the readers yield: the picked values of one record, and what was there beside them. */
#ifndef AK_READ_ROW_H
#define AK_READ_ROW_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/map.h"
#include "read/trie.h"

enum ak_jtype { AK_J_NULL, AK_J_BOOL, AK_J_NUM, AK_J_STR, AK_J_OBJ, AK_J_ARR };

enum ak_payload { AK_PAY_ABSENT, AK_PAY_MASKED, AK_PAY_PRESENT };

struct ak_pick {
	int slot;
	enum ak_jtype type;
	struct ak_str text;      /* number token as written, "true"/"false", unescaped string, raw JSON of a container */
	struct ak_str key;       /* the key the nearest `*` on the way matched, NULL when there was none */
	uint32_t item;           /* index of the innermost `[]` element, 0 outside arrays */
	/* AK_PICK_DROP nodes yield a pick too (type, empty text) when the value is neither null nor empty, so that what is
	 * left out can be counted. */
	enum ak_payload payload; /* of AK_PICK_PAYLOAD picks: state as it arrived; text is empty then */
	uint64_t bytes;          /* of payload picks: bytes of the content strings */
};

/* Fields nobody asked for: counted, never kept (DECISIONS 14). One per source; bounded by DRIFT_PATHS. */
struct ak_unknown {
	enum ak_jtype type;
	uint64_t count, max_len, first_rec;
	uint64_t taken; /* part of count that the reader of the drift has handed on; 0 at first */
};
struct ak_drift {
	struct ak_map paths;   /* "path\x1ftype name" -> struct ak_unknown *; path segments made safe by ak_drift_key */
	uint64_t over;         /* occurrences beyond DRIFT_PATHS distinct paths */
	uint64_t id;           /* never used twice in a process */
	struct ak_arena arena;
};

struct ak_row {
	struct ak_pick *pick; /* in document order; several picks of one slot under `[]` */
	size_t n, cap;
	struct ak_arena *arena; /* owner of texts and of `pick` */
	uint64_t rec_no, offset, length;
	/* Is this string a mask the source puts in place of payload ("redacted-by-litellm", "[REDACTED]", "")? */
	const struct ak_str *masks;
	size_t nmasks;
	/* Texts inside a string by which a source marks that it cut it; cut is set when one is met below payload, never cleared. */
	const struct ak_str *cuts;
	size_t ncuts;
	bool cut;
	struct ak_drift *drift; /* may be NULL */
};

#ifdef __cplusplus
extern "C" {
#endif

void ak_row_init(struct ak_row *r, struct ak_arena *arena);
void ak_row_add(struct ak_row *r, struct ak_pick p);
void ak_row_grow(struct ak_row *r); /* ak_row_room when there is none */
/* One more pick, to be set by the caller. */
static inline struct ak_pick *ak_row_room(struct ak_row *r)
{
	if (r->n == r->cap)
		ak_row_grow(r);
	return &r->pick[r->n++];
}
/* First pick of a slot, NULL when there was none. */
const struct ak_pick *ak_row_get(const struct ak_row *r, int slot);

void ak_drift_init(struct ak_drift *d);
void ak_drift_release(struct ak_drift *d);
/* Count one unknown value. A segment is shown only if identifier-shaped ([A-Za-z_][A-Za-z0-9_.-]{0,63}) and not
 * value-like (long digits, hex, UUID, e-mail), else it becomes `{key:LEN,FP}` where FP is the process's keyed 8-hex
 * hash; array steps are `[]` (key.p NULL). parent_path must be safe already (ak_trie_path). */
void ak_drift_count(struct ak_drift *d, struct ak_str parent_path, struct ak_str key, enum ak_jtype type, uint64_t len,
		    uint64_t rec_no);
/* The entry of a whole safe path, created when new (count 0); NULL beyond DRIFT_PATHS paths. Lives as long as d. */
struct ak_unknown *ak_drift_at(struct ak_drift *d, struct ak_str path, enum ak_jtype type);
/* Count one value in an entry; u NULL counts it as `over`. */
void ak_drift_add(struct ak_drift *d, struct ak_unknown *u, uint64_t len, uint64_t rec_no);
/* Append a key as it may be shown. */
void ak_drift_key(struct ak_buf *out, struct ak_str key);
const char *ak_jtype_name(enum ak_jtype t);

#ifdef __cplusplus
}
#endif
#endif
