#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/fs.h"

static enum ak_rc write_policy(const char *dir, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *path = ak_fs_join(dir, "policy.yaml");

	return ak_fs_write_missing(path, ak_str_of(ak_policy_template), 0600, err);
}

static enum ak_rc create(struct ak_ctx *c, const char *dir, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *formats = ak_fs_join(dir, "formats");
	enum ak_rc rc;

	if (!c->keys_root)
		return ak_fail(err, AK_EXIT_REFUSED, "no place for keys: neither XDG_CONFIG_HOME nor HOME is set");
	if (ak_fs_exists(dir) && !ak_fs_is_dir(dir)) {
		ak_hint(err, "name a folder, or a name that is free");
		return ak_fail(err, AK_EXIT_USAGE, "'%s' is no folder", dir);
	}
	if (ak_store_is_workspace(dir)) {
		ak_hint(err, "'auditkit -w %s status' shows where it stands", dir);
		return ak_fail(err, AK_EXIT_USAGE, "'%s' is a workspace already", dir);
	}
	/* The database comes last: it makes the folder a workspace. */
	if ((rc = ak_fs_mkdirs(formats, 0700, err)) != AK_OK || (rc = write_policy(dir, err)) != AK_OK)
		return rc;
	return ak_store_create(dir, c->keys_root, err);
}

static json_t *document(const char *dir, const struct ak_store *s, const char *keys)
{
	return json_pack("{s:s, s:i, s:s, s:s, s:s, s:s}", "schema", "auditkit.init/1", "format_version", 1, "workspace", dir,
			 "workspace_id", s->id, "key_id", s->kid, "keys", keys);
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	const char *dir = c->args->nwords ? c->args->word[0] : c->workspace ? c->workspace : ".auditkit", *keys;
	struct ak_io *io = c->io;

	if (create(c, dir, err) != AK_OK || ak_store_open(dir, AK_STORE_READ, &c->store, err) != AK_OK)
		return err->exit;
	keys = ak_arena_printf(&c->arena, "%s/%s", c->keys_root, c->store->id).p;
	if (c->json) {
		json_t *doc = document(dir, c->store, keys);
		enum ak_rc rc = ak_io_json(io, doc, err);
		json_decref(doc);
		return rc == AK_OK ? AK_EXIT_OK : err->exit;
	}
	ak_io_line(io, "created", "%s, mode 0700: workspace.db, policy.yaml, formats/", dir);
	ak_io_line(io, "keys", "3 in %s: log, packet, pseudonym. Back them up.", keys);
	ak_io_line(io, "policy", "every answer in policy.yaml still says \"unknown\"; each becomes a gap in the packet, "
				 "none stops you");
	ak_io_note(io, "next", "auditkit -w %s ingest EXPORT...", dir);
	return AK_EXIT_OK;
}

static const struct ak_example examples[] = {
	{"auditkit init ws", "make a workspace in the folder ws"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_init = {
	.name = "init",
	.args = "[DIR]",
	.summary = "make a workspace, its keys and a policy.yaml to fill in",
	.text = "The workspace is a private folder (default .auditkit). Its three keys lie outside it, below\n"
		"$XDG_CONFIG_HOME/auditkit/keys; without them nothing can be ingested, so back them up.",
	.examples = examples,
	.needs = AK_NEED_OUTPUT | AK_NEED_NEWKEYS,
	.max_words = 1,
	.run = run,
};
