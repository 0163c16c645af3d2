#include "base/ak.h"
#include "cmd/source_drift.h"

#include "base/jsonget.h"
#include "query/query.h"

static void print_unknown(struct ak_ctx *c, const json_t *source)
{
	json_t *u;
	size_t i;
	char n[32], longest[32], rec[32];

	json_array_foreach(json_object_get(source, "unknown"), i, u)
		ak_io_line(c->io, i ? "" : "unknown", "%s %s: %s times, longest %s, first seen %.10s in %s record %s%s",
			   ak_jtxt(u, "path", "?"), ak_jtxt(u, "type", "?"), ak_thousands(ak_jnum(u, "n"), n),
			   ak_thousands(ak_jnum(u, "max_length"), longest), ak_jtxt(u, "first_seen", "?"), ak_jtxt(u, "first_in", "?"),
			   ak_thousands(ak_jnum(u, "first_rec"), rec), json_is_true(json_object_get(u, "new")) ? ", NEW" : "");
	if (ak_jnum(source, "unlisted"))
		ak_io_line(c->io, "unlisted", "%s further occurrences beyond %s paths per export (auditkit limits), counted, not listed",
			   ak_thousands(ak_jnum(source, "unlisted"), n), ak_thousands(ak_jnum(source, "path_limit"), longest));
}

/* Where the mapping of a source looks for a field; it may be gone since. */
static void where_from(struct ak_ctx *c, const json_t *source, const char *column, struct ak_buf *out)
{
	int f = ak_field_find(ak_str_of(column));
	const struct ak_mapping *m;
	struct ak_err gone = {0};
	const char *rule;

	if (f < 0 || ak_registry_find(c->registry, ak_jtxt(source, "format", ""), &m, &gone) != AK_OK)
		return;
	rule = ak_mapping_rule_text(m, (enum ak_field_id)f);
	if (rule)
		ak_buf_addf(out, "; read from %s", rule);
}

static void print_gone(struct ak_ctx *c, const json_t *source)
{
	struct ak_buf from;
	json_t *g;
	size_t i;
	char n[32], before[32], last[32];

	ak_buf_init(&from, 1 << 16);
	json_array_foreach(json_object_get(source, "gone"), i, g) {
		ak_buf_clear(&from);
		where_from(c, source, ak_jtxt(g, "column", "?"), &from);
		ak_io_line(c->io, i ? "" : "gone", "%s: in 0 of %s records of the last batch, in %s of %s before%s", ak_jtxt(g, "field", "?"),
			   ak_thousands(ak_jnum(g, "of_last"), last), ak_thousands(ak_jnum(g, "before"), n),
			   ak_thousands(ak_jnum(g, "of_before"), before), from.n ? from.p : "");
	}
	ak_buf_release(&from);
}

static void print_source(struct ak_ctx *c, const json_t *source)
{
	size_t unknown = json_array_size(json_object_get(source, "unknown")), gone = json_array_size(json_object_get(source, "gone"));
	char runs[32], records[32];

	ak_io_line(c->io, "source", "%s, %s: %s records in %s run%s, %zu unknown field%s, %zu known one%s gone", ak_jtxt(source, "source", "?"),
		   ak_jtxt(source, "format", "?"), ak_thousands(ak_jnum(source, "records_in"), records),
		   ak_thousands(ak_jnum(source, "runs"), runs), ak_jnum(source, "runs") == 1 ? "" : "s",
		   unknown, unknown == 1 ? "" : "s", gone, gone == 1 ? "" : "s");
	print_unknown(c, source);
	print_gone(c, source);
}

enum ak_rc ak_source_drift_print(struct ak_ctx *c, const char *source, struct ak_err *err)
{
	json_t *list = NULL, *s, *doc;
	size_t i;
	enum ak_rc rc = ak_query_drift(c->store, source, &list, err);

	if (rc == AK_OK && source && !json_array_size(list)) {
		ak_hint(err, "'auditkit sources' lists them");
		rc = ak_fail(err, AK_EXIT_USAGE, "no source '%s' in this workspace", source);
	} else if (rc == AK_OK && c->json) {
		doc = json_pack("{s:s, s:i, s:O}", "schema", "auditkit.drift/1", "format_version", 1, "sources", list);
		rc = ak_io_json(c->io, doc, err);
		json_decref(doc);
	} else if (rc == AK_OK) {
		json_array_foreach(list, i, s)
			print_source(c, s);
	}
	json_decref(list);
	return rc;
}
