/* Requests by column: whole segments are passed over by the few columns that a test asks for; place and time are read only of
 * segments that have a hit for the page. What a test cannot learn from columns is possible until the row is looked at. */
#include "base/ak.h"
#include "query/searching.h"

#include <stdlib.h>

/* Per record of a block: is it sure, is it possible. */
struct verdict {
	uint8_t sure[AK_COLUMNS_ROWS], may[AK_COLUMNS_ROWS];
};

struct scan {
	struct ak_search *q;
	struct ak_columns *c;
	sqlite3_stmt *page;
	int64_t id, first_seq, last_seq, first_us, last_us, undated; /* of the segment */
	bool bounded;						     /* it has times */
	const struct ak_search_key *after;
	struct ak_search_key *best; /* the first `cap` of them, unordered beyond that */
	size_t cap, n;
	bool more;
	struct ak_search_count *count;
	struct ak_err *err;
};

static int column_of(const struct ak_search_test *t)
{
	if (t->field == AK_TEST_SOURCE)
		return AK_COL_SOURCE;
	if (t->field == AK_TEST_TIME_US || t->field == AK_F_START)
		return AK_COL_TIME;
	return t->field < AK_F_COUNT ? ak_column_of((enum ak_field_id)t->field) : -1;
}

/* Columns of the texts that a search for words looks at: all of them have one. */
static int covered(int f)
{
	return ak_field_of((enum ak_field_id)f, AK_K_REQUEST) && ak_search_covers((enum ak_field_id)f) ? ak_column_of((enum ak_field_id)f) : -1;
}

bool ak_search_by_columns(const struct ak_search_test *t)
{
	if (!t || t->op == AK_TEST_ALL || t->op == AK_TEST_WORDS)
		return true;
	if (t->op == AK_TEST_NOT)
		return ak_search_by_columns(t->a);
	if (t->op == AK_TEST_AND || t->op == AK_TEST_OR)
		return ak_search_by_columns(t->a) && ak_search_by_columns(t->b);
	return column_of(t) >= 0 || (t->field < AK_F_COUNT && (t->field == AK_F_FACET || !ak_field_of((enum ak_field_id)t->field, AK_K_REQUEST)));
}

static enum ak_rc damaged(const struct scan *s)
{
	ak_hint(s->err, "run 'auditkit verify', or go back to a backup");
	return ak_fail(s->err, AK_EXIT_CORRUPT, "segment %lld of the columns in workspace '%s' is damaged", (long long)s->id, s->q->s->dir);
}

/* A column of this segment, when it is first asked for. */
static enum ak_rc load(struct scan *s, int col)
{
	struct ak_str data;
	const char *p;
	enum ak_rc rc;

	if (s->q->decoded[col])
		return AK_OK;
	s->q->decoded[col] = true;
	sqlite3_bind_int64(s->page, 1, s->id << 8 | col);
	rc = ak_sql_step(s->q->s, s->page, s->err);
	if (rc == AK_OK) {
		p = sqlite3_column_blob(s->page, 0);
		data = ak_arena_str(&s->c->arena, ak_str_n(p ? p : "", (size_t)sqlite3_column_bytes(s->page, 0)));
		rc = ak_columns_decode(s->c, (enum ak_column)col, data) ? AK_OK : damaged(s);
	}
	sqlite3_reset(s->page);
	return rc == AK_END ? AK_OK : rc;
}

/* Whether one of the texts that a test asks for may be in the column: where it has many, a sieve knows. */
static enum ak_rc may_have(struct scan *s, const struct ak_search_test *t, int col, bool *may)
{
	enum ak_rc rc;

