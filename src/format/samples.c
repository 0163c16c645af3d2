#include "base/ak.h"
#include "format/samples.h"

#include <inttypes.h>
#include <stdio.h>

#include "format/compiled.h"

enum { MOST_RECORDS = 32 };

struct sample {
	const struct ak_mapping *m;
	const struct ak_registry *registry;
	void (*each)(void *ctx, const struct ak_sample_point *p);
	void *ctx;
	const char *name;
	struct ak_str input;
	const json_t *expect;
	const char *exported_at, *instead; /* NULL: not given */
};

struct yield {
	struct ak_record rec[MOST_RECORDS];
	size_t n;
	struct ak_arena arena;
	struct ak_drift drift;
};

static void compared(const struct sample *s, bool good, const char *what, struct ak_str got, struct ak_str want)
{
	const struct ak_sample_point p = {good, s->name, what, got, want};

	s->each(s->ctx, &p);
}

static void point(bool good, const struct sample *s, const char *what)
{
	compared(s, good, what, ak_str_n(NULL, 0), ak_str_n(NULL, 0));
}

/* ---- mapping it ---- */

static enum ak_rc map_json(const struct sample *s, struct ak_mapper *mp, struct yield *y, struct ak_err *err)
{
	struct ak_framer *f = ak_framer_new(ak_mapping_plan(s->m));
	struct ak_frame frame;
	enum ak_rc rc = AK_OK;

	ak_framer_feed(f, s->input.p, s->input.n, true);
	while (!rc && y->n < MOST_RECORDS && ak_framer_next(f, &frame) == AK_OK) {
		if (frame.kind == AK_FRAME_BLANK)
			continue;
		rc = frame.kind == AK_FRAME_BAD ? ak_reject(err, frame.reason, "not a record") :
						  ak_mapper_json(mp, &frame, &y->arena, &y->rec[y->n], err);
		y->n += !rc;
	}
	ak_framer_free(f);
	return rc;
}

static enum ak_rc map_csv(const struct sample *s, struct ak_mapper *mp, struct yield *y, struct ak_err *err)
{
	struct ak_csv *csv = ak_csv_new(0);
	struct ak_frame frame;
	enum ak_rc rc = AK_OK;

	ak_csv_feed(csv, s->input.p, s->input.n, true);
	while (!rc && y->n < MOST_RECORDS) {
		rc = ak_mapper_csv(mp, csv, &frame, &y->arena, &y->rec[y->n], err);
		if (!rc && frame.kind == AK_FRAME_BAD)
			rc = ak_reject(err, frame.reason, "not a row");
		y->n += !rc && frame.kind == AK_FRAME_RECORD;
	}
	ak_csv_free(csv);
	return rc == AK_END ? AK_OK : rc;
}

/* ---- comparing ---- */

struct ak_str ak_sample_value(const struct ak_record *r, enum ak_field_id f, char room[32])
{
	const struct ak_value *v = &r->v[f];
	enum ak_type type = ak_fields[f].type;

	if (!v->set)
		return (struct ak_str){NULL, 0};
	if (type == AK_T_BOOL || type == AK_T_PRESENCE)
		return ak_str_of(v->num ? "true" : "false");
	if (type != AK_T_INT)
		return v->text;
	snprintf(room, 32, "%" PRId64, v->num);
	return ak_str_of(room);
}

