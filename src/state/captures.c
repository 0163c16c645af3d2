#include "base/ak.h"
#include "state/captures.h"

#include "base/buf.h"
#include "base/map.h"
#include "base/jsonget.h"

/* What one source showed at one moment. */
struct capture {
	int64_t t;
	char *by;	    /* its first record */
	struct ak_map things; /* class and id -> 1 */
};

struct series {
	struct capture before, now;
	bool has_before, has_now;
};

struct ak_captures {
	struct ak_map series;  /* source -> struct series */
	struct ak_map touched; /* id -> time of the last event that names it, of whatever class */
	ak_captures_fn *each;
	void *ctx;
	uint64_t compared;
};

struct ak_captures *ak_captures_new(ak_captures_fn *each, void *ctx)
{
	struct ak_captures *c = ak_alloc_zero(1, sizeof *c);

	ak_map_init(&c->series);
	ak_map_init(&c->touched);
	c->each = each;
	c->ctx = ctx;
	return c;
}

/* Limits and routes: things whose coming and going a person decides. */
static bool counts(const struct ak_said *s)
{
	static const char *const classes[] = {"budget", "quota", "route"};

	for (size_t i = 0; s->id && *s->id && i < AK_COUNT(classes); i++)
		if (strcmp(s->cls, classes[i]) == 0)
			return true;
	return false;
}

static void release(struct capture *k)
{
	ak_free(k->by);
	ak_map_release(&k->things);
	*k = (struct capture){0};
}

/* Does the class stand in both, with at least one thing that is the same? Records that are captured one by one do not. */
static bool overlaps(const struct capture *a, const struct capture *b, struct ak_str cls)
{
	for (size_t i = 0; i < a->things.n; i++)
		if (ak_str_starts(a->things.e[i].key, cls) && ak_map_get(&b->things, a->things.e[i].key))
			return true;
	return false;
}

static void tell(struct ak_captures *c, const struct series *s, struct ak_str thing, bool gone)
{
	size_t at = ak_str_find(thing, '\x1f');
	const char *id = thing.p + at + 1;

	c->each(c->ctx,
		json_pack("{s:s, s:s, s:s%, s:s, s:s, s:s, s:s, s:o, s:s, s:s, s:o, s:[s, s]}", "kind", gone ? "gone" : "new", "subject", id, "class", thing.p,
			  at, "path", "", "place", "", "expected", gone ? "there" : "not there", "expected_by", s->before.by, "expected_at",
			  ak_jbound(s->before.t), "shown", gone ? "not there" : "there", "shown_by", s->now.by, "shown_at", ak_jbound(s->now.t), "cites",
			  s->before.by, s->now.by),
		s->now.t);
}

/* Things of `a` that `b` lacks. */
static void missing(struct ak_captures *c, const struct series *s, const struct capture *a, const struct capture *b, bool gone)
{
	for (size_t i = 0; i < a->things.n; i++) {
		struct ak_str thing = a->things.e[i].key;
		size_t at = ak_str_find(thing, '\x1f');
		const struct ak_map_entry *touched = ak_map_get(&c->touched, ak_str_n(thing.p + at + 1, thing.n - at - 1));

		if (ak_map_get(&b->things, thing) || !overlaps(a, b, ak_str_n(thing.p, at + 1)))
			continue;
		c->compared++;
		/* Of what an event has named before, its values say whether it should be there again. */
		if (!touched || (gone && touched->v.num < s->before.t))
			tell(c, s, thing, gone);
	}
}

static void compare(struct ak_captures *c, struct series *s)
{
	if (s->has_before && s->has_now) {
		missing(c, s, &s->before, &s->now, true);
		missing(c, s, &s->now, &s->before, false);
	}
	if (s->has_before)
		release(&s->before);
	s->before = s->now;
	s->has_before = s->has_now;
	s->now = (struct capture){0};
	s->has_now = false;
}

static struct series *series_of(struct ak_captures *c, const char *source)
{
	bool fresh;
	struct ak_map_entry *e = ak_map_put(&c->series, ak_str_of(source), &fresh);

	if (fresh)
		e->v.ptr = ak_alloc_zero(1, sizeof(struct series));
	return e->v.ptr;
}

void ak_captures_show(struct ak_captures *c, const json_t *row, int64_t t, const struct ak_said *said)
{
	const char *source = json_string_value(json_object_get(row, "source")), *by = json_string_value(json_object_get(row, "citation"));
	struct series *s;
	struct ak_buf key;

	if (!source || !by || !counts(said))
		return;
	s = series_of(c, source);
	if (s->has_now && s->now.t != t)
		compare(c, s);
	if (!s->has_now) {
		s->now = (struct capture){.t = t, .by = ak_strdup(by)};
		ak_map_init(&s->now.things);
		s->has_now = true;
	}
	ak_buf_init(&key, 1 << 16);
	ak_buf_addf(&key, "%s\x1f%s", said->cls, said->id);
	if (!key.over)
		ak_map_put(&s->now.things, ak_buf_str(&key), NULL)->v.num = 1;
	ak_buf_release(&key);
}

void ak_captures_touch(struct ak_captures *c, int64_t t, const struct ak_said *said)
{
	if (said->id)
		ak_map_put(&c->touched, ak_str_of(said->id), NULL)->v.num = t;
}

void ak_captures_end(struct ak_captures *c, uint64_t *compared)
{
	for (size_t i = 0; i < c->series.n; i++) {
		struct series *s = c->series.e[i].v.ptr;

		compare(c, s);
		if (s->has_before)
			release(&s->before);
		ak_free(s);
	}
	*compared = c->compared;
	ak_map_release(&c->series);
	ak_map_release(&c->touched);
	ak_free(c);
}
