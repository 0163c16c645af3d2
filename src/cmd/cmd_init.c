#include "base/ak.h"
#include "cmd/cmd.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/jsonw.h"
#include "base/limits.h"
#include "cmd/discover.h"
#include "base/jsonget.h"
#include "ingest/declared.h"
#include "redact/plan.h"
#include "redact/redact.h"

#define UNREAD_SHOWN 5

/* What is printed in the end. */
struct made {
	const char *dir, *keys, *profile; /* profile: NULL without --profile */
	const char *key_file;		  /* NULL without --key-file */
	json_t *seen; /* cmd/discover.h, NULL without --discover */
	size_t answers, unknown;
};

/* replace: what init itself wrote a moment ago; a policy.yaml that was there before stays. */
static enum ak_rc write_policy(struct ak_ctx *c, const char *dir, const json_t *seen, bool replace, struct made *out, struct ak_err *err)
{
	AK_CLEANUP(ak_json_decref) json_t *answers = seen ? json_copy((json_t *)seen) : json_object();
	AK_CLEANUP(ak_free_charp) char *path = ak_fs_join(dir, "policy.yaml");
	struct ak_answer *list = NULL;
	struct ak_policy policy;
	struct ak_buf text;
	enum ak_rc rc;

	ak_buf_init(&text, AK_MAX_YAML_BYTES);
	if (out->profile)
		json_object_set_new(answers, "profile", json_string(out->profile));
	if (out->key_file)
		json_object_set_new(answers, "key_file", json_string(out->key_file));
	rc = ak_policy_text(answers, &text, err);
	if (rc != AK_OK && err->exit == AK_EXIT_LIMIT) {
		ak_hint(err, "discover the exports folder by folder, each into a workspace of its own, or name the sources yourself");
		rc = ak_fail(err, AK_EXIT_LIMIT, "the exports name more than one policy.yaml can hold (%llu bytes)", AK_MAX_YAML_BYTES);
	}
	if (rc == AK_OK && c->redactor) /* as ingest will */
		rc = ak_declared_text(c->redactor, "policy.yaml", ak_buf_str(&text), err);
	if (rc == AK_OK && (rc = ak_policy_parse("policy.yaml", ak_buf_str(&text), &policy, err)) == AK_OK) {
		out->answers = ak_policy_answers(&policy, &list);
		for (size_t i = 0; i < out->answers; i++)
			out->unknown += list[i].unknown;
		ak_free(list);
		ak_policy_release(&policy);
		rc = replace ? ak_fs_write_file(path, ak_buf_str(&text), 0600, true, err)
			     : ak_fs_write_missing(path, ak_buf_str(&text), 0600, err);
	}
	ak_buf_release(&text);
	return rc;
}

static enum ak_rc check_free(struct ak_ctx *c, const char *dir, struct ak_err *err)
{
	if (!c->keys_root)
		return ak_fail(err, AK_EXIT_REFUSED, "no place for keys: neither XDG_CONFIG_HOME nor HOME is set");
	if (ak_fs_exists(dir) && !ak_fs_is_dir(dir)) {
		ak_hint(err, "name a folder, or a name that is free");
		return ak_fail(err, AK_EXIT_USAGE, "'%s' is no folder", dir);
	}
	if (!ak_store_is_workspace(dir))
		return AK_OK;
	ak_hint(err, "'auditkit -w %s status' shows where it stands", dir);
	return ak_fail(err, AK_EXIT_USAGE, "'%s' is a workspace already", dir);
}

static enum ak_rc create(struct ak_ctx *c, struct made *m, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *formats = ak_fs_join(m->dir, "formats");
	struct made ignored = {.profile = m->profile, .key_file = m->key_file};

	/* The database comes last: it makes the folder a workspace. */
	if (ak_fs_mkdirs(formats, 0700, err) != AK_OK || write_policy(c, m->dir, NULL, false, &ignored, err) != AK_OK ||
	    ak_store_create(m->dir, c->keys_root, ak_ctx_given(c), err) != AK_OK || ak_store_open(m->dir, AK_STORE_WRITE, &c->store, err) != AK_OK)
		return AK_FAIL;
	m->keys = ak_arena_printf(&c->arena, "%s/%s", c->keys_root, c->store->id).p;
	return AK_OK;
}

/* ---- --discover ---- */

/* A workspace among the exports would be read as one of them. */
static enum ak_rc check_apart(const char *dir, const char *exports, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *up = ak_fs_dir(dir);
	AK_CLEANUP(ak_free_charp) char *inner = realpath(up, NULL), *outer = realpath(exports, NULL);
	size_t n = outer ? strlen(outer) : 0;

	if (!ak_fs_is_dir(exports)) {
		ak_hint(err, "--discover wants the folder that the exports lie in");
		return ak_fail(err, AK_EXIT_INPUT, "'%s' is not a folder", exports);
	}
	if (!inner || !outer || strncmp(inner, outer, n) != 0 || (inner[n] && inner[n] != '/' && strcmp(outer, "/") != 0) ||
	    strstr(inner + n, "/.") || ak_fs_base(dir).p[0] == '.')
		return AK_OK;
	ak_hint(err, "make the workspace beside them: auditkit init DIR --discover EXPORTS");
	return ak_fail(err, AK_EXIT_USAGE, "'%s' would stand among the exports", dir);
}

