/* Conditions over the fields of a record. */
#include "base/ak.h"
#include "check/custom.h"

#include "base/decimal.h"
#include "base/text.h"

static const char *const ops[AK_COND_OPS + 3] = {"in", "not_in", "lt", "le", "gt", "ge", "prefix", "contains", "present", "is", "is_not", NULL};
/* `is` and `is_not` are in and not_in of one value */
static int meaning(int op) { return op == AK_COND_OPS ? AK_COND_IN : op == AK_COND_OPS + 1 ? AK_COND_NOT_IN : op; }

static enum ak_rc refuse(const struct ak_yaml *y, const json_t *map, const char *key, struct ak_err *err, const char *what)
{
	return ak_fail(err, AK_EXIT_USAGE, "%s:%d: '%.60s' %s", y->name, ak_yaml_key_line(y, map, key), key, what);
}

static bool text_of(struct ak_custom *c, const json_t *v, struct ak_str *out)
{
	if (json_is_string(v))
		*out = ak_str_n(json_string_value(v), json_string_length(v));
	else if (json_is_integer(v))
		*out = ak_arena_printf(c->arena, "%lld", (long long)json_integer_value(v));
	else if (json_is_boolean(v))
		*out = ak_str_of(json_is_true(v) ? "1" : "0");
	else
		return false;
	return true;
}

static bool is_number(enum ak_type t) { return ak_type_is_number(t) || t == AK_T_DEC; }

static enum ak_rc test(struct ak_custom *c, const struct ak_yaml *y, const json_t *map, const char *field, int op, const json_t *v, struct ak_cond *out,
		       struct ak_err *err)
{
	size_t n = json_is_array(v) ? json_array_size(v) : 1;
	enum ak_rc rc = ak_custom_field(c, y, map, field, &out->field, err);
	int id;

	if (rc != AK_OK)
		return rc;
	id = c->field[out->field];
	out->what = AK_COND_TEST;
	out->op = meaning(op);
	out->number = id != AK_FIELD_SOURCE && is_number(ak_fields[id].type);
	if (out->op >= AK_COND_LT && out->op <= AK_COND_GE && !out->number)
		return refuse(y, map, field, err, "is no number: it has no order");
	if (json_is_array(v) && out->op != AK_COND_IN && out->op != AK_COND_NOT_IN)
		return refuse(y, map, field, err, "is compared with one value by this word");
	if (!n)
		return refuse(y, map, field, err, "has an empty list");
	if (out->op == AK_COND_PRESENT && !json_is_boolean(v))
		return refuse(y, map, field, err, "wants present: true or false");
	out->value = ak_arena_zero(c->arena, n * sizeof *out->value);
	for (out->n = 0; out->n < n; out->n++) {
		struct ak_str *to = &out->value[out->n];
		struct ak_err ignored = {0};

		if (!text_of(c, json_is_array(v) ? json_array_get(v, out->n) : v, to))
			return refuse(y, map, field, err, "wants a value, a list of values or a map of one word and its value");
		if (out->number && out->op != AK_COND_PRESENT && ak_dec_parse(*to, 0, false, c->arena, to, &ignored) != AK_OK)
			return refuse(y, map, field, err, "is a number, and is compared with none");
	}
	return AK_OK;
}

/* {op: value, ...}: all of them. */
static enum ak_rc tests(struct ak_custom *c, const struct ak_yaml *y, const json_t *map, const char *field, const json_t *words, struct ak_cond *out,
			struct ak_err *err)
{
	const char *word, *near;
	json_t *v;

	out->what = AK_COND_ALL;
	out->kid = ak_arena_zero(c->arena, (json_object_size(words) + 1) * sizeof *out->kid);
	json_object_foreach((json_t *)words, word, v) {
		int op = 0;

		while (ops[op] && strcmp(ops[op], word) != 0)
			op++;
		if (!ops[op]) {
			near = ak_text_nearest(ak_str_of(word), ops);
			ak_hint(err, "one of is, is_not, in, not_in, lt, le, gt, ge, prefix, contains, present%s%s%s", near ? "; did you mean '" : "",
				near ? near : "", near ? "'?" : "");
			return refuse(y, words, word, err, "is no comparison");
		}
		if (test(c, y, map, field, op, v, &out->kid[out->n++], err) != AK_OK)
			return AK_FAIL;
	}
	return out->n ? AK_OK : refuse(y, map, field, err, "has an empty map");
}

