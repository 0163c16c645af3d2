/* Pictures of a packet's page, drawn while it is built, of the figures that its documents have. */
#ifndef AK_PACKET_PICTURES_H
#define AK_PACKET_PICTURES_H

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

/* [{id, title, note, table (name of the CSV that has the figures), svg, legend, figures: a table of them, null where that has too many rows}];
 * svg, legend and figures are safe to be written raw. cover and figures: of packet/cover.h. */
json_t *ak_pictures(const json_t *cover, const json_t *figures);
/* The steps of a trace (trace/trace.h) by their own clocks, as SVG; null where none has a time. */
json_t *ak_picture_of_trace(const json_t *trace);

#ifdef __cplusplus
}
#endif
#endif
