/* Options of `search`: what their values mean beside being equal. */
#include "base/ak.h"
#include "search/where.h"

#include "base/time.h"

static enum ak_rc of(struct ak_where *w, const char *name, const char *value, const struct ak_search_test **out, struct ak_err *err)
{
	struct ak_search_name n;

	if (!ak_search_name_find(ak_str_of(name), &n))
		AK_BUG("a filter without a name");
	if (*value != '$' && strchr(value, '*'))
		return ak_test_pattern(w, &n, AK_TEST_LIKE, value, out, err);
	return ak_test_compare(w, &n, AK_EQ, value, out, err);
}

/* ---- action ---- */

static enum ak_rc action(struct ak_where *w, const char *value, const struct ak_search_test **out, struct ak_err *err)
{
	const struct ak_search_test *named, *sort = NULL;
	struct ak_search_name n;
	unsigned kinds;

	if (of(w, "action", value, &named, err) != AK_OK)
		return AK_FAIL;
	for (const char *const *s = ak_action_sorts(); *s; s++) {
		if (!ak_str_eq_fold(ak_str_of(value), ak_str_of(*s)))
			continue;
		ak_search_name_find(AK_STR("action"), &n);
		if (ak_test_pattern(w, &n, AK_TEST_ACTION, *s, &sort, err) != AK_OK)
			return AK_FAIL;
		named = ak_test_join(w, AK_TEST_OR, named, sort);
	}
	/* What a source files under login or chat without saying so in the name. */
	kinds = w->kinds;
	if (ak_str_eq_fold(ak_str_of(value), AK_STR("login")) && of(w, "category", "login", &sort, err) == AK_OK)
		named = ak_test_join(w, AK_TEST_OR, named, sort);
	if (ak_str_eq_fold(ak_str_of(value), AK_STR("chat")) && of(w, "operation", "chat", &sort, err) == AK_OK)
		named = ak_test_join(w, AK_TEST_OR, named, sort);
	w->kinds = kinds;
	*out = named;
	return AK_OK;
}

/* ---- verdicts ---- */

static const struct {
	const char *word, *verdict[4], *result[6];
} verdicts[] = {
	{"flagged", {"flagged", "redacted", "blocked", NULL}, {"flagged*", "redacted*", "blocked*", "masked*", "detected*", NULL}},
	{"clean", {"allowed", NULL}, {"allowed*", "clean*", "pass*", "none", "ok", NULL}},
};

/* What the source says in its own words counts where it gives no verdict. */
static enum ak_rc sort_of_verdict(struct ak_where *w, size_t row, const struct ak_search_test **out, struct ak_err *err)
{
	const struct ak_search_test *verdict = NULL, *result = NULL, *one;
	struct ak_search_name no_verdict;

	for (size_t i = 0; verdicts[row].verdict[i]; i++) {
		if (of(w, "policy_verdict", verdicts[row].verdict[i], &one, err) != AK_OK)
			return AK_FAIL;
		verdict = ak_test_join(w, AK_TEST_OR, verdict, one);
	}
	for (size_t i = 0; verdicts[row].result[i]; i++) {
		if (of(w, "dlp_result", verdicts[row].result[i], &one, err) != AK_OK)
			return AK_FAIL;
		result = ak_test_join(w, AK_TEST_OR, result, one);
	}
	ak_search_name_find(AK_STR("policy_verdict"), &no_verdict);
	*out = ak_test_join(w, AK_TEST_OR, verdict, ak_test_join(w, AK_TEST_AND, ak_test_missing(w, &no_verdict), result));
	return AK_OK;
}

static enum ak_rc dlp(struct ak_where *w, const char *value, const struct ak_search_test **out, struct ak_err *err)
{
	const struct ak_search_test *said;
	char *with;

	for (size_t i = 0; i < AK_COUNT(verdicts); i++)
		if (strcmp(value, verdicts[i].word) == 0)
			return sort_of_verdict(w, i, out, err);
	if (of(w, "dlp", value, out, err) != AK_OK)
		return AK_FAIL;
	if (*value == '$' || strchr(value, '*'))
		return AK_OK;
	/* blocked:ssn is blocked too. */
	with = ak_arena_z(w->arena, ak_arena_printf(w->arena, "%s:*", value));
	if (of(w, "dlp_result", with, &said, err) != AK_OK)
		return AK_FAIL;
	*out = ak_test_join(w, AK_TEST_OR, *out, said);
	return AK_OK;
}

/* ---- keys ---- */

