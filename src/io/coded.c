#include "base/ak.h"

#include "io/coded.h"

struct coded {
	struct ak_stream s;
	const struct ak_codec *codec;
	void *decoder;
	bool between; /* at a stream's end, where a further one or the end of the file may come */
	uint8_t out[AK_STREAM_BLOCK];
};

static enum ak_rc fault(const struct coded *c, struct ak_err *err, const char *reason, const char *what, const char *hint)
{
	return ak_stream_fail(err, reason, hint, "cannot read '%s' to its end: the %s stream %s", c->s.name, c->codec->name,
			      what);
}

/* Padding of NUL bytes after the last stream is what tapes and some writers leave; anything else is lost evidence. */
static enum ak_rc tail_check(struct coded *c, struct ak_err *err)
{
	bool nonzero;
	enum ak_rc rc = ak_stream_drain(c->s.up, &nonzero, err);
	if (rc == AK_FAIL || !nonzero)
		return rc;
	return fault(c, err, "stream_trailing_data", "is followed by foreign bytes",
		     "cut the file after it, or export again");
}

/* At a stream's end: AK_OK when another one follows (log rotation appends them). */
static enum ak_rc stream_begin(struct coded *c, struct ak_err *err)
{
	enum ak_rc rc = ak_stream_fill(c->s.up, err);
	if (rc != AK_OK)
		return rc;
	if (!c->codec->starts(c->s.up->p[0]))
		return tail_check(c, err);
	c->codec->restart(c->decoder);
	c->between = false;
	return AK_OK;
}

static enum ak_rc truncated(const struct coded *c, struct ak_err *err)
{
	return fault(c, err, "stream_truncated", "ends too early",
		     "the export or transfer was cut off: take it again; what is readable was read");
}

static enum ak_rc coded_step(struct coded *c, struct ak_coded_buf *b, struct ak_err *err)
{
	struct ak_stream *up = c->s.up;
	size_t room = b->nout;
	enum ak_rc rc = ak_stream_fill(up, err);
	bool dry = rc == AK_END;
	if (rc == AK_FAIL)
		return rc;
	b->in = up->p;
	b->nin = dry ? 0 : up->n;
	rc = c->codec->step(c->decoder, b);
	if (!dry) {
		up->p = b->in;
		up->n = b->nin;
	}
	if (rc == AK_END)
		c->between = true;
	if (rc == AK_REJECT)
		return fault(c, err, "stream_corrupt", "is damaged", "take the export again; what is readable was read");
	if (rc == AK_FAIL)
		return fault(c, err, "expansion_limit", "wants more memory than 256 MiB",
			     "pack it again with a smaller window (zstd without --long, xz -6)");
	return rc == AK_OK && dry && b->nout == room ? truncated(c, err) : AK_OK;
}

static enum ak_rc coded_pull(struct ak_stream *s, struct ak_err *err)
{
	struct coded *c = (struct coded *)s;
	struct ak_coded_buf b = {.out = c->out, .nout = sizeof(c->out)};
	enum ak_rc rc = AK_OK;
	while (b.nout && rc == AK_OK)
		rc = c->between ? stream_begin(c, err) : coded_step(c, &b, err);
	s->p = c->out;
	s->n = sizeof(c->out) - b.nout;
	return rc;
}

static void coded_close(struct ak_stream *s)
{
	struct coded *c = (struct coded *)s;
	c->codec->close(c->decoder);
	ak_free(c);
}

static const struct ak_stream_ops coded_ops = {coded_pull, coded_close};

struct ak_stream *ak_coded_open(struct ak_stream *up, const struct ak_codec *codec)
{
	struct coded *c = ak_alloc(sizeof(*c));
	ak_stream_init(&c->s, &coded_ops, up);
	c->codec = codec;
	c->decoder = codec->open();
	c->between = false;
	return &c->s;
}
