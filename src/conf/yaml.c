#include "base/ak.h"

#include <yaml.h>

#include "base/fs.h"
#include "base/limits.h"
#include "base/map.h"
#include "conf/yaml.h"

/* Lines are kept in one map with two kinds of keys: the 8 bytes of a node's address, and the address of an object
 * followed by a member's name (never empty), so the two cannot meet. */
struct loader {
	yaml_parser_t parser;
	struct ak_yaml *y;
	struct ak_err *err;
	unsigned long long nodes;
};

static enum ak_rc node_parse(struct loader *l, const yaml_event_t *ev, unsigned depth, json_t **out);

static enum ak_rc mistake(struct loader *l, const yaml_mark_t *at, const char *what)
{
	return ak_fail(l->err, AK_EXIT_USAGE, "%s:%zu: %s", l->y->name, at->line + 1, what);
}

static void member_key(struct ak_buf *b, const json_t *object, const char *key)
{
	ak_buf_init(b, AK_MAX_YAML_BYTES + sizeof(object));
	ak_buf_add(b, &object, sizeof(object));
	ak_buf_adds(b, key);
}

static void line_put(struct loader *l, const json_t *node, const char *key, const yaml_mark_t *at)
{
	struct ak_buf b;
	member_key(&b, node, key);
	ak_map_put(l->y->lines, ak_buf_str(&b), NULL)->v.num = (int64_t)at->line + 1;
	ak_buf_release(&b);
}

static int line_get(const struct ak_yaml *y, const json_t *node, const char *key)
{
	if (!y->lines || !node)
		return 0;
	struct ak_buf b;
	member_key(&b, node, key);
	const struct ak_map_entry *e = ak_map_get(y->lines, ak_buf_str(&b));
	ak_buf_release(&b);
	return e ? (int)e->v.num : 0;
}

int ak_yaml_line(const struct ak_yaml *y, const json_t *node)
{
	return line_get(y, node, "");
}

int ak_yaml_key_line(const struct ak_yaml *y, const json_t *object, const char *key)
{
	return line_get(y, object, key);
}

static enum ak_rc next_event(struct loader *l, yaml_event_t *ev)
{
	if (yaml_parser_parse(&l->parser, ev))
		return AK_OK;
	const yaml_parser_t *p = &l->parser;
	if (p->error == YAML_MEMORY_ERROR)
		ak_out_of_memory();
	const char *problem = p->problem ? p->problem : "not readable as YAML";
	/* Reader errors (bytes that are no UTF-8) come without a mark; the parser's own position is the best known. */
	size_t line = p->error == YAML_READER_ERROR ? p->mark.line : p->problem_mark.line;
	return ak_fail(l->err, AK_EXIT_USAGE, "%s:%zu: %s", l->y->name, line + 1, problem);
}

/* JSON-schema integer: no sign but '-', no leading zeros; one that does not fit stays text. */
static bool integer_of(struct ak_str s, json_int_t *out)
{
	bool neg = s.n && s.p[0] == '-';
	size_t i = neg ? 1 : 0;
	if (i == s.n || (s.p[i] == '0' && s.n > i + 1) || s.n - i > 18)
		return false;
	json_int_t v = 0;
	for (; i < s.n; i++) {
		if (!ak_is_digit((unsigned char)s.p[i]))
			return false;
		v = v * 10 + (s.p[i] - '0');
	}
	*out = neg ? -v : v;
	return true;
}

static json_t *plain_value(struct ak_str s)
{
	json_int_t v;
	if (s.n == 0 || ak_str_is(s, "~") || ak_str_is(s, "null"))
		return json_null();
	if (ak_str_is(s, "true"))
		return json_true();
	if (ak_str_is(s, "false"))
		return json_false();
	return integer_of(s, &v) ? json_integer(v) : json_stringn(s.p, s.n);
}

static struct ak_str scalar_text(const yaml_event_t *ev)
{
	return ak_str_n((const char *)ev->data.scalar.value, ev->data.scalar.length);
}