static enum ak_rc open_rest(struct ak_ctx *c, const struct made *m, struct ak_err *err)
{
	struct ak_field_plan plan = {0};
	struct ak_redact_opts o = {.ip4_prefix = 24, .ip6_prefix = 48, .plan = &plan};

	c->keys = ak_arena_zero(&c->arena, sizeof *c->keys);
	if (ak_keys_load(m->keys, c->store->kid, ak_ctx_given(c), c->keys, err) != AK_OK)
		return AK_FAIL;
	o.token_key = c->keys->token;
	memcpy(o.kid, c->keys->kid, sizeof o.kid);
	(void)ak_profile_find(m->profile, &plan.profile);
	c->redactor = ak_redactor_new(&o);
	return AK_OK;
}

/* What create made, where discovering failed behind it: the folder is as it was. Its first error is the one that is told. */
static void undo(struct ak_ctx *c, const struct made *m, bool had_dir, bool had_formats)
{
	static const char *const own[] = {AK_DB_NAME, "ingest.lock", "policy.yaml", "formats"};
	struct ak_err ignored = {0};

	ak_store_closep(&c->store);
	for (size_t i = 0; i < AK_COUNT(own); i++) {
		AK_CLEANUP(ak_free_charp) char *path = ak_fs_join(m->dir, own[i]);

		if (i < 3 || !had_formats)
			(void)ak_fs_remove_tree(path, &ignored);
	}
	if (!had_dir)
		(void)rmdir(m->dir);
	if (m->keys)
		(void)ak_fs_remove_tree(m->keys, &ignored);
}

/* A policy.yaml that is there has somebody's answers in it. */
static enum ak_rc check_policy(const char *dir, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *path = ak_fs_join(dir, "policy.yaml");

	if (!ak_fs_exists(path))
		return AK_OK;
	ak_hint(err, "move it away, or make the workspace without --discover: it keeps the file");
	return ak_fail(err, AK_EXIT_USAGE, "'%s' is there already, and --discover writes one", path);
}

static enum ak_rc discover(struct ak_ctx *c, const char *exports, struct made *m, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *formats = ak_fs_join(m->dir, "formats");
	bool had_dir = ak_fs_exists(m->dir), had_formats = ak_fs_exists(formats), made = false;
	struct ak_exports x = {0};
	enum ak_rc rc = check_apart(m->dir, exports, err);

	if (rc == AK_OK)
		rc = check_policy(m->dir, err);

	if (rc != AK_OK || (rc = ak_exports_read(exports, c->registry, &c->arena, &x, err)) != AK_OK)
		return rc;
	if (!x.recognised) {
		ak_hint(err, "'auditkit formats' lists what can be read, 'auditkit formats try FILE' says what is wrong with one");
		rc = ak_fail(err, AK_EXIT_INPUT, "none of the %zu files below '%s' has a format that is known", x.nfiles, exports);
	}
	made = rc == AK_OK;
	if (rc == AK_OK && (rc = create(c, m, err)) == AK_OK && (rc = open_rest(c, m, err)) == AK_OK) {
		ak_exports_group(&x, c->redactor);
		rc = ak_discover(c, &x, &m->seen, err);
	}
	if (rc == AK_OK) {
		json_object_set_new(m->seen, "exports", ak_discover_base(c, m->dir, exports));
		rc = write_policy(c, m->dir, m->seen, true, m, err);
	}
	if (rc != AK_OK && made)
		undo(c, m, had_dir, had_formats);
	ak_exports_release(&x);
	return rc;
}

/* ---- the report ---- */

static void print_found(struct ak_ctx *c, const struct made *m)
{
	const json_t *seen = m->seen, *unnamed = json_object_get(seen, "unnamed");
	char n[32], r[32];
	json_t *f;
	size_t i;

	ak_io_line(c->io, "found", "%s files, %zu sources, %llu apps, %llu keys, %zu providers; nothing stored yet",
		   ak_thousands(ak_jnum(seen, "files"), n), json_array_size(json_object_get(seen, "sources")),
		   (unsigned long long)ak_jnum(seen, "app_count"), (unsigned long long)ak_jnum(seen, "key_count"),
		   json_array_size(json_object_get(seen, "providers")));
	json_array_foreach((json_t *)unnamed, i, f)
		if (i < UNREAD_SHOWN)
			ak_io_line(c->io, "NOT READ", "%s: %s", ak_jtxt(f, "file", "?"), ak_jtxt(f, "why", "?"));
	if (i > UNREAD_SHOWN)
		ak_io_line(c->io, "", "and %zu more; policy.yaml and --json name them", i - UNREAD_SHOWN);
	if (i)
		ak_io_line(c->io, "", "'auditkit formats new FILE' drafts a mapping for what no format knows");
	if (ak_jnum(seen, "rejected"))
		ak_io_line(c->io, "rejected", "%s of %s records cannot be read; ingest will name them", ak_thousands(ak_jnum(seen, "rejected"), n),
			   ak_thousands(ak_jnum(seen, "records"), r));
	ak_io_line(c->io, "policy", "%zu answers filled in from the exports, %zu still say \"unknown\"; those %zu become gaps in the packet, "
				    "they do not stop you", m->answers - m->unknown, m->unknown, m->unknown);
}

