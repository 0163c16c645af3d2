#include "base/ak.h"
#include "cmd/sourcelist.h"

#include "base/fs.h"
#include "base/map.h"
#include "io/expand.h"
#include "io/source.h"

static const char *given(const char *text) { return text && strcmp(text, "unknown") != 0 ? text : NULL; }

static const char *below(struct ak_ctx *c, const char *dir, const char *path)
{
	return path[0] == '/' ? path : ak_arena_printf(&c->arena, "%s/%s", dir, path).p;
}

static const char *base_folder(struct ak_ctx *c)
{
	AK_CLEANUP(ak_free_charp) char *dir = ak_fs_dir(c->policy_path);
	const char *own = ak_arena_z(&c->arena, ak_str_of(dir));

	return c->policy->exports ? below(c, own, c->policy->exports) : own;
}

const char *ak_sourcelist_path(struct ak_ctx *c, const struct ak_policy_source *p)
{
	return given(p->path) ? below(c, base_folder(c), p->path) : NULL;
}

/* Does the path name anything? Folders are walked, nothing is opened. */
static bool matches(const char *path, struct ak_err *why)
{
	struct ak_inputs *in = NULL;
	bool found = ak_inputs_open(&path, 1, &in, why) == AK_OK;

	ak_inputs_free(in);
	return found;
}

static enum ak_rc pick(struct ak_ctx *c, struct ak_ingest_source *list, size_t *n, json_t *missing,
		       struct ak_err *err)
{
	for (size_t i = 0; i < c->policy->nsources; i++) {
		const struct ak_policy_source *p = &c->policy->sources[i];
		const char **paths = ak_arena_zero(&c->arena, 2 * sizeof *paths);
		struct ak_err why = {0};

		paths[0] = ak_sourcelist_path(c, p);
		if (!paths[0] && p->pull)
			continue; /* `auditkit pull --all` gets it */
		if (!paths[0]) {
			ak_hint(err, "fill in policy.yaml line %d", p->line);
			return ak_fail(err, AK_EXIT_USAGE, "source '%s' of policy.yaml has no path", p->name);
		}
		if (!matches(paths[0], &why)) {
			json_array_append_new(missing, json_pack("{s:s, s:i, s:s}", "source", p->name, "line", p->line, "why", why.msg));
			continue;
		}
		list[(*n)++] = (struct ak_ingest_source){.name = p->name, .format = given(p->format), .owner = given(p->owner), .system = given(p->system),
							 .query = given(p->query), .tz = given(p->tz), .paths = paths, .npaths = 1};
	}
	return AK_OK;
}

enum ak_rc ak_sourcelist_from_policy(struct ak_ctx *c, struct ak_ingest_source **out, size_t *n, json_t **missing,
				     struct ak_err *err)
{
	struct ak_ingest_source *list;
	size_t found = 0;

	if (!c->policy || !c->policy->nsources) {
		ak_hint(err, "name the exports: auditkit ingest FILE..., or list them below 'sources:' in policy.yaml");
		return ak_fail(err, AK_EXIT_USAGE, "nothing to ingest: policy.yaml names no sources");
	}
	list = ak_arena_zero(&c->arena, c->policy->nsources * sizeof *list);
	*missing = json_array();
	if (pick(c, list, &found, *missing, err) != AK_OK)
		return AK_FAIL;
	if (!found && !json_array_size(*missing)) {
		ak_hint(err, "run 'auditkit pull --all'");
		return ak_fail(err, AK_EXIT_USAGE, "nothing to ingest: the sources of policy.yaml are pulled, none of them is a file");
	}
	if (!found) {
		ak_hint(err, "correct 'exports:' in policy.yaml, the folder that the paths start from");
		return ak_fail(err, AK_EXIT_INPUT, "none of the %zu sources of policy.yaml has a file below '%s'; the first one: %s",
			       c->policy->nsources, base_folder(c),
			       json_string_value(json_object_get(json_array_get(*missing, 0), "why")));
	}
	*out = list;
	*n = found;
	return AK_OK;
}

const char *ak_sourcelist_exports(struct ak_ctx *c)
{
	return c->policy && c->policy->exports ? base_folder(c) : NULL;
}

/* Which file it is, however its path is spelled. */
static struct ak_str identity(const struct ak_disk_file *f, uint64_t id[2])
{
	AK_CLEANUP(ak_free_charp) char *path = f->rel ? ak_fs_join(f->export_->argument, f->rel) : ak_strdup(f->export_->argument);
	struct stat st = {0};

	if (stat(path, &st) != 0)
		return (struct ak_str){0};
	id[0] = (uint64_t)st.st_dev;
	id[1] = (uint64_t)st.st_ino;
	return ak_str_n((const char *)id, 2 * sizeof *id);
}

/* A source that cannot be listed names nothing; ingest says of it what is wrong. */
static void add_named(const struct ak_ingest_source *s, struct ak_map *named)
{
	struct ak_expansion x = {0};
	struct ak_err ignored = {0};
	uint64_t id[2];

	if (ak_expand(&x, s->paths, s->npaths, &ignored) == AK_OK)
		for (size_t i = 0; i < x.nfiles; i++)
			ak_map_put(named, identity(&x.files[i], id), NULL);
	ak_expand_release(&x);
}

enum ak_rc ak_sourcelist_unnamed(struct ak_ctx *c, const struct ak_ingest_source *list, size_t n, json_t **out, struct ak_err *err)
{
	const char *folder = ak_sourcelist_exports(c);
	struct ak_expansion x = {0};
	struct ak_map named;
	uint64_t id[2];
	json_t *files = json_array();
	enum ak_rc rc = AK_OK;

	ak_map_init(&named);
	for (size_t i = 0; i < n && folder; i++)
		add_named(&list[i], &named);
	if (folder)
		rc = ak_expand(&x, &folder, 1, err);
	for (size_t i = 0; i < x.nfiles && rc == AK_OK; i++)
		if (x.files[i].rel && !ak_map_get(&named, identity(&x.files[i], id))) {
			struct ak_str safe = ak_redact_text(c->redactor, ak_str_of(x.files[i].rel), &c->arena, NULL);

			json_array_append_new(files, json_stringn(safe.p, safe.n));
		}
	*out = json_pack("{s:I, s:o}", "of", (json_int_t)x.nfiles, "files", files);
	ak_map_release(&named);
	ak_expand_release(&x);
	return rc;
}
