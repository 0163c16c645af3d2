#include "base/ak.h"
#include "cmd/cmd.h"

#include <stdlib.h>

#include "base/decimal.h"
#include "base/fs.h"
#include "base/time.h"
#include "cmd/answers.h"
#include "cmd/outputs.h"
#include "cmd/packet_like.h"
#include "cmd/packet_place.h"
#include "cmd/packet_scope.h"
#include "base/jsonget.h"
#include "cmd/period.h"
#include "cmd/questions.h"
#include "cmd/receipt.h"
#include "cmd/recipients.h"
#include "packet/annex.h"
#include "packet/annex_sealed.h"
#include "packet/archive.h"
#include "packet/build.h"
#include "packet/findings.h"
#include "packet/selfaudit.h"
#include "store/access.h"

#define GAPS_SHOWN 12
#define CANARY_BYTES ((size_t)64 << 20)

/* Neither packet nor receipt nor annex may stand there: a packet beside the receipt of another one would be worse than none. */
static enum ak_rc is_free(const char *path, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *name = ak_receipt_path(path), *annex = ak_annex_path(path), *sealed = ak_annex_sealed_path(path);
	const char *const all[] = {path, name, annex, sealed};
	bool there;

	for (size_t i = 0; i < AK_COUNT(all); i++) {
		if (ak_fs_look(all[i], &there, err) != AK_OK)
			return AK_FAIL;
		if (there) {
			ak_hint(err, "use --force to replace it");
			return ak_fail(err, AK_EXIT_USAGE, "cannot write '%s': it exists already", all[i]);
		}
	}
	return AK_OK;
}

/* Of another packet, in the other form: --force replaces what has this one's names, and nothing else is removed. */
static enum ak_rc no_other_annex(const char *path, bool sealed, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *other = sealed ? ak_annex_path(path) : ak_annex_sealed_path(path);
	bool there;

	if (ak_fs_look(other, &there, err) != AK_OK)
		return AK_FAIL;
	if (!there)
		return AK_OK;
	ak_hint(err, "remove it, or write the packet elsewhere");
	return ak_fail(err, AK_EXIT_USAGE, "'%s' is the %s annex of an earlier packet and would stand beside this one", other, sealed ? "plain" : "encrypted");
}

static char *annex_path(const char *path, const struct ak_recipients *for_) { return for_ ? ak_annex_sealed_path(path) : ak_annex_path(path); }

/* ", OVERDUE 12 days" */
static const char *overdue(const json_t *o, char out[40])
{
	unsigned long long days = ak_jnum(o, "overdue");

	*out = '\0';
	if (days)
		snprintf(out, 40, ", OVERDUE %llu day%s", days, days == 1 ? "" : "s");
	return out;
}

/* The first few; all where nothing was written that could list them. */
static void print_gaps(struct ak_ctx *c, const struct ak_packet_result *r, bool all)
{
	size_t i, most = all || c->io->verbose ? SIZE_MAX : GAPS_SHOWN, n = json_array_size(r->gap_list);
	json_t *gap;

	json_array_foreach(r->gap_list, i, gap) {
		if (i == most)
			break;
		const char *owner = ak_jtxt(gap, "owner", NULL), *due = ak_jtxt(gap, "due", NULL);
		char late[40];

		ak_io_line(c->io, json_is_true(json_object_get(gap, "declared")) ? "declared" : "gap", "%s: %s%s%s%s%s%s", ak_jtxt(gap, "section", ""),
			   ak_jtxt(gap, "gap", ""), owner ? ", owed by " : "", owner ? owner : "", due ? ", due " : "", due ? due : "", overdue(gap, late));
	}
	if (n > most)
		ak_io_line(c->io, "", "and %zu more of %zu: -v lists them, so does the packet", n - most, n);
}