/* Text of an expected value; p == NULL for null, which says that the field must be absent. */
static struct ak_str wanted(const json_t *v, char room[32])
{
	if (json_is_string(v))
		return ak_str_n(json_string_value(v), json_string_length(v));
	if (json_is_boolean(v))
		return ak_str_of(json_is_true(v) ? "true" : "false");
	if (!json_is_integer(v))
		return (struct ak_str){NULL, 0};
	snprintf(room, 32, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
	return ak_str_of(room);
}

static void compare_one(const struct sample *s, const struct ak_record *r, size_t i, const char *column, const json_t *v)
{
	char a[32], b[32], what[80];
	struct ak_str want = wanted(v, a), got;
	int f = ak_field_find(ak_str_of(column));
	bool good;

	snprintf(what, sizeof(what), "record %zu, %s", i + 1, column);
	if (strcmp(column, "kind") == 0) {
		compared(s, ak_str_is(want, ak_kinds[r->kind].name), what, ak_str_of(ak_kinds[r->kind].name), want);
		return;
	}
	if (f < 0) {
		compared(s, false, what, AK_STR("no such field"), want);
		return;
	}
	got = ak_sample_value(r, (enum ak_field_id)f, b);
	good = want.p ? got.p && ak_str_eq(got, want) : !got.p;
	compared(s, good, what, got, want);
}

static void compare(const struct sample *s, const struct yield *y)
{
	point(y->n == json_array_size(s->expect), s, "number of records");
	for (size_t i = 0; i < y->n && i < json_array_size(s->expect); i++) {
		const char *column;
		json_t *v;

		json_object_foreach(json_array_get(s->expect, i), column, v)
			compare_one(s, &y->rec[i], i, column, v);
	}
}

static void nothing_unknown(const struct sample *s, const struct yield *y)
{
	bool any = y->drift.paths.n > 0;

	compared(s, !any, "names every member", any ? y->drift.paths.e[0].key : ak_str_n(NULL, 0), ak_str_n(NULL, 0));
}

/* The input is recognised as this format, or a look-alike as the one that it names. */
static void detected(const struct sample *s)
{
	const struct ak_mapping *m = NULL;
	const char *want = s->instead ? s->instead : ak_mapping_info(s->m)->id, *got;
	struct ak_detection why;
	struct ak_err err = {0};
	enum ak_rc rc = ak_registry_detect(s->registry, s->input, true, &m, &why, &err);

	got = rc ? "none" : ak_mapping_info(m)->id;
	compared(s, strcmp(got, want) == 0, s->instead ? "is recognised as another" : "is recognised",
		 ak_str_of(rc && !s->instead ? err.msg : got), ak_str_of(want));
}

static void one_sample(const struct sample *s)
{
	struct yield *y = ak_alloc_zero(1, sizeof(*y));
	struct ak_err err = {0};
	struct ak_mapper *mp;
	enum ak_rc rc;

	ak_arena_init(&y->arena);
	ak_drift_init(&y->drift);
	mp = ak_mapper_new(s->m, &(struct ak_mapper_opts){.drift = &y->drift, .exported_at = s->exported_at});
	rc = ak_mapping_info(s->m)->csv ? map_csv(s, mp, y, &err) : map_json(s, mp, y, &err);
	compared(s, !rc, "maps", ak_str_of(rc ? err.msg : NULL), ak_str_n(NULL, 0));
	compare(s, y);
	nothing_unknown(s, y);
	detected(s);
	ak_mapper_free(mp);
	ak_drift_release(&y->drift);
	ak_arena_release(&y->arena);
	ak_free(y);
}

enum ak_rc ak_compile_samples(struct ak_compiler *c)
{
	const json_t *list = ak_compile_member(c->yaml.root, "samples"), *one;
	size_t i;

	json_array_foreach(list, i, one)
	{
		const char *instead = json_string_value(ak_compile_member(one, "instead"));

		if (!instead == !ak_compile_member(one, "expect"))
			return ak_compile_fail(c, one, "a sample has either 'expect' or 'instead'");
		if (instead && strcmp(instead, c->m->info.id) == 0)
			return ak_compile_fail(c, one, "'instead' names another format, or none");
	}
	return AK_OK;
}

enum ak_rc ak_samples_run(const struct ak_mapping *m, const struct ak_registry *registry,
			  void (*each)(void *ctx, const struct ak_sample_point *p), void *ctx, size_t *samples, struct ak_err *err)
{
	const struct ak_mapping_info *info = ak_mapping_info(m);
	const json_t *list;
	struct ak_yaml yaml;
	enum ak_rc rc = ak_yaml_load(info->id, info->text, &yaml, err);

	if (rc != AK_OK)
		return rc;
	list = json_object_get(yaml.root, "samples");
	*samples = json_array_size(list);
	for (size_t i = 0; i < *samples; i++) {
		const json_t *one = json_array_get(list, i), *input = json_object_get(one, "input");
		const char *name = json_string_value(json_object_get(one, "name"));
		const struct sample s = {.m = m, .registry = registry, .each = each, .ctx = ctx, .name = name ? name : "unnamed",
					 .input = ak_str_n(json_string_value(input), json_string_length(input)),
					 .expect = json_object_get(one, "expect"),
					 .exported_at = json_string_value(json_object_get(one, "exported_at")),
					 .instead = json_string_value(json_object_get(one, "instead"))};

		if (s.instead)
			detected(&s);
		else
			one_sample(&s);
	}
	ak_yaml_release(&yaml);
	return AK_OK;
}
