#include "base/ak.h"
#include "cmd/show_diff.h"

#include "base/jsonw.h"
#include "base/jsonget.h"

static void print_side(struct ak_ctx *c, const char *keyword, const json_t *v, const char *otherwise)
{
	struct ak_buf b;

	ak_buf_init(&b, 1 << 22);
	if (json_is_string(v))
		ak_buf_adds(&b, json_string_value(v));
	else if (v)
		ak_jcs(v, &b, NULL);
	ak_io_line(c->io, keyword, "%s", v ? b.n ? b.p : "" : otherwise);
	ak_buf_release(&b);
}

static void print_diff(struct ak_ctx *c, const json_t *changes)
{
	json_t *e;
	size_t i;

	json_array_foreach((json_t *)changes, i, e) {
		if (i == 0 || !json_equal(json_object_get(e, "cite"), json_object_get(json_array_get(changes, i - 1), "cite")))
			ak_io_line(c->io, "record", "%s", ak_jtxt(e, "cite", "?"));
		ak_io_line(c->io, "path", "%s", ak_jtxt(e, "path", "?"));
		print_side(c, "before", json_object_get(e, "before"), "(not there)");
		print_side(c, "after", json_object_get(e, "after"), json_is_true(json_object_get(e, "unnamed")) ? "(not named by the update)" : "(not there)");
	}
}

/* Entries {cite, field, path, before, after} of a record's DIFF fields; a side that was not there is left out, with unnamed: true where the
 * update did not name it. */
static void add_changes(const json_t *record, json_t *out)
{
	for (int f = 0; f < AK_F_COUNT; f++) {
		json_t *list = json_object_get(json_object_get(record, "fields"), ak_fields[f].name), *e;
		size_t i;

		for (i = 0; ak_fields[f].type == AK_T_DIFF && i < json_array_size(list); i++) {
			e = json_copy(json_array_get(list, i));
			json_object_set(e, "cite", json_object_get(record, "cite"));
			json_object_set_new(e, "field", json_string(ak_fields[f].column));
			json_array_append_new(out, e);
		}
	}
}

enum ak_rc ak_show_diff(struct ak_ctx *c, const json_t *records, struct ak_err *err)
{
	json_t *changes = json_array(), *r, *doc;
	enum ak_rc rc = AK_OK;
	size_t i;

	json_array_foreach((json_t *)records, i, r)
		add_changes(r, changes);
	if (!json_array_size(changes)) {
		ak_hint(err, "audit events and configuration snapshots have one, when the export gave before, after or a list of changes");
		rc = ak_fail(err, AK_EXIT_PARTIAL, "this record holds no change");
	} else if (c->json) {
		doc = json_pack("{s:s, s:i, s:O}", "schema", "auditkit.show-diff/1", "format_version", 1, "changes", changes);
		rc = ak_io_json(c->io, doc, err);
		json_decref(doc);
	} else {
		print_diff(c, changes);
	}
	json_decref(changes);
	return rc;
}
