/* A report's file, its sidecar and its sheet: what could keep one of them from being written is asked before the first appears. */
#include "base/ak.h"
#include "cmd/report_out.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/jsonget.h"
#include "base/jsonw.h"
#include "cmd/outputs.h"

void ak_made_time(struct ak_made *m, const char *time)
{
	if (time && (!*m->first || strcmp(time, m->first) < 0))
		snprintf(m->first, sizeof m->first, "%s", time);
	if (time && (!*m->last || strcmp(time, m->last) > 0))
		snprintf(m->last, sizeof m->last, "%s", time);
}

void ak_made_times(struct ak_made *m, const json_t *lists)
{
	const char *name;
	json_t *rows, *row;
	size_t i;

	json_object_foreach((json_t *)lists, name, rows)
		json_array_foreach(rows, i, row)
			ak_made_time(m, ak_jtxt(row, "time", ak_jtxt(row, "start", NULL)));
}

/* As it may be said: a file is named by its user, who may have named it after a secret. */
static const char *shown(struct ak_ctx *c, const char *path)
{
	struct ak_redactor *own = c->redactor ? NULL : ak_redactor_throwaway();
	const char *name = ak_arena_z(&c->arena, ak_redact_text(own ? own : c->redactor, ak_fs_base(path), &c->arena, NULL));

	ak_redactor_free(own);
	return name;
}

static json_t *counts_of(const json_t *counts)
{
	json_t *out = json_object(), *n;
	const char *name;

	json_object_foreach((json_t *)counts, name, n)
		json_object_set_new(out, name, json_pack("{s:O, s:b}", "matches", n, "exact", true));
	return out;
}

static json_t *sidecar(struct ak_ctx *c, const struct ak_made *m, const char *path)
{
	char hex[65], *command = ak_report_command(c, m->doc);
	json_t *out;

	ak_hex(m->sum, sizeof m->sum, hex);
	out = json_pack("{s:s, s:i, s:s, s:s, s:I, s:s, s:o, s:I, s:b, s:s?, s:s?, s:s}", "schema", "auditkit.export/1", "format_version", 1, "file", shown(c, path),
			"sha256", hex, "bytes", (json_int_t)m->bytes, "filter", command, "counts", counts_of(m->counts), "listed", (json_int_t)m->rows,
			"complete", true, "first", *m->first ? m->first : NULL, "last", *m->last ? m->last : NULL, "workspace_id", c->store->id);
	if (json_object_get(m->doc, "alone"))
		json_object_set(out, "alone", json_object_get(m->doc, "alone"));
	ak_free(command);
	return out;
}

static bool same_bytes(int fd, const struct ak_made *m)
{
	uint8_t sum[AK_SHA256_LEN];
	struct ak_sha256 *h = ak_sha256_new();
	char *part = ak_alloc(1 << 16);
	uint64_t at = 0;
	ssize_t n;

	ak_sha256_start(h);
	while ((n = ak_fs_pread(fd, part, 1 << 16, (off_t)at)) > 0) {
		ak_sha256_add(h, part, (size_t)n);
		at += (uint64_t)n;
	}
	ak_sha256_end(h, sum);
	ak_sha256_free(h);
	ak_free(part);
	return n == 0 && at == m->bytes && memcmp(sum, m->sum, sizeof sum) == 0;
}

/* A second run of the same: what is there already is what would be written. */
static bool is_there(const char *path, const struct ak_made *m)
{
	struct ak_err ignored = {0};
	struct stat st;
	int fd = -1;
	bool same;

	if (stat(path, &st) != 0 || (uint64_t)st.st_size != m->bytes || ak_fs_open_read(path, &fd, &ignored) != AK_OK)
		return false;
	same = same_bytes(fd, m);
	close(fd);
	return same;
}

static enum ak_rc write_pair(struct ak_ctx *c, const struct ak_made *m, struct ak_fs_temp *file, struct ak_err *err)
{
	const char *name = shown(c, file->target);
	json_t *meta = sidecar(c, m, file->target);
	struct ak_buf text;
	enum ak_rc rc;

	ak_buf_init(&text, 1 << 20);
	rc = ak_json_pretty(meta, &text, err);
	if (rc == AK_OK)
		rc = ak_output_pair(file, ak_args_flag(c->args, "force"), ak_buf_str(&text), err);
	if (rc == AK_OK)
		ak_io_note(c->io, "written", "%s, %llu rows, beside %s.meta.json", name, (unsigned long long)m->rows, name);
	ak_buf_release(&text);
	json_decref(meta);
	return rc;
}

/* Its temporary file, with nothing left to do but the commit; none when the one that is there says the same. */
static enum ak_rc prepare_sheet(struct ak_ctx *c, const struct ak_made *m, struct ak_fs_temp *sheet, struct ak_err *err)
{
	const char *path = ak_args_text(c->args, "ipe");
	struct ak_buf text;
	enum ak_rc rc;

	ak_buf_init(&text, 1u << 28);
	rc = ak_report_ipe(c, m, path, &text, err);
	if (rc == AK_OK && text.n)
		rc = ak_fs_temp_open(sheet, path, 0600, err);
	if (rc == AK_OK && text.n)
		rc = ak_fs_write_all(sheet->fd, text.p, text.n, path, err);
	if (rc == AK_OK && text.n)
		rc = ak_fs_temp_allowed(sheet, ak_args_flag(c->args, "force"), err);
	ak_buf_release(&text);
	return rc;
}

enum ak_rc ak_report_files(struct ak_ctx *c, const struct ak_made *m, struct ak_fs_temp *file, struct ak_err *err)
{
	struct ak_fs_temp sheet AK_CLEANUP(ak_fs_temp_release) = {.fd = -1};
	bool force = ak_args_flag(c->args, "force"), there = file && is_there(file->target, m);
	enum ak_rc rc = ak_args_text(c->args, "ipe") ? prepare_sheet(c, m, &sheet, err) : AK_OK;

	if (rc == AK_OK && file && !there)
		rc = ak_fs_temp_allowed(file, force, err);
	if (rc == AK_OK && there)
		ak_io_note(c->io, "unchanged", "%s has this report already", shown(c, file->target));
	else if (rc == AK_OK && file)
		rc = write_pair(c, m, file, err);
	if (rc == AK_OK && sheet.path)
		rc = ak_fs_temp_commit(&sheet, force, err);
	return rc;
}
