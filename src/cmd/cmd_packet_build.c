#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/fs.h"
#include "cmd/jsonget.h"
#include "packet/archive.h"
#include "packet/build.h"

static enum ak_rc receipt(const struct ak_packet_result *r, const char *digest, const char *path, bool replace, struct ak_err *err)
{
	struct ak_str base = ak_fs_base(path);
	struct ak_buf name, text;
	enum ak_rc rc;

	ak_buf_init(&name, 8192);
	ak_buf_init(&text, 8192);
	ak_buf_addf(&name, "%s.receipt.txt", path);
	ak_buf_addf(&text,
		    "packet   %s\nfile     %.*s\nas of    %s\ndigest   sha256 %s\nsigner   %s\nverify   auditkit packet verify %.*s "
		    "--digest %s\n",
		    r->id, AK_STR_FMT(base), r->created, digest, *r->signer ? r->signer : "none, a draft", AK_STR_FMT(base), digest);
	rc = ak_fs_write_file(name.p, ak_buf_str(&text), 0644, replace, err);
	ak_buf_release(&name);
	ak_buf_release(&text);
	return rc;
}

static void print_gaps(struct ak_ctx *c, const struct ak_packet_result *r)
{
	json_t *gap;
	size_t i;

	json_array_foreach(r->gap_list, i, gap)
		ak_io_line(c->io, "gap", "%s: %s", ak_jtxt(gap, "section", ""), ak_jtxt(gap, "gap", ""));
}

static enum ak_rc report(struct ak_ctx *c, const struct ak_packet_result *r, const char *digest, const char *path,
			 struct ak_err *err)
{
	json_t *doc;
	enum ak_rc rc;

	if (!c->json) {
		if (c->io->verbose)
			print_gaps(c, r);
		ak_io_line(c->io, "packet", "%s: %s, %zu files%s", r->id, path, r->files, *r->signer ? "" : ", DRAFT, not signed");
		ak_io_line(c->io, "gaps", "%zu questions are not answered", r->gaps);
		ak_io_line(c->io, "digest", "sha256 %s", digest);
		if (*r->signer)
			ak_io_line(c->io, "signer", "%s", r->signer);
		ak_io_line(c->io, "receipt", "%s.receipt.txt", path);
		ak_io_note(c->io, "next", "auditkit packet verify %s", path);
		return AK_OK;
	}
	doc = json_pack("{s:s, s:i, s:s, s:s, s:s, s:s, s:I, s:I, s:O, s:o}", "schema", "auditkit.packet-build/1", "format_version", 1,
			"packet", r->id, "file", path, "created", r->created, "digest", digest, "files", (json_int_t)r->files, "gap_count",
			(json_int_t)r->gaps, "gaps", r->gap_list, "signer", *r->signer ? json_string(r->signer) : json_null());
	rc = ak_io_json(c->io, doc, err);
	json_decref(doc);
	return rc;
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	const char *path = ak_args_text(c->args, "output");
	bool draft = ak_args_flag(c->args, "draft"), replace = ak_args_flag(c->args, "force");
	const struct ak_packet_opts o = {.store = c->store, .keys = c->keys, .policy = c->policy, .redactor = c->redactor,
					 .workspace = c->workspace, .data_dir = c->data_dir, .draft = draft,
					 .allow_gaps = ak_args_flag(c->args, "allow-gaps")};
	AK_CLEANUP(ak_free_charp) char *base = NULL;
	struct ak_packet_result r = {0};
	struct ak_bag *bag = NULL;
	enum ak_form form;
	uint8_t raw[32];
	char digest[65];
	enum ak_rc rc;

	if (!path)
		path = "packet.zip";
	if (ak_archive_form(path, &form, &base, err) != AK_OK)
		return err->exit;
	rc = ak_packet_build(&o, base, &bag, &r, err);
	if (rc == AK_OK) {
		ak_bag_digest(bag, raw);
		ak_hex(raw, 32, digest);
		rc = ak_archive_write(bag, path, r.mtime, replace, err);
	} else if (r.gap_list && !c->json)
		print_gaps(c, &r);
	if (rc == AK_OK)
		rc = receipt(&r, digest, path, replace, err);
	if (rc == AK_OK)
		rc = ak_cmd_log_access(c, 0, err);
	if (rc == AK_OK)
		rc = report(c, &r, digest, path, err);
	ak_bag_free(bag);
	json_decref(r.gap_list);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_opt opts[] = {
	{"output", 'o', AK_OPT_TEXT, "FILE", "a folder, .tar, .tar.gz, .tar.zst or .zip (default: packet.zip)"},
	{"draft", 0, AK_OPT_FLAG, NULL, "mark it as a draft and do not sign it"},
	{"allow-gaps", 0, AK_OPT_FLAG, NULL, "build although questions are not answered; the packet lists them"},
	{"force", 0, AK_OPT_FLAG, NULL, "replace what stands there"},
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example examples[] = {
	{"auditkit packet build --draft -o draft.zip", "see what a reviewer would see, unsigned"},
	{"auditkit packet build --allow-gaps -o packet.tar", "signed, with its open questions listed"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_packet_build = {
	.name = "packet build",
	.summary = "make the reviewer packet: seven sections, tables, manifests, signature",
	.text = "Each sentence is proven from records, declared in policy.yaml, or listed as not answered. Without --allow-gaps or\n"
		"--draft a question without an answer is exit 3 and nothing is built. A template of the same name in the\n"
		"templates folder of the workspace replaces a page. Beside the packet stands its receipt.",
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_READ | AK_NEED_KEYS | AK_NEED_POLICY | AK_NEED_ACCESS,
	.run = run,
};
