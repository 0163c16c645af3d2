#include "base/ak.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "packet/folder_write.h"

enum { CHUNK = 65536 };

static enum ak_rc copy_bytes(const struct ak_bag_file *f, int fd, const char *path, struct ak_err *err)
{
	char *chunk = ak_alloc(CHUNK);
	enum ak_rc rc = AK_OK;
	size_t n = 1;
	for (uint64_t at = 0; rc == AK_OK && n > 0; at += n) {
		rc = ak_bag_file_read(f, at, chunk, CHUNK, &n, err);
		if (rc == AK_OK)
			rc = ak_fs_write_all(fd, chunk, n, path, err);
	}
	ak_free(chunk);
	return rc;
}

static enum ak_rc write_file(const struct ak_bag_file *f, const char *path, int64_t mtime, struct ak_err *err)
{
	struct timespec when[2] = {{.tv_sec = (time_t)mtime}, {.tv_sec = (time_t)mtime}};
	int fd = ak_fs_open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return ak_fail_sys(err, AK_EXIT_IO, errno, "cannot create '%s'", path);
	enum ak_rc rc = copy_bytes(f, fd, path, err);
	if (rc == AK_OK && (futimens(fd, when) != 0 || fsync(fd) != 0))
		rc = ak_fail_sys(err, AK_EXIT_IO, errno, "cannot write '%s'", path);
	if (close(fd) != 0 && rc == AK_OK)
		rc = ak_fail_sys(err, AK_EXIT_IO, errno, "cannot write '%s'", path);
	return rc;
}

static enum ak_rc sync_folder(const char *path, struct ak_err *err)
{
	int fd = ak_fs_open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	if (fd < 0 || fsync(fd) != 0) {
		ak_fail_sys(err, AK_EXIT_IO, errno, "cannot write '%s'", path);
		if (fd >= 0)
			close(fd);
		return AK_FAIL;
	}
	close(fd);
	return AK_OK;
}

static enum ak_rc write_files(const struct ak_bag *bag, const char *folder, int64_t mtime, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;
	for (size_t i = 0; rc == AK_OK && i < ak_bag_count(bag); i++) {
		const struct ak_bag_file *f = ak_bag_at(bag, i);
		char *path = ak_fs_join(folder, ak_bag_file_path(f)), *parent = ak_fs_dir(path);
		rc = ak_fs_mkdirs(parent, 0755, err);
		if (rc == AK_OK)
			rc = write_file(f, path, mtime, err);
		if (rc == AK_OK)
			rc = sync_folder(parent, err);
		ak_free(parent);
		ak_free(path);
	}
	return rc;
}

/* Only a bag may be replaced. */
static enum ak_rc check_target(const char *path, bool replace, struct ak_err *err)
{
	bool there;
	enum ak_rc rc = ak_fs_look(path, &there, err);
	if (rc != AK_OK || !there)
		return rc;
	if (!replace) {
		ak_fail(err, AK_EXIT_USAGE, "'%s' exists", path);
		ak_hint(err, "use --force to replace it");
		return AK_FAIL;
	}
	char *mark = ak_fs_join(path, "bagit.txt");
	rc = ak_fs_look(mark, &there, err);
	ak_free(mark);
	if (rc != AK_OK)
		return rc;
	return there && ak_fs_is_dir(path) ? AK_OK : ak_fail(err, AK_EXIT_USAGE, "'%s' is not a packet and is not replaced", path);
}

enum ak_rc ak_folder_prepare(const struct ak_bag *bag, const char *path, int64_t mtime, bool replace, struct ak_fs_temp *t, struct ak_err *err)
{
	size_t n = strlen(path);
	while (n > 1 && path[n - 1] == '/')
		n--;
	if (!ak_fs_base(path).n)
		return ak_fail(err, AK_EXIT_USAGE, "'%s' is not a name for a packet", path);
	char *target AK_CLEANUP(ak_free_charp) = ak_strndup(path, n);
	enum ak_rc rc = check_target(target, replace, err);
	if (rc == AK_OK)
		rc = ak_fs_temp_mkdir(t, target, 0700, err);
	if (rc == AK_OK)
		rc = write_files(bag, t->path, mtime, err);
	if (rc == AK_OK && fchmod(t->fd, 0755) != 0)
		rc = ak_fail_sys(err, AK_EXIT_IO, errno, "cannot create '%s'", target);
	return rc;
}
