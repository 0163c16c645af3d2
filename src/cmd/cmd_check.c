#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/fs.h"
#include "base/jsonget.h"
#include "base/time.h"
#include "check/check.h"
#include "check/countries.h"
#include "check/matrix.h"
#include "check/out.h"
#include "cmd/answers.h"
#include "cmd/check_matrix.h"
#include "cmd/check_notify.h"
#include "cmd/check_page.h"
#include "cmd/period.h"

#define BASELINE_BYTES ((size_t)256 << 20)
#define COUNTRIES_BYTES ((size_t)256 << 20)

/* What is written beside the page; at most one of them, or --json, to standard output. */
static const struct {
	const char *option;
	void (*make)(const json_t *doc, struct ak_buf *out);
} outputs[] = {{"junit", ak_check_junit}, {"sarif", ak_check_sarif}, {"markdown", ak_check_markdown}};

struct work {
	struct ak_check_set set;
	struct ak_suppressions mutes;
	struct ak_responses responses;
	struct ak_baseline baseline;
	struct ak_countries countries;
	struct ak_policy policy; /* the one of the workspace with what options say in its place; borrowed */
	struct ak_check_opts o;
};

static void release(struct work *w)
{
	ak_check_set_release(&w->set);
	ak_suppressions_release(&w->mutes);
	ak_responses_release(&w->responses);
	ak_baseline_release(&w->baseline);
	ak_countries_release(&w->countries);
}

static enum ak_rc list(struct ak_ctx *c, const struct ak_check_set *set, struct ak_err *err)
{
	json_t *doc = json_pack("{s:s, s:i, s:[]}", "schema", "auditkit.checks/1", "format_version", 1, "checks");
	enum ak_rc rc = AK_OK;

	for (size_t i = 0; i < set->n; i++) {
		const struct ak_check *k = set->rule[i];

		if (!c->json)
			ak_io_line(c->io, k->severity, "%s: %s; %s", k->name, k->title, k->rationale);
		json_array_append_new(json_object_get(doc, "checks"), json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "check", k->name, "title", k->title, "severity",
										k->severity, "unit", k->unit, "rationale", k->rationale, "fix", k->fix));
	}
	if (c->json)
		rc = ak_io_json(c->io, doc, err);
	json_decref(doc);
	return rc;
}

/* ---- what options say ---- */

static enum ak_rc read_baseline(struct ak_ctx *c, struct work *w, struct ak_err *err)
{
	const char *path = ak_args_text(c->args, "baseline");
	struct ak_buf text;
	enum ak_rc rc;

	if (!path)
		return AK_OK;
	ak_buf_init(&text, BASELINE_BYTES);
	rc = ak_fs_slurp(path, BASELINE_BYTES, &text, err);
	if (rc == AK_OK)
		rc = ak_baseline_parse(path, ak_buf_str(&text), &w->baseline, err);
	if (rc == AK_OK)
		w->o.baseline = &w->baseline;
	ak_buf_release(&text);
	return rc;
}

static enum ak_rc read_countries(struct ak_ctx *c, struct work *w, struct ak_err *err)
{
	const char *path = ak_args_text(c->args, "countries");
	struct ak_buf text;
	enum ak_rc rc;

	if (!path)
		return AK_OK;
	ak_buf_init(&text, COUNTRIES_BYTES);
	rc = ak_fs_slurp(path, COUNTRIES_BYTES, &text, err);
	if (rc == AK_OK)
		rc = ak_countries_parse(path, ak_buf_str(&text), &w->countries, err);
	if (rc == AK_OK)
		w->o.countries = &w->countries;
	ak_buf_release(&text);
	return rc;
}

/* A share, with or without its sign: "5" and "5%" are the same. */
static enum ak_rc share(struct ak_ctx *c, const char *option, const char **out, struct ak_err *err)
{
	const char *given = ak_args_text(c->args, option), *text;

	if (!given)
		return AK_OK;
	text = strchr(given, '%') ? given : ak_arena_printf(&c->arena, "%s%%", given).p;
	if (ak_policy_ppm(text) < 0)
		return ak_fail(err, AK_EXIT_USAGE, "option '--%s' wants a share such as 5%%", option);
	*out = text;
	return AK_OK;
}

