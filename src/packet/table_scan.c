#include "base/ak.h"
#include "packet/table_scan.h"

#include "base/decimal.h"
#include "base/fs.h"
#include "base/map.h"
#include "packet/checks.h"
#include "packet/sheet_cells.h"
#include "packet/table.h"
#include "packet/workbook.h"

#define ROW_BYTES ((size_t)1 << 24)

static const char *const types[] = {"string", "integer", "number", "datetime", "boolean", "" /* any other, which no text is of */};

static const struct {
	const char *table, *total, *parts;
} sums[] = {
	{"sources", "records_in", "stored duplicate rejected blank excluded expired"},
	{"links", "total", "linked ambiguous unlinked"},
};

const char *ak_table_sum(const char *table, const char **parts)
{
	for (size_t i = 0; i < AK_COUNT(sums); i++) {
		if (strcmp(sums[i].table, table) != 0)
			continue;
		*parts = sums[i].parts;
		return sums[i].total;
	}
	return NULL;
}

enum { TOKEN_HEX = 32 };

void ak_table_blank(struct ak_str text, struct ak_buf *out)
{
	for (size_t i = 0; i < text.n; i++) {
		size_t n = 0;

		ak_buf_addc(out, text.p[i]);
		if (text.p[i] != ':' || !i || !ak_is_lower((unsigned char)text.p[i - 1]))
			continue;
		while (i + 1 + n < text.n && ak_is_hex((unsigned char)text.p[i + 1 + n]))
			n++;
		i += n == TOKEN_HEX ? n : 0;
	}
}

struct ak_table_scan *ak_table_scan_new(const char *name, const struct ak_selfaudit *audit)
{
	struct ak_table_scan *s = ak_alloc_zero(1, sizeof *s);
	struct ak_str base = ak_fs_base(name);

	s->audit = audit;
	s->name = ak_strdup(name);
	s->table = ak_strndup(base.p, ak_str_find(base, '.'));
	ak_buf_init(&s->shown, SIZE_MAX / 2);
	ak_buf_init(&s->tail, 2 * ROW_BYTES);
	return s;
}

void ak_table_scan_free(struct ak_table_scan *s)
{
	if (!s)
		return;
	ak_buf_release(&s->shown);
	ak_buf_release(&s->tail);
	ak_cited_free(s->cited);
	json_decref(s->header);
	ak_free(s->not_of_type);
	ak_free(s->secret);
	ak_free(s->mark);
	ak_free(s->cells);
	ak_free(s->name);
	ak_free(s->table);
	ak_free(s);
}

/* The integer in a column of a row, 0 when there is none; false when it is too large. */
static bool cell_number(const struct ak_table_scan *s, const json_t *row, struct ak_str column, int64_t *out)
{
	struct ak_err ignored = {0};
	json_t *head;
	size_t i;

	*out = 0;
	json_array_foreach(s->header, i, head) {
		const char *text = json_string_value(json_array_get(row, i));

		if (json_is_string(head) && ak_str_is(column, json_string_value(head)) && text)
			return ak_dec_int(ak_str_of(text), false, out, &ignored) == AK_OK;
	}
	return true;
}

/* Rows that a section shows are added up there. */
static void add_up(struct ak_table_scan *s, const json_t *row)
{
	const char *parts = "", *total = ak_table_sum(s->table, &parts);
	int64_t want = 0, sum = 0, part;
	bool fits;

	if (!total)
		return;
	fits = cell_number(s, row, ak_str_of(total), &want);
	for (size_t n; *parts; parts += n + (parts[n] == ' ')) {
		n = strcspn(parts, " ");
		fits = fits && cell_number(s, row, ak_str_n(parts, n), &part) && !__builtin_add_overflow(sum, part, &sum);
	}
	s->sums++;
	s->wrong += !fits || sum != want;
}

/* A cell below a head that says secret. */
static bool leaks(const struct ak_table_scan *s, const json_t *head, const json_t *cell)
{
	struct ak_str text = ak_str_n(json_string_value(cell), json_string_length(cell));
	struct ak_selfaudit_hit hit;

	return text.n && ak_selfaudit_cell(s->audit, json_string_value(head), text, &hit);
}

