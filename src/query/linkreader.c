#include "base/ak.h"
#include "query/linkreader.h"

#include "base/buf.h"
#include "query/query.h"
#include "query/rows.h"

enum { NEAR = 4 }; /* rows that are sooner stepped over than found */

const enum ak_field_id ak_link_fields[AK_LF_COUNT] = {
	[AK_LF_TRACE] = AK_F_TRACE_ID,	      [AK_LF_CALL] = AK_F_REQUEST_ID,		[AK_LF_GROUP] = AK_F_GATEWAY_EVENT_ID,
	[AK_LF_SPAN] = AK_F_SPAN_ID,	      [AK_LF_RESPONSE] = AK_F_RESPONSE_ID,	[AK_LF_PROVIDER] = AK_F_PROVIDER_REQUEST_ID,
	[AK_LF_UPSTREAM] = AK_F_UPSTREAM_ID, [AK_LF_EVENT] = AK_F_EVENT_ID,
};

static const char of_entries[] = "SELECT r.seq, r.file FROM request r WHERE r.facet IS NOT NULL AND r.gateway_request_id = ?1 AND r.state = 0"
				 " AND NOT EXISTS(SELECT 1 FROM superseded x WHERE x.seq = r.seq) ORDER BY r.seq";
static const char *const fixed[S_FIXED] = {
	[S_ENTRIES] = of_entries,
	[S_WITNESSES] = "SELECT seq FROM corroboration WHERE of_seq = ?1 ORDER BY seq",
};

/* ---- statements ---- */

static bool has(enum ak_kind k, enum ak_link_field f)
{
	return ak_field_of(ak_link_fields[f], k) && (f != AK_LF_EVENT || k == AK_K_REQUEST);
}

static const char *column(enum ak_kind k, enum ak_field_id f) { return ak_field_of(f, k) ? ak_fields[f].column : NULL; }

static void select_list(const struct ak_link_reader *r, enum ak_kind k, bool bare, struct ak_buf *sql)
{
	static const enum ak_field_id hints[] = {AK_F_ENVIRONMENT, AK_F_REQUEST_MODEL, AK_F_RESPONSE_MODEL, AK_F_INPUT_TOKENS, AK_F_OUTPUT_TOKENS};
	bool request = k == AK_K_REQUEST;

	ak_buf_addf(sql, "SELECT r.seq, r.file, r.time_us, r.state = 0%s",
		    r->revisions ? " AND NOT EXISTS(SELECT 1 FROM superseded x WHERE x.seq = r.seq)" : "");
	ak_buf_addf(sql, ", %s, %s", request ? "r.facet" : "NULL", request ? "r.gateway_request_id" : "NULL");
	ak_buf_addf(sql, ", %s", request && r->witnesses ? "(SELECT w.of_seq FROM corroboration w WHERE w.seq = r.seq)" : "NULL");
	for (size_t i = 0; i < AK_COUNT(hints); i++)
		ak_buf_addf(sql, ", %s", column(k, hints[i]) && !bare && (r->hints || !i) ? column(k, hints[i]) : "NULL");
	ak_buf_adds(sql, request && !bare ? ", r.duration_ms, r.outcome = 'success', r.provider" : ", NULL, NULL, NULL");
	for (int f = 0; f < AK_LF_COUNT; f++)
		ak_buf_addf(sql, ", %s", has(k, f) && !bare ? ak_fields[ak_link_fields[f]].column : "NULL");
	ak_buf_addf(sql, " FROM %s r", ak_kinds[k].name);
}

enum ak_rc ak_link_prepare(struct ak_link_reader *r, enum ak_kind k, enum ak_link_when when, sqlite3_stmt **out, struct ak_err *err)
{
	static const char *const tail[W_COUNT] = {
		[W_SEQ] = " WHERE r.seq = ?1",
		[W_ON] = " WHERE r.seq >= ?1 ORDER BY r.seq",
		[W_ALL] = " WHERE r.state = 0" AK_SINCE("r", "?3") " ORDER BY r.seq",
		[W_PERIOD] = " WHERE r.state = 0 AND r.time_us >= ?1 AND r.time_us < ?2" AK_SINCE("+r", "?3") " ORDER BY r.time_us, r.seq",
	};
	struct ak_buf sql;
	enum ak_rc rc;

