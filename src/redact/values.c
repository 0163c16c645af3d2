/* Values that are kept in a reduced form: error templates, URL paths, user agents, addresses. */
#include "base/ak.h"
#include "redact/values.h"

#include <arpa/inet.h>
#include "base/buf.h"

#define TEMPLATE_BYTES 200

/* ---- machines and masks ---- */

bool ak_is_machine_name(struct ak_str s)
{
	static const char *const exact[] = {"litellm_proxy_master_key", "litellm-proxy-master-key", "default_user_id", "system",
					    "anonymous", "scheduler", "automation", "litellm_internal_user"};
	static const char *const prefix[] = {"svc_acct", "svc-acct", "svc-", "svc_", "service-account", "service_account",
					     "serviceAccount:", "sa_", "job:", "team-", "policy:"};

	for (size_t i = 0; i < AK_COUNT(exact); i++)
		if (ak_str_is(s, exact[i]))
			return true;
	for (size_t i = 0; i < AK_COUNT(prefix); i++)
		if (ak_str_starts(s, ak_str_of(prefix[i])))
			return ak_str_find(s, '@') == s.n;
	return false;
}

bool ak_is_masked_key(struct ak_str s)
{
	size_t stars = 0;

	for (size_t i = 0; i < s.n; i++) {
		stars += s.p[i] == '*' || (unsigned char)s.p[i] == 0xe2;
		if (i + 3 <= s.n && memcmp(s.p + i, "...", 3) == 0)
			return true;
	}
	return stars && (stars == s.n || stars >= 3);
}

/* ---- error templates (DECISIONS 13) ---- */

static bool is_word(char c) { return ak_is_alnum((unsigned char)c) || c == '_' || c == '-' || c == '.' || (unsigned char)c >= 0x80; }

static size_t word_end(struct ak_str s, size_t i)
{
	while (i < s.n && (is_word(s.p[i]) || s.p[i] == '@' || s.p[i] == '%' || s.p[i] == '/' || s.p[i] == '+'))
		i++;
	return i;
}

/* What stands for a word: NULL = the word itself. */
static const char *stands_for(struct ak_str w)
{
	size_t digits = 0, letters = 0, other = 0;

	for (size_t i = 0; i < w.n; i++) {
		digits += ak_is_digit((unsigned char)w.p[i]);
		letters += ak_is_lower((unsigned char)w.p[i]) || ak_is_upper((unsigned char)w.p[i]);
		other += (unsigned char)w.p[i] >= 0x80 || w.p[i] == '@' || w.p[i] == '%' || w.p[i] == '/' || w.p[i] == '+';
	}
	if (ak_str_find(w, '@') < w.n)
		return "<email>";
	if (digits && !letters)
		return "<n>";
	if (digits || other || w.n > 32)
		return "<id>";
	return NULL;
}

/* Behind these words sources echo what a user wrote. */
static bool echoes(struct ak_str w)
{
	static const char *const words[] = {"messages", "message", "content", "prompt", "input", "body", "text", "response"};

	for (size_t i = 0; i < AK_COUNT(words); i++)
		if (ak_str_eq_fold(w, ak_str_of(words[i])))
			return true;
	return false;
}

static size_t quoted_end(struct ak_str s, size_t i)
{
	char q = s.p[i++];

	while (i < s.n && s.p[i] != q)
		i += s.p[i] == '\\' ? 2 : 1;
	return i < s.n ? i + 1 : s.n;
}

static bool opens_json(struct ak_str s, size_t i)
{
	return (s.p[i] == '{' || s.p[i] == '[') && i + 1 < s.n && strchr("\"'{[ \n", s.p[i + 1]);
}

static bool opens_quote(struct ak_str s, size_t i)
{
	return s.p[i] == '"' || s.p[i] == '`' || (s.p[i] == '\'' && (i == 0 || !is_word(s.p[i - 1])));
}