static enum ak_rc limits(struct ak_ctx *c, struct work *w, struct ak_err *err)
{
	static const struct ak_policy none = {.max_rejects_ppm = -1, .max_rejects_count = -1, .max_export_age_days = -1, .small_k = AK_SMALL_K};
	int64_t refused = ak_args_int(c->args, "max-rate-limited", -1);
	const char *coverage = NULL;
	enum ak_rc rc = share(c, "max-error-rate", &w->o.max_error_rate, err);

	if (rc == AK_OK)
		rc = share(c, "min-coverage", &coverage, err);
	if (rc != AK_OK)
		return rc;
	if (refused < 0 && ak_args_flag(c->args, "max-rate-limited"))
		return ak_fail(err, AK_EXIT_USAGE, "option '--max-rate-limited' wants a number that is not negative");
	if (refused >= 0)
		w->o.max_rate_limited = ak_args_text(c->args, "max-rate-limited");
	w->o.policy = c->policy;
	if (coverage) {
		w->policy = c->policy ? *c->policy : none;
		w->policy.min_link_coverage = coverage;
		w->o.policy = &w->policy;
	}
	return AK_OK;
}

static enum ak_rc one_to_stdout(struct ak_ctx *c, struct ak_err *err)
{
	size_t n = c->json;

	for (size_t i = 0; i < AK_COUNT(outputs); i++)
		n += ak_args_dash(c->args, outputs[i].option);
	return n < 2 ? AK_OK : ak_fail(err, AK_EXIT_USAGE, "only one of --json, --junit, --sarif and --markdown can go to standard output");
}

static enum ak_rc prepare(struct ak_ctx *c, struct work *w, struct ak_err *err)
{
	bool there = false;
	enum ak_rc rc = one_to_stdout(c, err);

	w->o.set = &w->set;
	w->o.names = c->args->word;
	w->o.now_us = ak_time_now();
	if (rc == AK_OK)
		rc = limits(c, w, err);
	if (rc == AK_OK)
		rc = ak_cmd_period(c, &w->o.from_us, &w->o.to_us, err);
	if (rc == AK_OK && (rc = ak_cmd_suppressions(c, &w->set, &w->mutes, &there, err)) == AK_OK && there)
		w->o.mutes = &w->mutes;
	if (rc == AK_OK && (rc = ak_cmd_responses(c, &w->responses, &there, err)) == AK_OK && there)
		w->o.responses = &w->responses;
	w->o.profile = ak_args_text(c->args, "profile");
	if (rc == AK_OK)
		rc = read_countries(c, w, err);
	return rc == AK_OK ? read_baseline(c, w, err) : rc;
}

/* ---- what comes out ---- */

static enum ak_rc write_out(struct ak_ctx *c, const json_t *doc, bool *page, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	for (size_t i = 0; i < AK_COUNT(outputs) && rc == AK_OK; i++) {
		const char *path = ak_args_text(c->args, outputs[i].option);
		bool dash = ak_args_dash(c->args, outputs[i].option);
		struct ak_buf b;

		if (!path && !dash)
			continue;
		ak_buf_init(&b, SIZE_MAX / 2);
		outputs[i].make(doc, &b);
		if (dash)
			ak_io_text(c->io, ak_buf_str(&b));
		if (path)
			rc = ak_fs_write_file(path, ak_buf_str(&b), 0644, true, err);
		*page &= !dash;
		ak_buf_release(&b);
	}
	return rc;
}

static enum ak_rc print(struct ak_ctx *c, const json_t *doc, struct ak_err *err)
{
	bool all = c->verbose || ak_args_flag(c->args, "all");

	if (c->json)
		return ak_io_json(c->io, doc, err);
	if (all || c->args->nwords)
		ak_check_details(c, doc, all);
	else
		ak_check_page(c, doc);
	return AK_OK;
}

