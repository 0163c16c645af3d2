/* Changes that a tool made in the name of a person, and changes by accounts that several people share (F227). */
#include "base/ak.h"
#include "check/said.h"
#include "check/event.h"

#include "base/text.h"

/* Products of user agents that nobody sits before. Libraries and command lines (curl, boto3, aws-cli) are left out: people use them. */
static const char *const tools[] = {"terraform", "opentofu", "pulumi", "ansible", "crossplane", "github-actions", "actions-runner", "gitlab-runner", "gitlab-ci",
				    "jenkins", "circleci", "buildkite", "teamcity", "azure-pipelines", "azuredevops", "bitbucket-pipelines", "drone", "concourse", "argocd",
				    "argo-cd", "fluxcd", "spinnaker", "renovate", "dependabot", "airflow", "rundeck", "cron", "systemd", NULL};

struct ctx {
	struct ak_piles events; /* by source and tool, or actor */
	const json_t *more, *shared;
	uint64_t read;
};

/* A name that is no token decides nothing. */
static bool is_token(const char *name) { return ak_event_is_person(ak_str_of(name)); }

static size_t no_tokens(const json_t *names)
{
	size_t n = json_is_string(names) && !is_token(json_string_value(names)), i;
	const json_t *v;

	json_array_foreach((json_t *)names, i, v)
		n += json_is_string(v) && !is_token(json_string_value(v));
	return n;
}

/* "terraform/1" and "HashiCorp Terraform/1.0" are Terraform. */
static bool is_product(struct ak_str agent, struct ak_str product)
{
	for (size_t i = 0; product.n && i + product.n <= agent.n; i++)
		if (ak_str_eq_fold(ak_str_n(agent.p + i, product.n), product) && (i == 0 || !ak_is_alnum((unsigned char)agent.p[i - 1])) &&
		    (i + product.n == agent.n || !ak_is_alnum((unsigned char)agent.p[i + product.n])))
			return true;
	return false;
}

static const char *tool_of(const struct ctx *x, struct ak_str agent)
{
	const json_t *v;
	size_t i;

	for (i = 0; tools[i]; i++)
		if (is_product(agent, ak_str_of(tools[i])))
			return tools[i];
	if (json_is_string(x->more) && is_product(agent, ak_str_of(json_string_value(x->more))))
		return json_string_value(x->more);
	json_array_foreach((json_t *)x->more, i, v)
		if (json_is_string(v) && is_product(agent, ak_str_of(json_string_value(v))))
			return json_string_value(v);
	return NULL;
}

static enum ak_rc take_tool(void *ctx, const struct ak_fieldrow *row, struct ak_err *err)
{
	struct ctx *x = ctx;
	const struct ak_str *v = row->value;
	const char *tool;

	(void)err;
	x->read++;
	if (!v[AK_EV_AGENT].p)
		ak_check_apart(x->events.r, "names no user agent");
	else if (ak_event_who(v) != AK_WHO_PERSON)
		ak_check_apart(x->events.r, ak_event_who(v) == AK_WHO_MACHINE ? "by a machine, as it says" : "does not say whether a person acted");
	else {
		ak_check_of(x->events.r, 1);
		tool = tool_of(x, v[AK_EV_AGENT]);
		if (tool) {
			const struct ak_str part[] = {v[AK_EV_SOURCE], ak_str_of(tool)};

			ak_pile_add(ak_piles_at(&x->events, part), row);
		}
	}
	return AK_OK;
}

static enum ak_rc run_tools(struct ak_check_run *r, struct ak_err *err)
{
	struct ctx x = {.more = ak_policy_said(r->policy, "audit.automation")};
	enum ak_rc rc = ak_piles_init(&x.events, r, 2, err);

	if (rc == AK_OK)
		rc = ak_events_each(r, take_tool, &x, err);
	ak_piles_sort(&x.events);
	for (size_t i = 0; i < x.events.n && rc == AK_OK; i++) {
		const struct ak_pile *p = x.events.pile[i];

		ak_check_found(r, ak_pile_finding(&x.events, p, p->part[0].p, json_sprintf("%s: %s event%s in the name of a person, sent by %s", p->part[0].p, AK_NUM(p->n),
											     AK_S(p->n), p->part[1].p)));
	}
	if (!r->of)
		ak_check_unjudged(r, x.read ? "no audit event says both that a person acted and by which user agent" : "there is no audit event in the period: ingest the audit log of the gateway");
	ak_piles_release(&x.events);
	return rc;
}

/* ---- accounts that are shared ---- */

static enum ak_rc take_shared(void *ctx, const struct ak_fieldrow *row, struct ak_err *err)
{
	struct ctx *x = ctx;
	const struct ak_str *v = row->value;
	struct ak_str part[] = {v[AK_EV_SOURCE], ak_event_actor(v)};

	(void)err;
	x->read++;
	if (!part[1].p)
		ak_check_apart(x->events.r, "names nobody who acted");
	else {
		ak_check_of(x->events.r, 1);
		if ((v[AK_EV_ACTOR].p && ak_policy_said_has(x->shared, v[AK_EV_ACTOR])) || (v[AK_EV_EMAIL].p && ak_policy_said_has(x->shared, v[AK_EV_EMAIL])))
			ak_pile_add(ak_piles_at(&x->events, part), row);
	}
	return AK_OK;
}

static enum ak_rc run_shared(struct ak_check_run *r, struct ak_err *err)
{
	struct ctx x = {.shared = ak_policy_said(r->policy, "audit.shared_accounts")};
	size_t plain = no_tokens(x.shared);
	enum ak_rc rc;

	if (!x.shared) {
		ak_check_unjudged(r, "audit.shared_accounts of policy.yaml does not name the accounts that several people use; [] says that there are none");
		return AK_OK;
	}
	rc = ak_piles_init(&x.events, r, 2, err);
	if (rc == AK_OK)
		rc = ak_events_each(r, take_shared, &x, err);
	ak_piles_sort(&x.events);
	for (size_t i = 0; i < x.events.n && rc == AK_OK; i++) {
		const struct ak_pile *p = x.events.pile[i];

		ak_check_found(r, ak_pile_finding(&x.events, p, p->part[1].p, json_sprintf("%s: %s event%s by an account that several people use", p->part[0].p,
											     AK_NUM(p->n), AK_S(p->n))));
	}
	if (!r->of)
		ak_check_unjudged(r, x.read ? "no audit event names who acted" : "there is no audit event in the period: ingest the audit log of the gateway");
	if (plain)
		ak_check_unjudged(r, "%s of the names in audit.shared_accounts are no tokens, and people stand in records as tokens: 'auditkit show NAME'"
				     " prints them", AK_NUM(plain));
	ak_piles_release(&x.events);
	return rc;
}

const struct ak_check ak_check_automated_as_human = {
	.name = "automated-as-human",
	.title = "no tool acts in the name of a person",
	.severity = "medium",
	.unit = "admin events of people that name their user agent",
	.rationale = "a job that acts as a person takes that person's rights, and its changes cannot be told from theirs",
	.fix = "give the tool an account of its own, and record its job; audit.automation of policy.yaml names more user agents",
	.run = run_tools,
	.facts = "text",
	.sizes = "affected",
};

const struct ak_check ak_check_shared_account = {
	.name = "shared-account",
	.title = "nobody changes anything by an account that several people use",
	.severity = "high",
	.unit = "admin events that name who acted",
	.rationale = "what was done by a shared account was done by nobody",
	.fix = "give each person an account; keep the shared one for emergencies, and record who used it",
	.run = run_shared,
	.facts = "",
	.sizes = "affected",
};
