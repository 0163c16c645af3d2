/* responses.yaml: what management says to the findings of a packet (DECISIONS 35) and of `check`, there by the id of a finding or, for
 * all of a check, by its name. A response stands beside its finding and never takes it away.
 *
 *   version: 1
 *   responses:
 *     key-no-owner: {text: owner named by ticket CHG-1190, owner: platform-head, due: 2026-07-31}
 *
 * text and owner are needed, and one of due (a date) and closed (the date it was done). */
#ifndef AK_CONF_RESPONSES_H
#define AK_CONF_RESPONSES_H

#include "conf/yaml.h"

struct ak_responses {
	struct ak_yaml yaml;
	char digest[65]; /* SHA-256 hex of the file's bytes */
};

#ifdef __cplusplus
extern "C" {
#endif

/* ids: the findings and checks there can be, NULL-terminated; another one in the file, that is no id of a finding either, is an error
 * that names it. AK_EXIT_USAGE with file and line. The caller owns *out. */
enum ak_rc ak_responses_parse(const char *name, struct ak_str text, const char *const *ids, struct ak_responses *out,
			      struct ak_err *err);
/* Safe on a zeroed struct and twice. */
void ak_responses_release(struct ak_responses *r);
/* {text, owner, due, closed}, or NULL. r may be NULL. */
const json_t *ak_responses_get(const struct ak_responses *r, const char *id);

#ifdef __cplusplus
}
#endif
#endif
