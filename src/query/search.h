/* Looking records up by what they say: one evidence layer (record kind) or several side by side, in order of time and place in the
 * ledger, with a place to go on from. Only live, newest records; second witnesses and entries of a call are records here, counted
 * apart. Requests are found by column (store/columns.h), the other kinds along their index of times.
 *
 * An expression is a tree of tests on fields. A test of a value that is missing is false, so `not` makes it true: two truth values,
 * the same for rows and for columns, which ask the same functions (search_match.c). Values are as they are stored: whoever makes the
 * tree turns a person into a token first. Nothing of it goes into SQL but the number of a test. */
#ifndef AK_QUERY_SEARCH_H
#define AK_QUERY_SEARCH_H

#include <jansson.h>

#include "model/field.h"
#include "store/store.h"

enum ak_test {
	AK_TEST_AND, AK_TEST_OR, AK_TEST_NOT,
	AK_TEST_COMPARE,  /* with value[0] by cmp: numbers, decimals, times, texts by bytes */
	AK_TEST_IN,	  /* a text, or of a LIST an element, is one of the values */
	AK_TEST_MISSING,
	AK_TEST_CONTAINS, /* in either case of ASCII letters */
	AK_TEST_LIKE,	  /* the same, `*` stands for any characters */
	AK_TEST_ACTION,	  /* an action of the sort that value[0] names (ak_action_is) */
	AK_TEST_DAYTIME,  /* time of day from value[0].num, before value[1].num, microseconds; the end may lie in the next day */
	AK_TEST_WORDS,	  /* each value is the beginning of a word in one of the texts that ak_search_covers */
	AK_TEST_ALL	  /* true */
};

enum ak_compare { AK_EQ, AK_LT, AK_LE, AK_GT, AK_GE };

/* Beside enum ak_field_id: what is not a field of the record. */
enum { AK_TEST_SOURCE = AK_F_COUNT, AK_TEST_TIME_US, AK_TEST_NO_FIELD };

struct ak_test_value {
	struct ak_str text;  /* as stored; a parameter's name where it has no value yet */
	int64_t num;	     /* INT, BOOL, PRESENCE, TIME (microseconds) */
	bool whole;	     /* num says it; else text is a canonical decimal */
	bool open;	     /* a parameter without a value */
};

/* Borrowed: lives in the arena of whoever made it. */
struct ak_search_test {
	enum ak_test op;
	enum ak_compare cmp;
	int field; /* enum ak_field_id, AK_TEST_SOURCE, AK_TEST_TIME_US or AK_TEST_NO_FIELD */
	const struct ak_search_test *a, *b;
	const struct ak_test_value *value;
	size_t n;
};

/* Where a record stands: those without a time come last, whichever way. */
struct ak_search_key {
	int64_t us, seq; /* us: of undated ones INT64_MAX, backwards INT64_MIN */
	enum ak_kind kind;
};

struct ak_search_opts {
	unsigned kinds;	       /* bit per enum ak_kind */
	int64_t from_us, to_us; /* half-open; undated records belong to the open period only */
	const struct ak_search_test *test; /* NULL = all */
	bool backwards;
	int64_t bound; /* only records before this place in the ledger, as they were then; INT64_MAX = all */
	bool count_all; /* count whatever it takes */
};

/* What one kind has of them. */
struct ak_search_count {
	bool asked, exact; /* exact false: at least n */
	uint64_t n, witnesses, entries; /* of n, second witnesses and entries of a call */
};

struct ak_search;

#ifdef __cplusplus
extern "C" {
#endif

/* Whether it can be asked for: the tests and words of one search are bounded. NULL does. */
bool ak_search_fits(const struct ak_search_test *t);

/* A read transaction begins: rows and counts are of one moment. opts and its test are borrowed. */
enum ak_rc ak_search_open(struct ak_store *s, const struct ak_search_opts *o, struct ak_search **out, struct ak_err *err);
void ak_search_free(struct ak_search *q);
/* The ledger's size when it was opened: a bound for the pages that follow. */
int64_t ak_search_size(const struct ak_search *q);
/* Begin behind a record; NULL = at the start. */
enum ak_rc ak_search_from(struct ak_search *q, const struct ak_search_key *after, size_t about, struct ak_err *err);
/* The next one in order; AK_END. */
enum ak_rc ak_search_next(struct ak_search *q, struct ak_search_key *out, struct ak_err *err);
/* How many there are of each kind, from the start; after ak_search_from. */
enum ak_rc ak_search_count(struct ak_search *q, struct ak_search_count counts[AK_K_COUNT], struct ak_err *err);
/* A record as a document: {cite, seq, kind, source, pseudonym_key, time|null, flags: [names], second_witness_of|absent, fields: {column: text|number|
 * bool|list}}. Fast for many of a kind. */
enum ak_rc ak_search_record(struct ak_search *q, const struct ak_search_key *k, json_t **out, struct ak_err *err);

/* ---- tests on values, for rows and columns alike (search_match.c) ---- */

bool ak_test_text(const struct ak_search_test *t, struct ak_str v);
bool ak_test_number(const struct ak_search_test *t, int64_t v);
/* v: digits x 10^-scale */
bool ak_test_decimal(const struct ak_search_test *t, int64_t digits, int scale);
/* Of COMPARE: is this the order that it asks for? negative, 0, positive */
bool ak_test_order(const struct ak_search_test *t, int order);
/* Whether the text has a word that begins with the value. */
bool ak_test_word(const struct ak_test_value *v, struct ak_str text);
/* Does a word of the action's name say create, update, delete, login, export, invite, chat, ...? */
bool ak_action_is(struct ak_str action, struct ak_str sort);
const char *const *ak_action_sorts(void); /* NULL-terminated */
/* Does AK_TEST_WORDS look at this field? Names, labels, codes, paths and templates; never what is hashed, kept text or numbers. */
bool ak_search_covers(enum ak_field_id f);

#ifdef __cplusplus
}
#endif
#endif
