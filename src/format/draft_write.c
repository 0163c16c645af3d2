#include "base/ak.h"
#include "format/drafting.h"

#include "model/field.h"

enum { MOST_SIGNS = 10 };

static const char *path_of(const struct ak_member *m) { return m->path.p; }

/* A path as it may stand in a flow or block: quoted where YAML would read more into it. */
static void add_path(struct ak_buf *b, struct ak_str path)
{
	bool plain = path.n > 0;

	for (size_t i = 0; i < path.n; i++)
		plain = plain && (ak_is_alnum((unsigned char)path.p[i]) || memchr("/_.-^~", path.p[i], 6));
	ak_buf_addf(b, plain ? "%.*s" : "\"%.*s\"", AK_STR_FMT(path));
}

static const char *epoch_unit(unsigned traits)
{
	return traits & AK_IS_S ? "s" : traits & AK_IS_MS ? "ms" : traits & AK_IS_US ? "us" : "ns";
}

static bool name_ends(const struct ak_member *m, const char *end)
{
	size_t n = strlen(end);

	return m->name.n >= n && memcmp(m->name.p + m->name.n - n, end, n) == 0;
}

/* ", decimal: ..." and what of it is a guess. */
static const char *cost(const struct ak_drafting *d, const struct ak_member *m, struct ak_buf *b)
{
	static const struct {
		const char *end;
		int scale;
	} units[] = {{"cents", -2}, {"micros", -6}, {"microusd", -6}, {"nanos", -9}};
	bool told = d->field[AK_F_COST_CURRENCY] != NULL, usd = name_ends(m, "usd");
	int scale = 0;

	for (size_t i = 0; i < AK_COUNT(units); i++)
		scale = name_ends(m, units[i].end) ? units[i].scale : scale;
	if (scale || !told)
		ak_buf_adds(b, ", decimal: {");
	if (scale)
		ak_buf_addf(b, "scale: %d", scale);
	if (!told)
		ak_buf_addf(b, "%scurrency: usd", scale ? ", " : "");
	if (scale || !told)
		ak_buf_addc(b, '}');
	return told || usd ? NULL : "the currency is a guess";
}

static const char *duration(const struct ak_member *m, struct ak_buf *b)
{
	bool ms = name_ends(m, "ms"), s = !ms && (name_ends(m, "s") || name_ends(m, "sec"));

	if (s || (!ms && !(m->traits & AK_IS_INT)))
		ak_buf_adds(b, ", decimal: {scale: 3}");
	return ms ? NULL : s || !(m->traits & AK_IS_INT) ? "seconds, by its name or fraction: compare" : "milliseconds is a guess";
}

static const char *outcome(const struct ak_member *m, struct ak_buf *b)
{
	bool first = true;

	if (m->traits & AK_IS_BOOL)
		ak_buf_adds(b, ", enum: {\"true\": success, \"false\": failure}");
	else
		ak_buf_adds(b, ", lower: true, enum: {");
	for (unsigned i = 0; ak_survey_words[i].word && !(m->traits & AK_IS_BOOL); i++) {
		if (!(m->words >> i & 1))
			continue;
		ak_buf_addf(b, "%s\"%s\": %s", first ? "" : ", ", ak_survey_words[i].word, ak_survey_words[i].outcome);
		first = false;
	}
	if (!(m->traits & AK_IS_BOOL))
		ak_buf_addc(b, '}');
	return "add the words that the sample did not hold";
}

/* What stands behind the path; *note is a remark, NULL for none. */
static void add_converter(const struct ak_drafting *d, enum ak_field_id f, const struct ak_member *m, struct ak_buf *b, const char **note)
{
	*note = NULL;
	if (ak_fields[f].type == AK_T_TIME && m->traits & AK_IS_EPOCH)
		ak_buf_addf(b, ", time: %s", epoch_unit(m->traits));
	else if (ak_fields[f].type == AK_T_TIME && !(m->traits & AK_IS_ZONED))
		*note = "without a zone: UTC is a guess";
	else if (f == AK_F_TRACE_ID && m->traits & AK_IS_PARENT)
		ak_buf_adds(b, ", traceparent: trace");
	else if (f == AK_F_OUTCOME)
		*note = outcome(m, b);
	else if (f == AK_F_PROVIDER)
		ak_buf_adds(b, ", lower: true");
	else if (f == AK_F_COST_ESTIMATED)
		*note = cost(d, m, b);
	else if (f == AK_F_DURATION || f == AK_F_TTFT)
		*note = duration(m, b);
}

static void add_field(const struct ak_drafting *d, enum ak_field_id f, struct ak_buf *out)
{
	const struct ak_member *m = d->field[f];
	const char *note;
	struct ak_buf conv;

	ak_buf_init(&conv, 1 << 16);
	add_converter(d, f, m, &conv, &note);
	ak_buf_addf(out, "  %s: %s", ak_fields[f].column, conv.n ? "{path: " : "");
	add_path(out, m->path);
	ak_buf_addf(out, "%s%s", conv.n ? ak_buf_str(&conv).p : "", conv.n ? "}" : "");
	if (m->records < d->survey.records)
		ak_buf_addf(out, "  # in %llu of %llu records", (unsigned long long)m->records, (unsigned long long)d->survey.records);
	if (note)
		ak_buf_addf(out, "%s%s", m->records < d->survey.records ? "; " : "  # ", note);
	ak_buf_addc(out, '\n');
	ak_buf_release(&conv);
}

