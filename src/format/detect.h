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

/* How well does a mapping fit the first bytes of a stream? It fits when more than half of the first records show all
 * signs; records that stand for empty containers are skipped. */
void ak_detect_try(const struct ak_mapping *m, struct ak_walker *w, struct ak_str head, bool eof, struct ak_fit *out);

#ifdef __cplusplus
}
#endif
#endif
