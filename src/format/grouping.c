/* What an aggregate export must be grouped by before it answers a question. */
#include "base/ak.h"

#include "format/compiled.h"

static const struct ak_yaml_rule members[] = {
	{.name = "field", .type = AK_Y_STR, .required = true},
	{.name = "as", .type = AK_Y_STR, .required = true},
	{.name = "questions", .type = AK_Y_LIST, .required = true},
	{.name = "again", .type = AK_Y_STR, .required = true},
	{.name = NULL},
};

static bool is_dim(const struct ak_mapping *m, enum ak_field_id f)
{
	for (size_t i = 0; i < m->ndims; i++)
		if (m->dims[i] == f)
			return true;
	return false;
}

static enum ak_rc questions(struct ak_compiler *c, const json_t *list, struct ak_grouping *out)
{
	size_t i;
	json_t *n;

	json_array_foreach((json_t *)list, i, n) {
		json_int_t number = json_is_integer(n) ? json_integer_value(n) : 0;

		if (number < 1 || number > AK_GROUPING_QUESTIONS)
			return ak_compile_fail(c, list, "questions are numbers from 1 to %d", AK_GROUPING_QUESTIONS);
		out->questions |= 1u << number;
	}
	return AK_OK;
}

enum ak_rc ak_compile_grouping(struct ak_compiler *c)
{
	const json_t *list = ak_compile_member(c->yaml.root, "grouping");
	size_t n = json_array_size(list);
	struct ak_grouping *g = ak_arena_zero(&c->m->arena, (n + 1) * sizeof *g);

	for (size_t i = 0; i < n; i++) {
		const json_t *item = json_array_get(list, i);
		enum ak_rc rc = ak_yaml_check(&c->yaml, item, members, "grouping", c->err);

		if (!rc)
			rc = ak_compile_field(c, item, ak_compile_scalar(c, json_object_get(item, "field")), &g[i].field);
		if (!rc && !is_dim(c->m, g[i].field))
			rc = ak_compile_fail(c, item, "grouping: '%s' is not one of the dims", ak_fields[g[i].field].column);
		if (!rc)
			rc = questions(c, json_object_get(item, "questions"), &g[i]);
		if (rc)
			return rc;
		g[i].as = ak_compile_scalar(c, json_object_get(item, "as")).p;
		g[i].again = ak_compile_scalar(c, json_object_get(item, "again")).p;
	}
	c->m->grouping = g;
	c->m->ngrouping = n;
	return AK_OK;
}

const struct ak_grouping *ak_mapping_grouping(const struct ak_mapping *m, size_t i)
{
	return i < m->ngrouping ? &m->grouping[i] : NULL;
}
