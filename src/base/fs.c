#include "base/ak.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"

void ak_fs_harden(void)
{
	struct rlimit none = {0, 0};

	umask(077);
	/* Otherwise the workspace could be opened as descriptor 2 and messages be written into it. */
	/* Results that nobody could get are an error: what stands in for a closed standard output cannot be written. */
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == STDOUT_FILENO ? O_RDONLY : O_RDWR) != fd)
			_exit(AK_EXIT_LIMIT);
	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

int ak_fs_openat(int dir, const char *path, int flags, mode_t mode)
{
	int fd;

	do
		fd = openat(dir, path, flags, mode);
	while (fd < 0 && errno == EINTR);
	return fd;
}

int ak_fs_open(const char *path, int flags, mode_t mode) { return ak_fs_openat(AT_FDCWD, path, flags, mode); }

ssize_t ak_fs_pread(int fd, void *to, size_t n, off_t at)
{
	size_t done = 0;

	while (done < n) {
		ssize_t got = pread(fd, (char *)to + done, n - done, at + (off_t)done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

static const char *kind(mode_t mode)
{
	static const struct {
		mode_t type;
		const char *name;
	} kinds[] = {
		{S_IFIFO, "a named pipe"},   {S_IFCHR, "a character device"}, {S_IFDIR, "a folder"},
		{S_IFBLK, "a block device"}, {S_IFLNK, "a symbolic link"},    {S_IFSOCK, "a socket"},
	};

	for (size_t i = 0; i < AK_COUNT(kinds); i++)
		if ((mode & S_IFMT) == kinds[i].type)
			return kinds[i].name;
	return "not a regular file";
}

static enum ak_rc refuse_kind(const char *path, mode_t mode, struct ak_err *err)
{
	if (S_ISLNK(mode))
		ak_hint(err, "give the path of the file that the link points to");
	return ak_fail(err, AK_EXIT_INPUT, "cannot read '%s': it is %s", path, kind(mode));
}

enum ak_rc ak_fs_open_read(const char *path, int *fd, struct ak_err *err)
{
	int got = ak_fs_open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0), why = errno;
	struct stat st;

	if (got < 0) {
		if ((why == ELOOP || why == ENXIO) && lstat(path, &st) == 0 && !S_ISREG(st.st_mode))
			return refuse_kind(path, st.st_mode, err);
		return ak_fail_sys(err, AK_EXIT_INPUT, why, "cannot read '%s'", path);
	}
	if (fstat(got, &st) != 0) {
		ak_fail_sys(err, AK_EXIT_INPUT, errno, "cannot read '%s'", path);
		close(got);
		return AK_FAIL;
	}
	if (!S_ISREG(st.st_mode)) {
		close(got);
		return refuse_kind(path, st.st_mode, err);
	}
	*fd = got;
	return AK_OK;
}

static enum ak_rc too_large(const char *path, size_t max, struct ak_err *err)
{
	ak_hint(err, "is it the right file? `auditkit limits` prints the bounds");
	return ak_fail(err, AK_EXIT_INPUT, "cannot read '%s': larger than %zu bytes", path, max);
}

static ssize_t read_some(int fd, void *to, size_t n)
{
	ssize_t got;

	do
		got = read(fd, to, n);
	while (got < 0 && errno == EINTR);
	return got;
}

/* Append until the end of the file; `max` bytes are sure to fit. */
static enum ak_rc read_whole(int fd, const char *path, size_t max, struct ak_buf *out, struct ak_err *err)
{
	enum { CHUNK = 65536 };
	size_t total = 0;
	struct stat st;
	ssize_t n;
	char probe;

	if (fstat(fd, &st) == 0 && (uint64_t)st.st_size > max)
		return too_large(path, max, err);
	do {
		size_t room = max - total < CHUNK ? max - total : CHUNK;

		n = read_some(fd, room ? ak_buf_room(out, room) : &probe, room ? room : 1);
		if (n < 0)
			return ak_fail_sys(err, AK_EXIT_INPUT, errno, "cannot read '%s'", path);
		if (n > 0 && !room)
			return too_large(path, max, err);
		total += (size_t)n;
		out->n += (size_t)n;
	} while (n > 0);
	if (fstat(fd, &st) != 0)
		return ak_fail_sys(err, AK_EXIT_INPUT, errno, "cannot read '%s'", path);
	if ((uint64_t)st.st_size != total)
		return ak_fail(err, AK_EXIT_INPUT, "cannot read '%s': its size changed meanwhile", path);
	return AK_OK;
}

enum ak_rc ak_fs_slurp(const char *path, size_t max, struct ak_buf *out, struct ak_err *err)
{
	size_t before = out->n, room = out->max - out->n;
	enum ak_rc rc;
	int fd;

	rc = ak_fs_open_read(path, &fd, err);
	if (rc < 0)
		return rc;
	rc = read_whole(fd, path, max < room ? max : room, out, err);
	close(fd);
	if (rc < 0)
		out->n = before;
	return rc;
}

enum ak_rc ak_fs_write_all(int fd, const void *p, size_t n, const char *what, struct ak_err *err)
{
	const char *from = p;

	while (n) {
		ssize_t done = write(fd, from, n);

		if (done > 0) {
			from += done;
			n -= (size_t)done;
			continue;
		}
		if (done < 0 && errno == EAGAIN) {
			struct pollfd wait = {fd, POLLOUT, 0};

			poll(&wait, 1, -1);
			continue;
		}
		if (done < 0 && errno == EINTR)
			continue;
		return ak_fail_sys(err, AK_EXIT_IO, done ? errno : EIO, "cannot write '%s'", what);
	}
	return AK_OK;
}

bool ak_fs_absent(void)
{
	return errno == ENOENT || errno == ENOTDIR || errno == EACCES || errno == ELOOP || errno == ENAMETOOLONG;
}

bool ak_fs_exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 || !ak_fs_absent();
}

bool ak_fs_shut(const char *path)
{
	struct stat st;

	return lstat(path, &st) != 0 && errno == EACCES;
}

enum ak_rc ak_fs_look(const char *path, bool *there, struct ak_err *err)
{
	struct stat st;

	*there = lstat(path, &st) == 0;
	return *there || ak_fs_absent() ? AK_OK : ak_fail_sys(err, AK_EXIT_IO, errno, "cannot look for '%s'", path);
}

bool ak_fs_is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? S_ISDIR(st.st_mode) : !ak_fs_absent();
}

