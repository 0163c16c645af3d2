/* Expressions of --where. */
#include "base/ak.h"
#include "search/where.h"

/* Of a person. A saved query is what was made of one: a test per field and form, with more brackets. */
enum { DEEPEST = 64, MOST_TESTS = 200, SAVED = 16 };

enum token { END, WORD, TEXT, PARAM, COMPARE, OPEN, CLOSE, COMMA, BAD };

struct parser {
	struct ak_where *w;
	const char *text, *p;
	enum token token;
	size_t at;	  /* column of the token */
	struct ak_str s;  /* of a word or text */
	enum ak_compare cmp;
	bool differs; /* != */
	int depth, tests;
	struct ak_err *err;
};

/* ---- tokens ---- */

static bool of_word(char c)
{
	return ak_is_alnum((unsigned char)c) || (unsigned char)c >= 0x80 || (c && strchr("_.:/@+*-", c));
}

static enum token quoted(struct parser *p)
{
	char quote = *p->p++;
	struct ak_buf b;

	ak_buf_init(&b, 1 << 16);
	for (; *p->p && (*p->p != quote || p->p[1] == quote); p->p++) {
		p->p += *p->p == quote;
		ak_buf_addc(&b, *p->p);
	}
	p->s = ak_arena_str(p->w->arena, ak_buf_str(&b));
	ak_buf_release(&b);
	if (!*p->p)
		return BAD;
	p->p++;
	return TEXT;
}

static enum token compare(struct parser *p)
{
	static const struct {
		const char *sign;
		enum ak_compare cmp;
		bool differs;
	} signs[] = {{"<=", AK_LE, false}, {">=", AK_GE, false}, {"!=", AK_EQ, true}, {"<>", AK_EQ, true},
		     {"==", AK_EQ, false}, {"=", AK_EQ, false},	 {"<", AK_LT, false},  {">", AK_GT, false}};

	for (size_t i = 0; i < AK_COUNT(signs); i++)
		if (ak_str_starts(ak_str_of(p->p), ak_str_of(signs[i].sign))) {
			p->p += strlen(signs[i].sign);
			p->cmp = signs[i].cmp;
			p->differs = signs[i].differs;
			return COMPARE;
		}
	return BAD;
}

static void next(struct parser *p)
{
	static const char single[] = "(),";
	static const enum token of[] = {OPEN, CLOSE, COMMA};
	const char *from;

	p->p += strspn(p->p, " \t\n\r");
	p->at = (size_t)(p->p - p->text) + 1;
	p->w->at = p->at;
	from = p->p;
	if (!*p->p) {
		p->token = END;
	} else if (strchr(single, *p->p)) {
		p->token = of[strchr(single, *p->p++) - single];
	} else if (*p->p == '\'' || *p->p == '"') {
		p->token = quoted(p);
	} else if (of_word(*p->p) || *p->p == '$') {
		p->token = *p->p == '$' ? PARAM : WORD;
		for (p->p++; of_word(*p->p);)
			p->p++;
		p->s = ak_arena_str(p->w->arena, ak_str_n(from, (size_t)(p->p - from)));
	} else {
		p->token = compare(p);
	}
}

static bool is_word(const struct parser *p, const char *word) { return p->token == WORD && ak_str_eq_fold(p->s, ak_str_of(word)); }

static enum ak_rc expected(struct parser *p, const char *what)
{
	static const char *const found[] = {[END] = "the end", [WORD] = "a word", [TEXT] = "a text", [PARAM] = "a parameter", [COMPARE] = "a comparison",
					    [OPEN] = "(", [CLOSE] = ")", [COMMA] = "a comma", [BAD] = "something else"};

	ak_hint(p->err, "as in: --where \"status >= 500 and (cost > 0.01 or model in ('gpt-4o', 'o3'))\"");
	return ak_fail(p->err, AK_EXIT_USAGE, "column %zu of --where: %s is expected, %s stands there", p->at, what, found[p->token]);
}

