/* The pass over a text that all finders share. */
#include "base/ak.h"
#include "redact/personal.h"

#include "base/buf.h"
#include "redact/charset.h"
#include "redact/marker.h"
#include "redact/value.h"

enum { REACH = 40, MOST_DIGITS = 24 };
enum begin { D = 1, H = 2, L = 4, P = 8, B = 16, C = 32 };

#define ALL ~0u
#define BOTH (AK_FIND_TEXT | AK_FIND_AUDIT)
#define TEXT AK_FIND_TEXT
#define AUDIT AK_FIND_AUDIT
#define HIPAA (1u << AK_PROFILE_HIPAA)
#define PCI (1u << AK_PROFILE_PCI)
#define STRICT (1u << AK_PROFILE_STRICT)

static const struct ak_finder finders[] = {
#define FINDER(kind, find, begins, token, profiles, use, shape) {kind, shape, find, token, profiles, begins, use},
#include "redact/personal.def"
#undef FINDER
};

size_t ak_personal_finders(const struct ak_finder **out)
{
	*out = finders;
	return AK_COUNT(finders);
}

size_t ak_redact_finders(enum ak_profile_id profile, struct ak_arena *a, const struct ak_detector_info **out)
{
	static const struct ak_finder email = {.kind = "email", .shape = "local part, @ or %40, domain with a top label", .token = "email"};
	struct ak_detector_info *all = ak_arena_alloc(a, (AK_COUNT(finders) + 1) * sizeof(*all));
	size_t n = 0;

	for (size_t i = 0; i <= AK_COUNT(finders); i++) {
		const struct ak_finder *f = i ? &finders[i - 1] : &email;
		bool tokens = f->token && ak_profile_keeps_tokens(profile);

		if (!i || ((f->profiles >> profile & 1) && (f->use & TEXT)))
			all[n++] = (struct ak_detector_info){f->kind, f->shape, "personal", tokens ? AK_ACT_HASHED : AK_ACT_REMOVED};
	}
	*out = all;
	return n;
}

/* Labels that name things of a program: never people, and full of numbers that look like something else. */
static const bool names_things[AK_F_COUNT] = {
	[AK_F_REQUEST_MODEL] = true, [AK_F_RESPONSE_MODEL] = true, [AK_F_FALLBACK_FROM] = true,  [AK_F_ROUTE_VERSION] = true,
	[AK_F_BUDGET_VERSION] = true, [AK_F_RULE_VERSION] = true,  [AK_F_CONFIG_VERSION] = true, [AK_F_QUOTA_WINDOW] = true,
	[AK_F_QUOTA_UNIT] = true,    [AK_F_QUANTITY_UNIT] = true,  [AK_F_PRICE_UNIT] = true,     [AK_F_REGION] = true,
	[AK_F_SERVICE_TIER] = true,  [AK_F_USAGE_TYPE] = true,     [AK_F_SERVICE] = true,        [AK_F_CLIENT_COUNTRY] = true,
	[AK_F_RESOURCE_TYPE] = true, [AK_F_ACTION] = true,
};

bool ak_personal_reads(int field)
{
	return field < 0 || !names_things[field];
}

static unsigned begins_with(char c)
{
	if (ak_is_digit((unsigned char)c))
		return D;
	if (ak_is_hex((unsigned char)c))
		return H | L;
	if (ak_charset_has(AK_SET_LETTERS, c))
		return L;
	return c == '+' ? P : c == '(' ? B : c == ':' ? C : 0;
}

/* Every finder of the default profile wants digits, or the separators of a device address. */
static bool may_hold(struct ak_str s)
{
	size_t digits = 0, colons = 0;

	for (size_t i = 0; i < s.n; i++) {
		digits += ak_is_digit((unsigned char)s.p[i]);
		colons += s.p[i] == ':' || s.p[i] == '-';
	}
	return digits > 2 || colons > 1;
}

static const struct ak_finder *at_place(const struct ak_redactor *r, struct ak_str s, size_t i, unsigned use, size_t *end)
{
	unsigned begins = begins_with(s.p[i]), profile = 1u << r->profile;

	for (size_t f = 0; f < AK_COUNT(finders); f++) {
		if (!(finders[f].begins & begins) || !(finders[f].profiles & profile) || !(finders[f].use & use))
			continue;
		*end = finders[f].find(s, i);
		if (*end > i)
			return &finders[f];
	}
	return NULL;
}

/* A network as ip_mask leaves it is nobody's address, and what stands behind a token is one. */
static bool stays(const struct ak_redactor *r, const struct ak_finder *f, struct ak_str s)
{
	return r->networks && strcmp(f->kind, "ip") == 0 && ak_value_is_network(r, s);
}

size_t ak_personal_network_end(const struct ak_redactor *r, struct ak_str s, size_t at)
{
	size_t end = at;

	if (at > 0 && ak_is_alnum((unsigned char)s.p[at - 1]))
		return at;
	for (size_t f = 0; f < AK_COUNT(finders) && end == at; f++)
		if (finders[f].begins & begins_with(s.p[at]) && strcmp(finders[f].kind, "ip") == 0)
			end = finders[f].find(s, at);
	return end > at && r->networks && ak_value_is_network(r, ak_str_n(s.p + at, end - at)) ? end : at;
}

bool ak_personal_find(const struct ak_redactor *r, struct ak_str s, size_t at, unsigned use, struct ak_personal_hit *out)
{
	for (size_t i = at, end; i < s.n; i++) {
		if (s.p[i] == '[' && (end = ak_marker_end(s, i)) > i) {
			i = end - 1;
			continue;
		}
		if (!begins_with(s.p[i]) || (i > 0 && ak_is_alnum((unsigned char)s.p[i - 1])))
			continue;
		out->finder = at_place(r, s, i, use, &end);
		if (!out->finder)
			continue;
		if (stays(r, out->finder, ak_str_n(s.p + i, end - i))) {
			i = end - 1;
			continue;
		}
		out->from = i;
		out->to = end;
		return true;
	}
	return false;
}

