#include "base/ak.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"

enum { MOST_DEPTH = 100 };

enum ak_rc ak_fs_mkdir(const char *path, mode_t mode, struct ak_err *err)
{
	if (mkdir(path, mode) == 0)
		return AK_OK;
	return ak_fail_sys(err, errno == EEXIST ? AK_EXIT_USAGE : AK_EXIT_IO, errno, "cannot create folder '%s'", path);
}

enum ak_rc ak_fs_mkdirs(const char *path, mode_t mode, struct ak_err *err)
{
	char *copy AK_CLEANUP(ak_free_charp) = ak_strdup(path);
	char *p = copy;

	while (*p) {
		char was;

		p += strspn(p, "/");
		p += strcspn(p, "/");
		was = *p;
		*p = '\0';
		if (mkdir(copy, mode) != 0 && (errno != EEXIST || !ak_fs_is_dir(copy)))
			return ak_fail_sys(err, AK_EXIT_IO, errno, "cannot create folder '%s'", path);
		*p = was;
		p += strspn(p, "/");
	}
	return AK_OK;
}

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Remove what `name` is in the open folder; 0 or an errno. Links are removed, never followed. */
static int remove_at(int dir, const char *name, int depth)
{
	const struct dirent *e;
	int fd, why = 0;
	DIR *d;

	if (unlinkat(dir, name, 0) == 0)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return errno;
	fd = depth > MOST_DEPTH ? -1 : ak_fs_openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
	if (fd < 0)
		return depth > MOST_DEPTH ? ELOOP : errno;
	d = fdopendir(fd);
	if (!d) {
		why = errno;
		close(fd);
		return why;
	}
	for (errno = 0; !why && (e = readdir(d)) != NULL; errno = 0)
		if (!is_dots(e->d_name))
			why = remove_at(fd, e->d_name, depth + 1);
	if (!why)
		why = errno;
	closedir(d);
	if (!why && unlinkat(dir, name, AT_REMOVEDIR) != 0)
		why = errno;
	return why;
}

enum ak_rc ak_fs_remove_tree(const char *path, struct ak_err *err)
{
	int why = remove_at(AT_FDCWD, path, 0);

	return why && why != ENOENT ? ak_fail_sys(err, AK_EXIT_IO, why, "cannot remove '%s'", path) : AK_OK;
}

char *ak_fs_join(const char *dir, const char *name)
{
	size_t n = strlen(dir), m;
	char *path;

	while (n > 1 && dir[n - 1] == '/')
		n--;
	if (n)
		name += strspn(name, "/");
	m = strlen(name);
	path = ak_alloc(n + m + 2);
	memcpy(path, dir, n);
	if (n && dir[n - 1] != '/')
		path[n++] = '/';
	memcpy(path + n, name, m + 1);
	return path;
}

char *ak_fs_join_real(const char *dir, const char *name)
{
	AK_CLEANUP(ak_free_charp) char *real = realpath(dir, NULL);

	return ak_fs_join(real ? real : dir, name);
}

/* Without trailing slashes, but "/" stays. */
static struct ak_str trimmed(const char *path)
{
	struct ak_str s = ak_str_of(path);

	while (s.n > 1 && s.p[s.n - 1] == '/')
		s.n--;
	return s;
}

struct ak_str ak_fs_base(const char *path)
{
	struct ak_str s = trimmed(path);
	size_t at = s.n;

	while (at && s.p[at - 1] != '/')
		at--;
	return at == s.n ? s : ak_str_n(s.p + at, s.n - at);
}

char *ak_fs_dir(const char *path)
{
	struct ak_str s = trimmed(path);

	while (s.n && s.p[s.n - 1] != '/')
		s.n--;
	if (!s.n)
		return ak_strdup(".");
	while (s.n > 1 && s.p[s.n - 1] == '/')
		s.n--;
	return ak_strndup(s.p, s.n);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum ak_rc ak_fs_list(const char *path, char ***names, size_t *n, struct ak_err *err)
{
	char **list = NULL;
	size_t used = 0, cap = 0;
	const struct dirent *e;
	DIR *d;
	int why;

	do
		d = opendir(path);
	while (!d && errno == EINTR);
	if (!d)
		return ak_fail_sys(err, AK_EXIT_INPUT, errno, "cannot list folder '%s'", path);
	for (errno = 0; (e = readdir(d)) != NULL; errno = 0) {
		if (is_dots(e->d_name))
			continue;
		if (used + 1 >= cap) {
			cap = cap ? cap * 2 : 16;
			list = ak_realloc(list, cap * sizeof(*list));
		}
		list[used++] = ak_strdup(e->d_name);
	}
	why = errno;
	closedir(d);
	if (!list)
		list = ak_alloc_zero(1, sizeof(*list));
	list[used] = NULL;
	if (why) {
		ak_fs_list_free(list);
		return ak_fail_sys(err, AK_EXIT_INPUT, why, "cannot list folder '%s'", path);
	}
	ak_sort(list, used, sizeof(*list), compare_names);
	*names = list;
	*n = used;
	return AK_OK;
}

void ak_fs_list_free(char **names)
{
	for (size_t i = 0; names && names[i]; i++)
		ak_free(names[i]);
	ak_free(names);
}
