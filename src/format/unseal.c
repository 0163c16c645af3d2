#include "base/ak.h"

#include "base/jsonw.h"
#include "base/limits.h"
#include "base/text.h"
#include "format/compiled.h"
#include "format/jtree.h"
#include "format/unseal.h"

enum ak_rc ak_compile_sealed(struct ak_compiler *c)
{
	const json_t *list = ak_compile_member(c->yaml.root, "sealed");
	size_t n = json_array_size(list);
	struct ak_mapping *m = c->m;

	m->sealed = ak_arena_zero(&m->arena, (n + 1) * sizeof(*m->sealed));
	for (size_t i = 0; i < n; i++) {
		struct ak_str path = ak_compile_scalar(c, json_array_get(list, i));

		if (path.n < 2 || path.p[0] != '/' || memchr(path.p + 1, '/', path.n - 1) || m->info.csv)
			return ak_compile_fail(c, list, "'sealed' is a list of members of a record, of JSON only");
		m->sealed[i] = ak_str_n(path.p + 1, path.n - 1);
	}
	m->nsealed = n;
	return AK_OK;
}

/* The text of a member that is a string, p is NULL when it is not. */
static struct ak_str text_of(const struct ak_jnode *object, const char *key)
{
	for (const struct ak_jnode *n = object->child; n; n = n->next)
		if (ak_str_is(n->key, key))
			return n->type == AK_J_STR ? n->text : ak_str_n(NULL, 0);
	return ak_str_n(NULL, 0);
}

static bool is_sealed(const struct ak_mapping *m, const struct ak_jnode *n)
{
	for (size_t i = 0; n->type == AK_J_OBJ && i < m->nsealed; i++)
		if (ak_str_eq(m->sealed[i], n->key))
			return text_of(n, "key").p && text_of(n, "data").p;
	return false;
}

/* As it was written, numbers too. */
static void copy(struct ak_buf *b, const struct ak_jnode *n)
{
	bool object = n->type == AK_J_OBJ;

	if (n->type == AK_J_STR) {
		ak_jsonw_string(b, n->text);
		return;
	}
	if (!object && n->type != AK_J_ARR) {
		ak_buf_addstr(b, n->text);
		return;
	}
	ak_buf_addc(b, object ? '{' : '[');
	for (const struct ak_jnode *e = n->child; e; e = e->next) {
		ak_buf_adds(b, e == n->child ? "" : ",");
		if (object) {
			ak_jsonw_string(b, e->key);
			ak_buf_addc(b, ':');
		}
		copy(b, e);
	}
	ak_buf_addc(b, object ? '}' : ']');
}

/* What was sealed is JSON or a text. False when it could not be opened. */
static bool open_one(struct ak_sealed_key *key, const struct ak_jnode *n, struct ak_arena *a, struct ak_buf *b)
{
	struct ak_str plain = ak_sealed_open(key, text_of(n, "key"), text_of(n, "iv"), text_of(n, "data"), a);

	if (!plain.p || ak_utf8_valid(plain) != plain.n)
		return false;
	if (ak_jtree_parse(plain, a))
		ak_buf_addstr(b, plain);
	else
		ak_jsonw_string(b, plain);
	return true;
}

bool ak_mapping_has_sealed(const struct ak_mapping *m) { return m->nsealed > 0; }

bool ak_mapping_unseal(const struct ak_mapping *m, struct ak_sealed_key *key, struct ak_str record, struct ak_arena *a,
		       struct ak_str *out, struct ak_unsealed *count)
{
	const struct ak_jnode *root = ak_jtree_parse(record, a);
	uint64_t before = count->opened;
	struct ak_buf b;

	if (!root || root->type != AK_J_OBJ)
		return false;
	ak_buf_init(&b, AK_MAX_RECORD_BYTES);
	ak_buf_addc(&b, '{');
	for (const struct ak_jnode *n = root->child; n; n = n->next) {
		bool sealed = is_sealed(m, n), opened;

		ak_buf_adds(&b, n == root->child ? "" : ",");
		ak_jsonw_string(&b, n->key);
		ak_buf_addc(&b, ':');
		opened = sealed && open_one(key, n, a, &b);
		if (!opened)
			copy(&b, n);
		count->opened += opened;
		count->shut += sealed && !opened;
	}
	ak_buf_addc(&b, '}');
	if (count->opened > before && !b.over)
		*out = ak_arena_str(a, ak_buf_str(&b));
	ak_buf_release(&b);
	return count->opened > before && !b.over;
}
