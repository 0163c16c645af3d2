/* The two steps over a record: what each type of value goes through. */
#include "base/ak.h"
#include "redact/redact.h"

#include "redact/personal.h"
#include "redact/pointer.h"
#include "redact/value.h"

static struct ak_str list_secrets(const struct ak_pass *p, struct ak_str s)
{
	return ak_value_map_json(p, s, false, ak_value_inner_secrets);
}

static struct ak_str diff_secrets(const struct ak_pass *p, struct ak_str s)
{
	return ak_value_map_json(p, s, true, ak_value_inner_secrets);
}

static struct ak_str list_personal(const struct ak_pass *p, struct ak_str s)
{
	return ak_value_map_json(p, s, false, ak_value_inner);
}

static struct ak_str diff_personal(const struct ak_pass *p, struct ak_str s)
{
	return ak_value_map_json(p, s, true, ak_value_inner);
}

static struct ak_str diff_words(const struct ak_pass *p, struct ak_str s)
{
	return ak_value_map_json(p, s, true, ak_value_inner_words);
}

static struct ak_str address(const struct ak_pass *p, struct ak_str s)
{
	return ak_value_address(p, s, NULL);
}

/* Times and decimals are validated, not scanned (R-PII-2). */
static struct ak_str typed(const struct ak_pass *p, struct ak_str s)
{
	static const bool part[256] = {['0'] = true, ['1'] = true, ['2'] = true, ['3'] = true, ['4'] = true, ['5'] = true,
				       ['6'] = true, ['7'] = true, ['8'] = true, ['9'] = true, ['+'] = true, ['-'] = true,
				       ['.'] = true, [':'] = true, ['T'] = true, ['Z'] = true};
	size_t i = 0;

	while (i < s.n && part[(unsigned char)s.p[i]])
		i++;
	if (i == s.n && s.n <= 80)
		return s;
	ak_pass_count(p, "not_typed", AK_ACT_REMOVED);
	return ak_str_n(NULL, 0);
}

static const struct {
	ak_value_fn *secrets, *personal; /* NULL: nothing to do */
} steps[AK_T_COUNT] = {
	[AK_T_TIME] = {typed, NULL},
	[AK_T_DEC] = {typed, NULL},
	[AK_T_ENUM] = {ak_value_plain_secrets, ak_value_enum},
	[AK_T_ID] = {ak_value_id_secrets, ak_value_id},
	[AK_T_NAME] = {ak_value_plain_secrets, ak_value_name},
	[AK_T_LIST] = {list_secrets, list_personal},
	[AK_T_CODE] = {ak_value_plain_secrets, ak_value_code},
	[AK_T_URLPATH] = {ak_value_plain_secrets, ak_value_urlpath},
	[AK_T_TEMPLATE] = {ak_value_secrets, ak_value_template},
	[AK_T_DIFF] = {diff_secrets, diff_personal},
	[AK_T_UA] = {ak_value_plain_secrets, ak_value_agent},
	[AK_T_IP] = {ak_value_plain_secrets, address},
	[AK_T_NETWORK] = {ak_value_plain_secrets, ak_value_network},
	[AK_T_PERSON] = {ak_value_plain_secrets, ak_value_person},
	[AK_T_TOKEN] = {ak_value_plain_secrets, ak_value_token},
	[AK_T_KEY] = {ak_value_key_digest, ak_value_key},
	[AK_T_TEXT] = {ak_value_secrets, ak_value_prose},
	[AK_T_CURRENCY] = {ak_value_plain_secrets, ak_value_currency},
};

ak_action_fn *ak_record_step(const struct ak_redactor *r, int field)
{
	if (r->chosen[field])
		return r->chosen[field];
	switch (ak_profile_action(r->profile, field)) {
	case AK_PROFILE_HASHES: return ak_value_token;
	case AK_PROFILE_WORDS: return diff_words;
	default: return steps[ak_fields[field].type].personal;
	}
}

static bool is_removed(const struct ak_pass *p, int field)
{
	return !p->r->chosen[field] && ak_profile_action(p->r->profile, field) == AK_PROFILE_REMOVES;
}

static void put(struct ak_record *rec, int field, struct ak_str s, bool bare)
{
	struct ak_value *v = &rec->v[field];

	if (!s.p)
		ak_record_unset(rec, (enum ak_field_id)field);
	else
		*v = (struct ak_value){.text = s, .num = v->num, .set = true, .bare = bare};
}

/* What was kept of this value, with its counts. */
static bool again(struct ak_pass *p, enum ak_cache_step step, struct ak_str value, struct ak_cached *out)
{
	if (!ak_cache_find(p->cache, step, p->field, value, p->a, out))
		return false;
	for (size_t i = 0; i < out->ncounts; i++)
		ak_pass_count(p, out->count[i].rule, out->count[i].action);
	return true;
}

