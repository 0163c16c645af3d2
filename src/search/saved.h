/* Saved searches of a workspace: queries.json beside the database (0600, replaced as a whole). Values of people and keys stand in it
 * as tokens (DECISIONS 15). {schema: "auditkit.queries/1", format_version, queries: {NAME: [{version, saved, search}]}}, the newest
 * version first. */
#ifndef AK_SEARCH_SAVED_H
#define AK_SEARCH_SAVED_H

#include <jansson.h>

#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The names with their versions, empty where nothing was saved. AK_EXIT_CORRUPT: it is no such file. */
enum ak_rc ak_saved_read(const char *workspace, json_t **queries, struct ak_err *err);
/* [a-z0-9_.-]{1,60}: AK_EXIT_USAGE. */
enum ak_rc ak_saved_name(const char *name, struct ak_err *err);
/* A further version of a name; *version is its number. search is a new reference. */
enum ak_rc ak_saved_add(const char *workspace, const char *name, json_t *search, int64_t now_us, json_int_t *version, struct ak_err *err);
/* AK_EXIT_USAGE: there is none. */
enum ak_rc ak_saved_remove(const char *workspace, const char *name, struct ak_err *err);
/* The names of $parameters in a search, sorted; a new reference. */
json_t *ak_saved_params(const json_t *search);

#ifdef __cplusplus
}
#endif
#endif
