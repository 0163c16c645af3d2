#include "base/ak.h"

#include "base/map.h"
#include "tmpl/mustache.h"
#include "tmpl/parse.h"

enum { MAX_PARTIALS = 20, MAX_STEPS = 20000000 };

static const char safe_key[] = "$safe";

/* The context stack; the innermost value first. */
struct frame {
	const json_t *value;
	const struct frame *up;
};

struct render {
	const struct ak_mustache_opts *opts;
	struct ak_buf *out;
	struct ak_err *err;
	unsigned partials; /* depth */
	size_t steps;
	struct ak_map asked; /* with unknown_is_error: name of a value -> 0 once it was there, else 1 + where it stands */
	const char *name, *start;
};

static enum ak_rc render_text(struct render *r, const char *name, struct ak_str tmpl, const struct frame *top);

/* A member of the innermost value that has it. */
static const json_t *lookup_first(struct render *r, const struct frame *top, struct ak_str key)
{
	for (; top; top = top->up, r->steps++) {
		const json_t *v = json_object_getn(top->value, key.p, key.n);
		if (v)
			return v;
	}
	return NULL;
}

/* `.`, `a` or `a.b.c`: the first part is looked up through the stack, the others only below what it found. */
static const json_t *lookup(struct render *r, const struct frame *top, struct ak_str name)
{
	if (ak_str_is(name, "."))
		return top->value;
	size_t dot = ak_str_find(name, '.');
	const json_t *v = lookup_first(r, top, ak_str_n(name.p, dot));
	while (v && dot < name.n) {
		name = ak_str_n(name.p + dot + 1, name.n - dot - 1);
		dot = ak_str_find(name, '.');
		v = json_object_getn(v, name.p, dot);
	}
	return v;
}

static bool is_false(const json_t *v)
{
	return !v || json_is_null(v) || json_is_false(v) || (json_is_array(v) && json_array_size(v) == 0) ||
	       (json_is_string(v) && json_string_length(v) == 0);
}

static void put(struct render *r, struct ak_str text, bool raw)
{
	if (raw)
		ak_buf_addstr(r->out, text);
	else
		ak_escape(r->out, r->opts->escape, text);
}

