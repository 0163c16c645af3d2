/* What may be missing from a source, or is not final: each count with what it is counted of. */
#include "base/ak.h"
#include "query/query.h"

#include <sqlite3.h>

#include "base/map.h"
#include "format/mapping.h"
#include "query/rows.h"
#include "query/silences.h"
#include "store/columns_store.h"

#define ACTIONS_LISTED 200
#define LEAST_EVENTS 10 /* that a silence must have kept out at the average rate; of buckets one is enough */

enum check { SILENCE, SEQUENCE, CAP, HAS_MORE, CUT, UNDATED, ODD_TIME, PROVISIONAL, OVERDUE, ACTION, CHECKS };

static const struct {
	const char *name, *what, *unit, *found, *unjudged;
} checks[CHECKS] = {
	[SILENCE] = {"silence", "hours in stretches without a record that are longer than usual", "hours from the first to the last record",
		     "suspected", "its records are states, not events, or have no time"},
	[SEQUENCE] = {"sequence", "numbers missing from the source's own sequence", "numbers from the first to the last", "found",
		      "its format has no sequence"},
	[CAP] = {"cap", "files with exactly as many records as a known export limit", "files", "suspected", "no file was read"},
	[HAS_MORE] = {"has_more", "pages that say more follow, and no last page", "pages that say whether more follow", "found",
		      "its format does not say"},
	[CUT] = {"cut", "records that the source marks as cut", "records", "found", "its format has no such mark"},
	[UNDATED] = {"undated", "records without a time", "records", "found", "its records are states, not events"},
	[ODD_TIME] = {"odd_time", "records from before 2015 or from the future", "records", "found", "its records are states, not events"},
	[PROVISIONAL] = {"provisional", "buckets that were exported before they were final", "buckets", "found", "it has no buckets"},
	[OVERDUE] = {"overdue", "records older than their class of policy.yaml", "records with a time", "found", "no class is declared"},
	[ACTION] = {"action", "audit events whose action is in no category", "audit events", "found", "it has no audit events"},
};

struct seen {
	int64_t id;
	uint64_t n[CHECKS], of[CHECKS], records, dated;
	struct ak_hours *hours;
	bool buckets, tells_cuts;
	int sequence; /* field, -1 = none */
	json_t *missing_numbers;
};

/* The file that rows come from: they stand together. */
struct from_file {
	int64_t id, exported_us;
	bool exported;
	const struct ak_mapping *mapping;
	struct seen *source;
};

struct looking {
	struct ak_store *s;
	struct seen *source;
	size_t n;
	struct ak_map mappings; /* digest -> struct ak_mapping, NULL when it cannot be read any more */
	const int64_t *oldest_us;
	sqlite3_stmt *file_st, *again_st;
	struct from_file file;
	struct ak_err *err;
};

static enum ak_rc mapping_of(struct looking *l, struct ak_str digest, const struct ak_mapping **out)
{
	const struct ak_param p[] = {AK_PZ(digest.p)};
	bool fresh;
	struct ak_map_entry *e = ak_map_put(&l->mappings, digest, &fresh);
	struct ak_mapping *m = NULL;
	struct ak_err old = {0};
	json_t *row = NULL;
	enum ak_rc rc = fresh ? ak_rows_one(l->s, "SELECT name, text FROM document WHERE digest = ?1", p, 1, &row, l->err) : AK_OK;

	if (row && ak_mapping_parse(json_string_value(json_object_get(row, "name")),
				    ak_str_of(json_string_value(json_object_get(row, "text"))), &m, &old) != AK_OK)
		m = NULL;
	if (fresh)
		e->v.ptr = m;
	*out = e->v.ptr;
	json_decref(row);
	return rc == AK_END ? AK_OK : rc;
}

static struct seen *source_of(struct looking *l, int64_t id)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->source[i].id == id)
			return &l->source[i];
	return NULL;
}

static void learn(struct seen *s, const struct ak_mapping *m)
{
	if (!m)
		return;
	s->tells_cuts |= ak_mapping_tells_cuts(m);
	if (ak_mapping_sequence(m) >= 0)
		s->sequence = ak_mapping_sequence(m);
}

static enum ak_rc enter_file(struct looking *l, int64_t id)
{
	sqlite3_stmt *st = l->file_st;
	AK_CLEANUP(ak_free_charp) char *digest = NULL;
	enum ak_rc rc;

