#include "base/ak.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <unistd.h>

#include "base/fs.h"
#include "packet/archive.h"
#include "packet/folder_write.h"
#include "packet/zip_write.h"

enum { BLOCK = 10240, CHUNK = 65536 };

static const int64_t first_dos_time = 315532800;	      /* 1980-01-01T00:00:00Z */
static const uint64_t zip_max = UINT64_C(0xfffffffe) - 65536; /* beyond it zip64 would be needed */
static const uint64_t ustar_max = (UINT64_C(1) << 33) - 1;

static enum ak_rc archive_fail(struct archive *a, const char *path, struct ak_err *err)
{
	int errnum = archive_errno(a);

	/* Without memory the library often says nothing. */
	return ak_fail_sys(err, AK_EXIT_IO, errnum > 0 ? errnum : ENOMEM, "cannot write '%s'", path);
}

static enum ak_rc check_limits(const struct ak_bag *bag, enum ak_form form, int64_t mtime, struct ak_err *err)
{
	uint64_t total = 0;
	for (size_t i = 0; i < ak_bag_count(bag); i++) {
		uint64_t size = ak_bag_file_size(ak_bag_at(bag, i));
		total += size + 512;
		if (size > ustar_max)
			return ak_fail(err, AK_EXIT_LIMIT, "packet file '%s' is too large for an archive",
				       ak_bag_file_path(ak_bag_at(bag, i)));
	}
	if (form == AK_FORM_ZIP && total > zip_max) {
		ak_fail(err, AK_EXIT_LIMIT, "packet is too large for zip");
		ak_hint(err, "write it as .tar.gz or .tar.zst");
		return AK_FAIL;
	}
	if (mtime < 0 || mtime > (int64_t)UINT32_MAX || (form == AK_FORM_ZIP && mtime < first_dos_time))
		return ak_fail(err, AK_EXIT_USAGE, "packet time cannot be stored: before %d or after 2106",
			       form == AK_FORM_ZIP ? 1980 : 1970);
	return AK_OK;
}

/* Format, filter and the options that keep the clock of this machine out of the bytes. */
static int configure(struct archive *a, enum ak_form form)
{
	/* Without these two, output to a descriptor is padded, compressed output as well. */
	int rc = archive_write_set_bytes_per_block(a, BLOCK);
	if (rc == ARCHIVE_OK)
		rc = archive_write_set_bytes_in_last_block(a, 1);
	if (rc == ARCHIVE_OK)
		rc = archive_write_set_format_ustar(a);
	if (rc == ARCHIVE_OK && form == AK_FORM_TAR_GZ) {
		rc = archive_write_add_filter_gzip(a);
		if (rc == ARCHIVE_OK)
			rc = archive_write_set_filter_option(a, "gzip", "timestamp", NULL);
	}
	if (rc == ARCHIVE_OK && form == AK_FORM_TAR_ZST)
		rc = archive_write_add_filter_zstd(a);
	return rc;
}

static int write_header(struct archive *a, const char *name, const struct ak_bag_file *f, int64_t mtime)
{
	struct archive_entry *e = archive_entry_new();
	if (!e)
		return ARCHIVE_FATAL;
	archive_entry_set_pathname(e, name);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0644);
	archive_entry_set_uid(e, 0);
	archive_entry_set_gid(e, 0);
	archive_entry_set_mtime(e, (time_t)mtime, 0);
	archive_entry_set_size(e, (la_int64_t)ak_bag_file_size(f));
	int rc = archive_write_header(a, e);
	archive_entry_free(e);
	return rc;
}

static enum ak_rc write_file(struct archive *a, const struct ak_bag *bag, size_t i, int64_t mtime, const char *path,
			     struct ak_err *err)
{
	const struct ak_bag_file *f = ak_bag_at(bag, i);
	char *name = ak_fs_join(ak_bag_name(bag), ak_bag_file_path(f)), *chunk = ak_alloc(CHUNK);
	enum ak_rc rc = AK_OK;
	size_t n = 1;
	if (write_header(a, name, f, mtime) != ARCHIVE_OK)
		rc = archive_fail(a, path, err);
	for (uint64_t at = 0; rc == AK_OK && n > 0; at += n) {
		rc = ak_bag_file_read(f, at, chunk, CHUNK, &n, err);
		if (rc == AK_OK && archive_write_data(a, chunk, n) != (la_ssize_t)n)
			rc = archive_fail(a, path, err);
	}
	ak_free(chunk);
	ak_free(name);
	return rc;
}

static enum ak_rc write_all(const struct ak_bag *bag, int fd, enum ak_form form, int64_t mtime, const char *path,
			    struct ak_err *err)
{
	struct archive *a = archive_write_new();
	if (!a)
		ak_out_of_memory();
	enum ak_rc rc = AK_OK;
	if (configure(a, form) != ARCHIVE_OK || archive_write_open_fd(a, fd) != ARCHIVE_OK)
		rc = archive_fail(a, path, err);
	for (size_t i = 0; rc == AK_OK && i < ak_bag_count(bag); i++)
		rc = write_file(a, bag, i, mtime, path, err);
	if (rc == AK_OK && archive_write_close(a) != ARCHIVE_OK)
		rc = archive_fail(a, path, err);
	archive_write_free(a);
	return rc;
}

enum ak_rc ak_archive_write_fd(const struct ak_bag *bag, enum ak_form form, int fd, int64_t mtime, const char *path, struct ak_err *err)
{
	enum ak_rc rc = check_limits(bag, form, mtime, err);

	if (rc != AK_OK)
		return rc;
	return form == AK_FORM_ZIP ? ak_zip_write(bag, fd, mtime, path, err) : write_all(bag, fd, form, mtime, path, err);
}

enum ak_rc ak_archive_prepare(const struct ak_bag *bag, const char *path, int64_t mtime, bool replace, struct ak_fs_temp *t, struct ak_err *err)
{
	enum ak_form form;
	char *base;
	enum ak_rc rc = ak_archive_form(path, &form, &base, err);
	if (rc < 0)
		return rc;
	ak_free(base);
	if (form == AK_FORM_FOLDER)
		return check_limits(bag, form, mtime, err) == AK_OK ? ak_folder_prepare(bag, path, mtime, replace, t, err) : AK_FAIL;
	rc = ak_fs_temp_open(t, path, 0600, err);
	if (rc < 0)
		return rc;
	rc = ak_archive_write_fd(bag, form, t->fd, mtime, path, err);
	if (rc == AK_OK && fsync(t->fd) != 0 && errno != EINVAL)
		rc = ak_fail_sys(err, AK_EXIT_IO, errno, "cannot write '%s'", path);
	return rc;
}

enum ak_rc ak_archive_write(const struct ak_bag *bag, const char *path, int64_t mtime, bool replace, struct ak_err *err)
{
	struct ak_fs_temp t AK_CLEANUP(ak_fs_temp_release) = {-1, NULL, NULL};
	enum ak_rc rc = ak_archive_prepare(bag, path, mtime, replace, &t, err);

	return rc == AK_OK ? ak_fs_temp_commit(&t, replace, err) : rc;
}

const char *ak_archive_library(void) { return archive_version_string(); }
