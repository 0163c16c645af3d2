#include "base/ak.h"
#include "serve/form.h"

#include "base/decimal.h"
#include "base/jsonget.h"
#include "base/text.h"

/* ---- reading ---- */

static const char *const texts[] = {"from", "to", "at", "where", "text"};

static const char **text_of(struct ak_spec *s, size_t i)
{
	const char **const all[] = {&s->from, &s->to, &s->at, &s->where, &s->text};

	return all[i];
}

static bool is_filter(const char *name)
{
	for (const struct ak_search_name *n = ak_search_names; n->name; n++)
		if (n->means && strcmp(n->name, name) == 0)
			return true;
	return false;
}

/* Without the blanks that come along when something is pasted. */
static const char *trimmed(const char *z, struct ak_arena *a)
{
	size_t n;

	z += strspn(z, " ");
	n = strlen(z);
	while (n && z[n - 1] == ' ')
		n--;
	return ak_arena_z(a, ak_str_n(z, n));
}

static enum ak_rc whole(const char *value, int64_t most, int64_t *out, struct ak_err *err)
{
	struct ak_err ignored = {0};

	if (ak_dec_int(ak_str_of(value), false, out, &ignored) == AK_OK && *out >= 1 && *out <= most)
		return AK_OK;
	return ak_fail(err, AK_EXIT_USAGE, "a number in this address is none, or too large");
}

static enum ak_rc is_one_of(const char *value, const char *yes, const char *no, bool *out, struct ak_err *err)
{
	*out = strcmp(value, yes) == 0;
	return *out || (no && strcmp(value, no) == 0) ? AK_OK : ak_fail(err, AK_EXIT_USAGE, "a choice in this address is none of the form's");
}

static enum ak_rc other(struct ak_form *f, const char *name, const char *value, struct ak_err *err)
{
	int kind;

	if (strcmp(name, "layer") == 0) {
		if ((kind = ak_kind_find(ak_str_of(value))) < 0)
			return ak_fail(err, AK_EXIT_USAGE, "there is no layer of this name");
		f->spec.layers |= 1u << kind;
		return AK_OK;
	}
	if (strcmp(name, "order") == 0)
		return is_one_of(value, "newest", "oldest", &f->spec.backwards, err);
	if (strcmp(name, "layers") == 0)
		return is_one_of(value, "saved", NULL, &f->spec.pinned, err);
	if (strcmp(name, "count") == 0)
		return is_one_of(value, "exact", NULL, &f->count, err);
	if (strcmp(name, "limit") == 0)
		return whole(value, AK_FORM_MOST, &f->limit, err);
	if (strcmp(name, "bound") == 0)
		return whole(value, INT64_C(1) << 53, &f->bound, err);
	if (strcmp(name, "cursor") == 0) {
		f->cursor = value;
		return AK_OK;
	}
	for (size_t i = 0; i < AK_COUNT(texts); i++)
		if (strcmp(name, texts[i]) == 0) {
			*text_of(&f->spec, i) = value;
			return AK_OK;
		}
	return is_filter(name) ? AK_OK : ak_fail(err, AK_EXIT_USAGE, "the form has no field of a name in this address");
}

static void filter(struct ak_form *f, const struct ak_target *t, const char *name, struct ak_arena *a)
{
	json_t *values = json_array();

	for (size_t i = 0; i < t->nparams; i++) {
		const char *v = strcmp(t->param[i].name, name) == 0 ? trimmed(t->param[i].value, a) : "";

		if (*v)
			json_array_append_new(values, json_string(v));
	}
	if (json_array_size(values))
		json_object_set(f->spec.filters, name, values);
	json_decref(values);
}

enum ak_rc ak_form_read(const struct ak_target *t, struct ak_arena *a, struct ak_form *out, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	*out = (struct ak_form){.spec = {.filters = json_object(), .backwards = true}, .limit = AK_FORM_LIMIT, .bound = INT64_MAX};
	for (const struct ak_search_name *n = ak_search_names; n->name; n++)
		if (n->means)
			filter(out, t, n->name, a);
	for (size_t i = 0; i < t->nparams && rc == AK_OK; i++) {
		const char *v = trimmed(t->param[i].value, a);

		if (*v)
			rc = other(out, t->param[i].name, v, err);
	}
	return rc;
}

void ak_form_release(struct ak_form *f)
{
	json_decref(f->spec.filters);
	f->spec.filters = NULL;
}

/* ---- settling ---- */

/* As a text that says nothing of anybody. */
static const char *plain(struct ak_where *w, const char *typed)
{
	struct ak_str form;

	return w->forms && w->forms(w->ctx, AK_TEST_NO_FIELD, ak_str_of(typed), &form, 1) ? ak_arena_z(w->arena, form) : typed;
}

static bool is_hashed(int field)
{
	return field < AK_F_COUNT && strcmp(ak_type_action(ak_fields[field].type), "hashed") == 0;
}

/* A value that one of the filter's fields would store as it is says what that field says; any other is a person's, a key's or an address, and
 * its tokens take its place. */
