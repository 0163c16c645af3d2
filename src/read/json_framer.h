/* The framer's inside, shared by the files that make it: json_frame.c (feeding, top level, end), json_level.c (containers
 * and the objects around them), json_leaf.c (single values) and json_resync.c (going on after a broken one).
 *
 * Positions are indexes into buf; ak_fr_compact shifts all of them. A stream offset is base + position + the bytes left
 * out of long strings so far. */
#ifndef AK_READ_JSON_FRAMER_H
#define AK_READ_JSON_FRAMER_H

#include "base/buf.h"
#include "base/limits.h"
#include "read/json_hold.h"
#include "read/json_plan.h"
#include "read/json_scan.h"
#include "read/pagesays.h"

#define AK_FR_LEVELS (2 * AK_PLAN_DEPTH + 2)

/* What a step of the machine came to. */
enum ak_step {
	AK_STEP_GO,    /* go on */
	AK_STEP_FRAME, /* a frame was written to f->out */
	AK_STEP_MORE   /* nothing to do without more bytes */
};

enum ak_leaf_role { AK_LEAF_RECORD, AK_LEAF_KEY, AK_LEAF_MEMBER, AK_LEAF_SKIP };

/* A value that is taken whole. */
struct ak_fr_leaf {
	bool on, scalar;
	bool dropped;    /* too long to be kept: only its end is looked for */
	enum ak_leaf_role role;
	size_t start;    /* of the text that is wanted: the value, or the key of a member */
	size_t value;    /* of the value */
	uint64_t offset; /* of start in the stream */
	size_t line;     /* first newline after which a line starts with a bracket; 0 = none yet */
	struct ak_scan scan;
};

enum ak_level_state { AK_LV_FIRST, AK_LV_NEXT, AK_LV_COLON, AK_LV_VALUE, AK_LV_AFTER };

/* An open container on the way to the records. */
struct ak_fr_level {
	bool object;
	bool undecided;    /* no container met yet: may turn out to be a record itself */
	bool too_large;    /* as a record, while undecided */
	enum ak_level_state state;
	const struct ak_plan_node *node; /* of this container */
	const struct ak_plan_node *child; /* of the member whose key was read; NULL = none */
	size_t start;      /* valid while undecided */
	uint64_t offset;
	size_t key;        /* where the member's key starts */
	const char *says;  /* the key, when it may tell whether more pages follow */
	bool any;          /* an element or member was seen */
	size_t ctx;        /* in the hold, index plus one; objects only */
	struct ak_buf members;
	struct ak_buf keys; /* of the members, a line each */
};

enum ak_resync { AK_RESYNC_NONE, AK_RESYNC_LINE, AK_RESYNC_ELEMENT };

struct ak_framer {
	struct ak_arena arena; /* of the plan */
	const struct ak_plan_node *root;
	bool bare, empty_records, no_ctx;

	struct ak_buf buf;
	size_t pos;
	uint64_t base, left_out;
	uint64_t left_out_to; /* stream offset behind the last bytes that were left out */
	bool eof, begun;

	uint64_t line_offset;  /* top level: where this line starts */
	bool line_used;        /* a value stands on it */
	uint64_t line_mode;    /* up to this stream offset a value has to end on its line */

	struct ak_fr_leaf leaf;
	struct ak_fr_level level[AK_FR_LEVELS];
	size_t nlevels, nobjects;

	enum ak_resync resync;
	uint64_t bad_offset;

	struct ak_elided *elided; /* positions in buf until a frame is made of them */
	size_t nelided, elided_cap;

	const struct ak_trie *around; /* of the plan */
	struct ak_hold hold;
	bool parted;        /* the records so far of an open page go out */
	size_t part_tried;  /* bytes held when that was last not possible */
	struct ak_page_says page; /* what the open page has said so far */
	int has_more;             /* of the last page, -1: none has said */
	struct ak_frame out;
};

static inline uint64_t ak_fr_offset(const struct ak_framer *f, size_t pos)
{
	return f->base + f->left_out + pos;
}

/* Is every byte from that stream offset on still in buf? Then it is at ak_fr_pos. */
static inline bool ak_fr_holds(const struct ak_framer *f, uint64_t offset)
{
	return offset >= f->base + f->left_out && offset >= f->left_out_to;
}

static inline size_t ak_fr_pos(const struct ak_framer *f, uint64_t offset)
{
	return (size_t)(offset - f->base - f->left_out);
}

static inline bool ak_fr_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* json_frame.c */
/* Hand out or hold a frame of buf[start..end) that began at offset; text is kept for records only. */
enum ak_step ak_fr_emit(struct ak_framer *f, enum ak_frame_kind kind, const char *reason, size_t start, size_t end,
			uint64_t offset);
/* The same for a record whose text is not in buf. */
enum ak_step ak_fr_emit_empty(struct ak_framer *f, uint64_t offset, uint64_t length);

/* json_line.c */
/* At the start of a top-level value: true when it was a whole object on its line, or when that needs more bytes. */
bool ak_fr_line(struct ak_framer *f, enum ak_step *step);
/* Likewise: true when the line begins with a word in brackets, as programs begin lines of their own among those of a log
 * (`[2026-03-02 09:20:46.847][1][info] ...`), or when that needs more bytes. The line is one bad frame. */
bool ak_fr_stray(struct ak_framer *f, enum ak_step *step);

/* json_leaf.c */
void ak_fr_leaf_begin(struct ak_framer *f, enum ak_leaf_role role, size_t start);
enum ak_step ak_fr_leaf_run(struct ak_framer *f);
enum ak_step ak_fr_leaf_done(struct ak_framer *f);

/* json_level.c */
/* A value begins at pos. node: what the plan wants there, NULL = nothing. */
void ak_fr_value(struct ak_framer *f, const struct ak_plan_node *node, enum ak_leaf_role other);
enum ak_step ak_fr_level_run(struct ak_framer *f);
/* A leaf inside the innermost level is complete, buf[leaf.start..pos). */
enum ak_step ak_fr_level_took(struct ak_framer *f);
/* Close all levels where they are; what is held becomes ready. */
void ak_fr_abandon(struct ak_framer *f);

/* json_part.c */
/* A member "k":v of an object around records is complete. */
void ak_fr_part_saw(struct ak_fr_level *l, struct ak_str member);
/* Let go what is held of the open page, if that is much and all that is picked of the objects around it is known. */
void ak_fr_part(struct ak_framer *f);
/* It is gone: the open objects are contexts of what follows. */
void ak_fr_rejoin(struct ak_framer *f);

/* json_resync.c */
/* The structure is broken at pos. */
enum ak_step ak_fr_problem(struct ak_framer *f);
/* A value of the top level is broken or cut off: did it swallow the lines behind its own? Then those are read. */
bool ak_fr_line_again(struct ak_framer *f, enum ak_step *step);
enum ak_step ak_fr_resync_run(struct ak_framer *f);
/* At an opening bracket that starts a line inside a value: is it where a value may stand? */
bool ak_fr_line_fits(struct ak_framer *f);

#endif
