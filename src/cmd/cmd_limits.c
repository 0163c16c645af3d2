#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/limits.h"

static const struct {
	const char *name;
	unsigned long long value;
	const char *unit, *what;
} limits[] = {
#define ROW(name, value, unit, what) {#name, value, unit, what},
	AK_LIMITS(ROW)
#undef ROW
};

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	struct ak_table t;
	json_t *list = json_array(), *doc;
	char n[32];
	enum ak_rc rc = AK_OK;

	ak_table_init(&t, 4, "lrll");
	for (size_t i = 0; i < AK_COUNT(limits); i++) {
		json_array_append_new(list, json_pack("{s:s, s:I, s:s, s:s}", "name", limits[i].name, "value",
						      (json_int_t)limits[i].value, "unit", limits[i].unit, "beyond", limits[i].what));
		ak_table_cell(&t, "%s", limits[i].name);
		ak_table_cell(&t, "%s", ak_thousands(limits[i].value, n));
		ak_table_cell(&t, "%s", limits[i].unit);
		ak_table_cell(&t, "%s", limits[i].what);
	}
	doc = json_pack("{s:s, s:i, s:o}", "schema", "auditkit.limits/1", "format_version", 1, "limits", list);
	if (c->json)
		rc = ak_io_json(c->io, doc, err);
	else
		ak_table_print(&t, c->io);
	json_decref(doc);
	ak_table_release(&t);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_example examples[] = {
	{"auditkit limits", "every named hard limit and what happens beyond it"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_limits = {
	.name = "limits",
	.summary = "the named hard limits",
	.examples = examples,
	.run = run,
};
