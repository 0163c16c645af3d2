#include "base/ak.h"

#include "format/diff.h"
#include "format/mapper.h"

/* Rules applied to the picks of one record. Every function that yields a value returns AK_GOT or why there is none. */

/* The reason that says most wins: a bad value over a sentinel over null. */
static int stronger(int a, int b)
{
	return a > b ? a : b;
}

void ak_eval_alias(struct ak_mapper *mp, struct ak_record *out, enum ak_field_id f, struct ak_str value)
{
	struct ak_alias **tail = &out->alias;

	if (ak_str_eq(out->v[f].text, value))
		return;
	for (; *tail; tail = &(*tail)->next)
		if ((*tail)->field == f && ak_str_eq((*tail)->value, value))
			return;
	*tail = ak_arena_zero(mp->conv.arena, sizeof(**tail));
	(*tail)->field = f;
	(*tail)->value = value;
}

static void set_value(struct ak_mapper *mp, struct ak_record *out, enum ak_field_id f, struct ak_value v,
		      struct ak_str source)
{
	out->v[f] = v;
	if (f == AK_F_START && !ak_str_eq(source, v.text))
		out->time_raw = ak_arena_str(mp->conv.arena, source);
}

/* The first pick of one path that makes a value; an identifier's further ones become aliases. */
static int eval_ref(struct ak_mapper *mp, const struct ak_rule *r, enum ak_field_id f, const struct ak_ref *ref,
		    struct ak_record *out)
{
	const struct ak_pick *minus = r->minus.n ? ak_level_first(mp, &r->minus.at[0]) : NULL;
	int why = AK_ABSENT_NULL;
	bool have = false;

	if (r->minus.n && !minus)
		return AK_ABSENT_NULL;
	for (const struct ak_pick *p = ak_level_first(mp, ref); p; p = ak_level_next(mp, ref, p)) {
		struct ak_value v;
		int got = ak_eval_key_fits(mp, r, p) ? ak_convert_pick(&mp->conv, r, f, p, minus, &v) : AK_ABSENT_NULL;

		if (got != AK_GOT) {
			why = stronger(why, got);
			continue;
		}
		if (have || out->v[f].set)
			ak_eval_alias(mp, out, f, v.text);
		else
			set_value(mp, out, f, v, p->text);
		have = true;
		if (ak_fields[f].ident == AK_I_NONE)
			break;
	}
	return have ? AK_GOT : why;
}

static int eval_pick(struct ak_mapper *mp, const struct ak_rule *r, enum ak_field_id f, struct ak_record *out)
{
	int why = AK_ABSENT_NULL;

	for (size_t i = 0; i < r->refs.n; i++) {
		int got = eval_ref(mp, r, f, &r->refs.at[i], out);

		if (got == AK_GOT)
			return got;
		why = stronger(why, got);
	}
	return why;
}

/* The same for a rule that is `single`. */
static int eval_single(struct ak_mapper *mp, const struct ak_rule *r, enum ak_field_id f, struct ak_record *out)
{
	int why = AK_ABSENT_NULL;

	for (size_t i = 0; i < r->refs.n; i++)
		for (const struct ak_pick *p = ak_level_first(mp, &r->refs.at[i]); p;
		     p = ak_level_next(mp, &r->refs.at[i], p)) {
			int got = ak_convert_pick(&mp->conv, r, f, p, NULL, &out->v[f]);

			if (got == AK_GOT)
				return got;
			why = stronger(why, got);
		}
	return why;
}

/* All picks of the first path that has any, as one list. */
static int eval_list(struct ak_mapper *mp, const struct ak_rule *r, enum ak_field_id f, struct ak_record *out)
{
	int why = AK_ABSENT_NULL;

	for (size_t i = 0; i < r->refs.n; i++) {
		const struct ak_ref *ref = &r->refs.at[i];
		bool have = false, good = true;

		ak_convert_list_start(&mp->conv);
		for (const struct ak_pick *p = ak_level_first(mp, ref); p && good; p = ak_level_next(mp, ref, p)) {
			int got = ak_eval_key_fits(mp, r, p) ? ak_convert_present(mp->m, p) : AK_ABSENT_NULL;

			why = stronger(why, got);
			if (got != AK_GOT)
				continue;
			have = true;
			good = ak_convert_list_add(&mp->conv, r, p);
		}
		if (have && !good)
			return AK_ABSENT_INVALID;
		if (have) {
			ak_convert_list_end(&mp->conv, &out->v[f]);
			return AK_GOT;
		}
	}
	return why;
}

/* One side of a difference: a container, JSON in a string, or a plain value. */
static int side(struct ak_mapper *mp, const struct ak_rule *r, const struct ak_refs *refs, struct ak_jnode **out)
{
	for (size_t i = 0; i < refs->n; i++)
		for (const struct ak_pick *p = ak_level_first(mp, &refs->at[i]); p;
		     p = ak_level_next(mp, &refs->at[i], p)) {
			if (!ak_eval_key_fits(mp, r, p) || ak_convert_present(mp->m, p) != AK_GOT)
				continue;
			*out = ak_jtree_parse(p->text, &mp->scratch);
			if (!*out && p->type != AK_J_STR)
				return AK_ABSENT_INVALID;
			if (!*out || (p->type == AK_J_STR && !(*out)->child)) {
				*out = ak_arena_zero(&mp->scratch, sizeof(**out));
				(*out)->type = AK_J_STR;
				(*out)->text = p->text;
			}
			return AK_GOT;
		}
	return AK_ABSENT_NULL;
}

