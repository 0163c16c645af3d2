#include "base/ak.h"
#include "cmd/cmd.h"

#include "cmd/usage.h"

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	struct ak_buf b;
	enum ak_exit code = AK_EXIT_OK;

	ak_buf_init(&b, 1 << 20);
	if (ak_usage_completion(c->args->word[0], &b))
		ak_io_text(c->io, ak_buf_str(&b));
	else
		ak_fail(err, code = AK_EXIT_USAGE, "no completion for '%s': bash, zsh or fish", c->args->word[0]);
	ak_buf_release(&b);
	return code;
}

static const struct ak_example examples[] = {
	{"auditkit completion bash", "the completion script for bash"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_completion = {
	.name = "completion",
	.args = "SHELL",
	.summary = "print the completion script for bash, zsh or fish",
	.examples = examples,
	.min_words = 1,
	.max_words = 1,
	.run = run,
};
