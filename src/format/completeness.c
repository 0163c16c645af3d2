/* What a format documents about exports that are not whole. */
#include "base/ak.h"

#include "format/compiled.h"

#define MOST_SETTLES 31622400 /* a year */

static const struct ak_yaml_rule cap_members[] = {
	{.name = "rows", .type = AK_Y_INT, .required = true},
	{.name = "what", .type = AK_Y_STR, .required = true},
	{.name = NULL},
};
static const struct ak_yaml_rule members[] = {
	{.name = "caps", .type = AK_Y_LIST, .of = cap_members},
	{.name = "settles", .type = AK_Y_INT},
	{.name = "sequence", .type = AK_Y_STR},
	{.name = "truncated", .type = AK_Y_LIST},
	{.name = NULL},
};

static enum ak_rc caps(struct ak_compiler *c, const json_t *list)
{
	size_t n = json_array_size(list);
	struct ak_cap *cap = ak_arena_zero(&c->m->arena, (n + 1) * sizeof *cap);

	for (size_t i = 0; i < n; i++) {
		const json_t *item = json_array_get(list, i);
		json_int_t rows = json_integer_value(json_object_get(item, "rows"));

		if (rows < 1)
			return ak_compile_fail(c, item, "completeness.caps: 'rows' is 1 or more");
		cap[i] = (struct ak_cap){(uint64_t)rows, ak_compile_scalar(c, json_object_get(item, "what")).p};
	}
	c->m->cap = cap;
	return AK_OK;
}

static enum ak_rc truncated(struct ak_compiler *c, const json_t *list)
{
	size_t n = json_array_size(list);
	struct ak_cond **when = ak_arena_zero(&c->m->arena, (n + 1) * sizeof *when);
	enum ak_rc rc = AK_OK;

	for (size_t i = 0; i < n && !rc; i++)
		rc = ak_compile_when(c, json_array_get(list, i), &when[i]);
	c->m->truncated = when;
	return rc;
}

enum ak_rc ak_compile_completeness(struct ak_compiler *c)
{
	const json_t *node = ak_compile_member(c->yaml.root, "completeness");
	const json_t *settles = ak_compile_member(node, "settles"), *sequence = ak_compile_member(node, "sequence");
	struct ak_mapping *m = c->m;
	enum ak_rc rc = node ? ak_yaml_check(&c->yaml, node, members, "completeness", c->err) : AK_OK;

	m->sequence = AK_F_COUNT;
	m->settles = json_integer_value(settles);
	if (!rc && (m->settles < 0 || m->settles > MOST_SETTLES))
		rc = ak_compile_fail(c, settles, "completeness.settles: seconds, 0 to %d", MOST_SETTLES);
	if (!rc && sequence)
		rc = ak_compile_field(c, sequence, ak_compile_scalar(c, sequence), &m->sequence);
	if (!rc)
		rc = caps(c, ak_compile_member(node, "caps"));
	return rc ? rc : truncated(c, ak_compile_member(node, "truncated"));
}

const struct ak_cap *ak_mapping_cap(const struct ak_mapping *m, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (!m->cap[k].what)
			return NULL;
	return m->cap[i].what ? &m->cap[i] : NULL;
}

int64_t ak_mapping_settles(const struct ak_mapping *m) { return m->settles; }

int ak_mapping_sequence(const struct ak_mapping *m) { return m->sequence == AK_F_COUNT ? -1 : (int)m->sequence; }

bool ak_mapping_tells_cuts(const struct ak_mapping *m) { return m->truncated[0] || m->ncut; }
