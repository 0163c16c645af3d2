#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/fs.h"
#include "base/jsonget.h"
#include "format/draft.h"
#include "format/samples.h"
#include "io/source.h"

#define TRY_RECORDS 3
#define BAD_SHOWN 5
#define HEAD_BYTES ((size_t)16 << 20)

static json_t *mapping_json(const struct ak_mapping *m)
{
	const struct ak_mapping_info *i = ak_mapping_info(m);
	json_t *kinds = json_array(), *doc = json_array();

	for (size_t d = 0; d < i->ndoc; d++)
		json_array_append_new(doc, json_pack("{s:s, s:s}", "page", i->doc[d].page, "read", i->doc[d].read));
	for (int k = 0; k < AK_K_COUNT; k++)
		if (i->kinds >> k & 1)
			json_array_append_new(kinds, json_string(ak_kinds[k].name));
	return json_pack("{s:s, s:s, s:s, s:s*, s:s*, s:s, s:s, s:o, s:o, s:s}", "id", i->id, "title", i->title, "version", i->version,
			 "system", i->system, "status", i->status, "origin", i->origin, "container", i->csv ? "csv" : "json", "kinds",
			 kinds, "doc", doc, "sha256", i->digest);
}

static enum ak_rc list(struct ak_ctx *c, struct ak_err *err)
{
	struct ak_table t;
	json_t *all = json_array(), *doc;
	enum ak_rc rc = AK_OK;

	ak_table_init(&t, 3, "lll");
	for (size_t i = 0; i < ak_registry_count(c->registry); i++) {
		const struct ak_mapping_info *info = ak_mapping_info(ak_registry_at(c->registry, i));
		bool own = strcmp(info->origin, "built in") != 0;

		json_array_append_new(all, mapping_json(ak_registry_at(c->registry, i)));
		ak_table_cell(&t, "%s", info->id);
		ak_table_cell(&t, "%s", info->csv ? "csv" : "json");
		ak_table_cell(&t, "%s (%s)%s%s", info->title, info->status, own ? ", in " : "", own ? info->origin : "");
	}
	doc = json_pack("{s:s, s:i, s:o}", "schema", "auditkit.formats/1", "format_version", 1, "formats", all);
	if (c->json)
		rc = ak_io_json(c->io, doc, err);
	else
		ak_table_print(&t, c->io);
	json_decref(doc);
	ak_table_release(&t);
	return rc;
}

static enum ak_rc show(struct ak_ctx *c, const char *id, struct ak_err *err)
{
	const struct ak_mapping *m = NULL;
	enum ak_rc rc = ak_registry_find(c->registry, id, &m, err);
	json_t *doc;

	if (rc != AK_OK)
		return rc;
	if (!c->json) {
		ak_io_text(c->io, ak_mapping_info(m)->text);
		return AK_OK;
	}
	doc = mapping_json(m);
	json_object_set_new(doc, "schema", json_string("auditkit.format/1"));
	json_object_set_new(doc, "format_version", json_integer(1));
	json_object_set_new(doc, "text", json_stringn(ak_mapping_info(m)->text.p, ak_mapping_info(m)->text.n));
	rc = ak_io_json(c->io, doc, err);
	json_decref(doc);
	return rc;
}

/* ---- check ---- */

struct checked {
	struct ak_ctx *c;
	size_t points, bad;
	json_t *findings;
};

static void each(void *ctx, const struct ak_sample_point *p)
{
	struct checked *k = ctx;

	k->points++;
	if (p->good)
		return;
	k->bad++;
	json_array_append_new(k->findings, json_pack("{s:s, s:s, s:o, s:o}", "sample", p->sample, "what", p->what, "got",
						     p->got.p ? json_stringn(p->got.p, p->got.n) : json_null(), "want",
						     p->want.p ? json_stringn(p->want.p, p->want.n) : json_null()));
}

static enum ak_rc report(struct ak_ctx *c, const struct ak_mapping *m, const struct checked *k, size_t samples, struct ak_err *err)
{
	json_t *f, *doc;
	size_t i;
	enum ak_rc rc = AK_OK;

