/* The request map: where each numbered request of the view's lists finds its evidence (templates/request-map.yaml). */
#ifndef AK_PACKET_REQUESTS_H
#define AK_PACKET_REQUESTS_H

#include "packet/section.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The table request_map of a section, when all sections have their tables and gaps: rows of the evidence, whether it is there
 * ("evidence is here"), there in part or with open questions ("evidence in part"), or not ("no evidence"), and what the rules on it say. AK_EXIT_USAGE: a mistake in the map. */
enum ak_rc ak_section_requests(struct ak_sections *s, json_t *section, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
