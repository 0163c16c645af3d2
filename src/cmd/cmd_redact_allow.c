#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/fs.h"
#include "base/limits.h"
#include "base/time.h"
#include "conf/policy_edit.h"

enum { REASON_BYTES = 200 };

/* The key in force or a past one that is kept: the same text, NULL = neither. */
static const char *kept_key(const struct ak_keys *k, struct ak_str kid)
{
	const char *found = ak_str_is(kid, k->kid) ? k->kid : NULL;

	for (size_t i = 0; i < k->npast && !found; i++)
		found = ak_str_is(kid, k->past[i].kid) ? k->past[i].kid : NULL;
	return found;
}

/* The fingerprint, given alone or as the whole marker, which also says under which key it was made. Alone, that is known only
 * where there is one key. */
static enum ak_rc fingerprint_of(struct ak_ctx *c, const char *word, struct ak_policy_allow *e, struct ak_err *err)
{
	struct ak_str s = ak_str_of(word), kid;

	e->key = c->keys->npast ? NULL : c->keys->kid;
	if (s.n > 42 && s.p[0] == '[' && s.p[s.n - 1] == ']' && s.p[s.n - 34] == ':') {
		kid = ak_str_n(s.p + s.n - 42, 8);
		s = ak_str_n(s.p + s.n - 33, 32);
		e->key = kept_key(c->keys, kid);
		if (ak_policy_is_fingerprint(s) && !e->key) {
			ak_hint(err, "take the marker from this workspace, or from 'auditkit redact try' in it");
			return ak_fail(err, AK_EXIT_REFUSED, "the marker was made under a key that is not here; '%s' is in force", c->keys->kid);
		}
	}
	e->fingerprint = ak_arena_z(&c->arena, s);
	if (ak_policy_is_fingerprint(s))
		return AK_OK;
	ak_hint(err, "it is the last part of a marker: [REDACTED:KIND:KEY:FINGERPRINT]");
	return ak_fail(err, AK_EXIT_USAGE, "a fingerprint is 32 digits and letters from a to f");
}

/* A text that goes to policy.yaml and into packets. */
static enum ak_rc check_text(struct ak_ctx *c, const char *option, const char *text, struct ak_err *err)
{
	struct ak_str s = ak_str_of(text);

	if (!text || (s.n && s.n <= REASON_BYTES && ak_str_eq(ak_redact_text(c->redactor, s, &c->arena, NULL), s)))
		return AK_OK;
	ak_hint(err, "say it in up to %d bytes, without secrets, addresses and control characters", REASON_BYTES);
	return ak_fail(err, AK_EXIT_USAGE, "option '--%s' is not fit to be printed in a packet", option);
}

static enum ak_rc entry_of(struct ak_ctx *c, struct ak_policy_allow *e, struct ak_err *err)
{
	char now[32];

	e->why = ak_args_text(c->args, "reason");
	e->by = ak_args_text(c->args, "by") ? ak_args_text(c->args, "by") : c->policy ? c->policy->declared_by : NULL;
	if (!e->why) {
		ak_hint(err, "packets print it: --reason 'key of the vendor manual, never valid'");
		return ak_fail(err, AK_EXIT_USAGE, "an entry of the allow-list needs a reason");
	}
	if (check_text(c, "reason", e->why, err) != AK_OK || check_text(c, "by", e->by, err) != AK_OK)
		return AK_FAIL;
	c->reason = e->why;
	e->on = ak_arena_z(&c->arena, ak_str_n(ak_time_z(ak_time_now(), 0, now), 10));
	return fingerprint_of(c, c->args->word[0], e, err);
}

static enum ak_rc check_new(struct ak_ctx *c, const char *fingerprint, struct ak_err *err)
{
	if (!c->policy) {
		ak_hint(err, "'auditkit init' writes one with a comment for each answer");
		return ak_fail(err, AK_EXIT_REFUSED, "this workspace has no 'policy.yaml' to write the entry to");
	}
	for (size_t i = 0; i < c->policy->nallow; i++)
		if (strcmp(c->policy->allow[i].fingerprint, fingerprint) == 0) {
			ak_hint(err, "nothing is to be done; remove that line to take the permission back");
			return ak_fail(err, AK_EXIT_REFUSED, "this fingerprint is allowed already, on line %d of 'policy.yaml'", c->policy->allow[i].line);
		}
	return AK_OK;
}

static enum ak_rc report(struct ak_ctx *c, const struct ak_policy_allow *e, struct ak_err *err)
{
	json_t *doc;
	enum ak_rc rc = AK_OK;

	if (c->json) {
		doc = json_pack("{s:s, s:i, s:s, s:s, s:s?, s:s}", "schema", "auditkit.redact-allow/1", "format_version", 1, "fingerprint",
				e->fingerprint, "why", e->why, "by", e->by, "on", e->on);
		rc = ak_io_json(c->io, doc, err);
		json_decref(doc);
	} else {
		ak_io_line(c->io, "allowed", "%s: %s", e->fingerprint, e->why);
	}
	ak_io_note(c->io, "next", "'auditkit %singest' stores the value as it is from now on; records that hold its marker stay as they are",
		   c->with);
	return rc;
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	AK_CLEANUP(ak_buf_release) struct ak_buf text;
	struct ak_policy_allow e = {0};
	enum ak_rc rc;

	ak_buf_init(&text, AK_MAX_YAML_BYTES);
	rc = entry_of(c, &e, err);
	if (rc == AK_OK)
		rc = check_new(c, e.fingerprint, err);
	if (rc == AK_OK)
		rc = ak_policy_add_allow(c->policy, c->policy_text, &e, &text, err);
	if (rc == AK_OK)
		rc = ak_cmd_log_access(c, 0, err);
	if (rc == AK_OK)
		rc = ak_fs_write_file(c->policy_path, ak_buf_str(&text), 0600, true, err);
	if (rc == AK_OK)
		rc = report(c, &e, err);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_opt opts[] = {
	{"reason", 0, AK_OPT_TEXT, "TEXT", "why the value is no secret; packets print it"},
	{"by", 0, AK_OPT_TEXT, "ROLE", "who decided; otherwise declared.by of policy.yaml"},
	{.name = NULL},
};

static const struct ak_example examples[] = {
	{"auditkit redact allow d2f01c9b6f0ce5a4f2a3a1b0c9d8e7f6 --reason 'a test value'",
	 "store a value that was taken for a secret"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_redact_allow = {
	.name = "redact allow",
	.args = "FINGERPRINT",
	.summary = "let a value through that a detector takes for a secret",
	.text = "The remedy for a false positive. FINGERPRINT is the last part of the value's marker, or the marker. An entry is added to\n"
		"redaction.allow of policy.yaml; comments and order of the file stay, and it is parsed again before it replaces the old\n"
		"one. ingest, redact try and the look through a finished packet let the value through from then on, and every packet\n"
		"lists the entry with its reason. A fingerprint belongs to a key: after a rotation an entry works while the past key is\n"
		"kept. Once that is deleted it lets nothing through, which ingest, redact rules and doctor say.",
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_WRITE | AK_NEED_KEYS | AK_NEED_POLICY | AK_NEED_ACCESS,
	.min_words = 1,
	.max_words = 1,
	.run = run,
};
