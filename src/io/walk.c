#include "base/ak.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/fs.h"
#include "io/expand.h"
#include "io/stream.h"

#define WALK_DEPTH 64

static enum ak_rc folder_walk(struct ak_expansion *x, struct ak_export_info *e, const char *rel, int depth,
			      struct ak_err *err);

static const char *why_skip(const char *name, const struct stat *st, int depth)
{
	if (name[0] == '.')
		return "dot file";
	if (S_ISLNK(st->st_mode))
		return "symlink";
	if (S_ISDIR(st->st_mode))
		return depth >= WALK_DEPTH ? "too deep" : NULL;
	if (!S_ISREG(st->st_mode))
		return "not a regular file";
	return st->st_size == 0 ? "empty" : NULL;
}

/* One name of a folder; rel (taken over) is its path below the export. */
static enum ak_rc name_add(struct ak_expansion *x, struct ak_export_info *e, char *rel, const char *name, int depth,
			   struct ak_err *err)
{
	struct stat st;
	char *path = ak_fs_join(e->argument, rel);
	if (lstat(path, &st) != 0) {
		ak_expand_fail(rel, errno, err);
		ak_free(path);
		ak_free(rel);
		return AK_FAIL;
	}
	const char *why = why_skip(name, &st, depth);
	enum ak_rc rc = AK_OK;
	if (why) {
		ak_expand_skip(x, path, why);
		ak_free(rel);
		return rc;
	}
	ak_free(path);
	if (S_ISDIR(st.st_mode)) {
		rc = folder_walk(x, e, rel, depth + 1, err);
		ak_free(rel);
	} else {
		ak_expand_file(x, e, rel, &st);
	}
	return rc;
}

static enum ak_rc folder_walk(struct ak_expansion *x, struct ak_export_info *e, const char *rel, int depth,
			      struct ak_err *err)
{
	char *path AK_CLEANUP(ak_free_charp) = rel ? ak_fs_join(e->argument, rel) : ak_strdup(e->argument);
	char **names;
	size_t n;
	enum ak_rc rc = ak_fs_list(path, &names, &n, err);
	if (rc != AK_OK)
		return ak_expand_fail(path, err ? err->sys : 0, err);
	for (size_t i = 0; i < n && rc == AK_OK; i++) {
		char *below = rel ? ak_fs_join(rel, names[i]) : ak_strdup(names[i]);
		rc = name_add(x, e, below, names[i], depth, err);
	}
	ak_fs_list_free(names);
	return rc;
}

enum ak_rc ak_expand_walk(struct ak_expansion *x, struct ak_export_info *e, struct ak_err *err)
{
	size_t before = x->nfiles;
	enum ak_rc rc = folder_walk(x, e, NULL, 0, err);
	if (rc != AK_OK || x->nfiles > before)
		return rc;
	return ak_stream_fail(err, "not_found", "dot files, symlinks and empty files do not count",
			      "cannot read '%.*s': the folder holds no file to read", AK_STR_FMT(e->name));
}

/* Open the folder a path below a root stands in, component by component, so that a symlink put in the way later is
 * not followed. *leaf is the last component. */
static int parent_open(int root, const char *rel, const char **leaf)
{
	int fd = root;
	const char *slash;
	while (fd >= 0 && (slash = strchr(rel, '/'))) {
		char *part = ak_strndup(rel, (size_t)(slash - rel));
		int next = ak_fs_openat(fd, part, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
		ak_free(part);
		close(fd);
		fd = next;
		rel = slash + 1;
	}
	*leaf = rel;
	return fd;
}

/* What was a regular file when the arguments were looked at is none now, or cannot be opened. */
static enum ak_rc gone(struct ak_str name, struct ak_err *err)
{
	if (err && err->sys)
		return ak_expand_fail(name.p, err->sys, err);
	return ak_stream_fail(err, "not_regular", "run it again when nobody changes the files",
			      "cannot read '%.*s': it is no regular file any more", AK_STR_FMT(name));
}

enum ak_rc ak_expand_open(const struct ak_disk_file *f, int *fd, struct ak_err *err)
{
	const char *arg = f->export_->argument;
	if (!f->rel)
		return ak_fs_open_read(arg, fd, err) == AK_OK ? AK_OK : gone(f->export_->name, err);
	const char *leaf;
	struct stat st;
	int dir = parent_open(ak_fs_open(arg, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0), f->rel, &leaf);
	int got = dir < 0 ? -1 : ak_fs_openat(dir, leaf, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0);
	int errnum = errno;
	if (dir >= 0)
		close(dir);
	if (got < 0)
		return ak_expand_fail(f->rel, errnum, err);
	if (fstat(got, &st) != 0) {
		errnum = errno;
		close(got);
		return ak_expand_fail(f->rel, errnum, err);
	}
	if (!S_ISREG(st.st_mode)) {
		close(got);
		return gone(ak_str_of(f->rel), err);
	}
	*fd = got;
	return AK_OK;
}
