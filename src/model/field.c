#include "base/ak.h"
#include "model/field.h"

enum { R = 1 << AK_K_REQUEST, A = 1 << AK_K_AUDIT, P = 1 << AK_K_APP, U = 1 << AK_K_USAGE, T = 1 << AK_K_TICKET,
       G = 1 << AK_K_GRANT, K = 1 << AK_K_KEY, V = 1 << AK_K_CALL, D = 1 << AK_K_VERDICT, Q = 1 << AK_K_QUOTA,
       S = 1 << AK_K_SETTLEMENT, C = 1 << AK_K_PRICE, N = 1 << AK_K_CONFIG };

const struct ak_field ak_fields[AK_F_COUNT] = {
#define FIELD(id, column, name, kinds, type, group, ident, unit, purpose, meaning)                                     \
	[AK_F_##id] = {#column, name, unit, purpose, meaning, kinds, AK_T_##type, AK_G_##group, AK_I_##ident},
#include "model/fields.def"
#undef FIELD
};

const struct ak_kind_info ak_kinds[AK_K_COUNT] = {
	[AK_K_REQUEST] = {"request", "gateway requests", "metadata log",
			  "whether a provider-side role or key setting changed before the request"},
	[AK_K_AUDIT] = {"audit_event", "audit events", "provider admin log",
			"which app request consumed tokens or which customer workflow triggered model traffic"},
	[AK_K_APP] = {"app_event", "app events", "metadata log", "which model and provider served the call"},
	[AK_K_USAGE] = {"usage", "usage and cost rows", "metadata log",
			"who approved access, who changed a key, or what exact request failed during an incident"},
	[AK_K_TICKET] = {"ticket", "change tickets", "metadata log", "that the change was made as approved"},
	[AK_K_GRANT] = {"access_grant", "access grants", "metadata log", "that the access was used"},
	[AK_K_KEY] = {"api_key", "API keys", "metadata log", "that every key in use is listed"},
	[AK_K_CALL] = {"provider_call", "provider calls", "provider admin log",
		       "which application or person behind the gateway's credential made the call"},
	[AK_K_VERDICT] = {"dlp_verdict", "DLP and guardrail verdicts", "metadata log", "that calls without a verdict were checked"},
	[AK_K_QUOTA] = {"quota_event", "quota events", "metadata log", "that no call passed while a limit was off"},
	[AK_K_SETTLEMENT] = {"settlement", "settlement rows", "metadata log", "that the money moved, or that the call behind it took place"},
	[AK_K_PRICE] = {"price", "prices", "metadata log", "what the provider billed"},
	[AK_K_CONFIG] = {"config_snapshot", "configuration snapshots", "metadata log",
			 "the settings between two snapshots, or that the system obeyed them"},
};

const char *const ak_facet_order[AK_FACETS] = {"response", "request", "error", "security"};

static const struct {
	const char *name, *action;
} types[AK_T_COUNT] = {
	[AK_T_TIME] = {"time", "kept"},	      [AK_T_INT] = {"integer", "kept"},
	[AK_T_BOOL] = {"boolean", "kept"},    [AK_T_DEC] = {"decimal", "kept"},
	[AK_T_ENUM] = {"enum", "kept"},	      [AK_T_ID] = {"id", "kept"},
	[AK_T_NAME] = {"name", "kept"},	      [AK_T_LIST] = {"list", "kept"},
	[AK_T_CODE] = {"code", "kept"},	      [AK_T_URLPATH] = {"url-path", "sanitised"},
	[AK_T_TEMPLATE] = {"template", "sanitised"}, [AK_T_PRESENCE] = {"presence", "removed"},
	[AK_T_DIFF] = {"diff", "sanitised"},  [AK_T_UA] = {"user-agent", "masked"},
	[AK_T_IP] = {"address", "hashed"},    [AK_T_NETWORK] = {"network", "masked"},
	[AK_T_PERSON] = {"person", "hashed"}, [AK_T_TOKEN] = {"token", "hashed"},
	[AK_T_KEY] = {"key", "hashed"},	      [AK_T_TEXT] = {"text", "not collected"},
	[AK_T_CURRENCY] = {"currency", "kept"},
};

int ak_field_find(struct ak_str name)
{
	for (int i = 0; i < AK_F_COUNT; i++)
		if (ak_str_is(name, ak_fields[i].column) || ak_str_is(name, ak_fields[i].name))
			return i;
	return -1;
}

int ak_kind_find(struct ak_str name)
{
	for (int i = 0; i < AK_K_COUNT; i++)
		if (ak_str_is(name, ak_kinds[i].name))
			return i;
	return -1;
}

const char *ak_type_name(enum ak_type t) { return types[t].name; }
const char *ak_type_action(enum ak_type t) { return types[t].action; }

const char *ak_group_name(enum ak_group g)
{
	static const char *const names[AK_G_COUNT] = {"who", "what", "how_much"};
	return names[g];
}

const char *ak_ident_name(enum ak_ident i)
{
	static const char *const names[] = {"none", "call", "attempt-group", "session", "entity"};
	return names[i];
}
