#include "base/ak.h"
#include "format/drafting.h"

#include "model/field.h"

static const struct row {
	enum ak_field_id field;
	unsigned traits;
	const char *names;
} rows[] = {
#define DRAFT(field, traits, names) {AK_F_##field, (traits), (names)},
#include "format/draft.def"
#undef DRAFT
};

static int role_of(enum ak_field_id f)
{
	return f == AK_F_PAYLOAD_PROMPT ? 0 : f == AK_F_PAYLOAD_COMPLETION ? 1 : -1;
}

bool ak_draft_uses(const struct ak_drafting *d, const struct ak_member *m)
{
	for (int f = 0; f < AK_F_COUNT; f++)
		if (d->field[f] == m)
			return true;
	for (int role = 0; role < 2; role++)
		for (size_t i = 0; i < d->npayload[role]; i++)
			if (d->payload[role][i] == m)
				return true;
	return false;
}

static bool is_own(const struct ak_member *m) { return m->path.n && m->path.p[0] != '^'; }

/* "id" and "type" say something of the record only where they are its own, not its user's or key's. */
static bool is_general(enum ak_field_id f)
{
	return f == AK_F_EVENT_ID || f == AK_F_REQUEST_ID || f == AK_F_ACTION;
}

static bool is_nested(const struct ak_member *m) { return memchr(m->path.p + 1, '/', m->path.n - 1) != NULL; }

static bool fits(const struct row *r, const struct ak_member *m, struct ak_str name)
{
	bool id = r->field == AK_F_EVENT_ID || r->field == AK_F_REQUEST_ID, content = role_of(r->field) >= 0;

	if (!m->safe || !m->values || !(m->traits & r->traits) || (!ak_str_eq(m->name, name) && !ak_str_eq(m->pair, name)))
		return false;
	if ((m->traits & AK_IS_LIST && !content) || (m->traits & AK_IS_CONTENT && !content))
		return false;
	if ((id && !is_own(m)) || (is_general(r->field) && is_nested(m) && !ak_str_eq(m->pair, name)))
		return false;
	return r->field != AK_F_EVENT_ID || m->distinct.n == m->values;
}

static bool is_better(const struct ak_member *m, const struct ak_member *than)
{
	return !than || m->values > than->values || (m->values == than->values && m->path.n < than->path.n);
}

static void take(struct ak_drafting *d, const struct row *r, struct ak_str name)
{
	int role = role_of(r->field);
	struct ak_member *best = NULL;

	for (size_t i = 0; i < ak_survey_count(&d->survey); i++) {
		struct ak_member *m = ak_survey_at(&d->survey, i);

		if (!fits(r, m, name) || ak_draft_uses(d, m))
			continue;
		if (role >= 0 && d->npayload[role] < AK_DRAFT_PAYLOAD)
			d->payload[role][d->npayload[role]++] = m;
		else if (role < 0 && is_better(m, best))
			best = m;
	}
	if (role < 0 && best)
		d->field[r->field] = best;
}

/* Each name of the row in turn, until one is there; payload takes all. */
static void choose_row(struct ak_drafting *d, const struct row *r)
{
	const char *p = r->names;

	while (*p && !d->field[r->field]) {
		size_t n = strcspn(p, " ");

		take(d, r, ak_str_n(p, n));
		p += n + (p[n] == ' ');
	}
}

/* No name says when it happened, and one member alone is a time: then that is it. */
static void choose_time(struct ak_drafting *d)
{
	const struct ak_member *only = NULL;
	size_t n = 0;

	for (size_t i = 0; i < ak_survey_count(&d->survey); i++) {
		const struct ak_member *m = ak_survey_at(&d->survey, i);

		if (m->safe && is_own(m) && m->traits & AK_IS_TIME && !(m->traits & AK_IS_LIST)) {
			only = m;
			n++;
		}
	}
	if (n == 1 && !d->field[AK_F_START] && !ak_draft_uses(d, only) && only->values == d->survey.records)
		d->field[AK_F_START] = only;
}

static bool has(const struct ak_drafting *d, enum ak_field_id f) { return d->field[f] != NULL; }

static enum ak_kind kind_of(const struct ak_drafting *d)
{
	bool model = has(d, AK_F_REQUEST_MODEL) || has(d, AK_F_RESPONSE_MODEL), id = has(d, AK_F_EVENT_ID) || has(d, AK_F_REQUEST_ID);
	bool amount = has(d, AK_F_INPUT_TOKENS) || has(d, AK_F_COST_ESTIMATED) || has(d, AK_F_REQUEST_COUNT);

	if (amount && !id && has(d, AK_F_END))
		return AK_K_USAGE;
	if (model || has(d, AK_F_INPUT_TOKENS) || (has(d, AK_F_STATUS_CODE) && has(d, AK_F_ENDPOINT)))
		return AK_K_REQUEST;
	if (has(d, AK_F_ACTION) && (has(d, AK_F_ACTOR_ID) || has(d, AK_F_ACTOR_EMAIL) || has(d, AK_F_RESOURCE_ID)))
		return AK_K_AUDIT;
	return AK_K_APP;
}

/* An aggregate names the model it was served by; the id of a call is also that of its record, and the other way round. */
static void settle(struct ak_drafting *d)
{
	const struct ak_member **field = d->field;
	const struct ak_member *call = field[AK_F_REQUEST_ID];

	if (d->kind == AK_K_USAGE && !field[AK_F_RESPONSE_MODEL])
		field[AK_F_RESPONSE_MODEL] = field[AK_F_REQUEST_MODEL];
	if (!field[AK_F_EVENT_ID] && call && call->distinct.n == call->values)
		field[AK_F_EVENT_ID] = call;
	if (d->kind == AK_K_REQUEST && !call)
		field[AK_F_REQUEST_ID] = field[AK_F_EVENT_ID];
	for (int f = 0; f < AK_F_COUNT; f++)
		if (!(ak_fields[f].kinds >> d->kind & 1))
			field[f] = NULL;
}

void ak_draft_choose(struct ak_drafting *d)
{
	static const struct {
		enum ak_field_id field;
		int score;
	} worth[] = {{AK_F_START, 2}, {AK_F_EVENT_ID, 1}, {AK_F_REQUEST_MODEL, 1}, {AK_F_RESPONSE_MODEL, 1}, {AK_F_INPUT_TOKENS, 1},
		     {AK_F_ACTION, 1}, {AK_F_COST_ESTIMATED, 1}, {AK_F_STATUS_CODE, 1}};

	memset(d->field, 0, sizeof d->field);
	d->npayload[0] = d->npayload[1] = 0;
	for (size_t i = 0; i < AK_COUNT(rows); i++)
		choose_row(d, &rows[i]);
	choose_time(d);
	d->kind = kind_of(d);
	settle(d);
	d->score = 0;
	for (size_t i = 0; i < AK_COUNT(worth); i++)
		d->score += has(d, worth[i].field) ? worth[i].score : 0;
}
