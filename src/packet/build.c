#include "base/ak.h"
#include "packet/build.h"

#include "base/jsonget.h"
#include "base/jsonw.h"
#include "base/note.h"
#include "base/sshkey.h"
#include "base/time.h"
#include "packet/annex.h"
#include "packet/facts.h"
#include "packet/method.h"
#include "packet/page.h"
#include "packet/previous.h"
#include "packet/rekey.h"
#include "packet/render.h"
#include "packet/section.h"
#include "packet/selfaudit.h"
#include "packet/sign.h"
#include "query/query.h"
#include "store/tlog.h"

static const char *or_empty(const char *s) { return s ? s : ""; }

/* The id follows from what is shown: checkpoint, policy, responses, period and reviewer. */
static void name_packet(const struct ak_packet_opts *o, const char *root, const struct ak_previous *previous, struct ak_packet_result *out)
{
	struct ak_buf b;
	uint8_t h[32];

	ak_buf_init(&b, 1 << 20);
	ak_buf_addf(&b, "%s\n%s\n%lld\n%lld\n%s\n%s\n", root, o->policy ? o->policy->digest : "", (long long)o->from_us,
		    (long long)o->to_us, or_empty(o->reviewer), or_empty(o->approved_by));
	if (o->responses)
		ak_buf_addf(&b, "%s\n", o->responses->digest);
	if (o->tenant_reason)
		ak_buf_addf(&b, "tenants\n%s\n%s\n", o->operator_, o->tenant_reason);
	if (*previous->digest)
		ak_buf_addf(&b, "previous\n%s\n", previous->digest);
	if (o->view)
		ak_buf_addf(&b, "view\n%s\n", o->view->name);
	if (o->scope)
		ak_buf_addf(&b, "scope\n%s\n", o->scope->expression);
	ak_sha256(b.p, b.n, h);
	ak_buf_release(&b);
	memcpy(out->id, "AK-", 3);
	ak_hex(h, 4, out->id + 3);
}

static size_t tagged(const json_t *section, const char *tag)
{
	json_t *s;
	size_t i, n = 0;

	json_array_foreach(json_object_get(section, "statements"), i, s)
		n += strcmp(json_string_value(json_object_get(s, "tag")), tag) == 0;
	return n;
}

/* A word of policy.yaml goes to terminals and logs before the self-audit has refused the packet that it would stand in. */
static json_t *said(const struct ak_sections *s, const json_t *o, const char *member)
{
	const json_t *v = json_object_get(o, member);
	struct ak_str text;

	if (!json_is_string(v))
		return v ? json_incref((json_t *)v) : json_null();
	text = ak_redact_text(s->redactor, ak_str_n(json_string_value(v), json_string_length(v)), s->arena, NULL);
	return json_stringn(text.p, text.n);
}

static json_t *gaps_of(const struct ak_sections *s)
{
	json_t *list = json_array(), *section, *gap;
	size_t i, k;

	json_array_foreach(s->all, i, section)
		json_array_foreach(json_object_get(section, "gaps"), k, gap)
			json_array_append_new(list, json_pack("{s:O, s:O, s:o, s:o, s:o, s:O, s:O}", "id", json_object_get(gap, "id"), "section",
							      json_object_get(section, "id"), "gap", said(s, gap, "text"), "owner", said(s, gap, "owner"),
							      "due", said(s, gap, "due"), "overdue", json_object_get(gap, "overdue"), "declared", json_object_get(gap, "declared")));
	return list;
}

static json_t *summary(const json_t *sections)
{
	json_t *list = json_array(), *section, *gap;
	size_t i, k;

	json_array_foreach(sections, i, section) {
		size_t open = 0, admitted = 0;

		json_array_foreach(json_object_get(section, "gaps"), k, gap)
			*(json_is_true(json_object_get(gap, "declared")) ? &admitted : &open) += 1;
		json_array_append_new(list, json_pack("{s:O, s:O, s:O, s:i, s:i, s:i, s:i}", "number", json_object_get(section, "number"), "id",
						      json_object_get(section, "id"), "title", json_object_get(section, "title"), "proven",
						      (int)tagged(section, "proven"), "declared", (int)tagged(section, "declared"), "gaps",
						      (int)open, "not_provided", (int)admitted));
	}
	return list;
}

