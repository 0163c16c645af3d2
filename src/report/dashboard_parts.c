/* Coverage, findings and what is missing, as the dashboard has them. */
#include "base/ak.h"
#include "report/dashboard.h"

#include "base/jsonget.h"
#include "base/text.h"
#include "base/time.h"
#include "check/out.h"

enum { CITES = 3 };

/* ---- coverage ---- */

static json_t *side_of(json_t *list, const json_t *row)
{
	static const char *const names[] = {"from", "from_kind", "to_kind"}, *const counts[] = {"linked", "ambiguous",
												"unmatched", "total"};
	json_t *side;
	size_t i, k;

	json_array_foreach(list, i, side)
	{
		for (k = 0; k < AK_COUNT(names); k++)
			if (strcmp(ak_jtxt(side, names[k], ""), ak_jtxt(row, names[k], "")) != 0)
				break;
		if (k == AK_COUNT(names))
			return side;
	}
	side = json_pack("{s:O, s:[]}", "limited", json_object_get(row, "limited"), "days");
	for (k = 0; k < AK_COUNT(names); k++)
		json_object_set(side, names[k], json_object_get(row, names[k]));
	for (k = 0; k < AK_COUNT(counts); k++)
		json_object_set_new(side, counts[k], json_integer(0));
	json_array_append_new(list, side);
	return side;
}

json_t *ak_dashboard_coverage(const json_t *rows)
{
	static const char *const counts[] = {"linked", "ambiguous", "unmatched", "total"};
	json_t *list = json_array(), *row, *side;
	char text[32];
	size_t i, k;

	json_array_foreach((json_t *)rows, i, row)
	{
		side = side_of(list, row);
		for (k = 0; k < AK_COUNT(counts); k++)
			json_object_set_new(side, counts[k],
					    json_integer((json_int_t)(ak_jnum(side, counts[k]) + ak_jnum(row, counts[k]))));
		json_array_append_new(json_object_get(side, "days"),
				      json_pack("{s:O, s:O, s:O}", "day", json_object_get(row, "day"), "linked",
						json_object_get(row, "linked"), "total", json_object_get(row, "total")));
	}
	json_array_foreach(list, i, side) json_object_set_new(
		side, "percent",
		ak_jnum(side, "total") ? json_string(ak_percent(ak_jnum(side, "linked"), ak_jnum(side, "total"), text))
				       : json_null());
	return list;
}

/* ---- findings ---- */

struct picking {
	const json_t *doc;
	json_t *top, *shown; /* shown: findings on the page by check */
};

static const json_t *failing(const json_t *check, size_t at)
{
	json_t *f;
	size_t i;

	json_array_foreach(json_object_get(check, "findings"), i, f) if (ak_out_fails(f) && at-- == 0) return f;
	return NULL;
}

static void take(struct picking *p, const json_t *check, const json_t *f)
{
	const char *name = ak_jtxt(check, "check", "?");
	const json_t *all = json_object_get(f, "cites");
	json_t *cites = json_array();
	struct ak_buf measure;

	for (size_t i = 0; i < json_array_size(all) && i < CITES; i++)
		json_array_append(cites, json_array_get(all, i));
	ak_buf_init(&measure, 4096);
	ak_out_measure(check, &measure);
	json_array_append_new(p->top, json_pack("{s:s, s:O, s:O, s:O, s:s, s:o, s:I, s:O, s:s}", "check", name, "severity",
						json_object_get(check, "severity"), "title", json_object_get(check, "title"),
						"id", json_object_get(f, "id"), "text", ak_jtxt(f, "text", "?"), "cites", cites,
						"cites_all", (json_int_t)json_array_size(all), "fix",
						json_object_get(check, "fix"), "measure", measure.n ? measure.p : ""));
	json_object_set_new(p->shown, name, json_integer((json_int_t)ak_jnum(p->shown, name) + 1));
	ak_buf_release(&measure);
}

static bool pick_round(struct picking *p, const char *severity, size_t round)
{
	bool any = false;
	json_t *k;
	size_t i;

	json_array_foreach(json_object_get(p->doc, "checks"), i, k)
	{
		const json_t *f = strcmp(ak_jtxt(k, "severity", ""), severity) == 0 ? failing(k, round) : NULL;

		if (!f || json_array_size(p->top) == AK_DASHBOARD_TOP)
			continue;
		take(p, k, f);
		any = true;
	}
	return any;
}