	*may = true;
	if (t->op != AK_TEST_IN || s->q->decoded[col] || t->field >= AK_F_COUNT || ak_fields[t->field].type == AK_T_LIST)
		return AK_OK;
	sqlite3_bind_int64(s->page, 1, s->id << 8 | (AK_COLUMNS_SIEVES + col));
	rc = ak_sql_step(s->q->s, s->page, s->err);
	if (rc == AK_OK) {
		const char *p = sqlite3_column_blob(s->page, 0);
		struct ak_str sieve = ak_str_n(p ? p : "", (size_t)sqlite3_column_bytes(s->page, 0));

		*may = false;
		for (size_t i = 0; i < t->n; i++)
			*may |= ak_columns_sieve_may(sieve, t->value[i].text);
	}
	sqlite3_reset(s->page);
	return rc == AK_END ? AK_OK : rc;
}

/* ---- tests over a block ---- */

static void texts(const struct scan *s, const struct ak_search_test *t, int col, struct verdict *v)
{
	const struct ak_columns *c = s->c;
	uint8_t is[AK_COLUMNS_ROWS + 1];
	bool any = false;

	is[0] = t->op == AK_TEST_MISSING;
	for (size_t i = 0; i < c->ntext[col]; i++)
		any |= (is[i + 1] = t->op != AK_TEST_MISSING && ak_test_text(t, c->text[col][i])) != 0;
	if (!any && !is[0]) {
		memset(v->sure, 0, c->n);
		return;
	}
	for (size_t i = 0; i < c->n; i++)
		v->sure[i] = is[c->row[col][i]];
}

static bool of_number(const struct scan *s, const struct ak_search_test *t, int col, size_t i)
{
	const struct ak_columns *c = s->c;
	int64_t x = c->number[col][i];

	if (x == AK_COLUMN_NONE)
		return t->op == AK_TEST_MISSING;
	if (t->op == AK_TEST_MISSING)
		return false;
	if (col == AK_COL_SOURCE) {
		const struct ak_leaf_test *l = &s->q->leaf[ak_search_leaf(s->q, t, s->err)];

		return x >= 0 && x < l->nsource && l->source[x];
	}
	return ak_test_number(t, x);
}

/* Has the column a text with this word? Told from its texts alone, which takes less than reading its records. */
static enum ak_rc has_word(struct scan *s, const struct ak_test_value *w, int col, bool *has)
{
	struct ak_columns_texts texts;
	struct ak_str text;
	const char *p;
	enum ak_rc rc;

	*has = s->q->decoded[col];
	if (*has)
		return AK_OK;
	sqlite3_bind_int64(s->page, 1, s->id << 8 | col);
	rc = ak_sql_step(s->q->s, s->page, s->err);
	if (rc == AK_OK) {
		p = sqlite3_column_blob(s->page, 0);
		ak_columns_texts_open(&texts, ak_str_n(p ? p : "", (size_t)sqlite3_column_bytes(s->page, 0)));
		while (!*has && ak_columns_texts_next(&texts, &text))
			*has = ak_test_word(w, text);
	}
	sqlite3_reset(s->page);
	return rc == AK_END ? AK_OK : rc;
}

/* Records with a text in which a word begins so, marked in found. */
static enum ak_rc word(struct scan *s, const struct ak_test_value *w, uint8_t *found)
{
	const struct ak_columns *c = s->c;

	for (int f = 0; f < AK_F_COUNT; f++) {
		uint8_t is[AK_COLUMNS_ROWS + 1];
		int col = covered(f);
		bool any = false;

		if (col < 0)
			continue;
		if (has_word(s, w, col, &any) != AK_OK)
			return AK_FAIL;
		if (!any)
			continue;
		if (load(s, col) != AK_OK)
			return AK_FAIL;
		any = false;
		is[0] = 0;
		for (size_t i = 0; i < c->ntext[col]; i++)
			any |= (is[i + 1] = ak_test_word(w, c->text[col][i])) != 0;
		for (size_t i = 0; any && i < c->n; i++)
			found[i] |= is[c->row[col][i]];
	}
	return AK_OK;
}

static enum ak_rc words(struct scan *s, const struct ak_search_test *t, struct verdict *v)
{
	size_t n = s->c->n;
	enum ak_rc rc = AK_OK;

