#include "base/ak.h"
#include "query/linkrecords.h"

#include <sqlite3.h>

#include "base/buf.h"
#include "model/idform.h"
#include "query/query.h"
#include "query/rows.h"

const enum ak_field_id ak_link_fields[AK_LF_COUNT] = {
	[AK_LF_TRACE] = AK_F_TRACE_ID,	      [AK_LF_CALL] = AK_F_REQUEST_ID,		[AK_LF_GROUP] = AK_F_GATEWAY_EVENT_ID,
	[AK_LF_SPAN] = AK_F_SPAN_ID,	      [AK_LF_RESPONSE] = AK_F_RESPONSE_ID,	[AK_LF_PROVIDER] = AK_F_PROVIDER_REQUEST_ID,
	[AK_LF_UPSTREAM] = AK_F_UPSTREAM_ID, [AK_LF_EVENT] = AK_F_EVENT_ID,
};

/* Columns of a row, before the identifiers. */
enum { C_SEQ, C_FILE, C_TIME, C_LIVE, C_FACET, C_CALL, C_OF, C_ENV, C_MODEL, C_SERVED, C_IN, C_OUT, C_DURATION, C_SUCCESS, C_PROVIDER, C_IDS };
enum when { W_SEQ, W_ALL, W_PERIOD, W_COUNT };
enum { S_ALIAS, S_ENTRIES, S_WITNESSES, S_FIXED };

static const char of_entries[] = "SELECT r.seq, r.file FROM request r WHERE r.facet IS NOT NULL AND r.gateway_request_id = ?1 AND r.state = 0"
				 " AND NOT EXISTS(SELECT 1 FROM superseded x WHERE x.seq = r.seq) ORDER BY r.seq";
static const char *const fixed[S_FIXED] = {
	[S_ALIAS] = "SELECT field, value FROM alias WHERE seq = ?1",
	[S_ENTRIES] = of_entries,
	[S_WITNESSES] = "SELECT seq FROM corroboration WHERE of_seq = ?1 ORDER BY seq",
};

struct file {
	int64_t source, run;
};

struct ak_link_reader {
	struct ak_store *s;
	struct ak_runs *runs;
	struct ak_link_source *source;
	size_t nsources;
	struct file *file; /* by id */
	int64_t nfiles;
	bool aliases, witnesses, hints;
	json_t *providers; /* ak_query_call_providers */
	sqlite3_stmt *load[AK_K_COUNT], *fixed[S_FIXED];
};

/* ---- statements ---- */

static bool has(enum ak_kind k, enum ak_link_field f)
{
	return ak_field_of(ak_link_fields[f], k) && (f != AK_LF_EVENT || k == AK_K_REQUEST);
}

static const char *column(enum ak_kind k, enum ak_field_id f) { return ak_field_of(f, k) ? ak_fields[f].column : NULL; }

static void select_list(enum ak_kind k, struct ak_buf *sql)
{
	static const enum ak_field_id hints[] = {AK_F_ENVIRONMENT, AK_F_REQUEST_MODEL, AK_F_RESPONSE_MODEL, AK_F_INPUT_TOKENS, AK_F_OUTPUT_TOKENS};
	bool request = k == AK_K_REQUEST;

	ak_buf_adds(sql, "SELECT r.seq, r.file, r.time_us, r.state = 0 AND NOT EXISTS(SELECT 1 FROM superseded x WHERE x.seq = r.seq)");
	ak_buf_adds(sql, request ? ", r.facet, r.gateway_request_id, (SELECT w.of_seq FROM corroboration w WHERE w.seq = r.seq)"
				 : ", NULL, NULL, NULL");
	for (size_t i = 0; i < AK_COUNT(hints); i++)
		ak_buf_addf(sql, ", %s", column(k, hints[i]) ? column(k, hints[i]) : "NULL");
	ak_buf_adds(sql, request ? ", r.duration_ms, r.outcome = 'success', r.provider" : ", NULL, NULL, NULL");
	for (int f = 0; f < AK_LF_COUNT; f++)
		ak_buf_addf(sql, ", %s", has(k, f) ? ak_fields[ak_link_fields[f]].column : "NULL");
	ak_buf_addf(sql, " FROM %s r", ak_kinds[k].name);
}

