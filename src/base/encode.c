#include "base/ak.h"

#include "base/crypto.h"

/* RFC 4648 base16 and base64. */

static const char HEX[] = "0123456789abcdef";
static const char BASE64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void ak_hex(const void *p, size_t n, char *out)
{
	const uint8_t *from = p;

	for (size_t i = 0; i < n; i++) {
		*out++ = HEX[from[i] >> 4];
		*out++ = HEX[from[i] & 15];
	}
	*out = '\0';
}

bool ak_unhex(struct ak_str hex, uint8_t *out, size_t n)
{
	if (n > SIZE_MAX / 2 || hex.n != 2 * n)
		return false;
	for (size_t i = 0; i < hex.n; i++)
		if (ak_hex_value(hex.p[i]) < 0)
			return false;
	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)(ak_hex_value(hex.p[2 * i]) << 4 | ak_hex_value(hex.p[2 * i + 1]));
	return true;
}

void ak_base64(const void *p, size_t n, char *out)
{
	const uint8_t *from = p;

	for (; n; from += 3) {
		uint32_t w = (uint32_t)from[0] << 16 | (n > 1 ? (uint32_t)from[1] << 8 : 0) | (n > 2 ? from[2] : 0);

		*out++ = BASE64[w >> 18];
		*out++ = BASE64[w >> 12 & 63];
		*out++ = n > 1 ? BASE64[w >> 6 & 63] : '=';
		*out++ = n > 2 ? BASE64[w & 63] : '=';
		n -= n < 3 ? n : 3;
	}
	*out = '\0';
}

/* Take the padding off; false when there is some but not the right amount. */
static bool unpad(struct ak_str *s)
{
	size_t full = s->n, pads = 0;

	while (pads < 2 && s->n && s->p[s->n - 1] == '=') {
		s->n--;
		pads++;
	}
	return s->n % 4 != 1 && (!pads || full % 4 == 0);
}

bool ak_unbase64(struct ak_str text, uint8_t *out, size_t cap, size_t *n)
{
	uint32_t w = 0;
	size_t done = 0;
	int bits = 0;

	if (!unpad(&text))
		return false;
	for (size_t i = 0; i < text.n; i++) {
		int v = ak_base64_value(text.p[i]);

		if (v < 0)
			return false;
		w = (w << 6 | (uint32_t)v) & 0xFFFFFF;
		bits += 6;
		if (bits < 8)
			continue;
		if (done == cap)
			return false;
		bits -= 8;
		out[done++] = (uint8_t)(w >> bits);
	}
	/* Left-over bits that are not zero would give two texts for the same bytes. */
	if (w & ((1U << bits) - 1))
		return false;
	*n = done;
	return true;
}
