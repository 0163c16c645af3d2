/* What a test asks of one value. */
#include "base/ak.h"
#include "query/searching.h"

#include "base/arena.h"
#include "base/decimal.h"
#include "base/jsonw.h"
#include "base/time.h"

static bool ordered(enum ak_compare c, int order)
{
	switch (c) {
	case AK_EQ:
		return order == 0;
	case AK_LT:
		return order < 0;
	case AK_LE:
		return order <= 0;
	case AK_GT:
		return order > 0;
	default:
		return order >= 0;
	}
}

bool ak_test_order(const struct ak_search_test *t, int order) { return ordered(t->cmp, order); }

static bool contains(struct ak_str s, struct ak_str part)
{
	for (size_t i = 0; i + part.n <= s.n; i++) {
		size_t k = 0;

		while (k < part.n && ak_lower(s.p[i + k]) == ak_lower(part.p[k]))
			k++;
		if (k == part.n)
			return true;
	}
	return false;
}

/* One star is gone back to: what was before it has matched as early as it could. */
static bool like(struct ak_str s, struct ak_str pattern)
{
	size_t i = 0, p = 0, star = SIZE_MAX, from = 0;

	while (i < s.n) {
		if (p < pattern.n && pattern.p[p] == '*') {
			star = p++;
			from = i;
		} else if (p < pattern.n && ak_lower(pattern.p[p]) == ak_lower(s.p[i])) {
			p++;
			i++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			i = ++from;
		} else {
			return false;
		}
	}
	while (p < pattern.n && pattern.p[p] == '*')
		p++;
	return p == pattern.n;
}

/* Lists are stored as JSON without blanks: an element stands in it as its own literal, which nothing inside another one can be. */
static bool element(struct ak_str list, struct ak_str v)
{
	struct ak_buf literal;
	bool found = false;

	ak_buf_init(&literal, 6 * v.n + 3);
	ak_jsonw_string(&literal, v);
	for (size_t i = 0; i + literal.n <= list.n && !found; i++)
		found = memcmp(list.p + i, literal.p, literal.n) == 0;
	ak_buf_release(&literal);
	return found;
}

static bool any_of(const struct ak_search_test *t, struct ak_str v)
{
	bool list = t->field < AK_F_COUNT && ak_fields[t->field].type == AK_T_LIST;

	for (size_t i = 0; i < t->n; i++)
		if (list ? element(v, t->value[i].text) : ak_str_eq(v, t->value[i].text))
			return true;
	return false;
}

static bool compare_text(const struct ak_search_test *t, struct ak_str v)
{
	enum ak_type type = t->field < AK_F_COUNT ? ak_fields[t->field].type : AK_T_NAME;
	struct ak_arena a;
	struct ak_time at;
	enum ak_rc rc;

	if (type == AK_T_DEC)
		return ordered(t->cmp, ak_dec_cmp(v, t->value[0].text));
	if (type != AK_T_TIME)
		return ordered(t->cmp, ak_str_cmp(v, t->value[0].text));
	ak_arena_init(&a);
	rc = ak_time_parse(v, NULL, &a, &at, NULL);
	ak_arena_release(&a);
	return rc == AK_OK && ordered(t->cmp, (at.us > t->value[0].num) - (at.us < t->value[0].num));
}

bool ak_test_text(const struct ak_search_test *t, struct ak_str v)
{
	switch (t->op) {
	case AK_TEST_IN:
		return any_of(t, v);
	case AK_TEST_CONTAINS:
		return contains(v, t->value[0].text);
	case AK_TEST_LIKE:
		return like(v, t->value[0].text);
	case AK_TEST_ACTION:
		return ak_action_is(v, t->value[0].text);
	case AK_TEST_COMPARE:
		return compare_text(t, v);
	default:
		return false;
	}
}

#define DAY_US (INT64_C(86400) * 1000000)

static bool in_day(const struct ak_search_test *t, int64_t us)
{
	int64_t at = us % DAY_US;

	at += at < 0 ? DAY_US : 0;
	return (at >= t->value[0].num && at < t->value[1].num) || (at + DAY_US >= t->value[0].num && at + DAY_US < t->value[1].num);
}