/* line: where the row ends. */
static void look_at_cells(struct ak_table_scan *s, const json_t *row, uint64_t line)
{
	json_t *cell;
	size_t i;

	json_array_foreach((json_t *)row, i, cell)
		if (s->secret[i] && !s->leak && leaks(s, json_array_get(s->header, i), cell))
			s->leak = line;
	json_array_foreach((json_t *)row, i, cell)
		for (size_t k = 0; json_is_string(cell) && k < AK_COUNT(types); k++)
			if (!(s->not_of_type[i] >> k & 1) && !ak_table_fits(types[k], json_string_value(cell)))
				s->not_of_type[i] |= (uint8_t)(1u << k);
}

static void begin(struct ak_table_scan *s, json_t *header)
{
	json_t *head;
	size_t i;

	s->not_of_type = ak_alloc_zero(json_array_size(header) + 1, 1);
	s->secret = ak_alloc_zero(json_array_size(header) + 1, sizeof *s->secret);
	s->header = json_incref(header);
	json_array_foreach(header, i, head)
		s->secret[i] = json_is_string(head) && ak_selfaudit_names(json_string_value(head));
}

/* A mark of a row: its bytes without the pseudonyms, which are of each packet's own. */
static void keep_mark(struct ak_table_scan *s, struct ak_str text)
{
	struct ak_buf b;

	if (!s->want_rows)
		return;
	if (!(s->marks & (s->marks - 1)))
		s->mark = ak_realloc(s->mark, (s->marks ? 2 * s->marks : 1) * sizeof *s->mark);
	ak_buf_init(&b, ROW_BYTES);
	ak_table_blank(text, &b);
	s->mark[s->marks++] = ak_hash(b.p ? b.p : "", b.n);
	ak_buf_release(&b);
}

static void keep_cells(struct ak_table_scan *s, const json_t *row)
{
	if (s->ncells == AK_SHEET_ROWS)
		return;
	if (!(s->ncells & (s->ncells - 1)))
		s->cells = ak_realloc(s->cells, (s->ncells ? 2 * s->ncells : 1) * sizeof *s->cells);
	s->cells[s->ncells++] = ak_cells_mark_row(row);
}

/* One row with its line end. */
static void take(struct ak_table_scan *s, struct ak_str text, uint64_t line)
{
	struct ak_str left = text;
	json_t *row = ak_table_row(&left);

	s->broken = !row || left.n || (s->header && json_array_size(row) != json_array_size(s->header));
	if (!s->broken && (!s->header || s->rows < AK_TABLE_SHOWN))
		ak_buf_addstr(&s->shown, text);
	else if (!s->broken)
		add_up(s, row);
	if (!s->broken && !s->header) {
		begin(s, row);
		s->head_cells = ak_cells_mark_row(row);
	} else if (!s->broken) {
		look_at_cells(s, row, line);
		keep_mark(s, text);
		keep_cells(s, row);
		if (s->cited)
			ak_cited_add_text(s->cited, ak_str_n(json_string_value(json_array_get(row, 0)), json_string_length(json_array_get(row, 0))));
		s->rows++;
	}
	json_decref(row);
}

void ak_table_scan_feed(struct ak_table_scan *s, const char *p, size_t n)
{
	struct ak_selfaudit_hit hit;
	uint64_t lines = s->lines;
	size_t from = 0;

	if (s->broken)
		return;
	ak_buf_add(&s->tail, p, n);
	for (; !s->broken && s->at < s->tail.n; s->at++) {
		s->quoted ^= s->tail.p[s->at] == '"';
		if (s->quoted || s->tail.p[s->at] != '\n')
			continue;
		lines += ak_selfaudit_lines(ak_str_n(s->tail.p + from, s->at + 1 - from));
		take(s, ak_str_n(s->tail.p + from, s->at + 1 - from), lines);
		from = s->at + 1;
	}
	if (!s->leak && from && ak_selfaudit(s->audit, s->name, ak_str_n(s->tail.p, from), &hit))
		s->leak = s->lines + hit.line;
	s->lines = lines;
	s->broken = s->broken || s->tail.over || s->tail.n - from > ROW_BYTES;
	if (from)
		memmove(s->tail.p, s->tail.p + from, s->tail.n - from);
	s->tail.n -= from;
	s->at -= from;
}

void ak_table_scan_end(struct ak_table_scan *s)
{
	s->broken = s->broken || s->tail.n;
	ak_buf_release(&s->tail);
}

bool ak_table_scan_fits(const struct ak_table_scan *s, size_t column, const char *type)
{
	size_t k = 0;

	while (k + 1 < AK_COUNT(types) && strcmp(types[k], type) != 0)
		k++;
	return !(s->not_of_type[column] >> k & 1);
}
