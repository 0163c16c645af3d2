#include "base/ak.h"
#include "check/named.h"

#include "base/arena.h"
#include "base/text.h"
#include "check/said.h"

enum { TOLD = 8 };

const char *const ak_policy_names_sources[] = {"scope.control_point", "access.roles_from", NULL};

static bool listed(const json_t *sources, const char *name)
{
	json_t *v;
	size_t i;

	json_array_foreach((json_t *)sources, i, v)
		if (strcmp(json_string_value(json_object_get(v, "name")), name) == 0)
			return true;
	return false;
}

static bool declared(const struct ak_policy *p, const char *name)
{
	for (size_t i = 0; i < p->nsources; i++)
		if (strcmp(p->sources[i].name, name) == 0)
			return true;
	return false;
}

bool ak_policy_names_nothing(const struct ak_policy *p, const char *path, const json_t *sources, const char **wrong)
{
	const json_t *said = ak_policy_said(p, path), *v;
	bool admits = strcmp(path, "access.roles_from") == 0, asked = false;
	size_t n = json_is_array(said) ? json_array_size(said) : 1;

	for (size_t i = 0; ak_policy_names_sources[i]; i++)
		asked = asked || strcmp(path, ak_policy_names_sources[i]) == 0;
	if (!asked || !said || (!p->nsources && !json_array_size(sources)))
		return false;
	for (size_t i = 0; i < n; i++) {
		v = json_is_array(said) ? json_array_get(said, i) : said;
		if (!json_is_string(v) || listed(sources, json_string_value(v)) || declared(p, json_string_value(v)) ||
		    (admits && json_object_get(ak_policy_get(p, "not_provided"), json_string_value(v))))
			continue;
		*wrong = json_string_value(v);
		return true;
	}
	return false;
}

struct near {
	const char *name;
	int far;
	size_t at;
};

static int nearer(const void *a, const void *b)
{
	const struct near *x = a, *y = b;

	return x->far != y->far ? x->far - y->far : x->at < y->at ? -1 : 1;
}

const char *ak_policy_sources_near(const struct ak_policy *p, const json_t *sources, const char *name, struct ak_arena *a)
{
	size_t n = 0, most = (p ? p->nsources : 0) + json_array_size(sources);
	struct near *list = ak_arena_zero(a, (most + 1) * sizeof *list);
	struct ak_buf b;
	const char *text;

	for (size_t i = 0; i < most; i++) {
		bool ours = p && i < p->nsources;
		const char *one = ours ? p->sources[i].name : json_string_value(json_object_get(json_array_get(sources, i - (p ? p->nsources : 0)), "name"));

		if (ours || !p || !declared(p, one)) {
			list[n] = (struct near){one, ak_text_distance(ak_str_of(name), ak_str_of(one)), n};
			n++;
		}
	}
	ak_sort(list, n, sizeof *list, nearer);
	ak_buf_init(&b, 1 << 16);
	for (size_t i = 0; i < n && i < TOLD; i++)
		ak_buf_addf(&b, "%s%s", i ? ", " : "", list[i].name);
	if (n > TOLD)
		ak_buf_addf(&b, " and %zu more", n - TOLD);
	text = ak_arena_z(a, ak_buf_str(&b));
	ak_buf_release(&b);
	return text;
}
