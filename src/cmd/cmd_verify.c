#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/crypto.h"
#include "query/query.h"
#include "store/verify.h"

struct verifying {
	struct ak_ctx *c;
	char content[65];
};

static void progress(void *ctx, uint64_t done, uint64_t total)
{
	ak_io_progress(((struct verifying *)ctx)->c->io, "verify", done, done, total);
}

static enum ak_rc digest(void *ctx, struct ak_store *s, struct ak_err *err)
{
	return ak_query_content_digest(s, ((struct verifying *)ctx)->content, err);
}

static enum ak_rc print_json(struct ak_ctx *c, const struct ak_verify_report *r, const char *content, struct ak_err *err)
{
	json_t *doc = json_pack("{s:s, s:i, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:s, s:I, s:s, s:s*}", "schema",
				"auditkit.verify/1", "format_version", 1, "intact", r->breaks == 0, "leaves",
				(json_int_t)r->leaves, "records", (json_int_t)r->records, "entries", (json_int_t)r->entries,
				"disposed", (json_int_t)r->disposed, "checkpoints", (json_int_t)r->checkpoints, "files",
				(json_int_t)r->files, "access_lines", (json_int_t)r->access_lines, "root", r->root, "breaks",
				(json_int_t)r->breaks, "content_digest", content, "first_break", r->breaks ? r->first : NULL);
	enum ak_rc rc = ak_io_json(c->io, doc, err);

	json_decref(doc);
	return rc;
}

static void print_text(struct ak_ctx *c, const struct ak_verify_report *r, const char *content)
{
	char a[32], b[32], d[32];

	ak_io_line(c->io, "leaves", "%s: %s records and %s entries, every leaf recomputed", ak_thousands(r->leaves, a),
		   ak_thousands(r->records, b), ak_thousands(r->entries, d));
	ak_io_line(c->io, "counts", "%s file%s in = stored + duplicate + rejected + blank + excluded + expired",
		   ak_thousands(r->files, a), r->files == 1 ? " obeys" : "s obey");
	ak_io_line(c->io, "sealed", "%s signed checkpoint%s, the last covers %s of %s leaves", ak_thousands(r->checkpoints, a), r->checkpoints == 1 ? "" : "s",
		   ak_thousands((uint64_t)r->last_checkpoint, d), ak_thousands(r->leaves, b));
	ak_io_line(c->io, "access", "%s line%s, their chain is checked", ak_thousands(r->access_lines, a), r->access_lines == 1 ? "" : "s");
	ak_io_line(c->io, "root", "%s", r->root);
	ak_io_line(c->io, "content", "%s", content);
	if (r->breaks)
		ak_io_line(c->io, "BROKEN", "%s; %s breaks in all", r->first, ak_thousands(r->breaks, a));
	else
		ak_io_line(c->io, "INTACT", "not provable here: calls that never reached an export, edits before ingest, and a "
					    "rewrite by who holds the log key, unless a checkpoint is kept elsewhere");
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	struct ak_verify_report r;
	struct verifying v = {.c = c};
	const struct ak_verify_calls calls = {progress, digest, &v};
	uint8_t pub[32];

	ak_ed25519_public(c->keys->log, pub);
	if (ak_store_verify(c->store, pub, &calls, &r, err) != AK_OK)
		return err->exit;
	if (c->json && print_json(c, &r, v.content, err) != AK_OK)
		return err->exit;
	if (!c->json)
		print_text(c, &r, v.content);
	return r.breaks ? AK_EXIT_VERIFY : AK_EXIT_OK;
}

static const struct ak_example examples[] = {
	{"auditkit verify", "recompute every leaf, root, signature and count"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_verify = {
	.name = "verify",
	.summary = "recompute everything the workspace claims and name the first break",
	.examples = examples,
	.needs = AK_NEED_READ | AK_NEED_SEALS,
	.run = run,
};
