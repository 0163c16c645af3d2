#include "base/ak.h"
#include "cmd/cmd.h"

#include <unistd.h>

#include "base/text.h"
#include "base/time.h"
#include "cmd/collect.h"
#include "base/jsonget.h"
#include "cmd/questions.h"
#include "cmd/status_prom.h"
#include "cmd/witness_report.h"
#include "packet/questions.h"
#include "packet/overdue.h"
#include "query/query.h"

#define COMMAND_AT 50 /* column of the command that helps */

struct state {
	struct ak_facts facts;
	json_t *questions, *answers; /* answers: policy lines that still say unknown */
	json_t *overdue;	     /* packet/overdue.h */
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
	json_t *exports = NULL;
	enum ak_rc rc = ak_facts_read(c->store, INT64_MIN, INT64_MAX, c->policy, NULL, &s->facts, err);

	if (rc != AK_OK || (rc = ak_query_exports(c->store, &exports, err)) != AK_OK)
		return rc;
	s->overdue = ak_overdue(c->policy, exports, "source", ak_time_now());
	json_decref(exports);
	s->questions = ak_questions(&s->facts, c->policy, ak_time_now());
	read_policy(c, s);
	return AK_OK;
}

static void todo(struct ak_ctx *c, int *n, const char *keyword, const char *what, const char *with)
{
	static const char program[] = "auditkit ";
	struct ak_buf b;
	size_t column;
	bool narrow = c->io->width < 80, alone; /* alone: the command has a line of its own */

	if (strncmp(with, program, sizeof program - 1) == 0)
		with = ak_arena_printf(&c->arena, "%s%s%s", program, c->with, with + sizeof program - 1).p;
	alone = narrow || COMMAND_AT + strlen(with) > c->io->width;
	if (++*n == 1)
		ak_io_printf(c->io, narrow ? "\ndo this first\n" : "\n%-*s%s\n", COMMAND_AT, "do this first", "with");
	ak_buf_init(&b, 1 << 16);
	ak_buf_addf(&b, "%d %-8s ", *n, keyword);
	column = ak_text_wrap(&b, ak_str_of(what), 11, 11, narrow ? c->io->width : COMMAND_AT - 1);
	if (alone)
		ak_buf_addf(&b, "\n%*s", narrow ? 2 : 11, "");
	else
		ak_buf_addf(&b, "%*s", column < COMMAND_AT ? (int)(COMMAND_AT - column) : 1, "");
	ak_text_safe(&b, ak_str_of(with)); /* never wrapped: it is there to be pasted */
	ak_buf_addc(&b, '\n');
	ak_io_text(c->io, ak_buf_str(&b));
	ak_buf_release(&b);
}

/* policy.yaml as it can be named from here. */
static const char *edit_policy(struct ak_ctx *c)
{
	char here[4096];
	const char *path = c->policy_path;
	size_t n = getcwd(here, sizeof here) ? strlen(here) : 0;

	if (n && strncmp(path, here, n) == 0 && path[n] == '/')
		path += n + 1;
	return ak_arena_printf(&c->arena, "$EDITOR %s", ak_text_shell(&c->arena, path)).p;
}

/* Where it is said how to export this; a system that nothing is written of has its register alone. */
static const char *collect_help(struct ak_ctx *c, const json_t *src)
{
	const char *system = ak_jtxt(src, "system", NULL);

	return system && ak_collect_knows(system)
		       ? ak_arena_printf(&c->arena, "auditkit help collect %s", system).p
		       : ak_arena_printf(&c->arena, "auditkit sources show %s", ak_jtxt(src, "name", "?")).p;
}

/* What `report reconcile` calls a bypass, in its words. */
static void todo_links(struct ak_ctx *c, int *n, const struct state *s)
{
	json_t *l, *b;
	size_t i, k;
	char a[32];

	json_array_foreach(s->facts.links, i, l)
		json_array_foreach(json_object_get(l, "bypass"), k, b) {
			const char *basis = ak_jtxt(b, "basis", "?"), *key = ak_jtxt(b, "key", NULL), *project = ak_jtxt(b, "project", NULL);
			bool more = strcmp(basis, "bucket") == 0;

			todo(c, n, "bypass",
			     ak_arena_printf(&c->arena, "%s: %s%s%s%s, %s %s", ak_jtxt(l, "to", "?"),
					     more ? "more than the gateways have" : "no gateway record explains", key ? (more ? ", key " : " key ") : "",
					     key ? key : "", !key && !more && project ? ak_arena_printf(&c->arena, " project %s", project).p : "",
					     ak_thousands(ak_jnum(b, "requests") ? ak_jnum(b, "requests") : ak_jnum(b, "input_tokens"), a),
					     ak_jnum(b, "requests") ? "requests" : "input tokens")
				     .p,
			     "auditkit report reconcile");
		}
}

