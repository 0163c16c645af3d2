/* 6 Access statement: who may see the logs, and who used this tool to see them. */
#include "base/ak.h"
#include "base/jsonw.h"
#include "packet/attested.h"
#include "packet/sections.h"
#include "packet/tenants.h"
#include "search/saved.h"

static void own_log(struct ak_sections *s, json_t *o, const struct ak_facts *f)
{
	struct ak_table *t = s->scope ? NULL
				      : ak_section_table(s, o, "access_log", "Who read or exported the evidence with auditkit, up to the checkpoint",
							 "time:datetime operator command records:integer");
	json_t *line;
	size_t i;

	json_array_foreach(t ? f->access : NULL, i, line) {
		if (i == f->access_covered)
			break;
		ak_table_add(t, line);
	}
	if (!f->access_good)
		ak_section_gap(s, o, "the log of accesses with auditkit was changed: its chain or its anchor in the ledger is broken");
	else
		ak_section_say(o, "proven", t ? "tables/access_log.csv" : "the log of accesses", "%zu accesses with auditkit up to the checkpoint, in an unbroken chain%s",
			       f->access_covered, t ? "" : "; a packet with a scope does not list them");
}

/* The grants by role, and whose should have ended. */
static void roles(struct ak_sections *s, json_t *o, const struct ak_facts *f)
{
	json_int_t ended = ak_facts_sum(f->roles, "ended");

	if (!json_array_size(f->roles))
		return;
	ak_section_rows(s, o, "access_roles", "Access by role: who may see which log, and what the reviews say of it",
			"role grants:integer people:integer metadata:integer payload:integer export:integer never_used:integer unused_90_days:integer "
			"ended:integer ended_and_seen:integer",
			f->roles);
	ak_section_say(o, "proven", "tables/access_roles.csv",
		       "%lld of %zu grants see payload, %lld were not used in the 90 days before their review or never; %lld should have ended, and %lld of "
		       "these were seen after the review",
		       (long long)ak_facts_sum(f->roles, "payload"), f->counts.rows[AK_P_GRANTS],
		       (long long)(ak_facts_sum(f->roles, "never_used") + ak_facts_sum(f->roles, "unused_90_days")), (long long)ended,
		       (long long)ak_facts_sum(f->roles, "ended_and_seen"));
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

static const char *joined(struct ak_arena *a, const json_t *names)
{
	struct ak_buf b;
	const char *z, *key;
	json_t *v;
	size_t i;

	ak_buf_init(&b, 1 << 16);
	json_array_foreach(names, i, v)
		ak_buf_addf(&b, "%s%s", b.n ? ", " : "", json_string_value(v) ? json_string_value(v) : "");
	if (json_is_object(names))
		json_object_foreach((json_t *)names, key, v)
			ak_buf_addf(&b, "%s%s", b.n ? ", " : "", key);
	z = ak_arena_z(a, ak_buf_str(&b));
	ak_buf_release(&b);
	return z;
}

/* What people look for in these records again and again: by which filters, not for whom. */
static enum ak_rc saved_searches(struct ak_sections *s, json_t *o, struct ak_err *err)
{
	AK_CLEANUP(ak_json_decref) json_t *queries = NULL;
	enum ak_rc rc = ak_saved_read(s->store->dir, &queries, err);
	struct ak_table *t;
	const char *name;
	json_t *versions;

	if (rc != AK_OK || !json_object_size(queries) || s->scope)
		return rc;
	t = ak_section_table(s, o, "saved_searches", "Searches that are saved in the workspace, the newest version of each; values are left out",
			     "name version:integer saved:datetime layers filters expression:boolean parameters");
	json_object_foreach(queries, name, versions) {
		const json_t *newest = json_array_get(versions, 0), *search = json_object_get(newest, "search");
		json_t *params = ak_saved_params(search);
		json_t *row = json_pack("{s:s, s:O*, s:O*, s:s, s:s, s:b, s:s}", "name", name, "version", json_object_get(newest, "version"), "saved",
					json_object_get(newest, "saved"), "layers", joined(s->arena, json_object_get(search, "layers")), "filters",
					joined(s->arena, json_object_get(search, "filters")), "expression", json_object_get(search, "where") != NULL, "parameters",
					joined(s->arena, params));

		ak_table_add(t, row);
		json_decref(row);
		json_decref(params);
	}
	ak_section_say(o, "declared", "tables/saved_searches.csv", "%zu searches are saved in the workspace", json_object_size(queries));
	return AK_OK;
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
	else if (s->scope)
		ak_section_say(o, "proven", "tables/scoped_records.csv", "no grant in the access reviews is one of the scope");
	else
		ak_section_gap(s, o, "no access review was read");
	roles(s, o, f);
	if (ak_section_leavers(s, o, f, err) != AK_OK)
		return AK_FAIL;
	views(o, f);
	own_log(s, o, f);
	if (saved_searches(s, o, err) != AK_OK)
		return AK_FAIL;
	ak_section_kept_texts(o, f->kept_texts);
	approval(s, o);
	ak_section_attested(s, o);
	ak_section_declared(s, o, "access");
	return s->tenant_reason ? ak_section_tenants(s, o, err) : AK_OK;
}
