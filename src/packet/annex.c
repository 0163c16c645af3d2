#include "base/ak.h"
#include "packet/annex.h"

#include <inttypes.h>

#include "base/embedded.h"
#include "base/jsonw.h"
#include "base/merkle.h"
#include "packet/archive.h"
#include "packet/render.h"
#include "query/query.h"
#include "store/tlog.h"

#define ROWS_BYTES 65536u

/* ---- leaves.csv ---- */

struct leaves {
	struct ak_bag_file *file;
	struct ak_buf rows;
	json_t *counts; /* {kind: {stands: n}} */
	/* the run of equal rows that is being counted */
	char kind[40], stands[24];
	json_int_t n;
};

static void count(struct leaves *l)
{
	json_t *kind = json_object_get(l->counts, l->kind);

	if (!l->n)
		return;
	if (!kind)
		json_object_set_new(l->counts, l->kind, kind = json_object());
	json_object_set_new(kind, l->stands, json_integer(json_integer_value(json_object_get(kind, l->stands)) + l->n));
	l->n = 0;
}

static enum ak_rc flush(struct leaves *l, struct ak_err *err)
{
	enum ak_rc rc = ak_bag_write(l->file, ak_buf_str(&l->rows), err);

	ak_buf_clear(&l->rows);
	return rc;
}

static enum ak_rc add_leaf(void *ctx, int64_t seq, const char *kind, const char *stands, const uint8_t leaf[32], struct ak_err *err)
{
	struct leaves *l = ctx;

	if (strcmp(kind, l->kind) != 0 || strcmp(stands, l->stands) != 0) {
		count(l);
		snprintf(l->kind, sizeof l->kind, "%s", kind);
		snprintf(l->stands, sizeof l->stands, "%s", stands);
	}
	l->n++;
	ak_buf_addf(&l->rows, "%" PRId64 ",%s,%s,", seq, kind, stands);
	ak_buf_addhex(&l->rows, leaf, 32);
	ak_buf_adds(&l->rows, "\r\n");
	return l->rows.n > ROWS_BYTES - 256 ? flush(l, err) : AK_OK;
}

static enum ak_rc add_leaves(const struct ak_sections *s, struct ak_bag *annex, int64_t first, int64_t end, json_t **counts,
			     struct ak_err *err)
{
	struct leaves l = {.counts = json_object()};
	enum ak_rc rc = ak_bag_begin(annex, AK_LEAVES_PATH, &l.file, err);

	ak_buf_init(&l.rows, 2 * (size_t)ROWS_BYTES);
	ak_buf_adds(&l.rows, "seq,kind,stands,leaf\r\n");
	if (rc == AK_OK && first < end)
		rc = ak_query_leaves_each(s->store, s->from_us, s->to_us, first, end, add_leaf, &l, err);
	if (rc == AK_OK)
		rc = flush(&l, err);
	count(&l);
	ak_buf_release(&l.rows);
	*counts = l.counts;
	return rc;
}

/* ---- range-proof.json ---- */

static enum ak_rc beside(const struct ak_sections *s, uint64_t first, uint64_t end, uint64_t size, json_t **out, struct ak_err *err)
{
	struct ak_merkle_prover *p = ak_merkle_prover_new(size, ak_tlog_read_leaves, s->store);
	struct ak_merkle_beside *b = ak_alloc_zero(1, sizeof *b);
	enum ak_rc rc = ak_merkle_prove_range(p, first, end, size, b, err);
	char hex[65];

	*out = json_array();
	for (size_t i = 0; i < b->n && rc == AK_OK; i++) {
		ak_hex(b->hash[i], 32, hex);
		json_array_append_new(*out, json_string(hex));
	}
	ak_free(b);
	ak_merkle_prover_free(p);
	return rc;
}

json_t *ak_annex_root(const json_t *checkpoint)
{
	const char *base64 = json_string_value(json_object_get(checkpoint, "root"));
	uint8_t root[32] = {0};
	char hex[65];
	size_t n;

	if (!base64 || !ak_unbase64(ak_str_of(base64), root, sizeof root, &n) || n != sizeof root)
		AK_BUG("a checkpoint without a root");
	ak_hex(root, 32, hex);
	return json_string(hex);
}

json_t *ak_annex_counts(const json_t *counts)
{
	json_t *rows = json_array(), *of, *n;
	const char *kind, *stands;

	json_object_foreach((json_t *)counts, kind, of)
		json_object_foreach(of, stands, n)
			json_array_append_new(rows, json_pack("{s:s, s:s, s:O}", "kind", kind, "stands", stands, "leaves", n));
	return rows;
}

static enum ak_rc add_json(struct ak_bag *bag, const char *path, const json_t *doc, struct ak_err *err)
{
	AK_CLEANUP(ak_buf_release) struct ak_buf b;
	enum ak_rc rc;

	ak_buf_init(&b, (size_t)4 << 20);
	rc = ak_json_pretty(doc, &b, err);
	return rc == AK_OK ? ak_bag_add(bag, path, ak_buf_str(&b), err) : rc;
}

static enum ak_rc add_range(const struct ak_sections *s, struct ak_bag *annex, json_t **range, struct ak_err *err)
{
	int64_t size = (int64_t)json_integer_value(json_object_get(s->checkpoint, "size")), first, end;
	json_t *counts = NULL, *hashes = NULL;
	enum ak_rc rc = ak_query_leaves_span(s->store, s->from_us, s->to_us, size, &first, &end, err);

