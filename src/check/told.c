#include "base/ak.h"
#include "check/told.h"

#include "check/finding.h"

static json_t *who(const struct ak_suppression *e)
{
	return json_pack("{s:s, s:s, s:s}", "owner", e->owner, "reason", e->reason, "expires", e->expires);
}

bool ak_finding_told(struct ak_check_run *r, json_t *finding)
{
	const struct ak_check_opts *o = r->opts;
	const char *subject = json_string_value(json_object_get(finding, "subject"));
	const struct ak_suppression *mute;
	const json_t *response;
	char id[AK_FINDING_ID];
	bool muted, known;

	ak_finding_id(r->rule->name, r->rule->facts, r->rule->sizes, finding, id);
	ak_finding_apart(&r->ids, id);
	json_object_set_new(finding, "id", json_string(id));
	known = ak_baseline_has(o->baseline, id);
	if (o->baseline)
		json_object_set_new(finding, "new", json_boolean(!known));
	mute = ak_suppressions_find(o->mutes, r->rule->name, subject ? subject : "", id, o->now_us);
	muted = mute && o->now_us < mute->until_us;
	if (mute)
		json_object_set_new(finding, muted ? "muted" : "expired", who(mute));
	response = ak_responses_get(o->responses, id);
	if (!response)
		response = ak_responses_get(o->responses, r->rule->name);
	if (response)
		json_object_set(finding, "response", (json_t *)response);
	r->muted += muted;
	r->known += !muted && known;
	return !muted && !known;
}

json_t *ak_finding_mutes(const struct ak_check_opts *o)
{
	json_t *list = json_array();

	for (size_t i = 0; i < o->mutes->n; i++) {
		const struct ak_suppression *e = &o->mutes->list[i];
		bool expired = o->now_us >= e->until_us;

		json_array_append_new(list, json_pack("{s:s*, s:s*, s:s*, s:s, s:s, s:s, s:i, s:s, s:I}", "id", e->id, "check", e->check, "subject", e->subject, "owner",
						      e->owner, "reason", e->reason, "expires", e->expires, "line", e->line, "state",
						      expired ? "expired" : e->n ? "in force" : "matches nothing", "findings", (json_int_t)e->n));
	}
	return list;
}
