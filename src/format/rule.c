#include "base/ak.h"

#include <stdio.h>

#include "base/limits.h"
#include "format/compiled.h"

/* RULE -> struct ak_rule. */

enum { MOST_SECONDS = 366 * 86400 };

static const struct ak_yaml_rule decimal_members[] = {
	{.name = "scale", .type = AK_Y_INT},
	{.name = "currency", .type = AK_Y_STR},
	{.name = NULL},
};
static const struct ak_yaml_rule split_members[] = {
	{.name = "by", .type = AK_Y_STR, .required = true},
	{.name = "take", .type = AK_Y_INT},
	{.name = NULL},
};
static const struct ak_yaml_rule diff_members[] = {
	{.name = "before", .type = AK_Y_STR_OR_LIST},
	{.name = "after", .type = AK_Y_STR_OR_LIST},
	{.name = "changes", .type = AK_Y_STR_OR_LIST},
	{.name = "members", .type = AK_Y_STR_OR_LIST},
	{.name = "partial", .type = AK_Y_BOOL},
	{.name = NULL},
};
static const struct ak_yaml_rule rule_members[] = {
	{.name = "path", .type = AK_Y_STR_OR_LIST},
	{.name = "const", .type = AK_Y_SCALAR},
	{.name = "sum", .type = AK_Y_STR_OR_LIST},
	{.name = "join", .type = AK_Y_STR_OR_LIST},
	{.name = "exported", .type = AK_Y_BOOL},
	{.name = "count", .type = AK_Y_STR_OR_LIST},
	{.name = "less", .type = AK_Y_INT},
	{.name = "diff", .type = AK_Y_MAP, .of = diff_members},
	{.name = "string", .type = AK_Y_BOOL},
	{.name = "int", .type = AK_Y_BOOL},
	{.name = "bool", .type = AK_Y_BOOL},
	{.name = "list", .type = AK_Y_BOOL},
	{.name = "decimal", .type = AK_Y_ANY},
	{.name = "time", .type = AK_Y_STR},
	{.name = "zone", .type = AK_Y_STR},
	{.name = "enum", .type = AK_Y_MAP},
	{.name = "split", .type = AK_Y_MAP, .of = split_members},
	{.name = "lower", .type = AK_Y_BOOL},
	{.name = "strip-prefix", .type = AK_Y_STR},
	{.name = "traceparent", .type = AK_Y_STR},
	{.name = "hex-or-base64", .type = AK_Y_INT},
	{.name = "minus", .type = AK_Y_STR},
	{.name = "plus", .type = AK_Y_INT},
	{.name = "when", .type = AK_Y_ANY},
	{.name = "key-from", .type = AK_Y_STR},
	{.name = "kind", .type = AK_Y_STR},
	{.name = "with", .type = AK_Y_STR},
	{.name = NULL},
};

/* Which field types a member of a rule is for. */
#define TYPE(t) (1u << AK_T_##t)
#define TEXTS                                                                                                          \
	(TYPE(ENUM) | TYPE(ID) | TYPE(NAME) | TYPE(CODE) | TYPE(URLPATH) | TYPE(TEMPLATE) | TYPE(UA) | TYPE(IP) |      \
	 TYPE(PERSON) | TYPE(TOKEN) | TYPE(KEY) | TYPE(TEXT) | TYPE(CURRENCY))
static const struct {
	const char *member;
	unsigned types;
} fits[] = {
	{"string", TEXTS},
	{"int", TYPE(INT)},
	{"bool", TYPE(BOOL)},
	{"list", TYPE(LIST)},
	{"decimal", TYPE(DEC) | TYPE(TIME)},
	{"time", TYPE(TIME) | TYPE(DEC)},
	{"zone", TYPE(TIME) | TYPE(DEC)},
	{"diff", TYPE(DIFF)},
	{"sum", TYPE(INT) | TYPE(DEC)},
	{"join", TYPE(NAME) | TYPE(ID)},
	{"with", TYPE(NAME) | TYPE(ID)},
	{"exported", TYPE(TIME)},
	{"count", TYPE(INT)},
	{"less", TYPE(INT)},
	{"minus", TYPE(DEC) | TYPE(TIME)},
	{"plus", TYPE(TIME)},
	{"traceparent", TEXTS},
	{"hex-or-base64", TEXTS},
	{"split", TEXTS | TYPE(LIST) | TYPE(INT) | TYPE(DEC)},
	{"enum", TEXTS | TYPE(LIST) | TYPE(INT) | TYPE(DEC) | TYPE(BOOL)},
	{"const", TEXTS | TYPE(LIST) | TYPE(INT) | TYPE(DEC) | TYPE(BOOL)},
	{"path", ~TYPE(DIFF)},
};