static enum ak_rc add_sections(const struct ak_packet_opts *o, struct ak_bag *bag, const struct ak_sections *s, const json_t *views,
			       struct ak_err *err)
{
	json_t *section;
	const char *document;
	size_t i;

	json_array_foreach(s->all, i, section) {
		const char *id = json_string_value(json_object_get(section, "id"));
		char path[100];

		snprintf(path, sizeof path, "data/%02zu-%s.json", i + 1, id);
		if (ak_render_json(o, bag, path, section, err) != AK_OK)
			return AK_FAIL;
		snprintf(path, sizeof path, "data/%02zu-%s.md", i + 1, id);
		if (ak_render_page(o, bag, "section.md.mustache", path, AK_ESC_MARKDOWN, json_array_get(views, i), err) != AK_OK)
			return AK_FAIL;
	}
	json_object_foreach(s->documents, document, section)
		if (ak_render_json(o, bag, document, section, err) != AK_OK)
			return AK_FAIL;
	return AK_OK;
}

static enum ak_rc add_integrity(const struct ak_packet_opts *o, struct ak_bag *bag, const struct ak_sections *s, struct ak_err *err)
{
	struct ak_note_key key;
	struct ak_buf b;
	uint8_t pub[32];
	const char *path;
	json_t *text, *method;
	enum ak_rc rc;

	ak_ed25519_public(o->keys->log, pub);
	ak_tlog_note_key(o->store, pub, &key);
	ak_buf_init(&b, 4096);
	ak_note_key_text(&key, &b);
	ak_buf_addc(&b, '\n');
	rc = ak_render_add(o, bag, "data/integrity/log.vkey", ak_buf_str(&b), err);
	ak_buf_release(&b);
	if (rc == AK_OK)
		rc = ak_render_add(o, bag, "data/integrity/checkpoint.note",
				   ak_str_of(json_string_value(json_object_get(s->checkpoint, "note"))), err);
	method = ak_method_view(s->checkpoint);
	if (rc == AK_OK)
		rc = ak_render_page(o, bag, "method.md.mustache", "data/integrity/method.md", AK_ESC_TEXT, method, err);
	json_decref(method);
	json_object_foreach(s->files, path, text)
		if (rc == AK_OK)
			rc = ak_render_add(o, bag, path, ak_str_n(json_string_value(text), json_string_length(text)), err);
	return rc;
}

/* Values that the allow-list let through anywhere in the packet, and ids that look like a person's number, so that who
 * verifies it without a key knows them. */
static enum ak_rc add_allowed(const struct ak_packet_opts *o, struct ak_bag *bag, struct ak_err *err)
{
	const struct ak_let *let;
	size_t n = ak_redact_noted(o->redactor, &let);
	AK_CLEANUP(ak_buf_release) struct ak_buf b;
	json_t *values = json_array(), *doc;
	enum ak_rc rc = AK_OK;

	ak_buf_init(&b, (size_t)4 << 20);
	for (size_t i = 0; i < n; i++)
		json_array_append_new(values, json_pack("{s:s, s:s}", "fingerprint", let[i].fingerprint, "sha256", let[i].sha256));
	doc = json_pack("{s:s, s:i, s:o, s:o}", "schema", "auditkit.allowed/1", "format_version", 1, "ids", ak_ids_list(o->ids), "values", values);
	n += ak_ids_count(o->ids);
	if (n)
		rc = ak_json_pretty(doc, &b, err);
	if (n && rc == AK_OK)
		rc = ak_render_add(o, bag, "data/integrity/allowed.json", ak_buf_str(&b), err);
	json_decref(doc);
	return rc;
}

