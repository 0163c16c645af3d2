/* Short names: filters of `search` and names of --where. */
#include "base/ak.h"
#include "search/where.h"

#include "base/text.h"

#define F1(a) {AK_F_##a}, 1
#define F2(a, b) {AK_F_##a, AK_F_##b}, 2
#define F3(a, b, c) {AK_F_##a, AK_F_##b, AK_F_##c}, 3

const struct ak_search_name ak_search_names[] = {
	{"user", "who acted: id or e-mail, looked up as its token", F2(ACTOR_ID, ACTOR_EMAIL)},
	{"end-user", "end user of the customer, likewise", F1(END_USER)},
	{"tenant", "customer tenant, likewise", F1(TENANT)},
	{"ip", "one address, looked up as its token, or a network: 203.0.113.0/24", F2(CLIENT_ADDRESS, CLIENT_NETWORK)},
	{"key", "id, label or hash of a key, or the key itself, looked up as its token", F3(KEY_ID, KEY_HASH, KEY_ALIAS)},
	{"action", "name of the action, or a sort of it: login, create, update, rotate, delete, revoke, export, invite, view, approve, chat",
	 F1(ACTION)},
	{"category", "keys, quota, routing, billing, admin_access, data_access, configuration, login, ai_interaction, other", F1(CATEGORY)},
	{"resource", "type, id or name of what was acted on", F3(RESOURCE_TYPE, RESOURCE_ID, RESOURCE_NAME)},
	{"resource-type", "its type alone", F1(RESOURCE_TYPE)},
	{"resource-id", "its id alone", F1(RESOURCE_ID)},
	{"model", "model asked for or served", F2(REQUEST_MODEL, RESPONSE_MODEL)},
	{"requested-model", "model asked for", F1(REQUEST_MODEL)},
	{"served-model", "model served", F1(RESPONSE_MODEL)},
	{"provider", "provider that served the call", F1(PROVIDER)},
	{"project", "id or name of the project", F2(PROJECT, PROJECT_NAME)},
	{"team", "id or name of the team", F2(TEAM, TEAM_NAME)},
	{"org", "organization", F1(ORGANIZATION)},
	{"app", "application", F1(APP)},
	{"env", "environment", F1(ENVIRONMENT)},
	{"cost-center", "cost centre", F1(COST_CENTER)},
	{"endpoint", "path or family of the API: /v1/chat/completions, chat, embeddings", F2(ENDPOINT, ENDPOINT_FAMILY)},
	{"status", "HTTP status, or its class: 429, 4xx", F1(STATUS_CODE)},
	{"outcome", "success, failure or unknown", F1(OUTCOME)},
	{"error", "error class or code", F1(ERROR_TYPE)},
	{"cache", "gateway cache: hit, miss, bypass, disabled", F1(CACHE_STATUS)},
	{"dlp", "flagged (redacted or blocked too), clean, or a verdict", F2(POLICY_VERDICT, DLP_RESULT)},
	{"reason", "reason code", F1(REASON)},
	{"ticket", "change ticket", F1(TICKET_ID)},
	{"line-item", "billing line item", F1(LINE_ITEM)},
	{"region", "cloud region", F1(REGION)},
	{"id", "any identifier of the call or event", {AK_F_REQUEST_ID, AK_F_RESPONSE_ID, AK_F_TRACE_ID, AK_F_EVENT_ID}, 4},
	{"source", "name of the source", {AK_TEST_SOURCE}, 1},
	{"cost", NULL, F2(COST_ESTIMATED, COST_BILLED)},
	{"currency", NULL, F1(COST_CURRENCY)},
	{"latency", NULL, F1(DURATION)},
	{"time", NULL, F1(START)},
	{"verdict", NULL, F1(POLICY_VERDICT)},
	{NULL, NULL, {0}, 0},
};

static bool same(const char *name, struct ak_str s)
{
	if (strlen(name) != s.n)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (ak_lower(s.p[i]) != name[i] && !(s.p[i] == '_' && name[i] == '-'))
			return false;
	return true;
}

bool ak_search_name_find(struct ak_str name, struct ak_search_name *out)
{
	int f;

	for (const struct ak_search_name *n = ak_search_names; n->name; n++)
		if (same(n->name, name)) {
			*out = *n;
			return true;
		}
	if ((f = ak_field_find(name)) < 0)
		return false;
	*out = (struct ak_search_name){ak_fields[f].column, NULL, {f}, 1};
	return true;
}

const char *ak_search_name_near(struct ak_str name)
{
	const char *all[AK_F_COUNT + AK_COUNT(ak_search_names) + 1];
	size_t n = 0;

	for (const struct ak_search_name *s = ak_search_names; s->name; s++)
		all[n++] = s->name;
	for (int f = 0; f < AK_F_COUNT; f++)
		all[n++] = ak_fields[f].column;
	all[n] = NULL;
	return ak_text_nearest(name, all);
}
