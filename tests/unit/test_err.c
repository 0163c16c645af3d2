#include "base/ak.h"

#include <errno.h>

#include "base/err.h"
#include "tap.h"

static void kinds(void)
{
	struct ak_err err = {0};

	is_int(ak_fail(&err, AK_EXIT_IO, "cannot read '%s'", "a"), AK_FAIL, "fail returns its code");
	is_str(ak_str_of(err.msg), "cannot read 'a'", "message");
	is_int(err.exit, AK_EXIT_IO, "class");
	ok(err.offset == UINT64_MAX && !err.record, "a zeroed err gets no location");
	ak_err_clear(&err);
	is_int(ak_fail_sys(&err, AK_EXIT_IO, ENOENT, "cannot open '%s'", "b"), AK_FAIL, "system failure");
	is_str(ak_str_of(err.msg), "cannot open 'b': No such file or directory", "system text is appended");
	is_int(err.sys, ENOENT, "errno is kept");
	ak_hint(&err, "try %d", 7);
	is_int(ak_reject(&err, "json_too_deep", "too deep"), AK_REJECT, "reject returns its code");
	is_str(ak_str_of(err.reason), "json_too_deep", "reason");
	is_str(ak_str_of(err.hint), "try 7", "a hint given before stays");
	is_int(err.sys, 0, "errno of an earlier failure is gone");
	err.record = 9;
	err.offset = 0;
	ak_fail(&err, AK_EXIT_INPUT, "x");
	ok(err.record == 9 && err.offset == 0, "a location that is there stays");
	is_str(ak_str_of(err.reason), "", "reason of an earlier rejection is gone");
	is_int(ak_fail(NULL, AK_EXIT_IO, "x"), AK_FAIL, "nobody listens");
	is_int(ak_reject(NULL, "a", "x"), AK_REJECT, "nobody listens to a rejection");
	ak_hint(NULL, "x");
}

static void cutting(void)
{
	struct ak_err err = {0};
	char text[AK_ERR_MSG * 2];

	ak_fail(&err, AK_EXIT_IO, "a\nb\x1b[31m\x7F");
	is_str(ak_str_of(err.msg), "a?b?[31m?", "control bytes become ?");
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	ak_fail(&err, AK_EXIT_IO, "%s", text);
	is_int((int64_t)strlen(err.msg), AK_ERR_MSG - 1, "cut at the size of the field");
	/* A euro sign across the end: dropped as a whole, at each of its three positions. */
	for (int at = AK_ERR_MSG - 4; at < AK_ERR_MSG; at++) {
		memset(text, 'x', sizeof(text) - 1);
		memcpy(text + at, "\xE2\x82\xAC", 3);
		ak_fail(&err, AK_EXIT_IO, "%s", text);
		is_int((int64_t)strlen(err.msg), at == AK_ERR_MSG - 4 ? AK_ERR_MSG - 1 : at, "cut on a character");
	}
}

int main(void)
{
	kinds();
	cutting();
	return done_testing();
}
