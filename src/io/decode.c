#include "base/ak.h"

#include "io/decode.h"

static enum ak_rc tip_sniff(struct ak_stream *s, struct ak_tip *tip, struct ak_err *err)
{
	tip->top = s;
	tip->shape = AK_SHAPE_TEXT;
	if (ak_stream_fill(s, NULL) != AK_OK)
		return AK_OK;
	struct ak_str head = ak_str_n((const char *)s->p, s->n);
	tip->shape = ak_sniff(head);
	return ak_sniff_refuse(head, s->name, err);
}

static enum ak_rc decoder_open(struct ak_stream *up, enum ak_shape shape, struct ak_stream **out, struct ak_err *err)
{
	if (shape != AK_SHAPE_GZIP)
		return ak_filter_open(up, ak_shape_codec(shape), out, err);
	*out = ak_gzip_open(up);
	return AK_OK;
}

enum ak_rc ak_decode(struct ak_stream *s, struct ak_stream **decoder, struct ak_tip *tip, struct ak_err *err)
{
	enum ak_rc rc = tip_sniff(s, tip, err);
	if (rc != AK_OK || tip->shape == AK_SHAPE_TEXT || ak_shape_is_archive(tip->shape))
		return rc;
	tip->codec = ak_shape_codec(tip->shape);
	rc = decoder_open(s, tip->shape, decoder, err);
	return rc == AK_OK ? tip_sniff(*decoder, tip, err) : rc;
}