	if (rc == AK_OK)
		rc = add_leaves(s, annex, first, end, &counts, err);
	if (rc == AK_OK && first < end)
		rc = beside(s, (uint64_t)first, (uint64_t)end, (uint64_t)size, &hashes, err);
	if (rc == AK_OK) {
		*range = json_pack("{s:s, s:i, s:I, s:I, s:I, s:o, s:o}", "schema", "auditkit.range-proof/1", "format_version", 1, "first",
				   (json_int_t)first, "end", (json_int_t)end, "size", (json_int_t)size, "root",
				   ak_annex_root(s->checkpoint), "counts", ak_annex_counts(counts));
		json_object_set_new(*range, "beside", hashes ? json_incref(hashes) : json_array());
		rc = add_json(annex, "data/range-proof.json", *range, err);
		json_object_del(*range, "beside");
	}
	json_decref(counts);
	json_decref(hashes);
	return rc;
}

/* ---- the bag ---- */

static enum ak_rc add_script(struct ak_bag *annex, struct ak_err *err)
{
	for (const struct ak_embedded *e = ak_embedded_templates; e->name; e++)
		if (strcmp(e->name, "check_proofs.py") == 0)
			return ak_bag_add(annex, "data/check_proofs.py", ak_str_n(e->text, e->n), err);
	AK_BUG("the script that checks proofs is not in the program");
}

static json_t *describe(const struct ak_bag *annex, const json_t *range)
{
	json_t *files = json_array(), *doc;
	uint8_t raw[32];
	char hex[65];

	for (size_t i = 0; i < ak_bag_count(annex); i++) {
		const struct ak_bag_file *f = ak_bag_at(annex, i);

		ak_bag_file_digest(f, raw);
		ak_hex(raw, 32, hex);
		json_array_append_new(files, json_pack("{s:s, s:I, s:s}", "path", ak_bag_file_path(f), "bytes", (json_int_t)ak_bag_file_size(f),
						       "sha256", hex));
	}
	ak_bag_digest(annex, raw);
	ak_hex(raw, 32, hex);
	doc = json_pack("{s:s, s:i, s:s, s:o, s:o}", "schema", "auditkit.annex/1", "format_version", 1, "digest", hex, "files", files, "range",
			json_deep_copy(range));
	json_object_del(json_object_get(doc, "range"), "schema");
	json_object_del(json_object_get(doc, "range"), "format_version");
	return doc;
}

/* The tables that were moved here, and the leaves. */
static enum ak_rc add_package(const struct ak_packet_opts *o, const json_t *apart, json_int_t leaves, struct ak_bag *annex, struct ak_err *err)
{
	AK_CLEANUP(ak_json_decref) json_t *table = json_pack("{s:s, s:s, s:[{s:s, s:s}, {s:s, s:s}, {s:s, s:s}, {s:s, s:s}], s:I}", "name", "leaves", "title",
							     "Every leaf of a run of the ledger, in its order", "columns", "name", "seq", "type", "integer", "name", "kind",
							     "type", "string", "name", "stands", "type", "string", "name", "leaf", "type", "string", "count", leaves);
	AK_CLEANUP(ak_json_decref) json_t *resources = json_copy((json_t *)apart);

	for (size_t i = 0; i < ak_bag_count(annex); i++)
		if (strcmp(ak_bag_file_path(ak_bag_at(annex, i)), AK_LEAVES_PATH) == 0)
			json_array_append_new(resources, ak_render_resource(table, ak_bag_at(annex, i)));
	return ak_render_package(o, annex, "auditkit-annex", resources, err);
}

enum ak_rc ak_annex_finish(const struct ak_packet_opts *o, const struct ak_sections *s, const char *id, const json_t *apart,
			   struct ak_bag *annex, json_t **doc, struct ak_err *err)
{
	const struct ak_bag_info info[] = {{"External-Identifier", id},
					   {"Bag-Software-Agent", "auditkit " PACKAGE_VERSION},
					   {"External-Description", "annex of an auditkit packet: leaves, range proof, proof script"}};
	json_t *range = NULL;
	enum ak_rc rc = add_range(s, annex, &range, err);

	if (rc == AK_OK)
		rc = add_package(o, apart, json_integer_value(json_object_get(range, "end")) - json_integer_value(json_object_get(range, "first")), annex, err);
	if (rc == AK_OK)
		rc = add_script(annex, err);
	if (rc == AK_OK)
		rc = ak_bag_finish(annex, info, AK_COUNT(info), err);
	if (rc == AK_OK)
		*doc = describe(annex, range);
	json_decref(range);
	return rc;
}

enum ak_rc ak_annex_new(const struct ak_packet_opts *o, const char *name, struct ak_bag **annex, struct ak_err *err)
{
	char own[104];

	snprintf(own, sizeof own, "%.90s.annex", name);
	return ak_bag_new(own, o->store->dir, annex, err);
}

char *ak_annex_path(const char *path)
{
	AK_CLEANUP(ak_free_charp) char *base = NULL;
	struct ak_buf b;
	size_t n = strlen(path), folder;
	const char *name, *ending;
	enum ak_form form;
	struct ak_err none = {0};

	while (n > 1 && path[n - 1] == '/')
		n--;
	if (ak_archive_form(path, &form, &base, &none) != AK_OK)
		base = NULL;
	for (folder = n; folder && path[folder - 1] != '/';)
		folder--;
	name = path + folder;
	ending = base && n - folder >= strlen(base) ? name + strlen(base) : path + n;
	ak_buf_init(&b, 8192);
	ak_buf_addf(&b, "%.*s.annex%.*s", (int)(ending - path), path, (int)(path + n - ending), ending);
	return b.p;
}