static void print_period(struct ak_ctx *c, const struct ak_packet_opts *o, const struct ak_packet_result *r)
{
	char from[32], to[32];

	if (o->from_us != INT64_MIN || o->to_us != INT64_MAX)
		ak_io_line(c->io, "period", "%s to %s, end not included", o->from_us == INT64_MIN ? "the first record" : ak_time_z(o->from_us, 0, from),
			   o->to_us == INT64_MAX ? "the last record" : ak_time_z(o->to_us, 0, to));
	else
		ak_io_line(c->io, "period", "everything in the workspace");
	if (r->first[0])
		ak_io_line(c->io, "", "first event %s, last %s", r->first, r->last);
	else if (r->records)
		ak_io_line(c->io, "", "no event: its %s records are states, such as inventories and tickets", AK_NUM(r->records));
	else if (o->scope)
		ak_io_line(c->io, "", "NO RECORD of it matches the scope: 'auditkit %ssearch' with the same options says what does", c->with);
	else if (o->from_us != INT64_MIN || o->to_us != INT64_MAX)
		ak_io_line(c->io, "", "NO RECORD lies in it: 'auditkit %ssources' says from when to when there are any",
			   c->with);
	ak_io_line(c->io, "built on", "checkpoint of %s", r->as_of);
}

static void print_sections(struct ak_ctx *c, const struct ak_packet_result *r)
{
	json_t *row;
	size_t i;

	ak_io_printf(c->io, "\n%-22s %10s %9s %8s  %s\n", "section", "proven", "declared", "unknown", "state");
	json_array_foreach(r->sections, i, row) {
		uint64_t gaps = ak_jnum(row, "gaps"), admitted = ak_jnum(row, "not_provided");
		char state[64];

		snprintf(state, sizeof state, gaps ? "%llu gap%s" : admitted ? "%llu declared gap%s" : "complete",
			 (unsigned long long)(gaps ? gaps : admitted), (gaps ? gaps : admitted) == 1 ? "" : "s");
		ak_io_printf(c->io, "%llu %-20s %10llu %9llu %8llu  %s\n", (unsigned long long)ak_jnum(row, "number"), ak_jtxt(row, "title", ""),
			     (unsigned long long)ak_jnum(row, "proven"), (unsigned long long)ak_jnum(row, "declared"), (unsigned long long)gaps,
			     state);
	}
}

static void print_findings(struct ak_ctx *c, const struct ak_packet_opts *o, const struct ak_packet_result *r)
{
	size_t i, n = json_array_size(r->findings);
	json_t *f;

	if (n)
		ak_io_line(c->io, "findings", "%zu, %zu of them with a response in responses.yaml", n, r->answered);
	if (r->rule_findings)
		ak_io_line(c->io, n ? "" : "findings", "%s%s of the rules ('auditkit %scheck'), in tables/rule_findings.csv", n ? "beside them " : "", AK_NUM(r->rule_findings), c->with);
	json_array_foreach(r->findings, i, f) {
		const json_t *answer = json_object_get(f, "response");
		const char *closed = ak_jtxt(answer, "closed", NULL), *due = ak_jtxt(answer, "due", NULL);
		char late[40];

		ak_io_line(c->io, "", "%s: %s%s%s%s%s%s", ak_jtxt(f, "id", "?"), ak_jtxt(f, "measured", ""),
			   json_is_object(answer) ? ", answered by " : ", no response", ak_jtxt(answer, "owner", ""),
			   closed ? ", closed " : due ? ", due " : "", closed ? closed : due ? due : "", overdue(answer, late));
	}
	for (const char *const *id = ak_finding_ids; *id; id++) {
		bool holds = false;

		json_array_foreach(r->findings, i, f)
			holds = holds || strcmp(ak_jtxt(f, "id", ""), *id) == 0;
		if (!holds && ak_responses_get(o->responses, *id))
			ak_io_line(c->io, "", "responses.yaml answers %s, which was not found", *id);
	}
}

