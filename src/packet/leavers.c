/* The part of the access statement that holds people and rules against the reviews: who has left and still has a grant, and which rule
 * of policy.yaml a record bears out. */
#include "base/ak.h"
#include "packet/sections.h"

#include "check/said.h"
#include "query/query.h"

#define NOBODY "nobody"

static const char *text(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }
static json_int_t num(const json_t *o, const char *member) { return json_integer_value(json_object_get(o, member)); }

/* access.leavers as the records have them: tokens. */
static json_t *declared_leavers(const struct ak_sections *s)
{
	const json_t *said = ak_policy_said(s->policy, "access.leavers"), *v;
	json_t *list = json_array();
	size_t i;

	if (json_is_string(said))
		json_array_append_new(list, ak_section_redacted(s, json_string_value(said)));
	json_array_foreach((json_t *)said, i, v)
		if (json_is_string(v))
			json_array_append_new(list, ak_section_redacted(s, json_string_value(v)));
	return list;
}

struct leavers {
	struct ak_table *table;
	size_t n, used, declared, going_on;
};

static enum ak_rc take(void *ctx, json_t *row, struct ak_err *err)
{
	struct leavers *l = ctx;
	const char *used = text(row, "last_used"), *reviewed = text(row, "reviewed");
	bool declared = !json_is_integer(json_object_get(row, "says_seq")), after;

	(void)err;
	l->n++;
	l->declared += declared;
	after = used && reviewed && strcmp(used, reviewed) > 0;
	l->used += after;
	l->going_on += after || !num(row, "ended");
	json_object_set_new(row, "tag", json_string(declared ? "declared" : "proven"));
	json_object_set_new(row, "says_leaf", declared ? json_null() : json_incref(json_object_get(row, "says_seq")));
	ak_table_add(l->table, row);
	return AK_OK;
}

static enum ak_rc leavers(struct ak_sections *s, json_t *o, struct ak_err *err)
{
	struct leavers l = {.n = 0};
	json_t *said = declared_leavers(s);
	enum ak_rc rc;

	l.table = ak_section_table(s, o, "leavers", "People who have left and still have a grant in the lists that were read",
				   "citation principal role resource:id log_scope export state last_used:datetime reviewed:datetime tag says says_leaf:integer");
	rc = ak_query_leavers_each(s->store, said, s->from_us, s->to_us, take, &l, err);
	if (rc == AK_OK)
		ak_section_say(o, l.n && l.n == l.declared ? "declared" : "proven", "tables/leavers.csv",
			       "%zu grants are of people who have left, as reviews, lists of people or events say, %zu of them by declaration only; %zu were used after the review",
			       l.n, l.declared, l.used);
	s->leavers = l.going_on;
	json_decref(said);
	return rc;
}

static const json_t *role_named(const json_t *roles, const char *name)
{
	json_t *role;
	size_t i;

	json_array_foreach((json_t *)roles, i, role)
		if (text(role, "role") && strcmp(text(role, "role"), name) == 0)
			return role;
	return NULL;
}

static const struct rule {
	const char *path, *says, *counts; /* member of ak_query_roles that bears it out, NULL = none can */
} rules[] = {
	{"access.payload_viewers", "may see payload", "payload"},
	{"access.export_approvers", "may approve the export of a packet", "grants"},
	{"access.roles_from", "brings the roles", NULL},
	{"access.log_access_monitoring", "how access to the logs is watched", NULL},
};

static size_t one_rule(struct ak_sections *s, struct ak_table *t, const struct rule *r, const struct ak_facts *f, const char *value)
{
	const json_t *role = r->counts ? role_named(f->roles, value) : NULL;
	json_int_t n = role ? num(role, r->counts) : 0;
	json_t *row;

	if (strcmp(value, NOBODY) == 0 && strcmp(r->path, "access.payload_viewers") == 0 && !ak_facts_sum(f->roles, "payload"))
		n = ak_facts_sum(f->roles, "grants"); /* all of them are without */
	if (strcmp(r->path, "access.log_access_monitoring") == 0)
		n = (json_int_t)f->counts.rows[AK_P_VIEWS];
	if (strcmp(r->path, "access.roles_from") == 0)
		n = (json_int_t)f->counts.rows[AK_P_GRANTS];
	row = json_pack("{s:s, s:s, s:o, s:s, s:I}", "rule", r->path, "says", r->says, "value", ak_section_redacted(s, value), "tag", n ? "proven" : "declared",
			"records", n);
	ak_table_add(t, row);
	json_decref(row);
	return n > 0;
}

/* Each rule of policy.yaml with the records that bear it out: none = it is declared and nothing more. */
static void access_rules(struct ak_sections *s, json_t *o, const struct ak_facts *f)
{
	struct ak_table *t = ak_section_table(s, o, "access_rules", "Rules of policy.yaml on access, and how many records bear each out; none: it is declared only",
					      "rule says value tag records:integer");
	size_t n = 0, good = 0, i, k;
	json_t *v;

	for (i = 0; i < AK_COUNT(rules); i++) {
		const json_t *said = ak_policy_said(s->policy, rules[i].path);

		if (json_is_string(said)) {
			good += one_rule(s, t, &rules[i], f, json_string_value(said));
			n++;
		} else if (json_is_array(said) && !json_array_size(said)) {
			good += one_rule(s, t, &rules[i], f, NOBODY);
			n++;
		}
		json_array_foreach((json_t *)said, k, v)
			if (json_is_string(v)) {
				good += one_rule(s, t, &rules[i], f, json_string_value(v));
				n++;
			}
	}
	if (n)
		ak_section_say(o, good ? "proven" : "declared", "tables/access_rules.csv", "%zu of %zu rules on access are borne out by records, the others are declared only", good, n);
}

enum ak_rc ak_section_leavers(struct ak_sections *s, json_t *section, const struct ak_facts *f, struct ak_err *err)
{
	access_rules(s, section, f);
	return leavers(s, section, err);
}
