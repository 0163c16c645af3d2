/* keys: which pseudonym keys there are; keys rotate: a new one for the records to come. */
#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/jsonget.h"
#include "base/jsonw.h"
#include "base/fs.h"
#include "base/signers.h"
#include "base/sshsig.h"
#include "base/time.h"
#include "cmd/duration.h"
#include "packet/signer.h"
#include "query/query.h"
#include "store/rotate.h"
#include "store/rotate_packet.h"

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

/* The keys that signed packets, each with its line for a list of signers. */
static enum ak_rc packet_keys(struct ak_ctx *c, json_t **out, struct ak_err *err)
{
	struct ak_packet_key *k = NULL;
	size_t n;
	enum ak_rc rc = ak_packet_keys(c->store, c->keys, &k, &n, err);
	struct ak_buf line;

	*out = json_array();
	ak_buf_init(&line, 1024);
	for (size_t i = 0; i < n && rc == AK_OK; i++) {
		AK_CLEANUP(ak_free_charp) char *path = ak_fs_join(folder(c), k[i].file);
		char print[AK_SSHKEY_PRINT], from[32], until[32];

		ak_buf_clear(&line);
		rc = ak_signers_line_between(AK_PACKET_PRINCIPAL, AK_SSHSIG_NAMESPACE, &k[i].key, k[i].from_us, k[i].until_us, &line, err);
		if (rc != AK_OK)
			break;
		ak_sshkey_fingerprint(&k[i].key, print);
		json_array_append_new(*out, json_pack("{s:s, s:s?, s:s?, s:s?, s:b, s:s%}", "fingerprint", print, "from",
						      k[i].from_us == INT64_MIN ? NULL : ak_time_z(k[i].from_us, 0, from), "until",
						      k[i].until_us == INT64_MIN ? NULL : ak_time_z(k[i].until_us, 0, until), "file",
						      ak_fs_exists(path) ? k[i].file : NULL, "in_force", i + 1 == n, "signers", line.p, line.n));
	}
	ak_buf_release(&line);
	ak_free(k);
	return rc;
}

static void print_packet_keys(struct ak_ctx *c, const json_t *keys)
{
	json_t *k;
	size_t i;

	json_array_foreach((json_t *)keys, i, k) {
		const char *from = ak_jtxt(k, "from", NULL), *until = ak_jtxt(k, "until", NULL);

		ak_io_line(c->io, i ? "" : "packet", "%s%s%s%s%s  %s%s", ak_jtxt(k, "fingerprint", "?"), from ? " from " : "", from ? from : "",
			   until ? " until " : "", until ? until : "", ak_jtxt(k, "file", "DELETED"),
			   json_is_true(json_object_get(k, "in_force")) ? ", in force" : "");
	}
}

/* As ssh-keygen and packet verify read them, and nothing else. */
static void print_signers(struct ak_ctx *c, const json_t *keys)
{
	json_t *k;
	size_t i;

	json_array_foreach((json_t *)keys, i, k)
		ak_io_text(c->io, ak_str_of(ak_jtxt(k, "signers", "")));
}

static enum ak_exit run_list(struct ak_ctx *c, struct ak_err *err)
{
	AK_CLEANUP(ak_json_decref) json_t *packet = NULL;
	json_t *periods = NULL, *doc;
	enum ak_rc rc = packet_keys(c, &packet, err);

	if (rc == AK_OK && ak_args_flag(c->args, "signers") && !c->json)
		return print_signers(c, packet), AK_EXIT_OK;
	if (rc == AK_OK)
		rc = ak_query_key_periods(c->store, -1, -1, &periods, err);

