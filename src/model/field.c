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

/* A field without a reason to be stored, or without a meaning, is none (F119). */
#define FIELD(id, column, name, kinds, type, group, ident, unit, purpose, meaning)                                     \
	_Static_assert(sizeof(purpose) > 4 && sizeof(meaning) > 4, #id " says neither why it is needed nor what it means");
#include "model/fields.def"
#undef FIELD

const struct ak_kind_info ak_kinds[AK_K_COUNT] = {
	[AK_K_REQUEST] = {"request", "gateway requests", AK_STORE_METADATA,
			  "whether a provider-side role or key setting changed before the request", true},
	[AK_K_AUDIT] = {"audit_event", "audit events", AK_STORE_ADMIN,
			"which app request consumed tokens or which customer workflow triggered model traffic", true},
	[AK_K_APP] = {"app_event", "app events", AK_STORE_METADATA, "which model and provider served the call", true},
	[AK_K_USAGE] = {"usage", "usage and cost rows", AK_STORE_METADATA,
			"who approved access, who changed a key, or what exact request failed during an incident", true},
	[AK_K_TICKET] = {"ticket", "change tickets", AK_STORE_METADATA, "that the change was made as approved", false},
	[AK_K_GRANT] = {"access_grant", "access grants", AK_STORE_METADATA, "that the access was used", false},
	[AK_K_KEY] = {"api_key", "API keys", AK_STORE_METADATA, "that every key in use is listed", false},
	[AK_K_CALL] = {"provider_call", "provider calls", AK_STORE_ADMIN,
		       "which application or person behind the gateway's credential made the call", true},
	[AK_K_VERDICT] = {"dlp_verdict", "DLP and guardrail verdicts", AK_STORE_METADATA, "that calls without a verdict were checked", true},
	[AK_K_QUOTA] = {"quota_event", "quota events", AK_STORE_METADATA, "that no call passed while a limit was off", true},
	[AK_K_SETTLEMENT] = {"settlement", "settlement rows", AK_STORE_METADATA, "that the money moved, or that the call behind it took place", true},
	[AK_K_PRICE] = {"price", "prices", AK_STORE_METADATA, "what the provider billed", false},
	[AK_K_CONFIG] = {"config_snapshot", "configuration snapshots", AK_STORE_METADATA,
			 "the settings between two snapshots, or that the system obeyed them", false},
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

static const char *const store_classes[AK_STORE_CLASSES] = {
	[AK_STORE_METADATA] = "metadata log",
	[AK_STORE_PAYLOAD] = "restricted payload log",
	[AK_STORE_ADMIN] = "provider admin log",
	[AK_STORE_NOT_RETAINED] = "not retained",
};

const char *ak_store_class_name(enum ak_store_class c) { return store_classes[c]; }

enum ak_store_class ak_field_store(enum ak_field_id f, enum ak_kind k)
{
	return ak_fields[f].type == AK_T_TEXT ? AK_STORE_NOT_RETAINED : ak_kinds[k].store_class;
}

void ak_field_stores(enum ak_field_id f, struct ak_buf *out)
{
	unsigned classes = 0;

	for (int k = 0; k < AK_K_COUNT; k++)
		if (ak_field_of(f, (enum ak_kind)k))
			classes |= 1u << ak_field_store(f, (enum ak_kind)k);
	for (unsigned c = 0, n = 0; c < AK_STORE_CLASSES; c++)
		if (classes >> c & 1)
			ak_buf_addf(out, "%s%s", n++ ? ", " : "", store_classes[c]);
}

const struct ak_kept_text ak_kept_texts[AK_KEPT_TEXTS] = {{AK_F_ERROR_TEXT, AK_F_ERROR_TEMPLATE}, {AK_F_REASON_TEXT, AK_F_REASON}};

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
