/* `notify:` of policy.yaml: where findings are told, by name.
 *
 *   notify:
 *     oncall: {type: slack, url_file: /etc/auditkit/slack-url, severities: [high]}
 *     soc: {type: webhook, url: https://soc.example.org/hooks/auditkit, token_env: SOC_TOKEN}
 *     audit: {type: sendmail, to: [audit@example.org], from: auditkit@example.org}
 *
 * An address that is a secret itself, as Slack's is, comes from a file or the environment and stands in no message; policy.yaml is
 * stored with every ingest. */
#ifndef AK_NOTIFY_TARGET_H
#define AK_NOTIFY_TARGET_H

#include "base/arena.h"
#include "conf/policy.h"

enum ak_notify_type { AK_NOTIFY_WEBHOOK, AK_NOTIFY_SLACK, AK_NOTIFY_SENDMAIL };

enum { AK_SEVERITY_HIGH = 1, AK_SEVERITY_MEDIUM = 2, AK_SEVERITY_LOW = 4 };

struct ak_notify_target {
	const char *name;
	enum ak_notify_type type;
	unsigned severities; /* bits */
	int line;
	/* webhook and slack: one of the first three; of the tokens none or one, of a webhook only. Others are NULL. */
	const char *url, *url_file, *url_env, *token_file, *token_env, *ca_file;
	bool allow_private;
	/* sendmail: addresses with ", " between them; from may be NULL; program as a whole path */
	const char *to, *from, *program;
};

#ifdef __cplusplus
extern "C" {
#endif

/* The entries that names (NULL-terminated) ask for, in that order, each once; all that policy.yaml has are read. Texts live in the policy
 * and in the arena. AK_EXIT_USAGE with file and line, or with the names there are; AK_EXIT_REFUSED for an address with a secret in it. */
enum ak_rc ak_notify_targets(const struct ak_policy *policy, const char *const *names, struct ak_arena *a, struct ak_notify_target **out, size_t *n,
			     struct ak_err *err);
/* A bit of the severity of a check; 0 for another word. */
unsigned ak_severity_bit(const char *severity);
const char *ak_notify_type_name(enum ak_notify_type t);
/* "https://host[:port]" and "/path" of an address, which is text of the arena; no user, no fragment, nothing a header could end with.
 * What is wrong is said without the address. AK_EXIT_USAGE. */
enum ak_rc ak_notify_address(struct ak_str url, struct ak_arena *a, const char **origin, const char **path, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