	memset(v->sure, 1, n);
	for (size_t w = 0; w < t->n && rc == AK_OK && memchr(v->sure, 1, n); w++) {
		memset(v->may, 0, n);
		rc = word(s, &t->value[w], v->may);
		for (size_t i = 0; i < n; i++)
			v->sure[i] &= v->may[i];
	}
	memcpy(v->may, v->sure, n);
	return rc;
}

static enum ak_rc leaf(struct scan *s, const struct ak_search_test *t, struct verdict *v)
{
	int col = column_of(t);
	size_t n = s->c->n;
	bool has, may;

	if (t->op == AK_TEST_WORDS)
		return words(s, t, v);
	if (t->op == AK_TEST_ALL || col < 0) {
		bool not_here = t->op != AK_TEST_ALL && ak_search_by_columns(t); /* no record of a block has this field */

		memset(v->sure, t->op == AK_TEST_ALL || (not_here && t->op == AK_TEST_MISSING), n);
		memset(v->may, t->op == AK_TEST_ALL || !not_here || t->op == AK_TEST_MISSING, n);
		return AK_OK;
	}
	if (may_have(s, t, col, &may) != AK_OK)
		return AK_FAIL;
	if (!may) {
		memset(v, 0, sizeof *v);
		return AK_OK;
	}
	if (load(s, col) != AK_OK || (col == AK_COL_SOURCE && ak_search_leaf(s->q, t, s->err) < 0))
		return AK_FAIL;
	has = ak_columns[col].kind == AK_COL_IS_TEXT ? s->c->row[col] != NULL : s->c->number[col] != NULL;
	if (!has)
		memset(v->sure, t->op == AK_TEST_MISSING, n);
	else if (ak_columns[col].kind == AK_COL_IS_TEXT)
		texts(s, t, col, v);
	else if (ak_columns[col].kind == AK_COL_IS_DEC)
		ak_search_decimals(s->c, t, (enum ak_column)col, v->sure);
	else
		for (size_t i = 0; i < n; i++)
			v->sure[i] = of_number(s, t, col, i);
	memcpy(v->may, v->sure, n);
	return AK_OK;
}

static bool none(const uint8_t *flag, size_t n) { return !memchr(flag, 1, n); }

/* About what a test takes: words are decided per value, decimals per record. */
static unsigned cost(const struct ak_search_test *t)
{
	int col = column_of(t);

	if (t->op == AK_TEST_AND || t->op == AK_TEST_OR)
		return cost(t->a) + cost(t->b);
	if (t->op == AK_TEST_NOT)
		return cost(t->a);
	return t->op == AK_TEST_WORDS ? 30 : col < 0 ? 20 : ak_columns[col].kind == AK_COL_IS_TEXT ? 1 : ak_columns[col].kind == AK_COL_IS_INT ? 2 : 4;
}

static enum ak_rc judge(struct scan *s, const struct ak_search_test *t, struct verdict *v)
{
	size_t n = s->c->n;
	struct verdict *other;
	struct ak_search_test turned;
	enum ak_rc rc;

	if (t->op == AK_TEST_AND && cost(t->b) < cost(t->a)) {
		turned = *t;
		turned.a = t->b;
		turned.b = t->a;
		t = &turned;
	}

	if (t->op != AK_TEST_AND && t->op != AK_TEST_OR && t->op != AK_TEST_NOT)
		return leaf(s, t, v);
	rc = judge(s, t->a, v);
	if (rc != AK_OK || (t->op == AK_TEST_AND && none(v->may, n)))
		return rc;
	if (t->op == AK_TEST_NOT) {
		for (size_t i = 0; i < n; i++) {
			uint8_t sure = v->sure[i];

			v->sure[i] = !v->may[i];
			v->may[i] = !sure;
		}
		return AK_OK;
	}
	other = ak_alloc(sizeof *other);
	rc = judge(s, t->b, other);
	for (size_t i = 0; rc == AK_OK && i < n; i++) {
		v->sure[i] = t->op == AK_TEST_AND ? v->sure[i] & other->sure[i] : v->sure[i] | other->sure[i];
		v->may[i] = t->op == AK_TEST_AND ? v->may[i] & other->may[i] : v->may[i] | other->may[i];
	}
	ak_free(other);
	return rc;
}

