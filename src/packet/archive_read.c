#include "base/ak.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/limits.h"
#include "base/verdict.h"
#include "packet/archive.h"
#include "packet/reader.h"

enum { RATIO_FLOOR = 1 << 20, TAR_MAGIC_AT = 257 };

enum ak_rc ak_reader_refuse(struct ak_reader *r, const char *reason, const char *what)
{
	char text[AK_ERR_MSG];
	struct ak_str label = ak_str_n(r->label.p, r->label.n < 120 ? r->label.n : 120);
	if (r->entries)
		snprintf(text, sizeof(text), "packet '%.*s', entry %" PRIu64 ": %.150s", AK_STR_FMT(label), r->entries, what);
	else
		snprintf(text, sizeof(text), "packet '%.*s': %.150s", AK_STR_FMT(label), what);
	ak_hint(r->err, "do not rely on it: ask its sender for the packet again, and for its digest by another way");
	return ak_fail_verify(r->err, reason, text);
}

enum ak_rc ak_reader_damaged(struct ak_reader *r, int errnum, const char *what)
{
	/* A verdict about bytes that could not be read would be a false one. */
	if (ak_class_sys(AK_EXIT_VERIFY, errnum, NULL) != AK_EXIT_VERIFY)
		return ak_fail_sys(r->err, AK_EXIT_IO, errnum, "cannot read '%s'", r->path);
	return ak_reader_refuse(r, "archive_damaged", what);
}

static enum ak_rc refuse_name(struct ak_reader *r, const char *reason, const char *what)
{
	char text[AK_ERR_MSG];
	snprintf(text, sizeof(text), "name %s", what);
	return ak_reader_refuse(r, reason, text);
}

enum ak_rc ak_reader_next(struct ak_reader *r)
{
	if (++r->entries > AK_MAX_PACKET_ENTRIES)
		return ak_reader_refuse(r, "archive_limit", "too many entries");
	return AK_OK;
}

enum ak_rc ak_reader_name(struct ak_reader *r, struct ak_str name, bool folder)
{
	const char *what = r->foreign ? ak_path_problem_foreign(name) : ak_path_problem(name);
	if (what)
		return refuse_name(r, "archive_name", what);
	what = r->foreign ? ak_pathset_add_foreign(&r->names, name, folder) : ak_pathset_add(&r->names, name, folder);
	return what ? refuse_name(r, "archive_duplicate", what) : AK_OK;
}

enum ak_rc ak_reader_entry(struct ak_reader *r, struct ak_str full, bool folder, struct ak_str *name)
{
	size_t n = ak_str_find(full, '/');
	if (n == 0)
		return refuse_name(r, "archive_name", full.n ? "is absolute" : "is empty");
	const char *what = n > AK_PATH_MAX   ? "is longer than 100 bytes"
			   : r->foreign ? ak_path_problem_foreign(ak_str_n(full.p, n))
					: ak_path_problem(ak_str_n(full.p, n));
	if (what)
		return refuse_name(r, "archive_name", what);
	if (n == full.n && !folder)
		return refuse_name(r, "archive_name", "does not stand in a top folder");
	if (!r->info.base[0])
		memcpy(r->info.base, full.p, n); /* at most 100 bytes, as ak_path_problem says; zeroed before */
	else if (!ak_str_is(ak_str_n(full.p, n), r->info.base))
		return refuse_name(r, "archive_name", "stands in a second top folder");
	*name = n < full.n ? ak_str_n(full.p + n + 1, full.n - n - 1) : (struct ak_str){0};
	return n < full.n ? ak_reader_name(r, *name, folder) : AK_OK;
}

enum ak_rc ak_reader_count(struct ak_reader *r, size_t n)
{
	r->decoded += n;
	if (r->decoded > AK_MAX_EXPANDED_BYTES)
		return ak_reader_refuse(r, "archive_limit", "grows beyond the limit when it is decompressed");
	if (r->info.given_bytes && r->decoded > RATIO_FLOOR && r->decoded / AK_MAX_PACKET_RATIO > r->info.given_bytes)
		return ak_reader_refuse(r, "archive_limit", "grows beyond 200 times its size when it is decompressed");
	return AK_OK;
}

enum ak_rc ak_archive_pull(struct ak_archive_bytes *bytes, void *buf, size_t cap, size_t *n, struct ak_err *err)
{
	size_t got = 0;
	if (!bytes->end) {
		enum ak_rc rc = bytes->pull(bytes->src, buf, cap, &got, err);
		if (rc < 0)
			return rc;
	}
	bytes->end = got == 0;
	bytes->reader->info.bytes += got;
	*n = got;
	return AK_OK;
}

enum ak_rc ak_reader_file(struct ak_reader *r, struct ak_str name,
			  enum ak_rc (*pull)(void *src, void *buf, size_t cap, size_t *n, struct ak_err *err),
			  void *src)
{
	struct ak_archive_bytes bytes = {.reader = r, .pull = pull, .src = src};
	char rest[4096];
	size_t n = 1;
	r->info.files++;
	enum ak_rc rc = r->visit(r->ctx, name, &bytes, r->err);
	while (rc == AK_OK && n > 0)
		rc = ak_archive_pull(&bytes, rest, sizeof(rest), &n, r->err);
	return rc;
}