static void print(struct ak_ctx *c, const struct made *m)
{
	/* The workspace of a folder is found without being named. */
	const char *w = strcmp(m->dir, ".auditkit") == 0 ? "" : ak_arena_printf(&c->arena, "-w %s ", ak_text_shell(&c->arena, m->dir)).p;

	ak_io_line(c->io, "created", "%s, mode 0700: workspace.db, policy.yaml, formats/", m->dir);
	if (m->key_file)
		ak_io_line(c->io, "keys", "2 in %s: log, packet; the pseudonym key is '%s'. Back them up.", m->keys, m->key_file);
	else
		ak_io_line(c->io, "keys", "3 in %s: log, packet, pseudonym. Back them up.", m->keys);
	if (m->seen) {
		print_found(c, m);
		ak_io_note(c->io, "next", "auditkit %singest", w);
		ak_io_note(c->io, "", "then: auditkit %spacket build --draft", w);
		return;
	}
	ak_io_line(c->io, "policy", "every answer in policy.yaml still says \"unknown\"; each becomes a gap in the packet, none stops you");
	ak_io_note(c->io, "next", "auditkit %singest EXPORT...", w);
}

static enum ak_rc print_json(struct ak_ctx *c, const struct made *m, struct ak_err *err)
{
	json_t *doc = json_pack("{s:s, s:i, s:s, s:s, s:s, s:s}", "schema", "auditkit.init/1", "format_version", 1, "workspace", m->dir,
				"workspace_id", c->store->id, "key_id", c->store->kid, "keys", m->keys);
	enum ak_rc rc;

	if (m->seen) {
		json_object_set(doc, "discovered", m->seen);
		json_object_set_new(doc, "policy_answers", json_integer((json_int_t)m->answers));
		json_object_set_new(doc, "policy_unknown", json_integer((json_int_t)m->unknown));
	}
	rc = ak_io_json(c->io, doc, err);
	json_decref(doc);
	return rc;
}

static enum ak_rc check_profile(const char *name, struct ak_err *err)
{
	enum ak_profile_id id;

	if (ak_profile_find(name, &id))
		return AK_OK;
	ak_hint(err, "profiles are default, hipaa, pci and strict; man auditkit-policy says what each removes");
	return ak_fail(err, AK_EXIT_USAGE, "there is no profile '%.40s'", name);
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	struct made m = {.profile = ak_args_text(c->args, "profile"), .key_file = c->elsewhere.file,
			 .dir = c->args->nwords ? c->args->word[0] : c->workspace ? c->workspace : ".auditkit"};
	const char *exports = ak_args_text(c->args, "discover");
	enum ak_rc rc = check_profile(m.profile, err);

	if (rc == AK_OK)
		rc = check_free(c, m.dir, err);
	if (rc == AK_OK)
		rc = exports ? discover(c, exports, &m, err) : create(c, &m, err);
	if (rc == AK_OK && c->json)
		rc = print_json(c, &m, err);
	else if (rc == AK_OK)
		print(c, &m);
	json_decref(m.seen);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_opt opts[] = {
	{"discover", 0, AK_OPT_INPUT, "EXPORTS", "read the exports in this folder and fill in policy.yaml; stores nothing"},
	{"profile", 0, AK_OPT_TEXT, "NAME", "default, hipaa, pci or strict: what redaction removes besides (auditkit-policy(5))"},
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example examples[] = {
	{"auditkit init ws", "make a workspace in the folder ws"},
	{"auditkit init ws --discover exports", "the same, with what the exports name in policy.yaml"},
	{"auditkit init ws --profile hipaa", "a workspace for records that may speak of patients"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_init = {
	.name = "init",
	.args = "[DIR]",
	.summary = "make a workspace, its keys and a policy.yaml to fill in",
	.text = "The workspace is a private folder (default .auditkit). Its three keys lie outside it, below\n"
		"$XDG_CONFIG_HOME/auditkit/keys; without them nothing can be ingested, so back them up. With --key-file the pseudonym\n"
		"key is one you have, 64 hex digits in a private file; redaction.key_file of policy.yaml then names it.\n"
		"With --discover the files below EXPORTS are read as ingest would and nothing is kept of them but what policy.yaml asks:\n"
		"sources with a path pattern each, apps, keys, providers and environments, all redacted. What the exports do not say\n"
		"stays unknown. Files that no source names are listed as NOT READ.",
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_REGISTRY | AK_NEED_OUTPUT | AK_NEED_NEWKEYS,
	.max_words = 1,
	.run = run,
};
