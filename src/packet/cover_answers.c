/* The parts of a cover that are sentences. Each names what it counts of how many, and where the rows stand. */
#include "base/ak.h"
#include "packet/cover.h"

#include "base/civil.h"
#include "base/jsonget.h"
#include "base/text.h"
#include "base/time.h"
#include "check/attested.h"
#include "check/said.h"

#define DAY_US INT64_C(86400000000)

static void add(json_t *list, const char *id, const char *head, struct ak_buf *text, const char *table)
{
	json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s}", "id", id, "head", head, "text", text->p ? text->p : "", "table", table));
	ak_buf_clear(text);
}

static const char *plural(size_t n) { return n == 1 ? "" : "s"; }

static const char *clean(const struct ak_sections *s, const char *z)
{
	return z ? ak_arena_z(s->arena, ak_redact_text(s->redactor, ak_str_of(z), s->arena, NULL)) : NULL;
}

/* ---- five answers ---- */

static void logged(json_t *list, const struct ak_facts *f, struct ak_buf *b)
{
	size_t sources = 0, i;
	json_t *row;

	json_array_foreach(f->sources, i, row)
		sources += ak_jnum(row, "stored") > 0;
	ak_buf_addf(b, "%s record%s of %zu source%s: ", AK_NUM((uint64_t)ak_facts_sum(f->ages, "records")), plural((size_t)ak_facts_sum(f->ages, "records")), sources, plural(sources));
	json_array_foreach(f->ages, i, row) {
		int k = ak_kind_find(ak_str_of(ak_jtxt(row, "kind", "")));

		ak_buf_addf(b, "%s%s %s", i ? ", " : "", AK_NUM(ak_jnum(row, "records")), k >= 0 ? ak_kinds[k].plural : "others");
	}
	ak_buf_adds(b, i ? "." : "none.");
	add(list, "logged", "What was logged", b, "records");
}

/* "a, b and 3 more" */
static void names(struct ak_buf *b, const json_t *list, const char *member)
{
	size_t n = json_array_size(list), i;
	json_t *v;

	json_array_foreach((json_t *)list, i, v) {
		const char *z = member ? ak_jtxt(v, member, "?") : json_string_value(v);

		if (i == 5) {
			ak_buf_addf(b, " and %zu more", n - i);
			return;
		}
		ak_buf_addf(b, "%s%s", i ? ", " : "", z ? z : "?");
	}
}

static void not_logged(json_t *list, const struct ak_sections *s, const struct ak_facts *f, struct ak_buf *b)
{
	json_int_t all = ak_facts_sum(f->payload, "attempts"), present = ak_facts_sum(f->payload, "present"), masked = ak_facts_sum(f->payload, "masked");
	json_int_t placeless = 0;
	const json_t *excluded = ak_policy_said(s->policy, "scope.excluded"), *missing = ak_policy_said(s->policy, "not_provided");
	const char *name;
	size_t n = 0, i;
	json_t *v;

	json_array_foreach(f->payload, i, v)
		if (!ak_facts_has_places(f, ak_jtxt(v, "source", "")))
			placeless += (json_int_t)(ak_jnum(v, "attempts") - ak_jnum(v, "present") - ak_jnum(v, "masked"));
	if (all)
		ak_buf_addf(b, "Prompts and completions: of %s attempts, provider calls and app events %s arrived with one, %s with one that the source had masked or "
			       "encrypted, %s with none", AK_NUM((uint64_t)all), AK_NUM((uint64_t)present), AK_NUM((uint64_t)masked),
			    AK_NUM((uint64_t)(all - present - masked - placeless)));
	if (all && placeless)
		ak_buf_addf(b, ", %s in a format without a place for one", AK_NUM((uint64_t)placeless));
	if (all)
		ak_buf_adds(b, "; none is stored. ");
	else
		ak_buf_adds(b, "Prompts and completions are never stored; no record of this period could have brought one. ");
	if (json_array_size(excluded)) {
		ak_buf_adds(b, "Left out by declaration: ");
		names(b, excluded, "what");
		ak_buf_adds(b, ". ");
	} else {
		ak_buf_adds(b, "Nothing is declared as left out. ");
	}
	json_object_foreach((json_t *)missing, name, v)
		ak_buf_addf(b, "%s%s", n++ ? ", " : "Not provided: ", name);
	ak_buf_adds(b, n ? "." : "No source is declared as not provided.");
	add(list, "not-logged", "What was not", b, "payload");
}

