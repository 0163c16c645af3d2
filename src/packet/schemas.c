/* The JSON Schemas that the documents of a packet follow, as files data/schemas/NAME.schema.json in draft-07, which more validators
 * know: a reviewer needs nothing else to hold one against the other. */
#include "base/ak.h"
#include "packet/render.h"

#include "base/embedded.h"
#include "base/jsonget.h"
#include "base/jsonw.h"
#include "base/map.h"
#include "tmpl/load.h"

#define DRAFT "http://json-schema.org/draft-07/schema#"

static enum ak_rc whole(const struct ak_bag_file *file, struct ak_buf *out, struct ak_err *err)
{
	char block[65536];
	uint64_t at = 0;
	size_t n;

	for (;; at += n) {
		if (ak_bag_file_read(file, at, block, sizeof block, &n, err) != AK_OK)
			return AK_FAIL;
		if (!n)
			return out->over ? ak_fail(err, AK_EXIT_LIMIT, "packet file '%s' is too large", ak_bag_file_path(file)) : AK_OK;
		ak_buf_add(out, block, n);
	}
}

/* The file that a document's schema is compiled in as; false when it is none of ours. */
static enum ak_rc note(const struct ak_bag_file *file, struct ak_map *kinds, struct ak_err *err)
{
	static const char prefix[] = "auditkit.";
	AK_CLEANUP(ak_buf_release) struct ak_buf text;
	AK_CLEANUP(ak_json_decref) json_t *doc = NULL;
	const char *says, *slash;

	ak_buf_init(&text, AK_TEMPLATE_BYTES);
	if (whole(file, &text, err) != AK_OK || ak_json_parse(ak_buf_str(&text), &doc, err) != AK_OK)
		return AK_FAIL;
	says = ak_jtxt(doc, "schema", "");
	slash = strchr(says, '/');
	if (slash && strncmp(says, prefix, sizeof prefix - 1) == 0)
		ak_map_put(kinds, ak_str_n(says + sizeof prefix - 1, (size_t)(slash - says) - (sizeof prefix - 1)), NULL);
	return AK_OK;
}

static enum ak_rc add(const struct ak_packet_opts *o, struct ak_bag *bag, struct ak_str kind, struct ak_err *err)
{
	char name[80], path[100];

	snprintf(name, sizeof name, "%.*s.json", AK_STR_FMT(kind));
	snprintf(path, sizeof path, "data/schemas/%.*s.schema.json", AK_STR_FMT(kind));
	for (const struct ak_embedded *e = ak_embedded_schemas; e->name; e++) {
		AK_CLEANUP(ak_json_decref) json_t *schema = NULL;

		if (strcmp(e->name, name) != 0)
			continue;
		if (ak_json_parse(ak_str_n(e->text, e->n), &schema, err) != AK_OK)
			return AK_FAIL;
		json_object_set_new(schema, "$schema", json_string(DRAFT));
		return ak_render_json(o, bag, path, schema, err);
	}
	return ak_fail(err, AK_EXIT_BUG, "a document of the packet is of a kind that has no schema: '%s'", name);
}

enum ak_rc ak_render_schemas(const struct ak_packet_opts *o, struct ak_bag *bag, struct ak_err *err)
{
	struct ak_map kinds;
	enum ak_rc rc = AK_OK;

	ak_map_init(&kinds);
	for (size_t i = 0; rc == AK_OK && i < ak_bag_count(bag); i++) {
		struct ak_str path = ak_str_of(ak_bag_file_path(ak_bag_at(bag, i)));

		if (ak_str_starts(path, AK_STR("data/")) && path.n > 5 && strcmp(path.p + path.n - 5, ".json") == 0)
			rc = note(ak_bag_at(bag, i), &kinds, err);
	}
	for (size_t i = 0; rc == AK_OK && i < kinds.n; i++)
		rc = add(o, bag, kinds.e[i].key, err);
	ak_map_release(&kinds);
	return rc;
}
