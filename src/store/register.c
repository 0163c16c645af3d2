#include "base/ak.h"
#include "store/register.h"

#include <sqlite3.h>

#include "base/time.h"
#include "store/corroborate.h"

/* One bound value: text (z), number, or NULL when neither. */
struct arg {
	enum { A_TEXT, A_INT, A_NULL } type;
	const char *z;
	int64_t i;
};
#define T(s) {A_TEXT, (s), 0}
#define I(n) {A_INT, NULL, (int64_t)(n)}
#define I_OR_NULL(cond, n) {(cond) ? A_INT : A_NULL, NULL, (int64_t)(n)}
#define T_OR_NULL(s) {(s) && (s)[0] ? A_TEXT : A_NULL, (s), 0}

static enum ak_rc execute(struct ak_store *s, const char *sql, const struct arg *args, size_t n, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(s, sql, &st, err);

	if (rc != AK_OK)
		return rc;
	for (size_t i = 0; i < n; i++)
		if (args[i].type == A_TEXT)
			ak_sql_bind_z(st, (int)i + 1, args[i].z);
		else if (args[i].type == A_INT)
			sqlite3_bind_int64(st, (int)i + 1, args[i].i);
	rc = ak_sql_step(s, st, err);
	return rc == AK_END ? AK_OK : rc;
}

static enum ak_rc one_int(struct ak_store *s, const char *sql, const char *text, int64_t *out, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(s, sql, &st, err);

	if (rc != AK_OK)
		return rc;
	if (text)
		ak_sql_bind_z(st, 1, text);
	rc = ak_sql_step(s, st, err);
	if (rc == AK_OK)
		*out = sqlite3_column_int64(st, 0);
	return rc;
}

enum ak_rc ak_register_run(struct ak_store *s, const char *options_json, const char *policy_digest, int64_t *id,
			   struct ak_err *err)
{
	char now[32];
	const struct arg args[] = {T(ak_time_z(ak_time_now(), 0, now)), T(PACKAGE_VERSION), T(options_json),
				   T_OR_NULL(policy_digest)};
	enum ak_rc rc = execute(s, "INSERT INTO run(started, version, options, policy) VALUES(?1, ?2, ?3, ?4)", args, 4, err);

	if (rc == AK_OK)
		*id = sqlite3_last_insert_rowid(s->db);
	return rc;
}

enum ak_rc ak_register_source(struct ak_store *s, const char *name, const char *system, const char *format, const char *owner,
			      int64_t *id, struct ak_err *err)
{
	const struct arg args[] = {T(name), T_OR_NULL(system), T(format), T_OR_NULL(owner)};
	enum ak_rc rc = execute(s,
				"INSERT INTO source(name, system, format, owner) VALUES(?1, ?2, ?3, ?4)"
				" ON CONFLICT(name) DO UPDATE SET owner=coalesce(excluded.owner, owner)",
				args, 4, err);

	return rc == AK_OK ? one_int(s, "SELECT id FROM source WHERE name=?1", name, id, err) : rc;
}

enum ak_rc ak_register_system(struct ak_store *s, int64_t id, const char *system, struct ak_err *err)
{
	const struct arg args[] = {I(id), T(system)};
	enum ak_rc rc = execute(s, "UPDATE source SET system=?2 WHERE id=?1 AND system IS NOT ?2", args, 2, err);

	return rc == AK_OK && sqlite3_changes(s->db) ? ak_corroborate_reset(s, err) : rc;
}

enum ak_rc ak_register_export(struct ak_store *s, struct ak_export_row *r, struct ak_err *err)
{
	const struct arg args[] = {I(r->source), I(r->run), T(r->name), T_OR_NULL(r->exported_at),
				   T_OR_NULL(r->exported_at_basis), T_OR_NULL(r->query), T(r->state)};
	enum ak_rc rc = execute(s,
				"INSERT INTO export(source, run, name, exported_at, exported_at_basis, query, state)"
				" VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
				args, AK_COUNT(args), err);

	if (rc == AK_OK)
		r->id = sqlite3_last_insert_rowid(s->db);
	return rc;
}

