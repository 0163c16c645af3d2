#include "base/ak.h"
#include "cmd/ingest_report.h"

#include <stdio.h>

#include "base/map.h"
#include "base/time.h"
#include "cmd/clock_report.h"
#include "cmd/grouping.h"
#include "base/jsonget.h"
#include "cmd/proposals.h"
#include "cmd/witness_report.h"
#include "link/link.h"
#include "packet/overdue.h"
#include "query/query.h"
#include "read/reason.h"

#define REJECTS_SHOWN 10
#define UNNAMED_SHOWN 10
#define WARNINGS_SHOWN 20 /* of one source */

bool ak_ingest_rejects_allowed(const struct ak_policy *p, const struct ak_counts *n)
{
	if (!p)
		return n->rejected == 0;
	if (p->max_rejects_count >= 0)
		return n->rejected <= (uint64_t)p->max_rejects_count;
	if (p->max_rejects_ppm >= 0)
		return (unsigned __int128)n->rejected * 1000000 <= (unsigned __int128)n->in * (uint64_t)p->max_rejects_ppm;
	return n->rejected == 0;
}

/* ---- the table ---- */

static void source_row(struct ak_table *t, const char *name, const char *format, /* NULL: no such column */ const json_t *o, const char *newest, bool more)
{
	static const char *const cols[] = {"records_in", "stored", "duplicate", "rejected", "blank"};
	char n[32];

	ak_table_cell(t, "%s", name);
	if (format)
		ak_table_cell(t, "%s", format);
	for (size_t i = 0; i < AK_COUNT(cols); i++)
		ak_table_cell(t, "%s", ak_thousands(ak_jnum(o, cols[i]), n));
	if (more) {
		ak_table_cell(t, "%s", ak_thousands(ak_jnum(o, "excluded"), n));
		ak_table_cell(t, "%s", ak_thousands(ak_jnum(o, "expired"), n));
	}
	ak_table_cell(t, "%s", newest);
}

/* "2026-06-14T23:58:01Z" -> "06-14 23:58"; of another year than the newest of all: "2025-06-14" */
static const char *short_time(const char *rfc, const char *newest, char buf[16])
{
	if (!rfc || strlen(rfc) < 16)
		return "-";
	if (strncmp(rfc, newest, 4) != 0) {
		snprintf(buf, 16, "%.10s", rfc);
		return buf;
	}
	memcpy(buf, rfc + 5, 5);
	buf[5] = ' ';
	memcpy(buf + 6, rfc + 11, 5);
	buf[11] = '\0';
	return buf;
}

/* The newest time of all sources. */
static const char *newest_of(const json_t *sources)
{
	const char *newest = "";
	json_t *s;
	size_t i;

	json_array_foreach((json_t *)sources, i, s)
		if (strcmp(ak_jtxt(s, "last", ""), newest) > 0)
			newest = ak_jtxt(s, "last", "");
	return newest;
}

/* A stream that was given no name bears that of its format: the format need not be said twice. */
static bool named_apart(const json_t *sources)
{
	json_t *s;
	size_t i;

	json_array_foreach((json_t *)sources, i, s)
		if (strcmp(ak_jtxt(s, "name", "?"), ak_jtxt(s, "format", "?")) != 0)
			return true;
	return false;
}

static void make_table(struct ak_table *t, const json_t *sources, const json_t *totals, uint64_t files, bool apart)
{
	bool more = ak_jnum(totals, "excluded") || ak_jnum(totals, "expired");
	static const char *const head[] = {"source", "format", "records", "=stored", "+dup", "+rej", "+blank"};
	const char *newest = newest_of(sources);
	json_t *s;
	size_t i;
	char buf[16], label[48], n[32];

	ak_table_init(t, (more ? 9 : 7) + (size_t)apart, (more ? "llrrrrrrrl" : "llrrrrrl") + !apart);
	t->tight = t->head = true;
	for (i = 0; i < AK_COUNT(head); i++)
		if (apart || i != 1)
			ak_table_cell(t, "%s", head[i]);
	if (more) {
		ak_table_cell(t, "+excl");
		ak_table_cell(t, "+exp");
	}
	ak_table_cell(t, "newest UTC");
	json_array_foreach((json_t *)sources, i, s)
		source_row(t, ak_jtxt(s, "name", "?"), apart ? ak_jtxt(s, "format", "?") : NULL, s,
			   short_time(ak_jtxt(s, "last", NULL), newest, buf), more);
	snprintf(label, sizeof label, "%s file%s", ak_thousands(files, n), files == 1 ? "" : "s");
	if (apart)
		source_row(t, "total", label, totals, "", more);
	else
		source_row(t, label, NULL, totals, "", more);
}

