#include "base/ak.h"
#include "cmd/sourcematch.h"

#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>

#include "base/fs.h"
#include "cmd/sourcelist.h"

/* Where files of a source lie: the real path of a file or folder, or of the folder that a pattern starts from. */
struct ak_source_place {
	const char *path;    /* NULL: nowhere */
	const char *pattern; /* of what stands behind path and a slash; NULL: path itself and all below it */
};

static struct ak_source_place place_of(struct ak_ctx *c, const char *path)
{
	size_t plain = path ? strcspn(path, "*?[") : 0;
	struct ak_source_place p = {0};
	char real[PATH_MAX];

	if (!path)
		return p;
	if (path[plain] && !ak_fs_exists(path)) {
		while (plain && path[plain - 1] != '/')
			plain--;
		p.pattern = path + plain;
		path = plain ? ak_arena_z(&c->arena, ak_str_n(path, plain)) : ".";
	}
	if (realpath(path, real))
		p.path = ak_arena_z(&c->arena, ak_str_of(real));
	return p;
}

static const char *first_of(const char *given, const char *declared)
{
	if (given)
		return given;
	return declared && strcmp(declared, "unknown") != 0 ? declared : NULL;
}

void ak_sourcematch_init(struct ak_ctx *c, const struct ak_ingest_source *given, struct ak_ingest_source **list, size_t *n,
			 struct ak_sourcematch *out)
{
	size_t count = c->policy ? c->policy->nsources : 0;
	struct ak_ingest_source *s = ak_arena_zero(&c->arena, (count + 1) * sizeof *s);

	*out = (struct ak_sourcematch){ak_arena_zero(&c->arena, (count + 1) * sizeof *out->place), count};
	s[0] = *given;
	for (size_t i = 0; i < count; i++) {
		const struct ak_policy_source *p = &c->policy->sources[i];

		s[i + 1] = (struct ak_ingest_source){.name = p->name, .format = first_of(given->format, p->format),
						     .owner = first_of(given->owner, p->owner), .system = first_of(given->system, p->system),
						     .query = first_of(given->query, p->query), .tz = first_of(given->tz, p->tz),
						     .exported_at = given->exported_at};
		out->place[i] = place_of(c, ak_sourcelist_path(c, p));
	}
	*list = s;
	*n = count + 1;
}

static bool holds(const struct ak_source_place *p, const char *file)
{
	size_t n = p->path ? strlen(p->path) : 0;

	if (!n || strncmp(file, p->path, n) != 0)
		return false;
	if (n > 1 && file[n] != '/')
		return !file[n] && !p->pattern;
	file += n > 1 ? n + 1 : n;
	return !p->pattern || fnmatch(p->pattern, file, FNM_PATHNAME | FNM_PERIOD) == 0;
}

size_t ak_sourcematch_find(const struct ak_sourcematch *m, const char *argument, const char *below)
{
	AK_CLEANUP(ak_free_charp) char *path = below ? ak_fs_join(argument, below) : ak_strdup(argument);
	char file[PATH_MAX];

	if (!realpath(path, file))
		return 0;
	for (size_t i = 0; i < m->n; i++)
		if (holds(&m->place[i], file))
			return i + 1;
	return 0;
}
