#include "base/ak.h"
#include "packet/method.h"

#include "base/crypto.h"
#include "base/jsonget.h"
#include "base/merkle.h"
#include "model/field.h"
#include "store/leaf.h"

#define KIND "request"

/* As a leaf has them: RFC 8785, by canonical names. */
static const char *const bodies[AK_G_COUNT] = {
	[AK_G_WHO] = "{\"user.roles\":\"operator\"}",
	[AK_G_WHAT] = "{\"event.start\":\"2026-06-01T00:00:00Z\",\"gen_ai.request.model\":\"example-model\"}",
	[AK_G_HOWMUCH] = "{\"gen_ai.usage.input_tokens\":12,\"gen_ai.usage.output_tokens\":34}",
};

static json_t *hex_of(const uint8_t h[32])
{
	char hex[65];

	ak_hex(h, 32, hex);
	return json_string(hex);
}

static void join(const uint8_t left[32], const uint8_t right[32], uint8_t out[32])
{
	uint8_t all[65] = {1};

	memcpy(all + 1, left, 32);
	memcpy(all + 33, right, 32);
	ak_sha256(all, sizeof all, out);
}

/* The example's groups; data: "auditkit/v1/" kind 0x0A and the three digests. */
static json_t *groups(const uint8_t salt[16], struct ak_buf *data)
{
	json_t *list = json_array();

	ak_buf_adds(data, "auditkit/v1/" KIND "\n");
	for (int g = 0; g < AK_G_COUNT; g++) {
		struct ak_buf b;
		uint8_t own[32], digest[32];

		ak_leaf_group_salt((enum ak_group)g, salt, own);
		ak_buf_init(&b, 4096);
		ak_buf_add(&b, (const char *)own, sizeof own);
		ak_buf_adds(&b, bodies[g]);
		ak_sha256(b.p, b.n, digest);
		ak_buf_release(&b);
		ak_buf_add(data, (const char *)digest, sizeof digest);
		json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:o}", "name", ak_group_name((enum ak_group)g), "json", bodies[g], "salt", hex_of(own), "digest",
						      hex_of(digest)));
	}
	return list;
}

json_t *ak_method_view(const json_t *checkpoint)
{
	uint8_t salt[16], leaf[3][32], two[32], root[32];
	char hex[33];
	struct ak_buf data;
	json_t *o = json_object();

	for (size_t i = 0; i < sizeof salt; i++)
		salt[i] = (uint8_t)i;
	ak_hex(salt, sizeof salt, hex);
	ak_buf_init(&data, 4096);
	json_object_set_new(o, "groups", groups(salt, &data));
	ak_merkle_leaf(ak_buf_str(&data), leaf[0]);
	ak_buf_release(&data);
	ak_merkle_leaf(AK_STR("one"), leaf[1]);
	ak_merkle_leaf(AK_STR("two"), leaf[2]);
	join(leaf[0], leaf[1], two);
	join(two, leaf[2], root);
	json_object_set_new(o, "kind", json_string(KIND));
	json_object_set_new(o, "salt", json_string(hex));
	json_object_set_new(o, "leaf", hex_of(leaf[0]));
	json_object_set_new(o, "leaf1", hex_of(leaf[1]));
	json_object_set_new(o, "leaf2", hex_of(leaf[2]));
	json_object_set_new(o, "node01", hex_of(two));
	json_object_set_new(o, "root", hex_of(root));
	json_object_set_new(o, "size", json_sprintf("%llu", (unsigned long long)ak_jnum(checkpoint, "size")));
	json_object_set(o, "ledger_root", json_object_get(checkpoint, "root"));
	return o;
}
