/* Prompts and completions that arrived: without a reason, an approval or a masking plan (F220), and against the mode that is declared (F367). */
#include "base/ak.h"
#include "check/said.h"
#include "check/piles.h"

#include <stdio.h>

#include "base/jsonget.h"
#include "base/text.h"
#include "query/aggregate.h"
#include "query/query.h"

/* What policy.yaml lacks to say that raw payload is stored on purpose; NULL: it says so. */
static const char *lacking(const struct ak_policy *p)
{
	const json_t *approval = ak_policy_said(p, "redaction.payload_approval");

	if (!ak_policy_said_in(approval, "why"))
		return "no reason";
	return ak_policy_said_in(approval, "approved_by") || ak_policy_said_in(approval, "masking") ? NULL : "neither an approval nor a masking plan";
}

struct ctx {
	struct ak_piles sources; /* by source and kind: n of `of` came with raw payload */
	const char *kind;
	struct ak_pile *last; /* of the source of the request before */
	int64_t last_source;
};

enum { RAW = 1, HIDDEN = 2 };

/* What a state of prompt or completion comes to. */
static int bits_of(struct ak_str state)
{
	return !state.p ? 0 : ak_str_is(state, "present") ? RAW : ak_str_is(state, "masked") || ak_str_is(state, "encrypted") ? HIDDEN : 0;
}

static void count(struct ctx *x, struct ak_str source, int bits, const struct ak_fieldrow *row)
{
	const struct ak_str part[] = {source, ak_str_of(x->kind)};
	struct ak_pile *p = ak_piles_at(&x->sources, part);

	ak_check_of(x->sources.r, 1);
	if (!p)
		return;
	p->of++;
	p->more = (void *)((uintptr_t)p->more + (bits == HIDDEN)); /* a count */
	if (bits & RAW)
		ak_pile_add(p, row);
}

static enum ak_rc take(void *ctx, const struct ak_fieldrow *row, struct ak_err *err)
{
	(void)err;
	count(ctx, row->value[0], bits_of(row->value[1]) | bits_of(row->value[2]), row);
	return AK_OK;
}

/* Requests by column. */
static enum ak_rc take_requests(void *ctx, const struct ak_columns *c, const bool *keep, struct ak_err *err)
{
	static const enum ak_column states[] = {AK_COL_PAYLOAD_PROMPT, AK_COL_PAYLOAD_COMPLETION};
	struct ctx *x = ctx;

	(void)err;
	for (size_t i = 0; i < c->n; i++) {
		const int64_t *time = c->number[AK_COL_TIME];
		struct ak_fieldrow row = {.seq = c->number[AK_COL_SEQ][i], .source = c->number[AK_COL_SOURCE][i], .dated = time && time[i] != AK_COLUMN_NONE};
		int bits = 0;

		if (!keep[i])
			continue;
		for (size_t k = 0; k < AK_COUNT(states); k++)
			if (c->row[states[k]] && c->row[states[k]][i])
				bits |= bits_of(c->text[states[k]][c->row[states[k]][i] - 1]);
		row.time_us = row.dated ? time[i] : 0;
		if (!x->last || x->last_source != row.source) {
			const struct ak_map_entry *e = ak_map_get(&x->sources.sources, ak_str_n((const char *)&row.source, sizeof row.source));
			const struct ak_str part[] = {ak_str_of(e ? e->v.ptr : NULL), ak_str_of(x->kind)};

			x->last = ak_piles_at(&x->sources, part);
			x->last_source = row.source;
		}
		ak_check_of(x->sources.r, 1);
		if (!x->last)
			continue;
		x->last->of++;
		x->last->more = (void *)((uintptr_t)x->last->more + (bits == HIDDEN));
		if (bits & RAW)
			ak_pile_add(x->last, &row);
	}
	return AK_OK;
}

static void find(struct ctx *x, const struct ak_pile *p, const char *why)
{
	json_t *f = ak_pile_finding(&x->sources, p, p->part[0].p,
				    json_sprintf("%s: %s of %s %s arrived with a raw prompt or completion, %s came masked; %s", p->part[0].p, AK_NUM(p->n),
						 AK_NUM(p->of), p->part[1].p, AK_NUM((uint64_t)(uintptr_t)p->more), why));

	json_object_set_new(f, "kind", json_string(p->part[1].p));
	json_object_set_new(f, "records", json_integer((json_int_t)p->of));
	ak_check_found(x->sources.r, f);
}

/* Content at the places of tools and guardrails counts as well. It is counted by export, so only of all times and without a record to cite. */
static enum ak_rc places(struct ak_check_run *r, const char *why, struct ak_err *err)
{
	json_t *sources = NULL, *s, *place;
	size_t i, k;
	enum ak_rc rc = r->from_us == INT64_MIN && r->to_us == INT64_MAX ? ak_query_sources(r->store, 0, &sources, err) : AK_OK;

