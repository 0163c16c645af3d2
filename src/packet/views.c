#include "base/ak.h"
#include "packet/views.h"

#include "base/embedded.h"
#include "base/fs.h"
#include "base/jsonget.h"
#include "conf/yaml.h"
#include "model/field.h"
#include "packet/rekey.h"
#include "packet/tenants.h"
#include "tmpl/load.h"

#define WITHHELD "withheld"
enum { VIEW_BYTES = 1 << 20, LEAST_VALUE = 3 };

static const struct ak_yaml_rule leaves_out[] = {{"columns", AK_Y_LIST, false, NULL},
						 {"fields", AK_Y_LIST, false, NULL},
						 {"tables", AK_Y_LIST, false, NULL},
						 {"tokens", AK_Y_LIST, false, NULL},
						 {NULL, AK_Y_ANY, false, NULL}};
static const struct ak_yaml_rule rules[] = {{"title", AK_Y_STR, true, NULL},	     {"audience", AK_Y_STR, true, NULL},
					    {"sections", AK_Y_LIST, false, NULL},    {"leaves_out", AK_Y_MAP, false, leaves_out},
					    {"requests", AK_Y_LIST, false, NULL},    {"rows", AK_Y_LIST, false, NULL},
					    {NULL, AK_Y_ANY, false, NULL}};

static const char *const section_ids[] = {"scope", "sources", "fields", "redaction", "retention", "access", "sample-trace"};
/* What verdicts and findings cite stands in every packet. */
static const char *const cited[] = {"keys",    "routes",  "payload",      "links",   "usage_cost",   "retention", "access_grants", "sources",
				    "changes", "records", "completeness", "silences", "small_groups", "redaction", "unmapped_actions"};

static bool among(const char *name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], name) == 0)
			return true;
	return false;
}

static const json_t *left_out(const struct ak_view *v, const char *what)
{
	return v ? json_object_get(json_object_get(v->root, "leaves_out"), what) : NULL;
}

void ak_view_names(struct ak_buf *out)
{
	for (const struct ak_embedded *e = ak_embedded_templates; e->name; e++)
		if (strncmp(e->name, "view-", 5) == 0)
			ak_buf_addf(out, "%s%.*s", out->n ? " " : "", (int)(strlen(e->name) - 5 - strlen(".yaml")), e->name + 5);
}

static enum ak_rc check_each(const struct ak_yaml *y, const json_t *list, const char *what, bool (*good)(const char *name), const char *hint,
			     struct ak_err *err)
{
	json_t *v;
	size_t i;

	json_array_foreach((json_t *)list, i, v)
		if (!json_is_string(v) || !good(json_string_value(v))) {
			ak_hint(err, "%s", hint);
			return ak_fail(err, AK_EXIT_USAGE, "%s:%d: no such %s", y->name, ak_yaml_line(y, v), what);
		}
	return AK_OK;
}

static bool is_section(const char *name) { return among(name, section_ids, AK_COUNT(section_ids)); }
static bool is_field(const char *name) { return ak_field_find(ak_str_of(name)) >= 0; }
static bool is_class(const char *name) { return ak_packet_token_class(name) != 0; }
static bool has_rows(const char *name) { return strcmp(name, "request") == 0 || strcmp(name, "audit_event") == 0; }
static bool may_go(const char *name) { return !among(name, cited, AK_COUNT(cited)); }

static enum ak_rc check(const struct ak_yaml *y, struct ak_view *v, struct ak_err *err)
{
	json_t *class;
	size_t i;

	if (ak_yaml_check(y, y->root, rules, NULL, err) != AK_OK ||
	    check_each(y, json_object_get(y->root, "sections"), "section", is_section,
		       "scope, sources, fields, redaction, retention, access, sample-trace", err) != AK_OK ||
	    check_each(y, left_out(v, "fields"), "field", is_field, "'auditkit fields' lists them", err) != AK_OK ||
	    check_each(y, json_object_get(y->root, "rows"), "kind of record that a packet has row by row", has_rows, "request, audit_event", err) != AK_OK ||
	    check_each(y, left_out(v, "tokens"), "class of tokens", is_class, "user, email, id, ip, key, phone, mac", err) != AK_OK ||
	    check_each(y, left_out(v, "tables"), "table that may be left out", may_go, "verdicts and findings cite the others", err) != AK_OK)
		return AK_FAIL;
	json_array_foreach((json_t *)left_out(v, "tokens"), i, class)
		v->tokens |= ak_packet_token_class(json_string_value(class));
	v->title = json_string_value(json_object_get(y->root, "title"));
	v->audience = json_string_value(json_object_get(y->root, "audience"));
	return AK_OK;
}