/* The formats stand in it where there is room; `sources show` has them always. */
static void print_table(struct ak_ctx *c, const json_t *sources, const json_t *totals, uint64_t files)
{
	struct ak_table t;
	bool apart = named_apart(sources);

	make_table(&t, sources, totals, files, apart);
	if (apart && !ak_table_has_room(&t, c->io)) {
		ak_table_release(&t);
		make_table(&t, sources, totals, files, false);
	}
	ak_table_print(&t, c->io);
	ak_table_release(&t);
}

/* ---- the lines ---- */

/* What to do about each kind of reject, once. */
static void print_repairs(struct ak_ctx *c, const json_t *diag)
{
	struct ak_map seen;
	json_t *d;
	size_t i;
	bool first = true, fresh;

	ak_map_init(&seen);
	json_array_foreach((json_t *)diag, i, d) {
		const char *rule = ak_jtxt(d, "rule", "?");
		if (strcmp(ak_jtxt(d, "severity", ""), "reject") != 0)
			continue;
		ak_map_put(&seen, ak_str_of(rule), &fresh);
		if (fresh)
			ak_io_line(c->io, first ? "repair" : "", "%s: %s", rule, ak_reason_of(rule)->repair);
		first = first && !fresh;
	}
	ak_map_release(&seen);
}

/* limits.max_rejects as it is written, NULL without one. */
static const char *limit_text(const struct ak_policy *p, char buf[32])
{
	if (!p || (p->max_rejects_count < 0 && p->max_rejects_ppm < 0))
		return NULL;
	return p->max_rejects_count >= 0 ? ak_thousands((uint64_t)p->max_rejects_count, buf)
					 : ak_jtxt(ak_policy_get(p, "limits"), "max_rejects", NULL);
}

static void print_rejects(struct ak_ctx *c, const json_t *diag, const json_t *totals)
{
	uint64_t rejected = ak_jnum(totals, "rejected"), in = ak_jnum(totals, "records_in");
	struct ak_counts n = {.in = in, .rejected = rejected};
	char a[32], b[32], p[32], written[32];
	const char *limit = limit_text(c->policy, written), *source = "?";
	json_t *d;
	size_t i, shown = 0;

	json_array_foreach((json_t *)diag, i, d) {
		if (strcmp(ak_jtxt(d, "severity", ""), "reject") != 0 || shown++ >= REJECTS_SHOWN)
			continue;
		source = ak_jtxt(d, "source", "?");
		ak_io_line(c->io, shown == 1 ? "rejected" : "", "%s/%s record %llu at byte %llu, %llu bytes: %s (%s)",
			   ak_jtxt(d, "source", "?"), ak_jtxt(d, "file", "?"), (unsigned long long)ak_jnum(d, "rec_no"),
			   (unsigned long long)ak_jnum(d, "byte_offset"), (unsigned long long)ak_jnum(d, "byte_length"),
			   ak_jtxt(d, "detail", "not readable"), ak_jtxt(d, "rule", "?"));
	}
	if (rejected > REJECTS_SHOWN)
		ak_io_line(c->io, "", "and %s more: auditkit %ssources show %s",
			   ak_thousands(rejected - REJECTS_SHOWN, a), c->with, ak_text_shell(&c->arena, source));
	if (rejected && limit)
		ak_io_line(c->io, "", "%s of %s = %s, %s limits.max_rejects %s", ak_thousands(rejected, a), ak_thousands(in, b),
			   ak_percent(rejected, in, p), ak_ingest_rejects_allowed(c->policy, &n) ? "within" : "BEYOND", limit);
	else if (rejected)
		ak_io_line(c->io, "", "%s of %s = %s, nothing else is lost", ak_thousands(rejected, a), ak_thousands(in, b),
			   ak_percent(rejected, in, p));
	print_repairs(c, diag);
}

/* What policy.yaml promises and the exports do not hold. */
static void print_absent(struct ak_ctx *c, const json_t *missing, const json_t *overdue)
{
	json_t *s;
	size_t i;

	json_array_foreach((json_t *)missing, i, s)
		ak_io_line(c->io, "MISSING", "%s (policy.yaml:%llu): %s", ak_jtxt(s, "source", "?"), (unsigned long long)ak_jnum(s, "line"),
			   ak_jtxt(s, "why", "?"));
	json_array_foreach((json_t *)overdue, i, s)
		ak_io_line(c->io, "OVERDUE", "%s (policy.yaml:%llu): newest export %.10s (%s), %llu days old; %s is %llud",
			   ak_jtxt(s, "source", "?"), (unsigned long long)ak_jnum(s, "line"), ak_jtxt(s, "exported_at", "?"),
			   ak_jtxt(s, "exported_at_basis", "?"), (unsigned long long)ak_jnum(s, "days"), ak_jtxt(s, "limit", "?"),
			   (unsigned long long)ak_jnum(s, "every"));
}

