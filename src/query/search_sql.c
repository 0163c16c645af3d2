/* Tests as SQL: fields by their columns, leaves by their numbers, so that no value is ever part of a statement. */
#include "base/ak.h"
#include "query/searching.h"

#include "query/rows.h"

enum { MOST_WORDS = 512, MOST_OPEN = 80 }; /* a word asks for every text of a record; of a hundred places some are for the rest */

static bool is_leaf(const struct ak_search_test *t)
{
	return t->op != AK_TEST_AND && t->op != AK_TEST_OR && t->op != AK_TEST_NOT && t->op != AK_TEST_ALL;
}

/* ---- sources by name ---- */

static void set_flag(uint8_t **flag, int64_t *n, int64_t id)
{
	if (id < 0 || id > INT32_MAX)
		return;
	if (id >= *n) {
		int64_t size = 2 * (id + 64);

		*flag = ak_realloc(*flag, (size_t)size);
		memset(*flag + *n, 0, (size_t)(size - *n));
		*n = size;
	}
	(*flag)[id] = 1;
}

static enum ak_rc find_sources(struct ak_search *q, struct ak_leaf_test *l, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(q->s, "SELECT s.id, s.name, f.id FROM source s JOIN export e ON e.source = s.id JOIN file f ON f.export = e.id", &st, err);

	while (rc == AK_OK && (rc = ak_sql_step(q->s, st, err)) == AK_OK) {
		if (!ak_test_text(l->t, ak_sql_text(st, 1)))
			continue;
		set_flag(&l->source, &l->nsource, sqlite3_column_int64(st, 0));
		set_flag(&l->file, &l->nfile, sqlite3_column_int64(st, 2));
	}
	return rc == AK_END ? AK_OK : rc;
}

static void weigh(const struct ak_search_test *t, size_t *leaves, size_t *words)
{
	if (t->op == AK_TEST_AND || t->op == AK_TEST_OR || t->op == AK_TEST_NOT) {
		weigh(t->a, leaves, words);
		if (t->op != AK_TEST_NOT)
			weigh(t->b, leaves, words);
		return;
	}
	*leaves += 1;
	*words += t->op == AK_TEST_WORDS ? t->n : 0;
}

/* What SQLite's parser keeps at most while it reads the condition: side_by_side writes the deeper part first. */
static int brackets(const struct ak_search_test *t)
{
	int a, b;

	if (is_leaf(t) || t->op == AK_TEST_ALL)
		return 1;
	a = brackets(t->a);
	if (t->op == AK_TEST_NOT)
		return a;
	b = brackets(t->b);
	return a >= b ? (a + 1 > b + 3 ? a + 1 : b + 3) : (b + 1 > a + 3 ? b + 1 : a + 3);
}

bool ak_search_fits(const struct ak_search_test *t)
{
	size_t leaves = 0, words = 0;

	if (t)
		weigh(t, &leaves, &words);
	return leaves < AK_TESTS && words <= MOST_WORDS && (!t || brackets(t) <= MOST_OPEN);
}

int ak_search_leaf(struct ak_search *q, const struct ak_search_test *t, struct ak_err *err)
{
	for (int i = 0; i < q->nleaf; i++)
		if (q->leaf[i].t == t)
			return i;
	if (q->nleaf == AK_TESTS) {
		ak_fail(err, AK_EXIT_LIMIT, "more than %d tests in one search", AK_TESTS);
		return -1;
	}
	q->leaf[q->nleaf] = (struct ak_leaf_test){.t = t};
	if (t->field == AK_TEST_SOURCE && find_sources(q, &q->leaf[q->nleaf], err) != AK_OK)
		return -1;
	return q->nleaf++;
}

/* ---- functions: ak_leaf(number of a leaf, value), ak_words(number of a leaf, of its word, text, ...) ---- */

static struct ak_str text_of(sqlite3_value *v)
{
	const char *p = (const char *)sqlite3_value_text(v);

	return ak_str_n(p, p ? (size_t)sqlite3_value_bytes(v) : 0);
}

static bool leaf_is(const struct ak_leaf_test *l, sqlite3_value *v)
{
	int64_t id;

	if (sqlite3_value_type(v) == SQLITE_NULL)
		return false;
	if (l->t->field == AK_TEST_SOURCE) {
		id = sqlite3_value_int64(v);
		return id >= 0 && id < l->nfile && l->file[id];
	}
	return sqlite3_value_type(v) == SQLITE_INTEGER ? ak_test_number(l->t, sqlite3_value_int64(v)) : ak_test_text(l->t, text_of(v));
}

static void leaf_function(sqlite3_context *ctx, int n, sqlite3_value **v)
{
	const struct ak_search *q = sqlite3_user_data(ctx);
	int i = sqlite3_value_int(v[0]);

	(void)n;
	sqlite3_result_int(ctx, i >= 0 && i < q->nleaf && leaf_is(&q->leaf[i], v[1]));
}

static void words_function(sqlite3_context *ctx, int n, sqlite3_value **v)
{
	const struct ak_search *q = sqlite3_user_data(ctx);
	const struct ak_search_test *t = q->leaf[sqlite3_value_int(v[0])].t;
	size_t word = (size_t)sqlite3_value_int(v[1]);
	bool found = false;

	for (int i = 2; i < n && !found && word < t->n; i++)
		found = sqlite3_value_type(v[i]) != SQLITE_NULL && ak_test_word(&t->value[word], text_of(v[i]));
	sqlite3_result_int(ctx, found);
}

enum ak_rc ak_search_functions(struct ak_search *q, struct ak_err *err)
{
	int flags = SQLITE_UTF8 | SQLITE_DIRECTONLY;

