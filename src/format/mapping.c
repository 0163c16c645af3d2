#include "base/ak.h"

#include "base/crypto.h"
#include "base/limits.h"
#include "format/compiled.h"

/* The YAML of a mapping -> struct ak_mapping. */

static const struct ak_yaml_rule doc_members[] = {
	{.name = "page", .type = AK_Y_STR, .required = true},
	{.name = "read", .type = AK_Y_STR, .required = true},
	{.name = NULL},
};
static const struct ak_yaml_rule detect_members[] = {
	{.name = "required", .type = AK_Y_LIST},
	{.name = "any", .type = AK_Y_LIST},
	{.name = "forbidden", .type = AK_Y_LIST},
	{.name = "const", .type = AK_Y_MAP},
	{.name = NULL},
};
static const struct ak_yaml_rule payload_members[] = {
	{.name = "prompt", .type = AK_Y_STR_OR_LIST},
	{.name = "completion", .type = AK_Y_STR_OR_LIST},
	{.name = "other", .type = AK_Y_STR_OR_LIST},
	{.name = "masks", .type = AK_Y_LIST},
	{.name = "cuts", .type = AK_Y_LIST},
	{.name = NULL},
};
static const struct ak_yaml_rule sample_members[] = {
	{.name = "name", .type = AK_Y_STR, .required = true},
	{.name = "input", .type = AK_Y_STR, .required = true},
	{.name = "expect", .type = AK_Y_LIST},
	{.name = "exported_at", .type = AK_Y_STR},
	{.name = "instead", .type = AK_Y_STR},
	{.name = NULL},
};
static const struct ak_yaml_rule any_member[] = {
	{.name = "*", .type = AK_Y_ANY},
	{.name = NULL},
};
static const struct ak_yaml_rule members[] = {
	{.name = "id", .type = AK_Y_STR, .required = true},
	{.name = "title", .type = AK_Y_STR, .required = true},
	{.name = "version", .type = AK_Y_SCALAR, .required = true},
	{.name = "system", .type = AK_Y_STR},
	{.name = "kind", .type = AK_Y_ANY, .required = true},
	{.name = "doc", .type = AK_Y_LIST, .of = doc_members},
	{.name = "status", .type = AK_Y_STR},
	{.name = "container", .type = AK_Y_STR, .required = true},
	{.name = "records", .type = AK_Y_STR_OR_LIST},
	{.name = "empty_records", .type = AK_Y_BOOL},
	{.name = "wrapped", .type = AK_Y_LIST},
	{.name = "zone", .type = AK_Y_STR},
	{.name = "sentinels", .type = AK_Y_LIST},
	{.name = "detect", .type = AK_Y_MAP, .required = true, .of = detect_members},
	{.name = "identity", .type = AK_Y_LIST},
	{.name = "revision", .type = AK_Y_ANY},
	{.name = "dims", .type = AK_Y_LIST},
	{.name = "grouping", .type = AK_Y_LIST},
	{.name = "fields", .type = AK_Y_MAP, .required = true, .of = any_member},
	{.name = "identifiers", .type = AK_Y_LIST},
	{.name = "payload", .type = AK_Y_MAP, .of = payload_members},
	{.name = "headers", .type = AK_Y_LIST},
	{.name = "sealed", .type = AK_Y_LIST},
	{.name = "drop", .type = AK_Y_MAP, .of = any_member},
	{.name = "signature", .type = AK_Y_MAP, .of = ak_signature_members},
	{.name = "own", .type = AK_Y_MAP, .of = ak_own_members},
	{.name = "samples", .type = AK_Y_LIST, .of = sample_members},
	{.name = "completeness", .type = AK_Y_MAP},
	{.name = NULL},
};

static const char *text_member(struct ak_compiler *c, const char *name)
{
	const json_t *v = ak_compile_member(c->yaml.root, name);

	return v ? ak_compile_scalar(c, v).p : NULL;
}

static bool id_is_good(const char *id)
{
	size_t n = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return n >= 1 && n <= 64 && !id[n];
}

