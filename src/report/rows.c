#include "base/ak.h"
#include "report/rows.h"

#include <stdlib.h>

#include "base/civil.h"
#include "base/jsonget.h"
#include "base/map.h"
#include "base/zone.h"
#include "model/settlement.h"

/* A row while groups are added to it: groups differ by currency, and by keys of one owner. */
struct row {
	struct ak_str by[AK_AGGREGATE_BYS];
	int64_t bucket, records;
	int64_t n[AK_REPORT_FIGURES];
	struct ak_dec_sum sum[AK_REPORT_FIGURES];
	int64_t count[AK_AGGREGATE_COUNTS];
	struct money {
		struct ak_str currency;
		int64_t n[AK_REPORT_FIGURES];
		struct ak_dec_sum sum[AK_REPORT_FIGURES];
		/* Of settlements, the two sides of `billed`. */
		int64_t side_n[2];
		struct ak_dec_sum side[2];
		struct money *next;
	} *money;
};

struct table {
	const struct ak_report_making *m;
	struct row **row;
	size_t n, cap;
	struct ak_map known;
	struct ak_arena arena;
	struct ak_buf key;
};

static struct ak_str owner_of(const struct ak_report_making *m, struct ak_str id, struct ak_str hash)
{
	const json_t *owner = id.p ? json_object_getn(m->owners, id.p, id.n) : NULL;

	if (!owner && hash.p)
		owner = json_object_getn(m->owners, hash.p, hash.n);
	return owner ? ak_str_of(json_string_value(owner)) : ak_str_n(NULL, 0);
}

/* What the row is named by, as it was asked for. */
static void names_of(const struct ak_report_making *m, const struct ak_aggregate_group *g, struct ak_str by[AK_AGGREGATE_BYS])
{
	size_t at = 0;

	for (size_t i = 0; i < m->o->nby && !m->whole; i++) {
		if (m->o->by[i] == AK_BY_OWNER) {
			by[i] = owner_of(m, g->by[at], g->by[at + 1]);
			at += 2;
		} else {
			by[i] = g->by[at++];
		}
	}
}

static struct row *row_of(struct table *t, const struct ak_aggregate_group *g)
{
	struct ak_str by[AK_AGGREGATE_BYS] = {{NULL, 0}};
	struct ak_map_entry *e;
	int64_t bucket = t->m->whole ? AK_BUCKET_NONE : g->bucket;
	struct row *r;
	bool fresh;

	if (!t->m->apart)
		names_of(t->m, g, by);
	e = ak_map_put(&t->known, ak_group_key(&t->key, bucket, by, t->m->o->nby), &fresh);
	if (!fresh)
		return e->v.ptr;
	if (t->n == t->cap) {
		t->cap = t->cap ? 2 * t->cap : 64;
		t->row = ak_realloc(t->row, t->cap * sizeof(struct row *));
	}
	r = e->v.ptr = t->row[t->n++] = ak_arena_zero(&t->arena, sizeof *r);
	memcpy(r->by, by, sizeof by);
	r->bucket = bucket;
	return r;
}

static struct money *money_of(struct table *t, struct row *r, struct ak_str currency)
{
	struct money **at = &r->money;

	while (*at && (!(*at)->currency.p != !currency.p || (currency.p && !ak_str_eq((*at)->currency, currency))))
		at = &(*at)->next;
	if (!*at) {
		*at = ak_arena_zero(&t->arena, sizeof **at);
		(*at)->currency = currency;
	}
	return *at;
}

static void add_sum(struct ak_dec_sum *to, const struct ak_dec_sum *from)
{
	struct ak_arena arena;

	ak_arena_init(&arena);
	ak_dec_sum_add(to, ak_dec_sum_text(from, &arena));
	ak_arena_release(&arena);
}

static void add_group(struct table *t, const struct ak_aggregate_group *g)
{
	const struct ak_report_making *m = t->m;
	struct row *r;

	if (m->apart ? g->bucket != m->apart : g->bucket == AK_BUCKET_BEFORE || (!m->whole && g->bucket == AK_BUCKET_ACROSS))
		return;
	r = row_of(t, g);
	r->records += g->records;
	for (size_t i = 0; i < m->aggregate->ncounts; i++)
		r->count[i] += g->count[i];
	for (size_t i = 0; i < m->aggregate->nsums; i++) {
		struct money *money = m->figure[i].money && g->n[i] ? money_of(t, r, g->by[m->currency]) : NULL;

		add_sum(money ? &money->sum[i] : &r->sum[i], &g->sum[i]);
		*(money ? &money->n[i] : &r->n[i]) += g->n[i];
		if (money && m->settlement && m->figure[i].col == AK_COL_COST_BILLED) {
			bool back = ak_settlement_gives_back(g->by[m->settlement]);

			add_sum(&money->side[back], &g->sum[i]);
			money->side_n[back] += g->n[i];
		}
	}
}

/* ---- as a document ---- */

