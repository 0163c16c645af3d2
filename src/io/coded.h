/* What differs between the compressed formats; coded.c does the rest. Each is decoded with its own library: libarchive's
 * filters drop up to 128 KiB of good bytes before a truncation, all of a small file with a wrong checksum, and pass over
 * what follows the last stream in silence. */
#ifndef AK_IO_CODED_H
#define AK_IO_CODED_H

#include "io/stream.h"

struct ak_coded_buf {
	const uint8_t *in;
	size_t nin;
	uint8_t *out;
	size_t nout;
};

struct ak_codec {
	const char *name;
	/* Decoder of one stream (gzip member, zstd frame, xz stream). */
	void *(*open)(void);
	/* Decode some of b->in into b->out and move both. AK_OK, AK_END when the stream is complete, AK_REJECT when it is
	 * damaged, AK_FAIL when it wants more memory than AK_CODED_MEMORY. Memory that is not there ends the program. nin 0:
	 * what is left inside. */
	enum ak_rc (*step)(void *decoder, struct ak_coded_buf *b);
	/* Ready for the next stream. */
	void (*restart)(void *decoder);
	void (*close)(void *decoder);
	/* May a further stream start with this byte? */
	bool (*starts)(uint8_t first);
};

#define AK_CODED_MEMORY ((size_t)256 << 20)

#ifdef __cplusplus
extern "C" {
#endif

extern const struct ak_codec ak_codec_gzip, ak_codec_zstd, ak_codec_xz;
/* A decoder on top of up, which has been sniffed. */
struct ak_stream *ak_coded_open(struct ak_stream *up, const struct ak_codec *codec);

#ifdef __cplusplus
}
#endif
#endif
