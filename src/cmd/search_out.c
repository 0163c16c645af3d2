#include "base/ak.h"
#include "cmd/search_out.h"

#include "base/csvw.h"
#include "base/jsonw.h"
#include "base/jsonget.h"
#include "cmd/outputs.h"

enum { PIECE = 1 << 16 };

static enum ak_rc pour(struct ak_found_out *o, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	if (o->text.over)
		return ak_fail(err, AK_EXIT_LIMIT, "a record is larger than a line may be");
	ak_sha256_add(o->sha, o->text.p, o->text.n);
	o->bytes += o->text.n;
	if (o->sink)
		o->sink(o->sink_ctx, ak_buf_str(&o->text));
	else if (o->path)
		rc = ak_fs_write_all(o->temp.fd, o->text.p, o->text.n, o->path, err);
	else
		ak_io_text(o->c->io, ak_buf_str(&o->text));
	ak_buf_clear(&o->text);
	return rc;
}

/* ---- CSV ---- */

static const char *const fixed[] = {"auditkit_cite", "auditkit_kind", "auditkit_source", "auditkit_pseudonym_key", "auditkit_flags",
				    "auditkit_second_witness"};

/* RFC 4180 and nothing else. */
static void plain_cell(struct ak_buf *b, struct ak_str s)
{
	bool quote = !s.n || memchr(s.p, ',', s.n) || memchr(s.p, '"', s.n) || memchr(s.p, '\n', s.n) || memchr(s.p, '\r', s.n) || s.p[0] == ' ';

	if (quote)
		ak_buf_addc(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			ak_buf_addc(b, '"');
		ak_buf_addc(b, s.p[i]);
	}
	if (quote)
		ak_buf_addc(b, '"');
}

static void text_cell(const struct ak_found_out *o, struct ak_csvw *w, struct ak_str s)
{
	struct ak_buf b;

	if (!o->raw || !s.p) {
		ak_csvw_text(w, s);
		return;
	}
	ak_buf_init(&b, 2 * s.n + 3);
	plain_cell(&b, s);
	ak_csvw_number(w, ak_buf_str(&b));
	ak_buf_release(&b);
}

static void cell(const struct ak_found_out *o, struct ak_csvw *w, const json_t *v, bool decimal)
{
	struct ak_buf b;

	ak_buf_init(&b, 1 << 24);
	if (json_is_string(v) && decimal)
		ak_csvw_number(w, ak_str_of(json_string_value(v)));
	else if (json_is_string(v))
		text_cell(o, w, ak_str_n(json_string_value(v), json_string_length(v)));
	else if (!v || json_is_null(v))
		ak_csvw_text(w, ak_str_n(NULL, 0));
	else {
		ak_jcs(v, &b, NULL);
		if (json_is_integer(v) || json_is_boolean(v))
			ak_csvw_number(w, ak_buf_str(&b));
		else
			text_cell(o, w, ak_buf_str(&b));
	}
	ak_buf_release(&b);
}

static void csv_head(struct ak_found_out *o)
{
	struct ak_csvw w;

	ak_csvw_init(&w, &o->text);
	for (size_t i = 0; i < AK_COUNT(fixed); i++)
		ak_csvw_text(&w, ak_str_of(fixed[i]));
	for (int f = 0; f < AK_F_COUNT; f++)
		if (o->columns[f])
			ak_csvw_text(&w, ak_str_of(ak_fields[f].column));
	ak_csvw_end(&w);
}

static void csv_row(struct ak_found_out *o, const json_t *r)
{
	const json_t *fields = json_object_get(r, "fields");
	struct ak_csvw w;

	ak_csvw_init(&w, &o->text);
	for (size_t i = 0; i < AK_COUNT(fixed); i++)
		cell(o, &w, json_object_get(r, fixed[i] + strlen("auditkit_")), false);
	for (int f = 0; f < AK_F_COUNT; f++)
		if (o->columns[f])
			cell(o, &w, json_object_get(fields, ak_fields[f].column), ak_fields[f].type == AK_T_DEC);
	ak_csvw_end(&w);
}

