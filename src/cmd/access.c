/* One line in access.jsonl per access to evidence. */
#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/fs.h"
#include "store/access.h"

static void set_safe(struct ak_ctx *c, json_t *options, const char *name, const char *value)
{
	struct ak_str s = ak_redact_text(c->redactor, ak_str_of(value), &c->arena, NULL);

	json_object_set_new(options, name, json_stringn(s.p, s.n));
}

unsigned ak_cmd_needs(const struct ak_args *a)
{
	static const char *const exporting[] = {"output", "ipe", "drill"}; /* the last prints records one by one */
	unsigned needs = a->cmd->needs;

	if (needs & AK_NEED_INSTEAD && ak_args_text(a, "packet"))
		return ak_args_text(a, "output") ? AK_NEED_OUTPUT : AK_NEED_INPUT;
	for (const struct ak_opt *o = a->cmd->opts; o && o->name && needs & AK_NEED_LOGGED; o++)
		for (size_t i = 0; i < AK_COUNT(exporting); i++)
			if (strcmp(o->name, exporting[i]) == 0 && ak_args_text(a, o->name))
				needs |= AK_NEED_KEYS | AK_NEED_ACCESS;
	return needs;
}

/* An export is told from a read by the name of its file. */
static void add_output(struct ak_ctx *c, json_t *options)
{
	for (const struct ak_opt *o = c->args->cmd->opts; o && o->name; o++)
		if (strcmp(o->name, "output") == 0 && ak_args_text(c->args, o->name)) {
			struct ak_str s = ak_redact_text(c->redactor, ak_fs_base(ak_args_text(c->args, o->name)), &c->arena, NULL);

			json_object_set_new(options, "output", json_pack("[s%]", s.p, s.n));
		}
}

enum ak_rc ak_cmd_log_access(struct ak_ctx *c, uint64_t records, struct ak_err *err)
{
	struct ak_hmac *token = ak_hmac_new(c->keys->token, 32);
	json_t *options = json_object(), *words = json_array();
	struct ak_redact_ledger ignored;
	enum ak_rc rc;

	ak_ledger_init(&ignored);
	for (size_t i = 0; i < c->args->nwords; i++) { /* words may hold an e-mail: kept as token */
		/* Of a file the name only. */
		struct ak_str word = c->args->cmd->needs & (AK_NEED_OUTPUT | AK_NEED_INPUT) ? ak_fs_base(c->args->word[i])
				     : i == 0 && c->logged		  ? ak_str_of(c->logged)
									  : ak_str_of(c->args->word[i]);
		struct ak_str s = ak_redact_text(c->redactor, word, &c->arena, &ignored);
		json_array_append_new(words, json_stringn(s.p, s.n));
	}
	if (!c->args->nwords && c->logged) { /* an option says what was looked for */
		struct ak_str s = ak_redact_text(c->redactor, ak_str_of(c->logged), &c->arena, &ignored);

		json_array_append_new(words, json_stringn(s.p, s.n));
	}
	json_object_set_new(options, "words", words);
	add_output(c, options);
	if (c->opened)
		set_safe(c, options, "field", c->opened);
	if (c->reason)
		set_safe(c, options, "reason", c->reason);
	rc = ak_access_append(c->store, token, c->args->cmd->name, options, records, err);
	ak_ledger_release(&ignored);
	ak_hmac_free(token);
	json_decref(options);
	return rc;
}
