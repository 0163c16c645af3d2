/* A rule of policy.yaml over the records of its layer. */
#include "base/ak.h"
#include "check/custom.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/decimal.h"
#include "base/text.h"
#include "base/time.h"
#include "query/aggregate.h"

#define MOST_GROUPS 200000
#define MOST_VALUES 2000000 /* told apart, in all groups */
#define CITED 5

struct group {
	struct ak_str *by;
	size_t nby;
	int64_t bucket; /* start; INT64_MIN: no buckets, or undated */
	uint64_t yes, unknown;	 /* by `where` */
	uint64_t part, unsure;	 /* of these: by `of`; whose field or currency is missing */
	struct ak_dec_sum sum;
	struct ak_map values;
	struct { int64_t source, seq; } cite[CITED];
	size_t ncites;
};

struct run {
	struct ak_check_run *r;
	const struct ak_custom *c;
	struct ak_map known; /* bytes of a group -> 1 + index */
	struct group **group;
	size_t n, cap, values;
	uint64_t read, no, unknown;
	struct ak_map currencies; /* of the records that were read, with their numbers */
	uint64_t elsewhere, nowhere; /* records that the rule would be about, in another currency or in none */
	struct ak_buf key;
	struct ak_arena arena;
};

/* ---- reading ---- */

static int64_t bucket_of(const struct ak_custom *c, const struct ak_fieldrow *row)
{
	int64_t rest;

	if (!c->per_us || !row->dated)
		return INT64_MIN;
	rest = row->time_us % c->per_us;
	return row->time_us - (rest < 0 ? rest + c->per_us : rest);
}

static struct group *group_of(struct run *x, const struct ak_fieldrow *row, struct ak_err *err)
{
	int64_t bucket = bucket_of(x->c, row);
	struct ak_map_entry *e;
	struct group *g;
	bool fresh;

	ak_buf_clear(&x->key);
	ak_buf_add(&x->key, &bucket, sizeof bucket);
	for (size_t i = 0; i < x->c->nby; i++) {
		struct ak_str v = row->value[x->c->by[i]];
		uint32_t n = v.p ? (uint32_t)v.n : UINT32_MAX;

		ak_buf_add(&x->key, &n, sizeof n);
		ak_buf_add(&x->key, v.p ? v.p : "", v.n);
	}
	e = ak_map_put(&x->known, ak_buf_str(&x->key), &fresh);
	if (!fresh)
		return x->group[e->v.num - 1];
	if (x->n == MOST_GROUPS) {
		ak_hint(err, "group by less, or bound the period with --from and --to");
		ak_fail(err, AK_EXIT_LIMIT, "rule '%s' makes more than %d groups", x->c->check.name, MOST_GROUPS);
		return NULL;
	}
	if (x->n == x->cap) {
		x->cap = x->cap ? 2 * x->cap : 64;
		x->group = ak_realloc(x->group, x->cap * sizeof(struct group *));
	}
	g = ak_arena_zero(&x->arena, sizeof *g);
	g->by = ak_arena_zero(&x->arena, (x->c->nby + 1) * sizeof *g->by);
	g->nby = x->c->nby;
	g->bucket = bucket;
	for (size_t i = 0; i < x->c->nby; i++) {
		struct ak_str v = row->value[x->c->by[i]];

		g->by[i] = v.p ? ak_arena_str(&x->arena, v) : v;
	}
	ak_map_init(&g->values);
	x->group[x->n++] = g;
	e->v.num = (int64_t)x->n;
	return g;
}

/* What the rule adds up of a record that it is about. */
static enum ak_tri part_of(const struct ak_custom *c, const struct ak_fieldrow *row)
{
	struct ak_str v = row->value[c->subject];

	if (c->measure == AK_MEASURE_COUNT)
		return AK_TRI_YES;
	if (c->measure == AK_MEASURE_RATIO)
		return ak_cond_is(&c->of, row->value);
	if (!v.p)
		return AK_TRI_UNKNOWN;
	if (c->currency && !row->value[c->currency_field].p)
		return AK_TRI_UNKNOWN;
	return !c->currency || ak_str_is(row->value[c->currency_field], c->currency) ? AK_TRI_YES : AK_TRI_NO;
}

static enum ak_rc add(struct run *x, struct group *g, const struct ak_fieldrow *row, struct ak_err *err)
{
	bool fresh = false;