	ak_buf_init(&sql, 1 << 14);
	select_list(r, k, r->bare && (when == W_ALL || when == W_PERIOD), &sql);
	ak_buf_adds(&sql, tail[when]);
	rc = ak_sql_prepare(r->s, ak_buf_str(&sql).p, out, err);
	ak_buf_release(&sql);
	return rc;
}

/* ---- sources ---- */

static const struct ak_link_source *source_by_id(const struct ak_link_reader *r, int64_t id)
{
	for (size_t i = 0; i < r->nsources; i++)
		if (r->source[i].id == id)
			return &r->source[i];
	return NULL;
}

const struct ak_link_source *ak_link_source_of(const struct ak_link_reader *r, int64_t file)
{
	return file >= 0 && file < r->nfiles ? source_by_id(r, r->file[file].source) : NULL;
}

static char *copy(sqlite3_stmt *st, int col)
{
	struct ak_str t = ak_sql_text(st, col);

	return ak_strndup(t.p ? t.p : "", t.n);
}

static enum ak_rc read_sources(struct ak_link_reader *r, struct ak_err *err)
{
	static const char sql[] =
		"SELECT s.id, s.name, coalesce(s.system, s.name), coalesce(min(f.first_us), 9223372036854775807),"
		" coalesce(max(f.last_us), -9223372036854775808), min(e.query IS NOT NULL) FROM source s"
		" LEFT JOIN export e ON e.source = s.id LEFT JOIN file f ON f.export = e.id GROUP BY s.id ORDER BY s.name";
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL, *kinds = NULL;
	enum ak_rc rc = ak_sql_prepare(r->s, sql, &st, err);

	if (rc == AK_OK)
		rc = ak_sql_prepare(r->s, "SELECT DISTINCT k.kind FROM export_kind k JOIN export e ON e.id = k.export"
					  " WHERE e.source = ?1 AND k.records > 0", &kinds, err);
	while (rc == AK_OK && (rc = ak_sql_step(r->s, st, err)) == AK_OK) {
		struct ak_link_source *s;

		r->source = ak_realloc(r->source, (r->nsources + 1) * sizeof *r->source);
		s = &r->source[r->nsources++];
		*s = (struct ak_link_source){sqlite3_column_int64(st, 0), sqlite3_column_int64(st, 3), sqlite3_column_int64(st, 4), copy(st, 1),
					     copy(st, 2), 0, sqlite3_column_int(st, 5) > 0};
		sqlite3_bind_int64(kinds, 1, s->id);
		while ((rc = ak_sql_step(r->s, kinds, err)) == AK_OK) {
			int k = ak_kind_find(ak_sql_text(kinds, 0));
			s->kinds |= k >= 0 ? 1u << k : 0;
		}
		sqlite3_reset(kinds);
		rc = rc == AK_END ? AK_OK : rc;
	}
	return rc == AK_END ? AK_OK : rc;
}

static enum ak_rc read_files(struct ak_link_reader *r, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(r->s, "SELECT f.id, e.source, e.run FROM file f JOIN export e ON e.id = f.export ORDER BY f.id", &st, err);
	int64_t cap = 0;

	while (rc == AK_OK && (rc = ak_sql_step(r->s, st, err)) == AK_OK) {
		int64_t id = sqlite3_column_int64(st, 0);

		if (id < 0 || id > INT32_MAX)
			return ak_fail(err, AK_EXIT_CORRUPT, "a file has a number that is none");
		if (id >= cap) {
			cap = 2 * id + 64;
			r->file = ak_realloc(r->file, (size_t)cap * sizeof *r->file);
		}
		for (; r->nfiles <= id; r->nfiles++)
			r->file[r->nfiles] = (struct ak_link_file){-1, -1};
		r->file[id] = (struct ak_link_file){sqlite3_column_int64(st, 1), sqlite3_column_int64(st, 2)};
	}
	return rc == AK_END ? AK_OK : rc;
}

