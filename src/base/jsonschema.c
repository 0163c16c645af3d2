#include "base/ak.h"
#include "base/jsonschema.h"

#include <stdio.h>

struct at {
	const struct at *up;
	const char *name; /* of a member, NULL for an element */
	size_t index;
	char *out;
	size_t cap;
};

enum { DEEPEST = 64 };

static const char *type_of(const json_t *v)
{
	static const char *const names[] = {
		[JSON_OBJECT] = "object", [JSON_ARRAY] = "array",   [JSON_STRING] = "string", [JSON_INTEGER] = "integer",
		[JSON_REAL] = "number",	  [JSON_TRUE] = "boolean", [JSON_FALSE] = "boolean", [JSON_NULL] = "null",
	};

	return names[json_typeof(v)];
}

static size_t path(const struct at *a, char *out, size_t cap)
{
	size_t n;
	int k;

	if (!a->up)
		return (size_t)snprintf(out, cap, "the document");
	n = a->up->up ? path(a->up, out, cap) : 0;
	if (n >= cap)
		return n;
	k = a->name ? snprintf(out + n, cap - n, "%s%.40s", n ? "." : "", a->name) : snprintf(out + n, cap - n, "[%zu]", a->index);
	return n + (size_t)k;
}

static bool says(const struct at *a, const char *what, const char *name)
{
	size_t n = path(a, a->out, a->cap);

	if (n < a->cap)
		snprintf(a->out + n, a->cap - n, " %s%.40s", what, name);
	return false;
}

static bool is_type(const char *type, const json_t *v)
{
	return type && (strcmp(type, type_of(v)) == 0 || (strcmp(type, "number") == 0 && json_is_integer(v)));
}

static bool typed(const json_t *type, const json_t *v)
{
	json_t *one;
	size_t i;

	if (!type || json_is_string(type))
		return !type || is_type(json_string_value(type), v);
	json_array_foreach((json_t *)type, i, one)
		if (is_type(json_string_value(one), v))
			return true;
	return false;
}

static bool among(const json_t *list, const json_t *v)
{
	json_t *one;
	size_t i;

	json_array_foreach((json_t *)list, i, one)
		if (json_equal(one, v))
			return true;
	return false;
}

static bool holds(const json_t *schema, const json_t *v, const struct at *a, int depth);

static bool members(const json_t *schema, const json_t *v, const struct at *a, int depth)
{
	const json_t *properties = json_object_get(schema, "properties"), *others = json_object_get(schema, "additionalProperties");
	const char *name;
	json_t *m;
	size_t i;

	json_array_foreach(json_object_get(schema, "required"), i, m)
		if (json_is_string(m) && !json_object_get(v, json_string_value(m)))
			return says(a, "has no ", json_string_value(m));
	json_object_foreach((json_t *)v, name, m) {
		const json_t *sub = json_object_get(properties, name);
		const struct at here = {a, sub ? name : "a member", 0, a->out, a->cap};

		if (!sub && json_is_false(others))
			return says(a, "has a member that it may not have", "");
		sub = sub ? sub : others;
		if (sub && !holds(sub, m, &here, depth + 1))
			return false;
	}
	return true;
}

static bool elements(const json_t *schema, const json_t *v, const struct at *a, int depth)
{
	const json_t *items = json_object_get(schema, "items");
	json_t *m;
	size_t i;

	json_array_foreach((json_t *)v, i, m) {
		const struct at here = {a, NULL, i, a->out, a->cap};

		if (items && !holds(items, m, &here, depth + 1))
			return false;
	}
	return true;
}

static bool holds(const json_t *schema, const json_t *v, const struct at *a, int depth)
{
	const json_t *fixed = json_object_get(schema, "const"), *list = json_object_get(schema, "enum");

	if (!json_is_object(schema))
		return !json_is_false(schema) || says(a, "may not be there", "");
	if (depth > DEEPEST)
		return says(a, "is too deep", "");
	if (!typed(json_object_get(schema, "type"), v))
		return says(a, "may not be of type ", type_of(v));
	if ((fixed && !json_equal(fixed, v)) || (list && !among(list, v)))
		return says(a, "has another value than it may have", "");
	if (json_is_object(v))
		return members(schema, v, a, depth);
	return !json_is_array(v) || elements(schema, v, a, depth);
}

bool ak_jsonschema_holds(const json_t *schema, const json_t *value, char *where, size_t n)
{
	const struct at top = {NULL, NULL, 0, where, n};

	if (n)
		*where = '\0';
	return holds(schema, value, &top, 0);
}
