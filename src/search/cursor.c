#include "base/ak.h"
#include "search/cursor.h"

#include "base/crypto.h"

void ak_cursor_fingerprint(const struct ak_search_opts *o, uint8_t out[8])
{
	uint8_t sum[AK_SHA256_LEN];
	struct ak_buf b;

	ak_buf_init(&b, 1 << 22);
	ak_buf_addf(&b, "%d ", o->backwards);
	ak_spec_text(o, &b);
	ak_sha256(b.p, b.n, sum);
	memcpy(out, sum, 8);
	ak_buf_release(&b);
}

void ak_cursor_text(const struct ak_search_opts *o, int64_t bound, const struct ak_search_key *k, struct ak_buf *out)
{
	const int64_t part[] = {bound, k->us, k->seq};
	uint8_t search[8];

	ak_cursor_fingerprint(o, search);
	ak_buf_adds(out, "c1");
	for (size_t i = 0; i < AK_COUNT(part); i++)
		ak_buf_addf(out, "%016llx", (unsigned long long)part[i]);
	ak_buf_addhex(out, search, 8);
}

enum ak_rc ak_cursor_read(const char *text, const struct ak_search_opts *o, struct ak_cursor *out, struct ak_err *err)
{
	uint64_t part[4] = {0};
	uint8_t search[8];
	uint64_t want = 0;

	ak_cursor_fingerprint(o, search);
	for (int i = 0; i < 8; i++)
		want = want << 8 | search[i];
	if (strncmp(text, "c1", 2) != 0 || strlen(text) != 66)
		return ak_fail(err, AK_EXIT_USAGE, "this is no cursor of a search");
	for (size_t i = 0; i < 64; i++) {
		int v = ak_hex_value(text[2 + i]);

		if (v < 0)
			return ak_fail(err, AK_EXIT_USAGE, "this is no cursor of a search");
		part[i / 16] = part[i / 16] << 4 | (unsigned)v;
	}
	if (part[3] != want) {
		ak_hint(err, "repeat the search as it was, with times written out in place of relative ones, and add --cursor");
		return ak_fail(err, AK_EXIT_USAGE, "this cursor is of another search");
	}
	*out = (struct ak_cursor){.bound = (int64_t)part[0], .key = {(int64_t)part[1], (int64_t)part[2], AK_K_REQUEST}};
	return AK_OK;
}
