#include "base/ak.h"
#include "cmd/cmd.h"

#include "cmd/duration.h"
#include "cmd/findtrace.h"
#include "base/jsonget.h"
#include "incident/incident.h"

enum { LISTED = 50, LISTED_JSON = 5000, MOST = 100000 };

/* ---- text ---- */

static void print_cost(struct ak_ctx *c, const json_t *s, const char *name)
{
	json_t *row;
	char n[32], of[32];
	size_t i;

	json_array_foreach(json_object_get(s, "cost"), i, row) {
		const char *estimated = ak_jtxt(row, "estimated", NULL), *billed = ak_jtxt(row, "billed", NULL);

		ak_io_line(c->io, "", "%s: %s %s%s%s%s%s", name, ak_jtxt(row, "currency", "?"), estimated ? estimated : "", estimated ? " estimated" : "",
			   estimated && billed ? ", " : "", billed ? billed : "", billed ? " billed" : "");
	}
	ak_io_line(c->io, "", "%s: %s of %s requests have an estimated cost", name, ak_thousands(ak_jnum(s, "with_estimated"), n),
		   ak_thousands(ak_jnum(s, "requests"), of));
}

static void print_side(struct ak_ctx *c, const json_t *doc, const char *name)
{
	const json_t *s = json_object_get(json_object_get(doc, "sides"), name), *kinds = json_object_get(s, "kinds");
	char a[32], b[32], d[32], e[32], f[32];
	const char *kind;
	struct ak_buf list;
	json_t *n;

	ak_io_line(c->io, name, "%s requests, %s failed, %s of unknown outcome; %s may lie on the other side, %s by a clock that nothing bounds",
		   ak_thousands(ak_jnum(s, "requests"), a), ak_thousands(ak_jnum(s, "failures"), b), ak_thousands(ak_jnum(s, "unknown"), d),
		   ak_thousands(ak_jnum(s, "concurrent"), e), ak_thousands(ak_jnum(s, "unbounded"), f));
	print_cost(c, s, name);
	ak_buf_init(&list, 1 << 14);
	json_object_foreach((json_t *)kinds, kind, n)
		ak_buf_addf(&list, "%s%s %s", list.n ? ", " : "", ak_thousands((uint64_t)json_integer_value(n), f), kind);
	if (list.n)
		ak_io_line(c->io, "", "%s: %s; %s app events and %s provider calls failed", name, list.p, ak_thousands(ak_jnum(s, "app_failures"), a),
			   ak_thousands(ak_jnum(s, "provider_failures"), b));
	ak_buf_release(&list);
}

static const json_t *same_model(const json_t *list, const json_t *m)
{
	json_t *o;
	size_t i;

	json_array_foreach((json_t *)list, i, o)
		if (json_equal(json_object_get(o, "provider"), json_object_get(m, "provider")) &&
		    json_equal(json_object_get(o, "model"), json_object_get(m, "model")))
			return o;
	return NULL;
}

static void model_line(struct ak_ctx *c, const json_t *sides, const json_t *m, const json_t *before, const json_t *after)
{
	char a[32], b[32], d[32], e[32];

	ak_io_line(c->io, "model", "%s %s: before %s of %s (%s), after %s of %s (%s)", ak_jtxt(m, "provider", "-"), ak_jtxt(m, "model", "-"),
		   ak_thousands(before ? ak_jnum(before, "requests") : 0, a), ak_thousands(ak_jnum(json_object_get(sides, "before"), "requests"), b),
		   before ? ak_jtxt(before, "percent", "-") : "0.0 %", ak_thousands(after ? ak_jnum(after, "requests") : 0, d),
		   ak_thousands(ak_jnum(json_object_get(sides, "after"), "requests"), e), after ? ak_jtxt(after, "percent", "-") : "0.0 %");
}

static void print_models(struct ak_ctx *c, const json_t *doc)
{
	const json_t *sides = json_object_get(doc, "sides");
	const json_t *before = json_object_get(json_object_get(sides, "before"), "models"), *after = json_object_get(json_object_get(sides, "after"), "models");
	json_t *m;
	size_t i;

	json_array_foreach((json_t *)before, i, m)
		model_line(c, sides, m, m, same_model(after, m));
	json_array_foreach((json_t *)after, i, m)
		if (!same_model(before, m))
			model_line(c, sides, m, NULL, m);
	if (json_array_size(before) || json_array_size(after))
		ak_io_line(c->io, "percent", "%s", AK_PERCENT_SAID);
}

static void print_event(struct ak_ctx *c, const json_t *e)
{
	static const char *const members[] = {"action", "category", "outcome", "status", "error", "subject", "key", "model", "detail", "amount"};
	struct ak_buf b;

	ak_buf_init(&b, 1 << 14);
	for (size_t i = 0; i < AK_COUNT(members); i++) {
		const json_t *v = json_object_get(e, members[i]);

		if (json_is_string(v))
			ak_buf_addf(&b, " %s", json_string_value(v));
		else if (json_is_integer(v))
			ak_buf_addf(&b, " %lld", (long long)json_integer_value(v));
	}
	if (json_object_get(e, "amount") && ak_jtxt(e, "currency", NULL))
		ak_buf_addf(&b, " %s", ak_jtxt(e, "currency", ""));
	ak_io_line(c->io, strcmp(ak_jtxt(e, "order", ""), "concurrent") == 0 ? "concurr." : ak_jtxt(e, "order", ""), "%s %s%s [%s]%s", ak_jtxt(e, "time", "?"),
		   ak_jtxt(e, "kind", "?"), b.n ? b.p : "", ak_jtxt(e, "cite", "?"), strcmp(ak_jtxt(e, "then", ""), "concurrent") == 0 ? " ~" : "");
	ak_buf_release(&b);
}

