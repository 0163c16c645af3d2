#include "base/ak.h"
#include "cmd/packet_scope.h"

#include "base/jsonw.h"
#include "cmd/search_run.h"
#include "search/spec.h"

static const char *const names[] = {"user", "app", "key", "resource"};

/* One more way in which a record may match: kinds that have its fields are searched too. */
static enum ak_rc or_filter(struct ak_where *w, unsigned kinds, unsigned *sum, const char *name, const char *value, const struct ak_search_test **out,
			    struct ak_err *err)
{
	const struct ak_search_test *one;

	w->kinds = kinds;
	if (ak_test_filter(w, name, value, &one, err) != AK_OK)
		return AK_FAIL;
	*out = ak_test_join(w, AK_TEST_OR, *out, one);
	*sum |= w->kinds;
	return AK_OK;
}

/* key:K is what happened to the key K, and what was done with it. */
static enum ak_rc typed(struct ak_where *w, unsigned kinds, unsigned *sum, const char *type, const char *value, const struct ak_search_test **out,
			struct ak_err *err)
{
	const struct ak_search_test *of_type, *named;
	struct ak_search_name n;

	if (ak_search_name_find(ak_str_of(type), &n) && n.means && n.n && or_filter(w, kinds, sum, type, value, out, err) != AK_OK)
		return AK_FAIL;
	w->kinds = kinds;
	if (ak_test_filter(w, "resource-type", type, &of_type, err) != AK_OK || ak_test_filter(w, "resource", value, &named, err) != AK_OK)
		return AK_FAIL;
	*sum |= w->kinds;
	*out = ak_test_join(w, AK_TEST_OR, *out, ak_test_join(w, AK_TEST_AND, of_type, named));
	return AK_OK;
}

static enum ak_rc one_of(struct ak_ctx *c, struct ak_where *w, const char *name, const char *const *list, const struct ak_search_test **out,
			 struct ak_err *err)
{
	const struct ak_search_test *any = NULL;
	unsigned kinds = w->kinds, sum = 0;

	for (; *list; list++) {
		const char *colon = strcmp(name, "resource") == 0 ? strchr(*list, ':') : NULL;

		if (or_filter(w, kinds, &sum, name, *list, &any, err) != AK_OK)
			return AK_FAIL;
		if (colon && colon > *list && colon[1] &&
		    typed(w, kinds, &sum, ak_arena_z(&c->arena, ak_str_n(*list, (size_t)(colon - *list))), colon + 1, &any, err) != AK_OK)
			return AK_FAIL;
	}
	w->kinds = sum;
	*out = ak_test_join(w, AK_TEST_AND, *out, any);
	return AK_OK;
}

enum ak_rc ak_packet_scope_read(struct ak_ctx *c, int64_t from_us, int64_t to_us, struct ak_packet_scope *out, struct ak_err *err)
{
	struct ak_found_forms f = {.c = c, .used = json_object()};
	struct ak_search_opts o = {.from_us = from_us, .to_us = to_us, .bound = INT64_MAX};
	const struct ak_search_test *test = NULL;
	struct ak_spec spec = {.filters = json_object()};
	AK_CLEANUP(ak_json_decref) json_t *saved = NULL;
	struct ak_where w;
	struct ak_buf b;
	enum ak_rc rc = AK_OK;

	ak_found_where(&f, &w);
	for (size_t i = 0; i < AK_COUNT(names) && rc == AK_OK; i++) {
		const char *const *list = ak_args_list(c->args, names[i]);
		json_t *values = json_array();

		if (list && *list)
			rc = one_of(c, &w, names[i], list, &test, err);
		for (; rc == AK_OK && list && *list; list++)
			json_array_append_new(values, json_string(*list));
		if (json_array_size(values))
			json_object_set(spec.filters, names[i], values);
		json_decref(values);
	}
	o.test = ak_test_balance(&w, test);
	o.kinds = w.kinds & ((1u << AK_K_COUNT) - 1);
	if (rc == AK_OK && test && (!o.kinds || !ak_search_fits(o.test))) {
		ak_hint(err, "build a packet for a part of them at a time");
		rc = ak_fail(err, AK_EXIT_USAGE, o.kinds ? "the scope has too many values" : "no kind of record has all that the scope asks for");
	}
	if (rc == AK_OK && test) {
		saved = ak_spec_save(&spec, &w, &o);
		ak_buf_init(&b, 1 << 20);
		ak_where_text(o.test, &b);
		*out = (struct ak_packet_scope){o, json_incref(json_object_get(saved, "filters")), ak_arena_z(&c->arena, ak_buf_str(&b))};
		ak_buf_release(&b);
		c->logged = out->expression;
	}
	json_decref(spec.filters);
	json_decref(f.used);
	return rc;
}