/* Records that stand as another mapping made them, in place of the present one or beside it. */
static uint64_t mapped_before(const json_t *src)
{
	uint64_t n = 0;
	json_t *w;
	size_t i;

	json_array_foreach(json_object_get(src, "warnings"), i, w)
		if (strncmp(ak_jtxt(w, "rule", ""), "mapped_", 7) == 0)
			n += ak_jnum(w, "n");
	return n;
}

static void todo_sources(struct ak_ctx *c, int *n, const struct state *s)
{
	const char *first = NULL;
	json_t *src;
	size_t i, unowned = 0;
	char a[32];
	uint64_t older;

	json_array_foreach(s->facts.sources, i, src) {
		const char *name = ak_jtxt(src, "name", "?");

		if (strcmp(ak_jtxt(src, "state", ""), "complete") != 0)
			todo(c, n, "source", ak_arena_printf(&c->arena, "%s is %s, see which files", name, ak_jtxt(src, "state", "?")).p,
			     ak_arena_printf(&c->arena, "auditkit sources show %s", name).p);
		if (json_is_true(json_object_get(src, "has_more")))
			todo(c, n, "source",
			     ak_arena_printf(&c->arena, "%s lacks its last page: export it, then ingest", name).p,
			     collect_help(c, src));
		if ((older = mapped_before(src)) > 0)
			todo(c, n, "source",
			     ak_arena_printf(&c->arena, "%s: %s records stand as an older mapping made them", name,
					     ak_thousands(older, a))
				     .p,
			     "auditkit ingest --remap FILE...");
		if (json_is_true(json_object_get(src, "unfinished")))
			todo(c, n, "source", ak_arena_printf(&c->arena, "%s was not pulled to the end of its period", name).p,
			     ak_arena_printf(&c->arena, "auditkit sources show %s", name).p);
		if (json_is_null(json_object_get(src, "owner")) && strcmp(ak_jtxt(src, "format", ""), "unrecognised") != 0) {
			first = first ? first : name;
			unowned++;
		}
	}
	if (unowned)
		todo(c, n, "owner", ak_arena_printf(&c->arena, "%zu of %zu sources without a declared owner, first %s", unowned,
						    json_array_size(s->facts.sources), first).p, edit_policy(c));
	if (!json_array_size(s->facts.sources) && !(c->policy && c->policy->nsources))
		todo(c, n, "source", "nothing has been ingested", "auditkit ingest EXPORT...");
}

/* What brings a source of policy.yaml. */
static const char *reading(const struct ak_policy_source *p)
{
	return p && p->pull ? "auditkit pull --all" : "auditkit ingest";
}

static const struct ak_policy_source *promised(struct ak_ctx *c, const char *name)
{
	for (size_t i = 0; c->policy && i < c->policy->nsources; i++)
		if (strcmp(c->policy->sources[i].name, name) == 0)
			return &c->policy->sources[i];
	return NULL;
}

/* What policy.yaml promises: sources never read, and sources that are late. */
static void todo_promised(struct ak_ctx *c, int *n, const struct state *s)
{
	size_t i, all = c->policy ? c->policy->nsources : 0, unread = 0;
	const struct ak_policy_source *first = NULL;
	json_t *late;

	for (i = 0; i < all; i++)
		if (!ak_jfind(s->facts.sources, "name", c->policy->sources[i].name)) {
			first = first ? first : &c->policy->sources[i];
			unread++;
		}
	if (first)
		todo(c, n, "source",
		     ak_arena_printf(&c->arena, "%zu of %zu sources of policy.yaml never read, first %s on line %d",
				     unread, all, first->name, first->line)
			     .p,
		     reading(first));
	json_array_foreach(s->overdue, i, late)
		todo(c, n, "source",
		     ak_arena_printf(&c->arena, "%s is OVERDUE, %llu days old", ak_jtxt(late, "source", "?"),
				     (unsigned long long)ak_jnum(late, "days"))
			     .p,
		     reading(promised(c, ak_jtxt(late, "source", ""))));
}

static void print_todo(struct ak_ctx *c, const struct state *s)
{
	int n = 0;

	todo_links(c, &n, s);
	todo_sources(c, &n, s);
	todo_promised(c, &n, s);
	if (s->unknown)
		todo(c, &n, "policy", ak_arena_printf(&c->arena, "%zu of %zu answers unknown, first on line %llu", s->unknown, s->declared,
						      (unsigned long long)ak_jnum(json_array_get(s->answers, 0), "line")).p,
		     edit_policy(c));
	if (json_array_size(s->facts.sources))
		todo(c, &n, "packet", "see what a reviewer would see", "auditkit packet build --draft");
}

static size_t verdicts(const struct state *s, const char *verdict)
{
	json_t *q;
	size_t i, n = 0;

	json_array_foreach(s->questions, i, q)
		n += strcmp(ak_jtxt(q, "verdict", ""), verdict) == 0;
	return n;
}

