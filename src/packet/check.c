#include "base/ak.h"
#include "packet/check.h"

#include <stdarg.h>

#include "base/crypto.h"
#include "base/fs.h"
#include "base/jsonget.h"
#include "base/jsonw.h"
#include "base/text.h"
#include "packet/archive.h"
#include "packet/checks.h"
#include "packet/rowtables.h"

#define KEPT_BYTES ((size_t)32 << 20)

/* A text with bytes that JSON cannot hold would take its whole check out of the report. */
json_t *ak_check_safe(struct ak_str s)
{
	struct ak_buf b;
	json_t *v;

	ak_buf_init(&b, 10 * s.n + 1);
	ak_text_safe(&b, s);
	v = json_stringn(b.p ? b.p : "", b.n);
	ak_buf_release(&b);
	return v;
}

void ak_check_say(struct ak_checked *p, const char *name, enum ak_result result, const char *fmt, ...)
{
	static const char *const names[] = {"pass", "fail", "skipped"};
	char detail[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(detail, sizeof detail, fmt, ap);
	va_end(ap);
	json_array_append_new(json_object_get(p->doc, "checks"),
			      json_pack("{s:s, s:s, s:o}", "name", name, "result", names[result], "detail", ak_check_safe(ak_str_of(detail))));
	if (result == AK_RESULT_FAIL)
		json_object_set_new(p->doc, "ok", json_false());
}

bool ak_check_has(const struct ak_checked *p, const char *name) { return json_object_get(p->hashes, name) != NULL; }

struct ak_str ak_check_text(const struct ak_checked *p, const char *name)
{
	const struct ak_map_entry *e = ak_map_get(&p->texts, ak_str_of(name));
	const struct ak_buf *b = e ? e->v.ptr : NULL;

	return b ? ak_str_n(b->p ? b->p : "", b->n) : ak_str_n(NULL, 0);
}

json_t *ak_check_json(const struct ak_checked *p, const char *name)
{
	struct ak_str text = ak_check_text(p, name);
	struct ak_err ignored = {0};
	json_t *doc = NULL;

	return text.p && ak_json_parse(text, &doc, &ignored) == AK_OK ? doc : NULL;
}

const struct ak_table_scan *ak_check_table(const struct ak_checked *p, const char *name)
{
	const struct ak_map_entry *e = ak_map_get(&p->tables, ak_str_of(name));

	return e ? e->v.ptr : NULL;
}

/* Where the text of a file goes, NULL when memory says no. */
static struct ak_buf *keep(struct ak_checked *p, struct ak_str name)
{
	struct ak_buf *b;

	if (p->too_big)
		return NULL;
	b = ak_alloc_zero(1, sizeof *b);
	ak_buf_init(b, KEPT_BYTES);
	ak_map_put(&p->texts, name, NULL)->v.ptr = b;
	return b;
}

static struct ak_table_scan *scan(struct ak_checked *p, struct ak_str name)
{
	struct ak_map_entry *e;

	if (!ak_str_starts(name, AK_STR("data/")) || memcmp(name.p + name.n - 4, ".csv", 4) != 0)
		return NULL;
	e = ak_map_put(&p->tables, name, NULL);
	e->v.ptr = ak_table_scan_new(e->key.p, &p->audit);
	((struct ak_table_scan *)e->v.ptr)->want_rows = p->o->rows;
	for (size_t i = 0; p->is_annex && i < AK_ROW_TABLES; i++) {
		struct ak_str base = ak_fs_base(e->key.p);
		size_t n = strlen(ak_row_tables_all[i].name);

		if (base.n == n + 4 && memcmp(base.p, ak_row_tables_all[i].name, n) == 0)
			((struct ak_table_scan *)e->v.ptr)->cited = ak_cited_new();
	}
	return e->v.ptr;
}

/* The bytes of a file as they come: a table is looked at in passing, other files are kept while there is room. */
static void see(struct ak_checked *p, struct ak_buf *text, struct ak_table_scan *table, const char *bytes, size_t n)
{
	size_t before = table ? table->shown.n : 0;

	if (table)
		ak_table_scan_feed(table, bytes, n);
	p->kept += table ? table->shown.n - before : n;
	p->too_big = p->too_big || p->kept > KEPT_BYTES;
	if (text && !p->too_big)
		ak_buf_add(text, bytes, n);
}

enum ak_rc ak_check_visit(void *ctx, struct ak_str name, struct ak_archive_bytes *bytes, struct ak_err *err)
{
	struct ak_checked *p = ctx;
	struct ak_table_scan *table = scan(p, name);
	struct ak_buf *text = table ? NULL : keep(p, name);
	struct ak_sha256 *sha = ak_sha256_new();
	char block[65536], hex[65];
	uint8_t digest[32];
	uint64_t size = 0;
	size_t n;
	enum ak_rc rc;

	ak_sha256_start(sha);
	while ((rc = ak_archive_pull(bytes, block, sizeof block, &n, err)) == AK_OK && n) {
		ak_sha256_add(sha, block, n);
		size += n;
		see(p, text, table, block, n);
	}
	if (table)
		ak_table_scan_end(table);
	ak_sha256_end(sha, digest);
	ak_sha256_free(sha);
	ak_hex(digest, 32, hex);
	json_object_setn_new(p->hashes, name.p, name.n, json_string(hex));
	json_object_setn_new(p->sizes, name.p, name.n, json_integer((json_int_t)size));
	return rc;
}

/* The levels, in the order of the report. Each says one result under its own name, with ak_check_say. A new check of a packet is
 * a row here, or a function that its level calls. */
static const struct {
	const char *name;
	void (*check)(struct ak_checked *p);
} levels[] = {
	{"structure", ak_check_structure},
	{"fixity", ak_check_fixity},
	{"completeness", ak_check_completeness},
	{"schema", ak_check_schema},
	{"content", ak_check_content},
	{"signature", ak_check_signature},
	{"attestation", ak_check_attestation}, /* where there is one */
	{"timestamp", ak_check_timestamp},
	{"log", ak_check_log},
	{"continuity", ak_check_continuity},
	{"annex", ak_check_annex}, /* this one and the next when they are asked for */
	{"required", ak_check_required},
};

static void judge(struct ak_checked *p)
{
	struct ak_str tags = ak_check_text(p, "tagmanifest-sha256.txt");
	uint8_t digest[32];
	char hex[65];

	p->packet = ak_check_json(p, "data/packet.json");
	p->draft = json_is_true(json_object_get(p->packet, "draft"));
	ak_sha256(tags.p, tags.n, digest);
	ak_hex(digest, 32, hex);
	json_object_set_new(p->doc, "digest", json_string(hex));
	json_object_set_new(p->doc, "draft", json_boolean(p->draft));
	if (json_object_get(p->packet, "id"))
		json_object_set(p->doc, "packet", json_object_get(p->packet, "id"));
	ak_check_moment(p);
	/* Nobody can say of it that it is good; tables, which may be large, are not among them. */
	if (p->too_big)
		ak_check_say(p, levels[0].name, AK_RESULT_FAIL, "pages and documents are more than 32 MB together, which no packet's are: nothing more was looked at");
	for (size_t i = 0; i < AK_COUNT(levels) && !p->too_big; i++)
		levels[i].check(p);
}

void ak_check_release(struct ak_checked *p)
{
	for (size_t i = 0; i < p->texts.n; i++) {
		ak_buf_release(p->texts.e[i].v.ptr);
		ak_free(p->texts.e[i].v.ptr);
	}
	ak_map_release(&p->texts);
	for (size_t i = 0; i < p->tables.n; i++)
		ak_table_scan_free(p->tables.e[i].v.ptr);
	ak_map_release(&p->tables);
	ak_redactor_free(p->redactor);
	ak_ids_free(p->ids);
	json_decref(p->hashes);
	json_decref(p->sizes);
	json_decref(p->sections);
	json_decref(p->schemas);
	json_decref(p->packet);
	p->packet = p->sections = p->schemas = p->hashes = p->sizes = NULL;
}

enum { MOST_LET = 1000 };

/* Ids that the packet says look like a person's number; NULL when there are none. */
static struct ak_ids *listed_ids(const json_t *allowed)
{
	const json_t *list = json_object_get(allowed, "ids");
	struct ak_ids *ids = NULL;
	json_t *id;
	size_t i;

	if (!json_array_size(list))
		return NULL;
	ids = ak_ids_new();
	json_array_foreach((json_t *)list, i, id)
		if (json_is_string(json_object_get(id, "sha256")))
			ak_ids_add_sha256(ids, json_string_value(json_object_get(id, "sha256")));
	return ids;
}

/* SHA-256 of the values that the packet lists as let through; NULL when there are none, or more than a policy can allow. */
static const char *const *let_through(const json_t *allowed, struct ak_arena *arena, size_t *n)
{
	const json_t *values = json_object_get(allowed, "values");
	const char **list;

	*n = json_array_size(values);
	if (!*n || *n > MOST_LET)
		return NULL;
	list = ak_arena_zero(arena, (*n + 1) * sizeof *list);
	for (size_t i = 0; i < *n; i++) {
		const char *sha256 = json_string_value(json_object_get(json_array_get(values, i), "sha256"));

		list[i] = ak_arena_z(arena, ak_str_of(sha256 ? sha256 : ""));
	}
	return list;
}

static enum ak_rc read_packet(const char *path, const struct ak_packet_check *o, const char *const *let, struct ak_ids *ids,
			      struct ak_checked *p, struct ak_archive_info *info, struct ak_err *err)
{
	static const uint8_t no_key[32];
	const struct ak_redact_opts opts = {.token_key = no_key, .allow_sha256 = let};

	*p = (struct ak_checked){.o = o, .hashes = json_object(), .sizes = json_object(), .redactor = ak_redactor_new(&opts), .ids = ids};
	p->audit = (struct ak_selfaudit){.redactor = p->redactor, .ids = ids};
	ak_map_init(&p->texts);
	ak_map_init(&p->tables);
	return ak_archive_read(path, ak_check_visit, p, info, err);
}

/* Tables are looked through while they are read: where the packet lists what was let through, once more with that list. */
static enum ak_rc read_with_list(const char *path, const struct ak_packet_check *o, struct ak_checked *p, struct ak_archive_info *info,
				 struct ak_err *err)
{
	struct ak_arena arena;
	enum ak_rc rc = read_packet(path, o, NULL, NULL, p, info, err);
	AK_CLEANUP(ak_json_decref) json_t *allowed = rc == AK_OK ? ak_check_json(p, "data/integrity/allowed.json") : NULL;
	struct ak_ids *ids = listed_ids(allowed);
	const char *const *let;
	size_t n;

	ak_arena_init(&arena);
	let = let_through(allowed, &arena, &n);
	if (rc == AK_OK && (let || ids)) {
		ak_check_release(p);
		rc = read_packet(path, o, let, ids, p, info, err);
		p->let = let ? n : 0;
	}
	ak_arena_release(&arena);
	return rc;
}

enum ak_rc ak_check_open(const char *path, const struct ak_packet_check *o, struct ak_checked *p, struct ak_archive_info *info, struct ak_err *err)
{
	enum ak_rc rc = read_with_list(path, o, p, info, err);

	if (rc != AK_OK)
		return rc;
	p->doc = json_pack("{s:s, s:i, s:b, s:s, s:I, s:I, s:n, s:n, s:n, s:s, s:[]}", "schema", "auditkit.packet-verify/1", "format_version", 1, "ok",
			   1, "form", ak_form_name(info->form), "files", (json_int_t)info->files, "bytes", (json_int_t)info->bytes, "packet",
			   "signer", "signer_name", "signer_source", o->signers.p ? "given" : "packet", "checks");
	p->info = info;
	judge(p);
	return AK_OK;
}

void ak_check_close(struct ak_checked *p)
{
	ak_check_release(p);
	json_decref(p->doc);
}

enum ak_rc ak_packet_verify(const char *path, const struct ak_packet_check *o, json_t **out, struct ak_err *err)
{
	struct ak_checked p;
	struct ak_archive_info info;
	enum ak_rc rc = ak_check_open(path, o, &p, &info, err);

	if (rc == AK_OK)
		*out = json_incref(p.doc);
	ak_check_close(&p);
	return rc;
}

bool ak_packet_whole(const json_t *report)
{
	static const char *const needed[] = {"structure", "fixity", "completeness", "schema", "content"};
	json_t *check;
	size_t i;

	json_array_foreach(json_object_get(report, "checks"), i, check)
		for (size_t k = 0; k < AK_COUNT(needed); k++)
			if (strcmp(ak_jtxt(check, "name", ""), needed[k]) == 0 && strcmp(ak_jtxt(check, "result", ""), "fail") == 0)
				return false;
	return true;
}

struct wanted {
	const char *name;
	struct ak_buf *out;
	bool found;
};

static enum ak_rc copy(void *ctx, struct ak_str name, struct ak_archive_bytes *bytes, struct ak_err *err)
{
	struct wanted *w = ctx;
	char block[65536];
	size_t n;
	enum ak_rc rc = AK_OK;

	if (!ak_str_is(name, w->name))
		return AK_OK;
	w->found = true;
	while ((rc = ak_archive_pull(bytes, block, sizeof block, &n, err)) == AK_OK && n)
		ak_buf_add(w->out, block, n);
	return rc == AK_OK && w->out->over ? ak_fail(err, AK_EXIT_LIMIT, "this file of the packet is too large to be shown") : rc;
}

enum ak_rc ak_packet_file(const char *path, const char *name, struct ak_buf *out, struct ak_err *err)
{
	struct wanted w = {name, out, false};
	struct ak_archive_info info;
	enum ak_rc rc = ak_archive_read(path, copy, &w, &info, err);

	return rc == AK_OK && !w.found ? AK_END : rc;
}