/* ---- tests ---- */

static enum ak_rc value(struct parser *p, const char **out)
{
	if (p->token != WORD && p->token != TEXT && p->token != PARAM)
		return expected(p, "a value");
	/* A text in quotes is no parameter, whatever it begins with. */
	if (p->token == TEXT && p->s.n && *p->s.p == '$') {
		ak_hint(p->err, "parameters stand without quotes: user = $user");
		return ak_fail(p->err, AK_EXIT_USAGE, "column %zu of --where: no stored value begins with $", p->at);
	}
	*out = ak_arena_z(p->w->arena, p->s);
	return AK_OK;
}

static enum ak_rc list(struct parser *p, const struct ak_search_name *name, const struct ak_search_test **out)
{
	const struct ak_search_test *all = NULL, *one;
	const char *v;

	next(p);
	if (p->token != OPEN)
		return expected(p, "(");
	do {
		next(p);
		if (value(p, &v) != AK_OK || ak_test_compare(p->w, name, AK_EQ, v, &one, p->err) != AK_OK)
			return AK_FAIL;
		if (++p->tests > (p->w->stored ? SAVED * MOST_TESTS : MOST_TESTS))
			return ak_fail(p->err, AK_EXIT_USAGE, "column %zu of --where: more than %d values", p->at, MOST_TESTS);
		all = ak_test_join(p->w, AK_TEST_OR, all, one);
		next(p);
	} while (p->token == COMMA);
	if (p->token != CLOSE)
		return expected(p, "a comma or )");
	*out = all;
	return AK_OK;
}

/* What differs is there. */
static const struct ak_search_test *differs(struct parser *p, const struct ak_search_name *name, const struct ak_search_test *t)
{
	return ak_test_join(p->w, AK_TEST_AND, ak_test_not(p->w, ak_test_missing(p->w, name)), ak_test_not(p->w, t));
}

static enum ak_rc comparison(struct parser *p, const struct ak_search_name *name, const struct ak_search_test **out)
{
	bool different = p->differs;
	enum ak_compare cmp = p->cmp;
	const char *v;

	next(p);
	if (value(p, &v) != AK_OK || ak_test_compare(p->w, name, cmp, v, out, p->err) != AK_OK)
		return AK_FAIL;
	if (different)
		*out = differs(p, name, *out);
	return AK_OK;
}

static enum ak_rc missing(struct parser *p, const struct ak_search_name *name, const struct ak_search_test **out)
{
	bool there = false;

	next(p);
	if ((there = is_word(p, "not")))
		next(p);
	if (!is_word(p, "missing") && !is_word(p, "null"))
		return expected(p, "missing");
	*out = ak_test_missing(p->w, name);
	if (there)
		*out = ak_test_not(p->w, *out);
	return AK_OK;
}

static enum ak_rc pattern(struct parser *p, const struct ak_search_name *name, const struct ak_search_test **out)
{
	enum ak_test op = is_word(p, "contains") ? AK_TEST_CONTAINS : is_word(p, "like") ? AK_TEST_LIKE : AK_TEST_ACTION;
	const char *v;

	next(p);
	if (value(p, &v) != AK_OK)
		return AK_FAIL;
	return ak_test_pattern(p->w, name, op, v, out, p->err);
}

static enum ak_rc operation(struct parser *p, const struct ak_search_name *name, const struct ak_search_test **out)
{
	next(p);
	if (p->token == COMPARE)
		return comparison(p, name, out);
	if (is_word(p, "in"))
		return list(p, name, out);
	if (is_word(p, "is"))
		return missing(p, name, out);
	if (is_word(p, "contains") || is_word(p, "like") || is_word(p, "does"))
		return pattern(p, name, out);
	if (!is_word(p, "not"))
		return expected(p, "=, !=, <, <=, >, >=, in, is missing, contains or like");
	next(p);
	if (!is_word(p, "in"))
		return expected(p, "in");
	if (list(p, name, out) != AK_OK)
		return AK_FAIL;
	*out = differs(p, name, *out);
	return AK_OK;
}

