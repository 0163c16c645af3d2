#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/fs.h"
#include "cmd/jsonget.h"
#include "cmd/period.h"
#include "reconcile/omission.h"

enum { MOST_BYTES = 1 << 20, MOST_IDS = 10000 };

/* One id a line; blank lines and lines that begin with # are none. */
static enum ak_rc read_ids(struct ak_ctx *c, const char *path, const char *const **out, struct ak_err *err)
{
	struct ak_buf b;
	const char **ids;
	size_t n = 0;
	enum ak_rc rc;

	ak_buf_init(&b, MOST_BYTES);
	rc = ak_fs_slurp(path, MOST_BYTES, &b, err);
	ids = ak_arena_zero(&c->arena, (MOST_IDS + 1) * sizeof *ids);
	for (size_t i = 0, end; i < b.n && rc == AK_OK; i = end + 1) {
		for (end = i; end < b.n && b.p[end] != '\n' && b.p[end] != '\r'; end++)
			;
		if (end == i || b.p[i] == '#')
			continue;
		if (n == MOST_IDS)
			rc = ak_fail(err, AK_EXIT_LIMIT, "the file of canaries has more than %d ids", MOST_IDS);
		else
			ids[n++] = ak_arena_z(&c->arena, (struct ak_str){b.p + i, end - i});
	}
	ak_buf_release(&b);
	*out = ids;
	return rc;
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
		last = method;
	}
	ak_io_line(c->io, "missing", "%s", ak_jtxt(missing, "statement", "?"));
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	const char *path = ak_args_text(c->args, "canaries"), *const *ids = NULL;
	struct ak_reconcile_opts o = {0};
	struct ak_reconcile *r = NULL;
	json_t *doc = NULL;
	enum ak_rc rc = ak_cmd_period(c, &o.from_us, &o.to_us, err);

	if (rc == AK_OK && path)
		rc = read_ids(c, path, &ids, err);
	o.control_point = c->policy ? c->policy->control_point : NULL;
	if (rc == AK_OK)
		rc = ak_reconcile_run(c->store, &o, &r, err);
	if (rc == AK_OK)
		rc = ak_reconcile_completeness(c->store, r, o.from_us, o.to_us, ids, &doc, err);
	if (rc == AK_OK && c->json) {
		json_object_set_new(doc, "schema", json_string("auditkit.completeness/1"));
		json_object_set_new(doc, "format_version", json_integer(1));
		rc = ak_io_json(c->io, doc, err);
	} else if (rc == AK_OK) {
		print(c, doc);
	}
	json_decref(doc);
	if (r)
		ak_reconcile_free(r);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_opt opts[] = {
	AK_OPTS_PERIOD,
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
		"each source the largest number counts. That nothing is found does not prove that nothing is missing.",
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_READ | AK_NEED_POLICY | AK_NEED_ACCESS,
	.run = run,
};
