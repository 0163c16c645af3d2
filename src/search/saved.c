#include "base/ak.h"
#include "search/saved.h"

#include "base/fs.h"
#include "base/jsonw.h"
#include "base/time.h"

#define FILE_NAME "queries.json"
enum { MOST_BYTES = 1 << 20, VERSIONS = 20 };

enum ak_rc ak_saved_name(const char *name, struct ak_err *err)
{
	size_t n = strlen(name);
	bool good = n && n <= 60;

	for (size_t i = 0; i < n; i++)
		good &= ak_is_lower((unsigned char)name[i]) || ak_is_digit((unsigned char)name[i]) || (i && strchr("_.-", name[i]));
	return good ? AK_OK : ak_fail(err, AK_EXIT_USAGE, "a saved query is named by small letters, digits, '_', '.' and '-', 60 at most");
}

static enum ak_rc damaged(struct ak_err *err)
{
	ak_hint(err, "go back to a copy of it, or move it away: the queries in it are lost then");
	return ak_fail(err, AK_EXIT_CORRUPT, "'" FILE_NAME "' of the workspace is no list of saved queries");
}

enum ak_rc ak_saved_read(const char *workspace, json_t **queries, struct ak_err *err)
{
	char *path = ak_fs_join(workspace, FILE_NAME);
	json_t *doc = NULL, *all = NULL;
	struct ak_buf text;
	enum ak_rc rc = AK_OK;

	*queries = NULL;
	ak_buf_init(&text, MOST_BYTES);
	if (ak_fs_exists(path)) {
		rc = ak_fs_slurp(path, MOST_BYTES, &text, err);
		if (rc == AK_OK && ak_json_parse(ak_buf_str(&text), &doc, NULL) != AK_OK)
			rc = damaged(err);
		all = json_object_get(doc, "queries");
		if (rc == AK_OK && !json_is_object(all))
			rc = damaged(err);
	}
	if (rc == AK_OK)
		*queries = all ? json_incref(all) : json_object();
	json_decref(doc);
	ak_buf_release(&text);
	ak_free(path);
	return rc;
}

static enum ak_rc write_all(const char *workspace, json_t *queries, struct ak_err *err)
{
	char *path = ak_fs_join(workspace, FILE_NAME);
	json_t *doc = json_pack("{s:s, s:i, s:O}", "schema", "auditkit.queries/1", "format_version", 1, "queries", queries);
	struct ak_buf text;
	enum ak_rc rc;

	ak_buf_init(&text, MOST_BYTES);
	rc = ak_json_pretty(doc, &text, err);
	if (rc == AK_OK && text.over)
		rc = ak_fail(err, AK_EXIT_LIMIT, "more queries than a file of %d bytes holds", MOST_BYTES);
	if (rc == AK_OK)
		rc = ak_fs_write_file(path, ak_buf_str(&text), 0600, true, err);
	ak_buf_release(&text);
	json_decref(doc);
	ak_free(path);
	return rc;
}

enum ak_rc ak_saved_add(const char *workspace, const char *name, json_t *search, int64_t now_us, json_int_t *version, struct ak_err *err)
{
	json_t *all = NULL, *versions;
	char at[32];
	enum ak_rc rc = ak_saved_read(workspace, &all, err);

	if (rc != AK_OK) {
		json_decref(search);
		return rc;
	}
	versions = json_object_get(all, name);
	if (!json_is_array(versions)) {
		json_object_set_new(all, name, json_array());
		versions = json_object_get(all, name);
	}
	*version = 1 + json_integer_value(json_object_get(json_array_get(versions, 0), "version"));
	json_array_insert_new(versions, 0, json_pack("{s:I, s:s, s:o}", "version", *version, "saved", ak_time_z(now_us, 0, at), "search", search));
	while (json_array_size(versions) > VERSIONS)
		json_array_remove(versions, VERSIONS);
	rc = write_all(workspace, all, err);
	json_decref(all);
	return rc;
}

enum ak_rc ak_saved_remove(const char *workspace, const char *name, struct ak_err *err)
{
	json_t *all = NULL;
	enum ak_rc rc = ak_saved_read(workspace, &all, err);

	if (rc == AK_OK && json_object_del(all, name) != 0) {
		ak_hint(err, "'auditkit query list' shows them");
		rc = ak_fail(err, AK_EXIT_USAGE, "there is no saved query '%.60s'", name);
	}
	if (rc == AK_OK)
		rc = write_all(workspace, all, err);
	json_decref(all);
	return rc;
}

/* ---- parameters ---- */

static bool of_name(char c) { return ak_is_alnum((unsigned char)c) || c == '_' || c == '-'; }

/* $name wherever it stands outside quotes. */
static void find(const char *text, json_t *set)
{
	char quote = 0;

	for (; text && *text; text++) {
		size_t n = 1;

		if (quote || *text == '\'' || *text == '"')
			quote = !quote ? *text : *text == quote ? 0 : quote;
		if (quote || *text != '$')
			continue;
		while (of_name(text[n]))
			n++;
		if (n > 1) {
			char *name = ak_strndup(text + 1, n - 1);

			json_object_set_new(set, name, json_true());
			ak_free(name);
		}
	}
}

json_t *ak_saved_params(const json_t *search)
{
	static const char *const texts[] = {"where", "text", "from", "to", "at"};
	json_t *set = json_object(), *out = json_array(), *list, *v;
	const char *name;
	size_t i;

	for (i = 0; i < AK_COUNT(texts); i++)
		find(json_string_value(json_object_get(search, texts[i])), set);
	json_object_foreach(json_object_get(search, "filters"), name, list)
		json_array_foreach(list, i, v)
			if (json_is_string(v) && *json_string_value(v) == '$')
				find(json_string_value(v), set);
	json_object_foreach(set, name, v)
		json_array_append_new(out, json_string(name));
	json_decref(set);
	return out;
}
