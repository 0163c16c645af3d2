/* OTLP: attributes are arrays of {"key": name, "value": AnyValue}, an AnyValue an object with one member that is named after
 * its type (opentelemetry-proto, common.proto). They are walked as the map they stand for. */
#include "base/ak.h"

#include "read/json_walker.h"

static bool is_any_value(struct ak_str key)
{
	static const char *const names[] = {"stringValue", "intValue",	 "boolValue",  "doubleValue",
					    "bytesValue",  "arrayValue", "kvlistValue"};

	for (size_t i = 0; i < AK_COUNT(names); i++)
		if (ak_str_is(key, names[i]))
			return true;
	return false;
}

static bool next_is(const struct ak_walker *w, char c) { return ak_walk_char(w->t, w->t->i) == c; }

/* What is in a list but not part of a value. */
static enum ak_rc visit_beside(struct ak_walker *w, const struct ak_place *p)
{
	struct ak_place none = {.pay = p->pay};

	return ak_walk_value(w, &none);
}

/* An element of an array value; scalars are also added to list. */
static enum ak_rc visit_wrapped(struct ak_walker *w, const struct ak_place *p, struct ak_buf *list)
{
	struct ak_walk_object m;
	struct ak_walk_member one;
	enum ak_rc rc;

	if (!next_is(w, '{'))
		return ak_walk_refuse(w, "json_syntax", "not an OTLP value", NULL);
	rc = ak_walk_object(w, &m, NULL);
	while (rc == AK_OK && (rc = ak_walk_member(w, &m, p, &one)) == AK_OK) {
		struct ak_str token = ak_walk_token(w->t, w->t->i);

		if (token.n && token.p[0] != '{' && token.p[0] != '[') {
			ak_buf_adds(list, list->n > 1 ? "," : "");
			ak_buf_addstr(list, token);
		}
		rc = ak_walk_value(w, p);
	}
	return rc == AK_END ? AK_OK : rc;
}

static enum ak_rc visit_wrapped_all(struct ak_walker *w, const struct ak_place *p, struct ak_buf *list)
{
	struct ak_place q = {.node = p->node ? p->node->iter : NULL, .star = p->star, .pay = p->pay};
	enum ak_rc rc = ak_walk_enter(w);
	uint32_t i = UINT32_MAX;

	while (rc == AK_OK && (rc = ak_walk_element(w, &i)) == AK_OK) {
		q.item = i;
		rc = visit_wrapped(w, &q, list);
	}
	return rc == AK_END ? AK_OK : rc;
}

/* {"values": [...]}: of values, whose scalars go to list, or without one of {key, value} pairs. */
static enum ak_rc visit_values(struct ak_walker *w, const struct ak_place *p, struct ak_buf *list)
{
	struct ak_walk_object m;
	struct ak_walk_member one;
	enum ak_rc rc;

	if (!next_is(w, '{'))
		return ak_walk_refuse(w, "json_syntax", "not valid json", NULL);
	rc = ak_walk_object(w, &m, NULL);
	while (rc == AK_OK && (rc = ak_walk_member(w, &m, p, &one)) == AK_OK) {
		if (!ak_str_is(one.key, "values") || !next_is(w, '['))
			rc = visit_beside(w, p);
		else
			rc = list ? visit_wrapped_all(w, p, list) : ak_walk_kv(w, p);
	}
	return rc == AK_END ? AK_OK : rc;
}

/* An array value: as a plain JSON array of the scalars, and each element below `[]`. */
static enum ak_rc visit_array_value(struct ak_walker *w, const struct ak_place *p)
{
	struct ak_buf list;
	enum ak_rc rc;

	ak_buf_init(&list, AK_MAX_RECORD_BYTES);
	ak_buf_addc(&list, '[');
	rc = visit_values(w, p, &list);
	ak_buf_addc(&list, ']');
	if (rc == AK_OK && ak_walk_picked(p->node) && !p->pay)
		ak_walk_emit(w, p, AK_J_ARR, ak_buf_str(&list), list.n);
	ak_buf_release(&list);
	return rc;
}

static enum ak_rc visit_any_value(struct ak_walker *w, const struct ak_place *p)
{
	struct ak_walk_object m;
	struct ak_walk_member one;
	enum ak_rc rc;

	if (!next_is(w, '{'))
		return ak_walk_value(w, p);
	rc = ak_walk_object(w, &m, NULL);
	while (rc == AK_OK && (rc = ak_walk_member(w, &m, p, &one)) == AK_OK) {
		if (ak_str_is(one.key, "arrayValue")) {
			rc = visit_array_value(w, p);
		} else if (ak_str_is(one.key, "kvlistValue")) {
			rc = visit_values(w, p, NULL);
		} else if (is_any_value(one.key)) {
			rc = ak_walk_value(w, p);
		} else {
			struct ak_place q;
			ak_walk_place(w, p, &one, &q);
			rc = ak_walk_value(w, &q);
		}
	}
	return rc == AK_END ? AK_OK : rc;
}

static enum ak_rc read_name(struct ak_walker *w, struct ak_str *name)
{
	struct ak_str token = ak_walk_token(w->t, w->t->i);

	if (!ak_walk_is_string(token))
		return ak_walk_refuse(w, "json_syntax", "a key of a key-value list is no string", token.p);
	w->t->i++;
	return ak_walk_unescape(w, ak_str_n(token.p + 1, token.n - 2), name);
}

static enum ak_rc visit_named(struct ak_walker *w, struct ak_str name, const struct ak_place *p)
{
	struct ak_walk_member m = {.key = name};
	struct ak_place q;

	ak_walk_place(w, p, &m, &q);
	return visit_any_value(w, &q);
}

/* One {key, value}. The key comes first as a rule; where it does not, the value is visited again once it is known. */
static enum ak_rc visit_pair(struct ak_walker *w, const struct ak_place *p)
{
	struct ak_walk_text *t = w->t;
	struct ak_str name = {NULL, 0};
	uint32_t early = 0, end;
	struct ak_walk_object m;
	struct ak_walk_member one;
	enum ak_rc rc = ak_walk_object(w, &m, NULL);

	while (rc == AK_OK && (rc = ak_walk_member(w, &m, p, &one)) == AK_OK) {
		bool value = ak_str_is(one.key, "value");

		if (ak_str_is(one.key, "key")) {
			rc = read_name(w, &name);
		} else if (value && name.p) {
			rc = visit_named(w, name, p);
		} else {
			early = value ? t->i : early;
			rc = visit_beside(w, p);
		}
	}
	if (rc != AK_END || !early || !name.p)
		return rc == AK_END ? AK_OK : rc;
	end = t->i;
	t->i = early;
	t->back = t->base;
	rc = visit_named(w, name, p);
	t->i = end;
	return rc;
}

enum ak_rc ak_walk_kv(struct ak_walker *w, const struct ak_place *p)
{
	enum ak_rc rc = ak_walk_enter(w);
	uint32_t i = UINT32_MAX;

	while (rc == AK_OK && (rc = ak_walk_element(w, &i)) == AK_OK)
		rc = next_is(w, '{') ? visit_pair(w, p)
				     : ak_walk_refuse(w, "json_syntax", "an element of a key-value list is no object", NULL);
	return rc == AK_END ? AK_OK : rc;
}
