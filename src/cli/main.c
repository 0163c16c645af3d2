#include "base/ak.h"
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/fs.h"
#include "base/jsonw.h"
#include "base/text.h"
#include "cli/cage.h"
#include "cli/help.h"
#include "cli/open.h"
#include "cmd/outputs.h"

/* The next step where whoever failed knew no better one. */
static const char *default_hint(enum ak_exit exit)
{
	static const struct {
		enum ak_exit exit;
		const char *hint;
	} hints[] = {
		{AK_EXIT_VERIFY, "do not rely on it until the sender or a backup has given the genuine one"},
		{AK_EXIT_INPUT, "look at what kind of file it is and who may read it, then name it again"},
		{AK_EXIT_REFUSED, "mend what the message names, then try again"},
		{AK_EXIT_CORRUPT, "run 'auditkit verify', or go back to a backup"},
		{AK_EXIT_NETWORK, "look at the connection and try again: what was read is kept"},
		{AK_EXIT_BUG, "please report it, with the version and without data"},
		{AK_EXIT_LIMIT, "'auditkit limits' prints the bounds; give it less at a time or more memory"},
		{AK_EXIT_IO, "look at free space and at who may write there, then try again"},
		{AK_EXIT_BUSY, "try again when the other process is done"},
	};

	for (size_t i = 0; i < AK_COUNT(hints); i++)
		if (hints[i].exit == exit)
			return hints[i].hint;
	return NULL;
}

/* What was typed or stands in policy.yaml may be named in a message, a secret in it may not. */
static void add_message(struct ak_buf *out, struct ak_redactor *redactor, const struct ak_err *err)
{
	struct ak_redactor *own = redactor || err->exit == AK_EXIT_LIMIT ? NULL : ak_redactor_throwaway();
	struct ak_str msg = ak_str_of(err->msg);
	struct ak_arena a;

	ak_arena_init(&a);
	if (err->exit != AK_EXIT_LIMIT)
		msg = ak_redact_text(redactor ? redactor : own, msg, &a, NULL);
	ak_text_safe(out, msg);
	ak_arena_release(&a);
	ak_redactor_free(own);
}

static void print_error(const struct ak_io *io, const struct ak_cmd *cmd, struct ak_redactor *redactor, const struct ak_err *err)
{
	const char *next = err->hint[0] ? err->hint : default_hint(err->exit);
	char usage[64];
	struct ak_buf b;

	if (!next && err->exit == AK_EXIT_USAGE) {
		snprintf(usage, sizeof usage, "'auditkit help%s%s' explains it", cmd ? " " : "", cmd ? cmd->name : "");
		next = usage;
	}

	ak_buf_init(&b, 1 << 16);
	ak_buf_adds(&b, io->color_err ? "\033[31mauditkit:\033[0m " : "auditkit: ");
	add_message(&b, redactor, err);
	if (err->record)
		ak_buf_addf(&b, ", record %llu", (unsigned long long)err->record);
	ak_buf_addc(&b, '\n');
	if (next) {
		struct ak_buf hint;

		ak_buf_init(&hint, 1 << 16);
		ak_text_safe(&hint, ak_str_of(next));
		ak_buf_adds(&b, "hint: ");
		ak_text_wrap(&b, ak_buf_str(&hint), 6, 6, io->width);
		ak_buf_addc(&b, '\n');
		ak_buf_release(&hint);
	}
	(void)ak_fs_write_all(STDERR_FILENO, b.p, b.n, "standard error", NULL);
	ak_buf_release(&b);
}

static enum ak_rc choose(const char *what, const char *given, const char *const names[3], int *out, struct ak_err *err)
{
	*out = 0;
	for (int i = 0; given && i < 3; i++)
		if (strcmp(given, names[i]) == 0) {
			*out = i;
			return AK_OK;
		}
	return given ? ak_fail(err, AK_EXIT_USAGE, "option '--%s' is %s, %s or %s", what, names[0], names[1], names[2]) : AK_OK;
}

