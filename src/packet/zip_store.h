/* A zip file inside of a bag: parts that are stored as they are, each given whole. Source: PKWARE APPNOTE 6.3.10. */
#ifndef AK_PACKET_ZIP_STORE_H
#define AK_PACKET_ZIP_STORE_H

#include "base/buf.h"
#include "packet/bag.h"

struct ak_zip_store {
	struct ak_bag_file *file;
	const char *path; /* for messages; borrowed */
	uint64_t at;
	unsigned parts;
	struct ak_buf directory;
};

#ifdef __cplusplus
extern "C" {
#endif

/* AK_EXIT_LIMIT when zip64 would be needed. */
enum ak_rc ak_zip_store_open(struct ak_zip_store *z, struct ak_bag *bag, const char *path, struct ak_err *err);
enum ak_rc ak_zip_store_add(struct ak_zip_store *z, const char *name, struct ak_str part, struct ak_err *err);
enum ak_rc ak_zip_store_end(struct ak_zip_store *z, struct ak_err *err);
/* What these write, without a file, for who compares: `at` is then the caller's to move. The head of a part, appended, and its line in
 * the directory; what stands behind the last part, in `directory`. */
void ak_zip_store_init(struct ak_zip_store *z, const char *path);
void ak_zip_store_head(struct ak_zip_store *z, const char *name, struct ak_str part, struct ak_buf *head);
void ak_zip_store_tail(struct ak_zip_store *z);
/* Safe on a zeroed struct and twice. */
void ak_zip_store_release(struct ak_zip_store *z);

#ifdef __cplusplus
}
#endif
#endif
