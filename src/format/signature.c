#include "base/ak.h"

#include "format/compiled.h"
#include "format/jtree.h"

/* `signature:`: how a source signs what it exports, and the text that was signed. */

const struct ak_yaml_rule ak_signature_members[] = {
	{.name = "rows", .type = AK_Y_STR},
	{.name = "at", .type = AK_Y_STR},
	{.name = "without", .type = AK_Y_LIST},
	{.name = "body", .type = AK_Y_STR},
	{.name = "header", .type = AK_Y_STR},
	{.name = NULL},
};

static bool is_word(const json_t *v, const char *word)
{
	return v && strcmp(json_string_value(v), word) == 0;
}

static enum ak_rc left_out_members(struct ak_compiler *c, const json_t *list, struct ak_mapping_signature *s)
{
	struct ak_literal *lit;
	enum ak_rc rc = ak_compile_literals(c, list, false, &lit, &s->nwithout);

	if (rc)
		return rc;
	s->without = ak_arena_zero(&c->m->arena, (s->nwithout + 1) * sizeof(*s->without));
	for (size_t i = 0; i < s->nwithout; i++)
		s->without[i] = lit[i].text;
	s->without[s->nwithout++] = s->at;
	return AK_OK;
}

enum ak_rc ak_compile_signature(struct ak_compiler *c)
{
	const json_t *node = ak_compile_member(c->yaml.root, "signature");
	const json_t *rows = ak_compile_member(node, "rows"), *body = ak_compile_member(node, "body");
	const json_t *at = ak_compile_member(node, "at"), *header = ak_compile_member(node, "header");
	struct ak_mapping_signature *s = &c->m->signature;

	if (!node)
		return AK_OK;
	if (c->m->info.csv)
		return ak_compile_fail(c, node, "signature: of JSON only");
	if (is_word(rows, "rsa-sha256") && at && !body && !header) {
		s->how = AK_SIGNED_ROWS;
		s->at = ak_compile_scalar(c, at);
		return left_out_members(c, ak_compile_member(node, "without"), s);
	}
	if (is_word(body, "hmac-sha256") && header && !rows && !at && !ak_compile_member(node, "without")) {
		s->how = AK_SIGNED_BODY;
		s->header = ak_compile_scalar(c, header);
		return AK_OK;
	}
	return ak_compile_fail(c, node, "signature: give rows: rsa-sha256 and at, or body: hmac-sha256 and header");
}

const struct ak_mapping_signature *ak_mapping_signature(const struct ak_mapping *m) { return &m->signature; }

static bool is_left_out(const struct ak_mapping_signature *s, struct ak_str key)
{
	for (size_t i = 0; i < s->nwithout; i++)
		if (ak_str_eq(s->without[i], key))
			return true;
	return false;
}

/* Members come in the order of their names. */
static void flatten(const struct ak_mapping_signature *s, const struct ak_jnode *of, bool top, struct ak_buf *b)
{
	for (const struct ak_jnode *n = of->child; n; n = n->next) {
		if (n->type == AK_J_NULL || (top && is_left_out(s, n->key)))
			continue;
		if (n->type == AK_J_OBJ || n->type == AK_J_ARR) {
			flatten(s, n, false, b);
			continue;
		}
		if (b->n)
			ak_buf_addc(b, '|');
		ak_buf_addstr(b, n->text);
	}
}

bool ak_mapping_signed_text(const struct ak_mapping *m, struct ak_str record, struct ak_arena *a, struct ak_str *text,
			    struct ak_str *signature)
{
	const struct ak_mapping_signature *s = &m->signature;
	const struct ak_jnode *root = ak_jtree_parse(record, a);
	struct ak_buf b;

	if (!root || root->type != AK_J_OBJ)
		return false;
	*signature = ak_str_n(NULL, 0);
	for (const struct ak_jnode *n = root->child; n; n = n->next)
		if (ak_str_eq(n->key, s->at) && n->type == AK_J_STR)
			*signature = n->text;
	ak_buf_init(&b, record.n + 1);
	flatten(s, root, true, &b);
	*text = ak_arena_str(a, ak_buf_str(&b));
	ak_buf_release(&b);
	return true;
}
