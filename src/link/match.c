#include "base/ak.h"
#include "link/match.h"

#include "model/idform.h"

#define RETRY_US INT64_C(600000000) /* the longest time-out that gateways come with */
#define GRAIN_US INT64_C(1000000)   /* times are written in seconds by some */

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

/* Names of one call by its gateway, not of a trace. */
static bool is_call_id(enum ak_link_field a, enum ak_link_field b)
{
	return (a == AK_LF_CALL || a == AK_LF_GROUP) && (b == AK_LF_CALL || b == AK_LF_GROUP);
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
bool ak_link_other_environment(const struct ak_link_record *a, const struct ak_link_record *b)
{
	struct ak_str x = a->environment, y = b->environment;

	if (!x.n || !y.n)
		return false;
	x.n = y.n = x.n < y.n ? x.n : y.n;
	return x.n < 3 ? a->environment.n != b->environment.n || !ak_str_eq_fold(x, y) : !ak_str_eq_fold(x, y);
}

bool ak_link_may_retry(const struct ak_link_record *a, const struct ak_link_record *b)
{
	const struct ak_link_record *first = a->time_us <= b->time_us ? a : b, *second = first == a ? b : a;

	return !a->dated || !b->dated || second->time_us - first->end_us <= (first->succeeded ? GRAIN_US : RETRY_US);
}

static int rank(const struct ak_link_match *m) { return 8 * m->named + 2 * (int)m->strength - m->normalised; }

struct ak_link_match ak_link_match(const struct ak_link_record *a, const struct ak_link_record *b, bool apart, ak_link_use_fn *use, void *ctx)
{
	struct ak_link_match best = {.strength = AK_LINK_NONE};
	enum ak_link_strength strength = AK_LINK_NONE;
	enum ak_link_use used;

	for (size_t i = 0; i < a->n; i++)
		for (size_t k = 0; k < b->n; k++) {
			const struct ak_link_id *x = &a->id[i], *y = &b->id[k];
			struct ak_link_match m = {.field = x->field, .other = y->field, .value = x->value};

			if (!ak_link_same_value(x->field, x->value, y->field, y->value))
				continue;
			m.strength = ak_link_strength_of(a, x->field, b, y->field, apart);
			m.normalised = x->alias || y->alias || x->value.n != y->value.n;
			if (!m.strength)
				continue;
			used = m.strength == AK_LINK_STRONG && !is_call_id(x->field, y->field) ? AK_LINK_USE_ONE : use(ctx, a, b, x->value);
			m.strength = used == AK_LINK_USE_SPLIT ? AK_LINK_WEAK : m.strength;
			if (m.strength == AK_LINK_WEAK && ak_link_other_environment(a, b))
				continue;
			if (m.strength == AK_LINK_WEAK && used) {
				best.contested = true;
				if (best.strength == AK_LINK_NONE && !best.value.p) {
					best.field = x->field;
					best.value = x->value;
				}
			} else {
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
