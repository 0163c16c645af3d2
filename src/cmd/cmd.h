/* A subcommand is one exported const struct at the end of its file; cli/ parses options from its table, prints help and
 * completions from it, and lint compares the man page with it. */
#ifndef AK_CMD_CMD_H
#define AK_CMD_CMD_H

#include <jansson.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/sandbox.h"
#include "cmd/io.h"
#include "conf/policy.h"
#include "format/registry.h"
#include "redact/redact.h"
#include "store/store.h"

/* What cli/ opens before run() is called, and so what the sandbox around run() leaves open (cli/cage.c): nothing else is
 * reached from within. */
enum ak_need {
	AK_NEED_NOTHING = 0,
	AK_NEED_READ = 1,      /* the workspace, for reading */
	AK_NEED_WRITE = 2,     /* the workspace, for writing */
	AK_NEED_KEYS = 4,      /* the key folder: fails closed */
	AK_NEED_POLICY = 8,    /* policy.yaml of the workspace, when there is one */
	AK_NEED_REGISTRY = 16, /* mappings */
	AK_NEED_ACCESS = 32,   /* appends a line to access.jsonl */
	AK_NEED_EXEC = 64,     /* may run ssh-keygen or a pager */
	AK_NEED_NET = 128,     /* opens network connections, in a process of its own (net/fetcher.h) */
	AK_NEED_INPUT = 256,   /* its words are paths that it reads; without one, the sources of policy.yaml */
	AK_NEED_OUTPUT = 512,  /* its word is a file or folder that it makes */
	AK_NEED_NEWKEYS = 1024, /* makes keys */
	AK_NEED_FIND = 2048,   /* the folder of the workspace when there is one, not opened; may look at the keys */
	AK_NEED_MAYBE = 4096,  /* what else is needed only where there is a workspace; else a redactor under a key nobody keeps */
	AK_NEED_SEALS = 8192,  /* of the keys those that sign: works after the others are gone */
	AK_NEED_LOGGED = 16384, /* what -o or --ipe writes is an export: then also KEYS and ACCESS */
	AK_NEED_INSTEAD = 65536, /* with --packet PACKET nothing else is needed: the packet stands in for the workspace */
	AK_NEED_SERVE = 32768  /* answers at a socket that it opened before; of the workspace it writes access.jsonl alone */
};

/* INPUT is the path of a file that is read, OUTPUT of one that is made (also by default, in the current folder): the
 * sandbox opens these and nothing else that an argument names. TARGET is made only where it is given. */
enum ak_opt_type { AK_OPT_FLAG, AK_OPT_TEXT, AK_OPT_INT, AK_OPT_LIST, AK_OPT_INPUT, AK_OPT_OUTPUT, AK_OPT_TARGET };

struct ak_opt {
	const char *name; /* long name without dashes */
	char short_name;  /* 0 = none */
	enum ak_opt_type type;
	const char *arg;  /* placeholder, NULL for flags */
	const char *help;
};

struct ak_example { const char *command, *says; };

struct ak_args {
	const char *const *word; /* positional arguments, NULL-terminated */
	size_t nwords;
	const struct ak_cmd *cmd;
	struct ak_opt_value *value; /* private: ak_args_* read it */
};

struct ak_io; /* cmd/io.h */

/* The pseudonym key where it is not in the key folder (cli/keysource.h). */
struct ak_key_source {
	const char *from; /* the file or variable, for people; NULL: the key folder */
	const char *file; /* its path, absolute; NULL when it is no file */
	bool read;
	struct ak_given_key key; /* when it was read */
	struct ak_err why;	 /* else, for commands that do without */
};

struct ak_ctx {
	const struct ak_args *args;
	struct ak_store *store;
	struct ak_keys *keys;
	struct ak_policy *policy; /* NULL when the workspace has none */
	struct ak_str policy_text;
	char *policy_path;
	struct ak_registry *registry;
	struct ak_redactor *redactor; /* with AK_NEED_KEYS */
	const struct ak_field_plan *plan; /* likewise: what policy.yaml decides per field */
	struct ak_redactor *past[AK_KEYS_PAST]; /* under keys->past, by the same number */
	const char *logged;           /* what access.jsonl gets in place of the first word; NULL = the word (cmd/forms.h) */
	struct ak_arena arena;        /* the command's memory */
	struct ak_io *io;
	const char *workspace;        /* folder, NULL when not needed */
	const char *opened, *reason; /* for access.jsonl: the field that was revealed, kept as text or shown in a packet, and why */
	const char *with;         /* "-w DIR " when the caller named the workspace, else "": for commands that are proposed */
	const char *keys_root, *data_dir, *user_config_dir;
	void *prepared;               /* by the command's `before` */
	bool caged;                   /* a sandbox is closed around the command */
	struct ak_sandbox_kernel sandbox; /* what the kernel has; all false when AUDITKIT_SANDBOX is off */
	bool json, quiet, verbose, color;
	int (*cli)(int argc, char **argv); /* another command line, in the same process */
	struct ak_key_source elsewhere;
};

/* How shares are printed (ak_percent), where a reader of them sees it: as a line, and at the end of a command's help. */
#define AK_PERCENT_SAID "cut off, never rounded up: 100.0 % is all of them, and what is there is never 0.0 %"
#define AK_TEXT_PERCENT \
	"\n\nPercentages are cut off, never rounded up: 100.0 % is said of all only, and a share below a hundredth of one is `under 0.01 %`,\n" \
	"never 0.0 %."

struct ak_cmd {
	const char *name;    /* "packet build" */
	const char *args;    /* "[SOURCE...]" */
	const char *summary; /* one line, lower case */
	const char *text;    /* paragraphs for help and man page, NULL = none */
	const struct ak_opt *opts; /* ends with name NULL; --json and --help are common */
	const struct ak_example *examples; /* ends with command NULL; run by a test */
	unsigned needs;
	size_t min_words, max_words;
	/* Called when all is open and the sandbox is not yet closed, for what cannot be done within it; NULL = nothing. */
	enum ak_rc (*before)(struct ak_ctx *c, struct ak_err *err);
	enum ak_exit (*run)(struct ak_ctx *c, struct ak_err *err); /* err->exit wins when set */
};

#ifdef __cplusplus
extern "C" {
#endif

bool ak_args_flag(const struct ak_args *a, const char *name);
const char *ak_args_text(const struct ak_args *a, const char *name); /* NULL when not given */
bool ak_args_dash(const struct ak_args *a, const char *name); /* an AK_OPT_TARGET that says `-`: standard output; its text is NULL */
int64_t ak_args_int(const struct ak_args *a, const char *name, int64_t otherwise);
/* NULL-terminated values of a repeatable option, NULL when not given. */
const char *const *ak_args_list(const struct ak_args *a, const char *name);

/* The pseudonym key that was given, NULL when the key folder has it. */
static inline const struct ak_given_key *ak_ctx_given(const struct ak_ctx *c)
{
	return c->elsewhere.read ? &c->elsewhere.key : NULL;
}

/* Of its command and of what its options ask for. */
unsigned ak_cmd_needs(const struct ak_args *a);
/* Append this command and its words (personal values as tokens) to access.jsonl. */
enum ak_rc ak_cmd_log_access(struct ak_ctx *c, uint64_t records, struct ak_err *err);

/* Print a trace as --format says and log the access. */
enum ak_rc ak_cmd_print_trace(struct ak_ctx *c, const json_t *trace, struct ak_err *err);

extern const struct ak_cmd *const ak_cmds[]; /* cmd/table.c; ends with NULL */

#ifdef __cplusplus
}
#endif
#endif
