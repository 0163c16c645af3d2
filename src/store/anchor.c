/* The access log's end is written into the ledger, so that a checkpoint covers it (DECISIONS 23). */
#include "base/ak.h"
#include "store/access.h"

#include <sqlite3.h>

#include "base/jsonw.h"
#include "store/tlog.h"

/* SHA-256 of a line as it stands in the file: lines are RFC 8785, so the document gives its bytes again. */
static enum ak_rc line_digest(const json_t *line, char out[65], struct ak_err *err)
{
	struct ak_buf b;
	uint8_t digest[32];
	enum ak_rc rc;

	ak_buf_init(&b, 1 << 20);
	rc = ak_jcs(line, &b, err);
	if (rc == AK_OK) {
		ak_sha256(b.p, b.n, digest);
		ak_hex(digest, 32, out);
	}
	ak_buf_release(&b);
	return rc;
}

/* Lines that the newest anchor covers, 0 when there is none. */
static enum ak_rc last_anchor(struct ak_store *s, json_int_t *lines, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	AK_CLEANUP(ak_json_decref) json_t *body = NULL;
	enum ak_rc rc = ak_sql_prepare(s, "SELECT body FROM ledger_entry WHERE kind = 'access' ORDER BY seq DESC LIMIT 1", &st, err);

	*lines = 0;
	if (rc == AK_OK && (rc = ak_sql_step(s, st, err)) == AK_OK && ak_json_parse(ak_sql_text(st, 0), &body, NULL) == AK_OK)
		*lines = json_integer_value(json_object_get(body, "lines"));
	return rc == AK_END ? AK_OK : rc;
}

enum ak_rc ak_access_anchor(struct ak_tlog *l, struct ak_err *err)
{
	AK_CLEANUP(ak_json_decref) json_t *lines = NULL, *body = NULL;
	char digest[65];
	json_int_t before;
	bool unbroken;
	size_t n;
	enum ak_rc rc = ak_access_read(l->store, &lines, &unbroken, err);

	if (rc == AK_OK)
		rc = last_anchor(l->store, &before, err);
	n = json_array_size(lines);
	if (rc != AK_OK || n == 0 || (json_int_t)n == before)
		return rc;
	if ((rc = line_digest(json_array_get(lines, n - 1), digest, err)) != AK_OK)
		return rc;
	body = json_pack("{s:I, s:s}", "lines", (json_int_t)n, "sha256", digest);
	return ak_tlog_entry(l, "access", body, NULL, err);
}

enum ak_rc ak_access_anchored(struct ak_store *s, const json_t *lines, size_t *covered, bool *agrees, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(s, "SELECT body FROM ledger_entry WHERE kind = 'access' AND body IS NOT NULL ORDER BY seq", &st, err);

	*covered = 0;
	*agrees = true;
	while (rc == AK_OK && (rc = ak_sql_step(s, st, err)) == AK_OK) {
		AK_CLEANUP(ak_json_decref) json_t *body = NULL;
		const char *want;
		char have[65] = "";
		json_int_t n;

		if (ak_json_parse(ak_sql_text(st, 0), &body, err) != AK_OK)
			return AK_FAIL;
		n = json_integer_value(json_object_get(body, "lines"));
		want = json_string_value(json_object_get(body, "sha256"));
		if (n < 1 || (size_t)n > json_array_size(lines) || !want)
			*agrees = false;
		else if ((rc = line_digest(json_array_get(lines, (size_t)n - 1), have, err)) == AK_OK && strcmp(have, want) != 0)
			*agrees = false;
		else
			*covered = (size_t)n;
	}
	return rc == AK_END ? AK_OK : rc;
}
