/* struct ak_record: one stored record on its way from a mapping to the store.
 *
 * format/ fills values as text from the source (converted, typed); redact/ replaces secrets, then personal values, and
 * marks the record; store/ takes only redacted records. All memory belongs to the batch arena. */
#ifndef AK_MODEL_RECORD_H
#define AK_MODEL_RECORD_H

#include "base/arena.h"
#include "model/field.h"

/* TIME: text canonical, num = microseconds. INT, BOOL, PRESENCE: num. All others: text (UTF-8, LIST and DIFF: JSON). */
struct ak_value {
	struct ak_str text; /* p == NULL: absent */
	int64_t num;
	bool set;
	bool bare; /* the look for secrets has seen that no encoding is in the text: redact/ */
};

/* Further value of an identifier kind that already has its column filled (F052). */
struct ak_alias {
	enum ak_field_id field;
	struct ak_str value;
	struct ak_alias *next;
};

/* Why a declared field has no value (DECISIONS 7). */
enum ak_absent { AK_ABSENT_NOT_MAPPED, AK_ABSENT_NULL, AK_ABSENT_SENTINEL, AK_ABSENT_DROPPED, AK_ABSENT_INVALID };

enum ak_record_flag {
	AK_R_REDACTED = 1,       /* redact/ has been through it; store/ refuses a record without */
	AK_R_ASSUMED_ZONE = 2,   /* a naive time took the mapping's zone or --tz */
	AK_R_AMBIGUOUS_TIME = 4, /* local time that occurs twice */
	AK_R_ODD_TIME = 8,       /* before 2015 or more than 48 h ahead: out of timelines, counted */
	AK_R_NO_TIME = 16,       /* undated: never borrows a time */
	AK_R_BAD_NUMBER = 32,    /* a token count or cost over bounds or of the wrong sign: out of totals */
	AK_R_CONFLICT = 64,      /* same natural key, other content, same mapping and policy */
	AK_R_NO_KEY = 128,       /* no usable natural key: identity is the content */
	AK_R_EMPTY_BUCKET = 256, /* usage bucket without results: evidence of zero */
	AK_R_TRUNCATED = 512,    /* a value was cut by KEPT_VALUE_BYTES */
	AK_R_CUT = 1024          /* the source says that it cut the record (completeness: of the mapping) */
};

struct ak_record {
	enum ak_kind kind;
	unsigned flags;
	struct ak_value v[AK_F_COUNT];
	struct ak_str time_raw;    /* original text of event_start when it differs from the canonical one, else NULL */
	struct ak_str natural_key; /* values of identity: joined with 0x1F; empty when none usable */
	struct ak_str revision;    /* comparable text of revision:, NULL when the mapping has none */
	struct ak_alias *alias;
	uint64_t rec_no, offset, length; /* 1-based number in the file, byte range in the decoded stream */
};

/* The same record with its set values only: what waits in a batch. */
struct ak_packed {
	enum ak_kind kind;
	unsigned flags;
	struct ak_str time_raw, natural_key, revision;
	struct ak_alias *alias;
	uint64_t rec_no, offset, length;
	size_t n;
	struct ak_packed_value {
		enum ak_field_id field;
		struct ak_value v;
	} value[];
};

/* Values that a step changed, as they were before it; one that is not set was not there. */
struct ak_before {
	size_t n;
	struct ak_packed_value value[];
};

#ifdef __cplusplus
extern "C" {
#endif

void ak_record_init(struct ak_record *r, enum ak_kind kind);
void ak_record_set_text(struct ak_record *r, enum ak_field_id f, struct ak_str s);
void ak_record_set_num(struct ak_record *r, enum ak_field_id f, int64_t n);
void ak_record_unset(struct ak_record *r, enum ak_field_id f);
/* Copy into the arena, texts too; values in the order of the fields. */
struct ak_packed *ak_record_pack(const struct ak_record *r, struct ak_arena *a);
/* What is not in `after` as it is in `before`; copied into the arena likewise. A step that changes a text makes a new one. */
struct ak_before *ak_record_before(const struct ak_record *before, const struct ak_record *after, struct ak_arena *a);
/* NULL when absent. */
const struct ak_value *ak_packed_get(const struct ak_packed *p, enum ak_field_id f);

#ifdef __cplusplus
}
#endif
#endif
