/* Making tests out of names and values. */
#include "base/ak.h"
#include "search/where.h"

#include <arpa/inet.h>

#include "base/decimal.h"
#include "base/time.h"

struct ak_search_test *ak_test_new(struct ak_where *w, enum ak_test op, int field)
{
	struct ak_search_test *t = ak_arena_zero(w->arena, sizeof *t);

	t->op = op;
	t->field = field;
	return t;
}

const struct ak_search_test *ak_test_join(struct ak_where *w, enum ak_test op, const struct ak_search_test *a, const struct ak_search_test *b)
{
	struct ak_search_test *t;

	if (!a || !b)
		return a ? a : b;
	t = ak_test_new(w, op, AK_TEST_NO_FIELD);
	t->a = a;
	t->b = b;
	return t;
}

const struct ak_search_test *ak_test_not(struct ak_where *w, const struct ak_search_test *a)
{
	struct ak_search_test *t = ak_test_new(w, AK_TEST_NOT, AK_TEST_NO_FIELD);

	t->a = a;
	return t;
}

/* ---- balance: what reads a tree calls itself, and SQLite bounds the depth of an expression ---- */

static size_t parts(const struct ak_search_test *t, enum ak_test op) { return t->op == op ? parts(t->a, op) + parts(t->b, op) : 1; }

static void collect(struct ak_where *w, const struct ak_search_test *t, enum ak_test op, const struct ak_search_test ***to)
{
	if (t->op != op) {
		*(*to)++ = ak_test_balance(w, t);
		return;
	}
	collect(w, t->a, op, to);
	collect(w, t->b, op, to);
}

static const struct ak_search_test *halves(struct ak_where *w, enum ak_test op, const struct ak_search_test **part, size_t n)
{
	if (n == 1)
		return part[0];
	return ak_test_join(w, op, halves(w, op, part, n - n / 2), halves(w, op, part + (n - n / 2), n / 2));
}

const struct ak_search_test *ak_test_balance(struct ak_where *w, const struct ak_search_test *t)
{
	const struct ak_search_test **part, **to;
	size_t n;

	if (t && t->op == AK_TEST_NOT)
		return ak_test_not(w, ak_test_balance(w, t->a));
	if (!t || (t->op != AK_TEST_AND && t->op != AK_TEST_OR))
		return t;
	n = parts(t, t->op);
	to = part = ak_arena_zero(w->arena, n * sizeof(*part));
	collect(w, t, t->op, &to);
	return halves(w, t->op, part, n);
}

/* ---- */

static enum ak_type type_of(int field) { return field < AK_F_COUNT ? ak_fields[field].type : AK_T_NAME; }

static bool is_hashed(int field)
{
	enum ak_type t = type_of(field);

	return field < AK_F_COUNT && (t == AK_T_PERSON || t == AK_T_TOKEN || t == AK_T_KEY || t == AK_T_IP);
}

/* The kinds that have one of its fields, noted. */
static void use(struct ak_where *w, const struct ak_search_name *name)
{
	unsigned kinds = 0;

	for (size_t i = 0; i < name->n; i++)
		kinds |= name->field[i] < AK_F_COUNT ? ak_fields[name->field[i]].kinds : ~0u;
	w->kinds &= kinds;
}

static enum ak_rc refuse(const struct ak_where *w, struct ak_err *err, const char *what, const char *name)
{
	return w->at ? ak_fail(err, AK_EXIT_USAGE, "column %zu of --where: '%s' %s", w->at, name, what)
		     : ak_fail(err, AK_EXIT_USAGE, "option '--%s': %s", name, what);
}

static void set_values(struct ak_where *w, struct ak_search_test *t, const struct ak_str *v, size_t n)
{
	struct ak_test_value *value = ak_arena_zero(w->arena, (n + 1) * sizeof *value);

	for (size_t i = 0; i < n; i++)
		value[i].text = ak_arena_str(w->arena, v[i]);
	t->value = value;
	t->n = n;
}

