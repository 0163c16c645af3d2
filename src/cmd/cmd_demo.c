#include "base/ak.h"
#include "cmd/cmd.h"

#include <stdlib.h>

#include "base/fs.h"

#define MOST_WORDS 12

/* One command line of the demo, shown before it runs. The samples hold one broken line: 3 says so. */
static enum ak_rc step(struct ak_ctx *c, const char *line, struct ak_err *err)
{
	char *words = ak_arena_z(&c->arena, ak_str_of(line)), *argv[MOST_WORDS + 2] = {"auditkit"}, *save = NULL;
	int argc = 1, code;

	ak_io_printf(c->io, "\n$ auditkit %s\n", line);
	if (ak_io_flush(c->io, err) != AK_OK)
		return AK_FAIL;
	for (char *w = strtok_r(words, " ", &save); w && argc <= MOST_WORDS; w = strtok_r(NULL, " ", &save))
		argv[argc++] = w;
	code = c->cli(argc, argv);
	if (code == AK_EXIT_OK || code == AK_EXIT_PARTIAL)
		return AK_OK;
	return ak_fail(err, (enum ak_exit)code, "the demo stops here");
}

/* The sample policy, its sources read from the samples. */
static enum ak_rc write_policy(const char *samples, const char *workspace, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *from = ak_fs_join(samples, "policy.yaml");
	AK_CLEANUP(ak_free_charp) char *to = ak_fs_join(workspace, "policy.yaml");
	struct ak_buf text;
	enum ak_rc rc;

	ak_buf_init(&text, 1 << 21);
	rc = ak_fs_slurp(from, 1 << 20, &text, err);
	ak_buf_adds(&text, "exports: ");
	ak_yaml_add_text(&text, ak_str_of(samples));
	ak_buf_addc(&text, '\n');
	if (rc == AK_OK)
		rc = ak_fs_write_file(to, ak_buf_str(&text), 0600, true, err);
	ak_buf_release(&text);
	return rc;
}

static enum ak_rc steps(struct ak_ctx *c, const char *dir, const char *samples, struct ak_err *err)
{
	static const char *const lines[] = {"ingest", "trace sample", "verify", "packet build --allow-gaps -o %s/packet", "packet verify %s/packet"};
	const char *workspace = ak_arena_printf(&c->arena, "%s/workspace", dir).p;
	enum ak_rc rc = step(c, ak_arena_printf(&c->arena, "init %s", workspace).p, err);

	if (rc == AK_OK)
		rc = write_policy(samples, workspace, err);
	for (size_t i = 0; i < AK_COUNT(lines) && rc == AK_OK; i++) {
		struct ak_buf line;

		ak_buf_init(&line, 1 << 16);
		ak_buf_addf(&line, "-w %s ", workspace);
		for (const char *p = lines[i]; *p; p++)
			if (p[0] == '%' && p[1] == 's') {
				ak_buf_adds(&line, dir);
				p++;
			} else {
				ak_buf_addc(&line, *p);
			}
		rc = step(c, line.p, err);
		ak_buf_release(&line);
	}
	return rc;
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	const char *dir = c->args->nwords ? c->args->word[0] : "auditkit-demo";
	AK_CLEANUP(ak_free_charp) char *samples = ak_fs_join(c->data_dir, "samples");
	AK_CLEANUP(ak_free_charp) char *config = ak_fs_join(dir, "config");

	if (strchr(dir, ' '))
		return ak_fail(err, AK_EXIT_USAGE, "the demo wants a folder name without blanks"), err->exit;
	if (!ak_fs_is_dir(samples)) {
		ak_hint(err, "run 'make install', or name the folder that holds samples/ in AUDITKIT_DATA");
		return ak_fail(err, AK_EXIT_INPUT, "no samples in '%s'", c->data_dir), err->exit;
	}
	if (ak_fs_exists(dir)) {
		ak_hint(err, "name another folder, or remove this one");
		return ak_fail(err, AK_EXIT_USAGE, "'%s' exists already", dir), err->exit;
	}
	if (ak_fs_mkdirs(config, 0700, err) != AK_OK)
		return err->exit;
	setenv("XDG_CONFIG_HOME", config, 1); /* the demo's keys stay in its folder */
	ak_io_line(c->io, "demo", "the main job on the records of a fictional company, in %s; its keys stay there too: set XDG_CONFIG_HOME=%s to go on",
		   dir, config);
	if (steps(c, dir, samples, err) != AK_OK)
		return err->exit;
	ak_io_printf(c->io, "\n");
	ak_io_line(c->io, "packet", "%s/packet, with its receipt beside it", dir);
	ak_io_line(c->io, "read", "%s/packet/index.html in a browser", dir);
	ak_io_line(c->io, "check", "cd %s/packet && sh VERIFY.txt, without auditkit", dir);
	return AK_EXIT_OK;
}

static const struct ak_example examples[] = {
	{"auditkit demo", "init, ingest, trace, verify and a signed packet from the installed samples"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_demo = {
	.name = "demo",
	.args = "[DIR]",
	.summary = "the main job on the installed samples, step by step",
	.text = "Everything is made in DIR (default auditkit-demo), which must not be there yet: workspace, keys and packet. Each\n"
		"command is shown before it runs, so that it can be tried again by hand. The samples hold one broken line and some\n"
		"open questions on purpose.",
	.examples = examples,
	.needs = AK_NEED_OUTPUT,
	.max_words = 1,
	.run = run,
};
