#include "base/ak.h"
#include "store/pairing.h"

#include <sqlite3.h>

#include "model/field.h"

#define APART_US INT64_C(600000000)
/* An id that more records share names no attempt; PEERS reads one more. */
#define MOST_PEERS 256

/* The request id of an entry: what makes entries of a source one call. */
#define CALL_OF(r) "CASE WHEN " r ".facet IS NOT NULL THEN " r ".gateway_request_id END"

/* Ids that name one attempt, the most specific first. */
enum { RESPONSE_ID, PROVIDER_ID, REQUEST_ID, EVENT_ID, NIDS };
static const struct {
	enum ak_field_id field;
	bool same_outcome, same_ms; /* wanted beside the id */
	const char *peers;
} ids[NIDS] = {
#define PEERS(column)                                                                                                      \
	"SELECT q.seq, e.source, q.time_us, q.response_id, q.provider_request_id, q.outcome, " CALL_OF("q")                \
	" FROM (SELECT seq FROM lookup WHERE h = ak_hash(?1) LIMIT 257) l"                                                 \
	" LEFT JOIN request q ON q.seq = l.seq AND q." column " = ?1 AND q.state = 0"                                      \
	"  AND NOT EXISTS(SELECT 1 FROM superseded x WHERE x.seq = q.seq)"                                                 \
	" LEFT JOIN file f ON f.id = q.file LEFT JOIN export e ON e.id = f.export"                                         \
	"  AND e.source IN (SELECT id FROM source WHERE system = ?2)"
	[RESPONSE_ID] = {AK_F_RESPONSE_ID, false, false, PEERS("response_id")},
	[PROVIDER_ID] = {AK_F_PROVIDER_REQUEST_ID, false, false, PEERS("provider_request_id")},
	[REQUEST_ID] = {AK_F_REQUEST_ID, true, false, PEERS("gateway_request_id")},
	[EVENT_ID] = {AK_F_EVENT_ID, true, true, PEERS("event_id")},
#undef PEERS
};

/* Live entries of call ?1 of source ?2. */
#define ENTRIES                                                                                                            \
	" FROM (SELECT * FROM request WHERE facet IS NOT NULL AND gateway_request_id = ?1 LIMIT 257) q"                    \
	" JOIN file f ON f.id = q.file JOIN export e ON e.id = f.export AND e.source = ?2"                                 \
	" WHERE q.state = 0 AND NOT EXISTS(SELECT 1 FROM superseded x WHERE x.seq = q.seq)"
/* Of a field that several entries have, what ak_facet_order says. */
#define FOLD(c)                                                                                                            \
	"coalesce(max(CASE q.facet WHEN 'response' THEN " c " END), max(CASE q.facet WHEN 'request' THEN " c " END),"      \
	" max(CASE q.facet WHEN 'error' THEN " c " END), max(CASE q.facet WHEN 'security' THEN " c " END))"

enum { S_ATTEMPT, S_CALL, S_TAKEN, S_ROOT, S_PUT, S_PUT_CALL, S_MOVE, S_DROP, S_DROP_CALL, S_FIXED };
static const char *const sqls[S_FIXED] = {
	[S_ATTEMPT] = "SELECT r.seq, e.source, r.time_us, r.response_id, r.provider_request_id, r.outcome, " CALL_OF("r")
		      ", s.system, r.gateway_request_id, r.event_id"
		      " FROM request r JOIN file f ON f.id = r.file JOIN export e ON e.id = f.export"
		      " JOIN source s ON s.id = e.source WHERE r.seq = ?1 AND r.state = 0"
		      " AND NOT EXISTS(SELECT 1 FROM superseded x WHERE x.seq = r.seq)",
	[S_CALL] = "SELECT min(q.seq), ?2, min(q.time_us), " FOLD("q.response_id") ", " FOLD("q.provider_request_id") ", "
		   FOLD("q.outcome") ", ?1, (SELECT count(*) FROM (SELECT 1 FROM request WHERE facet IS NOT NULL"
		   " AND gateway_request_id = ?1 LIMIT 257))" ENTRIES,
	[S_TAKEN] = "SELECT 1 FROM corroboration c JOIN request r ON r.seq = c.seq JOIN file f ON f.id = r.file"
		    " JOIN export e ON e.id = f.export WHERE c.of_seq = ?1 AND c.seq <> ?2 AND e.source = ?3"
		    " AND (?4 IS NULL OR " CALL_OF("r") " IS NOT ?4)",
	/* With three sources a pair may lead to a record that is itself a witness: what counts is where that leads. */
	[S_ROOT] = "SELECT of_seq FROM corroboration WHERE seq = ?1",
	[S_MOVE] = "UPDATE corroboration SET of_seq = ?2 WHERE of_seq = ?1",
	[S_PUT] = "INSERT INTO corroboration(seq, of_seq, field) VALUES(?1, ?2, ?3)"
		  " ON CONFLICT DO UPDATE SET of_seq = excluded.of_seq, field = excluded.field",
	[S_PUT_CALL] = "INSERT INTO corroboration(seq, of_seq, field) SELECT q.seq, ?3, ?4" ENTRIES
		       " ON CONFLICT DO UPDATE SET of_seq = excluded.of_seq, field = excluded.field",
	[S_DROP] = "DELETE FROM corroboration WHERE seq = ?1",
	[S_DROP_CALL] = "DELETE FROM corroboration WHERE seq IN (SELECT q.seq" ENTRIES ")",
};