static int eval_diff(struct ak_mapper *mp, const struct ak_rule *r, enum ak_field_id f, struct ak_record *out)
{
	struct ak_jnode *before = NULL, *after = NULL;
	struct ak_buf *b = &mp->conv.buf;
	int got = side(mp, r, &r->refs, &before), other = side(mp, r, &r->after, &after);

	if (got == AK_ABSENT_INVALID || other == AK_ABSENT_INVALID)
		return AK_ABSENT_INVALID;
	if (!before && !after)
		return AK_ABSENT_NULL;
	ak_buf_clear(b);
	if (r->op == AK_OP_DIFF)
		ak_diff_states(b, before, after, r->partial);
	else if (!ak_diff_changes(b, before))
		return AK_ABSENT_INVALID;
	if (b->over)
		return AK_ABSENT_INVALID;
	out->v[f] = (struct ak_value){.text = ak_arena_str(mp->conv.arena, ak_buf_str(b)), .set = true};
	return AK_GOT;
}

static int eval_rule(struct ak_mapper *mp, const struct ak_rule *r, enum ak_field_id f, struct ak_record *out)
{
	if (r->single)
		return eval_single(mp, r, f, out);
	switch (r->op) {
	case AK_OP_PICK:
		return ak_fields[f].type == AK_T_LIST ? eval_list(mp, r, f, out) : eval_pick(mp, r, f, out);
	case AK_OP_CONST:
		out->v[f] = r->constant;
		return AK_GOT;
	case AK_OP_SUM:
		return ak_eval_sum(mp, r, f, out);
	case AK_OP_JOIN:
		return ak_eval_join(mp, r, f, out);
	case AK_OP_MEMBERS:
		return ak_eval_members(mp, r, f, out);
	case AK_OP_EXPORTED:
		return ak_eval_exported(mp, f, out);
	case AK_OP_COUNT:
		return ak_eval_count(mp, r, f, out);
	case AK_OP_DIFF:
	case AK_OP_CHANGES:
		return eval_diff(mp, r, f, out);
	}
	return AK_ABSENT_NULL;
}

static int eval_rules(struct ak_mapper *mp, const struct ak_rule *r, enum ak_field_id f, struct ak_record *out,
		      const struct ak_rule **fired)
{
	unsigned before = mp->conv.flags;
	int why = AK_ABSENT_NULL;

	for (; r; r = r->next) {
		int got = r->when && !ak_eval_when(mp, r->when) ? AK_ABSENT_NULL : eval_rule(mp, r, f, out);

		if (got == AK_GOT) {
			/* A bad number in an alternative that was passed over says nothing of this value. */
			mp->conv.flags &= before | ~(unsigned)AK_R_BAD_NUMBER;
			*fired = r;
			return got;
		}
		why = stronger(why, got);
	}
	return why;
}

/* Is there a pick that could make this yield something? */
static bool may_yield(const struct ak_mapper *mp, const struct ak_need *need)
{
	for (size_t i = 0; i < need->n; i++)
		if (need->at[i].slots & mp->level[0].present[need->at[i].word])
			return true;
	return !need->n;
}

/* The only rule of a field, as most are. */
static int eval_lone(struct ak_mapper *mp, const struct ak_rule *r, enum ak_field_id f, struct ak_record *out)
{
	unsigned before = mp->conv.flags;
	int got = eval_single(mp, r, f, out);

	if (got == AK_GOT)
		mp->conv.flags &= before | ~(unsigned)AK_R_BAD_NUMBER;
	return got;
}

static void eval_field(struct ak_mapper *mp, const struct ak_field_rule *field, struct ak_record *out)
{
	const struct ak_rule *fired = field->rule;
	enum ak_field_id f = field->field;
	int got = AK_ABSENT_NULL;

	if (may_yield(mp, &field->need))
		got = field->lone ? eval_lone(mp, fired, f, out) : eval_rules(mp, fired, f, out, &fired);

	mp->last[f] = (signed char)got;
	if (got != AK_GOT) {
		mp->stats->absent[f][got]++;
		mp->stats->invalid_kept_out[f] += got == AK_ABSENT_INVALID;
		return;
	}
	if (fired->currency.p && !mp->m->rule[AK_F_COST_CURRENCY])
		ak_record_set_text(out, AK_F_COST_CURRENCY, fired->currency);
}

void ak_eval_fields(struct ak_mapper *mp, struct ak_record *out)
{
	const struct ak_mapping *m = mp->m;
	const struct ak_rule *fired;

	for (size_t i = 0; i < m->nfield; i++)
		if (ak_field_of(m->field[i].field, out->kind))
			eval_field(mp, &m->field[i], out);
	for (size_t i = 0; i < m->nident; i++)
		if (ak_field_of(m->ident[i].field, out->kind) && may_yield(mp, &m->ident[i].need))
			eval_rules(mp, m->ident[i].rule, m->ident[i].field, out, &fired);
}
