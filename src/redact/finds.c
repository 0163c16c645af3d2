#include "base/ak.h"
#include "redact/finds.h"

#include "redact/email.h"

static struct ak_find of_secret(const struct ak_redactor *r, const struct ak_hit *h)
{
	struct ak_find f = {.kind = h->kind, .from = h->from, .to = h->to, .layer = h->layer,
			    .action = h->key_id ? AK_ACT_HASHED : AK_ACT_REMOVED};

	f.allowed = ak_redactor_allows(r, h->secret, f.fingerprint);
	return f;
}

static struct ak_find of_address(const struct ak_redactor *r, struct ak_str s, size_t from, size_t to, struct ak_arena *a)
{
	struct ak_find f = {.kind = "email", .from = from, .to = to, .action = AK_ACT_HASHED};
	struct ak_str token = ak_email_token(r, ak_str_n(s.p + from, to - from), a);

	memcpy(f.fingerprint, token.p + token.n - AK_TOKEN_HEX, AK_TOKEN_HEX);
	return f;
}

/* Each address has a sign of its own, @ or %40. */
static size_t signs(struct ak_str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '@' || s.p[i] == '%';
	return n;
}

/* Addresses between the ends of two secrets. */
static size_t addresses(const struct ak_redactor *r, struct ak_str s, size_t at, struct ak_arena *a, struct ak_find *out)
{
	size_t n = 0, from, to;

	for (; ak_email_find(r, s, at, &from, &to); at = to)
		out[n++] = of_address(r, s, from, to, a);
	return n;
}

size_t ak_redact_finds(const struct ak_redactor *r, struct ak_str s, struct ak_arena *a, struct ak_find **out)
{
	struct ak_hits h;
	size_t n = 0, at = 0;

	ak_scan(&r->scanner, s, true, a, &h);
	*out = ak_arena_alloc(a, (h.n + signs(s) + 1) * sizeof(**out));
	for (size_t i = 0; i < h.n; i++) {
		n += addresses(r, ak_str_n(s.p, h.v[i].from), at, a, *out + n);
		(*out)[n++] = of_secret(r, &h.v[i]);
		at = h.v[i].to;
	}
	return n + addresses(r, s, at, a, *out + n);
}
