#include "base/ak.h"
#include "store/writer.h"

#include <sqlite3.h>

#include "store/claims.h"
#include "store/inserts.h"
#include "store/runs.h"
#include "store/terms.h"

enum { S_ALIAS, S_SUPERSEDE, S_SUPERSEDED, S_MAPPING, S_COUNT };

static const char *const sqls[S_COUNT] = {
	[S_ALIAS] = "INSERT OR IGNORE INTO alias(seq, field, value) VALUES(?1, ?2, ?3)",
	[S_SUPERSEDE] = "INSERT OR IGNORE INTO superseded(seq, by_seq) VALUES(?1, ?2)",
	[S_SUPERSEDED] = "SELECT 1 FROM superseded WHERE seq=?1",
	[S_MAPPING] = "SELECT mapping FROM file WHERE id=?1",
};

struct ak_writer {
	struct ak_store *store;
	struct ak_tlog *ledger;
	struct ak_columns_writer *columns;
	const struct ak_hmac *dedupe;
	struct ak_hmac *const *past;
	struct ak_claims *claims;
	struct ak_leafer *leafer;
	struct ak_runs *lookup;
	struct ak_run_entry *pending; /* lookup entries of this transaction */
	size_t npending, cap;
	struct ak_inserts *inserts;
	sqlite3_stmt *st[S_COUNT], *select[AK_K_COUNT];
};

enum ak_rc ak_writer_new(struct ak_store *s, struct ak_tlog *ledger, struct ak_columns_writer *columns, const struct ak_hmac *dedupe,
			 struct ak_hmac *const *past, struct ak_writer **out, struct ak_err *err)
{
	struct ak_writer *w = ak_alloc_zero(1, sizeof *w);
	enum ak_rc rc = AK_OK;

	w->store = s;
	w->ledger = ledger;
	w->columns = columns;
	w->dedupe = dedupe;
	w->past = past;
	for (int i = 0; i < S_COUNT && rc == AK_OK; i++)
		rc = ak_sql_prepare(s, sqls[i], &w->st[i], err);
	for (int k = 0; k < AK_K_COUNT && rc == AK_OK; k++)
		rc = ak_stored_select(s, k, " WHERE seq=?1", &w->select[k], err);
	if (rc == AK_OK && (rc = ak_claims_new(s, &w->claims, err)) == AK_OK)
		rc = ak_runs_open(s, AK_RUN_LOOKUP, &w->lookup, err);
	if (rc == AK_OK)
		rc = ak_inserts_new(s, &w->inserts, err);
	w->leafer = ak_leafer_new();
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
	for (int k = 0; k < AK_K_COUNT; k++)
		sqlite3_finalize(w->select[k]);
	ak_claims_free(w->claims);
	ak_runs_free(w->lookup);
	ak_inserts_free(w->inserts);
	ak_leafer_free(w->leafer);
	ak_free(w->pending);
	ak_free(w);
}

static enum ak_rc run(struct ak_writer *w, sqlite3_stmt *st, struct ak_err *err)
{
	enum ak_rc rc = ak_sql_step(w->store, st, err);

	sqlite3_reset(st);
	return rc == AK_END ? AK_OK : rc;
}

/* ---- rows ---- */

static void put_lookup(struct ak_writer *w, struct ak_str value, int64_t seq)
{
	if (w->npending == w->cap) {
		w->cap = w->cap ? 2 * w->cap : 4096;
		w->pending = ak_realloc(w->pending, w->cap * sizeof *w->pending);
	}
	w->pending[w->npending++] = (struct ak_run_entry){(uint64_t)ak_lookup_hash(value), 0, (uint64_t)seq};
}

enum ak_rc ak_writer_expect(struct ak_writer *w, const uint8_t *const *ids, size_t n, struct ak_err *err)
{
	return ak_claims_expect(w->claims, ids, n, err);
}

enum ak_rc ak_writer_settle(struct ak_writer *w, struct ak_err *err) { return ak_inserts_flush(w->inserts, err); }

enum ak_rc ak_writer_flush(struct ak_writer *w, struct ak_err *err)
{
	enum ak_rc rc = ak_inserts_end(w->inserts, err);

	if (rc == AK_OK)
		rc = ak_runs_add(w->lookup, w->pending, w->npending, err);
	w->npending = 0;
	return rc == AK_OK ? ak_claims_flush(w->claims, err) : rc;
}

