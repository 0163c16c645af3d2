#include "base/ak.h"
#include "cmd/outputs.h"

#include <stdlib.h>
#include <sys/stat.h>

enum { MOST = 8, DEEP = 40 };

/* ---- paths without links ---- */

/* The folder that would hold it, or the nearest one above that is there, without links; NULL when there is none. */
static char *real_place(const char *path)
{
	char *place = ak_fs_dir(path), *real;

	while (!(real = realpath(place, NULL)) && strcmp(place, ".") != 0 && strcmp(place, "/") != 0) {
		char *above = ak_fs_dir(place);

		ak_free(place);
		place = above;
	}
	ak_free(place);
	return real;
}

/* Is path the folder or something in it? Both without links. */
static bool lies_in(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	if (strcmp(folder, "/") == 0)
		return true;
	return strncmp(path, folder, n) == 0 && (!path[n] || path[n] == '/');
}

/* A workspace, this one or another, that a real path lies in. */
static bool in_workspace(const char *real)
{
	char *dir = ak_strdup(real);
	bool found;

	while (!(found = ak_store_is_workspace(dir)) && strcmp(dir, "/") != 0) {
		char *above = ak_fs_dir(dir);

		ak_free(dir);
		dir = above;
	}
	ak_free(dir);
	return found;
}

/* A second name of a file somewhere in the folder. */
static bool has_file(const char *folder, const struct stat *file, int depth)
{
	char **names;
	size_t n;
	bool found = false;

	if (depth == DEEP || ak_fs_list(folder, &names, &n, NULL) != AK_OK)
		return false;
	for (size_t i = 0; i < n && !found; i++) {
		char *path AK_CLEANUP(ak_free_charp) = ak_fs_join(folder, names[i]);
		struct stat st;

		if (lstat(path, &st) != 0)
			continue;
		found = S_ISDIR(st.st_mode) ? has_file(path, file, depth + 1) : st.st_dev == file->st_dev && st.st_ino == file->st_ino;
	}
	ak_fs_list_free(names);
	return found;
}

/* ---- what nothing may be written over ---- */

static enum ak_rc refuse(struct ak_err *err, const char *path, const char *why)
{
	ak_hint(err, "name a file elsewhere; --force does not change this");
	return ak_fail(err, AK_EXIT_USAGE, "'%s' %s", path, why);
}

/* Folders that are kept: of the workspace, of the keys, of the user's settings; the key file apart from them. */
static size_t kept(const struct ak_ctx *c, const char *out[4])
{
	const char *const all[] = {c->workspace, c->keys_root, c->user_config_dir, c->elsewhere.file};
	size_t n = 0;

	for (size_t i = 0; i < AK_COUNT(all); i++)
		if (all[i])
			out[n++] = all[i];
	return n;
}

/* real: the path itself or the folder that would hold it. whole: what stands there would be replaced. */
static enum ak_rc look(const struct ak_ctx *c, const char *path, const char *real, bool whole, struct ak_err *err)
{
	const char *folders[4];
	size_t n = kept(c, folders);

	if (in_workspace(real))
		return refuse(err, path, "lies in a workspace, where only auditkit's own files belong");
	for (size_t i = 0; i < n; i++) {
		AK_CLEANUP(ak_free_charp) char *folder = realpath(folders[i], NULL);
		bool holds = folder && whole && lies_in(folder, real);

		if (folder && lies_in(real, folder))
			return refuse(err, path, "lies where auditkit's keys or settings are");
		if (holds)
			return refuse(err, path, "holds the workspace or its keys, and would be replaced");
	}
	return AK_OK;
}

static enum ak_rc look_at_second_names(const struct ak_ctx *c, const char *path, struct ak_err *err)
{
	const char *folders[4];
	size_t n = kept(c, folders);
	struct stat st, other;

	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return AK_OK;
	for (size_t i = 0; i < n; i++)
		if ((stat(folders[i], &other) == 0 && other.st_dev == st.st_dev && other.st_ino == st.st_ino) ||
		    (st.st_nlink > 1 && has_file(folders[i], &st, 0)))
			return refuse(err, path, "is a second name of a file of the workspace or of its keys");
	return AK_OK;
}

static enum ak_rc allowed(struct ak_ctx *c, const char *path, bool whole, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *place = real_place(path), *real = realpath(path, NULL), *dir = ak_fs_dir(path);
	enum ak_rc rc;

	if (strstr(path, "../") && !ak_fs_is_dir(dir)) /* nobody knows where it would be once that is made */
		return refuse(err, path, "goes through a folder that is not there");
	rc = place ? look(c, path, place, false, err) : AK_OK;
	if (rc == AK_OK && real)
		rc = look(c, path, real, whole, err);
	return rc == AK_OK ? look_at_second_names(c, path, err) : rc;
}

