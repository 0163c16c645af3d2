/* Preloaded by sandbox.t: late in a command, inside calls that it makes itself, tries what a sandbox is to refuse and
 * writes to PROBE_REPORT what came of it. PROBE_SECRET is a file, PROBE_FOLDER a folder that no argument names.
 * PROBE_KERNEL=no-landlock|no-seccomp|broken-landlock|broken-seccomp|abi-N is a kernel of another kind. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define REAL(type, name, ...) ((type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name))

static int report = -1;
static const char *secret, *folder, *kernel_kind;
static struct sockaddr_in peer = {.sin_family = AF_INET};
static char made[4096], ran[4096];
static atomic_int seen[3];

__attribute__((constructor)) static void start(void)
{
	const char *path = getenv("PROBE_REPORT");
	socklen_t n = sizeof peer;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (!path || bind(fd, (struct sockaddr *)&peer, n) != 0 || listen(fd, 10) != 0 || getsockname(fd, (struct sockaddr *)&peer, &n) != 0)
		return;
	secret = getenv("PROBE_SECRET");
	folder = getenv("PROBE_FOLDER");
	kernel_kind = getenv("PROBE_KERNEL");
	snprintf(made, sizeof made, "%s/made", folder);
	snprintf(ran, sizeof ran, "%s/ran", folder);
	report = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static void tell(const char *where, const char *what, long rc)
{
	ssize_t (*real)(int, const void *, size_t) = REAL(ssize_t, "write", int, const void *, size_t);
	char line[200];
	int why = errno, n;

	n = snprintf(line, sizeof line, "%s %s %s\n", where, what, rc < 0 ? strerrorname_np(why) : "DONE");
	real(report, line, (size_t)n);
}

static int open_as(const char *path, int flags) { return REAL(int, "open", const char *, int, mode_t)(path, flags | O_CLOEXEC, 0600); }

/* The program leaves a mark when it runs; where no child can be made, it is tried in place. */
static int run_program(void)
{
	char *const argv[] = {"/usr/bin/touch", ran, NULL}, *const env[] = {NULL};
	pid_t pid = fork();

	if (pid == 0) {
		execve(argv[0], argv, env);
		_exit(1);
	}
	if (pid < 0)
		return execve(argv[0], argv, env);
	waitpid(pid, NULL, 0);
	return access(ran, F_OK);
}

static int be_traced(void)
{
	int status = 1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 ? 0 : 1);
	if (pid < 0)
		return (int)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	waitpid(pid, &status, 0);
	return status ? -1 : 0;
}

static void probe(const char *where, int once)
{
	int keep = errno, fd;

	if (report < 0 || atomic_exchange(&seen[once], 1))
		return;
	tell(where, "read-passwd", open_as("/etc/passwd", O_RDONLY));
	tell(where, "read-secret", open_as(secret, O_RDONLY));
	tell(where, "make-file", open_as(made, O_WRONLY | O_CREAT));
	tell(where, "change-secret", open_as(secret, O_WRONLY | O_APPEND));
	tell(where, "socket", fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
	tell(where, "connect", fd < 0 ? fd : connect(fd, (struct sockaddr *)&peer, sizeof peer));
	tell(where, "run-program", run_program());
	tell(where, "be-traced", be_traced());
	tell(where, "signal-parent", kill(getppid(), 0));
	unlink(ran);
	unlink(made);
	errno = keep;
}

ssize_t write(int fd, const void *p, size_t n)
{
	if (fd == 1)
		probe("print", 0);
	return REAL(ssize_t, "write", int, const void *, size_t)(fd, p, n);
}

int fdatasync(int fd)
{
	probe("sync", 1);
	return REAL(int, "fdatasync", int)(fd);
}

int fsync(int fd)
{
	probe("sync", 1);
	return REAL(int, "fsync", int)(fd);
}

ssize_t read(int fd, void *p, size_t n)
{
	if (gettid() != getpid())
		probe("thread", 2);
	return REAL(ssize_t, "read", int, void *, size_t)(fd, p, n);
}

/* What the kernel answers to the calls that close a sandbox, when it is to be another kernel. */
static int refused(long nr, long first)
{
	static const struct {
		const char *kind;
		long nr, first; /* first argument, -1 = any */
		int why;
	} rows[] = {
		{"no-landlock", SYS_landlock_create_ruleset, -1, ENOSYS}, {"no-seccomp", SYS_seccomp, -1, EINVAL},
		{"broken-landlock", SYS_landlock_restrict_self, -1, E2BIG}, {"broken-seccomp", SYS_seccomp, 1, ENOMEM},
	};

	for (size_t i = 0; kernel_kind && i < sizeof rows / sizeof *rows; i++)
		if (strcmp(kernel_kind, rows[i].kind) == 0 && nr == rows[i].nr && (rows[i].first < 0 || first == rows[i].first))
			return rows[i].why;
	return 0;
}

long syscall(long nr, ...)
{
	long a[6];
	va_list ap;
	int why;

	va_start(ap, nr);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	why = refused(nr, a[0]);
	if (why) {
		errno = why;
		return -1;
	}
	if (nr == SYS_landlock_create_ruleset && !a[0] && kernel_kind && strncmp(kernel_kind, "abi-", 4) == 0)
		return strtol(kernel_kind + 4, NULL, 10);
	return REAL(long, "syscall", long, ...)(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}
