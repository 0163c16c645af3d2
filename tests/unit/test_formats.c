#include "base/ak.h"

#include <dirent.h>
#include <stdlib.h>

#include "base/fs.h"
#include "base/limits.h"
#include "conf/yaml.h"
#include "format/registry.h"
#include "tap.h"

/* Every mapping in src/formats against its own samples: what each record must become, that the samples are recognised as
 * this format and no other, and that nothing in them is unknown to the mapping. */

enum { MOST_RECORDS = 32, NAME_SIZE = 300 };

struct sample {
	const struct ak_mapping *m;
	const char *name;
	struct ak_str input;
	const json_t *expect;
};

struct yield {
	struct ak_record rec[MOST_RECORDS];
	size_t n;
	struct ak_arena arena;
	struct ak_drift drift;
};

static struct ak_registry *registry;

static void point(bool good, const struct sample *s, const char *what)
{
	char name[NAME_SIZE];

	snprintf(name, sizeof(name), "%s: %s: %s", ak_mapping_info(s->m)->id, s->name, what);
	ok(good, name);
}

/* ---- mapping a sample ---- */

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

static struct ak_str value_text(const struct ak_record *r, enum ak_field_id f, char room[32])
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
		point(ak_str_is(want, ak_kinds[r->kind].name), s, what);
		return;
	}
	if (f < 0) {
		point(false, s, what);
		printf("# no such field\n");
		return;
	}
	got = value_text(r, (enum ak_field_id)f, b);
	good = want.p ? got.p && ak_str_eq(got, want) : !got.p;
	point(good, s, what);
	if (!good)
		printf("# got  '%.*s'\n# want '%.*s'\n", AK_STR_FMT(got), AK_STR_FMT(want));
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
	for (size_t i = 0; i < y->drift.paths.n; i++)
		printf("# unknown %.*s\n", AK_STR_FMT(y->drift.paths.e[i].key));
	point(!y->drift.paths.n, s, "names every member");
}

static void detected(const struct sample *s)
{
	const struct ak_mapping *m = NULL;
	struct ak_detection why;
	struct ak_err err = {0};
	enum ak_rc rc = ak_registry_detect(registry, s->input, true, &m, &why, &err);

	point(!rc && strcmp(ak_mapping_info(m)->id, ak_mapping_info(s->m)->id) == 0, s, "is recognised");
	if (rc)
		printf("# %s\n", err.msg);
	else if (strcmp(ak_mapping_info(m)->id, ak_mapping_info(s->m)->id) != 0)
		printf("# taken for %s: %s\n", ak_mapping_info(m)->id, why.why);
}

static void one_sample(const struct sample *s)
{
	struct yield *y = ak_alloc_zero(1, sizeof(*y));
	struct ak_err err = {0};
	struct ak_mapper *mp;
	enum ak_rc rc;

	ak_arena_init(&y->arena);
	ak_drift_init(&y->drift);
	mp = ak_mapper_new(s->m, &(struct ak_mapper_opts){.drift = &y->drift});
	rc = ak_mapping_info(s->m)->csv ? map_csv(s, mp, y, &err) : map_json(s, mp, y, &err);
	point(!rc, s, "maps");
	if (rc)
		printf("# %s\n", err.msg);
	compare(s, y);
	nothing_unknown(s, y);
	detected(s);
	ak_mapper_free(mp);
	ak_drift_release(&y->drift);
	ak_arena_release(&y->arena);
	ak_free(y);
}

/* ---- the folder ---- */

static void one_mapping(const struct ak_mapping *m)
{
	const struct ak_mapping_info *info = ak_mapping_info(m);
	const json_t *list;
	struct ak_yaml yaml;
	struct ak_err err = {0};

	if (ak_yaml_load(info->id, info->text, &yaml, &err)) {
		ok(false, info->id);
		return;
	}
	list = json_object_get(yaml.root, "samples");
	ok(json_array_size(list) > 0, info->id);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i), *input = json_object_get(one, "input");
		struct sample s = {m, json_string_value(json_object_get(one, "name")),
				   ak_str_n(json_string_value(input), json_string_length(input)),
				   json_object_get(one, "expect")};

		one_sample(&s);
	}
	ak_yaml_release(&yaml);
}

static size_t yaml_files(const char *folder)
{
	DIR *d = opendir(folder);
	size_t n = 0;

	for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d))
		n += strlen(e->d_name) > 5 && strcmp(e->d_name + strlen(e->d_name) - 5, ".yaml") == 0;
	if (d)
		closedir(d);
	return n;
}

int main(void)
{
	const char *top = getenv("AK_SRCDIR");
	char folder[4096];
	const char *folders[] = {folder, NULL};
	struct ak_err err = {0};

	snprintf(folder, sizeof(folder), "%s/src/formats", top ? top : ".");
	if (!yaml_files(folder))
		snprintf(folder, sizeof(folder), "%s/src/formats", "../..");
	if (ak_registry_open(folders, &registry, &err)) {
		printf("Bail out! %s\n", err.msg);
		return 1;
	}
	is_int((int64_t)ak_registry_count(registry), (int64_t)yaml_files(folder), "every file is one mapping");
	for (size_t i = 0; i < ak_registry_count(registry); i++)
		one_mapping(ak_registry_at(registry, i));
	ak_registry_free(registry);
	return done_testing();
}
