/* Logs that cannot be had or cannot be joined (F221): sources that are declared and come as no file, and sources whose records name no
 * call. */
#include "base/ak.h"
#include "check/said.h"
#include "check/piles.h"

#include "base/jsonget.h"
#include "base/text.h"
#include "query/query.h"

static void find(struct ak_check_run *r, const char *source, json_t *text, const char *state)
{
	ak_check_found(r, json_pack("{s:s, s:o, s:[], s:s}", "subject", source, "text", text, "cites", "state", state));
}

static void judge(struct ak_check_run *r, const char *name, const json_t *entry, const json_t *sources)
{
	const char *how = json_string_value(ak_policy_said_in(entry, "export"));
	const json_t *missing = json_object_get(ak_policy_said(r->policy, "not_provided"), name);

	if (how && (strcmp(how, "dashboard") == 0 || strcmp(how, "none") == 0)) {
		ak_check_state(r, "cannot be exported");
		find(r, name, json_sprintf("%s: policy.yaml says that its logs %s", name, strcmp(how, "none") == 0 ? "cannot be exported" : "are in a dashboard only"), how);
	} else if (ak_jfind(sources, "name", name)) {
		ak_check_state(r, "read");
	} else if (missing) {
		ak_check_apart(r, "not provided, as policy.yaml says");
	} else {
		ak_check_state(r, "declared and not read");
		find(r, name, json_sprintf("%s: policy.yaml declares this source, and nothing of it was ever read", name), "not read");
	}
}

static enum ak_rc run_exports(struct ak_check_run *r, struct ak_err *err)
{
	const json_t *declared = ak_policy_said(r->policy, "sources");
	json_t *sources = NULL, *entry;
	const char *name;
	enum ak_rc rc = ak_query_sources(r->store, 0, &sources, err);

	json_object_foreach((json_t *)declared, name, entry)
		if (rc == AK_OK)
			judge(r, name, entry, sources);
	if (rc == AK_OK && !r->of)
		ak_check_unjudged(r, "policy.yaml declares no sources");
	json_decref(sources);
	return rc;
}

/* ---- records that name no call ---- */

/* Ids by which a record meets those of another system; its own number and the session are none. */
static const struct {
	enum ak_kind kind;
	int field[7];
	size_t n;
} kinds[] = {
	{AK_K_REQUEST, {AK_FIELD_SOURCE, AK_F_REQUEST_ID, AK_F_RESPONSE_ID, AK_F_PROVIDER_REQUEST_ID, AK_F_UPSTREAM_ID, AK_F_TRACE_ID, AK_F_GATEWAY_EVENT_ID}, 7},
	{AK_K_APP, {AK_FIELD_SOURCE, AK_F_REQUEST_ID, AK_F_RESPONSE_ID, AK_F_PROVIDER_REQUEST_ID, AK_F_TRACE_ID}, 5},
	{AK_K_CALL, {AK_FIELD_SOURCE, AK_F_RESPONSE_ID, AK_F_PROVIDER_REQUEST_ID, AK_F_TRACE_ID}, 4},
};

struct ctx {
	struct ak_piles sources; /* by source and kind: n name no call, of those that were read; more: one does */
	size_t kind, waiting;	 /* sources of the kind that have not shown an id yet */
};

/* A source is understood at the first record with an id: the rest of it need not be read. */
static enum ak_rc take(void *ctx, const struct ak_fieldrow *row, struct ak_err *err)
{
	struct ctx *x = ctx;
	const struct ak_str part[] = {row->value[0], ak_str_of(ak_kinds[kinds[x->kind].kind].plural)};
	struct ak_pile *p = ak_piles_find(&x->sources, part);

	(void)err;
	if (!p || p->more)
		return AK_OK;
	for (size_t i = 1; i < kinds[x->kind].n; i++)
		if (row->value[i].p) {
			p->more = x;
			return --x->waiting ? AK_OK : AK_END;
		}
	ak_pile_add(p, row);
	return AK_OK;
}