enum ak_rc ak_register_export_run(struct ak_store *s, int64_t id, int64_t run, struct ak_err *err)
{
	const struct arg args[] = {I(id), I(run)};

	return execute(s, "UPDATE export SET run=?2 WHERE id=?1", args, AK_COUNT(args), err);
}

enum ak_rc ak_register_export_state(struct ak_store *s, int64_t id, const char *state, struct ak_err *err)
{
	const struct arg args[] = {I(id), T(state)};

	return execute(s, "UPDATE export SET state=?2 WHERE id=?1", args, 2, err);
}

enum ak_rc ak_register_file(struct ak_store *s, const struct ak_file_row *r, struct ak_err *err)
{
	const struct ak_counts *c = &r->counts;
	const struct arg args[] = {
		I(r->id), I(r->export_), T(r->name), T(r->codec), T(r->mapping), T(r->format), T(r->detected),
		T_OR_NULL(r->sha256), I_OR_NULL(r->sha256[0], r->bytes), T_OR_NULL(r->decoded_sha256),
		I_OR_NULL(r->decoded_sha256[0], r->decoded_bytes), I(c->in), I(c->stored), I(c->duplicate), I(c->rejected),
		I(c->blank), I(c->excluded), I(c->expired), I(c->conflict), I(c->superseded),
		I_OR_NULL(r->first_us != INT64_MAX, r->first_us), I_OR_NULL(r->last_us != INT64_MIN, r->last_us),
		T_OR_NULL(r->query), I_OR_NULL(r->has_more >= 0, r->has_more), T(r->state), I(r->next_offset),
		I(r->check_offset), T_OR_NULL(r->check_sha256),
		T_OR_NULL(r->request), I_OR_NULL(r->saved >= 0, r->saved)};

	return execute(s,
		       "INSERT INTO file(id, export, name, codec, mapping, format, detected, sha256, bytes, decoded_sha256,"
		       " decoded_bytes, records_in, stored, duplicate, rejected, blank, excluded, expired, conflict, superseded,"
		       " first_us, last_us, query, has_more, state, next_offset, check_offset, check_sha256,"
		       " request, saved) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20,?21,?22,?23,?24,?25,"
		       "?26,?27,?28,?29,?30)"
		       " ON CONFLICT(id) DO UPDATE SET mapping=excluded.mapping, format=excluded.format,"
		       " detected=excluded.detected, sha256=excluded.sha256, bytes=excluded.bytes,"
		       " decoded_sha256=excluded.decoded_sha256, decoded_bytes=excluded.decoded_bytes,"
		       " records_in=excluded.records_in, stored=excluded.stored, duplicate=excluded.duplicate,"
		       " rejected=excluded.rejected, blank=excluded.blank, excluded=excluded.excluded,"
		       " expired=excluded.expired, conflict=excluded.conflict, superseded=excluded.superseded,"
		       " first_us=excluded.first_us, last_us=excluded.last_us, query=excluded.query,"
		       " has_more=excluded.has_more, state=excluded.state, next_offset=excluded.next_offset,"
		       " check_offset=excluded.check_offset, check_sha256=excluded.check_sha256",
		       args, AK_COUNT(args), err);
}

enum ak_rc ak_register_file_digest(struct ak_store *s, int64_t export_, const char *sha256, uint64_t bytes, struct ak_err *err)
{
	const struct arg args[] = {I(export_), T(sha256), I(bytes)};

	return execute(s, "UPDATE file SET sha256=?2, bytes=?3 WHERE export=?1 AND sha256 IS NULL", args, 3, err);
}

enum ak_rc ak_register_next_file(struct ak_store *s, int64_t *out, struct ak_err *err)
{
	return one_int(s, "SELECT coalesce(max(id), 0) + 1 FROM file", NULL, out, err);
}

