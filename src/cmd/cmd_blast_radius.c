#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/time.h"
#include "cmd/forms.h"
#include "cmd/removed.h"
#include "base/jsonget.h"
#include "incident/incident.h"
#include "query/blast.h"

enum { LISTED = 10, LISTED_JSON = 5000, MOST = 100000 };

static void join(const json_t *list, struct ak_buf *out)
{
	json_t *v;
	size_t i;

	json_array_foreach((json_t *)list, i, v)
		ak_buf_addf(out, "%s%s", i ? ", " : "", json_string_value(v));
}

static void print_key(struct ak_ctx *c, const json_t *doc)
{
	static const char *const members[] = {"values", "aliases", "other_values"};
	static const char *const says[] = {"ids and hashes", "labels", "other secrets of the same id, not counted"};
	const json_t *key = json_object_get(doc, "key"), *e = json_object_get(doc, "exposure");
	struct ak_buf b;

	for (size_t i = 0; i < AK_COUNT(members); i++) {
		ak_buf_init(&b, 1 << 16);
		join(json_object_get(key, members[i]), &b);
		if (b.n)
			ak_io_line(c->io, i ? "" : "key", "%s: %s", says[i], b.p);
		ak_buf_release(&b);
	}
	ak_io_line(c->io, "", "known by its %s: %s", ak_jtxt(key, "by", "?"), ak_jtxt(key, "confidence", "?"));
	ak_io_line(c->io, "from", "%s (%s)%s%s%s", ak_jtxt(e, "time", "no time"), ak_jtxt(e, "basis", "?"), ak_jtxt(e, "cite", NULL) ? " [" : "",
		   ak_jtxt(e, "cite", ""), ak_jtxt(e, "cite", NULL) ? "]" : "");
	ak_buf_init(&b, 1 << 16);
	join(json_object_get(e, "unbounded"), &b);
	if (ak_jnum(e, "unproven"))
		ak_io_line(c->io, "clock", "of %s requests the clocks leave open on which side of it they lie", AK_NUM(ak_jnum(e, "unproven")));
	if (b.n)
		ak_io_line(c->io, "clock", "never meets that of the event: %s; sides go by recorded time", b.p);
	ak_buf_release(&b);
}

static bool by_alias(const json_t *doc) { return strcmp(ak_jtxt(json_object_get(doc, "key"), "by", ""), "alias") == 0; }

static void print_requests(struct ak_ctx *c, const json_t *doc, const char *side)
{
	const json_t *r = json_object_get(json_object_get(doc, "requests"), side), *f = json_object_get(r, "first"), *l = json_object_get(r, "last");
	char n[32], failed[32], before[32], undated[32];

	ak_io_line(c->io, ak_jtxt(r, "confidence", side), "%s requests%s from then on, %s failed, %s without a time; %s before", ak_thousands(ak_jnum(r, "n"), n),
		   !by_alias(doc)		      ? ""
		   : strcmp(side, "certain") == 0 ? " of the id or hash that the alias led to"
						  : " of the alias alone",
		   ak_thousands(ak_jnum(r, "failures"), failed), ak_thousands(ak_jnum(r, "undated"), undated), ak_thousands(ak_jnum(r, "before"), before));
	if (json_is_object(f))
		ak_io_line(c->io, "", "first %s [%s], last %s [%s]", ak_jtxt(f, "time", "?"), ak_jtxt(f, "cite", "?"), ak_jtxt(l, "time", "?"), ak_jtxt(l, "cite", "?"));
}

static void print_cost(struct ak_ctx *c, const json_t *doc)
{
	json_t *row;
	char n[32];
	size_t i;

	json_array_foreach(json_object_get(doc, "cost"), i, row) {
		const char *estimated = ak_jtxt(row, "estimated", NULL), *billed = ak_jtxt(row, "billed", NULL);

		ak_io_line(c->io, "cost", "%s %s%s%s%s%s, of %s requests that have one (%s)", ak_jtxt(row, "currency", "?"), estimated ? estimated : "",
			   estimated ? " estimated" : "", estimated && billed ? ", " : "", billed ? billed : "", billed ? " billed" : "",
			   ak_thousands(ak_jnum(row, "requests"), n), ak_jtxt(row, "confidence", "?"));
	}
}