/* ---- opening and closing ---- */

static enum ak_rc choose(struct ak_found_out *o, struct ak_err *err)
{
	static const char *const names[] = {"table", "csv", "json", "jsonl"};
	const char *format = ak_args_text(o->c->args, "format");
	const char *dot = o->path ? strrchr(o->path, '.') : NULL;

	if (!format && o->c->json)
		format = "json";
	if (!format && o->path && !(format = dot ? dot + 1 : NULL))
		format = "?";
	for (int i = 0; format && i < 4; i++)
		if (strcmp(format, names[i]) == 0 && (i || !o->path)) {
			o->format = (enum ak_found_format)i;
			format = NULL;
		}
	if (!format)
		return AK_OK;
	ak_hint(err, "a file is csv, json or jsonl, by what its name ends with or by --format");
	return ak_fail(err, AK_EXIT_USAGE, "--format is table, csv, json or jsonl");
}

static enum ak_rc options(struct ak_found_out *o, struct ak_err *err)
{
	const struct ak_args *a = o->c->args;

	o->path = ak_args_text(a, "output");
	o->raw = ak_args_flag(a, "raw-csv");
	o->trailer = ak_args_flag(a, "trailer");
	o->force = ak_args_flag(a, "force");
	if (choose(o, err) != AK_OK)
		return AK_FAIL;
	if (o->trailer && o->format != AK_FOUND_JSONL)
		return ak_fail(err, AK_EXIT_USAGE, "--trailer is a line of jsonl; other formats have the sidecar of -o FILE");
	if (o->raw && o->format != AK_FOUND_CSV)
		return ak_fail(err, AK_EXIT_USAGE, "--raw-csv goes with --format csv");
	if (o->path && ak_fs_exists(o->path) && !o->force) {
		ak_hint(err, "another name, or --force to replace it");
		return ak_fail(err, AK_EXIT_USAGE, "'%s' is there already", o->path);
	}
	return o->path ? ak_fs_temp_open(&o->temp, o->path, 0600, err) : AK_OK;
}

void ak_found_start(struct ak_found_out *o, const struct ak_search_opts *search)
{
	o->backwards = search->backwards;
	o->temp.fd = -1;
	ak_buf_init(&o->text, 1 << 26);
	o->sha = ak_sha256_new();
	ak_sha256_start(o->sha);
	for (int f = 0; f < AK_F_COUNT; f++)
		o->columns[f] = (ak_fields[f].kinds & search->kinds) != 0;
}

void ak_found_head(struct ak_found_out *o)
{
	if (o->format == AK_FOUND_CSV)
		csv_head(o);
	if (o->format == AK_FOUND_JSON)
		ak_buf_adds(&o->text, "{\n  \"format_version\": 1,\n  \"records\": [");
}

enum ak_rc ak_found_open(struct ak_found_out *o, struct ak_ctx *c, const struct ak_search_opts *search, struct ak_err *err)
{
	*o = (struct ak_found_out){.c = c};
	ak_found_start(o, search);
	if (options(o, err) != AK_OK)
		return AK_FAIL;
	ak_found_head(o);
	return AK_OK;
}

static void note_time(struct ak_found_out *o, const char *time)
{
	if (!time || strlen(time) >= sizeof o->first)
		return;
	if (!o->first[0] || o->backwards)
		memcpy(o->first, time, strlen(time) + 1);
	if (!o->last[0] || !o->backwards)
		memcpy(o->last, time, strlen(time) + 1);
}

