#include "base/ak.h"
#include "cmd/recipients.h"

#include "base/fs.h"

enum { MOST_BYTES = 1 << 16, MOST_RECIPIENTS = 64 };

static enum ak_rc read_one(struct ak_ctx *c, const char *path, struct ak_cmd_recipients *out, struct ak_err *err)
{
	struct ak_buf text;
	enum ak_rc rc;

	ak_buf_init(&text, MOST_BYTES);
	rc = ak_fs_slurp(path, MOST_BYTES, &text, err);
	out->name[out->n] = path;
	out->pem[out->n++] = text.n ? ak_arena_str(&c->arena, ak_buf_str(&text)) : AK_STR("");
	ak_buf_release(&text);
	return rc;
}

enum ak_rc ak_cmd_recipients_read(struct ak_ctx *c, const char *option, struct ak_cmd_recipients *out, struct ak_err *err)
{
	const char *const *list = ak_args_list(c->args, option);
	enum ak_rc rc = AK_OK;
	size_t n = 0;

	*out = (struct ak_cmd_recipients){0};
	while (list && list[n])
		n++;
	if (n > MOST_RECIPIENTS)
		return ak_fail(err, AK_EXIT_LIMIT, "option '--%s' is given more than %d times", option, MOST_RECIPIENTS);
	out->name = ak_arena_zero(&c->arena, (n + 1) * sizeof *out->name);
	out->pem = ak_arena_zero(&c->arena, (n + 1) * sizeof *out->pem);
	for (size_t i = 0; i < n && rc == AK_OK; i++)
		rc = read_one(c, list[i], out, err);
	return rc;
}

enum ak_rc ak_cmd_recipients_open(const struct ak_cmd_recipients *r, struct ak_recipients **out, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	*out = r && r->n ? ak_recipients_new() : NULL;
	for (size_t i = 0; *out && i < r->n && rc == AK_OK; i++)
		rc = ak_recipients_add(*out, r->pem[i], r->name[i], err);
	return rc;
}
