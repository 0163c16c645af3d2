#include "base/ak.h"
#include "reconcile/omission.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "reconcile/canaries.h"
#include "reconcile/named.h"

enum { CITED = 20 };

struct omission {
	struct ak_store *s;
	json_t *methods;
	int64_t gateways, others;   /* missing of the gateways: by their own sequences; by what others have */
	int64_t elsewhere;	    /* missing of all other sources */
	int64_t records;
};

static int64_t num(const json_t *o, const char *k) { return json_integer_value(json_object_get(o, k)); }
static const char *txt(const json_t *o, const char *k) { return json_string_value(json_object_get(o, k)); }

/* at_least: records that must be missing for it, by this method alone. */
static void add(struct omission *o, const char *method, const char *source, bool judged, int64_t found, int64_t of, const char *unit, int64_t at_least,
		const char *text, json_t *cites)
{
	json_array_append_new(o->methods, json_pack("{s:s, s:o, s:s, s:I, s:I, s:s, s:I, s:s, s:o}", "method", method, "source",
						    source ? json_string(source) : json_null(), "state", !judged ? "not judged" : found ? "found" : "none",
						    "found", (json_int_t)found, "of", (json_int_t)of, "unit", unit, "at_least",
						    (json_int_t)(judged ? at_least : 0), "text", text, "cites", cites ? cites : json_array()));
}

static void raise(int64_t *to, int64_t n) { *to = n > *to ? n : *to; }

static void sequence(struct omission *o, const json_t *source, const json_t *check)
{
	const char *state = txt(check, "state");
	bool judged = strcmp(state, "not judged") != 0;
	int64_t n = judged ? num(check, "n") : 0;

	if (!judged)
		return;
	if (strcmp(txt(check, "check"), "sequence") == 0) {
		add(o, "sequence", txt(source, "name"), true, n, num(check, "of"), txt(check, "unit"), n, txt(check, "what"), NULL);
		if (strcmp(txt(source, "kind") ? txt(source, "kind") : "", "request") == 0)
			o->gateways += n;
		else
			o->elsewhere += n;
	} else if (strcmp(txt(check, "check"), "has_more") == 0 || strcmp(txt(check, "check"), "cap") == 0) {
		if (n)
			add(o, "unfinished", txt(source, "name"), true, n, num(check, "of"), txt(check, "unit"), 0, txt(check, "what"), NULL);
	}
}

static enum ak_rc sequences(struct omission *o, struct ak_err *err)
{
	json_t *sources = NULL, *s, *c;
	size_t i, k;
	enum ak_rc rc = ak_query_sources(o->s, 0, &sources, err);

	if (rc == AK_OK)
		rc = ak_query_completeness(o->s, NULL, sources, err);
	json_array_foreach(sources, i, s) {
		o->records += num(s, "stored") - num(s, "superseded");
		json_array_foreach(json_object_get(json_object_get(s, "completeness"), "checks"), k, c)
			sequence(o, s, c);
	}
	json_decref(sources);
	return rc;
}

/* Calls that a provider counts beyond the gateways' in buckets of keys that the gateways do use; a key that they do not use is no omission. */
static int64_t beyond(const json_t *bypass, const char *source)
{
	const json_t *f;
	int64_t n = 0;
	size_t i;

	json_array_foreach((json_t *)bypass, i, f)
		if (strcmp(txt(f, "basis"), "bucket") == 0 && strcmp(txt(f, "source"), source) == 0 && txt(f, "requests"))
			n += strtoll(txt(f, "requests"), NULL, 10);
	return n;
}

/* Of two sources of one provider the larger count. */
static int64_t provider_counts(struct omission *o, struct ak_reconcile *r)
{
	json_t *summary = ak_reconcile_summary(r), *bypass = ak_reconcile_bypass(r), *s, *t, *by = json_object(), *v;
	const char *provider;
	int64_t sum = 0;
	size_t i, k;

	json_array_foreach(json_object_get(summary, "sources"), i, s)
		json_array_foreach(json_object_get(s, "totals"), k, t) {
			int64_t n = beyond(bypass, txt(s, "source"));

			if (strcmp(txt(t, "measure"), "requests") != 0)
				continue;
			provider = txt(s, "provider") ? txt(s, "provider") : "";
			add(o, "provider counts", txt(s, "source"), true, n, strtoll(txt(t, "provider_figure"), NULL, 10), "requests that the provider counted", n,
			    "calls of keys that gateways use, beyond what they recorded: left out of a gateway's export, or made past it", NULL);
			if (n > num(by, provider))
				json_object_set_new(by, provider, json_integer(n));
		}
	json_array_foreach(json_object_get(summary, "sources"), i, s)
		json_array_foreach(json_object_get(s, "outside"), k, t)
			if (strcmp(txt(t, "measure"), "requests") == 0 && num(t, "value") > 0 && num(json_object_get(summary, "gateway_records"), "requests"))
				add(o, "provider counts", txt(s, "source"), false, num(t, "value"), num(t, "of"), "requests that the provider counted", 0,
				    "requests outside of the gateways' records, which cannot be compared", NULL);
	json_object_foreach(by, provider, v)
		sum += json_integer_value(v);
	if (!json_array_size(json_object_get(summary, "sources")))
		add(o, "provider counts", NULL, false, 0, 0, "requests that the provider counted", 0, "no provider usage in this period", NULL);
	json_decref(by);
	json_decref(bypass);
	json_decref(summary);
	return sum;
}

