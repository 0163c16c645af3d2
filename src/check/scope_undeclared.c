/* Traffic of applications, environments and keys that policy.yaml does not declare (F236). */
#include "base/ak.h"
#include "check/said.h"
#include "check/groups.h"
#include "check/keys.h"

#include "base/text.h"

enum what { APP, ENVIRONMENT, KEY, WHATS };

struct ctx {
	struct ak_piles found[WHATS]; /* by value; KEY: by id and hash */
	json_t *declared[KEY];	      /* names: an object; NULL: not judged */
	struct ak_known_keys keys;
	uint64_t all, named[WHATS], open[WHATS]; /* requests; those that name one; and one of which nothing is declared */
};

static const char *const words[WHATS] = {"application", "environment", "key"};

static json_t *entry_new(const json_t *member) { return json_pack("{s:b}", "unanswered", ak_policy_unanswered(member)); }

/* Names of a map or of a list as members of an object, NULL when nobody has said them. */
static json_t *names_of(const struct ak_policy *p, const char *path)
{
	const json_t *v = ak_policy_said(p, path), *one;
	json_t *o = v ? json_object() : NULL, *member;
	const char *name;
	size_t i;

	json_object_foreach((json_t *)v, name, member)
		json_object_set_new(o, name, entry_new(member));
	json_array_foreach((json_t *)v, i, one)
		if (json_is_string(one))
			json_object_set_new(o, json_string_value(one), entry_new(one));
	if (json_is_string(v))
		json_object_set_new(o, json_string_value(v), entry_new(v));
	return o;
}

static const json_t *entry_of(const json_t *names, struct ak_str v) { return json_object_getn(names, v.p, v.n); }

static void apart(struct ak_check_run *r, const char *why, int64_t n)
{
	json_object_set_new(r->apart, why, json_integer(json_integer_value(json_object_get(r->apart, why)) + n));
}

/* by: app, environment, key id, hash, label. Of an empty inventory nothing follows. */
static void take(struct ctx *x, const struct ak_aggregate_group *g)
{
	const struct ak_str *key = &g->by[KEY];
	bool judged[WHATS] = {x->declared[APP] && g->by[APP].p, x->declared[ENVIRONMENT] && g->by[ENVIRONMENT].p,
			      json_object_size(x->keys.by_name) && (key[0].p || key[1].p)};

	for (int w = 0; w < WHATS; w++) {
		bool names = w == KEY ? key[0].p || key[1].p : g->by[w].p != NULL;
		const json_t *entry = !judged[w] ? NULL : w == KEY ? ak_known_key(&x->keys, key[0], key[1], key[2]) : entry_of(x->declared[w], g->by[w]);
		struct ak_pile *p = entry || !judged[w] ? NULL : ak_piles_at(&x->found[w], w == KEY ? key : &g->by[w]);

		if (p)
			p->n += (uint64_t)g->records;
		x->named[w] += names ? (uint64_t)g->records : 0;
		x->open[w] += names && (!judged[w] || json_is_true(json_object_get(entry, "unanswered"))) ? (uint64_t)g->records : 0;
	}
	x->all += (uint64_t)g->records;
	if (judged[APP] || judged[ENVIRONMENT] || judged[KEY])
		ak_check_of(x->found[0].r, (uint64_t)g->records);
	else
		apart(x->found[0].r, "names nothing of which a list is declared", g->records);
}

static const char *near_of(const json_t *names, const char *value, struct ak_arena *a)
{
	const char **list = ak_arena_zero(a, (json_object_size(names) + 1) * sizeof *list), *name;
	size_t n = 0;
	json_t *v;

	json_object_foreach((json_t *)names, name, v)
		list[n++] = name;
	return ak_text_nearest(ak_str_of(value), list);
}

static void find(struct ctx *x, enum what w, const struct ak_pile *p)
{
	const char *value = p->part[0].p ? p->part[0].p : p->part[1].p, *near = w == KEY ? NULL : near_of(x->declared[w], value, &x->found[w].arena);
	json_t *f = ak_pile_finding(&x->found[w], p, value,
				    json_sprintf("%s %s is not declared: %s request%s%s%s%s", words[w], value, AK_NUM(p->n), AK_S(p->n), near ? "; did you mean '" : "",
						 near ? near : "", near ? "'?" : ""));

	json_object_set_new(f, "what", json_string(words[w]));
	json_object_set_new(f, "suggestion", near ? json_string(near) : json_null());
	ak_check_found(x->found[w].r, f);
}

