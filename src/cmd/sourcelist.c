#include "base/ak.h"
#include "cmd/sourcelist.h"

#include "base/fs.h"

static const char *given(const char *text) { return text && strcmp(text, "unknown") != 0 ? text : NULL; }

const char *ak_sourcelist_path(struct ak_ctx *c, const struct ak_policy_source *p)
{
	AK_CLEANUP(ak_free_charp) char *dir = ak_fs_dir(c->policy_path);
	const char *path = given(p->path);

	return !path || path[0] == '/' ? path : ak_arena_printf(&c->arena, "%s/%s", dir, path).p;
}

enum ak_rc ak_sourcelist_from_policy(struct ak_ctx *c, struct ak_ingest_source **out, size_t *n, struct ak_err *err)
{
	struct ak_ingest_source *list;

	if (!c->policy || !c->policy->nsources) {
		ak_hint(err, "name the exports: auditkit ingest FILE..., or list them below 'sources:' in policy.yaml");
		return ak_fail(err, AK_EXIT_USAGE, "nothing to ingest: policy.yaml names no sources");
	}
	list = ak_arena_zero(&c->arena, c->policy->nsources * sizeof *list);
	for (size_t i = 0; i < c->policy->nsources; i++) {
		const struct ak_policy_source *p = &c->policy->sources[i];
		const char **paths = ak_arena_zero(&c->arena, 2 * sizeof *paths);
		paths[0] = ak_sourcelist_path(c, p);
		if (!paths[0]) {
			ak_hint(err, "fill in policy.yaml line %d", p->line);
			return ak_fail(err, AK_EXIT_USAGE, "source '%s' of policy.yaml has no path", p->name);
		}
		list[i] = (struct ak_ingest_source){.name = p->name, .format = given(p->format), .owner = given(p->owner),
						    .system = given(p->system), .query = given(p->query), .tz = given(p->tz), .paths = paths, .npaths = 1};
	}
	*out = list;
	*n = c->policy->nsources;
	return AK_OK;
}
