/* What a file is, told by its first bytes and never by its name. */
#ifndef AK_IO_SNIFF_H
#define AK_IO_SNIFF_H

#include "base/err.h"

enum ak_shape { AK_SHAPE_TEXT, AK_SHAPE_GZIP, AK_SHAPE_ZSTD, AK_SHAPE_XZ, AK_SHAPE_TAR, AK_SHAPE_ZIP };

#ifdef __cplusplus
extern "C" {
#endif

/* head: the first bytes of the file, 512 or more unless it is shorter. Everything that is none of the others and not
 * refused is TEXT. */
enum ak_shape ak_sniff(struct ak_str head);
/* "none", "gzip", "zstd", "xz" */
const char *ak_shape_codec(enum ak_shape shape);
bool ak_shape_is_archive(enum ak_shape shape);
/* AK_FAIL (AK_EXIT_INPUT, reason "refused_format") for shapes nobody here reads, with what to run instead (DECISIONS
 * 26); AK_OK else. name is for the message. */
enum ak_rc ak_sniff_refuse(struct ak_str head, const char *name, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
