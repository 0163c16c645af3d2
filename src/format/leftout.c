#include "base/ak.h"

#include "format/compiled.h"

/* What a mapping names in order not to keep it: payload, dropped members, headers. */

static const char *const roles[] = {"prompt", "completion", "other"};
static const char header_why[] = "header that was not asked for";

static enum ak_rc add_payload(struct ak_compiler *c, const json_t *path, int role)
{
	struct ak_mapping *m = c->m;
	struct ak_left_out *p = &m->payload[m->npayload];

	if (m->npayload == AK_MAX_PAYLOAD_RULES)
		return ak_compile_fail(c, path, "more than %d payload paths", AK_MAX_PAYLOAD_RULES);
	p->role = role;
	p->path = ak_compile_scalar(c, path).p;
	m->npayload++;
	m->payload_role[role] = true;
	return ak_compile_path(c, m->trie, path, AK_PICK_PAYLOAD, &p->ref);
}

static enum ak_rc add_drop(struct ak_compiler *c, const json_t *path, const char *why, bool headers)
{
	struct ak_mapping *m = c->m;
	struct ak_left_out *d = &m->drop[m->ndrop];

	if (m->ndrop == 2 * AK_MAX_PAYLOAD_RULES)
		return ak_compile_fail(c, path, "more than %d paths under drop and headers", 2 * AK_MAX_PAYLOAD_RULES);
	d->why = why;
	d->headers = headers;
	d->path = ak_compile_scalar(c, path).p;
	m->ndrop++;
	return ak_compile_path(c, m->trie, path, AK_PICK_DROP, &d->ref);
}

static enum ak_rc payload(struct ak_compiler *c, const json_t *node)
{
	for (int role = 0; role < (int)AK_COUNT(roles); role++) {
		const json_t *list = ak_compile_member(node, roles[role]);
		size_t n = json_is_string(list) ? 1 : json_array_size(list);

		for (size_t i = 0; i < n; i++) {
			enum ak_rc rc = add_payload(c, json_is_string(list) ? list : json_array_get(list, i), role);

			if (rc)
				return rc;
		}
	}
	return AK_OK;
}

/* A text of no bytes stands in every other: one that is looked for inside texts has some. */
static enum ak_rc texts(struct ak_compiler *c, const json_t *node, bool inside, struct ak_str **out, size_t *n)
{
	struct ak_literal *lit;
	enum ak_rc rc = ak_compile_literals(c, node, false, &lit, n);

	if (rc)
		return rc;
	*out = ak_arena_zero(&c->m->arena, (*n + 1) * sizeof(**out));
	for (size_t i = 0; i < *n; i++) {
		(*out)[i] = lit[i].text;
		if (inside && !lit[i].text.n)
			return ak_compile_fail(c, node, "payload.cuts: a text is empty");
	}
	return AK_OK;
}

static enum ak_rc drops(struct ak_compiler *c, const json_t *node)
{
	const char *path;
	json_t *why;

	c->near = node;
	json_object_foreach((json_t *)node, path, why)
	{
		json_t *text = json_string(path);
		struct ak_str reason = ak_compile_scalar(c, why);
		enum ak_rc rc = reason.n ? add_drop(c, text, reason.p, false)
					 : ak_compile_fail(c, node, "drop: '%s' needs a reason", path);

		json_decref(text);
		if (rc)
			return rc;
	}
	return AK_OK;
}

static enum ak_rc headers(struct ak_compiler *c, const json_t *node)
{
	size_t n = json_array_size(node);

	c->near = node;
	for (size_t i = 0; i < n; i++) {
		const json_t *item = json_array_get(node, i);
		struct ak_str container = ak_compile_scalar(c, item);
		json_t *text = json_sprintf("%.*s/*", AK_STR_FMT(container));
		enum ak_rc rc = container.n ? add_drop(c, text, header_why, true)
					    : ak_compile_fail(c, node, "headers: a list of paths");

		json_decref(text);
		if (rc)
			return rc;
	}
	return AK_OK;
}

/* The first node below payload that would take all of it away, or NULL. within: what holds n is payload. */
static const struct ak_tnode *taker(const struct ak_tnode *n, bool within)
{
	bool below = n->slot >= 0 ? n->how == AK_PICK_PAYLOAD : within;
	const struct ak_tnode *found = below && n->any ? n->any : below && n->iter && n->iter->slot >= 0 ? n->iter : NULL;

	for (const struct ak_tnode *child = n->child; !found && child; child = child->next)
		found = taker(child, below);
	if (!found && n->iter)
		found = taker(n->iter, below);
	return found || !n->any ? found : taker(n->any, below);
}

/* What is named below payload is no part of it; a `*` or all elements would leave nothing. */
static enum ak_rc check_payload(struct ak_compiler *c, const json_t *node)
{
	for (int level = 0; level < AK_LEVELS; level++) {
		const struct ak_tnode *n = taker(c->m->trie[level].root, false);

		if (n)
			return ak_compile_fail(c, node,
					       "payload: '%s' takes all of what is below payload; name the members",
					       ak_trie_path(n, &c->m->arena).p);
	}
	return AK_OK;
}

enum ak_rc ak_compile_left_out(struct ak_compiler *c)
{
	const json_t *root = c->yaml.root, *pay = ak_compile_member(root, "payload");
	struct ak_mapping *m = c->m;
	enum ak_rc rc;

	m->payload = ak_arena_zero(&m->arena, (AK_MAX_PAYLOAD_RULES + 1) * sizeof(*m->payload));
	m->drop = ak_arena_zero(&m->arena, (2 * AK_MAX_PAYLOAD_RULES + 1) * sizeof(*m->drop));
	rc = payload(c, pay);
	if (!rc)
		rc = texts(c, ak_compile_member(pay, "masks"), false, &m->mask, &m->nmask);
	if (!rc)
		rc = texts(c, ak_compile_member(pay, "cuts"), true, &m->cut, &m->ncut);
	if (!rc)
		rc = drops(c, ak_compile_member(root, "drop"));
	if (!rc)
		rc = headers(c, ak_compile_member(root, "headers"));
	return rc ? rc : check_payload(c, pay);
}
