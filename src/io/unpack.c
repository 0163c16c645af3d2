#include "base/ak.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>

#include "io/stream.h"

static la_ssize_t feed_read(struct archive *a, void *ctx, const void **buf)
{
	struct ak_feed *f = ctx;
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

enum ak_rc ak_feed_open(struct ak_feed *f, struct archive *a, struct ak_err *err)
{
	f->a = a;
	if (archive_read_open2(a, f, NULL, feed_read, NULL, NULL) == ARCHIVE_OK)
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

enum ak_rc ak_feed_pull(struct ak_feed *f, struct archive *a, struct ak_stream *s, uint8_t *buf, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;
	size_t n = 0;
	while (n < AK_STREAM_BLOCK && rc == AK_OK) {
		la_ssize_t got = archive_read_data(a, buf + n, AK_STREAM_BLOCK - n);
		if (got > 0)
			n += (size_t)got;
		else
			/* Also ARCHIVE_WARN: that is how a wrong zip checksum is told. */
			rc = got == 0 ? AK_END : ak_feed_fail(f, s->name, err);
	}
	s->p = buf;
	s->n = n;
	return rc;
}

/* One compressed stream, decoded by a libarchive filter under its `raw` format. */
struct filter {
	struct ak_stream s;
	struct ak_feed feed;
	struct archive *a;
	bool begun;
	uint8_t buf[AK_STREAM_BLOCK];
};

static enum ak_rc filter_pull(struct ak_stream *s, struct ak_err *err)
{
	struct filter *f = (struct filter *)s;
	struct archive_entry *entry;
	if (!f->begun) {
		f->begun = true;
		enum ak_rc rc = ak_feed_open(&f->feed, f->a, err);
		if (rc != AK_OK)
			return rc;
		int got = archive_read_next_header(f->a, &entry);
		if (got == ARCHIVE_EOF)
			return AK_END;
		if (got != ARCHIVE_OK)
			return ak_feed_fail(&f->feed, s->name, err);
	}
	return ak_feed_pull(&f->feed, f->a, s, f->buf, err);
}

static void filter_close(struct ak_stream *s)
{
	struct filter *f = (struct filter *)s;
	archive_read_free(f->a);
	ak_free(f);
}

static const struct ak_stream_ops filter_ops = {filter_pull, filter_close};

enum ak_rc ak_filter_open(struct ak_stream *up, const char *codec, struct ak_stream **out, struct ak_err *err)
{
	struct archive *a = archive_read_new();
	if (!a)
		ak_out_of_memory();
	bool zstd = strcmp(codec, "zstd") == 0;
	if ((zstd ? archive_read_support_filter_zstd(a) : archive_read_support_filter_xz(a)) != ARCHIVE_OK) {
		if (archive_errno(a) == ENOMEM)
			ak_out_of_memory();
		archive_read_free(a);
		ak_fail(err, AK_EXIT_INPUT, "cannot read '%s': libarchive was built without %s", up->name, codec);
		ak_hint(err, "decompress it first, or compress it with gzip");
		return AK_FAIL;
	}
	if (archive_read_support_format_raw(a) != ARCHIVE_OK)
		ak_out_of_memory();
	struct filter *f = ak_alloc(sizeof(*f));
	ak_stream_init(&f->s, &filter_ops, up);
	f->feed = (struct ak_feed){.up = up};
	f->a = a;
	f->begun = false;
	*out = &f->s;
	return AK_OK;
}
