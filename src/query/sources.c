/* The source register as documents. */
#include "base/ak.h"
#include "query/query.h"

#include "base/crypto.h"
#include "query/rows.h"
#include "read/reason.h"
#include "store/manual.h"

/* A file f that was not read whole, and a later reading that holds what it lacks: the same bytes, now understood, or one of
 * that name in that format which reaches from its first to its last record and has no fewer of them. */
#define MADE_GOOD                                                                                                          \
	"EXISTS(SELECT 1 FROM file g WHERE g.id > f.id AND g.state = 'complete' AND (g.sha256 = f.sha256 OR (g.name = f.name"  \
	" AND (f.mapping = '' OR g.format = f.format) AND g.records_in >= f.records_in"                                       \
	" AND (f.first_us IS NULL OR (g.first_us <= f.first_us AND g.last_us >= f.last_us)))))"
#define COUNTS "records_in, stored, duplicate, rejected, blank, excluded, expired, conflict, superseded"

static const char sources_sql[] =
	"SELECT s.id AS id, s.name AS name, s.system AS system, s.format AS format, s.owner AS owner,"
	" count(DISTINCT e.id) AS exports, count(f.id) AS files, coalesce(sum(f.records_in), 0) AS records_in,"
	" coalesce(sum(f.stored), 0) AS stored, coalesce(sum(f.duplicate), 0) AS duplicate,"
	" coalesce(sum(f.rejected), 0) AS rejected, coalesce(sum(f.blank), 0) AS blank,"
	" coalesce(sum(f.excluded), 0) AS excluded, coalesce(sum(f.expired), 0) AS expired,"
	" coalesce(sum(f.conflict), 0) AS conflict, coalesce(sum(f.superseded), 0) AS superseded,"
	" min(f.first_us) AS first_us, max(f.last_us) AS last_us, coalesce(sum(f.bytes), 0) AS bytes,"
	/* A page says that more follow, and neither the oldest nor the newest page says that it is the last: pages come in
	 * either direction. */
	" coalesce(max(f.has_more) FILTER (WHERE f.request IS NULL), 0) = 1 AND NOT EXISTS(SELECT 1 FROM file p JOIN export q ON q.id = p.export"
	"  WHERE q.source = s.id AND coalesce(p.has_more, 0) = 0 AND (p.first_us = (SELECT min(y.first_us) FROM file y JOIN export x"
	"  ON x.id = y.export WHERE x.source = s.id) OR p.last_us = (SELECT max(y.last_us) FROM file y JOIN export x"
	"  ON x.id = y.export WHERE x.source = s.id))) AS has_more_flag,"
	/* Of a pull the state says whether it came to its end. */
	" coalesce((SELECT json_extract(u.state, '$.to') IS NOT NULL FROM pull u WHERE u.source = s.name), 0) AS unfinished_flag,"
	" CASE max(CASE f.state WHEN 'complete' THEN 0 WHEN 'interrupted' THEN 1"
	"  WHEN 'incomplete' THEN CASE WHEN " MADE_GOOD " THEN 0 ELSE 2 END ELSE 3 END)"
	"  WHEN 0 THEN 'complete' WHEN 1 THEN 'interrupted' WHEN 2 THEN 'incomplete' WHEN 3 THEN 'partial' ELSE 'complete' END"
	"  AS state,"
	" (SELECT x.exported_at FROM export x WHERE x.source = s.id ORDER BY x.exported_at DESC, x.id DESC LIMIT 1)"
	"  AS exported_at,"
	" (SELECT x.exported_at_basis FROM export x WHERE x.source = s.id ORDER BY x.exported_at DESC, x.id DESC LIMIT 1)"
	"  AS exported_at_basis,"
	" (SELECT coalesce(x.query, y.query) FROM export x JOIN file y ON y.export = x.id WHERE x.source = s.id"
	"  ORDER BY x.id DESC LIMIT 1) AS query,"
	/* Pages of an API: the newest request, and whether anybody has their bytes. */
	" count(f.request) AS pages, CASE WHEN count(f.saved) = 0 THEN NULL WHEN min(f.saved) = 1 THEN 'saved' ELSE 'not retained' END"
	" AS original, (SELECT y.request FROM file y JOIN export x ON x.id = y.export WHERE x.source = s.id AND y.request IS NOT NULL"
	" ORDER BY y.id DESC LIMIT 1) AS request"
	" FROM source s JOIN export e ON e.source = s.id LEFT JOIN file f ON f.export = e.id"
	" WHERE ?1 = 0 OR e.run = ?1 GROUP BY s.id ORDER BY s.name";

