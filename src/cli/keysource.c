#include "base/ak.h"
#include "cli/keysource.h"

#include <stdlib.h>

#include "base/fs.h"
#include "store/rotate.h"

enum { KEY_HEX = 64 };

enum ak_rc ak_keysource_apart(const struct ak_ctx *c, const char *path, const char *repair, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *inner = realpath(path, NULL);
	AK_CLEANUP(ak_free_charp) char *outer = c->workspace ? realpath(c->workspace, NULL) : NULL;
	size_t n = outer ? strlen(outer) : 0;

	if (!inner || !outer || strncmp(inner, outer, n) != 0 || inner[n] != '/')
		return AK_OK;
	ak_hint(err, "%s", repair);
	return ak_fail(err, AK_EXIT_REFUSED, "the keys of workspace '%s' lie inside it", c->workspace);
}

static bool is_key(const char *text)
{
	uint8_t bytes[KEY_HEX / 2];
	bool yes = ak_unhex(ak_str_of(text), bytes, sizeof bytes);

	ak_wipe(bytes, sizeof bytes);
	return yes;
}

static enum ak_rc from_file(struct ak_ctx *c, const char *path, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *real = realpath(path, NULL);

	c->elsewhere.file = real ? ak_arena_z(&c->arena, ak_str_of(real)) : path;
	c->elsewhere.from = ak_arena_printf(&c->arena, "file '%s'", path).p;
	if (ak_keysource_apart(c, path, "move the key file out of the workspace", err) != AK_OK)
		return AK_FAIL;
	if (ak_keys_read_seed(path, c->elsewhere.key.master, err) != AK_OK) {
		if (err->exit == AK_EXIT_INPUT)
			err->exit = AK_EXIT_REFUSED;
		if (!*err->hint)
			ak_hint(err, "name the private file that holds the pseudonym key, 64 hex digits; without "
				     "--key-file and redaction.key_file "
				     "it is looked for in the key folder");
		return AK_FAIL;
	}
	c->elsewhere.read = true;
	return AK_OK;
}

static enum ak_rc from_variable(struct ak_ctx *c, const char *name, struct ak_err *err)
{
	char *value = getenv(name);
	bool good;

	c->elsewhere.from = ak_arena_printf(&c->arena, "variable '%s'", name).p;
	if (!value || !*value) {
		ak_hint(err, "set it to the 64 hex digits of the key, or mend redaction.key_env");
		return ak_fail(err, AK_EXIT_REFUSED, "environment variable '%s', which policy.yaml names for the pseudonym key, is not set", name);
	}
	good = ak_unhex(ak_str_trim(ak_str_of(value)), c->elsewhere.key.master, sizeof c->elsewhere.key.master);
	/* Neither /proc nor a program that is started shows it any more. */
	ak_wipe(value, strlen(value));
	(void)unsetenv(name);
	if (!good) {
		ak_hint(err, "restore the backup of the key made after 'auditkit init'");
		return ak_fail(err, AK_EXIT_REFUSED, "environment variable '%s' is not a key: 64 hex digits expected", name);
	}
	c->elsewhere.read = true;
	return AK_OK;
}

/* Relative to policy.yaml, as its other paths are. */
static const char *policy_path(struct ak_ctx *c)
{
	const char *path = c->policy->key_file;

	return path[0] == '/' ? path : ak_arena_printf(&c->arena, "%s/%s", c->workspace, path).p;
}

enum ak_rc ak_keysource_open(struct ak_ctx *c, const struct ak_globals *g, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	if (g->key_file && is_key(g->key_file)) {
		ak_hint(err, "write it to a private file and name that; this one was seen by others: rotate it");
		return ak_fail(err, AK_EXIT_USAGE, "option '--key-file' was given a key, not a file");
	}
	if (g->key_file)
		rc = from_file(c, g->key_file, err);
	else if (c->policy && c->policy->key_file)
		rc = from_file(c, policy_path(c), err);
	else if (c->policy && c->policy->key_env)
		rc = from_variable(c, c->policy->key_env, err);
	if (c->elsewhere.read)
		ak_keys_name(&c->elsewhere.key);
	return rc;
}

/* Of a past key the ledger knows, since a rotation may have put another one in force. */
enum ak_rc ak_keysource_check(struct ak_ctx *c, struct ak_err *err)
{
	const char *kid = c->elsewhere.key.kid;
	struct ak_key_period *list;
	bool known = false;
	size_t n;

	if (!c->elsewhere.read || strcmp(kid, c->keys->kid) == 0)
		return AK_OK;
	if (ak_key_periods(c->store, &list, &n, err) != AK_OK)
		return AK_FAIL;
	for (size_t i = 0; i < n; i++)
		known |= strcmp(list[i].kid, kid) == 0;
	ak_free(list);
	if (known)
		return AK_OK;
	ak_hint(err, "name the right key: tokens of another key would not meet");
	return ak_fail(err, AK_EXIT_REFUSED, "the pseudonym key in %s is '%s', this workspace knows '%s'", c->elsewhere.from, kid, c->store->kid);
}
