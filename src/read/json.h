/* JSON containers: framing (where does a record start and end) and walking (what does it hold).
 *
 * Framing is string-aware and bounded: JSONL, concatenated or pretty-printed values, elements of a top-level array, and
 * elements of the container named by a record path inside page objects. It yields slices of the decoded stream with
 * exact offsets; a broken value is one AK_FRAME_BAD with its byte range and the framer goes on at the next line (or at
 * the next element inside a container it can still follow). String values longer than STRING_BYTES are left out of the
 * slice (replaced by an empty string and remembered), so that a 50 MB image in a payload loses no record.
 *
 * Walking validates everything (RFC 8259 grammar, numbers, escapes, UTF-8, duplicate keys, depth, node count), also
 * what it skips. simdjson finds the tokens (read/json_index.cc). */
#ifndef AK_READ_JSON_H
#define AK_READ_JSON_H

#include "read/row.h"

#define AK_CTX_MAX 6

/* A record path: segments to the container, e.g. "/data/[]/results/[]" -> {"data", [], "results", []}. A mapping may
 * have several; "" (the top-level value itself is the record) is always tried last when `bare` is set. */
struct ak_frame_plan {
	const struct ak_str *paths;
	size_t npaths;
	bool bare;          /* top-level objects without any of the containers are records themselves */
	bool empty_records; /* an empty innermost container yields one record with the text `{}` */
	bool no_ctx;        /* nobody reads parents: records are yielded at once, without ctx, and never held */
	/* What is picked of the parents, around[i] from ctx[i - 1]; NULL = not said. Records of a page that is too large to be held
	 * go out early when all of that has been read: their ctx lacks members that come later and that nobody picks. */
	const struct ak_trie *around;
};

enum ak_frame_kind { AK_FRAME_RECORD, AK_FRAME_BLANK, AK_FRAME_BAD };

struct ak_elided {
	uint64_t at;  /* position in `text` of the opening quote of the now empty string */
	uint64_t len; /* bytes that were between the quotes */
};

struct ak_frame {
	enum ak_frame_kind kind;
	struct ak_str text;           /* the slice, valid until the next ak_framer_next or ak_framer_feed; of AK_FRAME_BAD its
				       * bytes where they are still at hand, else empty */
	uint64_t offset, length;      /* in the decoded stream, elided bytes included */
	const char *reason;           /* of AK_FRAME_BAD: json_syntax, json_too_large, json_truncated, json_held_limit, ... */
	struct ak_str ctx[AK_CTX_MAX]; /* objects around the record, innermost first, without the container on the way down:
				       * a JSON object text each; same pointers for records of the same parents */
	size_t nctx;
	uint64_t ctx_id;              /* changes when any of ctx changes */
	bool empty;                   /* stands for an empty container */
	const struct ak_elided *elided;
	size_t nelided;
};

struct ak_framer;

#ifdef __cplusplus
extern "C" {
#endif

struct ak_framer *ak_framer_new(const struct ak_frame_plan *plan);
void ak_framer_free(struct ak_framer *f);
/* Give the next piece of the stream (copied as needed); eof on the last call (n may be 0). */
void ak_framer_feed(struct ak_framer *f, const char *p, size_t n, bool eof);
/* AK_OK: a frame. AK_END: feed more, or, after eof, nothing is left. Blank lines between JSONL values are frames of kind
 * AK_FRAME_BLANK (a line of nothing but blanks; the newline after a value is not one). A UTF-8 BOM at the start is skipped. */
enum ak_rc ak_framer_next(struct ak_framer *f, struct ak_frame *out);
/* Whether more follow by the last page read that says so beside its records (pagesays.h), 1 or 0, for completeness checks; -1 = no
 * page did. */
int ak_framer_has_more(const struct ak_framer *f);

struct ak_walker; /* one per thread */
struct ak_walker *ak_walker_new(void);
void ak_walker_free(struct ak_walker *w);
/* Walk one complete JSON text along the trie, adding picks to row. frame may be NULL (no elided strings).
 * AK_REJECT reasons: json_syntax, json_number, json_string, json_utf8, json_duplicate_key, json_too_deep, json_too_many,
 * json_string_too_long (an elided string where a value is wanted), json_trailing. err->offset is relative to the text. */
enum ak_rc ak_walker_walk(struct ak_walker *w, struct ak_str text, const struct ak_frame *frame, const struct ak_trie *trie,
			  struct ak_row *row, struct ak_err *err);
/* A string that is already plain text (a CSV cell) at a node: value, payload, drop and `|json` as in a JSON record. key:
 * what a `*` node matched. The text must be UTF-8. */
enum ak_rc ak_walker_walk_text(struct ak_walker *w, struct ak_str text, const struct ak_tnode *node, struct ak_str key,
			       struct ak_row *row, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
