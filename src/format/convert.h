/* From picked text to typed values: private to format/. */
#ifndef AK_FORMAT_CONVERT_H
#define AK_FORMAT_CONVERT_H

#include "base/buf.h"
#include "base/time.h"
#include "format/compiled.h"

/* AK_GOT, or why there is no value. */
enum { AK_GOT = -1 };

/* A time that was read from a text: durations want the same ones again, and so do the rows of a bucket. */
struct ak_time_read {
	enum ak_jtype type;
	enum ak_clock clock;
	const char *zone;
	size_t n; /* bytes of the picked text, 0 = none yet */
	char picked[40], text[40];
	struct ak_time time;
};

struct ak_redactor; /* redact/redact.h */

struct ak_convert {
	const struct ak_mapping *m;
	struct ak_arena *arena;	  /* of the record: what values point to */
	struct ak_arena *scratch; /* intermediate texts; lives at least as long as one record */
	struct ak_buf buf;
	const char *tz; /* --tz, NULL = the rule's or the mapping's zone */
	unsigned flags; /* AK_R_* seen since the caller cleared them */
	struct ak_time_read times[8];
	size_t ntimes; /* kept so far: each takes the place of the oldest */
	const struct ak_redactor *redactor; /* for ak_convert_folds; NULL until it is needed: then `throwaway`, which is ours */
	struct ak_redactor *throwaway;
};

#ifdef __cplusplus
extern "C" {
#endif

/* One pick to a value of the field's type. minus: the pick to subtract, NULL unless the rule has one. */
int ak_convert_pick(struct ak_convert *c, const struct ak_rule *r, enum ak_field_id f, const struct ak_pick *p,
		    const struct ak_pick *minus, struct ak_value *out);
/* Null, sentinel or AK_GOT. */
int ak_convert_present(const struct ak_mapping *m, const struct ak_pick *p);
/* The text modifiers and the enum table. */
int ak_convert_text(struct ak_convert *c, const struct ak_rule *r, struct ak_str *text);
/* ak_redact_folds. */
bool ak_convert_folds(struct ak_convert *c, struct ak_str s);
void ak_convert_release(struct ak_convert *c);
/* A time by the rule's clock. */
bool ak_convert_time(struct ak_convert *c, const struct ak_rule *r, const struct ak_pick *p, struct ak_time *out);
/* Lists: start, add every element of each pick, end. False: not a list of scalars. */
void ak_convert_list_start(struct ak_convert *c);
bool ak_convert_list_add(struct ak_convert *c, const struct ak_rule *r, const struct ak_pick *p);
void ak_convert_list_end(struct ak_convert *c, struct ak_value *out);

#ifdef __cplusplus
}
#endif
#endif
