#include "base/ak.h"
#include "cmd/usage.h"

#include <stdio.h>

#include "base/text.h"

#define OPTION_AT 29
#define SUMMARY_AT 23
#define BELOW_AT 6  /* in a narrow terminal what explains stands below */
#define ROOM 30	    /* that an explanation needs beside a name */

static void wrapped(struct ak_buf *out, const char *left, const char *text, size_t at, size_t width)
{
	size_t used = strlen(left);

	ak_buf_adds(out, left);
	if (at + ROOM > width && used) {
		ak_buf_addc(out, '\n');
		at = BELOW_AT;
		used = 0;
	}
	ak_buf_addf(out, "%*s", used < at ? (int)(at - used) : 1, "");
	ak_text_wrap(out, ak_str_of(text), used < at ? at : used + 1, at, width);
	ak_buf_addc(out, '\n');
}

static void option_line(const struct ak_opt *o, size_t width, struct ak_buf *out)
{
	struct ak_buf left;

	ak_buf_init(&left, 1024);
	ak_buf_adds(&left, "  ");
	if (o->short_name)
		ak_buf_addf(&left, "-%c, ", o->short_name);
	ak_buf_addf(&left, "--%s%s%s", o->name, o->arg ? " " : "", o->arg ? o->arg : "");
	wrapped(out, left.p, o->help, OPTION_AT, width);
	ak_buf_release(&left);
}

/* Paragraphs are parted by empty lines; single line ends in the source are layout there. */
static void paragraphs(const char *text, size_t width, struct ak_buf *out)
{
	struct ak_buf one;

	ak_buf_init(&one, 1 << 16);
	while (*text) {
		const char *end = strstr(text, "\n\n");
		size_t n = end ? (size_t)(end - text) : strlen(text);

		ak_buf_clear(&one);
		for (size_t i = 0; i < n; i++)
			ak_buf_addc(&one, text[i] == '\n' ? ' ' : text[i]);
		ak_buf_addc(out, '\n');
		ak_text_wrap(out, ak_buf_str(&one), 0, 0, width);
		ak_buf_addc(out, '\n');
		text += n + (end ? 2 : 0);
	}
	ak_buf_release(&one);
}

void ak_usage_command(const struct ak_cmd *c, size_t width, struct ak_buf *out)
{
	bool any = c->opts && c->opts->name;
	struct ak_buf head;

	ak_buf_init(&head, 4096);
	ak_buf_addf(&head, "auditkit %s: %s", c->name, c->summary);
	ak_text_wrap(out, ak_buf_str(&head), 0, 0, width);
	ak_buf_adds(out, "\n\nusage: ");
	ak_buf_clear(&head);
	ak_buf_addf(&head, "auditkit %s%s%s%s", c->name, any ? " [options]" : "", c->args ? " " : "", c->args ? c->args : "");
	ak_text_wrap(out, ak_buf_str(&head), 7, 7, width);
	ak_buf_addc(out, '\n');
	ak_buf_release(&head);
	if (c->text)
		paragraphs(c->text, width, out);
	if (any)
		ak_buf_adds(out, "\noptions\n");
	for (const struct ak_opt *o = c->opts; o && o->name; o++)
		option_line(o, width, out);
	ak_buf_adds(out, "\nglobal options\n");
	for (const struct ak_opt *o = ak_global_opts; o->name; o++)
		option_line(o, width, out);
	if (c->examples && c->examples->command)
		ak_buf_adds(out, "\nexamples\n");
	for (const struct ak_example *e = c->examples; e && e->command; e++) {
		ak_buf_addf(out, "  %s\n", e->command);
		wrapped(out, "", e->says, BELOW_AT, width);
	}
}

static void command_line(const struct ak_cmd *c, size_t width, struct ak_buf *out)
{
	char left[64];

	snprintf(left, sizeof left, "  %s", c->name);
	wrapped(out, left, c->summary, SUMMARY_AT, width);
}

void ak_usage_overview(size_t width, struct ak_buf *out)
{
	ak_text_wrap(out, AK_STR("auditkit answers a security review of AI API use with records"), 0, 0, width);
	ak_buf_adds(out, "\n\nusage: ");
	ak_text_wrap(out, AK_STR("auditkit [-w DIR] COMMAND [options]"), 7, 7, width);
	ak_buf_adds(out, "\n\ncommands\n");
	for (size_t i = 0; ak_cmds[i]; i++)
		command_line(ak_cmds[i], width, out);
	ak_buf_addc(out, '\n');
	ak_text_wrap(out, AK_STR("auditkit help COMMAND explains one; with exports of your own start with "
				 "'auditkit init --discover EXPORTS', then 'auditkit ingest'"), 0, 0, width);
	ak_buf_addc(out, '\n');
}