static void settle_value(struct ak_where *w, const struct ak_search_name *n, const char *typed, json_t *list)
{
	json_t *forms = json_array(), *v;
	bool hashed = false, kept = !w->forms;
	struct ak_str form[AK_FORMS];
	size_t i;

	for (i = 0; i < n->n; i++)
		hashed |= is_hashed(n->field[i]);
	for (i = 0; hashed && !strchr(typed, '*') && i < n->n && !kept; i++) {
		size_t count = w->forms(w->ctx, n->field[i], ak_str_of(typed), form, AK_FORMS);

		for (size_t k = 0; k < count; k++) {
			kept |= ak_str_eq(form[k], ak_str_of(typed));
			ak_jadd_once(forms, form[k]);
		}
	}
	if (kept)
		ak_jadd_once(list, ak_str_of(typed));
	else if (!json_array_size(forms))
		ak_jadd_once(list, ak_str_of(plain(w, typed)));
	else
		json_array_foreach(forms, i, v)
			ak_jadd_once(list, ak_str_of(json_string_value(v)));
	json_decref(forms);
}

static json_t *settle_filters(const json_t *filters, struct ak_where *w)
{
	struct ak_search_name n;
	json_t *out = json_object(), *list, *v;
	const char *name;
	size_t i;

	json_object_foreach((json_t *)filters, name, list) {
		json_t *values = json_array();

		json_array_foreach(list, i, v)
			if (ak_search_name_find(ak_str_of(name), &n))
				settle_value(w, &n, json_string_value(v), values);
		json_object_set_new(out, name, values);
	}
	return out;
}

/* A quote within quotes is written twice. */
static const char *unquoted(const char *typed, struct ak_arena *a)
{
	char *out = ak_arena_z(a, ak_str_of(typed));
	size_t n = 0;

	for (const char *p = typed; *p; p++) {
		out[n++] = *p;
		p += (*p == '\'' || *p == '"') && p[1] == *p;
	}
	out[n] = '\0';
	return out;
}

/* Does the expression hold every text of the test as it is stored? Then nothing else was typed. */
static bool says(const char *typed, const char *bare, const struct ak_search_test *t)
{
	if (!t)
		return true;
	if (t->op == AK_TEST_AND || t->op == AK_TEST_OR || t->op == AK_TEST_NOT)
		return says(typed, bare, t->a) && says(typed, bare, t->b);
	if (t->field >= AK_F_COUNT || ak_type_is_number(ak_fields[t->field].type) || ak_fields[t->field].type == AK_T_DEC ||
	    ak_fields[t->field].type == AK_T_TIME)
		return true;
	for (size_t i = 0; i < t->n; i++) {
		const char *z = t->value[i].text.n ? t->value[i].text.p : "";

		if (!strstr(typed, z) && !strstr(bare, z))
			return false;
	}
	return true;
}

static void settle_where(struct ak_form *f, struct ak_where *w, const struct ak_search_opts *o, bool always)
{
	const struct ak_search_test *test = NULL;
	struct ak_where own = *w;
	struct ak_err ignored = {0};
	struct ak_buf b;

	if (ak_where_parse(&own, f->spec.where, &test, &ignored) != AK_OK) {
		f->spec.where = plain(w, f->spec.where);
		return;
	}
	if (!always && says(f->spec.where, unquoted(f->spec.where, w->arena), test))
		return;
	ak_buf_init(&b, 1 << 20);
	ak_where_text(test, &b);
	f->spec.where = ak_arena_z(w->arena, ak_buf_str(&b));
	ak_buf_release(&b);
	/* Short names stand for several fields, and the layers follow from the names. */
	f->spec.layers = o ? o->kinds : f->spec.layers;
	f->spec.pinned = f->spec.pinned || o;
}

enum { ROUNDS = 4 };

static void settle(struct ak_form *f, struct ak_where *w, const struct ak_search_opts *o, bool saved)
{
	bool same = false;

	/* What is cleaned before it is hashed may be hashed once more when it is clean. */
	for (int i = 0; i < ROUNDS && !same; i++) {
		json_t *filters = settle_filters(f->spec.filters, w);

		same = json_equal(filters, f->spec.filters);
		json_decref(f->spec.filters);
		f->spec.filters = filters;
	}
	for (size_t i = 0; i < AK_COUNT(texts); i++) {
		const char **text = text_of(&f->spec, i);

		if (*text && text == &f->spec.where)
			settle_where(f, w, o, saved);
		else if (*text)
			*text = plain(w, *text);
	}
}

void ak_form_settle(struct ak_form *f, struct ak_where *w, const struct ak_search_opts *o) { settle(f, w, o, false); }

/* ---- saved searches ---- */

/* The value in the place of $name. */
static const char *given(const char *text, const json_t *params)
{
	const char *v = text && *text == '$' ? json_string_value(json_object_get(params, text + 1)) : NULL;

	return v ? v : text;
}