static void set_number(struct ak_where *w, struct ak_search_test *t, int64_t n)
{
	struct ak_test_value *value = ak_arena_zero(w->arena, sizeof *value);

	*value = (struct ak_test_value){.text = ak_arena_printf(w->arena, "%lld", (long long)n), .num = n, .whole = true};
	t->value = value;
	t->n = 1;
}

/* ---- parameters ---- */

/* AK_OK: *value is the text to take. AK_END: *out has an open parameter. */
static enum ak_rc param(struct ak_where *w, const char *name, const char **value, struct ak_search_test *t, struct ak_err *err)
{
	struct ak_test_value *open;

	if (**value != '$' || !(*value)[1])
		return AK_OK;
	const char *given = w->param ? w->param(w->ctx, ak_str_of(*value + 1)) : NULL;

	if (given) {
		*value = given;
		return AK_OK;
	}
	if (!w->keep_params) {
		ak_hint(err, "give it with --param, as in: auditkit query run NAME --param %.40s=VALUE; a text that begins with $ stands in quotes in quotes", *value + 1);
		return refuse(w, err, "has a parameter without a value", name);
	}
	open = ak_arena_zero(w->arena, sizeof *open);
	open->text = ak_arena_str(w->arena, ak_str_of(*value + 1));
	open->open = true;
	t->value = open;
	t->n = 1;
	w->open = true;
	return AK_END;
}

/* ---- comparisons ---- */

static bool status_class(int field, const char *v, int64_t *from)
{
	if (field != AK_F_STATUS_CODE || strlen(v) != 3 || *v < '1' || *v > '5' || ak_lower(v[1]) != 'x' || ak_lower(v[2]) != 'x')
		return false;
	*from = (*v - '0') * 100;
	return true;
}

static enum ak_rc number(struct ak_where *w, const struct ak_search_name *name, const char *v, struct ak_search_test *t, struct ak_err *err)
{
	struct ak_err ignored = {0};
	struct ak_test_value *value;
	struct ak_str text;
	int64_t n;

	if (type_of(t->field) != AK_T_DEC && ak_dec_int(ak_str_of(v), false, &n, &ignored) == AK_OK) {
		set_number(w, t, n);
		return AK_OK;
	}
	if (ak_dec_parse(ak_str_of(v), 0, false, w->arena, &text, &ignored) != AK_OK) {
		ak_hint(err, "numbers are written 429 or 0.01, without units and thousands separators%s", t->field == AK_F_STATUS_CODE ? "; a class is 4xx" : "");
		return refuse(w, err, "is compared with a number", name->name);
	}
	value = ak_arena_zero(w->arena, sizeof *value);
	value->text = text;
	t->value = value;
	t->n = 1;
	return AK_OK;
}

static enum ak_rc truth(struct ak_where *w, const struct ak_search_name *name, const char *v, struct ak_search_test *t, struct ak_err *err)
{
	static const char *const yes[] = {"true", "yes", "1"}, *const no[] = {"false", "no", "0"};

	for (size_t i = 0; i < 3; i++)
		if (ak_str_eq_fold(ak_str_of(v), ak_str_of(yes[i])) || ak_str_eq_fold(ak_str_of(v), ak_str_of(no[i]))) {
			set_number(w, t, ak_str_eq_fold(ak_str_of(v), ak_str_of(yes[i])));
			return AK_OK;
		}
	return refuse(w, err, "is true or false", name->name);
}

static enum ak_rc instant(struct ak_where *w, const struct ak_search_name *name, const char *v, struct ak_search_test *t, struct ak_err *err)
{
	struct ak_err ignored = {0};
	struct ak_test_value *value = ak_arena_zero(w->arena, sizeof *value);

