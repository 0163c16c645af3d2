#include "base/ak.h"
#include "cmd/forms.h"

#include "model/idform.h"
#include "redact/plan.h"

static void add(json_t *list, struct ak_str s)
{
	json_t *form = s.p ? json_stringn(s.p, s.n) : NULL, *known;
	size_t i;

	json_array_foreach(list, i, known)
		if (form && json_equal(known, form)) {
			json_decref(form);
			return;
		}
	if (form)
		json_array_append_new(list, form);
}

static void add_tokens(struct ak_ctx *c, const struct ak_redactor *r, struct ak_str word, json_t *list)
{
	static const enum ak_type types[] = {AK_T_PERSON, AK_T_KEY, AK_T_TOKEN, AK_T_IP};

	for (size_t i = 0; i < AK_COUNT(types); i++)
		add(list, ak_redact_token(r, types[i], word, &c->arena));
	for (int f = 0; f < AK_F_COUNT; f++)
		if (ak_fields[f].ident != AK_I_NONE && ak_plan_differs(c->plan, (enum ak_field_id)f))
			add(list, ak_redact_field(r, f, word, &c->arena, NULL));
}

/* As ids of a user's own export stand there: records are found by their plain forms (model/idform.h). */
static void add_spellings(struct ak_str word, json_t *list)
{
	static const enum ak_field_id as[] = {AK_F_TRACE_ID, AK_F_SPAN_ID, AK_F_REQUEST_ID};
	char buf[AK_ID_FORM];
	struct ak_str plain;

	for (size_t i = 0; i < AK_COUNT(as); i++)
		if (ak_id_plain(as[i], word, buf, &plain) && !ak_id_is_nil(plain))
			add(list, plain);
	if (ak_id_twin(AK_F_TRACE_ID, word, buf, &plain))
		add(list, plain);
}

json_t *ak_cmd_forms(struct ak_ctx *c, const char *word)
{
	json_t *list = json_array();

	add(list, ak_str_of(word));
	add_spellings(ak_str_of(word), list);
	add_tokens(c, c->redactor, ak_str_of(word), list);
	for (size_t i = 0; i < c->keys->npast; i++)
		add_tokens(c, c->past[i], ak_str_of(word), list);
	return list;
}

void ak_cmd_found_by(struct ak_ctx *c, const char *form) { c->logged = ak_arena_z(&c->arena, ak_str_of(form)); }