	sqlite3_bind_int64(st, 1, id);
	rc = ak_sql_step(l->s, st, l->err);
	l->file = (struct from_file){.id = id};
	if (rc == AK_OK) {
		struct ak_str text = ak_sql_text(st, 1);

		l->file.source = source_of(l, sqlite3_column_int64(st, 0));
		l->file.exported = sqlite3_column_type(st, 2) != SQLITE_NULL;
		l->file.exported_us = sqlite3_column_int64(st, 2) * 1000000;
		digest = ak_strndup(text.p, text.n);
	}
	sqlite3_reset(st);
	if (rc == AK_OK)
		rc = mapping_of(l, ak_str_of(digest), &l->file.mapping);
	if (rc == AK_OK && l->file.source)
		learn(l->file.source, l->file.mapping);
	return rc == AK_END ? AK_OK : rc;
}

/* A later export of the same question that reaches over the bucket: what it did not change stands where it stood. */
static const char again_sql[] =
	"SELECT 1 FROM file f JOIN export e ON e.id = f.export JOIN export x ON x.source = e.source JOIN file g ON g.export = x.id"
	" WHERE f.id = ?1 AND g.format = f.format AND g.query IS f.query AND x.query IS e.query AND g.first_us <= ?2 AND g.last_us >= ?2"
	" AND unixepoch(x.exported_at) >= ?3 LIMIT 1";

static enum ak_rc look_at_bucket(struct looking *l, int64_t start_us, int64_t final_us)
{
	enum ak_rc rc = AK_END;

	if (final_us > l->file.exported_us) {
		sqlite3_bind_int64(l->again_st, 1, l->file.id);
		sqlite3_bind_int64(l->again_st, 2, start_us);
		sqlite3_bind_int64(l->again_st, 3, final_us / 1000000);
		rc = ak_sql_step(l->s, l->again_st, l->err);
		sqlite3_reset(l->again_st);
		l->file.source->n[PROVISIONAL] += rc == AK_END;
	}
	l->file.source->of[PROVISIONAL]++;
	return rc == AK_END ? AK_OK : rc;
}

static enum ak_rc look_at_time(struct looking *l, enum ak_kind kind, int64_t start_us, int64_t end_us)
{
	struct seen *s = l->file.source;
	int64_t settles = l->file.mapping ? ak_mapping_settles(l->file.mapping) : 0;

	s->dated++;
	ak_hours_mark(s->hours, start_us, end_us > start_us ? end_us : start_us);
	if (l->oldest_us && l->oldest_us[kind] != INT64_MIN) {
		s->of[OVERDUE]++;
		s->n[OVERDUE] += start_us < l->oldest_us[kind];
	}
	if (kind != AK_K_USAGE || end_us == INT64_MIN || !l->file.exported)
		return AK_OK;
	return look_at_bucket(l, start_us, end_us + settles * 1000000);
}

struct looked_at {
	int64_t file, flags, start_us, end_us; /* INT64_MIN: without */
};

static enum ak_rc look_at(struct looking *l, enum ak_kind kind, const struct looked_at *r)
{
	enum ak_rc rc = r->file == l->file.id ? AK_OK : enter_file(l, r->file);
	struct seen *s = l->file.source;

	if (rc != AK_OK || !s)
		return rc;
	s->records++;
	s->buckets |= kind == AK_K_USAGE;
	s->n[CUT] += (r->flags & AK_R_CUT) != 0;
	s->n[ODD_TIME] += (r->flags & AK_R_ODD_TIME) != 0;
	s->n[UNDATED] += r->start_us == INT64_MIN;
	if (r->start_us != INT64_MIN && !(r->flags & AK_R_ODD_TIME))
		rc = look_at_time(l, kind, r->start_us, r->end_us);
	return rc;
}

/* Columns: file, time_us, flags, end in seconds. */
static enum ak_rc look_at_row(struct looking *l, enum ak_kind kind, sqlite3_stmt *st)
{
	const struct looked_at r = {sqlite3_column_int64(st, 0), sqlite3_column_int64(st, 2),
				    sqlite3_column_type(st, 1) == SQLITE_NULL ? INT64_MIN : sqlite3_column_int64(st, 1),
				    sqlite3_column_type(st, 3) == SQLITE_NULL ? INT64_MIN : sqlite3_column_int64(st, 3) * 1000000};

