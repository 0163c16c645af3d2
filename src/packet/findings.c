#include "base/ak.h"
#include "packet/findings.h"

#include "base/text.h"
#include "packet/attested.h"
#include "packet/overdue.h"
#include "packet/questions.h"
#include "packet/source_retention.h"
#include "redact/redact.h"

enum { PARTS_NAMED = 12 };

struct found {
	const struct ak_facts *f;
	const struct ak_policy *policy;
	int64_t as_of_us;
	uint64_t n, of; /* what was found, of how many; n 0 = no finding */
	json_t *parts;	/* {name: number}: what it is made of, or NULL */
};

static const char *text(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }
static uint64_t num(const json_t *o, const char *member) { return (uint64_t)json_integer_value(json_object_get(o, member)); }

static void keys_without_owner(struct found *x)
{
	x->of = x->f->counts.keys_used;
	x->n = x->of - x->f->counts.keys_owned;
}

static void attempts_without_key(struct found *x)
{
	x->n = (uint64_t)ak_facts_sum(x->f->routes, "without_key");
	x->of = (uint64_t)ak_facts_sum(x->f->routes, "attempts");
}

/* All changes that are asked about, each once. */
static void changes_unapproved(struct found *x)
{
	x->of = x->f->counts.changes_asked;
	x->n = x->f->counts.changes_found;
	x->parts = json_incref(x->f->counts.change_verdicts);
}

static void changes_unjudged(struct found *x)
{
	x->of = x->f->counts.changes_asked;
	x->n = x->f->counts.changes_unjudged;
}

static void add_part(json_t **parts, const char *name, json_int_t n)
{
	if (!*parts)
		*parts = json_object();
	if (n)
		json_object_set_new(*parts, name, json_integer(json_integer_value(json_object_get(*parts, name)) + n));
}

/* By key, as the packet names it, else by project. */
static void bypass(struct found *x)
{
	json_int_t all = 0;
	json_t *link, *row;
	size_t i, k;

	x->n = (uint64_t)ak_facts_bypass(x->f->links, &all);
	x->of = (uint64_t)all;
	json_array_foreach(x->f->links, i, link)
		json_array_foreach(json_object_get(link, "bypass"), k, row) {
			const char *key = text(row, "key"), *project = text(row, "project");

			add_part(&x->parts, key ? key : project ? project : "keys that gateways share", (json_int_t)num(row, "requests"));
		}
}

static bool is_secret(const struct ak_policy *p, const char *rule)
{
	const struct ak_detector_info *all;
	size_t n = ak_redact_detectors(&all);

	for (size_t i = 0; i < n; i++)
		if (strcmp(all[i].kind, rule) == 0)
			return strcmp(all[i].tier, "personal") != 0;
	for (size_t i = 0; p && i < p->nrules; i++)
		if (strcmp(p->rules[i].kind, rule) == 0)
			return true;
	return false;
}

/* Of all records of the workspace, each once: redaction and warnings are counted by export, not by time. */
static void count_rules(struct found *x, const char *member, bool (*counts)(const struct ak_policy *p, const char *rule))
{
	json_t *source, *row;
	size_t i, k;

	json_array_foreach(x->f->sources, i, source) {
		x->of += num(source, "stored");
		json_array_foreach(json_object_get(source, member), k, row)
			if (text(row, "rule") && counts(x->policy, text(row, "rule")))
				x->n += num(row, "n");
	}
}

static void secrets(struct found *x) { count_rules(x, "redaction", is_secret); }

static void late_sources(struct found *x)
{
	json_t *late = ak_overdue(x->policy, x->f->sources, "name", x->as_of_us);

	x->n = json_array_size(late);
	x->of = json_array_size(x->f->sources);
	json_decref(late);
}

static void lost_early(struct found *x) { ak_source_lost_early(x->f, x->policy, &x->n, &x->of); }

static void late_attestations(struct found *x) { ak_attested_count(x->policy, x->as_of_us, &x->n, &x->of); }

static void leavers(struct found *x)
{
	x->n = x->f->leavers;
	x->of = x->f->counts.rows[AK_P_GRANTS];
}