static enum ak_rc check_types(struct ak_compiler *c, enum ak_field_id f, const json_t *node)
{
	for (size_t i = 0; i < AK_COUNT(fits); i++)
		if (ak_compile_member(node, fits[i].member) && !(fits[i].types >> ak_fields[f].type & 1))
			return ak_compile_fail(c, node, "'%s' does not fit the field '%s' (%s)", fits[i].member,
					       ak_fields[f].column, ak_type_name(ak_fields[f].type));
	return AK_OK;
}

static enum ak_rc word_of(struct ak_compiler *c, const json_t *node, const char *member, const char *const *words,
			  int *out)
{
	const json_t *v = ak_compile_member(node, member);

	if (!v)
		return AK_OK;
	for (int i = 0; words[i]; i++)
		if (strcmp(words[i], json_string_value(v)) == 0) {
			*out = i + 1;
			return AK_OK;
		}
	return ak_compile_fail(c, v, "'%s' does not know '%s'", member, json_string_value(v));
}

static enum ak_rc clocks(struct ak_compiler *c, enum ak_field_id f, const json_t *node, struct ak_rule *r)
{
	static const char *const words[] = {"rfc3339", "s", "ms", "us", "ns", "ticks", "auto", "mdy", NULL};
	static const char *const parts[] = {"trace", "span", NULL};
	const json_t *zone = ak_compile_member(node, "zone"), *plus = ak_compile_member(node, "plus");
	int clock = ak_fields[f].type == AK_T_TIME ? AK_CLOCK_TEXT : AK_CLOCK_NONE, part = AK_TP_NONE;
	enum ak_rc rc = word_of(c, node, "time", words, &clock);

	if (!rc)
		rc = word_of(c, node, "traceparent", parts, &part);
	if (rc)
		return rc;
	if (clock && ak_fields[f].type == AK_T_DEC && !ak_compile_member(node, "minus"))
		return ak_compile_fail(c, node, "'time' of a number needs 'minus'");
	if (plus && (json_integer_value(plus) < 1 || json_integer_value(plus) > MOST_SECONDS))
		return ak_compile_fail(c, node, "'plus' is a number of seconds from 1 to %d", MOST_SECONDS);
	r->plus_us = json_integer_value(plus) * 1000000;
	r->clock = (enum ak_clock)clock;
	r->traceparent = (enum ak_traceparent)part;
	if (!zone)
		return AK_OK;
	r->zone = ak_compile_scalar(c, zone).p;
	return ak_compile_zone(c, zone);
}

static enum ak_rc decimals(struct ak_compiler *c, const json_t *node, struct ak_rule *r)
{
	const json_t *d = ak_compile_member(node, "decimal"), *currency = ak_compile_member(d, "currency");
	json_int_t scale = json_integer_value(ak_compile_member(d, "scale"));
	enum ak_rc rc = AK_OK;

	if (!d || json_is_true(d))
		return AK_OK;
	if (!json_is_object(d))
		return ak_compile_fail(c, node, "'decimal' is true or {scale: N, currency: xxx}");
	rc = ak_yaml_check(&c->yaml, d, decimal_members, "decimal", c->err);
	if (rc)
		return rc;
	if (scale < -18 || scale > 18)
		return ak_compile_fail(c, d, "a scale is from -18 to 18");
	r->scale = (int)scale;
	if (currency)
		r->currency = ak_compile_scalar(c, currency);
	return AK_OK;
}

static enum ak_rc modifiers(struct ak_compiler *c, enum ak_field_id f, const json_t *node, struct ak_rule *r)
{
	const json_t *split = ak_compile_member(node, "split"), *strip = ak_compile_member(node, "strip-prefix");
	const json_t *hex = ak_compile_member(node, "hex-or-base64"), *lower = ak_compile_member(node, "lower");

	if (split) {
		r->split = ak_compile_scalar(c, ak_compile_member(split, "by"));
		r->take = (int)json_integer_value(ak_compile_member(split, "take"));
		if (r->split.n != 1)
			return ak_compile_fail(c, split, "split: 'by' is one byte");
		if (!r->take && ak_fields[f].type != AK_T_LIST)
			return ak_compile_fail(c, split, "split: 'take' is needed for a field with one value");
	}
	if (strip)
		r->strip = ak_compile_scalar(c, strip);
	r->hex_bytes = (int)json_integer_value(hex);
	if (hex && (r->hex_bytes < 1 || r->hex_bytes > 64))
		return ak_compile_fail(c, hex, "hex-or-base64: 1 to 64 bytes");
	r->lower = json_is_true(lower);
	return AK_OK;
}

static enum ak_rc conditions(struct ak_compiler *c, const json_t *node, struct ak_rule *r)
{
	const json_t *when = ak_compile_member(node, "when"), *table = ak_compile_member(node, "enum");
	enum ak_rc rc = when ? ak_compile_when(c, when, &r->when) : AK_OK;

