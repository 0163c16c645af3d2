#include "base/ak.h"
#include "cli/cage.h"

#include <stdlib.h>

#include "base/crypto.h"
#include "base/fs.h"
#include "cmd/sourcelist.h"

enum ak_box ak_cage_box(unsigned needs)
{
	static const struct {
		unsigned any;
		enum ak_box box;
	} rows[] = {
		{AK_NEED_EXEC, AK_BOX_EXEC},
		/* Reading a database may mean mending it after a crash, and the log of accesses is written. */
		{AK_NEED_READ | AK_NEED_WRITE | AK_NEED_ACCESS | AK_NEED_OUTPUT | AK_NEED_NEWKEYS | AK_NEED_FIND, AK_BOX_STORE},
		{AK_NEED_INPUT, AK_BOX_READ},
	};

	for (size_t i = 0; i < AK_COUNT(rows); i++)
		if (needs & rows[i].any)
			return rows[i].box;
	return AK_BOX_PURE;
}

/* The folder that holds it, or the nearest one above that is there. */
static enum ak_rc grant_place(struct ak_sandbox *s, const char *path, struct ak_err *err)
{
	char *place = ak_fs_dir(path);
	enum ak_rc rc;

	while (!ak_fs_is_dir(place) && strcmp(place, ".") != 0 && strcmp(place, "/") != 0) {
		char *above = ak_fs_dir(place);

		ak_free(place);
		place = above;
	}
	rc = ak_sandbox_grant(s, place, AK_GRANT_WRITE, err);
	ak_free(place);
	return rc;
}

/* A path, or what a pattern may match: the folder before its first special character. */
static enum ak_rc grant_input(struct ak_sandbox *s, const char *path, struct ak_err *err)
{
	size_t plain = strcspn(path, "*?[");
	char *folder AK_CLEANUP(ak_free_charp) = NULL;
	char *start AK_CLEANUP(ak_free_charp) = NULL;

	if (!path[plain] || ak_fs_exists(path))
		return ak_sandbox_grant(s, path, AK_GRANT_READ, err);
	start = ak_strndup(path, plain);
	if (plain && start[plain - 1] == '/')
		return ak_sandbox_grant(s, start, AK_GRANT_READ, err);
	folder = ak_fs_dir(start);
	return ak_sandbox_grant(s, folder, AK_GRANT_READ, err);
}

/* Who follows a file will open others that get its name. */
static bool follows(const struct ak_args *a)
{
	for (const struct ak_opt *o = a->cmd->opts; o && o->name; o++)
		if (strcmp(o->name, "follow") == 0)
			return ak_args_flag(a, o->name);
	return false;
}

static enum ak_rc grant_folder(struct ak_sandbox *s, const char *path, struct ak_err *err)
{
	char *folder AK_CLEANUP(ak_free_charp) = ak_fs_dir(path);

	return ak_sandbox_grant(s, folder, AK_GRANT_READ, err);
}

static enum ak_rc grant_words(struct ak_ctx *c, struct ak_sandbox *s, struct ak_err *err)
{
	const struct ak_args *a = c->args;
	unsigned needs = ak_cmd_needs(a);
	enum ak_rc rc = AK_OK;

	for (size_t i = 0; needs & AK_NEED_INPUT && i < a->nwords && rc == AK_OK; i++)
		rc = follows(a) ? grant_folder(s, a->word[i], err) : grant_input(s, a->word[i], err);
	for (size_t i = 0; needs & AK_NEED_INPUT && !a->nwords && c->policy && i < c->policy->nsources && rc == AK_OK; i++) {
		const char *path = ak_sourcelist_path(c, &c->policy->sources[i]);

		rc = path ? grant_input(s, path, err) : AK_OK;
	}
	if (rc == AK_OK && needs & AK_NEED_INPUT && !a->nwords && ak_sourcelist_exports(c))
		rc = grant_input(s, ak_sourcelist_exports(c), err);
	if (rc == AK_OK && needs & AK_NEED_OUTPUT)
		rc = grant_place(s, a->nwords ? a->word[0] : c->workspace ? c->workspace : "made-here", err);
	if (rc == AK_OK && needs & (AK_NEED_NEWKEYS | AK_NEED_FIND) && c->keys_root)
		rc = ak_sandbox_grant(s, c->keys_root, needs & AK_NEED_NEWKEYS ? AK_GRANT_WRITE : AK_GRANT_READ, err);
	return rc;
}

static enum ak_rc grant_options(struct ak_ctx *c, struct ak_sandbox *s, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	for (const struct ak_opt *o = c->args->cmd->opts; o && o->name && rc == AK_OK; o++) {
		const char *given = o->type >= AK_OPT_INPUT ? ak_args_text(c->args, o->name) : NULL;

		if (o->type == AK_OPT_INPUT && given)
			rc = ak_sandbox_grant(s, given, AK_GRANT_READ, err);
		else if (o->type == AK_OPT_OUTPUT || (o->type == AK_OPT_TARGET && given))
			rc = grant_place(s, given ? given : "made-here", err);
	}
	return rc;
}

static enum ak_rc grant_all(struct ak_ctx *c, struct ak_sandbox *s, struct ak_err *err)
{
	enum ak_rc rc = grant_words(c, s, err);

	if (rc == AK_OK)
		rc = grant_options(c, s, err);
	if (rc == AK_OK && s->box >= AK_BOX_STORE && c->workspace)
		rc = ak_sandbox_grant(s, c->workspace, AK_GRANT_WRITE, err);
	if (rc == AK_OK && s->box != AK_BOX_PURE)
		rc = ak_sandbox_grant(s, c->data_dir, AK_GRANT_READ, err);
	return rc;
}

static enum ak_rc close_cage(struct ak_ctx *c, bool required, struct ak_err *err)
{
	struct ak_sandbox s;
	enum ak_rc rc = ak_sandbox_open(&s, ak_cage_box(ak_cmd_needs(c->args)), err);

	if (rc == AK_OK && required && !(s.kernel.landlock && s.kernel.seccomp)) {
		ak_hint(err, "run on a kernel with Landlock and seccomp, or set AUDITKIT_SANDBOX=on to use what there is");
		rc = ak_fail(err, AK_EXIT_LIMIT, "AUDITKIT_SANDBOX=require: this kernel or container cannot close the sandbox");
	}
	c->sandbox = s.kernel;
	if (rc == AK_OK)
		rc = grant_all(c, &s, err);
	if (rc == AK_OK)
		rc = ak_sandbox_enter(&s, err);
	ak_sandbox_release(&s);
	return rc;
}

static const char *asked(void) { return getenv("AUDITKIT_SANDBOX"); }

enum ak_rc ak_cage_choose(struct ak_ctx *c, struct ak_err *err)
{
	const char *how = asked();

	c->caged = !how || strcmp(how, "off") != 0;
	if (how && *how && c->caged && strcmp(how, "on") != 0 && strcmp(how, "require") != 0)
		return ak_fail(err, AK_EXIT_USAGE, "AUDITKIT_SANDBOX is on, off or require");
	return AK_OK;
}

enum ak_rc ak_cage_enter(struct ak_ctx *c, struct ak_err *err)
{
	if (!c->caged)
		return AK_OK;
	/* What libraries read when they are first used, they read now. */
	json_object_seed(0);
	if (ak_cage_box(ak_cmd_needs(c->args)) != AK_BOX_PURE)
		ak_crypto_start();
	return close_cage(c, asked() && strcmp(asked(), "require") == 0, err);
}