/* Entities are looked up where they are few; a request's key or project would only repeat an index. */
bool ak_lookup_has(enum ak_kind kind, enum ak_field_id f)
{
	enum ak_ident i = ak_fields[f].ident;
	bool bulk = kind == AK_K_REQUEST || kind == AK_K_USAGE || kind == AK_K_APP || kind == AK_K_CALL;

	return i == AK_I_CALL || i == AK_I_ATTEMPTS || i == AK_I_SESSION || (i == AK_I_ENTITY && (!bulk || f == AK_F_EVENT_ID));
}

static enum ak_rc put_identifiers(struct ak_writer *w, const struct ak_packed *r, int64_t seq, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;
	unsigned terms = ak_terms_of(r);

	for (size_t i = 0; i < r->n; i++)
		if (ak_lookup_has(r->kind, r->value[i].field))
			put_lookup(w, r->value[i].v.text, seq);
	for (int k = 0; k < AK_TERM_COUNT && terms; k++)
		if (terms >> k & 1)
			put_lookup(w, ak_str_of(ak_term_text(k)), seq);
	for (const struct ak_alias *a = r->alias; a && rc == AK_OK; a = a->next) {
		sqlite3_bind_int64(w->st[S_ALIAS], 1, seq);
		ak_sql_bind_z(w->st[S_ALIAS], 2, ak_fields[a->field].column);
		ak_sql_bind(w->st[S_ALIAS], 3, a->value);
		rc = run(w, w->st[S_ALIAS], err);
		put_lookup(w, a->value, seq);
	}
	return rc;
}

static enum ak_rc insert(struct ak_writer *w, const struct ak_put_args *a, const struct ak_packed *r,
			 struct ak_hashes *h, struct ak_put_result *out, struct ak_err *err)
{
	int64_t seq = ak_tlog_size(w->ledger);
	enum ak_rc rc;

	if (!h->has_leaf)
		ak_leaf_packed(w->leafer, a->format, a->file, r, h);
	if ((rc = ak_inserts_put(w->inserts, seq, a->file, r, h, err)) != AK_OK || (rc = put_identifiers(w, r, seq, err)) != AK_OK ||
	    (rc = ak_tlog_record(w->ledger, h, err)) != AK_OK ||
	    (rc = ak_columns_writer_add(w->columns, seq, a->file, r, err)) != AK_OK)
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
	int64_t file;
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
	enum ak_rc rc = ak_inserts_flush(w->inserts, err);

	if (rc != AK_OK)
		return rc;
	rc = AK_END;
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
			o->file = s.file;
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
static enum ak_rc put_variant(struct ak_writer *w, const struct ak_put_args *a, const struct ak_hmac *dedupe, struct ak_packed *r,
			      struct ak_hashes *h, struct ak_claim *k, struct ak_put_result *out, struct ak_err *err)
{
	struct other o = {.found = false};
	uint8_t mine[16], theirs[16];
	bool fresh;
	enum ak_rc rc = read_other(w, k->seq, a->mapping, &o, err);

	if (rc != AK_OK)
		return rc;
	if (memcmp(o.content, h->content, 32) == 0) {
		out->what = AK_PUT_DUPLICATE;
		return AK_OK;
	}
	ak_leaf_variant(dedupe, a->format, r->natural_key, h->content, mine);
	ak_leaf_variant(dedupe, a->format, r->natural_key, o.content, theirs);
	if (!o.same_mapping && !a->remap) {
		out->what = AK_PUT_DUPLICATE;
		out->remapped = true;
		return AK_OK;
	}
	if ((rc = ak_claims_take_variant(w->claims, theirs, k->seq, a->export_, &fresh, err)) != AK_OK ||
	    (rc = ak_claims_take_variant(w->claims, mine, ak_tlog_size(w->ledger), a->export_, &fresh, err)) != AK_OK)
		return rc;
	/* A mapping that makes of it what one before the last did is newer all the same. */
	if (!fresh && o.same_mapping) {
		out->what = AK_PUT_DUPLICATE;
		return AK_OK;
	}
	/* Of two rows of one file with one revision neither is newer: what tells them apart is not mapped. */
	int by_revision = ak_str_cmp(r->revision, ak_str_of(o.revision));
	bool replaces = !o.same_mapping, ordered = replaces || (a->has_revision && (by_revision || o.file != a->file));
	bool newer = replaces || (a->has_revision && by_revision >= 0);
	if (!ordered) {
		r->flags |= AK_R_CONFLICT;
		out->conflict = true;
	}
	if ((rc = insert(w, a, r, h, out, err)) != AK_OK || !ordered)
		return rc;
	out->superseded = !newer;
	out->supersedes = newer;
	rc = newer ? supersede(w, k->seq, out->seq, err) : supersede(w, out->seq, k->seq, err);
	if (rc != AK_OK || !newer)
		return rc;
	k->seq = out->seq;
	return ak_claims_set(w->claims, h->identity, k, err);
}

/* Mapped anew to what it once was: the records of then count no more, so new ones are stored, as many as there are. */
static enum ak_rc start_anew(struct ak_writer *w, struct ak_claim *k, bool *anew, struct ak_err *err)
{
	sqlite3_stmt *st = w->st[S_SUPERSEDED];
	enum ak_rc rc;