/* What lies beside the exports that policy.yaml names: nobody reads it, and that is said. */
static void print_unnamed(struct ak_ctx *c, const json_t *unnamed)
{
	const json_t *files = json_object_get(unnamed, "files");
	size_t n = json_array_size(files);
	char of[32];

	for (size_t i = 0; i < n && i < UNNAMED_SHOWN; i++)
		ak_io_line(c->io, i ? "" : "NOT READ", "%s", json_string_value(json_array_get(files, i)));
	if (n > UNNAMED_SHOWN)
		ak_io_line(c->io, "", "and %zu more: --json names them", n - UNNAMED_SHOWN);
	if (n)
		ak_io_line(c->io, "",
			   "%zu of %s files in the folder of exports: no source of policy.yaml names them; add one, or "
			   "'auditkit %singest FILE'; for what no format knows, 'auditkit formats new FILE' drafts a "
			   "mapping",
			   n, ak_thousands(ak_jnum(unnamed, "of"), of), c->with);
}

/* DECISIONS 38: a file's time stands in for the time of its export, and that is said. */
static void print_dated(struct ak_ctx *c, const json_t *sources)
{
	size_t i, n = 0;
	json_t *s;

	json_array_foreach((json_t *)sources, i, s)
		n += strcmp(ak_jtxt(s, "exported_at_basis", ""), "file time") == 0;
	if (n)
		ak_io_line(c->io, "dated", "%zu of %zu sources by the time of their newest file; --exported-at says better", n,
			   json_array_size(sources));
}

/* Counts of one action over all sources, split by rule in brackets. */
static void add_action(struct ak_buf *out, const json_t *sources, const char *action)
{
	struct ak_map rules;
	uint64_t total = 0;
	json_t *s, *r;
	size_t i, k;
	char n[32];

	ak_map_init(&rules);
	json_array_foreach((json_t *)sources, i, s)
		json_array_foreach(json_object_get(s, "redaction"), k, r) {
			if (strcmp(ak_jtxt(r, "action", ""), action) != 0)
				continue;
			ak_map_put(&rules, ak_str_of(ak_jtxt(r, "rule", "?")), NULL)->v.num += (int64_t)ak_jnum(r, "n");
			total += ak_jnum(r, "n");
		}
	if (total) {
		ak_buf_addf(out, "%s%s %s", out->n ? ", " : "", action, ak_thousands(total, n));
		for (i = 0; i < rules.n && strcmp(action, "not collected") != 0; i++)
			ak_buf_addf(out, "%s%s %s%s", i ? ", " : " (", rules.e[i].key.p,
				    ak_thousands((uint64_t)rules.e[i].v.num, n), i + 1 == rules.n ? ")" : "");
	}
	ak_map_release(&rules);
}

static void print_redaction(struct ak_ctx *c, const json_t *sources)
{
	static const char *const actions[] = {"removed", "hashed", "masked", "sanitised", "not collected"};
	struct ak_buf b;

	ak_buf_init(&b, 1 << 16);
	for (size_t i = 0; i < AK_COUNT(actions); i++)
		add_action(&b, sources, actions[i]);
	if (b.n)
		ak_io_line(c->io, "redacted", "%s", b.p);
	ak_buf_release(&b);
}

static const char *payload_unit(const char *kind)
{
	return strcmp(kind, "request") == 0 ? "attempts" : strcmp(kind, "provider_call") == 0 ? "provider calls" : "events";
}

/* DECISIONS 36: what arrived, by attempt, before anything was removed. */
static void print_payload(struct ak_ctx *c, const json_t *arrived)
{
	json_t *s;
	size_t i;
	char a[32], b[32], m[32];

	json_array_foreach((json_t *)arrived, i, s)
		ak_io_line(c->io, "payload", "%s: %s of %s %s arrived with a prompt or completion, %s with one masked or encrypted by the source; none is kept",
			   ak_jtxt(s, "source", "?"), ak_thousands(ak_jnum(s, "present"), a), ak_thousands(ak_jnum(s, "attempts"), b),
			   payload_unit(ak_jtxt(s, "kind", "")), ak_thousands(ak_jnum(s, "masked"), m));
}

