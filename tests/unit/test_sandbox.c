/* Each class is entered in a process of its own, which then tries one act; the same acts outside show that they work. */
#include "base/ak.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <termios.h>

#include "base/sandbox.h"
#include "run.h"
#include "tap.h"

enum { BOXES = AK_BOX_SERVE + 1, MAP_BYTES = 4096 };

static struct sockaddr_in tcp = {.sin_family = AF_INET};
static struct sockaddr_un local = {.sun_family = AF_UNIX, .sun_path = "out/socket"};
static int inherited; /* a file that was open before */
static int served;    /* and a socket that listens */

static int result(long rc) { return rc < 0 ? errno : 0; }

static int opened(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	return fd < 0 ? errno : result(close(fd));
}

static int talk(int family, const void *to, socklen_t n)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd < 0 ? errno : result(connect(fd, to, n));
}

static void *nothing(void *arg) { return arg; }

static int run_program(const char *path)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		execl(path, path, (char *)NULL);
		_exit(99);
	}
	if (pid < 0)
		return errno;
	return result(waitpid(pid, &status, 0)) ? errno : WEXITSTATUS(status) ? EACCES : 0;
}

static int act_read(void) { return opened("in/file", O_RDONLY); }
static int act_read_foreign(void) { return opened("/etc/passwd", O_RDONLY); }
static int act_read_beside(void) { return opened("secret", O_RDONLY); }
static int act_read_dotdot(void) { return opened("in/../secret", O_RDONLY); }
static int act_read_link(void) { return opened("in/link", O_RDONLY); }
static int act_list(void) { return opened(".", O_RDONLY | O_DIRECTORY); }
static int act_zone(void) { return opened("/usr/share/zoneinfo/UTC", O_RDONLY); }
static int act_write_input(void) { return opened("in/file", O_RDWR); }
static int act_append(void) { return opened("out/old", O_RDWR | O_APPEND | O_CREAT); }
static int act_append_input(void) { return opened("in/file", O_RDWR | O_APPEND); }
static int act_write(void) { return opened("out/old", O_RDWR); }
static int act_make(void) { return opened("out/new", O_RDWR | O_CREAT | O_TRUNC); }
static int act_make_beside(void) { return opened("new", O_RDWR | O_CREAT); }
static int act_rename(void) { return result(rename("out/old", "out/older")); }
static int act_rename_away(void) { return result(rename("out/old", "stolen")); }
static int act_unlink(void) { return result(unlink("out/old")); }
static int act_unlink_input(void) { return result(unlink("in/file")); }
static int act_symlink(void) { return result(symlink("/etc/passwd", "out/leaf")); }
static int act_open_one(void)
{
	char c;

	return result(pread(inherited, &c, 1, 0));
}
static int act_thread(void)
{
	pthread_t t;

	return pthread_create(&t, NULL, nothing, NULL) ? EPERM : pthread_join(t, NULL);
}
static int act_fork(void) { return run_program("/bin/true"); }
static int act_exec(void)
{
	execl("/bin/true", "/bin/true", (char *)NULL);
	return errno;
}
static int act_own_program(void) { return run_program("out/program"); }
static int act_tcp(void) { return talk(AF_INET, &tcp, sizeof tcp); }
static int act_local(void) { return talk(AF_UNIX, &local, sizeof local); }
static int act_bind(void)
{
	struct sockaddr_in any = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd < 0 ? errno : result(bind(fd, (struct sockaddr *)&any, sizeof any));
}
/* Somebody has connected and is waiting. */
static int act_answer(void)
{
	char c = 0;
	int fd = accept4(served, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		return errno;
	return recv(fd, &c, 1, 0) < 0 || send(fd, &c, 1, MSG_NOSIGNAL) < 0 ? errno : result(shutdown(fd, SHUT_RDWR));
}
static int act_trace(void) { return result(ptrace(PTRACE_TRACEME, 0, NULL, NULL)); }
static int act_kill_parent(void) { return result(kill(getppid(), 0)); }
static int act_kill_self(void) { return result(kill(getpid(), 0)); }
static int act_code(void)
{
	return mmap(NULL, MAP_BYTES, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? errno : 0;
}
static int act_namespace(void) { return result(unshare(CLONE_NEWUSER)); }
static int act_dumpable(void) { return result(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)); }
static int act_memfd(void) { return result(syscall(SYS_memfd_create, "x", 0)); }
static int act_keyring(void) { return result(syscall(SYS_keyctl, 0, -3, 1)); }
static int act_time(void)
{
	struct timespec t;

	return result(syscall(SYS_clock_gettime, CLOCK_REALTIME, &t));
}

/* Who may (+), in this order: outside, pure, read, store, exec, net, serve. Some hold only with Landlock; some may fail outside. */
static const struct {
	const char *name;
	int (*act)(void);
	const char *may;
	bool landlock, control_fails;
} acts[] = {
	{"read what was open before", act_open_one, "+++++++", false, false},
	{"ask the time", act_time, "+++++++", false, false},
	{"start a thread", act_thread, "+++++++", false, false},
	{"signal itself", act_kill_self, "+++++++", false, false},
	{"read a granted file", act_read, "+.+++++", false, false},
	{"read a time zone", act_zone, "+.+++++", false, false},
	{"read /etc/passwd", act_read_foreign, "+...+..", true, false},
	{"read a file beside the granted ones", act_read_beside, "+......", true, false},
	{"read it by ..", act_read_dotdot, "+......", true, false},
	{"read it by a link", act_read_link, "+......", true, false},
	{"list the folder above", act_list, "+......", true, false},
	{"write a file granted for reading", act_write_input, "+......", true, false},
	{"make a file in a granted folder", act_make, "+..+++.", false, false},
	{"append to a file in a granted folder", act_append, "+..++++", false, false},
	{"append to a file granted for reading", act_append_input, "+......", true, false},
	{"write a file in a granted folder", act_write, "+..+++.", false, false},
	{"answer at a socket that was open before", act_answer, "+.....+", false, false},
	{"make a file elsewhere", act_make_beside, "+......", true, false},
	{"rename within a granted folder", act_rename, "+..+++.", false, false},
	{"rename out of it", act_rename_away, "+......", true, false},
	{"remove in a granted folder", act_unlink, "+..+++.", false, false},
	{"remove a file granted for reading", act_unlink_input, "+......", true, false},
	{"make a symbolic link", act_symlink, "+......", false, false},
	{"run a program", act_exec, "+...+..", false, false},
	{"fork and run a program", act_fork, "+...+..", false, false},
	{"run a program that it could have written", act_own_program, "+......", true, false},
	{"connect to a port", act_tcp, "+....+.", false, false},
	{"bind a port", act_bind, "+......", false, false},
	{"connect to a local socket", act_local, "+...++.", false, false},
	{"be traced", act_trace, "+......", false, false},
	{"signal another process", act_kill_parent, "+......", false, false},
	{"map memory that can be written and run", act_code, "+......", false, false},
	{"make a name space", act_namespace, "+......", false, true},
	{"become dumpable again", act_dumpable, "+...+..", false, false},
	{"make a file in memory", act_memfd, "+...+..", false, false},
	{"use a key ring", act_keyring, "+......", false, true},
};

static void enter(enum ak_box box)
{
	struct ak_err err = {0};
	struct ak_sandbox s;

	if (ak_sandbox_open(&s, box, &err) != AK_OK || ak_sandbox_grant(&s, "in", AK_GRANT_READ, &err) != AK_OK ||
	    ak_sandbox_grant(&s, "out", AK_GRANT_WRITE, &err) != AK_OK || ak_sandbox_grant(&s, "not-there", AK_GRANT_WRITE, &err) != AK_OK ||
	    ak_sandbox_enter(&s, &err) != AK_OK)
		_exit(120);
	ak_sandbox_release(&s);
}

/* 0 or an errno; box -1 = outside. */
static int attempt(int box, int (*act)(void))
{
	int status = 0;
	pid_t pid;

	run_put("out/old", "x", 1);
	run_put("in/file", "x", 1);
	unlink("stolen");
	unlink("new");
	unlink("out/leaf");
	pid = fork();
	if (pid == 0) {
		if (box >= 0)
			enter((enum ak_box)box);
		_exit(act());
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

static int listener(int family, void *address, socklen_t n)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, address, n) != 0 || listen(fd, 100) != 0 || getsockname(fd, address, &n) != 0) {
		printf("Bail out! no socket to listen on\n");
		exit(1);
	}
	return fd;
}