static void seen_by(json_t *list, const struct ak_sections *s, const struct ak_facts *f, struct ak_buf *b)
{
	const json_t *viewers = ak_policy_said(s->policy, "access.payload_viewers");
	size_t grants = f->counts.rows[AK_P_GRANTS], roles = json_object_size(f->counts.roles);

	if (!grants)
		ak_buf_adds(b, "Unknown: no access review was read. ");
	else
		ak_buf_addf(b, "%zu role%s with %s grant%s, reviewed %.10s. ", roles, plural(roles), AK_NUM(grants), plural(grants),
			    f->counts.reviewed[0] ? f->counts.reviewed : "on no known day");
	if (!viewers)
		ak_buf_adds(b, "Who may see payload is not declared.");
	else if (json_is_array(viewers) && !json_array_size(viewers))
		ak_buf_addf(b, "Nobody is declared to see payload; the review grants it to %zu.", f->counts.grants_undeclared);
	else
		ak_buf_addf(b, "Who may see payload is declared; the review grants it to %zu others.", f->counts.grants_undeclared);
	add(list, "seen-by", "Who sees it", b, "access_grants");
}

static void kept(json_t *list, const struct ak_sections *s, const struct ak_facts *f, struct ak_buf *b)
{
	size_t i, unknown = 0, said = 0;
	json_t *age;

	json_array_foreach(f->ages, i, age) {
		char path[64];
		const char *kind = ak_jtxt(age, "kind", ""), *keep;
		int k = ak_kind_find(ak_str_of(kind));

		snprintf(path, sizeof path, "retention.%s.keep", kind);
		keep = json_string_value(ak_policy_said(s->policy, path));
		if (keep && ak_policy_days(keep) >= 0)
			ak_buf_addf(b, "%s%s %s", said++ ? ", " : "Declared: ", k >= 0 ? ak_kinds[k].plural : kind, keep);
		else
			unknown++;
	}
	if (said)
		ak_buf_adds(b, ". ");
	if (unknown)
		ak_buf_addf(b, "For %zu of %zu kinds of records nobody declared a period: unknown, not a default.", unknown, json_array_size(f->ages));
	else if (!said)
		ak_buf_adds(b, "There is no record to be kept.");
	add(list, "kept", "How long it is kept", b, "retention");
}

static const json_t *trace_of(const struct ak_sections *s)
{
	json_t *o;
	size_t i;

	json_array_foreach(s->all, i, o)
		if (json_object_get(o, "trace"))
			return json_object_get(o, "trace");
	return NULL;
}

enum { STEPS = 5 };
enum { STEP_GONE, STEP_SUM, STEP_RECORD, STEP_STATES };

/* The best of a step's hops: a record of the request, else sums, else nothing. */
static int step_state(const json_t *trace, uint64_t step)
{
	int best = STEP_GONE;
	json_t *h;
	size_t i;

	json_array_foreach(json_object_get(trace, "hops"), i, h) {
		const char *state = ak_jtxt(h, "state", "");
		int is = strcmp(state, "missing") == 0 ? STEP_GONE : strcmp(state, "aggregate") == 0 ? STEP_SUM : STEP_RECORD;

		if (ak_jnum(h, "n") == step && is > best)
			best = is;
	}
	return best;
}