static bool detect(const uint8_t *p, size_t n, enum ak_form *form)
{
	static const struct {
		size_t at, n;
		const char *bytes;
		enum ak_form form;
	} magics[] = {
		{0, 4, "PK\x03\x04", AK_FORM_ZIP},
		{0, 2, "\x1f\x8b", AK_FORM_TAR_GZ},
		{0, 4, "\x28\xb5\x2f\xfd", AK_FORM_TAR_ZST},
		{TAR_MAGIC_AT, 5, "ustar", AK_FORM_TAR},
	};
	for (size_t i = 0; i < AK_COUNT(magics); i++) {
		if (n >= magics[i].at + magics[i].n && memcmp(p + magics[i].at, magics[i].bytes, magics[i].n) == 0) {
			*form = magics[i].form;
			return true;
		}
	}
	return false;
}

static enum ak_rc read_file(struct ak_reader *r, const char *path)
{
	int fd;
	struct stat st;
	uint8_t head[512];
	enum ak_rc rc = ak_fs_open_read(path, &fd, r->err);
	if (rc < 0)
		return rc;
	ssize_t n = ak_fs_pread(fd, head, sizeof(head), 0);
	if (n < 0 || fstat(fd, &st) != 0) {
		rc = ak_fail_sys(r->err, AK_EXIT_INPUT, errno, "cannot read '%s'", path);
	} else {
		r->info.given_bytes = (uint64_t)st.st_size;
		if (!detect(head, (size_t)n, &r->info.form))
			rc = ak_reader_refuse(r, "archive_unknown", "not a zip, tar, tar.gz or tar.zst archive");
		else if (r->info.form == AK_FORM_ZIP)
			rc = ak_read_zip(r, fd);
		else
			rc = ak_read_tar(r, fd);
	}
	close(fd);
	return rc;
}

static enum ak_rc read_once(const char *path,
			    enum ak_rc (*visit)(void *ctx, struct ak_str name, struct ak_archive_bytes *bytes,
						struct ak_err *err),
			    void *ctx, bool foreign, struct ak_archive_info *info, struct ak_err *err)
{
	struct ak_reader r = {.foreign = foreign, .visit = visit, .ctx = ctx, .path = path, .label = ak_fs_base(path), .err = err};
	struct stat st;
	bool seen = stat(path, &st) == 0;
	if (!seen && ak_class_sys(AK_EXIT_INPUT, errno, NULL) != AK_EXIT_INPUT)
		return ak_fail_sys(err, AK_EXIT_INPUT, errno, "cannot read '%s'", path);
	ak_pathset_init(&r.names);
	enum ak_rc rc = seen && S_ISDIR(st.st_mode) ? ak_read_folder(&r, path) : read_file(&r, path);
	ak_pathset_release(&r.names);
	if (rc == AK_OK)
		*info = r.info;
	return rc;
}

static enum ak_rc pass_by(void *ctx, struct ak_str name, struct ak_archive_bytes *bytes, struct ak_err *err)
{
	(void)ctx;
	(void)name;
	(void)bytes;
	(void)err;
	return AK_OK;
}

/* The libraries do not always tell damage from memory that was gone for a moment. Damage is found a second time. */
static enum ak_rc read_sure(const char *path,
			    enum ak_rc (*visit)(void *ctx, struct ak_str name, struct ak_archive_bytes *bytes,
						struct ak_err *err),
			    void *ctx, bool foreign, struct ak_archive_info *info, struct ak_err *err)
{
	struct ak_archive_info whole;
	enum ak_rc rc = read_once(path, visit, ctx, foreign, info, err);
	if (rc != AK_FAIL || !err || strcmp(err->reason, "archive_damaged") != 0 ||
	    read_once(path, pass_by, NULL, foreign, &whole, NULL) != AK_OK)
		return rc;
	ak_err_clear(err);
	ak_hint(err, "run the same command again; if it stays so, look at this machine's memory and disk");
	return ak_fail(err, AK_EXIT_IO, "cannot read '%s': damaged when it was read, whole when it was read again", path);
}

enum ak_rc ak_archive_read(const char *path,
			   enum ak_rc (*visit)(void *ctx, struct ak_str name, struct ak_archive_bytes *bytes,
					       struct ak_err *err),
			   void *ctx, struct ak_archive_info *info, struct ak_err *err)
{
	return read_sure(path, visit, ctx, false, info, err);
}

enum ak_rc ak_archive_read_foreign(const char *path,
				   enum ak_rc (*visit)(void *ctx, struct ak_str name, struct ak_archive_bytes *bytes,
						       struct ak_err *err),
				   void *ctx, struct ak_archive_info *info, struct ak_err *err)
{
	return read_sure(path, visit, ctx, true, info, err);
}