/* ?1 and ?2 the period or ?1 the seq; ?3 the run. A bound on the ledger only, the run is compared by file. */
static enum ak_rc prepare(struct ak_link_reader *r, enum ak_kind k, enum when when, sqlite3_stmt **out, struct ak_err *err)
{
	static const char *const tail[W_COUNT] = {
		[W_SEQ] = " WHERE r.seq = ?1",
		[W_ALL] = " WHERE r.state = 0" AK_SINCE("r", "?3") " ORDER BY r.seq",
		[W_PERIOD] = " WHERE r.state = 0 AND r.time_us >= ?1 AND r.time_us < ?2" AK_SINCE("+r", "?3") " ORDER BY r.time_us, r.seq",
	};
	struct ak_buf sql;
	enum ak_rc rc;

	ak_buf_init(&sql, 1 << 14);
	select_list(k, &sql);
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

static const struct ak_link_source *source_of(const struct ak_link_reader *r, int64_t file)
{
	return file >= 0 && file < r->nfiles ? source_by_id(r, r->file[file].source) : NULL;
}

static char *copy(sqlite3_stmt *st, int col)
{
	struct ak_str t = ak_sql_text(st, col);

	return ak_strndup(t.p ? t.p : "", t.n);
}

void ak_link_reader_hints(struct ak_link_reader *r, bool hints) { r->hints = hints; }

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
			r->file[r->nfiles] = (struct file){-1, -1};
		r->file[id] = (struct file){sqlite3_column_int64(st, 1), sqlite3_column_int64(st, 2)};
	}
	return rc == AK_END ? AK_OK : rc;
}

static enum ak_rc flags(struct ak_link_reader *r, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(r->s, "SELECT EXISTS(SELECT 1 FROM alias), EXISTS(SELECT 1 FROM corroboration)", &st, err);

	if (rc == AK_OK)
		rc = ak_sql_step(r->s, st, err);
	if (rc != AK_OK)
		return rc;
	r->aliases = sqlite3_column_int(st, 0);
	r->witnesses = sqlite3_column_int(st, 1);
	return AK_OK;
}

enum ak_rc ak_link_reader_open(struct ak_store *s, struct ak_link_reader **out, struct ak_err *err)
{
	struct ak_link_reader *r = ak_alloc_zero(1, sizeof *r);
	enum ak_rc rc;

	r->s = s;
	rc = ak_runs_open(s, AK_RUN_LOOKUP, &r->runs, err);
	for (size_t i = 0; i < S_FIXED && rc == AK_OK; i++)
		rc = ak_sql_prepare(s, fixed[i], &r->fixed[i], err);
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
	for (int k = 0; k < AK_K_COUNT; k++)
		sqlite3_finalize(r->load[k]);
	for (size_t i = 0; i < S_FIXED; i++)
		sqlite3_finalize(r->fixed[i]);
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

/* ---- one record ---- */

struct ids {
	struct ak_link_id at[AK_LINK_IDS];
	size_t n, nil;
};

static void add_id(struct ids *d, enum ak_link_field f, bool alias, struct ak_str value, struct ak_arena *a)
{
	if (ak_id_is_nil(value)) {
		d->nil++;
		return;
	}
	if (f == AK_LF_EVENT && value.n < AK_LINK_EVENT_MIN)
		return;
	for (size_t i = 0; i < d->n; i++)
		if (d->at[i].field == f && ak_str_eq(d->at[i].value, value)) {
			d->at[i].alias = d->at[i].alias && alias;
			return;
		}
	if (d->n < AK_LINK_IDS)
		d->at[d->n++] = (struct ak_link_id){f, alias, ak_arena_str(a, value)};
}

static enum ak_rc add_aliases(struct ak_link_reader *r, int64_t seq, struct ids *d, struct ak_arena *a, struct ak_err *err)
{
	sqlite3_stmt *st = r->fixed[S_ALIAS];
	enum ak_rc rc;

