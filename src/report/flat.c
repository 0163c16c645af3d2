#include "base/ak.h"
#include "report/flat.h"

#include "base/decimal.h"
#include "base/jsonget.h"
#include "base/jsonw.h"

/* ---- the lists ---- */

static bool is_list(const char *name, const json_t *v)
{
	static const char *const others[] = {"statements", "by", "gaps", "alone", "layers"};

	for (size_t i = 0; i < AK_COUNT(others); i++)
		if (strcmp(name, others[i]) == 0)
			return false;
	return json_is_array(v) && (!json_array_size(v) || json_is_object(json_array_get(v, 0)));
}

static void add_row(json_t *rows, const json_t *layer, json_t *row, const char *apart)
{
	json_t *one = json_pack("{s:O}", "layer", json_object_get(layer, "layer"));

	json_object_set(one, "source", json_object_get(layer, "source"));
	json_object_set(one, "query", json_object_get(layer, "query"));
	if (apart)
		json_object_set_new(one, "apart", json_string(apart));
	json_object_update(one, row);
	json_array_append_new(rows, one);
}

/* What lies across buckets is in the layer's total and in none of its rows: without it they would not add up. */
static void add_layer(json_t *rows, const json_t *layer)
{
	json_t *across = json_object_get(layer, "across"), *row;
	size_t i;

	json_array_foreach(json_object_get(layer, "rows"), i, row)
		add_row(rows, layer, row, NULL);
	if (json_is_object(across))
		add_row(rows, layer, across, "across");
}

json_t *ak_flat_lists(const json_t *doc)
{
	const json_t *layers = json_object_get(doc, "layers");
	json_t *lists = json_object(), *v;
	const char *name;
	size_t i;

	if (layers) {
		json_t *rows = json_array();

		json_array_foreach((json_t *)layers, i, v)
			add_layer(rows, v);
		json_object_set_new(lists, "rows", rows);
	}
	json_object_foreach((json_t *)doc, name, v)
		if (is_list(name, v))
			json_object_set(lists, name, v);
	return lists;
}

size_t ak_flat_count(const json_t *lists)
{
	const char *name;
	json_t *rows;
	size_t n = 0;

	json_object_foreach((json_t *)lists, name, rows)
		n += json_array_size(rows);
	return n;
}

json_t *ak_flat_counts(const json_t *lists)
{
	json_t *counts = json_object(), *rows;
	const char *name;

	json_object_foreach((json_t *)lists, name, rows)
		json_object_set_new(counts, name, json_integer((json_int_t)json_array_size(rows)));
	return counts;
}

enum ak_rc ak_flat_lines(const json_t *lists, struct ak_buf *out, struct ak_err *err)
{
	bool several = json_object_size(lists) > 1;
	enum ak_rc rc = AK_OK;
	const char *name;
	json_t *rows, *row;
	size_t i;

	json_object_foreach((json_t *)lists, name, rows)
		json_array_foreach(rows, i, row) {
			json_t *one = json_copy(row);

			if (several)
				json_object_set_new(one, "list", json_string(name));
			rc = rc == AK_OK ? ak_jcs(one, out, err) : rc;
			ak_buf_addc(out, '\n');
			json_decref(one);
		}
	return rc == AK_OK && out->over ? ak_fail(err, AK_EXIT_LIMIT, "the report is larger than a file of it may be") : rc;
}

/* ---- CSV ---- */

/* {column: value} of a row, values that are no objects. */
static void spread(json_t *cells, const char *name, json_t *v)
{
	struct ak_buf path;
	const char *member;
	json_t *m;
	size_t i;

	ak_buf_init(&path, 1 << 16);
	if (json_is_object(v) && json_object_size(v)) {
		json_object_foreach(v, member, m) {
			ak_buf_clear(&path);
			ak_buf_addf(&path, "%s%s%s", name, *name ? "." : "", member);
			spread(cells, path.p, m);
		}
	} else if (json_is_array(v) && json_object_get(json_array_get(v, 0), "currency")) {
		json_array_foreach(v, i, m) {
			json_t *rest = json_copy(m);

			json_object_del(rest, "currency");
			ak_buf_clear(&path);
			ak_buf_addf(&path, "%s.%s", name, ak_jtxt(m, "currency", "-"));
			spread(cells, path.p, rest);
			json_decref(rest);
		}
	} else {
		json_object_set(cells, name, v);
	}
	ak_buf_release(&path);
}

