#include "base/ak.h"

#include "read/json_text.h"
#include "read/json_walker.h"

static bool has_escapes(struct ak_walk_text *t, struct ak_str raw)
{
	const char *end = t->base + t->length;

	if (t->back < raw.p) {
		t->back = memchr(raw.p, '\\', (size_t)(end - raw.p));
		if (!t->back)
			t->back = end;
	}
	return t->back < raw.p + raw.n;
}

enum ak_rc ak_walk_unescape(struct ak_walker *w, struct ak_str raw, struct ak_str *out)
{
	size_t n = 0;
	char *room;

	if (!has_escapes(w->t, raw)) {
		*out = raw;
		return AK_OK;
	}
	room = ak_arena_alloc(w->row->arena, raw.n + 1);
	if (!ak_json_unescape(raw, room, &n))
		return ak_walk_refuse(w, "json_string", "string holds a bad escape", raw.p);
	*out = ak_str_n(room, n);
	return AK_OK;
}

static enum ak_rc payload_string(struct ak_walker *w, struct ak_str text, const struct ak_place *p)
{
	if (p->label || ak_payload_is_void(text))
		return AK_OK;
	if (ak_payload_is_mask(w->row, text)) {
		p->pay->masked = true;
		return AK_OK;
	}
	if (!p->pay->in_string && (text.p[0] == '{' || text.p[0] == '[')) {
		struct ak_paystate inner = {.in_string = true};
		struct ak_place q = {.node = ak_walk_below(p->node), .pay = &inner, .shape = p->shape};

		if (ak_walk_nested(w, text, &q)) {
			ak_payload_merge(p->pay, &inner);
			return AK_OK;
		}
	}
	p->pay->present = true;
	p->pay->bytes += text.n;
	w->row->cut |= ak_payload_is_cut(w->row, text);
	return AK_OK;
}

enum ak_rc ak_walk_string(struct ak_walker *w, struct ak_str text, const struct ak_place *p)
{
	if (p->pay)
		return payload_string(w, text, p);
	if (p->node && p->node->json && ak_walk_leads_on(p->node) && ak_json_in_string(text) && ak_walk_nested(w, text, p))
		return AK_OK;
	if (ak_walk_picked(p->node))
		ak_walk_emit(w, p, AK_J_STR, text, text.n);
	return AK_OK;
}

/* Is the text of a string with n bytes wanted, or only that it is one? */
static bool is_wanted(const struct ak_walker *w, struct ak_str raw, size_t n, const struct ak_place *p)
{
	if (!p->pay)
		return p->node && (p->node->json || (ak_walk_picked(p->node) && p->node->how == AK_PICK_VALUE));
	return !p->label && (w->row->ncuts || n <= AK_PAYLOAD_VOID || memchr("{[\\", raw.p[0], 3) || ak_payload_is_mask_size(w->row, n));
}

/* A string with escapes. All are looked at; the text is made only where somebody reads it. */
static enum ak_rc escaped_string(struct ak_walker *w, struct ak_str raw, const struct ak_place *p)
{
	struct ak_str text;
	size_t n = 0;
	enum ak_rc rc;

	if (!ak_json_measure(raw, &n))
		return ak_walk_refuse(w, "json_string", "string holds a bad escape", raw.p);
	if (is_wanted(w, raw, n, p)) {
		rc = ak_walk_unescape(w, raw, &text);
		return rc == AK_OK ? ak_walk_string(w, text, p) : rc;
	}
	if (p->pay && !p->label) {
		p->pay->present = true;
		p->pay->bytes += n;
	} else if (ak_walk_picked(p->node)) {
		ak_walk_emit(w, p, AK_J_STR, AK_STR(""), n);
	}
	return AK_OK;
}

/* The string that the framer left out here because it was too long, or NULL. */
static const struct ak_elided *elided_at(const struct ak_walker *w, const char *quote)
{
	if (!w->frame || w->nesting != 1)
		return NULL;
	for (size_t i = 0; i < w->frame->nelided; i++)
		if (w->frame->elided[i].at == (uint64_t)(quote - w->t->base))
			return &w->frame->elided[i];
	return NULL;
}

static enum ak_rc elided_string(struct ak_walker *w, const struct ak_elided *gone, const char *at, const struct ak_place *p)
{
	if (p->pay) {
		p->pay->present = true;
		p->pay->bytes += gone->len;
	} else if (ak_walk_picked(p->node) && p->node->how == AK_PICK_VALUE) {
		return ak_walk_refuse(w, "json_string_too_long", "a kept field is longer than a string may be", at);
	}
	return AK_OK;
}

static enum ak_rc visit_string(struct ak_walker *w, struct ak_str token, const struct ak_place *p)
{
	struct ak_str raw = ak_str_n(token.p + 1, token.n - 2);
	const struct ak_elided *gone = elided_at(w, token.p);

	if (gone)
		return elided_string(w, gone, token.p, p);
	return has_escapes(w->t, raw) ? escaped_string(w, raw, p) : ak_walk_string(w, raw, p);
}

static bool is_word(struct ak_str token)
{
	return ak_str_eq(token, AK_STR("true")) || ak_str_eq(token, AK_STR("false")) || ak_str_eq(token, AK_STR("null"));
}

enum ak_rc ak_walk_scalar(struct ak_walker *w, const struct ak_place *p)
{
	struct ak_str token = ak_walk_token(w->t, w->t->i++);
	enum ak_jtype type;

	if (!token.n)
		return ak_walk_refuse(w, "json_syntax", "a value is missing", token.p);
	if (token.p[0] == '"')
		return ak_walk_is_string(token)
			       ? visit_string(w, token, p)
			       : ak_walk_refuse(w, "json_syntax", "something follows a string", token.p);
	type = ak_walk_type(token.p[0]);
	if (type == AK_J_NUM && !ak_json_is_number(token))
		return ak_walk_refuse(w, "json_number", "not a number as json writes it", token.p);
	if (type != AK_J_NUM && !is_word(token))
		return ak_walk_refuse(w, "json_syntax", "not a json value", token.p);
	if (p->pay && type == AK_J_NUM && p->item && !p->label) /* numbers in arrays: embeddings */
		p->pay->present = true;
	if (!p->pay && ak_walk_picked(p->node))
		ak_walk_emit(w, p, type, token, token.n);
	return AK_OK;
}