/* Several records may be of one call, so they bound nothing beyond one; what an application tells of need not have reached a gateway, so it bounds
 * nothing and is the business of coverage. */
static enum ak_rc named_by(struct omission *o, int64_t from_us, int64_t to_us, bool all_apps, struct ak_err *err)
{
	json_t *rows = NULL, *row;
	size_t i;
	enum ak_rc rc = ak_reconcile_named(o->s, from_us, to_us, all_apps, &rows, err);

	json_array_foreach(rows, i, row) {
		bool app = strcmp(txt(row, "kind"), "app_event") == 0, judged = num(row, "met") > 0;
		int64_t without = num(row, "without"), unjudged = num(row, "unjudged"), unnamed = judged ? num(row, "unnamed") : 0;
		const char *why = app ? "they need not have reached one, so this bounds nothing" : "one call may have several";
		char text[400], more[240] = "";

		snprintf(text, sizeof text, "%s", "no identifier of its records is in a gateway record");
		if (unnamed)
			snprintf(more, sizeof more, "; %s more failed while attempts of the gateways failed that name no id of the provider, and may be those",
				 AK_NUM((uint64_t)unnamed));
		if (judged)
			snprintf(text, sizeof text, "records of calls that no gateway record is of; %s%s", why, more);
		if (judged && unjudged)
			snprintf(text, sizeof text, "records of calls that no gateway record is of; %s%s; %s more have no identifier that gateways carry, or lie"
						    " outside of their records", why, more, AK_NUM((uint64_t)unjudged));
		add(o, app ? "app records" : "provider calls", txt(row, "source"), judged, without, num(row, "records") - (judged ? unjudged : 0),
		    app ? "app events" : "provider calls", !app && without > 0, text, json_incref(json_object_get(row, "cites")));
		if (!app)
			raise(&o->others, without > 0);
	}
	json_decref(rows);
	return rc;
}

static enum ak_rc canaries(struct omission *o, json_t *list, struct ak_err *err)
{
	json_t *row, *cites = json_array(), *c;
	int64_t lost = 0, n = (int64_t)json_array_size(list);
	size_t i;
	enum ak_rc rc = list ? ak_reconcile_canaries(o->s, list, &lost, err) : AK_OK;

	json_array_foreach(list, i, c)
		if (json_array_size(cites) < CITED)
			json_array_extend(cites, json_object_get(c, "cites"));
	add(o, "canaries", NULL, list != NULL, lost, n, "calls that were sent to be found", lost,
	    !list ? "none were named: 'report completeness --canaries FILE'" : lost ? "no gateway record has them" : "each is in the gateways' records", cites);
	row = json_array_get(o->methods, json_array_size(o->methods) - 1);
	if (list)
		json_object_set(row, "canaries", list);
	raise(&o->others, lost);
	return rc;
}

enum ak_rc ak_reconcile_completeness(struct ak_store *s, struct ak_reconcile *r, int64_t from_us, int64_t to_us, bool all_apps, json_t *ids,
				     json_t **out, struct ak_err *err)
{
	struct omission o = {.s = s, .methods = json_array()};
	int64_t counted = provider_counts(&o, r), missing;
	enum ak_rc rc = sequences(&o, err);

	if (rc == AK_OK)
		rc = named_by(&o, from_us, to_us, all_apps, err);
	if (rc == AK_OK)
		rc = canaries(&o, ids, err);
	add(&o, "counters", NULL, false, 0, 0, "counters", 0, "no format of these sources gives a counter that only grows", NULL);
	if (rc != AK_OK) {
		json_decref(o.methods);
		return rc;
	}
	raise(&o.others, counted);
	missing = (o.gateways > o.others ? o.gateways : o.others) + o.elsewhere;
	*out = json_pack("{s:{s:I, s:I, s:s, s:o}, s:o}", "missing", "at_least", (json_int_t)missing, "of", (json_int_t)(o.records + missing), "unit", "records",
			 "statement", json_sprintf("at least %s record%s missing of %s that there must have been", AK_NUM((uint64_t)missing),
						   missing == 1 ? " is" : "s are", AK_NUM((uint64_t)(o.records + missing))), "methods", o.methods);
	return AK_OK;
}
