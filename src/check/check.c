#include "base/ak.h"
#include "check/check.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"
#include "base/time.h"
#include "base/jsonget.h"
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

static void count(json_t *counts, const char *word)
{
	json_object_set_new(counts, word, json_integer(json_integer_value(json_object_get(counts, word)) + 1));
}

void ak_check_state(struct ak_check_run *r, const char *state)
{
	r->of++;
	count(r->states, state);
}

void ak_check_apart(struct ak_check_run *r, const char *why) { count(r->apart, why); }

void ak_check_found(struct ak_check_run *r, json_t *finding)
{
	const json_t *affected = json_object_get(finding, "affected");

	r->found++;
	r->affected += json_is_integer(affected) ? (uint64_t)json_integer_value(affected) : 1;
	if (json_array_size(r->findings) < AK_CHECK_LISTED)
		json_array_append_new(r->findings, finding);
	else
		json_decref(finding);
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

const struct ak_check *ak_check_find(const char *name)
{
	for (size_t i = 0; ak_checks[i]; i++)
		if (strcmp(ak_checks[i]->name, name) == 0)
			return ak_checks[i];
	return NULL;
}

static enum ak_rc known(const char *const *names, struct ak_err *err)
{
	const char *all[AK_COUNT(ak_checks)] = {NULL}, *near;

	for (size_t i = 0; ak_checks[i]; i++)
		all[i] = ak_checks[i]->name;
	for (size_t i = 0; names && names[i]; i++) {
		if (ak_check_find(names[i]))
			continue;
		near = ak_text_nearest(ak_str_of(names[i]), all);
		ak_hint(err, "'auditkit check --list' names them all%s%s%s", near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
		return ak_fail(err, AK_EXIT_USAGE, "there is no check '%s'", names[i]);
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

static enum ak_rc judge(const struct ak_check *k, struct ak_check_run *r, json_t *doc, struct ak_err *err)
{
	static const char *const counter[] = {"met", "not_met", "not_evaluable"};
	static const char *const verdict[] = {"met", "not met", "not evaluable"};
	json_t *o;
	int v;
	enum ak_rc rc;

	r->findings = json_array();
	r->states = json_object();
	r->apart = json_object();
	r->found = r->affected = r->of = 0;
	r->why[0] = '\0';
	rc = k->run(r, err);
	/* Figures of some record cannot be added up exactly: this rule is undecided, the others are not. */
	if (rc == AK_FAIL && strcmp(err->reason, AK_AMOUNT_TOO_LONG) == 0) {
		ak_check_unjudged(r, "%s", err->msg);
		memset(err, 0, sizeof *err);
		rc = AK_OK;
	}
	v = r->found ? 1 : r->why[0] ? 2 : 0;
	o = json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:s, s:s, s:s, s:I, s:o}", "check", k->name, "title", k->title, "severity", k->severity, "verdict",
		      verdict[v], "found", (json_int_t)r->found, "affected", (json_int_t)r->affected, "of", (json_int_t)r->of, "unit", k->unit, "rationale", k->rationale, "fix", k->fix,
		      "listed", (json_int_t)json_array_size(r->findings), "findings", r->findings);
	if (json_object_size(r->states))
		json_object_set(o, "states", r->states);
	if (json_object_size(r->apart))
		json_object_set(o, "apart", r->apart);
	json_decref(r->states);
	json_decref(r->apart);
	if (r->why[0])
		json_object_set_new(o, "why", json_string(r->why));
	json_object_set_new(doc, counter[v], json_integer(json_integer_value(json_object_get(doc, counter[v])) + 1));
	json_array_append_new(json_object_get(doc, "checks"), o);
	return rc;
}

enum ak_rc ak_check_all(struct ak_store *s, const struct ak_policy *policy, int64_t from_us, int64_t to_us, const char *const *names,
			json_t **out, struct ak_err *err)
{
	struct ak_check_run r = {.store = s, .policy = policy, .from_us = from_us, .to_us = to_us};
	enum ak_rc rc = known(names, err);
	json_t *doc;

	if (rc != AK_OK)
		return rc;
	doc = json_pack("{s:s, s:i, s:o, s:o, s:i, s:i, s:i, s:[]}", "schema", "auditkit.check/1", "format_version", 1, "from", ak_jbound(from_us),
			"to", ak_jbound(to_us), "met", 0, "not_met", 0, "not_evaluable", 0, "checks");
	for (size_t i = 0; ak_checks[i] && rc == AK_OK; i++)
		if (wanted(names, ak_checks[i]->name))
			rc = judge(ak_checks[i], &r, doc, err);
	if (rc == AK_OK)
		*out = doc;
	else
		json_decref(doc);
	return rc;
}
