#include "base/ak.h"
#include "trace/hops.h"

#include <stdio.h>

const char *ak_trace_field(const json_t *record, const char *name)
{
	return json_string_value(json_object_get(json_object_get(record, "fields"), name));
}

int64_t ak_trace_int(const json_t *record, const char *name, int64_t otherwise)
{
	const json_t *v = json_object_get(json_object_get(record, "fields"), name);

	return json_is_integer(v) ? json_integer_value(v) : otherwise;
}

const char *ak_trace_dash(const char *z) { return z ? z : "-"; }

/* ---- building a hop ---- */

json_t *ak_trace_hop(struct ak_trace *t, int n, const char *title, const char *state, const char *time)
{
	json_t *h = json_pack("{s:i, s:s, s:s, s:o, s:[]}", "n", n, "title", title, "state", state, "time",
			      time ? json_string(time) : json_null(), "lines");

	json_array_append_new(t->hops, h);
	return h;
}

void ak_trace_say(json_t *h, const char *fmt, ...)
{
	struct ak_buf b;
	va_list ap;

	ak_buf_init(&b, 1 << 16);
	va_start(ap, fmt);
	ak_buf_vaddf(&b, fmt, ap);
	va_end(ap);
	json_array_append_new(json_object_get(h, "lines"), json_stringn(b.n ? b.p : "", b.n));
	ak_buf_release(&b);
}

void ak_trace_cite(json_t *h, const json_t *record)
{
	json_object_set(h, "cite", json_object_get(record, "cite"));
	json_object_set(h, "seq", json_object_get(record, "seq"));
	json_object_set(h, "fields", json_object_get(record, "fields"));
}

/* A hop that is not there, with the declared reason where policy.yaml has one. */
static void missing(struct ak_trace *t, int n, const char *title, const char *why)
{
	json_t *h = ak_trace_hop(t, n, title, "missing", NULL);

	json_object_set_new(h, "reason", json_string(why));
	ak_trace_say(h, "MISSING, %s", why);
	t->missing++;
}

/* ---- the five ---- */

static void app_hops(struct ak_trace *t)
{
	json_t *r;
	size_t i;

	json_array_foreach(t->apps, i, r) {
		json_t *h = ak_trace_hop(t, 1, "app event", "present", ak_trace_field(r, "event.start"));
		ak_trace_cite(h, r);
		ak_trace_say(h, "%s", ak_trace_dash(ak_trace_field(r, "event.action")));
		ak_trace_say(h, "app %s, env %s, actor %s", ak_trace_dash(ak_trace_field(r, "service.name")),
		    ak_trace_dash(ak_trace_field(r, "deployment.environment.name")), ak_trace_dash(ak_trace_field(r, "user.id")));
		t->exact += json_array_size(t->attempts) > 0;
	}
	if (!json_array_size(t->apps))
		missing(t, 1, "app event", "no application record has this trace or request id");
}

static void attempt_line(json_t *h, const json_t *r)
{
	int64_t status = ak_trace_int(r, "http.response.status_code", -1);
	const char *error = ak_trace_field(r, "error.type");

	if (status >= 0)
		ak_trace_say(h, "%lld from %s%s%s", (long long)status, ak_trace_dash(ak_trace_field(r, "gen_ai.provider.name")), error ? ", " : "",
		    error ? error : "");
	else
		ak_trace_say(h, "%s from %s%s%s", ak_trace_dash(ak_trace_field(r, "event.outcome")),
		    ak_trace_dash(ak_trace_field(r, "gen_ai.provider.name")), error ? ", " : "", error ? error : "");
}

/* The entries that an attempt was folded from, each with its own citation. */
static void facet_hops(struct ak_trace *t, const json_t *attempt)
{
	char title[80];
	json_t *f;
	size_t i;

	json_array_foreach(json_object_get(attempt, "facets"), i, f) {
		json_t *h;

		snprintf(title, sizeof title, "%s entry", json_string_value(json_object_get(f, "facet")));
		h = ak_trace_hop(t, 2, title, "present", json_string_value(json_object_get(f, "time")));
		ak_trace_cite(h, f);
		ak_trace_say(h, "folded into the attempt above");
	}
}

