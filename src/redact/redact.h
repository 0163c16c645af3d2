/* Redaction of a mapped record, before anything is written (SECURITY 1-3, DECISIONS 11-16).
 *
 * Two steps, because the content digest is taken between them: secrets first (every text value, ids and list members and
 * the insides of diffs included), then personal values. Fail closed: a value that cannot be processed is removed and
 * counted. redact(redact(x)) == redact(x).
 *
 * Secret:   [REDACTED:<kind>:<kid>:<32 hex>]  fingerprint = HMAC(secret)
 * Person:   email:<32 hex> (e-mail shaped, domain and local part lower-cased), else user:<32 hex>; ids that name machines
 *           (prefixes of providers' service accounts: svc_acct, user-, user_ ids are people and become tokens)
 * Address:  ip:<32 hex> plus network prefix, in texts ip:<32 hex>(203.0.113.0/24).  Key: key:<32 hex> of HMAC(sha256hex(raw)); a 64-hex value counts as the hash.
 * Token:    id:<32 hex>.
 * policy.yaml may choose another of five actions for a field: redact/plan.h. */
#ifndef AK_REDACT_REDACT_H
#define AK_REDACT_REDACT_H

#include "base/crypto.h"
#include "model/record.h"
#include "redact/profile.h"

#define AK_TOKEN_HEX 32

struct ak_redact_opts {
	const uint8_t *token_key;   /* 32 bytes, HKDF "token" of the pseudonym master */
	char kid[9];                /* key id, 8 hex */
	int ip4_prefix, ip6_prefix; /* 0 = token only */
	const char *const *allow;   /* fingerprints (32 hex) that `redact allow` let through; NULL-terminated, may be NULL */
	const char *const *allow_sha256;    /* the same by SHA-256 (64 hex), for who has no key; NULL-terminated, may be NULL */
	const struct ak_policy_rule *rules; /* of policy.yaml, checked; copied */
	size_t nrules;
	const struct ak_field_plan *plan; /* redact/plan.h, copied: profile and fields; NULL = every field as its type says */
	/* Token keys of past masters, under which fingerprints of allow may have been made; NULL-terminated, may be NULL. */
	const uint8_t *const *past_keys;
	bool email_any_host; /* user@host without a dot is an address too */
	bool email_exact;    /* local parts that differ in case are two people */
	const struct ak_policy_pointer *pointers; /* of policy.yaml, checked; copied */
	size_t npointers;
};

enum ak_action {
	AK_ACT_REMOVED, AK_ACT_HASHED, AK_ACT_MASKED, AK_ACT_SANITISED, AK_ACT_NOT_COLLECTED, AK_ACT_ENCRYPTED, AK_ACT_COUNT
};

/* Counts per (field, rule, action), never the value. rule is a stable name: a secret kind ("openai_key"), "email",
 * "user", "ip", "user_agent", "key", "not_id_shaped", "too_long", "control_characters", ... */
struct ak_redact_count {
	int field; /* enum ak_field_id, or -1 for texts that are no field (file names) */
	const char *rule;
	enum ak_action action;
	uint64_t n;
};
struct ak_redact_ledger {
	struct ak_redact_count *row;
	size_t n, cap;
	uint32_t hint[64]; /* rows last counted; they make merging quick */
};

struct ak_policy_rule;  /* conf/policy.h */
struct ak_policy_pointer;
struct ak_field_plan;   /* redact/plan.h */
struct ak_redact_cache; /* redact/cache.h */
struct ak_redactor; /* immutable after creation; shared between threads */

