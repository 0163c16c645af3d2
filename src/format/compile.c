#include "base/ak.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"
#include "base/time.h"
#include "format/compiled.h"

enum ak_rc ak_compile_fail(struct ak_compiler *c, const json_t *node, const char *fmt, ...)
{
	int line = ak_yaml_line(&c->yaml, node);
	char what[AK_ERR_MSG];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return ak_fail(c->err, AK_EXIT_USAGE, "%s:%d: %s", c->yaml.name, line ? line : ak_yaml_line(&c->yaml, c->near),
		       what);
}

struct ak_str ak_compile_scalar(struct ak_compiler *c, const json_t *node)
{
	switch (json_typeof(node)) {
	case JSON_STRING:
		return ak_arena_str(&c->m->arena, ak_str_n(json_string_value(node), json_string_length(node)));
	case JSON_INTEGER:
		return ak_arena_printf(&c->m->arena, "%" JSON_INTEGER_FORMAT, json_integer_value(node));
	case JSON_TRUE:
		return AK_STR("true");
	case JSON_FALSE:
		return AK_STR("false");
	default:
		return (struct ak_str){NULL, 0};
	}
}

/* The same path below each member that may hold the record. */
static enum ak_rc wrapped_too(struct ak_compiler *c, struct ak_trie *tries, struct ak_str path, enum ak_pick_how how, int slot,
			      const json_t *node)
{
	const json_t *list = ak_compile_member(c->yaml.root, "wrapped");
	struct ak_err why = {0};

	for (size_t i = 0; i < json_array_size(list); i++) {
		struct ak_str in = ak_compile_scalar(c, json_array_get(list, i));

		if (in.n < 2 || in.p[0] != '/' || c->m->info.csv)
			return ak_compile_fail(c, list, "'wrapped' is a list of paths, of JSON only");
		if (ak_trie_also(tries, ak_arena_printf(&c->m->arena, "%.*s%.*s", AK_STR_FMT(in), AK_STR_FMT(path)), how, slot, &why))
			return ak_compile_fail(c, node, "%s", why.msg);
	}
	return AK_OK;
}

enum ak_rc ak_compile_path(struct ak_compiler *c, struct ak_trie *tries, const json_t *node, enum ak_pick_how how,
			   struct ak_ref *out)
{
	struct ak_str s = node && json_is_string(node) ? ak_compile_scalar(c, node) : (struct ak_str){NULL, 0};
	struct ak_err why = {0};
	int level = 0;

	while (s.n && s.p[0] == '^') {
		level++;
		s.p++;
		s.n--;
	}
	if (!s.n || s.p[0] != '/')
		return ak_compile_fail(c, node, "a path is text that begins with '/' or '^'");
	if (level && c->m->info.csv)
		return ak_compile_fail(c, node, "a CSV row has no parent object");
	if (level >= AK_LEVELS)
		return ak_compile_fail(c, node, "at most %d parent objects", AK_CTX_MAX);
	if (ak_trie_add(&tries[level], s, how, &out->slot, &why))
		return ak_compile_fail(c, node, "%s", why.msg);
	out->level = level;
	return level ? AK_OK : wrapped_too(c, tries, s, how, out->slot, node);
}

enum ak_rc ak_compile_paths(struct ak_compiler *c, const json_t *node, enum ak_pick_how how, struct ak_refs *out)
{
	size_t n = !node ? 0 : json_is_array(node) ? json_array_size(node) : 1;
	struct ak_refs refs = {ak_arena_zero(&c->m->arena, (n + 1) * sizeof(*refs.at)), n};

	for (size_t i = 0; i < n; i++) {
		const json_t *path = json_is_array(node) ? json_array_get(node, i) : node;
		enum ak_rc rc = ak_compile_path(c, c->m->trie, path, how, &refs.at[i]);

		if (rc)
			return rc;
	}
	*out = refs;
	return AK_OK;
}

enum ak_rc ak_compile_literals(struct ak_compiler *c, const json_t *node, bool prefixes, struct ak_literal **out,
			       size_t *n)
{
	size_t count = !node ? 0 : json_is_array(node) ? json_array_size(node) : 1;
	struct ak_literal *lit = ak_arena_zero(&c->m->arena, (count + 1) * sizeof(*lit));

	for (size_t i = 0; i < count; i++) {
		struct ak_str s = ak_compile_scalar(c, json_is_array(node) ? json_array_get(node, i) : node);

		if (!s.p)
			return ak_compile_fail(c, node, "expected a single value or a list of them");
		lit[i].prefix = prefixes && s.n && s.p[s.n - 1] == '*';
		lit[i].text = ak_str_n(s.p, s.n - lit[i].prefix);
	}
	*out = lit;
	*n = count;
	return AK_OK;
}

static enum ak_rc unknown_column(struct ak_compiler *c, const json_t *list, struct ak_str name)
{
	const char *names[AK_F_COUNT + 1] = {NULL};
	const char *near;
	size_t n = 0;

	/* team: team_id, team_name. Half a name says more than the nearest spelling. */
	for (int i = 0; i < AK_F_COUNT; i++)
		if (ak_str_starts(ak_str_of(ak_fields[i].column), name) && ak_fields[i].column[name.n] == '_')
			names[n++] = ak_fields[i].column;
	if (n)
		return ak_compile_fail(c, list, "unknown field '%.*s' (there is '%s'%s%s%s)", AK_STR_FMT(name), names[0], n > 1 ? ", '" : "",
				       n > 1 ? names[1] : "", n > 1 ? "'" : "");
	for (int i = 0; i < AK_F_COUNT; i++)
		names[i] = ak_fields[i].column;
	near = ak_text_nearest(name, names);
	if (near)
		return ak_compile_fail(c, list, "unknown field '%.*s' (did you mean '%s'?)", AK_STR_FMT(name), near);
	return ak_compile_fail(c, list, "unknown field '%.*s'", AK_STR_FMT(name));
}

enum ak_rc ak_compile_field(struct ak_compiler *c, const json_t *near, struct ak_str name, enum ak_field_id *out)
{
	int f = ak_field_find(name);
	unsigned kinds = c->m->info.kinds;

	if (f < 0)
		return unknown_column(c, near, name);
	if (!(ak_fields[f].kinds & kinds))
		return ak_compile_fail(c, near, "no record kind of this mapping has a field '%.*s'", AK_STR_FMT(name));
	*out = (enum ak_field_id)f;
	return AK_OK;
}

enum ak_rc ak_compile_columns(struct ak_compiler *c, const json_t *node, enum ak_field_id **out, size_t *n)
{
	size_t count = json_array_size(node);
	enum ak_field_id *f = ak_arena_zero(&c->m->arena, (count + 1) * sizeof(*f));

	for (size_t i = 0; i < count; i++) {
		const json_t *item = json_array_get(node, i);
		struct ak_str name = ak_compile_scalar(c, item);
		enum ak_rc rc = ak_compile_field(c, node, name, &f[i]);

		if (rc)
			return rc;
	}
	*out = f;
	*n = count;
	return AK_OK;
}

enum ak_rc ak_compile_zone(struct ak_compiler *c, const json_t *node)
{
	struct ak_time t;

	if (ak_time_parse(AK_STR("2024-01-15 12:00:00"), json_string_value(node), &c->m->arena, &t, NULL))
		return ak_compile_fail(c, node, "unknown zone '%s'", json_string_value(node));
	return AK_OK;
}
