/* Preloaded by kill.t: counts the calls that change files and kills the process at one of them.
 * KILL_AT=N, KILL_HOW=before|after|torn (torn: half of the bytes are written first); KILL_COUNT=FILE gets the number of
 * calls of an undisturbed run. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long calls;
static long at;
static char how = 'b';
static FILE *count_file; /* opened at once: later the sandbox is closed */

__attribute__((constructor)) static void start(void)
{
	const char *n = getenv("KILL_AT"), *h = getenv("KILL_HOW"), *count = getenv("KILL_COUNT");

	at = n ? atol(n) : 0;
	how = h ? *h : 'b';
	count_file = count ? fopen(count, "w") : NULL;
}

__attribute__((destructor)) static void end(void)
{
	long n = calls; /* writing it is no call of the program */

	if (count_file) {
		fprintf(count_file, "%ld\n", n);
		fclose(count_file);
	}
}

static void die(void)
{
	kill(getpid(), SIGKILL);
	for (;;)
		pause();
}

/* Is this the call? Before it that is the end; otherwise the caller goes on and ends in after(). */
static int before(void)
{
	int hit = atomic_fetch_add(&calls, 1) + 1 == at;

	if (hit && how == 'b')
		die();
	return hit;
}

#define REAL(type, name, ...) ((type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name))
#define CALL(expression)                      \
	do {                                  \
		int hit = before();           \
		__typeof__(expression) r = (expression); \
		if (hit)                      \
			die();                \
		return r;                     \
	} while (0)
#define PART(n) (hit && how == 't' ? (n) / 2 : (n))

static int terminal(int fd) { return fd == 1 || fd == 2; } /* what is printed is no state */

ssize_t write(int fd, const void *p, size_t n)
{
	ssize_t (*real)(int, const void *, size_t) = REAL(ssize_t, "write", int, const void *, size_t);
	int hit = terminal(fd) ? 0 : before();
	ssize_t r = real(fd, p, PART(n));

	if (hit)
		die();
	return r;
}

static ssize_t pwritten(const char *name, int fd, const void *p, size_t n, off_t o)
{
	ssize_t (*real)(int, const void *, size_t, off_t) = REAL(ssize_t, name, int, const void *, size_t, off_t);
	int hit = before();
	ssize_t r = real(fd, p, PART(n), o);

	if (hit)
		die();
	return r;
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t o) { return pwritten("pwrite", fd, p, n, o); }
ssize_t pwrite64(int fd, const void *p, size_t n, off64_t o) { return pwritten("pwrite64", fd, p, n, o); }
ssize_t writev(int fd, const struct iovec *v, int n)
{
	CALL(REAL(ssize_t, "writev", int, const struct iovec *, int)(fd, v, n));
}
int fsync(int fd) { CALL(REAL(int, "fsync", int)(fd)); }
int fdatasync(int fd) { CALL(REAL(int, "fdatasync", int)(fd)); }
int ftruncate(int fd, off_t n) { CALL(REAL(int, "ftruncate", int, off_t)(fd, n)); }
int ftruncate64(int fd, off64_t n) { CALL(REAL(int, "ftruncate64", int, off64_t)(fd, n)); }
int unlink(const char *p) { CALL(REAL(int, "unlink", const char *)(p)); }
int unlinkat(int d, const char *p, int f) { CALL(REAL(int, "unlinkat", int, const char *, int)(d, p, f)); }
int rmdir(const char *p) { CALL(REAL(int, "rmdir", const char *)(p)); }
int rename(const char *a, const char *b) { CALL(REAL(int, "rename", const char *, const char *)(a, b)); }
int renameat(int c, const char *a, int d, const char *b)
{
	CALL(REAL(int, "renameat", int, const char *, int, const char *)(c, a, d, b));
}
int renameat2(int c, const char *a, int d, const char *b, unsigned f)
{
	CALL(REAL(int, "renameat2", int, const char *, int, const char *, unsigned)(c, a, d, b, f));
}
int link(const char *a, const char *b) { CALL(REAL(int, "link", const char *, const char *)(a, b)); }
int linkat(int c, const char *a, int d, const char *b, int f)
{
	CALL(REAL(int, "linkat", int, const char *, int, const char *, int)(c, a, d, b, f));
}
int mkdir(const char *p, mode_t m) { CALL(REAL(int, "mkdir", const char *, mode_t)(p, m)); }
int mkdirat(int d, const char *p, mode_t m) { CALL(REAL(int, "mkdirat", int, const char *, mode_t)(d, p, m)); }
int fchmod(int fd, mode_t m) { CALL(REAL(int, "fchmod", int, mode_t)(fd, m)); }

/* Opening counts when it may create. */
#define OPENS(name, params, args)                                            \
	{                                                                    \
		mode_t m = 0;                                                \
		int hit;                                                     \
		if (flags & (O_CREAT | O_TMPFILE)) {                         \
			va_list ap;                                          \
			va_start(ap, flags);                                 \
			m = va_arg(ap, mode_t);                              \
			va_end(ap);                                          \
		}                                                            \
		hit = flags & O_CREAT ? before() : 0;                        \
		int r = ((int(*) params)dlsym(RTLD_NEXT, name)) args;        \
		if (hit)                                                     \
			die();                                               \
		return r;                                                    \
	}
int open(const char *p, int flags, ...) OPENS("open", (const char *, int, mode_t), (p, flags, m))
int open64(const char *p, int flags, ...) OPENS("open64", (const char *, int, mode_t), (p, flags, m))
int openat(int d, const char *p, int flags, ...) OPENS("openat", (int, const char *, int, mode_t), (d, p, flags, m))
int openat64(int d, const char *p, int flags, ...) OPENS("openat64", (int, const char *, int, mode_t), (d, p, flags, m))