static enum ak_rc flags(struct ak_link_reader *r, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(r->s, "SELECT EXISTS(SELECT 1 FROM alias), EXISTS(SELECT 1 FROM corroboration), EXISTS(SELECT 1 FROM superseded)",
				      &st, err);

	if (rc == AK_OK)
		rc = ak_sql_step(r->s, st, err);
	if (rc != AK_OK)
		return rc;
	r->aliases = sqlite3_column_int(st, 0);
	r->witnesses = sqlite3_column_int(st, 1);
	r->revisions = sqlite3_column_int(st, 2);
	return AK_OK;
}

static void forget_statements(struct ak_link_reader *r)
{
	for (int k = 0; k < AK_K_COUNT; k++) {
		sqlite3_finalize(r->load[k]);
		sqlite3_finalize(r->rows[k].st);
		r->load[k] = NULL;
		r->rows[k] = (struct ak_link_stream){.st = NULL};
	}
}

void ak_link_reader_hints(struct ak_link_reader *r, bool hints)
{
	if (r->hints != hints)
		forget_statements(r);
	r->hints = hints;
}

void ak_link_reader_bare(struct ak_link_reader *r, bool bare) { r->bare = bare; }

enum ak_rc ak_link_reader_open(struct ak_store *s, struct ak_link_reader **out, struct ak_err *err)
{
	struct ak_link_reader *r = ak_alloc_zero(1, sizeof *r);
	enum ak_rc rc;

	r->s = s;
	rc = ak_runs_open(s, AK_RUN_LOOKUP, &r->runs, err);
	for (size_t i = 0; i < S_FIXED && rc == AK_OK; i++)
		rc = ak_sql_prepare(s, fixed[i], &r->fixed[i], err);
	if (rc == AK_OK)
		rc = ak_sql_prepare(s, "SELECT seq, field, value FROM alias WHERE seq >= ?1 ORDER BY seq, field, value", &r->alias.st, err);
	if (rc == AK_OK)
		rc = read_sources(r, err);
	if (rc == AK_OK)
		rc = read_files(r, err);
	if (rc == AK_OK)
		rc = flags(r, err);
	if (rc == AK_OK)
		*out = r;
	else
		ak_link_reader_free(r);
	return rc;
}

void ak_link_reader_free(struct ak_link_reader *r)
{
	if (!r)
		return;
	forget_statements(r);
	for (size_t i = 0; i < S_FIXED; i++)
		sqlite3_finalize(r->fixed[i]);
	sqlite3_finalize(r->alias.st);
	for (size_t i = 0; i < r->nsources; i++) {
		ak_free(r->source[i].name);
		ak_free(r->source[i].system);
	}
	json_decref(r->providers);
	ak_runs_free(r->runs);
	ak_free(r->source);
	ak_free(r->file);
	ak_free(r);
}

bool ak_link_no_calls_of(struct ak_link_reader *r, struct ak_str provider)
{
	struct ak_err ignored = {0};

	if (!r->providers && ak_query_call_providers(r->s, -1, &r->providers, &ignored) != AK_OK)
		r->providers = json_array();
	return ak_query_no_calls_of(r->providers, provider);
}

const struct ak_link_source *ak_link_sources(const struct ak_link_reader *r, size_t *n)
{
	*n = r->nsources;
	return r->source;
}

/* ---- rows in order ---- */

enum ak_rc ak_link_to_row(struct ak_link_reader *r, struct ak_link_stream *c, int64_t seq, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	if (!c->on || seq < c->from || (seq > c->at && seq - c->at > NEAR)) {
		sqlite3_reset(c->st);
		sqlite3_bind_int64(c->st, 1, seq);
		c->on = true;
		c->at = INT64_MIN;
	}
	while (c->at < seq && rc == AK_OK)
		if ((rc = ak_sql_step(r->s, c->st, err)) == AK_OK)
			c->at = sqlite3_column_int64(c->st, 0);
	if (rc == AK_END)
		c->at = INT64_MAX;
	c->on = rc != AK_FAIL;
	c->from = seq;
	return rc == AK_FAIL ? rc : c->at == seq ? AK_OK : AK_END;
}

void ak_link_rest(struct ak_link_reader *r)
{
	for (int k = 0; k < AK_K_COUNT; k++) {
		sqlite3_reset(r->rows[k].st);
		r->rows[k].on = false;
	}
	sqlite3_reset(r->alias.st);
	r->alias.on = false;
}
