#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/text.h"
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

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	struct ak_buf name, text;
	const struct ak_cmd *cmd;
	enum ak_exit code = AK_EXIT_OK;

	ak_buf_init(&name, 4096);
	ak_buf_init(&text, 1 << 20);
	cmd = named(c->args, &name);
	if (cmd) {
		ak_usage_command(cmd, &text);
	} else if (!c->args->nwords) {
		ak_usage_overview(&text);
	} else if (!ak_usage_group(name.p, &text)) {
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
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_help = {
	.name = "help",
	.args = "[COMMAND]",
	.summary = "explain a command, or list them",
	.examples = examples,
	.max_words = 4,
	.run = run,
};