/* What the token is made from: of addresses their canonical text, of phones the digits, of devices the lower-case hex. */
static struct ak_str canonical(const struct ak_pass *p, const struct ak_finder *f, struct ak_str s)
{
	struct ak_str address;
	bool phone = strcmp(f->kind, "phone") == 0;
	char *out;
	size_t n = 0;

	if (strcmp(f->kind, "ip") == 0)
		return ak_value_address_text(ak_str_n(s.p, ak_str_find(s, '/')), p->a, &address) ? address : s;
	out = ak_arena_alloc(p->a, s.n + 1);
	for (size_t i = 0; i < s.n; i++)
		if (phone ? ak_is_digit((unsigned char)s.p[i]) : ak_is_alnum((unsigned char)s.p[i]))
			out[n++] = ak_lower(s.p[i]);
	return ak_str_n(out, n);
}

static bool is_allowed(const struct ak_pass *p, struct ak_str s)
{
	char fp[AK_TOKEN_HEX + 1];

	return p->r->allow[0] && ak_redactor_allows(p->r, s, fp);
}

struct ak_str ak_personal_mark(const struct ak_pass *p, const struct ak_finder *f, struct ak_str found)
{
	struct ak_str token, network = {NULL, 0};

	if (is_allowed(p, found))
		return network;
	if (!f->token || !ak_profile_keeps_tokens(p->r->profile)) {
		ak_pass_count(p, f->kind, AK_ACT_REMOVED);
		return ak_arena_printf(p->a, "[REMOVED:%s]", f->kind);
	}
	token = ak_redactor_token(p->r, f->token, canonical(p, f, found), p->a);
	if (strcmp(f->kind, "ip") == 0)
		network = ak_value_network(p, found);
	ak_pass_count(p, f->kind, AK_ACT_HASHED);
	return ak_value_address_mark(p, token, network);
}

struct ak_str ak_personal_replace(const struct ak_pass *p, struct ak_str s)
{
	struct ak_personal_hit h;
	struct ak_buf b;
	size_t at = 0;

	if ((p->r->profile == AK_PROFILE_DEFAULT && !may_hold(s)) || !ak_personal_find(p->r, s, 0, AK_FIND_TEXT, &h))
		return s;
	ak_buf_init(&b, s.n * 16 + 64);
	do {
		struct ak_str found = ak_str_n(s.p + h.from, h.to - h.from), mark = ak_personal_mark(p, h.finder, found);

		ak_buf_add(&b, s.p + at, h.from - at);
		ak_buf_addstr(&b, mark.p ? mark : found);
		at = h.to;
	} while (ak_personal_find(p->r, s, at, AK_FIND_TEXT, &h));
	ak_buf_add(&b, s.p + at, s.n - at);
	s = ak_arena_str(p->a, ak_buf_str(&b));
	ak_buf_release(&b);
	return s;
}

static bool is_word(struct ak_str s, size_t at, const char *word)
{
	size_t n = strlen(word);

	return n <= s.n - at && ak_str_eq_fold(ak_str_n(s.p + at, n), ak_str_n(word, n)) &&
	       (at + n == s.n || !ak_is_alnum((unsigned char)s.p[at + n]));
}

bool ak_personal_near(struct ak_str s, size_t at, const char *const *words)
{
	struct ak_str before = ak_str_n(s.p, at);

	for (size_t i = at > REACH ? at - REACH : 0; i < at; i++) {
		if (!ak_charset_has(AK_SET_LETTERS, s.p[i]) || (i > 0 && ak_is_alnum((unsigned char)s.p[i - 1])))
			continue;
		for (const char *const *w = words; *w; w++)
			if (is_word(before, i, *w))
				return true;
	}
	return false;
}

bool ak_personal_joined(struct ak_str s, size_t at)
{
	return at > 0 && (s.p[at - 1] == '+' || s.p[at - 1] == '_' ||
			  (at > 1 && strchr("-.", s.p[at - 1]) && s.p[at - 1] && ak_is_alnum((unsigned char)s.p[at - 2])));
}

bool ak_personal_ends(struct ak_str s, size_t end)
{
	if (end == s.n)
		return true;
	if (ak_is_alnum((unsigned char)s.p[end]) || s.p[end] == '_' || s.p[end] == '@')
		return false;
	return !(strchr("-.", s.p[end]) && s.p[end] && end + 1 < s.n && ak_is_alnum((unsigned char)s.p[end + 1]));
}

size_t ak_personal_digits(struct ak_str s, size_t at)
{
	size_t end = at;

	while (end < s.n && ak_is_digit((unsigned char)s.p[end]))
		end++;
	return end - at;
}

size_t ak_personal_groups(struct ak_str s, size_t at, const uint8_t *sizes, const char *seps, char d[25])
{
	size_t i = at, n = 0;
	char sep = '\0';

	for (const uint8_t *size = sizes; *size; size++) {
		if (size > sizes) {
			if (i >= s.n || !s.p[i] || !strchr(seps, s.p[i]) || (sep && s.p[i] != sep))
				return at;
			sep = s.p[i++];
		}
		for (size_t k = 0; k < *size; k++, i++) {
			if (i >= s.n || n == MOST_DIGITS || !ak_is_digit((unsigned char)s.p[i]))
				return at;
			d[n++] = s.p[i];
		}
	}
	d[n] = '\0';
	return i < s.n && ak_is_digit((unsigned char)s.p[i]) ? at : i;
}
