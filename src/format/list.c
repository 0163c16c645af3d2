#include "base/ak.h"

#include "base/jsonw.h"
#include "format/convert.h"
#include "format/jtree.h"

/* LIST values: canonical JSON array text of strings, built in the converter's buffer. */

void ak_convert_list_start(struct ak_convert *c)
{
	ak_buf_clear(&c->buf);
	ak_buf_addc(&c->buf, '[');
}

/* One element; nulls and sentinels are left out. False when the text does not fit the rule. */
static bool element(struct ak_convert *c, const struct ak_rule *r, struct ak_str text)
{
	int got = ak_convert_text(c, r, &text);

	if (got != AK_GOT)
		return got != AK_ABSENT_INVALID;
	if (c->buf.n > 1)
		ak_buf_addc(&c->buf, ',');
	ak_jsonw_string(&c->buf, text);
	return true;
}

static bool array(struct ak_convert *c, const struct ak_rule *r, const struct ak_jnode *n)
{
	for (const struct ak_jnode *e = n->child; e; e = e->next) {
		if (e->type == AK_J_OBJ || e->type == AK_J_ARR)
			return false;
		if (e->type != AK_J_NULL && !element(c, r, e->text))
			return false;
	}
	return true;
}

static bool pieces(struct ak_convert *c, const struct ak_rule *r, struct ak_str s)
{
	for (;;) {
		size_t at = ak_str_find(s, r->split.p[0]);

		if (!element(c, r, ak_str_trim(ak_str_n(s.p, at))))
			return false;
		if (at == s.n)
			return true;
		s = ak_str_n(s.p + at + 1, s.n - at - 1);
	}
}

bool ak_convert_list_add(struct ak_convert *c, const struct ak_rule *r, const struct ak_pick *p)
{
	bool bracket = p->text.n && p->text.p[0] == '[';

	if (p->type == AK_J_OBJ)
		return false;
	if (p->type == AK_J_ARR || (p->type == AK_J_STR && bracket)) {
		const struct ak_jnode *n = ak_jtree_parse(p->text, c->scratch);

		if (n && n->type == AK_J_ARR)
			return array(c, r, n);
		if (p->type == AK_J_ARR)
			return false;
	}
	return r->split.n && !r->take ? pieces(c, r, p->text) : element(c, r, p->text);
}

void ak_convert_list_end(struct ak_convert *c, struct ak_value *out)
{
	ak_buf_addc(&c->buf, ']');
	*out = (struct ak_value){.text = ak_arena_str(c->arena, ak_buf_str(&c->buf)), .set = true};
}
