#include "base/ak.h"
#include "net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

/* First bits of an address; IPv4 stands behind ::ffff: as RFC 4291 maps it. */
#define V4 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff
static const struct range {
	uint8_t first[16];
	int bits;
} ranges[] = {
	{{V4, 0}, 96 + 8},		 /* this network */
	{{V4, 10}, 96 + 8},		 /* RFC 1918 */
	{{V4, 100, 64}, 96 + 10},	 /* RFC 6598 */
	{{V4, 127}, 96 + 8},		 /* loopback */
	{{V4, 169, 254}, 96 + 16},	 /* link-local, metadata services of clouds */
	{{V4, 172, 16}, 96 + 12},	 /* RFC 1918 */
	{{V4, 192, 0, 0}, 96 + 24},	 /* protocol assignments */
	{{V4, 192, 0, 2}, 96 + 24},	 /* documentation */
	{{V4, 192, 168}, 96 + 16},	 /* RFC 1918 */
	{{V4, 198, 18}, 96 + 15},	 /* benchmarking */
	{{V4, 198, 51, 100}, 96 + 24},	 /* documentation */
	{{V4, 203, 0, 113}, 96 + 24},	 /* documentation */
	{{V4, 224}, 96 + 3},		 /* multicast, reserved, broadcast */
	{{0}, 96},			 /* unspecified, loopback, IPv4-compatible */
	{{0x01, 0x00}, 64},		 /* discard only */
	{{0x20, 0x01, 0x0d, 0xb8}, 32},	 /* documentation */
	{{0xfc}, 7},			 /* unique local */
	{{0xfe, 0x80}, 9},		 /* link-local, and site-local of old */
	{{0xff}, 8},			 /* multicast */
};

static bool within(const uint8_t a[16], const struct range *r)
{
	int whole = r->bits / 8, rest = r->bits % 8;

	if (memcmp(a, r->first, (size_t)whole) != 0)
		return false;
	return rest == 0 || (a[whole] ^ r->first[whole]) >> (8 - rest) == 0;
}

static bool listed(const uint8_t a[16])
{
	for (size_t i = 0; i < AK_COUNT(ranges); i++)
		if (within(a, &ranges[i]))
			return true;
	return false;
}

/* The IPv4 address that a router would find in an IPv6 one: 6to4 (RFC 3056), NAT64 (RFC 6052). */
static bool carries_listed(const uint8_t a[16])
{
	static const uint8_t nat64[12] = {0x00, 0x64, 0xff, 0x9b};
	uint8_t inner[16] = {V4};

	if (a[0] == 0x20 && a[1] == 0x02)
		memcpy(inner + 12, a + 2, 4);
	else if (memcmp(a, nat64, sizeof nat64) == 0)
		memcpy(inner + 12, a + 12, 4);
	else
		return false;
	return listed(inner);
}

/* As IPv6; false for other families. */
static bool bytes_of(const struct sockaddr *a, uint8_t b[16])
{
	static const uint8_t mapped[12] = {V4};

	if (a->sa_family == AF_INET) {
		memcpy(b, mapped, sizeof mapped);
		memcpy(b + 12, &((const struct sockaddr_in *)(const void *)a)->sin_addr, 4);
	} else if (a->sa_family == AF_INET6) {
		memcpy(b, &((const struct sockaddr_in6 *)(const void *)a)->sin6_addr, 16);
	}
	return a->sa_family == AF_INET || a->sa_family == AF_INET6;
}

bool ak_address_is_private(const struct sockaddr *a)
{
	uint8_t b[16];

	return !bytes_of(a, b) || listed(b) || carries_listed(b);
}

bool ak_address_is_loopback(const struct sockaddr *a)
{
	static const struct range own = {{V4, 127}, 96 + 8}, own6 = {{[15] = 1}, 128};
	uint8_t b[16];

	return bytes_of(a, b) && (within(b, &own) || within(b, &own6));
}
