/* Calls that a limit in force would have refused, and the gateway served. */
#include "base/ak.h"
#include "check/check.h"

#include "state/state.h"

static const char *txt(const json_t *o, const char *member)
{
	const char *z = json_string_value(json_object_get(o, member));

	return z ? z : "";
}

static const char *text_of(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }
static long long num(const json_t *o, const char *member) { return (long long)json_integer_value(json_object_get(o, member)); }

static json_t *finding(json_t *row)
{
	json_t *f = json_copy(row), *cites = json_array();
	const char *window = txt(row, "window"), *currency = txt(row, "currency");
	const char *where = strcmp(txt(row, "basis"), "declared") == 0 ? txt(row, "by") : txt(row, "path");

	json_array_append(cites, json_object_get(row, "by"));
	json_array_extend(cites, json_object_get(row, "cites"));
	json_object_set_new(f, "cites", cites);
	json_object_set_new(f, "affected", json_integer(num(row, "enforced_not")));
	json_object_set_new(f, "text",
			    json_sprintf("%s %s, %s: limit %s %s%s%s%s in force since %s; %lld of %lld attempts came when it was reached, the gateway refused %lld of them and "
					 "served %lld, the first at %s",
					 txt(row, "class"), txt(row, "subject"), where, txt(row, "limit"), *currency ? currency : txt(row, "unit"), *window ? " in " : "",
					 window, *window ? "" : " in all", *txt(row, "since") ? txt(row, "since") : "before the first record", num(row, "reached"), num(row, "judged"),
					 num(row, "refused"), num(row, "enforced_not"), txt(row, "first")));
	return f;
}

static enum ak_rc event(void *ctx, json_t *row, struct ak_err *err)
{
	(void)err;
	if (!text_of(row, "subject"))
		json_object_set(row, "subject", json_object_get(row, "citation"));
	ak_check_found(ctx, json_incref(row));
	return AK_OK;
}

static enum ak_rc run(struct ak_check_run *r, struct ak_err *err)
{
	json_t *rows = NULL, *unread = NULL, *row;
	uint64_t judged = 0, events = 0;
	size_t i;
	enum ak_rc rc = ak_state_quota(r->store, r->policy, r->from_us, r->to_us, &rows, &unread, &judged, err);

	if (rc != AK_OK)
		return rc;
	rc = ak_state_quota_events(r->store, r->from_us, r->to_us, event, r, &events, err);
	ak_check_of(r, judged + events);
	json_array_foreach(rows, i, row)
		if (num(row, "enforced_not"))
			ak_check_found(r, finding(row));
	row = json_array_get(unread, 0);
	if (row)
		ak_check_unjudged(r, "%zu limit%s cannot be replayed, the first is %s of %s %s: %s", json_array_size(unread), json_array_size(unread) == 1 ? "" : "s",
				  txt(row, "path"), txt(row, "class"), txt(row, "subject"), txt(row, "why"));
	else if (!json_array_size(rows) && !events)
		ak_check_unjudged(r, "no limit is stated: ingest captured settings (formats config-snapshot, litellm-settings) or quota changes, or state limits as quotas in policy.yaml");
	else if (!judged && !events)
		ak_check_unjudged(r, "no request of the period is bound by one of %zu limits", json_array_size(rows));
	json_decref(rows);
	json_decref(unread);
	return rc;
}

const struct ak_check ak_check_quota_not_enforced = {
	.name = "quota-not-enforced",
	.title = "calls beyond a limit were refused",
	.severity = "medium",
	.unit = "attempts that a stated limit binds, and quota events that state limit and use or the call they refused",
	.rationale = "a limit that is not enforced does not control spend; gateways that add up costs late let some calls through",
	.fix = "compare the named calls with the gateway's own counters; enforce the limit there, or say why it may be passed",
	.run = run,
};
