/* Preloaded by backup.t: one byte is written wrongly. SPOIL=copy: in the copied database, in the page that begins at byte
 * SPOIL_AT; SPOIL=archive: in the packed file. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REAL(type, name, ...) ((type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name))

static int is_file(int fd, const char *part)
{
	char link[64], path[4096];
	ssize_t n;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof path - 1);
	if (n < 0)
		return 0;
	path[n] = '\0';
	return strstr(path, ".tmp") && strstr(path, part);
}

static int wanted(const char *what)
{
	const char *spoil = getenv("SPOIL");

	return spoil && strcmp(spoil, what) == 0;
}

static const void *spoiled(void *copy, const void *p, size_t n, size_t at)
{
	memcpy(copy, p, n);
	((char *)copy)[at] ^= 1;
	return copy;
}

ssize_t write(int fd, const void *p, size_t n)
{
	static char copy[1 << 20];
	static int done;

	if (!done && wanted("archive") && n > 5000 && n <= sizeof copy && is_file(fd, ".tar")) {
		done = 1;
		p = spoiled(copy, p, n, 5000);
	}
	return REAL(ssize_t, "write", int, const void *, size_t)(fd, p, n);
}

ssize_t pwrite64(int fd, const void *p, size_t n, off64_t o)
{
	static char copy[1 << 17];

	if (wanted("copy") && o == atoll(getenv("SPOIL_AT")) && n <= sizeof copy && is_file(fd, "workspace.db"))
		p = spoiled(copy, p, n, n - 20);
	return REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t)(fd, p, n, o);
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t o) { return pwrite64(fd, p, n, o); }
