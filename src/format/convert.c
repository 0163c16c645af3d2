#include "base/ak.h"

#include <stdio.h>

#include "base/decimal.h"
#include "base/jsonw.h"
#include "format/convert.h"
#include "format/jtree.h"

typedef int converter(struct ak_convert *c, const struct ak_rule *r, enum ak_field_id f, const struct ak_pick *p,
		      struct ak_value *out);

static bool is_container(enum ak_jtype t)
{
	return t == AK_J_OBJ || t == AK_J_ARR;
}

static bool is_blank(struct ak_str s)
{
	return s.n && (unsigned char)s.p[0] <= ' ' && !ak_str_trim(s).n;
}

int ak_convert_present(const struct ak_mapping *m, const struct ak_pick *p)
{
	if (p->type == AK_J_NULL)
		return AK_ABSENT_NULL;
	if (!is_container(p->type) && (ak_mapping_is_sentinel(m, p->text) || is_blank(p->text)))
		return AK_ABSENT_SENTINEL;
	return AK_GOT;
}

static int bad_number(struct ak_convert *c)
{
	c->flags |= AK_R_BAD_NUMBER;
	return AK_ABSENT_INVALID;
}

static const char *zone_of(const struct ak_convert *c, const struct ak_rule *r)
{
	return c->tz ? c->tz : r->zone ? r->zone : c->m->zone;
}

static bool is_number(const struct ak_pick *p)
{
	struct ak_dec_parts d;

	return p->type == AK_J_NUM || (p->type == AK_J_STR && ak_dec_lex(p->text, false, &d));
}

/* Digits of a part of a date that `sep` ends (0: nothing does); -1 when there are none. */
static int date_part(struct ak_str *s, size_t most, char sep)
{
	int n = 0;
	size_t i = 0;

	while (i < s->n && i < most && s->p[i] >= '0' && s->p[i] <= '9')
		n = n * 10 + (s->p[i++] - '0');
	if (!i || (sep ? i >= s->n || s->p[i] != sep : i != 2 && i != 4))
		return -1;
	*s = ak_str_n(s->p + i + (sep != 0), s->n - i - (sep != 0));
	return n;
}

/* `8/1/2026`, `08/01/26 10:00`: month first, years of two digits are of this century; all else as it is. */
static struct ak_str month_first(struct ak_str text, char room[48])
{
	struct ak_str rest = ak_str_trim(text);
	int month = date_part(&rest, 2, '/'), day = month < 0 ? -1 : date_part(&rest, 2, '/');
	int year = day < 0 ? -1 : date_part(&rest, 4, 0);

	if (year < 0 || rest.n > 32)
		return text;
	snprintf(room, 48, "%04d-%02d-%02d%.*s", year < 100 ? year + 2000 : year, month, day, AK_STR_FMT(rest));
	return ak_str_of(room);
}

static bool read_time(struct ak_convert *c, const struct ak_rule *r, const struct ak_pick *p, struct ak_time *out)
{
	bool text =
		r->clock == AK_CLOCK_TEXT || r->clock == AK_CLOCK_NONE || (r->clock == AK_CLOCK_AUTO && !is_number(p));
	char room[48];

	if (r->clock == AK_CLOCK_MDY)
		return p->type == AK_J_STR &&
		       !ak_time_parse(month_first(p->text, room), zone_of(c, r), c->arena, out, NULL);
	if (text)
		return p->type == AK_J_STR && !ak_time_parse(p->text, zone_of(c, r), c->arena, out, NULL);
	return (p->type == AK_J_STR || p->type == AK_J_NUM) &&
	       !ak_time_epoch(p->text, (enum ak_epoch)(r->clock - AK_CLOCK_S), c->arena, out, NULL);
}

static void keep_time(struct ak_convert *c, enum ak_clock clock, const char *zone, const struct ak_pick *p,
		      const struct ak_time *time)
{
	struct ak_time_read *t = &c->times[c->ntimes % AK_COUNT(c->times)];

	if (p->text.n > sizeof t->picked || time->text.n > sizeof t->text)
		return;
	*t = (struct ak_time_read){.type = p->type, .clock = clock, .zone = zone, .n = p->text.n, .time = *time};
	c->ntimes++;
	memcpy(t->picked, p->text.p, p->text.n);
	memcpy(t->text, time->text.p, time->text.n);
	t->time.text.p = t->text;
}

bool ak_convert_time(struct ak_convert *c, const struct ak_rule *r, const struct ak_pick *p, struct ak_time *out)
{
	const char *zone = zone_of(c, r);

	for (size_t i = 0; i < AK_COUNT(c->times); i++) {
		const struct ak_time_read *t = &c->times[i];

		if (!t->n || t->n != p->text.n || t->type != p->type || t->clock != r->clock || t->zone != zone ||
		    t->picked[t->n - 1] != p->text.p[t->n - 1] || memcmp(t->picked, p->text.p, t->n) != 0)
			continue;
		*out = t->time;
		out->text = ak_arena_str(c->arena, t->time.text);
		return true;
	}
	if (!read_time(c, r, p, out))
		return false;
	keep_time(c, r->clock, zone, p, out);
	return true;
}