static void print_report(struct ak_ctx *c, const struct ak_packet_opts *o, const struct ak_packet_result *r, const char *digest,
			 const char *path, const struct ak_recipients *for_)
{
	AK_CLEANUP(ak_free_charp) char *annex = annex_path(path, for_);

	ak_io_line(c->io, "packet", "%s%s%s%s", r->id, o->reviewer ? " for " : "", o->reviewer ? o->reviewer : "",
		   o->draft ? ", DRAFT, not signed" : "");
	if (o->view)
		ak_io_line(c->io, "view", "%s (%s)%s", o->view->title, o->view->name, o->scope ? "; a scope: the records that match it and no others" : "");
	print_period(c, o, r);
	print_sections(c, r);
	ak_print_questions(c, r->questions);
	ak_io_printf(c->io, "\n");
	print_findings(c, o, r);
	if (r->gaps || c->io->verbose)
		print_gaps(c, r, false);
	ak_io_line(c->io, "wrote", "%s, %zu files", path, r->files);
	ak_io_line(c->io, "", "%s   what is too large for it, leaves of the ledger, range proof, proof script", annex);
	if (for_)
		ak_io_line(c->io, "", "   encrypted for %zu recipient%s, who open it by 'openssl cms -decrypt'", ak_recipients_count(for_),
			   ak_recipients_count(for_) == 1 ? "" : "s");
	ak_io_line(c->io, "", "%s.receipt.txt   send it by another channel", path);
	ak_io_printf(c->io, "%-10s%s\n", "digest", digest);
	if (*r->signer)
		ak_io_line(c->io, "signed", "%s", r->signer);
	if (o->unsigned_ && !o->draft) {
		ak_io_line(c->io, "signed", "not yet");
		ak_io_note(c->io, "next", "auditkit packet sign %s --key FILE", ak_text_shell(&c->arena, path));
		return;
	}
	ak_io_note(c->io, "next", "auditkit packet verify %s", ak_text_shell(&c->arena, path));
}

static enum ak_rc print_json(struct ak_ctx *c, const struct ak_packet_result *r, const char *digest, const char *path,
			     const struct ak_recipients *for_, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *annex = annex_path(path, for_);
	json_t *doc = json_pack("{s:s, s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:O, s:O, s:O, s:O, s:o}", "schema", "auditkit.packet-build/1",
				"format_version", 1, "packet", r->id, "file", path, "annex", annex, "created", r->created, "as_of", r->as_of, "digest", digest,
				"files", (json_int_t)r->files, "gap_count", (json_int_t)r->gaps, "gaps", r->gap_list, "sections", r->sections,
				"questions", r->questions, "findings", r->findings, "signer", *r->signer ? json_string(r->signer) : json_null());
	enum ak_rc rc;

	json_object_set_new(doc, "annex_recipients", json_integer((json_int_t)ak_recipients_count(for_)));
	rc = ak_io_json(c->io, doc, err);
	json_decref(doc);
	return rc;
}

/* SOURCE_DATE_EPOCH as reproducible-builds.org defines it. */
static enum ak_rc read_epoch(int64_t *out, struct ak_err *err)
{
	const char *text = getenv("SOURCE_DATE_EPOCH");
	struct ak_err ignored = {0};

	*out = -1;
	if (!text || !*text)
		return AK_OK;
	if (ak_dec_int(ak_str_of(text), false, out, &ignored) == AK_OK && *out >= 0 && *out <= INT64_C(253402300799))
		return AK_OK;
	ak_hint(err, "seconds since 1970, or unset it");
	return ak_fail(err, AK_EXIT_USAGE, "SOURCE_DATE_EPOCH is no time");
}

/* All three are written out under other names first: what stands there is not touched before the new ones are whole. The packet comes
 * last: where one stands under its name, its line in the access log and its receipt stand too. */
static enum ak_rc write_out(struct ak_ctx *c, const struct ak_packet_opts *o, const struct ak_bag *bag, const char *path,
			    const struct ak_packet_result *r, const char *digest, const struct ak_recipients *for_, struct ak_err *err)
{
	enum { RECEIPT, ANNEX, PACKET, ALL };
	AK_CLEANUP(ak_free_charp) char *annex = annex_path(path, for_);
	char annex_digest[65];
	struct ak_receipt what = {r->id, r->as_of, digest, r->signer, o->draft, annex, annex_digest, NULL};
	bool replace = ak_args_flag(c->args, "force");
	const struct ak_selfaudit audit = {.redactor = c->redactor, .canaries = o->canaries};
	struct ak_fs_temp t[ALL] = {{-1, NULL, NULL}, {-1, NULL, NULL}, {-1, NULL, NULL}};
	uint8_t raw[32];
	enum ak_rc rc = ak_selfaudit_pass(&audit, "the receipt's", 1, ak_fs_base(path), err);

	ak_bag_digest(r->annex, raw);
	ak_hex(raw, 32, annex_digest);
	if (rc == AK_OK)
		rc = for_ ? ak_annex_seal(r->annex, for_, c->workspace, annex, r->mtime, &t[ANNEX], err) : ak_archive_prepare(r->annex, annex, r->mtime, replace, &t[ANNEX], err);
	what.annex_at = t[ANNEX].path;
	if (rc == AK_OK)
		rc = ak_receipt_prepare(&what, path, &t[RECEIPT], err);
	if (rc == AK_OK)
		rc = ak_archive_prepare(bag, path, r->mtime, replace, &t[PACKET], err);
	if (rc == AK_OK)
		rc = ak_cmd_log_access(c, 0, err);
	if (rc == AK_OK)
		rc = ak_packet_place(t, ALL, replace, err);
	for (size_t i = 0; i < ALL; i++)
		ak_fs_temp_release(&t[i]);
	return rc;
}