/* 80 columns; a narrower terminal gets what fits it, down to 40. */
static size_t columns(void)
{
	struct winsize w;

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) != 0 || w.ws_col == 0 || w.ws_col >= 80)
		return 80;
	return w.ws_col < 40 ? 40 : w.ws_col;
}

/* The locale's characters, by the first variable that says something; nothing else of the locale is used. */
static bool locale_is_utf8(void)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
	const char *z = NULL;

	for (size_t i = 0; i < AK_COUNT(names) && !(z && *z); i++)
		z = getenv(names[i]);
	return z && (strstr(z, "UTF-8") || strstr(z, "utf8") || strstr(z, "UTF8") || strstr(z, "utf-8"));
}

static enum ak_rc setup_io(struct ak_io *io, const struct ak_globals *g, struct ak_err *err)
{
	static const char *const colors[3] = {"auto", "always", "never"}, *const progress[3] = {"auto", "plain", "none"};
	const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");
	bool may = !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
	int color = 0, how = 0;
	enum ak_rc rc = choose("color", g->color, colors, &color, err);

	if (rc == AK_OK)
		rc = choose("progress", g->progress, progress, &how, err);
	io->quiet = g->quiet;
	io->verbose = g->verbose;
	io->err_is_terminal = isatty(STDERR_FILENO);
	io->color_out = !g->json && (color == 1 || (color == 0 && may && isatty(STDOUT_FILENO)));
	io->bars = !g->json && isatty(STDOUT_FILENO);
	io->blocks = locale_is_utf8();
	io->color_err = color == 1 || (color == 0 && may && io->err_is_terminal);
	io->progress = how;
	return rc;
}

static enum ak_exit run(struct ak_ctx *c, const struct ak_globals *g, struct ak_err *err)
{
	enum ak_exit code;

	if (g->version)
		return ak_help_version(c->io, g->verbose, err);
	if (g->help || !c->args->cmd)
		return ak_help_print(c->io, g->help || !c->args->cmd ? c->args->cmd : NULL, err);
	if (ak_open_context(c, g, err) != AK_OK || ak_outputs_allowed(c, err) != AK_OK || ak_cage_choose(c, err) != AK_OK)
		return err->exit;
	if ((c->args->cmd->before && c->args->cmd->before(c, err) != AK_OK) || ak_cage_enter(c, err) != AK_OK)
		return err->exit;
	code = c->args->cmd->run(c, err);
	if (code == AK_EXIT_OK || code == AK_EXIT_PARTIAL || code == AK_EXIT_FINDINGS || code == AK_EXIT_VERIFY)
		if (ak_io_flush(c->io, err) != AK_OK)
			return AK_EXIT_IO;
	return code;
}

int ak_cli_main(int argc, char **argv)
{
	struct ak_io io = {.progress = AK_PROGRESS_AUTO, .width = columns()};
	struct ak_globals g = {0};
	struct ak_args args = {0};
	struct ak_ctx c = {.io = &io, .args = &args, .cli = ak_cli_main};
	struct ak_err err = {0};
	enum ak_exit code;

	ak_fs_harden();
	ak_crypto_use_alloc();
	ak_json_use_alloc();
	ak_buf_init(&io.out, 1u << 30);
	ak_arena_init(&c.arena);
	if (ak_args_parse(argc, argv, &c.arena, &g, &args, &err) != AK_OK || setup_io(&io, &g, &err) != AK_OK) {
		code = err.exit;
	} else {
		c.json = g.json;
		c.quiet = g.quiet;
		c.verbose = g.verbose;
		c.color = io.color_out;
		if (!args.cmd && !g.help && !g.version)
			args.cmd = ak_cmd_find("status");
		code = run(&c, &g, &err);
	}
	ak_io_flush(&io, NULL);
	ak_io_progress_end(&io);
	if (err.exit != AK_EXIT_OK && err.msg[0])
		print_error(&io, args.cmd, c.redactor, &err);
	ak_open_release(&c);
	ak_buf_release(&io.out);
	return (int)code;
}
