#include "base/ak.h"
#include "cmd/keeptext.h"

#include "redact/plan.h"
#include "store/access.h"

/* Names people use for what is never kept. */
static const char *const payload[] = {"prompt", "prompts", "completion", "completions", "messages", "message", "content", "request", "response",
				      "input", "output", "payload", "body", "payload_prompt", "payload_completion"};

/* Fields by what is written in their place. */
static const struct {
	const char *name;
	enum ak_field_id text;
} others[] = {
	{"error_template", AK_F_ERROR_TEXT}, {"error_message", AK_F_ERROR_TEXT}, {"error", AK_F_ERROR_TEXT},
	{"reason_code", AK_F_REASON_TEXT},   {"reason", AK_F_REASON_TEXT},
};

static int text_field(const char *name)
{
	int f = ak_field_find(ak_str_of(name));

	if (f >= 0 && ak_fields[f].type == AK_T_TEXT)
		return f;
	for (size_t i = 0; i < AK_COUNT(others); i++)
		if (strcmp(others[i].name, name) == 0)
			return others[i].text;
	return -1;
}

/* What policy.yaml takes away, itself or by its profile, no option brings back. */
static bool is_removed(const struct ak_field_plan *plan, enum ak_field_id f)
{
	return plan && (plan->action[f] == AK_FIELD_REMOVE ||
			(!ak_plan_differs(plan, f) && ak_profile_action(plan->profile, f) == AK_PROFILE_REMOVES));
}

static enum ak_rc keep_one(const struct ak_field_plan *plan, const char *name, bool keep[AK_F_COUNT], struct ak_err *err)
{
	int f = text_field(name);

	for (size_t i = 0; i < AK_COUNT(payload); i++)
		if (strcmp(payload[i], name) == 0) {
			ak_hint(err, "prompts and completions stay in the source; 'auditkit show ID --raw-ref' says where");
			return ak_fail(err, AK_EXIT_REFUSED, "'%s' is payload, which is never stored", name);
		}
	if (f < 0) {
		ak_hint(err, "texts that can be kept: error_text and reason_text");
		return ak_fail(err, AK_EXIT_USAGE, "option '--keep-text': '%.60s' is no field with a text", name);
	}
	if (is_removed(plan, (enum ak_field_id)f)) {
		ak_hint(err, "'auditkit redact explain %s' says where", ak_fields[f].column);
		return ak_fail(err, AK_EXIT_REFUSED, "policy.yaml removes the field '%s'; --keep-text does not bring it back", ak_fields[f].column);
	}
	keep[f] = true;
	return AK_OK;
}

enum ak_rc ak_cmd_keep_text(struct ak_ctx *c, bool keep[AK_F_COUNT], struct ak_err *err)
{
	const char *const *names = ak_args_list(c->args, "keep-text"), *reason = ak_args_text(c->args, "reason");
	struct ak_buf b;

	if (!names && !reason)
		return AK_OK;
	for (size_t i = 0; names && names[i]; i++)
		if (keep_one(c->plan, names[i], keep, err) != AK_OK)
			return AK_FAIL;
	if (!names || !reason || !*reason) {
		ak_hint(err, "give both, as in: --keep-text error_text --reason 'incident 17'; the packet prints them");
		return ak_fail(err, AK_EXIT_USAGE, "option '--keep-text' goes with '--reason'");
	}
	ak_buf_init(&b, 4096);
	for (int f = 0; f < AK_F_COUNT; f++)
		if (keep[f])
			ak_buf_addf(&b, "%s%s", b.n ? ", " : "", ak_fields[f].column);
	c->opened = ak_arena_z(&c->arena, ak_buf_str(&b));
	c->reason = reason;
	ak_buf_release(&b);
	return AK_OK;
}

json_t *ak_cmd_keep_text_note(struct ak_ctx *c, const bool keep[AK_F_COUNT])
{
	struct ak_hmac *token;
	json_t *fields, *note;
	struct ak_str reason;
	char who[64];

	if (!c->opened)
		return NULL;
	fields = json_array();
	for (int f = 0; f < AK_F_COUNT; f++)
		if (keep[f])
			json_array_append_new(fields, json_string(ak_fields[f].column));
	token = ak_hmac_new(c->keys->token, 32);
	ak_access_operator(token, who);
	ak_hmac_free(token);
	reason = ak_redact_text(c->redactor, ak_str_of(c->reason), &c->arena, NULL);
	note = json_pack("{s:o, s:s, s:o}", "fields", fields, "operator", who, "reason", json_stringn(reason.p, reason.n));
	return note;
}
