#include "base/ak.h"
#include "check/evidence.h"

#include "base/jsonget.h"
#include "check/said.h"
#include "query/fieldrows.h"
#include "query/query.h"

#define BIT(kind) (1u << AK_K_##kind)

/* Does one record show it? Kinds lack some of the fields; those are left out. */
struct test {
	int field[4];
	size_t n;
	const char *value; /* NULL: any */
};

static const struct test usage_test = {{AK_F_INPUT_TOKENS, AK_F_OUTPUT_TOKENS, AK_F_REQUEST_COUNT, AK_F_TOTAL_TOKENS}, 4, NULL};
static const struct test cost_test = {{AK_F_COST_BILLED, AK_F_COST_ESTIMATED, AK_F_COST_EFFECTIVE, AK_F_COST_LIST}, 4, NULL};
static const struct test access_test = {{AK_F_CATEGORY}, 1, "data_access"};
#define is_usage &usage_test
#define is_cost &cost_test
#define is_log_access &access_test

static const struct {
	const char *name, *title, *path; /* path: of what is declared */
	unsigned kinds;
	const struct test *test;
} classes[] = {
#define RECORDS(id, name, title, kinds, test) {name, title, NULL, kinds, test},
#define DECLARED(id, name, title, path) {name, title, path, 0, NULL},
#include "check/evidence.def"
#undef RECORDS
#undef DECLARED
};

const struct ak_review_profile ak_review_profiles[] = {
#define PROFILE(name, title, classes) {name, title, classes},
#include "check/profiles.def"
#undef PROFILE
	{NULL, NULL, NULL}};

struct shown {
	const struct test *test;
	json_t *sources; /* that have shown it: {name: true} */
	size_t n, wanted;
};

static enum ak_rc take(void *ctx, const struct ak_fieldrow *row, struct ak_err *err)
{
	struct shown *x = ctx;
	size_t before = json_object_size(x->sources);

	(void)err;
	for (size_t i = 1; i < x->n; i++)
		if (row->value[0].p && row->value[i].p && (!x->test->value || ak_str_is(row->value[i], x->test->value)))
			json_object_setn_new(x->sources, row->value[0].p, row->value[0].n, json_true());
	return json_object_size(x->sources) > before && json_object_size(x->sources) == x->wanted ? AK_END : AK_OK;
}

/* Of the sources of these kinds those of which a record passes the test: reading ends when all have. */
static enum ak_rc test_sources(struct ak_store *s, unsigned kinds, const struct test *t, const json_t *supply, json_t *out, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;
	json_t *row;
	size_t i;

	for (int k = 0; k < AK_K_COUNT && rc == AK_OK; k++) {
		struct shown x = {.test = t, .sources = out, .n = 1, .wanted = json_object_size(out)};
		int field[5] = {AK_FIELD_SOURCE};

		if (!(kinds >> k & 1))
			continue;
		for (i = 0; i < t->n; i++)
			if (ak_field_of((enum ak_field_id)t->field[i], (enum ak_kind)k))
				field[x.n++] = t->field[i];
		json_array_foreach((json_t *)supply, i, row)
			x.wanted += strcmp(ak_jtxt(row, "kind", ""), ak_kinds[k].name) == 0 && !json_object_get(out, ak_jtxt(row, "source", ""));
		if (x.wanted == json_object_size(out) || x.n == 1)
			continue;
		rc = ak_query_fieldrows_each(s, (enum ak_kind)k, field, x.n, INT64_MIN, INT64_MAX, take, &x, err);
		rc = rc == AK_END ? AK_OK : rc;
	}
	return rc;
}

static const json_t *owner_of(const struct ak_policy *p, const char *source)
{
	return ak_policy_said_in(json_object_get(ak_policy_said(p, "sources"), source), "owner");
}

