#include "base/ak.h"
#include "cmd/list_text.h"

#include "base/jsonget.h"
#include "cmd/period.h"

enum { COLUMNS = 12 };

struct column {
	char member[32], head[32];
	bool right;
	int cut; /* characters of a time; 0 = all */
};

static size_t read_columns(const char *text, struct column *c)
{
	size_t n = 0;

	for (const char *p = text; *p && n < COLUMNS; p += strspn(p, " "), n++) {
		size_t len = strcspn(p, " "), name = strcspn(p, " :!"), flag = 0;

		c[n] = (struct column){.cut = 0};
		snprintf(c[n].member, sizeof c[n].member, "%.*s", (int)name, p);
		if (p[name] == ':')
			snprintf(c[n].head, sizeof c[n].head, "%.*s", (int)strcspn(p + name + 1, " !"), p + name + 1);
		else
			memcpy(c[n].head, c[n].member, sizeof c[n].head);
		for (char *h = c[n].head; *h; h++)
			*h = *h == '_' ? ' ' : *h;
		flag = strcspn(p, " !");
		if (flag < len) {
			c[n].cut = p[flag + 1] == 'd' ? 10 : p[flag + 1] == 'm' ? 16 : 0;
			c[n].right = c[n].cut == 0;
		}
		p += len;
	}
	return n;
}

/* A list by commas, of objects the first text in them. */
static void add_value(struct ak_buf *b, const json_t *v)
{
	const json_t *one;
	const char *name;
	json_t *m;
	size_t i;

	if (json_is_string(v)) {
		ak_buf_adds(b, json_string_value(v));
	} else if (json_is_boolean(v)) {
		ak_buf_adds(b, json_is_true(v) ? "yes" : "no");
	} else if (json_is_integer(v)) {
		ak_buf_addf(b, "%lld", (long long)json_integer_value(v));
	} else if (json_is_object(v)) {
		json_object_foreach((json_t *)v, name, m)
			if (json_is_string(m) && strcmp(name, "cite") != 0 && strcmp(name, "source") != 0) {
				add_value(b, m);
				return;
			}
		ak_buf_addc(b, '-');
	} else if (json_is_array(v) && json_array_size(v)) {
		json_array_foreach((json_t *)v, i, one) {
			ak_buf_adds(b, i ? ", " : "");
			add_value(b, one);
		}
	} else {
		ak_buf_addc(b, '-');
	}
}

static void add_cell(struct ak_table *t, const struct column *c, const json_t *v)
{
	struct ak_buf b;

	if (json_is_integer(v) && c->right && json_integer_value(v) >= 0) {
		ak_table_cell(t, "%s", AK_NUM((uint64_t)json_integer_value(v)));
		return;
	}
	ak_buf_init(&b, 1 << 20);
	add_value(&b, v);
	if (c->cut && json_is_string(v))
		ak_table_cell(t, "%.*s", c->cut, b.p);
	else
		ak_table_cell(t, "%s", b.p);
	ak_buf_release(&b);
}

static void print_table(struct ak_io *io, const json_t *rows, const struct ak_list_table *table, size_t top)
{
	struct column c[COLUMNS];
	size_t n = read_columns(table->columns, c), all = json_array_size(rows);
	char align[COLUMNS + 1] = "";
	struct ak_table t;

	for (size_t i = 0; i < n; i++)
		align[i] = c[i].right ? 'r' : 'l';
	ak_io_printf(io, "\n");
	ak_io_line(io, table->title, "%s rows", AK_NUM(all));
	if (!all)
		return;
	ak_table_init(&t, n, align);
	t.head = t.tight = true;
	for (size_t i = 0; i < n; i++)
		ak_table_cell(&t, "%s", c[i].head);
	for (size_t k = 0; k < all && k < top; k++)
		for (size_t i = 0; i < n; i++)
			add_cell(&t, &c[i], json_object_get(json_array_get(rows, k), c[i].member));
	ak_table_print(&t, io);
	ak_table_release(&t);
	if (top < all)
		ak_io_line(io, "others", "%s of %s rows are not printed", AK_NUM(all - top), AK_NUM(all));
}

void ak_alone_print(struct ak_io *io, const json_t *doc)
{
	json_t *one;
	size_t i;

	json_array_foreach(json_object_get(doc, "alone"), i, one)
		ak_io_line(io, i ? "" : "alone", "%s do not prove %s", ak_jtxt(one, "title", "?"), ak_jtxt(one, "cannot_prove", "?"));
}

void ak_list_print(struct ak_io *io, const json_t *doc, const struct ak_list_table *tables, size_t top)
{
	json_t *s;
	size_t i;

	ak_cmd_period_print(io, doc);
	json_array_foreach(json_object_get(doc, "statements"), i, s)
		ak_io_line(io, i ? "" : "report", "%s", json_string_value(s));
	for (; tables->member; tables++)
		print_table(io, json_object_get(doc, tables->member), tables, top);
	json_array_foreach(json_object_get(doc, "gaps"), i, s)
		ak_io_line(io, i ? "" : "gap", "%s", ak_jtxt(s, "text", "?"));
	if (json_array_size(json_object_get(doc, "alone")))
		ak_io_printf(io, "\n");
	ak_alone_print(io, doc);
}
