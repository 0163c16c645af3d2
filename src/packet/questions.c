#include "base/ak.h"
#include "packet/questions.h"

#include <stdarg.h>

#include "base/text.h"

#define DAY_US INT64_C(86400000000)

enum verdict { MET, NOT_MET, NOT_EVALUABLE };
static const char *const verdict_names[] = {"met", "not met", "not evaluable"};

struct asked {
	const struct ak_facts *f;
	const struct ak_policy *policy;
	int64_t as_of_us;
	char measured[240];
};

static const char *text(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }
static json_int_t num(const json_t *o, const char *member) { return json_integer_value(json_object_get(o, member)); }

static void measure(struct asked *q, const char *fmt, ...) AK_PRINTF(2, 3);
static void measure(struct asked *q, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(q->measured, sizeof q->measured, fmt, ap);
	va_end(ap);
}

/* "1,957 of 1,986" */
static const char *of(json_int_t n, json_int_t all, char buf[72])
{
	char a[32], b[32];

	snprintf(buf, 72, "%s of %s", ak_thousands((uint64_t)n, a), ak_thousands((uint64_t)all, b));
	return buf;
}

static enum verdict who(struct asked *q)
{
	json_int_t none = ak_facts_sum(q->f->routes, "without_key"), all = ak_facts_sum(q->f->routes, "attempts");
	size_t n = q->f->counts.keys_used, owned = q->f->counts.keys_owned, only = q->f->counts.keys_declared;
	char share[72], declared[64] = "";

	if (!n) {
		measure(q, "no record names a key");
		return NOT_EVALUABLE;
	}
	if (only)
		snprintf(declared, sizeof declared, ", %s of them by declaration only", AK_NUM(only));
	measure(q, none ? "%s of %s keys in use at gateway or provider have an owner%s; %s attempts name no key"
				    : "%s of %s keys in use at gateway or provider have an owner%s",
		AK_NUM(owned), AK_NUM(n), declared, of(none, all, share));
	return owned == n && !none ? MET : NOT_MET;
}

static enum verdict path(struct asked *q)
{
	json_int_t all = ak_facts_sum(q->f->routes, "attempts"), known = 0;
	json_t *route;
	char share[72];
	size_t i;

	json_array_foreach(q->f->routes, i, route)
		if (text(route, "served"))
			known += num(route, "attempts");
	measure(q, "%s attempts name the model that served", of(known, all, share));
	return !all ? NOT_EVALUABLE : known == all ? MET : NOT_MET;
}

/* A system whose last captured settings log more than is declared; NULL when none does. */
static const char *captured_more(const struct asked *q, const char *mode)
{
	json_t *row;
	size_t i;

	json_array_foreach(q->f->snapshots, i, row) {
		const char *was = text(row, "payload_mode");

		if (json_is_true(json_object_get(row, "last")) && was && strcmp(was, "full") == 0 && strcmp(mode, "full") != 0)
			return text(row, "system") ? text(row, "system") : "a system";
	}
	return NULL;
}

/* Values at the places of tools, guardrails and matches: content too, and of no one attempt's prompt or completion. */
static json_int_t other_payload(const struct asked *q, json_int_t *of)
{
	json_int_t present = 0;
	json_t *source, *place;
	size_t i, k;

	*of = 0;
	json_array_foreach(q->f->sources, i, source)
		json_array_foreach(json_object_get(source, "payload"), k, place) {
			if (strcmp(text(place, "role"), "other") != 0)
				continue;
			present += num(place, "present");
			*of += num(place, "present") + num(place, "masked") + num(place, "absent");
		}
	return present;
}

static enum verdict stored(struct asked *q)
{
	const char *mode = q->policy ? q->policy->payload_mode : NULL;
	json_int_t all = ak_facts_sum(q->f->payload, "attempts"), present = ak_facts_sum(q->f->payload, "present");
	bool declared = mode && strcmp(mode, "unknown") != 0;
	const char *more = declared ? captured_more(q, mode) : NULL;
	json_int_t places, others = other_payload(q, &places);
	char share[72], tools[160] = "", other[72];

