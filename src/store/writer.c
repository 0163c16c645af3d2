#include "base/ak.h"
#include "store/writer.h"

#include <sqlite3.h>
#include <stdlib.h>

enum { S_NEW, S_GET, S_SHOWN, S_POINT, S_LOOKUP, S_ALIAS, S_SUPERSEDE, S_MAPPING, S_COUNT };

static const char *const sqls[S_COUNT] = {
	[S_NEW] = "INSERT OR IGNORE INTO identity(id, seq, export, shown, kept) VALUES(?1, ?2, ?3, 1, 1)",
	[S_GET] = "SELECT seq, export, shown, kept FROM identity WHERE id=?1",
	[S_SHOWN] = "UPDATE identity SET export=?2, shown=?3, kept=?4 WHERE id=?1",
	[S_POINT] = "UPDATE identity SET seq=?2 WHERE id=?1",
	[S_LOOKUP] = "INSERT OR IGNORE INTO lookup(h, seq) VALUES(?1, ?2)",
	[S_ALIAS] = "INSERT OR IGNORE INTO alias(seq, field, value) VALUES(?1, ?2, ?3)",
	[S_SUPERSEDE] = "INSERT OR IGNORE INTO superseded(seq, by_seq) VALUES(?1, ?2)",
	[S_MAPPING] = "SELECT mapping FROM file WHERE id=?1",
};

struct lookup {
	int64_t h, seq;
};

struct ak_writer {
	struct ak_store *store;
	struct ak_tlog *ledger;
	const struct ak_hmac *dedupe;
	struct lookup *pending; /* lookup entries of this transaction */
	size_t npending, cap;
	sqlite3_stmt *st[S_COUNT], *insert[AK_K_COUNT], *select[AK_K_COUNT];
};

enum ak_rc ak_writer_new(struct ak_store *s, struct ak_tlog *ledger, const struct ak_hmac *dedupe, struct ak_writer **out,
			 struct ak_err *err)
{
	struct ak_writer *w = ak_alloc_zero(1, sizeof *w);
	enum ak_rc rc = AK_OK;

	w->store = s;
	w->ledger = ledger;
	w->dedupe = dedupe;
	for (int i = 0; i < S_COUNT && rc == AK_OK; i++)
		rc = ak_sql_prepare(s, sqls[i], &w->st[i], err);
	for (int k = 0; k < AK_K_COUNT && rc == AK_OK; k++) {
		struct ak_buf sql;
		ak_buf_init(&sql, 1 << 16);
		ak_schema_insert(k, &sql);
		rc = ak_sql_prepare(s, sql.p, &w->insert[k], err);
		ak_buf_release(&sql);
		if (rc == AK_OK)
			rc = ak_stored_select(s, k, " WHERE seq=?1", &w->select[k], err);
	}
	if (rc == AK_OK)
		*out = w;
	else
		ak_writer_free(w);
	return rc;
}

void ak_writer_free(struct ak_writer *w)
{
	if (!w)
		return;
	for (int i = 0; i < S_COUNT; i++)
		sqlite3_finalize(w->st[i]);
	for (int k = 0; k < AK_K_COUNT; k++) {
		sqlite3_finalize(w->insert[k]);
		sqlite3_finalize(w->select[k]);
	}
	ak_free(w->pending);
	ak_free(w);
}

static enum ak_rc run(struct ak_writer *w, sqlite3_stmt *st, struct ak_err *err)
{
	enum ak_rc rc = ak_sql_step(w->store, st, err);

	sqlite3_reset(st);
	return rc == AK_END ? AK_OK : rc;
}

static void bind_id(sqlite3_stmt *st, const uint8_t id[16]) { sqlite3_bind_blob(st, 1, id, 16, SQLITE_STATIC); }

/* ---- identity ---- */

struct known {
	int64_t seq, export_, shown, kept;
	bool tombstone;
};

/* New identity: *fresh and nothing else. Otherwise what is known about it. */
static enum ak_rc claim(struct ak_writer *w, const uint8_t id[16], int64_t seq, int64_t export_, bool *fresh,
			struct known *k, struct ak_err *err)
{
	sqlite3_stmt *st = w->st[S_NEW];
	enum ak_rc rc;

	bind_id(st, id);
	sqlite3_bind_int64(st, 2, seq);
	sqlite3_bind_int64(st, 3, export_);
	if ((rc = run(w, st, err)) != AK_OK)
		return rc;
	*fresh = sqlite3_changes(w->store->db) == 1;
	if (*fresh)
		return AK_OK;
	st = w->st[S_GET];
	bind_id(st, id);
	if ((rc = ak_sql_step(w->store, st, err)) == AK_OK) {
		k->tombstone = sqlite3_column_type(st, 0) == SQLITE_NULL;
		k->seq = sqlite3_column_int64(st, 0);
		k->export_ = sqlite3_column_int64(st, 1);
		k->shown = sqlite3_column_int64(st, 2);
		k->kept = sqlite3_column_int64(st, 3);
	}
	sqlite3_reset(st);
	return rc;
}

