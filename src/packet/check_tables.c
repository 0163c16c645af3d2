/* Tables: each CSV against its Table Schema, its size and digest in datapackage.json, and the section that shows it. */
#include "base/ak.h"
#include "packet/checks.h"

#include <stdarg.h>

#include "base/jsonget.h"
#include "packet/selfaudit.h"
#include "packet/table.h"

static const char *text_of(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }

void ak_tally_bad(struct ak_tally *t, const char *file, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (*t->bad)
		return;
	n = snprintf(t->bad, sizeof t->bad, "%.100s ", file);
	va_start(ap, fmt);
	vsnprintf(t->bad + n, sizeof t->bad - (size_t)n, fmt, ap);
	va_end(ap);
}

void ak_tally_compare(struct ak_tally *t, bool equal, const char *table, const char *what)
{
	t->totals++;
	t->agree += equal;
	if (!equal && !*t->differs)
		snprintf(t->differs, sizeof t->differs, "%.60s: %.50s", table, what);
}

static bool same_cell(const json_t *cell, const json_t *value)
{
	char number[24];

	if (json_is_null(value))
		return json_is_null(cell);
	if (!json_is_string(cell))
		return json_is_string(value) && json_string_length(value) == 0;
	if (json_is_string(value))
		return json_equal(cell, value);
	if (json_is_boolean(value))
		return strcmp(json_string_value(cell), json_is_true(value) ? "true" : "false") == 0;
	snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
	return json_is_integer(value) && strcmp(json_string_value(cell), number) == 0;
}

static bool same_row(const json_t *cells, const json_t *values)
{
	json_t *v;
	size_t i;

	if (json_array_size(cells) != json_array_size(values))
		return false;
	json_array_foreach((json_t *)values, i, v)
		if (!same_cell(json_array_get(cells, i), v))
			return false;
	return true;
}

static bool header_fits(struct ak_str *csv, const json_t *fields)
{
	json_t *header = ak_table_row(csv), *field;
	bool good = json_array_size(header) == json_array_size(fields);
	size_t i;

	json_array_foreach((json_t *)fields, i, field) {
		const char *name = text_of(field, "name"), *have = json_string_value(json_array_get(header, i));

		good = good && name && have && strcmp(name, have) == 0;
	}
	json_decref(header);
	return good;
}

/* Rows that no section shows are of the types that the schema says. */
static bool others_fit(const struct ak_table_scan *scan, const json_t *fields)
{
	json_t *field;
	size_t i;

	json_array_foreach((json_t *)fields, i, field) {
		const char *type = text_of(field, "type");

		if (!ak_table_scan_fits(scan, i, type ? type : ""))
			return false;
	}
	return !scan->broken;
}

/* A section that shows a table has its first rows and says how many there are. */
static bool right_number(const struct ak_table_scan *scan, const json_t *shown)
{
	size_t have = json_array_size(json_object_get(shown, "rows"));
	const json_t *count = json_object_get(shown, "count");

	if (json_is_integer(count) && json_integer_value(count) != (json_int_t)scan->rows)
		return false;
	return json_is_integer(count) ? have == (scan->rows < AK_TABLE_SHOWN ? scan->rows : AK_TABLE_SHOWN) : have == scan->rows;
}

/* Bytes and digest that datapackage.json gives, where it does. */
static bool same_file(const struct ak_checked *p, const char *file, const json_t *resource)
{
	const json_t *bytes = json_object_get(resource, "bytes");
	const char *hash = text_of(resource, "hash"), *have = json_string_value(json_object_get(p->hashes, file));

	if (json_is_integer(bytes) && !json_equal(bytes, json_object_get(p->sizes, file)))
		return false;
	return !hash || (have && strncmp(hash, "sha256:", 7) == 0 && strcmp(hash + 7, have) == 0);
}

/* One CSV against its schema and against the section that shows it. */
static void table(struct ak_checked *p, struct ak_tally *t, const json_t *resource, const json_t *shown)
{
	const json_t *fields = json_object_get(json_object_get(resource, "schema"), "fields");
	const char *path = text_of(resource, "path");
	const json_t *rows = json_object_get(shown, "rows");
	const struct ak_table_scan *scan;
	struct ak_str csv;
	bool equal = true;
	char file[140];

	snprintf(file, sizeof file, "data/%s", path ? path : "");
	scan = ak_check_table(p, file);
	csv = scan ? ak_buf_str(&scan->shown) : ak_str_n(NULL, 0);
	t->tables++;
	if (!path || !scan || !header_fits(&csv, fields)) {
		ak_tally_bad(t, path ? file : "data/datapackage.json", "%s", scan ? "has another header than its schema" : "is not in the packet");
		return;
	}
	if (!others_fit(scan, fields)) {
		ak_tally_bad(t, file, "has a row that is not as its schema says");
		return;
	}
	for (size_t n = 0; csv.n; n++) {
		json_t *row = ak_table_row(&csv);

		equal = equal && same_row(row, json_array_get(rows, n));
		json_decref(row);
	}
	t->rows += scan->rows;
	ak_tally_compare(t, same_file(p, file, resource), path, "another size or digest than datapackage.json has");
	if (json_object_get(resource, "rows"))
		ak_tally_compare(t, json_integer_value(json_object_get(resource, "rows")) == (json_int_t)scan->rows, path, "another number of rows than datapackage.json has");
	if (shown || !p->is_annex) {
		ak_tally_compare(t, right_number(scan, shown), path, "another number of rows than its section has");
		ak_tally_compare(t, equal, path, "other values than its section has");
	}
	t->totals += scan->sums;
	t->agree += scan->sums - scan->wrong;
	if (scan->wrong && !*t->differs)
		snprintf(t->differs, sizeof t->differs, "%.60s: a row does not add up", path);
}

const json_t *ak_check_shown(const json_t *sections, const char *name)
{
	const json_t *found = NULL;
	json_t *section;
	size_t i;

	json_array_foreach((json_t *)sections, i, section)
		if (!found)
			found = ak_jfind(json_object_get(section, "tables"), "name", name);
	return found;
}

void ak_check_tables(struct ak_checked *p)
{
	json_t *package = ak_check_json(p, "data/datapackage.json"), *resource;
	size_t i;

	json_array_foreach(json_object_get(package, "resources"), i, resource) {
		const char *name = text_of(resource, "name"), *path = text_of(resource, "path");

		if (p->is_annex && path && strcmp(path, "leaves.csv") == 0) /* read by another check */
			continue;
		table(p, &p->tally, resource, name ? ak_check_shown(p->sections, name) : NULL);
	}
	if (!p->tally.tables && !p->is_annex)
		ak_tally_bad(&p->tally, "data/datapackage.json", "describes no table");
	json_decref(package);
}
