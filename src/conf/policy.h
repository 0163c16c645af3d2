/* policy.yaml: what records cannot say by themselves (EXPERIENCE.md). The tree stays available; the typed view below
 * covers what the program acts on. `unknown` is a legal answer everywhere and is never replaced by a default. */
#ifndef AK_CONF_POLICY_H
#define AK_CONF_POLICY_H

#include "base/arena.h"
#include "conf/yaml.h"

/* sources: NAME: pull:, how `auditkit pull` gets it; NULL and false when not given. */
struct ak_policy_pull {
	const char *api, *stream, *since, *base_url, *key_env, *credential_file, *ca_file;
	bool allow_private;
	const json_t *set; /* {name: text} */
};

/* One entry of sources:. The name is 1 to 64 of A-Z a-z 0-9 . _ -; the others are NULL when not given. */
struct ak_policy_source {
	const char *name, *path, *format, *owner, *every, *system, *query, *tz;
	const struct ak_policy_pull *pull; /* NULL: it comes as files */
	int line;
};

/* One declared answer: its dotted path, the value as text, the line and whether it is a real answer. */
struct ak_answer {
	const char *path;  /* "retention.request.keep", "scope.excluded.0.what" */
	const char *value; /* "90d", "unknown", "[platform-head]", "" when left empty */
	int line;
	bool unknown; /* says `unknown` or is left empty */
};

/* An entry of redaction.rules: prefix, then at least min bytes of the set (conf/charsets.h). why may be NULL. */
struct ak_policy_rule {
	const char *kind, *prefix, *set, *why;
	int min, line;
};

/* An entry of redaction.allow: the fingerprint of a value that is no secret. by and on may be NULL, key (the id of the pseudonym key
 * that it was made under) too. */
struct ak_policy_allow {
	const char *fingerprint, *why, *by, *on;
	int line;
	const char *key;
};
/* An entry of redaction.pointers: what is nested in a field of changes. why may be NULL. */
struct ak_policy_pointer {
	const char *field, *pointer, *action, *why; /* RFC 6901; "remove" or "mask" */
	int line;
};
/* An entry of quotas: a limit that the owners state, whatever gateways were set to. */
struct ak_policy_quota {
	const char *cls, *subject; /* "key", "team", "project", "organization", "user" or "model", and its name */
	const char *amount;	   /* canonical decimal text; NULL: unknown */
	const char *unit;	   /* "requests", "tokens", or a currency in capitals */
	const char *window;	   /* base/window.h; NULL: everything since then */
	const char *since;	   /* as written; NULL: not said */
	int64_t since_us;	   /* INT64_MIN where not said */
	int line;
};
enum ak_small_action { AK_SMALL_FLAG, AK_SMALL_SUPPRESS, AK_SMALL_MERGE, AK_SMALL_COUNT };
#define AK_SMALL_K 5

struct ak_policy {
	struct ak_yaml yaml;
	struct ak_arena arena;				   /* private: texts of the view and the answers */
	char digest[65];				   /* SHA-256 hex of the file's bytes */
	const char *organization, *system, *control_point; /* NULL = not given, "unknown" = said so */
	const char *declared_by, *declared_on, *review_by;
	const char *exports; /* folder that the paths of sources: are relative to; NULL = that of the file itself */
	struct ak_policy_source *sources;
	size_t nsources;
	int ip4_prefix, ip6_prefix; /* redaction.ip_mask, default 24 and 48 */
	bool per_packet_pseudonyms; /* redaction.pseudonyms, default per-packet */
	int small_k;		    /* redaction.small_groups.k: fewest people that a published group may stand for, default 5 */
	enum ak_small_action small_action; /* redaction.small_groups.action, default flag */
	const char *payload_mode;   /* redaction.payload_mode: metadata-only, masked, full, unknown or NULL */
	/* limits.max_rejects: a share ("0.1%") or a count; both -1 when not given */
	int64_t max_rejects_ppm, max_rejects_count;
	const char *min_link_coverage; /* "95%" or NULL; ak_policy_ppm reads it */
	int64_t max_export_age_days;   /* -1 when not given */
	int64_t revocation_grace_s;    /* limits.revocation_grace: how long a revoked key may still be served; 0 when not given */
	struct ak_answer *answers;     /* private: see ak_policy_answers */
	size_t nanswers;
	struct ak_policy_rule *rules; /* redaction.rules */
	size_t nrules;
	struct ak_policy_allow *allow; /* redaction.allow */
	size_t nallow;
	const char *profile; /* redaction.profile: default, hipaa, pci, strict, unknown or NULL */
	bool email_any_host, email_exact; /* redaction.email: hosts: any, local_part: exact */
	const char *key_file, *key_env; /* where the pseudonym key is, at most one of them; NULL: in the key folder */
	struct ak_policy_pointer *pointers; /* redaction.pointers */
	size_t npointers;
	struct ak_policy_quota *quotas; /* quotas: */
	size_t nquotas;
};

#ifdef __cplusplus
extern "C" {
#endif

/* Check every key (did-you-mean, file:line) and fill the view. Strings live as long as the policy. A mistake in the
 * file is AK_EXIT_USAGE. Messages name the file by its base name. */
enum ak_rc ak_policy_load(const char *path, struct ak_policy *out, struct ak_err *err);
enum ak_rc ak_policy_parse(const char *name, struct ak_str text, struct ak_policy *out, struct ak_err *err);
/* Safe on a zeroed struct and twice. */
void ak_policy_release(struct ak_policy *p);

/* Every leaf below scope, sources (owner, every), retention, access, redaction, sample_trace in file order, so that
 * "14 of 52 answers unknown" can be counted. Caller frees the array only. */
size_t ak_policy_answers(const struct ak_policy *p, struct ak_answer **out);
/* Member by dotted path ("scope.apps.support-bot.owner", a number for a list entry), NULL when absent. Names that hold
 * a dot themselves are found too. */
const json_t *ak_policy_get(const struct ak_policy *p, const char *dotted);
/* 32 lower-case hex digits: the fingerprint at the end of a marker. */
bool ak_policy_is_fingerprint(struct ak_str s);
/* A JSON Pointer (RFC 6901) that is not empty: '/' before each name, '~' in it as ~0, '/' as ~1. */
bool ak_policy_is_pointer(struct ak_str s);
/* "flag", "suppress", "merge" */
const char *ak_policy_small_action(enum ak_small_action a);
/* "90d" -> 90, "forever" -> INT64_MAX, else -1. */
int64_t ak_policy_days(const char *text);
/* "0.1%" -> 1000, "95%" -> 950000; at most four fraction digits and 100%, else -1. */
int64_t ak_policy_ppm(const char *text);

#ifdef __cplusplus
}
#endif
#endif
