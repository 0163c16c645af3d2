/* Schema: every JSON document is as its JSON Schema says, every table as its Table Schema. */
#include "base/ak.h"
#include "packet/checks.h"

#include "base/embedded.h"
#include "base/jsonget.h"
#include "base/jsonschema.h"
#include "base/jsonw.h"

#define SCHEMAS "data/schemas/"

/* Section documents in the order of packet.json; null for one that is not there. */
static json_t *read_sections(struct ak_checked *p)
{
	json_t *list = json_array(), *known;
	size_t i;

	json_array_foreach(json_object_get(p->packet, "sections"), i, known) {
		const char *id = ak_jtxt(known, "id", NULL);
		char name[100];
		json_t *doc;

		snprintf(name, sizeof name, "data/%02zu-%.60s.json", i + 1, id ? id : "");
		doc = ak_check_json(p, name);
		json_array_append_new(list, doc ? doc : json_null());
	}
	return list;
}

/* The schema of a kind: this program's own, or of a kind that it does not know the one that the packet brings. The caller's; NULL when
 * there is none. */
static json_t *read_schema(struct ak_checked *p, const char *kind, size_t n)
{
	char file[100];
	struct ak_err ignored = {0};
	json_t *schema = NULL;

	snprintf(file, sizeof file, "%.*s.json", (int)n, kind);
	for (const struct ak_embedded *e = ak_embedded_schemas; e->name; e++)
		if (strcmp(e->name, file) == 0)
			return ak_json_parse(ak_str_n(e->text, e->n), &schema, &ignored) == AK_OK ? schema : NULL;
	snprintf(file, sizeof file, SCHEMAS "%.*s.schema.json", (int)n, kind);
	return ak_check_json(p, file);
}

/* Read once for all documents of the kind; borrowed. */
static const json_t *schema_of(struct ak_checked *p, struct ak_str kind)
{
	json_t *schema;

	if (!p->schemas)
		p->schemas = json_object();
	if (!json_object_getn(p->schemas, kind.p, kind.n)) {
		schema = read_schema(p, kind.p, kind.n);
		json_object_setn_new(p->schemas, kind.p, kind.n, schema ? schema : json_null());
	}
	schema = json_object_getn(p->schemas, kind.p, kind.n);
	return json_is_null(schema) ? NULL : schema;
}

/* "auditkit.NAME/VERSION": the name, and whether the version is one that this program reads. */
static bool kind_of(const char *says, struct ak_str *name, bool *newer)
{
	static const char prefix[] = "auditkit.";
	const char *slash = says ? strrchr(says, '/') : NULL;

	if (!slash || strncmp(says, prefix, sizeof prefix - 1) != 0 || slash - says > 60 || !slash[1] || strspn(slash + 1, "0123456789") != strlen(slash + 1))
		return false;
	*name = ak_str_n(says + sizeof prefix - 1, (size_t)(slash - says) - (sizeof prefix - 1));
	*newer = strcmp(slash + 1, "1") != 0;
	return name->n > 0;
}

static void one_document(struct ak_checked *p, const char *file, const json_t *doc, bool must)
{
	const char *says = ak_jtxt(doc, "schema", NULL);
	struct ak_tally *t = &p->tally;
	struct ak_str name;
	char where[120];
	const json_t *schema;
	bool newer;

	if (!says && !must)
		return;
	if (!kind_of(says, &name, &newer)) {
		ak_tally_bad(t, file, "does not say which schema it follows");
		return;
	}
	if (newer) {
		p->newer = true;
		ak_tally_bad(t, file, "is of a newer version (%.60s) than this auditkit reads: check it with a newer auditkit", says);
		return;
	}
	schema = schema_of(p, name);
	if (!schema)
		ak_tally_bad(t, file, "follows %.60s, whose schema nobody has", says);
	else if (!ak_jsonschema_holds(schema, doc, where, sizeof where))
		ak_tally_bad(t, file, "is not as %.60s says: %s", says, where);
}

/* Schemas themselves and the descriptor of tables, which follow other people's. */
static bool foreign(const char *file)
{
	return strncmp(file, SCHEMAS, strlen(SCHEMAS)) == 0 || strcmp(file, "data/datapackage.json") == 0;
}

void ak_check_documents(struct ak_checked *p)
{
	const char *file;
	bool must = false;
	json_t *hash;

	json_object_foreach(p->hashes, file, hash)
		must = must || strncmp(file, SCHEMAS, strlen(SCHEMAS)) == 0;
	json_object_foreach(p->hashes, file, hash) {
		size_t n = strlen(file);
		json_t *doc;

		if (strncmp(file, "data/", 5) != 0 || n < 5 || strcmp(file + n - 5, ".json") != 0)
			continue;
		p->tally.json++;
		doc = ak_check_json(p, file);
		if (!doc)
			ak_tally_bad(&p->tally, file, "is not JSON");
		else if (!foreign(file))
			one_document(p, file, doc, must);
		json_decref(doc);
	}
}

void ak_check_schema(struct ak_checked *p)
{
	struct ak_tally *t = &p->tally;

	if (p->altered) {
		ak_check_say(p, "schema", AK_RESULT_SKIPPED, "not run, since fixity failed");
		return;
	}
	p->sections = read_sections(p);
	ak_check_documents(p);
	if (!p->newer)
		ak_check_tables(p);
	p->unlike_schema = *t->bad != '\0';
	if (p->unlike_schema)
		ak_check_say(p, "schema", AK_RESULT_FAIL, "%s", t->bad);
	else
		ak_check_say(p, "schema", AK_RESULT_PASS, "%zu JSON files, %zu tables with %zu rows", t->json, t->tables, t->rows);
}