/* Per-export counts of one source, added up; ?1 source, ?2 run or 0. */
#define OF_SOURCE " export IN (SELECT id FROM export WHERE source = ?1 AND (?2 = 0 OR run = ?2))"
static const struct {
	const char *member, *sql;
} parts[] = {
	{"redaction", "SELECT field, rule, action, sum(n) AS n FROM redaction WHERE" OF_SOURCE
		      " GROUP BY field, rule, action ORDER BY field, rule, action"},
	{"payload", "SELECT path, role, sum(present) AS present, sum(masked) AS masked, sum(absent) AS absent FROM "
		    "payload WHERE" OF_SOURCE " GROUP BY path ORDER BY path"},
	{"unknown_fields", "SELECT path, type, sum(n) AS n, max(max_length) AS max_length, min(first_rec) AS first_rec"
			   " FROM unknown_field WHERE" OF_SOURCE " GROUP BY path, type ORDER BY path, type"},
	{"absent", "SELECT field, reason, sum(n) AS n FROM absent WHERE" OF_SOURCE
		   " GROUP BY field, reason ORDER BY field, reason"},
	/* What a change of the mapping left behind is told until it has been put right. */
	{"warnings",
	 "SELECT rule, sum(n) AS n, detail FROM diag d WHERE severity <> 'reject' AND (rule <> 'mapped_before' OR "
	 "export ="
	 " (SELECT max(id) FROM export WHERE source = ?1)) AND (rule <> 'mapped_twice' OR NOT EXISTS(SELECT 1 FROM "
	 "diag l"
	 " JOIN export e ON e.id = l.export WHERE e.source = ?1 AND l.rule = 'remapped' AND l.id > d.id)) AND" OF_SOURCE
	 " GROUP BY rule, detail ORDER BY rule, detail"},
};

/* One file: its digest. Several: the digest of their sorted listing, as `sha256sum` would print it. */
static enum ak_rc add_digest(struct ak_store *s, json_t *source, int64_t id, int64_t run, struct ak_err *err)
{
	json_t *files = NULL, *f;
	struct ak_buf listing;
	uint8_t digest[32];
	char hex[65];
	size_t i;
	const struct ak_param p[] = {AK_PI(id), AK_PI(run)};
	enum ak_rc rc = ak_rows(s, "SELECT DISTINCT coalesce(sha256, decoded_sha256) AS h, name FROM file WHERE" OF_SOURCE
				   " AND coalesce(sha256, decoded_sha256) IS NOT NULL ORDER BY h, name", p, 2, &files, err);

	if (rc != AK_OK)
		return rc;
	ak_buf_init(&listing, 1u << 28);
	json_array_foreach(files, i, f)
		ak_buf_addf(&listing, "%s  %s\n", json_string_value(json_object_get(f, "h")),
			    json_string_value(json_object_get(f, "name")));
	ak_sha256(listing.p, listing.n, digest);
	ak_hex(digest, 32, hex);
	if (json_array_size(files) == 1)
		json_object_set(source, "sha256", json_object_get(json_array_get(files, 0), "h"));
	else
		json_object_set_new(source, "sha256", json_array_size(files) ? json_string(hex) : json_null());
	json_object_set_new(source, "listed", json_integer((json_int_t)json_array_size(files)));
	ak_buf_release(&listing);
	json_decref(files);
	return AK_OK;
}

/* The record kind that most of a source's records have. */
static enum ak_rc add_kind(struct ak_store *s, json_t *source, int64_t id, int64_t run, struct ak_err *err)
{
	json_t *row = NULL;
	int best = -1;
	const struct ak_param p[] = {AK_PI(id), AK_PI(run)};
	enum ak_rc rc = ak_rows_one(s, "SELECT kind FROM export_kind WHERE" OF_SOURCE
				       " GROUP BY kind ORDER BY sum(records) DESC, kind LIMIT 1", p, 2, &row, err);