static enum ak_rc finish(const struct ak_packet_opts *o, struct ak_bag *bag, struct ak_packet_result *out, struct ak_err *err)
{
	char date[11];
	const struct ak_bag_info info[] = {
		{"Source-Organization", o->policy ? o->policy->organization : NULL},
		{"External-Identifier", out->id},
		{"Bagging-Date", date},
		{"Bag-Software-Agent", "auditkit " PACKAGE_VERSION},
		{"Auditkit-Draft", o->draft ? "yes" : NULL},
	};
	const struct ak_selfaudit audit = {.redactor = o->redactor, .canaries = o->canaries, .ids = o->ids};
	struct ak_signer signer = {0};
	struct ak_sshkey key;
	enum ak_rc rc;

	snprintf(date, sizeof date, "%.10s", out->created);
	for (size_t i = 0; i < AK_COUNT(info); i++)
		if (info[i].value && (rc = ak_selfaudit_pass(&audit, "bag-info.txt", i, ak_str_of(info[i].value), err)) != AK_OK)
			return rc;
	if (ak_bag_finish(bag, info, sizeof info / sizeof *info, err) != AK_OK)
		return AK_FAIL;
	if (o->draft || o->unsigned_)
		return AK_OK;
	memcpy(signer.seed, o->keys->packet, sizeof signer.seed);
	rc = ak_bag_sign(bag, &signer, AK_PACKET_PRINCIPAL, &key, err);
	if (rc == AK_OK)
		ak_sshkey_fingerprint(&key, out->signer);
	ak_signer_wipe(&signer);
	return rc;
}

static json_t *named(const char *value) { return value && strcmp(value, "unknown") != 0 ? json_string(value) : json_null(); }

/* packet.json: what pages and checks need to know of the packet as a whole. */
static json_t *overview(const struct ak_packet_opts *o, const struct ak_packet_result *r, const struct ak_sections *s)
{
	const struct ak_policy *p = o->policy;
	json_t *d = json_pack("{s:s, s:i, s:s, s:s, s:s, s:b, s:b, s:s, s:s}", "schema", "auditkit.packet/1", "format_version", 1, "id", r->id,
			      "created", r->created, "as_of", r->as_of, "draft", o->draft, "signed", !o->draft, "principal", AK_PACKET_PRINCIPAL,
			      "program", "auditkit " PACKAGE_VERSION);

	json_object_set_new(d, "period", json_pack("{s:o, s:o, s:o, s:o, s:O}", "from", ak_jbound(o->from_us), "to", ak_jbound(o->to_us), "first",
						   named(s->first[0] ? s->first : NULL), "last", named(s->last[0] ? s->last : NULL), "states_outside", s->states));
	json_object_set_new(d, "sample", o->sample ? json_pack("{s:I, s:s}", "size", (json_int_t)o->sample, "seed", r->id) : json_null());
	json_object_set_new(d, "rows", json_boolean(o->rows));
	json_object_set_new(d, "tables_most", json_integer((json_int_t)s->tables_most));
	json_object_set_new(d, "view", ak_view_document(o->view));
	json_object_set_new(d, "scope", s->scope_doc ? json_incref(s->scope_doc) : json_null());
	json_object_set_new(d, "reviewer", named(o->reviewer));
	json_object_set_new(d, "approved_by", named(o->approved_by));
	json_object_set_new(d, "tenant_ids", json_string(o->tenant_reason ? "included" : "left out"));
	json_object_set_new(d, "prepared_by", named(p ? p->declared_by : NULL));
	json_object_set_new(d, "organization", named(p ? p->organization : NULL));
	json_object_set_new(d, "system", named(p ? p->system : NULL));
	json_object_set_new(d, "policy_sha256", named(p ? p->digest : NULL));
	json_object_set_new(d, "workspace", json_string(o->store->id));
	json_object_set_new(d, "pseudonym_key", json_string(o->keys->kid));
	json_object_set(d, "ledger_size", json_object_get(s->checkpoint, "size"));
	json_object_set(d, "ledger_root", json_object_get(s->checkpoint, "root"));
	json_object_set(d, "annex_sha256", json_object_get(json_object_get(s->documents, "data/integrity/annex.json"), "digest"));
	json_object_set_new(d, "previous", named(ak_jtxt(json_object_get(json_object_get(s->documents, "data/integrity/consistency.json"), "previous"), "digest", NULL)));
	json_object_set_new(d, "proven", json_integer(ak_facts_sum(r->sections, "proven")));
	json_object_set_new(d, "declared", json_integer(ak_facts_sum(r->sections, "declared")));
	json_object_set_new(d, "finding_count", json_integer((json_int_t)json_array_size(r->findings)));
	json_object_set_new(d, "answered_count", json_integer((json_int_t)r->answered));
	json_object_set_new(d, "gap_count", json_integer((json_int_t)r->gaps));
	json_object_set(d, "sections", r->sections);
	return d;
}

