/* Countries by network, from a file on disk and never from the network (F364): CSV with one range a row, as `network,country`
 * (192.0.2.0/24,DE), `first,last,country` with addresses, or the same with whole numbers of IPv4. More columns are not read, but the
 * country is the first one behind the range that is two letters, or - for none. A first line of names, empty lines and lines that begin
 * with # are passed over; any other row that is no range with a country is an error, since what it meant would be missing silently. */
#ifndef AK_CHECK_COUNTRIES_H
#define AK_CHECK_COUNTRIES_H

#include "base/ak.h"
#include "base/err.h"

struct ak_country_range {
	uint8_t first[16], last[16]; /* IPv6; IPv4 as ::ffff:a.b.c.d */
	char country[3];
};

struct ak_countries {
	struct ak_country_range *range; /* ascending */
	size_t n, cap;
};

#ifdef __cplusplus
extern "C" {
#endif

/* name: of the file, for messages. AK_EXIT_USAGE with the line of a row that cannot be used, when there is
 * no range at all, or ranges contradict each other. */
enum ak_rc ak_countries_parse(const char *name, struct ak_str text, struct ak_countries *out, struct ak_err *err);
void ak_countries_release(struct ak_countries *c);
/* The country that all of a network lies in ("198.51.100.0/24", "2001:db8::/48"), NULL when none or more than one is told. */
const char *ak_countries_of(const struct ak_countries *c, struct ak_str network);

#ifdef __cplusplus
}
#endif
#endif
