#include "base/ak.h"

#include <zlib.h>

#include "io/stream.h"

/* RFC 1952. Decoded with zlib itself: libarchive's filter drops up to 64 KiB of good bytes before a truncation and
 * passes over foreign bytes after the last member in silence. */
struct gzip {
	struct ak_stream s;
	z_stream z;
	bool between; /* at a member's end, where a further member or the end of the file may come */
	uint8_t out[AK_STREAM_BLOCK];
};

static enum ak_rc fault(struct gzip *g, struct ak_err *err, const char *what, const char *hint, const char *reason)
{
	return ak_stream_fail(err, reason, hint, "cannot read '%s' to its end: %s", g->s.name, what);
}

/* Padding of NUL bytes after the last member is what tapes and some writers leave; anything else is lost evidence. */
static enum ak_rc tail_check(struct gzip *g, struct ak_err *err)
{
	bool nonzero;
	enum ak_rc rc = ak_stream_drain(g->s.up, &nonzero, err);
	if (rc == AK_FAIL || !nonzero)
		return rc;
	return fault(g, err, "foreign bytes follow the gzip stream",
		     "cut the file after its gzip stream, or export again", "stream_trailing_data");
}

/* At a member's end: AK_OK when another one follows (log rotation appends them). */
static enum ak_rc member_begin(struct gzip *g, struct ak_err *err)
{
	enum ak_rc rc = ak_stream_fill(g->s.up, err);
	if (rc != AK_OK)
		return rc;
	if (g->s.up->p[0] != 0x1f)
		return tail_check(g, err);
	inflateReset(&g->z);
	g->between = false;
	return AK_OK;
}

static enum ak_rc inflate_step(struct gzip *g, struct ak_err *err)
{
	struct ak_stream *up = g->s.up;
	enum ak_rc rc = ak_stream_fill(up, err);
	if (rc == AK_END)
		return fault(g, err, "the gzip stream ends too early",
			     "the export or transfer was cut off: take it again; what is readable was read",
			     "stream_truncated");
	if (rc != AK_OK)
		return rc;
	g->z.next_in = (Bytef *)(uintptr_t)up->p;
	g->z.avail_in = (uInt)up->n;
	int zr = inflate(&g->z, Z_NO_FLUSH);
	up->p = g->z.next_in;
	up->n = g->z.avail_in;
	if (zr == Z_STREAM_END)
		g->between = true;
	else if (zr != Z_OK && zr != Z_BUF_ERROR)
		return fault(g, err, "the gzip stream is damaged", "take the export again; what is readable was read",
			     "stream_corrupt");
	return AK_OK;
}

static enum ak_rc gzip_pull(struct ak_stream *s, struct ak_err *err)
{
	struct gzip *g = (struct gzip *)s;
	enum ak_rc rc = AK_OK;
	g->z.next_out = g->out;
	g->z.avail_out = sizeof(g->out);
	while (g->z.avail_out && rc == AK_OK)
		rc = g->between ? member_begin(g, err) : inflate_step(g, err);
	s->p = g->out;
	s->n = sizeof(g->out) - g->z.avail_out;
	return rc;
}

static void gzip_close(struct ak_stream *s)
{
	struct gzip *g = (struct gzip *)s;
	inflateEnd(&g->z);
	ak_free(g);
}

static const struct ak_stream_ops gzip_ops = {gzip_pull, gzip_close};

static voidpf zalloc(voidpf ctx, uInt items, uInt size)
{
	(void)ctx;
	return ak_alloc_zero(items, size);
}

static void zfree(voidpf ctx, voidpf p)
{
	(void)ctx;
	ak_free(p);
}

struct ak_stream *ak_gzip_open(struct ak_stream *up)
{
	struct gzip *g = ak_alloc(sizeof(*g));
	ak_stream_init(&g->s, &gzip_ops, up);
	g->z = (z_stream){.zalloc = zalloc, .zfree = zfree};
	g->between = false;
	if (inflateInit2(&g->z, 16 + MAX_WBITS) != Z_OK)
		AK_BUG("zlib does not start");
	return &g->s;
}
