#include "base/ak.h"
#include "cmd/report_out.h"

#include "base/crypto.h"
#include "base/fs.h"
#include "base/jsonget.h"
#include "base/jsonw.h"
#include "query/query.h"
#include "report/flat.h"
#include "tmpl/load.h"
#include "tmpl/mustache.h"

enum form { AS_TABLE, AS_CSV, AS_JSON, AS_JSONL, AS_PAGE };
enum { TEMPLATE_BYTES = 1 << 20 };

static const char *base_of(const char *path) { return ak_fs_base(path).p; }

/* ---- the command line again ---- */

/* What says where it goes, not what it is. */
static bool is_way_out(const char *option)
{
	static const char *const ways[] = {"format", "template", "output", "force", "ipe", "top"};

	for (size_t i = 0; i < AK_COUNT(ways); i++)
		if (strcmp(option, ways[i]) == 0)
			return true;
	return false;
}

/* An option whose value may be a person, a customer or a key: as the command has found it. */
static bool is_scope(const char *option)
{
	static const char *const scopes[] = {"customer", "user", "key"};

	for (size_t i = 0; i < AK_COUNT(scopes); i++)
		if (strcmp(option, scopes[i]) == 0)
			return true;
	return false;
}

static const char *value_of(const struct ak_ctx *c, const json_t *doc, const struct ak_opt *o, const char *given)
{
	const char *bound = strcmp(o->name, "from") == 0 || strcmp(o->name, "to") == 0 ? ak_jtxt(doc, o->name, NULL) : NULL;
	struct ak_arena *arena = (struct ak_arena *)&c->arena;

	if (strncmp(o->name, "baseline-", 9) == 0)
		bound = ak_jtxt(json_object_get(doc, "baseline"), o->name + 9, NULL);
	if (bound)
		return bound;
	if (o->type == AK_OPT_INPUT)
		given = base_of(given);
	if (is_scope(o->name) && c->logged)
		given = c->logged;
	return c->redactor ? ak_arena_z(arena, ak_redact_text(c->redactor, ak_str_of(given), arena, NULL)) : given;
}

char *ak_report_command(const struct ak_ctx *c, const json_t *doc)
{
	struct ak_arena *arena = (struct ak_arena *)&c->arena;
	struct ak_buf b;
	char *out;

	ak_buf_init(&b, 1 << 16);
	ak_buf_addf(&b, "auditkit %s", c->args->cmd->name);
	for (const struct ak_opt *o = c->args->cmd->opts; o->name; o++) {
		const char *given;

		if (is_way_out(o->name))
			continue;
		if (o->type == AK_OPT_FLAG) {
			if (ak_args_flag(c->args, o->name))
				ak_buf_addf(&b, " --%s", o->name);
			continue;
		}
		if (o->type == AK_OPT_INT) {
			if (ak_args_int(c->args, o->name, INT64_MIN) != INT64_MIN)
				ak_buf_addf(&b, " --%s %lld", o->name, (long long)ak_args_int(c->args, o->name, 0));
			continue;
		}
		if ((given = ak_args_text(c->args, o->name)))
			ak_buf_addf(&b, " --%s %s", o->name, ak_text_shell(arena, value_of(c, doc, o, given)));
	}
	out = ak_strndup(b.p, b.n);
	ak_buf_release(&b);
	return out;
}

/* ---- how ---- */

static enum ak_rc choose(const struct ak_ctx *c, enum form *out, struct ak_err *err)
{
	static const char *const names[] = {"table", "csv", "json", "jsonl"};
	const char *format = ak_args_text(c->args, "format"), *path = ak_args_text(c->args, "output"), *dot = path ? strrchr(path, '.') : NULL;
	const char *page = ak_args_text(c->args, "template");

	if (ak_args_dash(c->args, "ipe"))
		return ak_fail(err, AK_EXIT_USAGE, "--ipe wants a file: standard output has the report");
	if (page && (format || c->json))
		return ak_fail(err, AK_EXIT_USAGE, "--template says what is printed, and so do --format and --json: give one of them");
	*out = page ? AS_PAGE : c->json ? AS_JSON : AS_TABLE;
	if (page || (!format && !path) || (!format && c->json))
		return AK_OK;
	if (!format)
		format = dot ? dot + 1 : "";
	for (int i = 0; i < 4; i++)
		if (strcmp(format, names[i]) == 0 && (i || !path)) {
			*out = (enum form)i;
			return AK_OK;
		}
	ak_hint(err, path ? "a file is csv, json or jsonl, by what its name ends with or by --format; or what --template makes of it" :
			    "as in: --format csv");
	return ak_fail(err, AK_EXIT_USAGE, "--format is table, csv, json or jsonl");
}

