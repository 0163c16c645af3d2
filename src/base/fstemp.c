#include "base/ak.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/fs.h"

enum {
	TRIES = 16,
	SUFFIX_BYTES = 6,
	MOST_NAME = 200 /* of the target's name within the temporary one, which may have 255 bytes */
};

static char *temp_name(const char *target)
{
	struct ak_str base = ak_fs_base(target);
	char name[MOST_NAME + 32], suffix[2 * SUFFIX_BYTES + 1];
	char *dir AK_CLEANUP(ak_free_charp) = ak_fs_dir(target);
	uint8_t random[SUFFIX_BYTES];

	ak_random(random, sizeof(random));
	ak_hex(random, sizeof(random), suffix);
	if (base.n > MOST_NAME)
		base.n = MOST_NAME;
	snprintf(name, sizeof(name), ".%.*s.tmp%s", AK_STR_FMT(base), suffix);
	return ak_fs_join(dir, name);
}

enum ak_rc ak_fs_temp_open(struct ak_fs_temp *t, const char *target, mode_t mode, struct ak_err *err)
{
	for (int i = 0; i < TRIES; i++) {
		char *path = temp_name(target);
		int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);

		if (fd >= 0) {
			*t = (struct ak_fs_temp){fd, path, ak_strdup(target)};
			return AK_OK;
		}
		ak_free(path);
		if (errno != EEXIST)
			break;
	}
	return ak_fail_sys(err, AK_EXIT_IO, errno, "cannot create '%s'", target);
}

/* Give the file its name unless that is taken; 0 or an errno. */
static int rename_new(const char *from, const char *to)
{
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return errno;
	/* The file system has no such rename; a link does not replace either. */
	if (link(from, to) != 0)
		return errno;
	return unlink(from) == 0 ? 0 : errno;
}

static enum ak_rc sync_folder(const char *target, struct ak_err *err)
{
	char *dir AK_CLEANUP(ak_free_charp) = ak_fs_dir(target);
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int why = fd < 0 ? errno : 0;

	/* EINVAL: a file system where folders cannot be synced. */
	if (fd >= 0 && fsync(fd) != 0 && errno != EINVAL)
		why = errno;
	if (fd >= 0)
		close(fd);
	return why ? ak_fail_sys(err, AK_EXIT_IO, why, "cannot sync folder '%s'", dir) : AK_OK;
}

enum ak_rc ak_fs_rename(const char *from, const char *to, struct ak_err *err)
{
	int why = rename_new(from, to);

	return why ? ak_fail_sys(err, AK_EXIT_IO, why, "cannot write '%s'", to) : sync_folder(to, err);
}

/* Nothing to remove any more. */
static void forget(struct ak_fs_temp *t)
{
	ak_free(t->path);
	ak_free(t->target);
	*t = (struct ak_fs_temp){-1, NULL, NULL};
}

enum ak_rc ak_fs_temp_commit(struct ak_fs_temp *t, bool replace, struct ak_err *err)
{
	enum ak_rc rc;
	int why, fd = t->fd;

	if (fsync(fd) != 0)
		return ak_fail_sys(err, AK_EXIT_IO, errno, "cannot write '%s'", t->target);
	t->fd = -1;
	if (close(fd) != 0)
		return ak_fail_sys(err, AK_EXIT_IO, errno, "cannot write '%s'", t->target);
	why = !replace ? rename_new(t->path, t->target) : rename(t->path, t->target) ? errno : 0;
	if (why == EEXIST) {
		ak_hint(err, "use --force to replace it");
		return ak_fail(err, AK_EXIT_USAGE, "cannot write '%s': it exists already", t->target);
	}
	if (why)
		return ak_fail_sys(err, AK_EXIT_IO, why, "cannot write '%s'", t->target);
	rc = sync_folder(t->target, err);
	forget(t);
	return rc;
}

void ak_fs_temp_release(struct ak_fs_temp *t)
{
	if (!t->path)
		return;
	if (t->fd >= 0)
		close(t->fd);
	unlink(t->path);
	forget(t);
}

enum ak_rc ak_fs_write_file(const char *path, struct ak_str content, mode_t mode, bool replace, struct ak_err *err)
{
	struct ak_fs_temp t AK_CLEANUP(ak_fs_temp_release) = {-1, NULL, NULL};
	enum ak_rc rc = ak_fs_temp_open(&t, path, mode, err);

	if (rc == AK_OK)
		rc = ak_fs_write_all(t.fd, content.p, content.n, path, err);
	if (rc == AK_OK)
		rc = ak_fs_temp_commit(&t, replace, err);
	return rc;
}
