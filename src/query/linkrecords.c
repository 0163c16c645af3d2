#include "base/ak.h"
#include "query/linkreader.h"

#include "model/idform.h"

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
		d->at[d->n++] = (struct ak_link_id){f, alias, ak_arena_str(a, value), (uint64_t)ak_lookup_hash(value)};
}

static enum ak_rc add_aliases(struct ak_link_reader *r, int64_t seq, struct ids *d, struct ak_arena *a, struct ak_err *err)
{
	sqlite3_stmt *st = r->alias.st;
	enum ak_rc rc = r->aliases ? ak_link_to_row(r, &r->alias, seq, err) : AK_END;

	while (rc == AK_OK) {
		struct ak_str name = ak_sql_text(st, 1);

		for (int f = 0; f < AK_LF_EVENT; f++)
			if (ak_str_is(name, ak_fields[ak_link_fields[f]].column))
				add_id(d, f, true, ak_sql_text(st, 2), a);
		/* The next one of it, or what comes behind it. */
		r->alias.from = seq + 1;
		rc = ak_sql_step(r->s, st, err);
		r->alias.at = rc == AK_OK ? sqlite3_column_int64(st, 0) : INT64_MAX;
		if (rc == AK_OK && r->alias.at != seq)
			return AK_OK;
	}
	r->alias.on = rc != AK_FAIL;
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
	enum ak_rc rc = r->load[k] ? AK_OK : ak_link_prepare(r, k, W_SEQ, &r->load[k], err);

	if (rc != AK_OK)
		return rc;
	*st = r->load[k];
	sqlite3_reset(*st);
	sqlite3_bind_int64(*st, 1, seq);
	return ak_sql_step(r->s, *st, err);
}

static enum ak_rc next_row(struct ak_link_reader *r, enum ak_kind k, int64_t seq, sqlite3_stmt **st, struct ak_err *err)
{
	enum ak_rc rc = r->rows[k].st ? AK_OK : ak_link_prepare(r, k, W_ON, &r->rows[k].st, err);

	*st = r->rows[k].st;
	return rc == AK_OK ? ak_link_to_row(r, &r->rows[k], seq, err) : rc;
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
		const struct ak_link_source *s = ak_link_source_of(r, sqlite3_column_int64(st, 1));
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
		const struct ak_link_source *s = ak_link_source_of(r, sqlite3_column_int64(st, C_FILE));
		struct ak_str t = ak_sql_text(st, C_CALL);
		AK_CLEANUP(ak_free_charp) char *id = ak_strndup(t.p, t.n);

		rc = entries_of(r, ak_str_n(id, t.n), s ? s->id : -1, q, err);
	}
	return rc == AK_OK ? witnesses_of(r, call, q, err) : rc;
}

/* The record that stands for the call of a request row. */
static enum ak_rc call_of(struct ak_link_reader *r, sqlite3_stmt *st, int64_t *call, struct ak_err *err)
{
	const struct ak_link_source *s = ak_link_source_of(r, sqlite3_column_int64(st, C_FILE));
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

static enum ak_rc record_of(struct ak_link_reader *r, enum ak_kind k, sqlite3_stmt *st, int64_t call, bool bare, struct ak_arena *a,
			    struct ak_link_record *out, struct ak_err *err)
{
	struct ids d = {.n = 0};
	struct ak_link_id *copy;
	bool several = k == AK_K_REQUEST && !bare && (r->witnesses || call != sqlite3_column_int64(st, C_SEQ) || sqlite3_column_type(st, C_FACET) != SQLITE_NULL);
	enum ak_rc rc = AK_OK;

	*out = (struct ak_link_record){.kind = k, .seq = sqlite3_column_int64(st, C_SEQ), .call = call, .time_us = sqlite3_column_int64(st, C_TIME),
				       .dated = sqlite3_column_type(st, C_TIME) != SQLITE_NULL, .live = sqlite3_column_int(st, C_LIVE),
				       .source = ak_link_source_of(r, sqlite3_column_int64(st, C_FILE)), .environment = text(st, C_ENV, a),
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
	if (!bare)
		rc = own_ids(r, st, &d, a, err);
	if (rc == AK_OK && several)
		rc = add_others(r, call, out->seq, &d, a, err);
	if (rc == AK_OK && call != out->seq && (rc = row_of(r, k, call, &st, err)) == AK_OK) {
		out->source = ak_link_source_of(r, sqlite3_column_int64(st, C_FILE));
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
	enum ak_rc rc = r->bulk ? next_row(r, kind, seq, &st, err) : row_of(r, kind, seq, &st, err);

	if (rc == AK_OK && kind == AK_K_REQUEST)
		rc = call_of(r, st, &call, err);
	if (rc == AK_OK)
		rc = record_of(r, kind, st, call, false, a, out, err);
	if (!r->bulk)
		ak_link_rest(r);
	return rc;
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
	bool all = from_us == INT64_MIN && to_us == INT64_MAX, within = r->bulk;
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_link_prepare(r, kind, all ? W_ALL : W_PERIOD, &st, err);

	if (rc != AK_OK)
		return rc;
	if (!all) {
		sqlite3_bind_int64(st, 1, from_us);
		sqlite3_bind_int64(st, 2, to_us);
	}
	sqlite3_bind_int64(st, 3, run);
	r->bulk = true;
	while (rc == AK_OK && (rc = ak_sql_step(r->s, st, err)) == AK_OK) {
		struct ak_link_record rec;
		int64_t call = sqlite3_column_int64(st, C_SEQ), file = sqlite3_column_int64(st, C_FILE);

		if (!sqlite3_column_int(st, C_LIVE) || sqlite3_column_type(st, C_OF) != SQLITE_NULL ||
		    (run && file >= 0 && file < r->nfiles && r->file[file].run != run))
			continue;
		if (kind == AK_K_REQUEST && (rc = call_of(r, st, &call, err)) != AK_OK)
			break;
		if (call != sqlite3_column_int64(st, C_SEQ))
			continue;
		if ((rc = record_of(r, kind, st, call, r->bare, a, &rec, err)) == AK_OK)
			rc = fn(ctx, &rec, err);
	}
	r->bulk = within;
	if (!within)
		ak_link_rest(r);
	return rc == AK_END ? AK_OK : rc;
}

enum ak_rc ak_link_find(struct ak_link_reader *r, const struct ak_run_entry *keys, size_t n, void (*found)(void *ctx, const struct ak_run_entry *e),
			void *ctx, struct ak_err *err)
{
	return ak_runs_find(r->runs, keys, n, found, ctx, err);
}
