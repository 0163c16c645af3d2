#include "base/ak.h"
#include "store/columns.h"

#include "base/map.h"
#include "base/time.h"

#define SLOTS ((size_t)2 * AK_COLUMNS_ROWS)

const struct ak_column_info ak_columns[AK_COL_COUNT] = {
#define COLUMN(id, kind, field) {AK_COL_IS_##kind, AK_F_##field},
#include "store/columns.def"
#undef COLUMN
};

int ak_column_of(enum ak_field_id f)
{
	for (int i = 0; i < AK_COL_COUNT && f != AK_F_COUNT; i++)
		if (ak_columns[i].field == f && ak_columns[i].kind != AK_COL_IS_TIME)
			return i;
	return -1;
}

struct ak_columns *ak_columns_new(void)
{
	struct ak_columns *c = ak_alloc_zero(1, sizeof *c);

	ak_arena_init(&c->arena);
	return c;
}

/* What a column takes is kept for the next segment. */
static void forget_column(struct ak_columns *c, int col)
{
	if (c->slot[col] && c->ntext[col])
		memset(c->slot[col], 0, SLOTS * sizeof *c->slot[col]);
	if (c->row[col])
		memset(c->row[col], 0, c->n * sizeof *c->row[col]);
	for (size_t i = 0; c->number[col] && i < c->n; i++)
		c->number[col][i] = AK_COLUMN_NONE;
	c->ntext[col] = 0;
}

void ak_columns_clear(struct ak_columns *c)
{
	for (int i = 0; i < AK_COL_COUNT; i++)
		forget_column(c, i);
	c->nwide = 0;
	c->n = 0;
	ak_arena_clear(&c->arena);
}

void ak_columns_free(struct ak_columns *c)
{
	if (!c)
		return;
	for (int i = 0; i < AK_COL_COUNT; i++) {
		ak_free(c->number[i]);
		ak_free(c->scale[i]);
		ak_free(c->text[i]);
		ak_free(c->row[i]);
		ak_free(c->slot[i]);
	}
	ak_free(c->wide);
	ak_arena_release(&c->arena);
	ak_free(c);
}

static void need_numbers(struct ak_columns *c, enum ak_column col)
{
	if (c->number[col])
		return;
	c->number[col] = ak_alloc(AK_COLUMNS_ROWS * sizeof *c->number[col]);
	for (size_t i = 0; i < AK_COLUMNS_ROWS; i++)
		c->number[col][i] = AK_COLUMN_NONE;
	if (ak_columns[col].kind == AK_COL_IS_DEC)
		c->scale[col] = ak_alloc_zero(AK_COLUMNS_ROWS, sizeof *c->scale[col]);
}

static void need_texts(struct ak_columns *c, enum ak_column col)
{
	if (!c->row[col])
		c->row[col] = ak_alloc_zero(AK_COLUMNS_ROWS, sizeof *c->row[col]);
	if (!c->slot[col])
		c->slot[col] = ak_alloc_zero(SLOTS, sizeof *c->slot[col]);
	if (!c->text[col])
		c->text[col] = ak_alloc(AK_COLUMNS_ROWS * sizeof *c->text[col]);
}

/* 1 + index of the text, which is copied when it is new. */
static uint16_t text_index(struct ak_columns *c, enum ak_column col, struct ak_str v)
{
	size_t i = ak_hash(v.p, v.n) & (SLOTS - 1);
	uint16_t *slot = c->slot[col];

	while (slot[i] && !ak_str_eq(c->text[col][slot[i] - 1], v))
		i = (i + 1) & (SLOTS - 1);
	if (!slot[i]) {
		c->text[col][c->ntext[col]] = ak_arena_str(&c->arena, v);
		slot[i] = (uint16_t)++c->ntext[col];
	}
	return slot[i];
}

static void set_decimal(struct ak_columns *c, enum ak_column col, struct ak_str v)
{
	size_t i = c->n - 1;
	int64_t mantissa;
	int scale;

	need_numbers(c, col);
	if (ak_dec_small(v, &mantissa, &scale)) {
		c->number[col][i] = mantissa;
		c->scale[col][i] = (uint8_t)scale;
		return;
	}
	if ((c->nwide & (c->nwide - 1)) == 0)
		c->wide = ak_realloc(c->wide, (c->nwide ? 2 * c->nwide : 1) * sizeof *c->wide);
	c->number[col][i] = (int64_t)c->nwide;
	c->scale[col][i] = AK_COLUMN_WIDE;
	c->wide[c->nwide++] = ak_arena_str(&c->arena, v);
}

