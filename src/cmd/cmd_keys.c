/* keys: which pseudonym keys there are; keys rotate: a new one for the records to come. */
#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/jsonget.h"
#include "query/query.h"
#include "store/rotate.h"

static const char *folder(struct ak_ctx *c) { return ak_arena_printf(&c->arena, "%s/%s", c->keys_root, c->store->id).p; }

/* ---- keys ---- */

/* Where the key stands outside of the folder; NULL when it does not. One that could not be read may be the one in force. */
static const char *elsewhere(const struct ak_ctx *c, const char *kid)
{
	const struct ak_key_source *e = &c->elsewhere;

	return strcmp(kid, e->read ? e->key.kid : c->store->kid) == 0 ? e->from : NULL;
}

static void add_files(struct ak_ctx *c, const json_t *periods)
{
	char file[AK_KEY_FILE];
	json_t *p;
	size_t i;

	json_array_foreach((json_t *)periods, i, p) {
		const char *kid = ak_jtxt(p, "key_id", ""), *from = elsewhere(c, kid);

		ak_keys_file(folder(c), kid, file);
		json_object_set_new(p, "file", *file ? json_string(file) : json_null());
		json_object_set_new(p, "from", from ? json_string(from) : json_null());
		json_object_set_new(p, "in_force", json_boolean(strcmp(ak_jtxt(p, "key_id", ""), c->store->kid) == 0));
	}
}

static void print_periods(struct ak_ctx *c, const json_t *periods)
{
	char n[32];
	json_t *p;
	size_t i;

	ak_io_line(c->io, "folder", "%s", folder(c));
	json_array_foreach((json_t *)periods, i, p)
		ak_io_line(c->io, i ? "" : "pseudonym", "%s  %s to %-20s  %s records, %s%s", ak_jtxt(p, "key_id", "?"), ak_jtxt(p, "since", "?"),
			   ak_jtxt(p, "until", "now"), ak_thousands(ak_jnum(p, "records"), n), ak_jtxt(p, "from", ak_jtxt(p, "file", "DELETED")),
			   json_is_true(json_object_get(p, "in_force")) ? ", in force" : "");
}

static enum ak_exit run_list(struct ak_ctx *c, struct ak_err *err)
{
	json_t *periods = NULL, *doc;
	enum ak_rc rc = ak_query_key_periods(c->store, -1, -1, &periods, err);

	if (rc == AK_OK)
		add_files(c, periods);
	if (rc == AK_OK && c->json) {
		doc = json_pack("{s:s, s:i, s:s, s:O}", "schema", "auditkit.keys/1", "format_version", 1, "folder", folder(c), "pseudonym",
				periods);
		rc = ak_io_json(c->io, doc, err);
		json_decref(doc);
	} else if (rc == AK_OK) {
		print_periods(c, periods);
		if (c->elsewhere.from && !c->elsewhere.read)
			ak_io_line(c->io, "NOT READ", "%s", c->elsewhere.why.msg);
	}
	json_decref(periods);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_example list_examples[] = {
	{"auditkit keys", "the pseudonym keys, when each was in force, and where it is"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_keys = {
	.name = "keys",
	.summary = "the pseudonym keys of a workspace and the records under each",
	.text = "A key whose file is gone is DELETED: nobody can tell any more whom its tokens mean (crypto-erasure), while verify and\n"
		"packets work as before. auditkit-workspace(5) says how to delete one.",
	.examples = list_examples,
	.needs = AK_NEED_READ | AK_NEED_SEALS | AK_NEED_FIND,
	.run = run_list,
};

/* ---- keys rotate ---- */

/* Entries of redaction.allow that need the file of a past key from now on. */
static size_t allowed_before(const struct ak_ctx *c, const char *kid)
{
	size_t n = 0;

	for (size_t i = 0; c->policy && i < c->policy->nallow; i++)
		n += !c->policy->allow[i].key || strcmp(c->policy->allow[i].key, kid) != 0;
	return n;
}

static enum ak_exit run_rotate(struct ak_ctx *c, struct ak_err *err)
{
	char before[9], kid[9];
	json_t *doc;
	enum ak_rc rc;

	memcpy(before, c->store->kid, sizeof before);
	rc = ak_rotate(c->store, folder(c), c->keys, kid, err);
	if (rc == AK_OK && c->json) {
		doc = json_pack("{s:s, s:i, s:s, s:s, s:s, s:I}", "schema", "auditkit.keys-rotate/1", "format_version", 1, "before", before, "key_id",
				kid, "folder", folder(c), "allowed_before", (json_int_t)allowed_before(c, kid));
		rc = ak_io_json(c->io, doc, err);
		json_decref(doc);
	} else if (rc == AK_OK) {
		ak_io_line(c->io, "rotated", "pseudonym key %s is in force, %s is past: its records keep their tokens", kid, before);
		ak_io_line(c->io, "keys", "in %s; back them up", folder(c));
		if (allowed_before(c, kid))
			ak_io_line(c->io, "allowed", "%zu values of redaction.allow go on being let through while the files of past keys are kept",
				   allowed_before(c, kid));
		ak_io_note(c->io, "next", "auditkit %scheckpoint", c->with);
	}
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_example rotate_examples[] = {
	{"auditkit keys rotate", "a new pseudonym key for the records to come"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_keys_rotate = {
	.name = "keys rotate",
	.summary = "put a new pseudonym key in force for the records to come",
	.text = "Records that are there keep their tokens, and the ledger says from which entry on the new key holds. Tokens of two keys\n"
		"are never joined. While the file of a past key is there, values still find its records, and an export that overlaps\n"
		"is not stored twice; without it that cannot be told, and ingest warns.",
	.examples = rotate_examples,
	.needs = AK_NEED_WRITE | AK_NEED_SEALS | AK_NEED_NEWKEYS,
	.run = run_rotate,
};