static int to_time(struct ak_convert *c, const struct ak_rule *r, enum ak_field_id f, const struct ak_pick *p,
		   struct ak_value *out)
{
	struct ak_time t;

	(void)f;
	if (!ak_convert_time(c, r, p, &t))
		return AK_ABSENT_INVALID;
	c->flags |= (t.assumed_zone ? AK_R_ASSUMED_ZONE : 0u) | (t.ambiguous ? AK_R_AMBIGUOUS_TIME : 0u);
	if (r->plus_us) {
		t.us += r->plus_us;
		t.text = ak_time_format(t.us, t.us % 1000000 ? 6 : 0, c->arena);
	}
	*out = (struct ak_value){.text = t.text, .num = t.us, .set = true};
	return AK_GOT;
}

/* No count may be negative: that is no number a total could use. */
static int to_int(struct ak_convert *c, const struct ak_rule *r, enum ak_field_id f, const struct ak_pick *p,
		  struct ak_value *out)
{
	int64_t n;

	(void)r, (void)f;
	if (is_container(p->type) || p->type == AK_J_BOOL || ak_dec_int(p->text, p->type == AK_J_STR, &n, NULL) ||
	    n < 0)
		return bad_number(c);
	*out = (struct ak_value){.num = n, .set = true};
	return AK_GOT;
}

static int to_bool(struct ak_convert *c, const struct ak_rule *r, enum ak_field_id f, const struct ak_pick *p,
		   struct ak_value *out)
{
	static const char *const words[] = {"false", "true", "f", "t", "no", "yes", "0", "1"};

	(void)c, (void)r, (void)f;
	for (size_t i = 0; !is_container(p->type) && i < AK_COUNT(words); i++)
		if (ak_str_eq_fold(p->text, ak_str_of(words[i]))) {
			*out = (struct ak_value){.num = i & 1, .set = true};
			return AK_GOT;
		}
	return AK_ABSENT_INVALID;
}

static int to_decimal(struct ak_convert *c, const struct ak_rule *r, enum ak_field_id f, const struct ak_pick *p,
		      struct ak_value *out)
{
	struct ak_str text;

	(void)f;
	if (is_container(p->type) || p->type == AK_J_BOOL ||
	    ak_dec_parse(p->text, r->scale, p->type == AK_J_STR, c->arena, &text, NULL))
		return bad_number(c);
	*out = (struct ak_value){.text = text, .set = true};
	return AK_GOT;
}

/* An array with one scalar (OpenTelemetry writes HTTP headers so) stands for the scalar. */
static int to_text(struct ak_convert *c, const struct ak_rule *r, enum ak_field_id f, const struct ak_pick *p,
		   struct ak_value *out)
{
	struct ak_str text = p->text;
	int got;

	if (is_container(p->type)) {
		const struct ak_jnode *n = p->type == AK_J_ARR ? ak_jtree_parse(p->text, c->scratch) : NULL;

		if (!n || !n->child || n->child->next || is_container(n->child->type))
			return AK_ABSENT_INVALID;
		text = n->child->text;
		got = ak_convert_text(c, r, &text);
		if (got != AK_GOT)
			return got;
	}
	text = ak_arena_str(c->arena, text);
	if ((ak_fields[f].type == AK_T_ENUM || ak_fields[f].type == AK_T_CURRENCY) && ak_convert_folds(c, text))
		for (size_t i = 0; i < text.n; i++)
			((char *)text.p)[i] = ak_lower(text.p[i]); /* our own copy */
	*out = (struct ak_value){.text = text, .set = true};
	return AK_GOT;
}

static int to_list(struct ak_convert *c, const struct ak_rule *r, enum ak_field_id f, const struct ak_pick *p,
		   struct ak_value *out)
{
	(void)f;
	ak_convert_list_start(c);
	if (!ak_convert_list_add(c, r, p))
		return AK_ABSENT_INVALID;
	ak_convert_list_end(c, out);
	return AK_GOT;
}

static converter *const converters[AK_T_COUNT] = {
	[AK_T_TIME] = to_time,	  [AK_T_INT] = to_int,	   [AK_T_BOOL] = to_bool,    [AK_T_DEC] = to_decimal,
	[AK_T_ENUM] = to_text,	  [AK_T_ID] = to_text,	   [AK_T_NAME] = to_text,    [AK_T_LIST] = to_list,
	[AK_T_CODE] = to_text,	  [AK_T_UA] = to_text,	   [AK_T_URLPATH] = to_text, [AK_T_TEMPLATE] = to_text,
	[AK_T_IP] = to_text,	  [AK_T_PERSON] = to_text, [AK_T_TOKEN] = to_text,   [AK_T_KEY] = to_text,
	[AK_T_NETWORK] = to_text, [AK_T_TEXT] = to_text,   [AK_T_CURRENCY] = to_text,
};

