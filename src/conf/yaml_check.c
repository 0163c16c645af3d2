#include "base/ak.h"

#include "base/text.h"
#include "conf/yaml.h"

#define PATH_MAX_BYTES 512

static enum ak_rc node_check(const struct ak_yaml *y, const json_t *node, const struct ak_yaml_rule *rules,
			     struct ak_buf *where, struct ak_err *err);

static const char *const type_words[] = {
	[AK_Y_STR] = "text",
	[AK_Y_INT] = "a whole number",
	[AK_Y_BOOL] = "true or false",
	[AK_Y_ANY] = "a value",
	[AK_Y_LIST] = "a list",
	[AK_Y_MAP] = "a map",
	[AK_Y_STR_OR_LIST] = "text or a list of texts",
	[AK_Y_SCALAR] = "a single value",
	[AK_Y_MAP_OR_UNKNOWN] = "a map or the word unknown",
	[AK_Y_LIST_OR_UNKNOWN] = "a list or the word unknown",
};

static bool is_texts(const json_t *v)
{
	size_t i;
	json_t *item;
	json_array_foreach((json_t *)v, i, item)
	{
		if (!json_is_string(item))
			return false;
	}
	return true;
}

static bool is_unknown(const json_t *v)
{
	return json_is_string(v) && strcmp(json_string_value(v), "unknown") == 0;
}

static bool type_fits(const json_t *v, enum ak_yaml_type type)
{
	switch (type) {
	case AK_Y_STR:
		return json_is_string(v);
	case AK_Y_INT:
		return json_is_integer(v);
	case AK_Y_BOOL:
		return json_is_boolean(v);
	case AK_Y_LIST:
		return json_is_array(v);
	case AK_Y_MAP:
		return json_is_object(v);
	case AK_Y_STR_OR_LIST:
		return json_is_string(v) || (json_is_array(v) && is_texts(v));
	case AK_Y_SCALAR:
		return json_is_string(v) || json_is_integer(v) || json_is_boolean(v);
	case AK_Y_MAP_OR_UNKNOWN:
		return json_is_object(v) || is_unknown(v);
	case AK_Y_LIST_OR_UNKNOWN:
		return json_is_array(v) || is_unknown(v);
	case AK_Y_ANY:
		return true;
	}
	return false;
}

/* " in 'retention.request'", or nothing at the top. */
static void where_words(const struct ak_buf *where, char out[PATH_MAX_BYTES])
{
	out[0] = '\0';
	if (where->n == 0)
		return;
	struct ak_buf b;
	ak_buf_init(&b, PATH_MAX_BYTES - 1);
	ak_buf_addf(&b, " in '%.200s'", where->p);
	memcpy(out, b.p, b.n + 1);
	ak_buf_release(&b);
}

static enum ak_rc unknown_key(const struct ak_yaml *y, const json_t *object, const char *key,
			      const struct ak_yaml_rule *rules, const struct ak_buf *where, struct ak_err *err)
{
	size_t n = 0;
	while (rules[n].name)
		n++;
	const char **names = ak_alloc_zero(n + 1, sizeof(*names));
	for (size_t i = 0; i < n; i++)
		names[i] = rules[i].name;
	const char *near = ak_text_nearest(ak_str_of(key), names);
	ak_free(names);
	char in[PATH_MAX_BYTES];
	where_words(where, in);
	int line = ak_yaml_key_line(y, object, key);
	if (near)
		return ak_fail(err, AK_EXIT_USAGE, "%s:%d: unknown key '%.60s'%s (did you mean '%s'?)", y->name, line,
			       key, in, near);
	return ak_fail(err, AK_EXIT_USAGE, "%s:%d: unknown key '%.60s'%s", y->name, line, key, in);
}

static const struct ak_yaml_rule *rule_find(const struct ak_yaml_rule *rules, const char *key)
{
	const struct ak_yaml_rule *any = NULL;
	for (; rules->name; rules++) {
		if (strcmp(rules->name, key) == 0)
			return rules;
		if (strcmp(rules->name, "*") == 0)
			any = rules;
	}
	return any;
}

