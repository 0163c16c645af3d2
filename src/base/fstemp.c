#include "base/ak.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/fs.h"

enum {
	TRIES = 16,
	SUFFIX_BYTES = 6,
	MOST_NAME = 200 /* of the target's name within the temporary one, which may have 255 bytes */
};

/* ".NAME.tmp": what the names of all temporary files of a target begin with. */
static struct ak_str prefix_of(const char *target, char out[MOST_NAME + 8])
{
	struct ak_str base = ak_fs_base(target);

	if (base.n > MOST_NAME)
		base.n = MOST_NAME;
	return ak_str_n(out, (size_t)snprintf(out, MOST_NAME + 8, ".%.*s.tmp", AK_STR_FMT(base)));
}

static char *temp_name(const char *target)
{
	char name[MOST_NAME + 32], suffix[2 * SUFFIX_BYTES + 1], prefix[MOST_NAME + 8];
	char *dir AK_CLEANUP(ak_free_charp) = ak_fs_dir(target);
	uint8_t random[SUFFIX_BYTES];

	ak_random(random, sizeof(random));
	ak_hex(random, sizeof(random), suffix);
	snprintf(name, sizeof(name), "%.*s%s", AK_STR_FMT(prefix_of(target, prefix)), suffix);
	return ak_fs_join(dir, name);
}

static bool is_temp_name(struct ak_str name, struct ak_str prefix)
{
	if (!ak_str_starts(name, prefix) || name.n != prefix.n + 2 * SUFFIX_BYTES)
		return false;
	for (size_t i = prefix.n; i < name.n; i++)
		if (!ak_is_hex((unsigned char)name.p[i]))
			return false;
	return true;
}

/* Whoever is still writing it holds its lock. */
static void remove_unused(const char *path)
{
	int fd = ak_fs_open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0);

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		ak_fs_remove_tree(path, NULL);
	if (fd >= 0)
		close(fd);
}

/* What a crash left of earlier tries. That it cannot be looked at is no reason to fail. */
static void sweep(const char *target)
{
	char *dir AK_CLEANUP(ak_free_charp) = ak_fs_dir(target), buf[MOST_NAME + 8], **names;
	struct ak_str prefix = prefix_of(target, buf);
	size_t n;

	if (ak_fs_list(dir, &names, &n, NULL) != AK_OK)
		return;
	for (size_t i = 0; i < n; i++) {
		char *path AK_CLEANUP(ak_free_charp) = ak_fs_join(dir, names[i]);

		if (is_temp_name(ak_str_of(names[i]), prefix))
			remove_unused(path);
	}
	ak_fs_list_free(names);
}

static int create(const char *path, mode_t mode, bool folder)
{
	if (!folder)
		return ak_fs_open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	return mkdir(path, mode) == 0 ? ak_fs_open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0) : -1;
}