	if (!rc && table)
		rc = ak_compile_enum(c, table, &r->table);
	if (!rc)
		rc = ak_compile_paths(c, ak_compile_member(node, "key-from"), AK_PICK_VALUE, &r->key_from);
	if (!rc)
		rc = ak_compile_paths(c, ak_compile_member(node, "minus"), AK_PICK_VALUE, &r->minus);
	return rc;
}

static enum ak_rc long_form(struct ak_compiler *c, enum ak_field_id f, const json_t *node, struct ak_rule *r)
{
	char where[80];
	enum ak_rc rc;

	snprintf(where, sizeof(where), "fields.%s", ak_fields[f].column);
	rc = ak_yaml_check(&c->yaml, node, rule_members, where, c->err);
	if (!rc)
		rc = check_types(c, f, node);
	if (!rc)
		rc = clocks(c, f, node, r);
	if (!rc)
		rc = decimals(c, node, r);
	if (!rc)
		rc = modifiers(c, f, node, r);
	if (!rc)
		rc = conditions(c, node, r);
	return rc ? rc : ak_compile_source(c, f, node, r);
}

static enum ak_rc one_rule(struct ak_compiler *c, enum ak_field_id f, const json_t *node, struct ak_rule *r)
{
	if (json_is_object(node))
		return long_form(c, f, node, r);
	if (!json_is_string(node))
		return ak_compile_fail(c, node, "'%s': a rule is a path, a map or a list of rules",
				       ak_fields[f].column);
	if (ak_fields[f].type == AK_T_DIFF)
		return ak_compile_fail(c, node, "'%s' needs 'diff'", ak_fields[f].column);
	r->clock = ak_fields[f].type == AK_T_TIME ? AK_CLOCK_TEXT : AK_CLOCK_NONE;
	return ak_compile_paths(c, node, AK_PICK_VALUE, &r->refs);
}

static bool is_as_is(const struct ak_rule *r)
{
	return !r->take && !r->strip.n && !r->lower && !r->traceparent && !r->hex_bytes && !r->table;
}

/* The original text of the start is kept beside it. */
static bool is_single(enum ak_field_id f, const struct ak_rule *r)
{
	return r->op == AK_OP_PICK && !r->minus.n && !r->key_from.n && f != AK_F_START && ak_fields[f].ident == AK_I_NONE &&
	       ak_fields[f].type != AK_T_LIST;
}

enum ak_rc ak_compile_rule(struct ak_compiler *c, enum ak_field_id f, const json_t *node, struct ak_rule **out,
			   const char **text)
{
	struct ak_rule *first = NULL, **tail = &first;
	size_t n = json_is_array(node) ? json_array_size(node) : 1;
	struct ak_buf b;

	if (!n)
		return ak_compile_fail(c, node, "'%s': an empty list of rules", ak_fields[f].column);
	ak_buf_init(&b, AK_MAX_YAML_BYTES);
	for (size_t i = 0; i < n; i++) {
		const json_t *item = json_is_array(node) ? json_array_get(node, i) : node;
		enum ak_rc rc;

		*tail = ak_arena_zero(&c->m->arena, sizeof(**tail));
		rc = one_rule(c, f, item, *tail);
		(*tail)->as_is = is_as_is(*tail);
		(*tail)->single = is_single(f, *tail);
		if (rc) {
			ak_buf_release(&b);
			return rc;
		}
		ak_buf_adds(&b, i ? " | " : "");
		ak_compile_rule_text(item, &b);
		tail = &(*tail)->next;
	}
	*text = ak_arena_z(&c->m->arena, ak_buf_str(&b));
	ak_buf_release(&b);
	*out = first;
	return AK_OK;
}

enum ak_rc ak_compile_revision(struct ak_compiler *c, const json_t *node, struct ak_rule **out)
{
	static const struct ak_yaml_rule members[] = {
		{.name = "path", .type = AK_Y_STR_OR_LIST, .required = true},
		{.name = "time", .type = AK_Y_STR},
		{.name = "zone", .type = AK_Y_STR},
		{.name = NULL},
	};
	struct ak_rule *r = ak_arena_zero(&c->m->arena, sizeof(*r));
	const json_t *path = json_is_object(node) ? ak_compile_member(node, "path") : node;
	enum ak_rc rc = AK_OK;

	if (json_is_object(node)) {
		rc = ak_yaml_check(&c->yaml, node, members, "revision", c->err);
		if (!rc)
			rc = clocks(c, AK_F_START, node, r);
	}
	if (!rc)
		rc = ak_compile_paths(c, path, AK_PICK_VALUE, &r->refs);
	if (!rc)
		*out = r;
	return rc;
}
