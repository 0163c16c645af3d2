#include "base/ak.h"

#include "base/buf.h"
#include "conf/yaml.h"
#include "format/detect.h"
#include "format/registry.h"
#include "run.h"
#include "tap.h"

/* The cross-detection matrix: every sample of every mapping in src/formats, in each shape that an export of such records may
 * have, against all mappings. The one whose sample it is fits, and no other does, not even with fewer signs; what fits as well
 * is a tie, which nobody but the user could resolve. A new YAML file is in the matrix by being there. */

static const struct shape {
	const char *name, *before, *between, *after;
	int times;
	bool json, bare; /* for JSON alone; for mappings alone whose records stand in no container */
} shapes[] = {
	{"as it is", "", "", "", 1, false, false},
	{"behind a byte order mark", "\xEF\xBB\xBF", "", "", 1, false, false},
	{"three in a row", "", "\n", "\n", 3, true, false},
	{"two in an array", "[", ",", "]", 2, true, true},
};

struct matrix {
	const struct ak_registry *registry;
	bool twins; /* every mapping stands there twice, so that each of its samples must be a tie */
	const char *shape;
	size_t inputs, tries, bad;
};

static void complain(struct matrix *x, const char *id, const char *sample, const char *what, const char *other)
{
	x->bad++;
	printf("# %s, %s, %s: %s %s\n", id, sample, x->shape, what, other);
}

static bool fits(const struct ak_mapping *m, struct ak_str input)
{
	struct ak_walker *w = ak_walker_new();
	struct ak_fit fit;

	ak_detect_try(m, w, input, true, &fit);
	ak_walker_free(w);
	return fit.fits;
}

/* want: the one mapping that may fit, "none" for none. */
static void one_input(struct matrix *x, const char *id, const char *sample, const char *want, struct ak_str input)
{
	const struct ak_mapping *m = NULL;
	struct ak_detection why;
	struct ak_err err = {0};
	enum ak_rc rc = ak_registry_detect(x->registry, input, true, &m, &why, &err);

	x->inputs++;
	if (strcmp(rc ? "none" : ak_mapping_info(m)->id, want) != 0)
		complain(x, id, sample, "is taken for", rc ? err.msg : ak_mapping_info(m)->id);
	for (size_t i = 0; i < ak_registry_count(x->registry); i++) {
		const char *other = ak_mapping_info(ak_registry_at(x->registry, i))->id;

		x->tries++;
		if (strcmp(other, want) != 0 && fits(ak_registry_at(x->registry, i), input))
			complain(x, id, sample, "is claimed too by", other);
	}
}

/* The same where every mapping has a twin. */
static void one_tie(struct matrix *x, const char *id, const char *sample, const char *want, struct ak_str input)
{
	const struct ak_mapping *m = NULL;
	struct ak_detection why;
	struct ak_err err = {0};
	char message[200];

	x->inputs++;
	snprintf(message, sizeof message, "format is not clear: '%s' and '%s-twin' fit alike", want, want);
	if (ak_registry_detect(x->registry, input, true, &m, &why, &err) == AK_OK || (strcmp(want, "none") && strcmp(err.msg, message)))
		complain(x, id, sample, "is no tie:", err.msg);
}

static void in_shapes(struct matrix *x, const struct ak_mapping *m, const char *name, const char *want, struct ak_str input)
{
	const struct ak_mapping_info *info = ak_mapping_info(m);

	for (const struct shape *s = shapes; s < shapes + AK_COUNT(shapes); s++) {
		struct ak_buf b;

		if (ak_str_starts(input, ak_str_of(shapes[1].before)) && s != shapes)
			continue;
		if ((s->json && info->csv) || (s->bare && ak_mapping_plan(m)->npaths))
			continue;
		ak_buf_init(&b, 1 << 22);
		ak_buf_adds(&b, s->before);
		for (int n = 0; n < s->times; n++) {
			ak_buf_adds(&b, n ? s->between : "");
			ak_buf_add(&b, input.p, input.n);
		}
		ak_buf_adds(&b, s->after);
		x->shape = s->name;
		(x->twins ? one_tie : one_input)(x, info->id, name, want, ak_buf_str(&b));
		ak_buf_release(&b);
	}
}

static void one_mapping(struct matrix *x, const struct ak_mapping *m)
{
	const struct ak_mapping_info *info = ak_mapping_info(m);
	size_t own = 0, i;
	struct ak_yaml yaml;
	struct ak_err err = {0};
	json_t *one;

	x->bad = 0;
	if (!ok(ak_yaml_load(info->id, info->text, &yaml, &err) == AK_OK, info->id))
		return;
	json_array_foreach(json_object_get(yaml.root, "samples"), i, one) {
		const json_t *input = json_object_get(one, "input");
		const char *instead = json_string_value(json_object_get(one, "instead"));

		own += !instead;
		in_shapes(x, m, json_string_value(json_object_get(one, "name")), instead ? instead : info->id,
			  ak_str_n(json_string_value(input), json_string_length(input)));
	}
	ok(own > 0 && !x->bad, info->id);
	ak_yaml_release(&yaml);
}

static void all_mappings(struct matrix *x)
{
	for (size_t i = 0; i < ak_registry_count(x->registry); i++)
		if (!x->twins || !strstr(ak_mapping_info(ak_registry_at(x->registry, i))->id, "-twin"))
			one_mapping(x, ak_registry_at(x->registry, i));
}

/* The text with "-twin" behind the id. */
static void put_twin(const struct ak_mapping *m)
{
	const struct ak_mapping_info *info = ak_mapping_info(m);
	char path[200], line[200];
	struct ak_buf b;
	const char *at;

	snprintf(path, sizeof path, "%s.yaml", info->id);
	snprintf(line, sizeof line, "id: %s\n", info->id);
	at = memmem(info->text.p, info->text.n, line, strlen(line));
	if (!ok(at != NULL, path))
		return;
	at += strlen(line) - 1;
	ak_buf_init(&b, 1 << 22);
	ak_buf_add(&b, info->text.p, (size_t)(at - info->text.p));
	ak_buf_adds(&b, "-twin");
	ak_buf_add(&b, at, (size_t)(info->text.p + info->text.n - at));
	run_put(path, b.p, b.n);
	ak_buf_release(&b);
}

static struct ak_registry *open_registry(const char *folder)
{
	const char *const folders[] = {folder, NULL};
	struct ak_registry *r = NULL;
	struct ak_err err = {0};

	if (ak_registry_open(folders, &r, &err)) {
		printf("Bail out! %s\n", err.msg);
		exit(1);
	}
	return r;
}

int main(void)
{
	struct ak_registry *all = open_registry(NULL), *twice;
	struct matrix x = {.registry = all}, y = {.twins = true};
	char folder[64];

	all_mappings(&x);
	printf("# %zu formats, %zu inputs, %zu of each with each\n", ak_registry_count(all), x.inputs, x.tries);
	ok(x.inputs > 2 * ak_registry_count(all), "samples of all formats");
	run_in_new_folder(folder);
	for (size_t i = 0; i < ak_registry_count(all); i++)
		put_twin(ak_registry_at(all, i));
	y.registry = twice = open_registry(".");
	is_int((int64_t)ak_registry_count(twice), 2 * (int64_t)ak_registry_count(all), "a file is a format");
	all_mappings(&y);
	is_int((int64_t)y.inputs, (int64_t)x.inputs, "each sample of each twin is a tie");
	ak_registry_free(twice);
	ak_registry_free(all);
	run_leave_folder(folder);
	return done_testing();
}