/* What other sources of the same system say of this attempt. */
static void witness_lines(json_t *h, const json_t *r)
{
	json_t *w, *d;
	size_t i, k;

	json_array_foreach(json_object_get(r, "witnesses"), i, w) {
		const json_t *differ = json_object_get(w, "differences");
		const char *where = json_string_value(json_object_get(w, "cite"));

		ak_trace_say(h, "second witness %s: %lld of %lld fields that both have agree", where,
		    (long long)(json_integer_value(json_object_get(w, "compared")) - (json_int_t)json_array_size(differ)),
		    (long long)json_integer_value(json_object_get(w, "compared")));
		json_array_foreach((json_t *)differ, k, d)
			ak_trace_say(h, "%s: %s here, %s in %s", json_string_value(json_object_get(d, "field")),
			    json_string_value(json_object_get(d, "counted")), json_string_value(json_object_get(d, "witness")), where);
	}
	if (json_object_get(r, "witnesses"))
		json_object_set(h, "witnesses", json_object_get(r, "witnesses"));
}

/* A count of tokens that the record does not have is not 0. */
static const char *tokens(const json_t *r, const char *name, char buf[32])
{
	int64_t n = ak_trace_int(r, name, -1);

	if (n < 0)
		return "-";
	snprintf(buf, 32, "%lld", (long long)n);
	return buf;
}

static void attempt_hops(struct ak_trace *t)
{
	size_t n = json_array_size(t->attempts), i;
	json_t *r;
	char title[48], in[32], out[32];

	json_array_foreach(t->attempts, i, r) {
		snprintf(title, sizeof title, "gateway %zu of %zu", i + 1, n);
		json_t *h = ak_trace_hop(t, 2, title, "present", ak_trace_field(r, "event.start"));
		ak_trace_cite(h, r);
		attempt_line(h, r);
		ak_trace_say(h, "%s -> %s", ak_trace_dash(ak_trace_field(r, "gen_ai.request.model")), ak_trace_dash(ak_trace_field(r, "gen_ai.response.model")));
		ak_trace_say(h, "key %s (%s), %s ms, in %s, out %s, %s %s%s", ak_trace_dash(ak_trace_field(r, "auditkit.key.alias")),
		    ak_trace_dash(ak_trace_field(r, "auditkit.team.id")), ak_trace_dash(ak_trace_field(r, "auditkit.duration_ms")),
		    tokens(r, "gen_ai.usage.input_tokens", in), tokens(r, "gen_ai.usage.output_tokens", out),
		    ak_trace_dash(ak_trace_field(r, "auditkit.cost.currency")), ak_trace_dash(ak_trace_field(r, "auditkit.cost.estimated")),
		    ak_trace_field(r, "auditkit.cache.status") && strcmp(ak_trace_field(r, "auditkit.cache.status"), "hit") == 0
			    ? ", cache hit" : "");
		witness_lines(h, r);
		facet_hops(t, r);
	}
	if (!n)
		missing(t, 2, "gateway", "no gateway record has this id");
}

/* Whether an attempt names this provider request id. */
static bool asked_by(const struct ak_trace *t, const char *id)
{
	json_t *r;
	size_t i;

	json_array_foreach(t->attempts, i, r) {
		const char *ours = ak_trace_field(r, "auditkit.provider.request_id");

		if (id && ours && strcmp(id, ours) == 0)
			return true;
	}
	return false;
}

/* The provider's own records of the call: those of its request log, else events of its audit log. */
static size_t provider_hops(struct ak_trace *t, const json_t *records)
{
	size_t i, n = 0;
	json_t *r, *h;
	char in[32], out[32];

	json_array_foreach((json_t *)records, i, r) {
		const char *id = ak_trace_field(r, "auditkit.provider.request_id");

		if (!asked_by(t, id))
			continue;
		h = ak_trace_hop(t, 3, "provider route", "present", ak_trace_field(r, "event.start"));
		ak_trace_cite(h, r);
		ak_trace_say(h, "%s, exact id %s", ak_trace_dash(ak_trace_field(r, "event.action")), id);
		if (ak_trace_int(r, "gen_ai.usage.input_tokens", -1) >= 0)
			ak_trace_say(h, "the provider counted in %s, out %s", tokens(r, "gen_ai.usage.input_tokens", in),
				     tokens(r, "gen_ai.usage.output_tokens", out));
		t->exact++;
		n++;
	}
	return n;
}