static enum ak_rc by_records(struct ak_store *s, const struct ak_policy *p, size_t c, const json_t *supply, json_t *entry, struct ak_err *err)
{
	json_t *sources = json_array(), *passed = json_object(), *row;
	json_int_t records = 0;
	enum ak_rc rc = classes[c].test ? test_sources(s, classes[c].kinds, classes[c].test, supply, passed, err) : AK_OK;
	size_t i;

	json_array_foreach((json_t *)supply, i, row) {
		const char *name = ak_jtxt(row, "source", "?");
		const json_t *owner = owner_of(p, name);
		bool of_kind = false;

		for (int k = 0; k < AK_K_COUNT; k++)
			of_kind |= classes[c].kinds >> k & 1 && strcmp(ak_jtxt(row, "kind", ""), ak_kinds[k].name) == 0;
		if (!of_kind || (classes[c].test && !json_object_get(passed, name)))
			continue;
		records += (json_int_t)ak_jnum(row, "records");
		json_array_append_new(sources, json_pack("{s:s, s:o}", "source", name, "owner", owner ? json_incref((json_t *)owner) : json_null()));
	}
	json_object_set_new(entry, "basis", json_string("records"));
	json_object_set_new(entry, "supplied", json_boolean(json_array_size(sources) > 0));
	json_object_set_new(entry, "records", json_integer(records));
	json_object_set_new(entry, "sources", sources);
	json_decref(passed);
	return rc;
}

/* Paths that answer, by "retention.*.keep": the part behind '*' in each member of the part before it. */
static void by_policy(const struct ak_policy *p, const char *path, json_t *entry)
{
	const char *star = strstr(path, ".*."), *name;
	json_t *answers = json_array(), *v;

	if (!star) {
		if (ak_policy_said(p, path))
			json_array_append_new(answers, json_string(path));
	} else {
		char above[64] = "";

		memcpy(above, path, (size_t)(star - path) < sizeof above ? (size_t)(star - path) : 0);
		json_object_foreach((json_t *)ak_policy_said(p, above), name, v)
			if (ak_policy_said_in(v, star + 3))
				json_array_append_new(answers, json_sprintf("%s.%s.%s", above, name, star + 3));
	}
	json_object_set_new(entry, "basis", json_string("declared"));
	json_object_set_new(entry, "supplied", json_boolean(json_array_size(answers) > 0));
	json_object_set_new(entry, "answers", answers);
}

enum ak_rc ak_evidence_read(struct ak_store *s, const struct ak_policy *policy, json_t **out, struct ak_err *err)
{
	json_t *list = json_array(), *supply = NULL;
	enum ak_rc rc = ak_query_supply(s, &supply, err);

	for (size_t c = 0; c < AK_COUNT(classes) && rc == AK_OK; c++) {
		json_t *entry = json_pack("{s:s, s:s}", "class", classes[c].name, "title", classes[c].title);

		if (classes[c].path)
			by_policy(policy, classes[c].path, entry);
		else
			rc = by_records(s, policy, c, supply, entry, err);
		json_array_append_new(list, entry);
	}
	json_decref(supply);
	if (rc == AK_OK)
		*out = list;
	else
		json_decref(list);
	return rc;
}

bool ak_evidence_next(const char **list, struct ak_str *name)
{
	*list += strspn(*list, " ");
	*name = ak_str_n(*list, strcspn(*list, " "));
	*list += name->n;
	return name->n > 0;
}

const json_t *ak_evidence_of(const json_t *all, struct ak_str name)
{
	json_t *e;
	size_t i;

	json_array_foreach((json_t *)all, i, e)
		if (ak_str_is(name, ak_jtxt(e, "class", "")))
			return e;
	AK_BUG("a class of profiles.def or areas.def is not in evidence.def");
}

const struct ak_review_profile *ak_review_profile_find(const char *name)
{
	for (const struct ak_review_profile *p = ak_review_profiles; p->name; p++)
		if (strcmp(p->name, name) == 0)
			return p;
	return NULL;
}
