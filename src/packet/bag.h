/* A BagIt 1.0 bag (RFC 8493) under construction: files are added in any order, held sorted by name, hashed as they
 * come.
 *
 * Life: ak_bag_new, payload (`data/...`) and tag files, ak_bag_finish, which writes the manifests, then signatures.
 * Files below `signatures/` are in no manifest, so that a signature never changes the packet digest, and can be added
 * only after ak_bag_finish. Names follow packet/path.h. */
#ifndef AK_PACKET_BAG_H
#define AK_PACKET_BAG_H

#include "base/crypto.h"
#include "base/err.h"

struct ak_bag;
struct ak_bag_file;

/* A line of bag-info.txt. */
struct ak_bag_info {
	const char *label;
	const char *value;
};

#ifdef __cplusplus
extern "C" {
#endif

/* name: the folder everything stands in, the archive's base name, of one part. tmpdir: where files over a megabyte
 * wait, removed names only. AK_EXIT_USAGE when the name is not fit. */
enum ak_rc ak_bag_new(const char *name, const char *tmpdir, struct ak_bag **out, struct ak_err *err);
void ak_bag_free(struct ak_bag *bag);
const char *ak_bag_name(const struct ak_bag *bag);

/* A new empty file to append to until ak_bag_finish; owned by the bag. Names reserved for the bag itself (bagit.txt,
 * bag-info.txt, the manifests, fetch.txt) and doubles are AK_EXIT_BUG: names never come from input. */
enum ak_rc ak_bag_begin(struct ak_bag *bag, const char *path, struct ak_bag_file **file, struct ak_err *err);
enum ak_rc ak_bag_write(struct ak_bag_file *file, struct ak_str bytes, struct ak_err *err);
/* Both for bytes in memory, which are copied. */
enum ak_rc ak_bag_add(struct ak_bag *bag, const char *path, struct ak_str bytes, struct ak_err *err);

/* A file of a bag that was finished elsewhere and is read back, its own files included, signatures not; then
 * ak_bag_taken, which finishes the bag as it is. AK_EXIT_VERIFY when it has no tag manifest. */
enum ak_rc ak_bag_take(struct ak_bag *bag, const char *path, struct ak_bag_file **file, struct ak_err *err);
enum ak_rc ak_bag_taken(struct ak_bag *bag, struct ak_err *err);

/* A file below data/ becomes one of another bag, neither of them finished; it stays where it is in memory. */
enum ak_rc ak_bag_move(struct ak_bag *from, const char *path, struct ak_bag *to, struct ak_err *err);

/* Write manifest-sha256.txt, bagit.txt, bag-info.txt (the lines given, then Payload-Oxum) and tagmanifest-sha256.txt.
 * Labels are [A-Za-z0-9-], values UTF-8 without control bytes, else AK_EXIT_USAGE; a NULL value leaves its line out. */
enum ak_rc ak_bag_finish(struct ak_bag *bag, const struct ak_bag_info *info, size_t n, struct ak_err *err);
/* The packet digest: SHA-256 of tagmanifest-sha256.txt, and these bytes themselves, for signing. Once finished. */
void ak_bag_digest(const struct ak_bag *bag, uint8_t out[AK_SHA256_LEN]);
struct ak_str ak_bag_tagmanifest(const struct ak_bag *bag);

/* All files in byte order of their names. */
size_t ak_bag_count(const struct ak_bag *bag);
const struct ak_bag_file *ak_bag_at(const struct ak_bag *bag, size_t i);
const char *ak_bag_file_path(const struct ak_bag_file *file);
uint64_t ak_bag_file_size(const struct ak_bag_file *file);
/* SHA-256 of what has been written so far. */
void ak_bag_file_digest(const struct ak_bag_file *file, uint8_t out[AK_SHA256_LEN]);
/* Up to cap bytes from an offset; *n = 0 at the end. */
enum ak_rc ak_bag_file_read(const struct ak_bag_file *file, uint64_t offset, void *buf, size_t cap, size_t *n,
			    struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