/* Only where there is more than one: their sums may tell of one call twice when it shares no identifier. */
static void print_by_source(struct ak_ctx *c, const json_t *doc)
{
	const json_t *list = json_object_get(doc, "cost_by_source");
	json_t *row;
	char n[32];
	size_t i;

	if (json_array_size(list) <= json_array_size(json_object_get(doc, "cost")))
		return;
	json_array_foreach((json_t *)list, i, row)
		ak_io_line(c->io, "", "of %s: %s %s estimated, %s billed, %s requests", ak_jtxt(row, "source", "?"), ak_jtxt(row, "currency", "?"),
			   ak_jtxt(row, "estimated", "none"), ak_jtxt(row, "billed", "none"), ak_thousands(ak_jnum(row, "requests"), n));
}

static void print_groups(struct ak_ctx *c, const json_t *doc)
{
	static const char *const names[] = {"tenants", "end_users", "actors", "apps", "teams", "environments", "models", "providers", "networks", "countries",
					    "sources", "outcomes"};
	const json_t *requests = json_object_get(doc, "requests");
	bool any_before = ak_jnum(json_object_get(requests, "certain"), "before") || ak_jnum(json_object_get(requests, "inferred"), "before");
	char n[32];
	json_t *row;
	size_t i;

	for (size_t g = 0; g < AK_COUNT(names); g++) {
		const json_t *group = json_object_get(json_object_get(doc, "groups"), names[g]);

		json_array_foreach(json_object_get(group, "rows"), i, row)
			ak_io_line(c->io, i ? "" : names[g], "%s: %s requests%s%s [%s]", ak_jtxt(row, "value", ak_jtxt(row, "why", "not given")), ak_thousands(ak_jnum(row, "n"), n),
				   any_before && json_is_true(json_object_get(row, "new")) ? ", NEW since then" : "",
				   strcmp(ak_jtxt(row, "confidence", ""), "inferred") == 0 ? ", inferred" : "", ak_jtxt(json_object_get(row, "first"), "cite", "no time"));
		if (ak_jnum(group, "listed") < ak_jnum(group, "of"))
			ak_io_line(c->io, "", "and %s more %s: --limit N lists more", AK_NUM(ak_jnum(group, "of") - ak_jnum(group, "listed")), names[g]);
	}
}

static void print_events(struct ak_ctx *c, const json_t *doc)
{
	static const char *const parts[] = {"changed", "did", "exports", "configured", "other"};
	json_t *row;
	size_t i;

	for (size_t p = 0; p < AK_COUNT(parts); p++) {
		const json_t *part = json_object_get(json_object_get(doc, "events"), parts[p]);

		json_array_foreach(json_object_get(part, "rows"), i, row)
			ak_io_line(c->io, i ? "" : strcmp(parts[p], "configured") == 0 ? "config" : parts[p], "%s %s %s %s (%s%s) [%s]", ak_jtxt(row, "time", "no time"),
				   ak_jtxt(row, "kind", "?"), ak_jtxt(row, "action", ak_jtxt(row, "detail", "")), ak_jtxt(row, "subject", ""),
				   ak_jtxt(row, "confidence", "?"), json_is_true(json_object_get(row, "before")) ? ", before" : "", ak_jtxt(row, "cite", "?"));
		if (ak_jnum(part, "listed") < ak_jnum(part, "of"))
			ak_io_line(c->io, "", "and %s more: --limit N lists more", AK_NUM(ak_jnum(part, "of") - ak_jnum(part, "listed")));
	}
	json_array_foreach(json_object_get(doc, "derived"), i, row)
		ak_io_line(c->io, i ? "" : "derived", "%s by %s (%s) [%s]", ak_jtxt(row, "value", "?"), ak_jtxt(row, "action", "?"), ak_jtxt(row, "method", "?"),
			   ak_jtxt(row, "cite", "?"));
}

