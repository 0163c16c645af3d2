#include "base/ak.h"
#include "cli/args.h"

#include "base/decimal.h"
#include "base/text.h"

const struct ak_opt ak_global_opts[] = {
	{"workspace", 'w', AK_OPT_TEXT, "DIR", "work on this workspace"},
	{"quiet", 'q', AK_OPT_FLAG, NULL, "print results only"},
	{"verbose", 'v', AK_OPT_FLAG, NULL, "say more on standard error"},
	{"color", 0, AK_OPT_TEXT, "WHEN", "auto, always or never"},
	{"progress", 0, AK_OPT_TEXT, "HOW", "auto, plain or none"},
	{"json", 0, AK_OPT_FLAG, NULL, "print one JSON object"},
	{"help", 'h', AK_OPT_FLAG, NULL, "explain the command"},
	{"version", 0, AK_OPT_FLAG, NULL, "print the version"},
	{"key-file", 0, AK_OPT_TEXT, "FILE", "the pseudonym key, when it is not in the key folder"},
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};
enum { G_WORKSPACE, G_QUIET, G_VERBOSE, G_COLOR, G_PROGRESS, G_JSON, G_HELP, G_VERSION, G_KEY_FILE, NGLOBAL };

struct parser {
	int argc, at;
	char **argv;
	struct ak_arena *a;
	const struct ak_cmd *cmd;
	struct ak_opt_value global[NGLOBAL], *own;
	const char **word;
	size_t nwords;
	struct ak_err *err;
};

static size_t count_opts(const struct ak_opt *o)
{
	size_t n = 0;

	while (o && o[n].name)
		n++;
	return n;
}

const struct ak_cmd *ak_cmd_find(const char *name)
{
	for (size_t i = 0; ak_cmds[i]; i++)
		if (strcmp(ak_cmds[i]->name, name) == 0)
			return ak_cmds[i];
	return NULL;
}

/* How many words from the list spell this command's name, 0 = it is another. */
static size_t spells(const struct ak_cmd *c, char **words, size_t n)
{
	struct ak_str name = ak_str_of(c->name);
	size_t used = 0;

	while (name.n) {
		struct ak_str part = ak_str_n(name.p, ak_str_find(name, ' '));
		if (used == n || !ak_str_is(part, words[used]))
			return 0;
		used++;
		name.p += part.n + (part.n < name.n);
		name.n -= part.n + (part.n < name.n);
	}
	return used;
}

static bool is_global(const char *arg, bool *takes_value)
{
	for (int i = 0; i < NGLOBAL; i++) {
		struct ak_str name = ak_str_of(ak_global_opts[i].name);
		bool is_long = strncmp(arg, "--", 2) == 0 && strncmp(arg + 2, name.p, name.n) == 0 &&
			       (arg[2 + name.n] == '\0' || arg[2 + name.n] == '=');
		bool is_short = arg[0] == '-' && ak_global_opts[i].short_name && arg[1] == ak_global_opts[i].short_name;
		if (!is_long && !is_short)
			continue;
		*takes_value = ak_global_opts[i].type != AK_OPT_FLAG &&
			       (is_short ? arg[2] == '\0' : arg[2 + name.n] == '\0');
		return true;
	}
	return false;
}

/* "packet": 'packet build', 'packet sign' ...; of a family too long for a hint the words behind its name. */
static void family_of(const char *word, struct ak_buf *out)
{
	size_t n = strlen(word);

	for (int brief = 0; brief < 2; brief++) {
		ak_buf_clear(out);
		for (size_t i = 0; ak_cmds[i]; i++) {
			const char *name = ak_cmds[i]->name;

			if (strncmp(name, word, n) != 0 || name[n] != ' ')
				continue;
			if (brief)
				ak_buf_addf(out, "%s%s", out->n ? ", " : "", out->n ? name + n + 1 : name);
			else
				ak_buf_addf(out, "%s'%s'", out->n ? ", " : "", name);
		}
		if (out->n + sizeof "say which: " <= AK_ERR_HINT)
			return;
	}
}

/* `report usge`: the nearest of all names to both words, else to the first. */
static enum ak_rc unknown_command(char *const *words, size_t nwords, struct ak_err *err)
{
	const char *names[128] = {NULL}, *near = NULL;
	struct ak_buf family, both;
	bool two;

	ak_buf_init(&family, 4096);
	ak_buf_init(&both, 1 << 20);
	for (size_t i = 0; ak_cmds[i] && i < AK_COUNT(names) - 1; i++)
		names[i] = ak_cmds[i]->name;
	family_of(words[0], &family);
	ak_buf_adds(&both, words[0]);
	if (nwords > 1) {
		ak_buf_addf(&both, " %s", words[1]);
		near = ak_text_nearest(ak_buf_str(&both), names);
	}
	two = near || (family.n && nwords > 1);
	if (!near && !family.n)
		near = ak_text_nearest(ak_str_of(words[0]), names);
	if (near)
		ak_hint(err, "did you mean '%s'?", near);
	else if (family.n)
		ak_hint(err, "say which: %s", family.p);
	else
		ak_hint(err, "'auditkit help' lists the commands");
	ak_fail(err, AK_EXIT_USAGE, "unknown command '%s'", two ? both.p : words[0]);
	ak_buf_release(&both);
	ak_buf_release(&family);
	return AK_FAIL;
}