/* False: another process swept it away between creation and here. Where there are no locks nobody sweeps. */
static bool hold(int fd)
{
	struct stat st;

	if (flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
		return false;
	return fstat(fd, &st) == 0 && st.st_nlink > 0;
}

static enum ak_rc open_temp(struct ak_fs_temp *t, const char *target, mode_t mode, bool folder, struct ak_err *err)
{
	int why = EEXIST;

	sweep(target);
	for (int i = 0; i < TRIES && why == EEXIST; i++) {
		char *path = temp_name(target);
		int fd = create(path, mode, folder);

		why = fd < 0 ? errno : EEXIST;
		if (fd >= 0 && hold(fd)) {
			*t = (struct ak_fs_temp){fd, path, ak_strdup(target)};
			return AK_OK;
		}
		if (fd >= 0) {
			close(fd);
			ak_fs_remove_tree(path, NULL);
		}
		ak_free(path);
	}
	return ak_fail_sys(err, AK_EXIT_IO, why, "cannot create '%s'", target);
}

enum ak_rc ak_fs_temp_open(struct ak_fs_temp *t, const char *target, mode_t mode, struct ak_err *err)
{
	return open_temp(t, target, mode, false, err);
}

enum ak_rc ak_fs_temp_mkdir(struct ak_fs_temp *t, const char *target, mode_t mode, struct ak_err *err)
{
	return open_temp(t, target, mode, true, err);
}

/* Give the file its name unless that is taken; 0 or an errno. */
static int rename_new(const char *from, const char *to)
{
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return errno;
	/* The file system has no such rename; a link does not replace either, nor does renaming a folder onto a file or
	 * onto a folder that holds something. */
	if (link(from, to) != 0)
		return errno != EPERM || rename(from, to) != 0 ? errno : 0;
	return unlink(from) == 0 ? 0 : errno;
}

static enum ak_rc sync_folder(const char *target, struct ak_err *err)
{
	char *dir AK_CLEANUP(ak_free_charp) = ak_fs_dir(target);
	int fd = ak_fs_open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
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

/* A folder cannot be renamed over one that holds something: they change places, and the old one goes. */
static int replace_folder(const char *from, const char *to)
{
	char *aside AK_CLEANUP(ak_free_charp) = temp_name(to);
	const char *old = from;

	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_EXCHANGE) != 0) {
		if (errno != EINVAL && errno != ENOSYS)
			return errno;
		/* The file system cannot exchange: for a moment there is neither. */
		old = aside;
		if (rename(to, aside) != 0)
			return errno;
		if (rename(from, to) != 0) {
			int why = errno;

			return rename(aside, to) == 0 ? why : errno;
		}
	}
	ak_fs_remove_tree(old, NULL); /* if not now, then by the next sweep */
	return 0;
}

static int move_in(const struct ak_fs_temp *t, bool replace, bool folder)
{
	int why;

	if (replace && !folder)
		return rename(t->path, t->target) == 0 ? 0 : errno;
	why = rename_new(t->path, t->target);
	return why == EEXIST && replace ? replace_folder(t->path, t->target) : why;
}

static enum ak_rc is_taken(const char *target, struct ak_err *err)
{
	ak_hint(err, "use --force to replace it");
	return ak_fail(err, AK_EXIT_USAGE, "cannot write '%s': it exists already", target);
}

enum ak_rc ak_fs_temp_allowed(const struct ak_fs_temp *t, bool replace, struct ak_err *err)
{
	struct stat st;

	if (lstat(t->target, &st) != 0)
		return AK_OK;
	if (!replace)
		return is_taken(t->target, err);
	if (S_ISREG(st.st_mode) || S_ISLNK(st.st_mode))
		return AK_OK;
	ak_hint(err, "name a file, or leave the option out for standard output");
	return ak_fail(err, AK_EXIT_USAGE, "cannot write '%s': it is no file", t->target);
}

enum ak_rc ak_fs_temp_commit(struct ak_fs_temp *t, bool replace, struct ak_err *err)
{
	struct stat st;
	enum ak_rc rc;
	int why = fstat(t->fd, &st) == 0 ? 0 : errno;
	bool folder = !why && S_ISDIR(st.st_mode);

	/* A device or pipe of that name is nothing to be replaced. */
	if (!why && replace && lstat(t->target, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode) && !S_ISLNK(st.st_mode)) {
		ak_hint(err, "name a file, or leave the option out for standard output");
		return ak_fail(err, AK_EXIT_USAGE, "cannot write '%s': it is no file", t->target);
	}
	if (!why && fsync(t->fd) != 0 && !(folder && errno == EINVAL))
		why = errno;
	/* Still open, so that its lock is held until it has its name; after fsync close has nothing to report. */
	if (!why)
		why = move_in(t, replace, folder);
	if (why == EEXIST)
		return is_taken(t->target, err);
	if (why)
		return ak_fail_sys(err, AK_EXIT_IO, why, "cannot write '%s'", t->target);
	close(t->fd);
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
	ak_fs_remove_tree(t->path, NULL);
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

enum ak_rc ak_fs_write_missing(const char *path, struct ak_str content, mode_t mode, struct ak_err *err)
{
	struct ak_err why = {0};
	enum ak_rc rc = ak_fs_write_file(path, content, mode, false, &why);

	if (rc != AK_OK && why.exit == AK_EXIT_USAGE) /* not asked beforehand: a look that fails would decide */
		return AK_OK;
	if (rc != AK_OK && err)
		*err = why;
	return rc;
}
