#include "base/ak.h"
#include "cli/open.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/fs.h"
#include "cli/keysource.h"
#include "ingest/declared.h"
#include "redact/plan.h"
#include "store/rotate_packet.h"

/* ---- the environment ---- */

static const char *env(const char *name)
{
	const char *v = getenv(name);

	return v && *v ? v : NULL;
}

static void config_dirs(struct ak_ctx *c)
{
	const char *xdg = env("XDG_CONFIG_HOME"), *home = env("HOME");
	AK_CLEANUP(ak_free_charp) char *base = NULL;

	if (xdg)
		base = ak_fs_join(xdg, "auditkit");
	else if (home)
		base = ak_fs_join(home, ".config/auditkit");
	if (!base)
		return;
	c->user_config_dir = ak_arena_z(&c->arena, ak_str_of(base));
	c->keys_root = ak_arena_printf(&c->arena, "%s/keys", base).p;
}

/* ---- the workspace ---- */

static const char *workspace_at(struct ak_ctx *c, const char *dir)
{
	const char *inner;

	if (ak_store_is_workspace(dir))
		return ak_arena_z(&c->arena, ak_str_of(dir));
	inner = ak_arena_printf(&c->arena, "%s/.auditkit", dir).p;
	return ak_store_is_workspace(inner) ? inner : NULL;
}

/* The nearest folder upward that is a workspace or holds one. */
static const char *search_upward(struct ak_ctx *c)
{
	AK_CLEANUP(ak_free_charp) char *dir = NULL;
	char buf[4096];

	if (!getcwd(buf, sizeof buf))
		return NULL;
	dir = ak_strdup(buf);
	for (;;) {
		const char *found = workspace_at(c, dir);
		char *parent;
		if (found || strcmp(dir, "/") == 0)
			return found;
		parent = ak_fs_dir(dir);
		ak_free(dir);
		dir = parent;
	}
}

/* Another user's: nobody can tell from here what is in it. */
static const char *shut_at(struct ak_ctx *c, const char *dir)
{
	static const char *const places[] = {"", "/.auditkit"};

	for (size_t i = 0; i < AK_COUNT(places); i++)
		if (ak_fs_shut(ak_arena_printf(&c->arena, "%s%s/" AK_DB_NAME, dir, places[i]).p))
			return ak_arena_printf(&c->arena, "%s%s", dir, places[i]).p;
	return NULL;
}

static enum ak_rc find_workspace(struct ak_ctx *c, const struct ak_globals *g, struct ak_err *err)
{
	const char *named = g->workspace ? g->workspace : env("AUDITKIT_WORKSPACE"), *shut;

	c->workspace = named ? workspace_at(c, named) : search_upward(c);
	if (c->workspace)
		return AK_OK;
	shut = shut_at(c, named ? named : ".");
	if (shut) {
		ak_hint(err, "run it as the user whose workspace it is");
		return ak_fail_sys(err, AK_EXIT_REFUSED, EACCES, "cannot look into '%s'", shut);
	}
	ak_hint(err, "make one with 'auditkit init --discover EXPORTS', or empty with 'auditkit init DIR', or name one with -w DIR");
	if (named)
		return ak_fail(err, AK_EXIT_CORRUPT, "'%s' is not an auditkit workspace", named);
	return ak_fail(err, AK_EXIT_USAGE, "no workspace here or in a folder above");
}

static enum ak_rc load_keys(struct ak_ctx *c, unsigned needs, struct ak_err *err)
{
	const char *dir;

	if (!c->keys_root) {
		ak_hint(err, "set HOME, or XDG_CONFIG_HOME to the folder that holds auditkit/keys");
		return ak_fail(err, AK_EXIT_REFUSED, "no place for keys: neither XDG_CONFIG_HOME nor HOME is set");
	}
	dir = ak_arena_printf(&c->arena, "%s/%s", c->keys_root, c->store->id).p;
	c->keys = ak_arena_zero(&c->arena, sizeof *c->keys);
	if (ak_keysource_apart(c, dir, "move the folder 'auditkit' elsewhere and set XDG_CONFIG_HOME to where it is then", err) != AK_OK)
		return AK_FAIL;
	if (!(needs & AK_NEED_KEYS))
		return ak_keys_load_seals(dir, c->keys, err) == AK_OK ? ak_packet_key_load(c->store, dir, c->keys, err) : AK_FAIL;
	if (ak_keys_load(dir, c->store->kid, ak_ctx_given(c), c->keys, err) != AK_OK || ak_packet_key_load(c->store, dir, c->keys, err) != AK_OK)
		return AK_FAIL;
	return ak_keysource_check(c, err);
}

static enum ak_rc load_policy(struct ak_ctx *c, struct ak_err *err)
{
	struct ak_buf text;
	enum ak_rc rc;
	bool there;

