/* What a search asks, from what people write: names of filters and fields, values as they are typed, expressions of `--where`.
 *
 *   expr  = and { "or" and }          and = not { "and" not }        not = "not" not | "(" expr ")" | test
 *   test  = name ( = | != | < | <= | > | >= ) value | name [ "not" ] "in" "(" value { "," value } ")" | name "is" [ "not" ] "missing"
 *         | name "contains" value | name "like" value | name "does" value
 *   value = word | 'text' | "text" | $parameter
 *
 * A name is a canonical one, a column or one of the short names (search/names.c), which stand for several fields: one of them
 * must meet the test. A comparison with a value that is missing is false, `!=` too, and `not` makes it true. */
#ifndef AK_SEARCH_WHERE_H
#define AK_SEARCH_WHERE_H

#include "base/arena.h"
#include "base/buf.h"
#include "query/search.h"

#define AK_NAME_FIELDS 4
enum { AK_FORMS = 64 };

/* A name and the fields that it stands for; n == 0: a source, or texts. */
struct ak_search_name {
	const char *name, *means; /* means: for --help, NULL = not a filter of its own */
	int field[AK_NAME_FIELDS];
	size_t n;
};

struct ak_where {
	struct ak_arena *arena; /* of everything that is made */
	/* The forms in which a typed value may be stored in a field, at most `most` <= AK_FORMS; NULL: as it is typed. */
	size_t (*forms)(void *ctx, int field, struct ak_str typed, struct ak_str *out, size_t most);
	/* Further names of the key that one of these (texts as they are stored) is: {ids, hashes, aliases}, a new reference; NULL: none is asked for. */
	enum ak_rc (*key_names)(void *ctx, const json_t *names, json_t **out, struct ak_err *err);
	/* The value of $name; NULL = none. */
	const char *(*param)(void *ctx, struct ak_str name);
	void *ctx;
	bool stored;	  /* what is read was made from a search, field by field and form by form: more tests and brackets are allowed */
	bool keep_params; /* one without a value stays open, for a query that is saved; else AK_EXIT_USAGE */
	int64_t now_us;	  /* of relative times */
	/* ---- results ---- */
	unsigned kinds; /* those that have every name; begin with ~0u */
	bool open;	/* a parameter has no value */
	size_t at;	/* column of --where that is being read, from 1; 0 = none */
};

#ifdef __cplusplus
extern "C" {
#endif

/* The short names, ends with name NULL. */
extern const struct ak_search_name ak_search_names[];
/* By short name, column or canonical name; false: unknown. */
bool ak_search_name_find(struct ak_str name, struct ak_search_name *out);
/* For a hint: what it may have been; NULL = nothing near. */
const char *ak_search_name_near(struct ak_str name);

/* AK_EXIT_USAGE: err names the column. */
enum ak_rc ak_where_parse(struct ak_where *w, const char *text, const struct ak_search_test **out, struct ak_err *err);

/* ---- making tests (search/tests.c) ---- */

struct ak_search_test *ak_test_new(struct ak_where *w, enum ak_test op, int field);
/* Either may be NULL: the other. */
const struct ak_search_test *ak_test_join(struct ak_where *w, enum ak_test op, const struct ak_search_test *a, const struct ak_search_test *b);
/* The same test, its chains of `and` and of `or` as trees of little depth. NULL is NULL. */
const struct ak_search_test *ak_test_balance(struct ak_where *w, const struct ak_search_test *t);
const struct ak_search_test *ak_test_not(struct ak_where *w, const struct ak_search_test *a);
/* One of `=`, `<`, ...: one of the name's fields. */
enum ak_rc ak_test_compare(struct ak_where *w, const struct ak_search_name *name, enum ak_compare cmp, const char *value,
			   const struct ak_search_test **out, struct ak_err *err);
const struct ak_search_test *ak_test_missing(struct ak_where *w, const struct ak_search_name *name);
/* contains, like, does. */
enum ak_rc ak_test_pattern(struct ak_where *w, const struct ak_search_name *name, enum ak_test op, const char *value,
			   const struct ak_search_test **out, struct ak_err *err);
/* Each of the words. */
enum ak_rc ak_test_words(struct ak_where *w, const char *text, const struct ak_search_test **out, struct ak_err *err);
/* An option of `search` with one of its values: stars, classes of status, sorts of actions, verdicts. */
enum ak_rc ak_test_filter(struct ak_where *w, const char *name, const char *value, const struct ak_search_test **out, struct ak_err *err);
/* --at: 2026-06-01T03:14Z, 03:14Z (any day), with ±1m or +-1m. A test of the day's time, or bounds of the period. */
enum ak_rc ak_test_at(struct ak_where *w, const char *text, int64_t *from_us, int64_t *to_us, const struct ak_search_test **out,
		      struct ak_err *err);

/* The test as an expression of --where, values as they are stored. */
void ak_where_text(const struct ak_search_test *t, struct ak_buf *out);

#ifdef __cplusplus
}
#endif
#endif