static void add_payload(const struct ak_drafting *d, struct ak_buf *out)
{
	static const char *const roles[] = {"prompt", "completion"};

	if (!d->npayload[0] && !d->npayload[1])
		return;
	ak_buf_adds(out, "# Walked and counted, never kept.\npayload:\n");
	for (int role = 0; role < 2; role++) {
		if (!d->npayload[role])
			continue;
		ak_buf_addf(out, "  %s: [", roles[role]);
		for (size_t i = 0; i < d->npayload[role]; i++) {
			ak_buf_adds(out, i ? ", " : "");
			add_path(out, d->payload[role][i]->path);
		}
		ak_buf_adds(out, "]\n");
	}
}

static bool always(const struct ak_drafting *d, const struct ak_member *m)
{
	return m->safe && m->records == d->survey.records && m->path.p[0] == '/' && !strstr(path_of(m), "[]") && !strchr(path_of(m), '|');
}

/* Members that are read, and that every record has. */
static void add_detect(const struct ak_drafting *d, struct ak_buf *out)
{
	size_t n = 0;

	ak_buf_adds(out, "# Every record has these. Add what tells it from other products: no other format may fit as well.\ndetect:\n  required: [");
	for (size_t i = 0; i < ak_survey_count(&d->survey) && n < MOST_SIGNS; i++) {
		const struct ak_member *m = ak_survey_at(&d->survey, i);

		if (!always(d, m) || !ak_draft_uses(d, m))
			continue;
		ak_buf_adds(out, n++ ? ", " : "");
		add_path(out, m->path);
	}
	ak_buf_adds(out, "]\n");
}

static const char *shape_word(const struct ak_member *m)
{
	return !m->values		  ? "never a value"
	       : m->traits & AK_IS_BOOL	  ? "true or false"
	       : m->traits & AK_IS_NUMBER ? "a number"
	       : m->traits & AK_IS_TIME	  ? "a time"
	       : m->traits & AK_IS_TEXT	  ? "text"
					  : "various";
}

static void add_left(const struct ak_drafting *d, struct ak_buf *out)
{
	size_t hidden = 0;

	ak_buf_adds(out, "# Not mapped: counted as drift until it is read by a field or left out here on purpose (take the # off and say why).\ndrop:\n");
	for (size_t i = 0; i < ak_survey_count(&d->survey); i++) {
		const struct ak_member *m = ak_survey_at(&d->survey, i);

		hidden += !m->safe;
		if (!m->safe || ak_draft_uses(d, m))
			continue;
		ak_buf_adds(out, "  # ");
		add_path(out, m->path);
		ak_buf_addf(out, ": in %llu of %llu records, %s, at most %llu bytes\n", (unsigned long long)m->records,
			    (unsigned long long)d->survey.records, shape_word(m), (unsigned long long)m->longest);
	}
	if (hidden)
		ak_buf_addf(out, "  # and %zu whose names look like values\n", hidden);
}

static bool needs_zone(const struct ak_drafting *d)
{
	for (int f = 0; f < AK_F_COUNT; f++)
		if (d->field[f] && ak_fields[f].type == AK_T_TIME && d->field[f]->traits & AK_IS_TIME && !(d->field[f]->traits & AK_IS_ZONED))
			return true;
	return false;
}

void ak_draft_write(const struct ak_drafting *d, const char *id, struct ak_buf *out)
{
	ak_buf_addf(out, "# A draft, made from %llu records by their names and shapes: read it line by line against the product's own\n"
			 "# documentation, then run `auditkit formats check` on it. auditkit-formats(5) explains what can be said here.\n",
		    (unsigned long long)d->survey.records);
	ak_buf_addf(out, "id: %s\ntitle: %s, drafted from a sample\nversion: 1\nkind: %s\nstatus: from docs\ncontainer: %s\n", id, id,
		    ak_kinds[d->kind].name, d->csv ? "csv" : "json");
	if (d->records.n)
		ak_buf_addf(out, "records: [\"%.*s\"]\n", AK_STR_FMT(d->records));
	if (needs_zone(d))
		ak_buf_adds(out, "zone: UTC\n");
	add_detect(d, out);
	if (d->field[AK_F_EVENT_ID])
		ak_buf_adds(out, "identity: [event_id]\n");
	ak_buf_adds(out, "fields:\n");
	for (int f = 0; f < AK_F_COUNT; f++)
		if (d->field[f])
			add_field(d, (enum ak_field_id)f, out);
	if (d->kind == AK_K_REQUEST)
		ak_buf_adds(out, "  category: {const: ai_interaction}\n");
	add_payload(d, out);
	add_left(d, out);
}