	return look_at(l, kind, &r);
}

/* Requests by column; what is no value there is INT64_MIN too. */
static enum ak_rc look_at_block(void *ctx, const struct ak_columns *c, const bool *keep, struct ak_err *err)
{
	const int64_t *times = c->number[AK_COL_TIME], *marks = c->number[AK_COL_MARKS];
	enum ak_rc rc = AK_OK;

	(void)err;
	for (size_t i = 0; i < c->n && rc == AK_OK; i++) {
		const struct looked_at r = {c->number[AK_COL_FILE][i], marks && marks[i] != AK_COLUMN_NONE ? marks[i] : 0,
					    times ? times[i] : INT64_MIN, INT64_MIN};

		if (keep[i])
			rc = look_at(ctx, AK_K_REQUEST, &r);
	}
	return rc;
}

static enum ak_rc look_at_requests(struct looking *l)
{
	const struct ak_columns_want want = {.col = {[AK_COL_FILE] = true, [AK_COL_MARKS] = true}};

	return ak_columns_each_witness(l->s, &want, look_at_block, l, l->err);
}

static enum ak_rc look_at_kind(struct looking *l, enum ak_kind kind)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	AK_CLEANUP(ak_buf_release) struct ak_buf sql;
	enum ak_rc rc;

	ak_buf_init(&sql, 4096);
	/* Of requests the entries of calls, which stand in no column. */
	ak_buf_addf(&sql,
		    "SELECT r.file, r.time_us, r.flags, %s FROM %s r%s WHERE r.state = 0%s"
		    " AND NOT EXISTS(SELECT 1 FROM superseded x WHERE x.seq = r.seq) ORDER BY r.seq",
		    kind == AK_K_USAGE ? "unixepoch(r.event_end)" : "NULL", ak_kinds[kind].name, kind == AK_K_REQUEST ? " INDEXED BY request_facet" : "",
		    kind == AK_K_REQUEST ? " AND r.facet IS NOT NULL" : "");
	rc = ak_sql_prepare(l->s, sql.p, &st, l->err);
	while (rc == AK_OK && (rc = ak_sql_step(l->s, st, l->err)) == AK_OK)
		rc = look_at_row(l, kind, st);
	rc = rc == AK_END ? AK_OK : rc;
	return rc == AK_OK && kind == AK_K_REQUEST ? look_at_requests(l) : rc;
}

/* Numbers of one source in one column: between the first and the last, those that no record has. */
static enum ak_rc look_at_sequence(struct looking *l, struct seen *s, enum ak_kind kind)
{
	static const char numbers[] =
		"WITH v AS (SELECT DISTINCT CAST(r.%s AS INTEGER) AS n FROM %s r JOIN file f ON f.id = r.file JOIN export e"
		" ON e.id = f.export WHERE e.source = ?1 AND r.state = 0 AND length(r.%s) < 19 AND r.%s NOT GLOB '*[^0-9]*')";
	const char *column = ak_fields[s->sequence].column;
	const struct ak_param p[] = {AK_PI(s->id)};
	struct ak_buf sql;
	json_t *row = NULL;
	enum ak_rc rc;

	ak_buf_init(&sql, 4096);
	ak_buf_addf(&sql, numbers, column, ak_kinds[kind].name, column, column);
	ak_buf_adds(&sql, " SELECT count(*) AS n, coalesce(max(n) - min(n) + 1, 0) AS span FROM v");
	rc = ak_rows_one(l->s, sql.p, p, 1, &row, l->err);
	s->of[SEQUENCE] += (uint64_t)json_integer_value(json_object_get(row, "span"));
	s->n[SEQUENCE] += (uint64_t)(json_integer_value(json_object_get(row, "span")) - json_integer_value(json_object_get(row, "n")));
	json_decref(row);
	ak_buf_clear(&sql);
	ak_buf_addf(&sql, numbers, column, ak_kinds[kind].name, column, column);
	ak_buf_adds(&sql, " SELECT before + 1 AS first, n - 1 AS last FROM (SELECT n, lag(n) OVER (ORDER BY n) AS before FROM v)"
			  " WHERE n > before + 1 ORDER BY n - before DESC, n LIMIT 10");
	row = NULL;
	if (rc == AK_OK)
		rc = ak_rows(l->s, sql.p, p, 1, &row, l->err);
	if (rc == AK_OK)
		json_array_extend(s->missing_numbers, row);
	json_decref(row);
	ak_buf_release(&sql);
	return rc;
}

