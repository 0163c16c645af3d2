#include "base/ak.h"
#include "redact/names.h"

#include "redact/charset.h"

enum { LONGEST_SEGMENT = 15, LONGEST_NAME = 128 };

enum word { W_STRONG = 1, W_WEAK = 2, W_OVERRIDE = 4, W_PERSON = 8, W_BEFORE_KEY = 16, W_KEY = 32, W_BY = 64 };

struct segment {
	char text[LONGEST_SEGMENT + 1];
	size_t n;
};

static const struct {
	const char *text;
	int what;
} words[] = {
	{"access", W_BEFORE_KEY},
	{"account", W_BEFORE_KEY},
	{"actor", W_PERSON},
	{"alg", W_OVERRIDE},
	{"alias", W_OVERRIDE},
	{"api", W_BEFORE_KEY},
	{"apikey", W_STRONG},
	{"approver", W_PERSON},
	{"assignee", W_PERSON},
	{"auth", W_WEAK},
	{"authorization", W_STRONG},
	{"bearer", W_STRONG},
	{"budget", W_OVERRIDE},
	{"by", W_BY},
	{"cert", W_WEAK},
	{"client", W_BEFORE_KEY},
	{"cookie", W_STRONG},
	{"cost", W_OVERRIDE},
	{"count", W_OVERRIDE},
	{"created", W_OVERRIDE},
	{"credential", W_STRONG},
	{"credentials", W_STRONG},
	{"cvv", W_WEAK},
	{"duration", W_OVERRIDE},
	{"email", W_PERSON},
	{"enabled", W_OVERRIDE},
	{"encryption", W_BEFORE_KEY},
	{"endpoint", W_OVERRIDE},
	{"expires", W_OVERRIDE},
	{"expiry", W_OVERRIDE},
	{"hash", W_OVERRIDE},
	{"id", W_OVERRIDE},
	{"ids", W_OVERRIDE},
	{"jwt", W_STRONG},
	{"key", W_KEY},
	{"limit", W_OVERRIDE},
	{"mail", W_PERSON},
	{"master", W_BEFORE_KEY},
	{"max", W_OVERRIDE},
	{"member", W_PERSON},
	{"method", W_OVERRIDE},
	{"min", W_OVERRIDE},
	{"mode", W_OVERRIDE},
	{"model", W_OVERRIDE},
	{"name", W_OVERRIDE},
	{"otp", W_WEAK},
	{"owner", W_PERSON},
	{"passphrase", W_STRONG},
	{"passwd", W_STRONG},
	{"password", W_STRONG},
	{"per", W_OVERRIDE},
	{"pin", W_WEAK},
	{"policy", W_OVERRIDE},
	{"private", W_STRONG},
	{"provider", W_OVERRIDE},
	{"pwd", W_STRONG},
	{"requester", W_PERSON},
	{"required", W_OVERRIDE},
	{"role", W_OVERRIDE},
	{"secret", W_STRONG},
	{"secrets", W_STRONG},
	{"service", W_BEFORE_KEY},
	{"session", W_WEAK},
	{"shared", W_BEFORE_KEY},
	{"sig", W_WEAK},
	{"signature", W_WEAK},
	{"signing", W_BEFORE_KEY},
	{"spend", W_OVERRIDE},
	{"ssn", W_WEAK},
	{"status", W_OVERRIDE},
	{"storage", W_BEFORE_KEY},
	{"subscription", W_BEFORE_KEY},
	{"token", W_WEAK},
	{"total", W_OVERRIDE},
	{"ttl", W_OVERRIDE},
	{"type", W_OVERRIDE},
	{"updated", W_OVERRIDE},
	{"uri", W_OVERRIDE},
	{"url", W_OVERRIDE},
	{"usage", W_OVERRIDE},
	{"user", W_PERSON},
	{"userid", W_PERSON},
	{"username", W_PERSON},
	{"version", W_OVERRIDE},
};

