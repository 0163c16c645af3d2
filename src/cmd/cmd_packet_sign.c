#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/fs.h"
#include "base/jsonget.h"
#include "base/jsonw.h"
#include "cmd/receipt.h"
#include "packet/annex.h"
#include "packet/annex_sealed.h"
#include "packet/attach.h"
#include "packet/attestation.h"
#include "packet/check.h"
#include "packet/past.h"
#include "packet/sign.h"

static enum ak_rc check_target(const char *to, bool replace, struct ak_err *err)
{
	if (replace || !ak_fs_exists(to))
		return AK_OK;
	ak_hint(err, "use --force to replace it");
	return ak_fail(err, AK_EXIT_USAGE, "cannot write '%s': it exists already", to);
}

/* The annex may stand beside the packet that was signed. */
static enum ak_rc write_receipt(const json_t *packet, const char *signer, const char *from, const char *to, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *plain = ak_annex_path(from), *sealed = ak_annex_sealed_path(from);
	const struct ak_receipt r = {ak_jtxt(packet, "id", "?"), ak_jtxt(packet, "as_of", "?"), ak_jtxt(packet, "digest", "?"), signer, false,
				     ak_fs_exists(plain) ? plain : ak_fs_exists(sealed) ? sealed : NULL, ak_jtxt(packet, "annex_sha256", NULL), NULL};

	return ak_receipt_write(&r, to, true, err);
}

static enum ak_rc report(struct ak_ctx *c, const json_t *packet, const char *to, const char *signer, struct ak_err *err)
{
	json_t *doc;
	enum ak_rc rc;

	if (!c->json) {
		ak_io_line(c->io, "signed", "%s, %s", ak_jtxt(packet, "id", "?"), to);
		ak_io_line(c->io, "signer", "%s", signer);
		ak_io_printf(c->io, "%-10s%s\n", "digest", ak_jtxt(packet, "digest", "?"));
		ak_io_line(c->io, "", "unchanged by the signature; the receipt names both");
		ak_io_note(c->io, "next", "auditkit packet verify %s", ak_text_shell(&c->arena, to));
		return AK_OK;
	}
	doc = json_pack("{s:s, s:i, s:s, s:s, s:s, s:s}", "schema", "auditkit.packet-sign/1", "format_version", 1, "packet",
			ak_jtxt(packet, "id", "?"), "file", to, "digest", ak_jtxt(packet, "digest", "?"), "signer", signer);
	rc = ak_io_json(c->io, doc, err);
	json_decref(doc);
	return rc;
}

/* What somebody else made over the packet goes beside its signature. */
static enum ak_exit attach(struct ak_ctx *c, const char *from, const char *to, const char *file, struct ak_err *err)
{
	AK_CLEANUP(ak_json_decref) json_t *packet = NULL;
	struct ak_buf bytes;
	char stands_as[96];
	enum ak_rc rc;

	if (ak_args_text(c->args, "key"))
		return ak_fail(err, AK_EXIT_USAGE, "a packet is signed with '--key' or given a signature of others with '--attach'"), err->exit;
	ak_buf_init(&bytes, 1 << 20);
	rc = ak_fs_slurp(file, 1 << 20, &bytes, err);
	if (rc == AK_OK)
		rc = ak_packet_attach(from, to, file, ak_buf_str(&bytes), ak_args_text(c->args, "name"), stands_as, &packet, err);
	ak_buf_release(&bytes);
	if (rc == AK_OK && c->json) {
		AK_CLEANUP(ak_json_decref) json_t *doc = json_pack("{s:s, s:i, s:s, s:s, s:s, s:n, s:s}", "schema", "auditkit.packet-sign/1",
								   "format_version", 1, "packet", ak_jtxt(packet, "id", "?"), "file", to, "digest",
								   ak_jtxt(packet, "digest", "?"), "signer", "attached", stands_as);

		rc = ak_io_json(c->io, doc, err);
	} else if (rc == AK_OK) {
		ak_io_line(c->io, "attached", "%s, %s", stands_as, to);
		ak_io_printf(c->io, "%-10s%s\n", "digest", ak_jtxt(packet, "digest", "?"));
		ak_io_line(c->io, "", "unchanged by what stands in signatures/");
	}
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

/* An unsigned packet is signed first: a statement about one that nobody signed would say more than its signature. */
static enum ak_rc sign_if_unsigned(const char *from, const char *to, const struct ak_signer *signer, char print[AK_SSHKEY_PRINT], bool *done, struct ak_err *err)
{
	AK_CLEANUP(ak_json_decref) json_t *packet = NULL;
	struct ak_buf sig;
	enum ak_rc rc;

	ak_buf_init(&sig, 1 << 20);
	rc = ak_packet_file(from, "signatures/tagmanifest-sha256.txt.sshsig", &sig, err);
	ak_buf_release(&sig);
	*done = rc == AK_END;
	return *done ? ak_packet_sign(from, to, true, signer, print, &packet, err) : rc;
}

static enum ak_rc make_statement(const char *path, const struct ak_signer *signer, struct ak_buf *out, struct ak_err *err)
{
	AK_CLEANUP(ak_json_decref) json_t *packet = NULL;
	uint8_t digest[32];
	char hex[65];
	enum ak_rc rc = ak_past_open(path, hex, &packet, err);