static enum ak_rc words(struct parser *p, const struct ak_search_test **out)
{
	const char *v;

	next(p);
	if (!is_word(p, "contains"))
		return expected(p, "contains");
	next(p);
	return value(p, &v) == AK_OK ? ak_test_words(p->w, v, out, p->err) : AK_FAIL;
}

static enum ak_rc unknown(struct parser *p)
{
	const char *near = ak_search_name_near(p->s);

	if (near)
		ak_hint(p->err, "did you mean '%s'? 'auditkit fields' lists all", near);
	else
		ak_hint(p->err, "'auditkit fields' lists them");
	return ak_fail(p->err, AK_EXIT_USAGE, "column %zu of --where: there is no field '%.60s'", p->at, p->s.p);
}

static enum ak_rc test(struct parser *p, const struct ak_search_test **out)
{
	struct ak_search_name name;
	enum ak_rc rc;

	if (p->token != WORD)
		return expected(p, "the name of a field, not or (");
	if (++p->tests > (p->w->stored ? SAVED * MOST_TESTS : MOST_TESTS))
		return ak_fail(p->err, AK_EXIT_USAGE, "column %zu of --where: more than %d tests", p->at, MOST_TESTS);
	if (ak_str_is(p->s, "text"))
		rc = words(p, out);
	else
		rc = ak_search_name_find(p->s, &name) ? operation(p, &name, out) : unknown(p);
	if (rc == AK_OK)
		next(p);
	return rc;
}

/* ---- not, and, or ---- */

static enum ak_rc any(struct parser *p, const struct ak_search_test **out);

static enum ak_rc term(struct parser *p, const struct ak_search_test **out)
{
	enum ak_rc rc;

	if (++p->depth > (p->w->stored ? 2 * DEEPEST : DEEPEST))
		return ak_fail(p->err, AK_EXIT_USAGE, "column %zu of --where: nested deeper than %d levels", p->at, DEEPEST);
	if (is_word(p, "not")) {
		next(p);
		rc = term(p, out);
		if (rc == AK_OK)
			*out = ak_test_not(p->w, *out);
	} else if (p->token == OPEN) {
		next(p);
		rc = any(p, out);
		if (rc == AK_OK && p->token != CLOSE)
			rc = expected(p, "and, or or )");
		if (rc == AK_OK)
			next(p);
	} else {
		rc = test(p, out);
	}
	p->depth--;
	return rc;
}

static enum ak_rc all(struct parser *p, const struct ak_search_test **out)
{
	const struct ak_search_test *more;
	enum ak_rc rc = term(p, out);

	while (rc == AK_OK && is_word(p, "and")) {
		next(p);
		rc = term(p, &more);
		if (rc == AK_OK)
			*out = ak_test_join(p->w, AK_TEST_AND, *out, more);
	}
	return rc;
}

static enum ak_rc any(struct parser *p, const struct ak_search_test **out)
{
	const struct ak_search_test *more;
	enum ak_rc rc = all(p, out);

	while (rc == AK_OK && is_word(p, "or")) {
		next(p);
		rc = all(p, &more);
		if (rc == AK_OK)
			*out = ak_test_join(p->w, AK_TEST_OR, *out, more);
	}
	return rc;
}

enum ak_rc ak_where_parse(struct ak_where *w, const char *text, const struct ak_search_test **out, struct ak_err *err)
{
	struct parser p = {.w = w, .text = text, .p = text, .err = err};
	enum ak_rc rc;

	next(&p);
	rc = any(&p, out);
	if (rc == AK_OK && p.token != END)
		rc = expected(&p, "and, or or the end");
	w->at = 0;
	return rc;
}
