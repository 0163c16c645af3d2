/* A test as text: what sidecars, saved queries and access.jsonl keep of it. Values stand as they are stored. */
#include "base/ak.h"
#include "search/where.h"

static const char *name_of(int field) { return field == AK_TEST_SOURCE ? "source" : field < AK_F_COUNT ? ak_fields[field].column : "text"; }

static void quote(const struct ak_test_value *v, struct ak_buf *out)
{
	if (v->open) {
		ak_buf_addc(out, '$');
		ak_buf_addstr(out, v->text);
		return;
	}
	ak_buf_addc(out, '\'');
	for (size_t i = 0; i < v->text.n; i++) {
		if (v->text.p[i] == '\'')
			ak_buf_addc(out, '\'');
		ak_buf_addc(out, v->text.p[i]);
	}
	ak_buf_addc(out, '\'');
}

static void values(const struct ak_search_test *t, const char *between, struct ak_buf *out)
{
	for (size_t i = 0; i < t->n; i++) {
		ak_buf_adds(out, i ? between : "");
		quote(&t->value[i], out);
	}
}

static void in(const struct ak_search_test *t, struct ak_buf *out)
{
	ak_buf_adds(out, t->n == 1 ? " = " : " in (");
	values(t, ", ", out);
	ak_buf_adds(out, t->n == 1 ? "" : ")");
}

/* hh:mm:ss */
static void clock(int64_t us, struct ak_buf *out)
{
	int64_t s = us / 1000000 % 86400;

	ak_buf_addf(out, "%02d:%02d:%02d", (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));
}

static void leaf(const struct ak_search_test *t, struct ak_buf *out)
{
	static const char *const signs[] = {"=", "<", "<=", ">", ">="};

	if (t->op == AK_TEST_DAYTIME) {
		ak_buf_adds(out, "time of day from ");
		clock(t->value[0].num, out);
		ak_buf_adds(out, " to ");
		clock(t->value[1].num, out);
		return;
	}
	ak_buf_adds(out, name_of(t->field));
	if (t->op == AK_TEST_IN) {
		in(t, out);
	} else if (t->op == AK_TEST_MISSING) {
		ak_buf_adds(out, " is missing");
	} else if (t->op == AK_TEST_COMPARE) {
		ak_buf_addf(out, " %s ", signs[t->cmp]);
		values(t, " ", out);
	} else if (t->op == AK_TEST_WORDS) {
		struct ak_search_test one = *t;

		ak_buf_adds(out, " contains '");
		for (size_t i = 0; i < one.n; i++) {
			ak_buf_adds(out, i ? " " : "");
			ak_buf_addstr(out, one.value[i].text);
		}
		ak_buf_addc(out, '\'');
	} else {
		ak_buf_adds(out, t->op == AK_TEST_CONTAINS ? " contains " : t->op == AK_TEST_LIKE ? " like " : " does ");
		values(t, " ", out);
	}
}

static void part(const struct ak_search_test *t, enum ak_test around, struct ak_buf *out)
{
	bool brackets = (t->op == AK_TEST_OR || t->op == AK_TEST_AND) && t->op != around;

	ak_buf_adds(out, brackets ? "(" : "");
	if (t->op == AK_TEST_AND || t->op == AK_TEST_OR) {
		part(t->a, t->op, out);
		ak_buf_adds(out, t->op == AK_TEST_AND ? " and " : " or ");
		part(t->b, t->op, out);
	} else if (t->op == AK_TEST_NOT) {
		ak_buf_adds(out, "not ");
		part(t->a, AK_TEST_NOT, out);
	} else {
		leaf(t, out);
	}
	ak_buf_adds(out, brackets ? ")" : "");
}

void ak_where_text(const struct ak_search_test *t, struct ak_buf *out)
{
	if (t)
		part(t, t->op, out);
}