	if (!r->aliases)
		return AK_OK;
	sqlite3_bind_int64(st, 1, seq);
	while ((rc = ak_sql_step(r->s, st, err)) == AK_OK) {
		struct ak_str name = ak_sql_text(st, 0);

		for (int f = 0; f < AK_LF_EVENT; f++)
			if (ak_str_is(name, ak_fields[ak_link_fields[f]].column))
				add_id(d, f, true, ak_sql_text(st, 1), a);
	}
	sqlite3_reset(st);
	return rc == AK_END ? AK_OK : rc;
}

static enum ak_rc own_ids(struct ak_link_reader *r, sqlite3_stmt *st, struct ids *d, struct ak_arena *a, struct ak_err *err)
{
	for (int f = 0; f < AK_LF_COUNT; f++)
		if (sqlite3_column_type(st, C_IDS + f) != SQLITE_NULL)
			add_id(d, f, false, ak_sql_text(st, C_IDS + f), a);
	return add_aliases(r, sqlite3_column_int64(st, C_SEQ), d, a, err);
}

static enum ak_rc row_of(struct ak_link_reader *r, enum ak_kind k, int64_t seq, sqlite3_stmt **st, struct ak_err *err)
{
	enum ak_rc rc = r->load[k] ? AK_OK : prepare(r, k, W_SEQ, &r->load[k], err);

	if (rc != AK_OK)
		return rc;
	*st = r->load[k];
	sqlite3_reset(*st);
	sqlite3_bind_int64(*st, 1, seq);
	return ak_sql_step(r->s, *st, err);
}

/* The records of a call beside the one that stands for it, in a growing list. */
struct seqs {
	int64_t at[AK_LINK_IDS];
	size_t n;
};

static void add_seq(struct seqs *q, int64_t seq)
{
	for (size_t i = 0; i < q->n; i++)
		if (q->at[i] == seq)
			return;
	if (q->n < AK_COUNT(q->at))
		q->at[q->n++] = seq;
}

static enum ak_rc entries_of(struct ak_link_reader *r, struct ak_str call, int64_t source, struct seqs *q, struct ak_err *err)
{
	sqlite3_stmt *st = r->fixed[S_ENTRIES];
	enum ak_rc rc;

	ak_sql_bind(st, 1, call);
	while ((rc = ak_sql_step(r->s, st, err)) == AK_OK) {
		const struct ak_link_source *s = source_of(r, sqlite3_column_int64(st, 1));
		if (s && s->id == source)
			add_seq(q, sqlite3_column_int64(st, 0));
	}
	sqlite3_reset(st);
	return rc == AK_END ? AK_OK : rc;
}

static enum ak_rc witnesses_of(struct ak_link_reader *r, int64_t call, struct seqs *q, struct ak_err *err)
{
	sqlite3_stmt *st = r->fixed[S_WITNESSES];
	enum ak_rc rc = AK_END;

	if (!r->witnesses)
		return AK_OK;
	sqlite3_bind_int64(st, 1, call);
	while ((rc = ak_sql_step(r->s, st, err)) == AK_OK)
		add_seq(q, sqlite3_column_int64(st, 0));
	sqlite3_reset(st);
	return rc == AK_END ? AK_OK : rc;
}

/* All records that tell of a call, the one that stands for it first. */
static enum ak_rc members(struct ak_link_reader *r, int64_t call, struct seqs *q, struct ak_err *err)
{
	sqlite3_stmt *st = NULL;
	enum ak_rc rc = row_of(r, AK_K_REQUEST, call, &st, err);

