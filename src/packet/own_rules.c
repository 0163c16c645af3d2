#include "base/ak.h"
#include "packet/sections.h"

static void add_rules(struct ak_sections *s, json_t *section, const struct ak_policy *p)
{
	struct ak_table *t = ak_section_table(s, section, "redaction_rules", "Detectors that policy.yaml adds", "kind prefix set min:integer why line:integer");

	for (size_t i = 0; i < p->nrules; i++) {
		const struct ak_policy_rule *r = &p->rules[i];
		json_t *row = json_pack("{s:s, s:s, s:s, s:i, s:s?, s:i}", "kind", r->kind, "prefix", r->prefix, "set", r->set, "min", r->min, "why",
					r->why, "line", r->line);

		ak_table_add(t, row);
		json_decref(row);
	}
}

static void add_allowed(struct ak_sections *s, json_t *section, const struct ak_policy *p)
{
	struct ak_table *t = ak_section_table(s, section, "redaction_allow", "Values that policy.yaml lets through, by fingerprint",
					      "fingerprint why by on line:integer");

	for (size_t i = 0; i < p->nallow; i++) {
		const struct ak_policy_allow *a = &p->allow[i];
		json_t *row = json_pack("{s:s, s:s, s:s?, s:s?, s:i}", "fingerprint", a->fingerprint, "why", a->why, "by", a->by, "on", a->on, "line",
					a->line);

		ak_table_add(t, row);
		json_decref(row);
	}
}

static void add_pointers(struct ak_sections *s, json_t *section, const struct ak_policy *p)
{
	struct ak_table *t = ak_section_table(s, section, "redaction_pointers", "Nested values that policy.yaml removes or masks", "field pointer action why line:integer");

	for (size_t i = 0; i < p->npointers; i++) {
		const struct ak_policy_pointer *r = &p->pointers[i];
		json_t *row = json_pack("{s:s, s:s, s:s, s:s?, s:i}", "field", r->field, "pointer", r->pointer, "action", r->action, "why", r->why, "line",
					r->line);

		ak_table_add(t, row);
		json_decref(row);
	}
	ak_section_say(section, "declared", "policy.yaml", "%zu places inside of changes and settings are removed or masked; tables/redaction.csv counts them by the rule pointer",
		       p->npointers);
}

void ak_section_own_rules(struct ak_sections *s, json_t *section)
{
	size_t rules = s->policy ? s->policy->nrules : 0, allowed = s->policy ? s->policy->nallow : 0;

	if (rules)
		add_rules(s, section, s->policy);
	if (allowed)
		add_allowed(s, section, s->policy);
	if (s->policy && s->policy->npointers)
		add_pointers(s, section, s->policy);
	ak_section_say(section, "declared", "policy.yaml", "%zu detectors are added to the built-in ones; %zu values that a detector takes for a secret are let through",
		       rules, allowed);
}
