#include "base/ak.h"

#include "conf/policy_rules.h"

#define END                                                                                                            \
	{                                                                                                              \
		.name = NULL                                                                                           \
	}
#define ANY_KEY "*"

static const struct ak_yaml_rule declared_rules[] = {
	{"by", AK_Y_SCALAR, false, NULL},
	{"on", AK_Y_SCALAR, false, NULL},
	{"review_by", AK_Y_SCALAR, false, NULL},
	END,
};

static const struct ak_yaml_rule app_rules[] = {
	{"owner", AK_Y_SCALAR, false, NULL},
	{"cost_center", AK_Y_SCALAR, false, NULL},
	{"purpose", AK_Y_SCALAR, false, NULL},
	END,
};

static const struct ak_yaml_rule key_rules[] = {
	{"owner", AK_Y_SCALAR, false, NULL},
	END,
};

static const struct ak_yaml_rule provider_rules[] = {
	{"region", AK_Y_SCALAR, false, NULL},
	{"trains", AK_Y_SCALAR, false, NULL},
	{"keeps_days", AK_Y_SCALAR, false, NULL},
	{"contract", AK_Y_SCALAR, false, NULL},
	END,
};

static const struct ak_yaml_rule excluded_rules[] = {
	{"what", AK_Y_SCALAR, true, NULL},
	{"why", AK_Y_SCALAR, false, NULL},
	{"owner", AK_Y_SCALAR, false, NULL},
	END,
};

static const struct ak_yaml_rule apps_rules[] = {{ANY_KEY, AK_Y_MAP_OR_UNKNOWN, false, app_rules}, END};
static const struct ak_yaml_rule keys_rules[] = {{ANY_KEY, AK_Y_MAP_OR_UNKNOWN, false, key_rules}, END};
static const struct ak_yaml_rule providers_rules[] = {{ANY_KEY, AK_Y_MAP_OR_UNKNOWN, false, provider_rules}, END};

static const struct ak_yaml_rule scope_rules[] = {
	{"organization", AK_Y_SCALAR, false, NULL},
	{"system", AK_Y_SCALAR, false, NULL},
	{"environments", AK_Y_STR_OR_LIST, false, NULL},
	{"control_point", AK_Y_SCALAR, false, NULL},
	{"apps", AK_Y_MAP_OR_UNKNOWN, false, apps_rules},
	{"keys", AK_Y_MAP_OR_UNKNOWN, false, keys_rules},
	{"providers", AK_Y_MAP_OR_UNKNOWN, false, providers_rules},
	{"excluded", AK_Y_LIST_OR_UNKNOWN, false, excluded_rules},
	END,
};

static const struct ak_yaml_rule set_rules[] = {{ANY_KEY, AK_Y_SCALAR, false, NULL}, END};

static const struct ak_yaml_rule pull_rules[] = {
	{"api", AK_Y_STR, true, NULL},	      {"stream", AK_Y_STR, true, NULL},
	{"since", AK_Y_SCALAR, false, NULL},  {"base_url", AK_Y_STR, false, NULL},
	{"key_env", AK_Y_STR, false, NULL},   {"credential_file", AK_Y_STR, false, NULL},
	{"ca_file", AK_Y_STR, false, NULL},   {"allow_private", AK_Y_BOOL, false, NULL},
	{"set", AK_Y_MAP, false, set_rules},  END,
};

static const struct ak_yaml_rule source_rules[] = {
	{"path", AK_Y_SCALAR, false, NULL},   {"format", AK_Y_SCALAR, false, NULL},
	{"export", AK_Y_STR, false, NULL},    {"owner", AK_Y_SCALAR, false, NULL},
	{"every", AK_Y_SCALAR, false, NULL},
	{"system", AK_Y_SCALAR, false, NULL}, {"query", AK_Y_SCALAR, false, NULL},
	{"tz", AK_Y_SCALAR, false, NULL},     {"pull", AK_Y_MAP, false, pull_rules},
	{"stores", AK_Y_SCALAR, false, NULL}, {"when_full", AK_Y_STR, false, NULL},
	{"since", AK_Y_SCALAR, false, NULL},  END,
};

static const struct ak_yaml_rule missing_rules[] = {
	{"why", AK_Y_SCALAR, false, NULL},
	{"owner", AK_Y_SCALAR, false, NULL},
	{"due", AK_Y_SCALAR, false, NULL},
	END,
};

static const struct ak_yaml_rule field_rules[] = {
	{"keep", AK_Y_BOOL, false, NULL},
	{"action", AK_Y_STR, false, NULL},
	{"why", AK_Y_SCALAR, false, NULL},
	END,
};

