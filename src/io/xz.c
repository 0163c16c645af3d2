#include "base/ak.h"

#include <lzma.h>

#include "io/coded.h"

/* The .xz file format 1.1.0 (tukaani.org). */

static void xz_restart(void *decoder)
{
	if (lzma_stream_decoder(decoder, AK_CODED_MEMORY, 0) != LZMA_OK)
		ak_out_of_memory();
}

static void *xz_open(void)
{
	lzma_stream *z = ak_alloc_zero(1, sizeof(*z));
	xz_restart(z);
	return z;
}

static enum ak_rc xz_step(void *decoder, struct ak_coded_buf *b)
{
	lzma_stream *z = decoder;
	z->next_in = b->in;
	z->avail_in = b->nin;
	z->next_out = b->out;
	z->avail_out = b->nout;
	lzma_ret got = lzma_code(z, LZMA_RUN);
	b->in = z->next_in;
	b->nin = z->avail_in;
	b->out = z->next_out;
	b->nout = z->avail_out;
	if (got == LZMA_STREAM_END)
		return AK_END;
	if (got == LZMA_MEM_ERROR)
		ak_out_of_memory();
	if (got == LZMA_MEMLIMIT_ERROR)
		return AK_FAIL;
	return got == LZMA_OK || got == LZMA_BUF_ERROR ? AK_OK : AK_REJECT;
}

static void xz_close(void *decoder)
{
	lzma_end(decoder);
	ak_free(decoder);
}

static bool xz_starts(uint8_t first)
{
	return first == 0xfd;
}

const struct ak_codec ak_codec_xz = {"xz", xz_open, xz_step, xz_restart, xz_close, xz_starts};