/* Pages show the sections in the order of the view. */
static json_t *pages_in_order(const struct ak_packet_opts *o, json_t *views)
{
	json_t *sorted = ak_view_in_order(o->view, views);

	json_decref(views);
	return sorted;
}

static enum ak_rc fill(const struct ak_packet_opts *o, struct ak_bag *bag, const struct ak_sections *s,
		       const struct ak_packet_result *r, const json_t *resources, const json_t *apart, struct ak_err *err)
{
	json_t *packet = overview(o, r, s), *views = json_array(), *view = NULL, *answers, *findings, *section;
	size_t i;
	enum ak_rc rc;

	json_array_foreach(s->all, i, section) {
		json_t *v = ak_section_view(section);

		json_object_set_new(v, "draft", json_boolean(o->draft));
		json_array_append_new(views, v);
	}
	answers = json_pack("{s:s, s:i, s:O, s:O}", "schema", "auditkit.questions/1", "format_version", 1, "questions", r->questions, "gaps",
			    r->gap_list);
	findings = json_pack("{s:s, s:i, s:O}", "schema", "auditkit.findings/1", "format_version", 1, "findings", r->findings);
	rc = ak_render_package(o, bag, "auditkit-packet", resources, err);
	if (rc == AK_OK)
		rc = add_sections(o, bag, s, views, err);
	views = pages_in_order(o, views);
	if (rc == AK_OK)
		rc = ak_render_json(o, bag, "data/packet.json", packet, err);
	if (rc == AK_OK)
		rc = ak_render_json(o, bag, "data/08-requests/questions.json", answers, err);
	if (rc == AK_OK)
		rc = ak_render_json(o, bag, "data/08-requests/findings.json", findings, err);
	if (rc == AK_OK)
		view = ak_page_view(packet, r, views, s, resources, apart);
	if (rc == AK_OK)
		rc = ak_render_page(o, bag, "index.html.mustache", "index.html", AK_ESC_HTML, view, err);
	if (rc == AK_OK)
		rc = ak_render_page(o, bag, "cover.md.mustache", "data/00-cover.md", AK_ESC_MARKDOWN, view, err);
	if (rc == AK_OK)
		rc = ak_render_page(o, bag, "readme.md.mustache", "README.md", AK_ESC_MARKDOWN, view, err);
	if (rc == AK_OK)
		rc = ak_render_page(o, bag, "verify.txt.mustache", "VERIFY.txt", AK_ESC_TEXT, view, err);
	json_decref(answers);
	json_decref(findings);
	json_decref(view);
	json_decref(views);
	json_decref(packet);
	return rc;
}

/* The key of this packet's own pseudonyms, NULL where those of the workspace stay. */
static struct ak_hmac *packet_key(const struct ak_packet_opts *o, const char *id)
{
	if (o->policy && !o->policy->per_packet_pseudonyms)
		return NULL;
	return ak_packet_rekey_new(o->keys->repacket, id);
}

static enum ak_rc approved(const struct ak_packet_opts *o, struct ak_err *err)
{
	const json_t *roles = o->policy ? ak_policy_get(o->policy, "access.export_approvers") : NULL;
	json_t *role;
	size_t i;

	if (!o->approved_by || !json_array_size(roles))
		return AK_OK;
	json_array_foreach((json_t *)roles, i, role)
		if (json_is_string(role) && strcmp(json_string_value(role), o->approved_by) == 0)
			return AK_OK;
	ak_hint(err, "access.export_approvers in policy.yaml names who may approve an export");
	return ak_fail(err, AK_EXIT_REFUSED, "'%s' may not approve the export of a packet", o->approved_by);
}