static void one_request(json_t *list, const struct ak_sections *s, struct ak_buf *b)
{
	const json_t *trace = trace_of(s);
	size_t n[STEP_STATES] = {0}, buckets = 0, i;
	json_t *h, *gap;

	for (uint64_t step = 1; step <= STEPS; step++)
		n[step_state(trace, step)]++;
	json_array_foreach(json_object_get(trace, "hops"), i, h)
		buckets += json_array_size(json_object_get(h, "buckets"));
	if (trace) {
		size_t records = (size_t)ak_jnum(trace, "records");

		ak_buf_addf(b, "Shown below, %zu of %d steps are answered: %zu by %zu record%s of this request, each with a proof that it stands in the ledger", n[STEP_RECORD] + n[STEP_SUM], STEPS,
			    n[STEP_RECORD], records, plural(records));
		if (n[STEP_SUM])
			ak_buf_addf(b, "; %zu by %zu sum%s that it is a part of", n[STEP_SUM], buckets, plural(buckets));
		if (n[STEP_GONE])
			ak_buf_addf(b, "; %zu MISSING", n[STEP_GONE]);
		json_array_foreach(json_object_get(trace, "declared_gaps"), i, gap)
			ak_buf_addf(b, "%s%s", i ? ", " : "; declared as MISSING: ", ak_jtxt(gap, "name", "?"));
		ak_buf_addc(b, '.');
	} else
		ak_buf_adds(b, "None is shown: no request is complete and safe to show.");
	add(list, "one-request", "One request", b, trace ? "proofs" : "links");
}

json_t *ak_cover_answers(const struct ak_sections *s, const struct ak_facts *f)
{
	json_t *list = json_array();
	struct ak_buf b;

	ak_buf_init(&b, 1 << 20);
	logged(list, f, &b);
	not_logged(list, s, f, &b);
	seen_by(list, s, f, &b);
	kept(list, s, f, &b);
	one_request(list, s, &b);
	ak_buf_release(&b);
	return list;
}

/* ---- whether all use passed the gateway ---- */

json_t *ak_cover_passed(const struct ak_facts *f)
{
	json_int_t all = 0, outside = ak_facts_bypass(f->links, &all);
	char share[32];

	if (!all)
		return json_null();
	return json_pack("{s:o, s:s}", "text",
			 json_sprintf("%s of %s requests that providers counted passed the gateway, %s; %s did not.", AK_NUM((uint64_t)(all - outside)),
				      AK_NUM((uint64_t)all), ak_percent((uint64_t)(all - outside), (uint64_t)all, share), AK_NUM((uint64_t)outside)),
			 "table", "links");
}

/* ---- who receives data ---- */

static json_t *answer_of(const json_t *v)
{
	if (json_is_boolean(v))
		return json_string(json_is_true(v) ? "yes" : "no");
	if (json_is_integer(v))
		return json_sprintf("%lld", (long long)json_integer_value(v));
	return json_is_string(v) ? json_incref((json_t *)v) : json_null();
}

/* Records name a provider with its vendor, aws.bedrock: `bedrock` declares that one too. */
static const char *declared_name(const json_t *declared, const char *name)
{
	const char *dot = strchr(name, '.');

	return !json_object_get(declared, name) && dot && json_object_get(declared, dot + 1) ? dot + 1 : name;
}

/* name may be NULL: of attempts that name none. */
static json_t *provider_row(const struct ak_sections *s, const char *name, json_int_t attempts)
{
	static const char *const asked[] = {"region", "trains", "keeps_days", "contract"};
	const json_t *entry = name ? ak_policy_said_in(ak_policy_said(s->policy, "scope.providers"), name) : NULL;
	json_t *row = json_pack("{s:s?, s:I, s:b}", "provider", name, "attempts", attempts, "declared", entry != NULL);

	for (size_t i = 0; i < AK_COUNT(asked); i++) {
		json_t *v = answer_of(ak_policy_said_in(entry, asked[i]));

		json_object_set_new(row, asked[i], json_is_string(v) ? json_string(clean(s, json_string_value(v))) : json_null());
		json_decref(v);
	}
	return row;
}

