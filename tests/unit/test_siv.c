/* AES-SIV against the vector of RFC 5297 A.1, and what it must refuse. */
#include "base/ak.h"

#include "base/crypto.h"
#include "tap.h"

static const uint8_t key[32] = {0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0xfa, 0xf9, 0xf8, 0xf7, 0xf6, 0xf5, 0xf4, 0xf3, 0xf2, 0xf1, 0xf0,
				0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe, 0xff};

int main(void)
{
	const char *want = "85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c";
	struct ak_str ad = AK_STR("\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f\x20\x21\x22\x23\x24\x25\x26\x27");
	struct ak_str text = AK_STR("\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee");
	uint8_t sealed[AK_SIV_TAG + 14], opened[14], wide[AK_SIV_KEY] = {1, 2, 3};
	struct ak_str s = ak_str_n((const char *)sealed, sizeof sealed);
	char hex[2 * sizeof sealed + 1];

	ak_siv_seal(key, sizeof key, ad, text, sealed);
	ak_hex(sealed, sizeof sealed, hex);
	ok(strcmp(hex, want) == 0, "RFC 5297 A.1 seals as published");
	ok(ak_siv_open(key, sizeof key, ad, s, opened) && memcmp(opened, text.p, text.n) == 0, "and opens");
	ok(!ak_siv_open(key, sizeof key, AK_STR("other"), s, opened), "not with other associated data");
	ok(!ak_siv_open(key, sizeof key, ad, ak_str_n(s.p, AK_SIV_TAG), opened), "a tag alone is nothing");
	sealed[20] ^= 1;
	ok(!ak_siv_open(key, sizeof key, ad, s, opened), "not when a bit is another");
	ak_siv_seal(wide, sizeof wide, ad, text, sealed);
	ok(ak_siv_open(wide, sizeof wide, ad, s, opened) && memcmp(opened, text.p, text.n) == 0, "AES-256-SIV opens what it seals");
	wide[63] ^= 1;
	ok(!ak_siv_open(wide, sizeof wide, ad, s, opened), "and not under another key");
	return done_testing();
}
