#include "base/ak.h"
#include "check/check.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/jsonget.h"
#include "base/text.h"
#include "check/custom.h"
#include "check/told.h"
#include "reconcile/reconcile.h"

#define RULE(name) extern const struct ak_check ak_check_##name;
#include "check/rules.def"
#undef RULE

const struct ak_check *const ak_checks[] = {
#define RULE(name) &ak_check_##name,
#include "check/rules.def"
#undef RULE
	NULL};

void ak_check_of(struct ak_check_run *r, uint64_t n) { r->of += n; }

enum ak_rc ak_check_set_read(const struct ak_policy *policy, struct ak_check_set *out, struct ak_err *err)
{
	struct ak_check_set s = {0};
	size_t builtin = AK_COUNT(ak_checks) - 1;
	enum ak_rc rc = ak_custom_parse(policy, &s.custom, &s.ncustom, err);

	if (rc != AK_OK)
		return rc;
	s.n = builtin + s.ncustom;
	s.rule = ak_alloc_zero(s.n + 1, sizeof *s.rule);
	s.name = ak_alloc_zero(s.n + 1, sizeof *s.name);
	for (size_t i = 0; i < s.n; i++) {
		s.rule[i] = i < builtin ? ak_checks[i] : ak_custom_check(s.custom, i - builtin);
		s.name[i] = s.rule[i]->name;
	}
	*out = s;
	return AK_OK;
}

void ak_check_set_release(struct ak_check_set *s)
{
	ak_custom_free(s->custom, s->ncustom);
	ak_free(s->rule);
	ak_free(s->name);
	*s = (struct ak_check_set){0};
}

static void count(json_t *counts, const char *word, uint64_t n)
{
	json_object_set_new(counts, word, json_integer(json_integer_value(json_object_get(counts, word)) + (json_int_t)n));
}

void ak_check_states(struct ak_check_run *r, const char *state, uint64_t n)
{
	r->of += n;
	if (n)
		count(r->states, state, n);
}

void ak_check_state(struct ak_check_run *r, const char *state) { ak_check_states(r, state, 1); }
void ak_check_apart(struct ak_check_run *r, const char *why) { count(r->apart, why, 1); }

enum ak_rc ak_check_keys(struct ak_check_run *r, struct ak_callkeys **out, struct ak_err *err)
{
	enum ak_rc rc = r->keys_read ? AK_OK : ak_callkeys_read(r->store, r->from_us, r->to_us, &r->keys, err);

	r->keys_read = rc == AK_OK || rc == AK_END;
	*out = r->keys;
	return rc == AK_END ? AK_OK : rc;
}

void ak_check_found(struct ak_check_run *r, json_t *finding)
{
	const json_t *affected = json_object_get(finding, "affected");
	bool fails = ak_finding_told(r, finding);
	json_t *list = fails ? r->findings : r->quiet;

	r->found++;
	r->affected += json_is_integer(affected) ? (uint64_t)json_integer_value(affected) : 1;
	if (json_array_size(list) < AK_CHECK_LISTED)
		json_array_append_new(list, finding);
	else {
		list = fails ? r->further : r->further_quiet;
		if (json_array_size(r->further) + json_array_size(r->further_quiet) < AK_CHECK_NAMED)
			json_array_append(list, json_object_get(finding, "id"));
		json_decref(finding);
	}
}

void ak_check_unjudged(struct ak_check_run *r, const char *fmt, ...)
{
	va_list ap;

	if (r->why[0])
		return;
	va_start(ap, fmt);
	vsnprintf(r->why, sizeof r->why, fmt, ap);
	va_end(ap);
}

void ak_check_note(struct ak_check_run *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(r->note, sizeof r->note, fmt, ap);
	va_end(ap);
}

enum ak_rc ak_check_reconcile(struct ak_check_run *r, struct ak_reconcile **out, struct ak_err *err)
{
	const struct ak_reconcile_opts o = {.from_us = r->from_us, .to_us = r->to_us, .control_point = r->policy ? r->policy->control_point : NULL};
	enum ak_rc rc = r->rec ? AK_OK : ak_reconcile_run(r->store, &o, &r->rec, err);

	*out = r->rec;
	return rc;
}

