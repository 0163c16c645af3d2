/* What lies in a folder of exports: its files with their formats, and the patterns by which policy.yaml can name them as
 * sources. Nothing is stored; of each file the first megabyte is read. */
#ifndef AK_CMD_EXPORTS_H
#define AK_CMD_EXPORTS_H

#include "base/arena.h"
#include "format/registry.h"
#include "redact/redact.h"

struct ak_export_file {
	const char *path;   /* below the folder, raw bytes */
	const char *format; /* mapping id; "mixed" for an archive of several; NULL = not readable or not recognised */
	const char *why;    /* then: what is wrong with it; may hold the path */
	bool named;	    /* a source's pattern matches it */
	bool tried;	    /* private: its format in its folder has been looked at */
};

struct ak_export_source {
	const char *name, *path, *format; /* path: file, pattern or folder below the root */
	size_t files;
};

struct ak_exports {
	struct ak_arena *arena;
	const char *root;
	struct ak_export_file *file; /* in byte order of their paths */
	size_t nfiles, files_cap, recognised;
	struct ak_export_source *source; /* in the same order */
	size_t nsources, sources_cap;
};

#ifdef __cplusplus
extern "C" {
#endif

/* List a folder (dot files, links, devices and empty files left out, as ingest does) and detect every format. Texts live in
 * the arena; release with ak_exports_release. AK_EXIT_INPUT when a folder cannot be listed. */
enum ak_rc ak_exports_read(const char *root, const struct ak_registry *registry, struct ak_arena *arena, struct ak_exports *out,
			   struct ak_err *err);
/* Group recognised files into sources. A pattern is only used when it matches the files of its source and no other, and when
 * the redactor leaves it as it is; files that no such pattern names stay unnamed. */
void ak_exports_group(struct ak_exports *x, const struct ak_redactor *redactor);
void ak_exports_release(struct ak_exports *x);

#ifdef __cplusplus
}
#endif
#endif
