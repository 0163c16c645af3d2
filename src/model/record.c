#include "base/ak.h"
#include "model/record.h"

void ak_record_init(struct ak_record *r, enum ak_kind kind)
{
	memset(r, 0, sizeof *r);
	r->kind = kind;
}

void ak_record_set_text(struct ak_record *r, enum ak_field_id f, struct ak_str s)
{
	r->v[f] = (struct ak_value){.text = s, .set = true};
}

void ak_record_set_num(struct ak_record *r, enum ak_field_id f, int64_t n)
{
	r->v[f] = (struct ak_value){.num = n, .set = true};
}

void ak_record_unset(struct ak_record *r, enum ak_field_id f)
{
	r->v[f] = (struct ak_value){.set = false};
}

static struct ak_str keep(struct ak_arena *a, struct ak_str s) { return s.p ? ak_arena_str(a, s) : s; }

static struct ak_alias *keep_aliases(const struct ak_alias *from, struct ak_arena *a)
{
	struct ak_alias *head = NULL, **tail = &head;

	for (; from; from = from->next) {
		*tail = ak_arena_alloc(a, sizeof **tail);
		**tail = (struct ak_alias){from->field, keep(a, from->value), NULL};
		tail = &(*tail)->next;
	}
	return head;
}

struct ak_packed *ak_record_pack(const struct ak_record *r, struct ak_arena *a)
{
	enum ak_field_id set[AK_F_COUNT];
	struct ak_packed *p;
	size_t n = 0;

	for (int f = 0; f < AK_F_COUNT; f++) {
		set[n] = (enum ak_field_id)f;
		n += r->v[f].set;
	}
	p = ak_arena_alloc(a, sizeof *p + n * sizeof p->value[0]);
	*p = (struct ak_packed){.kind = r->kind, .flags = r->flags, .rec_no = r->rec_no, .offset = r->offset,
				.length = r->length};
	p->time_raw = keep(a, r->time_raw);
	p->natural_key = keep(a, r->natural_key);
	p->revision = keep(a, r->revision);
	p->alias = keep_aliases(r->alias, a);
	for (; p->n < n; p->n++) {
		const struct ak_value *v = &r->v[set[p->n]];
		p->value[p->n].field = set[p->n];
		p->value[p->n].v = *v;
		p->value[p->n].v.text = keep(a, v->text);
	}
	return p;
}

const struct ak_value *ak_packed_get(const struct ak_packed *p, enum ak_field_id f)
{
	for (size_t i = 0; i < p->n && p->value[i].field <= f; i++)
		if (p->value[i].field == f)
			return &p->value[i].v;
	return NULL;
}
