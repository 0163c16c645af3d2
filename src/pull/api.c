#include "base/ak.h"
#include "pull/api.h"

#include "base/embedded.h"

struct reader {
	const struct ak_yaml *y;
	struct ak_arena *a;
	const json_t *defaults;
	struct ak_err *err;
	enum ak_rc rc; /* of the first mistake */
};

static void wrong(struct reader *r, const json_t *at, const char *stream, const char *what)
{
	if (r->rc == AK_OK)
		r->rc = ak_fail(r->err, AK_EXIT_USAGE, "%.60s:%d: stream '%.60s' %s", r->y->name,
				ak_yaml_line(r->y, at), stream, what);
}

static const char *kept(struct reader *r, const json_t *v)
{
	if (json_is_integer(v))
		return ak_arena_printf(r->a, "%lld", (long long)json_integer_value(v)).p;
	if (json_is_boolean(v))
		return json_is_true(v) ? "true" : "false";
	return json_is_string(v) ? ak_arena_z(r->a, ak_str_of(json_string_value(v))) : NULL;
}

static const char *text(struct reader *r, const json_t *o, const char *name)
{
	return kept(r, json_object_get(o, name));
}

/* A member of the stream, or of defaults; left empty it is none. */
static const json_t *member(const struct reader *r, const json_t *stream, const char *name)
{
	const json_t *v = json_object_get(stream, name);

	if (!v)
		v = json_object_get(r->defaults, name);
	return json_is_null(v) ? NULL : v;
}

static const char *const *words(struct reader *r, const json_t *v)
{
	size_t n = json_is_array(v) ? json_array_size(v) : v != NULL;
	const char **list = ak_arena_zero(r->a, (n + 1) * sizeof *list);

	for (size_t i = 0; i < n; i++)
		list[i] = kept(r, json_is_array(v) ? json_array_get(v, i) : v);
	return list;
}

static void add_params(struct reader *r, const json_t *o, struct ak_api_params *out)
{
	struct ak_api_param *list;
	const char *name;
	size_t n = 0, i;
	json_t *v, *item;

	json_object_foreach((json_t *)o, name, v) n += json_is_array(v) ? json_array_size(v) : 1;
	list = ak_arena_zero(r->a, (n + 1) * sizeof *list);
	json_object_foreach((json_t *)o, name, v)
	{
		const char *own = ak_arena_z(r->a, ak_str_of(name));

		if (!json_is_array(v))
			list[out->n++] = (struct ak_api_param){own, kept(r, v)};
		json_array_foreach(v, i, item) list[out->n++] = (struct ak_api_param){own, kept(r, item)};
	}
	for (i = 0; i < out->n; i++)
		if (!list[i].value)
			wrong(r, o, "params", "has a parameter without a value");
	out->item = list;
}

/* Nothing that could end a header and begin another. */
static void check_header(struct reader *r, const json_t *at, const char *name, const char *value)
{
	size_t n = name ? strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") : 0;

	for (; value && *value >= ' ' && *value <= '~'; value++)
		;
	if (!n || name[n] || (value && *value))
		wrong(r, at, "headers", "has a name or value that cannot stand in a header");
}

static int one_of(const char *word, const char *const *names, size_t n)
{
	for (size_t i = 0; word && i < n; i++)
		if (strcmp(word, names[i]) == 0)
			return (int)i;
	return -1;
}