static size_t take_word(struct ak_str s, size_t i, struct ak_buf *b)
{
	size_t end = word_end(s, i);
	struct ak_str w = ak_str_n(s.p + i, end - i);
	const char *stand;

	if (end + 3 < s.n && memcmp(s.p + end, "://", 3) == 0) {
		while (end < s.n && (unsigned char)s.p[end] > ' ' && !strchr("\"'<>)", s.p[end]))
			end++;
		ak_buf_adds(b, "<url>");
		return end;
	}
	while (w.n && w.p[w.n - 1] == '.')
		w.n--;
	stand = stands_for(w);
	if (stand)
		ak_buf_adds(b, stand);
	else
		ak_buf_addstr(b, w);
	if (echoes(w) && end < s.n && (s.p[end] == ':' || s.p[end] == '=')) {
		ak_buf_adds(b, ": <text>");
		return s.n;
	}
	return i + w.n + (w.n == 0);
}

struct ak_str ak_error_template(struct ak_str s, struct ak_arena *a)
{
	struct ak_buf b;
	struct ak_str out;

	ak_buf_init(&b, 1 << 16);
	for (size_t i = 0; i < s.n && b.n < TEMPLATE_BYTES;) {
		unsigned char c = (unsigned char)s.p[i];
		if (opens_json(s, i)) {
			ak_buf_adds(&b, "<json>");
			break;
		} else if (opens_quote(s, i)) {
			ak_buf_adds(&b, "<q>");
			i = quoted_end(s, i);
		} else if (is_word((char)c) || c == '%') {
			i = take_word(s, i, &b);
		} else if (c <= ' ' || c == 0x7f) {
			if (b.n && b.p[b.n - 1] != ' ')
				ak_buf_addc(&b, ' ');
			i++;
		} else {
			ak_buf_addc(&b, (char)c);
			i++;
		}
	}
	out = ak_str_trim(ak_buf_str(&b));
	if (out.n > TEMPLATE_BYTES)
		out.n = TEMPLATE_BYTES;
	out = ak_arena_str(a, out);
	ak_buf_release(&b);
	return out;
}

/* ---- URLs ---- */

/* The path only: no scheme, user, host, query or fragment. */
struct ak_str ak_url_path(struct ak_str s, struct ak_arena *a)
{
	size_t from = 0, end;

	for (size_t i = 0; i + 3 <= s.n && i < 16; i++)
		if (memcmp(s.p + i, "://", 3) == 0) {
			from = i + 3;
			while (from < s.n && !strchr("/?#", s.p[from]))
				from++;
		}
	for (end = from; end < s.n && s.p[end] != '?' && s.p[end] != '#'; end++)
		;
	return end > from ? ak_arena_str(a, ak_str_n(s.p + from, end - from)) : AK_STR("/");
}

/* ---- user agents ---- */

static size_t product_end(struct ak_str s, size_t i)
{
	while (i < s.n && (is_word(s.p[i]) || s.p[i] == ' '))
		i++;
	return i;
}

/* `name/major`: the browser's own product where the text starts with Mozilla, else what stands before the first slash and
 * the digits behind it. */
struct ak_str ak_user_agent(struct ak_str s, struct ak_arena *a)
{
	static const char *const browsers[] = {"Edg/", "OPR/", "Firefox/", "Chrome/", "Version/"};
	struct ak_str name = ak_str_n(s.p, product_end(s, 0));
	size_t at = name.n, digits;

	for (size_t b = 0; ak_str_starts(s, AK_STR("Mozilla/")) && b < AK_COUNT(browsers); b++)
		for (size_t i = 0; i + strlen(browsers[b]) < s.n; i++)
			if (memcmp(s.p + i, browsers[b], strlen(browsers[b])) == 0) {
				name = ak_str_n(s.p + i, strlen(browsers[b]) - 1);
				at = i + name.n;
				b = AK_COUNT(browsers) - 1;
				break;
			}
	name = ak_str_trim(name);
	if (name.n > 64)
		name.n = 64;
	for (digits = at + 1; digits < s.n && ak_is_digit((unsigned char)s.p[digits]); digits++)
		;
	if (at >= s.n || s.p[at] != '/' || digits == at + 1)
		return ak_arena_str(a, name);
	return ak_arena_printf(a, "%.*s/%.*s", AK_STR_FMT(name), (int)(digits - at - 1), s.p + at + 1);
}

