#include "base/ak.h"

#include "base/embedded.h"
#include "format/detect.h"
#include "format/registry.h"
#include "run.h"
#include "tap.h"

/* Mappings of invented products, so that those built in do not meet them. */
#define BODY(id, container, records, detect)                                                                           \
	"id: " id "\ntitle: t\nversion: 1\nkind: usage\ncontainer: " container "\n" records "detect: " detect          \
	"\nfields: {}\n"

static const char pages[] = BODY("zz-pages", "json", "records: [\"/zz_data/[]/rows/[]\", \"\"]\n",
				 "{required: [/zz_cost, /zz_meta, /zz_meta/a], const: {/zz_kind: \"zz.cost*\"}}");
static const char usage[] = BODY("zz-usage", "json", "records: [\"/zz_data/[]/rows/[]\", \"\"]\n",
				 "{required: [/zz_tokens, ^/zz_start], any: [/zz_a, /zz_b], forbidden: [/zz_cost]}");
static const char loose[] = BODY("zz-loose", "json", "", "{required: [/zz_tokens]}");
static const char table[] =
	BODY("zz-table", "csv", "",
	     "{required: [/Zz Time, /zz~1amount], forbidden: [/zz_old], const: {/zz_type: [cost, bill]}}");
static const char twin[] = BODY("zz-twin", "json", "", "{required: [/zz_tokens]}");

static const struct {
	const char *text, *id, *why; /* id NULL: refused, why is then the message; why NULL: not looked at */
} heads[] = {
	{"{\"zz_data\":[{\"rows\":[]},{\"rows\":[{\"zz_kind\":\"zz.costs.result\",\"zz_cost\":null,\"zz_meta\":{\"a\":"
	 "1}}]}]}",
	 "zz-pages", "4 of 4 signs"},
	{"{\"zz_kind\":\"zz.cost\",\"zz_cost\":\"1\",\"zz_meta\":{\"a\":null}}\n", "zz-pages", NULL},
	/* Cut off in the third record: the two before it speak. */
	{"{\"zz_data\":[{\"zz_start\":1,\"rows\":[{\"zz_tokens\":1,\"zz_a\":1},{\"zz_tokens\":2,\"zz_b\":1},{\"zz_tok",
	 "zz-usage", "2 of 2 signs"},
	{"{\"zz_tokens\":1}", "zz-loose", NULL},
	{"\xEF\xBB\xBF \n{\"zz_tokens\":1}", "zz-loose", NULL},
	{"{\"zz_tokens\":1}\n{\"zz_tokens\":1}\n{\"other\":1}\n", "zz-loose", NULL},
	{"{\"zz_tokens\":1}\n{\"other\":1}\n", NULL, "format not recognised: nearest is 'zz-loose' (1 of 1 signs)"},
	{"{\"zz_kind\":\"zz.cost\",\"zz_cost\":1}", NULL,
	 "format not recognised: nearest is 'zz-pages' (2 of 4 signs)"},
	{"{\"zz_kind\":\"zz.cost", NULL, "format not recognised: no complete record in the first 19 bytes"},
	{"Zz Time,zz_type,zz/amount\n1,cost,2\n2,bill,3\n", "zz-table", "3 of 3 signs"},
	{"Zz Time;zz/amount;zz_type\n1;2;bill\n", "zz-table", NULL},
	{"Zz Time,zz_type,zz/amount,zz_old\n1,cost,2,3\n", NULL, NULL},
	{"Zz Time,zz_type,zz/amount\n1,other,2\n", NULL, "format not recognised: nearest is 'zz-table' (2 of 3 signs)"},
};

static struct ak_registry *open_with(const char *const *folders)
{
	struct ak_registry *r = NULL;
	struct ak_err err = {0};

	if (ak_registry_open(folders, &r, &err)) {
		printf("Bail out! %s\n", err.msg);
		exit(1);
	}
	return r;
}

static void detection(const struct ak_registry *r)
{
	for (size_t i = 0; i < AK_COUNT(heads); i++) {
		const struct ak_mapping *m = NULL;
		struct ak_detection why = {0};
		struct ak_err err = {0};
		enum ak_rc rc = ak_registry_detect(r, ak_str_of(heads[i].text), true, &m, &why, &err);
		char name[32];

		snprintf(name, sizeof(name), "format of head %zu", i);
		is_str(ak_str_of(m ? ak_mapping_info(m)->id : NULL), heads[i].id, name);
		ok(rc == (heads[i].id ? AK_OK : AK_FAIL), "return code");
		if (!heads[i].id)
			ok(err.exit == AK_EXIT_INPUT && strstr(err.hint, "--format"), "input error with a way out");
		if (heads[i].why && heads[i].id)
			ok(ak_str_starts(ak_str_of(why.why), ak_str_of(heads[i].why)), why.why);
		if (heads[i].why && !heads[i].id)
			is_str(ak_str_of(err.msg), heads[i].why, "message");
	}
}

/* Without the end of the stream the last CSV line does not count, JSON records before the cut do. */
static void unfinished(const struct ak_registry *r)
{
	const struct ak_mapping *m = NULL;
	struct ak_detection why;
	struct ak_err err = {0};

	ok(!ak_registry_detect(r, AK_STR("{\"zz_tokens\":1}\n{\"zz_to"), false, &m, &why, &err), "cut off JSON lines");
	ok(!ak_registry_detect(r, AK_STR("Zz Time,zz_type,zz/amount\n1,cost,2\n2,b"), false, &m, &why, &err),
	   "cut off CSV");
	is_str(ak_str_of(ak_mapping_info(m)->id), "zz-table", "found");
}