static enum ak_rc set_shown(struct ak_writer *w, const uint8_t id[16], const struct known *k, struct ak_err *err)
{
	sqlite3_stmt *st = w->st[S_SHOWN];

	bind_id(st, id);
	sqlite3_bind_int64(st, 2, k->export_);
	sqlite3_bind_int64(st, 3, k->shown);
	sqlite3_bind_int64(st, 4, k->kept);
	return run(w, st, err);
}

static enum ak_rc point(struct ak_writer *w, const uint8_t id[16], int64_t seq, struct ak_err *err)
{
	bind_id(w->st[S_POINT], id);
	sqlite3_bind_int64(w->st[S_POINT], 2, seq);
	return run(w, w->st[S_POINT], err);
}

/* ---- rows ---- */

static void put_lookup(struct ak_writer *w, struct ak_str value, int64_t seq)
{
	if (w->npending == w->cap) {
		w->cap = w->cap ? 2 * w->cap : 4096;
		w->pending = ak_realloc(w->pending, w->cap * sizeof *w->pending);
	}
	w->pending[w->npending++] = (struct lookup){ak_lookup_hash(value), seq};
}

static int by_hash(const void *a, const void *b)
{
	const struct lookup *x = a, *y = b;

	return x->h != y->h ? (x->h > y->h) - (x->h < y->h) : (x->seq > y->seq) - (x->seq < y->seq);
}

enum ak_rc ak_writer_flush(struct ak_writer *w, struct ak_err *err)
{
	sqlite3_stmt *st = w->st[S_LOOKUP];
	enum ak_rc rc = AK_OK;

	if (w->npending)
		qsort(w->pending, w->npending, sizeof *w->pending, by_hash);
	for (size_t i = 0; i < w->npending && rc == AK_OK; i++) {
		sqlite3_bind_int64(st, 1, w->pending[i].h);
		sqlite3_bind_int64(st, 2, w->pending[i].seq);
		rc = run(w, st, err);
	}
	w->npending = 0;
	return rc;
}

/* Entities are looked up where they are few; a request's key or project would only repeat an index. */
static bool indexed(enum ak_kind kind, int f)
{
	enum ak_ident i = ak_fields[f].ident;
	bool bulk = kind == AK_K_REQUEST || kind == AK_K_USAGE || kind == AK_K_APP || kind == AK_K_CALL;

	return i == AK_I_CALL || i == AK_I_ATTEMPTS || i == AK_I_SESSION || (i == AK_I_ENTITY && (!bulk || f == AK_F_EVENT_ID));
}

static enum ak_rc put_identifiers(struct ak_writer *w, const struct ak_record *r, int64_t seq, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	for (int f = 0; f < AK_F_COUNT && rc == AK_OK; f++)
		if (r->v[f].set && indexed(r->kind, f))
			put_lookup(w, r->v[f].text, seq);
	for (const struct ak_alias *a = r->alias; a && rc == AK_OK; a = a->next) {
		sqlite3_bind_int64(w->st[S_ALIAS], 1, seq);
		ak_sql_bind_z(w->st[S_ALIAS], 2, ak_fields[a->field].column);
		ak_sql_bind(w->st[S_ALIAS], 3, a->value);
		rc = run(w, w->st[S_ALIAS], err);
		put_lookup(w, a->value, seq);
	}
	return rc;
}

static enum ak_rc insert(struct ak_writer *w, const struct ak_put_args *a, const struct ak_record *r,
			 const struct ak_hashes *h, struct ak_put_result *out, struct ak_err *err)
{
	int64_t seq = ak_tlog_size(w->ledger);
	enum ak_rc rc;

	ak_stored_bind(w->insert[r->kind], seq, a->file, r, h);
	if ((rc = run(w, w->insert[r->kind], err)) != AK_OK || (rc = put_identifiers(w, r, seq, err)) != AK_OK ||
	    (rc = ak_tlog_append(w->ledger, h->leaf, err)) != AK_OK)
		return rc;
	out->what = AK_PUT_STORED;
	out->seq = seq;
	return AK_OK;
}

static enum ak_rc supersede(struct ak_writer *w, int64_t old, int64_t by, struct ak_err *err)
{
	sqlite3_bind_int64(w->st[S_SUPERSEDE], 1, old);
	sqlite3_bind_int64(w->st[S_SUPERSEDE], 2, by);
	return run(w, w->st[S_SUPERSEDE], err);
}

/* ---- the cases ---- */

/* What the newest record of an identity looks like, as far as another content must be judged. */
struct other {
	uint8_t content[32];
	char revision[64];
	bool same_mapping, found;
};

static enum ak_rc same_mapping(struct ak_writer *w, int64_t file, const char *mapping, bool *out, struct ak_err *err)
{
	sqlite3_stmt *st = w->st[S_MAPPING];
	enum ak_rc rc;

	sqlite3_bind_int64(st, 1, file);
	rc = ak_sql_step(w->store, st, err);
	*out = rc == AK_OK && ak_str_is(ak_sql_text(st, 0), mapping);
	sqlite3_reset(st);
	return rc == AK_FAIL ? rc : AK_OK;
}

