/* What redaction would find in a text, with its place. Personal data is looked for as in redaction: in the text in which
 * markers stand for the secrets. */
#include "base/ak.h"
#include "redact/finds.h"

#include "redact/email.h"
#include "redact/personal.h"

struct listing {
	const struct ak_redactor *r;
	struct ak_arena *a;
	struct ak_find *v;
	size_t n, cap;
};

static struct ak_find *push(struct listing *l)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? 2 * l->cap : 8;
		struct ak_find *v = ak_arena_alloc(l->a, cap * sizeof(*v));

		if (l->n)
			memcpy(v, l->v, l->n * sizeof(*v));
		l->v = v;
		l->cap = cap;
	}
	return &l->v[l->n++];
}

static void push_secret(struct listing *l, const struct ak_hit *h)
{
	struct ak_find *f = push(l);

	*f = (struct ak_find){.kind = h->kind, .from = h->from, .to = h->to, .layer = h->layer,
			      .action = h->key_id ? AK_ACT_HASHED : AK_ACT_REMOVED};
	f->allowed = ak_redactor_allows(l->r, h->secret, f->fingerprint);
}

static enum ak_action personal_action(const struct listing *l, bool token)
{
	return token && ak_profile_keeps_tokens(l->r->profile) ? AK_ACT_HASHED : AK_ACT_REMOVED;
}

/* E-mail addresses between two places of s; back is how far s is ahead of the text that was given, modulo SIZE_MAX + 1. */
static void push_addresses(struct listing *l, struct ak_str s, size_t at, size_t end, size_t back)
{
	size_t from, to;

	for (; at < end && ak_email_find(l->r, ak_str_n(s.p, end), at, &from, &to); at = to) {
		struct ak_str token = ak_email_token(l->r, ak_str_n(s.p + from, to - from), l->a);
		struct ak_find *f = push(l);

		*f = (struct ak_find){.kind = "email", .from = from - back, .to = to - back, .action = personal_action(l, true)};
		memcpy(f->fingerprint, token.p + token.n - AK_TOKEN_HEX, AK_TOKEN_HEX);
	}
}

static void push_personal(struct listing *l, struct ak_str s, const struct ak_personal_hit *h, size_t back)
{
	struct ak_find *f = push(l);

	*f = (struct ak_find){.kind = h->finder->kind, .from = h->from - back, .to = h->to - back,
			      .action = personal_action(l, h->finder->token != NULL)};
	f->allowed = ak_redactor_allows(l->r, ak_str_n(s.p + h->from, h->to - h->from), f->fingerprint);
}

/* The next find of personal data, which is asked for once: none = it lies behind the text. */
struct ahead {
	struct ak_personal_hit h;
	size_t at;
};

static void look_ahead(const struct listing *l, struct ak_str s, struct ahead *x)
{
	if (!ak_personal_find(l->r, s, x->at, AK_FIND_TEXT, &x->h))
		x->h.from = x->h.to = s.n;
	x->at = x->h.to;
}

/* What stands between two markers. */
static void push_between(struct listing *l, struct ak_str s, size_t at, size_t end, size_t back, struct ahead *x)
{
	for (; x->h.from < end; look_ahead(l, s, x)) {
		push_addresses(l, s, at, x->h.from, back);
		push_personal(l, s, &x->h, back);
		at = x->h.to;
	}
	push_addresses(l, s, at, end, back);
}

/* Secrets that are let through stay in the text. */
static struct ak_str marked(const struct listing *l, struct ak_str s, const struct ak_hits *h, size_t *ends)
{
	struct ak_str marker;
	size_t n = 0, at = 0, most = s.n + 1;
	char *out;

	for (size_t i = 0; i < h->n; i++)
		most += strlen(h->v[i].kind) + sizeof("[REDACTED:::]") + sizeof(l->r->kid) + AK_TOKEN_HEX;
	out = ak_arena_alloc(l->a, most);
	for (size_t i = 0; i < h->n; i++) {
		struct ak_str found = ak_str_n(s.p + h->v[i].from, h->v[i].to - h->v[i].from);
		char fp[AK_TOKEN_HEX + 1];

		marker = ak_redactor_allows(l->r, h->v[i].secret, fp) ? found : ak_redactor_marker(l->r, h->v[i].kind, h->v[i].secret, l->a);
		memcpy(out + n, s.p + at, h->v[i].from - at);
		n += h->v[i].from - at;
		memcpy(out + n, marker.p, marker.n);
		n += marker.n;
		ends[i] = n;
		at = h->v[i].to;
	}
	memcpy(out + n, s.p + at, s.n - at);
	return ak_str_n(out, n + s.n - at);
}

size_t ak_redact_finds(const struct ak_redactor *r, struct ak_str s, struct ak_arena *a, struct ak_find **out)
{
	struct listing l = {.r = r, .a = a};
	struct ahead x = {.at = 0};
	struct ak_str text;
	struct ak_hits h;
	size_t *ends, at = 0, done = 0;

	ak_scan(&r->scanner, s, true, a, &h);
	ends = ak_arena_alloc(a, (h.n + 1) * sizeof(*ends));
	text = marked(&l, s, &h, ends);
	look_ahead(&l, text, &x);
	for (size_t i = 0; i < h.n; i++) {
		push_between(&l, text, at, at + h.v[i].from - done, at - done, &x);
		push_secret(&l, &h.v[i]);
		done = h.v[i].to;
		at = ends[i];
		while (x.h.from < at)
			look_ahead(&l, text, &x);
	}
	push_between(&l, text, at, text.n, at - done, &x);
	*out = l.v;
	return l.n;
}