static const struct ak_yaml_rule detector_rules[] = {
	{"kind", AK_Y_STR, true, NULL}, {"prefix", AK_Y_STR, true, NULL}, {"set", AK_Y_STR, true, NULL},
	{"min", AK_Y_INT, true, NULL},	{"why", AK_Y_STR, false, NULL},	  END,
};

static const struct ak_yaml_rule allow_rules[] = {
	{"fingerprint", AK_Y_STR, true, NULL}, {"why", AK_Y_STR, true, NULL}, {"by", AK_Y_STR, false, NULL},
	{"on", AK_Y_STR, false, NULL},	       {"key", AK_Y_STR, false, NULL}, END,
};

static const struct ak_yaml_rule pointer_rules[] = {
	{"field", AK_Y_STR, true, NULL}, {"pointer", AK_Y_STR, true, NULL}, {"action", AK_Y_STR, true, NULL}, {"why", AK_Y_STR, false, NULL}, END,
};

static const struct ak_yaml_rule small_group_rules[] = {
	{"k", AK_Y_SCALAR, false, NULL},
	{"action", AK_Y_SCALAR, false, NULL},
	END,
};

static const struct ak_yaml_rule email_rules[] = {
	{"hosts", AK_Y_SCALAR, false, NULL},
	{"local_part", AK_Y_SCALAR, false, NULL},
	END,
};

static const struct ak_yaml_rule approval_rules[] = {
	{"why", AK_Y_SCALAR, false, NULL}, {"approved_by", AK_Y_SCALAR, false, NULL}, {"masking", AK_Y_SCALAR, false, NULL}, END,
};

static const struct ak_yaml_rule redaction_rules[] = {
	{"ip_mask", AK_Y_SCALAR, false, NULL},
	{"pseudonyms", AK_Y_SCALAR, false, NULL},
	{"payload_mode", AK_Y_SCALAR, false, NULL},
	{"payload_approval", AK_Y_MAP_OR_UNKNOWN, false, approval_rules},
	{"profile", AK_Y_SCALAR, false, NULL},
	{"rules", AK_Y_LIST, false, detector_rules},
	{"allow", AK_Y_LIST, false, allow_rules},
	{"pointers", AK_Y_LIST, false, pointer_rules},
	{"small_groups", AK_Y_MAP_OR_UNKNOWN, false, small_group_rules},
	{"key_file", AK_Y_SCALAR, false, NULL},
	{"key_env", AK_Y_SCALAR, false, NULL},
	{"email", AK_Y_MAP_OR_UNKNOWN, false, email_rules},
	END,
};

static const struct ak_yaml_rule proof_rules[] = {
	{"lock", AK_Y_STR, true, NULL}, {"on", AK_Y_SCALAR, false, NULL}, {"by", AK_Y_SCALAR, false, NULL}, {"evidence", AK_Y_SCALAR, false, NULL}, END,
};

static const struct ak_yaml_rule class_rules[] = {
	{"keep", AK_Y_SCALAR, false, NULL},    {"why", AK_Y_SCALAR, false, NULL},
	{"delete", AK_Y_SCALAR, false, NULL},  {"legal_basis", AK_Y_SCALAR, false, NULL},
	{"archive", AK_Y_SCALAR, false, NULL}, {"archive_proof", AK_Y_MAP_OR_UNKNOWN, false, proof_rules},
	{"storage_class", AK_Y_SCALAR, false, NULL},
	END,
};

static const struct ak_yaml_rule exception_rules[] = {
	{"approved_by", AK_Y_SCALAR, false, NULL},
	{"holds", AK_Y_STR_OR_LIST, false, NULL},
	END,
};

static const struct ak_yaml_rule retention_rules[] = {
	{"exceptions", AK_Y_MAP_OR_UNKNOWN, false, exception_rules},
	{ANY_KEY, AK_Y_MAP_OR_UNKNOWN, false, class_rules},
	END,
};

static const struct ak_yaml_rule attestation_rules[] = {
	{"what", AK_Y_SCALAR, true, NULL}, {"on", AK_Y_SCALAR, false, NULL}, {"by", AK_Y_SCALAR, false, NULL}, END,
};

