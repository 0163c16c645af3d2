/* Preloaded by faults.py: the Nth allocation fails, wherever it is made. FAULT_AT=N, FAULT_ON=1: every later one as well;
 * of an undisturbed run FAULT_COUNT=FILE gets the number, FAULT_PLACES=FILE the first of each chain of callers, and
 * a number for the chain. */
#define _GNU_SOURCE
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void *__libc_memalign(size_t to, size_t n);

static atomic_long seen;
static long at;
static int on, started;

enum { CALLERS = 9, MOST = 1 << 17 };
static uint64_t chains[MOST]; /* a hash table of those seen; 0 is free */
static int places = -1, count_file = -1;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static __thread int within; /* looking at the stack allocates too */

/* Opened at once: later the sandbox is closed. */
static int made(const char *variable)
{
	const char *path = getenv(variable);

	return path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
}

__attribute__((constructor)) static void start(void)
{
	const char *n = getenv("FAULT_AT");

	at = n ? atol(n) : 0;
	on = getenv("FAULT_ON") != NULL;
	places = made("FAULT_PLACES");
	count_file = made("FAULT_COUNT");
	started = 1;
}

__attribute__((destructor)) static void end(void)
{
	char line[32];

	if (count_file >= 0 && write(count_file, line, (size_t)snprintf(line, sizeof line, "%ld\n", (long)seen)) < 0)
		_exit(99);
}

static int is_new(uint64_t chain)
{
	size_t i = chain % MOST;

	while (chains[i] && chains[i] != chain)
		i = (i + 1) % MOST;
	if (chains[i])
		return 0;
	chains[i] = chain;
	return 1;
}

/* Kept apart, so that the frames up to the function that allocates are always three. */
static __attribute__((noinline)) void note_place(long n)
{
	uint64_t chain = 14695981039346656037u;
	void *frame[CALLERS + 3];
	char line[48];
	int got;

	within = 1;
	got = backtrace(frame, CALLERS + 3);
	for (int i = 3; i < got; i++)
		chain = (chain ^ (uintptr_t)frame[i]) * 1099511628211u;
	pthread_mutex_lock(&lock);
	if (is_new(chain | 1) && write(places, line, (size_t)snprintf(line, sizeof line, "%ld %lx\n", n, (long)chain)) < 0)
		_exit(99);
	pthread_mutex_unlock(&lock);
	within = 0;
}

static __attribute__((noinline)) int fails(void)
{
	long n = started && !within ? atomic_fetch_add(&seen, 1) + 1 : 0;

	if (n && places >= 0)
		note_place(n);

	if (n == 0 || at == 0 || (n != at && !(on && n > at)))
		return 0;
	errno = ENOMEM;
	return 1;
}

void *malloc(size_t n) { return fails() ? NULL : __libc_malloc(n); }
void *calloc(size_t n, size_t size) { return fails() ? NULL : __libc_calloc(n, size); }
void *realloc(void *p, size_t n) { return fails() ? NULL : __libc_realloc(p, n); }
void *aligned_alloc(size_t to, size_t n) { return fails() ? NULL : __libc_memalign(to, n); }
int posix_memalign(void **out, size_t to, size_t n)
{
	*out = fails() ? NULL : __libc_memalign(to, n);
	return *out ? 0 : ENOMEM;
}