/* A workspace that says nothing to any rule: no pipeline should take that for a clean one. */
static bool nothing_judged(const json_t *doc)
{
	const json_t *k;
	size_t i;

	json_array_foreach(json_object_get(doc, "checks"), i, k)
		if (strcmp(ak_jtxt(k, "verdict", ""), "not evaluable") != 0)
			return false;
	return true;
}

/* A message that was not taken takes nothing from what is printed; its error comes last. */
static enum ak_rc check(struct ak_ctx *c, struct work *w, enum ak_exit *code, struct ak_err *err)
{
	const struct ak_check_notify *notify = c->prepared;
	struct ak_err unsent = {0};
	json_t *doc = NULL;
	bool page = !ak_check_notify_is_dry(notify);
	enum ak_rc rc = ak_check_all(c->store, &w->o, &doc, err);

	if (rc == AK_OK && notify)
		(void)ak_check_notify_tell(c, notify, doc, &unsent);
	if (rc == AK_OK)
		rc = write_out(c, doc, &page, err);
	if (rc == AK_OK && page)
		rc = print(c, doc, err);
	if (rc == AK_OK && ak_jnum(json_object_get(doc, "findings"), "failing") > 0)
		*code = AK_EXIT_FINDINGS;
	else if (rc == AK_OK && !c->args->nwords && nothing_judged(doc))
		*code = AK_EXIT_PARTIAL;
	json_decref(doc);
	if (rc == AK_OK && unsent.exit != AK_EXIT_OK) {
		*err = unsent;
		rc = AK_FAIL;
	}
	return rc;
}

static enum ak_rc before(struct ak_ctx *c, struct ak_err *err)
{
	struct ak_check_notify *notify = NULL;
	enum ak_rc rc = ak_check_notify_start(c, &notify, err);

	c->prepared = notify;
	return rc;
}

/* The matrix of evidence, or the seven questions as the packet asks them, with what the rules say. Exit code 1 when one is not met. */
static enum ak_rc overview(struct ak_ctx *c, struct work *w, bool matrix, enum ak_exit *code, struct ak_err *err)
{
	json_t *findings = NULL, *doc = NULL;
	enum ak_rc rc;

	w->o.names = NULL;
	rc = ak_check_all(c->store, &w->o, &findings, err);
	if (rc == AK_OK)
		rc = matrix ? ak_matrix(c->store, c->policy, findings, &doc, err) : ak_questions_doc(c, w->o.from_us, w->o.to_us, findings, &doc, err);
	if (rc == AK_OK && c->json)
		rc = ak_io_json(c->io, doc, err);
	else if (rc == AK_OK && matrix)
		ak_check_matrix(c, doc);
	else if (rc == AK_OK)
		ak_check_questions(c, doc);
	if (rc == AK_OK && ak_check_any_not_met(json_object_get(doc, matrix ? "areas" : "questions")))
		*code = AK_EXIT_FINDINGS;
	json_decref(findings);
	json_decref(doc);
	return rc;
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	struct work w = {0};
	enum ak_exit code = AK_EXIT_OK;
	enum ak_rc rc = ak_check_set_read(c->policy, &w.set, err);

	if (rc == AK_OK && ak_args_flag(c->args, "list"))
		rc = list(c, &w.set, err);
	else if (rc == AK_OK && (rc = prepare(c, &w, err)) == AK_OK)
		rc = ak_args_flag(c->args, "questions") || ak_args_flag(c->args, "matrix") ? overview(c, &w, ak_args_flag(c->args, "matrix"), &code, err)
										    : check(c, &w, &code, err);
	release(&w);
	ak_check_notify_stop(c->prepared);
	return rc == AK_OK ? code : err->exit;
}

