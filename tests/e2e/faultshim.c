/* Preloaded by faults.py: the Nth call that a fault may strike fails without being made, or does half of its work.
 * FAULT=eio|full|limit|eintr|short, FAULT_AT=N, FAULT_ON=1: every later one too; FAULT_COUNT=FILE gets the number of such
 * calls of an undisturbed run, FAULT_SAYS=FILE the name of the call that was struck. Standard error is spared. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* What a call does, and by that which faults it knows. */
enum { READS = 1, WRITES = 2, OPENS = 4, MAKES = 8, LOOKS = 16, WAITS = 32, TAKES = 64 };

static const struct fault {
	const char *name;
	int error, calls;
} faults[] = {
	{"eio", EIO, READS | WRITES | OPENS | MAKES | LOOKS},
	{"full", ENOSPC, WRITES | MAKES},
	{"limit", EMFILE, OPENS | TAKES},
	{"eintr", EINTR, READS | WRITES | OPENS | WAITS},
	{"short", 0, READS | WRITES},
};

static const struct fault *fault;
static atomic_long seen;
static long at;
static int on;
static int count_file = -1, says_file = -1;

/* By bare system calls: the functions of the library are those below. Opened at once: later the sandbox is closed. */
static int made(const char *variable)
{
	const char *path = getenv(variable);

	return path ? (int)syscall(SYS_open, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
}

static void say(int fd, const char *text, long n)
{
	char line[400];

	if (fd >= 0 && syscall(SYS_write, fd, line, (size_t)snprintf(line, sizeof line, "%s%ld\n", text, n)) < 0)
		syscall(SYS_exit_group, 99);
}

__attribute__((constructor)) static void start(void)
{
	const char *name = getenv("FAULT"), *n = getenv("FAULT_AT");

	for (size_t i = 0; name && i < sizeof faults / sizeof *faults; i++)
		if (strcmp(faults[i].name, name) == 0)
			fault = &faults[i];
	at = n ? atol(n) : 0;
	on = getenv("FAULT_ON") != NULL;
	count_file = made("FAULT_COUNT");
	says_file = made("FAULT_SAYS");
}

__attribute__((destructor)) static void end(void) { say(count_file, "", seen); }

/* Is this the call? Errno is set when it is to fail. */
static int struck(const char *name, int calls)
{
	long n;

	if (!fault || !(fault->calls & calls))
		return 0;
	n = atomic_fetch_add(&seen, 1) + 1;
	if (n != at && !(on && at && n > at))
		return 0;
	if (n == at) {
		char text[64];

		snprintf(text, sizeof text, "%s ", name);
		say(says_file, text, n);
	}
	errno = fault->error;
	return 1;
}

#define REAL(type, name, ...) ((type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name))
#define HALF(n) ((n) > 1 ? (n) / 2 : (n))

/* Functions that move bytes: struck by `short` they move half of them. */
#define MOVES(name, calls, n, call, spared)                                  \
	{                                                                    \
		if (!(spared) && struck(name, calls)) {                      \
			if (fault->error)                                    \
				return -1;                                   \
			n = HALF(n);                                         \
		}                                                            \
		return call;                                                 \
	}
ssize_t read(int fd, void *p, size_t n) MOVES("read", READS, n, REAL(ssize_t, "read", int, void *, size_t)(fd, p, n), 0)
ssize_t __read_chk(int fd, void *p, size_t n, size_t room)
	MOVES("read", READS, n, REAL(ssize_t, "__read_chk", int, void *, size_t, size_t)(fd, p, n, room), 0)
ssize_t pread(int fd, void *p, size_t n, off_t o)
	MOVES("pread", READS, n, REAL(ssize_t, "pread", int, void *, size_t, off_t)(fd, p, n, o), 0)
ssize_t pread64(int fd, void *p, size_t n, off64_t o)
	MOVES("pread", READS, n, REAL(ssize_t, "pread64", int, void *, size_t, off64_t)(fd, p, n, o), 0)
ssize_t __pread_chk(int fd, void *p, size_t n, off_t o, size_t room)
	MOVES("pread", READS, n, REAL(ssize_t, "__pread_chk", int, void *, size_t, off_t, size_t)(fd, p, n, o, room), 0)
ssize_t __pread64_chk(int fd, void *p, size_t n, off64_t o, size_t room)
	MOVES("pread", READS, n, REAL(ssize_t, "__pread64_chk", int, void *, size_t, off64_t, size_t)(fd, p, n, o, room), 0)
ssize_t write(int fd, const void *p, size_t n)
	MOVES("write", WRITES, n, REAL(ssize_t, "write", int, const void *, size_t)(fd, p, n), fd == 2)
ssize_t pwrite(int fd, const void *p, size_t n, off_t o)
	MOVES("pwrite", WRITES, n, REAL(ssize_t, "pwrite", int, const void *, size_t, off_t)(fd, p, n, o), 0)
ssize_t pwrite64(int fd, const void *p, size_t n, off64_t o)
	MOVES("pwrite", WRITES, n, REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t)(fd, p, n, o), 0)

/* Functions that do it or do not. */
#define DOES(name, calls, failed, call)                                      \
	{                                                                    \
		if (struck(name, calls) && fault->error)                     \
			return failed;                                       \
		return call;                                                 \
	}
