#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/decimal.h"
#include "base/fs.h"
#include "base/jsonget.h"
#include "base/jsonw.h"
#include "cmd/outputs.h"
#include "packet/disclose.h"

#define MOST 1000

static enum ak_rc read_groups(struct ak_ctx *c, bool groups[AK_G_COUNT], struct ak_err *err)
{
	const char *list = ak_args_text(c->args, "group");
	struct ak_str rest = ak_str_of(list ? list : "what,how_much");

	while (rest.n) {
		const char *comma = memchr(rest.p, ',', rest.n);
		struct ak_str one = ak_str_n(rest.p, comma ? (size_t)(comma - rest.p) : rest.n);
		int g;

		for (g = 0; g < AK_G_COUNT && !ak_str_is(one, ak_group_name(g)); g++)
			;
		if (g == AK_G_COUNT) {
			ak_hint(err, "who, what and how_much, with commas between them");
			return ak_fail(err, AK_EXIT_USAGE, "option '--group' names no field group");
		}
		groups[g] = true;
		rest = comma ? ak_str_n(comma + 1, rest.n - one.n - 1) : ak_str_n("", 0);
	}
	return AK_OK;
}

/* Places in the ledger, as leaves.csv numbers them; a citation's number is the same. */
static enum ak_rc read_words(struct ak_ctx *c, int64_t *seq, size_t *n, struct ak_err *err)
{
	*n = 0;
	for (size_t i = 1; i < c->args->nwords; i++) {
		const char *word = c->args->word[i], *colon = strrchr(word, ':');
		struct ak_err none = {0};

		if (*n == MOST || ak_dec_int(ak_str_of(colon ? colon + 1 : word), false, &seq[*n], &none) != AK_OK) {
			ak_hint(err, "a number of leaves.csv or a citation such as litellm-prod:1288, at most %d", MOST);
			return ak_fail(err, AK_EXIT_USAGE, "this is no place in the ledger");
		}
		++*n;
	}
	return AK_OK;
}

static enum ak_rc write_out(struct ak_ctx *c, const json_t *doc, const char *path, struct ak_err *err)
{
	AK_CLEANUP(ak_buf_release) struct ak_buf b;
	enum ak_rc rc;

	ak_buf_init(&b, (size_t)256 << 20);
	rc = ak_json_pretty(doc, &b, err);
	if (rc == AK_OK)
		rc = ak_fs_write_file(path, ak_buf_str(&b), 0600, ak_args_flag(c->args, "force"), err);
	return rc;
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	const struct ak_packet_opts packet = {.store = c->store, .keys = c->keys, .redactor = c->redactor};
	const char *path = ak_args_text(c->args, "output"), *reason = ak_args_text(c->args, "reason");
	struct ak_disclose_opts o = {.packet = &packet, .path = c->args->word[0], .tokens = ak_args_flag(c->args, "tokens")};
	AK_CLEANUP(ak_json_decref) json_t *doc = NULL;
	int64_t *seq = ak_alloc_zero(MOST, sizeof *seq);
	enum ak_rc rc;

	if (!reason || !*reason) {
		ak_hint(err, "as in: --reason 'reviewer asked for item 7'; the file and the log of accesses say it");
		rc = ak_fail(err, AK_EXIT_USAGE, "say why with '--reason'");
	} else if ((rc = read_words(c, seq, &o.n, err)) == AK_OK) {
		rc = read_groups(c, o.groups, err);
	}
	if (rc == AK_OK) {
		o.seq = seq;
		o.reason = ak_arena_z(&c->arena, ak_redact_text(c->redactor, ak_str_of(reason), &c->arena, NULL));
		c->reason = reason;
		rc = ak_packet_disclose(&o, &doc, err);
	}
	if (rc == AK_OK && (!path || (rc = ak_output_allowed(c, path, err)) == AK_OK))
		rc = ak_cmd_log_access(c, o.n, err);
	if (rc == AK_OK && path)
		rc = write_out(c, doc, path, err);
	else if (rc == AK_OK)
		rc = ak_io_json(c->io, doc, err);
	if (rc == AK_OK && path) {
		ak_io_line(c->io, "disclosed", "%zu records of packet %s, %s", o.n, ak_jtxt(doc, "packet", "?"), path);
		ak_io_line(c->io, "check it", "python3 check_proofs.py PACKET --disclosure %s   (the script is in the annex)", path);
	}
	ak_free(seq);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_opt opts[] = {
	{"group", 0, AK_OPT_TEXT, "NAMES", "what is opened: who, what, how_much, with commas (default: what,how_much)"},
	{"tokens", 0, AK_OPT_FLAG, NULL, "open groups that hold pseudonyms of the workspace too"},
	{"reason", 0, AK_OPT_TEXT, "TEXT", "why; the file and the log of accesses say it"},
	{"output", 'o', AK_OPT_OUTPUT, "FILE", "write it there (default: standard output)"},
	{"force", 0, AK_OPT_FLAG, NULL, "replace what stands there"},
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example examples[] = {
	{"auditkit packet disclose packet.tar 2 --reason 'item 7' -o 7.json",
	 "one record, proven against a packet that was sent"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_packet_disclose = {
	.name = "packet disclose",
	.args = "PACKET RECORD...",
	.summary = "open withheld records against a packet that was sent, with proof",
	.text = "The packet commits to every leaf of the ledger, so nothing is signed again: the file shows the field groups asked for, the\n"
		"digests of the others and the path to the packet's tree head. RECORD is a number of leaves.csv in the annex, or a\n"
		"citation. check_proofs.py of the annex checks it with Python alone.",
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_READ | AK_NEED_KEYS | AK_NEED_ACCESS | AK_NEED_INPUT,
	.min_words = 2,
	.max_words = MOST,
	.run = run,
};