static struct ak_str fresh(struct ak_pass *p, enum ak_cache_step step, ak_value_fn *fn, struct ak_str value)
{
	struct ak_cached r = {.ncounts = 0};

	p->note = p->cache ? &r : NULL;
	r.out = fn(p, value);
	r.bare = p->seen_bare && *p->seen_bare;
	p->note = NULL;
	ak_cache_keep(p->cache, step, p->field, value, &r);
	return r.out;
}

/* Finding a value among those already seen costs more than looking at a short word again, and than seeing that an id or
 * a name may stay; a keyed token costs much more. */
enum { CHEAP = 32 };
static bool tokens(enum ak_type t) { return t == AK_T_PERSON || t == AK_T_TOKEN || t == AK_T_KEY || t == AK_T_IP; }
static bool words(enum ak_type t) { return t == AK_T_ENUM || t == AK_T_ID || t == AK_T_NAME || t == AK_T_CODE || t == AK_T_CURRENCY; }

static bool is_cheap(const struct ak_pass *p, enum ak_cache_step step, size_t n)
{
	enum ak_type type = ak_fields[p->field].type;

	if (step == AK_CACHE_PERSONAL && p->r->chosen[p->field])
		return false;
	if (step == AK_CACHE_SECRETS)
		return n < CHEAP && type != AK_T_KEY;
	return words(type) || (n < CHEAP && !tokens(type));
}

static struct ak_str through_cache(struct ak_pass *p, enum ak_cache_step step, ak_value_fn *fn, struct ak_str value)
{
	struct ak_cached r;

	if (!again(p, step, value, &r))
		return fresh(p, step, fn, value);
	if (p->seen_bare)
		*p->seen_bare = r.bare;
	return r.out;
}

/* Step 1 looks at a value as a whole, so what it sees of encodings holds for the value. */
static bool looks_at_whole(ak_value_fn *fn) { return fn == ak_value_plain_secrets || fn == ak_value_id_secrets; }

static void apply(struct ak_pass *p, struct ak_record *rec, int field, enum ak_cache_step step, ak_value_fn *fn)
{
	const struct ak_value *v = &rec->v[field];
	struct ak_str value = v->text, out;
	bool bare = false;

	p->field = field;
	p->seen_bare = looks_at_whole(fn) ? &bare : NULL;
	p->bare = v->bare ? value : ak_str_n(NULL, 0);
	if (fn == typed)
		out = typed(p, value);
	else if (is_cheap(p, step, value.n))
		out = fn(p, value);
	else
		out = through_cache(p, step, fn, value);
	p->seen_bare = NULL;
	put(rec, field, out, bare && out.p == value.p && out.n == value.n);
}

/* The original text of a time starts with a digit and holds no more than a date can. */
static bool is_time_text(struct ak_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!ak_charset_has(AK_SET_AN | AK_CS_PLUS | AK_CS_DASH | AK_CS_DOT | AK_CS_SLASH, s.p[i]) &&
		    !memchr(" :,", s.p[i], 3))
			return false;
	return s.n > 0 && s.n <= 48 && ak_is_digit((unsigned char)s.p[0]);
}

/* What is stored beside the fields. */
static void beside_fields(struct ak_pass *p, struct ak_record *rec)
{
	p->field = AK_F_START;
	if (rec->time_raw.p && !is_time_text(rec->time_raw)) {
		ak_pass_count(p, "not_typed", AK_ACT_REMOVED);
		rec->time_raw = ak_str_n(NULL, 0);
	}
	p->field = -1;
	if (rec->revision.p)
		rec->revision = ak_value_id_secrets(p, rec->revision);
	for (struct ak_alias *al = rec->alias; al; al = al->next) {
		p->field = al->field;
		if (steps[ak_fields[al->field].type].secrets)
			al->value = steps[ak_fields[al->field].type].secrets(p, al->value);
	}
}

void ak_redact_secrets(const struct ak_redactor *r, struct ak_record *rec, const struct ak_redact_ctx *ctx)
{
	bool truncated = false;
	struct ak_pass p = {.r = r, .a = ctx->arena, .l = ctx->ledger, .cache = ctx->cache, .truncated = &truncated};

	for (int f = 0; f < AK_F_COUNT; f++)
		if (rec->v[f].set && rec->v[f].text.p && steps[ak_fields[f].type].secrets)
			apply(&p, rec, f, AK_CACHE_SECRETS, steps[ak_fields[f].type].secrets);
	beside_fields(&p, rec);
	if (truncated)
		rec->flags |= AK_R_TRUNCATED;
}

/* The network of an address that policy.yaml treats in its own way. */
static bool chosen_network(const struct ak_pass *p, struct ak_record *rec)
{
	struct ak_pass uncounted = *p;
	struct ak_str network;

	uncounted.l = NULL;
	network = ak_value_network(&uncounted, rec->v[AK_F_CLIENT_ADDRESS].text);
	if (!network.p || rec->v[AK_F_CLIENT_NETWORK].set)
		return false;
	ak_record_set_text(rec, AK_F_CLIENT_NETWORK, network);
	return true;
}

