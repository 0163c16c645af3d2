/* Keys that several applications use, personal keys that several people use, and keys that nobody answers for (F218). */
#include "base/ak.h"
#include "check/said.h"
#include "check/groups.h"
#include "check/keys.h"

#include "base/text.h"

enum { APPS_NAMED = 5 };

struct key {
	json_t *apps, *people, *teams; /* {name: attempts} */
	json_t *cites;
	const json_t *known;
};

struct ctx {
	struct ak_piles keys;  /* by name: n attempts */
	struct ak_piles found; /* by id, hash, label and app, to be cited */
	struct ak_known_keys known;
	int64_t most_apps;
	uint64_t no_key, no_app;
};

static void count(json_t **o, struct ak_str name, int64_t n)
{
	if (!name.p)
		return;
	if (!*o)
		*o = json_object();
	json_object_setn_new(*o, name.p, name.n, json_integer(json_integer_value(json_object_getn(*o, name.p, name.n)) + n));
}

/* by: key id, hash, label, app, team */
static void take(struct ctx *x, const struct ak_aggregate_group *g)
{
	struct ak_str name = ak_key_name(&x->known, g->by[0], g->by[1], g->by[2]);
	struct ak_pile *p = name.p ? ak_piles_at(&x->keys, &name) : NULL;
	struct key *k;

	x->no_key += name.p ? 0 : (uint64_t)g->records;
	if (!p)
		return;
	if (!p->more)
		p->more = ak_arena_zero(&x->keys.arena, sizeof *k);
	k = p->more;
	p->n += (uint64_t)g->records;
	if (!k->known)
		k->known = ak_known_key(&x->known, g->by[0], g->by[1], g->by[2]);
	count(&k->apps, g->by[3], g->records);
	count(&k->teams, g->by[4], g->records);
}

static bool is_personal(const struct key *k)
{
	const char *type = json_string_value(json_object_get(k->known, "owner_type"));

	return type && strcmp(type, "human") == 0;
}

/* Who called under a personal key; end users of an application are nobody here. */
static enum ak_rc take_person(void *ctx, const struct ak_fieldrow *row, struct ak_err *err)
{
	struct ctx *x = ctx;
	const struct ak_str *v = row->value;
	struct ak_str name = ak_key_name(&x->known, v[0], v[1], v[2]), who = v[3].p ? v[3] : v[4];
	struct ak_pile *p = name.p ? ak_piles_find(&x->keys, &name) : NULL;

	(void)err;
	if (p && is_personal(p->more) && who.p && (ak_str_starts(who, AK_STR("user:")) || ak_str_starts(who, AK_STR("email:"))))
		count(&((struct key *)p->more)->people, who, 1);
	return AK_OK;
}

static enum ak_rc read_people(struct ctx *x, struct ak_err *err)
{
	static const int fields[] = {AK_F_KEY_ID, AK_F_KEY_HASH, AK_F_KEY_ALIAS, AK_F_ACTOR_ID, AK_F_ACTOR_EMAIL};
	bool any = false;

	for (size_t i = 0; i < x->keys.n; i++)
		any |= is_personal(x->keys.pile[i]->more);
	return any ? ak_check_rows(x->keys.r, AK_K_REQUEST, fields, AK_COUNT(fields), take_person, x, err) : AK_OK;
}

/* What is wrong with a key, as words; empty: nothing. */
static void problems(const struct ctx *x, const struct key *k, struct ak_buf *out)
{
	size_t n = 0;
	const char *app;
	json_t *v;

	ak_buf_clear(out);
	if ((int64_t)json_object_size(k->apps) > x->most_apps) {
		ak_buf_addf(out, "%s applications use it: ", AK_NUM(json_object_size(k->apps)));
		json_object_foreach(k->apps, app, v)
			if (n++ < APPS_NAMED)
				ak_buf_addf(out, "%s%s", n > 1 ? ", " : "", app);
		if (n > APPS_NAMED)
			ak_buf_addf(out, " and %s more", AK_NUM(n - APPS_NAMED));
	}
	if (is_personal(k) && json_object_size(k->people) > 1)
		ak_buf_addf(out, "%sit is one person's, and %s people use it", out->n ? "; " : "", AK_NUM(json_object_size(k->people)));
	/* A team that the requests name answers for their key. */
	if (x->known.owners && !k->teams && !json_is_string(json_object_get(k->known, "owner")))
		ak_buf_addf(out, "%snobody is named as its owner", out->n ? "; " : "");
}

static json_t *names_in(const json_t *o)
{
	json_t *list = json_array(), *v;
	const char *name;

	json_object_foreach((json_t *)o, name, v)
		json_array_append_new(list, json_string(name));
	return list;
}

/* The citations of a key are those of its groups: one of each application at most. In one pass: keys may be as many as records. */
static void cite(struct ctx *x)
{
	for (size_t i = 0; i < x->found.n; i++) {
		const struct ak_pile *p = x->found.pile[i];
		struct ak_str name = ak_key_name(&x->known, p->part[0], p->part[1], p->part[2]);
		struct ak_pile *key = name.p ? ak_piles_find(&x->keys, &name) : NULL;
		struct key *k = key ? key->more : NULL;
		json_t *of;

		if (!k || json_array_size(k->cites) >= AK_PILE_CITES)
			continue;
		if (!k->cites)
			k->cites = json_array();
		of = ak_pile_cites(&x->found, p);
		json_array_extend(k->cites, of);
		json_decref(of);
	}
}

