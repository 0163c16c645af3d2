/* All mappings in force, and detection. Search order: --mapping FILE, workspace formats/, user config folder, site
 * config folder, built in; a mapping with the same id earlier in that order hides the later one (reported by `formats
 * list`). */
#ifndef AK_FORMAT_REGISTRY_H
#define AK_FORMAT_REGISTRY_H

#include "format/mapping.h"

struct ak_registry;

#ifdef __cplusplus
extern "C" {
#endif

/* folders: NULL-terminated list of folders to load *.yaml from, in search order; missing ones are skipped. Built-in
 * mappings are ak_embedded_formats (base/embedded.h), made of src/formats/. */
enum ak_rc ak_registry_open(const char *const *folders, struct ak_registry **out, struct ak_err *err);
void ak_registry_free(struct ak_registry *r);
/* Load one file in front of everything else (--mapping); *out may be NULL. */
enum ak_rc ak_registry_add_file(struct ak_registry *r, const char *path, const struct ak_mapping **out,
				struct ak_err *err);
size_t ak_registry_count(const struct ak_registry *r);
const struct ak_mapping *ak_registry_at(const struct ak_registry *r, size_t i); /* sorted by id */
/* Mappings that another of the same id hides; NULL past the end. */
const struct ak_mapping *ak_registry_hidden(const struct ak_registry *r, size_t i);
/* By id; AK_EXIT_USAGE with did-you-mean. */
enum ak_rc ak_registry_find(const struct ak_registry *r, const char *id, const struct ak_mapping **out,
			    struct ak_err *err);

struct ak_detection {
	int score, required; /* matched signs, and how many there were to match */
	char why[160];	     /* "7 of 7 signs, next best litellm-spendlogs 2 of 6" */
};
/* AK_EXIT_INPUT: a format that was named has fewer than half of its signs in the first bytes of a stream, and another has all of its.
 * A mapping that is not built in is always believed. */
enum ak_rc ak_registry_believe(const struct ak_registry *r, const struct ak_mapping *named, struct ak_str head, bool eof, struct ak_err *err);
/* Which mapping fits the first bytes of a decoded stream (64 KiB to 1 MiB is plenty; eof says it is the whole stream).
 * AK_EXIT_INPUT: nothing fits (nearest match and `auditkit formats try` named), or a tie (hint --format). */
enum ak_rc ak_registry_detect(const struct ak_registry *r, struct ak_str head, bool eof, const struct ak_mapping **out,
			      struct ak_detection *why, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
