#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/jsonw.h"
#include "base/jsonget.h"
#include "cmd/search_run.h"
#include "search/saved.h"

static const json_t *newest(const json_t *queries, const char *name) { return json_array_get(json_object_get(queries, name), 0); }

/* ---- list ---- */

static json_t *rows(const json_t *queries)
{
	json_t *out = json_array(), *versions;
	const char *name;

	json_object_foreach((json_t *)queries, name, versions) {
		const json_t *q = newest(queries, name);

		json_array_append_new(out, json_pack("{s:s, s:O, s:O, s:O, s:o}", "name", name, "version", json_object_get(q, "version"), "saved",
						     json_object_get(q, "saved"), "search", json_object_get(q, "search"), "params",
						     ak_saved_params(json_object_get(q, "search"))));
	}
	return out;
}

static void print_rows(struct ak_ctx *c, const json_t *list)
{
	struct ak_buf b;
	json_t *q, *p;
	size_t i, k;

	ak_buf_init(&b, 1 << 22);
	json_array_foreach((json_t *)list, i, q) {
		ak_buf_clear(&b);
		json_array_foreach(json_object_get(q, "params"), k, p)
			ak_buf_addf(&b, "%s$%s", k ? ", " : "; parameters ", json_string_value(p));
		ak_io_line(c->io, "query", "%s, version %lld of %s%s", ak_jtxt(q, "name", "?"), (long long)ak_jnum(q, "version"), ak_jtxt(q, "saved", "?"),
			   b.n ? b.p : "");
		ak_buf_clear(&b);
		ak_jcs(json_object_get(q, "search"), &b, NULL);
		ak_io_line(c->io, "", "%s", b.p);
	}
	if (!json_array_size(list))
		ak_io_line(c->io, "query", "none is saved; 'auditkit search ... --save NAME' does");
	ak_buf_release(&b);
}

static enum ak_exit run_list(struct ak_ctx *c, struct ak_err *err)
{
	json_t *queries = NULL, *doc, *list;
	enum ak_rc rc = ak_saved_read(c->workspace, &queries, err);

	if (rc != AK_OK)
		return err->exit;
	list = rows(queries);
	doc = json_pack("{s:s, s:i, s:O}", "schema", "auditkit.queries/1", "format_version", 1, "queries", list);
	if (c->json)
		rc = ak_io_json(c->io, doc, err);
	else
		print_rows(c, list);
	json_decref(doc);
	json_decref(list);
	json_decref(queries);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_example list_examples[] = {{"auditkit query list", "saved searches with their parameters"}, {NULL, NULL}};

const struct ak_cmd ak_cmd_query_list = {
	.name = "query list",
	.summary = "saved searches",
	.text = "They stand in queries.json of the workspace, values of people and keys as tokens.",
	.examples = list_examples,
	.needs = AK_NEED_READ,
	.run = run_list,
};

/* ---- run ---- */

static enum ak_rc params(const struct ak_ctx *c, json_t *out, struct ak_err *err)
{
	const char *const *list = ak_args_list(c->args, "param");

	for (; list && *list; list++) {
		const char *is = strchr(*list, '=');

		if (!is || is == *list || !is[1]) {
			ak_hint(err, "as in: --param user=ada@example.org");
			return ak_fail(err, AK_EXIT_USAGE, "option '--param' is NAME=VALUE");
		}
		char *name = ak_strndup(*list, (size_t)(is - *list));

		json_object_set_new(out, name, json_string(is + 1));
		ak_free(name);
	}
	return AK_OK;
}

static enum ak_rc all_used(const json_t *given, const json_t *used, struct ak_err *err)
{
	const char *name;
	json_t *v;

	json_object_foreach((json_t *)given, name, v)
		if (!json_object_get(used, name)) {
			ak_hint(err, "'auditkit query list' names its parameters; a filter that was saved can be given by its name too");
			return ak_fail(err, AK_EXIT_USAGE, "this query has no parameter '%.40s'", name);
		}
	return AK_OK;
}

static enum ak_rc run_saved(struct ak_ctx *c, const json_t *search, const char *name, const json_t *given, struct ak_err *err)
{
	struct ak_found_forms f = {.c = c, .params = given, .used = json_object()};
	const struct ak_found_saved page = {name, json_integer_value(json_object_get(search, "limit")), json_is_true(json_object_get(search, "all"))};
	struct ak_spec s = {.filters = NULL};
	struct ak_search_opts o;
	struct ak_where w;
	enum ak_rc rc = ak_spec_load(search, given, &s, f.used, err);

	ak_found_where(&f, &w);
	if (rc == AK_OK)
		rc = ak_spec_compile(&s, &w, &o, err);
	if (rc == AK_OK)
		rc = all_used(given, f.used, err);
	if (rc == AK_OK)
		rc = ak_found_run(c, &o, &page, NULL, err);
	json_decref(s.filters);
	json_decref(f.used);
	return rc;
}

static enum ak_exit run_run(struct ak_ctx *c, struct ak_err *err)
{
	json_t *queries = NULL, *given = json_object();
	const json_t *q = NULL;
	enum ak_rc rc = ak_saved_read(c->workspace, &queries, err);

	if (rc == AK_OK && !(q = newest(queries, c->args->word[0]))) {
		ak_hint(err, "'auditkit query list' shows them");
		rc = ak_fail(err, AK_EXIT_USAGE, "there is no saved query '%.60s'", c->args->word[0]);
	}
	if (rc == AK_OK)
		rc = params(c, given, err);
	if (rc == AK_OK)
		rc = run_saved(c, json_object_get(q, "search"), c->args->word[0], given, err);
	json_decref(queries);
	json_decref(given);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_opt run_opts[] = {
	{"param", 0, AK_OPT_LIST, "NAME=VALUE", "value of $NAME, or in place of a filter of this name; may be repeated"},
	AK_OPTS_FOUND,
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example run_examples[] = {
	{"auditkit query run refused --param status=4xx", "what 'auditkit search --status $status --save refused' has saved"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_query_run = {
	.name = "query run",
	.args = "NAME",
	.summary = "run a saved search",
	.text = "The newest version of it. Relative times are of now. Layers are those that it had when it was saved, and so is the page\n"
		"(--limit or --all), unless this run asks for another. What a search prints beside (--format, --full, -o) is not saved.",
	.opts = run_opts,
	.examples = run_examples,
	.needs = AK_NEED_READ | AK_NEED_KEYS | AK_NEED_POLICY | AK_NEED_ACCESS,
	.min_words = 1,
	.max_words = 1,
	.run = run_run,
};

/* ---- rm ---- */

static enum ak_exit run_rm(struct ak_ctx *c, struct ak_err *err)
{
	if (ak_saved_remove(c->workspace, c->args->word[0], err) != AK_OK)
		return err->exit;
	ak_io_note(c->io, "removed", "%s with all its versions", c->args->word[0]);
	return AK_EXIT_OK;
}

static const struct ak_example rm_examples[] = {{"auditkit query rm old", "with all its versions"}, {NULL, NULL}};

const struct ak_cmd ak_cmd_query_rm = {
	.name = "query rm",
	.args = "NAME",
	.summary = "forget a saved search",
	.examples = rm_examples,
	.needs = AK_NEED_READ,
	.min_words = 1,
	.max_words = 1,
	.run = run_rm,
};
