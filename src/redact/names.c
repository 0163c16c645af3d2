#include "base/ak.h"
#include "redact/names.h"

#include "redact/charset.h"

enum { LONGEST_SEGMENT = 15, LONGEST_NAME = 128 };

enum word { W_STRONG = 1, W_WEAK = 2, W_OVERRIDE = 4, W_PERSON = 8, W_BEFORE_KEY = 16, W_KEY = 32, W_BY = 64, W_DATA = 128, W_ENDS = 256 };

struct segment {
	char text[LONGEST_SEGMENT + 1];
	size_t n;
};

static const struct {
	const char *text;
	int what;
} words[] = {
	{"access", W_BEFORE_KEY},
	{"accesskey", W_STRONG},
	{"accesstoken", W_STRONG},
	{"account", W_BEFORE_KEY},
	{"accountkey", W_STRONG},
	{"actor", W_PERSON},
	{"admin", W_BEFORE_KEY},
	{"alg", W_OVERRIDE},
	{"alias", W_OVERRIDE},
	{"api", W_BEFORE_KEY},
	{"apikey", W_STRONG},
	{"apitoken", W_STRONG},
	{"app", W_BEFORE_KEY},
	{"application", W_BEFORE_KEY},
	{"approver", W_PERSON},
	{"assignee", W_PERSON},
	{"auth", W_WEAK},
	{"authkey", W_STRONG},
	{"authorization", W_STRONG},
	{"authtoken", W_STRONG},
	{"bearer", W_STRONG},
	{"budget", W_OVERRIDE},
	{"by", W_BY},
	{"cert", W_WEAK},
	{"checksum", W_DATA},
	{"client", W_BEFORE_KEY},
	{"clientsecret", W_STRONG},
	{"commit", W_DATA},
	{"cookie", W_STRONG},
	{"correlation", W_DATA},
	{"cost", W_OVERRIDE},
	{"count", W_OVERRIDE},
	{"created", W_OVERRIDE},
	{"credential", W_STRONG},
	{"credentials", W_STRONG},
	{"cvv", W_WEAK},
	{"deploy", W_BEFORE_KEY},
	{"deployment", W_DATA},
	{"digest", W_DATA},
	{"duration", W_OVERRIDE},
	{"email", W_PERSON | W_ENDS},
	{"enabled", W_OVERRIDE},
	{"encryption", W_BEFORE_KEY},
	{"endpoint", W_OVERRIDE},
	{"etag", W_DATA},
	{"event", W_DATA},
	{"expires", W_OVERRIDE},
	{"expiry", W_OVERRIDE},
	{"fingerprint", W_DATA},
	{"guid", W_DATA},
	{"hash", W_OVERRIDE},
	{"hmac", W_BEFORE_KEY},
	{"id", W_OVERRIDE},
	{"idempotency", W_OVERRIDE},
	{"ids", W_OVERRIDE},
	{"idtoken", W_STRONG},
	{"ingestion", W_BEFORE_KEY},
	{"integrity", W_DATA},
	{"jwt", W_STRONG},
	{"key", W_KEY},
	{"license", W_BEFORE_KEY},
	{"limit", W_OVERRIDE},
	{"mail", W_PERSON | W_ENDS},
	{"master", W_BEFORE_KEY},
	{"max", W_OVERRIDE},
	{"md5", W_DATA},
	{"member", W_PERSON},
	{"method", W_OVERRIDE},
	{"min", W_OVERRIDE},
	{"mode", W_OVERRIDE},
	{"model", W_OVERRIDE},
	{"name", W_OVERRIDE},
	{"otp", W_WEAK},
	{"owner", W_PERSON},
	{"pass", W_WEAK},
	{"passphrase", W_STRONG},
	{"passwd", W_STRONG},
	{"password", W_STRONG},
	{"per", W_OVERRIDE},
	{"pin", W_WEAK},
	{"policy", W_OVERRIDE},
	{"preshared", W_BEFORE_KEY},
	{"private", W_STRONG},
	{"privatekey", W_STRONG},
	{"provider", W_OVERRIDE},
	{"pwd", W_STRONG},
	{"refreshtoken", W_STRONG},
	{"request", W_DATA},
	{"requester", W_PERSON},
	{"required", W_OVERRIDE},
	{"response", W_DATA},
	{"revision", W_DATA},
	{"role", W_OVERRIDE},
	{"root", W_BEFORE_KEY},
	{"route", W_ENDS},
	{"run", W_DATA},
	{"secret", W_STRONG},
	{"secretaccesskey", W_STRONG},
	{"secretkey", W_STRONG},
	{"secrets", W_STRONG},
	{"service", W_BEFORE_KEY},
	{"session", W_WEAK},
	{"sessiontoken", W_STRONG},
	{"sha", W_DATA},
	{"sha1", W_DATA},
	{"sha256", W_DATA},
	{"shared", W_BEFORE_KEY},
	{"sharedaccesskey", W_STRONG},
	{"sig", W_WEAK},
	{"signature", W_WEAK},
	{"signing", W_BEFORE_KEY},
	{"span", W_DATA},
	{"spend", W_OVERRIDE},
	{"ssh", W_BEFORE_KEY},
	{"ssn", W_WEAK},
	{"status", W_OVERRIDE},
	{"storage", W_BEFORE_KEY},
	{"subscription", W_BEFORE_KEY},
	{"subscriptionkey", W_STRONG},
	{"token", W_WEAK},
	{"total", W_OVERRIDE},
	{"trace", W_DATA},
	{"ttl", W_OVERRIDE},
	{"type", W_OVERRIDE},
	{"updated", W_OVERRIDE},
	{"uri", W_OVERRIDE},
	{"url", W_OVERRIDE},
	{"usage", W_OVERRIDE},
	{"user", W_PERSON},
	{"userid", W_PERSON},
	{"username", W_PERSON},
	{"uuid", W_DATA},
	{"version", W_OVERRIDE},
	{"virtual", W_BEFORE_KEY},
	{"webhook", W_BEFORE_KEY},
};

