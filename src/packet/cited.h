/* A run of leaf numbers in passing, ascending: two of them are told apart by their number and a digest, whatever their length. */
#ifndef AK_PACKET_CITED_H
#define AK_PACKET_CITED_H

#include "base/buf.h"

struct ak_cited;

#ifdef __cplusplus
extern "C" {
#endif

struct ak_cited *ak_cited_new(void);
void ak_cited_free(struct ak_cited *c);
void ak_cited_add(struct ak_cited *c, uint64_t seq);
/* The same of a citation `source:seq`; one that is none makes the run unlike any other. */
void ak_cited_add_text(struct ak_cited *c, struct ak_str citation);
uint64_t ak_cited_count(const struct ak_cited *c);
/* Whether both are the same leaves, each once and ascending. */
bool ak_cited_equal(const struct ak_cited *a, const struct ak_cited *b);

#ifdef __cplusplus
}
#endif
#endif
