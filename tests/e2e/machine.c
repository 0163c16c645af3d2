/* Preloaded by doctor.t: a machine of another kind. MACHINE_TIME: seconds since 1970; MACHINE_FS: type of every filesystem,
 * hex; MACHINE_FREE: free blocks; MACHINE_NAMES: free inodes. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <time.h>

#define REAL(type, name, ...) ((type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name))

int clock_gettime(clockid_t which, struct timespec *t)
{
	int rc = REAL(int, "clock_gettime", clockid_t, struct timespec *)(which, t);
	const char *now = getenv("MACHINE_TIME");

	if (now && which == CLOCK_REALTIME)
		t->tv_sec = strtoll(now, NULL, 10);
	return rc;
}

int statfs(const char *path, struct statfs *st)
{
	int rc = REAL(int, "statfs", const char *, struct statfs *)(path, st);
	const char *type = getenv("MACHINE_FS");

	if (type)
		st->f_type = (__fsword_t)strtoul(type, NULL, 16);
	return rc;
}

int statvfs(const char *path, struct statvfs *st)
{
	int rc = REAL(int, "statvfs", const char *, struct statvfs *)(path, st);
	const char *blocks = getenv("MACHINE_FREE"), *names = getenv("MACHINE_NAMES");

	if (blocks)
		st->f_bavail = strtoul(blocks, NULL, 10);
	if (names)
		st->f_favail = strtoul(names, NULL, 10);
	return rc;
}

int statfs64(const char *path, struct statfs64 *st) { return statfs(path, (struct statfs *)st); }
int statvfs64(const char *path, struct statvfs64 *st) { return statvfs(path, (struct statvfs *)st); }