static enum ak_rc sequences(struct looking *l)
{
	enum ak_rc rc = AK_OK;

	for (size_t i = 0; i < l->n; i++)
		for (int k = 0; l->source[i].sequence >= 0 && k < AK_K_COUNT && rc == AK_OK; k++)
			if (ak_kinds[k].events && ak_field_of((enum ak_field_id)l->source[i].sequence, (enum ak_kind)k))
				rc = look_at_sequence(l, &l->source[i], (enum ak_kind)k);
	return rc;
}

/* Files by their bytes: one that is read every night is one. ?1 source. */
static const char files_sql[] =
	"WITH f AS (SELECT coalesce(f.decoded_sha256, f.id) AS bytes, f.has_more AS has_more, EXISTS(SELECT 1 FROM "
	"diag d"
	" WHERE d.export = f.export AND d.file = f.id AND d.rule = 'suspected_cap') AS capped"
	" FROM file f JOIN export e ON e.id = f.export WHERE e.source = ?1)"
	" SELECT count(DISTINCT bytes) AS files, count(DISTINCT iif(has_more IS NULL, NULL, bytes)) AS pages,"
	" count(DISTINCT iif(has_more = 1, bytes, NULL)) AS more, count(DISTINCT iif(capped, bytes, NULL)) AS capped "
	"FROM f";
static const char actions_sql[] =
	"SELECT a.action AS action, a.category AS category, count(*) AS n FROM audit_event a JOIN file f ON f.id = a.file"
	" JOIN export e ON e.id = f.export WHERE e.source = ?1 AND a.state = 0"
	" AND NOT EXISTS(SELECT 1 FROM superseded x WHERE x.seq = a.seq) GROUP BY 1, 2 ORDER BY 3 DESC, 1";

/* Categories (F121 to F132) that say what was done; `other`, none, and a word of no mapping of ours do not. */
static bool is_category(const char *z)
{
	static const char *const all[] = {"keys", "quota", "routing", "billing", "admin_access", "data_access", "configuration", "login",
					  "ai_interaction"};

	for (size_t i = 0; z && i < AK_COUNT(all); i++)
		if (strcmp(all[i], z) == 0)
			return true;
	return false;
}

struct actions {
	struct seen *s;
	json_t *unmapped, *categories;
	uint64_t total;
};

static enum ak_rc add_action(void *ctx, json_t *row, struct ak_err *err)
{
	struct actions *a = ctx;
	const char *category = json_string_value(json_object_get(row, "category"));
	json_int_t n = json_integer_value(json_object_get(row, "n"));

	(void)err;
	a->s->of[ACTION] += (uint64_t)n;
	if (is_category(category)) {
		json_int_t before = json_integer_value(json_object_get(a->categories, category));

		json_object_set_new(a->categories, category, json_integer(before + n));
		return AK_OK;
	}
	a->s->n[ACTION] += (uint64_t)n;
	a->total++;
	if (json_array_size(a->unmapped) < ACTIONS_LISTED)
		json_array_append(a->unmapped, row);
	return AK_OK;
}

static json_t *check_json(const struct seen *s, enum check c)
{
	const char *state = !s->of[c] ? "not judged" : s->n[c] ? checks[c].found : "none";

	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:s, s:o}", "check", checks[c].name, "what", checks[c].what, "state", state, "n",
			 s->of[c] ? json_integer((json_int_t)s->n[c]) : json_null(), "of",
			 s->of[c] ? json_integer((json_int_t)s->of[c]) : json_null(), "unit", checks[c].unit, "why",
			 s->of[c] ? json_null() : json_string(checks[c].unjudged));
}

static void times(struct seen *s, json_t *o)
{
	struct ak_silences silences;

	ak_hours_silences(s->hours, s->dated, s->buckets ? 1 : LEAST_EVENTS, &silences);
	s->n[SILENCE] = silences.suspected_hours;
	s->of[SILENCE] = silences.span;
	s->of[CUT] = s->tells_cuts ? s->records : 0;
	s->of[UNDATED] = s->of[ODD_TIME] = s->records;
	json_object_set_new(o, "hours", json_pack("{s:I, s:I}", "with_records", (json_int_t)silences.active, "of", (json_int_t)silences.span));
	json_object_set_new(o, "silences", silences.longest);
	json_object_set_new(o, "silences_all", json_integer((json_int_t)silences.all));
	json_object_set(o, "missing_numbers", s->missing_numbers);
}

