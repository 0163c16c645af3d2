/* Sources: fetch.spec.whatwg.org (Origin), w3.org/TR/fetch-metadata (Sec-Fetch-Site), RFC 9110 7.2 (Host) and 15.5.20 (421). */
#include "base/ak.h"
#include "serve/guard.h"

#include "base/crypto.h"

static const char *const names[] = {"127.0.0.1", "localhost", "[::1]"};

/* "name:port", the name in either case. */
static bool is_ours(const struct ak_guard *g, const char *host)
{
	char digits[8] = "";
	unsigned port = g->port;
	size_t at = sizeof digits - 1;

	do {
		digits[--at] = (char)('0' + port % 10);
		port /= 10;
	} while (port && at);
	for (size_t i = 0; i < AK_COUNT(names); i++) {
		struct ak_str name = ak_str_of(names[i]), given = ak_str_of(host);

		if (given.n > name.n && given.p[name.n] == ':' && ak_str_eq_fold(ak_str_n(given.p, name.n), name) &&
		    strcmp(host + name.n + 1, digits + at) == 0)
			return true;
	}
	return false;
}

unsigned ak_guard_refuse(const struct ak_guard *g, const struct ak_asked *q)
{
	if (strcmp(q->method, "GET") != 0 && strcmp(q->method, "HEAD") != 0)
		return 405;
	if (q->body || q->hosts != 1 || q->origins > 1 || q->sites > 1)
		return 400;
	if (!is_ours(g, q->host))
		return 421;
	if (q->origin && (strncmp(q->origin, "http://", 7) != 0 || strcmp(q->origin + 7, q->host) != 0))
		return 403;
	/* none: typed, or from a bookmark. same-site is another port of this machine. */
	if (q->site && strcmp(q->site, "same-origin") != 0 && strcmp(q->site, "none") != 0)
		return 403;
	return 0;
}

bool ak_guard_knows(const struct ak_guard *g, struct ak_str token)
{
	return token.n == AK_GUARD_TOKEN && ak_const_eq(token.p, g->token, AK_GUARD_TOKEN);
}
