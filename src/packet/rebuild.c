#include "base/ak.h"
#include "packet/rebuild.h"

#include "base/jsonget.h"
#include "base/jsonw.h"
#include "base/note.h"
#include "packet/annex.h"
#include "packet/check.h"
#include "packet/past.h"
#include "packet/views.h"
#include "query/query.h"

#define FILE_BYTES ((size_t)16 << 20)

static void because(json_t *doc, const char *reason) { json_array_append_new(json_object_get(doc, "reasons"), json_string(reason)); }

/* ---- the ledger ---- */

static enum ak_rc count(void *ctx, int64_t seq, const char *kind, const char *stands, const uint8_t leaf[32], struct ak_err *err)
{
	json_t *counts = ctx, *of = json_object_get(counts, kind);

	(void)seq;
	(void)leaf;
	(void)err;
	if (!of)
		json_object_set_new(counts, kind, of = json_object());
	json_object_set_new(of, stands, json_integer(json_integer_value(json_object_get(of, stands)) + 1));
	return AK_OK;
}

/* Rows of counts that are not the same on both sides. */
static void compare_counts(const json_t *then, json_t *now, json_t *changed)
{
	json_t *row, *of, *n;
	const char *kind, *stands;
	size_t i;

	json_array_foreach((json_t *)then, i, row) {
		kind = ak_jtxt(row, "kind", "");
		stands = ak_jtxt(row, "stands", "");
		of = json_object_get(now, kind);
		if (ak_jnum(row, "leaves") != ak_jnum(of, stands))
			json_array_append_new(changed, json_pack("{s:s, s:s, s:O, s:I}", "kind", kind, "stands", stands, "then",
								 json_object_get(row, "leaves"), "now", (json_int_t)ak_jnum(of, stands)));
		json_object_del(of, stands);
	}
	json_object_foreach(now, kind, of)
		json_object_foreach(of, stands, n)
			json_array_append_new(changed, json_pack("{s:s, s:s, s:i, s:O}", "kind", kind, "stands", stands, "then", 0, "now", n));
}

/* The leaves of the packet's run, as they stand today. */
static enum ak_rc went(const struct ak_packet_opts *o, const char *path, json_t *doc, struct ak_err *err)
{
	AK_CLEANUP(ak_json_decref) json_t *annex = NULL, *now = json_object();
	const json_t *range;
	enum ak_rc rc = ak_past_json(path, "data/integrity/annex.json", &annex, err);

	if (rc == AK_END)
		return AK_OK;
	range = json_object_get(annex, "range");
	if (rc == AK_OK)
		rc = ak_query_leaves_each(o->store, o->from_us, o->to_us, (int64_t)ak_jnum(range, "first"), (int64_t)ak_jnum(range, "end"), count, now,
					  err);
	if (rc == AK_OK)
		compare_counts(json_object_get(range, "counts"), now, json_object_get(doc, "changed"));
	return rc;
}

/* ---- the files ---- */

static void read_manifest(struct ak_str text, json_t *names)
{
	struct ak_str line;

	while (ak_note_line(&text, &line))
		if (line.n > 66)
			json_object_setn_new(names, line.p + 66, line.n - 66, json_stringn(line.p, 64));
}

static enum ak_rc read_manifests(const char *path, json_t *names, struct ak_err *err)
{
	static const char *const files[] = {"manifest-sha256.txt", "tagmanifest-sha256.txt"};
	enum ak_rc rc = AK_OK;

	for (size_t i = 0; i < AK_COUNT(files) && rc == AK_OK; i++) {
		AK_CLEANUP(ak_buf_release) struct ak_buf b;

		ak_buf_init(&b, FILE_BYTES);
		if ((rc = ak_packet_file(path, files[i], &b, err)) == AK_OK)
			read_manifest(ak_buf_str(&b), names);
	}
	return rc;
}

static void file_row(json_t *doc, const char *path, const char *state)
{
	json_array_append_new(json_object_get(doc, "files"), json_pack("{s:s, s:s}", "path", path, "state", state));
}