static void small_groups(struct found *x)
{
	for (int r = 0; r < AK_R_COUNT; r++) {
		x->n += x->f->small->of[r].small - x->f->small->of[r].left_out - x->f->small->of[r].merged;
		x->of += x->f->small->of[r].named;
	}
}

/* What a check counted in the sources that it was made in. */
static void count_check(struct found *x, const char *name)
{
	json_t *source, *check;
	size_t i, k;

	json_array_foreach(x->f->sources, i, source)
		json_array_foreach(json_object_get(json_object_get(source, "completeness"), "checks"), k, check)
			if (strcmp(text(check, "check"), name) == 0) {
				x->n += num(check, "n");
				x->of += num(check, "of");
			}
}

static void silences(struct found *x) { count_check(x, "silence"); }
static void holes(struct found *x) { count_check(x, "sequence"); }
static void caps(struct found *x) { count_check(x, "cap"); }
static void pages(struct found *x) { count_check(x, "has_more"); }
static void cuts(struct found *x) { count_check(x, "cut"); }
static void provisional(struct found *x) { count_check(x, "provisional"); }
static void actions(struct found *x) { count_check(x, "action"); }

static void undated(struct found *x)
{
	uint64_t records;

	count_check(x, "odd_time");
	records = x->of;
	count_check(x, "undated");
	x->of = records; /* the same records twice */
}

static bool is_personal_label(const struct ak_policy *p, const char *rule)
{
	(void)p;
	return strcmp(rule, "personal_label") == 0;
}

/* The labels are not repeated. */
static void personal_labels(struct found *x) { count_rules(x, "warnings", is_personal_label); }

/* A finding is measured by its own function, or is what keeps a question from being met. */
#define FINDINGS(X) \
	X("key-no-owner", "keys in use that nobody answers for", "keys", keys_without_owner, "keys in use at gateway or provider", 0) \
	X("attempt-no-key", "attempts that name no key", "routes", attempts_without_key, "attempts", 0) \
	X("change-no-ticket", "changes by administrators that no ticket of somebody else approved before they were made", "changes", changes_unapproved, "changes", 0) \
	X("change-unjudged", "changes by administrators of which no record can tell whether they were approved", "changes", changes_unjudged, "changes", 0) \
	X("provider-bypass", "provider requests without a gateway record", "links", bypass, "provider requests", 0) \
	X("secret-in-record", "values that look like secrets, removed: rotate them", "redaction", secrets, "values in|records stored", 0) \
	X("leaver-with-access", "grants of people who have left that no review ended, or that were used after it", "leavers", leavers, "grants", 0) \
	X("small-group", "published groups that stand for fewer people than the policy's k", "small_groups", small_groups, "groups that name people", 0) \
	X("source-overdue", "sources whose newest export is older than their rhythm allows", "sources", late_sources, "sources", 0) \
	X("attestation-overdue", "reviews by hand that are attested for too long, on no day or by nobody", "attestations", late_attestations, "attestations", 0) \
	X("source-lost-early", "sources that lost records early: the oldest is younger than what the source states to keep", "retention_sources", lost_early, "sources that state it", 0) \
	X("label-personal", "labels of keys, teams and projects that look like a person's", "sources", personal_labels, "values in|records stored", 0) \
	X("source-silent", "hours in stretches without a record that are longer than the source's usual ones: suspected gaps", "silences", silences, "hours from the first to the last record", 0) \
	X("source-hole", "numbers missing from the sequence of a source", "completeness", holes, "numbers from the first to the last", 0) \
	X("source-capped", "files with exactly as many records as a known export limit: suspected caps", "completeness", caps, "files", 0) \
	X("source-paged", "pages that say more follow, without a last page", "completeness", pages, "pages", 0) \
	X("record-cut", "records that the source itself cut", "completeness", cuts, "records", 0) \
	X("record-undated", "records without a time, from before 2015 or from the future", "completeness", undated, "records", 0) \
	X("bucket-provisional", "usage buckets that were exported before they were final", "completeness", provisional, "buckets", 0) \
	X("action-unmapped", "audit events whose action is in no category", "unmapped_actions", actions, "audit events", 0) \
	X("model-unknown", "attempts that do not say which model served them", "routes", NULL, NULL, 2) \
	X("payload-arrived", "prompts or completions arrived against the declared mode", "payload", NULL, NULL, 3) \
	X("coverage-below-limit", "app events that meet no gateway record, more than the limit allows", "links", NULL, NULL, 4) \
	X("retention-overrun", "records older than their class allows", "records", NULL, NULL, 6) \
	X("viewer-undeclared", "roles that may see payload without being declared", "access_grants", NULL, NULL, 7)

