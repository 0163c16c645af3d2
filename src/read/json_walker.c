#include "base/ak.h"

#include "read/json_walker.h"

enum { WHOLE_BYTES = 4096 };

enum ak_rc ak_walk_refuse(struct ak_walker *w, const char *reason, const char *text, const char *at)
{
	enum ak_rc rc = ak_reject(w->err, reason, "%s", text);

	if (w->err && w->nesting == 1 && at)
		w->err->offset = (uint64_t)(at - w->t->base);
	return rc;
}

static enum ak_rc refuse_flaw(struct ak_walker *w, enum ak_json_flaw flaw)
{
	static const struct {
		const char *reason, *text;
	} of[] = {
		[AK_JSON_FLAW_EMPTY] = {"json_syntax", "not valid json"},
		[AK_JSON_FLAW_UTF8] = {"json_utf8", "text is not valid UTF-8"},
		[AK_JSON_FLAW_CONTROL] = {"json_string", "string holds a control character or a bad escape"},
		[AK_JSON_FLAW_OPEN] = {"json_string", "json text ends inside a string"},
	};

	return ak_walk_refuse(w, of[flaw].reason, of[flaw].text, NULL);
}

enum ak_rc ak_walk_enter(struct ak_walker *w)
{
	struct ak_walk_text *t = w->t;

	if (w->depth >= AK_MAX_JSON_DEPTH)
		return ak_walk_refuse(w, "json_too_deep", "json is nested too deeply", t->base + t->at[t->i]);
	w->depth++;
	t->i++;
	return AK_OK;
}

enum ak_rc ak_walk_too_many(struct ak_walker *w, const char *at)
{
	return ak_walk_refuse(w, "json_too_many", "a record has too many values", at);
}

enum ak_rc ak_walk_element(struct ak_walker *w, uint32_t *i)
{
	struct ak_walk_text *t = w->t;
	char c = ak_walk_char(t, t->i);

	++*i;
	if (c == ']' || (*i && c != ',')) {
		t->i++;
		w->depth--;
		return c == ']' ? AK_END : ak_walk_refuse(w, "json_syntax", "not valid json", NULL);
	}
	t->i += *i > 0;
	return ak_walk_count(w, NULL);
}

static enum ak_rc visit_array(struct ak_walker *w, const struct ak_place *p)
{
	struct ak_place q = {.node = p->node ? p->node->iter : NULL, .star = p->star, .pay = p->pay};
	enum ak_rc rc = ak_walk_enter(w);
	uint32_t i = UINT32_MAX;

	if (p->shape)
		q.shape = ak_shape_item(&w->shapes, p->shape);
	while (rc == AK_OK && (rc = ak_walk_element(w, &i)) == AK_OK) {
		q.item = p->pay ? 1 : i;
		rc = ak_walk_value(w, &q);
	}
	return rc == AK_END ? AK_OK : rc;
}

static enum ak_rc visit_container(struct ak_walker *w, char bracket, const struct ak_place *p)
{
	struct ak_walk_text *t = w->t;
	const char *from = t->base + t->at[t->i];
	struct ak_str text;
	enum ak_rc rc;

	if (bracket == '{')
		rc = ak_walk_members(w, p);
	else
		rc = p->node && p->node->kv ? ak_walk_kv(w, p) : visit_array(w, p);
	if (rc != AK_OK || p->pay || !ak_walk_picked(p->node))
		return rc;
	text = ak_str_n(from, (size_t)(t->base + t->at[t->i - 1] + 1 - from));
	if (p->node->how != AK_PICK_DROP || text.n > 2)
		ak_walk_emit(w, p, ak_walk_type(bracket), text, text.n);
	return rc;
}

static enum ak_rc visit_payload(struct ak_walker *w, const struct ak_place *p)
{
	struct ak_paystate state = {.present = false};
	struct ak_place q = {.node = ak_walk_below(p->node), .pay = &state, .shape = p->shape};
	enum ak_rc rc = ak_walk_value(w, &q);

	ak_walk_emit_payload(w, p, &state);
	return rc;
}

enum ak_rc ak_walk_compound(struct ak_walker *w, const struct ak_place *p)
{
	return ak_walk_is_payload(p) ? visit_payload(w, p) : visit_container(w, ak_walk_char(w->t, w->t->i), p);
}

static enum ak_rc visit_document(struct ak_walker *w, const struct ak_place *p)
{
	struct ak_walk_text *t = w->t;
	char c = ak_walk_char(t, 0);
	bool container = c == '{' || c == '[';
	enum ak_rc rc = AK_OK;