bool ak_test_number(const struct ak_search_test *t, int64_t v)
{
	struct ak_arena a;
	bool yes;

	if (t->op == AK_TEST_DAYTIME)
		return in_day(t, v);
	if (t->op != AK_TEST_COMPARE)
		return false;
	if (t->value[0].whole)
		return ordered(t->cmp, (v > t->value[0].num) - (v < t->value[0].num));
	ak_arena_init(&a);
	yes = ordered(t->cmp, ak_dec_cmp(ak_arena_printf(&a, "%lld", (long long)v), t->value[0].text));
	ak_arena_release(&a);
	return yes;
}

bool ak_test_decimal(const struct ak_search_test *t, int64_t digits, int scale)
{
	static const int64_t ten[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000,
				      1000000000000, 10000000000000, 100000000000000, 1000000000000000, 10000000000000000, 100000000000000000,
				      1000000000000000000};
	int64_t other;
	int other_scale;
	char buf[64];

	if (ak_dec_small(t->value[0].text, &other, &other_scale) && scale - other_scale <= 18 && other_scale - scale <= 18) {
		__int128 a = (__int128)digits * ten[other_scale > scale ? other_scale - scale : 0];
		__int128 b = (__int128)other * ten[scale > other_scale ? scale - other_scale : 0];

		return ordered(t->cmp, (a > b) - (a < b));
	}
	return ordered(t->cmp, ak_dec_cmp(ak_dec_small_text(digits, scale, buf), t->value[0].text));
}

/* Letters and digits, and every byte of what is not ASCII. */
static bool of_word(char c) { return ak_is_alnum((unsigned char)c) || (unsigned char)c >= 0x80; }

bool ak_test_word(const struct ak_test_value *v, struct ak_str text)
{
	for (size_t i = 0; i + v->text.n <= text.n; i++) {
		size_t k = 0;

		if (i && of_word(text.p[i - 1]) && !(ak_is_lower((unsigned char)text.p[i - 1]) && ak_is_upper((unsigned char)text.p[i])))
			continue;
		while (k < v->text.n && ak_lower(text.p[i + k]) == ak_lower(v->text.p[k]))
			k++;
		if (k == v->text.n)
			return true;
	}
	return false;
}

bool ak_search_covers(enum ak_field_id f)
{
	switch (ak_fields[f].type) {
	case AK_T_NAME:
	case AK_T_TEMPLATE:
	case AK_T_CODE:
	case AK_T_URLPATH:
	case AK_T_LIST:
	case AK_T_UA:
		return true;
	case AK_T_ENUM:
		return f == AK_F_DLP_RESULT || f == AK_F_ERROR_TYPE;
	default:
		return false;
	}
}

/* ---- sorts of actions ---- */

static const struct {
	const char *word, *sort;
} words[] = {
	{"login", "login"}, {"logged", "login"}, {"signin", "login"}, {"logon", "login"}, {"authenticate", "login"}, {"authenticated", "login"},
	{"logout", "logout"}, {"signout", "logout"}, {"logoff", "logout"},
	{"create", "create"}, {"created", "create"}, {"creation", "create"}, {"add", "create"}, {"added", "create"}, {"insert", "create"},
	{"generate", "create"}, {"generated", "create"}, {"new", "create"}, {"put", "update"}, {"post", "create"},
	{"update", "update"}, {"updated", "update"}, {"modify", "update"}, {"modified", "update"}, {"change", "update"}, {"changed", "update"},
	{"edit", "update"}, {"edited", "update"}, {"set", "update"}, {"patch", "update"}, {"write", "update"}, {"rename", "update"},
	{"renamed", "update"},
	{"rotate", "rotate"}, {"rotated", "rotate"}, {"regenerate", "rotate"}, {"regenerated", "rotate"}, {"rotation", "rotate"},
	{"delete", "delete"}, {"deleted", "delete"}, {"deletion", "delete"}, {"remove", "delete"}, {"removed", "delete"}, {"destroy", "delete"},
	{"destroyed", "delete"}, {"purge", "delete"}, {"purged", "delete"},
	{"revoke", "revoke"}, {"revoked", "revoke"}, {"deactivate", "revoke"}, {"deactivated", "revoke"}, {"disable", "revoke"},
	{"disabled", "revoke"}, {"block", "revoke"}, {"blocked", "revoke"}, {"archive", "revoke"}, {"archived", "revoke"},
	{"export", "export"}, {"exported", "export"}, {"download", "export"}, {"downloaded", "export"},
	{"invite", "invite"}, {"invited", "invite"}, {"invitation", "invite"}, {"invites", "invite"},
	{"view", "view"}, {"viewed", "view"}, {"read", "view"}, {"list", "view"}, {"listed", "view"}, {"get", "view"}, {"access", "view"},
	{"accessed", "view"}, {"search", "view"}, {"searched", "view"},
	{"approve", "approve"}, {"approved", "approve"}, {"approval", "approve"},
	{"chat", "chat"}, {"completion", "chat"}, {"completions", "chat"}, {"acompletion", "chat"}, {"message", "chat"}, {"messages", "chat"},
	{"prompt", "chat"},
};

