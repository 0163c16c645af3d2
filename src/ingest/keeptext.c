/* Fields of type TEXT: prose that is kept only when `ingest --keep-text` asks for it (DECISIONS 13). */
#include "base/ak.h"
#include "ingest/stage.h"

#include "redact/value.h"

/* A trace inside a message is as good as one in a field of its own. */
static void tell_trace(struct ak_record *rec)
{
	const struct ak_value *v = &rec->v[AK_F_ERROR_TEMPLATE];

	if (v->set && v->text.p && ak_field_of(AK_F_STACK_TRACE, rec->kind) && ak_value_stack_trace(v->text) < v->text.n)
		ak_record_set_num(rec, AK_F_STACK_TRACE, 1);
}

void ak_keeptext_take(const struct ak_ingest_opts *o, struct ak_record *rec, struct ak_str out[AK_KEPT_TEXTS])
{
	tell_trace(rec);
	for (size_t i = 0; i < AK_KEPT_TEXTS; i++) {
		const struct ak_kept_text *t = &ak_kept_texts[i];
		const struct ak_value *v = &rec->v[rec->v[t->text].set ? t->text : t->from];
		bool asked = o->keep_text && o->keep_text[t->text] && ak_field_of(t->text, rec->kind);

		out[i] = asked && v->set ? v->text : ak_str_n(NULL, 0);
		ak_record_unset(rec, t->text);
	}
}

void ak_keeptext_give(struct ak_record *rec, const struct ak_str in[AK_KEPT_TEXTS])
{
	for (size_t i = 0; i < AK_KEPT_TEXTS; i++)
		if (in[i].p && in[i].n)
			ak_record_set_text(rec, ak_kept_texts[i].text, in[i]);
}
