/* A page as its reader sees it: tags and comments of HTML are not there, and what stands on both sides of one is one word. */
#ifndef AK_PACKET_UNTAG_H
#define AK_PACKET_UNTAG_H

#include "base/buf.h"

#ifdef __cplusplus
extern "C" {
#endif

/* In place of what out held: the lines in which taking out tags and comments joins two characters, each at its number, others empty. Tags that
 * begin a block or a cell are a blank. quotes: a '>' within quotes does not end a tag, as in HTML; without, the first one does, as some
 * readers of Markdown have it. False when there is no such line. Linear in the text. */
bool ak_untag(struct ak_str text, bool quotes, struct ak_buf *out);

#ifdef __cplusplus
}
#endif
#endif