struct attempt {
	int64_t seq, source, us;
	bool dated;
	char *response, *provider, *outcome;
	char *call; /* its request id, where it is folded from entries */
};

struct group {
	struct attempt *at;
	size_t n, cap;
};

struct ak_pairing {
	struct ak_store *s;
	sqlite3_stmt *st[S_FIXED], *peers[NIDS];
	struct group group;
	struct attempt self;
	char *system, *id[NIDS];
	int64_t old_peers[MOST_PEERS]; /* earlier records whose pair may change with this one */
	size_t nold;
	struct ak_err *err; /* of the call */
};

/* ---- reading ---- */

static char *text_of(sqlite3_stmt *st, int col)
{
	struct ak_str t = ak_sql_text(st, col);

	return t.p ? ak_strndup(t.p, t.n) : NULL;
}

static void attempt_release(struct attempt *a)
{
	ak_free(a->response);
	ak_free(a->provider);
	ak_free(a->outcome);
	ak_free(a->call);
	memset(a, 0, sizeof *a);
}

static void attempt_read(sqlite3_stmt *st, struct attempt *a)
{
	a->seq = sqlite3_column_int64(st, 0);
	a->source = sqlite3_column_int64(st, 1);
	a->dated = sqlite3_column_type(st, 2) != SQLITE_NULL;
	a->us = sqlite3_column_int64(st, 2);
	a->response = text_of(st, 3);
	a->provider = text_of(st, 4);
	a->outcome = text_of(st, 5);
	a->call = text_of(st, 6);
}

static void group_clear(struct group *g)
{
	for (size_t i = 0; i < g->n; i++)
		attempt_release(&g->at[i]);
	g->n = 0;
}

static void self_release(struct ak_pairing *p)
{
	attempt_release(&p->self);
	ak_free(p->system);
	p->system = NULL;
	for (size_t i = 0; i < NIDS; i++) {
		ak_free(p->id[i]);
		p->id[i] = NULL;
	}
}

/* An entry becomes its call. AK_END: it has more entries than can be one attempt's. */
static enum ak_rc fold(struct ak_pairing *p, struct attempt *a)
{
	sqlite3_stmt *st = p->st[S_CALL];
	struct attempt call = {0};
	enum ak_rc rc;

	if (!a->call)
		return AK_OK;
	ak_sql_bind_z(st, 1, a->call);
	sqlite3_bind_int64(st, 2, a->source);
	if ((rc = ak_sql_step(p->s, st, p->err)) == AK_OK && sqlite3_column_int(st, 7) > MOST_PEERS)
		rc = AK_END;
	if (rc == AK_OK) {
		attempt_read(st, &call);
		attempt_release(a);
		*a = call;
	}
	sqlite3_reset(st);
	return rc;
}

/* AK_END: superseded or disposed meanwhile. */
static enum ak_rc read_self(struct ak_pairing *p, int64_t seq)
{
	sqlite3_stmt *st = p->st[S_ATTEMPT];
	enum ak_rc rc;

	self_release(p);
	sqlite3_bind_int64(st, 1, seq);
	if ((rc = ak_sql_step(p->s, st, p->err)) == AK_OK) {
		attempt_read(st, &p->self);
		p->system = text_of(st, 7);
		p->id[REQUEST_ID] = text_of(st, 8);
		p->id[EVENT_ID] = p->self.call ? NULL : text_of(st, 9); /* an entry's own id is not its call's */
	}
	sqlite3_reset(st);
	if (rc != AK_OK)
		return rc;
	if ((rc = fold(p, &p->self)) == AK_END) {
		ak_free(p->id[REQUEST_ID]);
		p->id[REQUEST_ID] = NULL;
		return AK_OK;
	}
	p->id[RESPONSE_ID] = p->self.response ? ak_strdup(p->self.response) : NULL;
	p->id[PROVIDER_ID] = p->self.provider ? ak_strdup(p->self.provider) : NULL;
	return rc;
}

static bool near(const struct attempt *a, const struct attempt *b)
{
	return !a->dated || !b->dated || (a->us - b->us <= APART_US && b->us - a->us <= APART_US);
}

