#include "base/ak.h"
#include "packet/section.h"

#include <stdarg.h>

json_t *ak_section_new(struct ak_sections *s, const char *id, const char *title, const char *question)
{
	json_t *o = json_pack("{s:i, s:s, s:s, s:s, s:[], s:[], s:[]}", "number", (int)json_array_size(s->all) + 1, "id", id, "title",
			      title, "question", question, "statements", "gaps", "tables");

	json_array_append_new(s->all, o);
	return o;
}

static json_t *text(const char *fmt, va_list ap)
{
	struct ak_buf b;
	json_t *o;

	ak_buf_init(&b, 1 << 20);
	ak_buf_vaddf(&b, fmt, ap);
	o = json_stringn(b.p ? b.p : "", b.n);
	ak_buf_release(&b);
	return o;
}

void ak_section_say(json_t *section, const char *tag, const char *basis, const char *fmt, ...)
{
	json_t *o = json_pack("{s:s, s:s}", "tag", tag, "basis", basis);
	va_list ap;

	va_start(ap, fmt);
	json_object_set_new(o, "text", text(fmt, ap));
	va_end(ap);
	json_array_append_new(json_object_get(section, "statements"), o);
}

void ak_section_gap(struct ak_sections *s, json_t *section, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	json_array_append_new(json_object_get(section, "gaps"), text(fmt, ap));
	va_end(ap);
	s->gaps++;
}

json_t *ak_section_table(json_t *section, const char *name, const char *title, const char *columns)
{
	json_t *t = json_pack("{s:s, s:s, s:[], s:[], s:i}", "name", name, "title", title, "columns", "rows", "count", 0);

	while (*columns) {
		size_t n = strcspn(columns, " ");

		json_array_append_new(json_object_get(t, "columns"), json_stringn(columns, n));
		columns += n + (columns[n] == ' ');
	}
	json_array_append_new(json_object_get(section, "tables"), t);
	return t;
}

static json_t *cell(const json_t *v)
{
	struct ak_buf b;
	json_t *o, *item;
	size_t i;

	if (json_is_string(v))
		return json_copy((json_t *)v);
	ak_buf_init(&b, 1 << 20);
	if (json_is_integer(v))
		ak_buf_addf(&b, "%lld", (long long)json_integer_value(v));
	else if (json_is_boolean(v))
		ak_buf_adds(&b, json_is_true(v) ? "true" : "false");
	json_array_foreach(v, i, item)
		if (json_is_string(item))
			ak_buf_addf(&b, "%s%s", i ? " " : "", json_string_value(item));
	o = json_stringn(b.p ? b.p : "", b.n);
	ak_buf_release(&b);
	return o;
}

void ak_section_row(json_t *table, const json_t *object)
{
	json_t *cells = json_array(), *column;
	size_t i;

	json_array_foreach(json_object_get(table, "columns"), i, column)
		json_array_append_new(cells, cell(json_object_get(object, json_string_value(column))));
	json_array_append_new(json_object_get(table, "rows"), json_pack("{s:o}", "cells", cells));
	json_object_set_new(table, "count", json_integer((json_int_t)json_array_size(json_object_get(table, "rows"))));
}
