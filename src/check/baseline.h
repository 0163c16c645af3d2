/* A former `check --json`: its findings are known, and only others fail. */
#ifndef AK_CHECK_BASELINE_H
#define AK_CHECK_BASELINE_H

#include <jansson.h>

#include "base/err.h"
#include "base/map.h"

struct ak_baseline {
	json_t *doc;
	struct ak_map known; /* id -> 0 not seen again, 1 seen */
	uint64_t unnamed;    /* findings beyond those that it has ids of: they count as new */
};

#ifdef __cplusplus
extern "C" {
#endif

/* AK_EXIT_INPUT: no such document, or its findings have no ids. name: for messages. */
enum ak_rc ak_baseline_parse(const char *name, struct ak_str text, struct ak_baseline *out, struct ak_err *err);
void ak_baseline_release(struct ak_baseline *b);
/* Is it known? It is seen now. */
bool ak_baseline_has(struct ak_baseline *b, const char *id);
/* What became of its findings, by the checks of a new document: {from, to (its period), found, seen, resolved, not_judged (their rule was
 * not run or is not evaluable), unnamed, gone: [{check, id, subject, state: "resolved"|"not judged"}]}; gone at most 1,000. */
json_t *ak_baseline_compare(const struct ak_baseline *b, const json_t *checks);

#ifdef __cplusplus
}
#endif
#endif
