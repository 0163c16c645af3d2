#include "base/ak.h"

#include <zlib.h>

#include "io/coded.h"
#include "io/deflate.h"

/* RFC 1952. */

static void *gzip_open(void)
{
	z_stream *z = ak_alloc_zero(1, sizeof(*z));
	z->zalloc = ak_zlib_alloc;
	z->zfree = ak_zlib_free;
	if (inflateInit2(z, 16 + MAX_WBITS) != Z_OK)
		AK_BUG("zlib does not start");
	return z;
}

static enum ak_rc gzip_step(void *decoder, struct ak_coded_buf *b)
{
	z_stream *z = decoder;
	z->next_in = (Bytef *)(uintptr_t)b->in;
	z->avail_in = (uInt)b->nin;
	z->next_out = b->out;
	z->avail_out = (uInt)b->nout;
	int got = inflate(z, Z_NO_FLUSH);
	b->in = z->next_in;
	b->nin = z->avail_in;
	b->out = z->next_out;
	b->nout = z->avail_out;
	if (got == Z_STREAM_END)
		return AK_END;
	return got == Z_OK || got == Z_BUF_ERROR ? AK_OK : AK_REJECT;
}

static void gzip_restart(void *decoder)
{
	inflateReset(decoder);
}

static void gzip_close(void *decoder)
{
	inflateEnd(decoder);
	ak_free(decoder);
}

static bool gzip_starts(uint8_t first)
{
	return first == 0x1f;
}

const struct ak_codec ak_codec_gzip = {"gzip", gzip_open, gzip_step, gzip_restart, gzip_close, gzip_starts};