	q->n = 0;
	add_seq(q, call);
	if (rc == AK_OK && sqlite3_column_type(st, C_FACET) != SQLITE_NULL && sqlite3_column_type(st, C_CALL) != SQLITE_NULL) {
		const struct ak_link_source *s = source_of(r, sqlite3_column_int64(st, C_FILE));
		struct ak_str t = ak_sql_text(st, C_CALL);
		AK_CLEANUP(ak_free_charp) char *id = ak_strndup(t.p, t.n);

		rc = entries_of(r, ak_str_n(id, t.n), s ? s->id : -1, q, err);
	}
	return rc == AK_OK ? witnesses_of(r, call, q, err) : rc;
}

/* The record that stands for the call of a request row. */
static enum ak_rc call_of(struct ak_link_reader *r, sqlite3_stmt *st, int64_t *call, struct ak_err *err)
{
	const struct ak_link_source *s = source_of(r, sqlite3_column_int64(st, C_FILE));
	struct seqs q = {.n = 0};
	enum ak_rc rc = AK_OK;

	*call = sqlite3_column_int64(st, C_SEQ);
	if (sqlite3_column_type(st, C_OF) != SQLITE_NULL) {
		*call = sqlite3_column_int64(st, C_OF);
		return AK_OK;
	}
	if (sqlite3_column_type(st, C_FACET) == SQLITE_NULL || sqlite3_column_type(st, C_CALL) == SQLITE_NULL || !sqlite3_column_int(st, C_LIVE))
		return AK_OK;
	rc = entries_of(r, ak_sql_text(st, C_CALL), s ? s->id : -1, &q, err);
	if (rc == AK_OK && q.n)
		*call = q.at[0];
	return rc;
}

static enum ak_rc add_others(struct ak_link_reader *r, int64_t call, int64_t seq, struct ids *d, struct ak_arena *a, struct ak_err *err)
{
	struct seqs q;
	sqlite3_stmt *st;
	enum ak_rc rc = members(r, call, &q, err);

	for (size_t i = 0; i < q.n && rc == AK_OK; i++)
		if (q.at[i] != seq && (rc = row_of(r, AK_K_REQUEST, q.at[i], &st, err)) == AK_OK)
			rc = own_ids(r, st, d, a, err);
	return rc == AK_END ? AK_OK : rc;
}

static struct ak_str text(sqlite3_stmt *st, int col, struct ak_arena *a)
{
	struct ak_str t = ak_sql_text(st, col);

	return t.p ? ak_arena_str(a, t) : t;
}

static int64_t number(sqlite3_stmt *st, int col) { return sqlite3_column_type(st, col) == SQLITE_NULL ? -1 : sqlite3_column_int64(st, col); }

static enum ak_rc record_of(struct ak_link_reader *r, enum ak_kind k, sqlite3_stmt *st, int64_t call, struct ak_arena *a, struct ak_link_record *out,
			    struct ak_err *err)
{
	struct ids d = {.n = 0};
	struct ak_link_id *copy;
	bool several = k == AK_K_REQUEST && (r->witnesses || call != sqlite3_column_int64(st, C_SEQ) || sqlite3_column_type(st, C_FACET) != SQLITE_NULL);
	enum ak_rc rc;

