#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/fs.h"
#include "base/jsonget.h"
#include "base/jsonw.h"
#include "packet/check.h"
#include "packet/comments.h"
#include "packet/show.h"

#define FILE_BYTES ((size_t)8 << 20)

static enum ak_rc read_json(const char *path, json_t **out, struct ak_err *err)
{
	struct ak_buf text;
	enum ak_rc rc;

	ak_buf_init(&text, FILE_BYTES);
	rc = ak_fs_slurp(path, FILE_BYTES, &text, err);
	if (rc == AK_OK && ak_json_parse(ak_buf_str(&text), out, err) != AK_OK) {
		ak_err_clear(err);
		ak_hint(err, "'auditkit packet comments PACKET' prints an empty one to fill in");
		rc = ak_fail(err, AK_EXIT_INPUT, "'%s' is not JSON", ak_fs_base(path).p);
	}
	ak_buf_release(&text);
	return rc;
}

static enum ak_rc sections_of(const char *path, json_t **packet, struct ak_err *err)
{
	struct ak_buf text;
	enum ak_rc rc;

	ak_buf_init(&text, FILE_BYTES);
	rc = ak_packet_file(path, "data/packet.json", &text, err);
	rc = rc == AK_OK ? ak_json_parse(ak_buf_str(&text), packet, err) : rc;
	ak_buf_release(&text);
	return rc;
}

/* As a file, or on standard output. */
static enum ak_rc put(struct ak_ctx *c, const json_t *doc, struct ak_err *err)
{
	const char *path = ak_args_text(c->args, "output");
	struct ak_buf b;
	enum ak_rc rc;

	if (!path)
		return ak_io_json(c->io, doc, err);
	ak_buf_init(&b, FILE_BYTES);
	rc = ak_json_pretty(doc, &b, err);
	if (rc == AK_OK)
		rc = ak_fs_write_file(path, ak_buf_str(&b), 0600, ak_args_flag(c->args, "force"), err);
	ak_buf_release(&b);
	if (rc == AK_OK)
		ak_io_line(c->io, "wrote", "%s, bound to %s", path, ak_jtxt(doc, "packet", "?"));
	return rc;
}

/* Sealed: comments without a text are left out. */
static enum ak_rc seal(struct ak_ctx *c, json_t *doc, struct ak_err *err)
{
	const char *by = ak_args_text(c->args, "by");
	json_t *list = json_object_get(doc, "comments");
	char hex[65];

	for (size_t i = json_array_size(list); i-- > 0;)
		if (!*ak_jtxt(json_array_get(list, i), "text", ""))
			json_array_remove(list, i);
	if (by)
		json_object_set_new(doc, "by", json_string(by));
	if (ak_comments_digest(doc, hex, err) != AK_OK)
		return AK_FAIL;
	json_object_set_new(doc, "seal", json_string(hex));
	if (put(c, doc, err) != AK_OK)
		return AK_FAIL;
	if (ak_args_text(c->args, "output")) {
		ak_io_printf(c->io, "%-10s%s\n", "seal", hex);
		ak_io_line(c->io, "", "send it by another way than the file");
	}
	return AK_OK;
}

static void print(struct ak_ctx *c, const json_t *doc)
{
	const char *by = ak_jtxt(doc, "by", NULL), *sealed = ak_jtxt(doc, "seal", NULL);
	json_t *o;
	size_t i;

	ak_io_line(c->io, "packet", "%s", ak_jtxt(doc, "packet", "?"));
	ak_io_printf(c->io, "%-10s%s\n", "digest", ak_jtxt(doc, "digest", "?"));
	ak_io_line(c->io, "by", "%s", by ? by : "nobody is named");
	ak_io_line(c->io, "seal", "%s", sealed ? "not edited since it was sealed:" : "NONE: nothing shows whether the file was edited");
	if (sealed)
		ak_io_printf(c->io, "%-10s%s\n", "", sealed);
	json_array_foreach(json_object_get(doc, "comments"), i, o)
		if (*ak_jtxt(o, "text", ""))
			ak_io_line(c->io, ak_jtxt(o, "section", "?"), "%s%s%s", ak_jtxt(o, "about", ""), ak_jtxt(o, "about", NULL) ? ": " : "",
				   ak_jtxt(o, "text", ""));
	ak_io_note(c->io, "next", "auditkit ingest --manual FILE puts them into the ledger");
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	const char *file = ak_args_text(c->args, "read");
	json_t *report = NULL, *packet = NULL, *doc = NULL;
	const json_t *sections;
	enum ak_rc rc = ak_packet_sure(c->args->word[0], &report, err);

	if (rc == AK_OK)
		rc = sections_of(c->args->word[0], &packet, err);
	sections = json_object_get(packet, "sections");
	if (rc == AK_OK && !file) {
		doc = ak_comments_blank(report, sections);
		rc = put(c, doc, err);
	} else if (rc == AK_OK) {
		rc = read_json(file, &doc, err);
		if (rc == AK_OK && ak_args_flag(c->args, "seal"))
			json_object_del(doc, "seal");
		if (rc == AK_OK)
			rc = ak_comments_check(doc, report, sections, ak_args_text(c->args, "seal-given"), err);
		if (rc == AK_OK && ak_args_flag(c->args, "seal"))
			rc = seal(c, doc, err);
		else if (rc == AK_OK && c->json)
			rc = ak_io_json(c->io, doc, err);
		else if (rc == AK_OK)
			print(c, doc);
	}
	json_decref(report);
	json_decref(packet);
	json_decref(doc);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_opt opts[] = {
	{"read", 0, AK_OPT_INPUT, "FILE", "comments that came back: are they about this packet, and were they edited since"},
	{"seal", 0, AK_OPT_FLAG, NULL, "with --read: they are done; empty ones are left out, a later edit is seen"},
	{"by", 0, AK_OPT_TEXT, "NAME", "with --seal: who made them"},
	{"seal-given", 0, AK_OPT_TEXT, "HEX", "the seal you were given by another way"},
	{"output", 'o', AK_OPT_TARGET, "FILE", "write the file there instead of standard output"},
	{"force", 0, AK_OPT_FLAG, NULL, "replace a file that stands there"},
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example examples[] = {
	{"auditkit packet comments packet.tar -o c.json", "an empty file for the reviewer"},
	{"auditkit packet comments packet.tar --read c.json --seal --by me -o s.json", "done"},
	{"auditkit packet comments packet.tar --read s.json", "who built the packet reads them"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_packet_comments = {
	.name = "packet comments",
	.args = "PACKET",
	.summary = "a reviewer's comments on a packet, bound to its digest",
	.text = "Without --read it prints a JSON file with one empty comment for each section and the packet's digest. The reviewer\n"
		"fills it in and seals it; the seal is the SHA-256 of its content, to be sent by another way than the file. With --read it\n"
		"is held against the packet: comments on another packet, on one that was edited, or edited after they were sealed are\n"
		"exit 4. A seal shows that a file is the one it was made for, not who made it: sign the file where that matters.",
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_OUTPUT,
	.min_words = 1,
	.max_words = 1,
	.run = run,
};
