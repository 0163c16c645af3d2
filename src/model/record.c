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

/* The fields that are set, in order, and the bytes their texts take, each with a NUL. */
static size_t set_fields(const struct ak_record *r, uint8_t field[AK_F_COUNT], size_t *bytes)
{
	size_t n = 0;

	*bytes = 0;
	for (int f = 0; f < AK_F_COUNT; f++) {
		if (!r->v[f].set)
			continue;
		field[n++] = (uint8_t)f;
		*bytes += r->v[f].text.n + 1;
	}
	return n;
}

/* The texts of a record stand in one piece. */
static void pack_values(struct ak_packed *p, const struct ak_record *r, const uint8_t *field, char *to)
{
	for (size_t i = 0; i < p->n; i++) {
		struct ak_value *v = &p->value[i].v;

		p->value[i].field = field[i];
		*v = r->v[field[i]];
		if (!v->text.p)
			continue;
		memcpy(to, v->text.p, v->text.n);
		to[v->text.n] = '\0';
		v->text.p = to;
		to += v->text.n + 1;
	}
}

struct ak_packed *ak_record_pack(const struct ak_record *r, struct ak_arena *a)
{
	_Static_assert(AK_F_COUNT <= 256, "a field fits a byte");
	uint8_t field[AK_F_COUNT];
	size_t bytes, n = set_fields(r, field, &bytes);
	struct ak_packed *p = ak_arena_alloc(a, sizeof *p + n * sizeof p->value[0]);

	*p = (struct ak_packed){.kind = r->kind, .flags = r->flags, .rec_no = r->rec_no, .offset = r->offset,
				.length = r->length, .n = n};
	p->time_raw = keep(a, r->time_raw);
	p->natural_key = keep(a, r->natural_key);
	p->revision = keep(a, r->revision);
	p->alias = keep_aliases(r->alias, a);
	pack_values(p, r, field, ak_arena_alloc(a, bytes));
	return p;
}

static bool same(const struct ak_value *a, const struct ak_value *b)
{
	return a->set == b->set && a->text.p == b->text.p && a->text.n == b->text.n && a->num == b->num;
}

struct ak_before *ak_record_before(const struct ak_record *before, const struct ak_record *after, struct ak_arena *a)
{
	uint8_t field[AK_F_COUNT];
	size_t n = 0;
	struct ak_before *out;

	for (int f = 0; f < AK_F_COUNT; f++)
		if (!same(&before->v[f], &after->v[f]))
			field[n++] = (uint8_t)f;
	out = ak_arena_alloc(a, sizeof *out + n * sizeof out->value[0]);
	out->n = n;
	for (size_t i = 0; i < n; i++) {
		out->value[i] = (struct ak_packed_value){(enum ak_field_id)field[i], before->v[field[i]]};
		out->value[i].v.text = keep(a, out->value[i].v.text);
	}
	return out;
}

const struct ak_value *ak_packed_get(const struct ak_packed *p, enum ak_field_id f)
{
	for (size_t i = 0; i < p->n && p->value[i].field <= f; i++)
		if (p->value[i].field == f)
			return &p->value[i].v;
	return NULL;
}
