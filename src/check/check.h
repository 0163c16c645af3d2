/* Checks: one file per rule (twins share one), a line of rules.def, and nothing else. A rule reads through the folders below, tells what it looked at
 * (its denominator) and each finding with the records that show it. Verdicts have three values: a rule that lacks the evidence to
 * decide is not evaluable, which is never the same as met. */
#ifndef AK_CHECK_CHECK_H
#define AK_CHECK_CHECK_H

#include <jansson.h>

#include "base/map.h"
#include "check/baseline.h"
#include "conf/policy.h"
#include "conf/responses.h"
#include "conf/suppressions.h"
#include "query/callkeys.h"
#include "store/store.h"

/* Findings that a document lists per check; the others are counted. */
enum { AK_CHECK_LISTED = 1000 };

/* What an export lists of all: their ids, in further_ids; beyond these they are only counted, and a baseline knows them not. */
enum { AK_CHECK_NAMED = 100000 };

struct ak_check;
struct ak_check_opts;
struct ak_countries;
struct ak_reconcile;

struct ak_check_run {
	struct ak_store *store;
	const struct ak_policy *policy; /* may be NULL */
	int64_t from_us, to_us;		/* half-open */
	const struct ak_check *rule;	/* that runs */
	const struct ak_check_opts *opts;
	struct ak_callkeys *keys; /* ak_check_keys */
	bool keys_read;
	struct ak_reconcile *rec; /* ak_check_reconcile */
	/* of the rule that runs */
	json_t *findings, *quiet, *states, *apart; /* quiet: findings that fail no more */
	json_t *further, *further_quiet; /* ids of those that are not listed */
	struct ak_map ids;
	uint64_t found, affected, of;
	uint64_t muted, known; /* of those found; known: not muted and in the baseline */
	char why[300]; /* it cannot be evaluated; empty = it can */
	char note[640]; /* what a reader of the verdict should know; may be empty */
};

struct ak_check {
	const char *name, *title; /* what it asks */
	const char *severity;	  /* high, medium or low */
	const char *unit;	  /* of the denominator */
	const char *rationale;	  /* why a reviewer asks */
	const char *fix;	  /* what to do about a finding */
	enum ak_rc (*run)(struct ak_check_run *r, struct ak_err *err);
	/* What makes a finding and its id (check/finding.h); NULL: as facts.def says, else the words of its text and `affected`. */
	const char *facts, *sizes;
	bool reconciles; /* asks for ak_check_reconcile, which is kept until the last of these rules has run */
};

/* The rules there are: those of rules.def, then those of `checks:` in policy.yaml (check/custom.h). */
struct ak_check_set {
	const struct ak_check **rule; /* NULL at its end */
	const char **name;	      /* likewise */
	size_t n;
	struct ak_custom *custom;
	size_t ncustom;
};

struct ak_check_opts {
	const struct ak_policy *policy; /* may be NULL, like all below */
	const struct ak_check_set *set;
	int64_t from_us, to_us; /* half-open */
	const char *const *names; /* NULL-terminated; NULL or empty = all */
	struct ak_suppressions *mutes;
	struct ak_baseline *baseline;
	const struct ak_responses *responses;
	int64_t now_us; /* on which suppressions expire */
	const char *max_error_rate; /* "5%": in place of limits.max_error_rate */
	const char *max_rate_limited; /* "100": in place of limits.max_rate_limited */
	const char *profile; /* "vendor-risk": in place of review.profiles */
	const struct ak_countries *countries; /* check/countries.h */
};

#ifdef __cplusplus
extern "C" {
#endif

/* For rules. So many things of the rule's unit were looked at; adds up. */
void ak_check_of(struct ak_check_run *r, uint64_t n);
/* One thing of the rule's unit was looked at and is in this state: adds 1 to `of`, so that states add up to it. */
void ak_check_state(struct ak_check_run *r, const char *state);
/* n things likewise. */
void ak_check_states(struct ak_check_run *r, const char *state, uint64_t n);
/* The keys of the requests of the run's period, read once for all rules; NULL: more than memory tells apart. */
enum ak_rc ak_check_keys(struct ak_check_run *r, struct ak_callkeys **out, struct ak_err *err);
/* The reconciliation of the run's period, made once for all rules; the run's own. */
enum ak_rc ak_check_reconcile(struct ak_check_run *r, struct ak_reconcile **out, struct ak_err *err);
/* One thing was read and is not asked about, and why: `of` and these add up to all that was read. */
void ak_check_apart(struct ak_check_run *r, const char *why);
/* A finding: {subject, text, cites: [citations], affected, ...}; takes the reference. Subject: what it is about (an id, a source); text:
 * one sentence without payload or secrets; affected: how many things of the rule's unit it is about, 1 when it is not given. */
void ak_check_found(struct ak_check_run *r, json_t *finding);
/* The evidence that would decide is not there: which, and what to ingest. The first reason stands. */
void ak_check_unjudged(struct ak_check_run *r, const char *fmt, ...) AK_PRINTF(2, 3);

/* What a reader of the verdict, whichever it is, should know beside it; member `note`. */
void ak_check_note(struct ak_check_run *r, const char *fmt, ...) AK_PRINTF(2, 3);

/* What of a reconciliation's provider figures lies outside of the gateways' records (its summary; NULL: of every measure, else of this one) makes
 * a rule that found nothing undecided. */
void ak_check_outside(struct ak_check_run *r, const json_t *summary, const char *measure);

/* The rules of rules.def in their order; NULL at its end. */
extern const struct ak_check *const ak_checks[];
/* AK_EXIT_USAGE with file and line where a rule of policy.yaml is none. policy may be NULL. The caller releases it. */
enum ak_rc ak_check_set_read(const struct ak_policy *policy, struct ak_check_set *out, struct ak_err *err);
void ak_check_set_release(struct ak_check_set *s);

/* Run rules: {schema: "auditkit.check/1", format_version, from|null, to|null, met, not_met, not_evaluable,
 * findings: {found, failing, muted, known}, baseline (ak_baseline_compare, where there is one), suppressions: [{id | check, subject,
 * owner, reason, expires, line, state: "in force"|"expired"|"matches nothing", findings}],
 * checks: [{check, title, severity, verdict: "met"|"not met"|"not evaluable", found: findings, failing, muted, known, affected (of the unit, in all of
 * them), of, unit, states: {state: n} (of rules that tell them apart; they add up to `of`), apart: {why: n} (read and not asked about), why (not evaluable), note (where there is one), rationale, fix,
 * listed, findings: [{id, new (with a baseline), muted: {owner, reason, expires}, expired: likewise, response, ...}], further_ids}]} in the order of the
 * rules; findings that fail come first, among further_ids too. A verdict says what the records show, muted or not. AK_EXIT_USAGE for a name that is none. */
enum ak_rc ak_check_all(struct ak_store *s, const struct ak_check_opts *o, json_t **out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