	if (c->json) {
		doc = json_pack("{s:s, s:i, s:s, s:s, s:I, s:I, s:O}", "schema", "auditkit.formats-check/1", "format_version", 1, "id",
				ak_mapping_info(m)->id, "version", ak_mapping_info(m)->version, "samples", (json_int_t)samples, "compared",
				(json_int_t)k->points, "findings", k->findings);
		rc = ak_io_json(c->io, doc, err);
		json_decref(doc);
		return rc;
	}
	json_array_foreach(k->findings, i, f)
		ak_io_line(c->io, "differs", "%s: %s: got '%s', want '%s'", ak_jtxt(f, "sample", "?"), ak_jtxt(f, "what", "?"),
			   ak_jtxt(f, "got", "nothing"), ak_jtxt(f, "want", "nothing"));
	if (!samples)
		ak_io_line(c->io, "good", "%s version %s: its members are; it has no samples, so nothing was compared",
			   ak_mapping_info(m)->id, ak_mapping_info(m)->version);
	else
		ak_io_line(c->io, k->bad ? "differs" : "good",
			   "%s version %s: %zu of %zu comparisons in %zu sample%s agree", ak_mapping_info(m)->id,
			   ak_mapping_info(m)->version, k->points - k->bad, k->points, samples,
			   samples == 1 ? "" : "s");
	return rc;
}

/* The file, and its samples: values as they are before redaction are the mapping's own texts, so they may be shown. */
static enum ak_rc check(struct ak_ctx *c, const char *path, struct ak_err *err)
{
	const struct ak_mapping *m = NULL;
	struct checked k = {.c = c, .findings = json_array()};
	size_t samples = 0;
	enum ak_rc rc = ak_registry_add_file(c->registry, path, &m, err);

	if (rc == AK_OK)
		rc = ak_samples_run(m, c->registry, each, &k, &samples, err);
	if (rc == AK_OK)
		rc = report(c, m, &k, samples, err);
	if (rc == AK_OK && k.bad) {
		ak_hint(err, "correct the mapping, or what its samples expect");
		rc = ak_fail(err, AK_EXIT_VERIFY, "%zu of %zu comparisons differ", k.bad, k.points);
	}
	json_decref(k.findings);
	return rc;
}

/* ---- try ---- */

/* What try prints, or collects for --json. */
static void tell(struct ak_ctx *c, json_t *records, size_t n, const char *kind, struct ak_str text)
{
	if (c->json) {
		json_array_append_new(records, json_pack("{s:I, s:s, s:o}", "record", (json_int_t)n, "kind", kind, "explained",
							 json_stringn(text.p, text.n)));
		return;
	}
	ak_io_printf(c->io, "record %zu: %s\n", n, kind);
	ak_io_text(c->io, text);
}

static void explain(struct ak_ctx *c, json_t *records, const struct ak_redactor *r, struct ak_mapper *mp, struct ak_record *rec, size_t n)
{
	struct ak_redact_ledger ignored;
	struct ak_buf text, safe;

	ak_ledger_init(&ignored);
	ak_buf_init(&text, 1 << 22);
	ak_buf_init(&safe, 1 << 22);
	struct ak_redact_ctx ctx = {&c->arena, &ignored, NULL};

	ak_redact_secrets(r, rec, &ctx);
	ak_redact_personal(r, rec, &ctx);
	ak_mapper_explain(mp, rec, &text);
	tell(c, records, n, ak_kinds[rec->kind].name, ak_buf_str(&text));
	ak_ledger_release(&ignored);
	ak_buf_release(&text);
	ak_buf_release(&safe);
}

/* Places of a file that could not be read: the first BAD_SHOWN are named, all are counted. */
struct bad {
	struct ak_str text; /* of the file */
	json_t *lines;
	size_t n;
};

static void note_bad(struct bad *b, const struct ak_frame *f)
{
	size_t line = 1;

	if (b->n++ >= BAD_SHOWN)
		return;
	for (size_t i = 0; i < f->offset && i < b->text.n; i++)
		line += b->text.p[i] == '\n';
	json_array_append_new(b->lines, json_pack("{s:I, s:s}", "line", (json_int_t)line, "reason", f->reason ? f->reason : "not a record"));
}

static size_t try_json(struct ak_ctx *c, json_t *records, const struct ak_mapping *m, struct ak_mapper *mp, const struct ak_redactor *r,
		       struct bad *bad)
{
	struct ak_framer *framer = ak_framer_new(ak_mapping_plan(m));
	struct ak_frame f;
	struct ak_record rec;
	size_t n = 0;

	ak_framer_feed(framer, bad->text.p, bad->text.n, true);
	while (ak_framer_next(framer, &f) == AK_OK) {
		struct ak_err why = {0};
		if (f.kind == AK_FRAME_BAD)
			note_bad(bad, &f);
		if (f.kind != AK_FRAME_RECORD || n == TRY_RECORDS)
			continue;
		n++;
		if (ak_mapper_json(mp, &f, &c->arena, &rec, &why) == AK_OK)
			explain(c, records, r, mp, &rec, n);
		else
			tell(c, records, n, "rejected", ak_arena_printf(&c->arena, "%s (%s)\n", why.msg, why.reason));
	}
	ak_framer_free(framer);
	return n;
}

