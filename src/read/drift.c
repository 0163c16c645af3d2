#include "base/ak.h"

#include <inttypes.h>
#include <stdatomic.h>

#include "base/limits.h"
#include "read/row.h"

/* A run of this many decimal digits, or of letters and digits mixed, looks like a value rather than a name. */
enum { KEY_MAX = 64, DIGIT_RUN = 6, MIXED_RUN = 20, HEX_LEN = 16 };

static _Atomic uint64_t drift_ids;

void ak_drift_init(struct ak_drift *d)
{
	ak_map_init(&d->paths);
	ak_arena_init(&d->arena);
	d->over = 0;
	d->id = atomic_fetch_add(&drift_ids, 1) + 1;
}

void ak_drift_release(struct ak_drift *d)
{
	ak_map_release(&d->paths);
	ak_arena_release(&d->arena);
	ak_drift_init(d);
}

static bool is_identifier(struct ak_str k)
{
	unsigned char first = k.n ? (unsigned char)k.p[0] : 0;

	if (!k.n || k.n > KEY_MAX || !(ak_is_lower(first) || ak_is_upper(first) || first == '_'))
		return false;
	for (size_t i = 1; i < k.n; i++)
		if (!ak_is_alnum((unsigned char)k.p[i]) && !memchr("_.-", k.p[i], 3))
			return false;
	return true;
}

/* Hex text with or without dashes: a digest, an object id, a UUID. */
static bool is_hex_like(struct ak_str k)
{
	for (size_t i = 0; i < k.n; i++)
		if (!ak_is_hex((unsigned char)k.p[i]) && k.p[i] != '-')
			return false;
	return k.n >= HEX_LEN;
}

static bool is_value_like(struct ak_str k)
{
	size_t digits = 0, run = 0, digits_in_run = 0;

	for (size_t i = 0; i < k.n; i++) {
		unsigned char c = (unsigned char)k.p[i];

		digits = ak_is_digit(c) ? digits + 1 : 0;
		run = ak_is_alnum(c) ? run + 1 : 0;
		digits_in_run = run ? digits_in_run + ak_is_digit(c) : 0;
		if (digits >= DIGIT_RUN || (run >= MIXED_RUN && digits_in_run && digits_in_run < run))
			return true;
	}
	return is_hex_like(k);
}

void ak_drift_key(struct ak_buf *out, struct ak_str key)
{
	if (is_identifier(key) && !is_value_like(key))
		ak_buf_addstr(out, key);
	else
		ak_buf_addf(out, "{key:%zu,%08" PRIx32 "}", key.n, (uint32_t)ak_hash(key.p, key.n));
}

struct ak_unknown *ak_drift_at(struct ak_drift *d, struct ak_str path, enum ak_jtype type)
{
	struct ak_unknown *u = NULL;
	struct ak_map_entry *e;
	struct ak_buf name;

	ak_buf_init(&name, SIZE_MAX);
	ak_buf_addstr(&name, path);
	ak_buf_addc(&name, '\x1f');
	ak_buf_adds(&name, ak_jtype_name(type));
	e = ak_map_get(&d->paths, ak_buf_str(&name));
	if (e) {
		u = e->v.ptr;
	} else if (d->paths.n < AK_MAX_DRIFT_PATHS) {
		u = ak_arena_zero(&d->arena, sizeof(*u));
		u->type = type;
		ak_map_put(&d->paths, ak_buf_str(&name), NULL)->v.ptr = u;
	}
	ak_buf_release(&name);
	return u;
}

void ak_drift_add(struct ak_drift *d, struct ak_unknown *u, uint64_t len, uint64_t rec_no)
{
	if (!u) {
		d->over++;
		return;
	}
	if (!u->count++)
		u->first_rec = rec_no;
	if (len > u->max_len)
		u->max_len = len;
}

void ak_drift_count(struct ak_drift *d, struct ak_str parent_path, struct ak_str key, enum ak_jtype type, uint64_t len,
		    uint64_t rec_no)
{
	struct ak_buf b;

	ak_buf_init(&b, SIZE_MAX);
	ak_buf_addstr(&b, parent_path);
	ak_buf_addc(&b, '/');
	if (key.p)
		ak_drift_key(&b, key);
	else
		ak_buf_adds(&b, "[]");
	ak_drift_add(d, ak_drift_at(d, ak_buf_str(&b), type), len, rec_no);
	ak_buf_release(&b);
}