/* Canonical decimals, which are kept as texts. */
static bool is_number(struct ak_str s)
{
	size_t at = s.n && s.p[0] == '-', digits = 0, points = 0;

	for (; at < s.n; at++) {
		digits += s.p[at] >= '0' && s.p[at] <= '9';
		points += s.p[at] == '.';
		if (s.p[at] != '.' && (s.p[at] < '0' || s.p[at] > '9'))
			return false;
	}
	return digits && points < 2;
}

enum ak_rc ak_flat_cell(struct ak_csvw *w, const json_t *v, struct ak_err *err)
{
	struct ak_str s = json_is_string(v) ? ak_str_n(json_string_value(v), json_string_length(v)) : ak_str_n(NULL, 0);
	struct ak_buf b;
	enum ak_rc rc;

	if (!v || json_is_null(v) || json_is_string(v)) {
		if (s.p && is_number(s))
			ak_csvw_number(w, s);
		else
			ak_csvw_text(w, s);
		return AK_OK;
	}
	ak_buf_init(&b, 1 << 24);
	rc = ak_jcs(v, &b, err);
	if (json_is_integer(v) || json_is_boolean(v))
		ak_csvw_number(w, ak_buf_str(&b));
	else
		ak_csvw_text(w, ak_buf_str(&b));
	ak_buf_release(&b);
	return rc;
}

/* All rows spread, in order, and the columns that any of them has. */
static json_t *spread_all(const json_t *lists, json_t *columns)
{
	bool several = json_object_size(lists) > 1;
	json_t *all = json_array(), *rows, *row, *v;
	const char *name, *column;
	size_t i;

	json_object_foreach((json_t *)lists, name, rows)
		json_array_foreach(rows, i, row) {
			json_t *cells = json_object();

			if (several)
				json_object_set_new(cells, "list", json_string(name));
			spread(cells, "", row);
			json_object_foreach(cells, column, v)
				json_object_set_new(columns, column, json_true());
			json_array_append_new(all, cells);
		}
	return all;
}

/* A list that some row spreads over columns of its own has none itself: a row whose list is empty would print `[]` there. */
static void drop_spread(json_t *columns)
{
	const char *name, *other;
	json_t *v, *w;
	void *next;

	json_object_foreach_safe(columns, next, name, v) {
		size_t n = strlen(name);
		bool spread_too = false;

		json_object_foreach(columns, other, w)
			spread_too = spread_too || (strncmp(other, name, n) == 0 && other[n] == '.');
		if (spread_too)
			json_object_del(columns, name);
	}
}

enum ak_rc ak_flat_csv(const json_t *lists, struct ak_buf *out, struct ak_err *err)
{
	json_t *columns = json_object(), *all = spread_all(lists, columns), *cells, *v;
	enum ak_rc rc = AK_OK;
	struct ak_csvw w;
	const char *column;
	size_t i;

	drop_spread(columns);
	ak_csvw_init(&w, out);
	json_object_foreach(columns, column, v)
		ak_csvw_text(&w, ak_str_of(column));
	if (json_object_size(columns))
		ak_csvw_end(&w);
	json_array_foreach(all, i, cells) {
		json_object_foreach(columns, column, v)
			rc = rc == AK_OK ? ak_flat_cell(&w, json_object_get(cells, column), err) : rc;
		ak_csvw_end(&w);
	}
	json_decref(columns);
	json_decref(all);
	return rc == AK_OK && out->over ? ak_fail(err, AK_EXIT_LIMIT, "the report is larger than a file of it may be") : rc;
}