	g->part++;
	if (x->c->measure == AK_MEASURE_SUM && !ak_dec_sum_add(&g->sum, row->value[x->c->subject]))
		return ak_fail(err, AK_EXIT_LIMIT, "figures of rule '%s' cannot be added up exactly", x->c->check.name);
	if (x->c->measure == AK_MEASURE_DISTINCT) {
		ak_map_put(&g->values, row->value[x->c->subject], &fresh);
		x->values += fresh;
		if (x->values > MOST_VALUES) {
			ak_hint(err, "bound the period with --from and --to");
			return ak_fail(err, AK_EXIT_LIMIT, "rule '%s' tells more than %d values apart", x->c->check.name, MOST_VALUES);
		}
	}
	if (g->ncites < CITED && (x->c->measure != AK_MEASURE_DISTINCT || fresh)) {
		g->cite[g->ncites].source = row->source;
		g->cite[g->ncites++].seq = row->seq;
	}
	return AK_OK;
}

/* Is it in another currency than the rule's? Then it is none of the rule's records. */
static bool is_elsewhere(struct run *x, const struct ak_fieldrow *row, enum ak_tri asked)
{
	struct ak_str v = x->c->currency ? row->value[x->c->currency_field] : ak_str_n(NULL, 0);
	bool other = v.p && !ak_str_is(v, x->c->currency);

	if (v.p)
		ak_map_put(&x->currencies, v, NULL)->v.num++;
	x->elsewhere += other && asked != AK_TRI_NO;
	x->nowhere += x->c->currency && !v.p && asked == AK_TRI_YES;
	return other && asked != AK_TRI_NO;
}

static enum ak_rc take(void *ctx, const struct ak_fieldrow *row, struct ak_err *err)
{
	struct run *x = ctx;
	enum ak_tri asked = ak_cond_is(&x->c->where, row->value), part;
	struct group *g;

	x->read++;
	if (asked == AK_TRI_NO) {
		x->no++;
		is_elsewhere(x, row, asked);
		return AK_OK;
	}
	if (is_elsewhere(x, row, asked))
		return AK_OK;
	x->unknown += asked == AK_TRI_UNKNOWN;
	g = group_of(x, row, err);
	if (!g)
		return AK_FAIL;
	part = part_of(x->c, row);
	if (asked == AK_TRI_UNKNOWN) {
		/* whatever it is: a record that adds nothing decides nothing */
		g->unknown += part != AK_TRI_NO || x->c->measure == AK_MEASURE_RATIO;
		return AK_OK;
	}
	g->yes++;
	g->unsure += part == AK_TRI_UNKNOWN;
	return part == AK_TRI_YES ? add(x, g, row, err) : AK_OK;
}

/* ---- judging ---- */

/* Is n of m more than the share? */
static bool above(uint64_t n, uint64_t m, int64_t ppm) { return (__int128)n * 1000000 > (__int128)ppm * (__int128)m; }

/* Broken, kept, or either by records that lack a field. A ratio is bounded by what the unknown could do to both its sides. */
static enum ak_tri broken(const struct ak_custom *c, const struct group *g, const char *figure)
{
	bool sure = !g->unknown && !g->unsure, over;
	uint64_t n = c->measure == AK_MEASURE_DISTINCT ? g->values.n : g->part, more = n + g->unsure + g->unknown;
	int64_t ppm = c->measure == AK_MEASURE_RATIO ? ak_policy_ppm(c->limit) : 0;
	uint64_t limit = c->measure == AK_MEASURE_COUNT || c->measure == AK_MEASURE_DISTINCT ? strtoull(c->limit, NULL, 10) : 0;
	bool surely, maybe;

	if (c->measure == AK_MEASURE_SUM) {
		over = ak_dec_cmp(ak_str_of(figure), ak_str_of(c->limit)) * (c->under ? -1 : 1) > 0;
		return sure ? (over ? AK_TRI_YES : AK_TRI_NO) : AK_TRI_UNKNOWN;
	}
	if (c->measure == AK_MEASURE_RATIO && c->under) {
		surely = (__int128)more * 1000000 < (__int128)ppm * (g->yes + g->unknown);
		maybe = (__int128)n * 1000000 < (__int128)ppm * (g->yes + g->unknown);
	} else if (c->measure == AK_MEASURE_RATIO) {
		surely = above(n, g->yes + g->unknown, ppm);
		maybe = above(more, g->yes + g->unknown, ppm);
	} else if (c->under) {
		surely = more < limit;
		maybe = n < limit;
	} else {
		surely = n > limit;
		maybe = more > limit;
	}
	return surely ? AK_TRI_YES : maybe ? AK_TRI_UNKNOWN : AK_TRI_NO;
}

static int compare(const void *a, const void *b)
{
	const struct group *x = *(struct group *const *)a, *y = *(struct group *const *)b;
	int r;

	for (size_t i = 0; i < x->nby; i++) {
		if (!x->by[i].p != !y->by[i].p)
			return y->by[i].p ? 1 : -1;
		if (x->by[i].p && (r = ak_str_cmp(x->by[i], y->by[i])) != 0)
			return r;
	}
	return (x->bucket > y->bucket) - (x->bucket < y->bucket);
}