static void set_up(void)
{
	static const char script[] = "#!/bin/sh\nexit 0\n";
	socklen_t n = sizeof local;

	mkdir("in", 0700);
	mkdir("out", 0700);
	run_put("secret", "x", 1);
	run_put("in/file", "x", 1);
	run_put("out/program", script, sizeof script - 1);
	chmod("out/program", 0700);
	if (symlink("../secret", "in/link") != 0)
		printf("Bail out! no links here\n");
	tcp.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	served = listener(AF_INET, &tcp, sizeof tcp);
	for (int i = 0; i <= BOXES; i++) { /* for act_answer; they stay until the end */
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

		if (connect(fd, (struct sockaddr *)&tcp, sizeof tcp) != 0 || send(fd, "x", 1, 0) != 1)
			printf("Bail out! no connection\n");
	}
	listener(AF_UNIX, &local, n);
	inherited = open("in/file", O_RDONLY | O_CLOEXEC);
}

static void each_class(const struct ak_sandbox_kernel *k)
{
	char name[160];

	for (size_t i = 0; i < AK_COUNT(acts); i++) {
		int outside = attempt(-1, acts[i].act);

		if (acts[i].landlock ? !k->landlock : !k->seccomp)
			continue;
		snprintf(name, sizeof name, "outside: may %s", acts[i].name);
		if (!acts[i].control_fails)
			is_int(outside, 0, name);
		for (int box = 0; box < BOXES; box++) {
			bool may = acts[i].may[box + 1] == '+';
			int got = attempt(box, acts[i].act);

			snprintf(name, sizeof name, "%s: %s %s", ak_sandbox_name((enum ak_box)box), may ? "may" : "may not", acts[i].name);
			if (!ok(may ? got == 0 : got == EPERM || got == EACCES || got == EXDEV || got == ENOSYS, name))
				printf("# %s\n", strerror(got));
		}
	}
}

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static void *late(void *arg)
{
	pthread_mutex_lock(&gate);
	*(int *)arg = talk(AF_INET, &tcp, sizeof tcp);
	return NULL;
}