/* ---- keeping the first ---- */

static int by_key(const void *a, const void *b)
{
	const struct ak_search_key *x = a, *y = b;

	return x->us != y->us ? (x->us > y->us) - (x->us < y->us) : (x->seq > y->seq) - (x->seq < y->seq);
}

static int by_key_back(const void *a, const void *b) { return by_key(b, a); }

static void shorten(struct scan *s)
{
	ak_sort(s->best, s->n, sizeof *s->best, s->q->o.backwards ? by_key_back : by_key);
	if (s->n > s->cap) {
		s->n = s->cap;
		s->more = true;
	}
}

static void keep(struct scan *s, const struct ak_search_key *k)
{
	if (s->after && ak_search_order(s->q, k, s->after) <= 0)
		return;
	if (s->n == 2 * s->cap)
		shorten(s);
	/* Behind a full list nothing is kept that comes after its last. */
	if (s->more && s->n >= s->cap && ak_search_order(s->q, k, &s->best[s->cap - 1]) > 0)
		return;
	s->best[s->n++] = *k;
}

/* ---- a segment ---- */

/* Could one of its records be on the page? */
static bool on_page(const struct scan *s)
{
	struct ak_search_key first = {s->q->o.backwards ? s->last_us : s->first_us, s->q->o.backwards ? INT64_MAX : -1, AK_K_REQUEST};
	struct ak_search_key last = {s->q->o.backwards ? s->first_us : s->last_us, s->q->o.backwards ? -1 : INT64_MAX, AK_K_REQUEST};

	if (!s->cap)
		return false;
	if (s->undated || !s->bounded)
		return true;
	if (s->after && ak_search_order(s->q, &last, s->after) <= 0)
		return false;
	return !s->more || s->n < s->cap || ak_search_order(s->q, &first, &s->best[s->cap - 1]) <= 0;
}

static bool in_period(const struct scan *s, int64_t us)
{
	if (us == AK_COLUMN_NONE)
		return s->q->o.from_us == INT64_MIN && s->q->o.to_us == INT64_MAX;
	return us >= s->q->o.from_us && us < s->q->o.to_us;
}

static bool any_bit(const struct ak_bits *b, int64_t from, int64_t to)
{
	for (int64_t i = from; i <= to && i < b->n; i++) {
		if (i % 8 == 0 && b->p[i / 8] == 0)
			i += 7;
		else if (ak_bit(b, i))
			return true;
	}
	return false;
}

/* Whether its place and time must be known to say what counts. */
static bool mixed(const struct scan *s)
{
	const struct ak_search_opts *o = &s->q->o;
	bool whole = s->bounded && !s->undated && s->first_us >= o->from_us && s->last_us < o->to_us;

	whole |= o->from_us == INT64_MIN && o->to_us == INT64_MAX;
	return !whole || s->last_seq >= o->bound || any_bit(&s->q->superseded, s->first_seq, s->last_seq) ||
	       (s->count && any_bit(&s->q->witness, s->first_seq, s->last_seq));
}

static void take(struct scan *s, size_t i, bool page)
{
	const struct ak_columns *c = s->c;
	int64_t seq = c->number[AK_COL_SEQ][i], us = ak_columns_number(c, AK_COL_TIME, i);
	struct ak_search_key k = {us, seq, AK_K_REQUEST};

	if (!in_period(s, us) || seq >= s->q->o.bound || ak_bit(&s->q->superseded, seq))
		return;
	if (us == AK_COLUMN_NONE)
		k.us = s->q->o.backwards ? INT64_MIN : INT64_MAX;
	if (s->count) {
		s->count->n++;
		s->count->witnesses += ak_bit(&s->q->witness, seq);
	}
	if (page)
		keep(s, &k);
}

