#include "base/ak.h"
#include "cmd/report_stream.h"

#include "base/csvw.h"
#include "base/jsonget.h"
#include "base/jsonw.h"
#include "report/alone.h"
#include "report/flat.h"
#include "report/list.h"

enum { PART = 1 << 16, COLUMNS = 40, COLUMN = 64 };

struct ak_stream {
	struct ak_ctx *c;
	const struct ak_stream_kind *kind;
	enum ak_report_form form;
	json_t *doc, *rows; /* rows: for a template */
	struct ak_fs_temp file;
	struct ak_sha256 *sum, *lines; /* lines: for a sheet */
	struct ak_buf out, line;
	char column[COLUMNS][COLUMN];
	size_t ncolumns, begun_with; /* members of the document that stand before the rows */
	unsigned kinds;
	bool begun;
	struct ak_made made;
};

static void read_columns(struct ak_stream *s)
{
	for (const char *p = s->kind->columns; *p && s->ncolumns < COLUMNS; p += strspn(p, " ")) {
		size_t n = strcspn(p, " ");

		snprintf(s->column[s->ncolumns++], COLUMN, "%.*s", (int)n, p);
		p += n;
	}
}

enum ak_rc ak_stream_open(struct ak_ctx *c, const struct ak_stream_kind *kind, json_t *doc, struct ak_stream **out, struct ak_err *err)
{
	const char *path = ak_args_text(c->args, "output");
	struct ak_stream *s = ak_alloc_zero(1, sizeof *s);
	enum ak_rc rc;

	*out = s;
	s->c = c;
	s->kind = kind;
	s->doc = doc;
	s->file.fd = -1;
	ak_buf_init(&s->out, SIZE_MAX);
	ak_buf_init(&s->line, SIZE_MAX);
	read_columns(s);
	rc = ak_report_form(c, &s->form, err);
	if (rc == AK_OK && ak_args_text(c->args, "ipe"))
		rc = ak_report_ipe_allowed(c, doc, err);
	if (rc == AK_OK && path)
		rc = ak_fs_temp_open(&s->file, path, 0600, err);
	if (rc == AK_OK && path) {
		s->sum = ak_sha256_new();
		ak_sha256_start(s->sum);
	}
	if (rc == AK_OK && ak_args_text(c->args, "ipe")) {
		s->lines = ak_sha256_new();
		ak_sha256_start(s->lines);
	}
	if (s->form == AK_AS_PAGE)
		s->rows = json_array();
	return rc;
}

bool ak_stream_is_table(const struct ak_stream *s) { return s->form == AK_AS_TABLE; }

bool ak_stream_wants(const struct ak_stream *s) { return s->form != AK_AS_TABLE || s->lines; }

/* ---- what goes out ---- */

static enum ak_rc flush(struct ak_stream *s, struct ak_err *err)
{
	struct ak_str bytes = ak_buf_str(&s->out);
	enum ak_rc rc = AK_OK;

	if (s->file.path && bytes.n) {
		rc = ak_fs_write_all(s->file.fd, bytes.p, bytes.n, s->file.target, err);
		ak_sha256_add(s->sum, bytes.p, bytes.n);
		s->made.bytes += bytes.n;
	} else if (bytes.n) {
		ak_io_text(s->c->io, bytes);
	}
	ak_buf_clear(&s->out);
	return rc;
}

/* Members of the document from the n-th on, a line each. */
static enum ak_rc put_members(struct ak_stream *s, size_t from, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;
	const char *name;
	size_t i = 0;
	json_t *v;

	json_object_foreach(s->doc, name, v) {
		if (i++ < from)
			continue;
		ak_buf_addf(&s->out, "%s\"%s\":", i > 1 ? ",\n" : "", name);
		rc = rc == AK_OK ? ak_jcs(v, &s->out, err) : rc;
	}
	return rc;
}

static void put_head(struct ak_stream *s)
{
	struct ak_csvw w;

	ak_csvw_init(&w, &s->out);
	for (size_t i = 0; i < s->ncolumns; i++)
		ak_csvw_text(&w, ak_str_of(s->column[i]));
	ak_csvw_end(&w);
}

/* What stands on standard output was logged before; a file appears at the end, when it is known how many rows it has. */
static enum ak_rc begin(struct ak_stream *s, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	if (s->begun)
		return AK_OK;
	s->begun = true;
	if (!s->file.path && ak_cmd_needs(s->c->args) & AK_NEED_ACCESS)
		rc = ak_cmd_log_access(s->c, 0, err);
	if (rc == AK_OK && s->form == AK_AS_CSV)
		put_head(s);
	if (rc != AK_OK || s->form != AK_AS_JSON)
		return rc;
	ak_buf_addc(&s->out, '{');
	rc = put_members(s, 0, err);
	s->begun_with = json_object_size(s->doc);
	ak_buf_addf(&s->out, ",\n\"%s\":[", s->kind->list);
	return rc;
}

/* ---- rows ---- */

static const json_t *member(const json_t *row, const char *path)
{
	const char *dot = strchr(path, '.');
	char name[COLUMN];

	if (!dot)
		return json_object_get(row, path);
	snprintf(name, sizeof name, "%.*s", (int)(dot - path), path);
	return json_object_get(json_object_get(row, name), dot + 1);
}

