/* File names inside a packet, the same rules when one is written and when a foreign one is read: ASCII letters, digits,
 * `.`, `_` and `-`, parts joined by '/', at most 100 bytes, safe on every file system (EVIDENCE 1.1, SECURITY R-ARC-2).
 */
#ifndef AK_PACKET_PATH_H
#define AK_PACKET_PATH_H

#include "base/map.h"

#define AK_PATH_MAX 100

/* Names seen so far, files and the folders above them. */
struct ak_pathset {
	struct ak_map map; /* case-folded name -> 'f' or 'd' and the spelling */
};

#ifdef __cplusplus
extern "C" {
#endif

/* NULL when the name is fine, else what is wrong with it, fit to follow "name ": "has '..'". */
const char *ak_path_problem(struct ak_str path);

/* The same for a bag that other programs made: any name that stays below its folder. Not: an absolute one or a drive letter, an
 * empty part, '.' or '..', a backslash, a control byte but CR and LF, more than 1000 bytes. */
const char *ak_path_problem_foreign(struct ak_str path);

void ak_pathset_init(struct ak_pathset *s);
void ak_pathset_release(struct ak_pathset *s);
/* Add a name that has no problem of its own. NULL, or what is wrong beside the others: a second file of that name, a
 * difference in case only, a file that is also a folder. A folder may be added again. */
const char *ak_pathset_add(struct ak_pathset *s, struct ak_str path, bool folder);
/* The same where a difference in case makes another file. */
const char *ak_pathset_add_foreign(struct ak_pathset *s, struct ak_str path, bool folder);

#ifdef __cplusplus
}
#endif
#endif
