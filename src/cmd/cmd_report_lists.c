/* report keys, access, changes, quota and log-access: who may do what, and what was done. */
#include "base/ak.h"
#include "cmd/cmd.h"

#include "cmd/list_run.h"

static const struct ak_opt opts[] = {
	AK_OPTS_LIST,
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_opt access_opts[] = {
	AK_OPTS_LIST,
	{"review-days", 0, AK_OPT_INT, "N", "a review is overdue after so many days (default 92)"},
	{"stale-days", 0, AK_OPT_INT, "N", "a grant is stale that was not used for so many days (default 90)"},
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_list_table keys_tables[] = {
	{"rows", "keys", "key owner environments:env created!d last_use!d ended attempts! late! flagged"},
	{NULL, NULL, NULL},
};
static const struct ak_list_table access_tables[] = {
	{"rows", "grants", "citation role resource keys settings rights_basis:basis reviewed!d review stale"},
	{NULL, NULL, NULL},
};
static const struct ak_list_table changes_tables[] = {
	{"rows", "changes", "citation time!m action resource ticket verdict class"},
	{NULL, NULL, NULL},
};
static const struct ak_list_table quota_tables[] = {
	{"in_force", "in force", "subject path:limit_of limit unit window since!d judged! reached! refused! enforced_not:served!"},
	{"limits", "limits", "scope scope_id:of decision limit unit window events!"},
	{"rows", "hits", "citation time!m decision scope scope_id:of limit used"},
	{"refused", "refused", "citation time!m key team error event"},
	{"changes", "changes", "citation time!m action resource ticket approver verdict"},
	{NULL, NULL, NULL},
};
static const struct ak_list_table governance_tables[] = {
	{"rows", "policies", "layer policy version decision result n! of!"},
	{"samples", "look at", "decision policy citation time!m trace"},
	{NULL, NULL, NULL},
};
static const struct ak_list_table reads_tables[] = {
	{"rows", "recorded", "citation time!m viewer action log_scope resource outcome"},
	{"own", "own", "time!m operator command records!"},
	{NULL, NULL, NULL},
};

static enum ak_exit run_keys(struct ak_ctx *c, struct ak_err *err)
{
	return ak_list_run(c, ak_report_keys, keys_tables, "key", err);
}

static enum ak_exit run_access(struct ak_ctx *c, struct ak_err *err)
{
	return ak_list_run(c, ak_report_access, access_tables, "access grant", err);
}

static enum ak_exit run_changes(struct ak_ctx *c, struct ak_err *err)
{
	return ak_list_run(c, ak_report_changes, changes_tables, "change", err);
}

static enum ak_exit run_quota(struct ak_ctx *c, struct ak_err *err)
{
	return ak_list_run(c, ak_report_quota, quota_tables, "quota event, change of a limit or refused attempt", err);
}

static enum ak_exit run_governance(struct ak_ctx *c, struct ak_err *err)
{
	return ak_list_run(c, ak_report_governance, governance_tables, "decision of a policy", err);
}

static enum ak_exit run_log_access(struct ak_ctx *c, struct ak_err *err)
{
	return ak_list_run(c, ak_report_log_access, reads_tables, "read or export of logs", err);
}

static const struct ak_example keys_examples[] = {
	{"auditkit report keys", "each key from its creation to its last use, and those used after their end"},
	{NULL, NULL},
};
static const struct ak_example access_examples[] = {
	{"auditkit report access --to 2026-06-15", "who may create, view, update and revoke; ages as of that day"},
	{NULL, NULL},
};
static const struct ak_example changes_examples[] = {
	{"auditkit report changes --from 2026-06-01 --to 2026-06-15 --json", "changes of two weeks with what became of their approval"},
	{NULL, NULL},
};
static const struct ak_example quota_examples[] = {
	{"auditkit report quota", "limits, what they decided, and who changed them"},
	{NULL, NULL},
};
static const struct ak_example governance_examples[] = {
	{"auditkit report governance", "what each policy decided, how often, and calls to look at"},
	{NULL, NULL},
};
static const struct ak_example log_access_examples[] = {
	{"auditkit report log-access", "who read or exported logs, with this tool too"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_report_keys = {
	.name = "report keys",
	.summary = "keys from creation to last use, with owner, environment and attempts",
	.text = "Records meet by id or hash of the key, never by its label; attempts that name neither are counted in the total. A key is\n"
		"flagged that was used after it was revoked, disabled or expired; limits.revocation_grace of policy.yaml allows for the time\n"
		"that a revocation takes. An owner is whom the newest inventory names, or scope.keys of policy.yaml; owner_basis says which.\n"
		"While declared.by of policy.yaml is unknown its owners are not confirmed, and not counted. A key that only usage rows or\n"
		"provider calls name is a row too."
		AK_TEXT_OUT AK_TEXT_NOTHING,
	.opts = opts,
	.examples = keys_examples,
	.needs = AK_NEED_READ | AK_NEED_KEYS | AK_NEED_POLICY | AK_NEED_ACCESS,
	.run = run_keys,
};

const struct ak_cmd ak_cmd_report_access = {
	.name = "report access",
	.summary = "who may create, view, update and revoke keys and settings",
	.text = "One row per grant of the access reviews, with its citation. What a grant may do is read from its scopes; where it has none\n"
		"that say it, from the words of the role's name, and rights_basis says so. Where neither tells it nothing is assumed. Ages are\n"
		"measured to --to, or to now." AK_TEXT_OUT AK_TEXT_NOTHING,
	.opts = access_opts,
	.examples = access_examples,
	.needs = AK_NEED_READ | AK_NEED_KEYS | AK_NEED_POLICY | AK_NEED_ACCESS,
	.run = run_access,
};

const struct ak_cmd ak_cmd_report_changes = {
	.name = "report changes",
	.summary = "changes by administrators, and what became of their approval",
	.text = "Verdicts stand apart: no ticket, ticket not found, not approved, approved later, self-approved and others are never one\n"
		"number. class is what a verdict comes to: `in order`, `found`, `not judged` where the records that would decide are not here,\n"
		"`apart` where no approval is asked for." AK_TEXT_OUT AK_TEXT_NOTHING,
	.opts = opts,
	.examples = changes_examples,
	.needs = AK_NEED_READ | AK_NEED_KEYS | AK_NEED_POLICY | AK_NEED_ACCESS,
	.run = run_changes,
};

const struct ak_cmd ak_cmd_report_quota = {
	.name = "report quota",
	.summary = "limits, each decision other than allowed, and each change of a limit",
	.text = "What a review of limits asks for: the limits in force, as change events and captures set them, with how many attempts they bound,\n"
		"would have refused, were refused, and were served all the same; the limits as quota events name them; each decision other than\n"
		"allowed; each attempt that was answered with status 429, with the quota event that names it (not each has one); each change of a\n"
		"limit with ticket, approver and what became of its approval; who declared the policy and when it is to be reviewed." AK_TEXT_OUT AK_TEXT_NOTHING,
	.opts = opts,
	.examples = quota_examples,
	.needs = AK_NEED_READ | AK_NEED_KEYS | AK_NEED_POLICY | AK_NEED_ACCESS,
	.run = run_quota,
};

const struct ak_cmd ak_cmd_report_governance = {
	.name = "report governance",
	.summary = "policies in action: what guardrails, DLP and quotas decided, with calls to look at",
	.text = "One row per layer, policy, version, decision and result, with how many of the layer's decisions it is and up to three samples: the\n"
		"citation, and the trace id that `trace reconstruct` takes. Layers tell of the same calls and are never added: verdicts that are\n"
		"records of their own, quota events, provider calls, and gateway attempts. A gateway names guardrails that ran, not which of them\n"
		"decided; of attempts that were allowed no policy is asked. No text that was checked is kept anywhere." AK_TEXT_OUT AK_TEXT_NOTHING,
	.opts = opts,
	.examples = governance_examples,
	.needs = AK_NEED_READ | AK_NEED_KEYS | AK_NEED_POLICY | AK_NEED_ACCESS,
	.run = run_governance,
};

const struct ak_cmd ak_cmd_report_log_access = {
	.name = "report log-access",
	.summary = "who read or exported logs: as systems recorded it, and with this tool",
	.text = "Accesses with auditkit come from access.jsonl of the workspace; this report is one of them, from the next time on. Each line\n"
		"holds the digest of the one before it, and the ledger covers those up to the last checkpoint." AK_TEXT_OUT AK_TEXT_NOTHING,
	.opts = opts,
	.examples = log_access_examples,
	.needs = AK_NEED_READ | AK_NEED_KEYS | AK_NEED_POLICY | AK_NEED_ACCESS,
	.run = run_log_access,
};
