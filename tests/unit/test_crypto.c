#include "base/ak.h"

#include <pthread.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "tap.h"

static void is_hex(const void *p, size_t n, const char *want, const char *name)
{
	char text[2 * 64 + 1];

	ak_hex(p, n, text);
	is_str(ak_str_of(text), want, name);
}

static struct ak_str repeat(char *buf, char c, size_t n)
{
	memset(buf, c, n);
	return ak_str_n(buf, n);
}

/* FIPS 180-4 examples as published by NIST. */
static void digests(void)
{
	static const char abc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
	static const char long_text[] = "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmno"
					"ijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu";
	static const char two[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
	struct ak_sha256 *h = ak_sha256_new();
	uint8_t out[64];
	char thousand[1000];

	ak_sha256("abc", 3, out);
	is_hex(out, 32, abc, "SHA-256 of abc");
	ak_sha256(NULL, 0, out);
	is_hex(out, 32, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "SHA-256 of nothing");
	ak_sha256_2(ak_str_n(two, 20), ak_str_n(two + 20, 36), out);
	is_hex(out, 32, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1", "SHA-256 of two parts");
	ak_sha256(long_text, sizeof(long_text) - 1, out);
	is_hex(out, 32, "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1", "SHA-256 of 896 bits");
	memset(thousand, 'a', sizeof(thousand));
	for (int i = 0; i < 1000; i++)
		ak_sha256_add(h, thousand, sizeof(thousand));
	ak_sha256_end(h, out);
	is_hex(out, 32, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0", "a million a");
	ak_sha256_start(h);
	ak_sha256_add(h, "ab", 2);
	ak_sha256_add(h, "c", 1);
	ak_sha256_peek(h, out);
	is_hex(out, 32, abc, "peek at the running state");
	ak_sha256_add(h, two + 3, 0);
	ak_sha256_end(h, out);
	is_hex(out, 32, abc, "peek changed nothing");
	ak_sha256_free(h);
	ak_sha256_free(NULL);
	ak_sha512("abc", 3, out);
	is_hex(out, 64,
	       "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
	       "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
	       "SHA-512 of abc");
}

/* RFC 4231, all test cases; 5 is cut to 128 bits, as tokens are. */
static void hmac(void)
{
	static const struct {
		size_t key_n;
		uint8_t key;
		const char *key_text, *msg, *want;
	} cases[] = {
		{20, 0x0B, NULL, "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
		{4, 0, "Jefe", "what do ya want for nothing?",
		 "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
		{131, 0xAA, NULL, "Test Using Larger Than Block-Size Key - Hash Key First",
		 "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
		{131, 0xAA, NULL,
		 "This is a test using a larger than block-size key and a larger than block-size data. "
		 "The key needs to be hashed before being used by the HMAC algorithm.",
		 "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
	};
	uint8_t key[131], out[32], again[32];
	char data[50];
	struct ak_hmac *h;

	for (size_t i = 0; i < AK_COUNT(cases); i++) {
		memset(key, cases[i].key, sizeof(key));
		if (cases[i].key_text)
			memcpy(key, cases[i].key_text, cases[i].key_n);
		h = ak_hmac_new(key, cases[i].key_n);
		ak_hmac(h, ak_str_of(cases[i].msg), out);
		is_hex(out, 32, cases[i].want, "HMAC-SHA-256 of RFC 4231");
		ak_hmac_free(h);
	}
	memset(key, 0xAA, 20);
	h = ak_hmac_new(key, 20);
	for (int i = 0; i < 2; i++) {
		ak_hmac(h, repeat(data, (char)0xDD, sizeof(data)), out);
		is_hex(out, 32, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
		       "the same key serves again");
	}
	ak_hmac_free(h);
	for (int i = 0; i < 25; i++)
		key[i] = (uint8_t)(i + 1);
	h = ak_hmac_new(key, 25);
	ak_hmac(h, repeat(data, (char)0xCD, sizeof(data)), out);
	is_hex(out, 32, "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b", "test case 4");
	ak_hmac_free(h);
	memset(key, 0x0C, 20);
	h = ak_hmac_new(key, 20);
	ak_hmac(h, AK_STR("Test With Truncation"), out);
	is_hex(out, 16, "a3b6167473100ee06e0c796c2955552b", "test case 5");
	ak_hmac(h, AK_STR("email\0user@example.org"), out);
	ak_hmac_class(h, AK_STR("email"), AK_STR("user@example.org"), again);
	ok(ak_const_eq(out, again, 32), "class, NUL and value");
	ak_hmac_class(h, AK_STR("user"), AK_STR("user@example.org"), again);
	ok(!ak_const_eq(out, again, 32), "another class is another value");
	ak_hmac_free(h);
	ak_hmac_free(NULL);
}

/* RFC 5869 test case 3 has an empty salt and info; the other lines were computed with Python's hmac module. */
static void hkdf(void)
{
	uint8_t ikm[22], out[42], longer[100];

	memset(ikm, 0x0B, sizeof(ikm));
	ak_hkdf(ikm, sizeof(ikm), "", out, sizeof(out));
	is_hex(out, sizeof(out), "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
	       "HKDF of RFC 5869, test case 3");
	ak_hkdf(ikm, sizeof(ikm), "auditkit/test", longer, sizeof(longer));
	is_hex(longer + 68, 32, "c070790acd7a247c124f5e60d86028376e4df4ccbf4b5e7c905217f1c6e131f6",
	       "HKDF with info, bytes 68 to 99");
}

/* RFC 8032 7.1, tests 1 to 3. */
static void ed25519(void)
{
	static const struct {
		const char *seed, *pub, *msg, *sig;
	} cases[] = {
		{"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
		 "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
		 "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
		 "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
		{"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
		 "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
		 "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
		 "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
		{"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
		 "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
		 "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
		 "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"},
	};
	uint8_t seed[32], pub[32], sig[64], msg[2];

	for (size_t i = 0; i < AK_COUNT(cases); i++) {
		size_t n = strlen(cases[i].msg) / 2;
		struct ak_str m = ak_str_n((const char *)msg, n);

		ok(ak_unhex(ak_str_of(cases[i].seed), seed, 32) && ak_unhex(ak_str_of(cases[i].msg), msg, n), "vector");
		ak_ed25519_public(seed, pub);
		is_hex(pub, 32, cases[i].pub, "public key");
		ak_ed25519_sign(seed, m, sig);
		is_hex(sig, 64, cases[i].sig, "signature");
		ok(ak_ed25519_verify(pub, m, sig), "verifies");
		sig[i * 20] ^= 1;
		ok(!ak_ed25519_verify(pub, m, sig), "a flipped bit in the signature");
		sig[i * 20] ^= 1;
		ok(!ak_ed25519_verify(pub, AK_STR("other"), sig), "another message");
		pub[3] ^= 1;
		ok(!ak_ed25519_verify(pub, m, sig), "another key");
	}
}

static void pem(void)
{
	uint8_t pub[32];
	char *text;

	ak_unhex(AK_STR("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"), pub, 32);
	text = ak_ed25519_pem(pub);
	is_str(ak_str_of(text),
	       "-----BEGIN PUBLIC KEY-----\n"
	       "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
	       "-----END PUBLIC KEY-----\n",
	       "SubjectPublicKeyInfo of RFC 8410");
	ak_free(text);
}

static void hex(void)
{
	uint8_t out[4] = {9, 9, 9, 9};

	ok(ak_unhex(AK_STR("00fFA0"), out, 3) && memcmp(out, "\x00\xFF\xA0", 3) == 0, "hex of either case");
	ok(!ak_unhex(AK_STR("00ff0"), out, 3), "odd length");
	ok(!ak_unhex(AK_STR("00ff"), out, 3), "too short");
	ok(!ak_unhex(AK_STR("1234567g"), out, 4) && out[0] == 0, "no hex digit, nothing written");
	ok(!ak_unhex(AK_STR("0x12"), out, 2), "no prefix");
	ok(ak_unhex(AK_STR(""), out, 0), "nothing is nothing");
}

/* RFC 4648 section 10, and the URL-safe alphabet of section 5. */
static void base64(void)
{
	static const char *const pairs[][2] = {{"", ""},
					       {"f", "Zg=="},
					       {"fo", "Zm8="},
					       {"foo", "Zm9v"},
					       {"foob", "Zm9vYg=="},
					       {"fooba", "Zm9vYmE="},
					       {"foobar", "Zm9vYmFy"}};
	static const char *const bad[] = {
		"Z", "Zg=", "Zg===", "Zg==Zg==", "Z g=", "Zm9v=", "Zh==", "Zm9=", "=", "Zm$v"};
	uint8_t out[16];
	char text[16];
	size_t n = 77;

	for (size_t i = 0; i < AK_COUNT(pairs); i++) {
		struct ak_str plain = ak_str_of(pairs[i][0]), code = ak_str_of(pairs[i][1]);

		ak_base64(plain.p, plain.n, text);
		is_str(ak_str_of(text), pairs[i][1], "base64");
		ok(ak_unbase64(code, out, sizeof(out), &n) && n == plain.n && memcmp(out, plain.p, n) == 0, "and back");
		code.n = ak_str_find(code, '=');
		ok(ak_unbase64(code, out, sizeof(out), &n) && n == plain.n, "and back without padding");
	}
	ok(ak_unbase64(AK_STR("-_8"), out, 2, &n) && n == 2 && out[0] == 0xFB && out[1] == 0xFF, "URL-safe alphabet");
	n = 77;
	for (size_t i = 0; i < AK_COUNT(bad); i++)
		ok(!ak_unbase64(ak_str_of(bad[i]), out, sizeof(out), &n), bad[i]);
	ok(!ak_unbase64(AK_STR("Zm9vYg=="), out, 3, &n), "no room");
	is_int((int64_t)n, 77, "nothing is written on failure");
}

static void random_bytes(void)
{
	uint8_t a[32] = {0}, b[32] = {0};

	ak_random(a, sizeof(a));
	ak_random(b, sizeof(b));
	ok(!ak_const_eq(a, b, sizeof(a)), "two draws differ");
	ak_wipe(a, sizeof(a));
	memset(b, 0, sizeof(b));
	ok(ak_const_eq(a, b, sizeof(a)), "wiped");
}

static void *many_hmacs(void *arg)
{
	uint8_t out[32], first[32];
	intptr_t same = 1;

	ak_hmac(arg, AK_STR("x"), first);
	for (int i = 0; i < 2000; i++) {
		ak_hmac(arg, AK_STR("x"), out);
		same = same && ak_const_eq(out, first, 32);
		ak_sha256(out, 32, out);
	}
	return (void *)same;
}

static void threads(void)
{
	struct ak_hmac *h = ak_hmac_new((const uint8_t *)"key", 3);
	pthread_t t[4];
	void *good;
	bool all = true;

	for (size_t i = 0; i < AK_COUNT(t); i++)
		all = all && pthread_create(&t[i], NULL, many_hmacs, h) == 0;
	for (size_t i = 0; i < AK_COUNT(t); i++) {
		pthread_join(t[i], &good);
		all = all && good;
	}
	ok(all, "one key in four threads");
	ak_hmac_free(h);
}

int main(void)
{
	digests();
	hmac();
	hkdf();
	ed25519();
	pem();
	hex();
	base64();
	random_bytes();
	threads();
	return done_testing();
}