	sqlite3_bind_int64(st, 1, k->seq);
	rc = ak_sql_step(w->store, st, err);
	sqlite3_reset(st);
	*anew = rc == AK_OK;
	k->kept = *anew ? 0 : k->kept;
	return rc == AK_FAIL ? rc : AK_OK;
}

/* No natural key: the store keeps as many as one export showed at most. */
static enum ak_rc put_repeat(struct ak_writer *w, const struct ak_put_args *a, struct ak_packed *r, struct ak_hashes *h,
			     struct ak_claim *k, struct ak_put_result *out, struct ak_err *err)
{
	bool again = k->export_ == a->export_, anew = false;
	enum ak_rc rc = a->remap && !again ? start_anew(w, k, &anew, err) : AK_OK;

	if (rc != AK_OK)
		return rc;
	k->shown = again ? k->shown + 1 : 1;
	k->export_ = a->export_;
	out->what = AK_PUT_DUPLICATE;
	if (k->shown > k->kept) {
		rc = insert(w, a, r, h, out, err);
		k->kept++;
		k->seq = anew ? out->seq : k->seq;
	}
	return rc == AK_OK ? ak_claims_set(w->claims, h->identity, k, err) : rc;
}

/* A record that was stored under a key of the past goes on under that key, so that it is not stored twice (store/rotate.h).
 * Otherwise *dedupe stays as it is. */
static enum ak_rc choose_key(struct ak_writer *w, struct ak_hashes *h, const struct ak_hmac **dedupe, struct ak_err *err)
{
	bool known = false;
	enum ak_rc rc = h->npast ? ak_claims_known(w->claims, h->identity, &known, err) : AK_OK;

	for (size_t i = 0; i < h->npast && !known && rc == AK_OK; i++) {
		rc = ak_claims_known(w->claims, h->past[i].identity, &known, err);
		if (rc != AK_OK || !known)
			continue;
		memcpy(h->identity, h->past[i].identity, sizeof h->identity);
		memcpy(h->content, h->past[i].content, sizeof h->content);
		*dedupe = w->past[i];
	}
	return rc;
}

enum ak_rc ak_writer_put(struct ak_writer *w, const struct ak_put_args *a, struct ak_packed *rec, struct ak_hashes *h,
			 struct ak_put_result *out, struct ak_err *err)
{
	const struct ak_hmac *dedupe = w->dedupe;
	struct ak_claim k = {0};
	bool fresh;
	enum ak_rc rc;

	if (!(rec->flags & AK_R_REDACTED))
		AK_BUG("record reached the store without redaction");
	memset(out, 0, sizeof *out);
	if ((rc = choose_key(w, h, &dedupe, err)) != AK_OK ||
	    (rc = ak_claims_take(w->claims, h->identity, ak_tlog_size(w->ledger), a->export_, &fresh, &k, err)) != AK_OK)
		return rc;
	if (fresh)
		return insert(w, a, rec, h, out, err);
	out->seq = k.tombstone ? -1 : k.seq;
	if (k.tombstone) {
		out->what = AK_PUT_EXPIRED;
		return AK_OK;
	}
	if (rec->flags & AK_R_NO_KEY || !rec->natural_key.n)
		return put_repeat(w, a, rec, h, &k, out, err);
	return put_variant(w, a, dedupe, rec, h, &k, out, err);
}
