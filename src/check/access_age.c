/* Grants that nobody used for long, and grants that nobody reviewed in time (F235). */
#include "base/ak.h"
#include "check/event.h"
#include "check/said.h"
#include "check/piles.h"

#include "base/text.h"

enum { STALE_DAYS = 90, REVIEW_DAYS = 92 };
enum { G_SOURCE, G_SYSTEM, G_ROLE, G_STATE, G_USED, G_REVIEWED, G_FIELDS };
static const int fields[G_FIELDS] = {AK_FIELD_SOURCE, AK_F_RESOURCE_ID, AK_F_ROLE, AK_F_STATE, AK_F_LAST_USED, AK_F_REVIEWED};

struct ctx {
	struct ak_piles grants; /* by system: n of `of` */
	bool review;
	int64_t most, as_of_us;
	uint64_t read;
};

struct system {
	int64_t oldest;
	json_t *roles; /* of those that are found: {role: grants} */
};

/* Days from the last review to now; from the last use to the day on which the list was made, since it tells of no later use. */
static bool age_of(struct ctx *x, const struct ak_fieldrow *row, int64_t *days)
{
	struct ak_str at = row->value[x->review ? G_REVIEWED : G_USED];
	int64_t as_of = x->review || row->time_us > x->as_of_us ? x->as_of_us : row->time_us;

	return at.p && (x->review || row->dated) && ak_policy_said_age(ak_arena_z(&x->grants.arena, at), as_of, days);
}

static void add(struct ctx *x, struct ak_pile *p, const struct ak_fieldrow *row, int64_t days)
{
	struct ak_str role = row->value[G_ROLE].p ? row->value[G_ROLE] : AK_STR("no role");
	struct system *s = p->more;

	if (!s) {
		s = p->more = ak_arena_zero(&x->grants.arena, sizeof *s);
		s->roles = json_object();
	}
	json_object_setn_new(s->roles, role.p, role.n, json_integer(json_integer_value(json_object_getn(s->roles, role.p, role.n)) + 1));
	if (days > s->oldest)
		s->oldest = days;
	ak_pile_add(p, row);
}

static enum ak_rc take(void *ctx, const struct ak_fieldrow *row, struct ak_err *err)
{
	struct ctx *x = ctx;
	const struct ak_str *v = row->value, system = v[G_SYSTEM].p ? v[G_SYSTEM] : v[G_SOURCE];
	struct ak_check_run *r = x->grants.r;
	struct ak_pile *p;
	int64_t days;

	(void)err;
	x->read++;
	if (ak_check_grant_is_over(v[G_STATE])) {
		ak_check_apart(r, "no longer in force");
	} else if (!age_of(x, row, &days)) {
		ak_check_apart(r, x->review ? "has no date of a review" : "does not say when it was last used");
	} else if ((p = ak_piles_at(&x->grants, &system))) {
		ak_check_of(r, 1);
		p->of++;
		if (days > x->most)
			add(x, p, row, days);
	}
	return AK_OK;
}

static void find(struct ctx *x, const struct ak_pile *p)
{
	const struct system *s = p->more;
	struct ak_buf roles;
	const char *role;
	json_t *n, *f;

	ak_buf_init(&roles, 1 << 16);
	json_object_foreach(s->roles, role, n)
		ak_buf_addf(&roles, "%s%s %s", roles.n ? ", " : "", role, AK_NUM((uint64_t)json_integer_value(n)));
	f = ak_pile_finding(&x->grants, p, p->part[0].p,
			    x->review ? json_sprintf("%s: %s of %s grants were last reviewed more than %lld days ago, the oldest %lld (%s)", p->part[0].p, AK_NUM(p->n),
						     AK_NUM(p->of), (long long)x->most, (long long)s->oldest, roles.p)
				      : json_sprintf("%s: %s of %s grants had not been used for more than %lld days when they were listed, one for %lld (%s)", p->part[0].p,
						     AK_NUM(p->n), AK_NUM(p->of), (long long)x->most, (long long)s->oldest, roles.p));
	json_object_set(f, "roles", s->roles);
	json_object_set_new(f, "days", json_integer((json_int_t)s->oldest));
	ak_check_found(x->grants.r, f);
	json_decref(s->roles);
	ak_buf_release(&roles);
}

static enum ak_rc judge(struct ak_check_run *r, struct ctx x, const char *untold, struct ak_err *err)
{
	enum ak_rc rc = ak_piles_init(&x.grants, r, 1, err);

	x.as_of_us = r->to_us < r->opts->now_us ? r->to_us : r->opts->now_us;
	if (rc == AK_OK)
		rc = ak_check_rows(r, AK_K_GRANT, fields, G_FIELDS, take, &x, err);
	ak_piles_sort(&x.grants);
	for (size_t i = 0; i < x.grants.n && rc == AK_OK; i++)
		if (x.grants.pile[i]->n)
			find(&x, x.grants.pile[i]);
	if (!r->of)
		ak_check_unjudged(r, "%s", x.read ? untold : "no access review was read: ingest the list of roles and members");
	ak_piles_release(&x.grants);
	return rc;
}

static enum ak_rc run_stale(struct ak_check_run *r, struct ak_err *err)
{
	return judge(r, (struct ctx){.most = ak_policy_said_days(r->policy, "limits.stale_access", STALE_DAYS)}, "no grant in force says when it was last used", err);
}

static enum ak_rc run_review(struct ak_check_run *r, struct ak_err *err)
{
	return judge(r, (struct ctx){.review = true, .most = ak_policy_said_days(r->policy, "limits.access_review", REVIEW_DAYS)},
		     "no grant in force says when it was last reviewed", err);
}

const struct ak_check ak_check_access_stale = {
	.name = "access-stale",
	.title = "nobody keeps a permission that is not used",
	.severity = "medium",
	.unit = "grants in force that say when they were last used",
	.rationale = "a right to see or export logs that nobody uses is found by whoever takes the account over",
	.fix = "take the grant away, or have its holder say why not; limits.stale_access of policy.yaml sets the days, 90d when it does not",
	.run = run_stale,
	.facts = "",
	.sizes = "affected",
};

const struct ak_check ak_check_access_review_overdue = {
	.name = "access-review-overdue",
	.title = "access is reviewed every quarter",
	.severity = "medium",
	.unit = "grants in force that say when they were last reviewed",
	.rationale = "an access review that is not repeated says who had access, not who has",
	.fix = "review the grants and ingest the new list; limits.access_review of policy.yaml sets the days, 92d when it does not",
	.run = run_review,
	.facts = "",
	.sizes = "affected",
};