static enum ak_rc begin(const struct ak_packet_opts *o, const json_t *ws, const struct ak_previous *previous, struct ak_sections *s, struct ak_packet_result *out,
			struct ak_err *err)
{
	const json_t *cp = json_object_get(ws, "checkpoint");

	if (!json_is_object(cp)) {
		ak_hint(err, "'auditkit ingest' comes first");
		return ak_fail(err, AK_EXIT_PARTIAL, "there is nothing to pack: this workspace has no checkpoint yet");
	}
	s->checkpoint = cp;
	snprintf(out->as_of, sizeof out->as_of, "%s", json_string_value(json_object_get(cp, "time")));
	if (approved(o, err) != AK_OK || ak_time_arg(out->as_of, 0, &s->as_of_us, err) != AK_OK)
		return AK_FAIL;
	out->mtime = o->epoch >= 0 ? o->epoch : s->as_of_us / 1000000;
	ak_time_z(out->mtime * 1000000, 0, out->created);
	name_packet(o, json_string_value(json_object_get(cp, "root")), previous, out);
	return AK_OK;
}

static uint64_t found_by_rules(const struct ak_sections *s)
{
	const json_t *rules = json_object_get(json_object_get(json_object_get(s->documents, AK_COVER_PATH), "checks"), "rules");
	uint64_t n = 0;
	json_t *rule;
	size_t i;

	json_array_foreach((json_t *)rules, i, rule)
		n += (uint64_t)json_integer_value(json_object_get(rule, "found"));
	return n;
}

static enum ak_rc judge(const struct ak_packet_opts *o, const struct ak_sections *s, struct ak_packet_result *out,
			struct ak_err *err)
{
	json_t *finding;
	size_t i;

	out->gaps = s->gaps;
	out->gap_list = gaps_of(s);
	out->sections = summary(s->all);
	out->questions = json_incref(s->questions);
	out->findings = json_incref(s->findings);
	out->rule_findings = found_by_rules(s);
	memcpy(out->first, s->first, sizeof out->first);
	memcpy(out->last, s->last, sizeof out->last);
	out->records = s->records;
	json_array_foreach(s->findings, i, finding)
		out->answered += json_is_object(json_object_get(finding, "response"));
	if (!s->gaps || o->draft || o->allow_gaps)
		return AK_OK;
	ak_hint(err, "answer them in policy.yaml, or build with --allow-gaps or --draft: the packet lists them");
	return ak_fail(err, AK_EXIT_PARTIAL, "%zu questions have no answer; no packet was built", s->gaps);
}

/* What goes on from the packet before, and the rest of the annex, whose digest the packet has. */
static enum ak_rc add_continuity(const struct ak_packet_opts *o, struct ak_sections *s, const struct ak_previous *previous, const json_t *apart,
				 struct ak_packet_result *out, struct ak_err *err)
{
	json_t *doc = NULL;
	enum ak_rc rc = AK_OK;

	if (previous->note && (rc = ak_previous_prove(o, previous, s->checkpoint, &doc, err)) == AK_OK) {
		json_object_set_new(s->files, "data/integrity/checkpoint-previous.note", json_string(previous->note));
		json_object_set_new(s->documents, "data/integrity/consistency.json", doc);
	}
	if (rc == AK_OK && (rc = ak_annex_finish(o, s, out->id, apart, out->annex, &doc, err)) == AK_OK)
		json_object_set_new(s->documents, "data/integrity/annex.json", doc);
	return rc;
}

/* All of the bag: the rows of tables go into it while the records are read. */
static enum ak_rc make(const struct ak_packet_opts *o, struct ak_sections *s, const char *name, const struct ak_previous *previous,
		       struct ak_bag *bag, struct ak_packet_result *out, struct ak_err *err)
{
	const struct ak_selfaudit audit = {.redactor = o->redactor, .canaries = o->canaries, .ids = o->ids};
	struct ak_rekey how = {packet_key(o, out->id), o->view ? o->view->tokens : 0};
	json_t *resources = NULL, *apart = NULL;
	enum ak_rc rc;

