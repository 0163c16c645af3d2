#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/jsonget.h"
#include "base/jsonw.h"
#include "cmd/answers.h"
#include "packet/rebuild.h"

#define SHOWN 12

static void print_rows(struct ak_ctx *c, const json_t *doc)
{
	json_t *row, *files = json_object_get(doc, "files");
	size_t i;

	json_array_foreach(json_object_get(doc, "changed"), i, row)
		ak_io_line(c->io, i ? "" : "since then", "%s %s: %llu, now %llu", ak_jtxt(row, "kind", ""), ak_jtxt(row, "stands", ""),
			   (unsigned long long)ak_jnum(row, "then"), (unsigned long long)ak_jnum(row, "now"));
	json_array_foreach(json_object_get(doc, "reasons"), i, row)
		ak_io_line(c->io, i ? "" : "because", "%s", json_string_value(row));
	json_array_foreach(files, i, row)
		if (i < SHOWN || c->io->verbose)
			ak_io_line(c->io, ak_jtxt(row, "state", ""), "%s", ak_jtxt(row, "path", ""));
	if (json_array_size(files) > SHOWN && !c->io->verbose)
		ak_io_line(c->io, "", "and %zu more of %zu: -v lists them", json_array_size(files) - SHOWN, json_array_size(files));
}

static void print(struct ak_ctx *c, const json_t *doc, const char *verdict)
{
	const json_t *ledger = json_object_get(doc, "ledger");

	ak_io_line(c->io, "packet", "%s, on %llu leaves; the ledger has %llu now and begins with them", ak_jtxt(doc, "packet", "?"),
		   (unsigned long long)ak_jnum(ledger, "then"), (unsigned long long)ak_jnum(ledger, "now"));
	ak_io_printf(c->io, "%-10s%s\n", "digest", ak_jtxt(doc, "digest", ""));
	if (json_is_string(json_object_get(doc, "rebuilt")))
		ak_io_printf(c->io, "%-10s%s\n", "rebuilt", ak_jtxt(doc, "rebuilt", ""));
	print_rows(c, doc);
	if (strcmp(verdict, "equal") == 0)
		ak_io_line(c->io, "EQUAL", "the packet follows from this workspace, byte for byte");
	else if (strcmp(verdict, "went on") == 0)
		ak_io_line(c->io, "WENT ON", "each leaf that it shows is still there; what stands otherwise is listed above%s",
			   json_array_size(json_object_get(doc, "changed")) ? "" : ": nothing");
	else if (strcmp(verdict, "explained") == 0)
		ak_io_line(c->io, "NOT EQUAL", "for the reasons above; the records are the same");
	else
		ak_io_line(c->io, "DIFFERS", "and nothing explains it: the packet does not follow from this workspace");
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	struct ak_packet_opts o = {.store = c->store, .keys = c->keys, .policy = c->policy, .redactor = c->redactor, .workspace = c->workspace,
				   .data_dir = c->data_dir, .previous = ak_args_text(c->args, "previous")};
	AK_CLEANUP(ak_json_decref) json_t *doc = NULL;
	struct ak_responses responses = {0};
	const char *verdict;
	bool there;
	enum ak_rc rc = ak_cmd_responses(c, &responses, &there, err);

	o.responses = there ? &responses : NULL;
	ak_redact_note_allowed(c->redactor);
	if (rc == AK_OK)
		rc = ak_cmd_log_access(c, 0, err);
	if (rc == AK_OK)
		rc = ak_packet_rebuild(&o, c->args->word[0], &doc, err);
	verdict = ak_jtxt(doc, "verdict", "");
	if (rc == AK_OK && c->json)
		rc = ak_io_json(c->io, doc, err);
	else if (rc == AK_OK)
		print(c, doc, verdict);
	ak_responses_release(&responses);
	if (rc != AK_OK)
		return err->exit;
	return strcmp(verdict, "equal") == 0 ? AK_EXIT_OK : strcmp(verdict, "differs") == 0 ? AK_EXIT_VERIFY : AK_EXIT_PARTIAL;
}

static const struct ak_opt opts[] = {
	{"previous", 0, AK_OPT_INPUT, "PACKET", "the packet that it names as the one before it"},
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example examples[] = {
	{"auditkit packet rebuild packet.tar", "does the packet follow from this workspace?"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_packet_rebuild = {
	.name = "packet rebuild",
	.args = "PACKET",
	.summary = "build a packet again and compare: equal, or what changed since and why",
	.text = "Period, reviewer, approval and time are those that the packet names. Exit 0: the same digest. 3: the ledger went on\n"
		"since, or policy.yaml, responses.yaml, the program or the key are others; the report says which, and how many leaves of\n"
		"the packet's run were superseded or disposed of. 4: it does not follow from this workspace.",
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_READ | AK_NEED_KEYS | AK_NEED_POLICY | AK_NEED_ACCESS | AK_NEED_INPUT,
	.min_words = 1,
	.max_words = 1,
	.run = run,
};