int fsync(int fd) DOES("fsync", MAKES, -1, REAL(int, "fsync", int)(fd))
int fdatasync(int fd) DOES("fdatasync", MAKES, -1, REAL(int, "fdatasync", int)(fd))
int ftruncate(int fd, off_t n) DOES("ftruncate", MAKES | WAITS, -1, REAL(int, "ftruncate", int, off_t)(fd, n))
int ftruncate64(int fd, off64_t n) DOES("ftruncate", MAKES | WAITS, -1, REAL(int, "ftruncate64", int, off64_t)(fd, n))
int rename(const char *a, const char *b) DOES("rename", MAKES, -1, REAL(int, "rename", const char *, const char *)(a, b))
int renameat(int c, const char *a, int d, const char *b)
	DOES("renameat", MAKES, -1, REAL(int, "renameat", int, const char *, int, const char *)(c, a, d, b))
int renameat2(int c, const char *a, int d, const char *b, unsigned f)
	DOES("renameat2", MAKES, -1, REAL(int, "renameat2", int, const char *, int, const char *, unsigned)(c, a, d, b, f))
int link(const char *a, const char *b) DOES("link", MAKES, -1, REAL(int, "link", const char *, const char *)(a, b))
int mkdir(const char *p, mode_t m) DOES("mkdir", MAKES, -1, REAL(int, "mkdir", const char *, mode_t)(p, m))
int unlink(const char *p) DOES("unlink", LOOKS, -1, REAL(int, "unlink", const char *)(p))
int unlinkat(int d, const char *p, int f) DOES("unlinkat", LOOKS, -1, REAL(int, "unlinkat", int, const char *, int)(d, p, f))
int fchmod(int fd, mode_t m) DOES("fchmod", LOOKS, -1, REAL(int, "fchmod", int, mode_t)(fd, m))
int futimens(int fd, const struct timespec t[2])
	DOES("futimens", LOOKS, -1, REAL(int, "futimens", int, const struct timespec *)(fd, t))
int flock(int fd, int how) DOES("flock", WAITS, -1, REAL(int, "flock", int, int)(fd, how))
int stat(const char *p, struct stat *s) DOES("stat", LOOKS, -1, REAL(int, "stat", const char *, struct stat *)(p, s))
int lstat(const char *p, struct stat *s) DOES("lstat", LOOKS, -1, REAL(int, "lstat", const char *, struct stat *)(p, s))
int fstat(int fd, struct stat *s) DOES("fstat", LOOKS, -1, REAL(int, "fstat", int, struct stat *)(fd, s))
int stat64(const char *p, struct stat64 *s) DOES("stat", LOOKS, -1, REAL(int, "stat64", const char *, struct stat64 *)(p, s))
int lstat64(const char *p, struct stat64 *s) DOES("lstat", LOOKS, -1, REAL(int, "lstat64", const char *, struct stat64 *)(p, s))
int fstat64(int fd, struct stat64 *s) DOES("fstat", LOOKS, -1, REAL(int, "fstat64", int, struct stat64 *)(fd, s))
off_t lseek(int fd, off_t n, int how) DOES("lseek", LOOKS, -1, REAL(off_t, "lseek", int, off_t, int)(fd, n, how))
off64_t lseek64(int fd, off64_t n, int how) DOES("lseek", LOOKS, -1, REAL(off64_t, "lseek64", int, off64_t, int)(fd, n, how))
DIR *opendir(const char *p) DOES("opendir", OPENS, NULL, REAL(DIR *, "opendir", const char *)(p))
DIR *fdopendir(int fd) DOES("fdopendir", TAKES, NULL, REAL(DIR *, "fdopendir", int)(fd))
struct dirent *readdir(DIR *d) DOES("readdir", LOOKS, NULL, REAL(struct dirent *, "readdir", DIR *)(d))

void *mmap(void *p, size_t n, int prot, int flags, int fd, off_t o)
	DOES("mmap", TAKES, MAP_FAILED, REAL(void *, "mmap", void *, size_t, int, int, int, off_t)(p, n, prot, flags, fd, o))
void *mmap64(void *p, size_t n, int prot, int flags, int fd, off64_t o)
	DOES("mmap", TAKES, MAP_FAILED, REAL(void *, "mmap64", void *, size_t, int, int, int, off64_t)(p, n, prot, flags, fd, o))
int pthread_create(pthread_t *t, const pthread_attr_t *a, void *(*fn)(void *), void *arg)
	DOES("pthread_create", TAKES, EAGAIN,
	     REAL(int, "pthread_create", pthread_t *, const pthread_attr_t *, void *(*)(void *), void *)(t, a, fn, arg))

/* It is closed whatever it answers. */
int close(int fd)
{
	int r = REAL(int, "close", int)(fd);

	return fd > 2 && struck("close", LOOKS) ? -1 : r;
}

#define CREATES(name, params, args)                                          \
	{                                                                    \
		mode_t m = 0;                                                \
		if (flags & (O_CREAT | O_TMPFILE)) {                         \
			va_list ap;                                          \
			va_start(ap, flags);                                 \
			m = va_arg(ap, mode_t);                              \
			va_end(ap);                                          \
		}                                                            \
		if (struck(name, flags & O_CREAT ? OPENS | MAKES : OPENS) && fault->error) \
			return -1;                                           \
		return ((int(*) params)dlsym(RTLD_NEXT, name)) args;         \
	}
int open(const char *p, int flags, ...) CREATES("open", (const char *, int, mode_t), (p, flags, m))
int open64(const char *p, int flags, ...) CREATES("open64", (const char *, int, mode_t), (p, flags, m))
int openat(int d, const char *p, int flags, ...) CREATES("openat", (int, const char *, int, mode_t), (d, p, flags, m))
int openat64(int d, const char *p, int flags, ...) CREATES("openat64", (int, const char *, int, mode_t), (d, p, flags, m))
int mkostemp(char *p, int flags) DOES("mkostemp", OPENS | MAKES, -1, REAL(int, "mkostemp", char *, int)(p, flags))