static void name_of(const struct ak_custom *c, const struct group *g, struct ak_buf *out)
{
	for (size_t i = 0; i < c->nby; i++)
		ak_buf_addf(out, "%s%s %.*s", i ? ", " : "", c->field[c->by[i]] == AK_FIELD_SOURCE ? "source" : ak_fields[c->field[c->by[i]]].column,
			    g->by[i].p ? (int)g->by[i].n : 13, g->by[i].p ? g->by[i].p : "not provided");
	if (!c->nby)
		ak_buf_adds(out, ak_kinds[c->kind].plural);
}

static const char *column(const struct ak_custom *c, size_t field) { return c->field[field] == AK_FIELD_SOURCE ? "source" : ak_fields[c->field[field]].column; }

/* "12 of 530 records, more than 5 %" */
static void sentence(const struct ak_custom *c, const struct group *g, const char *figure, struct ak_buf *out)
{
	const char *than = c->under ? "less than" : "more than", *unit = ak_kinds[c->kind].plural;
	char percent[32];

	switch (c->measure) {
	case AK_MEASURE_COUNT:
		ak_buf_addf(out, "%s %s, %s %s", AK_NUM(g->part), unit, than, AK_FIGURE(c->limit));
		break;
	case AK_MEASURE_SUM:
		ak_buf_addf(out, "%s %s%s%s in %s %s, %s %s", column(c, c->subject), AK_FIGURE(figure), c->currency ? " " : "", c->currency ? c->currency : "",
			    AK_NUM(g->part), unit, than, AK_FIGURE(c->limit));
		break;
	case AK_MEASURE_RATIO:
		ak_buf_addf(out, "%s of %s %s (%s), %s %s", AK_NUM(g->part), AK_NUM(g->yes), unit, ak_percent(g->part, g->yes, percent), than, c->limit);
		break;
	case AK_MEASURE_DISTINCT:
		ak_buf_addf(out, "%s different values of %s in %s %s, %s %s", AK_NUM(g->values.n), column(c, c->subject), AK_NUM(g->part), unit, than,
			    AK_FIGURE(c->limit));
		break;
	}
	if (g->unknown || g->unsure)
		ak_buf_addf(out, "; %s more lack a field that would tell", AK_NUM(g->unknown + g->unsure));
}

static void find(struct run *x, const struct group *g, const char *figure, const struct ak_map *sources)
{
	const struct ak_custom *c = x->c;
	struct ak_buf subject, text, cite;
	json_t *f, *cites = json_array(), *group = json_object();
	char when[32];

	ak_buf_init(&subject, 1 << 16);
	ak_buf_init(&text, 1 << 16);
	ak_buf_init(&cite, 1 << 10);
	name_of(c, g, &subject);
	if (c->nby)
		ak_buf_addf(&text, "%s: ", subject.p);
	sentence(c, g, figure, &text);
	if (g->bucket != INT64_MIN)
		ak_buf_addf(&text, ", in %s from %s", c->per, ak_time_z(g->bucket, 0, when));
	else if (c->per_us)
		ak_buf_adds(&text, ", all without a time");
	for (size_t i = 0; i < g->ncites; i++) {
		ak_buf_clear(&cite);
		ak_fieldrow_cite(sources, g->cite[i].source, g->cite[i].seq, &cite);
		json_array_append_new(cites, json_string(cite.p));
	}
	for (size_t i = 0; i < c->nby; i++)
		json_object_set_new(group, column(c, c->by[i]), g->by[i].p ? json_stringn(g->by[i].p, g->by[i].n) : json_null());
	f = json_pack("{s:s, s:s, s:o, s:o, s:I, s:s, s:s, s:I, s:I, s:I}", "subject", subject.p, "text", text.p, "cites", cites, "group", group, "affected",
		      (json_int_t)g->part, "figure", figure, "limit", c->limit, "matched", (json_int_t)g->yes, "undecided", (json_int_t)(g->unknown + g->unsure), "cited_of",
		      (json_int_t)g->part);
	if (g->bucket != INT64_MIN)
		json_object_set_new(f, "bucket", json_string(ak_time_z(g->bucket, 0, when)));
	ak_check_found(x->r, f);
	ak_buf_release(&subject);
	ak_buf_release(&text);
	ak_buf_release(&cite);
}

static const char *figure_of(const struct ak_custom *c, const struct group *g, struct ak_arena *a)
{
	if (c->measure == AK_MEASURE_SUM)
		return ak_arena_z(a, ak_dec_sum_text(&g->sum, a));
	return ak_arena_printf(a, "%llu", (unsigned long long)(c->measure == AK_MEASURE_DISTINCT ? g->values.n : g->part)).p;
}