	if (others)
		snprintf(tools, sizeof tools, "; %s places of tools, guardrails and matches held some too", of(others, places, other));
	measure(q, "%s attempts, provider calls and app events came with payload%s; %s%s%s%s", of(present, all, share), tools,
		declared ? "declared mode: " : "no payload mode is declared", declared ? mode : "",
		more ? "; full payload was on when captured: " : "", more ? more : "");
	if (more)
		return NOT_MET;
	if ((!all && !others) || !declared)
		return NOT_EVALUABLE;
	return (present == 0 && others == 0) || strcmp(mode, "full") == 0 ? MET : NOT_MET;
}

static enum verdict reconstruct(struct asked *q)
{
	const char *wanted = q->policy ? q->policy->min_link_coverage : NULL;
	int64_t limit = wanted ? ak_policy_ppm(wanted) : -1;
	json_int_t linked = 0, all = 0;
	char share[72];
	json_t *row;
	size_t i;

	json_array_foreach(q->f->links, i, row) {
		if (strcmp(text(row, "method"), "exact") != 0 || strcmp(text(row, "from_kind"), "app_event") != 0)
			continue;
		linked += num(row, "linked");
		all += num(row, "total");
	}
	measure(q, "%s app events meet a gateway record; %s%s", of(linked, all, share),
		limit < 0 ? "no limits.min_link_coverage is declared" : "at least ", limit < 0 ? "" : wanted);
	if (!all || limit < 0)
		return NOT_EVALUABLE;
	return (__int128)linked * 1000000 >= (__int128)all * limit ? MET : NOT_MET;
}

static bool has_cost(const json_t *spend, const char *provider)
{
	json_t *row;
	size_t i;

	json_array_foreach(spend, i, row)
		if (text(row, "provider") && strcmp(text(row, "provider"), provider) == 0 && text(row, "billed") &&
		    strcmp(text(row, "layer"), "provider usage") == 0)
			return true;
	return false;
}

/* The provider's own log with the most calls that no gateway record has by id. Two logs of a provider tell of the same calls, so
 * they are not added. */
static const json_t *unmet_calls(const json_t *links)
{
	const json_t *worst = NULL;
	json_t *row;
	size_t i;

	json_array_foreach((json_t *)links, i, row)
		if (text(row, "from_kind") && strcmp(text(row, "from_kind"), "provider_call") == 0 &&
		    (!worst || num(row, "unlinked") > num(worst, "unlinked")))
			worst = row;
	return worst && num(worst, "unlinked") ? worst : NULL;
}

static enum verdict spend(struct asked *q)
{
	json_int_t all = 0, outside = ak_facts_bypass(q->f->links, &all), beyond = ak_facts_sum(q->f->links, "outside");
	const json_t *calls = unmet_calls(q->f->links);
	const char *missing = NULL;
	json_t *route;
	bool any = false, undecided = false;
	char share[72];
	size_t i;

	json_array_foreach(q->f->routes, i, route) {
		const char *provider = text(route, "provider");

		any = any || provider;
		if (provider && !missing && !has_cost(q->f->spend, provider))
			missing = provider;
	}
	if (!any)
		measure(q, "no attempt names its provider");
	else if (missing)
		measure(q, "no cost record of %s; %s provider requests have no gateway record", missing, of(outside, all, share));
	else
		measure(q, "every provider has cost records; %s provider requests have no gateway record", of(outside, all, share));
	if (any && beyond) {
		size_t n = strlen(q->measured);
		snprintf(q->measured + n, sizeof q->measured - n, "; %s lie outside of the gateways' records", of(beyond, all, share));
	}
	if (any && calls) {
		size_t n = strlen(q->measured);
		snprintf(q->measured + n, sizeof q->measured - n, "; %s calls of %s have none by id",
			 of(num(calls, "unlinked"), num(calls, "total"), share), text(calls, "from"));
		return NOT_MET;
	}
	json_array_foreach(q->f->links, i, route)
		undecided = undecided || json_object_get(route, "undecided");
	return !any || missing ? NOT_EVALUABLE : outside ? NOT_MET : beyond || undecided ? NOT_EVALUABLE : MET;
}