	if (rc == AK_OK)
		for (int k = 0; k < AK_K_COUNT; k++)
			if (strcmp(ak_kinds[k].name, json_string_value(json_object_get(row, "kind"))) == 0)
				best = k;
	json_decref(row);
	if (best < 0 && strcmp(json_string_value(json_object_get(source, "format")), AK_MANUAL) == 0) {
		json_object_set_new(source, "kind", json_string(AK_MANUAL));
		json_object_set_new(source, "kind_title", json_string("manual evidence, weaker than records: files by their digest"));
		json_object_set_new(source, "store_class", json_null());
		json_object_set_new(source, "cannot_prove", json_string("anything that the files say: only that they were there, byte by byte"));
		return rc == AK_END ? AK_OK : rc;
	}
	json_object_set_new(source, "kind", best < 0 ? json_null() : json_string(ak_kinds[best].name));
	json_object_set_new(source, "kind_title", best < 0 ? json_null() : json_string(ak_kinds[best].plural));
	json_object_set_new(source, "store_class", best < 0 ? json_null() : json_string(ak_store_class_name(ak_kinds[best].store_class)));
	json_object_set_new(source, "cannot_prove", best < 0 ? json_null() : json_string(ak_kinds[best].cannot_prove));
	return rc == AK_END ? AK_OK : rc;
}

static enum ak_rc complete(struct ak_store *s, json_t *source, int64_t run, struct ak_err *err)
{
	int64_t id = json_integer_value(json_object_get(source, "id"));
	const struct ak_param p[] = {AK_PI(id), AK_PI(run)};
	enum ak_rc rc = add_kind(s, source, id, run, err);

	for (size_t i = 0; i < AK_COUNT(parts) && rc == AK_OK; i++) {
		json_t *rows = NULL;
		rc = ak_rows(s, parts[i].sql, p, 2, &rows, err);
		if (rc == AK_OK)
			json_object_set_new(source, parts[i].member, rows);
	}
	if (rc == AK_OK)
		rc = add_digest(s, source, id, run, err);
	json_object_del(source, "id");
	return rc;
}

/* Stored records that count no longer. A file row knows only those that came later than what replaces them; most are replaced by
 * what comes later, a revision or another mapping. */
static enum ak_rc superseded(struct ak_store *s, json_t **out, struct ak_err *err)
{
	AK_CLEANUP(ak_buf_release) struct ak_buf sql;

	ak_buf_init(&sql, 1 << 13);
	ak_buf_adds(&sql, "SELECT e.source AS id, count(*) AS n FROM (");
	for (int k = 0; k < AK_K_COUNT; k++)
		ak_buf_addf(&sql, "%sSELECT r.file FROM superseded x CROSS JOIN %s r ON r.seq = x.seq", k ? " UNION ALL " : "",
			    ak_kinds[k].name);
	ak_buf_adds(&sql, ") q JOIN file f ON f.id = q.file JOIN export e ON e.id = f.export GROUP BY e.source");
	return ak_rows(s, sql.p, NULL, 0, out, err);
}

static enum ak_rc add_superseded(struct ak_store *s, json_t *list, struct ak_err *err)
{
	json_t *counts = NULL, *source, *count;
	size_t i, k;
	enum ak_rc rc = superseded(s, &counts, err);

	json_array_foreach(list, i, source) {
		json_object_set_new(source, "superseded", json_integer(0));
		json_array_foreach(counts, k, count)
			if (json_equal(json_object_get(count, "id"), json_object_get(source, "id")))
				json_object_set(source, "superseded", json_object_get(count, "n"));
	}
	json_decref(counts);
	return rc;
}

enum ak_rc ak_query_sources(struct ak_store *s, int64_t run, json_t **out, struct ak_err *err)
{
	const struct ak_param p[] = {AK_PI(run)};
	json_t *list = NULL, *source;
	size_t i;
	enum ak_rc rc = ak_rows(s, sources_sql, p, 1, &list, err);

	if (rc != AK_OK)
		return rc;
	if (!run && (rc = add_superseded(s, list, err)) != AK_OK) {
		json_decref(list);
		return rc;
	}
	json_array_foreach(list, i, source)
		if ((rc = complete(s, source, run, err)) != AK_OK)
			break;
	if (rc == AK_OK)
		*out = list;
	else
		json_decref(list);
	return rc;
}

