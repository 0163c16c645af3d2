#include "base/ak.h"
#include "cmd/kept_options.h"

#include "base/jsonw.h"

enum { MOST_BYTES = 1 << 20 };

void ak_kept_options_add(json_t *o, const struct ak_args *a, const char *const *texts, const char *const *flags)
{
	for (; *texts; texts++)
		if (ak_args_text(a, *texts))
			json_object_set_new(o, *texts, json_string(ak_args_text(a, *texts)));
	for (; *flags; flags++)
		if (ak_args_flag(a, *flags))
			json_object_set_new(o, *flags, json_true());
}

const char *ak_kept_options_text(struct ak_ctx *c, json_t *o)
{
	struct ak_buf b;
	const char *text;

	ak_buf_init(&b, MOST_BYTES);
	if (ak_jcs(o, &b, NULL) != AK_OK)
		AK_BUG("options cannot be written as JSON");
	text = ak_arena_z(&c->arena, ak_buf_str(&b));
	ak_buf_release(&b);
	json_decref(o);
	return text;
}
