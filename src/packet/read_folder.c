#include "base/ak.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "packet/reader.h"

/* One open file; its size is asked before and compared at the end. */
struct source {
	struct ak_reader *r;
	int fd;
	uint64_t size, done;
};

static enum ak_rc walk(struct ak_reader *r, const char *folder, struct ak_str prefix);

static enum ak_rc pull(void *src, void *buf, size_t cap, size_t *n, struct ak_err *err)
{
	struct source *s = src;
	ssize_t got;
	do
		got = read(s->fd, buf, cap);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return ak_fail_sys(err, AK_EXIT_INPUT, errno, "cannot read '%s'", s->r->path);
	s->done += (uint64_t)got;
	if (got == 0 ? s->done != s->size : s->done > s->size)
		return ak_reader_refuse(s->r, "archive_damaged", "file changed while it was read");
	*n = (size_t)got;
	return ak_reader_count(s->r, *n);
}

static enum ak_rc read_one(struct ak_reader *r, const char *path, struct ak_str name)
{
	struct stat st;
	struct source s = {.r = r};
	enum ak_rc rc = ak_fs_open_read(path, &s.fd, r->err);
	if (rc < 0)
		return rc;
	if (fstat(s.fd, &st) != 0) {
		rc = ak_fail_sys(r->err, AK_EXIT_INPUT, errno, "cannot read '%s'", r->path);
	} else {
		s.size = (uint64_t)st.st_size;
		rc = ak_reader_file(r, name, pull, &s);
	}
	close(s.fd);
	return rc;
}

static enum ak_rc enter(struct ak_reader *r, const char *path, struct ak_str name)
{
	struct stat st;
	if (lstat(path, &st) != 0)
		return ak_fail_sys(r->err, AK_EXIT_INPUT, errno, "cannot read '%s'", r->path);
	bool folder = S_ISDIR(st.st_mode);
	enum ak_rc rc = ak_reader_next(r);
	if (rc == AK_OK)
		rc = ak_reader_name(r, name, folder);
	if (rc < 0)
		return rc;
	if (folder)
		return walk(r, path, name);
	if (!S_ISREG(st.st_mode))
		return ak_reader_refuse(r, "archive_type", "is a link, device or other special file");
	return read_one(r, path, name);
}

/* Depth is bounded by the length of a name, which is checked before going down. */
static enum ak_rc walk(struct ak_reader *r, const char *folder, struct ak_str prefix)
{
	char **names;
	size_t n;
	enum ak_rc rc = ak_fs_list(folder, &names, &n, r->err);
	if (rc < 0)
		return rc;
	struct ak_buf name;
	ak_buf_init(&name, 8192);
	for (size_t i = 0; rc == AK_OK && i < n; i++) {
		char *path = ak_fs_join(folder, names[i]);
		ak_buf_clear(&name);
		ak_buf_addstr(&name, prefix);
		if (prefix.n)
			ak_buf_addc(&name, '/');
		ak_buf_adds(&name, names[i]);
		rc = enter(r, path, ak_buf_str(&name));
		ak_free(path);
	}
	ak_buf_release(&name);
	ak_fs_list_free(names);
	return rc;
}

enum ak_rc ak_read_folder(struct ak_reader *r, const char *path)
{
	r->info.form = AK_FORM_FOLDER;
	return walk(r, path, (struct ak_str){0});
}