static int by_name(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

static void apart(struct ak_check_run *r, const char *why, uint64_t n)
{
	if (n)
		json_object_set_new(r->apart, why, json_integer((json_int_t)n));
}

/* No record in the currency of the rule: nothing to add up, and which there are. */
static bool is_unknown_currency(struct run *x)
{
	const struct ak_custom *c = x->c;
	bool here = c->currency && ak_map_get(&x->currencies, ak_str_of(c->currency));
	uint64_t left = x->read - x->no - x->unknown - x->elsewhere - x->nowhere;
	const char **name;
	struct ak_buf b;
	size_t n = 0;

	if (!c->currency || (here && (left || !x->elsewhere)))
		return false;
	ak_buf_init(&b, 4096);
	name = ak_arena_zero(&x->arena, (x->currencies.n + 1) * sizeof *name);
	for (; n < x->currencies.n; n++)
		name[n] = x->currencies.e[n].key.p;
	ak_sort(name, n, sizeof *name, by_name);
	for (size_t i = 0; i < n; i++)
		ak_buf_addf(&b, "%s%s", i ? ", " : "", name[i]);
	ak_check_unjudged(x->r, "none of the %s that the rule is about is in %s; currencies of the period: %s", ak_kinds[c->kind].plural, c->currency, n ? b.p : "none");
	ak_buf_release(&b);
	return true;
}

static void judge(struct run *x, const struct ak_map *sources)
{
	uint64_t few = 0, left_out = 0, undecided = 0, no;

	ak_sort(x->group, x->n, sizeof *x->group, compare);
	apart(x->r, "in another currency", x->elsewhere);
	apart(x->r, "without a currency", x->nowhere);
	if (is_unknown_currency(x)) {
		ak_check_of(x->r, 0);
		return;
	}
	for (size_t i = 0; i < x->n; i++) {
		struct group *g = x->group[i];
		const char *figure = figure_of(x->c, g, &x->arena);
		enum ak_tri is = broken(x->c, g, figure);

		if (g->yes + g->unknown < (uint64_t)x->c->at_least) {
			few++;
			left_out += g->yes;
			continue;
		}
		undecided += is == AK_TRI_UNKNOWN;
		if (is == AK_TRI_YES)
			find(x, g, figure, sources);
	}
	/* What is counted is a part of all that was read; of what is added up or compared, `where` says what it is. */
	no = x->c->measure == AK_MEASURE_COUNT ? 0 : x->no;
	apart(x->r, "where says no", no);
	apart(x->r, "a field that where asks for is missing", x->unknown);
	apart(x->r, "in groups of fewer records than at_least", left_out);
	ak_check_of(x->r, x->read - no - x->unknown - left_out - x->elsewhere - x->nowhere);
	if (!x->read)
		ak_check_unjudged(x->r, "there are no %s in the period", ak_kinds[x->c->kind].plural);
	else if (undecided)
		ak_check_unjudged(x->r, "%s of %s groups depend on records that lack a field", AK_NUM(undecided), AK_NUM(x->n));
	else if (few == x->n && few)
		ak_check_unjudged(x->r, "no group has the %s records of at_least", AK_NUM((uint64_t)x->c->at_least));
}

enum ak_rc ak_custom_run(struct ak_check_run *r, const struct ak_custom *c, struct ak_err *err)
{
	struct run x = {.r = r, .c = c};
	struct ak_map sources;
	enum ak_rc rc;

	ak_map_init(&sources);
	ak_map_init(&x.known);
	ak_map_init(&x.currencies);
	ak_arena_init(&x.arena);
	ak_buf_init(&x.key, SIZE_MAX / 2);
	/* A limit from below is broken by nothing at all, too. */
	if (c->under && !group_of(&x, &(struct ak_fieldrow){.dated = false}, err))
		rc = AK_FAIL;
	else
		rc = ak_by_sources(r->store, &sources, err);
	if (rc == AK_OK)
		rc = ak_query_fieldrows_each(r->store, c->kind, c->field, c->nfields, r->from_us, r->to_us, take, &x, err);
	if (rc == AK_OK && x.read)
		judge(&x, &sources);
	else if (rc == AK_OK)
		ak_check_unjudged(r, "there are no %s in the period", ak_kinds[c->kind].plural);
	for (size_t i = 0; i < x.n; i++)
		ak_map_release(&x.group[i]->values);
	ak_free(x.group);
	ak_by_sources_release(&sources);
	ak_map_release(&x.known);
	ak_map_release(&x.currencies);
	ak_arena_release(&x.arena);
	ak_buf_release(&x.key);
	return rc;
}
