/* packet annex: an annex that only its recipients can read. */
#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/fs.h"
#include "base/jsonw.h"
#include "cmd/outputs.h"
#include "cmd/recipients.h"
#include "packet/annex_sealed.h"

static enum ak_rc before(struct ak_ctx *c, struct ak_err *err)
{
	c->prepared = ak_arena_zero(&c->arena, sizeof(struct ak_cmd_recipients));
	return ak_cmd_recipients_read(c, "for", c->prepared, err);
}

static enum ak_rc report(struct ak_ctx *c, const char *from, const char *to, size_t recipients, struct ak_err *err)
{
	if (c->json) {
		AK_CLEANUP(ak_json_decref) json_t *doc = json_pack("{s:s, s:i, s:s, s:I}", "schema", "auditkit.packet-annex/1", "format_version", 1, "file", to,
								   "recipients", (json_int_t)recipients);

		return ak_io_json(c->io, doc, err);
	}
	ak_io_line(c->io, "wrote", "%s, encrypted for %zu recipient%s", to, recipients, recipients == 1 ? "" : "s");
	if (strcmp(from, to) != 0)
		ak_io_line(c->io, "", "the annex it was made from is still there, and can be read by who finds it");
	ak_io_line(c->io, "open it", "openssl cms -decrypt -inform DER -in FILE -recip CERT.pem -inkey KEY.pem -out ANNEX");
	return AK_OK;
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	const char *from = c->args->word[0], *to = ak_args_text(c->args, "output");
	struct ak_recipients *for_ = NULL;
	enum ak_rc rc = ak_cmd_recipients_open(c->prepared, &for_, err);

	if (!to)
		to = ak_arena_printf(&c->arena, "%s.p7m", from).p;
	if (rc == AK_OK && !for_) {
		ak_hint(err, "--for CERT.pem, once for each reader");
		rc = ak_fail(err, AK_EXIT_USAGE, "say who may read it");
	}
	if (rc == AK_OK && (rc = ak_output_allowed(c, to, err)) == AK_OK)
		rc = ak_annex_seal_file(from, for_, to, ak_args_flag(c->args, "force"), err);
	if (rc == AK_OK)
		rc = report(c, from, to, ak_recipients_count(for_), err);
	ak_recipients_free(for_);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_opt opts[] = {
	{"for", 0, AK_OPT_LIST, "CERT", "certificate (PEM) of one who may read it; once for each"},
	{"output", 'o', AK_OPT_OUTPUT, "FILE", "where to write it (default: ANNEX.p7m)"},
	{"force", 0, AK_OPT_FLAG, NULL, "replace what stands there"},
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example examples[] = {
	{"auditkit packet annex packet.annex.zip --for cert.pem", "encrypted for the holder of one certificate"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_packet_annex = {
	.name = "packet annex",
	.args = "ANNEX",
	.summary = "encrypt the annex of a packet for those who may read it",
	.text = "The annex holds what is too large or too much for all readers of a packet. Encrypted it is CMS (RFC 5083, AES-256-GCM)\n"
		"for the RSA or elliptic-curve key of each certificate; OpenSSL 3 opens it. The packet is complete without it and stays\n"
		"as it is. 'auditkit packet build --annex-for CERT' writes it so at once, and never a plain one.",
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_INPUT | AK_NEED_OUTPUT,
	.min_words = 1,
	.max_words = 1,
	.before = before,
	.run = run,
};