static enum ak_rc compare_files(const char *path, const struct ak_bag *bag, json_t *doc, struct ak_err *err)
{
	AK_CLEANUP(ak_json_decref) json_t *names = json_object();
	enum ak_rc rc = read_manifests(path, names, err);
	const char *name;
	json_t *v;

	for (size_t i = 0; i < ak_bag_count(bag) && rc == AK_OK; i++) {
		const struct ak_bag_file *f = ak_bag_at(bag, i);
		const char *have = json_string_value(json_object_get(names, ak_bag_file_path(f)));
		uint8_t raw[32];
		char hex[65];

		if (strcmp(ak_bag_file_path(f), "tagmanifest-sha256.txt") == 0)
			continue;
		ak_bag_file_digest(f, raw);
		ak_hex(raw, 32, hex);
		if (!have || strcmp(have, hex) != 0)
			file_row(doc, ak_bag_file_path(f), have ? "differs" : "new");
		json_object_del(names, ak_bag_file_path(f));
	}
	json_object_foreach(names, name, v)
		if (rc == AK_OK)
			file_row(doc, name, "missing");
	return rc;
}

static enum ak_rc build_again(const struct ak_packet_opts *o, const char *path, const json_t *packet, json_t *doc, struct ak_err *err)
{
	struct ak_packet_result r = {0};
	struct ak_bag *bag = NULL;
	uint8_t raw[32];
	char hex[65];
	enum ak_rc rc = ak_packet_build(o, "rebuilt", &bag, &r, err);
	bool equal = false;

	if (rc == AK_OK) {
		ak_bag_digest(bag, raw);
		ak_hex(raw, 32, hex);
		equal = strcmp(hex, ak_jtxt(doc, "digest", "")) == 0;
		json_object_set_new(doc, "rebuilt", json_string(hex));
		if (!equal)
			rc = compare_files(path, bag, doc, err);
		if (!equal && strcmp(r.id, ak_jtxt(packet, "id", "")) != 0 && !json_array_size(json_object_get(doc, "reasons")))
			because(doc, "the id is another one: responses.yaml changed, or an option of the build is not known here");
	}
	if (rc == AK_OK)
		json_object_set_new(doc, "verdict", json_string(equal				       ? "equal"
								: json_array_size(json_object_get(doc, "reasons")) ? "explained"
														   : "differs"));
	ak_bag_free(bag);
	ak_packet_result_release(&r);
	return rc;
}

/* ---- as the packet was asked for ---- */

static enum ak_rc bound(const json_t *period, const char *member, int64_t open, int64_t *out, struct ak_err *err)
{
	const char *t = ak_jtxt(period, member, NULL);

	*out = open;
	return t ? ak_time_arg(t, 0, out, err) : AK_OK;
}

static enum ak_rc take_options(const json_t *packet, struct ak_packet_opts *o, struct ak_err *err)
{
	const json_t *period = json_object_get(packet, "period");
	int64_t created;
	enum ak_rc rc = bound(period, "from", INT64_MIN, &o->from_us, err);

	if (rc == AK_OK && (rc = bound(period, "to", INT64_MAX, &o->to_us, err)) == AK_OK)
		rc = ak_time_arg(ak_jtxt(packet, "created", ""), 0, &created, err);
	if (rc != AK_OK)
		return rc;
	o->sample = (size_t)ak_jnum(json_object_get(packet, "sample"), "size");
	o->rows = json_is_true(json_object_get(packet, "rows"));
	o->tables_most = ak_jnum(packet, "tables_most");
	o->reviewer = ak_jtxt(packet, "reviewer", NULL);
	o->approved_by = ak_jtxt(packet, "approved_by", NULL);
	o->draft = json_is_true(json_object_get(packet, "draft"));
	o->allow_gaps = o->unsigned_ = true;
	o->epoch = strcmp(ak_jtxt(packet, "created", ""), ak_jtxt(packet, "as_of", "")) == 0 ? -1 : created / 1000000;
	if (strcmp(ak_jtxt(packet, "tenant_ids", ""), "included") == 0) {
		ak_hint(err, "build it again as then, with --include-tenant and the same reason, and compare the digests");
		return ak_fail(err, AK_EXIT_REFUSED, "the packet shows customers' tenant ids, for a reason that is asked for each time");
	}
	if (json_is_object(json_object_get(packet, "scope"))) {
		ak_hint(err, "build it with the same options, and compare the digests");
		return ak_fail(err, AK_EXIT_REFUSED, "the packet shows the records of a scope only, and which values were asked for stands in no packet");
	}
	if (json_is_string(json_object_get(packet, "previous")) && !o->previous) {
		ak_hint(err, "give that packet: --previous PACKET");
		return ak_fail(err, AK_EXIT_USAGE, "the packet continues another one, which its bytes depend on");
	}
	return AK_OK;
}

