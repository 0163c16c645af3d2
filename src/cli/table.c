#include "base/ak.h"
#include "cmd/io.h"

#include <stdarg.h>

#include "base/text.h"

void ak_table_init(struct ak_table *t, size_t ncols, const char *align)
{
	memset(t, 0, sizeof *t);
	t->ncols = ncols;
	t->right = align;
}

void ak_table_text(struct ak_table *t, struct ak_str s)
{
	struct ak_buf safe;

	if (t->nrows == t->cap) {
		t->cap = t->cap ? 2 * t->cap : 64;
		t->cell = ak_realloc(t->cell, t->cap * sizeof *t->cell);
	}
	ak_buf_init(&safe, 1 << 22);
	ak_text_safe(&safe, s);
	t->cell[t->nrows++] = ak_buf_detach(&safe);
	ak_buf_release(&safe);
}

void ak_table_cell(struct ak_table *t, const char *fmt, ...)
{
	struct ak_buf raw;
	va_list ap;

	ak_buf_init(&raw, 1 << 20);
	va_start(ap, fmt);
	ak_buf_vaddf(&raw, fmt, ap);
	va_end(ap);
	ak_table_text(t, ak_buf_str(&raw));
	ak_buf_release(&raw);
}

static int width_of(const struct ak_table *t, size_t col)
{
	int widest = 0;

	for (size_t i = col; i < t->nrows; i += t->ncols) {
		int w = ak_text_width(ak_str_of(t->cell[i]));
		widest = w > widest ? w : widest;
	}
	return widest;
}

static void add_cell(struct ak_buf *b, const char *cell, int width, bool right, bool last)
{
	int pad = width - ak_text_width(ak_str_of(cell));

	if (right)
		ak_buf_addf(b, "%*s", pad, "");
	ak_buf_adds(b, cell);
	if (!right && !last)
		ak_buf_addf(b, "%*s", pad, "");
}

/* Where beside the other columns is no room. */
static void add_below(struct ak_buf *b, const char *cell, size_t width)
{
	while (b->n && b->p[b->n - 1] == ' ')
		b->n--;
	ak_buf_adds(b, "\n    ");
	ak_text_wrap(b, ak_str_of(cell), 4, 4, width);
}

/* Where the last column begins; a long text in it goes on below itself. */
static size_t last_column(const struct ak_table *t, const int *width)
{
	size_t at = 0;

	for (size_t c = 0; c + 1 < t->ncols; c++)
		at += (size_t)width[c] + (t->tight && t->right[c + 1] == 'r' ? 1 : 2);
	return at;
}

/* Each row on lines of its own: its name, then "column value" as far as they fit. */
static void stack(const struct ak_table *t, struct ak_io *io)
{
	struct ak_buf b, pairs;

	ak_buf_init(&b, 1u << 28);
	ak_buf_init(&pairs, 1 << 22);
	for (size_t r = t->ncols; r < t->nrows; r += t->ncols) {
		ak_buf_addf(&b, "%s\n", t->cell[r]);
		ak_buf_clear(&pairs);
		for (size_t c = 1; c < t->ncols; c++)
			if (*t->cell[r + c])
				ak_buf_addf(&pairs, "%s%s %s", pairs.n ? ", " : "", t->cell[c], t->cell[r + c]);
		ak_buf_adds(&b, "  ");
		ak_text_wrap(&b, ak_buf_str(&pairs), 2, 2, io->width);
		if (t->tail && *t->tail[r / t->ncols])
			ak_buf_addf(&b, "\n  %s", t->tail[r / t->ncols]);
		ak_buf_addc(&b, '\n');
	}
	ak_io_text(io, ak_buf_str(&b));
	ak_buf_release(&b);
	ak_buf_release(&pairs);
}

enum { MOST_COLUMNS = 32 };

static void measure(const struct ak_table *t, int width[MOST_COLUMNS])
{
	for (size_t c = 0; c < t->ncols && c < MOST_COLUMNS; c++)
		width[c] = width_of(t, c);
}

static bool fits(const struct ak_table *t, const int *width, const struct ak_io *io)
{
	return !t->nrows || last_column(t, width) + (size_t)width[t->ncols - 1] <= io->width;
}

bool ak_table_has_room(const struct ak_table *t, const struct ak_io *io)
{
	int width[MOST_COLUMNS];

	measure(t, width);
	return fits(t, width, io);
}

size_t ak_table_room(const struct ak_table *t, const struct ak_io *io)
{
	int width[MOST_COLUMNS];
	size_t used;

	measure(t, width);
	used = fits(t, width, io) ? last_column(t, width) + (size_t)width[t->ncols - 1] : 0;
	return io->width > used + 2 ? io->width - used - 2 : 0;
}

void ak_table_print(struct ak_table *t, struct ak_io *io)
{
	int width[MOST_COLUMNS];
	size_t at;
	struct ak_buf b;

	measure(t, width);
	if (t->head && !fits(t, width, io)) {
		stack(t, io);
		return;
	}
	at = last_column(t, width);
	ak_buf_init(&b, 1u << 28);
	for (size_t i = 0; i < t->nrows; i++) {
		size_t c = i % t->ncols;
		if (c)
			ak_buf_adds(&b, t->tight && t->right[c] == 'r' ? " " : "  ");
		if (c + 1 == t->ncols && t->right[c] == 'l' && at + 30 <= io->width)
			ak_text_wrap(&b, ak_str_of(t->cell[i]), at, at, io->width);
		else if (c + 1 == t->ncols && t->right[c] == 'l' && !t->head && at + (size_t)ak_text_width(ak_str_of(t->cell[i])) > io->width)
			add_below(&b, t->cell[i], io->width);
		else
			add_cell(&b, t->cell[i], width[c], t->right[c] == 'r', c + 1 == t->ncols);
		if (c + 1 < t->ncols)
			continue;
		if (t->tail)
			ak_buf_addf(&b, "  %s", t->tail[i / t->ncols]);
		while (b.n && b.p[b.n - 1] == ' ')
			b.n--;
		ak_buf_addc(&b, '\n');
	}
	ak_io_text(io, ak_buf_str(&b));
	ak_buf_release(&b);
}

void ak_table_release(struct ak_table *t)
{
	for (size_t i = 0; i < t->nrows; i++)
		ak_free(t->cell[i]);
	ak_free(t->cell);
	memset(t, 0, sizeof *t);
}