json_t *ak_dashboard_checks(const json_t *doc)
{
	static const char *const severities[] = {"high", "medium", "low"}, *const same[] = {"met", "not_met", "not_evaluable",
											    "findings"};
	struct picking p = {.doc = doc, .top = json_array(), .shown = json_object()};
	json_t *out = json_object(), *rest = json_array(), *unclear = json_array(), *k;
	struct ak_buf total, counts;
	size_t i;

	for (size_t s = 0; s < AK_COUNT(severities); s++)
		pick_round(&p, severities[s], 0);
	for (size_t s = 0; s < AK_COUNT(severities); s++)
		for (size_t round = 1; json_array_size(p.top) < AK_DASHBOARD_TOP && pick_round(&p, severities[s], round); round++)
			;
	json_array_foreach(json_object_get(doc, "checks"), i, k)
	{
		uint64_t n = ak_jnum(k, "failing") - ak_jnum(p.shown, ak_jtxt(k, "check", "?"));

		if (n)
			json_array_append_new(rest,
					      json_pack("{s:O, s:I}", "check", json_object_get(k, "check"), "n", (json_int_t)n));
		if (strcmp(ak_jtxt(k, "verdict", ""), "not evaluable") == 0)
			json_array_append_new(unclear, json_pack("{s:O, s:s}", "check", json_object_get(k, "check"), "why",
								 ak_jtxt(k, "why", "?")));
	}
	for (i = 0; i < AK_COUNT(same); i++)
		json_object_set(out, same[i], json_object_get(doc, same[i]));
	ak_buf_init(&total, 4096);
	ak_buf_init(&counts, 4096);
	ak_out_total(doc, &total);
	ak_out_counts(doc, &counts);
	json_object_set_new(out, "total", json_string(total.p));
	json_object_set_new(out, "counts", json_string(counts.p));
	json_object_set_new(out, "top", p.top);
	json_object_set_new(out, "rest", rest);
	json_object_set_new(out, "unclear", unclear);
	json_decref(p.shown);
	ak_buf_release(&total);
	ak_buf_release(&counts);
	return out;
}

/* ---- what is missing ---- */

static void miss(json_t *list, const char *what, const char *with, const char *fmt, ...) AK_PRINTF(4, 5);
static void miss(json_t *list, const char *what, const char *with, const char *fmt, ...)
{
	struct ak_buf b;
	va_list ap;

	ak_buf_init(&b, 1 << 16);
	va_start(ap, fmt);
	ak_buf_vaddf(&b, fmt, ap);
	va_end(ap);
	json_array_append_new(list, json_pack("{s:s, s:s, s:s?}", "what", what, "text", b.n ? b.p : "", "with", with));
	ak_buf_release(&b);
}

static void of_sources(json_t *list, const json_t *sources)
{
	json_t *s;
	size_t i;

	json_array_foreach((json_t *)sources, i, s)
	{
		const char *name = ak_jtxt(s, "name", "?"), *state = ak_jtxt(s, "state", "?");
		struct ak_buf show;

		ak_buf_init(&show, 4096);
		ak_buf_addf(&show, "auditkit sources show %s", name);
		if (strcmp(state, "complete") != 0)
			miss(list, name, show.p, "%s: not all of its files were read to their end", state);
		if (json_is_true(json_object_get(s, "has_more")))
			miss(list, name, show.p, "its last page is missing: the newest one says that more follow");
		if (ak_jnum(s, "rejected"))
			miss(list, name, show.p, "%s of %s records could not be read", AK_NUM(ak_jnum(s, "rejected")),
			     AK_NUM(ak_jnum(s, "records_in")));
		ak_buf_release(&show);
	}
}

/* A kind of evidence that no record of the period is. */
static void of_layers(json_t *list, const json_t *cost)
{
	static const struct {
		const char *layer, *text;
	} wanted[] = {
		{"gateway attempts",
		 "no attempt that a gateway recorded: nothing is known of single requests, durations and errors"},
		{"provider usage", "no usage or cost of a provider: what was spent is the gateway's own word"},
	};

	for (size_t i = 0; i < AK_COUNT(wanted); i++) {
		bool any = false;
		json_t *layer;
		size_t k;

		json_array_foreach(json_object_get(cost, "layers"), k, layer) any |=
			strcmp(ak_jtxt(layer, "layer", ""), wanted[i].layer) == 0;
		if (!any)
			miss(list, wanted[i].layer, "auditkit help collect", "%s", wanted[i].text);
	}
}

static void of_policy(json_t *list, const json_t *sources, const struct ak_policy *policy, int64_t now_us)
{
	const json_t *gaps = policy ? ak_policy_get(policy, "not_provided") : NULL;
	const char *name;
	json_t *v;

	for (size_t i = 0; policy && i < policy->nsources; i++)
		if (!ak_jfind(sources, "name", policy->sources[i].name))
			miss(list, policy->sources[i].name, policy->sources[i].pull ? "auditkit pull --all" : "auditkit ingest",
			     "declared as a source (policy.yaml:%d), and nothing was read from it", policy->sources[i].line);
	json_object_foreach((json_t *)gaps, name, v)
	{
		struct ak_err ignored = {0};
		const char *due = ak_jtxt(v, "due", NULL);
		int64_t due_us = 0;
		bool late = due && ak_time_arg(due, now_us, &due_us, &ignored) == AK_OK && due_us < now_us;

		miss(list, name, NULL, "declared as not provided: %s; due %s%s, owed by %s", ak_jtxt(v, "why", "no reason given"),
		     due ? due : "on no date", late ? " (OVERDUE)" : "", ak_jtxt(v, "owner", "nobody"));
	}
}

json_t *ak_dashboard_missing(const json_t *sources, const json_t *usage, const struct ak_policy *policy, int64_t now_us)
{
	json_t *list = json_array();

	of_layers(list, usage);
	of_sources(list, sources);
	of_policy(list, sources, policy, now_us);
	return list;
}
