#include "base/ak.h"
#include "packet/render.h"

#include "base/csvw.h"
#include "base/embedded.h"
#include "base/fs.h"
#include "base/jsonw.h"
#include "base/verdict.h"
#include "packet/selfaudit.h"

#define PAGE_BYTES ((size_t)64 << 20)

enum ak_rc ak_render_add(const struct ak_packet_opts *o, struct ak_bag *bag, const char *path, struct ak_str bytes,
			 struct ak_err *err)
{
	const char *kind = NULL;
	size_t at = 0;

	if (ak_selfaudit(o->redactor, path, bytes, &at, &kind)) {
		ak_hint(err, "nothing was written; look for it in policy.yaml, responses.yaml and the templates first");
		ak_fail(err, AK_EXIT_VERIFY, "self-audit: %s would hold a value of kind %s at byte %zu", path, kind ? kind : "?", at);
		return AK_FAIL;
	}
	return ak_bag_add(bag, path, bytes, err);
}

static enum ak_rc from_folder(const char *dir, const char *file, struct ak_buf *out, bool *found, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *templates = dir ? ak_fs_join(dir, "templates") : NULL;
	AK_CLEANUP(ak_free_charp) char *path = templates ? ak_fs_join(templates, file) : NULL;

	*found = false;
	if (path && ak_fs_look(path, found, err) != AK_OK)
		return AK_FAIL;
	return *found ? ak_fs_slurp(path, PAGE_BYTES, out, err) : AK_OK;
}

/* The first of workspace, data folder and program that has the template. */
static enum ak_rc load(const struct ak_packet_opts *o, const char *file, struct ak_buf *out, struct ak_err *err)
{
	bool found;

	if (from_folder(o->workspace, file, out, &found, err) != AK_OK)
		return AK_FAIL;
	if (!found && from_folder(o->data_dir, file, out, &found, err) != AK_OK)
		return AK_FAIL;
	for (const struct ak_embedded *e = ak_embedded_templates; !found && e->name; e++) {
		if (strcmp(e->name, file) == 0) {
			ak_buf_add(out, e->text, e->n);
			found = true;
		}
	}
	return found ? AK_OK : ak_fail(err, AK_EXIT_BUG, "no template '%s'", file);
}

enum ak_rc ak_render_page(const struct ak_packet_opts *o, struct ak_bag *bag, const char *tmpl, const char *path,
			  enum ak_escape escape, const json_t *data, struct ak_err *err)
{
	const struct ak_mustache_opts opts = {.escape = escape};
	struct ak_buf text, page;
	enum ak_rc rc;

	ak_buf_init(&text, PAGE_BYTES);
	ak_buf_init(&page, PAGE_BYTES);
	rc = load(o, tmpl, &text, err);
	if (rc == AK_OK)
		rc = ak_mustache_render(tmpl, ak_buf_str(&text), data, &opts, &page, err);
	if (rc == AK_OK)
		rc = ak_render_add(o, bag, path, ak_buf_str(&page), err);
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
		rc = ak_render_add(o, bag, path, ak_buf_str(&b), err);
	ak_buf_release(&b);
	return rc;
}

/* Sums come as text, too long for an integer of JSON; they are numbers all the same and need no formula guard. */
static void csv_cell(struct ak_csvw *w, const json_t *v, const json_t *column)
{
	const char *type = json_string_value(json_object_get(column, "type"));
	struct ak_str s = ak_str_n(json_string_value(v), json_string_length(v));
	char number[24];

	if (json_is_integer(v)) {
		snprintf(number, sizeof number, "%lld", (long long)json_integer_value(v));
		s = ak_str_of(number);
	} else if (json_is_boolean(v))
		s = ak_str_of(json_is_true(v) ? "true" : "false");
	if (s.p && strcmp(type, "string") != 0 && strcmp(type, "datetime") != 0)
		ak_csvw_number(w, s);
	else
		ak_csvw_text(w, s);
}

static enum ak_rc csv(const struct ak_packet_opts *o, struct ak_bag *bag, const char *path, const json_t *table,
		      json_t *resource, struct ak_err *err)
{
	struct ak_csvw w;
	struct ak_buf b;
	json_t *row, *v;
	size_t i, k;
	enum ak_rc rc;
	uint8_t digest[32];
	char hash[80] = "sha256:";

	ak_buf_init(&b, PAGE_BYTES);
	ak_csvw_init(&w, &b);
	json_array_foreach(json_object_get(table, "columns"), k, v)
		ak_csvw_text(&w, ak_str_of(json_string_value(json_object_get(v, "name"))));
	ak_csvw_end(&w);
	json_array_foreach(json_object_get(table, "rows"), i, row) {
		json_array_foreach(row, k, v)
			csv_cell(&w, v, json_array_get(json_object_get(table, "columns"), k));
		ak_csvw_end(&w);
	}
	rc = ak_render_add(o, bag, path, ak_buf_str(&b), err);
	ak_sha256(b.p, b.n, digest);
	ak_hex(digest, 32, hash + strlen(hash));
	json_object_set_new(resource, "bytes", json_integer((json_int_t)b.n));
	json_object_set_new(resource, "hash", json_string(hash));
	ak_buf_release(&b);
	return rc;
}

/* The dialect is that of base/csvw.h; said in full, because readers have other defaults. */
static json_t *resource(const json_t *table, const char *path)
{
	return json_pack("{s:O, s:O, s:s, s:s, s:s, s:s, s:{s:s, s:s, s:s, s:b, s:b}, s:{s:O, s:[s]}}", "name",
			 json_object_get(table, "name"), "title", json_object_get(table, "title"), "path", path, "format", "csv",
			 "mediatype", "text/csv", "encoding", "utf-8", "dialect", "delimiter", ",", "quoteChar", "\"", "lineTerminator",
			 "\r\n", "doubleQuote", 1, "header", 1, "schema", "fields", json_object_get(table, "columns"), "missingValues", "");
}

enum ak_rc ak_render_tables(const struct ak_packet_opts *o, struct ak_bag *bag, const json_t *sections, struct ak_err *err)
{
	json_t *resources = json_array(), *section, *table, *doc;
	size_t i, k;
	enum ak_rc rc = AK_OK;

	json_array_foreach(sections, i, section) {
		json_array_foreach(json_object_get(section, "tables"), k, table) {
			char path[100];

			json_t *r;

			snprintf(path, sizeof path, "data/tables/%s.csv", json_string_value(json_object_get(table, "name")));
			r = resource(table, path + strlen("data/"));
			if (rc == AK_OK)
				rc = csv(o, bag, path, table, r, err);
			json_array_append_new(resources, r);
		}
	}
	doc = json_pack("{s:s, s:s, s:o}", "profile", "tabular-data-package", "name", "auditkit-packet", "resources", resources);
	if (rc == AK_OK)
		rc = ak_render_json(o, bag, "data/datapackage.json", doc, err);
	json_decref(doc);
	return rc;
}
