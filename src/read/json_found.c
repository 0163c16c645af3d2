#include "base/ak.h"

#include "read/json_walker.h"

void ak_walk_emit(struct ak_walker *w, const struct ak_place *p, enum ak_jtype type, struct ak_str text, uint64_t bytes)
{
	bool value = p->node->how == AK_PICK_VALUE;

	if (!value && (type == AK_J_NULL || (type == AK_J_STR && !bytes)))
		return;
	*ak_row_room(w->row) = (struct ak_pick){
		.slot = p->node->slot,
		.type = type,
		.text = value ? ak_walk_keep(w, text) : ak_str_n(NULL, 0),
		.key = p->star,
		.item = p->item,
		.bytes = bytes,
	};
}

void ak_walk_emit_payload(struct ak_walker *w, const struct ak_place *p, const struct ak_paystate *state)
{
	*ak_row_room(w->row) = (struct ak_pick){
		.slot = p->node->slot,
		.key = p->star,
		.item = p->item,
		.payload = ak_payload_of(state),
		.bytes = state->bytes,
	};
}

/* Bytes of the value that is the next token, as written; containers count as none. */
static uint64_t length_of(struct ak_str token, enum ak_jtype type)
{
	if (type == AK_J_OBJ || type == AK_J_ARR)
		return 0;
	return type == AK_J_STR && token.n >= 2 ? token.n - 2 : token.n;
}

void ak_walk_unknown(struct ak_walker *w, const struct ak_tnode *parent, struct ak_str key, struct ak_shape_key *known)
{
	struct ak_row *r = w->row;
	struct ak_str token = ak_walk_token(w->t, w->t->i);
	enum ak_jtype type = ak_walk_type(token.n ? token.p[0] : 'n');
	struct ak_unknown *u;

	if (!r->drift)
		return;
	if (known && known->count && known->drift == r->drift->id && known->type == type) {
		ak_drift_add(r->drift, known->count, length_of(token, type), r->rec_no);
		return;
	}
	u = ak_drift_memo_at(&w->memo, r, parent, key, type);
	ak_drift_add(r->drift, u, length_of(token, type), r->rec_no);
	if (known) {
		known->count = u;
		known->drift = r->drift->id;
		known->type = type;
	}
}