static enum ak_rc put_cells(struct ak_stream *s, const json_t *row, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;
	struct ak_csvw w;

	ak_csvw_init(&w, &s->out);
	for (size_t i = 0; i < s->ncolumns && rc == AK_OK; i++)
		rc = ak_flat_cell(&w, member(row, s->column[i]), err);
	ak_csvw_end(&w);
	return rc;
}

static enum ak_rc keep(struct ak_stream *s, json_t *row, struct ak_err *err)
{
	if (json_array_size(s->rows) >= AK_LIST_ROWS) {
		ak_hint(err, "bound the period with --from and --to; --format csv, json and jsonl have no such bound");
		return ak_fail(err, AK_EXIT_LIMIT, "a template takes at most %d rows", AK_LIST_ROWS);
	}
	json_array_append(s->rows, row);
	return AK_OK;
}

static enum ak_rc put(struct ak_stream *s, json_t *row, struct ak_str text, struct ak_err *err)
{
	enum ak_rc rc = begin(s, err);

	s->made.rows++;
	if (s->lines) {
		ak_sha256_add(s->lines, text.p, text.n);
		ak_sha256_add(s->lines, "\n", 1);
	}
	if (row) {
		s->kinds |= ak_alone_of_link(row);
		ak_made_time(&s->made, s->kind->time ? ak_jtxt(row, s->kind->time, NULL) : NULL);
	}
	if (rc == AK_OK && s->form == AK_AS_CSV)
		rc = put_cells(s, row, err);
	else if (rc == AK_OK && s->form == AK_AS_PAGE)
		rc = keep(s, row, err);
	if (s->form == AK_AS_JSON)
		ak_buf_adds(&s->out, s->made.rows > 1 ? ",\n" : "\n");
	if (s->form == AK_AS_JSON || s->form == AK_AS_JSONL)
		ak_buf_add(&s->out, text.p, text.n);
	if (s->form == AK_AS_JSONL)
		ak_buf_addc(&s->out, '\n');
	return rc == AK_OK && s->out.n >= PART ? flush(s, err) : rc;
}

enum ak_rc ak_stream_row(struct ak_stream *s, json_t *row, struct ak_err *err)
{
	ak_buf_clear(&s->line);
	if ((s->lines || s->form == AK_AS_JSON || s->form == AK_AS_JSONL) && ak_jcs(row, &s->line, err) != AK_OK)
		return AK_FAIL;
	return put(s, row, ak_buf_str(&s->line), err);
}

enum ak_rc ak_stream_text(struct ak_stream *s, struct ak_str text, struct ak_err *err)
{
	AK_CLEANUP(ak_json_decref) json_t *row = NULL;

	if ((s->file.path || s->form == AK_AS_CSV || s->form == AK_AS_PAGE) && ak_json_parse(text, &row, err) != AK_OK)
		return AK_FAIL;
	return put(s, row, text, err);
}

/* ---- the end ---- */

static enum ak_rc finish(struct ak_stream *s, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;
	json_t *data;

	if (s->form == AK_AS_JSON) {
		ak_buf_adds(&s->out, s->made.rows ? "\n]" : "]");
		rc = put_members(s, s->begun_with, err);
		ak_buf_adds(&s->out, "\n}\n");
	} else if (s->form == AK_AS_PAGE) {
		data = json_copy(s->doc);
		json_object_set(data, s->kind->list, s->rows);
		rc = ak_report_render(s->c, data, &s->out, err);
		json_decref(data);
	}
	return rc;
}

enum ak_rc ak_stream_end(struct ak_stream *s, struct ak_err *err)
{
	enum ak_rc rc = begin(s, err);

	ak_report_alone(s->c, s->doc, s->kinds);
	s->made.doc = s->doc;
	s->made.counts = json_pack("{s:I}", s->kind->list, (json_int_t)s->made.rows);
	if (rc == AK_OK)
		rc = finish(s, err);
	if (rc == AK_OK)
		rc = flush(s, err);
	if (rc == AK_OK && s->file.path && ak_cmd_needs(s->c->args) & AK_NEED_ACCESS)
		rc = ak_cmd_log_access(s->c, s->made.rows, err);
	if (s->sum)
		ak_sha256_end(s->sum, s->made.sum);
	if (s->lines)
		ak_sha256_end(s->lines, s->made.lines);
	if (rc == AK_OK && (s->file.path || s->lines))
		rc = ak_report_files(s->c, &s->made, s->file.path ? &s->file : NULL, err);
	if (rc == AK_OK)
		ak_report_note_alone(s->c, s->form, s->doc);
	return rc;
}

void ak_stream_free(struct ak_stream *s)
{
	if (!s)
		return;
	ak_fs_temp_release(&s->file);
	ak_sha256_free(s->sum);
	ak_sha256_free(s->lines);
	ak_buf_release(&s->out);
	ak_buf_release(&s->line);
	json_decref(s->rows);
	json_decref(s->made.counts);
	ak_free(s);
}
