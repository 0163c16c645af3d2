#include "base/ak.h"
#include "cmd/cmd.h"

#include "cmd/findtrace.h"
#include "base/jsonget.h"
#include "query/query.h"
#include "state/state.h"

static enum ak_rc explain(struct ak_ctx *c, const json_t *trace, json_t **out, struct ak_err *err)
{
	json_t *records = json_array(), *m, *r;
	enum ak_rc rc = AK_OK;
	size_t i;

	json_array_foreach(json_object_get(trace, "members"), i, m) {
		if (rc != AK_OK)
			break;
		if ((rc = ak_query_record(c->store, json_integer_value(json_object_get(m, "seq")), &r, err)) == AK_OK)
			json_array_append_new(records, r);
	}
	if (rc == AK_OK)
		rc = ak_state_explain(c->store, c->policy, ak_jtxt(trace, "id", ""), records, out, err);
	json_decref(records);
	return rc;
}

static void print(struct ak_ctx *c, const json_t *doc, const json_t *trace)
{
	const json_t *findings = json_object_get(doc, "findings");
	json_t *f;
	size_t i;

	ak_io_line(c->io, "trace", "%s", ak_jtxt(doc, "id", "?"));
	json_array_foreach((json_t *)findings, i, f) {
		ak_io_line(c->io, ak_jtxt(f, "question", "?"), "%s", ak_jtxt(f, "answer", "?"));
		ak_io_line(c->io, "", ak_jtxt(f, "cause", NULL) ? "cause: %s" : "cause: not in any record", ak_jtxt(f, "cause", ""));
	}
	if (!json_array_size(findings))
		ak_io_line(c->io, "served", "as asked: no other model, no refusal, no failure in %s attempt%s", AK_NUM(ak_jnum(doc, "attempts")),
			   ak_jnum(doc, "attempts") == 1 ? "" : "s");
	json_array_foreach(json_object_get(trace, "in_force"), i, f)
		ak_io_line(c->io, i ? "" : "in force", "%s %s [%s]", ak_jtxt(f, "title", "?"), ak_jtxt(f, "state", "?"), ak_jtxt(f, "cite", "no record"));
	ak_io_note(c->io, "next", "auditkit %strace reconstruct %s", c->with, ak_jtxt(doc, "id", "ID"));
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	json_t *trace = NULL, *doc = NULL;
	enum ak_rc rc = ak_cmd_find_trace(c, &trace, err);

	if (rc == AK_OK)
		rc = explain(c, trace, &doc, err);
	if (rc == AK_OK)
		rc = ak_cmd_log_access(c, json_array_size(json_object_get(trace, "members")), err);
	if (rc == AK_OK && c->json)
		rc = ak_io_json(c->io, doc, err);
	else if (rc == AK_OK)
		print(c, doc, trace);
	json_decref(doc);
	json_decref(trace);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_example examples[] = {
	{"auditkit explain ae-refund-1", "why a call was served, throttled, blocked or failed as it was"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_explain = {
	.name = "explain",
	.args = "ID",
	.summary = "why another model, a refusal or a failure, and which event is responsible",
	.text = "Five questions of one call: why the model served is not the one asked for, why it was throttled, blocked, over budget or\n"
		"failed. Each sentence cites its record; where no record explains it, that is the answer. Limits and routes are those that\n"
		"were in force when the call was made, as change events and captured settings give them.",
	.examples = examples,
	.needs = AK_NEED_READ | AK_NEED_KEYS | AK_NEED_POLICY | AK_NEED_ACCESS,
	.min_words = 1,
	.max_words = 1,
	.run = run,
};
