/* Raw deflate (RFC 1951) for the entries of a zip, one after the other, with the CRC-32 of what went in. Entries are cut into blocks of one
 * size, each packed by itself and several at once: the bytes are the same however many threads there are. */
#ifndef AK_IO_DEFLATE_H
#define AK_IO_DEFLATE_H

#include "base/buf.h"

struct ak_deflate;

#ifdef __cplusplus
extern "C" {
#endif

struct ak_deflate *ak_deflate_new(void);
void ak_deflate_free(struct ak_deflate *d);
/* The next n bytes; what has come out is appended. */
void ak_deflate_add(struct ak_deflate *d, const void *p, size_t n, struct ak_buf *out);
/* The end of an entry: the last bytes and the CRC of all that went in. The next one may begin. */
uint32_t ak_deflate_end(struct ak_deflate *d, struct ak_buf *out);
/* CRC-32 of bytes that are stored as they are. */
uint32_t ak_crc32(struct ak_str bytes);

/* For zlib: memory of base/ak.h, which is never NULL. */
void *ak_zlib_alloc(void *ctx, unsigned items, unsigned size);
void ak_zlib_free(void *ctx, void *p);

#ifdef __cplusplus
}
#endif
#endif
