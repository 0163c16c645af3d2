#include "base/ak.h"
#include "io/follow.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "io/expand.h"
#include "io/sniff.h"

enum { LAST = 64, QUIET_US = 2000000 };

struct ak_follow {
	char *path;
	int fd;
	struct stat st;	     /* of the open file, when it was opened */
	uint64_t at;	     /* bytes read */
	char held[AK_FOLLOW_LINE];
	size_t n;	     /* bytes in held, which begin behind those given */
	char last[LAST];     /* the bytes before `at` */
	size_t nlast;
	int64_t renamed_us;  /* since when the name is another file's, or the last growth after that; 0 = it is not */
	bool sniffed;
};

enum ak_rc ak_follow_open(const char *path, struct ak_follow **out, struct ak_err *err)
{
	struct ak_err why = {0};
	struct ak_follow *f;
	int fd = -1;

	if (ak_fs_open_read(path, &fd, &why) != AK_OK && why.sys)
		return ak_expand_fail(path, why.sys, err);
	if (fd < 0) {
		struct ak_str name = ak_fs_base(path);

		ak_hint(err, "give the file that is being written, no link to it and no folder");
		return ak_fail(err, AK_EXIT_INPUT, "cannot follow '%.*s': it is no regular file", AK_STR_FMT(name));
	}
	f = ak_alloc_zero(1, sizeof *f);
	f->fd = fd;
	f->path = ak_strdup(path);
	*out = f;
	return fstat(fd, &f->st) == 0 ? AK_OK : ak_expand_fail(path, errno, err);
}

void ak_follow_free(struct ak_follow *f)
{
	if (!f)
		return;
	close(f->fd);
	ak_free(f->path);
	ak_free(f);
}

/* Does what was read last still stand where it was read? */
static bool unchanged(const struct ak_follow *f)
{
	char now[LAST];
	struct stat st;

	if (fstat(f->fd, &st) != 0 || (uint64_t)st.st_size < f->at)
		return false;
	return ak_fs_pread(f->fd, now, f->nlast, (off_t)(f->at - f->nlast)) == (ssize_t)f->nlast && memcmp(now, f->last, f->nlast) == 0;
}

static void remember(struct ak_follow *f, const char *p, size_t n)
{
	size_t keep = n >= LAST ? 0 : f->nlast + n > LAST ? LAST - n : f->nlast, take = n < LAST ? n : LAST;

	memmove(f->last, f->last + f->nlast - keep, keep);
	memcpy(f->last + keep, p + n - take, take);
	f->nlast = keep + take;
}

/* Another file has the name, or nothing has. */
static bool renamed(const struct ak_follow *f)
{
	struct stat st;

	if (lstat(f->path, &st) != 0)
		return errno == ENOENT;
	return st.st_ino != f->st.st_ino || st.st_dev != f->st.st_dev;
}

static enum ak_rc sniff(struct ak_follow *f, struct ak_err *err)
{
	struct ak_str head = ak_str_n(f->held, f->n), name = ak_fs_base(f->path);
	char shown[256];

	f->sniffed = true;
	snprintf(shown, sizeof shown, "%.*s", AK_STR_FMT(name));
	if (ak_sniff(head) == AK_SHAPE_TEXT)
		return ak_sniff_refuse(head, shown, err);
	ak_hint(err, "ingest it without --follow when it is complete");
	return ak_fail(err, AK_EXIT_INPUT, "cannot follow '%s': it is compressed or an archive", shown);
}

/* What there is to give: whole lines, all of it where no line end will come. */
static size_t ready(const struct ak_follow *f, bool all)
{
	const char *end = f->n ? memrchr(f->held, '\n', f->n) : NULL;

	if (all || (!end && f->n == sizeof f->held))
		return f->n;
	return end ? (size_t)(end - f->held) + 1 : 0;
}

static size_t give(struct ak_follow *f, void *buf, size_t n)
{
	memcpy(buf, f->held, n);
	memmove(f->held, f->held + n, f->n - n);
	f->n -= n;
	return n;
}

/* Nothing more can be read: is that for now, or for ever? */
static enum ak_follow_state rest(struct ak_follow *f, int64_t now_us)
{
	if (!renamed(f))
		f->renamed_us = 0;
	else if (!f->renamed_us)
		f->renamed_us = now_us;
	else if (now_us - f->renamed_us >= QUIET_US)
		return AK_FOLLOW_OVER;
	return AK_FOLLOW_IDLE;
}

enum ak_rc ak_follow_read(struct ak_follow *f, int64_t now_us, void *buf, size_t cap, size_t *n, enum ak_follow_state *state,
			  struct ak_err *err)
{
	enum ak_follow_state then = AK_FOLLOW_IDLE;
	ssize_t got = 0;
	size_t take;

	if (!unchanged(f))
		then = AK_FOLLOW_CUT;
	else if (f->n < sizeof f->held)
		got = ak_fs_pread(f->fd, f->held + f->n, sizeof f->held - f->n, (off_t)f->at);
	if (got < 0)
		return ak_expand_fail(f->path, errno, err);
	if (got) {
		remember(f, f->held + f->n, (size_t)got);
		f->at += (uint64_t)got;
		f->n += (size_t)got;
		f->renamed_us = f->renamed_us ? now_us : 0;
	} else if (then != AK_FOLLOW_CUT) {
		then = rest(f, now_us);
	}
	if (f->n && !f->sniffed && sniff(f, err) != AK_OK)
		return AK_FAIL;
	take = ready(f, then > AK_FOLLOW_IDLE);
	*n = give(f, buf, take < cap ? take : cap);
	*state = *n ? AK_FOLLOW_MORE : got ? AK_FOLLOW_IDLE : then;
	return AK_OK;
}

size_t ak_follow_unfinished(const struct ak_follow *f) { return f->n; }

size_t ak_follow_take_rest(struct ak_follow *f, void *buf) { return give(f, buf, f->n); }

uint64_t ak_follow_size(const struct ak_follow *f)
{
	struct stat st;

	return fstat(f->fd, &st) == 0 && st.st_size > 0 ? (uint64_t)st.st_size : 0;
}

size_t ak_follow_head(const struct ak_follow *f, void *buf, size_t n)
{
	ssize_t got = ak_fs_pread(f->fd, buf, n, 0);

	return got > 0 ? (size_t)got : 0;
}

void ak_follow_seek(struct ak_follow *f, uint64_t at)
{
	f->at = at;
	f->n = f->nlast = 0;
}

int64_t ak_follow_mtime(const struct ak_follow *f)
{
	struct stat st;

	return fstat(f->fd, &st) == 0 ? ak_expand_mtime(&st) : 0;
}
