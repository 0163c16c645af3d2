#include "base/ak.h"
#include "cmd/doctor.h"

#include <stdarg.h>

#include "base/jsonget.h"

static const char *const states[] = {"ok", "warn", "bad"}, *const shown[] = {"ok", "WARN", "BAD"};

void ak_doctor_say(struct ak_doctor *d, const char *name, enum ak_health health, const char *repair, const char *fmt, ...)
{
	struct ak_buf text, safe;
	va_list ap;

	ak_buf_init(&text, 1 << 16);
	ak_buf_init(&safe, 1 << 18);
	va_start(ap, fmt);
	ak_buf_vaddf(&text, fmt, ap);
	va_end(ap);
	ak_text_safe(&safe, ak_buf_str(&text));
	json_array_append_new(d->checks, json_pack("{s:s, s:s, s:s, s:s?}", "name", name, "state", states[health], "detail", safe.p, "repair",
						   repair));
	d->n[health]++;
	ak_buf_release(&text);
	ak_buf_release(&safe);
}

static void print(struct ak_ctx *c, const struct ak_doctor *d)
{
	json_t *check;
	size_t i;

	json_array_foreach(d->checks, i, check) {
		const char *state = ak_jtxt(check, "state", ""), *repair = ak_jtxt(check, "repair", NULL);

		for (int k = 0; k < AK_HEALTHS; k++)
			if (strcmp(state, states[k]) == 0)
				ak_io_line(c->io, shown[k], "%-10s %s", ak_jtxt(check, "name", ""), ak_jtxt(check, "detail", ""));
		if (repair)
			ak_io_line(c->io, "", "repair: %s", repair);
	}
	ak_io_printf(c->io, "\n");
	ak_io_line(c->io, "checked", "%zu things: %zu ok, %zu warnings, %zu bad", json_array_size(d->checks), d->n[AK_WELL], d->n[AK_ODD],
		   d->n[AK_BAD]);
	if (!c->workspace)
		ak_io_line(c->io, "", "no workspace here or in a folder above: only the machine was looked at");
}

static enum ak_rc print_json(struct ak_ctx *c, const struct ak_doctor *d, struct ak_err *err)
{
	json_t *doc = json_pack("{s:s, s:i, s:s?, s:O, s:I, s:I, s:I, s:I}", "schema", "auditkit.doctor/1", "format_version", 1, "workspace",
				c->workspace, "checks", d->checks, "checked", (json_int_t)json_array_size(d->checks), "ok",
				(json_int_t)d->n[AK_WELL], "warnings", (json_int_t)d->n[AK_ODD], "bad", (json_int_t)d->n[AK_BAD]);
	enum ak_rc rc = ak_io_json(c->io, doc, err);

	json_decref(doc);
	return rc;
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	struct ak_doctor d = {.c = c, .checks = json_array()};
	enum ak_rc rc = AK_OK;

	if (c->workspace)
		ak_doctor_files(&d);
	ak_doctor_machine(&d);
	if (c->json)
		rc = print_json(c, &d, err);
	else
		print(c, &d);
	json_decref(d.checks);
	return rc != AK_OK ? err->exit : d.n[AK_BAD] ? AK_EXIT_FINDINGS : AK_EXIT_OK;
}

static const struct ak_example examples[] = {
	{"auditkit doctor", "what is wrong with this machine, the keys or the workspace's files"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_doctor = {
	.name = "doctor",
	.summary = "look at machine, keys and files of the workspace, and say how to repair them",
	.text = "Looks at the modes and owners of workspace and keys, the filesystem and its free space, the database's journal, the\n"
		"clock, time zones, sandbox, libraries and limits. Each line is ok, WARN or BAD with its repair; nothing is changed.\n"
		"Exit 1 when something is bad. What the records say is not looked at: that is `verify`.",
	.examples = examples,
	.needs = AK_NEED_FIND,
	.run = run,
};