static enum ak_rc scalar_parse(struct loader *l, const yaml_event_t *ev, json_t **out)
{
	struct ak_str s = scalar_text(ev);
	if (ak_str_find(s, '\0') < s.n)
		return mistake(l, &ev->start_mark, "a text value holds a NUL byte");
	bool plain = ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	*out = plain ? plain_value(s) : json_stringn(s.p, s.n);
	return AK_OK;
}

static enum ak_rc list_parse(struct loader *l, unsigned depth, json_t *list)
{
	for (;;) {
		yaml_event_t ev;
		json_t *item = NULL;
		enum ak_rc rc = next_event(l, &ev);
		if (rc != AK_OK)
			return rc;
		bool end = ev.type == YAML_SEQUENCE_END_EVENT;
		if (!end)
			rc = node_parse(l, &ev, depth + 1, &item);
		yaml_event_delete(&ev);
		if (end || rc != AK_OK)
			return rc;
		json_array_append_new(list, item);
	}
}

static enum ak_rc key_check(struct loader *l, const yaml_event_t *ev, const json_t *object)
{
	if (ev->type != YAML_SCALAR_EVENT)
		return mistake(l, &ev->start_mark, "a key must be plain text");
	struct ak_str key = scalar_text(ev);
	if (ev->data.scalar.anchor || ev->data.scalar.tag)
		return mistake(l, &ev->start_mark, "anchors, aliases and tags are not supported");
	if (key.n == 0 || ak_str_find(key, '\0') < key.n)
		return mistake(l, &ev->start_mark, "a key is empty or holds a NUL byte");
	if (!json_object_get(object, key.p))
		return AK_OK;
	return ak_fail(l->err, AK_EXIT_USAGE, "%s:%zu: duplicate key '%.60s', first on line %d", l->y->name,
		       ev->start_mark.line + 1, key.p, ak_yaml_key_line(l->y, object, key.p));
}

/* The value after the key event, and both put into the object. */
static enum ak_rc member_parse(struct loader *l, const yaml_event_t *key, unsigned depth, json_t *object)
{
	enum ak_rc rc = key_check(l, key, object);
	if (rc != AK_OK)
		return rc;
	yaml_event_t ev;
	json_t *value = NULL;
	rc = next_event(l, &ev);
	if (rc != AK_OK)
		return rc;
	rc = node_parse(l, &ev, depth + 1, &value);
	yaml_event_delete(&ev);
	if (rc != AK_OK)
		return rc;
	const char *name = (const char *)key->data.scalar.value;
	json_object_set_new(object, name, value);
	line_put(l, object, name, &key->start_mark);
	return AK_OK;
}

static enum ak_rc map_parse(struct loader *l, unsigned depth, json_t *object)
{
	for (;;) {
		yaml_event_t key;
		enum ak_rc rc = next_event(l, &key);
		if (rc != AK_OK)
			return rc;
		bool end = key.type == YAML_MAPPING_END_EVENT;
		if (!end)
			rc = member_parse(l, &key, depth, object);
		yaml_event_delete(&key);
		if (end || rc != AK_OK)
			return rc;
	}
}

static bool is_decorated(const yaml_event_t *ev)
{
	switch (ev->type) {
	case YAML_SCALAR_EVENT:
		return ev->data.scalar.anchor || ev->data.scalar.tag;
	case YAML_SEQUENCE_START_EVENT:
		return ev->data.sequence_start.anchor || ev->data.sequence_start.tag;
	case YAML_MAPPING_START_EVENT:
		return ev->data.mapping_start.anchor || ev->data.mapping_start.tag;
	default:
		return ev->type == YAML_ALIAS_EVENT;
	}
}