static enum ak_rc write_packet(struct ak_ctx *c, const struct ak_packet_opts *o, const char *path, struct ak_packet_result *r,
			       char digest[65], const struct ak_recipients *for_, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *base = NULL;
	struct ak_bag *bag = NULL;
	enum ak_form form;
	uint8_t raw[32];
	enum ak_rc rc = ak_archive_form(path, &form, &base, err);

	if (rc == AK_OK)
		rc = ak_args_flag(c->args, "force") ? no_other_annex(path, for_ != NULL, err) : is_free(path, err);
	if (rc == AK_OK && (rc = ak_packet_build(o, base, &bag, r, err)) == AK_OK) {
		ak_bag_digest(bag, raw);
		ak_hex(raw, 32, digest);
		rc = write_out(c, o, bag, path, r, digest, for_, err);
	}
	ak_bag_free(bag);
	return rc;
}

static enum ak_rc read_responses(struct ak_ctx *c, struct ak_responses *out, struct ak_packet_opts *o, struct ak_err *err)
{
	bool there;
	enum ak_rc rc = ak_cmd_responses(c, out, &there, err);

	if (rc == AK_OK && there)
		o->responses = out;
	return rc;
}

static enum ak_rc read_canaries(struct ak_ctx *c, struct ak_packet_opts *o, struct ak_err *err)
{
	const char *path = ak_args_text(c->args, "canary-hashes");
	struct ak_str base = ak_fs_base(path ? path : "");
	struct ak_buf text;
	enum ak_rc rc;

	if (!path)
		return AK_OK;
	ak_buf_init(&text, CANARY_BYTES);
	rc = ak_fs_slurp(path, CANARY_BYTES, &text, err);
	if (rc == AK_OK)
		rc = ak_canaries_parse(base.p, ak_buf_str(&text), &o->canaries, err);
	ak_buf_release(&text);
	return rc;
}

/* --include-tenant goes with a reason, and both say who. */
static enum ak_rc read_tenant(struct ak_ctx *c, struct ak_packet_opts *o, struct ak_err *err)
{
	bool asked = ak_args_flag(c->args, "include-tenant");
	const char *reason = ak_args_text(c->args, "reason");
	struct ak_hmac *token;
	char who[64];

	if (!asked && !reason)
		return AK_OK;
	if (!asked || !reason || !*reason) {
		ak_hint(err, "give both, as in: --include-tenant --reason 'dispute 12'; the packet prints them");
		return ak_fail(err, AK_EXIT_USAGE, "option '--include-tenant' goes with '--reason'");
	}
	token = ak_hmac_new(c->keys->token, 32);
	ak_access_operator(token, who);
	ak_hmac_free(token);
	o->operator_ = ak_arena_z(&c->arena, ak_str_of(who));
	o->tenant_reason = ak_arena_z(&c->arena, ak_redact_text(c->redactor, ak_str_of(reason), &c->arena, NULL));
	c->opened = ak_fields[AK_F_TENANT].column;
	c->reason = reason;
	return AK_OK;
}

enum { TABLES_KIB_MOST = 1 << 22 };

/* For whom, and whose records. */
static enum ak_rc read_audience(struct ak_ctx *c, struct ak_packet_opts *o, struct ak_view *view, struct ak_packet_scope *scope, struct ak_err *err)
{
	int64_t sample = ak_args_int(c->args, "sample", INT64_MIN), kib = ak_args_int(c->args, "tables-max", INT64_MIN);
	const char *name = NULL;
	enum ak_rc rc;

