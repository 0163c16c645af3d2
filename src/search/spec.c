#include "base/ak.h"
#include "search/spec.h"

#include "base/time.h"

/* ---- compiling ---- */

static enum ak_rc filters(const struct ak_spec *s, struct ak_where *w, const struct ak_search_test **out, struct ak_err *err)
{
	const struct ak_search_test *any, *one;
	const char *name;
	json_t *list, *v;
	size_t i;

	json_object_foreach(s->filters, name, list) {
		any = NULL;
		json_array_foreach(list, i, v) {
			if (ak_test_filter(w, name, json_string_value(v), &one, err) != AK_OK)
				return AK_FAIL;
			any = ak_test_join(w, AK_TEST_OR, any, one);
		}
		*out = ak_test_join(w, AK_TEST_AND, *out, any);
	}
	return AK_OK;
}

static enum ak_rc bound(struct ak_where *w, const char *option, const char *text, int64_t *us, struct ak_err *err)
{
	const char *given = text;

	if (text && *text == '$' && !(given = w->param ? w->param(w->ctx, ak_str_of(text + 1)) : NULL)) {
		w->open = true;
		return w->keep_params ? AK_OK : ak_fail(err, AK_EXIT_USAGE, "option '--%s': has a parameter without a value", option);
	}
	return given ? ak_time_arg(given, w->now_us, us, err) : AK_OK;
}

static enum ak_rc period(const struct ak_spec *s, struct ak_where *w, struct ak_search_opts *o, const struct ak_search_test **test, struct ak_err *err)
{
	int64_t from = INT64_MIN, to = INT64_MAX;
	const struct ak_search_test *daily = NULL;
	const char *at = s->at;

	o->from_us = INT64_MIN;
	o->to_us = INT64_MAX;
	if (bound(w, "from", s->from, &o->from_us, err) != AK_OK || bound(w, "to", s->to, &o->to_us, err) != AK_OK)
		return AK_FAIL;
	if (o->from_us >= o->to_us)
		return ak_fail(err, AK_EXIT_USAGE, "--from is not before --to");
	if (at && *at == '$' && !(at = w->param ? w->param(w->ctx, ak_str_of(at + 1)) : NULL)) {
		w->open = true;
		return w->keep_params ? AK_OK : ak_fail(err, AK_EXIT_USAGE, "option '--at': has a parameter without a value");
	}
	if (at && ak_test_at(w, at, &from, &to, &daily, err) != AK_OK)
		return AK_FAIL;
	o->from_us = from > o->from_us ? from : o->from_us;
	o->to_us = to < o->to_us ? to : o->to_us;
	*test = ak_test_join(w, AK_TEST_AND, daily, *test);
	return AK_OK;
}

/* Layers that were asked for and lack a field would be empty without a word. */
static enum ak_rc layers(const struct ak_spec *s, const struct ak_where *w, struct ak_search_opts *o, struct ak_err *err)
{
	unsigned all = (1u << AK_K_COUNT) - 1, lacking = s->layers & ~w->kinds;

	o->kinds = s->layers ? s->layers : w->kinds & all;
	for (int k = 0; k < AK_K_COUNT && !s->pinned; k++)
		if (lacking >> k & 1) {
			ak_hint(err, "'auditkit fields' says which layers have a field; without --layer those that have all of them are searched");
			return ak_fail(err, AK_EXIT_USAGE, "layer '%s' has not every field that is asked for", ak_kinds[k].name);
		}
	if (o->kinds)
		return AK_OK;
	ak_hint(err, "search for each of them alone, or give --layer");
	return ak_fail(err, AK_EXIT_USAGE, "no layer has all of these fields");
}

enum ak_rc ak_spec_compile(const struct ak_spec *s, struct ak_where *w, struct ak_search_opts *out, struct ak_err *err)
{
	const struct ak_search_test *test = NULL, *more = NULL;
	struct ak_search_opts o = {.bound = INT64_MAX, .backwards = s->backwards};

	w->kinds = ~0u;
	w->stored = s->pinned;
	if (filters(s, w, &test, err) != AK_OK)
		return AK_FAIL;
	if (s->where && ak_where_parse(w, s->where, &more, err) != AK_OK)
		return AK_FAIL;
	test = ak_test_join(w, AK_TEST_AND, test, more);
	more = NULL;
	if (s->text && ak_test_words(w, s->text, &more, err) != AK_OK)
		return AK_FAIL;
	test = ak_test_join(w, AK_TEST_AND, test, more);
	if (period(s, w, &o, &test, err) != AK_OK || layers(s, w, &o, err) != AK_OK)
		return AK_FAIL;
	o.test = ak_test_balance(w, test);
	if (!ak_search_fits(o.test))
		return ak_fail(err, AK_EXIT_USAGE, "this search has too many tests and values; search for a part of them at a time");
	*out = o;
	return AK_OK;
}

/* ---- as text ---- */

void ak_spec_text(const struct ak_search_opts *o, struct ak_buf *out)
{
	char at[32];
	bool first = true;

	for (int k = 0; k < AK_K_COUNT; k++)
		if (o->kinds >> k & 1) {
			ak_buf_addf(out, "%s%s", first ? "" : ",", ak_kinds[k].name);
			first = false;
		}
	if (o->from_us != INT64_MIN)
		ak_buf_addf(out, " from %s", ak_time_z(o->from_us, o->from_us % 1000000 ? 6 : 0, at));
	if (o->to_us != INT64_MAX)
		ak_buf_addf(out, " to %s", ak_time_z(o->to_us, o->to_us % 1000000 ? 6 : 0, at));
	if (o->test) {
		ak_buf_adds(out, " where ");
		ak_where_text(o->test, out);
	}
}

