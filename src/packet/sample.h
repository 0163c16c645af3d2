/* A sample of each population (F290): which rows a reviewer may ask for, drawn so that anybody can draw it again. The seed is the
 * packet's id, which follows from its content; the rows drawn are those whose SHA-256 of "SEED CITATION" is least. */
#ifndef AK_PACKET_SAMPLE_H
#define AK_PACKET_SAMPLE_H

#include <jansson.h>

#include "base/crypto.h"

#define AK_SAMPLE_DEFAULT 25
#define AK_SAMPLE_MOST 1000

struct ak_sample;
struct ak_sections; /* packet/section.h */

#ifdef __cplusplus
extern "C" {
#endif

/* size: rows of each population at most. */
struct ak_sample *ak_sample_new(const char *population, const char *seed, size_t size);
void ak_sample_free(struct ak_sample *s);
void ak_sample_add(struct ak_sample *s, const char *citation);
/* [{population, of, drawn: its number among those drawn, citation, sha256}] in the order of the digests; the caller's. */
json_t *ak_sample_rows(const struct ak_sample *s);

/* The table `sample`: calls, changes, grants, views and settlements, and the statement that gives population, seed and method. */
enum ak_rc ak_section_sample(struct ak_sections *s, json_t *section, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