static enum ak_rc any(struct ak_custom *c, const struct ak_yaml *y, const json_t *map, const json_t *list, struct ak_cond *out, struct ak_err *err)
{
	json_t *v;
	size_t i;

	if (!json_array_size(list))
		return refuse(y, map, "any", err, "wants a list of maps");
	out->what = AK_COND_ANY;
	out->kid = ak_arena_zero(c->arena, json_array_size(list) * sizeof *out->kid);
	json_array_foreach((json_t *)list, i, v)
		if (ak_cond_parse(c, y, v, &out->kid[out->n++], err) != AK_OK)
			return AK_FAIL;
	return AK_OK;
}

enum ak_rc ak_cond_parse(struct ak_custom *c, const struct ak_yaml *y, const json_t *map, struct ak_cond *out, struct ak_err *err)
{
	const char *key;
	json_t *v;
	enum ak_rc rc = AK_OK;

	*out = (struct ak_cond){.what = AK_COND_ALL};
	if (!json_is_object(map))
		return ak_fail(err, AK_EXIT_USAGE, "%s:%d: conditions must be a map of fields", y->name, ak_yaml_line(y, map));
	out->kid = ak_arena_zero(c->arena, (json_object_size(map) + 1) * sizeof *out->kid);
	json_object_foreach((json_t *)map, key, v) {
		struct ak_cond *kid = &out->kid[out->n++];

		if (strcmp(key, "any") == 0)
			rc = any(c, y, map, v, kid, err);
		else if (strcmp(key, "not") == 0) {
			kid->what = AK_COND_NOT;
			kid->kid = ak_arena_zero(c->arena, sizeof *kid->kid);
			rc = ak_cond_parse(c, y, v, kid->kid, err);
		} else if (json_is_object(v))
			rc = tests(c, y, map, key, v, kid, err);
		else
			rc = test(c, y, map, key, AK_COND_IN, v, kid, err);
		if (rc != AK_OK)
			return rc;
	}
	return AK_OK;
}

static bool contains(struct ak_str text, struct ak_str part)
{
	return part.n == 0 || (text.n >= part.n && memmem(text.p, text.n, part.p, part.n) != NULL);
}

static bool is_one_of(const struct ak_cond *k, struct ak_str v)
{
	for (size_t i = 0; i < k->n; i++)
		if (k->number ? ak_dec_cmp(v, k->value[i]) == 0 : ak_str_eq(v, k->value[i]))
			return true;
	return false;
}

static bool holds(const struct ak_cond *k, struct ak_str v)
{
	struct ak_str limit = k->value[0];

	switch (k->op) {
	case AK_COND_IN:
		return is_one_of(k, v);
	case AK_COND_NOT_IN:
		return !is_one_of(k, v);
	case AK_COND_LT:
		return ak_dec_cmp(v, limit) < 0;
	case AK_COND_LE:
		return ak_dec_cmp(v, limit) <= 0;
	case AK_COND_GT:
		return ak_dec_cmp(v, limit) > 0;
	case AK_COND_GE:
		return ak_dec_cmp(v, limit) >= 0;
	case AK_COND_PREFIX:
		return ak_str_starts(v, limit);
	default:
		return contains(v, limit);
	}
}

static enum ak_tri of_test(const struct ak_cond *k, struct ak_str v)
{
	if (k->op == AK_COND_PRESENT)
		return (v.p != NULL) == ak_str_is(k->value[0], "1") ? AK_TRI_YES : AK_TRI_NO;
	if (!v.p)
		return AK_TRI_UNKNOWN;
	return holds(k, v) ? AK_TRI_YES : AK_TRI_NO;
}

enum ak_tri ak_cond_is(const struct ak_cond *k, const struct ak_str *value)
{
	enum ak_tri decides = k->what == AK_COND_ANY ? AK_TRI_YES : AK_TRI_NO, all = k->what == AK_COND_ANY ? AK_TRI_NO : AK_TRI_YES, one;

	if (k->what == AK_COND_TEST)
		return of_test(k, value[k->field]);
	if (k->what == AK_COND_NOT) {
		one = ak_cond_is(k->kid, value);
		return one == AK_TRI_UNKNOWN ? one : one == AK_TRI_YES ? AK_TRI_NO : AK_TRI_YES;
	}
	for (size_t i = 0; i < k->n; i++) {
		one = ak_cond_is(&k->kid[i], value);
		if (one == decides)
			return decides;
		all = one == AK_TRI_UNKNOWN ? one : all;
	}
	return all;
}
