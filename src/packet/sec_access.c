/* 6 Access statement: who may see the logs, and who used this tool to see them. */
#include "base/ak.h"
#include "packet/sections.h"
#include "packet/tenants.h"

static void own_log(struct ak_sections *s, json_t *o, const struct ak_facts *f)
{
	struct ak_table *t = ak_section_table(s, o, "access_log", "Who read or exported the evidence with auditkit, up to the checkpoint",
				     "time:datetime operator command records:integer");
	json_t *line;
	size_t i;

	json_array_foreach(f->access, i, line) {
		if (i == f->access_covered)
			break;
		ak_table_add(t, line);
	}
	if (!f->access_good)
		ak_section_gap(s, o, "the log of accesses with auditkit was changed: its chain or its anchor in the ledger is broken");
	else
		ak_section_say(o, "proven", "tables/access_log.csv", "%zu accesses with auditkit up to the checkpoint, in an unbroken chain",
			       f->access_covered);
}

/* Views and exports of logs that the systems themselves recorded. */
static void views(json_t *o, const struct ak_facts *f)
{
	size_t n = f->counts.rows[AK_P_VIEWS];

	if (!n)
		return;
	ak_section_place(o, f->table[AK_P_VIEWS]);
	ak_section_say(o, "proven", "tables/log_views.csv", "%zu views and exports of logs or data are recorded; %zu of them name payload as what was seen",
		       n, f->counts.views_of_payload);
}

/* Who let this packet out. */
static void approval(struct ak_sections *s, json_t *o)
{
	if (s->approved_by)
		ak_section_say(o, "declared", "packet.json", "the export of this packet was approved by %s", s->approved_by);
	else if (s->policy && json_array_size(ak_policy_get(s->policy, "access.export_approvers")))
		ak_section_gap(s, o, "nobody is named who approved the export of this packet (packet build --approved-by)");
}

enum ak_rc ak_section_access(struct ak_sections *s, const struct ak_facts *f, struct ak_err *err)
{
	json_t *o = ak_section_new(s, "access", "Access statement", "Who can see the logs?");

	ak_section_place(o, f->table[AK_P_GRANTS]);
	if (f->counts.rows[AK_P_GRANTS])
		ak_section_say(o, "proven", "tables/access_grants.csv", "%zu grants in the access reviews that were read",
			       f->counts.rows[AK_P_GRANTS]);
	else
		ak_section_gap(s, o, "no access review was read");
	views(o, f);
	own_log(s, o, f);
	ak_section_kept_texts(o, f->kept_texts);
	approval(s, o);
	ak_section_declared(s, o, "access");
	return s->tenant_reason ? ak_section_tenants(s, o, err) : AK_OK;
}