enum ak_rc ak_query_exports(struct ak_store *s, json_t **out, struct ak_err *err)
{
	return ak_rows(s,
		       "SELECT s.name AS source, max(e.exported_at) AS exported_at, e.exported_at_basis AS exported_at_basis"
		       " FROM export e JOIN source s ON s.id = e.source WHERE e.exported_at <> '' GROUP BY s.id ORDER BY s.name",
		       NULL, 0, out, err);
}

enum ak_rc ak_query_files(struct ak_store *s, const char *source, int64_t run, json_t **out, struct ak_err *err)
{
	const struct ak_param p[] = {AK_PZ(source ? source : ""), AK_PI(run)};

	return ak_rows(s,
		       "SELECT f.id AS id, s.name AS source, e.id AS export, f.name AS name, f.format AS format,"
		       " f.mapping AS mapping, f.detected AS detected, f.codec AS codec, f.sha256 AS sha256, f.bytes AS bytes,"
		       " f.decoded_sha256 AS decoded_sha256, f.decoded_bytes AS decoded_bytes, " COUNTS ","
		       " f.first_us AS first_us, f.last_us AS last_us, f.state AS state, coalesce(e.query, f.query) AS query,"
		       " e.exported_at AS exported_at, e.exported_at_basis AS exported_at_basis"
		       " FROM file f JOIN export e ON e.id = f.export JOIN source s ON s.id = e.source"
		       " WHERE (?1 = '' OR s.name = ?1) AND (?2 = 0 OR e.run = ?2) ORDER BY s.name, f.id",
		       p, 2, out, err);
}

enum ak_rc ak_query_mappings(struct ak_store *s, json_t **out, struct ak_err *err)
{
	return ak_rows(s,
		       "SELECT DISTINCT s.name AS source, d.name AS name, d.text AS text FROM file f JOIN export e ON e.id = f.export"
		       " JOIN source s ON s.id = e.source JOIN document d ON d.digest = f.mapping ORDER BY s.name, d.digest",
		       NULL, 0, out, err);
}

static void add_repairs(json_t *diag)
{
	json_t *d;
	size_t i;

	json_array_foreach(diag, i, d)
		if (strcmp(json_string_value(json_object_get(d, "severity")), "reject") == 0)
			json_object_set_new(d, "repair",
					    json_string(ak_reason_of(json_string_value(json_object_get(d, "rule")))->repair));
}

enum ak_rc ak_query_diag(struct ak_store *s, const char *source, const char *severity, int64_t run, size_t limit, json_t **out,
			 struct ak_err *err)
{
	const struct ak_param p[] = {AK_PZ(source ? source : ""), AK_PZ(severity ? severity : ""), AK_PI(run),
				     AK_PI(limit ? (int64_t)limit : -1)};
	enum ak_rc rc =
		ak_rows(s,
		       "SELECT s.name AS source, f.name AS file, d.severity AS severity, d.rule AS rule, d.rec_no AS rec_no,"
		       " d.byte_offset AS byte_offset, d.byte_length AS byte_length, d.field AS field, d.n AS n,"
		       " d.detail AS detail, d.hash AS hash"
		       " FROM diag d JOIN export e ON e.id = d.export JOIN source s ON s.id = e.source"
		       " LEFT JOIN file f ON f.id = d.file"
		       " WHERE (?1 = '' OR s.name = ?1) AND (?2 = '' OR d.severity = ?2) AND (?3 = 0 OR e.run = ?3)"
		       " ORDER BY s.name, d.id LIMIT ?4",
		       p, 4, out, err);

	if (rc == AK_OK)
		add_repairs(*out);
	return rc;
}

enum ak_rc ak_query_rejects_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	static const char sql[] =
		"SELECT s.name AS source, f.name AS file, d.rule AS rule, d.rec_no AS rec_no, d.byte_offset AS byte_offset,"
		" d.byte_length AS byte_length, d.hash AS hash"
		" FROM diag d JOIN export e ON e.id = d.export JOIN source s ON s.id = e.source LEFT JOIN file f ON f.id = d.file"
		" WHERE d.severity = 'reject' ORDER BY s.name, d.id";

	(void)from_us; /* a record that was not read has no time */
	(void)to_us;
	return ak_rows_each(s, sql, NULL, 0, each, ctx, err);
}
