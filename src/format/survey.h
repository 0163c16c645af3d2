/* What the records of an unknown export hold: the path of each member, in how many records it is, and what shape its values
 * have. No value is kept. Private to format/, for drafts of mappings (format/draft.h). */
#ifndef AK_FORMAT_SURVEY_H
#define AK_FORMAT_SURVEY_H

#include "base/map.h"
#include "format/jtree.h"

/* What all values of a member have in common. */
enum ak_trait {
	AK_IS_INT = 1 << 0,
	AK_IS_NUMBER = 1 << 1,	  /* decimal text, with or without a fraction */
	AK_IS_TIME = 1 << 2,	  /* text with a date and a time */
	AK_IS_ZONED = 1 << 3,	  /* the same, with its offset */
	AK_IS_S = 1 << 4,	  /* numbers that are times between 2015 and 2040 in this unit */
	AK_IS_MS = 1 << 5,
	AK_IS_US = 1 << 6,
	AK_IS_NS = 1 << 7,
	AK_IS_BOOL = 1 << 8,
	AK_IS_SHORT = 1 << 9,	  /* 1 to 200 bytes without blanks */
	AK_IS_LABEL = 1 << 10,	  /* 1 to 200 bytes on one line */
	AK_IS_EMAIL = 1 << 11,
	AK_IS_ADDRESS = 1 << 12,  /* IPv4 or IPv6 */
	AK_IS_HASH = 1 << 13,	  /* 64 hex digits */
	AK_IS_PARENT = 1 << 14,	  /* a traceparent header */
	AK_IS_STATUS = 1 << 15,	  /* 100 to 599 */
	AK_IS_WORD = 1 << 16,	  /* a word for how something ended, ak_survey_words */
	AK_IS_LIST = 1 << 17,	  /* stands below [] */
	AK_IS_TEXT = 1 << 18,	  /* any string */
	AK_IS_CONTENT = 1 << 19	  /* a list of messages */
};
#define AK_IS_EPOCH (AK_IS_S | AK_IS_MS | AK_IS_US | AK_IS_NS)

struct ak_member {
	struct ak_str path;	   /* from the record, '^' in front for one of the object around it */
	struct ak_str name, pair;  /* last key, and the last two, in lower case without _ - and . */
	bool safe;		   /* each key may be shown */
	uint64_t records, values;  /* that have it; values that are neither null nor empty */
	uint64_t last_record;
	unsigned traits, words;	   /* words: bits by number in ak_survey_words */
	uint64_t longest;
	struct ak_map distinct;	   /* hashes of values */
};

struct ak_survey {
	struct ak_arena arena;
	struct ak_map index; /* path -> struct ak_member *, in the order they were met */
	uint64_t records;
	bool titles; /* keys are titles of columns: blanks and brackets do not make them look like values */
};

struct ak_word {
	const char *word, *outcome;
};
extern const struct ak_word ak_survey_words[]; /* ends with word NULL; fewer than 32 */

#ifdef __cplusplus
extern "C" {
#endif

void ak_survey_init(struct ak_survey *s);
void ak_survey_release(struct ak_survey *s);
/* One record; around: the object that holds its container, NULL = none, whose own members count too. */
void ak_survey_record(struct ak_survey *s, const struct ak_jnode *record, const struct ak_jnode *around);
static inline size_t ak_survey_count(const struct ak_survey *s) { return s->index.n; }
static inline struct ak_member *ak_survey_at(const struct ak_survey *s, size_t i) { return s->index.e[i].v.ptr; }
/* Lower case, without what is no letter or digit. */
struct ak_str ak_survey_name(struct ak_str key, struct ak_arena *a);

#ifdef __cplusplus
}
#endif
#endif