static size_t try_csv(struct ak_ctx *c, json_t *records, struct ak_mapper *mp, const struct ak_redactor *r, struct bad *bad)
{
	struct ak_csv *csv = ak_csv_new(0);
	struct ak_frame f;
	struct ak_record rec;
	struct ak_err why = {0};
	enum ak_rc rc;
	size_t n = 0;

	ak_csv_feed(csv, bad->text.p, bad->text.n, true);
	while (n < TRY_RECORDS && (rc = ak_mapper_csv(mp, csv, &f, &c->arena, &rec, &why), rc == AK_OK || rc == AK_REJECT)) {
		if (rc == AK_REJECT)
			tell(c, records, ++n, "rejected", ak_arena_printf(&c->arena, "%s (%s)\n", why.msg, why.reason));
		else if (f.kind == AK_FRAME_RECORD)
			explain(c, records, r, mp, &rec, ++n);
		else if (f.kind == AK_FRAME_BAD)
			note_bad(bad, &f);
		ak_err_clear(&why);
	}
	ak_csv_free(csv);
	return n;
}

/* The signs of the format, those that are missing by name; lines that are no records. */
static void print_signs(struct ak_ctx *c, const json_t *detect, const struct bad *bad)
{
	const char *of = AK_NUM(ak_jnum(detect, "records"));
	json_t *s;
	size_t i, left = bad->n;

	ak_io_line(c->io, "format", "%s", json_is_true(json_object_get(detect, "fits")) ? "its signs are there" : "not recognised: its signs are not all there");
	if (!json_is_true(json_object_get(detect, "fits")))
		json_array_foreach(json_object_get(detect, "signs"), i, s) {
			const char *how = ak_jtxt(s, "how", "?");
			uint64_t found = ak_jnum(s, "found");

			ak_io_line(c->io, found ? "found" : "missing", "%s, %s: in %s of the first %s records", ak_jtxt(s, "sign", "?"),
				   strcmp(how, "any") == 0 ? "one of these is enough" : strcmp(how, "forbidden") == 0 ? "must not be there" :
				   strcmp(how, "const") == 0 ? "a value of this format" : "required", AK_NUM(found), of);
		}
	json_array_foreach(bad->lines, i, s) {
		ak_io_line(c->io, "unread", "line %s: %s", AK_NUM(ak_jnum(s, "line")), ak_jtxt(s, "reason", "?"));
		left--;
	}
	if (left)
		ak_io_line(c->io, "", "and %s more", AK_NUM(left));
}

static enum ak_rc try_file(struct ak_ctx *c, const char *id, const char *path, struct ak_err *err)
{
	const struct ak_mapping *m = NULL;
	struct ak_mapper_opts opts = {0};
	struct ak_mapper *mp;
	struct ak_redactor *r;
	struct ak_buf text;
	json_t *records = json_array(), *detect = json_object(), *doc;
	struct bad bad = {.lines = json_array()};
	size_t n;
	bool file = ak_fs_exists(id) && !ak_fs_is_dir(id);
	enum ak_rc rc =
		file ? ak_registry_add_file(c->registry, id, &m, err) : ak_registry_find(c->registry, id, &m, err);

	if (rc != AK_OK) {
		json_decref(records);
		json_decref(detect);
		json_decref(bad.lines);
		return rc;
	}
	ak_buf_init(&text, 1u << 26);
	if ((rc = ak_fs_slurp(path, (1u << 26) - 1, &text, err)) == AK_OK) {
		r = ak_redactor_throwaway();
		mp = ak_mapper_new(m, &opts);
		bad.text = ak_buf_str(&text);
		n = ak_mapping_info(m)->csv ? try_csv(c, records, mp, r, &bad) : try_json(c, records, m, mp, r, &bad);
		json_decref(detect);
		detect = ak_mapping_signs(m, bad.text, true);
		if (!c->json)
			print_signs(c, detect, &bad);
		if (!n) {
			ak_hint(err, "'%s' reads %s: try another format, or draft one with 'auditkit formats new'",
				ak_mapping_info(m)->id,
				ak_mapping_info(m)->csv ? "CSV with its columns in the first row" : "JSON");
			rc = ak_fail(err, AK_EXIT_INPUT, "no record of '%s' could be framed in '%s'", ak_mapping_info(m)->id, path);
		}
		ak_mapper_free(mp);
		ak_redactor_free(r);
	}
	ak_buf_release(&text);
	doc = json_pack("{s:s, s:i, s:s, s:o, s:o, s:o, s:I}", "schema", "auditkit.formats-try/1", "format_version", 1, "id", ak_mapping_info(m)->id,
			"records", records, "detect", detect, "unread", bad.lines, "unread_all", (json_int_t)bad.n);
	if (rc == AK_OK && c->json)
		rc = ak_io_json(c->io, doc, err);
	if (rc == AK_OK && !json_is_true(json_object_get(detect, "fits"))) {
		ak_hint(err, "the signs that are missing tell it from other formats: 'auditkit formats' lists those, 'auditkit formats new' drafts one");
		rc = ak_fail(err, AK_EXIT_INPUT, "'%s' would not be recognised as '%s'", path, ak_mapping_info(m)->id);
	}
	json_decref(doc);
	return rc;
}