static bool has(const struct group *g, int64_t seq)
{
	for (size_t i = 0; i < g->n; i++)
		if (g->at[i].seq == seq)
			return true;
	return false;
}

/* By source, so that the first of another source is of the earliest. */
static void group_add(struct group *g, const struct attempt *a)
{
	size_t at = g->n;

	if (g->n == g->cap) {
		g->cap = g->cap ? g->cap * 2 : 8;
		g->at = ak_realloc(g->at, g->cap * sizeof *a);
	}
	for (; at && (g->at[at - 1].source > a->source || (g->at[at - 1].source == a->source && g->at[at - 1].seq > a->seq)); at--)
		g->at[at] = g->at[at - 1];
	g->at[at] = *a;
	g->n++;
}

/* Live records of the system that have id i of this attempt, in time near it, itself included. */
static enum ak_rc read_group(struct ak_pairing *p, size_t i)
{
	sqlite3_stmt *st = p->peers[i];
	size_t read = 0;
	enum ak_rc rc;

	group_clear(&p->group);
	ak_sql_bind_z(st, 1, p->id[i]);
	ak_sql_bind_z(st, 2, p->system);
	while ((rc = ak_sql_step(p->s, st, p->err)) == AK_OK && read++ < MOST_PEERS) {
		struct attempt a = {0};
		if (sqlite3_column_type(st, 1) == SQLITE_NULL)
			continue;
		attempt_read(st, &a);
		if ((i != EVENT_ID || !a.call) && (rc = fold(p, &a)) == AK_OK && near(&a, &p->self) && !has(&p->group, a.seq))
			group_add(&p->group, &a);
		else
			attempt_release(&a);
		if (rc == AK_FAIL)
			break;
	}
	sqlite3_reset(st);
	if (read > MOST_PEERS)
		group_clear(&p->group);
	return rc == AK_FAIL ? rc : AK_OK;
}

/* ---- deciding ---- */

static bool contradict(const char *a, const char *b) { return a && b && strcmp(a, b) != 0; }

static bool same_ms(const struct attempt *a, const struct attempt *b)
{
	return a->dated && b->dated && a->us / 1000 == b->us / 1000;
}

/* The only record of a source in the group, or the only one that starts with `self`; NULL when there is none or several. */
static const struct attempt *only(const struct group *g, int64_t source, const struct attempt *self, bool ms)
{
	const struct attempt *found = NULL;

	for (size_t i = 0; i < g->n; i++) {
		if (g->at[i].source != source || (ms && !same_ms(&g->at[i], self)))
			continue;
		if (found)
			return NULL;
		found = &g->at[i];
	}
	return found;
}

static bool agree(const struct ak_pairing *p, size_t i, const struct attempt *other)
{
	if (contradict(p->self.response, other->response) || contradict(p->self.provider, other->provider))
		return false;
	return !ids[i].same_outcome || !contradict(p->self.outcome, other->outcome);
}

static enum ak_rc is_taken(struct ak_pairing *p, int64_t of, bool *taken)
{
	sqlite3_stmt *st = p->st[S_TAKEN];
	enum ak_rc rc;

	sqlite3_bind_int64(st, 1, of);
	sqlite3_bind_int64(st, 2, p->self.seq);
	sqlite3_bind_int64(st, 3, p->self.source);
	ak_sql_bind_z(st, 4, p->self.call);
	rc = ak_sql_step(p->s, st, p->err);
	*taken = rc == AK_OK;
	sqlite3_reset(st);
	return rc == AK_END ? AK_OK : rc;
}

/* The record of an earlier source that stands for this attempt by id i, 0 when there is none. */
static enum ak_rc counted_by(struct ak_pairing *p, size_t i, int64_t *of)
{
	const struct group *g = &p->group;
	enum ak_rc rc = AK_OK;

	*of = -1;
	for (size_t k = 0; k < g->n && *of < 0 && rc == AK_OK && g->at[k].source < p->self.source; k++) {
		for (int ms = 1; ms >= ids[i].same_ms && *of < 0 && rc == AK_OK; ms--) {
			const struct attempt *mine = only(g, p->self.source, &p->self, ms), *theirs = only(g, g->at[k].source, &p->self, ms);
			bool taken = true;
			if (mine && mine->seq == p->self.seq && theirs && agree(p, i, theirs))
				rc = is_taken(p, theirs->seq, &taken);
			if (rc == AK_OK && !taken)
				*of = theirs->seq;
		}
	}
	return rc;
}

static void remember_old(struct ak_pairing *p, int64_t before)
{
	for (size_t i = 0; i < p->group.n; i++) {
		bool known = p->group.at[i].seq >= before || p->group.at[i].seq == p->self.seq;
		for (size_t k = 0; k < p->nold && !known; k++)
			known = p->old_peers[k] == p->group.at[i].seq;
		if (!known && p->nold < MOST_PEERS)
			p->old_peers[p->nold++] = p->group.at[i].seq;
	}
}

