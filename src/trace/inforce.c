/* What held when the request was made (state/), as lines of a trace. */
#include "base/ak.h"
#include "trace/hops.h"

#include "base/time.h"
#include "state/state.h"

static const char *txt(const json_t *row, const char *member) { return json_string_value(json_object_get(row, member)); }
static bool is(const json_t *row, const char *member, const char *value) { return txt(row, member) && strcmp(txt(row, member), value) == 0; }

static const char *title_of(const json_t *row)
{
	static const struct {
		const char *what, *title;
	} titles[] = {
		{"route", "route"},	 {"budget", "budget"},	      {"key_scope", "key"}, {"key_owner", "key owner"}, {"payload_mode", "payload mode"},
		{"retention", "retention"}, {"role", "role"},
	};

	for (size_t i = 0; i < AK_COUNT(titles); i++)
		if (is(row, "what", titles[i].what))
			return titles[i].title;
	return "setting";
}

/* A change that names none says so, a capture needs none. */
static void add_ticket(const json_t *row, struct ak_buf *b)
{
	if (!is(row, "basis", "event"))
		return;
	ak_buf_adds(b, txt(row, "ticket") ? ", " : ", NO TICKET");
	if (txt(row, "ticket"))
		ak_state_ticket(row, b);
}

static void say_unknown(const json_t *row, struct ak_buf *b)
{
	const json_t *next = json_object_get(row, "next"), *c;
	size_t i;

	if (json_object_get(row, "conflict")) {
		ak_buf_addf(b, "%s: records of %s contradict each other:", txt(row, "subject"), ak_trace_dash(txt(row, "since")));
		json_array_foreach(json_object_get(row, "conflict"), i, c)
			ak_buf_addf(b, "%s %s (%s)", i ? "," : "", txt(c, "value"), txt(c, "by"));
		return;
	}
	ak_buf_addf(b, "%s: not known at that time", txt(row, "subject"));
	if (next)
		ak_buf_addf(b, "; %s from %s on [%s]", ak_trace_dash(txt(next, "value")), ak_trace_dash(txt(next, "since")), txt(next, "by"));
}

/* What one value is called: payload mode and retention are said first, others behind what they belong to. */
static void say(const json_t *row, struct ak_buf *b)
{
	const char *value = txt(row, "value"), *subject = txt(row, "subject"), *version = txt(row, "version"), *since = txt(row, "since");
	bool wide = is(row, "what", "payload_mode") || is(row, "what", "retention"), snapshot = is(row, "basis", "snapshot");
	const char *unit = is(row, "what", "retention") && value && strspn(value, "0123456789") == strlen(value) ? " d" : "";

	if (is(row, "basis", "declared")) {
		if (is(row, "what", "budget"))
			ak_buf_addf(b, "%s: ", subject);
		ak_buf_addf(b, value ? "%s, declared" : "not answered", value);
		if (since)
			ak_buf_addf(b, " since %s", since);
		return;
	}
	if (!value && !version && !txt(row, "action")) {
		say_unknown(row, b);
		return;
	}
	if (wide)
		ak_buf_addf(b, "%s%s, %s ", ak_trace_dash(value), unit, subject);
	else
		ak_buf_addf(b, "%s%s%s%s%s, ", subject, version ? " " : "", version ? version : "", value ? ": " : "", value ? value : "");
	if (txt(row, "before_of"))
		ak_buf_addf(b, "as it was before %s", ak_trace_dash(txt(row, "until")));
	else
		ak_buf_addf(b, "%s %s", snapshot ? "as captured" : txt(row, "action") ? txt(row, "action") : "set", ak_trace_dash(since));
	if (!txt(row, "before_of"))
		add_ticket(row, b);
	if (json_object_get(row, "contradicts"))
		ak_buf_addf(b, "; the request's own record has %s", txt(json_object_get(row, "recorded"), "version"));
}

enum ak_rc ak_trace_in_force(struct ak_trace *t, struct ak_err *err)
{
	const json_t *first = json_array_get(t->attempts, 0);
	const char *at = first ? ak_trace_field(first, "event.start") : NULL;
	struct ak_state_subject of = {0};
	json_t *rows = NULL, *row;
	int64_t us = INT64_MAX;
	enum ak_rc rc = at ? ak_time_arg(at, 0, &us, err) : AK_OK;
	size_t i;

	if (first)
		ak_state_of_request(first, &of);
	if (rc == AK_OK)
		rc = ak_state_at(t->s, t->policy, us, &of, &rows, err);
	json_array_foreach(rows, i, row) {
		struct ak_buf b;
		json_t *f = json_copy(row);

		if (!at && !is(row, "basis", "declared")) {
			json_decref(f);
			continue;
		}
		ak_buf_init(&b, 1u << 24);
		say(row, &b);
		json_object_set_new(f, "title", json_string(title_of(row)));
		json_object_set_new(f, "state", json_string(b.n ? b.p : ""));
		json_object_set_new(f, "cite", json_incref(json_object_get(row, "by")));
		json_array_append_new(t->in_force, f);
		ak_buf_release(&b);
	}
	json_decref(rows);
	return rc;
}
