#include "base/ak.h"
#include "cmd/cmd.h"

#include "trace/trace.h"

#define NO_TRACE "no trace is complete and safe to show"

/* In place of a trace, so that who reads JSON need not read messages. */
static enum ak_rc none(struct ak_ctx *c, int64_t seed, struct ak_err *err)
{
	json_t *doc = json_pack("{s:s, s:i, s:n, s:I, s:s}", "schema", "auditkit.trace-sample/1", "format_version", 1, "trace", "seed", (json_int_t)seed, "why", NO_TRACE);
	enum ak_rc rc = ak_io_json(c->io, doc, err);

	json_decref(doc);
	return rc;
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	const struct ak_trace_opts o = {.policy = c->policy};
	int64_t seed = ak_args_int(c->args, "seed", 1);
	AK_CLEANUP(ak_free_charp) char *rule = NULL;
	json_t *trace = NULL;
	enum ak_rc rc = ak_trace_sample(c->store, (uint64_t)seed, &o, &trace, &rule, err);

	if (rc == AK_END) {
		rc = c->json ? none(c, seed, err) : AK_OK;
		if (rc != AK_OK)
			return err->exit;
		ak_hint(err, "'auditkit trace reconstruct ID' shows what a trace lacks");
		ak_fail(err, AK_EXIT_PARTIAL, NO_TRACE);
		return err->exit;
	}
	if (rc == AK_OK) {
		ak_io_note(c->io, "rule", "%s; seed %lld", rule, (long long)seed);
		json_object_set_new(trace, "rule", json_string(rule));
		json_object_set_new(trace, "seed", json_integer(seed));
		rc = ak_cmd_print_trace(c, trace, err);
	}
	json_decref(trace);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_opt opts[] = {
	{"format", 0, AK_OPT_TEXT, "FORMAT", "text, json, html, mermaid, dot or otlp (default text)"},
	{"output", 'o', AK_OPT_TARGET, "FILE", "write it there, whole or not at all"},
	{"force", 0, AK_OPT_FLAG, NULL, "replace a file that stands there"},
	{"seed", 0, AK_OPT_INT, "N", "another sample by the same rule (default 1)"},
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example examples[] = {
	{"auditkit trace sample", "a complete trace that is safe to show"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_trace_sample = {
	.name = "trace sample",
	.summary = "pick a complete, safe trace by a printed rule",
	.text = "The rule is printed and deterministic for a seed, so that nobody chose a favourable sample.\n"
		"Where there is none, --json prints {trace: null, seed, why} (exit 3).",
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_READ | AK_NEED_KEYS | AK_NEED_POLICY | AK_NEED_ACCESS,
	.run = run,
};
