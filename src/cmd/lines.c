#include "base/ak.h"
#include "cmd/lines.h"

#include <errno.h>
#include <unistd.h>

#include "base/limits.h"

enum { BLOCK = 65536 };

void ak_lines_open(struct ak_lines *l, int fd, const char *name)
{
	*l = (struct ak_lines){.fd = fd, .name = name, .block = ak_alloc(BLOCK)};
	ak_buf_init(&l->text, AK_MAX_STRING_BYTES);
}

void ak_lines_release(struct ak_lines *l)
{
	ak_free(l->block);
	ak_buf_release(&l->text);
	*l = (struct ak_lines){.fd = -1};
}

static enum ak_rc fill(struct ak_lines *l, struct ak_err *err)
{
	ssize_t got;

	do
		got = read(l->fd, l->block, BLOCK);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return ak_fail_sys(err, AK_EXIT_INPUT, errno, "cannot read '%s'", l->name);
	l->at = 0;
	l->n = (size_t)got;
	l->ended = got == 0;
	return AK_OK;
}

enum ak_rc ak_lines_next(struct ak_lines *l, struct ak_str *line, struct ak_err *err)
{
	bool begun = false;

	ak_buf_clear(&l->text);
	for (;;) {
		struct ak_str rest = ak_str_n(l->block + l->at, l->n - l->at);
		size_t n = ak_str_find(rest, '\n');

		begun |= rest.n > 0;
		if (n < rest.n || l->ended) {
			l->at += n + (n < rest.n);
			if (!begun)
				return AK_END;
			l->number++;
			*line = rest;
			line->n = n;
			if (l->text.n || l->text.over) {
				ak_buf_addstr(&l->text, *line);
				*line = l->text.over ? ak_str_n(NULL, 0) : ak_buf_str(&l->text);
			}
			return AK_OK;
		}
		ak_buf_addstr(&l->text, rest);
		l->at = l->n;
		if (fill(l, err) != AK_OK)
			return AK_FAIL;
	}
}
