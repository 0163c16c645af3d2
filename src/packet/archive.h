/* Packets as one file or folder: written from a finished bag, read back as a stream of files without extracting.
 *
 * Forms, told by the name when writing and by the first bytes when reading: folder, .tar, .tar.gz, .tar.zst, .zip.
 * Folder and .tar are byte for byte the same for the same bag and time; the compressed forms depend on the version of
 * the compressor and share the packet digest (DECISIONS 29). */
#ifndef AK_PACKET_ARCHIVE_H
#define AK_PACKET_ARCHIVE_H

#include "base/fs.h"
#include "packet/bag.h"

enum ak_form { AK_FORM_FOLDER, AK_FORM_TAR, AK_FORM_TAR_GZ, AK_FORM_TAR_ZST, AK_FORM_ZIP };

/* The bytes of the file being visited. */
struct ak_archive_bytes;

/* What was read. */
struct ak_archive_info {
	enum ak_form form;
	char base[104]; /* the top folder inside an archive; empty for a folder */
	uint64_t files;
	uint64_t bytes;	      /* of all files together */
	uint64_t given_bytes; /* size of the archive, 0 for a folder */
};

#ifdef __cplusplus
extern "C" {
#endif

/* Form and base name (ak_free) of an output path. A name that ends like an archive that is not written here (.7z,
 * .tar.xz, ...) is AK_EXIT_USAGE. */
enum ak_rc ak_archive_form(const char *path, enum ak_form *form, char **base, struct ak_err *err);
const char *ak_form_name(enum ak_form form);
/* Name and version of the library that reads and writes archives. */
const char *ak_archive_library(void);

/* Write the bag to path in the form its name says: sorted files below the bag's name, mode 0644, uid and gid 0, no
 * names, mtime in seconds since 1970 for all. A temp file or folder beside the target, fsync, rename. An existing
 * target needs replace; a folder is replaced only when it holds a bag. Zip: mtime before 1980 is AK_EXIT_USAGE, and
 * packets that would need zip64 are AK_EXIT_LIMIT. */
enum ak_rc ak_archive_write(const struct ak_bag *bag, const char *path, int64_t mtime, bool replace,
			    struct ak_err *err);

/* All of it but the rename, which is ak_fs_temp_commit's: *t is empty before ({-1, NULL, NULL}) and the caller's to release. */
enum ak_rc ak_archive_prepare(const struct ak_bag *bag, const char *path, int64_t mtime, bool replace, struct ak_fs_temp *t, struct ak_err *err);

/* The same bytes to a descriptor, in any form but a folder; path is for messages. */
enum ak_rc ak_archive_write_fd(const struct ak_bag *bag, enum ak_form form, int fd, int64_t mtime, const char *path, struct ak_err *err);

/* Visit every file of a packet in the order it is stored (folders: sorted). visit gets the name below the top folder
 * and may read all, some or none of the bytes; what it returns other than AK_OK ends the walk and is passed up.
 *
 * Refused with AK_EXIT_VERIFY and a reason, err->record = number of the entry: archive_name (packet/path.h, or not in
 * one top folder), archive_duplicate, archive_type (link, device, encrypted, extended attributes), archive_limit
 * (PACKET_ENTRIES, PACKET_RATIO above 1 MiB, EXPANDED_BYTES), archive_trailing (bytes behind the end),
 * archive_mismatch (zip directory against what is stored), archive_damaged (checksums, cut short, changed while read),
 * archive_unknown (no such form). A path that cannot be opened is AK_EXIT_INPUT, one that is damaged in one reading and
 * whole in the next AK_EXIT_IO. */
enum ak_rc ak_archive_read(const char *path,
			   enum ak_rc (*visit)(void *ctx, struct ak_str name, struct ak_archive_bytes *bytes,
					       struct ak_err *err),
			   void *ctx, struct ak_archive_info *info, struct ak_err *err);
/* The same for a bag that other programs made: files may have any name that stays below the top folder. */
enum ak_rc ak_archive_read_foreign(const char *path,
				   enum ak_rc (*visit)(void *ctx, struct ak_str name, struct ak_archive_bytes *bytes,
						       struct ak_err *err),
				   void *ctx, struct ak_archive_info *info, struct ak_err *err);
/* For visit: the next bytes; *n = 0 at the end of the file. */
enum ak_rc ak_archive_pull(struct ak_archive_bytes *bytes, void *buf, size_t cap, size_t *n, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
