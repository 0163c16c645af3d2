#include "base/ak.h"

#include "io/coded.h"
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

static const struct ak_codec *const codecs[] = {
	[AK_SHAPE_GZIP] = &ak_codec_gzip,
	[AK_SHAPE_ZSTD] = &ak_codec_zstd,
	[AK_SHAPE_XZ] = &ak_codec_xz,
};

enum ak_rc ak_decode(struct ak_stream *s, struct ak_stream **decoder, struct ak_tip *tip, struct ak_err *err)
{
	enum ak_rc rc = tip_sniff(s, tip, err);
	if (rc != AK_OK || tip->shape == AK_SHAPE_TEXT || ak_shape_is_archive(tip->shape))
		return rc;
	tip->codec = ak_shape_codec(tip->shape);
	*decoder = ak_coded_open(s, codecs[tip->shape]);
	return tip_sniff(*decoder, tip, err);
}
