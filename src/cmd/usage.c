#include "base/ak.h"
#include "cmd/usage.h"

static void option_line(const struct ak_opt *o, struct ak_buf *out)
{
	struct ak_buf left;

	ak_buf_init(&left, 1024);
	if (o->short_name)
		ak_buf_addf(&left, "-%c, ", o->short_name);
	ak_buf_addf(&left, "--%s%s%s", o->name, o->arg ? " " : "", o->arg ? o->arg : "");
	ak_buf_addf(out, "  %-26s %s\n", left.p, o->help);
	ak_buf_release(&left);
}

void ak_usage_command(const struct ak_cmd *c, struct ak_buf *out)
{
	bool any = c->opts && c->opts->name;

	ak_buf_addf(out, "auditkit %s: %s\n\nusage: auditkit %s%s%s%s\n", c->name, c->summary, c->name, any ? " [options]" : "",
		    c->args ? " " : "", c->args ? c->args : "");
	if (c->text)
		ak_buf_addf(out, "\n%s\n", c->text);
	if (any)
		ak_buf_adds(out, "\noptions\n");
	for (const struct ak_opt *o = c->opts; o && o->name; o++)
		option_line(o, out);
	ak_buf_adds(out, "\nglobal options\n");
	for (const struct ak_opt *o = ak_global_opts; o->name; o++)
		option_line(o, out);
	if (c->examples && c->examples->command)
		ak_buf_adds(out, "\nexamples\n");
	for (const struct ak_example *e = c->examples; e && e->command; e++)
		ak_buf_addf(out, "  %s\n      %s\n", e->command, e->says);
}

void ak_usage_overview(struct ak_buf *out)
{
	ak_buf_adds(out, "auditkit answers a security review of AI API use with records\n\n"
			 "usage: auditkit [-w DIR] COMMAND [options]\n\ncommands\n");
	for (size_t i = 0; ak_cmds[i]; i++)
		ak_buf_addf(out, "  %-18s %s\n", ak_cmds[i]->name, ak_cmds[i]->summary);
	ak_buf_adds(out, "\nauditkit help COMMAND explains one; first steps: auditkit demo\n");
}
