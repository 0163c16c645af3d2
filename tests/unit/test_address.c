/* Which addresses pull connects to: ranges at their edges, and IPv4 inside IPv6. */
#include "base/ak.h"

#include <arpa/inet.h>
#include <sys/un.h>

#include <stdio.h>

#include "net/address.h"
#include "tap.h"

static bool is_private(const char *text)
{
	struct sockaddr_in6 six = {.sin6_family = AF_INET6};
	struct sockaddr_in four = {.sin_family = AF_INET};

	if (inet_pton(AF_INET, text, &four.sin_addr) == 1)
		return ak_address_is_private((const struct sockaddr *)&four);
	if (inet_pton(AF_INET6, text, &six.sin6_addr) == 1)
		return ak_address_is_private((const struct sockaddr *)&six);
	printf("# %s is no address\n", text);
	return false;
}

int main(void)
{
	static const char *const refused[] = {
		"0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.1", "127.255.255.255",
		"169.254.169.254", "172.16.0.0", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.168.0.0", "192.168.255.255", "198.18.0.1",
		"198.19.255.255", "198.51.100.7", "203.0.113.7", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1",
		"::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.1.2.3", "::ffff:169.254.169.254", "fc00::1", "fdff::1", "fe80::1", "febf::1",
		"fec0::1", "ff02::1", "2001:db8::1", "100::1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "64:ff9b::10.0.0.1", "64:ff9b::127.0.0.1",
	};
	static const char *const taken[] = {
		"1.0.0.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.1", "169.253.255.255",
		"169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.1", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0",
		"223.255.255.255", "::ffff:1.1.1.1", "2606:4700:4700::1111", "2001:db9::1", "fbff::1", "2002:101:101::1", "64:ff9b::1.1.1.1",
	};
	struct sockaddr_un local = {.sun_family = AF_UNIX};

	for (size_t i = 0; i < AK_COUNT(refused); i++)
		ok(is_private(refused[i]), refused[i]);
	for (size_t i = 0; i < AK_COUNT(taken); i++)
		ok(!is_private(taken[i]), taken[i]);
	ok(ak_address_is_private((const struct sockaddr *)&local), "no other family");
	return done_testing();
}
