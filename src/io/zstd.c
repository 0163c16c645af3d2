#include "base/ak.h"

#include <zstd.h>
#include <zstd_errors.h>

#include "io/coded.h"

/* RFC 8878. A failing call gives nothing, so each call gets one block at most: a wrong checksum then costs no byte. */
struct zstd {
	ZSTD_DStream *d;
	size_t wants; /* bytes that the library asks for next */
};

static void zstd_restart(void *decoder)
{
	struct zstd *z = decoder;
	z->wants = ZSTD_initDStream(z->d);
}

static void *zstd_open(void)
{
	struct zstd *z = ak_alloc(sizeof(*z));
	z->d = ZSTD_createDStream();
	if (!z->d)
		ak_out_of_memory();
	zstd_restart(z);
	return z;
}

static enum ak_rc zstd_step(void *decoder, struct ak_coded_buf *b)
{
	struct zstd *z = decoder;
	ZSTD_inBuffer in = {b->in, b->nin < z->wants ? b->nin : z->wants, 0};
	ZSTD_outBuffer out = {b->out, b->nout, 0};
	size_t got = ZSTD_decompressStream(z->d, &out, &in);
	if (ZSTD_isError(got)) {
		ZSTD_ErrorCode why = ZSTD_getErrorCode(got);
		if (why == ZSTD_error_memory_allocation)
			ak_out_of_memory();
		return why == ZSTD_error_frameParameter_windowTooLarge ? AK_FAIL : AK_REJECT;
	}
	b->in += in.pos;
	b->nin -= in.pos;
	b->out += out.pos;
	b->nout -= out.pos;
	z->wants = got;
	return got ? AK_OK : AK_END;
}

static void zstd_close(void *decoder)
{
	struct zstd *z = decoder;
	ZSTD_freeDStream(z->d);
	ak_free(z);
}

/* A frame, or a skippable one (0x184D2A50 to 5F). */
static bool zstd_starts(uint8_t first)
{
	return first == 0x28 || first >> 4 == 5;
}

const struct ak_codec ak_codec_zstd = {"zstd", zstd_open, zstd_step, zstd_restart, zstd_close, zstd_starts};