static void explain(const struct ak_packet_opts *o, const json_t *packet, json_t *doc)
{
	const char *policy = ak_jtxt(packet, "policy_sha256", ""), *program = ak_jtxt(packet, "program", "");

	if (strcmp(o->policy && o->policy->digest[0] ? o->policy->digest : "", policy) != 0)
		because(doc, "policy.yaml is another one than then");
	if (strcmp(program, "auditkit " PACKAGE_VERSION) != 0)
		because(doc, "another version of auditkit built it");
	if (strcmp(ak_jtxt(packet, "pseudonym_key", ""), o->keys->kid) != 0)
		because(doc, "the pseudonym key was rotated since");
}

/* In the packet's view; a packet of before there were views has none. */
static enum ak_rc for_whom(struct ak_packet_opts *o, const char *path, const json_t *packet, json_t *doc, struct ak_err *err)
{
	const char *name = ak_jtxt(json_object_get(packet, "view"), "name", NULL);
	struct ak_view view = {0};
	enum ak_rc rc = name ? ak_view_load(o->workspace, o->data_dir, name, &view, err) : AK_OK;

	o->view = name ? &view : NULL;
	if (rc == AK_OK)
		rc = build_again(o, path, packet, doc, err);
	o->view = NULL;
	ak_view_release(&view);
	return rc;
}

static enum ak_rc rebuild(struct ak_packet_opts *o, const char *path, const json_t *packet, json_t *doc, struct ak_err *err)
{
	AK_CLEANUP(ak_json_decref) json_t *ws = NULL;
	int64_t now, then = (int64_t)ak_jnum(packet, "ledger_size");
	enum ak_rc rc = ak_query_workspace(o->store, &ws, err);

	if (rc != AK_OK)
		return rc;
	now = (int64_t)ak_jnum(json_object_get(ws, "checkpoint"), "size");
	json_object_set_new(doc, "ledger", json_pack("{s:I, s:I}", "then", (json_int_t)then, "now", (json_int_t)now));
	if ((rc = ak_past_in_ledger(o->store, packet, now, err)) != AK_OK || (rc = take_options(packet, o, err)) != AK_OK || (rc = went(o, path, doc, err)) != AK_OK)
		return rc;
	explain(o, packet, doc);
	if (now == then)
		return for_whom(o, path, packet, doc, err);
	because(doc, "the ledger went on: build it from a backup of that day to get the same bytes");
	json_object_set_new(doc, "verdict", json_string("went on"));
	return AK_OK;
}

enum ak_rc ak_packet_rebuild(const struct ak_packet_opts *opts, const char *path, json_t **out, struct ak_err *err)
{
	AK_CLEANUP(ak_json_decref) json_t *packet = NULL;
	struct ak_packet_opts o = *opts;
	char digest[65];
	json_t *doc;
	enum ak_rc rc = ak_past_open(path, digest, &packet, err);

	if (rc != AK_OK)
		return rc;
	doc = json_pack("{s:s, s:i, s:s, s:s, s:n, s:n, s:[], s:[], s:n, s:[]}", "schema", "auditkit.packet-rebuild/1", "format_version", 1, "packet",
			ak_jtxt(packet, "id", "?"), "digest", digest, "verdict", "rebuilt", "reasons", "files", "ledger", "changed");
	if ((rc = rebuild(&o, path, packet, doc, err)) == AK_OK)
		*out = doc;
	else
		json_decref(doc);
	return rc;
}
