/* Strings inside LIST and DIFF values, one by one. */
#include "base/ak.h"
#include "redact/values.h"

#include "base/jsonw.h"

typedef struct ak_str string_fn(void *ctx, struct ak_str name, struct ak_str s);

struct walk {
	string_fn *fn;
	void *ctx;
};

static json_t *rewrite(const struct walk *w, struct ak_str name, json_t *v);

static json_t *rewrite_object(const struct walk *w, json_t *v)
{
	json_t *out = json_object(), *member;
	const char *key;

	json_object_foreach(v, key, member) {
		struct ak_str safe = w->fn(w->ctx, AK_STR(""), ak_str_of(key));
		char *z = ak_strndup(safe.p, safe.n);
		json_object_set_new(out, z, rewrite(w, ak_str_of(key), member));
		ak_free(z);
	}
	return out;
}

static json_t *rewrite(const struct walk *w, struct ak_str name, json_t *v)
{
	struct ak_str s;
	json_t *out, *item;
	size_t i;

	if (json_is_object(v))
		return rewrite_object(w, v);
	if (json_is_array(v)) {
		out = json_array();
		json_array_foreach(v, i, item)
			json_array_append_new(out, rewrite(w, name, item));
		return out;
	}
	if (!json_is_string(v))
		return json_incref(v);
	s = w->fn(w->ctx, name, ak_str_n(json_string_value(v), json_string_length(v)));
	return json_stringn(s.p, s.n);
}

/* {"after", "before", "path"}: the path's last step names the values. */
static json_t *rewrite_entry(const struct walk *w, json_t *e)
{
	struct ak_str path = ak_str_of(json_string_value(json_object_get(e, "path"))), last = path;
	json_t *out = json_object(), *before = json_object_get(e, "before"), *after = json_object_get(e, "after");
	size_t slash = path.n;

	while (slash && path.p[slash - 1] != '/')
		slash--;
	last = ak_str_n(path.p + slash, path.n - slash);
	path = w->fn(w->ctx, AK_STR(""), path);
	if (after)
		json_object_set_new(out, "after", rewrite(w, last, after));
	if (before)
		json_object_set_new(out, "before", rewrite(w, last, before));
	json_object_set_new(out, "path", json_stringn(path.p, path.n));
	return out;
}

struct ak_str ak_json_strings(struct ak_str json, bool diff, struct ak_arena *a, string_fn *fn, void *ctx)
{
	const struct walk w = {fn, ctx};
	json_t *in = json_loadb(json.p, json.n, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL), *out, *e;
	struct ak_str text = {NULL, 0};
	struct ak_buf b;
	size_t i;

	if (!in)
		return text;
	out = json_array();
	json_array_foreach(in, i, e)
		json_array_append_new(out, diff && json_is_object(e) ? rewrite_entry(&w, e) : rewrite(&w, AK_STR(""), e));
	ak_buf_init(&b, 1u << 22);
	if (ak_jcs(out, &b, NULL) == AK_OK && !b.over)
		text = ak_arena_str(a, ak_buf_str(&b));
	ak_buf_release(&b);
	json_decref(out);
	json_decref(in);
	return text;
}
