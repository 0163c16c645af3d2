#include "base/ak.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fs.h"
#include "packet/spool.h"

enum { IN_MEMORY = 1 << 20 };

void ak_spool_init(struct ak_spool *s, const char *folder)
{
	*s = (struct ak_spool){.folder = folder, .fd = -1};
	ak_buf_init(&s->mem, IN_MEMORY);
}

void ak_spool_release(struct ak_spool *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	ak_buf_release(&s->mem);
}

enum ak_rc ak_spool_nameless(const char *folder, int *fd, struct ak_err *err)
{
	*fd = ak_fs_open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (*fd < 0) {
		char *name = ak_fs_join(folder, "spool-XXXXXX");
		*fd = mkostemp(name, O_CLOEXEC);
		if (*fd >= 0)
			unlink(name);
		ak_free(name);
	}
	if (*fd < 0)
		return ak_fail_sys(err, AK_EXIT_IO, errno, "cannot make a temporary file in '%s'", folder);
	return AK_OK;
}

enum ak_rc ak_spool_add(struct ak_spool *s, struct ak_str bytes, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;
	if (s->fd < 0 && s->mem.n + bytes.n > IN_MEMORY) {
		rc = ak_spool_nameless(s->folder, &s->fd, err);
		if (rc == AK_OK)
			rc = ak_fs_write_all(s->fd, s->mem.p, s->mem.n, "temporary file", err);
		ak_buf_release(&s->mem);
	}
	if (rc == AK_OK && s->fd >= 0)
		rc = ak_fs_write_all(s->fd, bytes.p, bytes.n, "temporary file", err);
	else if (rc == AK_OK)
		ak_buf_addstr(&s->mem, bytes);
	if (rc == AK_OK)
		s->size += bytes.n;
	return rc;
}

enum ak_rc ak_spool_read(const struct ak_spool *s, uint64_t offset, void *buf, size_t cap, size_t *n,
			 struct ak_err *err)
{
	uint64_t left = offset < s->size ? s->size - offset : 0;
	size_t want = left < cap ? (size_t)left : cap;
	if (s->fd < 0) {
		if (want)
			memcpy(buf, s->mem.p + offset, want);
		*n = want;
		return AK_OK;
	}
	ssize_t got = ak_fs_pread(s->fd, buf, want, (off_t)offset);
	if (got < 0 || (got == 0 && want))
		return ak_fail_sys(err, AK_EXIT_IO, got < 0 ? errno : EIO, "cannot read a temporary file back");
	*n = (size_t)got;
	return AK_OK;
}