	if (ak_time_arg(v, w->now_us, &value->num, &ignored) != AK_OK) {
		ak_hint(err, "write 2026-01-31, 2026-01-31T12:00:00Z, 2026-01, today, yesterday, 7d or 24h");
		return refuse(w, err, "is compared with a time", name->name);
	}
	value->whole = true;
	value->text = ak_time_format(value->num, 6, w->arena);
	t->value = value;
	t->n = 1;
	return AK_OK;
}

/* What is no address with a slash, such as a token, is not looked at. */
static bool bad_network(int field, const char *v)
{
	const char *slash = strchr(v, '/');
	char address[64];
	uint8_t bytes[16];
	int64_t prefix;
	struct ak_err ignored = {0};
	bool four;

	if ((type_of(field) != AK_T_IP && type_of(field) != AK_T_NETWORK) || !slash || (size_t)(slash - v) >= sizeof(address))
		return false;
	memcpy(address, v, (size_t)(slash - v));
	address[slash - v] = '\0';
	four = inet_pton(AF_INET, address, bytes) == 1;
	if (!four && inet_pton(AF_INET6, address, bytes) != 1)
		return false;
	return strspn(slash + 1, "0123456789") != strlen(slash + 1) || ak_dec_int(ak_str_of(slash + 1), false, &prefix, &ignored) != AK_OK ||
	       prefix > (four ? 32 : 128);
}

static enum ak_rc text(struct ak_where *w, const struct ak_search_name *name, const char *v, struct ak_search_test *t, struct ak_err *err)
{
	struct ak_str form[AK_FORMS] = {ak_str_of(v)};
	size_t n = 1;

	if (bad_network(t->field, v)) {
		ak_hint(err, "a network is written 203.0.113.0/24 or 2001:db8::/48");
		return refuse(w, err, "is compared with what is no network: the length behind / is at most 32, or 128 of IPv6", name->name);
	}
	if (t->cmp != AK_EQ && is_hashed(t->field)) {
		ak_hint(err, "tokens have no order: compare with = and !=, or in (...)");
		return refuse(w, err, "is stored as a token", name->name);
	}
	if (w->forms && t->field < AK_F_COUNT)
		n = w->forms(w->ctx, t->field, ak_str_of(v), form, AK_FORMS);
	if (t->cmp == AK_EQ)
		t->op = AK_TEST_IN;
	set_values(w, t, form, t->cmp == AK_EQ ? n : n ? 1 : 0);
	if (t->cmp != AK_EQ && !n)
		return refuse(w, err, "never holds this value", name->name);
	return AK_OK;
}

static enum ak_rc one_field(struct ak_where *w, const struct ak_search_name *name, int field, enum ak_compare cmp, const char *v,
			    const struct ak_search_test **out, struct ak_err *err)
{
	struct ak_search_test *t = ak_test_new(w, AK_TEST_COMPARE, field), *upper;
	enum ak_type type = type_of(field);
	enum ak_rc rc = param(w, name->name, &v, t, err);
	int64_t from;

	t->cmp = cmp;
	*out = t;
	if (rc != AK_OK)
		return rc == AK_END ? AK_OK : rc;
	if (!*v)
		return refuse(w, err, "is compared with nothing; `is missing` asks for that", name->name);
	if (cmp == AK_EQ && status_class(field, v, &from)) {
		upper = ak_test_new(w, AK_TEST_COMPARE, field);
		upper->cmp = AK_LE;
		t->cmp = AK_GE;
		set_number(w, t, from);
		set_number(w, upper, from + 99);
		*out = ak_test_join(w, AK_TEST_AND, t, upper);
		return AK_OK;
	}
	if (type == AK_T_BOOL || type == AK_T_PRESENCE)
		return truth(w, name, v, t, err);
	if (type == AK_T_INT || type == AK_T_DEC)
		return number(w, name, v, t, err);
	return (type == AK_T_TIME ? instant : text)(w, name, v, t, err);
}