static void put_scalar(struct render *r, const json_t *v, bool raw)
{
	char number[64];
	if (json_is_string(v)) {
		put(r, ak_str_n(json_string_value(v), json_string_length(v)), raw);
	} else if (json_is_boolean(v)) {
		put(r, ak_str_of(json_is_true(v) ? "true" : "false"), raw);
	} else if (json_is_number(v)) {
		/* Jansson's writer, because printf would ask the locale for the decimal sign */
		size_t n = json_dumpb(v, number, sizeof(number), JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
		put(r, ak_str_n(number, n), raw || r->opts->escape == AK_ESC_YAML);
	}
}

static void put_value(struct render *r, const json_t *v, bool raw)
{
	const json_t *safe = json_object_get(v, safe_key);
	if (safe)
		put_scalar(r, safe, raw);
	else
		put_scalar(r, v, raw && r->opts->spec_raw);
}

/* Every line of the partial gets the indentation of its tag. */
static void indent_lines(struct ak_buf *b, struct ak_str text, struct ak_str indent)
{
	while (text.n) {
		size_t n = ak_str_find(text, '\n');
		n = n < text.n ? n + 1 : n;
		ak_buf_addstr(b, indent);
		ak_buf_add(b, text.p, n);
		text = ak_str_n(text.p + n, text.n - n);
	}
}

static enum ak_rc render_partial(struct render *r, const struct ak_node *node, const struct frame *top)
{
	struct ak_str text = {0};
	if (r->opts->partial)
		text = r->opts->partial(r->opts->ctx, node->text);
	if (!text.p)
		return AK_OK;
	char *name = ak_strndup(node->text.p, node->text.n);
	struct ak_buf indented;
	ak_buf_init(&indented, r->out->max);
	enum ak_rc rc;
	if (r->partials == MAX_PARTIALS) {
		rc = ak_fail(r->err, AK_EXIT_USAGE, "%s:1: partials are nested too deep", name);
	} else {
		if (node->indent.n) {
			indent_lines(&indented, text, node->indent);
			text = ak_buf_str(&indented);
		}
		r->partials++;
		rc = render_text(r, name, text, top);
		r->partials--;
	}
	ak_buf_release(&indented);
	ak_free(name);
	return rc;
}

static enum ak_rc render_nodes(struct render *r, const struct ak_nodes *nodes, size_t from, size_t to,
			       const struct frame *top);

static enum ak_rc render_section(struct render *r, const struct ak_nodes *nodes, size_t at, const struct frame *top)
{
	const struct ak_node *node = &nodes->v[at];
	const json_t *v = lookup(r, top, node->text);
	bool falsy = is_false(v);
	if (node->kind == AK_NODE_INVERTED)
		return falsy ? render_nodes(r, nodes, at + 1, node->end, top) : AK_OK;
	if (falsy)
		return AK_OK;
	struct frame inner = {v, top};
	if (!json_is_array(v))
		return render_nodes(r, nodes, at + 1, node->end, &inner);
	enum ak_rc rc = AK_OK;
	for (size_t i = 0; rc == AK_OK && i < json_array_size(v); i++) {
		inner.value = json_array_get(v, i);
		rc = render_nodes(r, nodes, at + 1, node->end, &inner);
	}
	return rc;
}

static void note_asked(struct render *r, struct ak_str name, bool there)
{
	struct ak_map_entry *e;
	bool fresh;

	if (!r->opts->unknown_is_error)
		return;
	e = ak_map_put(&r->asked, name, &fresh);
	if (there)
		e->v.num = 0;
	else if (fresh)
		e->v.num = 1 + (int64_t)(name.p - r->start);
}

static enum ak_rc spend(struct render *r)
{
	if (r->out->over)
		return ak_fail(r->err, AK_EXIT_LIMIT, "%s: page is larger than %zu bytes", r->name, r->out->max);
	if (++r->steps <= MAX_STEPS)
		return AK_OK;
	ak_hint(r->err, "sections within sections multiply: nest fewer");
	return ak_fail(r->err, AK_EXIT_LIMIT, "%s: the page takes more than %d steps", r->name, MAX_STEPS);
}

static enum ak_rc render_nodes(struct render *r, const struct ak_nodes *nodes, size_t from, size_t to,
			       const struct frame *top)
{
	enum ak_rc rc = spend(r);
	for (size_t i = from; rc == AK_OK && i < to;) {
		const struct ak_node *node = &nodes->v[i];
		const json_t *v;
		size_t next = i + 1;
		switch (node->kind) {
		case AK_NODE_TEXT:
			ak_buf_addstr(r->out, node->text);
			break;
		case AK_NODE_VALUE:
		case AK_NODE_RAW:
			v = lookup(r, top, node->text);
			note_asked(r, node->text, v != NULL);
			put_value(r, v, node->kind == AK_NODE_RAW);
			break;
		case AK_NODE_PARTIAL:
			rc = render_partial(r, node, top);
			break;
		case AK_NODE_SECTION:
		case AK_NODE_INVERTED:
			rc = render_section(r, nodes, i, top);
			next = node->end;
			break;
		}
		i = next;
		if (rc == AK_OK)
			rc = spend(r);
	}
	return rc;
}

static unsigned line_of(const struct render *r, const char *at)
{
	unsigned line = 1;

	for (const char *p = r->start; p < at; p++)
		line += *p == '\n';
	return line;
}

static enum ak_rc no_partials(const struct render *r, const struct ak_nodes *nodes)
{
	for (size_t i = 0; i < nodes->n; i++) {
		struct ak_str name = nodes->v[i].text;

		if (nodes->v[i].kind == AK_NODE_PARTIAL)
			return ak_fail(r->err, AK_EXIT_USAGE, "%s:%u: there are no partials here: {{>%.*s}}", r->name, line_of(r, name.p),
				       (int)(name.n < 60 ? name.n : 60), name.p);
	}
	return AK_OK;
}

static enum ak_rc render_text(struct render *r, const char *name, struct ak_str tmpl, const struct frame *top)
{
	struct ak_nodes nodes;
	enum ak_rc rc = ak_nodes_parse(&nodes, name, tmpl, r->err);
	if (rc == AK_OK && !r->opts->partial)
		rc = no_partials(r, &nodes);
	if (rc == AK_OK)
		rc = render_nodes(r, &nodes, 0, nodes.n, top);
	ak_nodes_release(&nodes);
	return rc;
}

/* The other template knows the name. */
static bool is_ours(const struct ak_nodes *ours, struct ak_str name)
{
	for (size_t i = 0; i < ours->n; i++)
		if (ours->v[i].kind != AK_NODE_TEXT && ak_str_eq(ours->v[i].text, name))
			return true;
	return false;
}

static enum ak_rc all_known(const struct render *r)
{
	struct ak_nodes ours = {0};
	enum ak_rc rc = r->opts->ours.n ? ak_nodes_parse(&ours, r->name, r->opts->ours, r->err) : AK_OK;

	for (size_t i = 0; i < r->asked.n && rc == AK_OK; i++) {
		const struct ak_map_entry *e = &r->asked.e[i];

		if (e->v.num && !is_ours(&ours, e->key))
			rc = ak_fail(r->err, AK_EXIT_USAGE, "%s:%u: nothing has this name: {{%.60s}}", r->name, line_of(r, r->start + e->v.num - 1), e->key.p);
	}
	ak_nodes_release(&ours);
	return rc;
}

enum ak_rc ak_mustache_render(const char *name, struct ak_str tmpl, const json_t *data,
			      const struct ak_mustache_opts *opts, struct ak_buf *out, struct ak_err *err)
{
	struct render r = {.opts = opts, .out = out, .err = err, .name = name, .start = tmpl.p};
	struct frame top = {data, NULL};
	enum ak_rc rc;

	ak_map_init(&r.asked);
	rc = render_text(&r, name, tmpl, &top);
	if (rc == AK_OK)
		rc = all_known(&r);
	ak_map_release(&r.asked);
	if (rc == AK_OK && out->over)
		return ak_fail(err, AK_EXIT_LIMIT, "%s: page is larger than %zu bytes", name, out->max);
	return rc;
}

json_t *ak_mustache_safe(struct ak_str text)
{
	json_t *v = json_object(), *s = json_stringn(text.p ? text.p : "", text.n);
	if (!v || !s || json_object_set_new(v, safe_key, s) < 0)
		AK_BUG("safe text is not UTF-8");
	return v;
}