/* ---- a template of the user's ---- */

/* How values are escaped follows from the name: report.md.mustache is Markdown. */
static enum ak_escape escape_of(const char *name)
{
	static const struct {
		const char *in;
		enum ak_escape how;
	} kinds[] = {{".html", AK_ESC_HTML}, {".htm", AK_ESC_HTML}, {".xml", AK_ESC_HTML}, {".md", AK_ESC_MARKDOWN}, {".yaml", AK_ESC_YAML}, {".yml", AK_ESC_YAML}};

	for (size_t i = 0; i < AK_COUNT(kinds); i++) {
		const char *at = strstr(name, kinds[i].in);
		char behind = at ? at[strlen(kinds[i].in)] : 'x';

		if (!behind || behind == '.')
			return kinds[i].how;
	}
	return AK_ESC_TEXT;
}

/* A file; a mere name that is none may be one of the workspace's or auditkit's own templates. */
static enum ak_rc load(struct ak_ctx *c, const char *path, struct ak_buf *text, struct ak_err *err)
{
	bool there = true;

	if (!strchr(path, '/') && ak_fs_look(path, &there, err) != AK_OK)
		return AK_FAIL;
	if (!there && ak_template_load(c->workspace, c->data_dir, path, text, NULL) == AK_OK)
		return AK_OK;
	return ak_fs_slurp(path, TEMPLATE_BYTES, text, err);
}

static enum ak_rc render(struct ak_ctx *c, const json_t *doc, struct ak_buf *out, struct ak_err *err)
{
	const char *path = ak_args_text(c->args, "template"), *name = base_of(path);
	const struct ak_mustache_opts o = {.escape = escape_of(name), .unknown_is_error = true};
	json_t *data = json_copy((json_t *)doc);
	char *command = ak_report_command(c, doc);
	struct ak_buf text;
	enum ak_rc rc;

	json_object_set_new(data, "command", json_string(command));
	ak_buf_init(&text, TEMPLATE_BYTES);
	rc = load(c, path, &text, err);
	if (rc == AK_OK) {
		rc = ak_mustache_render(name, ak_buf_str(&text), data, &o, out, err);
		if (rc != AK_OK)
			ak_hint(err, "names are those of 'auditkit %s --json'; auditkit-template(5) has an example", c->args->cmd->name);
	}
	ak_buf_release(&text);
	ak_free(command);
	json_decref(data);
	return rc;
}

/* ---- a file ---- */

/* The earliest and latest time that a row begins with. */
static void times_of(const json_t *lists, const char **first, const char **last)
{
	const char *name, *time;
	json_t *rows, *row;
	size_t i;

	json_object_foreach((json_t *)lists, name, rows)
		json_array_foreach(rows, i, row) {
			time = ak_jtxt(row, "time", ak_jtxt(row, "start", NULL));
			if (time && (!*first || strcmp(time, *first) < 0))
				*first = time;
			if (time && (!*last || strcmp(time, *last) > 0))
				*last = time;
		}
}

static json_t *sidecar(struct ak_ctx *c, const json_t *doc, const json_t *lists, struct ak_str bytes, const char *path)
{
	uint8_t sum[AK_SHA256_LEN];
	char hex[65], *command = ak_report_command(c, doc);
	const char *first = NULL, *last = NULL, *name;
	json_t *out, *counts = json_object(), *rows;

	times_of(lists, &first, &last);
	json_object_foreach((json_t *)lists, name, rows)
		json_object_set_new(counts, name, json_pack("{s:I, s:b}", "matches", (json_int_t)json_array_size(rows), "exact", true));
	ak_sha256(bytes.p, bytes.n, sum);
	ak_hex(sum, sizeof sum, hex);
	out = json_pack("{s:s, s:i, s:s, s:s, s:I, s:s, s:o, s:I, s:b, s:s?, s:s?, s:s}", "schema", "auditkit.export/1", "format_version", 1, "file", base_of(path),
			"sha256", hex, "bytes", (json_int_t)bytes.n, "filter", command, "counts", counts, "listed", (json_int_t)ak_flat_count(lists), "complete",
			true, "first", first, "last", last, "workspace_id", c->store->id);
	ak_free(command);
	return out;
}

