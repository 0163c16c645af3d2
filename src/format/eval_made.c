#include "base/ak.h"

#include "base/decimal.h"
#include "format/diff.h"
#include "format/mapper.h"

/* Values that no single pick has: made of several, or of none. */

/* The running total of a `sum:`. */
struct total {
	struct ak_dec_sum dec;
	int64_t num;
	bool any;
};

static bool add_to(struct total *t, const struct ak_value *v, enum ak_type type)
{
	t->any = true;
	if (type == AK_T_INT)
		return !__builtin_add_overflow(t->num, v->num, &t->num) && t->num < INT64_C(1) << 53;
	return ak_dec_sum_add(&t->dec, v->text);
}

static int sum_of(struct ak_mapper *mp, const struct ak_rule *r, enum ak_field_id f, struct total *t)
{
	for (size_t i = 0; i < r->refs.n; i++) {
		const struct ak_ref *ref = &r->refs.at[i];

		for (const struct ak_pick *p = ak_level_first(mp, ref); p; p = ak_level_next(mp, ref, p)) {
			struct ak_value v;
			int got = ak_convert_pick(&mp->conv, r, f, p, NULL, &v);

			if (got == AK_ABSENT_INVALID || (got == AK_GOT && !add_to(t, &v, ak_fields[f].type)))
				return AK_ABSENT_INVALID;
		}
	}
	return t->any ? AK_GOT : AK_ABSENT_NULL;
}

int ak_eval_sum(struct ak_mapper *mp, const struct ak_rule *r, enum ak_field_id f, struct ak_record *out)
{
	struct ak_str text = {NULL, 0};
	struct total t = {.num = 0};
	int got;

	ak_dec_sum_init(&t.dec);
	got = sum_of(mp, r, f, &t);
	if (got == AK_GOT && ak_fields[f].type == AK_T_DEC &&
	    ak_dec_parse(ak_dec_sum_text(&t.dec, &mp->scratch), 0, false, mp->conv.arena, &text, NULL))
		got = AK_ABSENT_INVALID;
	if (got == AK_ABSENT_INVALID)
		mp->conv.flags |= AK_R_BAD_NUMBER;
	if (got == AK_GOT)
		out->v[f] = (struct ak_value){.text = text, .num = t.num, .set = true};
	return got;
}

/* The texts of all paths that have one, in their order. */
int ak_eval_join(struct ak_mapper *mp, const struct ak_rule *r, enum ak_field_id f, struct ak_record *out)
{
	struct ak_buf *b = &mp->conv.buf;
	int why = AK_ABSENT_NULL;

	ak_buf_clear(b);
	for (size_t i = 0; i < r->refs.n; i++)
		for (const struct ak_pick *p = ak_level_first(mp, &r->refs.at[i]); p;
		     p = ak_level_next(mp, &r->refs.at[i], p)) {
			struct ak_value v;
			int got = ak_eval_key_fits(mp, r, p) ? ak_convert_pick(&mp->conv, r, f, p, NULL, &v) : AK_ABSENT_NULL;

			why = got > why ? got : why;
			if (got != AK_GOT)
				continue;
			ak_buf_addstr(b, b->n ? r->glue : ak_str_n(NULL, 0));
			ak_buf_addstr(b, v.text);
		}
	if (b->over)
		return AK_ABSENT_INVALID;
	if (!b->n)
		return why;
	out->v[f] = (struct ak_value){.text = ak_arena_str(mp->conv.arena, ak_buf_str(b)), .set = true};
	return AK_GOT;
}

/* Members of a state that has no object of its own, in byte order of their keys, each once. */
static void add_member(struct ak_mapper *mp, const struct ak_pick *p, struct ak_str name,
		       struct ak_jnode *state)
{
	struct ak_jnode *n = p->type == AK_J_STR ? NULL : ak_jtree_parse(p->text, &mp->scratch), **at = &state->child;

	if (!n) {
		n = ak_arena_zero(&mp->scratch, sizeof(*n));
		n->type = AK_J_STR;
		n->text = p->text;
	}
	n->key = name;
	while (*at && ak_str_cmp((*at)->key, n->key) < 0)
		at = &(*at)->next;
	if (*at && ak_str_eq((*at)->key, n->key))
		return;
	n->next = *at;
	*at = n;
}

int ak_eval_members(struct ak_mapper *mp, const struct ak_rule *r, enum ak_field_id f, struct ak_record *out)
{
	struct ak_jnode state = {.type = AK_J_OBJ};
	struct ak_buf *b = &mp->conv.buf;

	for (size_t i = 0; i < r->refs.n; i++)
		for (const struct ak_pick *p = ak_level_first(mp, &r->refs.at[i]); p;
		     p = ak_level_next(mp, &r->refs.at[i], p))
			if (ak_eval_key_fits(mp, r, p) && ak_convert_present(mp->m, p) == AK_GOT)
				add_member(mp, p, r->name[i], &state);
	if (!state.child)
		return AK_ABSENT_NULL;
	ak_buf_clear(b);
	ak_diff_states(b, NULL, &state, false);
	if (b->over)
		return AK_ABSENT_INVALID;
	out->v[f] = (struct ak_value){.text = ak_arena_str(mp->conv.arena, ak_buf_str(b)), .set = true};
	return AK_GOT;
}

/* A state that is read has no time of its own: it was so when it was exported. */
int ak_eval_exported(struct ak_mapper *mp, enum ak_field_id f, struct ak_record *out)
{
	int64_t us = mp->exported_us;

	if (!mp->exported_at.n)
		return AK_ABSENT_NULL;
	out->v[f] = (struct ak_value){.text = ak_time_format(us, us % 1000000 ? 6 : 0, mp->conv.arena), .num = us, .set = true};
	return AK_GOT;
}

/* How many values there are, less a number; fewer than that is no value. */
int ak_eval_count(struct ak_mapper *mp, const struct ak_rule *r, enum ak_field_id f, struct ak_record *out)
{
	int64_t n = 0;

	for (size_t i = 0; i < r->refs.n; i++)
		for (const struct ak_pick *p = ak_level_first(mp, &r->refs.at[i]); p;
		     p = ak_level_next(mp, &r->refs.at[i], p))
			n += ak_convert_present(mp->m, p) == AK_GOT;
	if (!n || n < r->less)
		return AK_ABSENT_NULL;
	out->v[f] = (struct ak_value){.num = n - r->less, .set = true};
	return AK_GOT;
}
