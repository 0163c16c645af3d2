#include "base/ak.h"

#include "base/decimal.h"
#include "format/mapper.h"
#include "model/idform.h"

/* What a record gets beside its rules. */

static const int64_t MICRO = 1000000;
static const int64_t YEAR_2015 = INT64_C(1420070400);
static const int64_t AHEAD = INT64_C(48) * 3600;

static enum ak_payload payload_state(const struct ak_mapper *mp, const struct ak_ref *ref)
{
	enum ak_payload state = AK_PAY_ABSENT;

	for (const struct ak_pick *p = ak_level_first(mp, ref); p; p = ak_level_next(mp, ref, p))
		if (p->payload > state)
			state = p->payload;
	return state;
}

/* A rule says so of what arrived as ciphertext: there, and hidden from us. */
static bool is_encrypted(const struct ak_value *v) { return v->set && ak_str_is(v->text, "encrypted"); }

static void payloads(struct ak_mapper *mp, struct ak_record *out)
{
	static const char *const words[] = {"absent", "masked", "present"};
	static const enum ak_field_id field[] = {AK_F_PAYLOAD_PROMPT, AK_F_PAYLOAD_COMPLETION};
	enum ak_payload most[3] = {AK_PAY_ABSENT, AK_PAY_ABSENT, AK_PAY_ABSENT};

	for (size_t i = 0; i < mp->m->npayload; i++) {
		const struct ak_left_out *p = &mp->m->payload[i];
		enum ak_payload state = payload_state(mp, &p->ref);

		if (state == AK_PAY_ABSENT && p->role < (int)AK_COUNT(field) && is_encrypted(&out->v[field[p->role]]))
			state = AK_PAY_MASKED;
		mp->stats->payload[i][state]++;
		if (state > most[p->role])
			most[p->role] = state;
	}
	for (int role = 0; role < (int)AK_COUNT(field); role++)
		if (mp->m->payload_role[role] && !out->v[field[role]].set && ak_field_of(field[role], out->kind))
			ak_record_set_text(out, field[role], ak_str_of(words[most[role]]));
}

static bool wants(const struct ak_mapper *mp, const struct ak_record *out, enum ak_field_id f)
{
	return !mp->m->rule[f] && ak_field_of(f, out->kind);
}

/* 1xx says nothing about the end of a call. */
static void outcome(const struct ak_mapper *mp, struct ak_record *out)
{
	int64_t status = out->v[AK_F_STATUS_CODE].num;

	if (!wants(mp, out, AK_F_OUTCOME) || !out->v[AK_F_STATUS_CODE].set || status < 200)
		return;
	ak_record_set_text(out, AK_F_OUTCOME, status < 400 ? AK_STR("success") : AK_STR("failure"));
}

/* The first row whose word is part of the text wins. Operation names are OpenTelemetry's and LiteLLM's. */
static const struct {
	const char *word, *family;
} families[] = {
	{"chat/completions", "chat"},
	{"/messages", "chat"},
	{"embed", "embeddings"},
	{"image", "images"},
	{"audio", "audio"},
	{"speech", "audio"},
	{"transcription", "audio"},
	{"moderation", "moderations"},
	{"batch", "batch"},
	{"responses", "responses"},
	{"anthropic_messages", "chat"},
	{"acompletion", "chat"},
	{"text_completion", "completions"},
	{"/completions", "completions"},
	{"/models", "models"},
	{"generate_content", "chat"},
	{"generatecontent", "chat"},
	{"chat", "chat"},
	{"completion", "chat"},
	{NULL, "other"},
};

static void endpoint_family(const struct ak_mapper *mp, struct ak_record *out)
{
	const struct ak_value *from = &out->v[out->v[AK_F_ENDPOINT].set ? AK_F_ENDPOINT : AK_F_OPERATION];
	struct ak_str path = ak_str_n(from->text.p, ak_str_find(from->text, '?'));
	size_t i = 0;

	if (!from->set || !wants(mp, out, AK_F_ENDPOINT_FAMILY))
		return;
	while (families[i].word && !ak_str_holds_fold(path, families[i].word))
		i++;
	ak_record_set_text(out, AK_F_ENDPOINT_FAMILY, ak_str_of(families[i].family));
}

static void natural_key(struct ak_mapper *mp, struct ak_record *out)
{
	const struct ak_mapping *m = mp->m;
	struct ak_buf *b = &mp->conv.buf;
	bool any = false;

	ak_buf_clear(b);
	for (size_t i = 0; i < m->nidentity; i++) {
		const struct ak_value *v = &out->v[m->identity[i]];

		if (i)
			ak_buf_addc(b, 0x1F);
		if (!v->set)
			continue;
		any = true;
		if (ak_type_is_number(ak_fields[m->identity[i]].type))
			ak_buf_addf(b, "%lld", (long long)v->num);
		else
			ak_buf_addstr(b, v->text);
	}
	if (any && !b->over)
		out->natural_key = ak_arena_str(mp->conv.arena, ak_buf_str(b));
	else
		out->flags |= AK_R_NO_KEY;
}

