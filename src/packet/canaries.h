/* Secrets that somebody knows, given as SHA-256 so that the list gives none away: none of them may stand in a packet,
 * whatever it looks like (packet build --canary-hashes). What is hashed of a file: lines, cells, quoted texts, words,
 * and up to eight runs of letters and digits in a row with what stands between them; the same of what base64, hex,
 * percent, HTML and backslash escapes hide. A secret within a longer run of letters and digits is not found: nobody
 * knows where it begins; nor is one of less than 4 or more than 512 bytes. */
#ifndef AK_PACKET_CANARIES_H
#define AK_PACKET_CANARIES_H

#include "base/err.h"

struct ak_canaries;
struct ak_canary_hit {
	size_t line;   /* from 1, within the text */
	size_t listed; /* line of the list */
};

#ifdef __cplusplus
extern "C" {
#endif

/* 64 hex digits a line; blank lines and those that begin with '#' are passed over. AK_EXIT_USAGE with the line of what
 * is neither, and for a list of nothing. name: for messages. */
enum ak_rc ak_canaries_parse(const char *name, struct ak_str text, struct ak_canaries **out, struct ak_err *err);
void ak_canaries_free(struct ak_canaries *c);
bool ak_canaries_find(struct ak_canaries *c, struct ak_str text, struct ak_canary_hit *out);

#ifdef __cplusplus
}
#endif
#endif