static void print_warning(struct ak_ctx *c, const json_t *s, const json_t *w)
{
	const char *rule = ak_jtxt(w, "rule", "?");
	char n[32];

	if (strcmp(rule, "remapped") == 0)
		ak_io_line(c->io, "remapped", "%s: %s %s", ak_jtxt(s, "name", "?"), ak_thousands(ak_jnum(w, "n"), n),
			   ak_jtxt(w, "detail", ""));
	else
		ak_io_line(c->io, "warning", "%s: %s %s: %s", ak_jtxt(s, "name", "?"), rule,
			   ak_thousands(ak_jnum(w, "n"), n), ak_jtxt(w, "detail", ""));
}

static void print_warnings(struct ak_ctx *c, const json_t *sources)
{
	json_t *s, *w;
	size_t i, k;
	char n[32];

	json_array_foreach((json_t *)sources, i, s) {
		size_t shown = 0;
		json_array_foreach(json_object_get(s, "warnings"), k, w)
			if ((strcmp(ak_jtxt(w, "rule", ""), "has_more") != 0 || json_is_true(json_object_get(s, "has_more"))) &&
			    shown++ < WARNINGS_SHOWN)
				print_warning(c, s, w);
		if (shown > WARNINGS_SHOWN)
			ak_io_line(c->io, "", "and %s more: auditkit sources show %s",
				   ak_thousands(shown - WARNINGS_SHOWN, n), ak_jtxt(s, "name", "?"));
	}
	json_array_foreach((json_t *)sources, i, s)
		if (json_array_size(json_object_get(s, "unknown_fields")))
			ak_io_line(c->io, "drift", "%s unknown field%s in %s, counted, not stored: auditkit sources drift %s",
				   ak_thousands(json_array_size(json_object_get(s, "unknown_fields")), n),
				   json_array_size(json_object_get(s, "unknown_fields")) == 1 ? "" : "s", ak_jtxt(s, "name", "?"),
				   ak_jtxt(s, "name", "?"));
}

static const char *method(const json_t *link)
{
	return strcmp(ak_jtxt(link, "method", ""), "exact") == 0 ? "exact id" : "by sums";
}

static void link_table(struct ak_ctx *c, const json_t *links)
{
	struct ak_table t;
	json_t *l;
	size_t i;
	char x[32], y[32], p[32];

	ak_table_init(&t, 5, "llrrl");
	json_array_foreach((json_t *)links, i, l) {
		ak_table_cell(&t, "%s", i ? "        " : "linked  ");
		ak_table_cell(&t, "%s -> %s", ak_jtxt(l, "from", "?"), ak_jtxt(l, "to", "?"));
		ak_table_cell(&t, "%s of %s", ak_thousands(ak_jnum(l, "linked"), x), ak_thousands(ak_jnum(l, "total"), y));
		ak_table_cell(&t, "%s", ak_percent(ak_jnum(l, "linked"), ak_jnum(l, "total"), p));
		ak_table_cell(&t, "%s", method(l));
	}
	ak_table_print(&t, c->io);
	ak_table_release(&t);
}

static void print_links(struct ak_ctx *c, const json_t *links)
{
	json_t *l;
	size_t i;
	char x[32], y[32], p[32];

	if (c->io->width >= 80)
		link_table(c, links);
	else
		json_array_foreach((json_t *)links, i, l)
			ak_io_line(c->io, i ? "" : "linked", "%s -> %s: %s of %s, %s, %s", ak_jtxt(l, "from", "?"), ak_jtxt(l, "to", "?"),
				   ak_thousands(ak_jnum(l, "linked"), x), ak_thousands(ak_jnum(l, "total"), y),
				   ak_percent(ak_jnum(l, "linked"), ak_jnum(l, "total"), p), method(l));
}

static void print_ledger(struct ak_ctx *c, const json_t *run)
{
	const json_t *cp = json_object_get(run, "checkpoint");

	if (ak_args_flag(c->args, "dry-run"))
		ak_io_line(c->io, "dry run", "nothing was stored or sealed: without -n it will be");
	if (!json_is_object(cp))
		return;
	ak_io_line(c->io, "ledger", "checkpoint %llu %s", (unsigned long long)ak_jnum(cp, "size"), ak_jtxt(cp, "root", "?"));
	ak_io_line(c->io, "", "keep that line outside this machine: git, ticket or mail");
}

/* ---- all of it ---- */

