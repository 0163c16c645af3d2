/* A small JSON tree with exact numbers, for the low-volume places where structure matters (lists, before/after states):
 * numbers stay text, members are sorted. Private to format/. */
#ifndef AK_FORMAT_JTREE_H
#define AK_FORMAT_JTREE_H

#include "base/buf.h"
#include "read/row.h"

struct ak_jnode {
	enum ak_jtype type;
	struct ak_str key;	/* of members */
	struct ak_str text;	/* scalars: token, or the unescaped string */
	struct ak_jnode *child; /* members in byte order of their keys; elements in document order */
	struct ak_jnode *next;
};

#ifdef __cplusplus
extern "C" {
#endif

/* RFC 8259, strictly; NULL when the text is no single JSON value, has a duplicate key, is too deep or not UTF-8. */
struct ak_jnode *ak_jtree_parse(struct ak_str text, struct ak_arena *a);
/* Canonical text: integers within 2^53-1 as numbers, other numbers as strings of their canonical decimal text. */
void ak_jtree_write(struct ak_buf *b, const struct ak_jnode *n);

#ifdef __cplusplus
}
#endif
#endif
