#include "base/ak.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>

#include "base/fs.h"
#include "io/expand.h"
#include "io/stream.h"

/* Room for one more element. */
static void *grow(void *items, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return items;
	*cap = *cap ? *cap * 2 : 16;
	return ak_realloc(items, *cap * size);
}

void ak_expand_skip(struct ak_expansion *x, char *name, const char *why)
{
	x->skips = grow(x->skips, x->nskips + 1, &x->skips_cap, sizeof(*x->skips));
	x->skips[x->nskips++] = (struct ak_skip){name, why};
	x->skips[x->nskips] = (struct ak_skip){NULL, NULL};
}

int64_t ak_expand_mtime(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * 1000000 + st->st_mtim.tv_nsec / 1000;
}

void ak_expand_file(struct ak_expansion *x, struct ak_export_info *e, char *rel, const struct stat *st)
{
	x->files = grow(x->files, x->nfiles, &x->files_cap, sizeof(*x->files));
	struct ak_disk_file *f = &x->files[x->nfiles++];
	*f = (struct ak_disk_file){.export_ = e, .rel = rel};
	if (!st)
		return;
	f->size = (uint64_t)st->st_size;
	f->mtime_us = ak_expand_mtime(st);
	if (f->mtime_us > e->mtime_us)
		e->mtime_us = f->mtime_us;
}

static struct ak_export_info *export_add(struct ak_expansion *x, const char *arg, enum ak_input_kind kind)
{
	x->exports = grow(x->exports, x->nexports, &x->exports_cap, sizeof(*x->exports));
	struct ak_export_info *e = ak_alloc_zero(1, sizeof(*e));
	e->kind = kind;
	e->argument = ak_strdup(arg);
	e->name = kind == AK_IN_STDIN ? AK_STR("stdin") : ak_fs_base(e->argument);
	e->index = x->nexports;
	x->exports[x->nexports++] = e;
	return e;
}

static enum ak_rc refuse_kind(const char *arg, mode_t mode, struct ak_err *err)
{
	struct ak_str name = ak_fs_base(arg);
	if (S_ISLNK(mode))
		return ak_stream_fail(err, "symlink", "give the path it points to",
				      "cannot read '%.*s': it is a symlink", AK_STR_FMT(name));
	return ak_stream_fail(err, "not_regular", "send its content to standard input and give -",
			      "cannot read '%.*s': it is not a regular file", AK_STR_FMT(name));
}

enum ak_rc ak_expand_fail(const char *path, int errnum, struct ak_err *err)
{
	struct ak_str name = ak_fs_base(path);
	ak_fail_sys(err, AK_EXIT_INPUT, errnum, "cannot read '%.*s'", AK_STR_FMT(name));
	ak_hint(err, errnum == EACCES ? "ask for the right to read it, or run as a user who has it"
				      : "give a file, a folder, a quoted pattern or - for standard input");
	return AK_FAIL;
}

static enum ak_rc path_add(struct ak_expansion *x, const char *arg, const struct stat *st, struct ak_err *err)
{
	if (S_ISDIR(st->st_mode))
		return ak_expand_walk(x, export_add(x, arg, AK_IN_DIR), err);
	if (!S_ISREG(st->st_mode))
		return refuse_kind(arg, st->st_mode, err);
	ak_expand_file(x, export_add(x, arg, AK_IN_FILE), NULL, st);
	return AK_OK;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static enum ak_rc matches_add(struct ak_expansion *x, const glob_t *g, struct ak_err *err)
{
	for (size_t i = 0; i < g->gl_pathc; i++) {
		const char *path = g->gl_pathv[i];
		struct stat st;
		if (lstat(path, &st) != 0)
			return ak_expand_fail(path, errno, err);
		if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) {
			ak_expand_skip(x, ak_strdup(path), S_ISLNK(st.st_mode) ? "symlink" : "not a regular file");
			continue;
		}
		enum ak_rc rc = path_add(x, path, &st, err);
		if (rc != AK_OK)
			return rc;
	}
	return AK_OK;
}

