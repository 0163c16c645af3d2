#include "base/ak.h"
#include "packet/table.h"

#include "base/csvw.h"
#include "packet/flusher.h"
#include "packet/rekey.h"
#include "packet/selfaudit.h"
#include "packet/tenants.h"
#include "packet/views.h"

#define FLUSH_BYTES ((size_t)256 << 10)
#define ROW_BYTES ((size_t)16 << 20)

struct column {
	char *name;
	bool number; /* needs no formula guard */
	bool typed;  /* ids and numbers: the self-audit is told of them; a time is no number of a person */
	bool names;  /* its head may make a secret of what stands below it */
};

struct ak_table {
	struct ak_tables *all;
	json_t *doc;
	struct column *column;
	size_t ncolumns;
	size_t n;
	struct ak_buf text; /* whole rows that are not in the bag yet */
	struct ak_csvw csv;
	struct ak_bag_file *file; /* NULL until the first of them are */
	uint64_t lines, bytes;	  /* of the rows in the bag or on their way there */
	struct ak_sample *sample; /* of its rows, NULL */
	bool left_out;		  /* by the view: rows are counted and go nowhere */
	bool unshown;		  /* by any section */
	char path[100];
};

struct ak_tables {
	struct ak_bag *bag;
	const struct ak_selfaudit *audit;
	const struct ak_rekey *rekey;
	const struct ak_view *view;
	bool tenants;
	struct ak_table **table, **placed; /* all; those that are part of the packet */
	size_t n, nplaced;
	const char *seed; /* of samples, with their size; NULL = none are drawn */
	size_t sample;
	struct ak_flusher *flusher;
	struct ak_buf token; /* a cell with the packet's own pseudonyms */
	enum ak_rc rc;	     /* of the first row that failed, and why; rows that are still on their way may have failed before it */
	struct ak_err err;
};

struct ak_tables *ak_tables_new(struct ak_bag *bag, const struct ak_selfaudit *audit, const struct ak_rekey *rekey, bool tenants,
				const struct ak_view *view)
{
	struct ak_tables *all = ak_alloc_zero(1, sizeof *all);

	all->bag = bag;
	all->audit = audit;
	all->rekey = rekey;
	all->tenants = tenants;
	all->view = view;
	all->flusher = ak_flusher_new(audit, FLUSH_BYTES + ROW_BYTES);
	ak_buf_init(&all->token, ROW_BYTES);
	return all;
}

static void free_table(struct ak_table *t)
{
	ak_buf_release(&t->text);
	json_decref(t->doc);
	if (t->sample)
		ak_sample_free(t->sample);
	for (size_t i = 0; i < t->ncolumns; i++)
		ak_free(t->column[i].name);
	ak_free(t->column);
	ak_free(t);
}

void ak_tables_free(struct ak_tables *all)
{
	if (all)
		ak_flusher_free(all->flusher);
	for (size_t i = 0; all && i < all->n; i++) {
		free_table(all->table[i]);
	}
	if (all) {
		ak_buf_release(&all->token);
		ak_free(all->table);
		ak_free(all->placed);
	}
	ak_free(all);
}

/* An id is text for who reads the table. */
static json_t *columns_of(struct ak_table *t, const char *columns)
{
	json_t *list = json_array();

	while (*columns) {
		size_t n = strcspn(columns, " "), len = ak_str_find(ak_str_n(columns, n), ':');
		struct ak_str type = len < n ? ak_str_n(columns + len + 1, n - len - 1) : AK_STR("string");
		bool id = ak_str_is(type, "id"), text = id || ak_str_is(type, "string"), time = ak_str_is(type, "datetime");
		struct column c = {ak_strndup(columns, len), !text && !time, id || (!text && !time), false};

		columns += n + (columns[n] == ' ');
		if (ak_view_leaves_column(t->all->view, c.name)) {
			ak_free(c.name);
			continue;
		}
		c.names = ak_selfaudit_names(c.name);
		json_array_append_new(list, json_pack("{s:s, s:o}", "name", c.name, "type", id ? json_string("string") : json_stringn(type.p, type.n)));
		t->column = ak_realloc(t->column, (t->ncolumns + 1) * sizeof *t->column);
		t->column[t->ncolumns++] = c;
	}
	return list;
}

