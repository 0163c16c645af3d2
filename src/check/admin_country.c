/* Administrators who act from a country that is not theirs (F229). Countries are those of the source, else of the file that --countries
 * names (F364); nothing is looked up elsewhere. */
#include "base/ak.h"
#include "check/countries.h"
#include "check/said.h"
#include "check/event.h"

#include <stdlib.h>

#include "base/text.h"
#include "base/time.h"

enum { FAMILIAR_AFTER = 3 }; /* events of an actor before another country is unfamiliar */

struct ctx {
	struct ak_piles places; /* by actor and country */
	const json_t *known;	/* audit.countries; NULL: each actor's own first ones */
	int64_t after, early_from;
	uint64_t read, by_file;
};

static enum ak_rc take(void *ctx, const struct ak_fieldrow *row, struct ak_err *err)
{
	struct ctx *x = ctx;
	const struct ak_str *v = row->value;
	struct ak_str part[] = {ak_event_actor(v), v[AK_EV_COUNTRY]};
	const struct ak_countries *file = x->places.r->opts->countries;
	const char *told;

	(void)err;
	x->read++;
	if (ak_event_who(v) == AK_WHO_MACHINE) {
		ak_check_apart(x->places.r, "by a machine");
		return AK_OK;
	}
	if (ak_event_who(v) == AK_WHO_UNTOLD && part[0].p) {
		ak_check_apart(x->places.r, "does not say whether a person acted");
		return AK_OK;
	}
	if (!part[1].p && file && v[AK_EV_NETWORK].p && (told = ak_countries_of(file, v[AK_EV_NETWORK]))) {
		part[1] = ak_str_of(told);
		x->by_file++;
	}
	if (!part[0].p || !part[1].p || !row->dated) {
		ak_check_apart(x->places.r, !part[0].p ? "names nobody who acted" : !row->dated ? "has no time"
					   : v[AK_EV_NETWORK].p || v[AK_EV_ADDRESS].p ? "has an address, and no country is told of it" : "says nothing of a place");
		return AK_OK;
	}
	ak_check_of(x->places.r, 1);
	ak_pile_add(ak_piles_at(&x->places, part), row);
	return AK_OK;
}

static int by_time(const void *a, const void *b)
{
	const struct ak_pile *x = *(struct ak_pile *const *)a, *y = *(struct ak_pile *const *)b;
	int r = ak_str_cmp(x->part[0], y->part[0]);

	if (r)
		return r;
	if (x->first_us != y->first_us)
		return x->first_us < y->first_us ? -1 : 1;
	return ak_str_cmp(x->part[1], y->part[1]);
}

static void find(struct ctx *x, const struct ak_pile *p, const char *known, const char *basis)
{
	char first[32];
	json_t *f = ak_pile_finding(&x->places, p, p->part[0].p,
				    json_sprintf("%s %s from %s, first at %s; %s: %s", AK_NUM(p->n), p->n == 1 ? "admin event" : "admin events", p->part[1].p,
						 ak_time_z(p->first_us, 0, first), basis, known));

	json_object_set_new(f, "country", json_string(p->part[1].p));
	json_object_set_new(f, "time", json_string(first));
	ak_check_found(x->places.r, f);
}

/* The policy names the countries. */
static void judge_list(struct ctx *x)
{
	struct ak_buf names;
	const json_t *c;
	size_t i;

	ak_buf_init(&names, 1 << 16);
	ak_buf_adds(&names, json_is_string(x->known) ? json_string_value(x->known) : "");
	json_array_foreach((json_t *)x->known, i, c)
		ak_buf_addf(&names, "%s%s", i ? ", " : "", json_string_value(c));
	for (i = 0; i < x->places.n; i++)
		if (!ak_policy_said_has(x->known, x->places.pile[i]->part[1]))
			find(x, x->places.pile[i], names.n ? names.p : "none", "audit.countries declares");
	ak_buf_release(&names);
}

/* Each actor's own: what came before, when there is enough of it. */
static void judge_firsts(struct ctx *x)
{
	struct ak_buf names;
	uint64_t before = 0, few = 0;

	ak_buf_init(&names, 1 << 16);
	for (size_t i = 0; i < x->places.n; i++) {
		const struct ak_pile *p = x->places.pile[i];

		if (!i || !ak_str_eq(p->part[0], x->places.pile[i - 1]->part[0])) {
			ak_buf_clear(&names);
			before = 0;
		} else if (before >= (uint64_t)x->after) {
			find(x, p, names.p, "known of this actor");
		} else {
			few++;
		}
		ak_buf_addf(&names, "%s%s", names.n ? ", " : "", p->part[1].p);
		before += p->n;
	}
	if (few)
		ak_check_unjudged(x->places.r, "of %s places too little is known before: audit.countries of policy.yaml names the countries of administrators",
				  AK_NUM(few));
	ak_buf_release(&names);
}

static enum ak_rc run(struct ak_check_run *r, struct ak_err *err)
{
	struct ctx x = {.known = ak_policy_said(r->policy, "audit.countries"), .after = ak_policy_said_number(r->policy, "audit.familiar_after", FAMILIAR_AFTER)};
	enum ak_rc rc = ak_piles_init(&x.places, r, 2, err);

	if (rc == AK_OK)
		rc = ak_events_each(r, take, &x, err);
	if (rc == AK_OK && x.places.n) {
		ak_sort(x.places.pile, x.places.n, sizeof *x.places.pile, by_time);
		if (x.known)
			judge_list(&x);
		else
			judge_firsts(&x);
	}
	if (!r->of)
		ak_check_unjudged(r, !x.read ? "there is no audit event in the period: ingest the audit log of the gateway"
				     : r->opts->countries ? "no audit event has a country, and --countries tells of none of their addresses"
							  : "no audit event has a country: --countries FILE.csv tells the country of an address");
	ak_piles_done(&x.places);
	ak_piles_release(&x.places);
	return rc;
}

const struct ak_check ak_check_admin_country = {
	.name = "admin-country",
	.title = "administrators act from where they always do",
	.severity = "medium",
	.unit = "admin events of people with a country",
	.rationale = "an account that is suddenly used from another country is travelling, or stolen",
	.fix = "ask who it was; audit.countries of policy.yaml declares the countries of administrators",
	.run = run,
	.facts = "country",
	.sizes = "affected",
};