static void pages(struct ak_compiler *c)
{
	const json_t *list = ak_compile_member(c->yaml.root, "doc"), *one;
	struct ak_mapping_page *doc = ak_arena_zero(&c->m->arena, (json_array_size(list) + 1) * sizeof(*doc));
	size_t i;

	json_array_foreach(list, i, one)
	{
		doc[i].page = ak_compile_scalar(c, ak_compile_member(one, "page")).p;
		doc[i].read = ak_compile_scalar(c, ak_compile_member(one, "read")).p;
	}
	c->m->info.doc = doc;
	c->m->info.ndoc = json_array_size(list);
}

static enum ak_rc names(struct ak_compiler *c)
{
	static const char *const stati[] = {"from docs", "verified on a real export"};
	struct ak_mapping_info *info = &c->m->info;
	const char *container = text_member(c, "container"), *status = text_member(c, "status");
	const json_t *root = c->yaml.root;

	info->id = text_member(c, "id");
	info->title = text_member(c, "title");
	info->version = text_member(c, "version");
	info->system = text_member(c, "system");
	info->status = status ? status : stati[0];
	info->csv = strcmp(container, "csv") == 0;
	pages(c);
	if (!id_is_good(info->id))
		return ak_compile_fail(c, ak_compile_member(root, "id"), "an id is 1 to 64 of a-z, 0-9 and '-'");
	if (!info->csv && strcmp(container, "json") != 0)
		return ak_compile_fail(c, ak_compile_member(root, "container"), "container is json or csv");
	if (strcmp(info->status, stati[0]) != 0 && strcmp(info->status, stati[1]) != 0)
		return ak_compile_fail(c, ak_compile_member(root, "status"), "status is '%s' or '%s'", stati[0],
				       stati[1]);
	return AK_OK;
}

static enum ak_rc one_kind(struct ak_compiler *c, const json_t *node, bool last, struct ak_kind_rule *out)
{
	static const struct ak_yaml_rule kind_members[] = {
		{.name = "kind", .type = AK_Y_STR, .required = true},
		{.name = "when", .type = AK_Y_ANY},
		{.name = NULL},
	};
	const json_t *word = json_is_object(node) ? ak_compile_member(node, "kind") : node;
	const json_t *when = ak_compile_member(node, "when");
	int kind;

	if (json_is_object(node)) {
		enum ak_rc rc = ak_yaml_check(&c->yaml, node, kind_members, "kind", c->err);

		if (rc)
			return rc;
	}
	kind = json_is_string(word) ? ak_kind_find(ak_str_of(json_string_value(word))) : -1;
	if (kind < 0)
		return ak_compile_fail(c, node, "unknown record kind");
	if (!when != last)
		return ak_compile_fail(c, node, "every kind but the last has a 'when', the last has none");
	out->kind = (enum ak_kind)kind;
	c->m->info.kinds |= 1u << kind;
	return when ? ak_compile_when(c, when, &out->when) : AK_OK;
}

static enum ak_rc kinds(struct ak_compiler *c)
{
	const json_t *node = ak_compile_member(c->yaml.root, "kind");
	size_t n = json_is_array(node) ? json_array_size(node) : 1;

	if (!n)
		return ak_compile_fail(c, node, "'kind' is empty");
	c->m->kind = ak_arena_zero(&c->m->arena, n * sizeof(*c->m->kind));
	c->m->nkind = n;
	for (size_t i = 0; i < n; i++) {
		const json_t *item = json_is_array(node) ? json_array_get(node, i) : node;
		enum ak_rc rc = one_kind(c, item, i + 1 == n, &c->m->kind[i]);

		if (rc)
			return rc;
	}
	return AK_OK;
}

static enum ak_rc record_paths(struct ak_compiler *c)
{
	const json_t *node = ak_compile_member(c->yaml.root, "records");
	size_t n = json_is_array(node) ? json_array_size(node) : node ? 1 : 0;
	struct ak_str *path = ak_arena_zero(&c->m->arena, (n + 1) * sizeof(*path));
	struct ak_frame_plan *plan = &c->m->plan;

