#include "base/ak.h"
#include "packet/build.h"

#include "base/note.h"
#include "base/sshkey.h"
#include "base/time.h"
#include "packet/rekey.h"
#include "packet/render.h"
#include "packet/section.h"
#include "packet/sign.h"
#include "query/query.h"
#include "store/tlog.h"

#define PRINCIPAL "auditkit"

/* The id follows from what is shown: the checkpoint and the policy. */
static void name_packet(const struct ak_packet_opts *o, const char *root, struct ak_packet_result *out)
{
	uint8_t h[32];

	ak_sha256_2(ak_str_of(root), ak_str_of(o->policy ? o->policy->digest : ""), h);
	memcpy(out->id, "AK-", 3);
	ak_hex(h, 4, out->id + 3);
}

static json_t *gaps_of(const json_t *sections)
{
	json_t *list = json_array(), *section, *gap;
	size_t i, k;

	json_array_foreach(sections, i, section)
		json_array_foreach(json_object_get(section, "gaps"), k, gap)
			json_array_append_new(list, json_pack("{s:O, s:O}", "section", json_object_get(section, "id"), "gap", gap));
	return list;
}

static enum ak_rc add_sections(const struct ak_packet_opts *o, struct ak_bag *bag, const json_t *sections, struct ak_err *err)
{
	json_t *section;
	size_t i;

	json_array_foreach(sections, i, section) {
		const char *id = json_string_value(json_object_get(section, "id"));
		char path[100];

		snprintf(path, sizeof path, "data/%02zu-%s.json", i + 1, id);
		if (ak_render_json(o, bag, path, section, err) != AK_OK)
			return AK_FAIL;
		snprintf(path, sizeof path, "data/%02zu-%s.md", i + 1, id);
		if (ak_render_page(o, bag, "section.md.mustache", path, AK_ESC_MARKDOWN, section, err) != AK_OK)
			return AK_FAIL;
	}
	return ak_render_tables(o, bag, sections, err);
}

static enum ak_rc add_integrity(const struct ak_packet_opts *o, struct ak_bag *bag, const json_t *checkpoint,
				struct ak_err *err)
{
	struct ak_note_key key;
	struct ak_buf b;
	uint8_t pub[32];
	enum ak_rc rc;

	ak_ed25519_public(o->keys->log, pub);
	ak_tlog_note_key(o->store, pub, &key);
	ak_buf_init(&b, 4096);
	ak_note_key_text(&key, &b);
	ak_buf_addc(&b, '\n');
	rc = ak_render_add(o, bag, "data/integrity/log.vkey", ak_buf_str(&b), err);
	ak_buf_release(&b);
	return rc == AK_OK ? ak_render_add(o, bag, "data/integrity/checkpoint.note",
					   ak_str_of(json_string_value(json_object_get(checkpoint, "note"))), err)
			   : rc;
}

static enum ak_rc finish(const struct ak_packet_opts *o, struct ak_bag *bag, struct ak_packet_result *out, struct ak_err *err)
{
	const struct ak_bag_info info[] = {
		{"Source-Organization", o->policy ? o->policy->organization : NULL},
		{"External-Identifier", out->id},
		{"Bagging-Date", out->created},
		{"Auditkit-Draft", o->draft ? "yes" : NULL},
	};
	struct ak_sshkey key;
	uint8_t pub[32];

	if (ak_bag_finish(bag, info, sizeof info / sizeof *info, err) != AK_OK)
		return AK_FAIL;
	if (o->draft)
		return AK_OK;
	ak_ed25519_public(o->keys->packet, pub);
	ak_sshkey_from_pub(pub, &key);
	ak_sshkey_fingerprint(&key, out->signer);
	return ak_bag_sign(bag, o->keys->packet, PRINCIPAL, err);
}

static json_t *overview(const struct ak_packet_opts *o, const struct ak_packet_result *r, const json_t *checkpoint,
			const json_t *sections)
{
	json_t *d = json_pack("{s:s, s:i, s:s, s:s, s:b, s:b, s:i, s:s, s:O, s:O, s:O}", "schema", "auditkit.packet/1",
			      "format_version", 1, "id", r->id, "created", r->created, "draft", o->draft, "signed", !o->draft, "gap_count",
			      (int)r->gaps, "principal", PRINCIPAL, "gaps", r->gap_list, "ledger_size",
			      json_object_get(checkpoint, "size"), "ledger_root", json_object_get(checkpoint, "root"));

	json_object_set_new(d, "workspace", json_string(o->store->id));
	json_object_set_new(d, "policy_sha256", o->policy ? json_string(o->policy->digest) : json_null());
	json_object_set_new(d, "organization", json_string(o->policy && o->policy->organization ? o->policy->organization : "unknown"));
	json_object_set_new(d, "system", json_string(o->policy && o->policy->system ? o->policy->system : "unknown"));
	json_object_set_new(d, "sections", json_copy((json_t *)sections));
	return d;
}

