#include "base/ak.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "io/la.h"

enum { BLOCK = 65536 };

void ak_la_init(struct ak_la *l)
{
	*l = (struct ak_la){.a = archive_read_new(), .e = archive_entry_new(), .fd = -1};
	if (!l->a || !l->e)
		ak_out_of_memory();
}

void ak_la_release(struct ak_la *l)
{
	archive_read_free(l->a);
	archive_entry_free(l->e);
	ak_free(l->block);
	*l = (struct ak_la){.fd = -1};
}

int ak_la_open(struct ak_la *l, void *ctx, archive_read_callback *read, archive_seek_callback *seek)
{
	if (archive_read_set_read_callback(l->a, read) != ARCHIVE_OK ||
	    archive_read_set_seek_callback(l->a, seek) != ARCHIVE_OK ||
	    archive_read_set_callback_data(l->a, ctx) != ARCHIVE_OK)
		ak_out_of_memory();
	int rc = archive_read_open1(l->a);
	if (rc != ARCHIVE_OK && archive_errno(l->a) == 0)
		ak_out_of_memory();
	return rc;
}

static la_ssize_t fd_read(struct archive *a, void *ctx, const void **buf)
{
	struct ak_la *l = ctx;
	ssize_t n = ak_fs_pread(l->fd, l->block, BLOCK, l->at);
	if (n < 0) {
		l->fault = errno;
		archive_set_error(a, l->fault, "cannot read");
		return -1;
	}
	*buf = l->block;
	l->at += n;
	return n;
}

static la_int64_t fd_seek(struct archive *a, void *ctx, la_int64_t to, int from)
{
	struct ak_la *l = ctx;
	struct stat st;
	if (from == SEEK_END && fstat(l->fd, &st) != 0) {
		l->fault = errno;
		archive_set_error(a, l->fault, "cannot read");
		return ARCHIVE_FATAL;
	}
	l->at = to + (from == SEEK_END ? st.st_size : from == SEEK_CUR ? l->at : 0);
	return l->at;
}

int ak_la_open_fd(struct ak_la *l, int fd)
{
	l->fd = fd;
	l->block = ak_alloc(BLOCK);
	return ak_la_open(l, l, fd_read, fd_seek);
}

int ak_la_errno(const struct ak_la *l)
{
	return l->fault ? l->fault : archive_errno(l->a);
}