static const char *sort_of(struct ak_str word)
{
	for (size_t i = 0; i < AK_COUNT(words); i++)
		if (ak_str_eq_fold(word, ak_str_of(words[i].word)))
			return words[i].sort;
	return NULL;
}

/* The word before `end`, which begins at *from: names are written with separators or with capitals inside. */
static struct ak_str word_before(struct ak_str s, size_t end)
{
	size_t from = end;

	while (from && ak_is_alnum((unsigned char)s.p[from - 1])) {
		from--;
		if (ak_is_upper((unsigned char)s.p[from]) && from && ak_is_lower((unsigned char)s.p[from - 1]))
			break;
	}
	return ak_str_n(s.p + from, end - from);
}

bool ak_action_is(struct ak_str action, struct ak_str sort)
{
	const char *found;
	struct ak_str word;

	for (size_t end = action.n; end > 0; end -= word.n ? word.n : 1) {
		word = word_before(action, end);
		found = sort_of(word);
		if (found && ak_str_is(sort, found))
			return true;
	}
	return false;
}

const char *const *ak_action_sorts(void)
{
	static const char *const sorts[] = {"login", "logout", "create", "update", "rotate", "delete", "revoke", "export", "invite", "view",
					    "approve", "chat", NULL};
	return sorts;
}

/* ---- what fields that no record fills decide ---- */

enum { CAN_BE_TRUE = 1, CAN_BE_FALSE = 2, EITHER = 3 };

static unsigned can_be(const struct ak_search_test *t, enum ak_kind kind, const uint64_t *filled)
{
	unsigned a, b;

	switch (t->op) {
	case AK_TEST_ALL:
		return CAN_BE_TRUE;
	case AK_TEST_NOT:
		a = can_be(t->a, kind, filled);
		return (a & CAN_BE_TRUE ? CAN_BE_FALSE : 0) | (a & CAN_BE_FALSE ? CAN_BE_TRUE : 0);
	case AK_TEST_AND:
	case AK_TEST_OR:
		a = can_be(t->a, kind, filled);
		b = can_be(t->b, kind, filled);
		return t->op == AK_TEST_AND ? (a & b & CAN_BE_TRUE) | ((a | b) & CAN_BE_FALSE) : ((a | b) & CAN_BE_TRUE) | (a & b & CAN_BE_FALSE);
	case AK_TEST_WORDS:
		return EITHER;
	default:
		if (t->field >= AK_F_COUNT || (ak_field_of((enum ak_field_id)t->field, kind) && ak_filled_has(filled, t->field)))
			return EITHER;
		return t->op == AK_TEST_MISSING ? CAN_BE_TRUE : CAN_BE_FALSE;
	}
}

bool ak_search_possible(const struct ak_search_test *t, enum ak_kind kind, const struct ak_filled *filled)
{
	return !t || !filled->known || can_be(t, kind, filled->set[kind]) & CAN_BE_TRUE;
}