static void ties(struct ak_registry *r)
{
	const struct ak_mapping *m = NULL;
	struct ak_detection why;
	struct ak_err err = {0};

	run_put("twin.yaml", twin, sizeof(twin) - 1);
	ok(!ak_registry_add_file(r, "twin.yaml", NULL, &err), "add a file");
	ok(ak_registry_detect(r, AK_STR("{\"zz_tokens\":1}"), true, &m, &why, &err) == AK_FAIL && !m,
	   "a tie is refused");
	is_str(ak_str_of(err.msg), "format is not clear: 'zz-loose' and 'zz-twin' fit alike", "both are named");
	ok(err.exit == AK_EXIT_INPUT && strstr(err.hint, "--format"), "with a way out");
}

static void order(struct ak_registry *r)
{
	const struct ak_mapping *m = NULL, *hidden;
	struct ak_err err = {0};
	size_t found = 0;

	ok(!ak_registry_find(r, "zz-pages", &m, &err), "find by id");
	is_str(ak_str_of(ak_mapping_info(m)->origin), "one/pages.yaml", "the first folder wins");
	hidden = ak_registry_hidden(r, 0);
	ok(hidden && !strcmp(ak_mapping_info(hidden)->origin, "two/pages.yaml"), "the second is hidden");
	for (size_t i = 0; i < ak_registry_count(r); i++) {
		const char *id = ak_mapping_info(ak_registry_at(r, i))->id;

		found += strncmp(id, "zz-", 3) == 0;
		ok(!i || strcmp(ak_mapping_info(ak_registry_at(r, i - 1))->id, id) < 0, "sorted by id");
	}
	is_int((int64_t)found, 4, "files without .yaml and hidden files are passed over");
	ok(ak_registry_find(r, "zz-pagse", &m, &err) == AK_FAIL && err.exit == AK_EXIT_USAGE, "unknown id");
	is_str(ak_str_of(err.hint), "did you mean 'zz-pages'?", "did you mean");
	ok(!ak_registry_add_file(r, "two/pages.yaml", &m, &err), "a file in front");
	is_str(ak_str_of(ak_mapping_info(m)->origin), "two/pages.yaml", "hides the rest");
	ok(!ak_registry_find(r, "zz-pages", &hidden, &err) && hidden == m, "and is found");
	ok(ak_registry_add_file(r, "none.yaml", &m, &err) == AK_FAIL, "a file that is not there");
}

/* A head with the names that one built-in format asks for, seen by all others: the text of a mapping never rules out what the
 * mapping does not. */
static void texts(const struct ak_registry *r)
{
	int64_t wrong = 0, ruled_out = 0, looked = 0;

	for (size_t i = 0; i < ak_registry_count(r); i++) {
		const struct ak_detect *d = &ak_registry_at(r, i)->detect;
		struct ak_buf head;

		ak_buf_init(&head, SIZE_MAX);
		ak_buf_adds(&head, ak_registry_at(r, i)->info.csv ? "" : "{");
		for (size_t k = 0; k < d->n; k++)
			ak_buf_addf(&head, "\"%.*s\": 1, ", AK_STR_FMT(d->sign[k].column));
		for (const struct ak_embedded *e = ak_embedded_formats; e->name; e++, looked++) {
			const struct ak_mapping *m = NULL;
			struct ak_str id = ak_str_n(e->name, strlen(e->name) - strlen(".yaml"));
			bool may = ak_detect_text_may(ak_str_n(e->text, e->n), ak_buf_str(&head));

			for (size_t k = 0; k < ak_registry_count(r); k++)
				if (ak_str_is(id, ak_registry_at(r, k)->info.id))
					m = ak_registry_at(r, k);
			wrong += !m || (!may && ak_detect_reads(m->info.csv, ak_buf_str(&head)) && ak_detect_may(m, ak_buf_str(&head)));
			ruled_out += !may;
		}
		ak_buf_release(&head);
	}
	is_int(wrong, 0, "mappings whose text rules out what they read");
	ok(ruled_out * 10 > looked * 8, "most are ruled out by their text");
}

int main(void)
{
	static const char *const folders[] = {"one", "two", "three", NULL};
	struct ak_registry *r;
	char path[64];

	run_in_new_folder(path);
	ok(!mkdir("one", 0700) && !mkdir("two", 0700), "folders");
	run_put("one/pages.yaml", pages, sizeof(pages) - 1);
	run_put("one/notes.txt", "no: yaml", 8);
	run_put("one/.hidden.yaml", "no", 2);
	run_put("two/pages.yaml", pages, sizeof(pages) - 1);
	run_put("two/usage.yaml", usage, sizeof(usage) - 1);
	run_put("two/loose.yaml", loose, sizeof(loose) - 1);
	run_put("two/table.yaml", table, sizeof(table) - 1);
	r = open_with(folders);
	detection(r);
	unfinished(r);
	order(r);
	ties(r);
	texts(r);
	ak_registry_free(r);
	run_leave_folder(path);
	return done_testing();
}