static void judge(struct ctx *x, const struct ak_pile *p, struct ak_buf *words)
{
	const struct key *k = p->more;
	struct ak_check_run *r = x->keys.r;

	problems(x, k, words);
	ak_check_state(r, words->n ? "shared or without an owner" : !k->apps ? "in order as far as is told: no application is named" : "in order");
	if (words->n)
		ak_check_found(r, json_pack("{s:s, s:o, s:o, s:o, s:I, s:O?}", "subject", p->part[0].p, "text",
					    json_sprintf("key %s, %s attempt%s: %s", p->part[0].p, AK_NUM(p->n), AK_S(p->n), words->p), "cites", k->cites ? json_incref(k->cites) : json_array(), "apps",
					    names_in(k->apps), "attempts", (json_int_t)p->n, "owner", json_object_get(k->known, "owner")));
}

/* Groups of keys that are found, so that their records can be cited. */
static void note(struct ctx *x, const struct ak_aggregate *groups, struct ak_buf *words)
{
	for (size_t i = 0; i < groups->n; i++) {
		const struct ak_str *by = groups->group[i]->by;
		struct ak_str name = ak_key_name(&x->known, by[0], by[1], by[2]);
		struct ak_pile *p = name.p ? ak_piles_find(&x->keys, &name) : NULL;

		if (!p)
			continue;
		problems(x, p->more, words);
		if (words->n)
			ak_piles_at(&x->found, by);
	}
}

static enum ak_rc read(struct ctx *x, struct ak_check_run *r, struct ak_buf *words, struct ak_err *err)
{
	static const int fields[] = {AK_F_KEY_ID, AK_F_KEY_HASH, AK_F_KEY_ALIAS, AK_F_APP};
	const struct ak_aggregate_opts o = {.layer = {.kind = AK_K_REQUEST}, .nby = 5,
					    .by = {AK_BY_KEY_ID, AK_BY_KEY_HASH, AK_BY_KEY_ALIAS, AK_BY_APP, AK_BY_TEAM}};
	struct ak_aggregate groups = {0};
	bool many = false;
	enum ak_rc rc = ak_check_groups(r, &o, &groups, &many, err);

	if (rc == AK_OK && !many) {
		for (size_t i = 0; i < groups.n; i++)
			ak_known_keys_pair(&x->known, groups.group[i]->by[0], groups.group[i]->by[1]);
		for (size_t i = 0; i < groups.n; i++)
			take(x, groups.group[i]);
		rc = read_people(x, err);
		note(x, &groups, words);
		if (rc == AK_OK)
			rc = ak_check_cite_groups(&x->found, fields, err);
		ak_piles_sort(&x->found);
		if (rc == AK_OK)
			cite(x);
	}
	ak_aggregate_release(&groups);
	return rc;
}

static enum ak_rc run(struct ak_check_run *r, struct ak_err *err)
{
	struct ctx x = {.most_apps = ak_policy_said_number(r->policy, "limits.max_apps_per_key", 1)};
	enum ak_rc rc = ak_known_keys_read(r, &x.known, err), made = ak_piles_init(&x.keys, r, 1, err), too = ak_piles_init(&x.found, r, 4, err);
	struct ak_buf words;

	ak_buf_init(&words, 1 << 20);
	rc = rc != AK_OK ? rc : made != AK_OK ? made : too;
	if (rc == AK_OK)
		rc = read(&x, r, &words, err);
	ak_piles_sort(&x.keys);
	for (size_t i = 0; i < x.keys.n; i++) {
		struct key *k = x.keys.pile[i]->more;

		if (rc == AK_OK)
			judge(&x, x.keys.pile[i], &words);
		json_decref(k->apps);
		json_decref(k->cites);
		json_decref(k->people);
		json_decref(k->teams);
	}
	if (x.no_key)
		json_object_set_new(r->apart, "attempts that name no key", json_integer((json_int_t)x.no_key));
	if (!r->of)
		ak_check_unjudged(r, x.no_key ? "no request names its key" : "there are no requests in the period: ingest the gateway's records");
	else if (!x.known.owners)
		ak_check_unjudged(r, "nothing names the owner of any key: ingest an inventory of keys, or declare scope.keys in policy.yaml");
	ak_piles_done(&x.keys);
	ak_buf_release(&words);
	ak_piles_release(&x.found);
	ak_piles_release(&x.keys);
	ak_known_keys_release(&x.known);
	return rc;
}

const struct ak_check ak_check_shared_key = {
	.name = "shared-key",
	.title = "each key has one application and an owner",
	.severity = "high",
	.unit = "keys that gateway attempts name",
	.rationale = "where only a shared key appears, whose call it was has to be guessed",
	.fix = "give each application a key of its own, and name the owner in the inventory or under scope.keys; limits.max_apps_per_key is 1 when policy.yaml does not say",
	.run = run,
	.facts = "apps owner",
};
