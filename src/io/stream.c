#include "base/ak.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/limits.h"
#include "io/stream.h"

/* Below this a good ratio is no danger. */
#define RATIO_FROM ((uint64_t)64 << 20)

enum ak_rc ak_stream_fail(struct ak_err *err, const char *reason, const char *hint, const char *fmt, ...)
{
	char msg[AK_ERR_MSG];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	ak_fail(err, AK_EXIT_INPUT, "%s", msg);
	if (err)
		snprintf(err->reason, sizeof(err->reason), "%s", reason);
	if (hint)
		ak_hint(err, "%s", hint);
	return AK_FAIL;
}

void ak_stream_init(struct ak_stream *s, const struct ak_stream_ops *ops, struct ak_stream *up)
{
	*s = (struct ak_stream){.ops = ops, .up = up};
	if (up) {
		s->name = up->name;
		s->given_bytes = up->given_bytes;
	}
}

static bool is_bomb(const struct ak_stream *s)
{
	if (!s->up)
		return false;
	return s->made > AK_MAX_EXPANDED_BYTES ||
	       (s->made > RATIO_FROM && s->made / AK_MAX_EXPANSION_RATIO > *s->given_bytes);
}

static enum ak_rc bomb(struct ak_stream *s)
{
	s->n = 0;
	return ak_stream_fail(&s->fault, "expansion_limit", "if it is genuine, unpack it and give the files",
			      "cannot read '%s': it expands beyond %llu bytes or %llu times its size", s->name,
			      AK_MAX_EXPANDED_BYTES, AK_MAX_EXPANSION_RATIO);
}

enum ak_rc ak_stream_fill(struct ak_stream *s, struct ak_err *err)
{
	while (s->n == 0 && !s->failed && !s->ended) {
		enum ak_rc rc = s->ops->pull(s, &s->fault);
		s->made += s->n;
		if (is_bomb(s))
			rc = bomb(s);
		s->failed = rc == AK_FAIL;
		s->ended = rc == AK_END;
	}
	if (s->n)
		return AK_OK;
	if (s->ended)
		return AK_END;
	if (err)
		*err = s->fault;
	return AK_FAIL;
}

void ak_stream_close(struct ak_stream *s)
{
	if (s)
		s->ops->close(s);
}

enum ak_rc ak_stream_drain(struct ak_stream *s, bool *nonzero, struct ak_err *err)
{
	enum ak_rc rc;
	bool seen = false;
	while ((rc = ak_stream_fill(s, err)) == AK_OK) {
		for (size_t i = 0; nonzero && !seen && i < s->n; i++)
			seen = s->p[i] != 0;
		s->n = 0;
	}
	if (nonzero)
		*nonzero = seen;
	return rc;
}
