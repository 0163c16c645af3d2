#include "base/ak.h"
#include "query/observed.h"

#include "base/decimal.h"
#include "model/field.h"

#define EXTENT 72 /* of a time or a canonical decimal */

struct cell {
	uint64_t n, unlike;
	size_t longest;
	int64_t least_n, most_n;
	char least[EXTENT], most[EXTENT];
};

struct ak_observed {
	uint64_t records[AK_K_COUNT];
	struct cell cell[AK_K_COUNT][AK_F_COUNT];
};

struct ak_observed *ak_observed_new(void) { return ak_alloc_zero(1, sizeof(struct ak_observed)); }
void ak_observed_free(struct ak_observed *o) { ak_free(o); }

static bool is_time(struct ak_str s)
{
	static const char shape[] = "dddd-dd-ddTdd:dd:dd";

	if (s.n < sizeof shape || s.n >= EXTENT || s.p[s.n - 1] != 'Z')
		return false;
	for (size_t i = 0; i < sizeof shape - 1; i++)
		if (shape[i] == 'd' ? !ak_is_digit((unsigned char)s.p[i]) : s.p[i] != shape[i])
			return false;
	return true;
}

static bool is_decimal(struct ak_str s)
{
	size_t digits = 0, points = 0;

	for (size_t i = s.n && s.p[0] == '-'; i < s.n; i++) {
		digits += ak_is_digit((unsigned char)s.p[i]);
		points += s.p[i] == '.';
	}
	return s.n < EXTENT && digits && points <= 1 && digits + points + (s.p[0] == '-') == s.n;
}

/* Tokens and marks stand in the place of a value of any type. */
static bool is_enum(struct ak_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!ak_is_alnum((unsigned char)s.p[i]) && !memchr("_.:/-", s.p[i], 5))
			return false;
	return s.n > 0;
}

/* Of times of one width: the digits behind the second make a difference only where all before them are equal. */
static int before(enum ak_type type, struct ak_str a, const char *b)
{
	size_t n = strlen(b), least = a.n < n ? a.n : n;
	int order;

	if (type == AK_T_DEC)
		return ak_dec_cmp(a, ak_str_n(b, n));
	order = memcmp(a.p, b, least - 1);
	return order ? order : (a.n > n) - (a.n < n);
}

static void extend(struct cell *c, enum ak_type type, struct ak_str s)
{
	if (c->n == c->unlike + 1 || before(type, s, c->least) < 0)
		snprintf(c->least, EXTENT, "%.*s", AK_STR_FMT(s));
	if (c->n == c->unlike + 1 || before(type, s, c->most) > 0)
		snprintf(c->most, EXTENT, "%.*s", AK_STR_FMT(s));
}

static void look_at_text(struct cell *c, enum ak_type type, struct ak_str s)
{
	bool ordered = type == AK_T_TIME || type == AK_T_DEC;
	bool like = type == AK_T_TIME ? is_time(s) : type == AK_T_DEC ? is_decimal(s) : type != AK_T_ENUM || is_enum(s);

	c->unlike += !like;
	if (s.n > c->longest)
		c->longest = s.n;
	if (ordered && like)
		extend(c, type, s);
}

void ak_observed_add(struct ak_observed *o, enum ak_kind k, const struct ak_packed *r)
{
	o->records[k]++;
	for (size_t i = 0; i < r->n; i++) {
		enum ak_field_id f = r->value[i].field;
		const struct ak_value *v = &r->value[i].v;
		struct cell *c = &o->cell[k][f];

		c->n++;
		if (!ak_type_is_number(ak_fields[f].type)) {
			if (v->text.p)
				look_at_text(c, ak_fields[f].type, v->text);
			continue;
		}
		if (c->n == 1 || v->num < c->least_n)
			c->least_n = v->num;
		if (c->n == 1 || v->num > c->most_n)
			c->most_n = v->num;
	}
}

static json_t *extent(const struct cell *c, enum ak_type type, bool least)
{
	if (!c->n)
		return json_null();
	if (ak_type_is_number(type))
		return json_sprintf("%lld", (long long)(least ? c->least_n : c->most_n));
	return *c->least ? json_string(least ? c->least : c->most) : json_null();
}

json_t *ak_observed_rows(const struct ak_observed *o)
{
	json_t *rows = json_array();

	for (int k = 0; k < AK_K_COUNT; k++)
		for (int f = 0; f < AK_F_COUNT && o->records[k]; f++) {
			const struct cell *c = &o->cell[k][f];
			enum ak_type type = ak_fields[f].type;
			bool text = !ak_type_is_number(type) && type != AK_T_TIME && type != AK_T_DEC;
			json_t *row;

			if (!ak_field_of((enum ak_field_id)f, (enum ak_kind)k))
				continue;
			row = json_pack("{s:s, s:s, s:s, s:I, s:I, s:o, s:o, s:o, s:I}", "kind", ak_kinds[k].name, "field", ak_fields[f].column, "name",
					ak_fields[f].name, "records", (json_int_t)o->records[k], "with_value", (json_int_t)c->n, "least",
					extent(c, type, true), "most", extent(c, type, false), "longest",
					text && c->n ? json_integer((json_int_t)c->longest) : json_null(), "unlike", (json_int_t)c->unlike);
			json_array_append_new(rows, row);
		}
	return rows;
}