/* Append ".part" for the time of one look below; the caller sets where->n back. */
static void where_add(struct ak_buf *where, const char *part)
{
	if (where->n)
		ak_buf_addc(where, '.');
	ak_buf_addf(where, "%.100s", part);
}

static void where_cut(struct ak_buf *where, size_t n)
{
	where->n = n;
	if (where->p)
		where->p[n] = '\0';
	where->over = false;
}

static enum ak_rc items_check(const struct ak_yaml *y, const json_t *list, const struct ak_yaml_rule *rules,
			      struct ak_buf *where, struct ak_err *err)
{
	size_t i;
	json_t *item;
	json_array_foreach((json_t *)list, i, item)
	{
		if (!json_is_object(item)) {
			int line = ak_yaml_line(y, item);
			return ak_fail(err, AK_EXIT_USAGE, "%s:%d: every entry of '%.200s' must be a map", y->name,
				       line ? line : ak_yaml_line(y, list), where->p);
		}
		enum ak_rc rc = node_check(y, item, rules, where, err);
		if (rc != AK_OK)
			return rc;
	}
	return AK_OK;
}

static enum ak_rc member_check(const struct ak_yaml *y, const json_t *object, const char *key, const json_t *value,
			       const struct ak_yaml_rule *rule, struct ak_buf *where, struct ak_err *err)
{
	if (json_is_null(value))
		return AK_OK;
	size_t mark = where->n;
	where_add(where, key);
	enum ak_rc rc = AK_OK;
	if (!type_fits(value, rule->type))
		rc = ak_fail(err, AK_EXIT_USAGE, "%s:%d: '%.200s' must be %s", y->name,
			     ak_yaml_key_line(y, object, key), where->p, type_words[rule->type]);
	else if (rule->of && json_is_object(value))
		rc = node_check(y, value, rule->of, where, err);
	else if (rule->of && json_is_array(value))
		rc = items_check(y, value, rule->of, where, err);
	where_cut(where, mark);
	return rc;
}

static enum ak_rc required_check(const struct ak_yaml *y, const json_t *node, const struct ak_yaml_rule *rules,
				 const struct ak_buf *where, struct ak_err *err)
{
	for (const struct ak_yaml_rule *r = rules; r->name; r++) {
		const json_t *v = json_object_get(node, r->name);
		if (!r->required || (v && !json_is_null(v)))
			continue;
		char in[PATH_MAX_BYTES];
		where_words(where, in);
		return ak_fail(err, AK_EXIT_USAGE, "%s:%d: key '%s' is missing%s", y->name, ak_yaml_line(y, node),
			       r->name, in);
	}
	return AK_OK;
}

static enum ak_rc node_check(const struct ak_yaml *y, const json_t *node, const struct ak_yaml_rule *rules,
			     struct ak_buf *where, struct ak_err *err)
{
	const char *key;
	json_t *value;
	json_object_foreach((json_t *)node, key, value)
	{
		const struct ak_yaml_rule *rule = rule_find(rules, key);
		enum ak_rc rc = rule ? member_check(y, node, key, value, rule, where, err)
				     : unknown_key(y, node, key, rules, where, err);
		if (rc != AK_OK)
			return rc;
	}
	return required_check(y, node, rules, where, err);
}

enum ak_rc ak_yaml_check(const struct ak_yaml *y, const json_t *node, const struct ak_yaml_rule *rules,
			 const char *where, struct ak_err *err)
{
	if (!json_is_object(node)) {
		int line = ak_yaml_line(y, node);
		return ak_fail(err, AK_EXIT_USAGE, "%s:%d: %s%s%s must be a map", y->name, line ? line : 1,
			       where && *where ? "'" : "", where && *where ? where : "the file",
			       where && *where ? "'" : "");
	}
	struct ak_buf b AK_CLEANUP(ak_buf_release);
	ak_buf_init(&b, PATH_MAX_BYTES);
	ak_buf_adds(&b, where ? where : "");
	return node_check(y, node, rules, &b, err);
}