/* The address leaves its network behind, unless the source gives one. True when it did: there is no more to do with it. */
static bool client_network(struct ak_pass *p, struct ak_record *rec)
{
	struct ak_value *v = &rec->v[AK_F_CLIENT_ADDRESS];
	struct ak_cached r = {.ncounts = 0};

	if (!v->set || !v->text.p || p->r->chosen[AK_F_CLIENT_NETWORK])
		return false;
	if (p->r->chosen[AK_F_CLIENT_ADDRESS])
		return chosen_network(p, rec);
	p->field = AK_F_CLIENT_ADDRESS;
	if (!again(p, AK_CACHE_ADDRESS, v->text, &r)) {
		p->note = p->cache ? &r : NULL;
		r.out = ak_value_address(p, v->text, &r.more);
		p->note = NULL;
		ak_cache_keep(p->cache, AK_CACHE_ADDRESS, p->field, v->text, &r);
	}
	put(rec, AK_F_CLIENT_ADDRESS, r.out, false);
	if (!r.more.p || rec->v[AK_F_CLIENT_NETWORK].set)
		return false;
	ak_record_set_text(rec, AK_F_CLIENT_NETWORK, r.more);
	return true;
}

static struct ak_str removed(const struct ak_pass *p)
{
	ak_pass_count(p, "profile", AK_ACT_REMOVED);
	return ak_str_n(NULL, 0);
}

static void remove_fields(struct ak_pass *p, struct ak_record *rec)
{
	for (int f = 0; f < AK_F_COUNT; f++)
		if (rec->v[f].set && is_removed(p, f)) {
			p->field = f;
			put(rec, f, removed(p), false);
		}
}

/* Nested values go before the rest of a change is looked at. */
static void point(struct ak_pass *p, struct ak_record *rec)
{
	for (int f = 0; f < AK_F_COUNT; f++)
		if (rec->v[f].set && rec->v[f].text.p && ak_pointers_name(p->r->pointers, f)) {
			p->field = f;
			put(rec, f, ak_value_pointers(p, rec->v[f].text), false);
		}
}

void ak_redact_personal(const struct ak_redactor *r, struct ak_record *rec, const struct ak_redact_ctx *ctx)
{
	struct ak_pass p = {.r = r, .a = ctx->arena, .l = ctx->ledger, .cache = ctx->cache};
	ak_value_fn *fn;
	int done;

	if (r->profile != AK_PROFILE_DEFAULT)
		remove_fields(&p, rec);
	done = client_network(&p, rec) ? AK_F_CLIENT_NETWORK : -1;
	if (r->pointers)
		point(&p, rec);
	for (int f = 0; f < AK_F_COUNT; f++)
		if (f != done && rec->v[f].set && rec->v[f].text.p && (fn = r->personal[f]))
			apply(&p, rec, f, AK_CACHE_PERSONAL, fn);
	p.field = -1;
	if (rec->revision.p)
		rec->revision = ak_value_id(&p, rec->revision);
	for (struct ak_alias **al = &rec->alias; *al;) {
		fn = r->personal[(*al)->field];
		p.field = (*al)->field;
		(*al)->value = is_removed(&p, p.field) ? removed(&p) : fn ? fn(&p, (*al)->value) : (*al)->value;
		if ((*al)->value.p)
			al = &(*al)->next;
		else
			*al = (*al)->next;
	}
	rec->flags |= AK_R_REDACTED;
}

struct ak_str ak_redact_text(const struct ak_redactor *r, struct ak_str s, struct ak_arena *a,
			     struct ak_redact_ledger *l)
{
	struct ak_pass p = {.r = r, .a = a, .l = l, .field = -1};

	return ak_value_text(&p, ak_value_secrets(&p, s));
}

struct ak_str ak_redact_field(const struct ak_redactor *r, int field, struct ak_str s, struct ak_arena *a, struct ak_redact_ledger *l)
{
	struct ak_pass p = {.r = r, .a = a, .l = l, .field = field};
	enum ak_type type = ak_fields[field].type;
	ak_value_fn *fn = r->personal[field];

	if (steps[type].secrets)
		s = steps[type].secrets(&p, s);
	if (s.p && is_removed(&p, field))
		return removed(&p);
	if (s.p)
		s = ak_value_pointers(&p, s);
	return s.p && fn ? fn(&p, s) : s;
}

struct ak_str ak_redact_token(const struct ak_redactor *r, enum ak_type type, struct ak_str value, struct ak_arena *a)
{
	struct ak_pass p = {.r = r, .a = a, .field = -1};
	struct ak_str s = steps[type].secrets ? steps[type].secrets(&p, value) : value;

	return s.p && steps[type].personal ? steps[type].personal(&p, s) : s;
}