static void print(struct ak_ctx *c, const json_t *doc)
{
	const char *kind;
	char n[32], m[32], k[32];
	json_t *row;

	print_key(c, doc);
	print_requests(c, doc, "certain");
	print_requests(c, doc, "inferred");
	print_cost(c, doc);
	print_by_source(c, doc);
	print_groups(c, doc);
	json_object_foreach(json_object_get(doc, "records"), kind, row)
		ak_io_line(c->io, "records", by_alias(doc) ? "%s: %s inferred by way of the key's id or hash, %s by the alias alone, %s before"
						       : "%s: %s certain, %s inferred, %s before",
			   kind, ak_thousands(ak_jnum(row, "certain"), n),
			   ak_thousands(ak_jnum(row, "inferred"), m), ak_thousands(ak_jnum(row, "before"), k));
	print_events(c, doc);
}

/* ---- every request ---- */

struct listing {
	struct ak_ctx *c;
	uint64_t n;
	bool by_alias;
};

static enum ak_rc print_request(void *ctx, json_t *row, struct ak_err *err)
{
	struct listing *l = ctx;
	bool certain = ak_jnum(row, "certain") && !l->by_alias;
	json_t *o;
	enum ak_rc rc = AK_OK;

	l->n++;
	if (!l->c->json) {
		ak_io_line(l->c->io, "request", "%s %s %s %s (%s) [%s:%llu]", ak_jtxt(row, "time", "no time"), ak_jtxt(row, "outcome", "-"), ak_jtxt(row, "model", "-"),
			   ak_jtxt(row, "app", "-"), certain ? "certain" : "inferred", ak_jtxt(row, "source", "?"), (unsigned long long)ak_jnum(row, "seq"));
		return AK_OK;
	}
	o = json_pack("{s:o, s:O, s:O, s:O, s:O, s:O, s:O, s:s}", "cite", json_sprintf("%s:%llu", ak_jtxt(row, "source", "?"), (unsigned long long)ak_jnum(row, "seq")),
		      "time", json_object_get(row, "time"), "outcome", json_object_get(row, "outcome"), "status", json_object_get(row, "status"), "model",
		      json_object_get(row, "model"), "app", json_object_get(row, "app"), "tenant", json_object_get(row, "tenant"), "confidence",
		      certain ? "certain" : "inferred");
	rc = ak_io_json(l->c->io, o, err);
	json_decref(o);
	return rc;
}

static int64_t begins(const json_t *doc)
{
	const char *time = ak_jtxt(json_object_get(doc, "exposure"), "time", NULL);
	struct ak_err ignored = {0};
	int64_t us;

	return time && ak_time_arg(time, 0, &us, &ignored) == AK_OK ? us : INT64_MIN;
}

static enum ak_rc show(struct ak_ctx *c, const struct ak_key_scope *k, const json_t *doc, struct ak_err *err)
{
	const struct ak_key_names names = {k->values, k->aliases};
	struct listing l = {.c = c, .by_alias = by_alias(doc)};
	const json_t *r = json_object_get(doc, "requests");
	enum ak_rc rc = ak_cmd_log_access(c, ak_jnum(json_object_get(r, "certain"), "n") + ak_jnum(json_object_get(r, "inferred"), "n"), err);

	c->io->lines = ak_args_flag(c->args, "list");
	if (rc == AK_OK && c->json)
		rc = ak_io_json(c->io, doc, err);
	else if (rc == AK_OK)
		print(c, doc);
	if (rc == AK_OK && ak_args_flag(c->args, "list"))
		rc = ak_query_key_attempts(c->store, &names, begins(doc), print_request, &l, err);
	return rc;
}

