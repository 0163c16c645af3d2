/* What held when the request was made: the last change before it, per matter. */
#include "base/ak.h"
#include "trace/hops.h"

#include "base/time.h"

static void add(struct ak_trace *t, const char *title, json_t *state, const char *cite)
{
	json_array_append_new(t->in_force, json_pack("{s:s, s:o, s:s}", "title", title, "state", state, "cite", cite));
}

static void add_change(struct ak_trace *t, const char *title, const json_t *row)
{
	const char *ticket = json_string_value(json_object_get(row, "ticket"));
	const char *state = json_string_value(json_object_get(row, "ticket_state"));

	add(t, title,
	    json_sprintf("%s %s, %s%s%s", json_string_value(json_object_get(row, "action")),
			 json_string_value(json_object_get(row, "time")), ticket ? ticket : "NO TICKET", state ? " " : "",
			 state ? state : ""),
	    json_string_value(json_object_get(row, "cite")));
}

static enum ak_rc last_change(struct ak_trace *t, const char *title, const char *value, const char *before, struct ak_err *err)
{
	json_t *row = NULL;
	enum ak_rc rc = value ? ak_query_last_change(t->s, value, before, &row, err) : AK_END;

	if (rc == AK_OK)
		add_change(t, title, row);
	json_decref(row);
	return rc == AK_END ? AK_OK : rc;
}

static void declared(struct ak_trace *t, const char *title, const char *path)
{
	const json_t *v = t->policy ? ak_policy_get(t->policy, path) : NULL;
	struct ak_answer *list = NULL;
	size_t n = v ? ak_policy_answers(t->policy, &list) : 0;

	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].path, path) == 0) {
			json_t *cite = json_sprintf("policy.yaml:%d", list[i].line);
			add(t, title, list[i].unknown ? json_string("not answered") : json_sprintf("%s, declared", list[i].value),
			    json_string_value(cite));
			json_decref(cite);
		}
	ak_free(list);
}

/* The last capture of each system before the request; which system served it is for the reader to judge, so each is named. */
static enum ak_rc captured(struct ak_trace *t, const char *at, struct ak_err *err)
{
	json_t *rows = NULL, *row;
	int64_t us;
	size_t i;
	enum ak_rc rc = ak_time_arg(at, 0, &us, err);

	if (rc == AK_OK)
		rc = ak_query_snapshots(t->s, INT64_MIN, us + 1, &rows, err);
	json_array_foreach(rows, i, row) {
		const char *mode = json_string_value(json_object_get(row, "payload_mode"));
		const char *system = json_string_value(json_object_get(row, "system"));
		const char *time = json_string_value(json_object_get(row, "time"));
		const char *cite = json_string_value(json_object_get(row, "citation"));
		const json_t *days = json_object_get(row, "retention_days");

		if (!json_is_true(json_object_get(row, "last")))
			continue;
		if (mode)
			add(t, "payload mode", json_sprintf("%s, %s as captured %s", mode, system ? system : "a system", time), cite);
		if (json_is_integer(days))
			add(t, "retention", json_sprintf("%lld d, %s as captured %s", (long long)json_integer_value(days),
							 system ? system : "a system", time), cite);
	}
	json_decref(rows);
	return rc;
}

enum ak_rc ak_trace_in_force(struct ak_trace *t, struct ak_err *err)
{
	const json_t *first = json_array_get(t->attempts, 0);
	const char *at = first ? ak_trace_field(first, "event.start") : NULL;
	enum ak_rc rc = AK_OK;

	if (at)
		rc = last_change(t, "route", ak_trace_field(first, "gen_ai.request.model"), at, err);
	if (at && rc == AK_OK)
		rc = last_change(t, "key", ak_trace_field(first, "auditkit.key.hash"), at, err);
	if (at && rc == AK_OK && ak_trace_field(first, "auditkit.key.id"))
		rc = last_change(t, "key", ak_trace_field(first, "auditkit.key.id"), at, err);
	if (at && rc == AK_OK)
		rc = captured(t, at, err);
	declared(t, "payload mode", "redaction.payload_mode");
	declared(t, "retention", "retention.request.keep");
	return rc;
}