/* Text that compares bytewise: times in microseconds, whole numbers with leading zeros, else as it is. */
static void revision(struct ak_mapper *mp, struct ak_record *out)
{
	const struct ak_rule *r = mp->m->revision;
	const struct ak_pick *p = r ? ak_eval_first(mp, &r->refs) : NULL;
	struct ak_arena *a = mp->conv.arena;
	unsigned flags = mp->conv.flags;
	struct ak_time t;
	int64_t n;

	if (mp->m->revision_exported && mp->exported_at.n)
		out->revision = ak_arena_str(a, mp->exported_at);
	if (!p)
		return;
	if (ak_convert_time(&mp->conv, r, p, &t))
		out->revision = ak_time_format(t.us, 6, a);
	else if (!r->clock && !ak_dec_int(p->text, false, &n, NULL) && n >= 0)
		out->revision = ak_arena_printf(a, "%020lld", (long long)n);
	else if (!r->clock)
		out->revision = ak_arena_str(a, p->text);
	mp->conv.flags = flags;
}

static bool how_much_is_empty(const struct ak_record *out)
{
	for (int f = 0; f < AK_F_COUNT; f++)
		if (out->v[f].set && (ak_fields[f].type == AK_T_INT || ak_fields[f].type == AK_T_DEC))
			return false;
	return true;
}

static void start_flags(struct ak_mapper *mp, struct ak_record *out)
{
	const struct ak_value *start = &out->v[AK_F_START];

	if (!start->set)
		out->flags |= AK_R_NO_TIME;
	else if (start->num < YEAR_2015 * MICRO || start->num > mp->now + AHEAD * MICRO)
		out->flags |= AK_R_ODD_TIME;
	if (mp->m->info.csv && mp->m->plan.empty_records && how_much_is_empty(out))
		out->flags |= AK_R_EMPTY_BUCKET;
}

static void cut_flag(struct ak_mapper *mp, struct ak_record *out)
{
	for (int i = 0; i < AK_LEVELS; i++)
		if (mp->level[i].row.cut)
			out->flags |= AK_R_CUT;
	for (struct ak_cond **when = mp->m->truncated; *when; when++)
		if (ak_eval_when(mp, *when))
			out->flags |= AK_R_CUT;
}

/* An id in another spelling than its plain one is found under both. */
static void spellings(struct ak_mapper *mp, struct ak_record *out)
{
	static const enum ak_field_id ids[] = {AK_F_TRACE_ID, AK_F_SPAN_ID, AK_F_REQUEST_ID, AK_F_GATEWAY_EVENT_ID, AK_F_RESPONSE_ID,
					       AK_F_PROVIDER_REQUEST_ID, AK_F_UPSTREAM_ID, AK_F_EVENT_ID, AK_F_SETTLEMENT_ID, AK_F_APPROVAL_EVENT};
	char buf[AK_ID_FORM];
	struct ak_str plain;

	for (size_t i = 0; i < AK_COUNT(ids); i++)
		if (out->v[ids[i]].set && ak_id_plain(ids[i], out->v[ids[i]].text, buf, &plain))
			ak_eval_alias(mp, out, ids[i], ak_arena_str(mp->conv.arena, plain));
	/* What a settlement row calls its request may be any id of it, and it is typed by people: few rows, all spellings. */
	for (size_t i = 0; i < AK_COUNT(ids) && out->kind == AK_K_SETTLEMENT; i++)
		for (int which = 1; which <= 2 && out->v[ids[i]].set; which++)
			if (ak_id_form(out->v[ids[i]].text, which, buf, &plain))
				ak_eval_alias(mp, out, ids[i], ak_arena_str(mp->conv.arena, plain));
}

/* What a gateway serves from its cache has the response id of the first call, and the application got that: the id belongs to both.
 * LiteLLM puts "_cache_hit<time>" behind it. */
static void cached_response(struct ak_mapper *mp, struct ak_record *out)
{
	static const char *const ids[] = {"chatcmpl-", "cmpl-", "resp_", "msg_", "gen-"};
	struct ak_str id = out->v[AK_F_EVENT_ID].text, mark = AK_STR("_cache_hit");
	const char *end;

	if (out->kind != AK_K_REQUEST || out->v[AK_F_RESPONSE_ID].set || !out->v[AK_F_EVENT_ID].set ||
	    !ak_str_is(out->v[AK_F_CACHE_STATUS].text, "hit"))
		return;
	end = id.n > mark.n ? memmem(id.p, id.n, mark.p, mark.n) : NULL;
	if (end)
		id.n = (size_t)(end - id.p);
	for (size_t i = 0; i < AK_COUNT(ids); i++)
		if (ak_str_starts(id, ak_str_of(ids[i])) && id.n > strlen(ids[i]))
			ak_eval_alias(mp, out, AK_F_RESPONSE_ID, ak_arena_str(mp->conv.arena, id));
}

void ak_derive(struct ak_mapper *mp, struct ak_record *out)
{
	payloads(mp, out);
	outcome(mp, out);
	endpoint_family(mp, out);
	start_flags(mp, out);
	cut_flag(mp, out);
	natural_key(mp, out);
	revision(mp, out);
	spellings(mp, out);
	cached_response(mp, out);
	out->flags |= mp->conv.flags;
	for (size_t i = 0; i < mp->m->ndims; i++)
		mp->saw[mp->m->dims[i]] |= out->v[mp->m->dims[i]].set;
}
