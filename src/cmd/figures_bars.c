#include "base/ak.h"
#include "cmd/figures_bars.h"

#include <stdlib.h>

#include "base/civil.h"
#include "base/jsonget.h"
#include "chart/term.h"

enum { LEAST = 6, MOST = 30, MARGIN = 10, MOST_BUCKETS = 100000 };

void ak_bars_print(const struct ak_bars *b, struct ak_table *t, const json_t *const *rows, size_t n, struct ak_io *io)
{
	size_t room = io->bars ? ak_table_room(t, io) : 0, lines = t->nrows / t->ncols;
	const char **tail = ak_alloc_zero(lines + 1, sizeof *tail);
	struct ak_buf *bar = ak_alloc_zero(n + 1, sizeof *bar);
	bool beside = ak_table_has_room(t, io); /* else each bar stands below its row, with its name */
	size_t name = beside ? 0 : strlen(b->what) + 1;
	double most = 0, v;

	room = room > name ? room - name : 0;
	room = room > MOST ? MOST : room;
	for (size_t i = 0; i < lines; i++)
		tail[i] = "";
	if (strlen(b->what) <= room)
		tail[0] = b->what;
	for (size_t i = 0; i < n; i++)
		most = b->value(b->ctx, rows[i], &v) && v > most ? v : most;
	for (size_t i = 0; i < n; i++) {
		ak_buf_init(&bar[i], 4096);
		if (!b->value(b->ctx, rows[i], &v) || v <= 0)
			continue;
		if (!beside)
			ak_buf_addf(&bar[i], "%s ", b->what);
		ak_term_bar(&bar[i], v, most, room, io->blocks);
		tail[1 + i] = bar[i].p;
	}
	if (room >= LEAST && most > 0 && n > 1) /* one bar alone says nothing */
		t->tail = tail;
	ak_table_print(t, io);
	t->tail = NULL;
	for (size_t i = 0; i < n; i++)
		ak_buf_release(&bar[i]);
	ak_free(bar);
	ak_free(tail);
}

/* Minutes since 1970 of "2026-06-01T14:15:00". */
static bool minute_of(const json_t *row, int64_t *out)
{
	const char *z = ak_jtxt(row, "start", "");

	if (strlen(z) < 16)
		return false;
	*out = ak_civil_days((struct ak_civil){strtol(z, NULL, 10), (int)strtol(z + 5, NULL, 10), (int)strtol(z + 8, NULL, 10)}) *
		       1440 +
	       strtol(z + 11, NULL, 10) * 60 + strtol(z + 14, NULL, 10);
	return true;
}

static int64_t minutes_of(const char *bucket)
{
	char *end;
	int64_t n = strtol(bucket, &end, 10);

	return n * (*end == 'd' ? 1440 : *end == 'h' ? 60 : 1);
}

static void print_trend(const struct ak_bars *b, const double *value, size_t n, const char *bucket, const char *first,
			struct ak_io *io)
{
	struct ak_buf marks;
	size_t each;

	ak_buf_init(&marks, 1 << 16);
	each = ak_term_spark(&marks, value, NULL, n, io->width - MARGIN, io->blocks);
	if (each > 1)
		ak_io_line(io, "trend", "%s %s, a mark for every %s buckets of %s%s, from %.16s", marks.p, b->what, AK_NUM(each),
			   bucket, n % each ? ", the last for fewer" : "", first);
	else
		ak_io_line(io, "trend", "%s %s by %s, from %.16s", marks.p, b->what, bucket, first);
	ak_buf_release(&marks);
}

void ak_bars_trend(const struct ak_bars *b, const json_t *rows, const char *bucket, bool adds_up, struct ak_io *io)
{
	int64_t first = INT64_MAX, last = INT64_MIN, at, step = minutes_of(bucket);
	const char *start = "";
	double *value, v;
	json_t *row;
	size_t i, n;

	json_array_foreach((json_t *)rows, i, row)
	{
		if (!minute_of(row, &at))
			continue;
		start = at < first ? ak_jtxt(row, "start", "") : start;
		first = at < first ? at : first;
		last = at > last ? at : last;
	}
	if (!io->bars || first >= last || step <= 0 || (last - first) / step >= MOST_BUCKETS)
		return;
	n = (size_t)((last - first) / step) + 1;
	if (!adds_up && n > io->width - MARGIN)
		return;
	value = ak_alloc_zero(n, sizeof *value);
	json_array_foreach((json_t *)rows, i, row) if (minute_of(row, &at) && b->value(b->ctx, row, &v))
		value[(at - first) / step] += v;
	print_trend(b, value, n, bucket, start, io);
	ak_free(value);
}
