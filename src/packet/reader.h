/* Between ak_archive_read and the readers of the single forms: every entry passes through here, so that names, doubles
 * and limits are checked in one place. */
#ifndef AK_PACKET_READER_H
#define AK_PACKET_READER_H

#include "packet/archive.h"
#include "packet/path.h"

struct ak_reader {
	enum ak_rc (*visit)(void *ctx, struct ak_str name, struct ak_archive_bytes *bytes, struct ak_err *err);
	void *ctx;
	bool foreign;	     /* a bag that others made: any name that stays below its folder */
	const char *path;    /* of the packet */
	struct ak_str label; /* its base name, for messages */
	struct ak_archive_info info;
	struct ak_pathset names;
	uint64_t entries; /* files and folders so far */
	uint64_t decoded; /* bytes that came out of the archive */
	struct ak_err *err;
};

/* Where the bytes of one file come from. */
struct ak_archive_bytes {
	struct ak_reader *reader;
	enum ak_rc (*pull)(void *src, void *buf, size_t cap, size_t *n, struct ak_err *err);
	void *src;
	bool end;
};

#ifdef __cplusplus
extern "C" {
#endif

/* AK_FAIL with the reason and "packet 'NAME', entry N: what". */
enum ak_rc ak_reader_refuse(struct ak_reader *r, const char *reason, const char *what);
/* The library could not go on; errnum is what it says. The system's fault (AK_EXIT_IO, AK_EXIT_LIMIT) or the packet's. */
enum ak_rc ak_reader_damaged(struct ak_reader *r, int errnum, const char *what);
/* The next entry begins: count it. Messages name its number from here on. */
enum ak_rc ak_reader_next(struct ak_reader *r);
/* Check its name. full: its name in the archive, top folder included, no trailing '/'. *name gets the
 * part below the top folder, empty for the top folder itself. */
enum ak_rc ak_reader_entry(struct ak_reader *r, struct ak_str full, bool folder, struct ak_str *name);
/* The same for a name that has no top folder in front. */
enum ak_rc ak_reader_name(struct ak_reader *r, struct ak_str name, bool folder);
/* n more bytes were decoded: the limits on total and ratio. */
enum ak_rc ak_reader_count(struct ak_reader *r, size_t n);
/* Let the visitor see a file, then read what it left. */
enum ak_rc ak_reader_file(struct ak_reader *r, struct ak_str name,
			  enum ak_rc (*pull)(void *src, void *buf, size_t cap, size_t *n, struct ak_err *err),
			  void *src);

/* The forms. fd is at the start of the file and stays the caller's. */
enum ak_rc ak_read_folder(struct ak_reader *r, const char *path);
enum ak_rc ak_read_tar(struct ak_reader *r, int fd);
enum ak_rc ak_read_zip(struct ak_reader *r, int fd);

#ifdef __cplusplus
}
#endif
#endif
