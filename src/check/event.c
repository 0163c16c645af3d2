#include "base/ak.h"
#include "check/event.h"

const int ak_event_fields[AK_EV_FIELDS] = {
	[AK_EV_SOURCE] = AK_FIELD_SOURCE, [AK_EV_ID] = AK_F_EVENT_ID, [AK_EV_ACTION] = AK_F_ACTION, [AK_EV_CATEGORY] = AK_F_CATEGORY,
	[AK_EV_OUTCOME] = AK_F_OUTCOME, [AK_EV_ACTOR] = AK_F_ACTOR_ID, [AK_EV_EMAIL] = AK_F_ACTOR_EMAIL, [AK_EV_ACTOR_TYPE] = AK_F_ACTOR_TYPE,
	[AK_EV_ROLE] = AK_F_ACTOR_ROLE, [AK_EV_JOB] = AK_F_JOB_ID, [AK_EV_ADDRESS] = AK_F_CLIENT_ADDRESS, [AK_EV_NETWORK] = AK_F_CLIENT_NETWORK,
	[AK_EV_COUNTRY] = AK_F_CLIENT_COUNTRY, [AK_EV_AGENT] = AK_F_USER_AGENT, [AK_EV_ORGANIZATION] = AK_F_ORGANIZATION,
	[AK_EV_TARGET_TYPE] = AK_F_RESOURCE_TYPE, [AK_EV_TARGET] = AK_F_RESOURCE_ID, [AK_EV_TARGET_NAME] = AK_F_RESOURCE_NAME, [AK_EV_CHANGES] = AK_F_CHANGES,
	[AK_EV_REASON] = AK_F_REASON, [AK_EV_REASON_TEXT] = AK_F_REASON_TEXT, [AK_EV_TICKET] = AK_F_TICKET_ID, [AK_EV_REQUEST] = AK_F_REQUEST_ID,
	[AK_EV_KEY] = AK_F_KEY_ID, [AK_EV_KEY_HASH] = AK_F_KEY_HASH, [AK_EV_KEY_ALIAS] = AK_F_KEY_ALIAS, [AK_EV_ENVIRONMENT] = AK_F_ENVIRONMENT,
	[AK_EV_SESSION] = AK_F_SESSION_ID, [AK_EV_START] = AK_F_START,
};

enum ak_rc ak_events_each(struct ak_check_run *r, ak_fieldrow_fn *take, void *ctx, struct ak_err *err)
{
	return ak_check_rows(r, AK_K_AUDIT, ak_event_fields, AK_EV_FIELDS, take, ctx, err);
}

static bool is_in(struct ak_str s, const char *const *list)
{
	for (; s.p && *list; list++)
		if (ak_str_is(s, *list))
			return true;
	return false;
}

/* A person stands in records as a token; names of services, jobs and keys are kept as they are. */
bool ak_event_is_person(struct ak_str name) { return name.p && (ak_str_starts(name, AK_STR("email:")) || ak_str_starts(name, AK_STR("user:"))); }

enum ak_who ak_event_who(const struct ak_str *v)
{
	static const char *const people[] = {"human", "support", NULL};
	static const char *const machines[] = {"automation", "policy", "system", "service_account", "api_key", NULL};

	if (v[AK_EV_JOB].p || is_in(v[AK_EV_ACTOR_TYPE], machines))
		return AK_WHO_MACHINE;
	if (is_in(v[AK_EV_ACTOR_TYPE], people))
		return AK_WHO_PERSON;
	return !v[AK_EV_ACTOR_TYPE].p && (v[AK_EV_EMAIL].p || ak_event_is_person(v[AK_EV_ACTOR])) ? AK_WHO_PERSON : AK_WHO_UNTOLD;
}

struct ak_str ak_event_actor(const struct ak_str *v) { return v[AK_EV_ACTOR].p ? v[AK_EV_ACTOR] : v[AK_EV_EMAIL]; }

static bool is_letter(char c) { return ak_is_alnum((unsigned char)c) && !ak_is_digit((unsigned char)c); }

static bool word_is(struct ak_str word, const char *const *words)
{
	for (; *words; words++) {
		size_t n = strlen(*words);
		bool begins = n && (*words)[n - 1] == '*';

		n -= begins;
		if ((begins ? word.n >= n : word.n == n) && ak_str_eq_fold(ak_str_n(word.p, n), ak_str_n(*words, n)))
			return true;
	}
	return false;
}

bool ak_event_says(struct ak_str action, const char *const *words)
{
	size_t i = 0;

	while (action.p && i < action.n) {
		size_t from = i;

		for (; i < action.n && is_letter(action.p[i]); i++)
			if (i > from && ak_is_upper((unsigned char)action.p[i]) && ak_is_lower((unsigned char)action.p[i - 1]))
				break;
		if (i > from && word_is(ak_str_n(action.p + from, i - from), words))
			return true;
		i += i == from;
	}
	return false;
}

bool ak_event_reads(struct ak_str action)
{
	static const char *const words[] = {"list", "listed", "get", "read", "view", "viewed", "search", "describe", "lookup", "login", "logout", NULL};

	return ak_event_says(action, words);
}

bool ak_event_failed(const struct ak_str *v) { return v[AK_EV_OUTCOME].p && ak_str_is(v[AK_EV_OUTCOME], "failure"); }

static bool fits(struct ak_str pattern, struct ak_str value)
{
	if (pattern.n && pattern.p[pattern.n - 1] == '*')
		return value.n + 1 >= pattern.n && ak_str_eq_fold(ak_str_n(value.p, pattern.n - 1), ak_str_n(pattern.p, pattern.n - 1));
	return ak_str_eq_fold(pattern, value);
}

bool ak_event_listed(const json_t *list, const struct ak_str *v)
{
	const json_t *one;
	size_t i;

	if (json_is_string(list))
		return (v[AK_EV_ACTION].p && fits(ak_str_of(json_string_value(list)), v[AK_EV_ACTION])) ||
		       (v[AK_EV_CATEGORY].p && ak_str_is(v[AK_EV_CATEGORY], json_string_value(list)));
	json_array_foreach((json_t *)list, i, one)
		if (json_is_string(one) && ak_event_listed(one, v))
			return true;
	return false;
}

bool ak_check_grant_is_over(struct ak_str state)
{
	static const char *const words[] = {"revoke", "revoked", "remove", "removed", "disabled", "expired", "inactive", "left", "deleted"};

	for (size_t i = 0; state.p && i < AK_COUNT(words); i++)
		if (ak_str_is(state, words[i]))
			return true;
	return false;
}
