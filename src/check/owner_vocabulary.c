/* Owner metadata outside of the vocabulary that policy.yaml declares (F238): `prd` where `prod` is meant. */
#include "base/ak.h"
#include "check/said.h"
#include "check/groups.h"

#include <stdio.h>

#include "base/text.h"

/* Words of policy.yaml, and where they stand in requests and in the inventory of keys. */
static const struct {
	const char *name;
	enum ak_by by; /* AK_BY_COUNT: no column of requests */
	int request, key;
} words[] = {
	{"environment", AK_BY_ENVIRONMENT, AK_F_ENVIRONMENT, AK_F_ENVIRONMENT}, {"app", AK_BY_APP, AK_F_APP, AK_F_APP},
	{"team", AK_BY_TEAM, AK_F_TEAM, AK_F_TEAM},				{"project", AK_BY_PROJECT, AK_F_PROJECT, AK_F_PROJECT},
	{"cost_center", AK_BY_COST_CENTER, AK_F_COST_CENTER, AK_F_COST_CENTER}, {"owner", AK_BY_COUNT, -1, AK_F_OWNER},
};

struct ctx {
	struct ak_piles requests, keys; /* by value, of the word that is looked at */
	const json_t *list;
	size_t word;
	uint64_t read;
};

static const char *near_of(const struct ctx *x, const char *value, struct ak_arena *a)
{
	const char **list = ak_arena_zero(a, (json_array_size(x->list) + 2) * sizeof *list);
	const json_t *v;
	size_t n = 0, i;

	if (json_is_string(x->list))
		list[n++] = json_string_value(x->list);
	json_array_foreach((json_t *)x->list, i, v)
		if (json_is_string(v))
			list[n++] = json_string_value(v);
	/* "prod" and "PROD", "eu-prod" and "eu_prod" are nearer than any letter. */
	for (i = 0; i < n; i++)
		if (ak_str_eq_fold(ak_str_of(list[i]), ak_str_of(value)))
			return list[i];
	return ak_text_nearest(ak_str_of(value), list);
}

static bool is_in(const json_t *list, struct ak_str word)
{
	const json_t *v;
	size_t i;

	if (json_is_string(list))
		return ak_str_is(word, json_string_value(list));
	json_array_foreach((json_t *)list, i, v)
		if (json_is_string(v) && ak_str_is(word, json_string_value(v)))
			return true;
	return false;
}

static void find(struct ctx *x, struct ak_piles *piles, const struct ak_pile *p, const char *unit)
{
	const char *value = p->part[0].p, *near = near_of(x, value, &piles->arena);
	json_t *f = ak_pile_finding(piles, p, value, json_sprintf("%s '%s' is not in the vocabulary: %s %s%s%s%s", words[x->word].name, value, AK_NUM(p->n), unit,
								    near ? "; did you mean '" : "", near ? near : "", near ? "'?" : ""));

	json_object_set_new(f, "what", json_string(words[x->word].name));
	json_object_set_new(f, "layer", json_string(unit));
	json_object_set_new(f, "suggestion", near ? json_string(near) : json_null());
	ak_check_found(piles->r, f);
}

static enum ak_rc of_requests(struct ctx *x, struct ak_check_run *r, struct ak_err *err)
{
	const struct ak_aggregate_opts o = {.layer = {.kind = AK_K_REQUEST}, .nby = 1, .by = {words[x->word].by}};
	struct ak_aggregate groups = {0};
	bool many = false;
	enum ak_rc rc = words[x->word].by == AK_BY_COUNT ? AK_OK : ak_check_groups(r, &o, &groups, &many, err);

	for (size_t i = 0; i < groups.n && rc == AK_OK && !many; i++) {
		const struct ak_aggregate_group *g = groups.group[i];
		struct ak_pile *p;

		if (!g->by[0].p)
			continue;
		ak_check_of(r, (uint64_t)g->records);
		if (!is_in(x->list, g->by[0]) && (p = ak_piles_at(&x->requests, g->by)))
			p->n += (uint64_t)g->records;
	}
	ak_aggregate_release(&groups);
	ak_piles_sort(&x->requests);
	if (rc == AK_OK)
		rc = ak_check_cite_groups(&x->requests, &words[x->word].request, err);
	for (size_t i = 0; i < x->requests.n && rc == AK_OK; i++)
		find(x, &x->requests, x->requests.pile[i], "requests");
	return rc;
}

static enum ak_rc take_key(void *ctx, const struct ak_fieldrow *row, struct ak_err *err)
{
	struct ctx *x = ctx;

	(void)err;
	if (!row->value[0].p)
		return AK_OK;
	ak_check_of(x->keys.r, 1);
	if (!is_in(x->list, row->value[0]))
		ak_pile_add(ak_piles_at(&x->keys, row->value), row);
	return AK_OK;
}

static enum ak_rc look(struct ak_check_run *r, size_t word, const json_t *list, struct ak_err *err)
{
	struct ctx x = {.list = list, .word = word};
	enum ak_rc rc = ak_piles_init(&x.requests, r, 1, err), too = ak_piles_init(&x.keys, r, 1, err);

	rc = rc == AK_OK ? too : rc;
	if (rc == AK_OK)
		rc = of_requests(&x, r, err);
	if (rc == AK_OK)
		rc = ak_check_rows(r, AK_K_KEY, &words[word].key, 1, take_key, &x, err);
	ak_piles_sort(&x.keys);
	for (size_t i = 0; i < x.keys.n && rc == AK_OK; i++)
		find(&x, &x.keys, x.keys.pile[i], "keys of the inventory");
	ak_piles_release(&x.requests);
	ak_piles_release(&x.keys);
	return rc;
}

static enum ak_rc run(struct ak_check_run *r, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;
	size_t declared = 0;

	for (size_t i = 0; i < AK_COUNT(words) && rc == AK_OK; i++) {
		char path[64];
		const json_t *list;

		snprintf(path, sizeof path, "vocabulary.%s", words[i].name);
		list = ak_policy_said(r->policy, path);
		declared += list != NULL;
		if (list)
			rc = look(r, i, list, err);
	}
	if (!declared)
		ak_check_unjudged(r, "policy.yaml declares no vocabulary: {environment: [prod, staging], team: [...]}");
	else if (!r->of)
		ak_check_unjudged(r, "no request or key of the period has a value of a declared vocabulary");
	return rc;
}

const struct ak_check ak_check_owner_vocabulary = {
	.name = "owner-vocabulary",
	.title = "environments, teams, projects and cost centres are those of the vocabulary",
	.severity = "low",
	.unit = "values in requests and in the inventory of keys",
	.rationale = "costs and calls of `prd` are in no report of `prod`",
	.fix = "correct the value at its source, or add it to vocabulary: in policy.yaml",
	.run = run,
	.facts = "what layer",
	.sizes = "affected",
};
