#include "base/ak.h"
#include "net/aside.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fs.h"

enum { DESCRIPTORS = 1024 };

enum ak_rc ak_aside_start(void (*run)(int fd, const void *o), const void *o, int *fd, struct ak_err *err)
{
	pid_t pid;
	int end[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, end) != 0)
		return ak_fail_sys(err, AK_EXIT_LIMIT, errno, "cannot start a process for the network");
	signal(SIGPIPE, SIG_IGN);
	pid = fork();
	if (pid == 0) {
		for (int i = 0; i < DESCRIPTORS; i++)
			if (i != end[1] && i != STDERR_FILENO)
				close(i);
		run(end[1], o);
		_exit(0);
	}
	close(end[1]);
	if (pid < 0) {
		ak_fail_sys(err, AK_EXIT_LIMIT, errno, "cannot start a process for the network");
		close(end[0]);
		return AK_FAIL;
	}
	*fd = end[0];
	return AK_OK;
}

bool ak_aside_take(int fd, void *p, size_t n)
{
	char *at = p;

	while (n) {
		ssize_t got = read(fd, at, n);

		if (got == 0 || (got < 0 && errno != EINTR))
			return false;
		if (got > 0) {
			at += got;
			n -= (size_t)got;
		}
	}
	return true;
}

bool ak_aside_give(int fd, const void *p, size_t n) { return ak_fs_write_all(fd, p, n, "another process", NULL) == AK_OK; }

void ak_aside_error(struct ak_err *err, struct ak_err *said)
{
	said->msg[sizeof said->msg - 1] = said->hint[sizeof said->hint - 1] = '\0';
	if (said->hint[0])
		ak_hint(err, "%s", said->hint);
	ak_fail(err, said->exit == AK_EXIT_LIMIT ? AK_EXIT_LIMIT : AK_EXIT_NETWORK, "%s", said->msg);
}
