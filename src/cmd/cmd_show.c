#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/jsonw.h"
#include "cmd/forms.h"
#include "cmd/fieldline.h"
#include "base/jsonget.h"
#include "cmd/record.h"
#include "cmd/show_diff.h"
#include "query/query.h"
#include "redact/marker.h"

/* ---- finding it ---- */

/* Whole records of an id that names a few of them. A person or key has many: show_many. */
static enum ak_rc by_identifier(struct ak_ctx *c, const char *id, json_t **records, struct ak_err *err)
{
	json_t *hits = NULL, *hit, *record;
	int64_t last = -1;
	size_t i;
	enum ak_rc rc = ak_query_lookup(c->store, ak_str_of(id), &hits, err);

	*records = json_array();
	json_array_foreach(hits, i, hit) {
		if ((int64_t)ak_jnum(hit, "seq") == last)
			continue;
		last = (int64_t)ak_jnum(hit, "seq");
		if ((rc = ak_query_record(c->store, last, &record, err)) != AK_OK)
			break;
		json_array_append_new(*records, record);
	}
	json_decref(hits);
	return rc;
}

static enum ak_rc find(struct ak_ctx *c, const char *id, json_t **records, struct ak_err *err)
{
	enum ak_rc rc = ak_record_by_cite(c, id, records, err);

	if (rc != AK_END)
		return rc;
	rc = ak_marker_is_token(ak_str_of(id)) ? AK_OK : by_identifier(c, id, records, err);
	if (rc == AK_OK)
		rc = ak_record_add_keys(c, *records, err);
	return rc == AK_OK && json_array_size(*records) == 0 ? AK_END : rc;
}

/* ---- reading what is encrypted ---- */

/* The text under the key in force or a past one; p == NULL when none of them sealed it. */
static struct ak_str reveal_text(struct ak_ctx *c, const char *sealed)
{
	struct ak_str s = ak_redact_reveal(c->redactor, ak_str_of(sealed), &c->arena);

	for (size_t i = 0; !s.p && i < c->keys->npast; i++)
		s = ak_redact_reveal(c->past[i], ak_str_of(sealed), &c->arena);
	return s;
}

/* In place, so that --json says it too. The access is logged before anything of it is printed. */
static enum ak_rc reveal(struct ak_ctx *c, json_t *records, struct ak_err *err)
{
	const char *field = ak_args_text(c->args, "reveal"), *reason = ak_args_text(c->args, "reason");
	size_t i, n = 0;
	json_t *r;
	int f;

	if (!field && !reason)
		return AK_OK;
	if (!field || !reason || !*reason) {
		ak_hint(err, "give both, as in: --reveal key_alias --reason 'leaver check of May'; access.jsonl keeps field and reason");
		return ak_fail(err, AK_EXIT_USAGE, "option '--reveal' goes with '--reason'");
	}
	if ((f = ak_field_find(ak_str_of(field))) < 0) {
		ak_hint(err, "'auditkit fields' lists them");
		return ak_fail(err, AK_EXIT_USAGE, "there is no field '%.60s'", field);
	}
	json_array_foreach(records, i, r) {
		json_t *fields = json_object_get(r, "fields");
		const char *sealed = json_string_value(json_object_get(fields, ak_fields[f].name));
		struct ak_str s = {NULL, 0};

		if (sealed)
			s = reveal_text(c, sealed);
		if (s.p)
			json_object_set_new(fields, ak_fields[f].name, json_stringn(s.p, s.n));
		n += s.p != NULL;
	}
	c->opened = ak_fields[f].column;
	c->reason = reason;
	if (n)
		return AK_OK;
	ak_hint(err, "only values of the form enc:KEY:TEXT can be revealed, under the key of that id");
	return ak_fail(err, AK_EXIT_PARTIAL, "nothing of '%s' is encrypted here under a key that is at hand", ak_fields[f].column);
}

/* ---- printing it ---- */

static void raw_ref(struct ak_ctx *c, const json_t *r)
{
	unsigned long long at = ak_jnum(r, "byte_offset"), n = ak_jnum(r, "byte_length");
	const char *codec = ak_jtxt(r, "file_codec", "none");

	ak_io_line(c->io, "file", "%s, sha256 %s, %s", ak_jtxt(r, "file_name", "?"), ak_jtxt(r, "file_sha256", "-"), codec);
	ak_io_line(c->io, "original", "bytes %llu to %llu of the decoded stream:", at, at + n);
	if (strcmp(codec, "none") == 0)
		ak_io_line(c->io, "", "tail -c +%llu FILE | head -c %llu", at + 1, n);
	else
		ak_io_line(c->io, "", "%s -dc FILE | tail -c +%llu | head -c %llu", codec, at + 1, n);
}

static void print_record(struct ak_ctx *c, const json_t *r)
{
	const char *name;
	json_t *v;

	ak_io_line(c->io, "record", "%s, %s, number %llu in %s", ak_jtxt(r, "cite", "?"), ak_jtxt(r, "kind", "?"),
		   (unsigned long long)ak_jnum(r, "record"), ak_jtxt(r, "file_name", "?"));
	if (ak_jtxt(r, "superseded_by", NULL))
		ak_io_line(c->io, "superseded", "counts no more; in its place: %s", ak_jtxt(r, "superseded_by", "?"));
	if (json_array_size(json_object_get(r, "flags")))
		ak_field_line(c->io, "flags", json_object_get(r, "flags"));
	json_object_foreach(json_object_get(r, "fields"), name, v)
		ak_field_line(c->io, name, v);
	ak_io_line(c->io, "leaf", "%s", ak_jtxt(r, "leaf", "?"));
	ak_io_line(c->io, "tokens", "of pseudonym key %s", ak_jtxt(r, "pseudonym_key", "?"));
	if (ak_args_flag(c->args, "raw-ref"))
		raw_ref(c, r);
}