/* ---- addresses ---- */

static void mask_bits(uint8_t *p, size_t n, int prefix)
{
	for (size_t i = 0; i < n; i++) {
		int left = prefix - (int)i * 8;
		p[i] = left >= 8 ? p[i] : left <= 0 ? 0 : (uint8_t)(p[i] & (0xff << (8 - left)));
	}
}

static struct ak_str network_of(int family, const uint8_t *bytes, int prefix, struct ak_arena *a)
{
	uint8_t masked[16];
	char text[INET6_ADDRSTRLEN];
	size_t n = family == AF_INET ? 4 : 16;

	if (prefix <= 0)
		return (struct ak_str){NULL, 0};
	memcpy(masked, bytes, n);
	mask_bits(masked, n, prefix);
	inet_ntop(family, masked, text, sizeof text);
	return ak_arena_printf(a, "%s/%d", text, prefix);
}

/* Without brackets, port and zone id. */
static struct ak_str bare_address(struct ak_str s)
{
	size_t colons = 0, last = 0;

	s = ak_str_trim(s);
	if (s.n && s.p[0] == '[') {
		size_t end = ak_str_find(s, ']');
		return ak_str_n(s.p + 1, (end < s.n ? end : s.n) - 1);
	}
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == ':') {
			colons++;
			last = i;
		}
	if (colons == 1)
		s.n = last;
	s.n = ak_str_find(s, '%');
	return s;
}

/* `203.0.113.***`: masked by the source; the rest of it is a network. */
static bool masked_address(const struct ak_redactor *r, struct ak_str s, struct ak_arena *a, struct ak_str *network)
{
	char text[64];
	uint8_t bytes[4];
	size_t n = 0;

	for (size_t i = 0; i < s.n && n < sizeof text - 1; i++)
		if (s.p[i] != '*')
			text[n++] = s.p[i];
		else if (!n || text[n - 1] == '.')
			text[n++] = '0';
	text[n] = '\0';
	if (ak_str_find(s, '*') == s.n || inet_pton(AF_INET, text, bytes) != 1)
		return false;
	*network = network_of(AF_INET, bytes, r->ip4_prefix < 24 ? r->ip4_prefix : 24, a);
	return true;
}

bool ak_address(const struct ak_redactor *r, struct ak_str s, struct ak_arena *a, struct ak_str *canonical,
		struct ak_str *network)
{
	static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
	char text[INET6_ADDRSTRLEN];
	uint8_t bytes[16];
	struct ak_str bare = bare_address(s);
	int family;

	*canonical = *network = (struct ak_str){NULL, 0};
	if (masked_address(r, bare, a, network))
		return true;
	if (bare.n >= sizeof text)
		return false;
	memcpy(text, bare.p, bare.n);
	text[bare.n] = '\0';
	family = inet_pton(AF_INET, text, bytes) == 1 ? AF_INET : inet_pton(AF_INET6, text, bytes) == 1 ? AF_INET6 : 0;
	if (!family)
		return false;
	if (family == AF_INET6 && memcmp(bytes, mapped, sizeof mapped) == 0) {
		memmove(bytes, bytes + 12, 4);
		family = AF_INET;
	}
	inet_ntop(family, bytes, text, sizeof text);
	*canonical = ak_arena_str(a, ak_str_of(text));
	*network = network_of(family, bytes, family == AF_INET ? r->ip4_prefix : r->ip6_prefix, a);
	return true;
}
