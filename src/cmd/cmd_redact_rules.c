#include "base/ak.h"
#include "cmd/cmd.h"

#include "cmd/allowlist.h"
#include "redact/plan.h"

/* What a rule is, whichever of the lists it stands in. */
struct rule {
	const char *kind, *shape, *tier, *cls, *from, *why;
};

struct listing {
	struct ak_ctx *c;
	struct ak_table table;
	json_t *all;
	size_t n[3]; /* built-in detectors, finders of personal data, rules of policy.yaml */
};

static void add(struct listing *l, const struct rule *r)
{
	const char *const cells[] = {r->kind, r->tier, r->cls, r->shape};

	for (size_t i = 0; i < AK_COUNT(cells) && !l->c->json; i++)
		ak_table_cell(&l->table, "%s", cells[i]);
	if (l->c->json)
		json_array_append_new(l->all, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s?}", "kind", r->kind, "shape", r->shape, "tier", r->tier,
							"class", r->cls, "from", r->from, "why", r->why));
}

static void add_built_in(struct listing *l, const struct ak_detector_info *all, size_t n)
{
	for (size_t i = 0; i < n; i++)
		add(l, &(struct rule){all[i].kind, all[i].shape, all[i].tier, ak_action_name(all[i].action), "built in", NULL});
}

static void add_own(struct listing *l)
{
	const struct ak_policy *p = l->c->policy;

	for (size_t i = 0; p && i < p->nrules; i++) {
		const struct ak_policy_rule *r = &p->rules[i];
		const char *shape = ak_arena_printf(&l->c->arena, "%s %s{%d,}", r->prefix, r->set, r->min).p;
		const char *from = ak_arena_printf(&l->c->arena, "policy.yaml:%d", r->line).p;

		add(l, &(struct rule){r->kind, shape, "policy", ak_action_name(AK_ACT_REMOVED), from, r->why});
		l->n[2]++;
	}
}

static json_t *allowed(const struct ak_ctx *c)
{
	const struct ak_policy *p = c->policy;
	json_t *all = json_array();

	for (size_t i = 0; p && i < p->nallow; i++)
		json_array_append_new(all, json_pack("{s:s, s:s, s:s?, s:s?, s:i, s:s?, s:b}", "fingerprint", p->allow[i].fingerprint, "why", p->allow[i].why,
						     "by", p->allow[i].by, "on", p->allow[i].on, "line", p->allow[i].line, "key", p->allow[i].key,
						     "works", ak_allowlist_works(&p->allow[i], c->keys)));
	return all;
}

static enum ak_profile_id profile(const struct ak_ctx *c)
{
	return c->plan ? c->plan->profile : AK_PROFILE_DEFAULT;
}

static enum ak_rc print(struct listing *l, struct ak_err *err)
{
	const struct ak_policy *p = l->c->policy;
	json_t *doc;
	enum ak_rc rc;

	if (l->c->json) {
		doc = json_pack("{s:s, s:i, s:s, s:O, s:o}", "schema", "auditkit.redact-rules/1", "format_version", 1, "profile",
				ak_profile_name(profile(l->c)), "rules", l->all, "allow", allowed(l->c));
		rc = ak_io_json(l->c->io, doc, err);
		json_decref(doc);
		return rc;
	}
	ak_table_print(&l->table, l->c->io);
	ak_io_printf(l->c->io, "\n");
	for (size_t i = 0; p && i < p->nallow; i++)
		ak_io_line(l->c->io, ak_allowlist_works(&p->allow[i], l->c->keys) ? "allowed" : "VOID", "%s: %s", p->allow[i].fingerprint,
			   p->allow[i].why);
	ak_io_line(l->c->io, "in force", "%zu detectors of secrets, %zu finders of personal data, %zu rules of policy.yaml; %zu values allowed; profile %s",
		   l->n[0], l->n[1], l->n[2], p ? p->nallow : 0, ak_profile_name(profile(l->c)));
	ak_allowlist_warn(l->c);
	return AK_OK;
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	static const char *const head[] = {"kind", "tier", "class", "shape"};
	struct listing l = {.c = c, .all = json_array()};
	const struct ak_detector_info *detectors, *finders;
	enum ak_rc rc;

	ak_table_init(&l.table, AK_COUNT(head), "llll");
	for (size_t i = 0; i < AK_COUNT(head); i++)
		ak_table_cell(&l.table, "%s", head[i]);
	l.n[0] = ak_redact_detectors(&detectors);
	l.n[1] = ak_redact_finders(profile(c), &c->arena, &finders);
	add_built_in(&l, detectors, l.n[0]);
	add_built_in(&l, finders, l.n[1]);
	add_own(&l);
	rc = print(&l, err);
	json_decref(l.all);
	ak_table_release(&l.table);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_example examples[] = {
	{"auditkit redact rules", "every detector with the shape it looks for"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_redact_rules = {
	.name = "redact rules",
	.summary = "list what the redactor looks for in every text",
	.text = "Tiers: prefix and shape are looked for in every string, ids, names of members and names of files included; context needs\n"
		"a name that says secret beside the value; personal is looked for in texts, as the profile says; policy are the rules of policy.yaml.\n"
		"A shape is a literal, a set of bytes and the least number of them. The class is what the redaction statement counts\n"
		"a find as. What fields become by their type is said by 'auditkit fields'.",
	.examples = examples,
	.needs = AK_NEED_READ | AK_NEED_KEYS | AK_NEED_POLICY | AK_NEED_MAYBE,
	.run = run,
};