static enum ak_rc segment(struct scan *s, struct verdict *v)
{
	static const struct ak_search_test all = {.op = AK_TEST_ALL};
	size_t n = s->c->n, hits = 0;
	bool page = on_page(s);
	enum ak_rc rc;

	if (!page && !s->count)
		return AK_OK;
	memset(s->q->decoded, 0, sizeof s->q->decoded);
	if ((rc = judge(s, s->q->o.test ? s->q->o.test : &all, v)) != AK_OK)
		return rc;
	if (none(v->may, n))
		return AK_OK;
	if (!page && !mixed(s)) {
		for (size_t i = 0; i < n; i++)
			hits += v->may[i];
		s->count->n += hits;
		return AK_OK;
	}
	if (load(s, AK_COL_SEQ) != AK_OK || load(s, AK_COL_TIME) != AK_OK)
		return AK_FAIL;
	if (!s->c->number[AK_COL_SEQ])
		return damaged(s);
	for (size_t i = 0; i < n; i++)
		if (v->may[i])
			take(s, i, page);
	return AK_OK;
}

static enum ak_rc segments(struct scan *s, struct verdict *v)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	bool open = s->q->o.from_us == INT64_MIN && s->q->o.to_us == INT64_MAX;
	int64_t records;
	enum ak_rc rc;

	if (!s->q->made)
		return AK_OK;
	rc = ak_sql_prepare(s->q->s,
			    s->q->o.backwards ? "SELECT id, records, first_seq, last_seq, first_us, last_us, undated FROM column_segment"
						" WHERE (first_us < ?2 AND last_us >= ?1) OR ?3 ORDER BY last_us DESC, id"
					      : "SELECT id, records, first_seq, last_seq, first_us, last_us, undated FROM column_segment"
						" WHERE (first_us < ?2 AND last_us >= ?1) OR ?3 ORDER BY first_us, id",
			    &st, s->err);

	if (rc != AK_OK)
		return rc;
	sqlite3_bind_int64(st, 1, s->q->o.from_us);
	sqlite3_bind_int64(st, 2, s->q->o.to_us);
	sqlite3_bind_int(st, 3, open);
	while ((rc = ak_sql_step(s->q->s, st, s->err)) == AK_OK) {
		s->id = sqlite3_column_int64(st, 0);
		records = sqlite3_column_int64(st, 1);
		s->first_seq = sqlite3_column_int64(st, 2);
		s->last_seq = sqlite3_column_int64(st, 3);
		s->bounded = sqlite3_column_type(st, 4) != SQLITE_NULL;
		s->first_us = sqlite3_column_int64(st, 4);
		s->last_us = sqlite3_column_int64(st, 5);
		s->undated = sqlite3_column_int64(st, 6);
		ak_columns_clear(s->c);
		if (records < 1 || records > AK_COLUMNS_ROWS)
			return damaged(s);
		s->c->n = (size_t)records;
		if (s->first_seq < s->q->o.bound && (rc = segment(s, v)) != AK_OK)
			return rc;
	}
	return rc == AK_END ? AK_OK : rc;
}

enum ak_rc ak_search_columns(struct ak_search *q, const struct ak_search_key *after, size_t cap, struct ak_search_key **hits, size_t *n,
			     bool *more, struct ak_search_count *count, struct ak_err *err)
{
	struct scan s = {.q = q, .c = q->block, .after = after, .cap = cap, .count = count, .err = err};
	struct verdict *v = ak_alloc(sizeof *v);
	enum ak_rc rc = ak_sql_prepare(q->s, "SELECT data FROM column_page WHERE id = ?1", &s.page, err);

	s.best = ak_alloc((2 * cap + 1) * sizeof *s.best);
	if (rc == AK_OK)
		rc = segments(&s, v);
	sqlite3_finalize(s.page);
	ak_free(v);
	if (rc != AK_OK) {
		ak_free(s.best);
		return rc;
	}
	shorten(&s);
	*hits = s.best;
	*n = s.n;
	*more = s.more;
	return AK_OK;
}