enum ak_rc ak_found_put(struct ak_found_out *o, const json_t *record, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	note_time(o, json_string_value(json_object_get(record, "time")));
	if (o->format == AK_FOUND_CSV)
		csv_row(o, record);
	if (o->format == AK_FOUND_JSON)
		ak_buf_adds(&o->text, o->records ? ",\n    " : "\n    ");
	if (o->format == AK_FOUND_JSON || o->format == AK_FOUND_JSONL)
		rc = ak_jcs(record, &o->text, err);
	if (o->format == AK_FOUND_JSONL)
		ak_buf_addc(&o->text, '\n');
	o->records++;
	return rc == AK_OK && (o->text.n > PIECE || o->text.over) ? pour(o, err) : rc;
}

/* The rest of the document's members. */
static enum ak_rc json_tail(struct ak_found_out *o, const json_t *doc, struct ak_err *err)
{
	const char *name;
	json_t *v;

	ak_buf_adds(&o->text, o->records ? "\n  ]" : "]");
	json_object_foreach((json_t *)doc, name, v) {
		ak_buf_addf(&o->text, ",\n  \"%s\": ", name);
		if (ak_jcs(v, &o->text, err) != AK_OK)
			return AK_FAIL;
	}
	ak_buf_adds(&o->text, ",\n  \"schema\": \"auditkit.search/1\"\n}\n");
	return AK_OK;
}

static void digest(const struct ak_found_out *o, char hex[65])
{
	uint8_t sum[AK_SHA256_LEN];

	ak_sha256_peek(o->sha, sum);
	ak_hex(sum, sizeof sum, hex);
}

static enum ak_rc trailer(struct ak_found_out *o, struct ak_err *err)
{
	json_t *line;
	char hex[65];
	enum ak_rc rc = pour(o, err);

	if (rc != AK_OK)
		return rc;
	digest(o, hex);
	line = json_pack("{s:s, s:I, s:s}", "format", "auditkit.trailer/1", "records", (json_int_t)o->records, "sha256", hex);
	rc = ak_jcs(line, &o->text, err);
	ak_buf_addc(&o->text, '\n');
	json_decref(line);
	return rc;
}

enum ak_rc ak_found_sidecar(const struct ak_found_out *o, json_t *doc, struct ak_str file, struct ak_buf *out, struct ak_err *err)
{
	char hex[65];

	digest(o, hex);
	json_object_set_new(doc, "schema", json_string("auditkit.export/1"));
	json_object_set_new(doc, "format_version", json_integer(1));
	json_object_set_new(doc, "file", json_stringn(file.p, file.n));
	json_object_set_new(doc, "sha256", json_string(hex));
	json_object_set_new(doc, "bytes", json_integer((json_int_t)o->bytes));
	return ak_json_pretty(doc, out, err);
}

static enum ak_rc write_with_sidecar(struct ak_found_out *o, json_t *doc, struct ak_err *err)
{
	struct ak_buf b;
	enum ak_rc rc;

	ak_buf_init(&b, 1 << 22);
	rc = ak_found_sidecar(o, doc, ak_redact_text(o->c->redactor, ak_fs_base(o->path), &o->c->arena, NULL), &b, err);
	if (rc == AK_OK)
		rc = ak_output_pair(&o->temp, o->force, ak_buf_str(&b), err);
	ak_buf_release(&b);
	return rc;
}

enum ak_rc ak_found_close(struct ak_found_out *o, json_t *doc, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	json_object_set_new(doc, "listed", json_integer((json_int_t)o->records));
	json_object_set_new(doc, "first", o->first[0] ? json_string(o->first) : json_null());
	json_object_set_new(doc, "last", o->last[0] ? json_string(o->last) : json_null());
	if (o->format == AK_FOUND_JSON)
		rc = json_tail(o, doc, err);
	if (rc == AK_OK && o->trailer)
		rc = trailer(o, err);
	if (rc == AK_OK)
		rc = pour(o, err);
	if (rc == AK_OK && o->path)
		rc = write_with_sidecar(o, doc, err);
	json_decref(doc);
	return rc;
}

void ak_found_release(struct ak_found_out *o)
{
	ak_fs_temp_release(&o->temp);
	ak_buf_release(&o->text);
	ak_sha256_free(o->sha);
}