	o->sample = AK_SAMPLE_DEFAULT;
	rc = ak_packet_like(c, o, &name, err);
	if (rc == AK_OK && o->from_us >= o->to_us)
		rc = ak_fail(err, AK_EXIT_USAGE, "--from is not before --to");
	if (rc == AK_OK)
		rc = ak_view_load(c->workspace, c->data_dir, name ? name : AK_VIEW_DEFAULT, view, err);
	if (rc != AK_OK || (rc = ak_packet_scope_read(c, o->from_us, o->to_us, scope, err)) != AK_OK)
		return rc;
	if (sample != INT64_MIN && (sample < 0 || sample > AK_SAMPLE_MOST))
		return ak_fail(err, AK_EXIT_USAGE, "option '--sample' is from 0 to %d", AK_SAMPLE_MOST);
	if (sample >= 0)
		o->sample = (size_t)sample;
	if (kib != INT64_MIN && (kib < 0 || kib > TABLES_KIB_MOST))
		return ak_fail(err, AK_EXIT_USAGE, "option '--tables-max' is from 0 to %d", TABLES_KIB_MOST);
	if (kib >= 0)
		o->tables_most = kib ? (uint64_t)kib << 10 : 1;
	o->rows = o->rows || ak_args_flag(c->args, "rows");
	o->view = view;
	if (scope->filters)
		o->scope = scope;
	return AK_OK;
}

static enum ak_rc before(struct ak_ctx *c, struct ak_err *err)
{
	c->prepared = ak_arena_zero(&c->arena, sizeof(struct ak_cmd_recipients));
	return ak_cmd_recipients_read(c, "annex-for", c->prepared, err);
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	const char *path = ak_args_text(c->args, "output");
	struct ak_packet_opts o = {.store = c->store, .keys = c->keys, .policy = c->policy, .redactor = c->redactor,
				   .workspace = c->workspace, .data_dir = c->data_dir, .from_us = INT64_MIN, .to_us = INT64_MAX,
				   .reviewer = ak_args_text(c->args, "reviewer"), .approved_by = ak_args_text(c->args, "approved-by"),
				   .draft = ak_args_flag(c->args, "draft"), .unsigned_ = ak_args_flag(c->args, "unsigned"),
				   .allow_gaps = ak_args_flag(c->args, "allow-gaps"), .previous = ak_args_text(c->args, "previous")};
	struct ak_packet_result r = {0};
	struct ak_responses responses = {0};
	struct ak_packet_scope scope = {.filters = NULL};
	struct ak_view view = {0};
	struct ak_recipients *for_ = NULL;
	char digest[65];
	enum ak_rc rc = ak_cmd_period(c, &o.from_us, &o.to_us, err);