	s->audit = &audit;
	s->tables = ak_tables_new(bag, &audit, how.key || how.withheld ? &how : NULL, o->tenant_reason != NULL, o->view);
	if (s->sample)
		ak_tables_draw(s->tables, out->id, s->sample);
	rc = ak_sections_build(s, err);
	ak_tables_settle(s->tables);
	if (rc == AK_OK)
		rc = judge(o, s, out, err);
	if (rc == AK_OK && (how.key || how.withheld)) {
		ak_packet_rekey(&how, s->all);
		ak_packet_rekey(&how, s->documents);
		ak_packet_rekey(&how, s->findings);
		ak_packet_rekey(&how, s->scope_doc);
	}
	if (rc == AK_OK && (rc = ak_annex_new(o, name, &out->annex, err)) == AK_OK)
		rc = ak_render_tables(bag, out->annex, s->tables, &resources, &apart, err);
	if (rc == AK_OK)
		rc = add_continuity(o, s, previous, apart, out, err);
	if (rc == AK_OK)
		rc = fill(o, bag, s, out, resources, apart, err);
	if (rc == AK_OK)
		rc = add_integrity(o, bag, s, err);
	if (rc == AK_OK)
		rc = add_allowed(o, bag, err);
	if (rc == AK_OK)
		rc = ak_render_schemas(o, bag, err);
	if (rc == AK_OK)
		rc = finish(o, bag, out, err);
	out->files = ak_bag_count(bag);
	json_decref(resources);
	json_decref(apart);
	ak_tables_free(s->tables);
	ak_hmac_free(how.key);
	return rc;
}

enum ak_rc ak_packet_build(const struct ak_packet_opts *opts, const char *name, struct ak_bag **bag,
			   struct ak_packet_result *out, struct ak_err *err)
{
	struct ak_packet_opts own = *opts, *o = &own;
	struct ak_arena arena;
	struct ak_sections s = {.store = o->store, .policy = o->policy, .redactor = o->redactor, .arena = &arena, .from_us = o->from_us,
				.to_us = o->to_us, .approved_by = o->approved_by, .responses = o->responses,
				.tenant_reason = o->tenant_reason, .operator_ = o->operator_, .view = o->view, .scope = o->scope, .previous = o->previous,
				.sample = o->sample, .rows = o->rows, .tables_most = o->tables_most ? o->tables_most : AK_TABLES_BYTES, .packet_id = out->id, .workspace = o->workspace, .data_dir = o->data_dir};
	struct ak_previous previous = {0};
	json_t *ws = NULL;
	enum ak_rc rc;

	ak_arena_init(&arena);
	*bag = NULL;
	own.ids = ak_ids_new();
	memset(out, 0, sizeof *out);
	rc = ak_query_workspace(o->store, &ws, err);
	s.ws = ws;
	if (rc == AK_OK)
		rc = ak_previous_open(o, &previous, err);
	if (rc == AK_OK)
		rc = begin(o, ws, &previous, &s, out, err);
	if (rc == AK_OK)
		rc = ak_bag_new(name, o->store->dir, bag, err);
	if (rc == AK_OK && (rc = make(o, &s, name, &previous, *bag, out, err)) != AK_OK) {
		ak_bag_free(*bag);
		*bag = NULL;
	}
	json_decref(s.all);
	json_decref(s.questions);
	json_decref(s.findings);
	json_decref(s.files);
	json_decref(s.documents);
	json_decref(s.states);
	json_decref(s.scope_doc);
	json_decref(ws);
	ak_previous_release(&previous);
	ak_ids_free(own.ids);
	ak_arena_release(&arena);
	return rc;
}

void ak_packet_result_release(struct ak_packet_result *r)
{
	json_decref(r->gap_list);
	json_decref(r->sections);
	json_decref(r->questions);
	json_decref(r->findings);
	ak_bag_free(r->annex);
}
