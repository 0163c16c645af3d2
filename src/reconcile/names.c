/* Names as small numbers, and which names of models are one. */
#include "base/ak.h"
#include "reconcile/engine.h"

#include <ctype.h>

/* Where a name was put last that begins and ends like this one. */
static size_t place_of(struct ak_str s) { return s.n ? ((unsigned char)s.p[0] * 5u + (unsigned char)s.p[s.n / 2] * 3u + (unsigned char)s.p[s.n - 1] * 7u + s.n) % 64 : 0; }

static uint32_t remembered(const struct names *n, struct ak_str s)
{
	uint32_t number = n->last[place_of(s)].number;

	return number && n->last[place_of(s)].length == s.n && memcmp(n->name[number], s.p, s.n) == 0 ? number : 0;
}

static uint32_t remember(struct names *n, struct ak_str s, uint32_t number)
{
	n->last[place_of(s)].number = number;
	n->last[place_of(s)].length = (uint32_t)s.n;
	return number;
}

uint32_t ak_recon_name(struct ak_reconcile *r, struct names *n, struct ak_str s)
{
	struct ak_map_entry *e;
	uint32_t known;
	bool fresh;

	if (!s.p)
		return 0;
	if ((known = remembered(n, s)))
		return known;
	e = ak_map_put(&n->map, s, &fresh);
	if (!fresh)
		return remember(n, s, (uint32_t)e->v.num);
	if (n->n + 1 >= n->cap) {
		n->cap = n->cap ? 2 * n->cap : 64;
		n->name = ak_realloc(n->name, n->cap * sizeof *n->name);
	}
	if (!n->n)
		n->name[n->n++] = NULL;
	n->name[n->n] = ak_arena_z(&r->arena, s);
	e->v.num = (int64_t)n->n;
	return (uint32_t)n->n++;
}

uint32_t ak_recon_known(const struct names *n, struct ak_str s)
{
	uint32_t known = s.p ? remembered(n, s) : 0;
	const struct ak_map_entry *e = s.p && !known ? ak_map_get(&n->map, s) : NULL;

	return e ? (uint32_t)e->v.num : known;
}

static size_t digits(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && isdigit((unsigned char)p[i]))
		i++;
	return i;
}

/* "-2025-04-14", "-20250514", "@20250514", "-v1:0", ":0" and "-latest" at the end. */
static bool cut_end(struct ak_str *s)
{
	size_t d = 0, n = s->n;

	if (n > 11 && s->p[n - 11] == '-' && s->p[n - 6] == '-' && s->p[n - 3] == '-' && digits(s->p + n - 10, 4) == 4 && digits(s->p + n - 5, 2) == 2 &&
	    digits(s->p + n - 2, 2) == 2)
		return s->n -= 11, true;
	if (n > 7 && memcmp(s->p + n - 7, "-latest", 7) == 0)
		return s->n -= 7, true;
	while (d < n && isdigit((unsigned char)s->p[n - 1 - d]))
		d++;
	if (d == 8 && n > 9 && (s->p[n - 9] == '-' || s->p[n - 9] == '@') && s->p[n - 8] == '2')
		return s->n -= 9, true;
	if (d && n > d + 1 && s->p[n - d - 1] == ':')
		return s->n -= d + 1, true;
	if (d && n > d + 2 && s->p[n - d - 1] == 'v' && s->p[n - d - 2] == '-')
		return s->n -= d + 2, true;
	return false;
}

struct ak_str ak_recon_model_base(const char *model, struct ak_arena *a)
{
	static const char *const vendor[] = {"anthropic", "amazon", "meta", "mistral", "cohere", "ai21", "openai", "deepseek", "google", "azure"};
	char *z = ak_arena_z(a, ak_str_of(model));
	struct ak_str s = {z, strlen(z)};
	const char *slash;

