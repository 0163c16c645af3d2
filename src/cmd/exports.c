#include "base/ak.h"
#include "cmd/exports.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "io/source.h"

#define HEAD_BYTES ((size_t)1 << 20)
#define DEPTH 64

static void add_file(struct ak_exports *x, const char *path)
{
	if (x->nfiles == x->files_cap) {
		x->files_cap = x->files_cap ? x->files_cap * 2 : 64;
		x->file = ak_realloc(x->file, x->files_cap * sizeof *x->file);
	}
	x->file[x->nfiles++] = (struct ak_export_file){.path = ak_arena_z(x->arena, ak_str_of(path))};
}

static enum ak_rc walk(struct ak_exports *x, const char *rel, int depth, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *dir = *rel ? ak_fs_join(x->root, rel) : ak_strdup(x->root);
	char **names;
	size_t n;
	enum ak_rc rc = ak_fs_list(dir, &names, &n, err);

	if (rc != AK_OK)
		return rc;
	for (size_t i = 0; i < n && rc == AK_OK; i++) {
		AK_CLEANUP(ak_free_charp) char *below = *rel ? ak_fs_join(rel, names[i]) : ak_strdup(names[i]);
		AK_CLEANUP(ak_free_charp) char *path = ak_fs_join(dir, names[i]);
		struct stat st;

		if (names[i][0] == '.')
			continue;
		if (lstat(path, &st) != 0)
			rc = ak_fail_sys(err, AK_EXIT_INPUT, errno, "cannot read '%s'", path);
		else if (S_ISDIR(st.st_mode) && depth < DEPTH)
			rc = walk(x, below, depth + 1, err);
		else if (S_ISREG(st.st_mode) && st.st_size > 0)
			add_file(x, below);
	}
	ak_fs_list_free(names);
	return rc;
}

static int by_path(const void *a, const void *b)
{
	const struct ak_export_file *l = a, *r = b;

	return strcmp(l->path, r->path);
}

/* The format of the member or file that is open. A stream that ends early is judged by what came. */
static const char *format_of(struct ak_inputs *in, const struct ak_registry *registry, char *head, struct ak_err *err)
{
	const struct ak_mapping *m = NULL;
	struct ak_detection why;
	size_t got = 0, n = 1;

	while (got < HEAD_BYTES && n)
		if (ak_inputs_read(in, head + got, HEAD_BYTES - got, &n, err) == AK_OK)
			got += n;
		else
			n = 0;
	ak_err_clear(err);
	return ak_registry_detect(registry, ak_str_n(head, got), !n, &m, &why, err) == AK_OK ? ak_mapping_info(m)->id : NULL;
}

static void detect(struct ak_exports *x, struct ak_export_file *f, const struct ak_registry *registry, char *head)
{
	AK_CLEANUP(ak_free_charp) char *path = ak_fs_join(x->root, f->path);
	const char *arg = path, *format = NULL;
	struct ak_inputs *in = NULL;
	struct ak_file_info info;
	struct ak_err err = {0};
	enum ak_rc rc = ak_inputs_open(&arg, 1, &in, &err);

	while (rc == AK_OK && (rc = ak_inputs_next(in, &info, &err)) == AK_OK) {
		const char *one = format_of(in, registry, head, &err);

		if (!one)
			rc = AK_FAIL;
		else
			format = !format || strcmp(format, one) == 0 ? one : "mixed";
	}
	ak_inputs_free(in);
	if (rc == AK_END && format)
		f->format = format;
	else
		f->why = ak_arena_z(x->arena, ak_str_of(err.msg));
	x->recognised += f->format != NULL;
}

enum ak_rc ak_exports_read(const char *root, const struct ak_registry *registry, struct ak_arena *arena, struct ak_exports *out,
			   struct ak_err *err)
{
	struct ak_exports x = {.arena = arena, .root = root};
	enum ak_rc rc = walk(&x, "", 0, err);
	char *head;

	if (rc != AK_OK) {
		ak_exports_release(&x);
		return rc;
	}
	if (x.nfiles)
		ak_sort(x.file, x.nfiles, sizeof *x.file, by_path);
	head = ak_alloc(HEAD_BYTES);
	for (size_t i = 0; i < x.nfiles; i++)
		detect(&x, &x.file[i], registry, head);
	ak_free(head);
	*out = x;
	return AK_OK;
}

void ak_exports_release(struct ak_exports *x)
{
	ak_free(x->file);
	ak_free(x->source);
	*x = (struct ak_exports){0};
}
