#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/fs.h"
#include "base/jsonw.h"
#include "cmd/findtrace.h"
#include "base/jsonget.h"
#include "packet/show.h"
#include "tmpl/load.h"
#include "trace/trace.h"

/* ---- forms ---- */

static enum ak_rc as_text(struct ak_ctx *c, const json_t *trace, struct ak_buf *b, struct ak_err *err)
{
	(void)err;
	ak_trace_text(trace, c->io->width, b);
	return AK_OK;
}

static enum ak_rc as_json(struct ak_ctx *c, const json_t *trace, struct ak_buf *b, struct ak_err *err)
{
	(void)c;
	return ak_json_pretty(trace, b, err);
}

static enum ak_rc as_html(struct ak_ctx *c, const json_t *trace, struct ak_buf *b, struct ak_err *err)
{
	struct ak_buf tmpl;
	enum ak_rc rc;

	ak_buf_init(&tmpl, AK_TEMPLATE_BYTES);
	rc = ak_template_load(c->workspace, c->data_dir, "trace.html.mustache", &tmpl, err);
	if (rc == AK_OK)
		rc = ak_trace_html(trace, ak_buf_str(&tmpl), b, err);
	ak_buf_release(&tmpl);
	return rc;
}

static enum ak_rc as_mermaid(struct ak_ctx *c, const json_t *trace, struct ak_buf *b, struct ak_err *err)
{
	(void)c;
	(void)err;
	ak_trace_mermaid(trace, b);
	return AK_OK;
}

static enum ak_rc as_dot(struct ak_ctx *c, const json_t *trace, struct ak_buf *b, struct ak_err *err)
{
	(void)c;
	(void)err;
	ak_trace_dot(trace, b);
	return AK_OK;
}

static enum ak_rc as_otlp(struct ak_ctx *c, const json_t *trace, struct ak_buf *b, struct ak_err *err)
{
	json_t *request = ak_trace_otlp(trace);
	enum ak_rc rc = ak_json_pretty(request, b, err);

	(void)c;
	json_decref(request);
	return rc;
}

typedef enum ak_rc form_fn(struct ak_ctx *c, const json_t *trace, struct ak_buf *b, struct ak_err *err);

static const struct {
	const char *name;
	form_fn *fn;
} ways[] = {{"text", as_text}, {"json", as_json}, {"html", as_html}, {"mermaid", as_mermaid}, {"dot", as_dot}, {"otlp", as_otlp}};

static enum ak_rc choose(struct ak_ctx *c, form_fn **fn, struct ak_err *err)
{
	const char *format = ak_args_text(c->args, "format");

	if (!format)
		format = c->json ? "json" : "text";
	for (size_t i = 0; i < AK_COUNT(ways); i++)
		if (strcmp(format, ways[i].name) == 0) {
			*fn = ways[i].fn;
			return AK_OK;
		}
	return ak_fail(err, AK_EXIT_USAGE, "option '--format' is text, json, html, mermaid, dot or otlp");
}

enum ak_rc ak_cmd_print_trace(struct ak_ctx *c, const json_t *trace, struct ak_err *err)
{
	const char *path = ak_args_text(c->args, "output");
	struct ak_buf b;
	form_fn *fn;
	enum ak_rc rc = choose(c, &fn, err);

	if (rc != AK_OK || (c->store && (rc = ak_cmd_log_access(c, json_array_size(json_object_get(trace, "members")), err)) != AK_OK))
		return rc;
	if (fn == as_json && !path)
		return ak_io_json(c->io, trace, err);
	ak_buf_init(&b, AK_TEMPLATE_BYTES);
	rc = fn(c, trace, &b, err);
	if (rc == AK_OK && b.over)
		rc = ak_fail(err, AK_EXIT_LIMIT, "the trace is too large for this form");
	/* Words of alarm are painted in text only: a page is a page on a terminal too. */
	c->io->color_out = c->io->color_out && fn == as_text;
	if (rc == AK_OK && path)
		rc = ak_fs_write_file(path, ak_buf_str(&b), 0600, ak_args_flag(c->args, "force"), err);
	else if (rc == AK_OK)
		ak_io_text(c->io, ak_buf_str(&b));
	ak_buf_release(&b);
	return rc;
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	const char *packet = ak_args_text(c->args, "packet");
	json_t *trace = NULL;
	enum ak_rc rc = packet ? ak_packet_trace(packet, c->args->word[0], &trace, err) : ak_cmd_find_trace(c, &trace, err);

	if (rc == AK_OK)
		rc = ak_cmd_print_trace(c, trace, err);
	json_decref(trace);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_opt opts[] = {
	{"format", 0, AK_OPT_TEXT, "FORMAT", "text, json, html, mermaid, dot or otlp (default text)"},
	{"output", 'o', AK_OPT_TARGET, "FILE", "write it there, whole or not at all"},
	{"packet", 0, AK_OPT_INPUT, "PACKET", "from a packet alone, without its workspace: its sample trace, under the packet's own pseudonyms"},
	{"force", 0, AK_OPT_FLAG, NULL, "replace a file that stands there"},
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example examples[] = {
	{"auditkit trace reconstruct ae-refund-1", "from a refund back to the request it speaks of"},
	{"auditkit trace reconstruct ae-refund-1 --format html -o trace.html", "the same as a page"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_trace_reconstruct = {
	.name = "trace reconstruct",
	.args = "ID",
	.summary = "one request from app event to final status, from any of its ids",
	.text = "Follows exact identifiers only. Any id of a trace gives the same document: trace, request, response and span ids,\n"
		"refunds, citations; a usage row, an admin event or a resource where it concerns one call, else the calls are named.\n"
		"Usage rows are sums over a bucket and labelled so. A hop that is missing is printed with its reason and what would fill\n"
		"it. Records that only share a session stand beside. Every value cites source:number. Each use leaves a line in\n"
		"access.jsonl.\n\n"
		"--format html is one page without script, mermaid a sequence diagram, dot a graph for Graphviz (dot -Tsvg),\n"
		"otlp OTLP/JSON that trace viewers open. The JSON is described by templates/trace.schema.json.",
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_READ | AK_NEED_KEYS | AK_NEED_POLICY | AK_NEED_ACCESS | AK_NEED_INSTEAD,
	.min_words = 1,
	.max_words = 1,
	.run = run,
};