/* The value that begins with ev; *out is a new reference. */
static enum ak_rc node_parse(struct loader *l, const yaml_event_t *ev, unsigned depth, json_t **out)
{
	if (is_decorated(ev))
		return mistake(l, &ev->start_mark, "anchors, aliases and tags are not supported");
	if (++l->nodes > AK_MAX_YAML_NODES)
		return mistake(l, &ev->start_mark, "more values than the limit of one YAML file");
	if (depth > AK_MAX_JSON_DEPTH)
		return mistake(l, &ev->start_mark, "nested deeper than the limit");
	enum ak_rc rc;
	json_t *v = NULL;
	if (ev->type == YAML_SEQUENCE_START_EVENT)
		rc = list_parse(l, depth, v = json_array());
	else if (ev->type == YAML_MAPPING_START_EVENT)
		rc = map_parse(l, depth, v = json_object());
	else
		rc = scalar_parse(l, ev, &v);
	if (rc != AK_OK) {
		json_decref(v);
		return rc;
	}
	if (!json_is_null(v) && !json_is_boolean(v))
		line_put(l, v, "", &ev->start_mark);
	*out = v;
	return AK_OK;
}

static enum ak_rc document_parse(struct loader *l)
{
	bool seen = false;
	for (;;) {
		yaml_event_t ev;
		enum ak_rc rc = next_event(l, &ev);
		if (rc != AK_OK)
			return rc;
		bool end = ev.type == YAML_STREAM_END_EVENT;
		if (ev.type == YAML_DOCUMENT_START_EVENT && seen)
			rc = mistake(l, &ev.start_mark, "more than one document in the file");
		else if (ev.type == YAML_DOCUMENT_START_EVENT)
			seen = true;
		else if (!end && ev.type != YAML_STREAM_START_EVENT && ev.type != YAML_DOCUMENT_END_EVENT)
			rc = node_parse(l, &ev, 1, &l->y->root);
		yaml_event_delete(&ev);
		if (end || rc != AK_OK)
			return rc;
	}
}

enum ak_rc ak_yaml_load(const char *name, struct ak_str text, struct ak_yaml *out, struct ak_err *err)
{
	if (text.n > AK_MAX_YAML_BYTES)
		return ak_fail(err, AK_EXIT_USAGE, "cannot load '%s': larger than %llu bytes", name, AK_MAX_YAML_BYTES);
	struct ak_yaml y = {.name = ak_strdup(name), .lines = ak_alloc(sizeof(struct ak_map))};
	ak_map_init(y.lines);
	struct loader l = {.y = &y, .err = err};
	/* Notepad's mark; the library takes it for text once it is told the encoding. */
	if (ak_str_starts(text, AK_STR("\xEF\xBB\xBF")))
		text = ak_str_n(text.p + 3, text.n - 3);
	if (!yaml_parser_initialize(&l.parser))
		ak_out_of_memory();
	yaml_parser_set_encoding(&l.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&l.parser, (const unsigned char *)text.p, text.n);
	enum ak_rc rc = document_parse(&l);
	yaml_parser_delete(&l.parser);
	if (rc != AK_OK) {
		ak_yaml_release(&y);
		return rc;
	}
	if (!y.root)
		y.root = json_null();
	*out = y;
	return AK_OK;
}

enum ak_rc ak_yaml_load_file(const char *path, struct ak_yaml *out, struct ak_err *err)
{
	struct ak_buf b AK_CLEANUP(ak_buf_release);
	ak_buf_init(&b, AK_MAX_YAML_BYTES);
	enum ak_rc rc = ak_fs_slurp(path, AK_MAX_YAML_BYTES, &b, err);
	return rc == AK_OK ? ak_yaml_load(path, ak_buf_str(&b), out, err) : rc;
}

void ak_yaml_release(struct ak_yaml *y)
{
	json_decref(y->root);
	ak_free(y->name);
	if (y->lines)
		ak_map_release(y->lines);
	ak_free(y->lines);
	*y = (struct ak_yaml){0};
}

enum ak_rc ak_yaml_wrong(const struct ak_yaml *y, const json_t *object, const char *key, struct ak_err *err, const char *what)
{
	return ak_fail(err, AK_EXIT_USAGE, "%s:%d: '%s' %s", y->name, ak_yaml_key_line(y, object, key), key, what);
}
