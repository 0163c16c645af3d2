/* Does what is stored look like prompts or completions? A search of every text of every stored record. */
#include "base/ak.h"
#include "query/query.h"

#include <sqlite3.h>

#include "query/rows.h"
#include "store/record.h"

enum { WORDS = 8, TEMPLATE_WORDS = 25, COUNTED_WORDS = 4, COUNTED_TOKENS = 8 };

struct search {
	struct ak_store *store;
	json_int_t records, texts;
	json_t *found; /* "file field" to {file, field, n, longest, seq} */
};

static bool is_word(struct ak_str s)
{
	size_t letters = 0;

	for (size_t i = 0; i < s.n; i++)
		letters += (ak_is_alnum((unsigned char)s.p[i]) && !ak_is_digit((unsigned char)s.p[i])) ||
			   (unsigned char)s.p[i] >= 0x80;
	return letters && s.n <= 30 && 5 * letters >= 4 * s.n;
}

/* Most words in a row with nothing but a blank between them. */
static size_t words_in_row(struct ak_str s)
{
	size_t most = 0, row = 0;

	for (size_t i = 0, n; i < s.n; i += n + 1) {
		n = ak_str_find(ak_str_n(s.p + i, s.n - i), ' ');
		row = is_word(ak_str_n(s.p + i, n)) ? row + 1 : 0;
		most = row > most ? row : most;
	}
	return most;
}

/* As long as the tokens that the record counts, at three to five and a half bytes each. */
static bool as_long_as(const struct ak_record *r, enum ak_field_id tokens, size_t bytes)
{
	int64_t n = r->v[tokens].num;

	return r->v[tokens].set && n >= COUNTED_TOKENS && n < INT32_MAX && (int64_t)bytes >= 3 * n &&
	       2 * (int64_t)bytes <= 11 * n;
}

static bool is_shaped(const struct ak_record *r, enum ak_field_id f)
{
	struct ak_str s = r->v[f].text;
	size_t words;

	if (!memchr(s.p, ' ', s.n))
		return false;
	words = words_in_row(s);
	if (words >= (ak_fields[f].type == AK_T_TEMPLATE ? TEMPLATE_WORDS : WORDS))
		return true;
	return words >= COUNTED_WORDS && ak_fields[f].type != AK_T_TEMPLATE &&
	       (as_long_as(r, AK_F_INPUT_TOKENS, s.n) || as_long_as(r, AK_F_OUTPUT_TOKENS, s.n));
}

static void count(struct search *q, const struct ak_stored *r, enum ak_field_id f)
{
	json_int_t bytes = (json_int_t)r->rec.v[f].text.n;
	char key[120];
	json_t *o;

	snprintf(key, sizeof key, "%lld %s", (long long)r->file, ak_fields[f].column);
	o = json_object_get(q->found, key);
	if (!o) {
		o = json_pack("{s:I, s:s, s:i, s:i, s:I}", "file", (json_int_t)r->file, "field", ak_fields[f].column,
			      "n", 0, "longest", 0, "seq", (json_int_t)r->seq);
		json_object_set_new(q->found, key, o);
	}
	json_object_set_new(o, "n", json_integer(json_integer_value(json_object_get(o, "n")) + 1));
	if (bytes > json_integer_value(json_object_get(o, "longest")))
		json_object_set_new(o, "longest", json_integer(bytes));
}

static void look_at(struct search *q, const struct ak_stored *r)
{
	q->records++;
	for (int f = 0; f < AK_F_COUNT; f++) {
		if (!r->rec.v[f].text.p || ak_fields[f].type == AK_T_TIME || ak_fields[f].type == AK_T_DEC)
			continue;
		q->texts++;
		if (is_shaped(&r->rec, (enum ak_field_id)f))
			count(q, r, (enum ak_field_id)f);
	}
}

static enum ak_rc search_kind(struct search *q, enum ak_kind k, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_stored_select(q->store, k, " WHERE state = 0 ORDER BY seq", &st, err);

	while (rc == AK_OK && (rc = ak_sql_step(q->store, st, err)) == AK_OK) {
		struct ak_stored r;

		ak_stored_read(st, 0, k, &r);
		look_at(q, &r);
	}
	return rc == AK_END ? AK_OK : rc;
}

/* A find with its source, and the first record that has it as citation. */
static enum ak_rc add_source(struct search *q, json_t *find, struct ak_err *err)
{
	const struct ak_param p[] = {AK_PI(json_integer_value(json_object_get(find, "file")))};
	json_t *row = NULL, *source;
	enum ak_rc rc = ak_rows_one(q->store,
				    "SELECT s.name AS source FROM file f JOIN export e ON e.id = f.export JOIN source s"
				    " ON s.id = e.source WHERE f.id = ?1",
				    p, 1, &row, err);

	if (rc != AK_OK)
		return rc == AK_END ? ak_fail(err, AK_EXIT_CORRUPT, "a record has lost its file") : rc;
	source = json_object_get(row, "source");
	json_object_set(find, "source", source);
	json_object_set_new(find, "first",
			    json_sprintf("%s:%lld", json_string_value(source),
					 (long long)json_integer_value(json_object_get(find, "seq"))));
	json_decref(row);
	return AK_OK;
}

enum ak_rc ak_query_shapes(struct ak_store *s, json_t **out, struct ak_err *err)
{
	struct search q = {.store = s, .found = json_object()};
	json_t *list = json_array(), *find;
	const char *key;
	enum ak_rc rc = AK_OK;

	for (int k = 0; k < AK_K_COUNT && rc == AK_OK; k++)
		rc = search_kind(&q, (enum ak_kind)k, err);
	json_object_foreach(q.found, key, find)
	{
		if (rc == AK_OK)
			rc = add_source(&q, find, err);
		json_array_append(list, find);
	}
	json_decref(q.found);
	if (rc == AK_OK)
		*out = json_pack("{s:I, s:I, s:o}", "records", q.records, "texts", q.texts, "found", list);
	else
		json_decref(list);
	return rc;
}