static enum ak_rc add_to(struct looking *l, struct seen *s, json_t *source)
{
	const struct ak_param p[] = {AK_PI(s->id)};
	struct actions a = {.s = s, .unmapped = json_array(), .categories = json_object()};
	json_t *o = json_object(), *row = NULL, *list = json_array();
	enum ak_rc rc = ak_rows_one(l->s, files_sql, p, 1, &row, l->err);

	times(s, o);
	if (rc == AK_OK) {
		s->of[CAP] = (uint64_t)json_integer_value(json_object_get(row, "files"));
		s->n[CAP] = (uint64_t)json_integer_value(json_object_get(row, "capped"));
		s->of[HAS_MORE] = (uint64_t)json_integer_value(json_object_get(row, "pages"));
		if (json_is_true(json_object_get(source, "has_more")))
			s->n[HAS_MORE] = (uint64_t)json_integer_value(json_object_get(row, "more"));
		rc = ak_rows_each(l->s, actions_sql, p, 1, add_action, &a, l->err);
	}
	for (int c = 0; c < CHECKS; c++)
		json_array_append_new(list, check_json(s, (enum check)c));
	json_object_set_new(o, "checks", list);
	json_object_set_new(o, "categories", a.categories);
	json_object_set_new(o, "unmapped_actions", a.unmapped);
	json_object_set_new(o, "unmapped_actions_all", json_integer((json_int_t)a.total));
	json_object_set_new(source, "completeness", o);
	json_decref(row);
	return rc;
}

static enum ak_rc open_sources(struct looking *l, const json_t *sources)
{
	const json_t *source;
	size_t i;
	enum ak_rc rc = AK_OK;

	l->source = ak_alloc_zero(json_array_size(sources) + 1, sizeof *l->source);
	json_array_foreach((json_t *)sources, i, source) {
		const struct ak_param p[] = {AK_PZ(json_string_value(json_object_get(source, "name")))};
		json_t *row = NULL;

		if ((rc = ak_rows_one(l->s, "SELECT id FROM source WHERE name = ?1", p, 1, &row, l->err)) != AK_OK)
			return rc;
		l->source[l->n++] = (struct seen){.id = json_integer_value(json_object_get(row, "id")), .sequence = -1,
						  .hours = ak_hours_new(), .missing_numbers = json_array()};
		json_decref(row);
	}
	rc = ak_sql_prepare(l->s, "SELECT e.source, f.mapping, unixepoch(e.exported_at) FROM file f JOIN export e ON e.id = f.export"
				  " WHERE f.id = ?1", &l->file_st, l->err);
	return rc == AK_OK ? ak_sql_prepare(l->s, again_sql, &l->again_st, l->err) : rc;
}

static void release(struct looking *l)
{
	for (size_t i = 0; i < l->n; i++) {
		ak_hours_free(l->source[i].hours);
		json_decref(l->source[i].missing_numbers);
	}
	for (size_t i = 0; i < l->mappings.n; i++)
		ak_mapping_free(l->mappings.e[i].v.ptr);
	ak_map_release(&l->mappings);
	ak_free(l->source);
	sqlite3_finalize(l->file_st);
	sqlite3_finalize(l->again_st);
}

enum ak_rc ak_query_completeness(struct ak_store *s, const int64_t *oldest_us, json_t *sources, struct ak_err *err)
{
	struct looking l = {.s = s, .oldest_us = oldest_us, .err = err};
	json_t *source;
	size_t i;
	enum ak_rc rc;

	ak_map_init(&l.mappings);
	rc = open_sources(&l, sources);
	for (int k = 0; k < AK_K_COUNT && rc == AK_OK; k++)
		rc = ak_kinds[k].events ? look_at_kind(&l, (enum ak_kind)k) : AK_OK;
	if (rc == AK_OK)
		rc = sequences(&l);
	json_array_foreach(sources, i, source)
		if (rc == AK_OK)
			rc = add_to(&l, &l.source[i], source);
	release(&l);
	return rc;
}
