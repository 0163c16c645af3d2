#include "base/ak.h"
#include "cmd/search_table.h"

#include "base/jsonw.h"
#include "cmd/fieldline.h"
#include "base/jsonget.h"

void ak_found_table_init(struct ak_found_table *t, struct ak_ctx *c, const struct ak_search_opts *o)
{
	*t = (struct ak_found_table){.c = c, .full = ak_args_flag(c->args, "full"), .layers = (o->kinds & (o->kinds - 1)) != 0};
}

void ak_found_table_release(struct ak_found_table *t)
{
	for (size_t i = 0; i < t->n; i++)
		ak_free(t->cell[i]);
	ak_free(t->cell);
}

static void add(struct ak_found_table *t, char *cell)
{
	if (t->n == t->cap) {
		t->cap = t->cap ? 2 * t->cap : 512;
		t->cell = ak_realloc(t->cell, t->cap * sizeof *t->cell);
	}
	t->cell[t->n++] = cell;
}

static void line(struct ak_found_table *t, const json_t *r)
{
	char *cell[AK_ROW_CELLS];

	ak_row_cells(r, cell);
	for (size_t i = 0; i < AK_ROW_CELLS; i++)
		add(t, cell[i]);
}

static void whole(struct ak_found_table *t, const json_t *r)
{
	const char *column;
	json_t *v;

	ak_io_line(t->c->io, "record", "%s, %s%s", ak_jtxt(r, "cite", "?"), ak_jtxt(r, "kind", "?"),
		   json_is_true(json_object_get(r, "second_witness")) ? ", second witness of an attempt that another record tells of" : "");
	json_object_foreach(json_object_get(r, "fields"), column, v)
		ak_field_line(t->c->io, ak_fields[ak_field_find(ak_str_of(column))].name, v);
}

enum ak_rc ak_found_table_put(struct ak_found_table *t, const json_t *record, struct ak_err *err)
{
	(void)err;
	if (t->full)
		whole(t, record);
	else
		line(t, record);
	return AK_OK;
}

/* ---- printing ---- */

/* Columns that share what the others leave. */
enum { ACTION = AK_ROW_ACTION, RESOURCE = AK_ROW_RESOURCE };

static size_t width_of(const struct ak_found_table *t, size_t column)
{
	size_t w = (size_t)ak_text_width(ak_str_of(ak_row_heads[column]));

	for (size_t i = column; i < t->n; i += AK_ROW_CELLS) {
		size_t cell = (size_t)ak_text_width(ak_str_of(t->cell[i]));

		w = cell > w ? cell : w;
	}
	return w;
}

/* The first cells of a text, `~` where something is left out. */
static void cut(struct ak_buf *out, const char *text, size_t width, bool last)
{
	struct ak_str s = ak_str_of(text);
	size_t i = 0, used = 0, full = (size_t)ak_text_width(s);

	while (i < s.n) {
		size_t from = i, cells;

		ak_utf8_next(s, &i);
		cells = (size_t)ak_text_width(ak_str_n(s.p + from, i - from));
		if (full > width && used + cells > width - 1) {
			ak_buf_addc(out, '~');
			used++;
			break;
		}
		ak_buf_add(out, s.p + from, i - from);
		used += cells;
	}
	for (; used < width && !last; used++)
		ak_buf_addc(out, ' ');
}

static void row(struct ak_found_table *t, const char *const *cell, const size_t *width)
{
	struct ak_buf b;

	ak_buf_init(&b, 1 << 20);
	for (size_t i = 0; i < AK_ROW_CELLS; i++) {
		ak_buf_adds(&b, i ? " " : "");
		cut(&b, cell[i], width[i], i == AK_ROW_CELLS - 1);
	}
	ak_buf_addc(&b, '\n');
	ak_io_text(t->c->io, ak_buf_str(&b));
	ak_buf_release(&b);
}

static void print_table(struct ak_found_table *t)
{
	size_t width[AK_ROW_CELLS], others = AK_ROW_CELLS - 1, room;
	size_t screen = t->c->io->width ? t->c->io->width : 80;

	for (size_t i = 0; i < AK_ROW_CELLS; i++) {
		width[i] = width_of(t, i);
		others += i == ACTION || i == RESOURCE ? 0 : width[i];
	}
	width[2] = width[2] > 14 ? 14 : width[2];
	width[5] = width[5] > 18 ? 18 : width[5];
	others = AK_ROW_CELLS - 1 + width[0] + width[1] + width[2] + width[5];
	room = screen > others + 16 ? screen - others : 16;
	if (width[ACTION] + width[RESOURCE] > room) {
		size_t half = room / 2;

		if (width[ACTION] <= half)
			width[RESOURCE] = room - width[ACTION];
		else if (width[RESOURCE] <= half)
			width[ACTION] = room - width[RESOURCE];
		else
			width[ACTION] = half, width[RESOURCE] = room - half;
	}
	row(t, ak_row_heads, width);
	for (size_t i = 0; i < t->n; i += AK_ROW_CELLS)
		row(t, (const char *const *)t->cell + i, width);
}

static void count_line(struct ak_buf *b, const char *kind, const struct ak_search_count *n)
{
	char a[32];

	ak_buf_addf(b, "%s%s%s %s", b->n ? ", " : "", n->exact ? "" : "at least ", ak_thousands(n->n, a), kind);
	if (n->witnesses)
		ak_buf_addf(b, " (%s of them second witnesses of an attempt)", ak_thousands(n->witnesses, a));
	if (n->entries)
		ak_buf_addf(b, " (%s of them entries of calls)", ak_thousands(n->entries, a));
}

static void say(struct ak_ctx *c, bool table, const char *keyword, const char *text)
{
	if (table)
		ak_io_line(c->io, keyword, "%s", text);
	else
		ak_io_note(c->io, keyword, "%s", text);
}

void ak_found_say(struct ak_ctx *c, const struct ak_search_count counts[AK_K_COUNT], const json_t *doc, uint64_t listed,
		  struct ak_found_table *t, bool only, bool table)
{
	const char *next = ak_jtxt(doc, "next", NULL);
	struct ak_buf b, none;
	bool inexact = false;
	char n[32];

	if (table && t->n)
		print_table(t);
	ak_buf_init(&b, 1 << 14);
	ak_buf_init(&none, 1 << 14);
	for (int k = 0; k < AK_K_COUNT; k++)
		if (counts[k].asked && (counts[k].n || !counts[k].exact)) {
			count_line(&b, ak_kinds[k].name, &counts[k]);
			inexact |= !counts[k].exact;
		} else if (counts[k].asked) {
			ak_buf_addf(&none, "%s%s", none.n ? ", " : "", ak_kinds[k].name);
		}
	if (b.n && t->layers)
		ak_buf_adds(&b, "; layers tell of the same calls and are never added");
	say(c, table, "matches", b.n ? b.p : "none");
	if (none.n)
		say(c, table, "none in", none.p);
	ak_buf_clear(&b);
	if (only)
		ak_buf_adds(&b, "none: --count without --limit, --all or -o lists no records");
	else
		ak_buf_addf(&b, "%s records%s", ak_thousands(listed, n), json_is_true(json_object_get(doc, "complete")) ? ", all of them" : next ? "" : ", the last of them");
	say(c, table, "listed", b.p);
	if (inexact)
		say(c, table, "", "counting would read more than a million rows: --count does");
	if (next)
		say(c, table, "cursor", next);
	ak_buf_release(&b);
	ak_buf_release(&none);
}
