/* Systems in which everybody who sees logs sees payload (F224). */
#include "base/ak.h"
#include "check/event.h"
#include "check/said.h"
#include "check/piles.h"

#include "base/text.h"

enum { G_SOURCE, G_SYSTEM, G_ROLE, G_SCOPE, G_STATE, G_FIELDS };
static const int fields[G_FIELDS] = {AK_FIELD_SOURCE, AK_F_RESOURCE_ID, AK_F_ROLE, AK_F_LOG_SCOPE, AK_F_STATE};

struct system {
	uint64_t told;
	json_t *roles; /* of those who see payload */
};

struct ctx {
	struct ak_piles systems; /* by system: n see payload, of those whose scope is told */
	uint64_t read;
};

static enum ak_rc take(void *ctx, const struct ak_fieldrow *row, struct ak_err *err)
{
	struct ctx *x = ctx;
	const struct ak_str *v = row->value;
	struct ak_str system = v[G_SYSTEM].p ? v[G_SYSTEM] : v[G_SOURCE];
	struct ak_check_run *r = x->systems.r;
	struct ak_pile *p;

	(void)err;
	x->read++;
	if (ak_check_grant_is_over(v[G_STATE]))
		ak_check_apart(r, "no longer in force");
	else if (!v[G_SCOPE].p)
		ak_check_apart(r, "does not say which logs it shows");
	else if (ak_str_is(v[G_SCOPE], "none"))
		ak_check_apart(r, "shows no logs");
	else if ((p = ak_piles_at(&x->systems, &system))) {
		ak_check_of(r, 1);
		p->of++;
		if (!p->more)
			p->more = json_object();
		if (ak_str_is(v[G_SCOPE], "payload") || ak_str_is(v[G_SCOPE], "both")) {
			ak_pile_add(p, row);
			if (v[G_ROLE].p)
				json_object_setn_new(p->more, v[G_ROLE].p, v[G_ROLE].n, json_true());
		}
	}
	return AK_OK;
}

static void find(struct ctx *x, const struct ak_pile *p)
{
	struct ak_buf roles;
	const char *name;
	json_t *v, *f;

	ak_buf_init(&roles, 1 << 16);
	json_object_foreach((json_t *)p->more, name, v)
		ak_buf_addf(&roles, "%s%s", roles.n ? ", " : "", name);
	f = ak_pile_finding(&x->systems, p, p->part[0].p, json_sprintf("%s: all %s members who see logs see payload%s%s", p->part[0].p, AK_NUM(p->n),
									roles.n ? ", in the roles " : "", roles.n ? roles.p : ""));
	json_object_set(f, "roles", p->more);
	ak_check_found(x->systems.r, f);
	ak_buf_release(&roles);
}

static enum ak_rc run(struct ak_check_run *r, struct ak_err *err)
{
	struct ctx x = {0};
	enum ak_rc rc = ak_piles_init(&x.systems, r, 1, err);

	if (rc == AK_OK)
		rc = ak_check_rows(r, AK_K_GRANT, fields, G_FIELDS, take, &x, err);
	ak_piles_sort(&x.systems);
	for (size_t i = 0; i < x.systems.n; i++) {
		if (rc == AK_OK && x.systems.pile[i]->n > 1 && x.systems.pile[i]->n == x.systems.pile[i]->of)
			find(&x, x.systems.pile[i]);
		json_decref(x.systems.pile[i]->more);
	}
	if (!r->of)
		ak_check_unjudged(r, x.read ? "no grant says whether its role sees metadata or payload (log_scope)" : "no access review was read: ingest the list of roles and members");
	ak_piles_release(&x.systems);
	return rc;
}

const struct ak_check ak_check_payload_seen_by_all = {
	.name = "payload-seen-by-all",
	.title = "not everybody who sees logs sees payload",
	.severity = "high",
	.unit = "grants that say which logs they show",
	.rationale = "where every viewer sees request bodies there is no separation between metadata and customer data",
	.fix = "give the payload view to a role of its own, and let the others see metadata",
	.run = run,
	.facts = "roles",
	.sizes = "affected",
};