/* "15m", "1h", "2d" in microseconds; 0 for nothing, -1 for anything else. */
static int64_t span(const char *z)
{
	static const struct {
		char unit;
		int64_t s;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
	int64_t n = 0;

	if (!z)
		return 0;
	for (; ak_is_digit((unsigned char)*z) && n < 100000; z++)
		n = n * 10 + (*z - '0');
	for (size_t i = 0; i < AK_COUNT(units); i++)
		if (z[0] == units[i].unit && !z[1] && n > 0)
			return n * units[i].s * 1000000;
	return -1;
}

static void add_window(struct reader *r, const json_t *v, struct ak_api_stream *s)
{
	static const char *const forms[] = {"s", "ms", "rfc3339", "datetime", "date"};
	int as = one_of(text(r, v, "as"), forms, AK_COUNT(forms));

	s->window.from = text(r, v, "from");
	s->window.to = text(r, v, "to");
	s->window.align_us = span(text(r, v, "align"));
	if (as < 0)
		wrong(r, v, s->name, "wants window.as to be s, ms, rfc3339, datetime or date");
	else
		s->window.as = (enum ak_api_time)as;
	if (s->window.align_us < 0)
		wrong(r, v, s->name, "wants window.align to be a span such as 1h");
}

static void add_paging(struct reader *r, const json_t *v, struct ak_api_stream *s)
{
	static const char *const ways[] = {"none", "cursor", "number", "link"};
	int by = v ? one_of(text(r, v, "by"), ways, AK_COUNT(ways)) : AK_PAGING_NONE;
	const json_t *first = json_object_get(v, "first");

	s->paging.send = text(r, v, "send");
	s->paging.from = text(r, v, "from");
	s->paging.more = text(r, v, "more");
	s->paging.pages = text(r, v, "pages");
	s->paging.total = text(r, v, "total");
	s->paging.first = first ? json_integer_value(first) : 1;
	if (by < 0)
		wrong(r, v, s->name, "wants paging.by to be cursor, number, link or none");
	else
		s->paging.by = (enum ak_api_paging)by;
	if ((by == AK_PAGING_CURSOR || by == AK_PAGING_NUMBER) && !s->paging.send)
		wrong(r, v, s->name, "has pages, but no paging.send");
	if (by == AK_PAGING_CURSOR && !s->paging.from)
		wrong(r, v, s->name, "has cursors, but no paging.from");
}

static void add_passes(struct reader *r, const json_t *v, struct ak_api_stream *s)
{
	s->npasses = json_array_size(v) ? json_array_size(v) : 1;
	s->passes = ak_arena_zero(r->a, s->npasses * sizeof *s->passes);
	for (size_t i = 0; i < json_array_size(v); i++)
		add_params(r, json_array_get(v, i), &s->passes[i]);
}

static void add_stream(struct reader *r, const char *name, const json_t *o, struct ak_api_stream *s)
{
	const json_t *each = member(r, o, "each");

	s->name = ak_arena_z(r->a, ak_str_of(name));
	s->title = kept(r, member(r, o, "title"));
	s->path = kept(r, member(r, o, "path"));
	s->records = kept(r, member(r, o, "records"));
	s->formats = words(r, member(r, o, "formats"));
	s->status = kept(r, member(r, o, "status"));
	s->notes = words(r, member(r, o, "notes"));
	add_params(r, member(r, o, "params"), &s->params);
	add_passes(r, member(r, o, "passes"), s);
	if (member(r, o, "window"))
		add_window(r, member(r, o, "window"), s);
	add_paging(r, member(r, o, "paging"), s);
	s->overlap_us = span(kept(r, member(r, o, "overlap")));
	s->each.path = text(r, each, "path");
	s->each.records = text(r, each, "records");
	s->each.id = text(r, each, "id");
	if (!s->path || s->path[0] != '/')
		wrong(r, o, name, "wants a path that starts with /");
	else if (!s->records)
		wrong(r, o, name, "does not say where its records are");
	else if (s->overlap_us < 0)
		wrong(r, o, name, "wants overlap to be a span such as 1h");
}

static void fill(struct reader *r, const json_t *root, struct ak_api *out)
{
	const json_t *auth = json_object_get(root, "auth"), *streams = json_object_get(root, "streams");
	const char *name;
	json_t *v;

	r->defaults = json_object_get(root, "defaults");
	out->id = text(r, root, "id");
	out->title = text(r, root, "title");
	out->base = text(r, root, "base");
	out->header = text(r, auth, "header");
	out->scheme = text(r, auth, "scheme");
	out->env = text(r, auth, "env");
	out->credential = text(r, auth, "needs");
	add_params(r, json_object_get(root, "headers"), &out->headers);
	check_header(r, auth, out->header, out->scheme);
	for (size_t i = 0; i < out->headers.n; i++)
		check_header(r, root, out->headers.item[i].name, out->headers.item[i].value);
	add_params(r, json_object_get(root, "needs"), &out->needs);
	out->stream = ak_arena_zero(r->a, (json_object_size(streams) + 1) * sizeof *out->stream);
	json_object_foreach((json_t *)streams, name, v) add_stream(r, name, v, &out->stream[out->nstreams++]);
}

enum ak_rc ak_api_parse(const char *name, struct ak_str yaml, struct ak_arena *a, struct ak_api *out,
			struct ak_err *err)
{
	struct ak_yaml y = {0};
	struct reader r = {.y = &y, .a = a, .err = err};
	struct ak_api api = {0};
	enum ak_rc rc = ak_yaml_load(name, yaml, &y, err);

	if (rc == AK_OK)
		rc = ak_yaml_check(&y, y.root, ak_api_rules, NULL, err);
	if (rc == AK_OK) {
		fill(&r, y.root, &api);
		rc = r.rc;
	}
	if (rc == AK_OK)
		*out = api;
	else
		ak_hint(err, "mend that line: the built-in APIs are examples, auditkit-pull(1) explains them");
	ak_yaml_release(&y);
	return rc;
}

enum ak_rc ak_api_all(struct ak_arena *a, struct ak_api **out, size_t *n, struct ak_err *err)
{
	size_t count = 0;
	enum ak_rc rc = AK_OK;

	while (ak_embedded_apis[count].name)
		count++;
	*out = ak_arena_zero(a, (count + 1) * sizeof **out);
	for (*n = 0; *n < count && rc == AK_OK; ++*n) {
		const struct ak_embedded *e = &ak_embedded_apis[*n];

		rc = ak_api_parse(e->name, ak_str_n(e->text, e->n), a, *out + *n, err);
	}
	return rc;
}

const struct ak_api_stream *ak_api_stream(const struct ak_api *api, const char *name)
{
	for (size_t i = 0; i < api->nstreams; i++)
		if (strcmp(api->stream[i].name, name) == 0)
			return &api->stream[i];
	return NULL;
}
