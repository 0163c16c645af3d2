/* Records beside the call: what checked it, what limited it, what was settled and decided about it. */
#include "base/ak.h"
#include "trace/hops.h"

#include "chain/chain.h"

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

/* F143: what of the chain of a settlement row is not here. The request and its usage stand in hops of their own where they are. */
static void missing_lines(json_t *h, const json_t *chain)
{
	json_t *m;
	size_t i;

	json_array_foreach(json_object_get(chain, "missing"), i, m)
		if (strcmp(json_string_value(json_object_get(m, "what")), "request") == 0)
			ak_trace_say(h, "request MISSING: %s", json_string_value(json_object_get(m, "text")));
	json_array_foreach(json_object_get(chain, "problems"), i, m) {
		ak_trace_say(h, "%s: %s", json_string_value(json_object_get(m, "what")), json_string_value(json_object_get(m, "text")));
		json_object_set_new(h, "finding", json_true());
	}
}

static const char *text(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }

/* The admin event that released the money, or that it is not here. Rows that give nothing back need none. */
static void approval(struct ak_trace *t, const json_t *chain)
{
	const json_t *event = json_object_get(chain, "approval");
	const char *verdict = text(chain, "verdict"), *why = text(chain, "why"), *job = text(event, "job");
	json_t *h, *m;
	size_t i;

	if (json_is_object(event)) {
		h = ak_trace_hop(t, 6, "approval", "present", text(event, "time"));
		json_object_set(h, "cite", json_object_get(event, "cite"));
		ak_trace_say(h, "%s%s%s", verdict, why ? ": " : "", why ? why : "");
		ak_trace_say(h, "%s by %s (%s)", ak_trace_dash(text(event, "action")),
			     ak_trace_dash(job ? job : text(event, "approver") ? text(event, "approver") : text(event, "actor")), text(event, "via"));
		if (strcmp(verdict, "approved") != 0)
			json_object_set_new(h, "finding", json_true());
		t->exact++;
		return;
	}
	h = ak_trace_hop(t, 6, "approval", "missing", NULL);
	json_array_foreach(json_object_get(chain, "missing"), i, m)
		if (strcmp(text(m, "what"), "approval") == 0) {
			json_object_set(h, "reason", json_object_get(m, "text"));
			ak_trace_say(h, "MISSING, %s", text(m, "text"));
		}
	t->missing++;
}

static bool needs_approval(const char *type)
{
	static const char *const types[] = {"refund", "credit", "void", "adjustment"};

	for (size_t i = 0; type && i < AK_COUNT(types); i++)
		if (strcmp(type, types[i]) == 0)
			return true;
	return false;
}

/* Of a row that needs none and names one all the same, such as an invoice. */
static enum ak_rc named_approval(struct ak_trace *t, const char *event, struct ak_err *err)
{
	json_t *record = NULL, *h;
	enum ak_rc rc = event ? ak_query_by_event_id(t->s, AK_K_AUDIT, event, &record, err) : AK_OK;

	if (record) {
		h = ak_trace_hop(t, 6, "approval", "present", ak_trace_field(record, "event.start"));
		ak_trace_cite(h, record);
		ak_trace_say(h, "%s by %s", ak_trace_dash(ak_trace_field(record, "event.action")), ak_trace_dash(ak_trace_field(record, "user.id")));
		t->exact++;
	} else if (rc == AK_END) {
		h = ak_trace_hop(t, 6, "approval", "missing", NULL);
		json_object_set_new(h, "reason", json_sprintf("admin event %s is not in this workspace", event));
		ak_trace_say(h, "MISSING, admin event %s is not in this workspace", event);
		t->missing++;
	}
	json_decref(record);
	return rc == AK_END ? AK_OK : rc;
}

static enum ak_rc settlement(struct ak_trace *t, const json_t *r, struct ak_err *err)
{
	json_t *h = ak_trace_hop(t, 6, "settlement", "present", ak_trace_field(r, "event.start")), *chain = NULL;
	const char *type = ak_trace_field(r, "auditkit.settlement.type");
	enum ak_rc rc = ak_chain_refund(t->s, json_integer_value(json_object_get(r, "seq")), &chain, err);

	ak_trace_cite(h, r);
	ak_trace_say(h, "%s %s %s", ak_trace_dash(type), ak_trace_dash(ak_trace_field(r, "auditkit.cost.currency")),
		     ak_trace_dash(ak_trace_field(r, "auditkit.cost.billed")));
	ak_trace_say(h, "%s, reason %s, invoice %s", ak_trace_dash(ak_trace_field(r, "auditkit.settlement.id")),
		     ak_trace_dash(ak_trace_field(r, "event.reason")), ak_trace_dash(ak_trace_field(r, "auditkit.invoice.id")));
	t->exact++;
	if (rc == AK_OK && needs_approval(type)) {
		missing_lines(h, chain);
		if (strcmp(text(chain, "verdict"), "not made") == 0)
			ak_trace_say(h, "%s", text(chain, "why"));
		else
			approval(t, chain);
	} else if (rc == AK_OK || rc == AK_END) {
		rc = named_approval(t, ak_trace_field(r, "auditkit.settlement.approval_event"), err);
	}
	json_decref(chain);
	return rc == AK_END ? AK_OK : rc;
}

static enum ak_rc settlements(struct ak_trace *t, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;
	json_t *r;
	size_t i;

	json_array_foreach(t->settlements, i, r)
		if (rc == AK_OK)
			rc = settlement(t, r, err);
	return rc;
}

/* It stands there as the approval of a settlement row. */
static bool shown(const struct ak_trace *t, const json_t *record)
{
	json_t *h;
	size_t i;

	json_array_foreach(t->hops, i, h)
		if (strcmp(text(h, "title"), "approval") == 0 && json_equal(json_object_get(h, "cite"), json_object_get(record, "cite")))
			return true;
	return false;
}

static void admin_events(struct ak_trace *t)
{
	json_t *a;
	size_t i;

	json_array_foreach(t->audits, i, a) {
		const char *category = ak_trace_field(a, "event.category");
		bool view = category && strcmp(category, "data_access") == 0;
		json_t *h;
		if (!ak_trace_field(a, "http.request.id") || shown(t, a))
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