	c->policy_path = ak_arena_z(&c->arena, ak_arena_printf(&c->arena, "%s/policy.yaml", c->workspace));
	if ((rc = ak_fs_look(c->policy_path, &there, err)) != AK_OK || !there ||
	    (rc = ak_fs_check_private_file(c->policy_path, err)) != AK_OK)
		return rc;
	ak_buf_init(&text, 1 << 21);
	rc = ak_fs_slurp(c->policy_path, 1 << 20, &text, err);
	if (rc == AK_OK) {
		c->policy_text = ak_arena_str(&c->arena, ak_buf_str(&text));
		c->policy = ak_arena_zero(&c->arena, sizeof *c->policy);
		rc = ak_policy_parse("policy.yaml", c->policy_text, c->policy, err);
		if (rc != AK_OK)
			c->policy = NULL;
	}
	ak_buf_release(&text);
	return rc;
}

static enum ak_rc load_registry(struct ak_ctx *c, struct ak_err *err)
{
	const char *folders[4] = {NULL};
	size_t n = 0;

	if (c->workspace)
		folders[n++] = ak_arena_printf(&c->arena, "%s/formats", c->workspace).p;
	if (c->user_config_dir)
		folders[n++] = ak_arena_printf(&c->arena, "%s/formats", c->user_config_dir).p;
	folders[n++] = "/etc/auditkit/formats";
	return ak_registry_open(folders, &c->registry, err);
}

static const char *const *allowed(struct ak_ctx *c)
{
	const char **allow = ak_arena_zero(&c->arena, (c->policy->nallow + 1) * sizeof *allow);

	for (size_t i = 0; i < c->policy->nallow; i++)
		allow[i] = c->policy->allow[i].fingerprint;
	return allow;
}

static const uint8_t *const *past_keys(struct ak_ctx *c)
{
	const uint8_t **list = ak_arena_zero(&c->arena, (c->keys->npast + 1) * sizeof *list);

	for (size_t i = 0; i < c->keys->npast; i++)
		list[i] = c->keys->past[i].token;
	return list;
}

static struct ak_redactor *make_redactor(struct ak_ctx *c, const uint8_t token[32], const char kid[9])
{
	struct ak_redact_opts o = {.token_key = token,
				   .ip4_prefix = c->policy ? c->policy->ip4_prefix : 24,
				   .ip6_prefix = c->policy ? c->policy->ip6_prefix : 48};

	memcpy(o.kid, kid, sizeof o.kid);
	if (c->policy) {
		o.allow = allowed(c);
		o.past_keys = c->keys ? past_keys(c) : NULL;
		o.email_any_host = c->policy->email_any_host;
		o.email_exact = c->policy->email_exact;
		o.rules = c->policy->rules;
		o.nrules = c->policy->nrules;
		o.pointers = c->policy->pointers;
		o.npointers = c->policy->npointers;
	}
	o.plan = c->plan;
	return ak_redactor_new(&o);
}

/* What policy.yaml decides is checked here, so that no command goes on with a wrong one. */
static enum ak_rc make_redactors(struct ak_ctx *c, struct ak_err *err)
{
	struct ak_field_plan *plan = ak_arena_zero(&c->arena, sizeof *plan);

	if (ak_plan_read(c->policy, plan, err) != AK_OK)
		return AK_FAIL;
	c->plan = plan;
	c->redactor = make_redactor(c, c->keys->token, c->keys->kid);
	for (size_t i = 0; i < c->keys->npast; i++)
		c->past[i] = make_redactor(c, c->keys->past[i].token, c->keys->past[i].kid);
	return AK_OK;
}

/* For who needs no keys: what `redact allow` lets through is known by its fingerprint under the key, which is lent for that. Without it
 * nothing is let through. */
static void make_judge(struct ak_ctx *c, const struct ak_globals *g)
{
	struct ak_err ignored = {0};
	uint8_t key[32];
	bool lent = false;

	ak_random(key, sizeof key);
	if (!c->keys && c->policy && c->policy->nallow) {
		lent = ak_keysource_open(c, g, &ignored) == AK_OK && load_keys(c, AK_NEED_KEYS, &ignored) == AK_OK;
		if (lent)
			c->redactor = make_redactor(c, c->keys->token, c->keys->kid);
		if (c->keys)
			ak_keys_wipe(c->keys);
		c->keys = NULL;
	}
	if (!lent)
		c->redactor = make_redactor(c, key, "00000000");
	ak_wipe(key, sizeof key);
}

/* What people declare is printed, sent and stored as it is written: no command goes on with a secret in it, but those that say what a
 * secret is. */
static enum ak_rc check_policy(struct ak_ctx *c, const struct ak_globals *g, unsigned needs, struct ak_err *err)
{
	if (!(needs & AK_NEED_POLICY))
		return AK_OK;
	if (!c->redactor)
		make_judge(c, g);
	if (!c->policy || ak_str_starts(ak_str_of(c->args->cmd->name), AK_STR("redact ")))
		return AK_OK;
	return ak_declared_yaml(c->redactor, &c->policy->yaml, c->policy_text, err);
}