/* `why` of the row without a value, where policy.yaml removed the field: the source may well have given it. */
static void say_removed(struct ak_ctx *c, json_t *doc)
{
	static const struct {
		const char *group;
		int field;
	} groups[] = {
		{"tenants", AK_F_TENANT}, {"end_users", AK_F_END_USER}, {"actors", AK_F_ACTOR_ID}, {"apps", AK_F_APP}, {"teams", AK_F_TEAM},
		{"environments", AK_F_ENVIRONMENT}, {"networks", AK_F_CLIENT_NETWORK}, {"countries", AK_F_CLIENT_COUNTRY},
	};
	json_t *row;
	size_t i;

	for (size_t g = 0; g < AK_COUNT(groups); g++) {
		const json_t *group = json_object_get(json_object_get(doc, "groups"), groups[g].group);
		char *why = ak_cmd_removed(c, groups[g].field);

		json_array_foreach(json_object_get(group, "rows"), i, row)
			if (why && !ak_jtxt(row, "value", NULL))
				json_object_set_new(row, "why", json_string(why));
		ak_free(why);
	}
}

/* ---- the command ---- */

static enum ak_rc options(struct ak_ctx *c, struct ak_blast_opts *o, struct ak_err *err)
{
	const char *from = ak_args_text(c->args, "from");
	int64_t limit = ak_args_int(c->args, "limit", c->json ? LISTED_JSON : LISTED);

	if (limit < 0 || limit > MOST)
		return ak_fail(err, AK_EXIT_USAGE, "option '--limit' is 0 to %d", MOST);
	*o = (struct ak_blast_opts){.from_us = INT64_MIN, .listed = (size_t)limit};
	return from ? ak_time_arg(from, ak_time_now(), &o->from_us, err) : AK_OK;
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	json_t *forms = ak_cmd_forms(c, c->args->word[0]), *doc = NULL;
	struct ak_key_scope k = {0};
	struct ak_blast_opts o;
	enum ak_rc rc = options(c, &o, err);

	if (rc == AK_OK)
		rc = ak_key_scope(c->store, forms, &k, err);
	json_decref(forms);
	if (rc == AK_END) {
		ak_hint(err, "an id, label, hash or token of a key, as 'auditkit show' knows it, or the key itself from a file of your own");
		ak_fail(err, AK_EXIT_PARTIAL, "no record names this key");
		return err->exit;
	}
	if (rc != AK_OK)
		return err->exit;
	ak_cmd_found_by(c, json_string_value(json_array_get(json_array_size(k.values) ? k.values : k.aliases, 0)));
	rc = ak_blast(c->store, &k, &o, &doc, err);
	if (rc == AK_OK)
		say_removed(c, doc);
	if (rc == AK_OK)
		rc = show(c, &k, doc, err);
	ak_key_scope_release(&k);
	json_decref(doc);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_opt opts[] = {
	{"from", 0, AK_OPT_TEXT, "TIME", "when it was exposed (default: the event that says so, else its first use)"},
	{"list", 0, AK_OPT_FLAG, NULL, "every request, one line each; with --json one document a line"},
	{"limit", 0, AK_OPT_INT, "N", "values and events per group (default 10, 5000 with --json)"},
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example examples[] = {
	{"auditkit blast-radius svc-search --from 2026-06-05", "what this key touched from that day on"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_blast_radius = {
	.name = "blast-radius",
	.args = "KEY",
	.summary = "everything a key touched, from its exposure on",
	.text = "Requests, tenants, people, apps, models, providers, networks, exact cost, and what was done under the key or to it. Records that have\n"
		"its id or hash are certain; those that have only its label, and neither id nor hash, are inferred and counted apart. Where a\n"
		"label is given, all of it is inferred. NEW is\n"
		"what the key did not touch before. Each count names its first record.",
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_READ | AK_NEED_KEYS | AK_NEED_POLICY | AK_NEED_ACCESS,
	.min_words = 1,
	.max_words = 1,
	.run = run,
};