static enum ak_rc read_other(struct ak_writer *w, int64_t seq, const char *mapping, struct other *o, struct ak_err *err)
{
	struct ak_stored s;
	enum ak_rc rc = AK_END;

	for (int k = 0; k < AK_K_COUNT && !o->found; k++) {
		sqlite3_stmt *st = w->select[k];
		sqlite3_bind_int64(st, 1, seq);
		if ((rc = ak_sql_step(w->store, st, err)) == AK_OK) {
			ak_stored_read(st, 0, k, &s);
			memcpy(o->content, s.hashes.content, 32);
			size_t n = s.rec.revision.n < sizeof o->revision ? s.rec.revision.n : sizeof o->revision - 1;
			if (n)
				memcpy(o->revision, s.rec.revision.p, n);
			o->revision[n] = '\0';
			o->found = true;
			rc = same_mapping(w, s.file, mapping, &o->same_mapping, err);
		}
		sqlite3_reset(st);
		if (rc == AK_FAIL)
			return rc;
	}
	return o->found ? AK_OK : ak_fail(err, AK_EXIT_CORRUPT, "identity points to a record that is not there");
}

/* Another content under a known natural key: remember both contents, so that either is a duplicate next time. */
static enum ak_rc put_variant(struct ak_writer *w, const struct ak_put_args *a, struct ak_record *r, struct ak_hashes *h,
			      const struct known *k, struct ak_put_result *out, struct ak_err *err)
{
	struct other o = {.found = false};
	uint8_t mine[16], theirs[16];
	struct known seen;
	bool fresh;
	enum ak_rc rc = read_other(w, k->seq, a->mapping, &o, err);

	if (rc != AK_OK)
		return rc;
	if (memcmp(o.content, h->content, 32) == 0) {
		out->what = AK_PUT_DUPLICATE;
		return AK_OK;
	}
	ak_leaf_variant(w->dedupe, a->format, r->natural_key, h->content, mine);
	ak_leaf_variant(w->dedupe, a->format, r->natural_key, o.content, theirs);
	if (!o.same_mapping && !a->remap) {
		out->what = AK_PUT_DUPLICATE;
		out->remapped = true;
		return AK_OK;
	}
	if ((rc = claim(w, theirs, k->seq, a->export_, &fresh, &seen, err)) != AK_OK ||
	    (rc = claim(w, mine, ak_tlog_size(w->ledger), a->export_, &fresh, &seen, err)) != AK_OK)
		return rc;
	if (!fresh) {
		out->what = AK_PUT_DUPLICATE;
		return AK_OK;
	}
	bool replaces = !o.same_mapping, ordered = replaces || a->has_revision;
	bool newer = replaces || (a->has_revision && ak_str_cmp(r->revision, ak_str_of(o.revision)) >= 0);
	if (!ordered) {
		r->flags |= AK_R_CONFLICT;
		out->conflict = true;
	}
	if ((rc = insert(w, a, r, h, out, err)) != AK_OK || !ordered)
		return rc;
	out->superseded = !newer;
	out->supersedes = newer;
	rc = newer ? supersede(w, k->seq, out->seq, err) : supersede(w, out->seq, k->seq, err);
	return rc == AK_OK && newer ? point(w, h->identity, out->seq, err) : rc;
}

/* No natural key: the store keeps as many as one export showed at most. */
static enum ak_rc put_repeat(struct ak_writer *w, const struct ak_put_args *a, struct ak_record *r, struct ak_hashes *h,
			     struct known *k, struct ak_put_result *out, struct ak_err *err)
{
	bool again = k->export_ == a->export_;
	enum ak_rc rc = AK_OK;

	k->shown = again ? k->shown + 1 : 1;
	k->export_ = a->export_;
	out->what = AK_PUT_DUPLICATE;
	if (k->shown > k->kept) {
		rc = insert(w, a, r, h, out, err);
		k->kept++;
	}
	return rc == AK_OK ? set_shown(w, h->identity, k, err) : rc;
}

enum ak_rc ak_writer_put(struct ak_writer *w, const struct ak_put_args *a, struct ak_record *rec, struct ak_hashes *h,
			 struct ak_put_result *out, struct ak_err *err)
{
	struct known k = {0};
	bool fresh;
	enum ak_rc rc;

	if (!(rec->flags & AK_R_REDACTED))
		AK_BUG("record reached the store without redaction");
	memset(out, 0, sizeof *out);
	if ((rc = claim(w, h->identity, ak_tlog_size(w->ledger), a->export_, &fresh, &k, err)) != AK_OK)
		return rc;
	if (fresh)
		return insert(w, a, rec, h, out, err);
	if (k.tombstone) {
		out->what = AK_PUT_EXPIRED;
		return AK_OK;
	}
	if (rec->flags & AK_R_NO_KEY || !rec->natural_key.n)
		return put_repeat(w, a, rec, h, &k, out, err);
	return put_variant(w, a, rec, h, &k, out, err);
}