static enum ak_rc check_owner(const char *path, const struct stat *st, mode_t forbidden, struct ak_err *err)
{
	if (st->st_uid != geteuid() && st->st_uid != 0) {
		ak_hint(err, "chown it to the user who runs auditkit, after checking what it holds");
		return ak_fail(err, AK_EXIT_REFUSED, "cannot trust '%s', which belongs to another user", path);
	}
	if (st->st_mode & forbidden & (S_IWGRP | S_IWOTH)) {
		ak_hint(err, "chmod go-w it, after checking what others may have changed");
		return ak_fail(err, AK_EXIT_REFUSED, "cannot trust '%s', to which other users may write", path);
	}
	if (st->st_mode & forbidden) {
		ak_hint(err, "chmod go= it, and ask who may have read it");
		return ak_fail(err, AK_EXIT_REFUSED, "cannot trust '%s', which other users may read", path);
	}
	return AK_OK;
}

enum ak_rc ak_fs_check_private(const char *path, struct ak_err *err)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return ak_fail_sys(err, AK_EXIT_INPUT, errno, "cannot look at '%s'", path);
	return check_owner(path, &st, S_IWGRP | S_IWOTH, err);
}

static enum ak_rc check_file(const char *path, mode_t forbidden, struct ak_err *err)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return ak_fs_absent() ? AK_OK : ak_fail_sys(err, AK_EXIT_INPUT, errno, "cannot look at '%s'", path);
	if (!S_ISREG(st.st_mode)) {
		ak_hint(err, "put the file itself there");
		return ak_fail(err, AK_EXIT_REFUSED, "cannot trust '%s': it is %s", path, kind(st.st_mode));
	}
	return check_owner(path, &st, forbidden, err);
}

enum ak_rc ak_fs_check_private_file(const char *path, struct ak_err *err)
{
	return check_file(path, S_IWGRP | S_IWOTH, err);
}

enum ak_rc ak_fs_check_secret_file(const char *path, struct ak_err *err)
{
	return check_file(path, S_IRWXG | S_IRWXO, err);
}
