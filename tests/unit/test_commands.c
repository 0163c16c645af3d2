/* The command tables agree with themselves: who names files says so in .needs, so that the sandbox lets them through. */
#include "base/ak.h"

#include <stdio.h>

#include "cli/cage.h"
#include "tap.h"

static bool names_files(const char *placeholder)
{
	static const char *const words[] = {"FILE", "DIR", "PATH", "PACKET", "INPUT"};

	for (size_t i = 0; placeholder && i < AK_COUNT(words); i++)
		if (strstr(placeholder, words[i]))
			return true;
	return false;
}

/* Options whose value is a path without being of a type that says so. */
static size_t untyped_paths(const struct ak_cmd *cmd)
{
	size_t n = 0;

	for (const struct ak_opt *o = cmd->opts; o && o->name; o++)
		if (names_files(o->arg) && o->type != AK_OPT_INPUT && o->type != AK_OPT_OUTPUT && o->type != AK_OPT_TARGET) {
			printf("# --%s of %s\n", o->name, cmd->name);
			n++;
		}
	return n;
}

static bool makes_files(const struct ak_cmd *cmd)
{
	for (const struct ak_opt *o = cmd->opts; o && o->name; o++)
		if (o->type == AK_OPT_OUTPUT || o->type == AK_OPT_TARGET)
			return true;
	return cmd->needs & (AK_NEED_OUTPUT | AK_NEED_NEWKEYS | AK_NEED_WRITE | AK_NEED_READ | AK_NEED_ACCESS);
}

static bool reads_files(const struct ak_cmd *cmd)
{
	for (const struct ak_opt *o = cmd->opts; o && o->name; o++)
		if (o->type == AK_OPT_INPUT)
			return true;
	return cmd->needs & AK_NEED_INPUT;
}

int main(void)
{
	char name[200];
	size_t n = 0;

	for (; ak_cmds[n]; n++) {
		const struct ak_cmd *c = ak_cmds[n];
		enum ak_box box = ak_cage_box(c->needs);

		snprintf(name, sizeof name, "%s (%s): options that are paths say so", c->name, ak_sandbox_name(box));
		is_int((int64_t)untyped_paths(c), 0, name);
		if (names_files(c->args)) {
			snprintf(name, sizeof name, "%s: words that are paths are declared", c->name);
			ok(c->needs & (AK_NEED_INPUT | AK_NEED_OUTPUT), name);
		}
		snprintf(name, sizeof name, "%s: its class suffices for what it declares", c->name);
		ok((!makes_files(c) || box >= AK_BOX_STORE) && (!reads_files(c) || box >= AK_BOX_READ), name);
	}
	ok(n >= 15, "there are commands");
	is_int(ak_cage_box(AK_NEED_NOTHING), AK_BOX_PURE, "nothing needed, nothing open");
	is_int(ak_cage_box(AK_NEED_INPUT | AK_NEED_EXEC), AK_BOX_EXEC, "programs");
	is_int(ak_cage_box(AK_NEED_WRITE | AK_NEED_NET), AK_BOX_STORE, "network: in a process of its own, not here");
	return done_testing();
}