/* A thread from before the cage. */
static int act_old_thread(void)
{
	pthread_t t;
	int got = 0;

	pthread_mutex_lock(&gate);
	pthread_create(&t, NULL, late, &got);
	enter(AK_BOX_STORE);
	pthread_mutex_unlock(&gate);
	pthread_join(t, NULL);
	return got;
}

/* What is entered within a cage does not open it, nor narrow it. */
static int act_twice(void)
{
	enter(AK_BOX_STORE);
	enter(AK_BOX_PURE);
	return act_make();
}

static int act_wider(void)
{
	enter(AK_BOX_READ);
	enter(AK_BOX_NET);
	return act_tcp();
}

#ifdef __x86_64__
/* The 32-bit and x32 tables have other numbers for the same calls. */
static int act_x32(void) { return result(syscall(0x40000000 + SYS_getpid)); }
static int act_int80(void)
{
	long rc;

	__asm__ volatile("int $0x80" : "=a"(rc) : "a"(20) : "memory");
	return rc > 0 ? 0 : ENOSYS;
}
#endif

int main(void)
{
	struct ak_sandbox_kernel k;
	struct ak_buf words;
	char folder[64];

	ak_sandbox_look(&k);
	if (!k.built || (!k.landlock && !k.seccomp)) {
		printf("1..0 # SKIP no sandbox in this build or on this kernel\n");
		return 0;
	}
	ak_buf_init(&words, 1000);
	ak_sandbox_describe(&k, &words);
	printf("# %.*s\n", AK_STR_FMT(ak_buf_str(&words)));
	ok(words.n > 5, "what the kernel has is said in words");
	ak_buf_release(&words);
	run_in_new_folder(folder);
	set_up();
	each_class(&k);
	if (k.seccomp) {
		ok(attempt(-1, act_old_thread) == EPERM, "a thread from before is in the cage as well");
		ok(attempt(-1, act_wider) == EPERM, "a wider cage within does not open the first");
#ifdef __x86_64__
		is_int(attempt(AK_BOX_STORE, act_x32), EPERM, "x32 calls are refused");
		is_int(attempt(AK_BOX_STORE, act_int80), -1, "a 32-bit call ends the process");
#endif
	}
	is_int(attempt(-1, act_twice), 0, "a narrower cage within is not made");
	run_leave_folder(folder);
	return done_testing();
}