	plan->paths = path;
	plan->bare = n == 0;
	plan->empty_records = json_is_true(ak_compile_member(c->yaml.root, "empty_records"));
	if (c->m->info.csv && n)
		return ak_compile_fail(c, node, "a CSV file has no record paths");
	for (size_t i = 0; i < n; i++) {
		struct ak_str s = ak_compile_scalar(c, json_is_array(node) ? json_array_get(node, i) : node);

		if (s.p && !s.n)
			plan->bare = true;
		else if (s.n > 3 && s.p[0] == '/' && memcmp(s.p + s.n - 3, "/[]", 3) == 0)
			path[plan->npaths++] = s;
		else
			return ak_compile_fail(c, node, "a record path begins with '/' and ends with '/[]'");
	}
	return AK_OK;
}

static void mark_sentinel(struct ak_mapping *m, struct ak_str s)
{
	m->sentinel_first[s.n & 63] |= s.n ? UINT32_C(1) << ((unsigned char)s.p[0] & 31) : UINT32_MAX;
}

static enum ak_rc sentinels(struct ak_compiler *c)
{
	/* The last three: the nil UUID (RFC 9562), and ids that W3C Trace Context calls invalid. */
	static const char *const known[] = {"",		 "null",      "NULL",
					    "None",	 "N/A",	      "n/a",
					    "-",	 "undefined", "Cache OFF",
					    "00000000-0000-0000-0000-000000000000",
					    "00000000000000000000000000000000",
					    "0000000000000000"};
	struct ak_literal *more;
	struct ak_mapping *m = c->m;
	enum ak_rc rc =
		ak_compile_literals(c, ak_compile_member(c->yaml.root, "sentinels"), false, &more, &m->nsentinel);

	if (rc)
		return rc;
	m->sentinel = ak_arena_zero(&m->arena, (m->nsentinel + AK_COUNT(known)) * sizeof(*m->sentinel));
	for (size_t i = 0; i < m->nsentinel; i++)
		m->sentinel[i] = more[i].text;
	for (size_t i = 0; i < AK_COUNT(known); i++)
		m->sentinel[m->nsentinel++] = ak_str_of(known[i]);
	for (size_t i = 0; i < m->nsentinel; i++)
		mark_sentinel(m, m->sentinel[i]);
	return AK_OK;
}

bool ak_mapping_has_sentinel(const struct ak_mapping *m, struct ak_str text)
{
	for (size_t i = 0; i < m->nsentinel; i++)
		if (ak_str_eq(m->sentinel[i], text))
			return true;
	return false;
}

static enum ak_rc fields(struct ak_compiler *c)
{
	json_t *map = ak_compile_member(c->yaml.root, "fields"), *rule;
	const char *column;

	c->near = map;
	json_object_foreach(map, column, rule)
	{
		enum ak_field_id f;
		enum ak_rc rc = ak_compile_field(c, rule, ak_str_of(column), &f);

		if (!rc && c->m->rule[f])
			rc = ak_compile_fail(c, rule, "field '%s' is given twice", column);
		if (!rc)
			rc = ak_compile_rule(c, f, rule, &c->m->rule[f], &c->m->rule_text[f]);
		if (rc)
			return rc;
	}
	return AK_OK;
}

static enum ak_rc identifiers(struct ak_compiler *c)
{
	const json_t *list = ak_compile_member(c->yaml.root, "identifiers");
	size_t n = json_array_size(list);
	struct ak_mapping *m = c->m;