static enum ak_rc print(struct ak_ctx *c, json_t *records, struct ak_err *err)
{
	json_t *r, *doc;
	size_t i;
	enum ak_rc rc;

	if (ak_args_flag(c->args, "diff"))
		return ak_show_diff(c, records, err);
	if (!c->json) {
		json_array_foreach(records, i, r)
			print_record(c, r);
		return AK_OK;
	}
	doc = json_pack("{s:s, s:i, s:O}", "schema", "auditkit.show/1", "format_version", 1, "records", records);
	rc = ak_io_json(c->io, doc, err);
	json_decref(doc);
	return rc;
}

#define MANY_SHOWN 20

static enum ak_rc print_many(struct ak_ctx *c, const json_t *rows, int64_t total, struct ak_err *err)
{
	const char *form = ak_jtxt(json_array_get(rows, 0), "form", "?");
	json_t *r, *doc;
	size_t i;
	char n[32];
	enum ak_rc rc;

	if (c->json) {
		doc = json_pack("{s:s, s:i, s:s, s:I, s:O}", "schema", "auditkit.show-key/1", "format_version", 1, "key", form, "total",
				(json_int_t)total, "first", rows);
		rc = ak_io_json(c->io, doc, err);
		json_decref(doc);
		return rc;
	}
	ak_io_line(c->io, "identifier", "%s: %s records%s", form, ak_thousands((uint64_t)total, n), total > MANY_SHOWN ? ", the first of them" : "");
	json_array_foreach((json_t *)rows, i, r)
		ak_io_line(c->io, "", "%-24s %-12s %s", ak_jtxt(r, "time", "undated"), ak_jtxt(r, "kind", "?"), ak_jtxt(r, "cite", "?"));
	ak_io_note(c->io, "next", "auditkit %sshow %s", c->with, ak_jtxt(json_array_get(rows, 0), "cite", "CITATION"));
	return AK_OK;
}

/* A key or person has more records than one looks at: what there is, and where it begins. */
static enum ak_rc show_many(struct ak_ctx *c, const char *word, struct ak_err *err)
{
	json_t *rows = NULL, *forms = ak_cmd_forms(c, word);
	int64_t total = 0;
	enum ak_rc rc = ak_query_of_identifier(c->store, forms, MANY_SHOWN, &rows, &total, err);

	if (rc == AK_OK && !total) {
		ak_hint(err, "citations look like source:number; any identifier works, an e-mail or a key id too");
		rc = ak_fail(err, AK_EXIT_PARTIAL, "no record has this identifier");
	}
	if (rc == AK_OK) {
		ak_cmd_found_by(c, ak_jtxt(json_array_get(rows, 0), "form", "?"));
		rc = ak_cmd_log_access(c, json_array_size(rows), err);
	}
	if (rc == AK_OK)
		rc = print_many(c, rows, total, err);
	json_decref(rows);
	json_decref(forms);
	return rc;
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	json_t *records = NULL;
	enum ak_rc rc = find(c, c->args->word[0], &records, err);

	if (rc == AK_END) {
		json_decref(records);
		return show_many(c, c->args->word[0], err) == AK_OK ? AK_EXIT_OK : err->exit;
	}

	if (rc == AK_OK)
		rc = reveal(c, records, err);
	if (rc == AK_OK)
		rc = ak_cmd_log_access(c, json_array_size(records), err);
	if (rc == AK_OK)
		rc = print(c, records, err);
	json_decref(records);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_opt opts[] = {
	{"diff", 0, AK_OPT_FLAG, NULL, "only what changed: path, before, after"},
	{"reveal", 0, AK_OPT_TEXT, "FIELD", "read this field where policy.yaml had it encrypted; wants --reason"},
	{"reason", 0, AK_OPT_TEXT, "TEXT", "why it must be read; access.jsonl keeps it"},
	{"raw-ref", 0, AK_OPT_FLAG, NULL, "say where the record stands in the original file"},
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example examples[] = {
	{"auditkit show rot-1", "the record with this identifier"},
	{"auditkit show rot-1 --raw-ref", "and the command that cuts it out of the original export"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_show = {
	.name = "show",
	.args = "ID",
	.summary = "one record whole, by citation or by any identifier",
	.text = "ID is a citation (source:number) or an identifier. A person, an e-mail address, a key or an IP address is looked up\n"
		"by its tokens, under the pseudonym key in force and past ones, and its records are listed. What is shown is what is\n"
		"stored: redacted. Each use leaves a line in access.jsonl, which holds the token, not what was typed.\n\n"
		"--reveal reads a field that policy.yaml has encrypted (auditkit-policy(5)), for who holds the key; field and reason\n"
		"stand in access.jsonl before the value is printed.",
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_READ | AK_NEED_KEYS | AK_NEED_ACCESS | AK_NEED_POLICY,
	.min_words = 1,
	.max_words = 1,
	.run = run,
};
