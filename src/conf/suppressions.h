/* suppressions.yaml: findings of `check` that somebody decided to live with until a day. They are shown and counted all the same; they
 * do not fail. A suppression is no response (conf/responses.h), and a response mutes nothing.
 *
 *   version: 1
 *   suppressions:
 *     - {id: 3f2a9c0e11b4d7a8, owner: platform-head, reason: key of the load test, CHG-1190, expires: 2026-09-30}
 *     - {check: coverage, subject: app-events, owner: sec-ops, reason: moved to spans, expires: 2026-07-31}
 *
 * By id, which follows from what the finding says: another content is another id, and fires. By check and subject whatever it says. */
#ifndef AK_CONF_SUPPRESSIONS_H
#define AK_CONF_SUPPRESSIONS_H

#include "conf/yaml.h"

struct ak_suppression {
	const char *id, *check, *subject; /* id, or check and subject; the others NULL */
	const char *owner, *reason, *expires;
	int64_t until_us; /* the end of that day, UTC: from then on it mutes nothing */
	int line;
	uint64_t n; /* findings that it muted, or would have when it were in force */
};

struct ak_suppressions {
	struct ak_yaml yaml;
	struct ak_suppression *list;
	size_t n;
};

#ifdef __cplusplus
extern "C" {
#endif

/* checks: the names there are, NULL-terminated. AK_EXIT_USAGE with file and line. */
enum ak_rc ak_suppressions_parse(const char *name, struct ak_str text, const char *const *checks, struct ak_suppressions *out, struct ak_err *err);
/* Safe on a zeroed struct and twice. */
void ak_suppressions_release(struct ak_suppressions *s);
/* The first in force that mutes a finding, else the first that expired, else NULL; counts it there. s may be NULL. */
struct ak_suppression *ak_suppressions_find(struct ak_suppressions *s, const char *check, const char *subject, const char *id, int64_t now_us);

#ifdef __cplusplus
}
#endif
#endif