bool ak_inputs_is_pattern(const char *arg) { return strpbrk(arg, "*?[") != NULL; }

bool ak_inputs_are_there(const char *arg)
{
	glob_t g;
	int got;

	if (ak_fs_exists(arg) || !ak_inputs_is_pattern(arg))
		return ak_fs_exists(arg);
	got = glob(arg, GLOB_NOSORT | GLOB_ERR, NULL, &g);
	bool absent = got == GLOB_NOMATCH || (got == GLOB_ABORTED && ak_fs_absent());
	globfree(&g);
	return !absent;
}

static enum ak_rc glob_add(struct ak_expansion *x, const char *pattern, struct ak_err *err)
{
	glob_t g;
	size_t before = x->nexports;
	/* The library would sort by locale. */
	int got = glob(pattern, GLOB_NOSORT | GLOB_ERR, NULL, &g);
	if (got != 0 && got != GLOB_NOMATCH) {
		globfree(&g);
		return ak_expand_fail(pattern, errno, err);
	}
	enum ak_rc rc = AK_OK;
	if (got == 0) {
		ak_sort(g.gl_pathv, g.gl_pathc, sizeof(*g.gl_pathv), by_bytes);
		rc = matches_add(x, &g, err);
	}
	globfree(&g);
	if (rc != AK_OK || x->nexports > before)
		return rc;
	return ak_stream_fail(err, "not_found", "check the folder and the pattern; symlinks do not count",
			      "cannot read '%.*s': no file matches", AK_STR_FMT(ak_fs_base(pattern)));
}

static enum ak_rc stdin_add(struct ak_expansion *x, struct ak_err *err)
{
	for (size_t i = 0; i < x->nexports; i++)
		if (x->exports[i]->kind == AK_IN_STDIN) {
			ak_hint(err, "give - once; join the streams before if there are several");
			return ak_fail(err, AK_EXIT_USAGE, "standard input '-' is given twice");
		}
	ak_expand_file(x, export_add(x, "-", AK_IN_STDIN), NULL, NULL);
	return AK_OK;
}

static enum ak_rc argument_add(struct ak_expansion *x, const char *arg, struct ak_err *err)
{
	struct stat st;
	if (strcmp(arg, "-") == 0)
		return stdin_add(x, err);
	if (lstat(arg, &st) == 0)
		return path_add(x, arg, &st, err);
	int errnum = errno;
	if (ak_inputs_is_pattern(arg))
		return glob_add(x, arg, err);
	return ak_expand_fail(arg, errnum, err);
}

enum ak_rc ak_expand(struct ak_expansion *x, const char *const *args, size_t n, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;
	for (size_t i = 0; i < n && rc == AK_OK; i++)
		rc = argument_add(x, args[i], err);
	return rc;
}

void ak_expand_pages(struct ak_expansion *x, const struct ak_page *pages, size_t n, const char *name)
{
	struct ak_export_info *e = export_add(x, name, AK_IN_PAGES);

	for (size_t i = 0; i < n; i++) {
		ak_expand_file(x, e, ak_strdup(pages[i].name), NULL);
		x->files[i].page = &pages[i];
		x->files[i].size = pages[i].body.n;
		x->files[i].mtime_us = pages[i].time_us;
		e->mtime_us = pages[i].time_us > e->mtime_us ? pages[i].time_us : e->mtime_us;
	}
}

void ak_expand_release(struct ak_expansion *x)
{
	for (size_t i = 0; i < x->nfiles; i++)
		ak_free(x->files[i].rel);
	for (size_t i = 0; i < x->nexports; i++) {
		ak_free((char *)(uintptr_t)x->exports[i]->argument);
		ak_free(x->exports[i]);
	}
	for (size_t i = 0; i < x->nskips; i++)
		ak_free(x->skips[i].name);
	ak_free(x->files);
	ak_free(x->exports);
	ak_free(x->skips);
	*x = (struct ak_expansion){0};
}