/* Of what no list is declared, or only lines that nobody has answered, nothing is judged: the rule speaks of all three. */
static void undecided(const struct ctx *x, struct ak_check_run *r)
{
	static const char *const lists[WHATS] = {"scope.apps", "scope.environments", "an inventory of keys, or owners under scope.keys"};
	char why[sizeof r->why];
	size_t n = 0;

	for (int w = 0; w < WHATS; w++)
		if (x->open[w] || (w != KEY && !x->declared[w]))
			n += (size_t)snprintf(why + n, sizeof why - n, "%s%s (%s of %s requests name %s %s)", n ? ", " : "", lists[w], AK_NUM(x->named[w]), AK_NUM(x->all),
					      w == KEY ? "a" : "an", words[w]);
	if (n)
		ak_check_unjudged(r, "missing: %s", why);
}

static enum ak_rc judge(struct ctx *x, struct ak_check_run *r, struct ak_err *err)
{
	static const int fields[WHATS][3] = {{AK_F_APP}, {AK_F_ENVIRONMENT}, {AK_F_KEY_ID, AK_F_KEY_HASH, AK_F_KEY_ALIAS}};
	const struct ak_aggregate_opts o = {.layer = {.kind = AK_K_REQUEST}, .nby = 5,
					    .by = {AK_BY_APP, AK_BY_ENVIRONMENT, AK_BY_KEY_ID, AK_BY_KEY_HASH, AK_BY_KEY_ALIAS}};
	struct ak_aggregate groups = {0};
	bool many = false;
	enum ak_rc rc = ak_check_groups(r, &o, &groups, &many, err);

	for (size_t i = 0; i < groups.n && rc == AK_OK && !many; i++)
		ak_known_keys_pair(&x->keys, groups.group[i]->by[KEY], groups.group[i]->by[KEY + 1]);
	for (size_t i = 0; i < groups.n && rc == AK_OK && !many; i++)
		take(x, groups.group[i]);
	ak_aggregate_release(&groups);
	for (int w = 0; w < WHATS && rc == AK_OK; w++) {
		ak_piles_sort(&x->found[w]);
		rc = ak_check_cite_groups(&x->found[w], fields[w], err);
		for (size_t i = 0; i < x->found[w].n && rc == AK_OK; i++)
			find(x, (enum what)w, x->found[w].pile[i]);
		ak_piles_done(&x->found[w]);
	}
	if (rc == AK_OK)
		undecided(x, r);
	if (rc == AK_OK && !r->of)
		ak_check_unjudged(r, "no request of the period names an application, environment or key");
	return rc;
}

static enum ak_rc run(struct ak_check_run *r, struct ak_err *err)
{
	struct ctx x = {.declared = {names_of(r->policy, "scope.apps"), names_of(r->policy, "scope.environments")}};
	enum ak_rc rc = ak_known_keys_read(r, &x.keys, err);

	for (int w = 0; w < WHATS; w++) {
		enum ak_rc made = ak_piles_init(&x.found[w], r, w == KEY ? 3 : 1, err);

		rc = rc == AK_OK ? made : rc;
	}
	/* An empty list is the template's: nobody has filled it in. */
	for (int w = 0; w < KEY; w++)
		if (!json_object_size(x.declared[w])) {
			json_decref(x.declared[w]);
			x.declared[w] = NULL;
		}
	if (rc == AK_OK && !x.declared[APP] && !x.declared[ENVIRONMENT] && !json_object_size(x.keys.by_name))
		ak_check_unjudged(r, "policy.yaml declares neither scope.apps nor scope.environments, and no inventory of keys was read");
	else if (rc == AK_OK)
		rc = judge(&x, r, err);
	for (int w = 0; w < WHATS; w++)
		ak_piles_release(&x.found[w]);
	json_decref(x.declared[APP]);
	json_decref(x.declared[ENVIRONMENT]);
	ak_known_keys_release(&x.keys);
	return rc;
}

const struct ak_check ak_check_scope_undeclared = {
	.name = "scope-undeclared",
	.title = "all traffic is of declared applications, environments and keys",
	.severity = "medium",
	.unit = "requests that name application, environment or key",
	.rationale = "a reviewer takes the declared scope for all there is",
	.fix = "declare it under scope: in policy.yaml, add the key to the inventory, or find out whose traffic it is",
	.run = run,
	.facts = "what",
	.sizes = "affected",
};