static const struct ak_opt opts[] = {
	AK_OPTS_PERIOD,
	{"list", 0, AK_OPT_FLAG, NULL, "the checks that there are, and why a reviewer asks"},
	{"all", 0, AK_OPT_FLAG, NULL, "print every rule and finding, with ids, as -v does"},
	{"questions", 0, AK_OPT_FLAG, NULL, "the seven questions of a reviewer, as a packet answers them"},
	{"matrix", 0, AK_OPT_FLAG, NULL, "the seven areas of a review: evidence needed, supplied and missing, and what the rules say"},
	{"profile", 0, AK_OPT_TEXT, "NAME", "what evidence-missing asks for, in place of review.profiles"},
	{"countries", 0, AK_OPT_INPUT, "FILE", "CSV of networks and their countries, for admin-country"},
	{"baseline", 0, AK_OPT_INPUT, "FILE", "a former --json: only findings that it lacks fail"},
	{"junit", 0, AK_OPT_TARGET, "FILE", "write JUnit XML there; - for standard output"},
	{"sarif", 0, AK_OPT_TARGET, "FILE", "write SARIF 2.1.0 there"},
	{"markdown", 0, AK_OPT_TARGET, "FILE", "write a summary for a pipeline's page there"},
	{"notify", 0, AK_OPT_LIST, "TARGET", "tell new findings to a target of notify: in policy.yaml"},
	{"dry-run", 'n', AK_OPT_FLAG, NULL, "print the messages of --notify as they would go out; send none"},
	{"min-coverage", 0, AK_OPT_TEXT, "P", "in place of limits.min_link_coverage of policy.yaml"},
	{"max-error-rate", 0, AK_OPT_TEXT, "P", "in place of limits.max_error_rate"},
	{"max-rate-limited", 0, AK_OPT_INT, "N", "in place of limits.max_rate_limited"},
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example examples[] = {
	{"auditkit check", "a page: the worst findings and what to do"},
	{"auditkit check rejects", "one check"},
	{"auditkit check --list", "what there is to be checked"},
	{"auditkit check --max-error-rate 5 error-rate", "a limit for this run"},
	{"auditkit check --questions", "what the packet will answer"},
	{"auditkit check --matrix", "which evidence is there, and which is missing"},
	{"auditkit check evidence-missing --profile vendor-risk", "what a vendor review would miss"},
	{"auditkit check --notify audit --dry-run", "the message that a target of policy.yaml would get"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_check = {
	.name = "check",
	.args = "[NAME...]",
	.summary = "what a reviewer would find: each rule met, NOT MET or not evaluable",
	.text = "Each finding cites its records. A rule that lacks the evidence to decide is not evaluable, which is not the same as\n"
		"met. Exit code 1 when a finding fails; every other code but 0 is an error, never a finding.\n\n"
		"A finding has an id that follows from what it says: the rule, the subject, the facts. Places in the ledger and counts that\n"
		"grow from night to night do not change it, but a count that passes a power of two does. suppressions.yaml of the workspace\n"
		"mutes findings by that id, with owner, reason and a day until which it holds: muted ones are shown and counted, and fail no\n"
		"more until then. responses.yaml answers findings by id, or all of a check by its name; an answered finding still fails.\n"
		"With --baseline only findings that the former run did not have fail, and those that are gone are counted.\n\n"
		"Many rules are told what to expect by policy.yaml (audit:, limits:, vocabulary:, access:); a rule that was told nothing and\n"
		"cannot do without is not evaluable. Profiles are vendor-risk, soc2, iso27001, gdpr, hipaa, pci, internal-audit and incident:\n"
		"which evidence a review needs, never a claim that a framework is met. Countries are those that the source gives; for the\n"
		"others --countries FILE tells the country of an address: rows of `network,country` or `first,last,country`.\n\n"
		"Rules of your own stand under checks: in policy.yaml; auditkit-policy(5) explains them.\n\n"
		"With --notify findings that fail go to targets that policy.yaml names under notify: a webhook, Slack or the mail program of this\n"
		"machine. A message holds ids, rules, severities and counts, never what a finding says. Each target is told of a finding once;\n"
		"notified.jsonl of the workspace keeps what was told where. One that is gone, or muted, and comes back is told again; only a run\n"
		"over all records, without --from and --to, can see that it is gone. A message is tried four times, and one that was not taken is\n"
		"sent by the next run under the same id, so that a receiver can drop it; the exit code is 69 then, with findings or without.",
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_READ | AK_NEED_POLICY | AK_NEED_NET,
	.max_words = SIZE_MAX,
	.before = before,
	.run = run,
};