/* Names that R-STR-4's segments cannot tell. */
static const char *const people[] = {"user_id",	     "created_by",  "updated_by", "changed_by", "deleted_by",
				     "requested_by", "approved_by", "owner_id",	  "actor_id",	"member_id",
				     "user_name",    "full_name",   "first_name", "last_name",	"display_name"};
static const char *const parameters[] = {"key", "code", "auth", "pass", "state", "hmac"};
static const char *const headers[] = {"authorization", "proxy-authorization",  "cookie",
				      "set-cookie",    "cf-aig-authorization", "helicone-auth"};

static bool listed(const char *const *list, size_t n, struct ak_str name)
{
	for (size_t i = 0; i < n; i++)
		if (ak_str_eq_fold(name, ak_str_of(list[i])))
			return true;
	return false;
}

static bool breaks_before(struct ak_str s, size_t i)
{
	unsigned char c = (unsigned char)s.p[i], last = (unsigned char)s.p[i - 1];

	if (!ak_is_upper(c))
		return false;
	return !ak_is_upper(last) || (i + 1 < s.n && ak_is_lower((unsigned char)s.p[i + 1]));
}

/* The next segment, lower case. False at the end. */
static bool next_segment(struct ak_str s, size_t *i, struct segment *out)
{
	out->n = 0;
	while (*i < s.n && !ak_is_alnum((unsigned char)s.p[*i]))
		(*i)++;
	while (*i < s.n && ak_is_alnum((unsigned char)s.p[*i])) {
		if (out->n > 0 && breaks_before(s, *i))
			break;
		if (out->n < LONGEST_SEGMENT)
			out->text[out->n] = ak_lower(s.p[*i]);
		out->n++;
		(*i)++;
	}
	return out->n > 0;
}

static int word_of(struct segment *g)
{
	if (g->n < 2 || g->n > LONGEST_SEGMENT)
		return 0;
	g->text[g->n] = '\0';
	for (size_t lo = 0, hi = AK_COUNT(words); lo < hi;) {
		size_t mid = (lo + hi) / 2;
		int c = g->text[0] - words[mid].text[0];

		if (c == 0)
			c = strcmp(g->text, words[mid].text);

		if (c == 0)
			return words[mid].what;
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return 0;
}

enum ak_name_class ak_name_class(struct ak_str name)
{
	struct segment g;
	int seen = 0, last = 0, what;

	if (ak_str_holds(name, AK_STR("[REDACTED:")))
		return AK_NAME_PLAIN;
	if (name.n > LONGEST_NAME)
		name = ak_str_n(name.p + name.n - LONGEST_NAME, LONGEST_NAME);
	for (size_t i = 0; next_segment(name, &i, &g); last = what) {
		/* A word before a colon is the class of a token that stands in a name. */
		what = i < name.n && name.p[i] == ':' ? 0 : word_of(&g);
		seen |= what;
		if ((what & W_KEY) && (last & (W_BEFORE_KEY | W_STRONG)))
			seen |= W_STRONG;
	}
	if ((seen & (W_OVERRIDE | W_BY)) && listed(people, AK_COUNT(people), name))
		return AK_NAME_PERSON;
	if (seen & W_OVERRIDE)
		return AK_NAME_PLAIN;
	if (seen & W_STRONG)
		return AK_NAME_STRONG;
	if (seen & W_WEAK)
		return AK_NAME_WEAK;
	return seen & W_PERSON ? AK_NAME_PERSON : AK_NAME_PLAIN;
}

enum ak_name_class ak_name_path_class(struct ak_str path)
{
	enum ak_name_class best = AK_NAME_PLAIN;

	for (size_t at = 0; at < path.n;) {
		size_t n = ak_str_find(ak_str_n(path.p + at, path.n - at), '/');
		enum ak_name_class c = ak_name_class(ak_str_n(path.p + at, n));

		if (c > best)
			best = c;
		at += n + 1;
	}
	return best;
}

bool ak_name_is_parameter(struct ak_str name)
{
	return listed(parameters, AK_COUNT(parameters), name);
}

bool ak_name_is_header(struct ak_str name)
{
	return listed(headers, AK_COUNT(headers), name);
}