void ak_columns_set_text(struct ak_columns *c, enum ak_column col, struct ak_str v)
{
	size_t i = c->n - 1;

	if (ak_columns[col].kind == AK_COL_IS_DEC) {
		set_decimal(c, col, v);
		return;
	}
	if (ak_columns[col].kind == AK_COL_IS_TIME) {
		ak_columns_set_number(c, col, ak_time_us(v));
		return;
	}
	need_texts(c, col);
	if (i && c->row[col][i - 1] && ak_str_eq(c->text[col][c->row[col][i - 1] - 1], v))
		c->row[col][i] = c->row[col][i - 1];
	else
		c->row[col][i] = text_index(c, col, v);
}

void ak_columns_set_number(struct ak_columns *c, enum ak_column col, int64_t v)
{
	need_numbers(c, col);
	c->number[col][c->n - 1] = v;
}

void ak_columns_row(struct ak_columns *c, int64_t seq, int64_t source, bool dated, int64_t time_us)
{
	if (c->n >= AK_COLUMNS_ROWS)
		AK_BUG("a segment of columns holds no more");
	c->n++;
	ak_columns_set_number(c, AK_COL_SEQ, seq);
	ak_columns_set_number(c, AK_COL_SOURCE, source);
	if (dated)
		ak_columns_set_number(c, AK_COL_TIME, time_us);
}

/* 1 + column of each field, made once. */
static const int8_t *columns_of_fields(void)
{
	static _Thread_local int8_t of[AK_F_COUNT];
	static _Thread_local bool known;

	for (int col = 0; !known && col < AK_COL_COUNT; col++)
		if (ak_columns[col].field != AK_F_COUNT)
			of[ak_columns[col].field] = (int8_t)(1 + col);
	known = true;
	return of;
}

bool ak_columns_add(struct ak_columns *c, const struct ak_packed *r, int64_t seq, int64_t file, int64_t source, bool dated, int64_t time_us)
{
	const int8_t *of = columns_of_fields();

	if (r->kind != AK_K_REQUEST || ak_packed_get(r, AK_F_FACET))
		return false;
	ak_columns_row(c, seq, source, dated, time_us);
	ak_columns_set_number(c, AK_COL_FILE, file);
	if (r->flags & AK_COLUMNS_MARKS)
		ak_columns_set_number(c, AK_COL_MARKS, r->flags & AK_COLUMNS_MARKS);
	for (size_t i = 0; i < r->n; i++) {
		const struct ak_packed_value *v = &r->value[i];
		int col = of[v->field] - 1;

		if (col < 0)
			continue;
		if (ak_columns[col].kind == AK_COL_IS_INT)
			ak_columns_set_number(c, (enum ak_column)col, v->v.num);
		else
			ak_columns_set_text(c, (enum ak_column)col, v->v.text);
	}
	return true;
}

struct ak_str ak_columns_decimal(const struct ak_columns *c, enum ak_column col, size_t i, char buf[64])
{
	if (!c->number[col] || c->number[col][i] == AK_COLUMN_NONE)
		return ak_str_n(NULL, 0);
	if (c->scale[col] && c->scale[col][i] == AK_COLUMN_WIDE)
		return c->wide[c->number[col][i]];
	return ak_dec_small_text(c->number[col][i], c->scale[col] ? c->scale[col][i] : 0, buf);
}

bool ak_columns_sum(const struct ak_columns *c, enum ak_column col, size_t i, struct ak_dec_sum *sum)
{
	if (!c->number[col] || c->number[col][i] == AK_COLUMN_NONE)
		return false;
	if (!c->scale[col])
		ak_dec_sum_add_small(sum, c->number[col][i], 0);
	else if (c->scale[col][i] == AK_COLUMN_WIDE)
		ak_dec_sum_add(sum, c->wide[c->number[col][i]]);
	else
		ak_dec_sum_add_small(sum, c->number[col][i], c->scale[col][i]);
	return true;
}
