#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/embedded.h"
#include "base/jsonw.h"
#include "base/jsonget.h"

static struct ak_str name_of(const struct ak_embedded *e)
{
	return ak_str_n(e->name, strlen(e->name) - strlen(".json"));
}

static const struct ak_embedded *find(struct ak_str name)
{
	static const char prefix[] = "auditkit.";

	if (ak_str_starts(name, ak_str_of(prefix)))
		name = ak_str_n(name.p + sizeof prefix - 1, name.n - (sizeof prefix - 1));
	if (name.n > 2 && name.p[name.n - 2] == '/')
		name.n -= 2;
	for (const struct ak_embedded *e = ak_embedded_schemas; e->name; e++)
		if (ak_str_eq(name_of(e), name))
			return e;
	return NULL;
}

static enum ak_rc parse(const struct ak_embedded *e, json_t **doc, struct ak_err *err)
{
	return ak_json_parse(ak_str_n(e->text, e->n), doc, err);
}

/* All of them, with what they are of. */
static enum ak_rc list(struct ak_ctx *c, struct ak_err *err)
{
	json_t *names = json_array(), *doc;
	enum ak_rc rc = AK_OK;

	for (const struct ak_embedded *e = ak_embedded_schemas; e->name && rc == AK_OK; e++) {
		json_t *schema = NULL;
		const char *of;

		if ((rc = parse(e, &schema, err)) != AK_OK)
			break;
		of = ak_jtxt(json_object_get(json_object_get(schema, "properties"), "schema"), "const", "?");
		json_array_append_new(names, json_pack("{s:s%, s:s}", "name", name_of(e).p, name_of(e).n, "schema", of));
		if (!c->json)
			ak_io_printf(c->io, "%-20.*s %s\n", (int)name_of(e).n, e->name, of);
		json_decref(schema);
	}
	doc = json_pack("{s:s, s:i, s:o}", "schema", "auditkit.schemas/1", "format_version", 1, "schemas", names);
	if (rc == AK_OK && c->json)
		rc = ak_io_json(c->io, doc, err);
	json_decref(doc);
	return rc;
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	const struct ak_embedded *e;
	json_t *doc = NULL;
	enum ak_rc rc;

	if (!c->args->nwords)
		return list(c, err) == AK_OK ? AK_EXIT_OK : err->exit;
	e = find(ak_str_of(c->args->word[0]));
	if (!e) {
		ak_hint(err, "'auditkit schema' lists them");
		ak_fail(err, AK_EXIT_USAGE, "there is no schema '%.60s'", c->args->word[0]);
		return err->exit;
	}
	rc = parse(e, &doc, err);
	if (rc == AK_OK)
		rc = ak_io_json(c->io, doc, err);
	json_decref(doc);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_example examples[] = {
	{"auditkit schema", "the documents that commands print with --json"},
	{"auditkit schema report-keys", "the JSON Schema of one of them"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_schema = {
	.name = "schema",
	.args = "[NAME]",
	.summary = "the JSON Schemas of what commands print with --json",
	.text = "NAME is what stands in the member `schema` of a document, with or without `auditkit.` and the version. Within a version members\n"
		"are only added: a program that ignores what it does not know goes on working.",
	.examples = examples,
	.needs = AK_NEED_NOTHING,
	.max_words = 1,
	.run = run,
};
