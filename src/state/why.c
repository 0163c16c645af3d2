/* Findings and what they say. */
#include "base/ak.h"
#include "state/why.h"

static const char *text(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }
static const char *field(const json_t *r, const char *name) { return text(json_object_get(r, "fields"), name); }
static bool same(const char *a, const char *b) { return a && b && strcmp(a, b) == 0; }
static const char *dash(const char *z) { return z ? z : "-"; }

int64_t ak_why_status(const json_t *r)
{
	const json_t *v = json_object_get(json_object_get(r, "fields"), "http.response.status_code");

	return json_is_integer(v) ? json_integer_value(v) : -1;
}

bool ak_why_failed_call(const json_t *r) { return same(field(r, "event.outcome"), "failure") || ak_why_status(r) >= 400; }

/* Letters of a name in any case. */
bool ak_why_mentions(const char *z, const char *word)
{
	size_t n = strlen(word);

	for (; z && *z; z++)
		if (strlen(z) >= n && ak_str_eq_fold(ak_str_n(z, n), ak_str_of(word)))
			return true;
	return false;
}

/* Takes the answer; cites are added by ak_why_more(). */
json_t *ak_why_find(struct why *w, const char *question, json_t *answer, const char *cause, const char *basis)
{
	json_t *f = json_pack("{s:s, s:o, s:s?, s:s?, s:[]}", "question", question, "answer", answer, "cause", cause, "basis", basis, "cites");

	json_array_append_new(w->findings, f);
	if (cause)
		json_array_append_new(json_object_get(f, "cites"), json_string(cause));
	return f;
}

void ak_why_more(json_t *finding, const char *where)
{
	json_t *list = json_object_get(finding, "cites"), *c;
	size_t i;

	if (!where || !*where)
		return;
	json_array_foreach(list, i, c)
		if (same(json_string_value(c), where))
			return;
	json_array_append_new(list, json_string(where));
}

/* "v12, routing.update 2026-06-04T09:15:00Z, CHG-1183 approved" (ak_state_ticket) of a row in force. */
json_t *ak_why_set(const json_t *row)
{
	const char *ticket = text(row, "ticket"), *value = text(row, "value"), *version = text(row, "version");
	bool event = same(text(row, "basis"), "event") && !text(row, "before_of");
	struct ak_buf b;
	json_t *out;

	ak_buf_init(&b, 1u << 22);
	ak_buf_addf(&b, "%s%s%s%s", version ? version : "", version && value ? ": " : "", value ? value : "", version || value ? ", " : "");
	if (same(text(row, "basis"), "declared"))
		ak_buf_addf(&b, "declared%s%s", text(row, "since") ? " since " : "", text(row, "since") ? text(row, "since") : "");
	else if (text(row, "before_of"))
		ak_buf_addf(&b, "as it was before %s", dash(text(row, "until")));
	else
		ak_buf_addf(&b, "%s %s", event ? text(row, "action") ? text(row, "action") : "set" : "as captured", dash(text(row, "since")));
	if (event)
		ak_buf_adds(&b, ticket ? ", " : ", no ticket");
	if (event && ticket)
		ak_state_ticket(row, &b);
	out = json_string(b.p);
	ak_buf_release(&b);
	return out;
}

const json_t *ak_why_in_force(const struct why *w, const char *what, const char *subject)
{
	json_t *row;
	size_t i;

	json_array_foreach(w->in_force, i, row)
		if (same(text(row, "what"), what) && text(row, "by") && (!subject || same(text(row, "subject"), subject)))
			return row;
	return NULL;
}