static const struct ak_yaml_rule access_rules[] = {
	{"roles_from", AK_Y_STR_OR_LIST, false, NULL},
	{"payload_viewers", AK_Y_STR_OR_LIST, false, NULL},
	{"export_approvers", AK_Y_STR_OR_LIST, false, NULL},
	{"log_access_monitoring", AK_Y_SCALAR, false, NULL},
	{"leavers", AK_Y_STR_OR_LIST, false, NULL},
	{"attestations", AK_Y_LIST_OR_UNKNOWN, false, attestation_rules},
	END,
};

static const struct ak_yaml_rule trace_rules[] = {
	{"apps", AK_Y_STR_OR_LIST, false, NULL},
	{"never", AK_Y_STR_OR_LIST, false, NULL},
	END,
};

/* By currency; amounts are texts, since a float is none. */
static const struct ak_yaml_rule amount_rules[] = {{ANY_KEY, AK_Y_SCALAR, false, NULL}, END};

static const struct ak_yaml_rule limit_rules[] = {
	{"max_rejects", AK_Y_SCALAR, false, NULL},
	{"min_link_coverage", AK_Y_SCALAR, false, NULL},
	{"max_unexplained", AK_Y_SCALAR, false, NULL},
	{"max_export_age", AK_Y_SCALAR, false, NULL},
	{"revocation_grace", AK_Y_SCALAR, false, NULL},
	{"max_error_rate", AK_Y_SCALAR, false, NULL},
	{"max_rate_limited", AK_Y_SCALAR, false, NULL},
	{"max_apps_per_key", AK_Y_SCALAR, false, NULL},
	{"max_daily_spend", AK_Y_MAP_OR_UNKNOWN, false, amount_rules},
	{"max_monthly_spend", AK_Y_MAP_OR_UNKNOWN, false, amount_rules},
	{"anomaly_factor", AK_Y_SCALAR, false, NULL},
	{"anomaly_least", AK_Y_SCALAR, false, NULL},
	{"stale_access", AK_Y_SCALAR, false, NULL},
	{"access_review", AK_Y_SCALAR, false, NULL},
	{"attestation_age", AK_Y_SCALAR, false, NULL},
	{"archive_proof_age", AK_Y_SCALAR, false, NULL},
	END,
};

static const struct ak_yaml_rule quota_rules[] = {
	{"key", AK_Y_SCALAR, false, NULL},     {"team", AK_Y_SCALAR, false, NULL},
	{"project", AK_Y_SCALAR, false, NULL}, {"organization", AK_Y_SCALAR, false, NULL},
	{"user", AK_Y_SCALAR, false, NULL},    {"model", AK_Y_SCALAR, false, NULL},
	{"amount", AK_Y_SCALAR, true, NULL},   {"unit", AK_Y_STR, true, NULL},
	{"window", AK_Y_SCALAR, false, NULL},  {"since", AK_Y_SCALAR, false, NULL},
	{"why", AK_Y_SCALAR, false, NULL},     END,
};

/* Rules of the user's own; what their fields and limits must be, check/custom.h says. */
static const struct ak_yaml_rule measure_rules[] = {
	{"over", AK_Y_SCALAR, false, NULL},  {"under", AK_Y_SCALAR, false, NULL}, {"field", AK_Y_STR, false, NULL},
	{"currency", AK_Y_STR, false, NULL}, {"of", AK_Y_ANY, false, NULL},	  {"at_least", AK_Y_INT, false, NULL},
	END,
};

static const struct ak_yaml_rule check_rules[] = {
	{"title", AK_Y_STR, false, NULL},	{"severity", AK_Y_STR, false, NULL},	   {"rationale", AK_Y_STR, false, NULL},
	{"fix", AK_Y_STR, false, NULL},		{"layer", AK_Y_STR, true, NULL},	   {"where", AK_Y_ANY, false, NULL},
	{"count", AK_Y_MAP, false, measure_rules}, {"sum", AK_Y_MAP, false, measure_rules}, {"ratio", AK_Y_MAP, false, measure_rules},
	{"distinct", AK_Y_MAP, false, measure_rules}, {"by", AK_Y_STR_OR_LIST, false, NULL}, {"per", AK_Y_STR, false, NULL},
	END,
};

/* What is asked of the events of administrators. */
static const struct ak_yaml_rule hours_rules[] = {
	{"zone", AK_Y_STR, true, NULL},		    {"from", AK_Y_STR, true, NULL},
	{"to", AK_Y_STR, true, NULL},		    {"days", AK_Y_STR_OR_LIST, false, NULL},
	{"holidays", AK_Y_STR_OR_LIST, false, NULL}, {"of", AK_Y_STR_OR_LIST, false, NULL},
	{"environments", AK_Y_STR_OR_LIST, false, NULL}, END,
};

