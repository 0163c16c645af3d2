/* Runs of base64 and hex in a text, each with what it decodes to. */
#include "base/ak.h"
#include "redact/decode.h"

#include "redact/charset.h"
#include "redact/marker.h"

struct runs {
	const uint64_t *table;
	struct ak_str s;
	struct ak_arena *a;
	ak_decoded_fn *fn;
	void *ctx;
};

/* One run of base64, which may begin with something else. Not from within the digest it may end with: of hex digits in lower case
 * and dashes base64 makes three bytes of `kosw{`, `GMNOW]^_gmnow}~` and `456789:;<=>Z[\]^_tuvwxyz~`, in turns. No secret and no
 * address is made of these, nor is another encoding. */
static bool base64(const struct runs *r, size_t from, size_t to)
{
	struct ak_shifts x = {.table = r->table, .run = ak_str_n(r->s.p + from, to - from)};
	size_t at;

	x.last = ak_charset_digest_tail(x.run);
	while (x.last && ak_decode_shift(&x, &at)) {
		struct ak_str text = {NULL, 0};

		if (ak_decode_base64(ak_str_n(x.run.p + at, x.run.n - at), r->a, &text) &&
		    r->fn(r->ctx, text, from, ak_charset_run(r->s, to, AK_CS_EQUAL)))
			return true;
		ak_decode_shifted(&x, at, text.n);
	}
	return false;
}

/* From the first digit and from the second: a digit before it may belong to another word. */
static void hex_run(const struct runs *r, size_t from, size_t to)
{
	struct ak_str text;

	for (size_t odd = 0; odd < 2; odd++)
		for (size_t at = odd; ak_decode_hex(ak_str_n(r->s.p + from, to - from), &at, r->a, &text);)
			if (r->fn(r->ctx, text, from, to))
				return;
}

/* Hex is made of characters that base64 has too: its runs lie inside of those. */
static void hex(const struct runs *r, size_t from, size_t to)
{
	const struct ak_str run = ak_str_n(r->s.p, to);

	for (size_t i = ak_charset_hex_find(run, from, AK_DECODE_RUN), end; i < to; i = ak_charset_hex_find(run, end, AK_DECODE_RUN)) {
		end = ak_charset_hex_end(run, i + AK_DECODE_RUN);
		hex_run(r, i, end);
	}
}

void ak_decode_runs(const uint64_t table[256], struct ak_str s, struct ak_arena *a, ak_decoded_fn *fn, void *ctx)
{
	const struct runs r = {table, s, a, fn, ctx};

	for (size_t i = 0; i < s.n;) {
		size_t end = s.p[i] == '[' ? ak_marker_end(s, i) : i;

		if (end == i) {
			end = ak_charset_run64(s, i);
			if (end - i >= AK_DECODE_RUN - 1 && !base64(&r, i, end))
				hex(&r, i, end);
			end += end == i;
		}
		i = end;
	}
}