static void count(json_t *counts, const char *name, json_int_t n)
{
	json_object_set_new(counts, name, json_integer(json_integer_value(json_object_get(counts, name)) + n));
}

json_t *ak_cover_providers(const struct ak_sections *s, const struct ak_facts *f)
{
	json_t *counts = json_object(), *list = json_array(), *row, *v;
	const json_t *declared = ak_policy_said(s->policy, "scope.providers");
	json_int_t unnamed = 0;
	const char *name;
	size_t i;

	json_object_foreach((json_t *)declared, name, v)
		json_object_set_new(counts, name, json_integer(0));
	json_array_foreach(f->routes, i, row) {
		name = ak_jtxt(row, "provider", NULL);
		if (name)
			count(counts, declared_name(declared, name), (json_int_t)ak_jnum(row, "attempts"));
		else
			unnamed += (json_int_t)ak_jnum(row, "attempts");
	}
	json_object_foreach(counts, name, v)
		json_array_append_new(list, provider_row(s, name, json_integer_value(v)));
	if (unnamed)
		json_array_append_new(list, provider_row(s, NULL, unnamed));
	json_decref(counts);
	return list;
}

/* ---- the rules of the packet itself ---- */

json_t *ak_cover_delete_by(const struct ak_sections *s)
{
	const char *keep = json_string_value(ak_policy_said(s->policy, "retention.packet.keep"));
	int64_t days = keep ? ak_policy_days(keep) : -1;
	char text[32];

	if (days < 0 || days > 365000)
		return json_null();
	return json_stringn(ak_time_z(s->as_of_us + days * DAY_US, 0, text), 10);
}

static void rule(json_t *list, const char *id, const char *what, const char *tag, const char *basis, struct ak_buf *b)
{
	json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:s}", "id", id, "rule", what, "text", b->p ? b->p : "", "tag", tag, "basis", basis));
	ak_buf_clear(b);
}

/* What policy.yaml says at a path as a text; NULL: nobody has said it. */
static const char *declared(const struct ak_sections *s, const char *path)
{
	return clean(s, json_string_value(ak_policy_said(s->policy, path)));
}

json_t *ak_cover_rules(const struct ak_sections *s, const char *delete_by)
{
	const json_t *approvers = ak_policy_said(s->policy, "access.export_approvers");
	const char *archive = declared(s, "retention.packet.archive"), *keep = declared(s, "retention.packet.keep"), *how = declared(s, "retention.packet.delete");
	json_t *list = json_array();
	struct ak_buf b;

	ak_buf_init(&b, 1 << 20);
	if (json_is_string(approvers))
		ak_buf_addf(&b, "%s may approve an export. ", json_string_value(approvers));
	else if (json_array_size(approvers)) {
		names(&b, approvers, NULL);
		ak_buf_adds(&b, " may approve an export. ");
	} else
		ak_buf_adds(&b, approvers ? "Nobody may approve an export. " : "Who may approve an export is not declared. ");
	ak_buf_addf(&b, s->approved_by ? "This one was approved by %s." : "Nobody is named who approved this one.", s->approved_by);
	rule(list, "R-export", "Who can export", approvers ? "declared" : "unknown", "policy.yaml access.export_approvers", &b);
	ak_buf_addf(&b, "Before a record is stored: secrets are removed, people, keys and addresses become tokens, prompts and completions are counted and dropped. %s "
			"Every file is scanned again by two programs' rules before it is packed.",
		    !s->policy || s->policy->per_packet_pseudonyms ? "Tokens are keyed again for this packet." : "Tokens are those of the workspace.");
	rule(list, "R-redaction", "How extracts are redacted", "proven", "section 4", &b);
	ak_buf_addf(&b, archive ? "Packets are kept at: %s." : "Where packets are stored is not declared.", archive);
	rule(list, "R-storage", "Where evidence is stored", archive ? "declared" : "unknown", "policy.yaml retention.packet.archive", &b);
	if (delete_by)
		ak_buf_addf(&b, "By %s: %s after the evidence was taken%s%s.", delete_by, keep, how ? "; deletion: " : "", how ? how : "");
	else
		ak_buf_adds(&b, keep ? "Kept without an end by declaration." : "When this packet must be deleted is not declared.");
	rule(list, "R-deletion", "When this packet must be deleted", keep ? "declared" : "unknown", "policy.yaml retention.packet.keep", &b);
	ak_buf_release(&b);
	return list;
}