/* The command is the first words that are no options. */
static enum ak_rc find_command(struct parser *p)
{
	char *words[4];
	size_t n = 0, best = 0;
	bool takes_value;

	for (int i = 1; i < p->argc && n < AK_COUNT(words); i++) {
		if (p->argv[i][0] == '-' && p->argv[i][1]) {
			if (strcmp(p->argv[i], "--") == 0 || !is_global(p->argv[i], &takes_value))
				break;
			i += takes_value;
			continue;
		}
		words[n++] = p->argv[i];
	}
	for (size_t i = 0; ak_cmds[i]; i++) {
		size_t used = spells(ak_cmds[i], words, n);
		if (used > best) {
			best = used;
			p->cmd = ak_cmds[i];
		}
	}
	return p->cmd || n == 0 ? AK_OK : unknown_command(words, n, p->err);
}

static enum ak_rc unknown_option(struct parser *p, struct ak_str name)
{
	const char *names[128] = {NULL}, *near;
	size_t n = 0;

	for (const struct ak_opt *o = p->cmd ? p->cmd->opts : NULL; o && o->name; o++)
		names[n++] = o->name;
	for (int i = 0; i < NGLOBAL; i++)
		names[n++] = ak_global_opts[i].name;
	near = ak_text_nearest(name, names);
	if (near)
		ak_hint(p->err, "did you mean --%s?", near);
	else
		ak_hint(p->err, "'auditkit help%s%s' lists the options", p->cmd ? " " : "", p->cmd ? p->cmd->name : "");
	return ak_fail(p->err, AK_EXIT_USAGE, "unknown option '%s%.*s'", name.n > 1 ? "--" : "-", AK_STR_FMT(name));
}

static enum ak_rc set(struct parser *p, const struct ak_opt *o, struct ak_opt_value *v, const char *text)
{
	struct ak_err ignored = {0};

	/* Mostly a variable that a script did not set: taken as not given, it would widen what is asked for. */
	if (!*text)
		return ak_fail(p->err, AK_EXIT_USAGE, "option '--%s' wants a value that is not empty: %s", o->name, o->arg);
	if (strcmp(text, "-") == 0 && o->type == AK_OPT_TARGET) {
		v->dash = true; /* standard output, where most of them go without the option */
		return AK_OK;
	}
	if (strcmp(text, "-") == 0 && o->type == AK_OPT_OUTPUT)
		return ak_fail(p->err, AK_EXIT_USAGE, "option '--%s' wants a name: this is not written to standard output", o->name);
	v->given = true;
	v->text = text;
	if (o->type == AK_OPT_INT && ak_dec_int(ak_str_of(text), false, &v->number, &ignored) != AK_OK)
		return ak_fail(p->err, AK_EXIT_USAGE, "option '--%s' wants a whole number", o->name);
	if (o->type == AK_OPT_LIST) {
		const char **list = ak_arena_alloc(p->a, (v->nlist + 2) * sizeof *list);
		if (v->nlist)
			memcpy(list, v->list, v->nlist * sizeof *list);
		list[v->nlist++] = text;
		list[v->nlist] = NULL;
		v->list = list;
	}
	return AK_OK;
}

static const struct ak_opt *find_opt(struct parser *p, struct ak_str name, struct ak_opt_value **v)
{
	for (int pass = 0; pass < 2; pass++) {
		const struct ak_opt *opts = pass ? ak_global_opts : p->cmd ? p->cmd->opts : NULL;
		for (size_t i = 0; opts && opts[i].name; i++)
			if (ak_str_is(name, opts[i].name) || (name.n == 1 && name.p[0] == opts[i].short_name)) {
				*v = pass ? &p->global[i] : &p->own[i];
				return &opts[i];
			}
	}
	return NULL;
}

static enum ak_rc option(struct parser *p, const char *arg)
{
	bool is_long = arg[1] == '-';
	struct ak_str name = ak_str_of(arg + 1 + is_long);
	const char *value = NULL;
	struct ak_opt_value *v = NULL;
	const struct ak_opt *o;

	if (is_long && ak_str_find(name, '=') < name.n) {
		value = name.p + ak_str_find(name, '=') + 1;
		name.n = ak_str_find(name, '=');
	} else if (!is_long && name.n > 1) {
		value = name.p + 1;
		name.n = 1;
	}
	o = find_opt(p, name, &v);
	if (!o || (is_long && name.n == 1))
		return unknown_option(p, name);
	if (o->type == AK_OPT_FLAG) {
		if (value)
			return ak_fail(p->err, AK_EXIT_USAGE, "option '--%s' takes no value", o->name);
		v->given = true;
		return AK_OK;
	}
	if (!value && p->at + 1 >= p->argc)
		return ak_fail(p->err, AK_EXIT_USAGE, "option '--%s' wants a value: %s", o->name, o->arg);
	return set(p, o, v, value ? value : p->argv[++p->at]);
}

