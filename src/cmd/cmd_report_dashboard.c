#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/fs.h"
#include "base/jsonget.h"
#include "base/text.h"
#include "base/time.h"
#include "cmd/answers.h"
#include "cmd/figures_opts.h"
#include "report/dashboard.h"
#include "tmpl/load.h"

#define PAGE_BYTES ((size_t)64 << 20)

struct work {
	struct ak_check_set set;
	struct ak_suppressions mutes;
	struct ak_responses responses;
	struct ak_check_opts check;
	struct ak_dashboard_opts o;
};

static void release(struct work *w)
{
	ak_check_set_release(&w->set);
	ak_suppressions_release(&w->mutes);
	ak_responses_release(&w->responses);
}

/* What the checks go by is what `check` goes by. */
static enum ak_rc prepare_checks(struct ak_ctx *c, struct work *w, struct ak_err *err)
{
	static const char *const all[] = {NULL};
	bool there = false;
	enum ak_rc rc = ak_check_set_read(c->policy, &w->set, err);

	w->check = (struct ak_check_opts){.policy = c->policy,
					  .set = &w->set,
					  .from_us = w->o.from_us,
					  .to_us = w->o.to_us,
					  .names = all,
					  .now_us = ak_time_now()};
	if (rc == AK_OK && (rc = ak_cmd_suppressions(c, &w->set, &w->mutes, &there, err)) == AK_OK && there)
		w->check.mutes = &w->mutes;
	if (rc == AK_OK && (rc = ak_cmd_responses(c, &w->responses, &there, err)) == AK_OK && there)
		w->check.responses = &w->responses;
	w->o.check = &w->check;
	return rc;
}

static enum ak_rc prepare(struct ak_ctx *c, struct work *w, struct ak_err *err)
{
	struct ak_report_opts r = {.shape = AK_REPORT_USAGE};
	const char *by = ak_args_text(c->args, "by");
	enum ak_rc rc = ak_cmd_period(c, &r.from_us, &r.to_us, err);

	if (rc == AK_OK)
		rc = ak_figures_by(by ? by : "key,model,team", &r, err);
	if (rc == AK_OK)
		rc = ak_figures_zone(c, &r, err);
	if (rc != AK_OK)
		return rc;
	w->o = (struct ak_dashboard_opts){.from_us = r.from_us,
					  .to_us = r.to_us,
					  .zone = r.zone,
					  .zone_name = r.zone_name,
					  .nby = r.nby,
					  .policy = c->policy};
	memcpy(w->o.by, r.by, r.nby * sizeof *r.by);
	return prepare_checks(c, w, err);
}

static enum ak_rc write_page(struct ak_ctx *c, const json_t *doc, struct ak_err *err)
{
	const char *path = ak_args_text(c->args, "output");
	struct ak_buf tmpl, page;
	enum ak_rc rc;

	ak_buf_init(&tmpl, AK_TEMPLATE_BYTES);
	ak_buf_init(&page, PAGE_BYTES);
	rc = ak_template_load(c->workspace, c->data_dir, "dashboard.html.mustache", &tmpl, err);
	if (rc == AK_OK)
		rc = ak_dashboard_html(doc, ak_buf_str(&tmpl), &page, err);
	c->io->color_out = false; /* a page is a page on a terminal too */
	if (rc == AK_OK && path)
		rc = ak_fs_write_file(path, ak_buf_str(&page), 0600, ak_args_flag(c->args, "force"), err);
	else if (rc == AK_OK)
		ak_io_text(c->io, ak_buf_str(&page));
	if (rc == AK_OK && path)
		ak_io_note(c->io, "wrote", "%s, %s bytes: open it in a browser, it asks no network", path, AK_NUM(page.n));
	ak_buf_release(&tmpl);
	ak_buf_release(&page);
	return rc;
}

static enum ak_rc make(struct ak_ctx *c, const struct work *w, bool *empty, struct ak_err *err)
{
	bool page = ak_args_text(c->args, "output") || ak_args_dash(c->args, "output"), any = false;
	json_t *doc = NULL, *s;
	uint64_t records = 0;
	size_t i;
	enum ak_rc rc = ak_dashboard(c->store, &w->o, &doc, err);

	if (rc == AK_OK)
		json_array_foreach(json_object_get(doc, "sources"), i, s) records += ak_jnum(s, "stored");
	if (rc == AK_OK)
		rc = ak_cmd_log_access(c, records, err);
	if (rc == AK_OK && page)
		rc = write_page(c, doc, err);
	if (rc == AK_OK && c->json)
		rc = ak_io_json(c->io, doc, err);
	if (rc == AK_OK)
		rc = ak_cmd_any_record(c, w->o.from_us, w->o.to_us, &any, err);
	*empty = !any;
	json_decref(doc);
	return rc;
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	bool empty = false, dash = ak_args_dash(c->args, "output");
	struct work w = {0};
	enum ak_rc rc = AK_OK;

	if (!c->json && !dash && !ak_args_text(c->args, "output")) {
		ak_hint(err, "auditkit report dashboard -o dashboard.html");
		rc = ak_fail(err, AK_EXIT_USAGE, "the page needs a file to go to");
	} else if (c->json && dash) {
		rc = ak_fail(err, AK_EXIT_USAGE, "only one of --json and -o - can go to standard output");
	}
	if (rc == AK_OK)
		rc = prepare(c, &w, err);
	if (rc == AK_OK)
		rc = make(c, &w, &empty, err);
	release(&w);
	if (rc == AK_OK && empty)
		ak_cmd_nothing(c, "record", err);
	return rc != AK_OK || empty ? err->exit : AK_EXIT_OK;
}

static const struct ak_opt opts[] = {
	{"output", 'o', AK_OPT_TARGET, "FILE", "write the page there, whole or not at all; - for standard output"},
	{"force", 0, AK_OPT_FLAG, NULL, "replace a file that stands there"},
	AK_OPTS_PERIOD,
	{"by", 0, AK_OPT_TEXT, "WORDS", "a list of the ten with most requests for each of these (default key,model,team)"},
	{"zone", 0, AK_OPT_TEXT, "ZONE", "whose days and hours the pictures have (default: UTC)"},
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example examples[] = {
	{"auditkit report dashboard -o dashboard.html", "everything that is there, on one page"},
	{"auditkit report dashboard --from 2026-06-08 --by app,environment -o week.html", "from a day on, by application and environment"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_report_dashboard = {
	.name = "report dashboard",
	.summary = "one page for a browser: requests, errors, durations, tokens, cost, coverage, findings",
	.text = "The page has no script, asks no network and needs no server: it can be mailed, archived and printed. Every "
		"figure on it is\n"
		"one of another report and stands beside the command that gives it again; each count has its denominator. Lists "
		"have ten\n"
		"rows and count the rest, pictures show at most a year of days (hours, where there are at most three days) and "
		"say how\n"
		"many records lie outside of them, undated ones too. Coverage is drawn by day where the zone is UTC. Persons are "
		"tokens,\n"
		"as everywhere. The same workspace gives the same bytes, until a suppression expires or a declared gap falls "
		"due.\n\n"
		"--by takes up to three words of `report usage`; --json prints the figures as a document. WORKSPACE/templates "
		"may hold a\n"
		"dashboard.html.mustache of your own. Each page that is made leaves a line in access.jsonl." AK_TEXT_PERCENT AK_TEXT_NOTHING,
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_READ | AK_NEED_KEYS | AK_NEED_POLICY | AK_NEED_ACCESS,
	.run = run,
};