#define ROW(id, title, proof, measure, of, question) {id, title, proof, measure, of, question},
#define ID(id, title, proof, measure, of, question) id,

static const struct {
	const char *id, *title, *proof;
	void (*measure)(struct found *x);
	const char *of; /* what n and of count; "values in|records": n is of one, of of the other */
	int question;
} rules[] = {FINDINGS(ROW)};

const char *const ak_finding_ids[] = {FINDINGS(ID) NULL};

static json_t *response(const struct ak_responses *responses, const char *id, int64_t as_of_us)
{
	static const char *const members[] = {"text", "owner", "due", "closed"};
	const json_t *r = ak_responses_get(responses, id);
	json_t *o;

	if (!r)
		return json_null();
	o = json_object();
	for (size_t i = 0; i < AK_COUNT(members); i++)
		json_object_set_new(o, members[i], json_is_string(json_object_get(r, members[i])) ? json_incref(json_object_get(r, members[i]))
												  : json_null());
	json_object_set_new(o, "overdue", text(r, "closed") ? json_null() : ak_overdue_days(text(r, "due"), as_of_us));
	return o;
}

static json_t *measured(const struct found *x, const char *of)
{
	const char *of_other = strchr(of, '|');
	char a[32], b[32];

	if (of_other)
		return json_sprintf("%s %.*s %s %s", ak_thousands(x->n, a), (int)(of_other - of), of, ak_thousands(x->of, b), of_other + 1);
	return json_sprintf("%s of %s %s", ak_thousands(x->n, a), ak_thousands(x->of, b), of);
}

/* "key_15b3785b 58, key_2 3 and 4 more"; null: no parts. */
static json_t *details(const json_t *parts)
{
	struct ak_buf b;
	const char *name;
	json_t *n, *out;
	size_t i = 0;

	ak_buf_init(&b, 1 << 16);
	json_object_foreach((json_t *)parts, name, n)
		if (i++ < PARTS_NAMED)
			ak_buf_addf(&b, "%s%s %s", b.n ? ", " : "", name, AK_NUM((uint64_t)json_integer_value(n)));
	if (i > PARTS_NAMED)
		ak_buf_addf(&b, " and %zu more", i - PARTS_NAMED);
	out = b.n ? json_stringn(b.p, b.n) : json_null();
	ak_buf_release(&b);
	return out;
}

json_t *ak_findings(const struct ak_facts *f, const struct ak_policy *policy, int64_t as_of_us, const json_t *questions,
		    const struct ak_responses *responses)
{
	json_t *list = json_array();

	for (size_t i = 0; i < AK_COUNT(rules); i++) {
		const json_t *q = json_array_get(questions, (size_t)rules[i].question - 1);
		struct found x = {.f = f, .policy = policy, .as_of_us = as_of_us};
		json_t *what;

		if (rules[i].measure)
			rules[i].measure(&x);
		else
			x.n = text(q, "verdict") && strcmp(text(q, "verdict"), "not met") == 0;
		if (!x.n) {
			json_decref(x.parts);
			continue;
		}
		what = rules[i].measure ? measured(&x, rules[i].of) : json_incref(json_object_get(q, "measured"));
		json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:o, s:s, s:o}", "id", rules[i].id, "title", rules[i].title, "measured", what,
						      "details", details(x.parts), "proof", rules[i].proof, "response", response(responses, rules[i].id, as_of_us)));
		json_decref(x.parts);
	}
	return list;
}
