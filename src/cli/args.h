/* Parsing argv along the option tables. */
#ifndef AK_CLI_ARGS_H
#define AK_CLI_ARGS_H

#include "cmd/cmd.h"

struct ak_opt_value {
	bool given;
	bool dash; /* of a file to write: standard output, by its name `-` */
	const char *text;
	int64_t number;
	const char **list; /* NULL-terminated */
	size_t nlist;
};

struct ak_globals {
	const char *workspace, *color, *progress, *key_file;
	bool quiet, verbose, json, help, version;
};

#ifdef __cplusplus
extern "C" {
#endif

extern const struct ak_opt ak_global_opts[]; /* before or behind the command */

/* Find the command (longest name first) and parse everything. AK_EXIT_USAGE with did-you-mean. out->cmd may be NULL
 * when no command was given. Memory lives in the arena; texts point into argv. */
enum ak_rc ak_args_parse(int argc, char **argv, struct ak_arena *a, struct ak_globals *g, struct ak_args *out,
			 struct ak_err *err);
const struct ak_cmd *ak_cmd_find(const char *name);

#ifdef __cplusplus
}
#endif
#endif
