#include "base/ak.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "io/stream.h"

/* A chunk is hashed when the next one is asked for: by then its head has been sniffed and `hashing` is settled. */
static void chunk_hash(struct ak_disk *d)
{
	if (d->hashing && d->pending)
		ak_sha256_add(d->hash, d->buf, d->pending);
	d->pending = 0;
}

/* One read that waits where a terminal or pipe was set to non-blocking. */
static ssize_t read_some(int fd, uint8_t *p, size_t n)
{
	for (;;) {
		ssize_t got = read(fd, p, n);
		if (got >= 0 || (errno != EINTR && errno != EAGAIN))
			return got;
		struct pollfd wait = {.fd = fd, .events = POLLIN};
		if (errno == EAGAIN && poll(&wait, 1, -1) < 0 && errno != EINTR)
			return -1;
	}
}

static ssize_t read_held(struct ak_disk *d, uint8_t *p, size_t n)
{
	size_t take = d->held.n < n ? d->held.n : n;

	if (take)
		memcpy(p, d->held.p, take);
	d->held = ak_str_n(d->held.p + take, d->held.n - take);
	return (ssize_t)take;
}

static enum ak_rc disk_pull(struct ak_stream *s, struct ak_err *err)
{
	struct ak_disk *d = (struct ak_disk *)s;
	chunk_hash(d);
	s->p = d->buf;
	ssize_t got = 1;
	/* Pipes give little at a time: enough for the head at least. */
	while (d->pending < AK_STREAM_HEAD && got > 0) {
		got = d->fd < 0 ? read_held(d, d->buf + d->pending, AK_STREAM_BUFFER - d->pending)
				: read_some(d->fd, d->buf + d->pending, AK_STREAM_BUFFER - d->pending);
		if (got > 0)
			d->pending += (size_t)got;
	}
	s->n = d->pending;
	d->bytes += s->n;
	if (got > 0)
		return AK_OK;
	if (got == 0)
		return AK_END;
	ak_hint(err, "give a file or a stream that can be read, or look at its disk");
	ak_fail_sys(err, AK_EXIT_IO, errno, "cannot read '%s'", s->name);
	memcpy(err->reason, "read_error", sizeof("read_error"));
	return AK_FAIL;
}

static void disk_close(struct ak_stream *s)
{
	struct ak_disk *d = (struct ak_disk *)s;
	if (d->fd > 0)
		close(d->fd);
	d->fd = -1;
}

static const struct ak_stream_ops disk_ops = {disk_pull, disk_close};

void ak_disk_init(struct ak_disk *d)
{
	*d = (struct ak_disk){.fd = -1, .buf = ak_alloc(AK_STREAM_BUFFER), .hash = ak_sha256_new()};
}

void ak_disk_start(struct ak_disk *d, int fd, const char *name)
{
	ak_stream_close(d->s.ops ? &d->s : NULL);
	ak_stream_init(&d->s, &disk_ops, NULL);
	d->s.name = name;
	d->s.given_bytes = &d->bytes;
	d->fd = fd;
	d->hashing = true;
	d->bytes = 0;
	d->pending = 0;
	ak_sha256_start(d->hash);
}

void ak_disk_start_held(struct ak_disk *d, struct ak_str bytes, const char *name)
{
	ak_disk_start(d, -1, name);
	d->held = bytes;
}

enum ak_rc ak_disk_finish(struct ak_disk *d, uint8_t digest[AK_SHA256_LEN], struct ak_err *err)
{
	enum ak_rc rc = ak_stream_drain(&d->s, NULL, err);
	if (rc == AK_FAIL)
		return rc;
	chunk_hash(d);
	ak_sha256_end(d->hash, digest);
	return AK_OK;
}

void ak_disk_stop(struct ak_disk *d)
{
	ak_stream_close(d->s.ops ? &d->s : NULL);
}

void ak_disk_release(struct ak_disk *d)
{
	ak_disk_stop(d);
	ak_sha256_free(d->hash);
	ak_free(d->buf);
	*d = (struct ak_disk){.fd = -1};
}