enum ak_rc ak_register_document(struct ak_tlog *l, const char *digest, const char *kind, const char *name,
				const char *version, struct ak_str text, struct ak_err *err)
{
	struct ak_store *s = l->store;
	AK_CLEANUP(ak_free_charp) char *z = ak_strndup(text.p, text.n);
	const struct arg args[] = {T(digest), T(kind), T(name), T_OR_NULL(version), T(z)};
	enum ak_rc rc = execute(s, "INSERT OR IGNORE INTO document(digest, kind, name, version, text) VALUES(?1, ?2, ?3, ?4, ?5)",
				args, 5, err);
	json_t *body;

	if (rc != AK_OK || sqlite3_changes(s->db) == 0)
		return rc;
	body = json_pack("{s:s, s:s, s:s*}", "name", name, "sha256", digest, "version", version);
	rc = ak_tlog_entry(l, kind, body, NULL, err);
	json_decref(body);
	return rc;
}

enum ak_rc ak_register_pull_get(struct ak_store *s, const char *source, char **out, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(s, "SELECT state FROM pull WHERE source=?1", &st, err);

	*out = NULL;
	if (rc != AK_OK)
		return rc;
	ak_sql_bind_z(st, 1, source);
	rc = ak_sql_step(s, st, err);
	if (rc == AK_OK)
		*out = ak_strndup(ak_sql_text(st, 0).p, ak_sql_text(st, 0).n);
	return rc == AK_END ? AK_OK : rc;
}

enum ak_rc ak_register_pull_set(struct ak_store *s, const char *source, const char *state, struct ak_err *err)
{
	const struct arg args[] = {T(source), T(state)};

	return execute(s, "INSERT INTO pull(source, state) VALUES(?1, ?2) ON CONFLICT(source) DO UPDATE SET state=excluded.state",
		       args, AK_COUNT(args), err);
}

enum ak_rc ak_register_forget_diag(struct ak_store *s, const char *rule_prefix, struct ak_err *err)
{
	const struct arg args[] = {T(rule_prefix)};

	return execute(s, "DELETE FROM diag WHERE substr(rule, 1, length(?1)) = ?1", args, AK_COUNT(args), err);
}

static enum ak_rc found(struct ak_store *s, const char *sql, const char *const args[3], bool *out, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(s, sql, &st, err);

	if (rc != AK_OK)
		return rc;
	for (int i = 0; i < 3 && args[i]; i++)
		ak_sql_bind_z(st, i + 1, args[i]);
	rc = ak_sql_step(s, st, err);
	*out = rc == AK_OK;
	return rc == AK_FAIL ? rc : AK_OK;
}

/* Few formats have ever had a second mapping: only then are the files looked through. */
enum ak_rc ak_register_mapped_otherwise(struct ak_store *s, const struct ak_file_row *f, bool *out, struct ak_err *err)
{
	const char *const args[3] = {f->format, f->mapping, f->decoded_sha256}, *const named[3] = {f->format,
												   f->mapping, NULL};
	enum ak_rc rc = found(s, "SELECT 1 FROM document WHERE kind = 'mapping' AND name = ?1 AND digest <> ?2", named,
			      out, err);

	return rc == AK_OK && *out ? found(s,
					   "SELECT 1 FROM file WHERE format = ?1 AND mapping <> ?2 AND decoded_sha256 "
					   "= ?3 AND stored > 0",
					   args, out, err)
				   : rc;
}

enum ak_rc ak_register_diag(struct ak_store *s, const struct ak_diag_row *r, struct ak_err *err)
{
	const struct arg args[] = {I(r->export_), I_OR_NULL(r->file, r->file), T(r->severity), T(r->rule),
				   I_OR_NULL(r->rec_no, r->rec_no), I_OR_NULL(r->length, r->offset),
				   I_OR_NULL(r->length, r->length), T_OR_NULL(r->field), I(r->n ? r->n : 1),
				   T_OR_NULL(r->detail), T_OR_NULL(r->hash)};

	return execute(s,
		       "INSERT INTO diag(export, file, severity, rule, rec_no, byte_offset, byte_length, field, n, detail, hash)"
		       " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
		       args, AK_COUNT(args), err);
}

