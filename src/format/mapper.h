/* The mapper's insides: private to format/. */
#ifndef AK_FORMAT_MAPPER_H
#define AK_FORMAT_MAPPER_H

#include "format/convert.h"
#include "format/headers.h"

/* The picks of one object, found by slot. */
struct ak_level {
	struct ak_row row;
	const struct ak_pick **first; /* by slot, NULL when nothing was picked */
	uint32_t *count;	      /* picks by slot */
	uint64_t *present;	      /* a bit by slot: something was picked */
	int nslots;
};

struct ak_mapper {
	const struct ak_mapping *m;
	struct ak_walker *walker;
	struct ak_convert conv;
	struct ak_level level[AK_LEVELS];
	struct ak_arena scratch; /* of one record: picks, intermediate texts */
	struct ak_arena around;	 /* of the objects around records: until ctx_id changes */
	uint64_t ctx_id, records;
	bool ctx_known;
	enum ak_rc ctx_rc; /* what came of the walk of the objects around */
	struct ak_err ctx_err;
	const char *kid;   /* of the key in force; NULL = any */
	struct ak_str exported_at; /* canonical, in microseconds; empty when not given */
	char exported_text[32];
	int64_t exported_us;
	int64_t now;
	uint64_t of_kind[AK_K_COUNT];
	struct ak_map_stats *stats;
	struct ak_headers headers;
	bool saw[AK_F_COUNT];	      /* of the dims: has any record had a value? */
	signed char last[AK_F_COUNT]; /* of the last record: AK_GOT or the reason */
};

#ifdef __cplusplus
extern "C" {
#endif

static inline const struct ak_pick *ak_level_first(const struct ak_mapper *mp, const struct ak_ref *ref)
{
	return mp->level[ref->level].first[ref->slot];
}

const struct ak_pick *ak_level_more(const struct ak_mapper *mp, const struct ak_ref *ref, const struct ak_pick *p);
/* The pick of the same slot after p, or NULL. */
static inline const struct ak_pick *ak_level_next(const struct ak_mapper *mp, const struct ak_ref *ref, const struct ak_pick *p)
{
	return mp->level[ref->level].count[ref->slot] < 2 ? NULL : ak_level_more(mp, ref, p);
}

/* auditkit's own exports (own.c). */
void ak_own_unguard(struct ak_row *row);
enum ak_rc ak_own_check(const struct ak_mapper *mp, struct ak_err *err);
/* All conditions of a `when`. */
bool ak_eval_when(const struct ak_mapper *mp, const struct ak_cond *cond);
/* A further value of an identifier, unless the record has it; it must live as long as the record. */
void ak_eval_alias(struct ak_mapper *mp, struct ak_record *out, enum ak_field_id f, struct ak_str value);
/* The first pick of these paths that holds a value, NULL when there is none. */
const struct ak_pick *ak_eval_first(const struct ak_mapper *mp, const struct ak_refs *refs);
/* Does the key that a `*` matched fit the rule's key-from? */
bool ak_eval_key_equals(const struct ak_mapper *mp, const struct ak_rule *r, const struct ak_pick *p);
static inline bool ak_eval_key_fits(const struct ak_mapper *mp, const struct ak_rule *r, const struct ak_pick *p)
{
	return !r->key_from.n || ak_eval_key_equals(mp, r, p);
}
/* Values that no single pick has (eval_made.c): AK_GOT, or why there is none. */
int ak_eval_sum(struct ak_mapper *mp, const struct ak_rule *r, enum ak_field_id f, struct ak_record *out);
int ak_eval_join(struct ak_mapper *mp, const struct ak_rule *r, enum ak_field_id f, struct ak_record *out);
int ak_eval_members(struct ak_mapper *mp, const struct ak_rule *r, enum ak_field_id f, struct ak_record *out);
int ak_eval_exported(struct ak_mapper *mp, enum ak_field_id f, struct ak_record *out);
int ak_eval_count(struct ak_mapper *mp, const struct ak_rule *r, enum ak_field_id f, struct ak_record *out);
/* Fill the fields that have rules, then the identifiers. */
void ak_eval_fields(struct ak_mapper *mp, struct ak_record *out);
/* What the engine fills beside the rules: payload states, outcome, endpoint family, natural key, revision, flags. */
void ak_derive(struct ak_mapper *mp, struct ak_record *out);

#ifdef __cplusplus
}
#endif
#endif