/* Where policy.yaml says that the pseudonym key is; NULL: in the key folder. */
static const char *key_from(struct ak_ctx *c)
{
	const struct ak_policy *p = c->policy;

	if (!p || (!p->key_file && !p->key_env))
		return NULL;
	return ak_arena_printf(&c->arena, "%s '%s'", p->key_file ? "file" : "variable", p->key_file ? p->key_file : p->key_env).p;
}

static void print_state(struct ak_ctx *c, const struct state *s)
{
	const json_t *ws = s->facts.workspace, *cp = json_object_get(ws, "checkpoint");
	char a[32], b[32], d[32];

	if (ak_jnum(ws, "records_total"))
		ak_io_line(c->io, "workspace", "%s, %zu source%s, %s records, %.10s to %.10s", ak_jtxt(ws, "name", "?"),
			   json_array_size(s->facts.sources), json_array_size(s->facts.sources) == 1 ? "" : "s",
			   ak_thousands(ak_jnum(ws, "records_total") - ak_jnum(ws, "superseded"), a),
			   ak_jtxt(ws, "first", "-"), ak_jtxt(ws, "last", "-"));
	else
		ak_io_line(c->io, "workspace", "%s, nothing stored yet", ak_jtxt(ws, "name", "?"));
	ak_io_line(c->io, "questions", "%zu met, %zu NOT MET, %zu not evaluable", verdicts(s, "met"), verdicts(s, "not met"),
		   verdicts(s, "not evaluable"));
	ak_io_line(c->io, "odd", "%s of %s records read were rejected, %s conflicts", ak_thousands(ak_jnum(ws, "rejected"), a),
		   ak_thousands(ak_jnum(ws, "records_in"), b), ak_thousands(ak_jnum(ws, "conflicts"), d));
	if (ak_jnum(ws, "superseded"))
		ak_io_line(c->io, "", "%s older ones are superseded: kept, and counted no more",
			   ak_thousands(ak_jnum(ws, "superseded"), a));
	ak_witness_print(c, s->facts.witnesses, NULL);
	ak_io_line(c->io, "policy", "%zu of %zu answers unknown", s->unknown, s->declared);
	if (json_is_object(cp))
		ak_io_line(c->io, "ledger", "%s leaves, sealed %s", ak_thousands(ak_jnum(cp, "size"), a), ak_jtxt(cp, "time", "?"));
	else
		ak_io_line(c->io, "ledger", "no checkpoint yet");
	if (key_from(c))
		ak_io_line(c->io, "key", "pseudonym key %s, from %s", c->store->kid, key_from(c));
	if (c->io->verbose)
		ak_print_questions(c, s->questions);
	print_todo(c, s);
}

static enum ak_rc print_json(struct ak_ctx *c, const struct state *s, struct ak_err *err)
{
	json_t *doc = json_pack("{s:s, s:i, s:O, s:O, s:O, s:O, s:O, s:I, s:O, s:O}", "schema", "auditkit.status/1", "format_version", 1, "workspace",
				s->facts.workspace, "sources", s->facts.sources, "links", s->facts.links, "witnesses", s->facts.witnesses,
				"questions", s->questions, "policy_answers", (json_int_t)s->declared, "policy_unknown", s->answers,
				"overdue", s->overdue);
	enum ak_rc rc;

	json_object_set_new(doc, "pseudonym_key", json_pack("{s:s, s:s?}", "key_id", c->store->kid, "from", key_from(c)));
	rc = ak_io_json(c->io, doc, err);
	json_decref(doc);
	return rc;
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	struct state s = {0};
	enum ak_rc rc = read_state(c, &s, err);

	if (rc == AK_OK && ak_args_flag(c->args, "prometheus"))
		rc = ak_status_prometheus(c, &(struct ak_status_state){&s.facts, s.questions, s.overdue, s.declared, s.unknown}, err);
	else if (rc == AK_OK && c->json)
		rc = print_json(c, &s, err);
	else if (rc == AK_OK)
		print_state(c, &s);
	ak_facts_release(&s.facts);
	json_decref(s.questions);
	json_decref(s.answers);
	json_decref(s.overdue);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_opt opts[] = {
	{"prometheus", 0, AK_OPT_FLAG, NULL, "print figures in Prometheus' text format; runs the checks"},
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example examples[] = {
	{"auditkit status", "where this workspace stands and what to do next"},
	{"auditkit status --prometheus", "figures for a scraper or a textfile collector"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_status = {
	.name = "status",
	.summary = "where this workspace stands and what to do next",
	.text = "Without a command, auditkit in a workspace is `status`. With -v the questions of a reviewer stand there one by one,\n"
		"each with its verdict and measure.",
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_READ | AK_NEED_POLICY,
	.run = run,
};