void ak_tables_draw(struct ak_tables *all, const char *seed, size_t size)
{
	all->seed = seed;
	all->sample = size;
}

const struct ak_sample *ak_tables_sample_of(const struct ak_tables *all, const char *table)
{
	for (size_t i = 0; i < all->n; i++)
		if (strcmp(json_string_value(json_object_get(all->table[i]->doc, "name")), table) == 0)
			return all->table[i]->sample;
	return NULL;
}

static void push(struct ak_table ***list, size_t *n, struct ak_table *t)
{
	*list = ak_realloc(*list, (*n + 1) * sizeof **list);
	(*list)[(*n)++] = t;
}

struct ak_table *ak_table_new(struct ak_tables *all, const char *name, const char *title, const char *columns)
{
	struct ak_table *t = ak_alloc_zero(1, sizeof *t);

	t->all = all;
	if (all->seed && strncmp(columns, "citation", 8) == 0)
		t->sample = ak_sample_new(name, all->seed, all->sample);
	t->left_out = ak_view_leaves_table(all->view, name);
	t->doc = json_pack("{s:s, s:s, s:o, s:[], s:i}", "name", name, "title", title, "columns", columns_of(t, columns), "rows", "count", 0);
	snprintf(t->path, sizeof t->path, "data/tables/%s.csv", name);
	ak_buf_init(&t->text, FLUSH_BYTES + ROW_BYTES);
	ak_csvw_init(&t->csv, &t->text);
	for (size_t i = 0; i < t->ncolumns; i++)
		ak_csvw_text(&t->csv, ak_str_of(t->column[i].name));
	ak_csvw_end(&t->csv);
	push(&all->table, &all->n, t);
	return t;
}

json_t *ak_table_place(struct ak_table *t)
{
	if (t->left_out)
		return NULL;
	push(&t->all->placed, &t->all->nplaced, t);
	return t->doc;
}

void ak_table_place_apart(struct ak_table *t)
{
	t->unshown = true;
	json_object_set_new(t->doc, "annex", json_true());
	ak_table_place(t);
}

bool ak_table_shown(const struct ak_table *t) { return !t->unshown; }

static bool is_apart(const struct ak_table *t) { return json_is_true(json_object_get(t->doc, "annex")); }

void ak_tables_part(struct ak_tables *all, uint64_t most)
{
	for (;;) {
		struct ak_table *largest = NULL;
		uint64_t sum = 0;

		for (size_t i = 0; i < all->nplaced; i++) {
			struct ak_table *t = all->placed[i];
			uint64_t n = is_apart(t) ? 0 : t->bytes + t->text.n;

			sum += n;
			if (n && (!largest || n > largest->bytes + largest->text.n))
				largest = t;
		}
		if (sum <= most)
			return;
		json_object_set_new(largest->doc, "annex", json_true());
	}
}

bool ak_tables_apart(const struct ak_tables *all, const char *name)
{
	for (size_t i = 0; i < all->nplaced; i++)
		if (strcmp(json_string_value(json_object_get(all->placed[i]->doc, "name")), name) == 0)
			return is_apart(all->placed[i]);
	return false;
}

struct ak_table *ak_table_at(const struct ak_tables *all, size_t i) { return i < all->nplaced ? all->placed[i] : NULL; }

const json_t *ak_table_doc(const struct ak_table *t) { return t->doc; }

void ak_tables_settle(struct ak_tables *all)
{
	if (all->rc == AK_OK)
		all->rc = ak_flusher_settle(all->flusher, &all->err);
}

/* The rows collected so far pass the self-audit and go into the bag. */
static void flush(struct ak_table *t, bool end)
{
	struct ak_tables *all = t->all;
	uint64_t lines = ak_selfaudit_lines(ak_buf_str(&t->text));
	struct ak_flush what = {t->path, t->file, t->lines};

	t->bytes += t->text.n;
	if (t->text.over || end)
		ak_tables_settle(all);
	if (all->rc == AK_OK && t->text.over)
		all->rc = ak_fail(&all->err, AK_EXIT_LIMIT, "a row of %s is too large", t->path);
	if (all->rc == AK_OK && !t->file)
		all->rc = ak_bag_begin(all->bag, t->path, &t->file, &all->err);
	what.file = t->file;
	if (all->rc == AK_OK && end)
		all->rc = ak_flusher_end(all->flusher, &what, &t->text, &all->err);
	else if (all->rc == AK_OK)
		ak_flusher_give(all->flusher, &what, &t->text);
	t->lines += lines;
	ak_buf_clear(&t->text);
}