/* No workspace, and none named: what it would be needed for is not needed. */
static enum ak_rc find_if_any(struct ak_ctx *c, const struct ak_globals *g, struct ak_err *err)
{
	enum ak_rc rc = find_workspace(c, g, err);

	if (rc == AK_OK || err->exit != AK_EXIT_USAGE)
		return rc;
	ak_err_clear(err);
	return AK_OK;
}

static enum ak_rc open_workspace(struct ak_ctx *c, const struct ak_globals *g, unsigned *needs, struct ak_err *err)
{
	enum ak_rc rc;

	if (!(*needs & (AK_NEED_READ | AK_NEED_WRITE))) {
		if (*needs & AK_NEED_FIND)
			return find_if_any(c, g, err);
		/* What reads a file by a mapping knows those of the workspace too. */
		if (*needs & AK_NEED_REGISTRY && *needs & AK_NEED_INPUT)
			return find_if_any(c, g, err);
		if (g->workspace)
			c->workspace = g->workspace;
		return AK_OK;
	}
	rc = *needs & AK_NEED_MAYBE ? find_if_any(c, g, err) : find_workspace(c, g, err);
	if (rc == AK_OK && !c->workspace) {
		*needs &= ~(unsigned)(AK_NEED_READ | AK_NEED_WRITE | AK_NEED_KEYS | AK_NEED_SEALS | AK_NEED_POLICY);
		c->redactor = ak_redactor_throwaway();
		return AK_OK;
	}
	if (rc == AK_OK)
		rc = ak_store_open(c->workspace, *needs & AK_NEED_WRITE ? AK_STORE_WRITE : AK_STORE_READ, &c->store, err);
	if (rc == AK_OK && c->store->mended)
		ak_io_note(c->io, "mended", "%d missing indexes of '%s' were made again", c->store->mended, c->workspace);
	return rc;
}

/* The policy, and the key that it may name. Who needs no policy does not fail for it, nor who needs no pseudonyms for their key. */
static enum ak_rc open_policy(struct ak_ctx *c, const struct ak_globals *g, unsigned needs, struct ak_err *err)
{
	static const unsigned any = AK_NEED_POLICY | AK_NEED_KEYS | AK_NEED_SEALS | AK_NEED_FIND;

	if (c->workspace && needs & any) {
		if (load_policy(c, err) != AK_OK && needs & AK_NEED_POLICY)
			return AK_FAIL;
		ak_err_clear(err);
	}
	if (needs & AK_NEED_KEYS || (needs & AK_NEED_NEWKEYS && !c->store))
		return ak_keysource_open(c, g, err);
	if (needs & (AK_NEED_SEALS | AK_NEED_FIND))
		(void)ak_keysource_open(c, g, &c->elsewhere.why);
	return AK_OK;
}

enum ak_rc ak_open_context(struct ak_ctx *c, const struct ak_globals *g, struct ak_err *err)
{
	unsigned needs = ak_cmd_needs(c->args);
	enum ak_rc rc;

	config_dirs(c);
	c->with = g->workspace ? ak_arena_printf(&c->arena, "-w %s ", ak_text_shell(&c->arena, g->workspace)).p : "";
	c->data_dir = env("AUDITKIT_DATA") ? env("AUDITKIT_DATA") : AK_DATA_DIR;
	rc = open_workspace(c, g, &needs, err);
	if (rc == AK_OK)
		rc = open_policy(c, g, needs, err);
	if (rc == AK_OK && needs & (AK_NEED_KEYS | AK_NEED_SEALS))
		rc = load_keys(c, needs, err);
	/* Made now, so that the sandbox need not leave open the folder it stands in, which may be the home. */
	if (rc == AK_OK && needs & AK_NEED_NEWKEYS && c->keys_root)
		rc = ak_fs_mkdirs(c->keys_root, 0700, err);
	if (rc == AK_OK && needs & AK_NEED_REGISTRY)
		rc = load_registry(c, err);
	if (rc == AK_OK && needs & AK_NEED_KEYS)
		rc = make_redactors(c, err);
	return rc == AK_OK ? check_policy(c, g, needs, err) : rc;
}

void ak_open_release(struct ak_ctx *c)
{
	ak_redactor_free(c->redactor);
	for (size_t i = 0; i < AK_KEYS_PAST; i++)
		ak_redactor_free(c->past[i]);
	ak_registry_free(c->registry);
	if (c->policy)
		ak_policy_release(c->policy);
	if (c->keys)
		ak_keys_wipe(c->keys);
	ak_wipe(&c->elsewhere.key, sizeof c->elsewhere.key);
	ak_store_close(c->store);
	ak_arena_release(&c->arena);
}