static enum ak_rc walk(struct parser *p)
{
	size_t skip = p->cmd != NULL; /* words of the command's name */
	bool only_words = false;
	enum ak_rc rc = AK_OK;

	for (const char *c = p->cmd ? p->cmd->name : ""; *c; c++)
		skip += *c == ' ';
	for (p->at = 1; p->at < p->argc && rc == AK_OK; p->at++) {
		const char *arg = p->argv[p->at];
		if (!only_words && strcmp(arg, "--") == 0)
			only_words = true;
		else if (!only_words && arg[0] == '-' && arg[1])
			rc = option(p, arg);
		else if (skip)
			skip--;
		else
			p->word[p->nwords++] = arg;
	}
	return rc;
}

static enum ak_rc check_words(struct parser *p)
{
	const struct ak_cmd *c = p->cmd;

	if (!c || p->global[G_HELP].given)
		return AK_OK;
	for (size_t i = 0; i < p->nwords; i++)
		if (!*p->word[i])
			return ak_fail(p->err, AK_EXIT_USAGE, "argument %zu of '%s' is empty", i + 1, c->name);
	if (p->nwords >= c->min_words && p->nwords <= c->max_words)
		return AK_OK;
	ak_hint(p->err, "usage: auditkit %s [options] %s", c->name, c->args ? c->args : "");
	return ak_fail(p->err, AK_EXIT_USAGE, "'%s' got too %s arguments", c->name,
		       p->nwords < c->min_words ? "few" : "many");
}

/* Where a command has forms of its own, --json names one of them. */
static enum ak_rc check_form(struct parser *p)
{
	const struct ak_opt *o = p->cmd ? p->cmd->opts : NULL;

	for (size_t i = 0; o && o[i].name && p->global[G_JSON].given; i++)
		if (p->own[i].text && o[i].arg && strcmp(o[i].arg, "FORMAT") == 0 && strcmp(p->own[i].text, "json") != 0) {
			ak_hint(p->err, "leave one of them out");
			return ak_fail(p->err, AK_EXIT_USAGE, "'--json' and '--%s %.40s' contradict each other", o[i].name, p->own[i].text);
		}
	return AK_OK;
}

enum ak_rc ak_args_parse(int argc, char **argv, struct ak_arena *a, struct ak_globals *g, struct ak_args *out,
			 struct ak_err *err)
{
	struct parser p = {.argc = argc, .argv = argv, .a = a, .err = err};
	enum ak_rc rc = find_command(&p);

	if (rc != AK_OK)
		return rc;
	p.own = ak_arena_zero(a, (count_opts(p.cmd ? p.cmd->opts : NULL) + 1) * sizeof *p.own);
	p.word = ak_arena_zero(a, ((size_t)argc + 1) * sizeof *p.word);
	if ((rc = walk(&p)) != AK_OK || (rc = check_words(&p)) != AK_OK || (rc = check_form(&p)) != AK_OK)
		return rc;
	*g = (struct ak_globals){.workspace = p.global[G_WORKSPACE].text,
				 .color = p.global[G_COLOR].text,
				 .progress = p.global[G_PROGRESS].text,
				 .quiet = p.global[G_QUIET].given,
				 .verbose = p.global[G_VERBOSE].given,
				 .key_file = p.global[G_KEY_FILE].text,
				 .json = p.global[G_JSON].given,
				 .help = p.global[G_HELP].given,
				 .version = p.global[G_VERSION].given};
	*out = (struct ak_args){p.word, p.nwords, p.cmd, p.own};
	return AK_OK;
}

static const struct ak_opt_value *value_of(const struct ak_args *a, const char *name)
{
	for (size_t i = 0; a->cmd->opts && a->cmd->opts[i].name; i++)
		if (strcmp(a->cmd->opts[i].name, name) == 0)
			return &a->value[i];
	AK_BUG("command asks for an option that its table does not have");
}

bool ak_args_flag(const struct ak_args *a, const char *name) { return value_of(a, name)->given; }
bool ak_args_dash(const struct ak_args *a, const char *name) { return value_of(a, name)->dash; }
const char *ak_args_text(const struct ak_args *a, const char *name) { return value_of(a, name)->text; }
const char *const *ak_args_list(const struct ak_args *a, const char *name) { return value_of(a, name)->list; }

int64_t ak_args_int(const struct ak_args *a, const char *name, int64_t otherwise)
{
	const struct ak_opt_value *v = value_of(a, name);

	return v->given ? v->number : otherwise;
}