	if (container && (rc = ak_walk_value(w, p)) != AK_OK)
		return rc;
	if (t->n > (container ? t->i : 1))
		return ak_walk_refuse(w, "json_trailing", "something follows the json value",
				      container ? t->base + t->at[t->i] : NULL);
	return container ? AK_OK : ak_walk_scalar(w, p);
}

/* A short record is copied whole, so that what is picked from it need not be. */
static struct ak_str keep_all(struct ak_walker *w, struct ak_str text)
{
	w->copy = text.n <= WHOLE_BYTES ? ak_arena_str(w->row->arena, text) : AK_STR("");
	return w->copy.n ? w->copy : text;
}

static enum ak_rc run(struct ak_walker *w, struct ak_str text, const struct ak_place *p)
{
	struct ak_walk_text *outer = w->t, *t = &w->text[w->nesting];
	enum ak_json_flaw flaw;
	enum ak_rc rc;

	w->t = t;
	w->nesting++;
	if (!t->index)
		t->index = ak_json_index_new();
	if (!outer)
		text = keep_all(w, text);
	t->base = t->back = text.p;
	t->length = text.n;
	t->i = 0;
	if (text.n > AK_MAX_RECORD_BYTES)
		rc = ak_walk_refuse(w, "json_too_large", "a record is too long", NULL);
	else if ((flaw = ak_json_index_run(t->index, text, &t->at, &t->n)))
		rc = refuse_flaw(w, flaw);
	else
		rc = visit_document(w, p);
	w->nesting--;
	w->t = outer;
	return rc;
}

bool ak_walk_nested(struct ak_walker *w, struct ak_str text, const struct ak_place *p)
{
	struct ak_err *err = w->err;
	struct ak_keyset_obj keys = ak_keyset_open(&w->keys);
	unsigned depth = w->depth;
	size_t picks = w->row->n;
	enum ak_rc rc;

	if (w->nesting > AK_MAX_JSON_IN_STRING || w->depth >= AK_MAX_JSON_DEPTH)
		return false;
	w->err = NULL;
	rc = run(w, text, p);
	w->err = err;
	if (rc == AK_OK)
		return true;
	w->depth = depth;
	w->row->n = picks;
	ak_keyset_close(&w->keys, &keys);
	return false;
}

struct ak_walker *ak_walker_new(void)
{
	struct ak_walker *w = ak_alloc_zero(1, sizeof(*w));

	w->text = ak_alloc_zero(AK_MAX_JSON_IN_STRING + 1, sizeof(*w->text));
	ak_keyset_init(&w->keys);
	ak_shapes_init(&w->shapes);
	ak_drift_memo_init(&w->memo);
	return w;
}

void ak_walker_free(struct ak_walker *w)
{
	if (!w)
		return;
	for (size_t i = 0; i <= AK_MAX_JSON_IN_STRING; i++)
		ak_json_index_free(w->text[i].index);
	ak_free(w->text);
	ak_keyset_release(&w->keys);
	ak_shapes_release(&w->shapes);
	ak_drift_memo_release(&w->memo);
	ak_free(w);
}

static struct ak_place start(struct ak_walker *w, const struct ak_tnode *node, const struct ak_frame *frame, struct ak_row *row,
			     struct ak_err *err)
{
	w->row = row;
	w->frame = frame;
	w->err = err;
	w->t = NULL;
	w->copy = AK_STR("");
	w->nodes = w->nesting = w->depth = 0;
	ak_keyset_clear(&w->keys);
	return (struct ak_place){.node = node, .shape = ak_shapes_root(&w->shapes, node)};
}

enum ak_rc ak_walker_walk(struct ak_walker *w, struct ak_str text, const struct ak_frame *frame, const struct ak_trie *trie,
			  struct ak_row *row, struct ak_err *err)
{
	struct ak_place p = start(w, trie->root, frame, row, err);

	return run(w, text, &p);
}

enum ak_rc ak_walker_walk_text(struct ak_walker *w, struct ak_str text, const struct ak_tnode *node, struct ak_str key,
			       struct ak_row *row, struct ak_err *err)
{
	struct ak_place p = start(w, node, NULL, row, err);
	struct ak_paystate state = {.present = false};
	struct ak_place q = {.node = ak_walk_below(node), .pay = &state, .shape = p.shape};
	enum ak_rc rc;

	p.star = key;
	if (!ak_walk_picked(node) || node->how != AK_PICK_PAYLOAD)
		return ak_walk_string(w, text, &p);
	rc = ak_walk_string(w, text, &q);
	ak_walk_emit_payload(w, &p, &state);
	return rc;
}
