#include "base/ak.h"
#include "cmd/cmd.h"

#include "cmd/canary_file.h"
#include "base/jsonget.h"
#include "cmd/list_text.h"
#include "cmd/period.h"
#include "cmd/report_out.h"
#include "reconcile/omission.h"

enum { SHOWN = 10 };

static void print_canaries(struct ak_ctx *c, const json_t *list, uint64_t missing)
{
	uint64_t n = 0;
	json_t *k;
	size_t i;

	json_array_foreach((json_t *)list, i, k)
		if (strcmp(ak_jtxt(k, "state", "?"), "missing") == 0 && (n++ < SHOWN || c->verbose))
			ak_io_line(c->io, "", "- line %llu: %s", (unsigned long long)ak_jnum(k, "line"), ak_jtxt(k, "id", "?"));
	if (missing > SHOWN && !c->verbose)
		ak_io_line(c->io, "", "and %llu more: -v prints them, --json lists all", (unsigned long long)(missing - SHOWN));
}

static void print(struct ak_ctx *c, const json_t *doc)
{
	const json_t *missing = json_object_get(doc, "missing");
	const char *last = "";
	json_t *m;
	size_t i;

	json_array_foreach(json_object_get(doc, "methods"), i, m) {
		const char *method = ak_jtxt(m, "method", "?"), *source = ak_jtxt(m, "source", NULL), *state = ak_jtxt(m, "state", "?");

		if (strcmp(state, "not judged") == 0)
			ak_io_line(c->io, "unclear", "%s%s%s: not judged; %s", method, source ? ", " : "", source ? source : "", ak_jtxt(m, "text", "?"));
		else
			ak_io_line(c->io, strcmp(last, method) ? "method" : "", "%s%s%s: %s of %s %s; %s", method, source ? ", " : "", source ? source : "",
				   AK_NUM(ak_jnum(m, "found")), AK_NUM(ak_jnum(m, "of")), ak_jtxt(m, "unit", "?"),
				   ak_jtxt(m, "text", "?"));
		print_canaries(c, json_object_get(m, "canaries"), ak_jnum(m, "found"));
		last = method;
	}
	ak_io_line(c->io, "missing", "%s", ak_jtxt(missing, "statement", "?"));
}

static bool judged(const json_t *doc)
{
	bool any = false;
	json_t *m;
	size_t i;

	json_array_foreach(json_object_get(doc, "methods"), i, m)
		any |= strcmp(ak_jtxt(m, "state", "not judged"), "not judged") != 0;
	return any;
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	const char *path = ak_args_text(c->args, "canaries");
	struct ak_reconcile_opts o = {0};
	struct ak_reconcile *r = NULL;
	json_t *doc = NULL, *ids = NULL;
	bool any = false, printed = false;
	enum ak_rc rc = ak_cmd_period(c, &o.from_us, &o.to_us, err);

	if (rc == AK_OK && path)
		rc = ak_cmd_canaries(c, path, &ids, err);
	o.control_point = c->policy ? c->policy->control_point : NULL;
	if (rc == AK_OK)
		rc = ak_reconcile_run(c->store, &o, &r, err);
	if (rc == AK_OK)
		rc = ak_reconcile_completeness(c->store, r, o.from_us, o.to_us, true, ids, &doc, err);
	if (rc == AK_OK) {
		json_object_set_new(doc, "schema", json_string("auditkit.completeness/1"));
		json_object_set_new(doc, "format_version", json_integer(1));
		rc = ak_report_out(c, doc, &printed, err);
	}
	if (rc == AK_OK)
		rc = ak_cmd_any_record(c, o.from_us, o.to_us, &any, err);
	if (rc == AK_OK && !printed && any)
		ak_cmd_period_asked(c);
	if (rc == AK_OK && !printed) {
		print(c, doc);
		ak_alone_print(c->io, doc);
	}
	if (rc == AK_OK && (!any || !judged(doc)))
		rc = ak_cmd_nothing(c, any ? "record by which one of these methods judges" : "record", err);
	json_decref(doc);
	json_decref(ids);
	if (r)
		ak_reconcile_free(r);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_opt opts[] = {
	AK_OPTS_PERIOD,
	AK_OPTS_OUT,
	{"canaries", 0, AK_OPT_INPUT, "FILE", "ids of calls that were sent to be found, one a line"},
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example examples[] = {
	{"auditkit report completeness", "at least so many records are missing, and how each number is known"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_report_completeness = {
	.name = "report completeness",
	.summary = "what is missing, as far as the records say so: one lower bound with its methods",
	.text = "Gaps in a source's own numbers, pages that were not fetched, calls that a provider counted or logged or an application\n"
		"named and no gateway has, and calls that were sent to be found. Methods that may see the same records are not added: of\n"
		"each source the largest number counts. A call of --canaries is there when a gateway record has one of its ids, in any\n"
		"spelling, or is in the trace of a record that has. That nothing is found does not prove that nothing is missing."
		AK_TEXT_OUT AK_TEXT_NOTHING,
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_READ | AK_NEED_KEYS | AK_NEED_POLICY | AK_NEED_ACCESS,
	.run = run,
};
