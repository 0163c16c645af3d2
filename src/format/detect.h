/* Format detection: private to format/. */
#ifndef AK_FORMAT_DETECT_H
#define AK_FORMAT_DETECT_H

#include "format/compiled.h"

struct ak_fit {
	int hits, signs; /* signs that matched in the best record, of how many */
	size_t records;	 /* looked at */
	bool fits;
	bool around;	 /* of an empty container: what is around it shows all signs that are asked for there */
};

#ifdef __cplusplus
extern "C" {
#endif

/* Is this the head of a stream that a mapping of CSV, or of JSON, reads? */
bool ak_detect_reads(bool csv, struct ak_str head);
/* Is the name of a member written in these bytes? True of one too long to look for. */
bool ak_detect_is_named(struct ak_str head, struct ak_str name);
/* Can a mapping of such streams fit at all: is every member that its records need named in these bytes? A quick look. */
bool ak_detect_may(const struct ak_mapping *m, struct ak_str head);
/* The same, from the text of a mapping, as far as it is plain to see there, and for a head of any length. */
bool ak_detect_text_may(struct ak_str yaml, struct ak_str head);
/* How well does a mapping fit the first bytes of a stream? It fits when more than half of the first records show all
 * signs; records that stand for empty containers are skipped. */
void ak_detect_try(const struct ak_mapping *m, struct ak_walker *w, struct ak_str head, bool eof, struct ak_fit *out);

#ifdef __cplusplus
}
#endif
#endif