	ak_redact_note_allowed(c->redactor);
	if (!path)
		path = "packet.zip";
	if (rc == AK_OK)
		rc = ak_output_allowed(c, path, err);
	if (rc == AK_OK)
		rc = read_audience(c, &o, &view, &scope, err);
	if (rc == AK_OK)
		rc = read_epoch(&o.epoch, err);
	if (rc == AK_OK)
		rc = read_responses(c, &responses, &o, err);
	if (rc == AK_OK)
		rc = read_canaries(c, &o, err);
	if (rc == AK_OK)
		rc = read_tenant(c, &o, err);
	if (rc == AK_OK)
		rc = ak_cmd_recipients_open(c->prepared, &for_, err);
	if (rc == AK_OK && (rc = write_packet(c, &o, path, &r, digest, for_, err)) != AK_OK && r.gap_list && !c->json)
		print_gaps(c, &r, true);
	if (rc == AK_OK && c->json)
		rc = print_json(c, &r, digest, path, for_, err);
	else if (rc == AK_OK)
		print_report(c, &o, &r, digest, path, for_);
	ak_packet_result_release(&r);
	ak_responses_release(&responses);
	ak_canaries_free(o.canaries);
	ak_view_release(&view);
	ak_recipients_free(for_);
	json_decref(scope.filters);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_opt opts[] = {
	{"output", 'o', AK_OPT_OUTPUT, "FILE", "a folder, .tar, .tar.gz, .tar.zst or .zip (default: packet.zip)"},
	AK_OPTS_PERIOD,
	{"view", 0, AK_OPT_TEXT, "NAME", "for whom: vendor-risk (default), soc2, iso27001, gdpr, hipaa, pci, internal-audit, incident, finance, "
	 "or one of the workspace's templates"},
	AK_OPTS_PACKET_SCOPE,
	{"like", 0, AK_OPT_INPUT, "PACKET", "what is not given is as in this earlier packet: view, period, reviewer, approval, sample"},
	{"sample", 0, AK_OPT_INT, "N", "rows to draw of each population; 0 = none (default: 25)"},
	{"rows", 0, AK_OPT_FLAG, NULL, "put the requests and audit events themselves into the annex, a record a row"},
	{"tables-max", 0, AK_OPT_INT, "KIB", "kilobytes of tables in the packet itself, the largest of more go to its annex (default: 6144)"},
	{"reviewer", 0, AK_OPT_TEXT, "NAME", "for whom the packet is made; printed in it"},
	{"approved-by", 0, AK_OPT_TEXT, "ROLE", "who approved the export; one of access.export_approvers in policy.yaml"},
	{"previous", 0, AK_OPT_INPUT, "PACKET", "the packet that this reviewer had before; proves that the ledger only went on"},
	{"draft", 0, AK_OPT_FLAG, NULL, "mark it as a draft and do not sign it"},
	{"unsigned", 0, AK_OPT_FLAG, NULL, "leave the signature to 'auditkit packet sign', here or elsewhere"},
	{"allow-gaps", 0, AK_OPT_FLAG, NULL, "build although questions are not answered; the packet lists them"},
	{"canary-hashes", 0, AK_OPT_INPUT, "FILE", "SHA-256 of secrets you know, one a line: one of them in the packet is exit 4"},
	{"include-tenant", 0, AK_OPT_FLAG, NULL, "show customers' tenant ids, which are left out otherwise; needs --reason"},
	{"reason", 0, AK_OPT_TEXT, "TEXT", "why, with --include-tenant; the packet and the log of accesses say it"},
	{"annex-for", 0, AK_OPT_LIST, "CERT", "encrypt the annex for the holder of this certificate (PEM); once for each who may read it"},
	{"force", 0, AK_OPT_FLAG, NULL, "replace what stands there"},
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example examples[] = {
	{"auditkit packet build --draft -o draft.zip", "see what a reviewer would see, unsigned"},
	{"auditkit packet build --allow-gaps -o packet.tar", "signed, with its open questions listed"},
	{"auditkit packet build --from 2026-06-01 --to 2026-06-15 --draft -o weeks.zip",
	 "a period; records and totals of other days stay out"},
	{"auditkit packet build --draft --view soc2 -o auditor.zip", "the same evidence in the order of an auditor, with its request lists"},
	{"auditkit packet build --draft --app support-bot -o support-bot.zip", "only the records of one application"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_packet_build = {
	.name = "packet build",
	.summary = "make the reviewer packet: seven sections, tables, manifests, signature",
	.text = "Each sentence is proven from records, declared in policy.yaml, or listed as not answered. Without --allow-gaps or\n"
		"--draft a question without an answer is exit 3 and nothing is built; what policy.yaml lists under not_provided is\n"
		"printed and does not count. Findings are printed with the responses that responses.yaml in the workspace gives them. A\n"
		"view leaves out what its readers need not know and adds nothing; 'auditkit packet build --view NAME' takes\n"
		"templates/view-NAME.yaml of the workspace before ours. With --user, --app, --key or --resource the packet has the records\n"
		"that match and no others; several values of one are alternatives, different ones must all be met. No verdict is given\n"
		"over a part. A\n"
		"template of the same name in the templates folder of the workspace replaces a page. Beside the packet stand its\n"
		"receipt and its annex, which has the leaves of the ledger, their proof, the tables that are too large for the packet and,\n"
		"with --rows or where the view says so, the records row by row. With SOURCE_DATE_EPOCH in the environment the packet bears that time\n"
		"instead of its checkpoint's.",
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_READ | AK_NEED_KEYS | AK_NEED_POLICY | AK_NEED_ACCESS,
	.before = before,
	.run = run,
};