static void gather(const struct ak_search_test *t, json_t *names)
{
	if (t->a)
		gather(t->a, names);
	if (t->b)
		gather(t->b, names);
	for (size_t i = 0; t->op == AK_TEST_IN && i < t->n; i++)
		json_array_append_new(names, json_stringn(t->value[i].text.p, t->value[i].text.n));
}

/* NULL: there are none. */
static const struct ak_search_test *is_in(struct ak_where *w, int field, const json_t *names)
{
	struct ak_search_test *t = ak_test_new(w, AK_TEST_IN, field);
	struct ak_test_value *value = ak_arena_zero(w->arena, (json_array_size(names) + 1) * sizeof *value);
	json_t *v;
	size_t i;

	json_array_foreach((json_t *)names, i, v)
		value[i].text = ak_arena_str(w->arena, ak_str_of(json_string_value(v)));
	t->value = value;
	t->n = json_array_size(names);
	return t->n ? t : NULL;
}

/* What was done to the key: where the target of an event is a key, its id is the key's. */
static enum ak_rc is_target(struct ak_where *w, const json_t *names, const struct ak_search_test **out, struct ak_err *err)
{
	const struct ak_search_test *type, *category;
	struct ak_search_name n;

	ak_search_name_find(AK_STR("resource-type"), &n);
	if (ak_test_pattern(w, &n, AK_TEST_LIKE, "*key*", &type, err) != AK_OK || of(w, "category", "keys", &category, err) != AK_OK)
		return AK_FAIL;
	*out = ak_test_join(w, AK_TEST_AND, ak_test_join(w, AK_TEST_OR, type, category),
			    ak_test_join(w, AK_TEST_OR, is_in(w, AK_F_RESOURCE_ID, names), is_in(w, AK_F_RESOURCE_NAME, names)));
	return AK_OK;
}

/* Id, hash and alias of the inventory are one key; a label counts where a record says nothing else of its key. */
static const struct ak_search_test *by_names(struct ak_where *w, const json_t *known)
{
	const struct ak_search_test *label = is_in(w, AK_F_KEY_ALIAS, json_object_get(known, "aliases"));
	struct ak_search_name id, hash;

	ak_search_name_find(AK_STR("key_id"), &id);
	ak_search_name_find(AK_STR("key_hash"), &hash);
	if (label)
		label = ak_test_join(w, AK_TEST_AND, label, ak_test_join(w, AK_TEST_AND, ak_test_missing(w, &id), ak_test_missing(w, &hash)));
	return ak_test_join(w, AK_TEST_OR, is_in(w, AK_F_KEY_ID, json_object_get(known, "ids")),
			    ak_test_join(w, AK_TEST_OR, is_in(w, AK_F_KEY_HASH, json_object_get(known, "hashes")), label));
}

static enum ak_rc key(struct ak_where *w, const char *value, const struct ak_search_test **out, struct ak_err *err)
{
	const struct ak_search_test *named, *target = NULL;
	json_t *names = json_array(), *known = NULL, *v;
	unsigned kinds;
	enum ak_rc rc = of(w, "key", value, &named, err);

	kinds = w->kinds;
	if (rc == AK_OK)
		gather(named, names);
	if (rc == AK_OK && json_array_size(names) && w->key_names)
		rc = w->key_names(w->ctx, names, &known, err);
	if (rc == AK_OK && known) {
		json_array_extend(names, json_object_get(known, "ids"));
		json_array_extend(names, json_object_get(known, "hashes"));
		json_array_extend(names, json_object_get(known, "aliases"));
		named = ak_test_join(w, AK_TEST_OR, named, by_names(w, known));
	}
	if (rc == AK_OK && json_array_size(names)) {
		json_t *once = json_object(), *list = json_array();
		size_t i;

		json_array_foreach(names, i, v)
			if (!json_object_get(once, json_string_value(v))) {
				json_object_set_new(once, json_string_value(v), json_true());
				json_array_append(list, v);
			}
		rc = is_target(w, list, &target, err);
		json_decref(once);
		json_decref(list);
	}
	w->kinds = kinds;
	*out = ak_test_join(w, AK_TEST_OR, named, target);
	json_decref(names);
	json_decref(known);
	return rc;
}

enum ak_rc ak_test_filter(struct ak_where *w, const char *name, const char *value, const struct ak_search_test **out, struct ak_err *err)
{
	unsigned kinds = w->kinds;
	enum ak_rc rc;