/* Snapshots such as an inventory have no age of their own. */
static bool is_log(const char *kind)
{
	int k = ak_kind_find(ak_str_of(kind));

	return k >= 0 && ak_kinds[k].events;
}

static enum verdict how_long(struct asked *q)
{
	enum verdict worst = NOT_EVALUABLE;
	int64_t least = INT64_MAX; /* days left */
	json_t *age;
	size_t i;

	measure(q, "no dated log record");
	json_array_foreach(q->f->ages, i, age) {
		const char *kind = text(age, "kind");
		char answer[64];
		const json_t *keep;
		int64_t days, old;

		if (!is_log(kind) || !json_is_integer(json_object_get(age, "oldest")))
			continue;
		snprintf(answer, sizeof answer, "retention.%s.keep", kind);
		keep = q->policy ? ak_policy_get(q->policy, answer) : NULL;
		days = json_is_string(keep) ? ak_policy_days(json_string_value(keep)) : -1;
		if (days < 0) {
			measure(q, "no retention class is declared for %s", kind);
			return NOT_EVALUABLE;
		}
		old = (q->as_of_us - num(age, "oldest")) / DAY_US;
		if (days - old >= least)
			continue;
		least = days - old;
		worst = least < 0 ? NOT_MET : MET;
		measure(q, "oldest %s %lld d, class %s", kind, (long long)old, json_string_value(keep));
	}
	return worst;
}

static enum verdict who_views(struct asked *q)
{
	const json_t *viewers = q->policy ? ak_policy_get(q->policy, "access.payload_viewers") : NULL;
	bool declared = viewers && !(json_is_string(viewers) && strcmp(json_string_value(viewers), "unknown") == 0);
	const struct ak_tally *c = &q->f->counts;
	size_t n = c->rows[AK_P_GRANTS], strangers = c->grants_undeclared;

	if (!n) {
		measure(q, "no access review was read");
		return NOT_EVALUABLE;
	}
	measure(q, "%s grants in %zu roles, reviewed %.10s; %s may see payload %s", AK_NUM(n), json_object_size(c->roles), c->reviewed, AK_NUM(strangers),
		declared ? "without being declared" : "and access.payload_viewers is not declared");
	return !declared ? NOT_EVALUABLE : strangers ? NOT_MET : MET;
}

static const struct {
	const char *question, *proof;
	enum verdict (*judge)(struct asked *q);
} questions[] = {
	{"who used the API", "keys", who},
	{"which model path", "routes", path},
	{"what data was stored", "payload", stored},
	{"reconstruct an incident", "links", reconstruct},
	{"spend under control", "usage_cost", spend},
	{"how long do logs live", "retention", how_long},
	{"who can view them", "access_grants", who_views},
};

const char *ak_question_words(int64_t number)
{
	return number >= 1 && number <= (int64_t)AK_COUNT(questions) ? questions[number - 1].question : NULL;
}

json_t *ak_questions(const struct ak_facts *f, const struct ak_policy *policy, int64_t as_of_us)
{
	json_t *list = json_array();

	for (size_t i = 0; i < AK_COUNT(questions); i++) {
		struct asked q = {.f = f, .policy = policy, .as_of_us = as_of_us};
		const char *verdict = verdict_names[questions[i].judge(&q)];

		json_array_append_new(list, json_pack("{s:o, s:i, s:s, s:s, s:s, s:s}", "id", json_sprintf("Q%zu", i + 1), "number", (int)i + 1, "question", questions[i].question,
						      "verdict", verdict, "measured", q.measured, "proof", questions[i].proof));
	}
	return list;
}
