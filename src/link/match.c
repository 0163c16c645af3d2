#include "base/ak.h"
#include "link/match.h"

#include "model/idform.h"

/* What a name says: N nothing that joins here, T group of calls, C one call. */
static bool is_group(enum ak_link_field f) { return f == AK_LF_TRACE || f == AK_LF_GROUP; }
static bool names_call(enum ak_link_field f) { return f != AK_LF_SPAN && f != AK_LF_EVENT; }

static bool is_pair(enum ak_link_field a, enum ak_link_field b, enum ak_link_field x, enum ak_link_field y)
{
	return (a == x && b == y) || (a == y && b == x);
}

enum ak_link_strength ak_link_strength_of(const struct ak_link_record *a, enum ak_link_field fa, const struct ak_link_record *b,
					  enum ak_link_field fb, bool apart)
{
	if (fa == AK_LF_SPAN || fb == AK_LF_SPAN)
		return fa == fb ? AK_LINK_STRONG : AK_LINK_NONE;
	if (fa == AK_LF_EVENT || fb == AK_LF_EVENT)
		return fa != fb && !is_group(fa) && !is_group(fb) ? AK_LINK_WEAK : AK_LINK_NONE;
	if (fa == AK_LF_GROUP && fb == AK_LF_GROUP)
		return strcmp(a->source->system, b->source->system) == 0 ? AK_LINK_STRONG : AK_LINK_NONE;
	if ((fa == AK_LF_TRACE && fb == AK_LF_TRACE) || is_pair(fa, fb, AK_LF_CALL, AK_LF_GROUP))
		return apart ? AK_LINK_WEAK : AK_LINK_STRONG;
	if (fa == AK_LF_CALL && fb == AK_LF_CALL)
		return AK_LINK_STRONG;
	return names_call(fa) && names_call(fb) ? AK_LINK_WEAK : AK_LINK_NONE;
}

bool ak_link_same_value(enum ak_link_field fa, struct ak_str a, enum ak_link_field fb, struct ak_str b)
{
	char buf[AK_ID_FORM];
	struct ak_str twin;

	if (ak_str_eq(a, b))
		return true;
	return fa == AK_LF_TRACE && fb == AK_LF_TRACE && a.n + b.n == 68 && ak_id_twin(AK_F_TRACE_ID, a, buf, &twin) && ak_str_eq(twin, b);
}

/* "prod" is "production". */
static bool other_environment(const struct ak_link_record *a, const struct ak_link_record *b)
{
	struct ak_str x = a->environment, y = b->environment;

	if (!x.n || !y.n)
		return false;
	x.n = y.n = x.n < y.n ? x.n : y.n;
	return x.n < 3 ? a->environment.n != b->environment.n || !ak_str_eq_fold(x, y) : !ak_str_eq_fold(x, y);
}

static int rank(const struct ak_link_match *m) { return 8 * m->named + 2 * (int)m->strength - m->normalised; }

struct ak_link_match ak_link_match(const struct ak_link_record *a, const struct ak_link_record *b, bool apart,
				   bool (*is_shared)(void *ctx, struct ak_str value), void *ctx)
{
	struct ak_link_match best = {.strength = AK_LINK_NONE};
	enum ak_link_strength strength = AK_LINK_NONE;

	for (size_t i = 0; i < a->n; i++)
		for (size_t k = 0; k < b->n; k++) {
			const struct ak_link_id *x = &a->id[i], *y = &b->id[k];
			struct ak_link_match m = {.field = x->field, .other = y->field, .value = x->value};

			if (!ak_link_same_value(x->field, x->value, y->field, y->value))
				continue;
			m.strength = ak_link_strength_of(a, x->field, b, y->field, apart);
			m.normalised = x->alias || y->alias || x->value.n != y->value.n;
			if (m.strength == AK_LINK_WEAK && other_environment(a, b))
				continue;
			if (m.strength == AK_LINK_WEAK && is_shared(ctx, x->value)) {
				best.contested = true;
				if (best.strength == AK_LINK_NONE && !best.value.p) {
					best.field = x->field;
					best.value = x->value;
				}
			} else if (m.strength) {
				strength = m.strength > strength ? m.strength : strength;
				m.named = !is_group(m.field) || !is_group(m.other);
				m.contested = best.contested;
				best = rank(&m) > rank(&best) ? m : best;
			}
		}
	best.strength = strength;
	best.contested = best.contested && best.strength == AK_LINK_NONE;
	return best;
}