static bool well_formed(const char *name)
{
	size_t n = strlen(name);

	return n && n <= 40 && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

static enum ak_rc is_there(const char *dir, const char *file, bool *there, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *templates = dir ? ak_fs_join(dir, "templates") : NULL;
	AK_CLEANUP(ak_free_charp) char *path = templates ? ak_fs_join(templates, file) : NULL;
	bool found = false;

	if (path && ak_fs_look(path, &found, err) != AK_OK)
		return AK_FAIL;
	*there |= found;
	return AK_OK;
}

static enum ak_rc unknown(const char *name, struct ak_err *err)
{
	struct ak_buf b;

	ak_buf_init(&b, 4096);
	ak_view_names(&b);
	ak_hint(err, "one of: %s; or templates/view-NAME.yaml in the workspace", b.p ? b.p : "");
	ak_buf_release(&b);
	return ak_fail(err, AK_EXIT_USAGE, "there is no view '%.40s'", name);
}

enum ak_rc ak_view_load(const char *workspace, const char *data_dir, const char *name, struct ak_view *out, struct ak_err *err)
{
	struct ak_yaml y = {0};
	struct ak_buf text;
	char file[64];
	bool there;
	enum ak_rc rc;

	memset(out, 0, sizeof *out);
	if (!well_formed(name))
		return unknown(name, err);
	snprintf(file, sizeof file, "view-%s.yaml", name);
	there = ak_template_ours(file).p != NULL;
	if (is_there(workspace, file, &there, err) != AK_OK || is_there(data_dir, file, &there, err) != AK_OK)
		return AK_FAIL;
	if (!there)
		return unknown(name, err);
	ak_buf_init(&text, VIEW_BYTES);
	rc = ak_template_load(workspace, data_dir, file, &text, err);
	if (rc == AK_OK && text.over)
		rc = ak_fail(err, AK_EXIT_USAGE, "%s is too large", file);
	if (rc == AK_OK && (rc = ak_yaml_load(file, ak_buf_str(&text), &y, err)) == AK_OK) {
		out->root = json_incref(y.root);
		rc = check(&y, out, err);
	}
	if (rc == AK_OK) {
		json_object_set_new(out->root, "name", json_string(name));
		out->name = json_string_value(json_object_get(out->root, "name"));
	}
	ak_yaml_release(&y);
	ak_buf_release(&text);
	return rc;
}

void ak_view_release(struct ak_view *v)
{
	json_decref(v->root);
	v->root = NULL;
}

bool ak_view_leaves_field(const struct ak_view *v, const char *column) { return ak_jhas(left_out(v, "fields"), column); }

bool ak_view_rows(const struct ak_view *v, const char *kind) { return v && ak_jhas(json_object_get(v->root, "rows"), kind); }

bool ak_view_leaves_column(const struct ak_view *v, const char *column) { return ak_jhas(left_out(v, "columns"), column); }
bool ak_view_leaves_table(const struct ak_view *v, const char *table) { return ak_jhas(left_out(v, "tables"), table); }
const json_t *ak_view_lists(const struct ak_view *v) { return v ? json_object_get(v->root, "requests") : NULL; }

/* ---- the trace ---- */

static void replace(json_t *v, const char *value)
{
	const char *name;
	json_t *item;
	size_t i;
	void *next;

	json_array_foreach(v, i, item) {
		if (json_is_string(item) && strstr(json_string_value(item), value))
			json_array_set_new(v, i, ak_tenants_without(json_string_value(item), value, WITHHELD));
		else
			replace(item, value);
	}
	json_object_foreach_safe(v, next, name, item) {
		if (json_is_string(item) && strstr(json_string_value(item), value) && strcmp(name, "cite") != 0)
			json_object_set_new(v, name, ak_tenants_without(json_string_value(item), value, WITHHELD));
		else if (strcmp(name, "cites") != 0)
			replace(item, value);
	}
}

void ak_view_hide_trace(const struct ak_view *v, json_t *trace)
{
	json_t *values = json_array(), *hop, *name, *value;
	size_t i, k;

	json_array_foreach(json_object_get(trace, "hops"), i, hop) {
		json_t *fields = json_object_get(hop, "fields");

		json_array_foreach((json_t *)left_out(v, "fields"), k, name) {
			const char *field = ak_fields[ak_field_find(ak_str_of(json_string_value(name)))].name, *was = json_string_value(json_object_get(fields, field));

			if (was && strlen(was) >= LEAST_VALUE)
				json_array_append(values, json_object_get(fields, field));
			json_object_del(fields, field);
		}
	}
	json_array_foreach(values, i, value)
		replace(trace, json_string_value(value));
	json_decref(values);
}

/* ---- order and document ---- */

json_t *ak_view_in_order(const struct ak_view *v, const json_t *sections)
{
	const json_t *order = v ? json_object_get(v->root, "sections") : NULL;
	json_t *out = json_array(), *name, *section;
	size_t i, k;

	json_array_foreach((json_t *)order, i, name)
		json_array_foreach((json_t *)sections, k, section)
			if (strcmp(json_string_value(json_object_get(section, "id")), json_string_value(name)) == 0)
				json_array_append(out, section);
	json_array_foreach((json_t *)sections, k, section)
		if (!ak_jhas(order, json_string_value(json_object_get(section, "id"))))
			json_array_append(out, section);
	return out;
}

static json_t *list_of(const struct ak_view *v, const char *what)
{
	const json_t *list = left_out(v, what);

	return list ? json_incref((json_t *)list) : json_array();
}

json_t *ak_view_document(const struct ak_view *v)
{
	json_t *doc;

	if (!v)
		return json_null();
	doc = json_pack("{s:s, s:s, s:s, s:{s:o, s:o, s:o, s:o}}", "name", v->name, "title", v->title, "audience", v->audience, "leaves_out",
			 "columns", list_of(v, "columns"), "fields", list_of(v, "fields"), "tables", list_of(v, "tables"), "tokens",
			 list_of(v, "tokens"));
	if (json_array_size(json_object_get(v->root, "rows")))
		json_object_set(doc, "rows", json_object_get(v->root, "rows"));
	return doc;
}
