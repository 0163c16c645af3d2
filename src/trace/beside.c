/* Records beside the call: what checked it, what limited it, what was settled and decided about it. */
#include "base/ak.h"
#include "trace/hops.h"

static void verdicts(struct ak_trace *t)
{
	json_t *r;
	size_t i;

	json_array_foreach(t->verdicts, i, r) {
		const char *verdict = ak_trace_field(r, "auditkit.policy.verdict"), *result = ak_trace_field(r, "auditkit.policy.dlp");
		const char *version = ak_trace_field(r, "rule.version");
		json_t *h = ak_trace_hop(t, 2, "DLP verdict", "present", ak_trace_field(r, "event.start"));

		ak_trace_cite(h, r);
		ak_trace_say(h, "%s%s%s%s", ak_trace_dash(verdict), result ? " (" : "", result ? result : "", result ? ")" : "");
		ak_trace_say(h, "rule %s%s%s, of the %s", ak_trace_dash(ak_trace_field(r, "rule.name")), version ? " version " : "",
			     version ? version : "", ak_trace_dash(ak_trace_field(r, "auditkit.policy.checked")));
		if (!verdict || strcmp(verdict, "allowed") != 0)
			json_object_set_new(h, "finding", json_true());
		t->exact++;
	}
}

static void quotas(struct ak_trace *t)
{
	json_t *r;
	size_t i;

	json_array_foreach(t->quotas, i, r) {
		json_t *h = ak_trace_hop(t, 2, "quota", "present", ak_trace_field(r, "event.start"));

		ak_trace_cite(h, r);
		ak_trace_say(h, "%s", ak_trace_dash(ak_trace_field(r, "auditkit.quota.decision")));
		ak_trace_say(h, "%s of %s %s in %s, %s %s, policy version %s", ak_trace_dash(ak_trace_field(r, "auditkit.quota.used")),
			     ak_trace_dash(ak_trace_field(r, "auditkit.quota.limit")), ak_trace_dash(ak_trace_field(r, "auditkit.quota.unit")),
			     ak_trace_dash(ak_trace_field(r, "auditkit.quota.window")), ak_trace_dash(ak_trace_field(r, "auditkit.quota.scope")),
			     ak_trace_dash(ak_trace_field(r, "auditkit.resource.id")),
			     ak_trace_dash(ak_trace_field(r, "auditkit.budget.policy_version")));
		t->exact++;
	}
}

/* F143: the admin event that released the money, or that it is not here. */
static enum ak_rc approval(struct ak_trace *t, json_t *h, const char *event, struct ak_err *err)
{
	json_t *record = NULL;
	enum ak_rc rc = event ? ak_query_by_event_id(t->s, AK_K_AUDIT, event, &record, err) : AK_END;

	if (!event)
		ak_trace_say(h, "approval not provided by source");
	else if (rc == AK_OK)
		ak_trace_say(h, "approved by %s [%s]", ak_trace_dash(ak_trace_field(record, "event.action")),
			     json_string_value(json_object_get(record, "cite")));
	else if (rc == AK_END)
		ak_trace_say(h, "approved by event %s, which is not in this workspace", event);
	json_decref(record);
	return rc == AK_END ? AK_OK : rc;
}

static enum ak_rc settlements(struct ak_trace *t, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;
	json_t *r;
	size_t i;

	json_array_foreach(t->settlements, i, r) {
		json_t *h = ak_trace_hop(t, 6, "settlement", "present", ak_trace_field(r, "event.start"));

		ak_trace_cite(h, r);
		ak_trace_say(h, "%s %s %s", ak_trace_dash(ak_trace_field(r, "auditkit.settlement.type")),
			     ak_trace_dash(ak_trace_field(r, "auditkit.cost.currency")), ak_trace_dash(ak_trace_field(r, "auditkit.cost.billed")));
		ak_trace_say(h, "%s, reason %s, invoice %s", ak_trace_dash(ak_trace_field(r, "auditkit.settlement.id")),
			     ak_trace_dash(ak_trace_field(r, "event.reason")), ak_trace_dash(ak_trace_field(r, "auditkit.invoice.id")));
		t->exact++;
		if (rc == AK_OK)
			rc = approval(t, h, ak_trace_field(r, "auditkit.settlement.approval_event"), err);
	}
	return rc;
}

static void admin_events(struct ak_trace *t)
{
	json_t *a;
	size_t i;

	json_array_foreach(t->audits, i, a) {
		const char *category = ak_trace_field(a, "event.category");
		bool view = category && strcmp(category, "data_access") == 0;
		json_t *h;
		if (!ak_trace_field(a, "http.request.id"))
			continue;
		h = ak_trace_hop(t, 6, view ? "data access" : "admin event", "present", ak_trace_field(a, "event.start"));
		ak_trace_cite(h, a);
		ak_trace_say(h, "%s of %s, reason %s, by %s", ak_trace_dash(ak_trace_field(a, "event.action")),
		    ak_trace_dash(ak_trace_field(a, "auditkit.resource.id")), ak_trace_dash(ak_trace_field(a, "event.reason")),
		    ak_trace_dash(ak_trace_field(a, "user.id")));
		t->exact++;
	}
}

void ak_trace_checks(struct ak_trace *t)
{
	verdicts(t);
	quotas(t);
}

enum ak_rc ak_trace_aftermath(struct ak_trace *t, struct ak_err *err)
{
	enum ak_rc rc = settlements(t, err);

	admin_events(t);
	return rc;
}