/* A second run of the same: what is there already is what would be written. */
static bool is_there(const char *path, struct ak_str bytes)
{
	struct ak_err ignored = {0};
	struct ak_buf have;
	bool same;

	ak_buf_init(&have, bytes.n + 1);
	same = ak_fs_slurp(path, bytes.n, &have, &ignored) == AK_OK && have.n == bytes.n && (!bytes.n || memcmp(have.p, bytes.p, bytes.n) == 0);
	ak_buf_release(&have);
	return same;
}

static enum ak_rc write_file(struct ak_ctx *c, const json_t *doc, const json_t *lists, struct ak_str bytes, const char *path, struct ak_err *err)
{
	struct ak_buf text, name;
	json_t *meta;
	enum ak_rc rc;

	if (is_there(path, bytes)) {
		ak_io_note(c->io, "unchanged", "%s has this report already", base_of(path));
		return AK_OK;
	}
	rc = ak_fs_write_file(path, bytes, 0600, ak_args_flag(c->args, "force"), err);
	if (rc != AK_OK)
		return rc;
	meta = sidecar(c, doc, lists, bytes, path);
	ak_buf_init(&text, 1 << 20);
	ak_buf_init(&name, 1 << 16);
	ak_buf_addf(&name, "%s.meta.json", path);
	rc = ak_json_pretty(meta, &text, err);
	if (rc == AK_OK)
		rc = ak_fs_write_file(name.p, ak_buf_str(&text), 0600, true, err);
	if (rc == AK_OK)
		ak_io_note(c->io, "written", "%s, %zu rows, beside %s", base_of(path), ak_flat_count(lists), base_of(name.p));
	ak_buf_release(&text);
	ak_buf_release(&name);
	json_decref(meta);
	return rc;
}

static enum ak_rc make(struct ak_ctx *c, enum form form, const json_t *doc, const json_t *lists, struct ak_buf *out, struct ak_err *err)
{
	switch (form) {
	case AS_CSV:
		return ak_flat_csv(lists, out, err);
	case AS_JSONL:
		return ak_flat_lines(lists, out, err);
	case AS_JSON:
		return ak_json_pretty(doc, out, err);
	case AS_PAGE:
		return render(c, doc, out, err);
	default:
		return AK_OK;
	}
}

static enum ak_rc write_sheet(struct ak_ctx *c, const json_t *doc, const json_t *lists, const char *path, struct ak_err *err)
{
	struct ak_buf lines;
	enum ak_rc rc;

	ak_buf_init(&lines, 1u << 30);
	rc = ak_flat_lines(lists, &lines, err);
	if (rc == AK_OK)
		rc = ak_report_ipe(c, doc, lists, ak_buf_str(&lines), path, err);
	ak_buf_release(&lines);
	return rc;
}

enum ak_rc ak_report_out(struct ak_ctx *c, const json_t *doc, bool *printed, struct ak_err *err)
{
	const char *path = ak_args_text(c->args, "output"), *sheet = ak_args_text(c->args, "ipe");
	json_t *lists = ak_flat_lists(doc);
	enum form form = AS_TABLE;
	struct ak_buf out;
	enum ak_rc rc = choose(c, &form, err);

	ak_buf_init(&out, 1u << 30);
	if (rc == AK_OK && sheet)
		rc = ak_report_ipe_allowed(c, doc, err);
	if (rc == AK_OK)
		rc = make(c, form, doc, lists, &out, err);
	/* Before anything is out: a line too many is no harm. */
	if (rc == AK_OK && ak_cmd_needs(c->args) & AK_NEED_ACCESS)
		rc = ak_cmd_log_access(c, ak_flat_count(lists), err);
	if (rc == AK_OK && path)
		rc = write_file(c, doc, lists, ak_buf_str(&out), path, err);
	if (rc == AK_OK && sheet)
		rc = write_sheet(c, doc, lists, sheet, err);
	if (rc == AK_OK && form == AS_JSON && !path)
		rc = ak_io_json(c->io, doc, err);
	else if (rc == AK_OK && !path)
		ak_io_text(c->io, ak_buf_str(&out));
	*printed = rc != AK_OK || form != AS_TABLE;
	ak_buf_release(&out);
	json_decref(lists);
	return rc;
}