bool ak_usage_group(const char *name, size_t width, struct ak_buf *out)
{
	size_t n = strlen(name), found = 0;

	for (size_t i = 0; ak_cmds[i]; i++) {
		if (strncmp(ak_cmds[i]->name, name, n) != 0 || ak_cmds[i]->name[n] != ' ')
			continue;
		if (!found++)
			ak_buf_addf(out, "usage: auditkit %s COMMAND [options]\n\ncommands\n", name);
		command_line(ak_cmds[i], width, out);
	}
	return found;
}

/* ---- completions ---- */

static void long_options(const struct ak_opt *o, struct ak_buf *out)
{
	for (; o && o->name; o++)
		ak_buf_addf(out, " --%s", o->name);
}

static void bash(struct ak_buf *out)
{
	ak_buf_adds(out, "# bash completion for auditkit; made by `auditkit completion bash`\n_auditkit()\n{\n"
			 "\tlocal cur=${COMP_WORDS[COMP_CWORD]} words=\"${COMP_WORDS[*]:1:COMP_CWORD-1}\" options=\"");
	long_options(ak_global_opts, out);
	ak_buf_adds(out, "\"\n\tcase \"$words\" in\n");
	for (size_t i = 0; ak_cmds[i]; i++) {
		ak_buf_addf(out, "\t\"%s\"*) options=\"$options", ak_cmds[i]->name);
		long_options(ak_cmds[i]->opts, out);
		ak_buf_adds(out, "\" ;;\n");
	}
	ak_buf_adds(out, "\tesac\n\tif [[ $cur == -* ]]; then\n\t\tCOMPREPLY=($(compgen -W \"$options\" -- \"$cur\"))\n"
			 "\telif ((COMP_CWORD == 1)); then\n\t\tCOMPREPLY=($(compgen -W \"");
	for (size_t i = 0; ak_cmds[i]; i++)
		ak_buf_addf(out, "%s%s", i ? " " : "", ak_cmds[i]->name);
	ak_buf_adds(out, "\" -- \"$cur\"))\n\telse\n\t\tCOMPREPLY=($(compgen -f -- \"$cur\"))\n\tfi\n}\n"
			 "complete -o filenames -F _auditkit auditkit\n");
}

static void zsh(struct ak_buf *out)
{
	ak_buf_adds(out, "#compdef auditkit\n# made by `auditkit completion zsh`\n_auditkit() {\n\tlocal -a commands\n\tcommands=(\n");
	for (size_t i = 0; ak_cmds[i]; i++)
		ak_buf_addf(out, "\t\t'%s:%s'\n", ak_cmds[i]->name, ak_cmds[i]->summary);
	ak_buf_adds(out, "\t)\n\tif ((CURRENT == 2)); then\n\t\t_describe command commands\n\t\treturn\n\tfi\n"
			 "\tlocal -a options\n\tcase \"${words[2,CURRENT-1]}\" in\n");
	for (size_t i = 0; ak_cmds[i]; i++) {
		ak_buf_addf(out, "\t\"%s\"*) options=(", ak_cmds[i]->name);
		long_options(ak_cmds[i]->opts, out);
		ak_buf_adds(out, ") ;;\n");
	}
	ak_buf_adds(out, "\tesac\n\t_alternative \"options:option:($options");
	long_options(ak_global_opts, out);
	ak_buf_adds(out, ")\" 'files:file:_files'\n}\n_auditkit \"$@\"\n");
}

static void fish(struct ak_buf *out)
{
	ak_buf_adds(out, "# made by `auditkit completion fish`\n");
	for (const struct ak_opt *o = ak_global_opts; o->name; o++)
		ak_buf_addf(out, "complete -c auditkit -l %s -d '%s'\n", o->name, o->help);
	for (size_t i = 0; ak_cmds[i]; i++) {
		struct ak_str name = ak_str_of(ak_cmds[i]->name);
		ak_buf_addf(out, "complete -c auditkit -n __fish_use_subcommand -a '%.*s' -d '%s'\n",
			    (int)ak_str_find(name, ' '), name.p, ak_cmds[i]->summary);
		for (const struct ak_opt *o = ak_cmds[i]->opts; o && o->name; o++)
			ak_buf_addf(out, "complete -c auditkit -n '__fish_seen_subcommand_from %.*s' -l %s -d '%s'\n",
				    (int)ak_str_find(name, ' '), name.p, o->name, o->help);
	}
}

bool ak_usage_completion(const char *shell, struct ak_buf *out)
{
	static const struct {
		const char *shell;
		void (*print)(struct ak_buf *out);
	} row[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};

	for (size_t i = 0; i < AK_COUNT(row); i++)
		if (strcmp(row[i].shell, shell) == 0) {
			row[i].print(out);
			return true;
		}
	return false;
}
