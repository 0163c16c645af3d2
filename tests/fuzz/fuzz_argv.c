/* The command line, parsed and not run: a command with as many words as it takes, or a usage error. Input: arguments,
 * each ended by a NUL. */
#include "base/ak.h"

#include "cli/args.h"
#include "fuzz.h"

#define MOST_ARGS 64

static int split(struct ak_str in, char **argv, struct ak_arena *a)
{
	int argc = 1;

	argv[0] = ak_arena_z(a, AK_STR("auditkit"));
	while (in.n && argc < MOST_ARGS) {
		size_t n = ak_str_find(in, '\0');

		argv[argc++] = ak_arena_z(a, ak_str_n(in.p, n));
		n += n < in.n;
		in = ak_str_n(in.p + n, in.n - n);
	}
	argv[argc] = NULL;
	return argc;
}

static bool from_argv(const char *text, char **argv)
{
	for (char **p = argv; *p; p++)
		if (text >= *p && text <= *p + strlen(*p))
			return true;
	return false;
}

static void check_options(const struct ak_args *args, char **argv)
{
	for (const struct ak_opt *o = args->cmd->opts; o && o->name; o++) {
		if (o->type == AK_OPT_FLAG) {
			ak_args_flag(args, o->name);
		} else if (o->type == AK_OPT_LIST) {
			for (const char *const *v = ak_args_list(args, o->name); v && *v; v++)
				HOLDS(from_argv(*v, argv));
		} else if (ak_args_text(args, o->name)) {
			HOLDS(from_argv(ak_args_text(args, o->name), argv));
			ak_args_int(args, o->name, 0);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	char *argv[MOST_ARGS + 1];
	struct ak_globals g = {0};
	struct ak_args args = {0};
	struct ak_err err = {0};
	struct ak_arena a;
	enum ak_rc rc;
	int argc;

	ak_arena_init(&a);
	argc = split(ak_str_n((const char *)p, n), argv, &a);
	rc = ak_args_parse(argc, argv, &a, &g, &args, &err);
	HOLDS(rc == AK_OK || rc == AK_FAIL);
	if (rc == AK_FAIL) {
		fuzz_failed(&err, AK_EXIT_USAGE);
	} else if (args.cmd) {
		HOLDS(g.help || (args.nwords >= args.cmd->min_words && args.nwords <= args.cmd->max_words));
		for (size_t i = 0; i < args.nwords; i++)
			HOLDS(from_argv(args.word[i], argv));
		HOLDS(!args.word[args.nwords]);
		check_options(&args, argv);
	}
	ak_arena_release(&a);
	return 0;
}
