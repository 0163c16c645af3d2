/* What the pages of a packet see: its documents, in the words and the order of a page. Internal to packet/. */
#ifndef AK_PACKET_PAGE_H
#define AK_PACKET_PAGE_H

#include "packet/build.h"
#include "packet/section.h"

#define AK_PAGE_ROWS 25 /* of a table on index.html */
#define AK_PAGE_GAPS 60

#ifdef __cplusplus
extern "C" {
#endif

/* packet: packet.json; views: of ak_section_view; resources: of datapackage.json, apart: of the annex's; s: its documents have the packet's own pseudonyms. */
json_t *ak_page_view(const json_t *packet, const struct ak_packet_result *r, json_t *views, const struct ak_sections *s, const json_t *resources,
		     const json_t *apart);

/* For page.c: {id, start, final_status, hops: [{n, title, time, first, gone: [lines on what is MISSING], lines, more, cite, missing, aggregate}],
 * timeline} of the sample trace; null without one. */
json_t *ak_page_trace(const struct ak_sections *s);

#ifdef __cplusplus
}
#endif
#endif
