/* --annex-for and --for: certificates of those who may read an annex. */
#ifndef AK_CMD_RECIPIENTS_H
#define AK_CMD_RECIPIENTS_H

#include "base/envelope.h"
#include "cmd/cmd.h"

/* Files that were read before the sandbox closed; parsed within it. */
struct ak_cmd_recipients {
	const char **name;
	struct ak_str *pem;
	size_t n;
};

#ifdef __cplusplus
extern "C" {
#endif

/* For .before: the files of the option, into the command's arena. AK_EXIT_INPUT. */
enum ak_rc ak_cmd_recipients_read(struct ak_ctx *c, const char *option, struct ak_cmd_recipients *out, struct ak_err *err);
/* *out is NULL when the option was not given; ak_recipients_free. */
enum ak_rc ak_cmd_recipients_open(const struct ak_cmd_recipients *r, struct ak_recipients **out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
