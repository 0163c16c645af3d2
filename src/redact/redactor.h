/* The redactor itself and what its parts share: keyed tokens, markers, and the pass over one value. */
#ifndef AK_REDACT_REDACTOR_H
#define AK_REDACT_REDACTOR_H

#include "redact/cache.h"
#include "redact/plan.h"
#include "redact/redact.h"
#include "redact/scan.h"

struct ak_redactor;
struct ak_pass;
struct ak_pointers; /* redact/pointer.h */

/* One value through an action that policy.yaml chose. */
typedef struct ak_str ak_action_fn(const struct ak_pass *p, struct ak_str s);

struct ak_redactor {
	struct ak_hmac *hmac;
	char kid[9];
	int ip4_prefix, ip6_prefix;
	char **allow; /* NULL-terminated */
	struct ak_scanner scanner;
	char **allow_sha256;	   /* NULL-terminated */
	struct ak_let_list *noted; /* what was let through; NULL = not noted */
	struct ak_detector *own; /* of policy.yaml; scanner uses them */
	uint8_t seal[AK_SIV_KEY]; /* for what is encrypted */
	ak_action_fn *chosen[AK_F_COUNT]; /* step 2 of fields for which policy.yaml chose another; NULL = as the type says */
	ak_action_fn *personal[AK_F_COUNT]; /* step 2 of all fields: as policy.yaml, its profile or the type says; NULL = nothing to do */
	enum ak_profile_id profile;
	bool email_any_host, email_exact; /* see ak_redact_opts */
	bool networks; /* an address in a text keeps its network behind its token */
	struct ak_hmac **past; /* of past keys, for allow only; NULL-terminated */
	struct ak_pointers *pointers; /* of policy.yaml; NULL = none */
};

/* One value on its way: whose it is, where memory comes from, where to count. */
struct ak_pass {
	const struct ak_redactor *r;
	struct ak_arena *a;
	struct ak_redact_ledger *l;
	int field;
	bool *truncated; /* set when a value was cut; may be NULL */
	struct ak_redact_cache *cache; /* NULL = none */
	struct ak_cached *note;        /* counts of this value, to be kept with its result; NULL = not wanted */
	bool *seen_bare;	       /* step 1 tells that no encoding is in the value; NULL = not wanted */
	struct ak_str bare;	       /* step 2: a text of which that is known */
};

/* Is this the text of which step 1 has seen that no encoding is in it? */
static inline bool ak_pass_knows_bare(const struct ak_pass *p, struct ak_str s)
{
	return s.p == p->bare.p && s.n == p->bare.n;
}

#ifdef __cplusplus
extern "C" {
#endif

/* What carries an action out on values of a type; NULL = what the type does by itself. */
ak_action_fn *ak_action_of(enum ak_type type, enum ak_field_action action);
/* Step 2 of a field: as policy.yaml says of this one, else as the profile, else as the type; NULL: nothing to do. */
ak_action_fn *ak_record_step(const struct ak_redactor *r, int field);
void ak_pass_count(const struct ak_pass *p, const char *rule, enum ak_action action);
/* Token `<cls>:<32 hex>` of a canonical value: HMAC-SHA-256 over "auditkit/1/" cls 0x00 value, first 16 bytes. Accents are
 * composed here (base/compose.h), the rest is the caller's. */
struct ak_str ak_redactor_token(const struct ak_redactor *r, const char *cls, struct ak_str value, struct ak_arena *a);
/* Lower-case hex of a secret's fingerprint. */
void ak_redactor_fingerprint(const struct ak_redactor *r, struct ak_str secret, char out[AK_TOKEN_HEX + 1]);
/* Does the allow-list have the fingerprint of a secret? It is *fingerprint then; of a past key when it was made under one, while
 * that key is kept. Else it is the one under the key in force. */
bool ak_redactor_allows(const struct ak_redactor *r, struct ak_str secret, char fingerprint[AK_TOKEN_HEX + 1]);
/* The same, or by the SHA-256 of the value; noted where that is wanted. */
bool ak_redactor_lets(const struct ak_redactor *r, struct ak_str value, char fingerprint[AK_TOKEN_HEX + 1]);
void ak_redactor_forget_noted(struct ak_redactor *r);
/* The marker that stands for a secret. */
struct ak_str ak_redactor_marker(const struct ak_redactor *r, const char *kind, struct ak_str secret,
				 struct ak_arena *a);

#ifdef __cplusplus
}
#endif
#endif
