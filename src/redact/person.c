/* People become tokens, machines keep their names. */
#include "base/ak.h"
#include "redact/value.h"

#include "redact/email.h"
#include "redact/marker.h"

/* Names that no person has: built-in users of gateways and providers. */
#define NAME(z) {z, sizeof z - 1}
static const struct ak_str machines[] = {
	NAME("anonymous"),
	NAME("api"),
	NAME("automation"),
	NAME("cron"),
	NAME("default"),
	NAME("default_user_id"),
	NAME("gateway"),
	NAME("litellm-dashboard"),
	NAME("litellm-internal-health-check"),
	NAME("litellm-proxy-master-key"),
	NAME("litellm_proxy_master_key"),
	NAME("policy"),
	NAME("root"),
	NAME("scheduler"),
	NAME("service"),
	NAME("service-account"),
	NAME("service_account"),
	NAME("serviceaccount"),
	NAME("support"),
	NAME("svc_acct"),
	NAME("system"),
	NAME("unauthenticated"),
	NAME("unknown"),
	NAME("vendor"),
};

/* What the ids of service accounts, keys and roles begin with. `user-`, `user_` and the like are people. */
static const char *const machine_prefixes[] = {
	"svc_acct_",
	"svc_acct-",
	"svc-acct-",
	"service-account-",
	"service_account_",
	"service-account:",
	"service_account:",
	"serviceaccount:",
	"system:serviceaccount:",
	"litellm-internal-",
	"key_",
	"apikey_",
	"api_key:",
	"svac_",
	"job_",
};

static bool begins_fold(struct ak_str s, const char *z)
{
	size_t n = strlen(z);

	return s.n >= n && ak_str_eq_fold(ak_str_n(s.p, n), ak_str_n(z, n));
}

/* arn:aws:iam::<account>:role/<name>: a role, not who assumed it. */
static bool is_role(struct ak_str s)
{
	return ak_str_starts(s, AK_STR("arn:aws")) && ak_str_holds(s, AK_STR(":iam::")) &&
	       ak_str_holds(s, AK_STR(":role/"));
}

bool ak_value_is_builtin(struct ak_str s)
{
	for (size_t i = 0; i < AK_COUNT(machines); i++)
		if (s.n == machines[i].n && ak_str_eq_fold(s, machines[i]))
			return true;
	return false;
}

bool ak_value_is_machine(struct ak_str s)
{
	if (ak_value_is_builtin(s))
		return true;
	for (size_t i = 0; i < AK_COUNT(machine_prefixes); i++)
		if (begins_fold(s, machine_prefixes[i]) && ak_value_is_id(s))
			return true;
	return is_role(s) && ak_value_is_id(s);
}

struct ak_str ak_value_person(const struct ak_pass *p, struct ak_str s)
{
	size_t from, to;

	s = ak_str_trim(s);
	if (s.n == 0)
		return ak_str_n(NULL, 0);
	if (ak_marker_is(s) || ak_marker_is_token(s))
		return s;
	if (ak_value_is_machine(s)) {
		s = ak_value_kept(p, s);
		/* The marks in it may make it longer than an id is. */
		if (ak_value_is_machine(s))
			return s;
	}
	if (ak_email_find(p->r, s, 0, &from, &to)) {
		ak_pass_count(p, "email", AK_ACT_HASHED);
		return ak_email_token(p->r, ak_str_n(s.p + from, to - from), p->a);
	}
	ak_pass_count(p, "user", AK_ACT_HASHED);
	return ak_redactor_token(p->r, "user", s, p->a);
}