/* Lists become one text; numbers, truth values and texts stay as they are. */
static json_t *cell(json_t *v)
{
	struct ak_buf b;
	json_t *o, *item;
	size_t i;

	if (!json_is_array(v) && !json_is_object(v))
		return v ? json_incref(v) : json_null();
	ak_buf_init(&b, 1 << 20);
	json_array_foreach(v, i, item)
		if (json_is_string(item))
			ak_buf_addf(&b, "%s%s", i ? " " : "", json_string_value(item));
	o = json_stringn(b.p ? b.p : "", b.n);
	ak_buf_release(&b);
	return o;
}

/* Below a head that says secret, what no rule would take alone is one. */
static void look_at_cell(struct ak_table *t, const struct column *column, struct ak_str cell)
{
	struct ak_tables *all = t->all;
	struct ak_selfaudit_hit hit;

	if (all->rc != AK_OK || !cell.n || !column->names || !ak_selfaudit_cell(all->audit, column->name, cell, &hit))
		return;
	ak_tables_settle(all);
	if (all->rc == AK_OK)
		all->rc = ak_selfaudit_fail(t->path, t->lines + ak_selfaudit_lines(ak_buf_str(&t->text)), &hit, &all->err);
}

/* Sums come as text, too long for an integer of JSON; they are numbers all the same and need no formula guard. */
static void write_cell(struct ak_table *t, const json_t *v, const struct column *column)
{
	struct ak_str s = ak_str_n(json_string_value(v), json_string_length(v));
	char number[24];

	if (json_is_integer(v)) {
		snprintf(number, sizeof number, "%lld", (long long)json_integer_value(v));
		s = ak_str_of(number);
	} else if (json_is_boolean(v)) {
		s = ak_str_of(json_is_true(v) ? "true" : "false");
	} else if (s.p && t->all->rekey) {
		ak_buf_clear(&t->all->token);
		ak_packet_rekey_text(t->all->rekey, s, &t->all->token);
		s = ak_buf_str(&t->all->token);
	}
	if (column->typed && s.p)
		ak_selfaudit_typed(t->all->audit, s);
	else if (s.p)
		look_at_cell(t, column, s);
	if (s.p && column->number)
		ak_csvw_number(&t->csv, s);
	else
		ak_csvw_text(&t->csv, s);
}

void ak_table_add(struct ak_table *t, const json_t *object)
{
	json_t *row = t->n < AK_TABLE_SHOWN ? json_array() : NULL;
	const char *hidden = t->all->tenants ? NULL : ak_tenants_member(object);

	if (t->sample && json_is_string(json_object_get(object, "citation")))
		ak_sample_add(t->sample, json_string_value(json_object_get(object, "citation")));
	if (t->left_out) {
		json_decref(row);
		return;
	}
	for (size_t i = 0; i < t->ncolumns; i++) {
		const char *name = t->column[i].name;
		json_t *v = hidden && strcmp(name, hidden) == 0 ? json_string(AK_TENANT_WITHHELD) : cell(json_object_get(object, name));

		write_cell(t, v, &t->column[i]);
		if (row)
			json_array_append(row, v);
		json_decref(v);
	}
	ak_csvw_end(&t->csv);
	if (row)
		json_array_append_new(json_object_get(t->doc, "rows"), row);
	json_object_set_new(t->doc, "count", json_integer((json_int_t)++t->n));
	if (t->text.n >= FLUSH_BYTES || t->text.over)
		flush(t, false);
}

enum ak_rc ak_table_end(struct ak_table *t, const struct ak_bag_file **file, struct ak_err *err)
{
	struct ak_tables *all = t->all;

	if (t->text.n)
		flush(t, true);
	if (all->rc != AK_OK) {
		*err = all->err;
		return all->rc;
	}
	*file = t->file;
	return AK_OK;
}
