/* Checks: one file per rule (twins share one), a line of rules.def, and nothing else. A rule reads through the folders below, tells what it looked at
 * (its denominator) and each finding with the records that show it. Verdicts have three values: a rule that lacks the evidence to
 * decide is not evaluable, which is never the same as met. */
#ifndef AK_CHECK_CHECK_H
#define AK_CHECK_CHECK_H

#include <jansson.h>

#include "conf/policy.h"
#include "store/store.h"

/* Findings that a document lists per check; the others are counted. */
enum { AK_CHECK_LISTED = 1000 };

struct ak_check_run {
	struct ak_store *store;
	const struct ak_policy *policy; /* may be NULL */
	int64_t from_us, to_us;		/* half-open */
	/* of the rule that runs */
	json_t *findings, *states, *apart;
	uint64_t found, affected, of;
	char why[300]; /* it cannot be evaluated; empty = it can */
};

struct ak_check {
	const char *name, *title; /* what it asks */
	const char *severity;	  /* high, medium or low */
	const char *unit;	  /* of the denominator */
	const char *rationale;	  /* why a reviewer asks */
	const char *fix;	  /* what to do about a finding */
	enum ak_rc (*run)(struct ak_check_run *r, struct ak_err *err);
};

#ifdef __cplusplus
extern "C" {
#endif

/* For rules. So many things of the rule's unit were looked at; adds up. */
void ak_check_of(struct ak_check_run *r, uint64_t n);
/* One thing of the rule's unit was looked at and is in this state: adds 1 to `of`, so that states add up to it. */
void ak_check_state(struct ak_check_run *r, const char *state);
/* One thing was read and is not asked about, and why: `of` and these add up to all that was read. */
void ak_check_apart(struct ak_check_run *r, const char *why);
/* A finding: {subject, text, cites: [citations], affected, ...}; takes the reference. Subject: what it is about (an id, a source); text:
 * one sentence without payload or secrets; affected: how many things of the rule's unit it is about, 1 when it is not given. */
void ak_check_found(struct ak_check_run *r, json_t *finding);
/* The evidence that would decide is not there: which, and what to ingest. The first reason stands. */
void ak_check_unjudged(struct ak_check_run *r, const char *fmt, ...) AK_PRINTF(2, 3);

/* What of a reconciliation's provider figures lies outside of the gateways' records (its summary; NULL: of every measure, else of this one) makes
 * a rule that found nothing undecided. */
void ak_check_outside(struct ak_check_run *r, const json_t *summary, const char *measure);

/* The rules, in the order of rules.def; NULL at its end. */
extern const struct ak_check *const ak_checks[];
const struct ak_check *ak_check_find(const char *name);

/* Run rules (NULL-terminated names, NULL = all): {schema: "auditkit.check/1", format_version, from|null, to|null, met, not_met, not_evaluable,
 * checks: [{check, title, severity, verdict: "met"|"not met"|"not evaluable", found: findings, affected (of the unit, in all of
 * them), of, unit, states: {state: n} (of rules that tell them apart; they add up to `of`), apart: {why: n} (read and not asked about), why (not evaluable), rationale, fix,
 * listed, findings}]} in the order of the rules. AK_EXIT_USAGE for a name that is none. */
enum ak_rc ak_check_all(struct ak_store *s, const struct ak_policy *policy, int64_t from_us, int64_t to_us, const char *const *names,
			json_t **out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