static enum ak_rc fill(const struct ak_packet_opts *o, struct ak_bag *bag, json_t *view, struct ak_err *err)
{
	json_t *packet = json_copy(view), *ids = json_array(), *section;
	size_t i;
	enum ak_rc rc;

	json_array_foreach(json_object_get(view, "sections"), i, section)
		json_array_append(ids, json_object_get(section, "id"));
	json_object_set_new(packet, "sections", ids);
	rc = ak_render_json(o, bag, "data/packet.json", packet, err);
	json_decref(packet);
	if (rc == AK_OK)
		rc = ak_render_json(o, bag, "data/08-requests/questions.json", json_object_get(view, "gaps"), err);
	if (rc == AK_OK)
		rc = ak_render_page(o, bag, "index.html.mustache", "index.html", AK_ESC_HTML, view, err);
	if (rc == AK_OK)
		rc = ak_render_page(o, bag, "readme.md.mustache", "README.md", AK_ESC_MARKDOWN, view, err);
	if (rc == AK_OK)
		rc = ak_render_page(o, bag, "verify.txt.mustache", "VERIFY.txt", AK_ESC_TEXT, view, err);
	return rc;
}

static enum ak_rc make(const struct ak_packet_opts *o, const char *name, struct ak_sections *s, const json_t *checkpoint,
		       struct ak_bag **bag, struct ak_packet_result *out, struct ak_err *err)
{
	struct ak_hmac *key = ak_hmac_new(o->keys->repacket, 32);
	uint8_t mac[32];
	json_t *view;
	enum ak_rc rc = ak_bag_new(name, o->store->dir, bag, err);

	ak_hmac(key, ak_str_of(out->id), mac);
	ak_hmac_free(key);
	key = ak_hmac_new(mac, sizeof mac);
	if (!o->policy || o->policy->per_packet_pseudonyms)
		ak_packet_rekey(key, s->all);
	ak_hmac_free(key);
	view = overview(o, out, checkpoint, s->all);
	if (rc == AK_OK)
		rc = add_sections(o, *bag, s->all, err);
	if (rc == AK_OK)
		rc = add_integrity(o, *bag, checkpoint, err);
	if (rc == AK_OK)
		rc = fill(o, *bag, view, err);
	if (rc == AK_OK)
		rc = finish(o, *bag, out, err);
	out->files = rc == AK_OK ? ak_bag_count(*bag) : 0;
	json_decref(view);
	if (rc != AK_OK) {
		ak_bag_free(*bag);
		*bag = NULL;
	}
	return rc;
}

enum ak_rc ak_packet_build(const struct ak_packet_opts *o, const char *name, struct ak_bag **bag,
			   struct ak_packet_result *out, struct ak_err *err)
{
	struct ak_arena arena;
	struct ak_sections s = {.store = o->store, .policy = o->policy, .redactor = o->redactor, .arena = &arena};
	json_t *ws = NULL, *cp;
	int64_t us = 0;
	enum ak_rc rc = ak_query_workspace(o->store, &ws, err);

	ak_arena_init(&arena);
	*bag = NULL;
	memset(out, 0, sizeof *out);
	if (rc != AK_OK) {
		ak_arena_release(&arena);
		return rc;
	}
	cp = json_object_get(ws, "checkpoint");
	if (!json_is_object(cp)) {
		ak_hint(err, "'auditkit ingest' comes first");
		rc = ak_fail(err, AK_EXIT_PARTIAL, "there is nothing to pack: this workspace has no checkpoint yet");
	}
	if (rc == AK_OK) {
		snprintf(out->created, sizeof out->created, "%s", json_string_value(json_object_get(cp, "time")));
		rc = ak_time_arg(out->created, 0, &us, err);
		out->mtime = us / 1000000;
		name_packet(o, json_string_value(json_object_get(cp, "root")), out);
	}
	if (rc == AK_OK)
		rc = ak_sections_build(&s, err);
	if (rc == AK_OK) {
		out->gaps = s.gaps;
		out->gap_list = gaps_of(s.all);
		if (s.gaps && !o->draft && !o->allow_gaps) {
			ak_hint(err, "answer them in policy.yaml, or build with --allow-gaps or --draft: the packet lists them");
			rc = ak_fail(err, AK_EXIT_PARTIAL, "%zu questions have no answer; no packet was built", s.gaps);
		}
	}
	if (rc == AK_OK)
		rc = make(o, name, &s, cp, bag, out, err);
	json_decref(s.all);
	json_decref(ws);
	ak_arena_release(&arena);
	return rc;
}