	if (rc == AK_OK)
		add_files(c, periods);
	if (rc == AK_OK && c->json) {
		doc = json_pack("{s:s, s:i, s:s, s:O, s:O}", "schema", "auditkit.keys/1", "format_version", 1, "folder", folder(c), "pseudonym",
				periods, "packet", packet);
		rc = ak_io_json(c->io, doc, err);
		json_decref(doc);
	} else if (rc == AK_OK) {
		print_periods(c, periods);
		print_packet_keys(c, packet);
		if (c->elsewhere.from && !c->elsewhere.read)
			ak_io_line(c->io, "NOT READ", "%s", c->elsewhere.why.msg);
	}
	json_decref(periods);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_opt list_opts[] = {
	{"signers", 0, AK_OPT_FLAG, NULL, "print the allowed_signers lines of the packet keys, for whoever verifies packets, and nothing else"},
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example list_examples[] = {
	{"auditkit keys", "the pseudonym keys, when each was in force, and where it is"},
	{"auditkit keys --signers", "the list that 'packet verify --signers' wants"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_keys = {
	.name = "keys",
	.summary = "the keys of a workspace: those of pseudonyms, and those that sign packets",
	.text = "A pseudonym key whose file is gone is DELETED: nobody can tell any more whom its tokens mean (crypto-erasure), while verify and\n"
		"packets work as before. auditkit-workspace(5) says how to delete one. Of keys that sign packets only the one in force is needed;\n"
		"a list of signers goes on naming the others.",
	.opts = list_opts,
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

/* ---- keys rotate --packet ---- */

static enum ak_rc report_packet(struct ak_ctx *c, const json_t *keys, struct ak_err *err)
{
	size_t n = json_array_size(keys);
	const json_t *old = json_array_get(keys, n - 2), *fresh = json_array_get(keys, n - 1);
	const char *was = ak_jtxt(old, "fingerprint", "?"), *is = ak_jtxt(fresh, "fingerprint", "?"), *until = ak_jtxt(old, "until", "?");

	if (c->json) {
		AK_CLEANUP(ak_json_decref) json_t *doc =
			json_pack("{s:s, s:i, s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:[s, s]}", "schema", "auditkit.keys-rotate/1", "format_version", 1, "kind", "packet",
				  "before", was, "key_id", is, "folder", folder(c), "allowed_before", 0, "from", ak_jtxt(fresh, "from", "?"), "until", until,
				  "signers", ak_jtxt(old, "signers", ""), ak_jtxt(fresh, "signers", ""));

		return ak_io_json(c->io, doc, err);
	}
	ak_io_line(c->io, "rotated", "packets are signed by %s from now on", is);
	ak_io_line(c->io, "", "%s may have signed those until %s", was, until);
	ak_io_line(c->io, "keys", "in %s; back them up, and delete '%s' after that time", folder(c), ak_jtxt(old, "file", "the old one"));
	ak_io_line(c->io, "signers", "send these lines to whoever verifies packets ('auditkit %skeys --signers' has all):", c->with);
	ak_io_text(c->io, ak_str_of(ak_jtxt(old, "signers", "")));
	ak_io_text(c->io, ak_str_of(ak_jtxt(fresh, "signers", "")));
	return AK_OK;
}

static enum ak_exit rotate_packet(struct ak_ctx *c, struct ak_err *err)
{
	AK_CLEANUP(ak_json_decref) json_t *keys = NULL;
	int64_t overlap = INT64_C(30) * 86400 * 1000000;
	const char *given = ak_args_text(c->args, "overlap");
	enum ak_rc rc = given && strcmp(given, "0") != 0 ? ak_duration("overlap", given, &overlap, err) : AK_OK;

	if (given && strcmp(given, "0") == 0)
		overlap = 0;
	if (rc == AK_OK && (rc = ak_rotate_packet(c->store, folder(c), c->keys, overlap, err)) == AK_OK && (rc = packet_keys(c, &keys, err)) == AK_OK)
		rc = report_packet(c, keys, err);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static enum ak_exit run_rotate(struct ak_ctx *c, struct ak_err *err)
{
	char before[9], kid[9];
	json_t *doc;
	enum ak_rc rc;

	if (ak_args_flag(c->args, "packet"))
		return rotate_packet(c, err);
	if (ak_args_text(c->args, "overlap"))
		return ak_fail(err, AK_EXIT_USAGE, "option '--overlap' goes with --packet: pseudonyms of two keys never overlap"), err->exit;
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

static const struct ak_opt rotate_opts[] = {
	{"packet", 0, AK_OPT_FLAG, NULL, "instead: a new key that signs packets"},
	{"overlap", 0, AK_OPT_TEXT, "TIME", "with --packet: how long packets of the old key are still to be believed, as 30d (default), 12h or 0"},
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example rotate_examples[] = {
	{"auditkit keys rotate", "a new pseudonym key for the records to come"},
	{"auditkit keys rotate --packet --overlap 14d", "a new key that signs packets; lists of signers name both for two weeks"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_keys_rotate = {
	.name = "keys rotate",
	.summary = "put a new key in force: for pseudonyms, or with --packet for signing packets",
	.text = "Records that are there keep their tokens, and the ledger says from which entry on the new key holds. Tokens of two keys\n"
		"are never joined. While the file of a past key is there, values still find its records, and an export that overlaps\n"
		"is not stored twice; without it that cannot be told, and ingest warns. With --packet the key that signs packets is\n"
		"replaced. The lines it prints go to whoever verifies packets: the old key is good for packets of a time up to the end of the\n"
		"overlap, the new one from now on. Judged is a packet's own time, or that of a timestamp (packet timestamp): what was\n"
		"signed stays good, and who steals an old key can date a packet back unless you ask for a timestamp.",
	.opts = rotate_opts,
	.examples = rotate_examples,
	.needs = AK_NEED_WRITE | AK_NEED_SEALS | AK_NEED_NEWKEYS,
	.run = run_rotate,
};
