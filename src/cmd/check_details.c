#include "base/ak.h"
#include "cmd/check_page.h"

#include "base/jsonget.h"
#include "check/out.h"

enum { SHOWN = 10 };

static void print_answers(struct ak_ctx *c, const json_t *f)
{
	const json_t *muted = json_object_get(f, "muted"), *expired = json_object_get(f, "expired"), *response = json_object_get(f, "response");
	const char *due = ak_jtxt(response, "due", NULL), *closed = ak_jtxt(response, "closed", NULL);

	if (muted)
		ak_io_line(c->io, "", "  muted until %s by %s: %s", ak_jtxt(muted, "expires", "?"), ak_jtxt(muted, "owner", "?"), ak_jtxt(muted, "reason", "?"));
	if (expired)
		ak_io_line(c->io, "", "  was muted until %s by %s: %s", ak_jtxt(expired, "expires", "?"), ak_jtxt(expired, "owner", "?"), ak_jtxt(expired, "reason", "?"));
	if (response)
		ak_io_line(c->io, "", "  management, %s, %s%s: %s", ak_jtxt(response, "owner", "?"), closed ? "closed " : "due ", closed ? closed : due ? due : "?",
			   ak_jtxt(response, "text", "?"));
}

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
	ak_io_line(c->io, "", "- %s%s%s id %s%s", ak_jtxt(f, "text", "?"), b.n ? b.p : "", b.n ? "]" : "", ak_jtxt(f, "id", "?"),
		   json_is_false(json_object_get(f, "new")) ? ", known" : json_is_true(json_object_get(f, "new")) ? ", new" : "");
	print_answers(c, f);
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
		ak_buf_addf(&b, "%s%s %s", b.n ? ", " : "states: ", AK_NUM((uint64_t)json_integer_value(n)), name);
	json_object_foreach((json_t *)apart, name, n)
		ak_buf_addf(&b, "%s%s not asked: %s", b.n ? "; " : "", AK_NUM((uint64_t)json_integer_value(n)), name);
	if (b.n)
		ak_io_line(c->io, "", "%.*s", (int)b.n, b.p);
	ak_buf_release(&b);
}

static void print_check(struct ak_ctx *c, const json_t *k, bool all)
{
	const char *verdict = ak_jtxt(k, "verdict", "?"), *name = ak_jtxt(k, "check", "?");
	bool failed = strcmp(verdict, "not met") == 0;
	const json_t *findings = json_object_get(k, "findings");
	uint64_t found = ak_jnum(k, "found"), listed = json_array_size(findings);
	struct ak_buf measure;
	char n[32];
	json_t *f;
	size_t i;

	if (ak_jtxt(k, "why", NULL))
		ak_io_line(c->io, "unclear", "%s: %s", name, ak_jtxt(k, "why", "?"));
	if (strcmp(verdict, "not evaluable") == 0)
		return;
	ak_buf_init(&measure, 1 << 16);
	ak_out_measure(k, &measure);
	if (failed && !ak_jnum(k, "affected"))
		ak_io_line(c->io, "NOT MET", "%s: %s; not so: %s, measured in something else than %s", name, ak_jtxt(k, "title", "?"), measure.p,
			   ak_jtxt(k, "unit", "?"));
	else
		ak_io_line(c->io, failed ? "NOT MET" : "met", "%s: %s; %s%s", name, ak_jtxt(k, "title", "?"), failed ? "not so: " : "", measure.p);
	ak_buf_release(&measure);
	print_counts(c, k);
	json_array_foreach(findings, i, f)
		if (i < SHOWN || all)
			print_finding(c, f);
	if (found > SHOWN && !all)
		ak_io_line(c->io, "", "and %s more: --json lists %s, -v prints them", ak_thousands(found - SHOWN, n), AK_NUM(listed));
	else if (found > listed)
		ak_io_line(c->io, "", "and %s more that are only counted", AK_NUM(found - listed));
	if (failed)
		ak_io_line(c->io, "", "do: %s", ak_jtxt(k, "fix", "?"));
}

static void print_gone(struct ak_ctx *c, const json_t *doc, bool all)
{
	const json_t *gone = json_object_get(json_object_get(doc, "baseline"), "gone");
	json_t *g;
	size_t i;

	json_array_foreach(gone, i, g)
		if (i < SHOWN || all)
			ak_io_line(c->io, strcmp(ak_jtxt(g, "state", ""), "resolved") == 0 ? "resolved" : "not judged", "%s: %s id %s", ak_jtxt(g, "check", "?"),
				   ak_jtxt(g, "subject", "-"), ak_jtxt(g, "id", "?"));
}

static void print_suppressions(struct ak_ctx *c, const json_t *doc)
{
	json_t *e;
	size_t i;

	json_array_foreach(json_object_get(doc, "suppressions"), i, e)
		if (strcmp(ak_jtxt(e, "state", ""), "in force") != 0)
			ak_io_line(c->io, "idle", "suppressions.yaml:%lld %s %s %s: %s", (long long)ak_jnum(e, "line"),
				   ak_jtxt(e, "id", NULL) ? ak_jtxt(e, "id", "") : ak_jtxt(e, "check", ""), ak_jtxt(e, "subject", ""), ak_jtxt(e, "state", "?"),
				   ak_jtxt(e, "reason", "?"));
}

void ak_check_details(struct ak_ctx *c, const json_t *doc, bool all)
{
	struct ak_buf b;
	json_t *k;
	size_t i;

	json_array_foreach(json_object_get(doc, "checks"), i, k)
		print_check(c, k, all);
	print_gone(c, doc, all);
	print_suppressions(c, doc);
	ak_buf_init(&b, 1 << 16);
	ak_out_counts(doc, &b);
	ak_io_line(c->io, "found", "%s", b.p);
	ak_buf_clear(&b);
	ak_out_total(doc, &b);
	ak_io_line(c->io, "total", "%s", b.p);
	ak_buf_release(&b);
}
