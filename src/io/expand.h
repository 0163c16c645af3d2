/* Arguments to files on disk: globs matched, folders walked, everything that cannot be read refused or listed. */
#ifndef AK_IO_EXPAND_H
#define AK_IO_EXPAND_H

#include <sys/stat.h>

#include "io/source.h"

/* One file on disk, or stdin (path "-"). */
struct ak_disk_file {
	struct ak_export_info *export_;
	char *rel; /* path below the folder; NULL when the export is the file itself */
	uint64_t size;
	int64_t mtime_us;
	const struct ak_page *page; /* in place of a file; NULL otherwise */
	struct ak_file_digest given; /* filled when it has been read; decoded stays zero */
};

struct ak_expansion {
	struct ak_export_info **exports; /* arguments owned */
	size_t nexports, exports_cap;
	struct ak_disk_file *files;
	size_t nfiles, files_cap;
	struct ak_skip *skips; /* NULL-terminated */
	size_t nskips, skips_cap;
};

#ifdef __cplusplus
extern "C" {
#endif

enum ak_rc ak_expand(struct ak_expansion *x, const char *const *args, size_t n, struct ak_err *err);
/* One export, a file for each page. */
void ak_expand_pages(struct ak_expansion *x, const struct ak_page *pages, size_t n, const char *name);
/* Also after a failure. */
void ak_expand_release(struct ak_expansion *x);
/* name is taken over. */
void ak_expand_skip(struct ak_expansion *x, char *name, const char *why);
void ak_expand_file(struct ak_expansion *x, struct ak_export_info *e, char *rel, const struct stat *st);
/* The files below a folder, depth-first in byte order. */
enum ak_rc ak_expand_walk(struct ak_expansion *x, struct ak_export_info *e, struct ak_err *err);
/* Open a file for reading; below a folder no symlink is followed on the way. */
enum ak_rc ak_expand_open(const struct ak_disk_file *f, int *fd, struct ak_err *err);
/* AK_FAIL (AK_EXIT_INPUT) with the path's base name: messages may be stored, so no folder is ever named in one. */
enum ak_rc ak_expand_fail(const char *path, int errnum, struct ak_err *err);
int64_t ak_expand_mtime(const struct stat *st);

#ifdef __cplusplus
}
#endif
#endif
