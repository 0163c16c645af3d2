#include "base/ak.h"
#include "cmd/cmd.h"

#include "cmd/jsonget.h"
#include "link/link.h"
#include "query/query.h"

struct state {
	json_t *workspace, *sources, *links, *answers; /* answers: policy lines that still say unknown */
	size_t unknown, declared;
};

static void read_policy(struct ak_ctx *c, struct state *s)
{
	struct ak_answer *list = NULL;
	size_t n = c->policy ? ak_policy_answers(c->policy, &list) : 0;

	s->answers = json_array();
	s->declared = n;
	for (size_t i = 0; i < n; i++) {
		if (!list[i].unknown)
			continue;
		s->unknown++;
		json_array_append_new(s->answers, json_pack("{s:s, s:i}", "path", list[i].path, "line", list[i].line));
	}
	ak_free(list);
}

static enum ak_rc read_state(struct ak_ctx *c, struct state *s, struct ak_err *err)
{
	enum ak_rc rc = ak_query_workspace(c->store, &s->workspace, err);

	if (rc == AK_OK)
		rc = ak_query_sources(c->store, 0, &s->sources, err);
	if (rc == AK_OK)
		rc = ak_link_coverage(c->store, 0, INT64_MIN, INT64_MAX, &s->links, err);
	if (rc == AK_OK)
		read_policy(c, s);
	return rc;
}

static void todo(struct ak_ctx *c, int *n, const char *keyword, const char *what, const char *with)
{
	if (++*n == 1)
		ak_io_printf(c->io, "\ndo this first\n");
	ak_io_line(c->io, keyword, "%d %s  ->  %s", *n, what, with);
}

static void print_todo(struct ak_ctx *c, const struct state *s)
{
	json_t *l, *b, *src;
	size_t i, k;
	int n = 0;

	json_array_foreach(s->links, i, l)
		json_array_foreach(json_object_get(l, "bypass"), k, b)
			todo(c, &n, "bypass",
			     ak_arena_printf(&c->arena, "%llu provider requests of key %s have no gateway record",
					     (unsigned long long)ak_jnum(b, "requests"), ak_jtxt(b, "key", "?")).p,
			     "auditkit sources show NAME");
	json_array_foreach(s->sources, i, src) {
		if (strcmp(ak_jtxt(src, "state", ""), "complete") != 0)
			todo(c, &n, "source", ak_arena_printf(&c->arena, "%s is %s", ak_jtxt(src, "name", "?"), ak_jtxt(src, "state", "?")).p,
			     "ingest it again");
		if (json_is_null(json_object_get(src, "owner")))
			todo(c, &n, "owner", ak_arena_printf(&c->arena, "%s has no declared owner", ak_jtxt(src, "name", "?")).p,
			     "policy.yaml, sources:");
	}
	if (s->unknown)
		todo(c, &n, "policy", ak_arena_printf(&c->arena, "%zu of %zu answers unknown, the first at policy.yaml:%llu", s->unknown,
						      s->declared, (unsigned long long)ak_jnum(json_array_get(s->answers, 0), "line")).p,
		     "$EDITOR policy.yaml");
	if (!json_array_size(s->sources))
		todo(c, &n, "source", "nothing has been ingested", "auditkit ingest EXPORT...");
}

static void print_state(struct ak_ctx *c, const struct state *s)
{
	const json_t *cp = json_object_get(s->workspace, "checkpoint");
	char a[32], b[32];

	ak_io_line(c->io, "workspace", "%s, %zu sources, %s records, %.10s to %.10s", ak_jtxt(s->workspace, "name", "?"),
		   json_array_size(s->sources), ak_thousands(ak_jnum(s->workspace, "records_total"), a),
		   ak_jtxt(s->workspace, "first", "-"), ak_jtxt(s->workspace, "last", "-"));
	ak_io_line(c->io, "odd", "%s rejected, %s conflicts", ak_thousands(ak_jnum(s->workspace, "rejected"), a),
		   ak_thousands(ak_jnum(s->workspace, "conflicts"), b));
	ak_io_line(c->io, "policy", "%zu of %zu answers unknown", s->unknown, s->declared);
	if (json_is_object(cp))
		ak_io_line(c->io, "ledger", "%s leaves sealed %s: %s", ak_thousands(ak_jnum(cp, "size"), a), ak_jtxt(cp, "time", "?"),
			   ak_jtxt(cp, "root", "?"));
	else
		ak_io_line(c->io, "ledger", "no checkpoint yet");
	print_todo(c, s);
}

static enum ak_rc print_json(struct ak_ctx *c, const struct state *s, struct ak_err *err)
{
	json_t *doc = json_pack("{s:s, s:i, s:O, s:O, s:O, s:I, s:O}", "schema", "auditkit.status/1", "format_version", 1, "workspace",
				s->workspace, "sources", s->sources, "links", s->links, "policy_answers",
				(json_int_t)s->declared, "policy_unknown", s->answers);
	enum ak_rc rc = ak_io_json(c->io, doc, err);

	json_decref(doc);
	return rc;
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	struct state s = {0};
	enum ak_rc rc = read_state(c, &s, err);

	if (rc == AK_OK && c->json)
		rc = print_json(c, &s, err);
	else if (rc == AK_OK)
		print_state(c, &s);
	json_decref(s.workspace);
	json_decref(s.sources);
	json_decref(s.links);
	json_decref(s.answers);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_example examples[] = {
	{"auditkit status", "where this workspace stands and what to do next"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_status = {
	.name = "status",
	.summary = "where this workspace stands and what to do next",
	.examples = examples,
	.needs = AK_NEED_READ | AK_NEED_POLICY,
	.run = run,
};
