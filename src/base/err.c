#include "base/ak.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/err.h"

/* Drop a multi-byte character whose end was cut off. */
static size_t whole_chars(const char *s, size_t n)
{
	size_t lead = n, need;
	unsigned char c;

	while (lead && n - lead < 4 && ((unsigned char)s[lead - 1] & 0xC0) == 0x80)
		lead--;
	if (!lead)
		return n;
	c = (unsigned char)s[--lead];
	need = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
	return n - lead < need ? lead : n;
}

AK_PRINTF(3, 0) static void put(char *out, size_t cap, const char *fmt, va_list ap)
{
	int want = vsnprintf(out, cap, fmt, ap);

	if (want < 0)
		out[0] = '\0';
	if (want >= 0 && (size_t)want >= cap)
		out[whole_chars(out, cap - 1)] = '\0';
	for (char *c = out; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7F)
			*c = '?';
}

/* The hint and a location stay: they may have been set before the failure was named. */
static void begin(struct ak_err *err, enum ak_exit exit, int sys)
{
	if (err->exit == AK_EXIT_OK && !err->record && !err->length && !err->offset)
		err->offset = UINT64_MAX;
	err->exit = exit;
	err->sys = sys;
	err->reason[0] = '\0';
}

enum ak_rc ak_fail(struct ak_err *err, enum ak_exit exit, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return AK_FAIL;
	begin(err, exit, 0);
	va_start(ap, fmt);
	put(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	return AK_FAIL;
}

/* What the system says outweighs what the caller was doing: a full disk is no fault of the input. */
static const struct {
	int sys;
	enum ak_exit exit;
	const char *hint;
} causes[] = {
	{EIO, AK_EXIT_IO, "look at the disk or mount it lies on, then run the same command again"},
	{ENOSPC, AK_EXIT_IO, "free space on that disk, then run the same command again"},
	{EDQUOT, AK_EXIT_IO, "free space or have the quota raised, then run the same command again"},
	{EMFILE, AK_EXIT_LIMIT, "raise the limit of open files (ulimit -n), then run the same command again"},
	{ENFILE, AK_EXIT_LIMIT, "too many files are open on this machine; try again later"},
	{ENOMEM, AK_EXIT_LIMIT, "close other programs or raise the memory limit, then run the same command again"},
	{EAGAIN, AK_EXIT_LIMIT, "raise the limit of processes (ulimit -u), then run the same command again"},
};

enum ak_exit ak_class_sys(enum ak_exit exit, int errnum, struct ak_err *err)
{
	if (exit == AK_EXIT_IO && (errnum == ENOENT || errnum == ENOTDIR) && err && !err->hint[0])
		ak_hint(err, "make the folder first or name another, then run the same command again");
	for (size_t i = 0; i < AK_COUNT(causes); i++)
		if (causes[i].sys == errnum) {
			if (err && !err->hint[0])
				ak_hint(err, "%s", causes[i].hint);
			return causes[i].exit;
		}
	return exit;
}

enum ak_rc ak_fail_sys(struct ak_err *err, enum ak_exit exit, int errnum, const char *fmt, ...)
{
	char what[AK_ERR_MSG];
	va_list ap;

	if (!err)
		return AK_FAIL;
	va_start(ap, fmt);
	put(what, sizeof(what), fmt, ap);
	va_end(ap);
	ak_fail(err, ak_class_sys(exit, errnum, err), "%s: %s", what, strerror(errnum));
	err->sys = errnum;
	return AK_FAIL;
}

enum ak_rc ak_reject(struct ak_err *err, const char *reason, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return AK_REJECT;
	begin(err, AK_EXIT_PARTIAL, 0);
	va_start(ap, fmt);
	put(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	snprintf(err->reason, sizeof(err->reason), "%s", reason);
	return AK_REJECT;
}

void ak_hint(struct ak_err *err, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return;
	va_start(ap, fmt);
	put(err->hint, sizeof(err->hint), fmt, ap);
	va_end(ap);
}

void ak_err_clear(struct ak_err *err)
{
	memset(err, 0, sizeof(*err));
	err->offset = UINT64_MAX;
}