/* ---- what was attested ---- */

/* What a reviewer wants looked at on the day of the review; a word of it in what was attested names the topic. */
static const struct {
	const char *topic, *words[4];
} topics[] = {
	{"dashboard labels", {"label", NULL}},	    {"export behaviour", {"export", NULL}}, {"role permissions", {"role", "permission", NULL}},
	{"route status", {"route", "routing", NULL}}, {"model availability", {"model", NULL}}, {"retention controls", {"retention", "deletion", NULL}},
	{"base URL", {"url", "endpoint", NULL}},      {"keys", {"key", NULL}},
};

static bool is_about(const char *what, size_t topic)
{
	for (const char *const *w = topics[topic].words; *w; w++)
		if (ak_str_holds_fold(ak_str_of(what), *w))
			return true;
	return false;
}

static json_t *attested(const struct ak_sections *s, const char *topic, const json_t *a, int64_t most)
{
	static const char *const states[AK_ATTESTED_STATES] = {[AK_ATTESTED_IN_TIME] = "in time", [AK_ATTESTED_OVERDUE] = "stale", [AK_ATTESTED_NO_DAY] = "without a day",
							       [AK_ATTESTED_NOBODY] = "by nobody", [AK_ATTESTED_LATER] = "after this packet"};
	const char *on = json_string_value(ak_policy_said_in(a, "on")), *by = json_string_value(ak_policy_said_in(a, "by"));
	int64_t days;
	enum ak_attested state = ak_attested(a, s->as_of_us, most, &days);
	bool is_day = state != AK_ATTESTED_NO_DAY;

	return json_pack("{s:s?, s:s, s:s?, s:s?, s:o, s:s}", "topic", topic, "what", clean(s, ak_jtxt(a, "what", "?")), "on", is_day ? on : NULL, "by", clean(s, by), "days",
			 is_day ? json_integer((json_int_t)days) : json_null(), "state", states[state]);
}

json_t *ak_cover_attestations(const struct ak_sections *s)
{
	const json_t *list = ak_policy_said(s->policy, "access.attestations"), *a;
	int64_t most = ak_attested_days(s->policy);
	json_t *rows = json_array();
	size_t i, t;

	for (t = 0; t < AK_COUNT(topics); t++) {
		size_t before = json_array_size(rows);

		json_array_foreach((json_t *)list, i, a)
			if (is_about(ak_jtxt(a, "what", ""), t))
				json_array_append_new(rows, attested(s, topics[t].topic, a, most));
		if (json_array_size(rows) == before)
			json_array_append_new(rows, json_pack("{s:s, s:n, s:n, s:n, s:n, s:s}", "topic", topics[t].topic, "what", "on", "by", "days", "state", "not attested"));
	}
	json_array_foreach((json_t *)list, i, a) {
		bool any = false;

		for (t = 0; t < AK_COUNT(topics); t++)
			any |= is_about(ak_jtxt(a, "what", ""), t);
		if (!any)
			json_array_append_new(rows, attested(s, NULL, a, most));
	}
	return json_pack("{s:I, s:o}", "at_most_days", (json_int_t)most, "rows", rows);
}