	if (sqlite3_create_function_v2(q->s->db, "ak_leaf", 2, flags, q, leaf_function, NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_create_function_v2(q->s->db, "ak_words", -1, flags, q, words_function, NULL, NULL, NULL) != SQLITE_OK)
		return ak_sql_fail(q->s, "reading", err);
	return AK_OK;
}

/* ---- conditions ---- */

enum { TEXTS = 6 }; /* of one call: the store bounds the arguments of a function */

static void word_condition(int leaf, size_t word, enum ak_kind kind, struct ak_buf *sql)
{
	size_t n = 0;

	ak_buf_adds(sql, "(0");
	for (int f = 0; f < AK_F_COUNT; f++)
		if (ak_field_of((enum ak_field_id)f, kind) && ak_search_covers((enum ak_field_id)f)) {
			if (n % TEXTS == 0)
				ak_buf_addf(sql, "%s OR ak_words(%d, %zu", n ? ")" : "", leaf, word);
			ak_buf_addf(sql, ", r.%s", ak_fields[f].column);
			n++;
		}
	ak_buf_adds(sql, n ? "))" : ")");
}

static void words_condition(const struct ak_search_test *t, int leaf, enum ak_kind kind, struct ak_buf *sql)
{
	ak_buf_addc(sql, '(');
	for (size_t w = 0; w < t->n; w++) {
		ak_buf_adds(sql, w ? " AND " : "");
		word_condition(leaf, w, kind, sql);
	}
	ak_buf_addc(sql, ')');
}

static enum ak_rc leaf_condition(struct ak_search *q, const struct ak_search_test *t, enum ak_kind kind, struct ak_buf *sql, struct ak_err *err)
{
	bool there = t->field >= AK_F_COUNT || ak_field_of((enum ak_field_id)t->field, kind);
	int leaf;

	if (t->op == AK_TEST_MISSING || !there) {
		if (there)
			ak_buf_addf(sql, "r.%s IS NULL", ak_fields[t->field].column);
		else
			ak_buf_adds(sql, t->op == AK_TEST_MISSING ? "1" : "0");
		return AK_OK;
	}
	if ((leaf = ak_search_leaf(q, t, err)) < 0)
		return AK_FAIL;
	if (t->op == AK_TEST_WORDS)
		words_condition(t, leaf, kind, sql);
	else
		ak_buf_addf(sql, "ak_leaf(%d, r.%s)", leaf,
			    t->field == AK_TEST_SOURCE ? "file" : t->field == AK_TEST_TIME_US ? "time_us" : ak_fields[t->field].column);
	return AK_OK;
}

/* SQLite's parser keeps what stands before an open bracket, a hundred things at most: the deeper part comes first. */
static enum ak_rc side_by_side(struct ak_search *q, const struct ak_search_test *t, enum ak_kind kind, struct ak_buf *sql, struct ak_err *err)
{
	bool turned = brackets(t->b) > brackets(t->a);
	const struct ak_search_test *first = turned ? t->b : t->a, *second = turned ? t->a : t->b;
	enum ak_rc rc = first->op == t->op ? side_by_side(q, first, kind, sql, err) : ak_search_condition(q, first, kind, sql, err);

	ak_buf_adds(sql, t->op == AK_TEST_AND ? " AND " : " OR ");
	return rc == AK_OK ? ak_search_condition(q, second, kind, sql, err) : rc;
}

enum ak_rc ak_search_condition(struct ak_search *q, const struct ak_search_test *t, enum ak_kind kind, struct ak_buf *sql, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	if (!t || t->op == AK_TEST_ALL) {
		ak_buf_addc(sql, '1');
		return AK_OK;
	}
	if (is_leaf(t))
		return leaf_condition(q, t, kind, sql, err);
	/* No part is NULL. */
	if (t->op == AK_TEST_NOT) {
		rc = ak_search_condition(q, t->a, kind, sql, err);
		ak_buf_adds(sql, " = 0");
		return rc;
	}
	ak_buf_addc(sql, '(');
	rc = side_by_side(q, t, kind, sql, err);
	ak_buf_addc(sql, ')');
	return rc;
}

static bool in_index(int f, enum ak_kind kind)
{
	return f < AK_F_COUNT && ak_field_of((enum ak_field_id)f, kind) && ak_lookup_has(kind, (enum ak_field_id)f);
}

/* Hashes of which a record must have one, as SQL; false: the test does not say so. A field that the kind lacks adds none. */
static bool hashes(const struct ak_search_test *t, enum ak_kind kind, struct ak_buf *out)
{
	size_t n = out->n;

	if (t->op == AK_TEST_AND) {
		if (hashes(t->a, kind, out))
			return true;
		out->n = n;
		return hashes(t->b, kind, out);
	}
	if (t->op == AK_TEST_OR)
		return hashes(t->a, kind, out) && hashes(t->b, kind, out);
	if (t->op != AK_TEST_IN || t->field >= AK_F_COUNT)
		return false;
	if (!ak_field_of((enum ak_field_id)t->field, kind))
		return true;
	if (!in_index(t->field, kind))
		return false;
	for (size_t i = 0; i < t->n; i++)
		ak_buf_addf(out, ", %lld", (long long)ak_lookup_hash(t->value[i].text));
	return true;
}

bool ak_search_indexed(const struct ak_search_test *t, enum ak_kind kind, struct ak_buf *sql)
{
	struct ak_buf list;
	bool is;

	if (!t)
		return false;
	ak_buf_init(&list, 1 << 18);
	is = hashes(t, kind, &list) && !list.over;
	if (is && sql)
		ak_buf_addf(sql, " AND r.seq IN (SELECT seq FROM lookup WHERE h IN (NULL%.*s))", AK_STR_FMT(ak_buf_str(&list)));
	ak_buf_release(&list);
	return is;
}