enum ak_rc ak_register_unknown(struct ak_store *s, int64_t export_, struct ak_str path, const char *type, uint64_t n,
			       uint64_t max_length, uint64_t first_rec, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *z = ak_strndup(path.p, path.n);
	const struct arg args[] = {I(export_), T(z), T(type), I(n), I(max_length), I(first_rec)};

	return execute(s,
		       "INSERT INTO unknown_field(export, path, type, n, max_length, first_rec) VALUES(?1, ?2, ?3, ?4, ?5, ?6)"
		       " ON CONFLICT DO UPDATE SET n=n+excluded.n, max_length=max(max_length, excluded.max_length),"
		       " first_rec=min(first_rec, excluded.first_rec)",
		       args, AK_COUNT(args), err);
}

enum ak_rc ak_register_redaction(struct ak_store *s, int64_t export_, const char *field, const char *rule, const char *action,
				 uint64_t n, struct ak_err *err)
{
	const struct arg args[] = {I(export_), T(field), T(rule), T(action), I(n)};

	return execute(s,
		       "INSERT INTO redaction(export, field, rule, action, n) VALUES(?1, ?2, ?3, ?4, ?5)"
		       " ON CONFLICT DO UPDATE SET n=n+excluded.n",
		       args, AK_COUNT(args), err);
}

enum ak_rc ak_register_payload(struct ak_store *s, int64_t export_, const char *path, const char *role, const uint64_t n[3],
			       struct ak_err *err)
{
	const struct arg args[] = {I(export_), T(path), T(role), I(n[2]), I(n[1]), I(n[0])};

	return execute(s,
		       "INSERT INTO payload(export, path, role, present, masked, absent) VALUES(?1, ?2, ?3, ?4, ?5, ?6)"
		       " ON CONFLICT DO UPDATE SET present=present+excluded.present, masked=masked+excluded.masked,"
		       " absent=absent+excluded.absent",
		       args, AK_COUNT(args), err);
}

enum ak_rc ak_register_kind(struct ak_store *s, int64_t export_, enum ak_kind kind, const struct ak_kind_counts *n,
			    struct ak_err *err)
{
	const struct arg args[] = {I(export_), T(ak_kinds[kind].name), I(n->records), I(n->present), I(n->masked)};

	return execute(s,
		       "INSERT INTO export_kind(export, kind, records, payload_present, payload_masked) VALUES(?1, ?2, ?3, ?4, ?5)"
		       " ON CONFLICT DO UPDATE SET records=records+excluded.records,"
		       " payload_present=payload_present+excluded.payload_present,"
		       " payload_masked=payload_masked+excluded.payload_masked",
		       args, AK_COUNT(args), err);
}

enum ak_rc ak_register_absent(struct ak_store *s, int64_t export_, const char *field, const char *reason, uint64_t n,
			      struct ak_err *err)
{
	const struct arg args[] = {I(export_), T(field), T(reason), I(n)};

	return execute(s,
		       "INSERT INTO absent(export, field, reason, n) VALUES(?1, ?2, ?3, ?4)"
		       " ON CONFLICT DO UPDATE SET n=n+excluded.n",
		       args, AK_COUNT(args), err);
}

enum ak_rc ak_register_file_leaf(struct ak_tlog *l, const struct ak_file_row *r, struct ak_err *err)
{
	const struct ak_counts *c = &r->counts;
	char contents[65];
	json_t *body;
	enum ak_rc rc;

	ak_hex(l->contents, sizeof l->contents, contents);
	body = json_pack("{s:I, s:I, s:s, s:s, s:s, s:s*, s:s*, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:s*}", "file",
				 (json_int_t)r->id, "export", (json_int_t)r->export_, "name", r->name, "format", r->format,
				 "mapping", r->mapping, "sha256", r->sha256[0] ? r->sha256 : NULL, "decoded_sha256",
				 r->decoded_sha256[0] ? r->decoded_sha256 : NULL, "state", r->state, "contents", contents, "records_in",
				 (json_int_t)c->in, "stored", (json_int_t)c->stored, "duplicate", (json_int_t)c->duplicate,
				 "rejected", (json_int_t)c->rejected, "blank", (json_int_t)c->blank, "excluded",
				 (json_int_t)c->excluded, "expired", (json_int_t)c->expired, "request", r->request);

	if (!body)
		AK_BUG("source file entry cannot be written as JSON");
	rc = ak_tlog_entry(l, "source_file", body, NULL, err);
	json_decref(body);
	return rc;
}

