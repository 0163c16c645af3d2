#include "base/ak.h"
#include "cmd/cmd.h"

#include "cmd/jsonget.h"
#include "trace/trace.h"

enum ak_rc ak_cmd_print_trace(struct ak_ctx *c, const json_t *trace, struct ak_err *err)
{
	const char *format = ak_args_text(c->args, "format");
	struct ak_buf b;
	enum ak_rc rc = ak_cmd_log_access(c, json_array_size(json_object_get(trace, "members")), err);

	if (rc != AK_OK)
		return rc;
	if (c->json || (format && strcmp(format, "json") == 0))
		return ak_io_json(c->io, trace, err);
	if (format && strcmp(format, "text") != 0)
		return ak_fail(err, AK_EXIT_USAGE, "option '--format' is text or json");
	ak_buf_init(&b, 1 << 24);
	ak_trace_text(trace, c->io->width, &b);
	ak_io_text(c->io, ak_buf_str(&b));
	ak_buf_release(&b);
	return AK_OK;
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	const struct ak_trace_opts o = {.policy = c->policy};
	json_t *trace = NULL;
	enum ak_rc rc = ak_trace_reconstruct(c->store, ak_str_of(c->args->word[0]), &o, &trace, err);

	if (rc == AK_END) {
		ak_hint(err, "any id works: trace, request, response, refund, or source:number");
		ak_fail(err, AK_EXIT_PARTIAL, "no record has this identifier");
		return err->exit;
	}
	if (rc == AK_OK)
		rc = ak_cmd_print_trace(c, trace, err);
	json_decref(trace);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_opt opts[] = {
	{"format", 0, AK_OPT_TEXT, "FORMAT", "text or json"},
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example examples[] = {
	{"auditkit trace reconstruct ae-refund-1", "from a refund back to the request it speaks of"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_trace_reconstruct = {
	.name = "trace reconstruct",
	.args = "ID",
	.summary = "one request from app event to final status, from any of its ids",
	.text = "Follows exact identifiers only. Usage rows are sums over a bucket and labelled so. A hop that is missing is printed\n"
		"with its reason. Every value cites source:number. Each use leaves a line in access.jsonl.",
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_READ | AK_NEED_KEYS | AK_NEED_POLICY | AK_NEED_ACCESS,
	.min_words = 1,
	.max_words = 1,
	.run = run,
};
