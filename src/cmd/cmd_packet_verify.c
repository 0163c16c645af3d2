#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/fs.h"
#include "base/jsonget.h"
#include "packet/annex_sealed.h"
#include "packet/check.h"

static const char *word(const char *result)
{
	return strcmp(result, "pass") == 0 ? "PASS" : strcmp(result, "fail") == 0 ? "FAIL" : "SKIPPED";
}

static const char *failed_checks(struct ak_ctx *c, const json_t *doc)
{
	const char *names = "";
	json_t *check;
	size_t i;

	json_array_foreach(json_object_get(doc, "checks"), i, check)
		if (strcmp(ak_jtxt(check, "result", ""), "fail") == 0)
			names = ak_arena_printf(&c->arena, "%s%s%s", names, *names ? ", " : "", ak_jtxt(check, "name", "?")).p;
	return names;
}

static void print_verdict(struct ak_ctx *c, const json_t *doc)
{
	const char *packet = ak_jtxt(doc, "packet", json_object_get(doc, "bag") ? "the bag" : "a packet without a name"), *who = ak_jtxt(doc, "signer_name", NULL);
	uint64_t altered = ak_jnum(doc, "altered");
	char a[32], b[32];

	ak_io_printf(c->io, "\n");
	ak_io_line(c->io, "", "not provable here: calls that never reached an export, edits before ingest");
	if (!json_is_true(json_object_get(doc, "ok")))
		ak_io_line(c->io, "NOT VERIFIED", "%s: %s of %s files altered; failed: %s", packet, ak_thousands(altered, a), ak_thousands(ak_jnum(doc, "files"), b),
			   failed_checks(c, doc));
	else if (json_object_get(doc, "bag"))
		ak_io_line(c->io, "VERIFIED", "a BagIt %s bag: %s files, 0 alterations; a bag does not say who made it",
			   ak_jtxt(json_object_get(doc, "bag"), "version", "?"), ak_thousands(ak_jnum(doc, "files"), a));
	else if (who)
		ak_io_line(c->io, "VERIFIED", "%s: %s files, 0 alterations, signed by %s", packet, ak_thousands(ak_jnum(doc, "files"), a), who);
	else
		ak_io_line(c->io, "VERIFIED", "%s: %s files, 0 alterations, a DRAFT, not signed", packet, ak_thousands(ak_jnum(doc, "files"), a));
}

static void print(struct ak_ctx *c, const json_t *doc)
{
	json_t *check;
	size_t i;

	json_array_foreach(json_object_get(doc, "checks"), i, check)
		ak_io_line(c->io, word(ak_jtxt(check, "result", "")), "%-13s %s", ak_jtxt(check, "name", ""), ak_jtxt(check, "detail", ""));
	ak_io_printf(c->io, "%-10s%s\n", "digest", ak_jtxt(doc, "digest", ""));
	print_verdict(c, doc);
}

/* As receipts print it, or as Windows does: in capitals. */
static enum ak_rc digest_of(struct ak_ctx *c, const char **out, struct ak_err *err)
{
	const char *given = ak_args_text(c->args, "digest");
	uint8_t raw[32];
	char hex[65];

	*out = NULL;
	if (!given)
		return AK_OK;
	if (strlen(given) != 64 || !ak_unhex(ak_str_of(given), raw, sizeof raw)) {
		ak_hint(err, "it is the line `digest` of the receipt, 64 hex digits");
		return ak_fail(err, AK_EXIT_USAGE, "what '--digest' gives is no SHA-256");
	}
	ak_hex(raw, sizeof raw, hex);
	*out = ak_arena_z(&c->arena, ak_str_of(hex));
	return AK_OK;
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	const char *signers = ak_args_text(c->args, "signers");
	struct ak_packet_check o = {.previous = ak_args_text(c->args, "previous"), .annex = ak_args_text(c->args, "annex"),
				     .require = ak_args_text(c->args, "require")};
	const char *tsa = ak_args_text(c->args, "tsa");
	struct ak_buf text, authority;
	json_t *doc = NULL;
	enum ak_rc rc = digest_of(c, &o.digest, err);
	bool good = false;

	ak_buf_init(&text, 1 << 20);
	ak_buf_init(&authority, 1 << 20);
	if (rc != AK_OK)
		return err->exit;
	if (signers && ak_args_flag(c->args, "bag")) {
		ak_hint(err, "leave --bag out: a packet is checked for its signature, too");
		rc = ak_fail(err, AK_EXIT_USAGE, "a bag has no signature that --signers could stand for");
	} else if (signers) {
		rc = ak_fs_slurp(signers, 1 << 20, &text, err);
		o.signers = text.n ? ak_buf_str(&text) : AK_STR("");
	}
	if (rc == AK_OK && o.annex)
		rc = ak_annex_refuse_sealed(o.annex, err);
	if (rc == AK_OK && tsa && (rc = ak_fs_slurp(tsa, 1 << 20, &authority, err)) == AK_OK)
		o.tsa = authority.n ? ak_buf_str(&authority) : AK_STR("");
	if (rc == AK_OK)
		rc = (ak_args_flag(c->args, "bag") ? ak_bag_verify : ak_packet_verify)(c->args->word[0], &o, &doc, err);
	if (rc == AK_OK) {
		good = json_is_true(json_object_get(doc, "ok"));
		if (c->json)
			rc = ak_io_json(c->io, doc, err);
		else
			print(c, doc);
	}
	json_decref(doc);
	ak_buf_release(&text);
	ak_buf_release(&authority);
	return rc != AK_OK ? err->exit : good ? AK_EXIT_OK : AK_EXIT_VERIFY;
}

static const struct ak_opt opts[] = {
	{"digest", 0, AK_OPT_TEXT, "HEX", "the packet digest you were given by another way"},
	{"signers", 0, AK_OPT_INPUT, "FILE", "allowed_signers file of your own instead of the packet's; what none of them signed fails, a draft too"},
	{"previous", 0, AK_OPT_INPUT, "PACKET", "the packet that you had before: the ledger of this one must continue it"},
	{"tsa", 0, AK_OPT_INPUT, "FILE", "certificates (PEM) of the authority whose RFC 3161 timestamp it must have"},
	{"require", 0, AK_OPT_TEXT, "NAMES", "names of --signers that must each have signed it, with commas"},
	{"annex", 0, AK_OPT_INPUT, "FILE", "the packet's annex: its leaves must be a whole run of the ledger"},
	{"bag", 0, AK_OPT_FLAG, NULL, "any BagIt 0.97 or 1.0 bag, as other programs make it: structure, fixity and completeness only"},
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example examples[] = {
	{"auditkit packet verify packet.tar", "files, manifests, signature and signed tree head"},
	{"auditkit packet verify --bag packet.tar", "as a bag, whoever made it"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_packet_verify = {
	.name = "packet verify",
	.args = "PACKET",
	.summary = "check a packet without its workspace: files, manifests, signature, tree head",
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_INPUT,
	.min_words = 1,
	.max_words = 1,
	.run = run,
};