	for (char *p = z; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	while ((slash = memchr(s.p, '/', s.n)) && slash + 1 < s.p + s.n)
		s = (struct ak_str){slash + 1, s.n - (size_t)(slash + 1 - s.p)};
	for (size_t i = 0; i < AK_COUNT(vendor); i++)
		for (size_t at = 0, v = strlen(vendor[i]); at + v + 1 < s.n && at < 8; at++)
			if ((!at || s.p[at - 1] == '.') && memcmp(s.p + at, vendor[i], v) == 0 && s.p[at + v] == '.')
				s = (struct ak_str){s.p + at + v + 1, s.n - at - v - 1};
	while (cut_end(&s))
		;
	return s;
}

enum { PROVIDER = 1, GATEWAY = 2, BOTH = 3, DIFFER = 4 };

/* Line items name families: "gpt-4.1, all tokens" also bills gpt-4.1-mini where that has no line of its own. */
static void families(struct ak_reconcile *r, const struct series *s, uint32_t *base, const struct names *bases, uint8_t *sides)
{
	for (size_t m = 1; m < r->models.n; m++) {
		uint32_t best = 0;

		if ((sides[base[m]] & BOTH) != GATEWAY)
			continue;
		for (size_t p = 1; p < r->models.n; p++) {
			const char *family = bases->name[base[p]], *name = bases->name[base[m]];
			size_t k = strlen(family);

			if (s->has_model[p] && strncmp(name, family, k) == 0 && name[k] == '-' && (!best || k > strlen(bases->name[best])))
				best = base[p];
		}
		if (best) {
			base[m] = best;
			sides[best] |= GATEWAY | DIFFER;
		}
	}
}

/* Where both sides have names of one base and not the same ones, all of the base are one row. What is left on one side only is one row, whatever
 * its base, when both sides have such: names of a gateway's own. */
static void fold_series(struct ak_reconcile *r, uint32_t number, uint32_t *base, const struct names *bases, uint32_t *fold)
{
	const struct series *s = &r->series[number];
	size_t n = r->models.n;
	uint8_t *sides = ak_arena_zero(&r->arena, n + 1), any = 0;
	uint32_t *first = ak_arena_zero(&r->arena, (n + 1) * sizeof *first), alone = 0;

	/* index 0 is "no name": a side that names no model is compared as it is */
	for (size_t m = 1; m < n; m++) {
		fold[m] = (uint32_t)m;
		sides[base[m]] |= (s->has_model[m] ? PROVIDER : 0) | (s->gateway_model[m] ? GATEWAY : 0);
		sides[base[m]] |= s->has_model[m] != s->gateway_model[m] ? DIFFER : 0;
	}
	if (s->by_item)
		families(r, s, base, bases, sides);
	for (size_t m = 1; m < n; m++) {
		if (!s->has_model[m] && !s->gateway_model[m])
			continue;
		any |= (sides[base[m]] & BOTH) == BOTH ? 0 : sides[base[m]] & BOTH;
		/* named after the provider's first name */
		if (!first[base[m]] || (s->has_model[m] && !s->has_model[first[base[m]]]))
			first[base[m]] = (uint32_t)m;
	}
	for (size_t m = 1; m < n; m++) {
		if (!s->has_model[m] && !s->gateway_model[m])
			continue;
		if (sides[base[m]] == (BOTH | DIFFER)) {
			fold[m] = first[base[m]];
		} else if (any == BOTH && (sides[base[m]] & BOTH) != BOTH) {
			alone = alone ? alone : (uint32_t)m;
			fold[m] = alone;
		}
	}
}

void ak_recon_fold_models(struct ak_reconcile *r)
{
	struct names bases = {0};
	uint32_t *base, *own;

	ak_map_init(&bases.map);
	if (!r->models.n)
		ak_recon_name(r, &r->models, ak_str_of(""));
	base = ak_arena_zero(&r->arena, (r->models.n + 1) * sizeof *base);
	for (size_t m = 1; m < r->models.n; m++)
		base[m] = ak_recon_name(r, &bases, ak_recon_model_base(r->models.name[m], &r->arena));
	r->fold = ak_arena_zero(&r->arena, (r->nseries + 1) * r->models.n * sizeof *r->fold);
	own = ak_arena_zero(&r->arena, (r->models.n + 1) * sizeof *own);
	for (uint32_t i = 0; i < r->nseries; i++) {
		memcpy(own, base, r->models.n * sizeof *own);
		fold_series(r, i, own, &bases, r->fold + i * r->models.n);
	}
	ak_map_release(&bases.map);
	ak_free(bases.name);
}