static enum ak_rc run(struct ak_pairing *p, sqlite3_stmt *st)
{
	enum ak_rc rc = ak_sql_step(p->s, st, p->err);

	sqlite3_reset(st);
	return rc == AK_END ? AK_OK : rc;
}

static enum ak_rc root_of(struct ak_pairing *p, int64_t *of)
{
	sqlite3_stmt *st = p->st[S_ROOT];
	enum ak_rc rc;

	sqlite3_bind_int64(st, 1, *of);
	rc = ak_sql_step(p->s, st, p->err);
	if (rc == AK_OK)
		*of = sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	return rc == AK_END ? AK_OK : rc;
}

/* A statement about this attempt's record, or about all entries of its call; *next: its next parameter. */
static sqlite3_stmt *of_self(struct ak_pairing *p, int plain, int call, int *next)
{
	sqlite3_stmt *st = p->st[p->self.call ? call : plain];

	if (p->self.call) {
		ak_sql_bind_z(st, 1, p->self.call);
		sqlite3_bind_int64(st, 2, p->self.source);
	} else {
		sqlite3_bind_int64(st, 1, p->self.seq);
	}
	*next = p->self.call ? 3 : 2;
	return st;
}

static enum ak_rc put(struct ak_pairing *p, int64_t of, size_t i)
{
	sqlite3_stmt *st, *move = p->st[S_MOVE];
	int next;
	enum ak_rc rc;

	if (of < 0)
		return run(p, of_self(p, S_DROP, S_DROP_CALL, &next));
	if ((rc = root_of(p, &of)) != AK_OK)
		return rc;
	st = of_self(p, S_PUT, S_PUT_CALL, &next);
	sqlite3_bind_int64(st, next, of);
	ak_sql_bind_z(st, next + 1, ak_fields[ids[i].field].column);
	if ((rc = run(p, st)) != AK_OK)
		return rc;
	sqlite3_bind_int64(move, 1, p->self.seq);
	sqlite3_bind_int64(move, 2, of);
	return run(p, move);
}

/* Have all ids been looked at that are needed: does a record of another source have one of them? */
static bool met(const struct ak_pairing *p)
{
	for (size_t i = 0; i < p->group.n; i++)
		if (p->group.at[i].source != p->self.source)
			return true;
	return false;
}

/* Find out anew who stands for a record, and which records before `before` share an id with it. */
static enum ak_rc pair(struct ak_pairing *p, int64_t seq, int64_t before)
{
	int64_t of = -1;
	size_t by = 0;
	enum ak_rc rc = read_self(p, seq);

	if (rc != AK_OK)
		return rc == AK_END ? AK_OK : rc;
	for (size_t i = 0; i < NIDS && rc == AK_OK && of < 0; i++) {
		if (!p->id[i] || (rc = read_group(p, i)) != AK_OK)
			continue;
		remember_old(p, before);
		rc = counted_by(p, i, &of);
		by = i;
		if (of < 0 && met(p) && p->group.at[0].source == p->self.source)
			break;
	}
	return rc == AK_OK ? put(p, of, by) : rc;
}

enum ak_rc ak_pairing_add(struct ak_pairing *p, int64_t seq, int64_t first_new, struct ak_err *err)
{
	enum ak_rc rc;

	p->err = err;
	p->nold = 0;
	rc = pair(p, seq, first_new);
	for (size_t i = 0, n = p->nold; i < n && rc == AK_OK; i++)
		rc = pair(p, p->old_peers[i], 0);
	return rc;
}

enum ak_rc ak_pairing_new(struct ak_store *s, struct ak_pairing **out, struct ak_err *err)
{
	struct ak_pairing *p = ak_alloc_zero(1, sizeof *p);
	enum ak_rc rc = AK_OK;

	p->s = s;
	for (size_t i = 0; i < S_FIXED && rc == AK_OK; i++)
		rc = ak_sql_prepare(s, sqls[i], &p->st[i], err);
	for (size_t i = 0; i < NIDS && rc == AK_OK; i++)
		rc = ak_sql_prepare(s, ids[i].peers, &p->peers[i], err);
	if (rc == AK_OK)
		*out = p;
	else
		ak_pairing_free(p);
	return rc;
}

void ak_pairing_free(struct ak_pairing *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < S_FIXED; i++)
		sqlite3_finalize(p->st[i]);
	for (size_t i = 0; i < NIDS; i++)
		sqlite3_finalize(p->peers[i]);
	group_clear(&p->group);
	ak_free(p->group.at);
	self_release(p);
	ak_free(p);
}
