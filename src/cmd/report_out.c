#include "base/ak.h"
#include "cmd/report_out.h"

#include "base/crypto.h"
#include "base/fs.h"
#include "base/jsonget.h"
#include "base/jsonw.h"
#include "query/query.h"
#include "report/alone.h"
#include "report/flat.h"
#include "tmpl/load.h"
#include "tmpl/mustache.h"

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

enum ak_rc ak_report_form(const struct ak_ctx *c, enum ak_report_form *out, struct ak_err *err)
{
	static const char *const names[] = {"table", "csv", "json", "jsonl"};
	const char *format = ak_args_text(c->args, "format"), *path = ak_args_text(c->args, "output"), *dot = path ? strrchr(path, '.') : NULL;
	const char *page = ak_args_text(c->args, "template");

	if (ak_args_dash(c->args, "ipe"))
		return ak_fail(err, AK_EXIT_USAGE, "--ipe wants a file: standard output has the report");
	if (page && (format || c->json))
		return ak_fail(err, AK_EXIT_USAGE, "--template says what is printed, and so do --format and --json: give one of them");
	*out = page ? AK_AS_PAGE : c->json ? AK_AS_JSON : AK_AS_TABLE;
	if (page || (!format && !path) || (!format && c->json))
		return AK_OK;
	if (!format)
		format = dot ? dot + 1 : "";
	for (int i = 0; i < 4; i++)
		if (strcmp(format, names[i]) == 0 && (i || !path)) {
			*out = (enum ak_report_form)i;
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

enum ak_rc ak_report_render(struct ak_ctx *c, const json_t *doc, struct ak_buf *out, struct ak_err *err)
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
		if (rc != AK_OK && err->exit == AK_EXIT_USAGE)
			ak_hint(err, "names are those of 'auditkit %s --json'; auditkit-template(5) has an example", c->args->cmd->name);
	}
	ak_buf_release(&text);
	ak_free(command);
	json_decref(data);
	return rc;
}

static enum ak_rc make(struct ak_ctx *c, enum ak_report_form form, const json_t *doc, const json_t *lists, struct ak_buf *out, struct ak_err *err)
{
	switch (form) {
	case AK_AS_CSV:
		return ak_flat_csv(lists, out, err);
	case AK_AS_JSONL:
		return ak_flat_lines(lists, out, err);
	case AK_AS_JSON:
		return ak_json_pretty(doc, out, err);
	case AK_AS_PAGE:
		return ak_report_render(c, doc, out, err);
	default:
		return AK_OK;
	}
}

static enum ak_rc sum_lines(const json_t *lists, uint8_t sum[AK_SHA256_LEN], struct ak_err *err)
{
	struct ak_buf lines;
	enum ak_rc rc;

	ak_buf_init(&lines, 1u << 30);
	rc = ak_flat_lines(lists, &lines, err);
	ak_sha256(lines.p, lines.n, sum);
	ak_buf_release(&lines);
	return rc;
}

/* The kinds of record that a table of links names. */
static unsigned linked_kinds(const json_t *doc)
{
	unsigned kinds = 0;
	json_t *row;
	size_t i;

	json_array_foreach(json_object_get(doc, "coverage"), i, row)
		kinds |= ak_alone_of_link(row);
	return kinds;
}

void ak_report_alone(const struct ak_ctx *c, json_t *doc, unsigned only)
{
	ak_alone_add(doc, c->args->cmd->name + strlen("report "), only);
}

/* Rows have no place for it; a file has its sidecar, a document has the member. */
void ak_report_note_alone(const struct ak_ctx *c, enum ak_report_form form, const json_t *doc)
{
	json_t *one;
	size_t i;

	if (form == AK_AS_TABLE || form == AK_AS_JSON || ak_args_text(c->args, "output"))
		return;
	json_array_foreach(json_object_get(doc, "alone"), i, one)
		ak_io_note(c->io, i ? "" : "alone", "%s do not prove %s", ak_jtxt(one, "title", "?"), ak_jtxt(one, "cannot_prove", "?"));
}

static enum ak_rc write_all(struct ak_ctx *c, struct ak_made *m, const char *path, const json_t *lists, struct ak_str bytes, struct ak_err *err)
{
	struct ak_fs_temp file AK_CLEANUP(ak_fs_temp_release) = {.fd = -1};
	enum ak_rc rc = AK_OK;

	if (!path && !ak_args_text(c->args, "ipe"))
		return AK_OK;
	ak_sha256(bytes.p, bytes.n, m->sum);
	m->bytes = bytes.n;
	if (ak_args_text(c->args, "ipe"))
		rc = sum_lines(lists, m->lines, err);
	if (rc == AK_OK && path)
		rc = ak_fs_temp_open(&file, path, 0600, err);
	if (rc == AK_OK && path)
		rc = ak_fs_write_all(file.fd, bytes.p, bytes.n, path, err);
	ak_made_times(m, lists);
	return rc == AK_OK ? ak_report_files(c, m, path ? &file : NULL, err) : rc;
}

enum ak_rc ak_report_out(struct ak_ctx *c, json_t *doc, bool *printed, struct ak_err *err)
{
	const char *path = ak_args_text(c->args, "output");
	json_t *lists = ak_flat_lists(doc);
	struct ak_made m = {.doc = doc, .counts = ak_flat_counts(lists), .rows = ak_flat_count(lists)};
	enum ak_report_form form = AK_AS_TABLE;
	struct ak_buf out;
	enum ak_rc rc = ak_report_form(c, &form, err);

	ak_buf_init(&out, form == AK_AS_PAGE ? AK_TEMPLATE_BYTES : (size_t)1 << 30);
	ak_report_alone(c, doc, linked_kinds(doc));
	if (rc == AK_OK && ak_args_text(c->args, "ipe"))
		rc = ak_report_ipe_allowed(c, doc, err);
	if (rc == AK_OK)
		rc = make(c, form, doc, lists, &out, err);
	/* Before anything is out: a line too many is no harm. */
	if (rc == AK_OK && ak_cmd_needs(c->args) & AK_NEED_ACCESS)
		rc = ak_cmd_log_access(c, m.rows, err);
	if (rc == AK_OK)
		rc = write_all(c, &m, path, lists, ak_buf_str(&out), err);
	if (rc == AK_OK && form == AK_AS_JSON && !path)
		rc = ak_io_json(c->io, doc, err);
	else if (rc == AK_OK && !path)
		ak_io_text(c->io, ak_buf_str(&out));
	if (rc == AK_OK)
		ak_report_note_alone(c, form, doc);
	*printed = rc != AK_OK || form != AK_AS_TABLE;
	ak_buf_release(&out);
	json_decref(m.counts);
	json_decref(lists);
	return rc;
}
