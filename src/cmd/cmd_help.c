#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/text.h"
#include "cmd/collect.h"
#include "cmd/usage.h"

/* The command whose name is these words, NULL when there is none. */
static const struct ak_cmd *named(const struct ak_args *a, struct ak_buf *name)
{
	for (size_t i = 0; i < a->nwords; i++)
		ak_buf_addf(name, "%s%s", i ? " " : "", a->word[i]);
	for (size_t i = 0; ak_cmds[i]; i++)
		if (ak_str_is(ak_buf_str(name), ak_cmds[i]->name))
			return ak_cmds[i];
	return NULL;
}

/* The command tables as data. */
static json_t *options_json(const struct ak_opt *o)
{
	json_t *list = json_array();

	for (; o && o->name; o++)
		json_array_append_new(list, json_pack("{s:s, s:s?, s:s}", "name", o->name, "argument", o->arg, "help", o->help));
	return list;
}

static enum ak_rc print_json(struct ak_ctx *c, struct ak_err *err)
{
	json_t *list = json_array(), *doc;
	enum ak_rc rc;

	for (size_t i = 0; ak_cmds[i]; i++)
		json_array_append_new(list, json_pack("{s:s, s:s?, s:s, s:o}", "name", ak_cmds[i]->name, "arguments", ak_cmds[i]->args, "summary",
						      ak_cmds[i]->summary, "options", options_json(ak_cmds[i]->opts)));
	doc = json_pack("{s:s, s:i, s:o, s:o}", "schema", "auditkit.help/1", "format_version", 1, "global_options",
			options_json(ak_global_opts), "commands", list);
	rc = ak_io_json(c->io, doc, err);
	json_decref(doc);
	return rc;
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	struct ak_buf name, text;
	const struct ak_cmd *cmd;
	enum ak_exit code = AK_EXIT_OK;

	if (c->args->nwords && strcmp(c->args->word[0], "collect") == 0)
		return ak_collect_print(c, c->args->word[1], err) == AK_OK ? AK_EXIT_OK : err->exit;
	if (c->json)
		return print_json(c, err) == AK_OK ? AK_EXIT_OK : err->exit;
	ak_buf_init(&name, 4096);
	ak_buf_init(&text, 1 << 20);
	cmd = named(c->args, &name);
	if (cmd) {
		ak_usage_command(cmd, c->io->width, &text);
	} else if (!c->args->nwords) {
		ak_usage_overview(c->io->width, &text);
	} else if (!ak_usage_group(name.p, c->io->width, &text)) {
		ak_hint(err, "'auditkit help' lists the commands");
		ak_fail(err, code = AK_EXIT_USAGE, "no command '%s'", name.p);
	}
	ak_io_text(c->io, ak_buf_str(&text));
	ak_buf_release(&text);
	ak_buf_release(&name);
	return code;
}

static const struct ak_example examples[] = {
	{"auditkit help ingest", "explain one command"},
	{"auditkit help collect", "the systems whose export commands are known"},
	{"auditkit help collect openai", "how to export what OpenAI knows, and which question each file answers"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_help = {
	.name = "help",
	.args = "[COMMAND | collect [SYSTEM]]",
	.summary = "explain a command, or how to export what a system knows",
	.text = "'help collect SYSTEM' prints export commands as they are run in a shell, which of the seven questions of a review\n"
		"each file answers, and the traps of that export. Nothing is run. What no vendor page confirmed is marked 'check'.",
	.examples = examples,
	.max_words = 4,
	.run = run,
};