#ifdef __cplusplus
extern "C" {
#endif

struct ak_redactor *ak_redactor_new(const struct ak_redact_opts *opts);
void ak_redactor_free(struct ak_redactor *r);

/* Where, besides the redactor, one record's redaction reads and writes. */
struct ak_redact_ctx {
	struct ak_arena *arena;          /* new texts */
	struct ak_redact_ledger *ledger; /* counts */
	struct ak_redact_cache *cache;   /* of this thread; NULL = none */
};

/* Step 1. Values are re-written into the arena. Texts over KEPT_VALUE_BYTES are cut with a marker and flagged. */
void ak_redact_secrets(const struct ak_redactor *r, struct ak_record *rec, const struct ak_redact_ctx *ctx);
/* Step 2; sets AK_R_REDACTED. */
void ak_redact_personal(const struct ak_redactor *r, struct ak_record *rec, const struct ak_redact_ctx *ctx);

/* One free text (a file name, a log line for `redact try`): secrets and e-mail shapes replaced, control bytes escaped.
 * field -1. l may be NULL. */
struct ak_str ak_redact_text(const struct ak_redactor *r, struct ak_str s, struct ak_arena *a, struct ak_redact_ledger *l);
/* The value behind `enc:<kid>:<hex>` (redact/plan.h); p == NULL unless this redactor's key made it. */
struct ak_str ak_redact_reveal(const struct ak_redactor *r, struct ak_str s, struct ak_arena *a);
/* The token of a candidate value for a field type (`identity resolve`, search by e-mail). */
struct ak_str ak_redact_token(const struct ak_redactor *r, enum ak_type type, struct ak_str value, struct ak_arena *a);
/* True when any prefix detector, the e-mail shape or a finder of personal data that ids do not set off hits. *kind = rule
 * name, *at = byte position. Tokens and markers of our own never hit. */
bool ak_redact_scan(const struct ak_redactor *r, struct ak_str s, size_t *at, const char **kind);

/* The same of prefix detectors alone. */
bool ak_redact_secret(const struct ak_redactor *r, struct ak_str s, size_t *at, const char **kind);

/* May the letters of a text become small ones? Not where it holds a secret: folded, nobody would find that any more. */
bool ak_redact_folds(const struct ak_redactor *r, struct ak_str s, struct ak_arena *scratch);

/* The self-audit of a finished packet: the same, and values that only their name or a word beside them gives away. */
struct ak_audit_find {
	size_t from, to;
	const char *kind;
	bool personal;			    /* a finder's: what let is asked about */
	char fingerprint[AK_TOKEN_HEX + 1]; /* what `redact allow` takes; empty for an e-mail address */
};
/* Asked for each find of personal data, true lets it pass: an id may hold such a number (DECISIONS 11). */
typedef bool ak_audit_let(void *ctx, struct ak_str s, size_t from, size_t to);
/* The first find, let may be NULL. */
bool ak_redact_audit(const struct ak_redactor *r, struct ak_str s, ak_audit_let *let, void *ctx, struct ak_audit_find *out);

/* Whether `redact allow` lets a value through, for scanners of other rules; its fingerprint in any case: of the entry that does,
 * otherwise under the key in force. */
bool ak_redact_allowed(const struct ak_redactor *r, struct ak_str value, char fingerprint[AK_TOKEN_HEX + 1]);

/* From here on what ak_redact_scan and ak_redact_allowed let through is noted, each value once; listed by SHA-256. */
struct ak_let {
	char fingerprint[AK_TOKEN_HEX + 1], sha256[2 * AK_SHA256_LEN + 1];
};
void ak_redact_note_allowed(struct ak_redactor *r);
size_t ak_redact_noted(const struct ak_redactor *r, const struct ak_let **out);

void ak_ledger_init(struct ak_redact_ledger *l);
void ak_ledger_release(struct ak_redact_ledger *l);
void ak_ledger_clear(struct ak_redact_ledger *l); /* as after init, with its memory kept for the next counts */
void ak_ledger_add(struct ak_redact_ledger *l, int field, const char *rule, enum ak_action action, uint64_t n);
const char *ak_action_name(enum ak_action a); /* "removed", "hashed", "masked", "sanitised", "not collected" */

/* One value as a field of this name is stored; p == NULL when it is removed. l may be NULL. */
struct ak_str ak_redact_field(const struct ak_redactor *r, int field, struct ak_str s, struct ak_arena *a, struct ak_redact_ledger *l);
/* Under a key that nobody keeps: where there is no workspace, values are shown as tokens all the same. */
struct ak_redactor *ak_redactor_throwaway(void);

/* The detector table, for `redact rules` and the statement. */
struct ak_detector_info {
	const char *kind, *shape, *tier; /* prefix, shape, context, or personal */
	enum ak_action action;
};
size_t ak_redact_detectors(const struct ak_detector_info **out);
/* The finders of personal data in texts that a profile has, in the same form; the list is the arena's. */
size_t ak_redact_finders(enum ak_profile_id profile, struct ak_arena *a, const struct ak_detector_info **out);

#ifdef __cplusplus
}
#endif
#endif
