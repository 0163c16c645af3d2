/* Section documents as templates want them: every cell a text that knows whether it is a number. */
#include "base/ak.h"
#include "packet/page.h"
#include "packet/section.h"

static bool is_time(const json_t *column) { return strcmp(json_string_value(json_object_get(column, "type")), "datetime") == 0; }

static bool is_number(const json_t *column)
{
	const char *type = json_string_value(json_object_get(column, "type"));

	return strcmp(type, "integer") == 0 || strcmp(type, "number") == 0;
}

#define WIDE 12 /* columns that a sheet of paper holds; rows of more are printed as lines of "name value" */

/* "records_in" for people: "records in". */
static json_t *title_of(const json_t *column)
{
	char *name = ak_strdup(json_string_value(json_object_get(column, "name")));
	json_t *o;

	for (char *p = name; *p; p++)
		if (*p == '_')
			*p = ' ';
	o = json_string(name);
	ak_free(name);
	return o;
}

static json_t *text_of(json_t *v)
{
	if (json_is_integer(v))
		return json_sprintf("%lld", (long long)json_integer_value(v));
	if (json_is_boolean(v))
		return json_string(json_is_true(v) ? "true" : "false");
	return json_is_string(v) ? json_incref(v) : json_string("");
}

static json_t *row_view(const json_t *row, const json_t *columns)
{
	bool many = json_array_size(columns) > WIDE;
	json_t *cells = json_array(), *v;
	size_t i;

	json_array_foreach(row, i, v) {
		const json_t *column = json_array_get(columns, i);
		json_t *cell = json_pack("{s:o, s:b, s:b}", "text", text_of(v), "number", is_number(column), "time", is_time(column));

		if (many)
			json_object_set_new(cell, "label", title_of(column));
		json_array_append_new(cells, cell);
	}
	return json_pack("{s:o}", "cells", cells);
}

static json_t *table_view(const json_t *table)
{
	const json_t *columns = json_object_get(table, "columns"), *rows = json_object_get(table, "rows");
	json_t *o = json_copy((json_t *)table), *heads = json_array(), *shown = json_array(), *first = json_array(), *v;
	size_t i;

	json_array_foreach(columns, i, v)
		json_array_append_new(heads, json_pack("{s:O, s:o, s:b}", "name", json_object_get(v, "name"), "title", title_of(v), "number",
						       is_number(v)));
	json_array_foreach(rows, i, v) {
		json_array_append_new(shown, row_view(v, columns));
		if (i < AK_PAGE_ROWS)
			json_array_append(first, json_array_get(shown, i));
	}
	json_object_set_new(o, "page_rows", first);
	json_object_set_new(o, "page_shown", json_integer((json_int_t)json_array_size(first)));
	json_object_set_new(o, "page_cut", json_boolean(json_integer_value(json_object_get(table, "count")) > (json_int_t)json_array_size(first)));
	json_object_set_new(o, "annex", json_boolean(json_is_true(json_object_get(table, "annex"))));
	json_object_set_new(o, "columns", heads);
	json_object_set_new(o, "rows", shown);
	json_object_set_new(o, "shown", json_integer((json_int_t)json_array_size(shown)));
	json_object_set_new(o, "cut", json_boolean(json_integer_value(json_object_get(table, "count")) > (json_int_t)json_array_size(shown)));
	json_object_set_new(o, "many", json_boolean(json_array_size(columns) > WIDE));
	return o;
}

json_t *ak_section_view(const json_t *section)
{
	json_t *o = json_copy((json_t *)section), *tables = json_array(), *t;
	size_t i;

	json_array_foreach(json_object_get(section, "tables"), i, t)
		json_array_append_new(tables, table_view(t));
	json_object_set_new(o, "has_statements", json_boolean(json_array_size(json_object_get(section, "statements"))));
	json_object_set_new(o, "has_gaps", json_boolean(json_array_size(json_object_get(section, "gaps"))));
	json_object_set_new(o, "tables", tables);
	return o;
}
