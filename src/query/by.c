#include "base/ak.h"
#include "query/aggregate.h"

#include <sqlite3.h>
#include <stdio.h>

enum how { TEXT, PERSON, NUMBER, CLASS, SOURCE };
#define COLUMNS_OF 3

static const struct {
	enum how how;
	enum ak_column col[COLUMNS_OF];
} made_of[AK_BY_COUNT] = {
#define BY(id, words, how, first, second, third, meaning) {how, {AK_COL_##first, AK_COL_##second, AK_COL_##third}},
#include "query/aggregate.def"
#undef BY
};

const struct ak_by_info ak_bys[AK_BY_COUNT] = {
#define BY(id, words, how, first, second, third, meaning) {words, meaning},
#include "query/aggregate.def"
#undef BY
};

int ak_by_find(struct ak_str name)
{
	for (int i = 0; i < AK_BY_COUNT; i++)
		if (ak_str_is(name, ak_bys[i].name))
			return i;
	return -1;
}

void ak_by_want(enum ak_by by, struct ak_columns_want *want)
{
	for (int i = 0; i < COLUMNS_OF; i++)
		want->col[made_of[by].col[i]] = true;
}

enum ak_rc ak_by_sources(struct ak_store *s, struct ak_map *out, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(s, "SELECT id, name FROM source", &st, err);

	while (rc == AK_OK && (rc = ak_sql_step(s, st, err)) == AK_OK) {
		int64_t id = sqlite3_column_int64(st, 0);
		struct ak_str name = ak_sql_text(st, 1);

		ak_map_put(out, ak_str_n((const char *)&id, sizeof id), NULL)->v.ptr = ak_strndup(name.p, name.n);
	}
	return rc == AK_END ? AK_OK : rc;
}

void ak_by_sources_release(struct ak_map *m)
{
	for (size_t i = 0; i < m->n; i++)
		ak_free(m->e[i].v.ptr);
	ak_map_release(m);
}

/* A code more for a value. */
static uint32_t add_value(struct ak_by_codes *out, struct ak_str v)
{
	if (out->ncodes == out->cap) {
		out->cap = out->cap ? 2 * out->cap : 64;
		out->value = ak_realloc(out->value, out->cap * sizeof *out->value);
	}
	out->value[out->ncodes] = v;
	return out->ncodes++;
}

static bool is_person(struct ak_str v) { return ak_str_starts(v, AK_STR("user:")) || ak_str_starts(v, AK_STR("email:")); }

/* The first column with a value; of an actor that stands for a person, persons only. */
static void code_texts(const struct ak_columns *c, enum ak_by by, struct ak_by_codes *out)
{
	uint32_t base[COLUMNS_OF] = {0};

	for (int k = 0; k < COLUMNS_OF; k++) {
		enum ak_column col = made_of[by].col[k];

		if (k && col == made_of[by].col[k - 1])
			continue;
		base[k] = out->ncodes;
		for (size_t v = 0; c->row[col] && v < c->ntext[col]; v++)
			add_value(out, c->text[col][v]);
	}
	for (size_t i = 0; i < c->n; i++) {
		uint32_t code = 0;

		for (int k = 0; k < COLUMNS_OF && !code; k++) {
			enum ak_column col = made_of[by].col[k];

			if ((k && col == made_of[by].col[k - 1]) || !c->row[col] || !c->row[col][i])
				continue;
			if (made_of[by].how != PERSON || k || is_person(c->text[col][c->row[col][i] - 1]))
				code = base[k] + c->row[col][i] - 1u;
		}
		out->code[i] = code;
	}
}

static struct ak_str number_text(enum how how, int64_t v, const struct ak_map *sources, struct ak_arena *arena)
{
	const struct ak_map_entry *e;

	if (how == CLASS)
		return ak_arena_printf(arena, "%lldxx", (long long)v);
	if (how == NUMBER)
		return ak_arena_printf(arena, "%lld", (long long)v);
	e = ak_map_get(sources, ak_str_n((const char *)&v, sizeof v));
	return ak_str_of(e ? e->v.ptr : "");
}

static void code_numbers(const struct ak_columns *c, enum ak_by by, const struct ak_map *sources, struct ak_by_codes *out)
{
	const int64_t *number = c->number[made_of[by].col[0]];
	enum how how = made_of[by].how;
	int64_t known[AK_COLUMNS_ROWS], v;
	uint32_t code = 0;

	for (size_t i = 0; i < c->n; i++) {
		out->code[i] = 0;
		if (!number || number[i] == AK_COLUMN_NONE)
			continue;
		v = how == CLASS ? number[i] / 100 : number[i];
		for (code = 1; code < out->ncodes && known[code - 1] != v; code++)
			;
		if (code == out->ncodes) {
			known[code - 1] = v;
			add_value(out, number_text(how, v, sources, &out->arena));
		}
		out->code[i] = code;
	}
}

void ak_by_code(const struct ak_columns *c, enum ak_by by, const struct ak_map *sources, struct ak_by_codes *out)
{
	if (!out->value)
		ak_arena_init(&out->arena);
	ak_arena_clear(&out->arena);
	out->ncodes = 0;
	add_value(out, ak_str_n(NULL, 0));
	if (made_of[by].how == TEXT || made_of[by].how == PERSON)
		code_texts(c, by, out);
	else
		code_numbers(c, by, sources, out);
}

void ak_by_codes_release(struct ak_by_codes *c)
{
	if (c->value)
		ak_arena_release(&c->arena);
	ak_free(c->value);
	c->value = NULL;
	c->cap = 0;
}
