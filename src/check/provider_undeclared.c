/* Providers that records name and policy.yaml does not: who receives data, where, on which contract (F365). */
#include "base/ak.h"
#include "check/said.h"
#include "check/groups.h"

#include "base/text.h"

struct ctx {
	struct ak_piles all; /* by provider: n records */
	const json_t *declared;
	uint64_t unnamed, unanswered; /* records; providers of whose entry nothing is said */
	const char *first;
};

/* Records name a provider with its vendor, aws.bedrock: `bedrock` means that one too. */
static const json_t *entry_of(const struct ctx *x, const char *name, const char **as)
{
	const char *dot = strchr(name, '.');
	const json_t *v = json_object_get(x->declared, *as = name);

	return v || !dot ? v : json_object_get(x->declared, *as = dot + 1);
}

static void judge(struct ctx *x, const struct ak_pile *p)
{
	static const char *const says[] = {"region", "trains", "keeps_days", "contract"};
	const char *name = p->part[0].p, *as;
	const json_t *entry = entry_of(x, name, &as);
	struct ak_check_run *r = x->all.r;
	size_t gaps = 0;

	for (size_t i = 0; entry && i < AK_COUNT(says); i++)
		gaps += !ak_policy_said_in(entry, says[i]);
	if (entry && gaps == AK_COUNT(says)) {
		x->first = x->unanswered++ ? x->first : name;
		ak_check_state(r, "listed, with no answer");
		return;
	}
	ak_check_state(r, !entry ? "not declared" : gaps ? "declared, with answers that are unknown" : "declared");
	if (!entry) {
		json_t *f = ak_pile_finding(&x->all, p, name,
					    json_sprintf("provider %s is named by %s record%s, and policy.yaml says nothing of it", name, AK_NUM(p->n), AK_S(p->n)));

		json_object_set_new(f, "affected", json_integer(1)); /* of providers, as in the denominator */
		json_object_set_new(f, "records", json_integer((json_int_t)p->n));
		ak_check_found(r, f);
	}
}

static enum ak_rc read(struct ctx *x, struct ak_check_run *r, struct ak_err *err)
{
	static const int fields[] = {AK_F_PROVIDER};
	const struct ak_aggregate_opts o = {.layer = {.kind = AK_K_REQUEST}, .nby = 1, .by = {AK_BY_PROVIDER}};
	struct ak_aggregate groups = {0};
	bool many = false;
	enum ak_rc rc = ak_check_groups(r, &o, &groups, &many, err);
	const char *as;

	for (size_t i = 0; i < groups.n && rc == AK_OK && !many; i++) {
		const struct ak_aggregate_group *g = groups.group[i];
		struct ak_pile *p = g->by[0].p ? ak_piles_at(&x->all, g->by) : NULL;

		x->unnamed += p ? 0 : (uint64_t)g->records;
		if (!p)
			continue;
		p->n = (uint64_t)g->records;
		p->ncites = entry_of(x, p->part[0].p, &as) != NULL; /* only what is found is cited */
	}
	ak_aggregate_release(&groups);
	return rc == AK_OK ? ak_check_cite_groups(&x->all, fields, err) : rc;
}

/* Usage and the providers' own logs: a provider that only bills received data as well. */
static enum ak_rc take(void *ctx, const struct ak_fieldrow *row, struct ak_err *err)
{
	struct ctx *x = ctx;

	(void)err;
	if (row->value[0].p)
		ak_pile_add(ak_piles_at(&x->all, row->value), row);
	else
		x->unnamed++;
	return AK_OK;
}

static enum ak_rc read_others(struct ctx *x, struct ak_check_run *r, struct ak_err *err)
{
	static const int fields[] = {AK_F_PROVIDER};
	enum ak_rc rc = ak_check_rows(r, AK_K_USAGE, fields, 1, take, x, err);

	return rc == AK_OK ? ak_check_rows(r, AK_K_CALL, fields, 1, take, x, err) : rc;
}

static enum ak_rc run(struct ak_check_run *r, struct ak_err *err)
{
	struct ctx x = {.declared = ak_policy_said(r->policy, "scope.providers")};
	enum ak_rc rc = ak_piles_init(&x.all, r, 1, err);

	if (!r->policy)
		ak_check_unjudged(r, "there is no policy.yaml that could declare providers; 'auditkit init' writes one");
	else if (rc == AK_OK)
		rc = read(&x, r, err);
	if (rc == AK_OK && r->policy)
		rc = read_others(&x, r, err);
	ak_piles_sort(&x.all);
	for (size_t i = 0; i < x.all.n && rc == AK_OK; i++)
		judge(&x, x.all.pile[i]);
	if (x.unnamed)
		json_object_set_new(r->apart, "records that name no provider", json_integer((json_int_t)x.unnamed));
	if (x.unanswered)
		ak_check_unjudged(r, "of %s of %s providers policy.yaml says neither region, trains, keeps_days nor contract, first scope.providers.%.60s", AK_NUM(x.unanswered),
				  AK_NUM(r->of), x.first);
	if (!r->of)
		ak_check_unjudged(r, x.unnamed ? "no record names its provider" : "there are no requests, usage or provider calls in the period");
	ak_piles_release(&x.all);
	return rc;
}

const struct ak_check ak_check_provider_undeclared = {
	.name = "provider-undeclared",
	.title = "every provider that receives data is declared",
	.severity = "medium",
	.unit = "providers that requests, usage and provider calls name",
	.rationale = "who receives prompts, where, on which contract and whether they train on them is the first thing a privacy review asks",
	.fix = "declare scope.providers.NAME: {region, trains, keeps_days, contract} in policy.yaml; 'auditkit report processors' lists what is missing",
	.run = run,
	.facts = "",
};