static void fill_in(struct ak_spec *s, const json_t *params)
{
	const char *name;
	json_t *list, *v;
	size_t i;

	json_object_foreach(s->filters, name, list) {
		json_t *values = json_array();

		json_array_foreach(list, i, v)
			json_array_append_new(values, json_string(given(json_string_value(v), params)));
		json_object_set_new(s->filters, name, values);
	}
	s->from = given(s->from, params);
	s->to = given(s->to, params);
	s->at = given(s->at, params);
}

/* Words of a text search, with parameters among them. */
static const char *words(struct ak_where *w, const char *text)
{
	const struct ak_search_test *t = NULL;
	struct ak_where own = *w;
	struct ak_err ignored = {0};
	struct ak_buf b;
	const char *out;

	if (ak_test_words(&own, text, &t, &ignored) != AK_OK)
		return text;
	ak_buf_init(&b, 1 << 20);
	for (size_t i = 0; i < t->n; i++)
		ak_buf_addf(&b, "%s%.*s", i ? " " : "", AK_STR_FMT(t->value[i].text));
	out = ak_arena_z(w->arena, ak_buf_str(&b));
	ak_buf_release(&b);
	return out;
}

static void own_texts(struct ak_spec *s, struct ak_arena *a)
{
	for (size_t i = 0; i < AK_COUNT(texts); i++) {
		const char **text = text_of(s, i);

		*text = *text ? ak_arena_z(a, ak_str_of(*text)) : NULL;
	}
}

enum ak_rc ak_form_saved(const json_t *search, const json_t *params, struct ak_where *w, json_t *used, struct ak_form *out, struct ak_err *err)
{
	struct ak_search_opts o;
	enum ak_rc rc;

	*out = (struct ak_form){.limit = AK_FORM_LIMIT, .bound = INT64_MAX};
	rc = ak_spec_load(search, params, &out->spec, used, err);
	if (rc == AK_OK)
		rc = ak_spec_compile(&out->spec, w, &o, err);
	if (rc != AK_OK)
		return rc;
	fill_in(&out->spec, params);
	own_texts(&out->spec, w->arena);
	if (out->spec.text)
		out->spec.text = words(w, out->spec.text);
	out->spec.layers = o.kinds;
	settle(out, w, &o, true);
	return AK_OK;
}

/* ---- writing ---- */

static void add(struct ak_buf *out, const char *name, const char *value)
{
	if (!value)
		return;
	if (out->n)
		ak_buf_addc(out, '&');
	ak_target_escape(out, ak_str_of(name));
	ak_buf_addc(out, '=');
	ak_target_escape(out, ak_str_of(value));
}

static void add_number(struct ak_buf *out, const char *name, int64_t n)
{
	ak_buf_addf(out, "%s%s=%lld", out->n ? "&" : "", name, (long long)n);
}

void ak_form_query(const struct ak_form *f, bool page, struct ak_buf *out)
{
	struct ak_spec s = f->spec;
	json_t *v;
	size_t i;

	for (int k = 0; k < AK_K_COUNT; k++)
		if (s.layers >> k & 1)
			add(out, "layer", ak_kinds[k].name);
	add(out, "layers", s.pinned ? "saved" : NULL);
	for (const struct ak_search_name *n = ak_search_names; n->name; n++)
		json_array_foreach(json_object_get(s.filters, n->name), i, v)
			add(out, n->name, json_string_value(v));
	for (i = 0; i < AK_COUNT(texts); i++)
		add(out, texts[i], *text_of(&s, i));
	add(out, "order", s.backwards ? NULL : "oldest");
	if (page && f->limit != AK_FORM_LIMIT)
		add_number(out, "limit", f->limit);
	if (page)
		add(out, "count", f->count ? "exact" : NULL);
	if (page)
		add(out, "cursor", f->cursor);
	if (f->bound != INT64_MAX)
		add_number(out, "bound", f->bound);
}

static void add_option(struct ak_buf *out, struct ak_arena *a, const char *name, const char *value)
{
	if (value)
		ak_buf_addf(out, " --%s %s", name, ak_text_shell(a, value));
}

bool ak_form_command(const struct ak_form *f, struct ak_arena *a, struct ak_buf *out)
{
	struct ak_spec s = f->spec;
	json_t *v;
	size_t i;

	if (s.pinned)
		return false;
	for (int k = 0; k < AK_K_COUNT; k++)
		if (s.layers >> k & 1)
			add_option(out, a, "layer", ak_kinds[k].name);
	for (const struct ak_search_name *n = ak_search_names; n->name; n++)
		json_array_foreach(json_object_get(s.filters, n->name), i, v)
			add_option(out, a, n->name, json_string_value(v));
	add_option(out, a, "from", s.from);
	add_option(out, a, "to", s.to);
	add_option(out, a, "at", s.at);
	add_option(out, a, "where", s.where);
	ak_buf_adds(out, s.backwards ? " --newest" : "");
	if (s.text)
		ak_buf_addf(out, " %s", ak_text_shell(a, s.text));
	return true;
}
