#include "base/ak.h"
#include "cmd/cmd.h"

#include "check/check.h"
#include "cmd/jsonget.h"
#include "cmd/period.h"

enum { SHOWN = 10 };

static void print_finding(struct ak_ctx *c, const json_t *f)
{
	const json_t *cites = json_object_get(f, "cites");
	struct ak_buf b;
	json_t *cite;
	size_t i;

	ak_buf_init(&b, 1 << 16);
	json_array_foreach(cites, i, cite)
		if (i < SHOWN)
			ak_buf_addf(&b, "%s%s", i ? ", " : " [", json_string_value(cite));
	if (json_array_size(cites) > SHOWN)
		ak_buf_addf(&b, " and %s more", AK_NUM(json_array_size(cites) - SHOWN));
	ak_io_line(c->io, "", "- %s%s%s", ak_jtxt(f, "text", "?"), b.n ? b.p : "", b.n ? "]" : "");
	ak_buf_release(&b);
}

/* "5 approved, 1 not approved; apart 2: it failed" so that every record read is in one sum. */
static void print_counts(struct ak_ctx *c, const json_t *k)
{
	const json_t *states = json_object_get(k, "states"), *apart = json_object_get(k, "apart");
	const char *name;
	struct ak_buf b;
	json_t *n;

	ak_buf_init(&b, 1 << 16);
	json_object_foreach((json_t *)states, name, n)
		ak_buf_addf(&b, "%s%lld %s", b.n ? ", " : "states: ", (long long)json_integer_value(n), name);
	json_object_foreach((json_t *)apart, name, n)
		ak_buf_addf(&b, "%s%lld not asked: %s", b.n ? "; " : "", (long long)json_integer_value(n), name);
	if (b.n)
		ak_io_line(c->io, "", "%.*s", (int)b.n, b.p);
	ak_buf_release(&b);
}

static void print_check(struct ak_ctx *c, const json_t *k)
{
	const char *verdict = ak_jtxt(k, "verdict", "?");
	bool failed = strcmp(verdict, "not met") == 0;
	const json_t *findings = json_object_get(k, "findings");
	uint64_t found = ak_jnum(k, "found"), affected = ak_jnum(k, "affected");
	char n[32], of[32];
	json_t *f;
	size_t i;

	if (ak_jtxt(k, "why", NULL))
		ak_io_line(c->io, "unclear", "%s: %s", ak_jtxt(k, "check", "?"), ak_jtxt(k, "why", "?"));
	if (strcmp(verdict, "not evaluable") == 0)
		return;
	if (failed && !affected)
		ak_io_line(c->io, "NOT MET", "%s: %s; not so: %s finding%s, measured in something else than %s", ak_jtxt(k, "check", "?"), ak_jtxt(k, "title", "?"),
			   ak_thousands(found, n), found == 1 ? "" : "s", ak_jtxt(k, "unit", "?"));
	else if (failed)
		ak_io_line(c->io, "NOT MET", "%s: %s; not so: %s of %s %s", ak_jtxt(k, "check", "?"), ak_jtxt(k, "title", "?"), ak_thousands(affected, n),
			   ak_thousands(ak_jnum(k, "of"), of), ak_jtxt(k, "unit", "?"));
	else
		ak_io_line(c->io, "met", "%s: %s; no finding in %s %s", ak_jtxt(k, "check", "?"), ak_jtxt(k, "title", "?"),
			   ak_thousands(ak_jnum(k, "of"), of), ak_jtxt(k, "unit", "?"));
	print_counts(c, k);
	json_array_foreach(findings, i, f)
		if (i < SHOWN || c->verbose)
			print_finding(c, f);
	if (found > SHOWN && !c->verbose)
		ak_io_line(c->io, "", "and %s more: --json lists %s, -v prints them", ak_thousands(found - SHOWN, n), AK_NUM(json_array_size(findings)));
	if (failed)
		ak_io_line(c->io, "", "do: %s", ak_jtxt(k, "fix", "?"));
}

static enum ak_rc list(struct ak_ctx *c, struct ak_err *err)
{
	json_t *doc = json_pack("{s:s, s:i, s:[]}", "schema", "auditkit.checks/1", "format_version", 1, "checks");
	enum ak_rc rc = AK_OK;

	for (size_t i = 0; ak_checks[i]; i++) {
		const struct ak_check *k = ak_checks[i];

		if (!c->json)
			ak_io_line(c->io, k->severity, "%s: %s; %s", k->name, k->title, k->rationale);
		json_array_append_new(json_object_get(doc, "checks"), json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "check", k->name, "title", k->title, "severity",
										k->severity, "unit", k->unit, "rationale", k->rationale, "fix", k->fix));
	}
	if (c->json)
		rc = ak_io_json(c->io, doc, err);
	json_decref(doc);
	return rc;
}

static enum ak_rc print(struct ak_ctx *c, const json_t *doc, struct ak_err *err)
{
	json_t *k;
	size_t i;

	if (c->json)
		return ak_io_json(c->io, doc, err);
	json_array_foreach(json_object_get(doc, "checks"), i, k)
		print_check(c, k);
	ak_io_line(c->io, "total", "%zu checks: %s met, %s NOT MET, %s not evaluable", json_array_size(json_object_get(doc, "checks")),
		   AK_NUM(ak_jnum(doc, "met")), AK_NUM(ak_jnum(doc, "not_met")),
		   AK_NUM(ak_jnum(doc, "not_evaluable")));
	return AK_OK;
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	int64_t from_us, to_us;
	json_t *doc = NULL;
	bool failed = false;
	enum ak_rc rc;

	if (ak_args_flag(c->args, "list"))
		return list(c, err) == AK_OK ? AK_EXIT_OK : err->exit;
	rc = ak_cmd_period(c, &from_us, &to_us, err);
	if (rc == AK_OK)
		rc = ak_check_all(c->store, c->policy, from_us, to_us, c->args->word, &doc, err);
	if (rc == AK_OK) {
		failed = ak_jnum(doc, "not_met") > 0;
		rc = print(c, doc, err);
	}
	json_decref(doc);
	return rc != AK_OK ? err->exit : failed ? AK_EXIT_FINDINGS : AK_EXIT_OK;
}

static const struct ak_opt opts[] = {
	AK_OPTS_PERIOD,
	{"list", 0, AK_OPT_FLAG, NULL, "the checks that there are, and why a reviewer asks"},
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example examples[] = {
	{"auditkit check rejects", "one check"},
	{"auditkit check --list", "what there is to be checked"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_check = {
	.name = "check",
	.args = "[NAME...]",
	.summary = "what a reviewer would find: each rule met, NOT MET or not evaluable",
	.text = "Each finding cites its records. A rule that lacks the evidence to decide is not evaluable, which is not the same as\n"
		"met. Exit code 1 when a rule is not met.",
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_READ | AK_NEED_POLICY,
	.max_words = SIZE_MAX,
	.run = run,
};
