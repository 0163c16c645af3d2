#include "base/ak.h"

#include <errno.h>

#include "io/la.h"
#include "io/stream.h"

static la_ssize_t feed_read(struct archive *a, void *ctx, const void **buf)
{
	struct ak_feed *f = ctx;
	size_t keep = f->last_n < sizeof(f->before) ? f->last_n : sizeof(f->before);
	if (keep)
		memcpy(f->before + sizeof(f->before) - keep, f->last + f->last_n - keep, keep);
	enum ak_rc rc = ak_stream_fill(f->up, NULL);
	if (rc == AK_FAIL) {
		archive_set_error(a, EIO, "the stream above failed");
		return -1;
	}
	f->starved = rc == AK_END;
	if (f->starved)
		return 0;
	*buf = f->last = f->up->p;
	f->last_n = f->up->n;
	f->fed += f->up->n;
	f->up->n = 0;
	return (la_ssize_t)f->last_n;
}

enum ak_rc ak_feed_open(struct ak_feed *f, struct ak_la *l, struct ak_err *err)
{
	f->a = l->a;
	if (ak_la_open(l, f, feed_read, NULL) == ARCHIVE_OK)
		return AK_OK;
	return ak_feed_fail(f, f->up->name, err);
}

enum ak_rc ak_feed_fail(const struct ak_feed *f, const char *name, struct ak_err *err)
{
	if (f->up->failed && f->up->n == 0) {
		if (err)
			*err = f->up->fault;
		return AK_FAIL;
	}
	if (archive_errno(f->a) == ENOMEM)
		return ak_stream_fail(err, "memory", "unpack it and give the files", "cannot read '%s' to its end: out of memory", name);
	return ak_stream_fail(err, f->starved ? "stream_truncated" : "stream_corrupt",
			      "the export or transfer may have been cut off: take it again; what is readable was read",
			      "cannot read '%s' to its end: %s", name,
			      f->starved ? "it ends too early" : "it is damaged");
}

/* The blocks that archive_read_data is made of: it forgets what it has copied when the next block fails. */
static enum ak_rc block_next(struct ak_feed *f, struct archive *a, const char *name, struct ak_err *err)
{
	const void *p = NULL;
	la_int64_t offset = 0;
	int got = f->spoilt ? ARCHIVE_FAILED : archive_read_data_block(a, &p, &f->block_n, &offset);
	f->block = p;
	/* A wrong zip checksum comes with the last bytes. */
	f->spoilt = got == ARCHIVE_WARN;
	if (got == ARCHIVE_EOF || !p)
		f->block_n = 0;
	if (got != ARCHIVE_EOF && got != ARCHIVE_OK && got != ARCHIVE_WARN)
		return ak_feed_fail(f, name, err);
	if (f->block_n && (uint64_t)offset != f->at)
		return ak_stream_fail(err, "member_sparse", "pack it again without --sparse",
				      "cannot read '%s': it is a sparse file", name);
	f->at += f->block_n;
	return got == ARCHIVE_EOF ? AK_END : AK_OK;
}

enum ak_rc ak_feed_pull(struct ak_feed *f, struct archive *a, struct ak_stream *s, uint8_t *buf, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;
	size_t n = 0;
	while (n < AK_STREAM_BLOCK && rc == AK_OK) {
		if (!f->block_n)
			rc = block_next(f, a, s->name, err);
		if (rc != AK_OK)
			break;
		size_t take = f->block_n < AK_STREAM_BLOCK - n ? f->block_n : AK_STREAM_BLOCK - n;
		if (take)
			memcpy(buf + n, f->block, take);
		f->block += take;
		f->block_n -= take;
		n += take;
	}
	s->p = buf;
	s->n = n;
	return rc;
}