static int presence(const struct ak_mapping *m, const struct ak_pick *p, struct ak_value *out)
{
	bool there = ak_convert_present(m, p) == AK_GOT && !(p->type == AK_J_BOOL && ak_str_is(p->text, "false"));

	/* `{}` and `[]` hold nothing; a reader may have kept the blanks inside. */
	if (is_container(p->type))
		there = ak_str_trim(ak_str_n(p->text.p + 1, p->text.n - 2)).n > 0;
	*out = (struct ak_value){.num = there, .set = true};
	return AK_GOT;
}

/* Nanoseconds of the canonical text below a microsecond: its fraction digits 7 to 9. */
static int64_t nanoseconds_below(const struct ak_time *t)
{
	enum { SECONDS_END = 19 };
	int64_t ns = 0;

	for (size_t i = SECONDS_END + 7; i < SECONDS_END + 10; i++)
		ns = ns * 10 + (i < t->text.n && ak_is_digit((unsigned char)t->text.p[i]) ? t->text.p[i] - '0' : 0);
	return ns;
}

/* p - minus in milliseconds, exact. */
static int time_difference(struct ak_convert *c, const struct ak_rule *r, const struct ak_pick *p,
			   const struct ak_pick *minus, struct ak_value *out)
{
	struct ak_time a, b;
	int64_t d;

	if (!ak_convert_time(c, r, p, &a) || !ak_convert_time(c, r, minus, &b))
		return AK_ABSENT_INVALID;
	if (__builtin_mul_overflow(a.us - b.us, INT64_C(1000), &d))
		return bad_number(c);
	ak_buf_clear(&c->buf);
	ak_jsonw_int(&c->buf, d + nanoseconds_below(&a) - nanoseconds_below(&b));
	*out = (struct ak_value){.set = true};
	return ak_dec_parse(ak_buf_str(&c->buf), -6, false, c->arena, &out->text, NULL) ? bad_number(c) : AK_GOT;
}

static int set_time(struct ak_convert *c, int64_t us, struct ak_value *out)
{
	int digits = us % 1000 ? 6 : us % 1000000 ? 3 : 0;

	*out = (struct ak_value){.text = ak_time_format(us, digits, c->arena), .num = us, .set = true};
	return AK_GOT;
}

/* A time less so many milliseconds: when something began whose end was written down. */
static int earlier(struct ak_convert *c, const struct ak_rule *r, const struct ak_pick *p, const struct ak_pick *minus,
		   struct ak_value *out)
{
	struct ak_str us;
	struct ak_value end;
	int64_t length;
	int got = to_time(c, r, AK_F_START, p, &end);

	if (got != AK_GOT)
		return got;
	if (is_container(minus->type) || ak_dec_parse(minus->text, r->scale + 3, minus->type == AK_J_STR, c->scratch, &us, NULL))
		return bad_number(c);
	us.n = ak_str_find(us, '.');
	if (ak_dec_int(us, false, &length, NULL) || length < 0)
		return bad_number(c);
	return length ? set_time(c, end.num - length, out) : (*out = end, AK_GOT);
}

static int difference(struct ak_convert *c, const struct ak_rule *r, enum ak_field_id f, const struct ak_pick *p,
		      const struct ak_pick *minus, struct ak_value *out)
{
	struct ak_value b;
	int got = ak_convert_present(c->m, minus);

	if (got != AK_GOT)
		return got;
	if (ak_fields[f].type == AK_T_TIME)
		return earlier(c, r, p, minus, out);
	if (r->clock)
		return time_difference(c, r, p, minus, out);
	got = to_decimal(c, r, f, p, out);
	if (got == AK_GOT)
		got = to_decimal(c, r, f, minus, &b);
	if (got != AK_GOT)
		return got;
	out->text = ak_dec_sub(out->text, b.text, c->arena);
	return out->text.p ? AK_GOT : bad_number(c);
}

/* A pick whose text is changed first. */
static int convert_modified(struct ak_convert *c, const struct ak_rule *r, enum ak_field_id f, const struct ak_pick *p,
			    struct ak_value *out)
{
	struct ak_pick now = *p;
	int got = ak_convert_text(c, r, &now.text);

	if (got != AK_GOT)
		return got;
	if (r->table || r->take)
		now.type = AK_J_STR;
	return converters[ak_fields[f].type](c, r, f, &now, out);
}

int ak_convert_pick(struct ak_convert *c, const struct ak_rule *r, enum ak_field_id f, const struct ak_pick *p,
		    const struct ak_pick *minus, struct ak_value *out)
{
	enum ak_type type = ak_fields[f].type;
	int got;

	if (type == AK_T_PRESENCE)
		return presence(c->m, p, out);
	got = ak_convert_present(c->m, p);
	if (got != AK_GOT)
		return got;
	if (minus)
		return difference(c, r, f, p, minus, out);
	if (r->as_is || is_container(p->type) || type == AK_T_LIST)
		return converters[type](c, r, f, p, out);
	return convert_modified(c, r, f, p, out);
}