static void copy_hex(char out[65], struct ak_str s)
{
	size_t n = s.n < 64 ? s.n : 64;

	if (n)
		memcpy(out, s.p, n);
	out[n] = '\0';
}

static void read_partial(sqlite3_stmt *st, struct ak_file_row *r)
{
	uint64_t *counts[] = {&r->counts.in,	   &r->counts.stored,  &r->counts.duplicate, &r->counts.rejected,
			      &r->counts.blank,	   &r->counts.excluded, &r->counts.expired,   &r->counts.conflict,
			      &r->counts.superseded};

	memset(r, 0, sizeof *r);
	r->saved = -1;
	r->id = sqlite3_column_int64(st, 0);
	r->export_ = sqlite3_column_int64(st, 1);
	for (size_t i = 0; i < AK_COUNT(counts); i++)
		*counts[i] = (uint64_t)sqlite3_column_int64(st, (int)i + 2);
	r->first_us = sqlite3_column_type(st, 11) == SQLITE_NULL ? INT64_MAX : sqlite3_column_int64(st, 11);
	r->last_us = sqlite3_column_type(st, 12) == SQLITE_NULL ? INT64_MIN : sqlite3_column_int64(st, 12);
	r->next_offset = (uint64_t)sqlite3_column_int64(st, 13);
	r->check_offset = (uint64_t)sqlite3_column_int64(st, 14);
	copy_hex(r->check_sha256, ak_sql_text(st, 15));
}

enum ak_rc ak_register_last_partial(struct ak_store *s, struct ak_file_row *out, struct ak_partial *of, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(
		s,
		"SELECT f.id, f.export, f.records_in, f.stored, f.duplicate, f.rejected, f.blank, f.excluded, f.expired,"
		" f.conflict, f.superseded, f.first_us, f.last_us, f.next_offset, f.check_offset, f.check_sha256, s.name, f.name,"
		" f.mapping"
		" FROM file f JOIN export e ON e.id = f.export JOIN source s ON s.id = e.source"
		" WHERE f.state = 'partial' AND f.id = (SELECT max(id) FROM file) AND f.check_sha256 IS NOT NULL",
		&st, err);

	if (rc != AK_OK || (rc = ak_sql_step(s, st, err)) != AK_OK)
		return rc;
	read_partial(st, out);
	of->source = ak_strndup(ak_sql_text(st, 16).p, ak_sql_text(st, 16).n);
	of->name = ak_strndup(ak_sql_text(st, 17).p, ak_sql_text(st, 17).n);
	of->mapping = ak_strndup(ak_sql_text(st, 18).p, ak_sql_text(st, 18).n);
	return AK_OK;
}

enum ak_rc ak_register_last_read(struct ak_store *s, const char *name, struct ak_file_row *out, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(s,
				       "SELECT id, iif(state = 'complete', decoded_bytes, check_offset),"
				       " iif(state = 'complete', decoded_sha256, check_sha256) FROM file WHERE name = ?1"
				       " ORDER BY id DESC LIMIT 1",
				       &st, err);

	memset(out, 0, sizeof *out);
	if (rc != AK_OK)
		return rc;
	ak_sql_bind_z(st, 1, name);
	if ((rc = ak_sql_step(s, st, err)) != AK_OK)
		return rc;
	out->id = sqlite3_column_int64(st, 0);
	out->check_offset = (uint64_t)sqlite3_column_int64(st, 1);
	copy_hex(out->check_sha256, ak_sql_text(st, 2));
	return AK_OK;
}

enum ak_rc ak_register_interrupted(struct ak_store *s, int64_t before_run, struct ak_err *err)
{
	const struct arg args[] = {I(before_run)};
	enum ak_rc rc = execute(s,
				"UPDATE file SET state='interrupted' WHERE state='partial'"
				" AND export IN (SELECT id FROM export WHERE run < ?1)",
				args, 1, err);

	return rc == AK_OK ? execute(s, "UPDATE export SET state='interrupted' WHERE state='partial' AND run < ?1", args, 1, err)
			   : rc;
}
