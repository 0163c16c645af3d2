#include "base/ak.h"

#include <limits.h>
#include <zlib.h>

#include "io/deflate.h"

enum { ROOM = 16384 };

struct ak_deflate {
	z_stream z;
	uLong crc;
};

void *ak_zlib_alloc(void *ctx, unsigned items, unsigned size)
{
	(void)ctx;
	return ak_alloc_zero(items, size);
}

void ak_zlib_free(void *ctx, void *p)
{
	(void)ctx;
	ak_free(p);
}

struct ak_deflate *ak_deflate_new(void)
{
	struct ak_deflate *d = ak_alloc_zero(1, sizeof(*d));
	d->z.zalloc = ak_zlib_alloc;
	d->z.zfree = ak_zlib_free;
	if (deflateInit2(&d->z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		AK_BUG("zlib does not start");
	return d;
}

void ak_deflate_free(struct ak_deflate *d)
{
	if (d)
		deflateEnd(&d->z);
	ak_free(d);
}

static void drive(struct ak_deflate *d, int flush, struct ak_buf *out)
{
	size_t left;
	do {
		char *room = ak_buf_room(out, ROOM);
		if (!room)
			return;
		d->z.next_out = (Bytef *)room;
		d->z.avail_out = ROOM;
		deflate(&d->z, flush);
		left = d->z.avail_out;
		out->n += ROOM - left;
	} while (left == 0);
}

void ak_deflate_add(struct ak_deflate *d, const void *p, size_t n, struct ak_buf *out)
{
	d->z.next_in = (Bytef *)(uintptr_t)p;
	d->z.avail_in = (uInt)n;
	d->crc = crc32(d->crc, p, (uInt)n);
	drive(d, Z_NO_FLUSH, out);
}

uint32_t ak_deflate_end(struct ak_deflate *d, struct ak_buf *out)
{
	uint32_t crc = (uint32_t)d->crc;
	drive(d, Z_FINISH, out);
	deflateReset(&d->z);
	d->crc = 0;
	return crc;
}

uint32_t ak_crc32(struct ak_str bytes)
{
	uLong crc = crc32(0, NULL, 0);

	for (size_t at = 0, n; at < bytes.n; at += n) {
		n = bytes.n - at < UINT_MAX ? bytes.n - at : UINT_MAX;
		crc = crc32(crc, (const Bytef *)bytes.p + at, (uInt)n);
	}
	return (uint32_t)crc;
}