	if (rc == AK_OK && ak_unhex(ak_str_of(hex), digest, sizeof digest))
		rc = ak_attestation_make(signer->seed, digest, packet, out, err);
	return rc;
}

static enum ak_exit attest(struct ak_ctx *c, const char *from, const char *to, const struct ak_signer *signer, struct ak_err *err)
{
	AK_CLEANUP(ak_json_decref) json_t *packet = NULL;
	struct ak_buf statement;
	struct ak_sshkey key;
	uint8_t pub[AK_ED25519_LEN];
	char stands_as[96], print[AK_SSHKEY_PRINT];
	bool signed_now = false;
	enum ak_rc rc = AK_OK;

	if (signer->outside) {
		ak_hint(err, "the file of an Ed25519 key without passphrase; ssh-keygen signs no DSSE");
		return ak_fail(err, AK_EXIT_REFUSED, "an attestation cannot be signed by a key in an agent or token"), err->exit;
	}
	ak_ed25519_public(signer->seed, pub);
	ak_sshkey_from_pub(pub, &key);
	ak_sshkey_fingerprint(&key, print);
	ak_buf_init(&statement, 1 << 20);
	rc = sign_if_unsigned(from, to, signer, print, &signed_now, err);
	if (signed_now)
		from = to;
	if (rc == AK_OK && (rc = make_statement(from, signer, &statement, err)) == AK_OK)
		rc = ak_packet_attach(from, to, "made.intoto.json", ak_buf_str(&statement), NULL, stands_as, &packet, err);
	ak_buf_release(&statement);
	if (rc == AK_OK) {
		rc = write_receipt(packet, print, from, to, err);
	}
	if (rc == AK_OK)
		rc = report(c, packet, to, print, err);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	const char *from = c->args->word[0], *to = ak_args_text(c->args, "output"), *key = ak_args_text(c->args, "key");
	char fingerprint[AK_SSHKEY_PRINT];
	struct ak_signer signer = {0};
	json_t *packet = NULL;
	enum ak_rc rc = AK_OK;

	if (ak_args_text(c->args, "attach")) {
		if (to && (rc = check_target(to, ak_args_flag(c->args, "force"), err)) != AK_OK)
			return err->exit;
		return attach(c, from, to ? to : from, ak_args_text(c->args, "attach"), err);
	}
	if (!key) {
		ak_hint(err, "a file: 'packet' in the folder that 'auditkit keys' names, an OpenSSH private key, or the .pub of one in an agent or token");
		return ak_fail(err, AK_EXIT_USAGE, "name the key that signs: --key FILE"), err->exit;
	}
	if (to)
		rc = check_target(to, ak_args_flag(c->args, "force"), err);
	else
		to = from;
	if (rc == AK_OK && (rc = ak_signer_open(key, &signer, err)) == AK_OK && ak_args_flag(c->args, "dsse")) {
		enum ak_exit code = attest(c, from, to, &signer, err);

		ak_signer_wipe(&signer);
		return code;
	}
	if (rc == AK_OK)
		rc = ak_packet_sign(from, to, true, &signer, fingerprint, &packet, err);
	ak_signer_wipe(&signer);
	if (rc == AK_OK) {
		rc = write_receipt(packet, fingerprint, from, to, err);
	}
	if (rc == AK_OK)
		rc = report(c, packet, to, fingerprint, err);
	json_decref(packet);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_opt opts[] = {
	{"key", 0, AK_OPT_INPUT, "FILE", "who signs: a private key file, or the .pub of a key in ssh-agent or a FIDO token"},
	{"attach", 0, AK_OPT_INPUT, "FILE", "instead: a timestamp (.tsr), CMS signature (.p7s) or SSH signature (.sshsig) that others made over it"},
	{"dsse", 0, AK_OPT_FLAG, NULL, "add an in-toto statement in a DSSE envelope, by the key that signs or has signed the packet"},
	{"name", 0, AK_OPT_TEXT, "NAME", "whose SSH signature --attach brings; 'packet verify --require NAME' asks for it"},
	{"output", 'o', AK_OPT_OUTPUT, "FILE", "write the signed packet there (default: in place)"},
	{"force", 0, AK_OPT_FLAG, NULL, "replace what stands there"},
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example examples[] = {
	{"auditkit packet sign unsigned.zip --key id_ed25519", "sign what 'packet build --unsigned' made"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_packet_sign = {
	.name = "packet sign",
	.args = "PACKET",
	.summary = "sign a packet that was built unsigned, later or elsewhere",
	.text = "The digest of a packet does not change when it is signed, and neither does any file that it covers. The packet is\n"
		"checked first: a draft, a packet that is signed already and one that is not as it was packed are refused. Keys are\n"
		"Ed25519: the file 'packet' among the keys of a workspace, an OpenSSH private key without passphrase, or whatever\n"
		"ssh-keygen -Y sign can use: a key with passphrase, in ssh-agent, in a FIDO token. Such a signature stands alone,\n"
		"without the raw one that openssl checks. The receipt is written anew. What others made over tagmanifest-sha256.txt is\n"
		"attached: a timestamp asked for with 'openssl ts -query -digest DIGEST -sha256 -cert', a detached CMS signature, or the\n"
		"SSH signature (namespace auditkit-packet) of somebody who countersigns; 'auditkit packet timestamp' gets the first.",
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_EXEC | AK_NEED_OUTPUT,
	.min_words = 1,
	.max_words = 1,
	.run = run,
};