/* ---- new ---- */

/* Of a long export the beginning tells. */
static enum ak_rc read_head(const char *path, struct ak_buf *out, struct ak_err *err)
{
	char *room = ak_alloc(HEAD_BYTES);
	struct ak_inputs *in = NULL;
	struct ak_file_info info;
	size_t n = 1;
	enum ak_rc rc = ak_inputs_open(&path, 1, &in, err);

	if (rc == AK_OK)
		rc = ak_inputs_next(in, &info, err);
	while (rc == AK_OK && n && out->n < HEAD_BYTES && (rc = ak_inputs_read(in, room, HEAD_BYTES - out->n, &n, err)) == AK_OK)
		ak_buf_add(out, room, n);
	ak_inputs_free(in);
	ak_free(room);
	return rc == AK_END ? ak_fail(err, AK_EXIT_INPUT, "there is no file in it") : rc;
}

static enum ak_rc draft(struct ak_ctx *c, const char *path, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *name = ak_strndup(ak_fs_base(path).p, ak_fs_base(path).n);
	struct ak_buf input, text;
	enum ak_rc rc;

	ak_buf_init(&input, HEAD_BYTES);
	ak_buf_init(&text, 1 << 22);
	if ((rc = read_head(path, &input, err)) == AK_OK && (rc = ak_draft_mapping(ak_buf_str(&input), name, &text, err)) == AK_OK) {
		json_t *doc = c->json ? json_pack("{s:s, s:i, s:s%}", "schema", "auditkit.formats-new/1", "format_version", 1, "text", text.p, text.n)
				      : NULL;

		if (doc)
			rc = ak_io_json(c->io, doc, err);
		else
			ak_io_text(c->io, ak_buf_str(&text));
		json_decref(doc);
	}
	ak_buf_release(&input);
	ak_buf_release(&text);
	return rc;
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	const char *const *w = c->args->word;
	size_t n = c->args->nwords;
	enum ak_rc rc;

	if (n == 0 || strcmp(w[0], "list") == 0)
		rc = list(c, err);
	else if (strcmp(w[0], "show") == 0 && n == 2)
		rc = show(c, w[1], err);
	else if (strcmp(w[0], "check") == 0 && n == 2)
		rc = check(c, w[1], err);
	else if (strcmp(w[0], "try") == 0 && n == 3)
		rc = try_file(c, w[1], w[2], err);
	else if (n == 2 && strcmp(w[0], "new") == 0)
		rc = draft(c, w[1], err);
	else
		rc = ak_fail(err, AK_EXIT_USAGE, "usage: auditkit formats [list | show ID | check FILE | try ID INPUT | new INPUT]");
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_example examples[] = {
	{"auditkit formats", "the mappings in force and where they come from"},
	{"auditkit formats show litellm-slp", "one mapping as the YAML it is"},
	{"auditkit formats new calls.json >draft.yaml", "a draft for an export that no format knows"},
	{"auditkit formats check draft.yaml", "the file, and whether its samples come out as they should"},
	{"auditkit formats try draft.yaml calls.json", "what the mapping makes of the first records"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_formats = {
	.name = "formats",
	.args = "[list | show ID | check FILE | try ID INPUT | new INPUT]",
	.summary = "the mapping files: list, show, check, try one on an export, or draft one",
	.text = "try prints for the first records which rule filled each field, or why none did; values are shown "
		"redacted,\n"
		"under a key that is thrown away. Behind them stand the signs of the format that the file has and lacks, where it would not be\n"
		"recognised (exit code 5), and the lines that could not be read.\n\n"
		"new writes a mapping for an export that no format knows, from the names of its members and the shapes "
		"of their values: a\n"
		"draft to be read line by line. It holds no value of the export; what it does not map stands in it as "
		"comments, with counts.\n"
		"Put it into formats/ of the workspace, or give it to ingest with --mapping. After a change to a "
		"mapping in use, `auditkit\n"
		"ingest --remap` makes the records that are stored follow it.",
	.examples = examples,
	.needs = AK_NEED_REGISTRY | AK_NEED_INPUT,
	.max_words = 3,
	.run = run,
};