struct report {
	const json_t *missing, *unnamed;
	json_t *run, *sources, *diag, *exports, *arrived, *links, *grouping, *witnesses, *proposals, *overdue, *clocks;
};

static enum ak_rc read_all(struct ak_ctx *c, const struct ak_ingest_source *from, size_t nfrom, int64_t run, struct report *r,
			   struct ak_err *err)
{
	enum ak_rc rc = ak_query_run(c->store, run, &r->run, err);

	/* The checkpoint of a dry run is rolled back with all else: nobody may keep it as a witness. */
	if (rc == AK_OK && ak_args_flag(c->args, "dry-run"))
		json_object_set_new(r->run, "checkpoint", json_null());
	if (rc == AK_OK)
		rc = ak_query_sources(c->store, run, &r->sources, err);
	if (rc == AK_OK)
		rc = ak_query_diag(c->store, NULL, NULL, run, c->json ? 0 : 1000, &r->diag, err);
	if (rc == AK_OK)
		rc = ak_query_exports(c->store, &r->exports, err);
	if (rc == AK_OK)
		rc = ak_query_payload(c->store, run, INT64_MIN, INT64_MAX, &r->arrived, err);
	if (rc == AK_OK)
		rc = ak_link_coverage(c->store, run, INT64_MIN, INT64_MAX, &r->links, err);
	if (rc == AK_OK)
		rc = ak_grouping_missing(c, NULL, run, &r->grouping, err);
	if (rc == AK_OK)
		rc = ak_query_corroboration(c->store, run, INT64_MIN, INT64_MAX, &r->witnesses, err);
	if (rc == AK_OK)
		rc = ak_query_clock(c->store, NULL, run, &r->clocks, err);
	if (rc == AK_OK)
		rc = ak_proposals_find(c, from, nfrom, &r->proposals, err);
	if (rc == AK_OK)
		r->overdue = ak_overdue(c->policy, r->exports, "source", ak_time_now());
	return rc;
}

static void release(struct report *r)
{
	json_t *const all[] = {r->run,	 r->sources,  r->diag,	    r->exports,	  r->arrived,
			       r->links, r->grouping, r->witnesses, r->proposals, r->overdue, r->clocks};

	for (size_t i = 0; i < AK_COUNT(all); i++)
		json_decref(all[i]);
}

static enum ak_rc print_json(struct ak_ctx *c, const struct report *r, struct ak_err *err)
{
	json_t *doc = json_pack("{s:s, s:i, s:b, s:O, s:O, s:O, s:O, s:O, s:O, s:O, s:O, s:O, s:o, s:O, s:O?}", "schema", "auditkit.ingest/1",
				"format_version", 1, "dry_run", ak_args_flag(c->args, "dry-run"), "run", r->run, "sources", r->sources,
				"diagnostics", r->diag, "links", r->links, "clocks", r->clocks, "payload", r->arrived, "grouping", r->grouping,
				"witnesses", r->witnesses, "proposals", r->proposals, "missing",
				r->missing ? json_incref((json_t *)r->missing) : json_array(), "overdue", r->overdue,
				"unnamed", (json_t *)r->unnamed);
	enum ak_rc rc = ak_io_json(c->io, doc, err);

	json_decref(doc);
	return rc;
}

static void print_text(struct ak_ctx *c, const struct report *r)
{
	json_t *totals = json_object_get(r->run, "totals");

	print_table(c, r->sources, totals, ak_jnum(r->run, "files"));
	ak_io_text(c->io, AK_STR("\n"));
	print_absent(c, r->missing, r->overdue);
	print_unnamed(c, r->unnamed);
	print_rejects(c, r->diag, totals);
	print_redaction(c, r->sources);
	print_payload(c, r->arrived);
	print_warnings(c, r->sources);
	ak_grouping_print(c, r->grouping);
	ak_clock_print(c, r->clocks, false);
	print_links(c, r->links);
	ak_proposals_print(c, r->proposals);
	ak_witness_print(c, r->witnesses, NULL);
	print_dated(c, r->sources);
	print_ledger(c, r->run);
}

enum ak_rc ak_ingest_report(struct ak_ctx *c, const struct ak_ingest_source *from, size_t nfrom, int64_t run,
			    const json_t *missing, const json_t *unnamed, struct ak_err *err)
{
	struct report r = {.missing = missing, .unnamed = unnamed};
	enum ak_rc rc = read_all(c, from, nfrom, run, &r, err);

	if (rc == AK_OK && c->json)
		rc = print_json(c, &r, err);
	else if (rc == AK_OK)
		print_text(c, &r);
	release(&r);
	return rc;
}
