/* A packet of some records only: those of a user, an application, a key or a resource, as a search finds them (F272). Sections count
 * and list these; what is said of exports, files and policy is said of all of them. Verdicts are about a whole and are not given. */
#ifndef AK_PACKET_SCOPED_H
#define AK_PACKET_SCOPED_H

#include <jansson.h>

#include "query/search.h"

struct ak_sections; /* packet/section.h */

struct ak_packet_scope {
	struct ak_search_opts search; /* its period is the packet's */
	json_t *filters;	      /* {option: [values as they are stored]}, borrowed */
	const char *expression;	      /* the test in words, values as they are stored */
};

#ifdef __cplusplus
extern "C" {
#endif

/* From here on the store has no other records (query/only.h). *doc, the caller's: {filters, expression, records: [{kind, matched, of:
 * those of the period}], matched, of}. */
enum ak_rc ak_scoped_begin(struct ak_store *s, const struct ak_packet_scope *scope, json_t **doc, struct ak_err *err);
/* The statements of the scope section about it. */
void ak_scoped_say(struct ak_sections *s, json_t *section);
/* Verdicts become "not evaluable". */
void ak_scoped_judge(json_t *questions);

#ifdef __cplusplus
}
#endif
#endif
