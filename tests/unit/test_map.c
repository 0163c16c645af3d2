#include "base/ak.h"

#include <stdio.h>

#include "base/map.h"
#include "tap.h"

enum { MANY = 20000 };

static struct ak_str name(char buf[16], int i)
{
	return ak_str_n(buf, (size_t)snprintf(buf, 16, "key-%d", i * 7));
}

static void many(void)
{
	struct ak_map m;
	char buf[16];
	bool fresh, all = true, order = true;

	ak_map_init(&m);
	ok(!ak_map_get(&m, AK_STR("x")), "nothing in an empty map");
	for (int i = 0; i < MANY; i++) {
		struct ak_map_entry *e = ak_map_put(&m, name(buf, i), &fresh);

		all = all && fresh && e->v.num == 0;
		e->v.num = i;
	}
	ok(all, "new entries are fresh and zeroed");
	is_int((int64_t)m.n, MANY, "count");
	for (int i = 0; i < MANY; i++) {
		struct ak_map_entry *e = ak_map_get(&m, name(buf, i));

		all = all && e && e->v.num == i;
		order = order && m.e[i].v.num == i && ak_str_eq(m.e[i].key, name(buf, i)) &&
			!m.e[i].key.p[m.e[i].key.n];
	}
	ok(all, "every key is found with its value");
	ok(order, "insertion order, keys copied and terminated");
	ak_map_put(&m, name(buf, 5), &fresh);
	ok(!fresh && m.n == MANY, "a known key is not new");
	ok(!ak_map_get(&m, AK_STR("key-1")), "an unknown key is not found");
	ak_map_release(&m);
	ok(!m.n && !m.e, "released");
}

static void odd_keys(void)
{
	struct ak_map m;

	ak_map_init(&m);
	ak_map_put(&m, AK_STR(""), NULL)->v.num = 1;
	ak_map_put(&m, AK_STR("a\0b"), NULL)->v.num = 2;
	ak_map_put(&m, AK_STR("a"), NULL)->v.num = 3;
	ak_map_put(&m, AK_STR("a\0c"), NULL)->v.num = 4;
	is_int(ak_map_get(&m, ak_str_n(NULL, 0))->v.num, 1, "the empty key");
	is_int(ak_map_get(&m, AK_STR("a\0b"))->v.num, 2, "NUL is data");
	is_int(ak_map_get(&m, AK_STR("a\0c"))->v.num, 4, "bytes after a NUL count");
	is_int((int64_t)m.n, 4, "four keys");
	ak_map_release(&m);
}

/* Every single bit of the input and every length matters, and low bits are evenly spread. */
static void hash(void)
{
	unsigned char key[40] = {0};
	int slots[256] = {0}, most = 0;
	uint64_t plain = ak_hash(key, sizeof(key));
	bool differ = true;

	for (size_t bit = 0; bit < sizeof(key) * 8; bit++) {
		key[bit / 8] ^= (unsigned char)(1 << bit % 8);
		differ = differ && ak_hash(key, sizeof(key)) != plain;
		key[bit / 8] ^= (unsigned char)(1 << bit % 8);
	}
	for (size_t n = 0; n < sizeof(key); n++)
		differ = differ && ak_hash(key, n) != ak_hash(key, n + 1);
	ok(differ, "every bit and the length count");
	ok(ak_hash(key, sizeof(key)) == plain, "stable");
	for (uint32_t i = 0; i < 25600; i++) {
		int *slot = &slots[ak_hash(&i, sizeof(i)) & 255];

		if (++*slot > most)
			most = *slot;
	}
	ok(most < 180, "no slot has far more than its hundred");
}

int main(void)
{
	many();
	odd_keys();
	hash();
	return done_testing();
}
