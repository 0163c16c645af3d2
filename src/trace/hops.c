/* Building hops, and the two that the application knows: what it asked for and how it ended. */
#include "base/ak.h"
#include "trace/hops.h"

#include <stdio.h>

#include "base/time.h"
#include "model/idform.h"

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

bool ak_trace_same(const char *a, const char *b) { return a && b && strcmp(a, b) == 0; }

static struct ak_str plain(enum ak_field_id f, const char *z, char buf[AK_ID_FORM])
{
	struct ak_str out;

	return ak_id_plain(f, ak_str_of(z), buf, &out) ? out : ak_str_of(z);
}

bool ak_trace_same_id(enum ak_field_id f, const char *a, const char *b)
{
	char x[AK_ID_FORM], y[AK_ID_FORM];

	return a && b && ak_str_eq(plain(f, a, x), plain(f, b, y));
}

const char *ak_trace_count(const json_t *record, const char *name, char buf[32])
{
	int64_t n = ak_trace_int(record, name, -1);

	if (n < 0)
		return "-";
	snprintf(buf, 32, "%lld", (long long)n);
	return buf;
}

bool ak_trace_time(const json_t *record, const char *name, int64_t *us)
{
	const char *z = ak_trace_field(record, name);
	struct ak_err ignored = {0};

	return z && ak_time_arg(z, 0, us, &ignored) == AK_OK;
}

bool ak_trace_names(const json_t *app, const json_t *call)
{
	static const struct {
		enum ak_field_id f;
		const char *app, *call;
	} ids[] = {
		{AK_F_REQUEST_ID, "http.request.id", "http.request.id"},
		{AK_F_REQUEST_ID, "http.request.id", "auditkit.gateway.event_id"},
		{AK_F_RESPONSE_ID, "gen_ai.response.id", "gen_ai.response.id"},
		{AK_F_PROVIDER_REQUEST_ID, "auditkit.provider.request_id", "auditkit.provider.request_id"},
		{AK_F_SPAN_ID, "span.id", "parent.id"},
	};

	for (size_t i = 0; i < AK_COUNT(ids); i++)
		if (ak_trace_same_id(ids[i].f, ak_trace_field(app, ids[i].app), ak_trace_field(call, ids[i].call)))
			return true;
	return false;
}

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
	const char *const span[][2] = {{"trace", "trace.id"}, {"id", "span.id"}, {"parent", "parent.id"}};
	json_t *ids = json_object(), *end = json_object_get(json_object_get(record, "fields"), "event.end");

	json_object_set(h, "cite", json_object_get(record, "cite"));
	json_object_set(h, "seq", json_object_get(record, "seq"));
	json_object_set(h, "fields", json_object_get(record, "fields"));
	json_object_set(h, "kind", json_object_get(record, "kind"));
	json_object_set(h, "source", json_object_get(record, "source"));
	if (end)
		json_object_set(h, "end", end);
	for (size_t i = 0; i < AK_COUNT(span); i++)
		if (ak_trace_field(record, span[i][1]))
			json_object_set_new(ids, span[i][0], json_string(ak_trace_field(record, span[i][1])));
	if (json_object_get(ids, "id"))
		json_object_set(h, "span", ids);
	json_decref(ids);
}

/* ---- what the application recorded ---- */

static enum ak_rc app_hops(struct ak_trace *t, struct ak_err *err)
{
	json_t *r;
	size_t i;

	json_array_foreach(t->apps, i, r) {
		json_t *h = ak_trace_hop(t, 1, "app event", "present", ak_trace_field(r, "event.start"));
		const char *action = ak_trace_field(r, "event.action");

		ak_trace_cite(h, r);
		ak_trace_say(h, "%s", ak_trace_dash(action ? action : ak_trace_field(r, "gen_ai.operation.name")));
		ak_trace_say(h, "app %s, env %s, actor %s", ak_trace_dash(ak_trace_field(r, "service.name")),
			     ak_trace_dash(ak_trace_field(r, "deployment.environment.name")), ak_trace_dash(ak_trace_field(r, "user.id")));
		t->exact += json_array_size(t->attempts) > 0;
	}
	return json_array_size(t->apps) ? AK_OK : ak_trace_missing(t, 1, "app event", err);
}

static bool names_any(const struct ak_trace *t, const json_t *app)
{
	const json_t *r;
	size_t i;

	json_array_foreach(t->attempts, i, r)
		if (ak_trace_names(app, r))
			return true;
	return false;
}

/* How it ended for the application: the outermost record, and of several that follow each other, as an agent's, the one that
 * ended last. A later mention of the call, which has neither outcome nor end, says nothing of it. */
static const json_t *last_app(const struct ak_trace *t)
{
	const json_t *best = json_array_get(t->apps, 0), *r;
	int64_t end, begin, latest = 0;
	size_t i;

	if (!best || !ak_trace_time(best, "event.end", &latest))
		return best;
	json_array_foreach(t->apps, i, r)
		if (names_any(t, r) && ak_trace_time(r, "event.end", &end) && ak_trace_time(r, "event.start", &begin) && begin >= latest &&
		    (ak_trace_int(r, "http.response.status_code", -1) >= 0 || ak_trace_field(r, "event.outcome"))) {
			best = r;
			latest = end;
		}
	return best;
}

static enum ak_rc final_hop(struct ak_trace *t, struct ak_err *err)
{
	const json_t *app = last_app(t), *last = json_array_get(t->attempts, json_array_size(t->attempts) - 1);
	const json_t *from, *r;
	const char *end, *error;
	size_t i;
	json_t *h;

	/* What the outermost gateway said last is what the app got; an inner one answers to it. */
	json_array_foreach(t->attempts, i, r)
		if (ak_trace_same(json_string_value(json_object_get(r, "gateway")),
				  json_string_value(json_object_get(json_array_get(t->attempts, 0), "gateway"))))
			last = r;
	from = app && (ak_trace_int(app, "http.response.status_code", -1) >= 0 || ak_trace_field(app, "event.outcome")) ? app : last ? last : app;
	if (!from)
		return ak_trace_missing(t, 5, "final status", err);
	end = ak_trace_field(from, "event.end");
	error = ak_trace_field(from, "error.type");
	h = ak_trace_hop(t, 5, "final status", "present", end ? end : ak_trace_field(from, "event.start"));
	ak_trace_cite(h, from);
	if (ak_trace_int(from, "http.response.status_code", -1) >= 0)
		ak_trace_say(h, "%lld %s%s%s", (long long)ak_trace_int(from, "http.response.status_code", -1),
			     from == app ? "returned by the app" : "at the gateway", error ? ", " : "", error ? error : "");
	else
		ak_trace_say(h, "%s %s%s%s", ak_trace_dash(ak_trace_field(from, "event.outcome")), from == app ? "in the app" : "at the gateway",
			     error ? ", " : "", error ? error : "");
	return AK_OK;
}

enum ak_rc ak_trace_hops(struct ak_trace *t, struct ak_err *err)
{
	enum ak_rc rc;

	ak_trace_order_gateways(t);
	if ((rc = app_hops(t, err)) != AK_OK)
		return rc;
	ak_trace_attempts(t);
	if (!json_array_size(t->attempts) && (rc = ak_trace_missing(t, 2, "gateway", err)) != AK_OK)
		return rc;
	ak_trace_checks(t);
	if ((rc = ak_trace_route(t, err)) != AK_OK || (rc = ak_trace_usage(t, err)) != AK_OK || (rc = final_hop(t, err)) != AK_OK)
		return rc;
	return ak_trace_aftermath(t, err);
}