static enum ak_rc read_ids(struct ctx *x, const json_t *supply, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;
	json_t *row;
	size_t i;

	for (x->kind = 0; x->kind < AK_COUNT(kinds) && rc == AK_OK; x->kind++) {
		const struct ak_kind_info *info = &ak_kinds[kinds[x->kind].kind];

		x->waiting = 0;
		json_array_foreach((json_t *)supply, i, row) {
			const struct ak_str part[] = {ak_str_of(ak_jtxt(row, "source", "?")), ak_str_of(info->plural)};

			if (strcmp(ak_jtxt(row, "kind", ""), info->name) == 0 && ak_piles_at(&x->sources, part))
				x->waiting++;
		}
		if (x->waiting)
			rc = ak_check_rows(x->sources.r, kinds[x->kind].kind, kinds[x->kind].field, kinds[x->kind].n, take, x, err);
	}
	return rc;
}

/* A source that is the second witness of another has met it by its ids; only its other records are read here. */
static bool is_witness(const json_t *pairs, const struct ak_pile *p)
{
	json_t *pair;
	size_t i;

	json_array_foreach((json_t *)pairs, i, pair)
		if (strcmp(ak_jtxt(pair, "witness", ""), p->part[0].p) == 0 && strcmp(p->part[1].p, ak_kinds[AK_K_REQUEST].plural) == 0)
			return true;
	return false;
}

static enum ak_rc run_ids(struct ak_check_run *r, struct ak_err *err)
{
	struct ctx x = {0};
	json_t *supply = NULL, *pairs = NULL;
	enum ak_rc rc = ak_piles_init(&x.sources, r, 2, err);

	if (rc == AK_OK)
		rc = ak_query_supply(r->store, &supply, err);
	if (rc == AK_OK)
		rc = read_ids(&x, supply, err);
	if (rc == AK_OK)
		rc = ak_query_corroboration(r->store, 0, INT64_MIN, INT64_MAX, &pairs, err);
	ak_piles_sort(&x.sources);
	for (size_t i = 0; i < x.sources.n && rc == AK_OK; i++) {
		struct ak_pile *p = x.sources.pile[i];

		if (!p->more && !p->n)
			continue; /* none of them in the period */
		if (is_witness(pairs, p)) {
			ak_check_state(r, "names calls");
			continue;
		}
		ak_check_state(r, p->more ? "names calls" : "names no call");
		if (!p->more) {
			json_t *f = ak_pile_finding(&x.sources, p, p->part[0].p,
						    json_sprintf("%s: none of its %s %s has an id of call, trace or provider request", p->part[0].p, AK_NUM(p->n),
								 p->part[1].p));

			json_object_set_new(f, "affected", json_integer(1));
			json_object_set_new(f, "records", json_integer((json_int_t)p->n));
			ak_check_found(r, f);
		}
	}
	if (!r->of)
		ak_check_unjudged(r, "there are no requests, app events or provider calls in the period");
	json_decref(supply);
	json_decref(pairs);
	ak_piles_release(&x.sources);
	return rc;
}

const struct ak_check ak_check_source_not_exported = {
	.name = "source-not-exported",
	.title = "every declared source can be exported, and was read",
	.severity = "medium",
	.unit = "sources that policy.yaml declares",
	.rationale = "logs that can only be looked at in a dashboard are no evidence: nobody can count, join or keep them",
	.fix = "have the source export its logs and ingest them, or say under not_provided: why not, who owns it and until when",
	.run = run_exports,
	.facts = "state",
};

const struct ak_check ak_check_source_without_ids = {
	.name = "source-without-ids",
	.title = "logs of calls name the calls",
	.severity = "medium",
	.unit = "sources of calls, by kind of record",
	.rationale = "a log without the id of a call, trace or provider request can be searched and cannot be correlated",
	.fix = "have the source log the request or trace id; where its format has one, 'auditkit sources drift' shows the field to map",
	.run = run_ids,
	.facts = "",
	.sizes = "records",
};
