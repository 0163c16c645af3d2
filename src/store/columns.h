/* Requests by column: what reports sum and group by, kept a second time beside the rows, in segments of up to some thousand
 * records. A report over millions of them reads the few columns it asks for, and nothing is summed up before it is asked: any
 * period, grouping and time zone is exact, and a superseded record or a second witness is left out when it is read.
 *
 *   column_segment  which records a segment holds: first and last place in the ledger, their number, their times
 *   column_page     one column of one segment, encoded (columns_page.c says how); id = segment << 8 | column
 *                   number of the column + 128: which texts a column of many may have (ak_columns_sieve), so that a search for one of
 *                   them passes over most segments
 *   meta            `columns_through`: records from here on stand in no segment yet; a reader takes them from the rows
 *                   `columns_made`: how many columns the segments were made with; where there are more now, readers take the rows, and
 *                   the next ingest makes all segments again
 *
 * A page says nothing that the rows do not, byte for byte the same whenever it is made: verify makes them again. Entries of a
 * call (facet) stand in no segment: they are folded when they are read. */
#ifndef AK_STORE_COLUMNS_H
#define AK_STORE_COLUMNS_H

#include "base/decimal.h"
#include "store/record.h"

/* Records of a segment at most; below the least one the next ingest reads it again and goes on with it. */
#define AK_COLUMNS_ROWS 8192
#define AK_COLUMNS_LEAST 1024
/* Pages beside the columns' own begin here. */
#define AK_COLUMNS_SIEVES 128
/* Flags of a record that MARKS has. */
#define AK_COLUMNS_MARKS (AK_R_CUT | AK_R_ODD_TIME)

enum ak_column {
#define COLUMN(id, kind, field) AK_COL_##id,
#include "store/columns.def"
#undef COLUMN
	AK_COL_COUNT
};

enum ak_column_kind { AK_COL_IS_TEXT, AK_COL_IS_INT, AK_COL_IS_DEC, AK_COL_IS_TIME };

struct ak_column_info {
	enum ak_column_kind kind;
	enum ak_field_id field; /* AK_F_COUNT of those that are no field */
};
extern const struct ak_column_info ak_columns[AK_COL_COUNT];

#define AK_COLUMN_NONE INT64_MIN /* of numbers: no value */
#define AK_COLUMN_WIDE 255	 /* as a scale: number[i] is an index of wide */

/* A segment in memory, or as much of one as was asked for. Columns without any value are NULL. */
struct ak_columns {
	size_t n;
	int64_t *number[AK_COL_COUNT];	      /* INT: values; TIME: microseconds; DEC: digits without the point, AK_COLUMN_NONE = none */
	uint8_t *scale[AK_COL_COUNT];	      /* DEC: digits behind the point */
	struct ak_str *text[AK_COL_COUNT];    /* TEXT: the values that occur, in the order they came */
	size_t ntext[AK_COL_COUNT];
	uint16_t *row[AK_COL_COUNT];	      /* TEXT: 1 + index of text, 0 = no value */
	struct ak_str *wide;		      /* decimals that do not fit 18 digits */
	size_t nwide;
	struct ak_arena arena;
	uint16_t *slot[AK_COL_COUNT]; /* 1 + index by hash, while it is built */
};

/* A text of a row, p NULL = none; a number, AK_COLUMN_NONE = none. */
static inline struct ak_str ak_columns_text(const struct ak_columns *c, enum ak_column col, size_t i)
{
	uint16_t at = c->row[col] ? c->row[col][i] : 0;

	return at ? c->text[col][at - 1] : ak_str_n(NULL, 0);
}

static inline int64_t ak_columns_number(const struct ak_columns *c, enum ak_column col, size_t i)
{
	return c->number[col] ? c->number[col][i] : AK_COLUMN_NONE;
}

#ifdef __cplusplus
extern "C" {
#endif

/* The column that holds a field's values; -1 when it has none. */
int ak_column_of(enum ak_field_id f);

struct ak_columns *ak_columns_new(void);
void ak_columns_free(struct ak_columns *c);
void ak_columns_clear(struct ak_columns *c);
/* One record more; c->n must be below AK_COLUMNS_ROWS. False: it is no request or an entry of a call, and c as it was. Texts are
 * copied. */
bool ak_columns_add(struct ak_columns *c, const struct ak_packed *r, int64_t seq, int64_t file, int64_t source, bool dated, int64_t time_us);
/* The same, value by value: begin a row of its own, then set what it has. */
void ak_columns_row(struct ak_columns *c, int64_t seq, int64_t source, bool dated, int64_t time_us);
void ak_columns_set_text(struct ak_columns *c, enum ak_column col, struct ak_str v);
void ak_columns_set_number(struct ak_columns *c, enum ak_column col, int64_t v);

/* One column as bytes; nothing where no record has a value. */
void ak_columns_encode(const struct ak_columns *c, enum ak_column col, struct ak_buf *out);
/* Back again, c->n being known; texts are views into data. False: these bytes are no such column. */
bool ak_columns_decode(struct ak_columns *c, enum ak_column col, struct ak_str data);

/* The texts of a page of TEXT one after the other, without a look at its records; damage ends them. */
struct ak_columns_texts {
	const unsigned char *p, *end;
	uint64_t left;
};
void ak_columns_texts_open(struct ak_columns_texts *t, struct ak_str page);
bool ak_columns_texts_next(struct ak_columns_texts *t, struct ak_str *text);

/* What texts a column has, as a filter (Bloom 1970): 16 bits and 4 places a text. Nothing for a column of few texts, which is as fast to read. */
void ak_columns_sieve(const struct ak_columns *c, enum ak_column col, struct ak_buf *out);
/* False: no record of that segment has this text. */
bool ak_columns_sieve_may(struct ak_str sieve, struct ak_str text);

/* Canonical text of a decimal of the block, valid as long as it or until buf changes; p NULL = none. */
struct ak_str ak_columns_decimal(const struct ak_columns *c, enum ak_column col, size_t i, char buf[64]);
/* Add a number or decimal to a sum; false: there is none. */
bool ak_columns_sum(const struct ak_columns *c, enum ak_column col, size_t i, struct ak_dec_sum *sum);

#ifdef __cplusplus
}
#endif
#endif
