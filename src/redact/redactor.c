#include "base/ak.h"
#include "redact/pointer.h"

#include "base/compose.h"

#define CLASS_PREFIX "auditkit/1/"

static char **copy_list(const char *const *list)
{
	size_t n = 0;
	char **out;

	while (list && list[n])
		n++;
	out = ak_alloc((n + 1) * sizeof(*out));
	for (size_t i = 0; i < n; i++)
		out[i] = ak_strdup(list[i]);
	out[n] = NULL;
	return out;
}

static struct ak_hmac **copy_keys(const uint8_t *const *keys)
{
	size_t n = 0;
	struct ak_hmac **out;

	while (keys && keys[n])
		n++;
	out = ak_alloc((n + 1) * sizeof(*out));
	for (size_t i = 0; i < n; i++)
		out[i] = ak_hmac_new(keys[i], 32);
	out[n] = NULL;
	return out;
}

static void free_keys(struct ak_hmac **keys)
{
	for (struct ak_hmac **p = keys; *p; p++)
		ak_hmac_free(*p);
	ak_free(keys);
}

static void free_list(char **list)
{
	for (char **p = list; *p; p++)
		ak_free(*p);
	ak_free(list);
}

/* In texts as in the field that is made for it. */
static bool keeps_networks(const struct ak_field_plan *plan)
{
	if (!plan || plan->action[AK_F_CLIENT_NETWORK] == AK_FIELD_KEEP)
		return true;
	return plan->action[AK_F_CLIENT_NETWORK] == AK_FIELD_AS_TYPE &&
	       ak_profile_action(plan->profile, AK_F_CLIENT_NETWORK) == AK_PROFILE_KEEPS;
}

struct ak_redactor *ak_redactor_new(const struct ak_redact_opts *opts)
{
	struct ak_redactor *r = ak_alloc_zero(1, sizeof(*r));

	r->hmac = ak_hmac_new(opts->token_key, 32);
	memcpy(r->kid, opts->kid, sizeof(r->kid));
	r->kid[8] = '\0';
	r->ip4_prefix = opts->ip4_prefix;
	r->ip6_prefix = opts->ip6_prefix;
	r->profile = opts->plan ? opts->plan->profile : AK_PROFILE_DEFAULT;
	r->email_any_host = opts->email_any_host;
	r->email_exact = opts->email_exact;
	r->networks = keeps_networks(opts->plan);
	r->allow = copy_list(opts->allow);
	r->allow_sha256 = copy_list(opts->allow_sha256);
	r->past = copy_keys(opts->past_keys);
	ak_hkdf(opts->token_key, 32, "auditkit/1/encrypt", r->seal, sizeof r->seal);
	for (int f = 0; f < AK_F_COUNT && opts->plan; f++)
		r->chosen[f] = ak_action_of(ak_fields[f].type, opts->plan->action[f]);
	for (int f = 0; f < AK_F_COUNT; f++)
		r->personal[f] = ak_record_step(r, f);
	r->pointers = ak_pointers_new(opts->pointers, opts->npointers);
	ak_scan_init(&r->scanner);
	if (opts->nrules) {
		r->own = ak_rules_compile(opts->rules, opts->nrules);
		ak_scan_add(&r->scanner, r->own, opts->nrules);
	}
	return r;
}

struct ak_redactor *ak_redactor_throwaway(void)
{
	uint8_t key[32];
	struct ak_redact_opts o = {.token_key = key, .kid = "00000000", .ip4_prefix = 24, .ip6_prefix = 48};
	struct ak_redactor *r;

	ak_random(key, sizeof key);
	r = ak_redactor_new(&o);
	ak_wipe(key, sizeof key);
	return r;
}

void ak_redactor_free(struct ak_redactor *r)
{
	if (!r)
		return;
	ak_hmac_free(r->hmac);
	free_list(r->allow);
	free_list(r->allow_sha256);
	free_keys(r->past);
	ak_redactor_forget_noted(r);
	ak_scan_release(&r->scanner);
	ak_free(r->own);
	ak_pointers_free(r->pointers);
	ak_wipe(r->seal, sizeof r->seal);
	ak_free(r);
}

static void digest(const struct ak_hmac *key, const char *cls, struct ak_str value, char out[AK_TOKEN_HEX + 1])
{
	char name[sizeof(CLASS_PREFIX) + 16] = CLASS_PREFIX;
	uint8_t mac[AK_SHA256_LEN];
	size_t n = strlen(cls);

	if (n > 16)
		AK_BUG("token class too long");
	memcpy(name + sizeof(CLASS_PREFIX) - 1, cls, n);
	ak_hmac_class(key, ak_str_n(name, sizeof(CLASS_PREFIX) - 1 + n), value, mac);
	ak_hex(mac, AK_TOKEN_HEX / 2, out);
}

struct ak_str ak_redactor_token(const struct ak_redactor *r, const char *cls, struct ak_str value, struct ak_arena *a)
{
	size_t n = strlen(cls);
	char *p = ak_arena_alloc(a, n + 1 + AK_TOKEN_HEX + 1);

	value = ak_compose(value, a);
	memcpy(p, cls, n);
	p[n] = ':';
	digest(r->hmac, cls, value, p + n + 1);
	return ak_str_n(p, n + 1 + AK_TOKEN_HEX);
}

void ak_redactor_fingerprint(const struct ak_redactor *r, struct ak_str secret, char out[AK_TOKEN_HEX + 1])
{
	digest(r->hmac, "secret", secret, out);
}

static bool is_listed(const struct ak_redactor *r, const char *fingerprint)
{
	for (char **p = r->allow; *p; p++)
		if (ak_str_is(ak_str_of(*p), fingerprint))
			return true;
	return false;
}

bool ak_redactor_allows(const struct ak_redactor *r, struct ak_str secret, char fingerprint[AK_TOKEN_HEX + 1])
{
	ak_redactor_fingerprint(r, secret, fingerprint);
	if (is_listed(r, fingerprint))
		return true;
	for (struct ak_hmac **key = r->past; *key && *r->allow; key++) {
		char then[AK_TOKEN_HEX + 1];

		digest(*key, "secret", secret, then);
		if (!is_listed(r, then))
			continue;
		memcpy(fingerprint, then, sizeof then);
		return true;
	}
	return false;
}

bool ak_redact_allowed(const struct ak_redactor *r, struct ak_str value, char fingerprint[AK_TOKEN_HEX + 1])
{
	return ak_redactor_lets(r, value, fingerprint);
}

struct ak_str ak_redactor_marker(const struct ak_redactor *r, const char *kind, struct ak_str secret,
				 struct ak_arena *a)
{
	char fp[AK_TOKEN_HEX + 1];

	ak_redactor_fingerprint(r, secret, fp);
	return ak_arena_printf(a, "[REDACTED:%s:%s:%s]", kind, r->kid, fp);
}

void ak_pass_count(const struct ak_pass *p, const char *rule, enum ak_action action)
{
	if (p->l)
		ak_ledger_add(p->l, p->field, rule, action, 1);
	if (p->note && p->note->ncounts++ < AK_CACHE_COUNTS)
		p->note->count[p->note->ncounts - 1] = (struct ak_cache_count){rule, action};
}
