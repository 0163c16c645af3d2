#include "base/ak.h"

#include <pthread.h>

#include "base/crypto.h"
#include "base/map.h"

/* SipHash-1-3 (Aumasson, Bernstein) under a key drawn once per process: an input cannot choose its collisions. */

static uint64_t key[2];
static pthread_once_t key_once = PTHREAD_ONCE_INIT;

static void draw_key(void)
{
	ak_random(key, sizeof(key));
}

static inline uint64_t rotl(uint64_t x, int by)
{
	return x << by | x >> (64 - by);
}

static inline void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotl(v[1], 13) ^ v[0];
	v[3] = rotl(v[3], 16) ^ v[2];
	v[0] = rotl(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = rotl(v[1], 17) ^ v[2];
	v[3] = rotl(v[3], 21) ^ v[0];
	v[2] = rotl(v[2], 32);
}

/* Up to eight bytes, little endian. */
static inline uint64_t load(const unsigned char *p, size_t n)
{
	uint64_t w = 0;

	for (size_t i = 0; i < n; i++)
		w |= (uint64_t)p[i] << (8 * i);
	return w;
}

uint64_t ak_hash(const void *data, size_t n)
{
	const unsigned char *p = data;
	uint64_t v[4], w, total = (uint64_t)n << 56;

	pthread_once(&key_once, draw_key);
	v[0] = key[0] ^ UINT64_C(0x736f6d6570736575);
	v[1] = key[1] ^ UINT64_C(0x646f72616e646f6d);
	v[2] = key[0] ^ UINT64_C(0x6c7967656e657261);
	v[3] = key[1] ^ UINT64_C(0x7465646279746573);
	for (; n >= 8; n -= 8, p += 8) {
		w = load(p, 8);
		v[3] ^= w;
		sip_round(v);
		v[0] ^= w;
	}
	w = total | load(p, n);
	v[3] ^= w;
	sip_round(v);
	v[0] ^= w;
	v[2] ^= 0xFF;
	for (int i = 0; i < 3; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}