/* ---- saved ---- */

static json_t *text_json(struct ak_str s) { return json_stringn(s.p, s.n); }

/* The forms that a value may have in the fields of a filter, none twice; where none of them is hashed the value itself. */
static void add_forms(struct ak_where *w, const char *name, const char *value, json_t *list)
{
	struct ak_search_name n;
	struct ak_str form[AK_FORMS];
	bool hashed = false;
	size_t count;

	if (*value == '$' || !ak_search_name_find(ak_str_of(name), &n)) {
		json_array_append_new(list, json_string(value));
		return;
	}
	for (size_t i = 0; i < n.n; i++)
		hashed |= n.field[i] < AK_F_COUNT && strcmp(ak_type_action(ak_fields[n.field[i]].type), "hashed") == 0;
	if (!hashed || !w->forms) {
		count = w->forms ? w->forms(w->ctx, AK_TEST_NO_FIELD, ak_str_of(value), form, AK_FORMS) : 0;
		json_array_append_new(list, count ? text_json(form[0]) : json_string(value));
		return;
	}
	for (size_t i = 0; i < n.n; i++) {
		count = n.field[i] < AK_F_COUNT ? w->forms(w->ctx, n.field[i], ak_str_of(value), form, AK_FORMS) : 0;
		for (size_t k = 0; k < count; k++) {
			json_t *v = text_json(form[k]), *known;
			size_t at;
			bool there = false;

			json_array_foreach(list, at, known)
				there |= json_equal(known, v);
			if (there)
				json_decref(v);
			else
				json_array_append_new(list, v);
		}
	}
}

static json_t *saved_filters(const struct ak_spec *s, struct ak_where *w)
{
	json_t *out = json_object(), *list, *v;
	const char *name;
	size_t i;

	json_object_foreach(s->filters, name, list) {
		json_t *forms = json_array();

		json_array_foreach(list, i, v)
			add_forms(w, name, json_string_value(v), forms);
		json_object_set_new(out, name, forms);
	}
	return out;
}

static void set_text(json_t *o, const char *name, const char *value)
{
	if (value)
		json_object_set_new(o, name, json_string(value));
}

json_t *ak_spec_save(const struct ak_spec *s, struct ak_where *w, const struct ak_search_opts *o)
{
	json_t *doc = json_pack("{s:o, s:b}", "filters", saved_filters(s, w), "newest", s->backwards), *layers = json_array();
	const struct ak_search_test *test = NULL;
	struct ak_err ignored = {0};
	struct ak_buf b;

	ak_buf_init(&b, 1 << 20);
	if (s->where && ak_where_parse(w, s->where, &test, &ignored) == AK_OK) {
		ak_where_text(test, &b);
		set_text(doc, "where", b.p);
	}
	ak_buf_clear(&b);
	if (s->text && ak_test_words(w, s->text, &test, &ignored) == AK_OK) {
		for (size_t i = 0; i < test->n; i++)
			ak_buf_addf(&b, "%s%s%.*s", i ? " " : "", test->value[i].open ? "$" : "", AK_STR_FMT(test->value[i].text));
		set_text(doc, "text", b.p);
	}
	ak_buf_release(&b);
	set_text(doc, "from", s->from);
	set_text(doc, "to", s->to);
	set_text(doc, "at", s->at);
	for (int k = 0; k < AK_K_COUNT; k++)
		if (o->kinds >> k & 1)
			json_array_append_new(layers, json_string(ak_kinds[k].name));
	json_object_set_new(doc, "layers", layers);
	return doc;
}

static bool strings(const json_t *list)
{
	json_t *v;
	size_t i;

	json_array_foreach((json_t *)list, i, v)
		if (!json_is_string(v))
			return false;
	return json_is_array(list);
}

enum ak_rc ak_spec_load(const json_t *doc, const json_t *params, struct ak_spec *out, json_t *used, struct ak_err *err)
{
	struct ak_spec s = {.pinned = true, .backwards = json_is_true(json_object_get(doc, "newest"))};
	const char *name;
	json_t *list, *layer;
	size_t i;

	s.where = json_string_value(json_object_get(doc, "where"));
	s.text = json_string_value(json_object_get(doc, "text"));
	s.from = json_string_value(json_object_get(doc, "from"));
	s.to = json_string_value(json_object_get(doc, "to"));
	s.at = json_string_value(json_object_get(doc, "at"));
	json_array_foreach(json_object_get(doc, "layers"), i, layer) {
		int k = json_is_string(layer) ? ak_kind_find(ak_str_of(json_string_value(layer))) : -1;

		s.layers |= k < 0 ? 0 : 1u << k;
	}
	s.filters = json_object();
	json_object_foreach(json_object_get(doc, "filters"), name, list) {
		const json_t *given = json_object_get(params, name);
		struct ak_search_name n;

		if (!strings(list) || !ak_search_name_find(ak_str_of(name), &n)) {
			json_decref(s.filters);
			return ak_fail(err, AK_EXIT_CORRUPT, "a saved query is damaged");
		}
		if (json_is_string(given)) {
			json_object_set_new(s.filters, name, json_pack("[O]", given));
			json_object_set_new(used, name, json_true());
		} else {
			json_object_set(s.filters, name, list);
		}
	}
	*out = s;
	return AK_OK;
}
