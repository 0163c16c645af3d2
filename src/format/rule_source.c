#include "base/ak.h"

#include "base/limits.h"
#include "format/convert.h"

/* What a rule takes its value from: a path, a constant, or what is made of several paths. */

static enum ak_rc constant(struct ak_compiler *c, enum ak_field_id f, const json_t *value, struct ak_rule *r)
{
	struct ak_convert conv = {.m = c->m, .arena = &c->m->arena, .scratch = &c->m->arena};
	struct ak_pick p = {.type = AK_J_STR, .text = ak_compile_scalar(c, value)};
	int got;

	r->op = AK_OP_CONST;
	ak_buf_init(&conv.buf, AK_MAX_KEPT_VALUE_BYTES);
	got = ak_convert_pick(&conv, r, f, &p, NULL, &r->constant);
	ak_convert_release(&conv);
	if (got != AK_GOT)
		return ak_compile_fail(c, value, "this constant does not fit the field '%s' (%s)", ak_fields[f].column,
				       ak_type_name(ak_fields[f].type));
	return AK_OK;
}

/* Members are called what the last step of their path is called. */
static const struct ak_str *last_steps(struct ak_compiler *c, const json_t *paths)
{
	size_t n = json_is_array(paths) ? json_array_size(paths) : 1;
	struct ak_str *name = ak_arena_zero(&c->m->arena, n * sizeof(*name));

	for (size_t i = 0; i < n; i++) {
		struct ak_str path = ak_compile_scalar(c, json_is_array(paths) ? json_array_get(paths, i) : paths);
		size_t from = path.n;

		while (from && path.p[from - 1] != '/')
			from--;
		name[i] = ak_str_n(path.p + from, path.n - from);
		name[i].n = ak_str_find(name[i], '|');
	}
	return name;
}

static enum ak_rc diff(struct ak_compiler *c, const json_t *node, struct ak_rule *r)
{
	const json_t *changes = ak_compile_member(node, "changes"), *members = ak_compile_member(node, "members");
	const json_t *before = ak_compile_member(node, "before"), *after = ak_compile_member(node, "after");
	enum ak_rc rc;

	if (!changes + !members + !(before || after) != 2)
		return ak_compile_fail(c, node, "diff: give before and after, or changes, or members");
	r->partial = ak_compile_says(node, "partial");
	if (r->partial && !(before && after))
		return ak_compile_fail(c, node, "diff: 'partial' wants before and after");
	r->op = changes ? AK_OP_CHANGES : members ? AK_OP_MEMBERS : AK_OP_DIFF;
	rc = ak_compile_paths(c, changes ? changes : members ? members : before, AK_PICK_VALUE, &r->refs);
	if (!rc && members)
		r->name = last_steps(c, members);
	return rc ? rc : ak_compile_paths(c, after, AK_PICK_VALUE, &r->after);
}

/* What stands between the texts of a join: an id would be none with blanks in it. */
static enum ak_rc glue(struct ak_compiler *c, enum ak_field_id f, const json_t *node, struct ak_rule *r)
{
	const json_t *with = ak_compile_member(node, "with");

	if (with && !ak_compile_member(node, "join"))
		return ak_compile_fail(c, with, "'with' belongs to 'join'");
	if (!with && ak_compile_member(node, "join") && ak_fields[f].type == AK_T_ID)
		return ak_compile_fail(c, node, "'join' needs 'with' for the field '%s' (id)", ak_fields[f].column);
	r->glue = with ? ak_compile_scalar(c, with) : AK_STR(", ");
	if (ak_fields[f].type == AK_T_ID && with && (r->glue.n != 1 || !strchr("._:/@+=-", r->glue.p[0])))
		return ak_compile_fail(c, with, "'with' is one of . _ : / @ + = - for an id");
	return AK_OK;
}

enum ak_rc ak_compile_source(struct ak_compiler *c, enum ak_field_id f, const json_t *node, struct ak_rule *r)
{
	const json_t *path = ak_compile_member(node, "path"), *value = ak_compile_member(node, "const");
	const json_t *sum = ak_compile_member(node, "sum"), *d = ak_compile_member(node, "diff");
	const json_t *join = ak_compile_member(node, "join"), *exported = ak_compile_member(node, "exported");
	const json_t *counted = ak_compile_member(node, "count"), *less = ak_compile_member(node, "less");
	enum ak_rc rc;

	if (!path + !value + !sum + !d + !join + !exported + !counted != 6)
		return ak_compile_fail(c, node, "'%s': give one of path, const, sum, join, exported, count and diff",
				       ak_fields[f].column);
	if (less && (!counted || json_integer_value(less) < 1))
		return ak_compile_fail(c, node, "'less' is a number from 1 that is taken off a 'count'");
	r->less = json_integer_value(less);
	if (value)
		return constant(c, f, value, r);
	if (d)
		return diff(c, d, r);
	rc = glue(c, f, node, r);
	if (rc)
		return rc;
	r->op = sum ? AK_OP_SUM : join ? AK_OP_JOIN : exported ? AK_OP_EXPORTED : counted ? AK_OP_COUNT : AK_OP_PICK;
	return ak_compile_paths(c, sum ? sum : join ? join : counted ? counted : path, AK_PICK_VALUE, &r->refs);
}