/* Names that R-STR-4's segments cannot tell. */
static const char *const people[] = {"user_id",	     "created_by",  "updated_by", "changed_by", "deleted_by",
				     "requested_by", "approved_by", "owner_id",	  "actor_id",	"member_id",
				     "user_name",    "full_name",   "first_name", "last_name",	"display_name"};
static const char *const secrets[] = {"id_token", "idToken"};
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
	int seen = 0, last = 0, key = 0, what;
	bool header = name.n > 2 && ak_lower(name.p[0]) == 'x' && name.p[1] == '-';

	if (ak_str_holds(name, AK_STR("[REDACTED:")))
		return AK_NAME_PLAIN;
	if (name.n > LONGEST_NAME)
		name = ak_str_n(name.p + name.n - LONGEST_NAME, LONGEST_NAME);
	for (size_t i = 0; next_segment(name, &i, &g); last = what) {
		/* A word before a colon is the class of a token that stands in a name. */
		what = i < name.n && name.p[i] == ':' ? 0 : word_of(&g);
		seen |= what;
		if ((what & W_KEY) && (last & (W_BEFORE_KEY | W_STRONG)))
			key = W_STRONG;
	}
	/* user_api_key_user_email, user_api_key_request_route: what a gateway says of a key, not the key. A word that is a secret by itself stays one. */
	seen |= last & W_ENDS ? 0 : key;
	/* X-Brindle-Key: a header of one's own. */
	if (header && (last & W_KEY) && !(seen & W_DATA))
		seen |= W_STRONG;
	if ((seen & W_OVERRIDE) && (seen & W_WEAK) && listed(secrets, AK_COUNT(secrets), name))
		return AK_NAME_STRONG;
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

bool ak_name_is_data(struct ak_str name)
{
	struct segment g;
	int seen = 0;

	for (size_t i = 0; next_segment(name, &i, &g);)
		seen |= word_of(&g);
	return (seen & (W_OVERRIDE | W_DATA)) != 0;
}

bool ak_name_is_header(struct ak_str name)
{
	return listed(headers, AK_COUNT(headers), name);
}
