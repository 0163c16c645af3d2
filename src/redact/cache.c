#include "base/ak.h"
#include "redact/cache.h"

enum { KEPT_SLOTS = 1024, TOKEN_SLOTS = 4096, WAYS = 2, VALUE = 96, TRIAL = 1024, REST = 8192 };

struct slot {
	uint64_t hash;
	short field;
	unsigned char step, nvalue, nout, nmore, ncounts;
	bool used, same, gone, bare;
	struct ak_cache_count count[AK_CACHE_COUNTS];
	char text[3 * VALUE]; /* value, out, more */
};

/* Fields whose values repeat less than once in eight are not looked up for a while. */
struct habit {
	unsigned tries, hits, rest;
};

/* Tokens have slots of their own: they cost most, and ids that never come again must not push them out. */
struct ak_redact_cache {
	struct slot kept[KEPT_SLOTS], token[TOKEN_SLOTS];
	struct habit habit[AK_CACHE_STEPS][AK_F_COUNT];
};

struct ak_redact_cache *ak_redact_cache_new(void) { return ak_alloc_zero(1, sizeof(struct ak_redact_cache)); }

void ak_redact_cache_free(struct ak_redact_cache *c)
{
	if (c)
		ak_wipe(c, sizeof *c);
	ak_free(c);
}

static uint64_t hash_of(enum ak_cache_step step, int field, struct ak_str s)
{
	uint64_t h = (uint64_t)field << 8 | (uint64_t)step, w = 0;
	size_t i = 0;

	for (; i + 8 <= s.n; i += 8) {
		memcpy(&w, s.p + i, 8);
		h = (h ^ w) * UINT64_C(0x9e3779b97f4a7c15);
		h ^= h >> 29;
	}
	w = 0;
	memcpy(&w, s.p + i, s.n - i);
	/* Short values differ in their last bytes, which one multiplication carries to the top only. */
	h = (h ^ w ^ s.n << 56) * UINT64_C(0x9e3779b97f4a7c15);
	h = (h ^ h >> 32) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 32;
}

static struct slot *set_of(struct ak_redact_cache *c, enum ak_cache_step step, uint64_t hash)
{
	return step == AK_CACHE_SECRETS ? &c->kept[hash % (KEPT_SLOTS / WAYS) * WAYS]
					: &c->token[hash % (TOKEN_SLOTS / WAYS) * WAYS];
}

static bool fits(const struct slot *s, uint64_t hash, enum ak_cache_step step, int field, struct ak_str value)
{
	return s->used && s->hash == hash && s->step == step && s->field == field && s->nvalue == value.n &&
	       memcmp(s->text, value.p, value.n) == 0;
}

/* Is it worth looking? */
static bool trying(struct habit *h)
{
	if (h->rest) {
		h->rest--;
		return false;
	}
	if (++h->tries < TRIAL)
		return true;
	if (h->hits < TRIAL / 8)
		h->rest = REST;
	h->tries = h->hits = 0;
	return true;
}

static void answer(const struct slot *s, struct ak_str value, struct ak_arena *a, struct ak_cached *out)
{
	out->bare = s->bare;
	out->ncounts = s->ncounts;
	for (size_t i = 0; i < s->ncounts; i++)
		out->count[i] = s->count[i];
	out->out = s->same ? value : s->gone ? ak_str_n(NULL, 0) : ak_arena_str(a, ak_str_n(s->text + VALUE, s->nout));
	out->more = s->nmore ? ak_arena_str(a, ak_str_n(s->text + 2 * VALUE, s->nmore)) : ak_str_n(NULL, 0);
}

bool ak_cache_find(struct ak_redact_cache *c, enum ak_cache_step step, int field, struct ak_str value, struct ak_arena *a,
		   struct ak_cached *out)
{
	uint64_t hash;
	struct slot *set;

	if (!c || field < 0 || !value.n || value.n > VALUE || !trying(&c->habit[step][field]))
		return false;
	hash = hash_of(step, field, value);
	set = set_of(c, step, hash);
	for (int i = 0; i < WAYS; i++)
		if (fits(&set[i], hash, step, field, value)) {
			c->habit[step][field].hits++;
			answer(&set[i], value, a, out);
			return true;
		}
	return false;
}

static bool keepable(struct ak_str s) { return !s.p || s.n <= VALUE; }

void ak_cache_keep(struct ak_redact_cache *c, enum ak_cache_step step, int field, struct ak_str value,
		   const struct ak_cached *r)
{
	uint64_t hash;
	struct slot *s;

	if (!c || field < 0 || !value.n || value.n > VALUE || c->habit[step][field].rest || r->ncounts > AK_CACHE_COUNTS ||
	    !keepable(r->out) || !keepable(r->more))
		return;
	hash = hash_of(step, field, value);
	s = set_of(c, step, hash);
	s[1] = s[0];
	*s = (struct slot){.hash = hash, .field = (short)field, .step = (unsigned char)step, .nvalue = (unsigned char)value.n,
			   .ncounts = (unsigned char)r->ncounts, .used = true, .bare = r->bare};
	memcpy(s->text, value.p, value.n);
	memcpy(s->count, r->count, sizeof s->count);
	s->same = r->out.p && ak_str_eq(r->out, value);
	s->gone = !r->out.p;
	if (!s->same && !s->gone)
		memcpy(s->text + VALUE, r->out.p, s->nout = (unsigned char)r->out.n);
	if (r->more.p && r->more.n)
		memcpy(s->text + 2 * VALUE, r->more.p, s->nmore = (unsigned char)r->more.n);
}
