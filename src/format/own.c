/* `own:`: auditkit's own exports. Their tokens mean something under the key that made them only, so each record names it. */
#include "base/ak.h"

#include "format/mapper.h"

const struct ak_yaml_rule ak_own_members[] = {
	{.name = "key", .type = AK_Y_STR, .required = true},
	{.name = "trailer", .type = AK_Y_STR},
	{.name = "guarded", .type = AK_Y_BOOL},
	{.name = NULL},
};

enum ak_rc ak_compile_own(struct ak_compiler *c)
{
	const json_t *node = ak_compile_member(c->yaml.root, "own");
	enum ak_rc rc = AK_OK;

	if (!node)
		return AK_OK;
	rc = ak_compile_paths(c, ak_compile_member(node, "key"), AK_PICK_VALUE, &c->m->own_key);
	if (!rc)
		rc = ak_compile_paths(c, ak_compile_member(node, "trailer"), AK_PICK_VALUE, &c->m->own_trailer);
	c->m->guarded = json_is_true(ak_compile_member(node, "guarded"));
	return rc;
}

/* What ak_csvw_text put in front of a cell. */
void ak_own_unguard(struct ak_row *row)
{
	for (size_t i = 0; i < row->n; i++)
		if (row->pick[i].text.n && row->pick[i].text.p[0] == '\'') {
			row->pick[i].text.p++;
			row->pick[i].text.n--;
		}
}

enum ak_rc ak_own_check(const struct ak_mapper *mp, struct ak_err *err)
{
	const struct ak_pick *key = ak_eval_first(mp, &mp->m->own_key);

	if (!key && ak_eval_first(mp, &mp->m->own_trailer))
		return ak_reject(err, AK_OWN_TRAILER, "the last line of an export");
	if (!key || (mp->kid && !ak_str_is(key->text, mp->kid)))
		return ak_reject(err, AK_OWN_OTHER_KEY, "tokens of another pseudonym key");
	return AK_OK;
}
