#include "base/ak.h"
#include "cmd/cmd.h"

#include "cmd/forms.h"
#include "cmd/jsonget.h"
#include "query/query.h"
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

/* Nothing starts at it: is it somebody's? */
static enum ak_rc nowhere(struct ak_ctx *c, const json_t *forms, struct ak_err *err)
{
	json_t *rows = NULL;
	int64_t total = 0;
	enum ak_rc rc = ak_query_of_identifier(c->store, forms, 1, &rows, &total, err);

	json_decref(rows);
	if (rc != AK_OK)
		return rc;
	if (total) {
		ak_hint(err, "'auditkit show' lists the records that have it");
		return ak_fail(err, AK_EXIT_USAGE, "this identifier names a key, person or resource, not one request");
	}
	ak_hint(err, "any id works: trace, request, response, refund, or source:number");
	return ak_fail(err, AK_EXIT_PARTIAL, "no record has this identifier");
}

/* By the id as it is, then by its tokens. */
static enum ak_rc reconstruct(struct ak_ctx *c, json_t **trace, struct ak_err *err)
{
	const struct ak_trace_opts o = {.policy = c->policy};
	json_t *forms = ak_cmd_forms(c, c->args->word[0]), *form;
	enum ak_rc rc = AK_END;
	size_t i;

	json_array_foreach(forms, i, form) {
		if (rc != AK_END)
			break;
		ak_cmd_found_by(c, json_string_value(form));
		rc = ak_trace_reconstruct(c->store, ak_str_of(json_string_value(form)), &o, trace, err);
	}
	if (rc == AK_END)
		rc = nowhere(c, forms, err);
	json_decref(forms);
	return rc;
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	json_t *trace = NULL;
	enum ak_rc rc = reconstruct(c, &trace, err);

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