	w->at = 0;
	if (strcmp(name, "action") == 0)
		return action(w, value, out, err);
	if (strcmp(name, "key") == 0)
		return key(w, value, out, err);
	if (strcmp(name, "dlp") != 0)
		return of(w, name, value, out, err);
	rc = dlp(w, value, out, err);
	w->kinds = kinds & (ak_fields[AK_F_POLICY_VERDICT].kinds | ak_fields[AK_F_DLP_RESULT].kinds);
	return rc;
}

/* ---- --at ---- */

#define MINUTE_US INT64_C(60000000)
#define DAY_US (1440 * MINUTE_US)

static enum ak_rc bad_at(struct ak_err *err)
{
	ak_hint(err, "as in: --at 2026-06-09T03:14Z, --at '2026-06-09T03:14Z+-5m', --at 03:14Z (any day)");
	return ak_fail(err, AK_EXIT_USAGE, "option '--at' is a time in UTC, then perhaps +- and a number of s, m or h");
}

/* "90s", "1m", "2h" */
static bool span(struct ak_str s, int64_t *us)
{
	static const struct {
		char unit;
		int64_t us;
	} units[] = {{'s', 1000000}, {'m', MINUTE_US}, {'h', 60 * MINUTE_US}};
	int64_t n = 0;

	for (size_t i = 0; i + 1 < s.n; i++) {
		if (!ak_is_digit((unsigned char)s.p[i]) || n > 100000)
			return false;
		n = n * 10 + (s.p[i] - '0');
	}
	for (size_t i = 0; i < AK_COUNT(units); i++)
		if (s.n > 1 && s.p[s.n - 1] == units[i].unit && n > 0) {
			*us = n * units[i].us;
			return true;
		}
	return false;
}

/* The text before ± or +-, and what stands behind it. */
static bool take_apart(struct ak_str s, struct ak_str *time, struct ak_str *around)
{
	static const char *const marks[] = {"\xc2\xb1", "+-", "+/-"};

	*time = s;
	*around = ak_str_n(NULL, 0);
	for (size_t m = 0; m < AK_COUNT(marks); m++) {
		struct ak_str mark = ak_str_of(marks[m]);

		for (size_t i = 0; i + mark.n <= s.n; i++)
			if (ak_str_starts(ak_str_n(s.p + i, s.n - i), mark)) {
				*time = ak_str_n(s.p, i);
				*around = ak_str_n(s.p + i + mark.n, s.n - i - mark.n);
				return true;
			}
	}
	return false;
}

/* hh:mm[:ss][Z] with a day put before it. */
static bool of_day(struct ak_str s) { return s.n >= 5 && s.p[2] == ':' && ak_is_digit((unsigned char)s.p[0]); }

enum ak_rc ak_test_at(struct ak_where *w, const char *text, int64_t *from_us, int64_t *to_us, const struct ak_search_test **out,
		      struct ak_err *err)
{
	struct ak_str time, around;
	bool has = take_apart(ak_str_of(text), &time, &around), daily = of_day(time);
	struct ak_search_test *t;
	struct ak_test_value *v;
	struct ak_time at;
	int64_t wide = 0, exact;
	size_t clock = ak_str_find(time, 'T');

	if (has && !span(around, &wide))
		return bad_at(err);
	if (ak_time_parse(daily ? ak_arena_printf(w->arena, "1970-01-01T%.*s", AK_STR_FMT(time)) : time, "UTC", w->arena, &at, NULL) != AK_OK)
		return bad_at(err);
	/* Without a width it is the minute, second or day that is written. */
	clock = daily ? 0 : clock + 1;
	exact = clock >= time.n ? DAY_US : time.n >= clock + 8 && time.p[clock + 5] == ':' ? 1000000 : MINUTE_US;
	*out = NULL;
	if (!daily) {
		*from_us = at.us - wide;
		*to_us = has ? at.us + wide : at.us + exact;
		return AK_OK;
	}
	t = ak_test_new(w, AK_TEST_DAYTIME, AK_TEST_TIME_US);
	v = ak_arena_zero(w->arena, 2 * sizeof *v);
	v[0].num = at.us - wide;
	v[1].num = has ? at.us + wide : at.us + exact;
	if (v[1].num - v[0].num > DAY_US)
		return bad_at(err);
	if (v[0].num < 0) {
		v[0].num += DAY_US;
		v[1].num += DAY_US;
	}
	v[0].whole = v[1].whole = true;
	t->value = v;
	t->n = 2;
	*out = t;
	return AK_OK;
}