	m->ident = ak_arena_zero(&m->arena, (n + 1) * sizeof(*m->ident));
	for (size_t i = 0; i < n; i++) {
		const json_t *item = json_array_get(list, i), *kind = ak_compile_member(item, "kind");
		struct ak_ident_rule *id = &m->ident[i];
		const char *text;
		enum ak_rc rc;

		if (!json_is_string(kind))
			return ak_compile_fail(c, item, "identifiers: each entry has a 'kind' and a 'path'");
		rc = ak_compile_field(c, kind, ak_str_of(json_string_value(kind)), &id->field);
		if (!rc && ak_fields[id->field].ident == AK_I_NONE)
			rc = ak_compile_fail(c, kind, "'%s' is not an identifier", json_string_value(kind));
		if (!rc)
			rc = ak_compile_rule(c, id->field, item, &id->rule, &text);
		if (!rc && !m->rule_text[id->field])
			m->rule_text[id->field] = text;
		if (rc)
			return rc;
	}
	m->nident = n;
	return AK_OK;
}

static enum ak_rc lineage(struct ak_compiler *c)
{
	const json_t *root = c->yaml.root, *revision = ak_compile_member(root, "revision");
	const json_t *zone = ak_compile_member(root, "zone");
	struct ak_mapping *m = c->m;
	enum ak_rc rc = ak_compile_columns(c, ak_compile_member(root, "identity"), &m->identity, &m->nidentity);

	if (!rc)
		rc = ak_compile_columns(c, ak_compile_member(root, "dims"), &m->dims, &m->ndims);
	if (!rc && zone)
		rc = ak_compile_zone(c, zone);
	m->zone = zone ? text_member(c, "zone") : NULL;
	if (rc || !revision)
		return rc;
	m->revision_exported = json_is_string(revision) && strcmp(json_string_value(revision), "exported_at") == 0;
	return m->revision_exported ? AK_OK : ak_compile_revision(c, revision, &m->revision);
}

static enum ak_rc compile(struct ak_compiler *c)
{
	static enum ak_rc (*const steps[])(struct ak_compiler *) = {
		names, kinds, record_paths, sentinels, lineage, ak_compile_grouping, fields, identifiers, ak_compile_completeness,
		ak_compile_left_out, ak_compile_signature, ak_compile_own, ak_compile_needs, ak_compile_samples, ak_compile_sealed,
	};
	enum ak_rc rc = ak_yaml_check(&c->yaml, c->yaml.root, members, NULL, c->err);

	for (int level = 0; level < AK_LEVELS; level++)
		ak_trie_init(&c->m->trie[level], &c->m->arena);
	c->near = c->yaml.root;
	for (size_t i = 0; !rc && i < AK_COUNT(steps); i++)
		rc = steps[i](c);
	c->m->plan.no_ctx = true;
	for (int level = 1; level < AK_LEVELS; level++)
		c->m->plan.no_ctx &= !c->m->trie[level].nslots;
	c->m->plan.around = c->m->trie;
	if (!rc)
		rc = ak_compile_detect(c, ak_compile_member(c->yaml.root, "detect"));
	for (int level = 0; !rc && level < AK_LEVELS; level++)
		ak_trie_seal(&c->m->trie[level]);
	return rc;
}

enum ak_rc ak_mapping_parse(const char *name, struct ak_str yaml, struct ak_mapping **out, struct ak_err *err)
{
	struct ak_mapping *m = ak_alloc_zero(1, sizeof(*m));
	struct ak_compiler c = {.m = m, .err = err};
	uint8_t digest[AK_SHA256_LEN];
	enum ak_rc rc;

	ak_arena_init(&m->arena);
	rc = ak_yaml_load(name, yaml, &c.yaml, err);
	if (!rc)
		rc = compile(&c);
	ak_yaml_release(&c.yaml);
	if (rc) {
		ak_mapping_free(m);
		return rc;
	}
	ak_sha256(yaml.p, yaml.n, digest);
	ak_hex(digest, sizeof(digest), m->info.digest);
	m->info.text = ak_arena_str(&m->arena, yaml);
	m->info.origin = ak_arena_z(&m->arena, ak_str_of(name));
	*out = m;
	return AK_OK;
}

void ak_mapping_free(struct ak_mapping *m)
{
	if (!m)
		return;
	ak_arena_release(&m->arena);
	ak_free(m);
}