static enum ak_rc known(const struct ak_check_opts *o, struct ak_err *err)
{
	for (size_t i = 0; o->names && o->names[i]; i++) {
		const char *near;
		size_t k;

		for (k = 0; k < o->set->n && strcmp(o->set->name[k], o->names[i]) != 0;)
			k++;
		if (k < o->set->n)
			continue;
		near = ak_text_nearest(ak_str_of(o->names[i]), o->set->name);
		ak_hint(err, "'auditkit check --list' names them all%s%s%s", near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
		return ak_fail(err, AK_EXIT_USAGE, "there is no check '%s'", o->names[i]);
	}
	return AK_OK;
}

static bool wanted(const char *const *names, const char *name)
{
	for (size_t i = 0; names && names[i]; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return !names || !names[0];
}

static void begin(const struct ak_check *k, struct ak_check_run *r)
{
	r->rule = k;
	r->findings = json_array();
	r->quiet = json_array();
	r->states = json_object();
	r->apart = json_object();
	r->further = json_array();
	r->further_quiet = json_array();
	ak_map_init(&r->ids);
	r->found = r->affected = r->of = r->muted = r->known = 0;
	r->why[0] = r->note[0] = '\0';
}

static void end(struct ak_check_run *r)
{
	json_decref(r->findings);
	json_decref(r->quiet);
	json_decref(r->states);
	json_decref(r->apart);
	json_decref(r->further);
	json_decref(r->further_quiet);
	ak_map_release(&r->ids);
}

static void add(json_t *o, const char *member, uint64_t n)
{
	json_object_set_new(o, member, json_integer(json_integer_value(json_object_get(o, member)) + (json_int_t)n));
}

static json_t *judged(const struct ak_check_run *r, const char *verdict)
{
	const struct ak_check *k = r->rule;
	json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "check", k->name, "title", k->title, "severity", k->severity, "verdict", verdict, "unit",
			      k->unit, "rationale", k->rationale, "fix", k->fix);

	json_array_extend(r->findings, r->quiet);
	json_array_extend(r->further, r->further_quiet);
	add(o, "found", r->found);
	add(o, "failing", r->found - r->muted - r->known);
	add(o, "muted", r->muted);
	add(o, "known", r->known);
	add(o, "affected", r->affected);
	add(o, "of", r->of);
	add(o, "listed", json_array_size(r->findings));
	json_object_set(o, "findings", r->findings);
	if (json_array_size(r->further))
		json_object_set(o, "further_ids", r->further);
	if (json_object_size(r->states))
		json_object_set(o, "states", r->states);
	if (json_object_size(r->apart))
		json_object_set(o, "apart", r->apart);
	if (r->why[0])
		json_object_set_new(o, "why", json_string(r->why));
	if (r->note[0])
		json_object_set_new(o, "note", json_string(r->note));
	return o;
}

static enum ak_rc judge(const struct ak_check *k, struct ak_check_run *r, json_t *doc, struct ak_err *err)
{
	static const char *const counter[] = {"met", "not_met", "not_evaluable"};
	static const char *const verdict[] = {"met", "not met", "not evaluable"};
	json_t *sum = json_object_get(doc, "findings");
	int v;
	enum ak_rc rc;

	begin(k, r);
	rc = k->run(r, err);
	/* Figures of some record cannot be added up exactly: this rule is undecided, the others are not. */
	if (rc == AK_FAIL && strcmp(err->reason, AK_AMOUNT_TOO_LONG) == 0) {
		ak_check_unjudged(r, "%s", err->msg);
		memset(err, 0, sizeof *err);
		rc = AK_OK;
	}
	v = r->found ? 1 : r->why[0] ? 2 : 0;
	add(doc, counter[v], 1);
	add(sum, "found", r->found);
	add(sum, "failing", r->found - r->muted - r->known);
	add(sum, "muted", r->muted);
	add(sum, "known", r->known);
	json_array_append_new(json_object_get(doc, "checks"), judged(r, verdict[v]));
	end(r);
	return rc;
}

/* Is the reconciliation asked for by a rule behind the i-th? */
static bool reconciles_later(const struct ak_check_opts *o, size_t i)
{
	for (i++; i < o->set->n; i++)
		if (o->set->rule[i]->reconciles && wanted(o->names, o->set->name[i]))
			return true;
	return false;
}

enum ak_rc ak_check_all(struct ak_store *s, const struct ak_check_opts *o, json_t **out, struct ak_err *err)
{
	struct ak_check_run r = {.store = s, .policy = o->policy, .from_us = o->from_us, .to_us = o->to_us, .opts = o};
	enum ak_rc rc = known(o, err);
	json_t *doc;

	if (rc != AK_OK)
		return rc;
	doc = json_pack("{s:s, s:i, s:o, s:o, s:i, s:i, s:i, s:{s:i, s:i, s:i, s:i}, s:[]}", "schema", "auditkit.check/1", "format_version", 1, "from",
			ak_jbound(o->from_us), "to", ak_jbound(o->to_us), "met", 0, "not_met", 0, "not_evaluable", 0, "findings", "found", 0,
			"failing", 0, "muted", 0, "known", 0, "checks");
	for (size_t i = 0; i < o->set->n && rc == AK_OK; i++) {
		if (wanted(o->names, o->set->name[i]))
			rc = judge(o->set->rule[i], &r, doc, err);
		if (r.rec && !reconciles_later(o, i)) {
			ak_reconcile_free(r.rec);
			r.rec = NULL;
		}
	}
	ak_callkeys_free(r.keys);
	if (r.rec)
		ak_reconcile_free(r.rec);
	if (rc == AK_OK && o->baseline)
		json_object_set_new(doc, "baseline", ak_baseline_compare(o->baseline, json_object_get(doc, "checks")));
	if (rc == AK_OK && o->mutes)
		json_object_set_new(doc, "suppressions", ak_finding_mutes(o));
	if (rc == AK_OK)
		*out = doc;
	else
		json_decref(doc);
	return rc;
}