	*out = (struct ak_link_record){.kind = k, .seq = sqlite3_column_int64(st, C_SEQ), .call = call, .time_us = sqlite3_column_int64(st, C_TIME),
				       .dated = sqlite3_column_type(st, C_TIME) != SQLITE_NULL, .live = sqlite3_column_int(st, C_LIVE),
				       .source = source_of(r, sqlite3_column_int64(st, C_FILE)), .environment = text(st, C_ENV, a),
				       .tokens = {-1, -1}};
	out->provider = text(st, C_PROVIDER, a);
	out->end_us = out->time_us;
	if (sqlite3_column_type(st, C_DURATION) != SQLITE_NULL && sqlite3_column_double(st, C_DURATION) >= 0 && sqlite3_column_double(st, C_DURATION) < 1e9) {
		out->end_us += (int64_t)(sqlite3_column_double(st, C_DURATION) * 1000);
		out->succeeded = sqlite3_column_int(st, C_SUCCESS) && call == out->seq;
	}
	for (int i = 0; i < 2 && r->hints; i++) {
		out->model[i] = text(st, C_MODEL + i, a);
		out->tokens[i] = number(st, C_IN + i);
	}
	rc = own_ids(r, st, &d, a, err);
	if (rc == AK_OK && several)
		rc = add_others(r, call, out->seq, &d, a, err);
	if (rc == AK_OK && call != out->seq && (rc = row_of(r, k, call, &st, err)) == AK_OK) {
		out->source = source_of(r, sqlite3_column_int64(st, C_FILE));
		out->dated = sqlite3_column_type(st, C_TIME) != SQLITE_NULL;
		out->time_us = out->end_us = sqlite3_column_int64(st, C_TIME);
	}
	if (!out->source)
		return ak_fail(err, AK_EXIT_CORRUPT, "a record has lost its file");
	copy = ak_arena_alloc(a, (d.n + 1) * sizeof *copy);
	memcpy(copy, d.at, d.n * sizeof *copy);
	out->id = copy;
	out->n = d.n;
	out->nil = d.nil;
	return rc == AK_END ? AK_OK : rc;
}

enum ak_rc ak_link_load(struct ak_link_reader *r, enum ak_kind kind, int64_t seq, struct ak_arena *a, struct ak_link_record *out,
			struct ak_err *err)
{
	sqlite3_stmt *st = NULL;
	int64_t call = seq;
	enum ak_rc rc = row_of(r, kind, seq, &st, err);

	if (rc == AK_OK && kind == AK_K_REQUEST)
		rc = call_of(r, st, &call, err);
	return rc == AK_OK ? record_of(r, kind, st, call, a, out, err) : rc;
}

enum ak_rc ak_link_members(struct ak_link_reader *r, int64_t call, void (*each)(void *ctx, int64_t seq), void *ctx, struct ak_err *err)
{
	struct seqs q;
	enum ak_rc rc = members(r, call, &q, err);

	for (size_t i = 0; i < q.n && (rc == AK_OK || rc == AK_END); i++)
		each(ctx, q.at[i]);
	return rc == AK_END ? AK_OK : rc;
}

enum ak_rc ak_link_each(struct ak_link_reader *r, enum ak_kind kind, int64_t run, int64_t from_us, int64_t to_us, struct ak_arena *a,
			ak_link_record_fn *fn, void *ctx, struct ak_err *err)
{
	bool all = from_us == INT64_MIN && to_us == INT64_MAX;
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = prepare(r, kind, all ? W_ALL : W_PERIOD, &st, err);

	if (rc != AK_OK)
		return rc;
	if (!all) {
		sqlite3_bind_int64(st, 1, from_us);
		sqlite3_bind_int64(st, 2, to_us);
	}
	sqlite3_bind_int64(st, 3, run);
	while (rc == AK_OK && (rc = ak_sql_step(r->s, st, err)) == AK_OK) {
		struct ak_link_record rec;
		int64_t call = sqlite3_column_int64(st, C_SEQ), file = sqlite3_column_int64(st, C_FILE);

		if (!sqlite3_column_int(st, C_LIVE) || sqlite3_column_type(st, C_OF) != SQLITE_NULL ||
		    (run && file >= 0 && file < r->nfiles && r->file[file].run != run))
			continue;
		if (kind == AK_K_REQUEST && (rc = call_of(r, st, &call, err)) != AK_OK)
			return rc;
		if (call != sqlite3_column_int64(st, C_SEQ))
			continue;
		if ((rc = record_of(r, kind, st, call, a, &rec, err)) == AK_OK)
			rc = fn(ctx, &rec, err);
	}
	return rc == AK_END ? AK_OK : rc;
}

enum ak_rc ak_link_find(struct ak_link_reader *r, const struct ak_run_entry *keys, size_t n, void (*found)(void *ctx, const struct ak_run_entry *e),
			void *ctx, struct ak_err *err)
{
	return ak_runs_find(r->runs, keys, n, found, ctx, err);
}
