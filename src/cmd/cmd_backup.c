#include "base/ak.h"
#include "cmd/cmd.h"

#include "packet/backup.h"
#include "query/query.h"

static enum ak_rc print_json(struct ak_ctx *c, const struct ak_backup *b, const char *path, struct ak_err *err)
{
	json_t *doc = json_pack("{s:s, s:i, s:s, s:s, s:s, s:s, s:I, s:s, s:I, s:I, s:O, s:b}", "schema", "auditkit.backup/1", "format_version", 1,
				"file", path, "workspace_id", c->store->id, "content_digest", b->content, "root", b->root, "leaves",
				(json_int_t)b->leaves, "digest", b->digest, "files", (json_int_t)b->files, "bytes", (json_int_t)b->bytes, "left_out",
				b->left_out, "keys_included", false);
	enum ak_rc rc = ak_io_json(c->io, doc, err);

	json_decref(doc);
	return rc;
}

static void print(struct ak_ctx *c, const struct ak_backup *b, const char *path)
{
	char n[32], bytes[32], leaves[32];
	json_t *name;
	size_t i;

	ak_io_line(c->io, "wrote", "%s: %s files, %s bytes", path, ak_thousands(b->files, n), ak_thousands(b->bytes, bytes));
	ak_io_line(c->io, "same", "read back; every value, content digest and root of %s leaves are the workspace's", ak_thousands((uint64_t)b->leaves, leaves));
	ak_io_line(c->io, "content", "%s", b->content);
	ak_io_line(c->io, "root", "%s", b->root);
	ak_io_line(c->io, "digest", "%s", b->digest);
	json_array_foreach(b->left_out, i, name)
		ak_io_line(c->io, "left out", "%s: no part of a workspace", json_string_value(name));
	ak_io_line(c->io, "keys", "not in it. Back up %s/%s by another way: without it this backup can be read, but nothing added", c->keys_root,
		   c->store->id);
}

static enum ak_rc log_access(struct ak_ctx *c, struct ak_err *err)
{
	json_t *ws = NULL;
	enum ak_rc rc = ak_query_workspace(c->store, &ws, err);

	if (rc == AK_OK)
		rc = ak_cmd_log_access(c, (uint64_t)json_integer_value(json_object_get(ws, "records_total")), err);
	json_decref(ws);
	return rc;
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	const char *path = c->args->word[0];
	struct ak_backup b = {0};
	enum ak_rc rc = ak_backup_check(path, err);

	/* Before the copy, so that the copy's log has it too. */
	if (rc == AK_OK)
		rc = log_access(c, err);
	if (rc == AK_OK)
		rc = ak_backup_write(c->store, path, &b, err);
	if (rc == AK_OK && c->json)
		rc = print_json(c, &b, path, err);
	else if (rc == AK_OK)
		print(c, &b, path);
	ak_backup_release(&b);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_example examples[] = {
	{"auditkit backup copy.tar", "the workspace as it is at this moment, in one file"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_backup = {
	.name = "backup",
	.args = "FILE.tar",
	.summary = "copy the workspace into one file, without its keys, and verify the copy",
	.text = "The copy is of one moment; an ingest that runs meanwhile does not wait for it. It holds database, policy, mappings,\n"
		"templates and access log, never the keys: back these up by another way. Before the file gets its name, all\n"
		"values, content digest and ledger root of the copy are compared with the workspace's, and the file is read back. It is a BagIt bag:\n"
		"sha256sum -c checks it, tar restores it, as auditkit-workspace(5) shows.",
	.examples = examples,
	.needs = AK_NEED_READ | AK_NEED_KEYS | AK_NEED_ACCESS | AK_NEED_OUTPUT,
	.min_words = 1,
	.max_words = 1,
	.run = run,
};
