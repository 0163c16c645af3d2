#include "base/ak.h"
#include "base/run.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fs.h"

/* The input as a file: a program that ends early then breaks no pipe. */
static int input_file(struct ak_str input, struct ak_err *err)
{
	int fd = memfd_create("input", MFD_CLOEXEC);

	if (fd < 0)
		return -1;
	if (ak_fs_write_all(fd, input.p, input.n, "the input of a program", err) != AK_OK || lseek(fd, 0, SEEK_SET) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static int start(const char *const *argv, int in, int out, pid_t *pid)
{
	posix_spawn_file_actions_t a;
	int e = posix_spawn_file_actions_init(&a);

	if (e)
		return e;
	e = posix_spawn_file_actions_adddup2(&a, in, STDIN_FILENO);
	if (!e)
		e = posix_spawn_file_actions_adddup2(&a, out, STDOUT_FILENO);
	if (!e)
		e = posix_spawnp(pid, argv[0], &a, NULL, (char *const *)(uintptr_t)argv, environ);
	posix_spawn_file_actions_destroy(&a);
	return e;
}

static void collect(int fd, struct ak_buf *out)
{
	char block[4096];
	ssize_t n;

	while ((n = read(fd, block, sizeof block)) > 0 || (n < 0 && errno == EINTR))
		if (n > 0)
			ak_buf_add(out, block, (size_t)n);
}

static bool ended_well(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

enum ak_rc ak_run(const char *const *argv, struct ak_str input, struct ak_buf *out, struct ak_err *err)
{
	int in = input_file(input, err), ends[2] = {-1, -1}, e = in < 0 || pipe2(ends, O_CLOEXEC) != 0 ? errno : 0;
	pid_t pid;

	if (!e)
		e = start(argv, in, ends[1], &pid);
	if (in >= 0)
		close(in);
	if (ends[1] >= 0)
		close(ends[1]);
	if (!e)
		collect(ends[0], out);
	if (ends[0] >= 0)
		close(ends[0]);
	if (e)
		return ak_fail_sys(err, AK_EXIT_LIMIT, e, "cannot run '%s'", argv[0]);
	if (!ended_well(pid) || out->over)
		return ak_fail(err, AK_EXIT_REFUSED, "'%s' did not do it", argv[0]);
	return AK_OK;
}
