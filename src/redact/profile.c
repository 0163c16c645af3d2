#include "base/ak.h"
#include "redact/profile.h"

static const struct {
	const char *name, *says;
} profiles[AK_PROFILES] = {
	[AK_PROFILE_DEFAULT] = {"default", "people and addresses as keyed tokens, cards and account numbers removed"},
	[AK_PROFILE_HIPAA] = {"hipaa", "the 18 identifiers of 45 CFR 164.514(b)(2) removed from records, tokens of people too"},
	[AK_PROFILE_PCI] = {"pci", "cardholder data and authentication data of PCI DSS removed"},
	[AK_PROFILE_STRICT] = {"strict", "everything personal removed, labels as keyed tokens"},
};

#define R AK_PROFILE_REMOVES
#define H AK_PROFILE_HASHES
#define W AK_PROFILE_WORDS
#define K AK_PROFILE_KEEPS

/* Fields that a profile treats otherwise than their type does: default, hipaa, pci, strict. */
static const uint8_t actions[AK_F_COUNT][AK_PROFILES] = {
	[AK_F_ACTOR_ID] = {K, R, K, R},	      [AK_F_ACTOR_EMAIL] = {K, R, K, R},     [AK_F_APPROVER] = {K, R, K, R},
	[AK_F_OWNER] = {K, R, K, R},	      [AK_F_END_USER] = {K, R, R, R},	     [AK_F_TENANT] = {K, K, K, R},
	[AK_F_CONVERSATION_ID] = {K, R, K, R}, [AK_F_SESSION_ID] = {K, R, K, R},     [AK_F_CLIENT_ADDRESS] = {K, R, K, R},
	[AK_F_CLIENT_NETWORK] = {K, R, K, R}, [AK_F_CLIENT_COUNTRY] = {K, K, K, R},  [AK_F_USER_AGENT] = {K, R, K, R},
	[AK_F_RESOURCE_NAME] = {K, H, K, H},  [AK_F_KEY_ALIAS] = {K, H, K, H},	     [AK_F_PROJECT_NAME] = {K, H, K, H},
	[AK_F_TEAM_NAME] = {K, H, K, H},      [AK_F_APP] = {K, K, K, H},	     [AK_F_TEAM] = {K, K, K, H},
	[AK_F_COST_CENTER] = {K, K, K, H},    [AK_F_ERROR_TEMPLATE] = {K, R, K, R},  [AK_F_ENDPOINT] = {K, R, K, R},
	[AK_F_ERROR_TEXT] = {K, R, K, R},     [AK_F_REASON_TEXT] = {K, R, K, R},
	[AK_F_CHANGES] = {K, W, W, W},	      [AK_F_SETTINGS] = {K, W, W, W},	     [AK_F_ARCHIVE_LOCATION] = {K, K, K, H},
};

const char *ak_profile_name(enum ak_profile_id id)
{
	return profiles[id].name;
}

const char *ak_profile_says(enum ak_profile_id id)
{
	return profiles[id].says;
}

bool ak_profile_find(const char *name, enum ak_profile_id *out)
{
	*out = AK_PROFILE_DEFAULT;
	if (!name || strcmp(name, "unknown") == 0)
		return true;
	for (int i = 0; i < AK_PROFILES; i++)
		if (strcmp(profiles[i].name, name) == 0) {
			*out = (enum ak_profile_id)i;
			return true;
		}
	return false;
}

enum ak_profile_action ak_profile_action(enum ak_profile_id id, int field)
{
	return (enum ak_profile_action)(field < 0 ? AK_PROFILE_KEEPS : actions[field][id]);
}

bool ak_profile_keeps_tokens(enum ak_profile_id id)
{
	return id == AK_PROFILE_DEFAULT || id == AK_PROFILE_PCI;
}