enum ak_rc ak_output_allowed(struct ak_ctx *c, const char *path, struct ak_err *err) { return allowed(c, path, true, err); }

/* ---- no two the same ---- */

static bool same_file(const char *a, const char *b)
{
	AK_CLEANUP(ak_free_charp) char *place_a = real_place(a), *place_b = real_place(b);
	struct ak_str base = ak_fs_base(a);
	struct stat sa, sb;
	bool same = place_a && place_b && strcmp(place_a, place_b) == 0 && ak_str_eq(base, ak_fs_base(b));

	return same || (stat(a, &sa) == 0 && stat(b, &sb) == 0 && sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino && S_ISREG(sa.st_mode));
}

struct output {
	const char *option, *path;
	bool beside; /* the sidecar of another one */
};

static size_t named(struct ak_ctx *c, struct output out[MOST])
{
	size_t n = 0;

	for (const struct ak_opt *o = c->args->cmd->opts; o && o->name && n + 2 <= MOST; o++) {
		const char *path = o->type == AK_OPT_OUTPUT || o->type == AK_OPT_TARGET ? ak_args_text(c->args, o->name) : NULL;

		if (!path)
			continue;
		out[n++] = (struct output){o->name, path, false};
		if (strcmp(o->name, "output") == 0)
			out[n++] = (struct output){o->name, ak_arena_printf(&c->arena, "%s.meta.json", path).p, true};
	}
	return n;
}

static enum ak_rc all_differ(struct ak_ctx *c, struct ak_err *err)
{
	struct output out[MOST];
	size_t n = named(c, out);

	for (size_t i = 0; i < n; i++)
		for (size_t j = i + 1; j < n; j++) {
			if (strcmp(out[i].option, out[j].option) == 0 || !same_file(out[i].path, out[j].path))
				continue;
			ak_hint(err, "give each a file of its own");
			return ak_fail(err, AK_EXIT_USAGE, "--%s%s and --%s%s are one file, '%s'", out[i].option, out[i].beside ? ", by its sidecar," : "",
				       out[j].option, out[j].beside ? ", by its sidecar," : "", out[i].path);
		}
	return AK_OK;
}

enum ak_rc ak_outputs_allowed(struct ak_ctx *c, struct ak_err *err)
{
	unsigned needs = ak_cmd_needs(c->args);
	enum ak_rc rc = AK_OK;

	for (const struct ak_opt *o = c->args->cmd->opts; o && o->name && rc == AK_OK; o++)
		if (o->type == AK_OPT_OUTPUT || o->type == AK_OPT_TARGET) {
			const char *path = ak_args_text(c->args, o->name);

			/* A DIR gets files, and what else it holds stays. */
			rc = path ? allowed(c, path, strcmp(o->arg, "DIR") != 0, err) : AK_OK;
		}
	/* Who makes keys makes the workspace that its word names. */
	if (rc == AK_OK && needs & AK_NEED_OUTPUT && !(needs & AK_NEED_NEWKEYS) && c->args->nwords)
		rc = allowed(c, c->args->word[0], true, err);
	return rc == AK_OK ? all_differ(c, err) : rc;
}

/* ---- a file and what stands beside it ---- */

enum ak_rc ak_output_pair(struct ak_fs_temp *file, bool replace, struct ak_str sidecar, struct ak_err *err)
{
	struct ak_fs_temp beside AK_CLEANUP(ak_fs_temp_release) = {.fd = -1};
	struct ak_buf name;
	enum ak_rc rc;

	ak_buf_init(&name, 1 << 16);
	ak_buf_addf(&name, "%s.meta.json", file->target);
	if (ak_fs_is_dir(name.p)) {
		ak_hint(err, "move it away, or write to another file");
		rc = ak_fail(err, AK_EXIT_USAGE, "'%s' is a folder, and the sidecar has no place: nothing was written", name.p);
	} else {
		rc = ak_fs_temp_open(&beside, name.p, 0600, err);
	}
	if (rc == AK_OK)
		rc = ak_fs_write_all(beside.fd, sidecar.p, sidecar.n, name.p, err);
	if (rc == AK_OK)
		rc = ak_fs_temp_commit(file, replace, err);
	if (rc == AK_OK)
		rc = ak_fs_temp_commit(&beside, true, err);
	ak_buf_release(&name);
	return rc;
}