static const struct ak_yaml_rule audit_rules[] = {
	{"reason_required", AK_Y_STR_OR_LIST, false, NULL}, {"fields", AK_Y_STR_OR_LIST, false, NULL},
	{"hours", AK_Y_MAP_OR_UNKNOWN, false, hours_rules}, {"countries", AK_Y_STR_OR_LIST, false, NULL},
	{"familiar_after", AK_Y_SCALAR, false, NULL},	    {"shared_accounts", AK_Y_STR_OR_LIST, false, NULL},
	{"automation", AK_Y_STR_OR_LIST, false, NULL},	    {"session_limit", AK_Y_SCALAR, false, NULL},
	{"suspicious_after", AK_Y_SCALAR, false, NULL},	    {"privileged", AK_Y_STR_OR_LIST, false, NULL},
	{"high_risk", AK_Y_STR_OR_LIST, false, NULL},	    END,
};

static const struct ak_yaml_rule vocabulary_rules[] = {{ANY_KEY, AK_Y_STR_OR_LIST, false, NULL}, END};
static const struct ak_yaml_rule purpose_rules[] = {{ANY_KEY, AK_Y_SCALAR, false, NULL}, END};
static const struct ak_yaml_rule documented_rules[] = {{ANY_KEY, AK_Y_MAP, false, purpose_rules}, END};
static const struct ak_yaml_rule review_rules[] = {{"profiles", AK_Y_STR_OR_LIST, false, NULL}, END};

static const struct ak_yaml_rule checks_rules[] = {{ANY_KEY, AK_Y_MAP, false, check_rules}, END};

/* Where findings are told; what goes together, notify/target.h says. */
static const struct ak_yaml_rule target_rules[] = {
	{"type", AK_Y_STR, true, NULL},	      {"severities", AK_Y_STR_OR_LIST, false, NULL}, {"url", AK_Y_STR, false, NULL},
	{"url_file", AK_Y_STR, false, NULL},  {"url_env", AK_Y_STR, false, NULL},	     {"token_file", AK_Y_STR, false, NULL},
	{"token_env", AK_Y_STR, false, NULL}, {"ca_file", AK_Y_STR, false, NULL},	     {"allow_private", AK_Y_BOOL, false, NULL},
	{"to", AK_Y_STR_OR_LIST, false, NULL}, {"from", AK_Y_STR, false, NULL},		     {"program", AK_Y_STR, false, NULL},
	END,
};

static const struct ak_yaml_rule notify_rules[] = {{ANY_KEY, AK_Y_MAP, false, target_rules}, END};

static const struct ak_yaml_rule sources_rules[] = {{ANY_KEY, AK_Y_MAP, false, source_rules}, END};
static const struct ak_yaml_rule not_provided_rules[] = {{ANY_KEY, AK_Y_MAP, false, missing_rules}, END};
static const struct ak_yaml_rule fields_rules[] = {{ANY_KEY, AK_Y_MAP, false, field_rules}, END};

const struct ak_yaml_rule ak_policy_rules[] = {
	{"version", AK_Y_INT, true, NULL},
	{"declared", AK_Y_MAP_OR_UNKNOWN, false, declared_rules},
	{"scope", AK_Y_MAP_OR_UNKNOWN, false, scope_rules},
	{"exports", AK_Y_SCALAR, false, NULL},
	{"sources", AK_Y_MAP, false, sources_rules},
	{"not_provided", AK_Y_MAP, false, not_provided_rules},
	{"fields", AK_Y_MAP, false, fields_rules},
	{"redaction", AK_Y_MAP_OR_UNKNOWN, false, redaction_rules},
	{"retention", AK_Y_MAP_OR_UNKNOWN, false, retention_rules},
	{"access", AK_Y_MAP_OR_UNKNOWN, false, access_rules},
	{"sample_trace", AK_Y_MAP_OR_UNKNOWN, false, trace_rules},
	{"limits", AK_Y_MAP_OR_UNKNOWN, false, limit_rules},
	{"quotas", AK_Y_LIST_OR_UNKNOWN, false, quota_rules},
	{"audit", AK_Y_MAP_OR_UNKNOWN, false, audit_rules},
	{"vocabulary", AK_Y_MAP_OR_UNKNOWN, false, vocabulary_rules},
	{"documented", AK_Y_MAP, false, documented_rules},
	{"review", AK_Y_MAP_OR_UNKNOWN, false, review_rules},
	{"checks", AK_Y_MAP, false, checks_rules},
	{"notify", AK_Y_MAP, false, notify_rules},
	END,
};
