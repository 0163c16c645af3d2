/* Does what is stored look like prompts or completions? A search of every text of every stored record. */
#include "base/ak.h"
#include "query/query.h"

#include <sqlite3.h>

#include "base/time.h"
#include "query/observed.h"
#include "query/rows.h"
#include "store/record.h"

enum { WORDS = 8, TEMPLATE_WORDS = 25, COUNTED_WORDS = 4, COUNTED_TOKENS = 8 };

/* Of one source and kind. */
struct age {
	uint64_t records, undated, due;
	int64_t oldest_us;
};

struct search {
	struct ak_store *store;
	json_int_t records, texts;
	json_t *found; /* "file field" to {file, field, n, longest, seq} */
	struct ak_observed *observed;
	const int64_t *oldest_us; /* by kind, of ak_query_completeness */
	int32_t *source_of;	  /* by file: number of its source in names, -1 = there is no such file */
	int64_t nfiles;
	json_t *names;
	struct age *age; /* by source, then kind */
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
static bool as_long_as(const struct ak_packed *r, enum ak_field_id tokens, size_t bytes)
{
	const struct ak_value *v = ak_packed_get(r, tokens);
	int64_t n = v ? v->num : 0;

	return n >= COUNTED_TOKENS && n < INT32_MAX && (int64_t)bytes >= 3 * n &&
	       2 * (int64_t)bytes <= 11 * n;
}

static bool is_shaped(const struct ak_packed *r, enum ak_field_id f, struct ak_str s)
{
	size_t words;

	if (!memchr(s.p, ' ', s.n))
		return false;
	words = words_in_row(s);
	if (words >= (ak_fields[f].type == AK_T_TEMPLATE ? TEMPLATE_WORDS : WORDS))
		return true;
	return words >= COUNTED_WORDS && ak_fields[f].type != AK_T_TEMPLATE &&
	       (as_long_as(r, AK_F_INPUT_TOKENS, s.n) || as_long_as(r, AK_F_OUTPUT_TOKENS, s.n));
}

static void count(struct search *q, const struct ak_stored *r, enum ak_field_id f, json_int_t bytes)
{
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

static void look_at(struct search *q, const struct ak_stored *r, const struct ak_packed *rec)
{
	q->records++;
	for (size_t i = 0; i < rec->n; i++) {
		enum ak_field_id f = rec->value[i].field;
		struct ak_str s = rec->value[i].v.text;

		if (!s.p || ak_fields[f].type == AK_T_TIME || ak_fields[f].type == AK_T_DEC)
			continue;
		q->texts++;
		if (is_shaped(rec, f, s))
			count(q, r, f, (json_int_t)s.n);
	}
}

static void add_age(struct search *q, enum ak_kind k, const struct ak_stored *r)
{
	struct age *a;

	if (r->file < 0 || r->file >= q->nfiles || q->source_of[r->file] < 0)
		return;
	a = &q->age[(size_t)q->source_of[r->file] * AK_K_COUNT + k];
	a->undated += !r->has_time;
	if (r->has_time && (a->records == a->undated - !r->has_time || r->time_us < a->oldest_us))
		a->oldest_us = r->time_us;
	a->due += r->has_time && r->time_us < q->oldest_us[k];
	a->records++;
}

/* Which source a file is of: there are fewer sources than files, and fewer files than records. */
static enum ak_rc read_files(struct search *q, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(q->store, "SELECT f.id, s.name FROM source s JOIN export e ON e.source = s.id JOIN file f ON f.export = e.id"
						 " ORDER BY s.name, f.id", &st, err);

	while (rc == AK_OK && (rc = ak_sql_step(q->store, st, err)) == AK_OK) {
		int64_t id = sqlite3_column_int64(st, 0), was = q->nfiles;
		struct ak_str name = ak_sql_text(st, 1);
		size_t n = json_array_size(q->names);

		if (id < 0 || id > INT32_MAX)
			continue;
		if (id >= was) {
			q->nfiles = 2 * (id + 64);
			q->source_of = ak_realloc(q->source_of, (size_t)q->nfiles * sizeof *q->source_of);
			memset(q->source_of + was, 0xff, (size_t)(q->nfiles - was) * sizeof *q->source_of);
		}
		if (!n || !ak_str_is(name, json_string_value(json_array_get(q->names, n - 1))))
			json_array_append_new(q->names, json_stringn(name.p, name.n));
		q->source_of[id] = (int32_t)json_array_size(q->names) - 1;
	}
	q->age = ak_alloc_zero(json_array_size(q->names) * AK_K_COUNT + 1, sizeof *q->age);
	return rc == AK_END ? AK_OK : rc;
}

static json_t *ages(const struct search *q)
{
	json_t *rows = json_array(), *name;
	char buf[32];
	size_t i;

	json_array_foreach(q->names, i, name)
		for (int k = 0; k < AK_K_COUNT; k++) {
			const struct age *a = &q->age[i * AK_K_COUNT + (size_t)k];
			bool dated = a->records > a->undated, class = q->oldest_us[k] != INT64_MIN;

			if (a->records)
				json_array_append_new(rows, json_pack("{s:O, s:s, s:I, s:I, s:o, s:o, s:I}", "source", name, "kind", ak_kinds[k].name,
								      "records", (json_int_t)a->records, "undated", (json_int_t)a->undated, "oldest",
								      dated ? json_string(ak_time_z(a->oldest_us, 0, buf)) : json_null(), "class_end",
								      class ? json_string(ak_time_z(q->oldest_us[k], 0, buf)) : json_null(), "due",
								      (json_int_t)a->due));
		}
	return rows;
}

static enum ak_rc search_kind(struct search *q, enum ak_kind k, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_stored_select(q->store, k, " WHERE state = 0 ORDER BY seq", &st, err);
	struct ak_stored *r = ak_alloc_zero(1, sizeof *r);
	struct ak_arena arena;

	ak_arena_init(&arena);
	while (rc == AK_OK && (rc = ak_sql_step(q->store, st, err)) == AK_OK) {
		const struct ak_packed *rec = ak_stored_pack(st, 0, k, &arena, r);

		if (rec) {
			look_at(q, r, rec);
			ak_observed_add(q->observed, k, rec);
			add_age(q, k, r);
		}
		ak_arena_clear(&arena);
	}
	ak_arena_release(&arena);
	ak_free(r);
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

enum ak_rc ak_query_shapes(struct ak_store *s, const int64_t oldest_us[AK_K_COUNT], json_t **out, struct ak_err *err)
{
	struct search q = {.store = s, .found = json_object(), .observed = ak_observed_new(), .oldest_us = oldest_us, .names = json_array()};
	json_t *list = json_array(), *find;
	const char *key;
	enum ak_rc rc = read_files(&q, err);

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
		*out = json_pack("{s:I, s:I, s:o, s:o, s:o}", "records", q.records, "texts", q.texts, "found", list, "fields",
				 ak_observed_rows(q.observed), "ages", ages(&q));
	else
		json_decref(list);
	ak_observed_free(q.observed);
	json_decref(q.names);
	ak_free(q.source_of);
	ak_free(q.age);
	return rc;
}