enum ak_rc ak_test_compare(struct ak_where *w, const struct ak_search_name *name, enum ak_compare cmp, const char *value,
			   const struct ak_search_test **out, struct ak_err *err)
{
	const struct ak_search_test *all = NULL, *one;

	use(w, name);
	for (size_t i = 0; i < name->n; i++) {
		if (one_field(w, name, name->field[i], cmp, value, &one, err) != AK_OK)
			return AK_FAIL;
		all = ak_test_join(w, AK_TEST_OR, all, one);
	}
	*out = all;
	return AK_OK;
}

const struct ak_search_test *ak_test_missing(struct ak_where *w, const struct ak_search_name *name)
{
	const struct ak_search_test *all = NULL;

	use(w, name);
	for (size_t i = 0; i < name->n; i++)
		all = ak_test_join(w, AK_TEST_AND, all, ak_test_new(w, AK_TEST_MISSING, name->field[i]));
	return all;
}

/* ---- patterns ---- */

static bool is_text(int field)
{
	enum ak_type t = type_of(field);

	return !is_hashed(field) && t != AK_T_INT && t != AK_T_DEC && t != AK_T_TIME && t != AK_T_BOOL && t != AK_T_PRESENCE;
}

enum ak_rc ak_test_pattern(struct ak_where *w, const struct ak_search_name *name, enum ak_test op, const char *value,
			   const struct ak_search_test **out, struct ak_err *err)
{
	const struct ak_search_test *all = NULL;
	struct ak_search_test *t;
	struct ak_str form[AK_FORMS];
	size_t n;

	use(w, name);
	for (size_t i = 0; i < name->n; i++) {
		const char *v = value;
		enum ak_rc rc;

		if (!is_text(name->field[i]))
			continue;
		t = ak_test_new(w, op, name->field[i]);
		all = ak_test_join(w, AK_TEST_OR, all, t);
		if ((rc = param(w, name->name, &v, t, err)) == AK_END)
			continue;
		if (rc != AK_OK)
			return rc;
		if (!*v)
			return refuse(w, err, "is compared with nothing", name->name);
		/* A part of a value is no value: it is looked at for what may not be kept, and else taken as it is. */
		form[0] = ak_str_of(v);
		n = w->forms ? w->forms(w->ctx, AK_TEST_NO_FIELD, ak_str_of(v), form, AK_FORMS) : 1;
		set_values(w, t, form, n ? 1 : 0);
		if (!n)
			return refuse(w, err, "never holds this value", name->name);
	}
	if (!all) {
		ak_hint(err, "only texts that are stored as they are can be searched in part; compare with = , or in (...)");
		return refuse(w, err, "is a token, a number or a time", name->name);
	}
	*out = all;
	return AK_OK;
}

static bool of_word(char c) { return ak_is_alnum((unsigned char)c) || (unsigned char)c >= 0x80; }

enum ak_rc ak_test_words(struct ak_where *w, const char *text, const struct ak_search_test **out, struct ak_err *err)
{
	struct ak_search_test *t = ak_test_new(w, AK_TEST_WORDS, AK_TEST_NO_FIELD);
	struct ak_str form[AK_FORMS] = {ak_str_of(text)}, word[AK_FORMS], s;
	size_t n = 0;

	if (param(w, "text", &text, t, err) != AK_OK)
		return t->value ? (*out = t, AK_OK) : AK_FAIL;
	form[0] = ak_str_of(text);
	if (w->forms && !w->forms(w->ctx, AK_TEST_NO_FIELD, form[0], form, AK_FORMS))
		form[0] = ak_str_n("", 0);
	s = form[0];
	for (size_t i = 0, from; i < s.n && n < AK_FORMS; i++) {
		if (!of_word(s.p[i]))
			continue;
		for (from = i; i < s.n && of_word(s.p[i]);)
			i++;
		word[n++] = ak_str_n(s.p + from, i - from);
	}
	if (!n)
		return ak_fail(err, AK_EXIT_USAGE, "a search for text wants a word of letters or digits");
	set_values(w, t, word, n);
	*out = t;
	return AK_OK;
}
