/* Where a chain of streams ends once its compression is taken off. */
#ifndef AK_IO_DECODE_H
#define AK_IO_DECODE_H

#include "io/sniff.h"
#include "io/stream.h"

struct ak_tip {
	struct ak_stream *top;
	enum ak_shape shape; /* of what top gives; another codec means compressed twice */
	const char *codec;   /* left as it was when there is none */
};

#ifdef __cplusplus
extern "C" {
#endif

/* Sniff s and put a decoder on it where it is compressed: *decoder (ak_stream_close) is written then only. Refused
 * shapes are AK_FAIL. A stream that fails before its first byte counts as text: the first read tells its failure. */
enum ak_rc ak_decode(struct ak_stream *s, struct ak_stream **decoder, struct ak_tip *tip, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
