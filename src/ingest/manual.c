#include "base/ak.h"
#include "ingest/manual.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/time.h"
#include "ingest/declared.h"
#include "store/access.h"
#include "store/manual.h"

#define LOCK_MS 5000
#define PIECE ((size_t)1 << 20)

static char *safe_name(const struct ak_redactor *r, const char *path)
{
	struct ak_arena a;
	struct ak_str safe;
	char *name;

	ak_arena_init(&a);
	safe = ak_redact_text(r, ak_fs_base(path), &a, NULL);
	name = ak_strndup(safe.p, safe.n);
	ak_arena_release(&a);
	return name;
}

static enum ak_rc hash_file(const char *path, struct ak_manual_file *f, int64_t *mtime_us, struct ak_err *err)
{
	struct ak_sha256 *h;
	uint8_t digest[32];
	struct stat st;
	char *room;
	ssize_t got;
	int fd = -1;
	enum ak_rc rc = ak_fs_open_read(path, &fd, err);

	if (rc != AK_OK)
		return rc;
	h = ak_sha256_new();
	room = ak_alloc(PIECE);
	ak_sha256_start(h);
	while ((got = ak_fs_pread(fd, room, PIECE, (off_t)f->bytes)) > 0) {
		ak_sha256_add(h, room, (size_t)got);
		f->bytes += (uint64_t)got;
	}
	if (got < 0 || fstat(fd, &st) != 0)
		rc = ak_fail_sys(err, AK_EXIT_IO, errno, "cannot read '%s'", f->name);
	else if ((uint64_t)st.st_size != f->bytes)
		rc = ak_fail(err, AK_EXIT_INPUT, "'%s' changed while it was read", f->name);
	else
		*mtime_us = (int64_t)st.st_mtim.tv_sec * 1000000 + st.st_mtim.tv_nsec / 1000;
	ak_sha256_end(h, digest);
	ak_hex(digest, sizeof digest, f->sha256);
	ak_sha256_free(h);
	ak_free(room);
	close(fd);
	return rc;
}

/* Source, export, file and its ledger entry. */
static enum ak_rc put(const struct ak_ingest_opts *o, const struct ak_manual *m, struct ak_tlog *tlog, int64_t run,
		      const struct ak_manual_file *f, int64_t mtime_us, struct ak_err *err)
{
	struct ak_export_row e = {.run = run, .name = f->name, .exported_at = m->exported_at, .query = m->question,
				  .exported_at_basis = m->exported_at ? "declared" : "file time", .state = "complete"};
	struct ak_file_row row = {.name = f->name, .codec = "none", .mapping = "", .format = AK_MANUAL, .detected = "--manual",
				  .bytes = f->bytes, .decoded_bytes = f->bytes, .first_us = INT64_MAX, .last_us = INT64_MIN,
				  .has_more = -1, .state = "complete"};
	char when[32];
	enum ak_rc rc;

	memcpy(row.sha256, f->sha256, sizeof row.sha256);
	memcpy(row.decoded_sha256, f->sha256, sizeof row.decoded_sha256);
	if (!e.exported_at)
		e.exported_at = ak_time_z(mtime_us, 0, when);
	rc = ak_register_source(o->store, m->source, NULL, AK_MANUAL, m->owner, &e.source, err);
	if (rc == AK_OK)
		rc = ak_register_export(o->store, &e, err);
	if (rc == AK_OK)
		rc = ak_register_next_file(o->store, &row.id, err);
	row.export_ = e.id;
	if (rc == AK_OK)
		rc = ak_register_file(o->store, &row, err);
	return rc == AK_OK ? ak_register_file_leaf(tlog, &row, err) : rc;
}

/* The first one that is new begins the run. */
static enum ak_rc take(const struct ak_ingest_opts *o, const struct ak_manual *m, struct ak_tlog *tlog, const char *path,
		       struct ak_manual_file *f, int64_t *run, struct ak_err *err)
{
	int64_t mtime_us = 0;
	enum ak_rc rc;

	f->name = safe_name(o->redactor, path);
	rc = hash_file(path, f, &mtime_us, err);
	if (rc == AK_OK)
		rc = ak_manual_look(o->store, m->source, f->sha256, m->question, &f->known, err);
	if (rc == AK_OK && !f->known && !*run)
		rc = ak_register_run(o->store, o->options_json, o->policy ? o->policy->digest : NULL, run, err);
	return rc == AK_OK && !f->known ? put(o, m, tlog, *run, f, mtime_us, err) : rc;
}

static enum ak_rc seal(const struct ak_ingest_opts *o, struct ak_tlog *tlog, int64_t run, struct ak_err *err)
{
	enum ak_rc rc = ak_access_anchor(tlog, err);

	if (rc == AK_OK)
		rc = ak_tlog_save(tlog, err);
	if (rc == AK_OK)
		rc = ak_tlog_checkpoint(tlog, o->keys, run, err);
	return rc == AK_OK ? ak_store_commit(o->store, err) : rc;
}

enum ak_rc ak_ingest_manual(const struct ak_ingest_opts *o, const struct ak_manual *m, const char *const *paths, size_t n,
			    struct ak_manual_file *out, int64_t *run, struct ak_err *err)
{
	struct ak_tlog tlog = {0};
	enum ak_rc rc = ak_declared_check(o, err);

	*run = 0;
	memset(out, 0, n * sizeof *out);
	if (rc != AK_OK || (rc = ak_store_lock(o->store, LOCK_MS, err)) != AK_OK || (rc = ak_tlog_open(o->store, &tlog, err)) != AK_OK)
		return rc;
	rc = ak_store_begin(o->store, err);
	for (size_t i = 0; i < n && rc == AK_OK; i++)
		rc = take(o, m, &tlog, paths[i], &out[i], run, err);
	if (rc == AK_OK && *run)
		rc = seal(o, &tlog, *run, err);
	ak_store_rollback(o->store); /* nothing to do after a commit */
	ak_tlog_release(&tlog);
	return rc;
}

void ak_manual_release(struct ak_manual_file *f, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ak_free(f[i].name);
}
