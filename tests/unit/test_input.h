/* Shared by the programs that test io/: shell helpers, one reader, digests checked against sha256sum. */
#ifndef TEST_INPUT_H
#define TEST_INPUT_H

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "io/source.h"
#include "tap.h"

static struct ak_err err;
static struct ak_inputs *in;
static struct ak_file_info file;
static struct ak_buf got;

/* Run a shell line in the test folder; false when it fails or a program is missing. */
static inline bool sh(const char *line)
{
	pid_t pid = fork();
	if (pid == 0) {
		execl("/bin/sh", "sh", "-c", line, (char *)NULL);
		_exit(127);
	}
	int status = 0;
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static inline bool have(const char *program)
{
	char line[128];
	snprintf(line, sizeof(line), "command -v %s >/dev/null", program);
	if (sh(line))
		return true;
	char name[128];
	snprintf(name, sizeof(name), "%s is not installed # SKIP", program);
	ok(true, name);
	return false;
}

static inline void put(const char *path, const char *bytes, size_t n)
{
	FILE *f = fopen(path, "wb");
	if (!f || fwrite(bytes, 1, n, f) != n || fclose(f) != 0)
		ok(false, path);
}

static inline enum ak_rc inputs(const char *a, const char *b)
{
	const char *args[] = {a, b};
	ak_inputs_free(in);
	in = NULL;
	ak_err_clear(&err);
	return ak_inputs_open(args, b ? 2 : 1, &in, &err);
}

static inline enum ak_rc next(void)
{
	ak_err_clear(&err);
	return ak_inputs_next(in, &file, &err);
}

/* Read the current file to its end into `got`, in pieces of an odd size. */
static inline enum ak_rc read_all(void)
{
	size_t n = 1;
	enum ak_rc rc = AK_OK;
	ak_buf_clear(&got);
	while (n && rc == AK_OK) {
		rc = ak_inputs_read(in, ak_buf_room(&got, 70001), 70001, &n, &err);
		if (rc == AK_OK)
			got.n += n;
	}
	return rc;
}

static inline void digest_is(const uint8_t have_[32], const char *path, const char *name)
{
	char line[256], want[65] = "", hex[65];
	snprintf(line, sizeof(line), "sha256sum <'%s' >sum", path);
	FILE *f = sh(line) ? fopen("sum", "rb") : NULL;
	if (!f || fread(want, 1, 64, f) != 64)
		ok(false, "sha256sum runs");
	if (f)
		fclose(f);
	ak_hex(have_, 32, hex);
	is_str(ak_str_of(hex), want, name);
}

static inline void fails_next(const char *arg, const char *reason, const char *hint, const char *name)
{
	if (!ok(inputs(arg, NULL) == AK_OK, name))
		return;
	ok(next() == AK_FAIL && err.exit == AK_EXIT_INPUT, name);
	is_str(ak_str_of(err.reason), reason, name);
	ok(strstr(err.hint, hint) != NULL, name);
	ok(next() == AK_END, name);
}

static char test_dir[] = "/tmp/ak-input-XXXXXX";

static inline bool dir_begin(void)
{
	ak_buf_init(&got, (size_t)1 << 30);
	return mkdtemp(test_dir) && chdir(test_dir) == 0 && sh("seq 1 400000 >big; printf 'a\\nb\\n' >small; : >empty");
}

static inline void dir_end(void)
{
	char line[128];
	ak_inputs_free(in);
	ak_buf_release(&got);
	snprintf(line, sizeof(line), "cd / && rm -rf '%s'", test_dir);
	ok(sh(line), "test folder removed");
}

#endif
