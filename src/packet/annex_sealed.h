/* An annex for the eyes of some (F176): the same bag, encrypted for the certificates of its recipients. The packet does not change: its
 * annex.json has the digest of the bag, which is checked when somebody has decrypted it. */
#ifndef AK_PACKET_ANNEX_SEALED_H
#define AK_PACKET_ANNEX_SEALED_H

#include "base/envelope.h"
#include "base/fs.h"
#include "packet/bag.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where the encrypted annex of a packet at `path` stands: that of the plain one with .p7m behind it, a folder as .tar.p7m; ak_free. */
char *ak_annex_sealed_path(const char *path);
/* Write it, but for the rename (ak_archive_prepare). What is encrypted lies in a file without a name in `folder` meanwhile, as the bag's
 * own files do. */
enum ak_rc ak_annex_seal(const struct ak_bag *annex, const struct ak_recipients *for_, const char *folder, const char *target, int64_t mtime,
			 struct ak_fs_temp *t, struct ak_err *err);
/* The same of an annex that is a file. AK_EXIT_INPUT: it is none. */
enum ak_rc ak_annex_seal_file(const char *path, const struct ak_recipients *for_, const char *target, bool replace, struct ak_err *err);
/* AK_EXIT_INPUT, with the command that decrypts it, when the file is an encrypted one. */
enum ak_rc ak_annex_refuse_sealed(const char *path, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