static json_t *figure(const struct ak_dec_sum *sum, int64_t n)
{
	struct ak_arena arena;
	struct ak_str text;
	json_t *out;

	ak_arena_init(&arena);
	text = ak_dec_sum_text(sum, &arena);
	out = n ? json_pack("{s:s%, s:I}", "sum", text.p, text.n, "of", (json_int_t)n) : json_pack("{s:n, s:i}", "sum", "of", 0);
	ak_arena_release(&arena);
	return out;
}

static json_t *text_or_null(struct ak_str s) { return s.p ? json_stringn(s.p, s.n) : json_null(); }

static const char *const sides[] = {"charged", "given_back"};

static json_t *costs(const struct table *t, const struct row *r)
{
	json_t *list = json_array();

	for (const struct money *m = r->money; m; m = m->next) {
		json_t *one = json_pack("{s:o}", "currency", text_or_null(m->currency));

		for (size_t i = 0; i < t->m->aggregate->nsums; i++)
			if (t->m->figure[i].money && m->n[i])
				json_object_set_new(one, t->m->figure[i].name, figure(&m->sum[i], m->n[i]));
		for (size_t i = 0; i < AK_COUNT(sides) && t->m->settlement; i++)
			if (m->side_n[i])
				json_object_set_new(one, sides[i], figure(&m->side[i], m->side_n[i]));
		json_array_append_new(list, one);
	}
	return list;
}

/* A bound of the period that lies inside a bucket, as civil time of the zone; null where it does not cut the bucket. */
static json_t *cut(const struct ak_report_opts *o, int64_t bucket, int64_t bound)
{
	struct ak_zone_span span = {.offset = 0};
	char text[32];

	if (bound == INT64_MIN || bound == INT64_MAX || !AK_BUCKET_IS_TIME(bucket))
		return json_null();
	if (o->zone)
		ak_zone_span(o->zone, ak_floor_div(bound, 1000000), &span);
	bound += span.offset * INT64_C(1000000);
	return bound > bucket && bound < bucket + o->bucket_us ? json_stringn(ak_time_z(bound, 0, text), 19) : json_null();
}

void ak_report_name_row(const struct ak_report_opts *o, int64_t bucket, const struct ak_str *by, json_t *row)
{
	char text[40];

	/* A bucket's start is a moment of the zone's civil time. */
	if (o->bucket_us) {
		json_object_set_new(row, "cut_from", cut(o, bucket, o->from_us));
		json_object_set_new(row, "cut_to", cut(o, bucket, o->to_us));
	}
	if (o->bucket_us)
		json_object_set_new(row, "start", bucket == AK_BUCKET_NONE ? json_null() : json_string(ak_bucket_text(o->civil ? NULL : o->zone, bucket, text)));
	for (size_t i = 0; i < o->nby; i++)
		json_object_set_new(row, ak_report_by_name(o->by[i]), text_or_null(by[i]));
}

json_t *ak_report_head(const struct ak_report_opts *o, const char *report)
{
	json_t *by = json_array();

	for (size_t i = 0; i < o->nby; i++)
		json_array_append_new(by, json_string(ak_report_by_name(o->by[i])));
	return json_pack("{s:s, s:i, s:s, s:o, s:o, s:s, s:s?, s:o}", "schema", "auditkit.report/1", "format_version", 1, "report", report, "from",
			 ak_jbound(o->from_us), "to", ak_jbound(o->to_us), "zone", o->zone ? o->zone_name : "UTC", "bucket",
			 o->bucket_us ? o->bucket : NULL, "by", by);
}

static json_t *document(const struct table *t, const struct row *r)
{
	json_t *out = json_pack("{s:I, s:o}", "records", (json_int_t)r->records, "cost", costs(t, r));

	if (!t->m->whole && !t->m->apart)
		ak_report_name_row(t->m->o, r->bucket, r->by, out);
	for (size_t i = 0; i < t->m->aggregate->ncounts; i++)
		json_object_set_new(out, t->m->count[i].name, json_integer(r->count[i]));
	for (size_t i = 0; i < t->m->aggregate->nsums; i++)
		if (!t->m->figure[i].money)
			json_object_set_new(out, t->m->figure[i].name, figure(&r->sum[i], r->n[i]));
	return out;
}

/* As the groups were, which owners have put out of order. */
static int in_order(const void *a, const void *b)
{
	const struct row *x = *(struct row *const *)a, *y = *(struct row *const *)b;

	return ak_group_order(x->bucket, x->by, y->bucket, y->by);
}

json_t *ak_report_rows(const struct ak_report_making *m, const struct ak_aggregate *groups)
{
	struct table t = {.m = m};
	json_t *out = json_array();

	ak_map_init(&t.known);
	ak_arena_init(&t.arena);
	ak_buf_init(&t.key, 1 << 20);
	for (size_t i = 0; i < groups->n; i++)
		add_group(&t, groups->group[i]);
	if (t.n)
		ak_sort(t.row, t.n, sizeof(struct row *), in_order);
	for (size_t i = 0; i < t.n; i++)
		json_array_append_new(out, document(&t, t.row[i]));
	ak_free(t.row);
	ak_map_release(&t.known);
	ak_arena_release(&t.arena);
	ak_buf_release(&t.key);
	return out;
}