static void print_clocks(struct ak_ctx *c, const json_t *doc)
{
	json_t *k;
	char n[32];
	size_t i;

	json_array_foreach(json_object_get(doc, "clocks"), i, k)
		if (!json_is_true(json_object_get(k, "bounded")))
			ak_io_line(c->io, "clock", "%s%s%s never meets the clock of the event: %s records stand on the side of their recorded time, unproven",
				   ak_jtxt(k, "source", "?"), ak_jtxt(k, "app", NULL) ? " of " : "", ak_jtxt(k, "app", ""), ak_thousands(ak_jnum(k, "records"), n));
}

static void print(struct ak_ctx *c, const json_t *doc)
{
	const json_t *a = json_object_get(doc, "around"), *w = json_object_get(doc, "window"), *left = json_object_get(doc, "left_out");
	char n[32], m[32];
	bool passed = false;
	json_t *e;
	size_t i;

	ak_io_line(c->io, "around", "%s %s %s%s%s [%s]", ak_jtxt(a, "time", "?"), ak_jtxt(a, "kind", "?"), ak_jtxt(a, "action", ""),
		   ak_jtxt(a, "subject", NULL) ? " " : "", ak_jtxt(a, "subject", ""), ak_jtxt(a, "cite", "?"));
	ak_io_line(c->io, "window", "%s to %s", ak_jtxt(w, "from", "?"), ak_jtxt(w, "to", "?"));
	print_side(c, doc, "before");
	print_side(c, doc, "after");
	print_models(c, doc);
	print_clocks(c, doc);
	json_array_foreach(json_object_get(doc, "events"), i, e) {
		if (!passed && strcmp(ak_jtxt(e, "side", ""), "after") == 0) {
			passed = true;
			ak_io_line(c->io, "EVENT", "%s [%s]", ak_jtxt(a, "time", "?"), ak_jtxt(a, "cite", "?"));
		}
		print_event(c, e);
	}
	ak_io_line(c->io, "listed", "%s of %s events that are no successful calls%s; ~ may have come after the next one",
		   ak_thousands(ak_jnum(doc, "listed"), n), ak_thousands(ak_jnum(doc, "of"), m),
		   ak_jnum(doc, "listed") < ak_jnum(doc, "of") ? ", the nearest: --limit N lists more" : "");
	ak_io_line(c->io, "left out", "%s usage rows, which are sums; %s records without a time", ak_thousands(ak_jnum(left, "usage"), n),
		   ak_thousands(ak_jnum(left, "undated"), m));
}

/* ---- the command ---- */

static enum ak_rc find(struct ak_ctx *c, const char *form, json_t **record, struct ak_err *err)
{
	return ak_incident_find(c->store, form, record, err);
}

static enum ak_rc options(struct ak_ctx *c, struct ak_timeline_opts *o, struct ak_err *err)
{
	const char *text = ak_args_text(c->args, "window");
	int64_t limit = ak_args_int(c->args, "limit", c->json ? LISTED_JSON : LISTED);

	if (!ak_args_text(c->args, "around")) {
		ak_hint(err, "as in: auditkit timeline --around litellm-audit:17 --window 2h");
		return ak_fail(err, AK_EXIT_USAGE, "'--around' says which event stands in the middle");
	}
	if (limit < 0 || limit > MOST)
		return ak_fail(err, AK_EXIT_USAGE, "option '--limit' is 0 to %d", MOST);
	o->listed = (size_t)((limit + 1) / 2);
	return ak_duration("window", text ? text : "2h", &o->window_us, err);
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	struct ak_timeline_opts o;
	json_t *record = NULL, *doc = NULL;
	enum ak_rc rc = options(c, &o, err);

	if (rc == AK_OK)
		rc = ak_cmd_by_forms(c, ak_args_text(c->args, "around"), find, &record, err);
	if (rc == AK_OK)
		rc = ak_timeline(c->store, record, &o, &doc, err);
	if (rc == AK_OK)
		rc = ak_cmd_log_access(c, ak_jnum(doc, "listed") + 1, err);
	if (rc == AK_OK && c->json)
		rc = ak_io_json(c->io, doc, err);
	else if (rc == AK_OK)
		print(c, doc);
	json_decref(record);
	json_decref(doc);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_opt opts[] = {
	{"around", 0, AK_OPT_TEXT, "ID", "the event in the middle: its id, an id of a request, or source:number"},
	{"window", 0, AK_OPT_TEXT, "TIME", "how far to each side: 30m, 2h (default), 7d"},
	{"limit", 0, AK_OPT_INT, "N", "events listed, the nearest of both sides (default 50, 5000 with --json)"},
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example examples[] = {
	{"auditkit timeline --around ae-route-1 --window 2h", "two hours to both sides of an admin event"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_timeline = {
	.name = "timeline",
	.summary = "what happened around an event, on both sides of it",
	.text = "Requests, failures, exact cost and model mix before and after; admin events, quota events, verdicts and failures one by one,\n"
		"each with its record. What the bounds of the clocks do not order is concurrent: it stands on the side of its time, set right by\n"
		"those bounds, and may belong to the other. Recorded times are printed as they are." AK_TEXT_PERCENT,
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_READ | AK_NEED_KEYS | AK_NEED_POLICY | AK_NEED_ACCESS,
	.run = run,
};
