#include "base/ak.h"
#include "packet/render.h"

#include "base/jsonget.h"
#include "base/jsonw.h"
#include "base/verdict.h"
#include "packet/columns.h"
#include "packet/selfaudit.h"
#include "packet/workbook.h"
#include "tmpl/load.h"

#define PAGE_BYTES AK_TEMPLATE_BYTES

enum ak_rc ak_render_add(const struct ak_packet_opts *o, struct ak_bag *bag, const char *path, struct ak_str bytes,
			 struct ak_err *err)
{
	const struct ak_selfaudit audit = {.redactor = o->redactor, .canaries = o->canaries, .ids = o->ids};
	enum ak_rc rc = ak_selfaudit_pass(&audit, path, 0, bytes, err);

	return rc == AK_OK ? ak_bag_add(bag, path, bytes, err) : rc;
}

/* A page or document as a whole, or not at all. */
static enum ak_rc add_whole(const struct ak_packet_opts *o, struct ak_bag *bag, const char *path, const struct ak_buf *b,
			    struct ak_err *err)
{
	if (b->over)
		return ak_fail(err, AK_EXIT_LIMIT, "packet file '%s' is too large", path);
	return ak_render_add(o, bag, path, ak_buf_str(b), err);
}

enum ak_rc ak_render_page(const struct ak_packet_opts *o, struct ak_bag *bag, const char *tmpl, const char *path,
			  enum ak_escape escape, const json_t *data, struct ak_err *err)
{
	const struct ak_mustache_opts opts = {.escape = escape, .unknown_is_error = true, .ours = ak_template_ours(tmpl)};
	struct ak_buf text, page;
	enum ak_rc rc;

	ak_buf_init(&text, PAGE_BYTES);
	ak_buf_init(&page, PAGE_BYTES);
	rc = ak_template_load(o->workspace, o->data_dir, tmpl, &text, err);
	if (rc == AK_OK)
		rc = ak_mustache_render(tmpl, ak_buf_str(&text), data, &opts, &page, err);
	if (rc == AK_OK)
		rc = add_whole(o, bag, path, &page, err);
	ak_buf_release(&text);
	ak_buf_release(&page);
	return rc;
}

enum ak_rc ak_render_json(const struct ak_packet_opts *o, struct ak_bag *bag, const char *path, const json_t *doc,
			  struct ak_err *err)
{
	struct ak_buf b;
	enum ak_rc rc;

	ak_buf_init(&b, PAGE_BYTES);
	rc = ak_json_pretty(doc, &b, err);
	if (rc == AK_OK)
		rc = add_whole(o, bag, path, &b, err);
	ak_buf_release(&b);
	return rc;
}

/* Times have fractions of a second, which the default format of a datetime does not allow. */
static json_t *fields_of(const json_t *table)
{
	json_t *list = json_array(), *column;
	size_t i;

	json_array_foreach(json_object_get(table, "columns"), i, column) {
		json_t *field = json_copy(column);
		const char *says = ak_column_says(ak_jtxt(table, "name", ""), ak_jtxt(field, "name", ""));

		if (says)
			json_object_set_new(field, "description", json_string(says));
		if (strcmp(ak_jtxt(field, "type", ""), "datetime") == 0)
			json_object_set_new(field, "format", json_string("any"));
		json_array_append_new(list, field);
	}
	return list;
}

/* The dialect is that of base/csvw.h; said in full, because readers have other defaults. */
json_t *ak_render_resource(const json_t *table, const struct ak_bag_file *csv)
{
	const char *path = ak_bag_file_path(csv) + strlen("data/");
	uint8_t digest[32];
	char hash[80] = "sha256:";

	ak_bag_file_digest(csv, digest);
	ak_hex(digest, 32, hash + strlen(hash));
	return json_pack("{s:s, s:s, s:O, s:O, s:s, s:s, s:s, s:s, s:{s:s, s:s, s:s, s:b, s:b}, s:{s:o, s:[s]}, s:I, s:s, s:O?}", "profile",
			 "tabular-data-resource", "type", "table", "name", json_object_get(table, "name"), "title", json_object_get(table, "title"), "path", path, "format", "csv",
			 "mediatype", "text/csv", "encoding", "utf-8", "dialect", "delimiter", ",", "quoteChar", "\"", "lineTerminator",
			 "\r\n", "doubleQuote", 1, "header", 1, "schema", "fields", fields_of(table), "missingValues", "", "bytes",
			 (json_int_t)ak_bag_file_size(csv), "hash", hash, "rows", json_object_get(table, "count"));
}

enum ak_rc ak_render_tables(struct ak_bag *bag, struct ak_bag *annex, const struct ak_tables *tables, json_t **resources, json_t **apart, struct ak_err *err)
{
	struct ak_workbook *book = NULL;
	struct ak_table *t;
	enum ak_rc rc = ak_workbook_new(bag, &book, err);

	*resources = json_array();
	*apart = json_array();
	for (size_t i = 0; rc == AK_OK && (t = ak_table_at(tables, i)) != NULL; i++) {
		bool is_apart = json_is_true(json_object_get(ak_table_doc(t), "annex"));
		const struct ak_bag_file *csv = NULL;

		rc = ak_table_end(t, &csv, err);
		if (rc == AK_OK)
			json_array_append_new(is_apart ? *apart : *resources, ak_render_resource(ak_table_doc(t), csv));
		if (rc == AK_OK && ak_table_shown(t))
			rc = ak_workbook_add(book, ak_table_doc(t), csv, err);
		if (rc == AK_OK && is_apart)
			rc = ak_bag_move(bag, ak_bag_file_path(csv), annex, err);
	}
	if (rc == AK_OK)
		rc = ak_workbook_end(book, err);
	ak_workbook_free(book);
	return rc;
}

enum ak_rc ak_render_package(const struct ak_packet_opts *o, struct ak_bag *bag, const char *name, const json_t *resources, struct ak_err *err)
{
	json_t *doc = json_pack("{s:s, s:s, s:s, s:O}", "$schema", "https://datapackage.org/profiles/2.0/datapackage.json", "profile",
				"tabular-data-package", "name", name, "resources", resources);
	enum ak_rc rc = ak_render_json(o, bag, "data/datapackage.json", doc, err);

	json_decref(doc);
	return rc;
}
