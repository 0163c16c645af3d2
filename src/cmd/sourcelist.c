#include "base/ak.h"
#include "cmd/sourcelist.h"

#include "base/fs.h"
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