	json_array_foreach(sources, i, s) {
		const char *name = ak_jtxt(s, "name", "?");
		uint64_t present = 0, all = 0;

		json_array_foreach(json_object_get(s, "payload"), k, place)
			if (strcmp(ak_jtxt(place, "role", ""), "other") == 0) {
				present += ak_jnum(place, "present");
				all += ak_jnum(place, "present") + ak_jnum(place, "masked") + ak_jnum(place, "absent");
			}
		if (present)
			ak_check_found(r, json_pack("{s:s, s:o, s:[], s:i, s:s, s:I}", "subject", name, "text",
						    json_sprintf("%s: %s of %s places of tools and guardrails held raw content; %s", name, AK_NUM(present),
								 AK_NUM(all), why), "cites", "affected", 0, "kind", "places", "records", (json_int_t)all));
	}
	json_decref(sources);
	return rc;
}

/* why: what a source that logs payload is told; NULL: it may. */
static enum ak_rc judge(struct ak_check_run *r, const char *why, struct ak_err *err)
{
	static const struct { enum ak_kind kind; const char *units; } kinds[] = {{AK_K_APP, "app events"}, {AK_K_CALL, "provider calls"}};
	static const int fields[] = {AK_FIELD_SOURCE, AK_F_PAYLOAD_PROMPT, AK_F_PAYLOAD_COMPLETION};
	struct ctx x = {.kind = "attempts"};
	struct ak_columns_want want = {{false}};
	enum ak_rc rc = ak_piles_init(&x.sources, r, 2, err);

	want.col[AK_COL_SEQ] = want.col[AK_COL_TIME] = want.col[AK_COL_SOURCE] = want.col[AK_COL_PAYLOAD_PROMPT] = want.col[AK_COL_PAYLOAD_COMPLETION] = true;
	if (rc == AK_OK)
		rc = ak_query_columns_each(r->store, r->from_us, r->to_us, &want, take_requests, &x, err);

	for (size_t i = 0; i < AK_COUNT(kinds) && rc == AK_OK; i++) {
		x.kind = kinds[i].units;
		rc = ak_check_rows(r, kinds[i].kind, fields, AK_COUNT(fields), take, &x, err);
	}
	ak_piles_sort(&x.sources);
	for (size_t i = 0; i < x.sources.n && rc == AK_OK; i++)
		if (x.sources.pile[i]->n && why)
			find(&x, x.sources.pile[i], why);
	if (rc == AK_OK && why)
		rc = places(r, why, err);
	if (!r->of)
		ak_check_unjudged(r, "there are no requests, app events or provider calls in the period");
	ak_piles_release(&x.sources);
	return rc;
}

static const char *mode_of(const struct ak_check_run *r) { return ak_policy_said_text(r->policy, "redaction.payload_mode", NULL); }

static enum ak_rc run_unapproved(struct ak_check_run *r, struct ak_err *err)
{
	const char *mode = mode_of(r), *lack = lacking(r->policy);
	char why[160];

	if (mode && strcmp(mode, "full") != 0) {
		ak_check_unjudged(r, "policy.yaml declares payload_mode %s: payload-against-mode judges what arrived", mode);
		return AK_OK;
	}
	if (!r->policy) {
		ak_check_unjudged(r, "there is no policy.yaml that could say why payload is stored");
		return AK_OK;
	}
	snprintf(why, sizeof why, "policy.yaml gives %s for it", lack ? lack : "");
	return judge(r, lack ? why : NULL, err);
}

static enum ak_rc run_against(struct ak_check_run *r, struct ak_err *err)
{
	const char *mode = mode_of(r);
	char why[96];

	if (!mode || strcmp(mode, "full") == 0) {
		ak_check_unjudged(r, mode ? "policy.yaml declares that full payload is logged" : "policy.yaml declares no redaction.payload_mode");
		return AK_OK;
	}
	snprintf(why, sizeof why, "%s is declared", mode);
	return judge(r, why, err);
}

const struct ak_check ak_check_payload_unapproved = {
	.name = "payload-unapproved",
	.title = "raw prompts and completions are logged with a reason and an approval or masking plan, or not at all",
	.severity = "high",
	.unit = "attempts, app events and provider calls",
	.rationale = "a log of conversations is a second copy of customer data that nobody decided to keep",
	.fix = "set the source to metadata only, or declare redaction.payload_mode and payload_approval: {why, approved_by, masking} in policy.yaml",
	.run = run_unapproved,
	.facts = "kind",
	.sizes = "affected",
};

const struct ak_check ak_check_payload_against_mode = {
	.name = "payload-against-mode",
	.title = "no more payload arrives than the declared mode lets through",
	.severity = "high",
	.unit = "attempts, app events and provider calls",
	.rationale = "what is declared as metadata only and arrives with prompts is a promise that was broken where nobody looked",
	.fix = "set the source to the mode that policy.yaml declares: what arrived was removed here and is still there; 'auditkit report payload' counts it",
	.run = run_against,
	.facts = "kind",
	.sizes = "affected",
};