/* Where no record of the provider carries the id, the route is what the gateway recorded, and said so. */
static void route_hop(struct ak_trace *t)
{
	size_t n = json_array_size(t->attempts);
	const json_t *last = json_array_get(t->attempts, n - 1);
	const char *id;
	json_t *h;

	if (!n) {
		missing(t, 3, "provider route", "no gateway record to follow");
		return;
	}
	if (provider_hops(t, t->calls) + provider_hops(t, t->audits))
		return;
	id = ak_trace_field(last, "auditkit.provider.request_id");
	h = ak_trace_hop(t, 3, "provider route", "present", ak_trace_field(last, "event.start"));
	ak_trace_cite(h, last);
	ak_trace_say(h, "%s %s, as the gateway recorded it", ak_trace_dash(ak_trace_field(last, "gen_ai.provider.name")),
	    ak_trace_dash(ak_trace_field(last, "gen_ai.response.model")));
	ak_trace_say(h, "provider request id %s", id ? id : "not provided by source");
	if (id)
		ak_trace_say(h, "no provider export in this workspace carries it");
}

static void add_declared_gaps(struct ak_trace *t, json_t *h)
{
	const json_t *gaps = t->policy ? ak_policy_get(t->policy, "not_provided") : NULL;
	const char *name;
	json_t *gap;

	json_object_foreach((json_t *)gaps, name, gap) {
		ak_trace_say(h, "%s: MISSING, declared gap, due %s (policy.yaml:%d)", name,
		    ak_trace_dash(json_string_value(json_object_get(gap, "due"))), ak_yaml_key_line(&t->policy->yaml, gaps, name));
		t->declared++;
	}
}

static enum ak_rc usage_hop(struct ak_trace *t, struct ak_err *err)
{
	size_t n = json_array_size(t->attempts), i;
	json_t *r, *rows = NULL, *row, *h = NULL;
	size_t k;
	enum ak_rc rc = AK_OK;

	if (n) {
		h = ak_trace_hop(t, 4, "usage and cost", "aggregate", NULL);
		ak_trace_say(h, "aggregate buckets, not this request alone");
		json_object_set_new(h, "buckets", json_array());
	}
	json_array_foreach(t->attempts, i, r) {
		if ((rc = ak_link_buckets(t->s, r, &rows, err)) != AK_OK)
			return rc;
		json_array_foreach(rows, k, row) {
			ak_trace_say(h, "%s to %s: %lld request%s of %s, key %s [%s]", json_string_value(json_object_get(row, "start")),
			    json_string_value(json_object_get(row, "end")), (long long)json_integer_value(json_object_get(row, "requests")),
			    json_integer_value(json_object_get(row, "requests")) == 1 ? "" : "s",
			    ak_trace_dash(json_string_value(json_object_get(row, "model"))), ak_trace_dash(json_string_value(json_object_get(row, "key"))),
			    json_string_value(json_object_get(row, "cite")));
			json_array_append(json_object_get(h, "buckets"), row);
			t->aggregate++;
		}
		json_decref(rows);
	}
	if (!h) {
		missing(t, 4, "usage and cost", "no gateway record to follow");
		return AK_OK;
	}
	add_declared_gaps(t, h);
	if (!json_array_size(json_object_get(h, "buckets"))) {
		json_object_set_new(h, "state", json_string("missing"));
		json_object_set_new(h, "reason", json_string("no provider usage row covers it"));
		ak_trace_say(h, "no provider usage row covers it");
		t->missing++;
	}
	return AK_OK;
}

static void final_hop(struct ak_trace *t)
{
	const json_t *app = json_array_get(t->apps, 0), *last = json_array_get(t->attempts, json_array_size(t->attempts) - 1);
	const json_t *from = app && ak_trace_int(app, "http.response.status_code", -1) >= 0 ? app : last ? last : app;
	const char *end = from ? ak_trace_field(from, "event.end") : NULL;
	json_t *h;

	if (!from) {
		missing(t, 5, "final status", "nothing recorded how it ended");
		return;
	}
	h = ak_trace_hop(t, 5, "final status", "present", end ? end : ak_trace_field(from, "event.start"));
	ak_trace_cite(h, from);
	if (ak_trace_int(from, "http.response.status_code", -1) >= 0)
		ak_trace_say(h, "%lld %s", (long long)ak_trace_int(from, "http.response.status_code", -1),
		    from == app ? "returned by the app" : "at the gateway");
	else
		ak_trace_say(h, "%s %s", ak_trace_dash(ak_trace_field(from, "event.outcome")), from == app ? "in the app" : "at the gateway");
}

enum ak_rc ak_trace_hops(struct ak_trace *t, struct ak_err *err)
{
	enum ak_rc rc;

	app_hops(t);
	attempt_hops(t);
	ak_trace_checks(t);
	route_hop(t);
	if ((rc = usage_hop(t, err)) != AK_OK)
		return rc;
	final_hop(t);
	return ak_trace_aftermath(t, err);
}
