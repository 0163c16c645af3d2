/* A record as its leaf was made from it. */
#include "base/ak.h"
#include "query/query.h"

#include <sqlite3.h>

#include "query/rows.h"

static enum ak_rc format_of(struct ak_store *s, int64_t file, char out[128], struct ak_err *err)
{
	const struct ak_param p[] = {AK_PI(file)};
	json_t *row = NULL;
	enum ak_rc rc = ak_rows_one(s, "SELECT format FROM file WHERE id = ?1", p, 1, &row, err);
	const char *format = json_string_value(json_object_get(row, "format"));

	if (rc == AK_OK)
		snprintf(out, 128, "%s", format ? format : "");
	json_decref(row);
	return rc == AK_END ? ak_fail(err, AK_EXIT_CORRUPT, "a record has lost its file") : rc;
}

static json_t *groups(const struct ak_stored *r, const char *format, uint8_t leaf[32])
{
	struct ak_leafer *l = ak_leafer_new();
	struct ak_hashes h = r->hashes;
	json_t *o = json_object();
	struct ak_buf body;

	ak_buf_init(&body, 1 << 26);
	for (int g = 0; g < AK_G_COUNT; g++) {
		uint8_t salt[32], digest[32];
		char salt_hex[65], digest_hex[65];

		ak_leaf_group_salt(g, r->hashes.salt, salt);
		ak_buf_clear(&body);
		ak_leaf_group(l, g, format, r->file, &r->rec, &body);
		ak_sha256_2(ak_str_n((char *)salt, 32), ak_buf_str(&body), digest);
		ak_hex(salt, 32, salt_hex);
		ak_hex(digest, 32, digest_hex);
		json_object_set_new(o, ak_group_name(g), json_pack("{s:s, s:s, s:o}", "digest", digest_hex, "salt", salt_hex, "body",
								   json_stringn(body.p, body.n)));
	}
	ak_leaf_compute(l, format, r->file, &r->rec, &h);
	memcpy(leaf, h.leaf, 32);
	ak_buf_release(&body);
	ak_leafer_free(l);
	return o;
}

static enum ak_rc describe(struct ak_store *s, enum ak_kind k, const struct ak_stored *r, json_t **out, struct ak_err *err)
{
	char format[128], hex[65];
	uint8_t leaf[32];
	json_t *g;
	enum ak_rc rc = format_of(s, r->file, format, err);

	if (rc != AK_OK)
		return rc;
	g = groups(r, format, leaf);
	if (memcmp(leaf, r->hashes.leaf, 32) != 0) {
		json_decref(g);
		ak_hint(err, "run 'auditkit verify'");
		return ak_fail(err, AK_EXIT_VERIFY, "record %lld is not what its leaf was made from", (long long)r->seq);
	}
	ak_hex(leaf, 32, hex);
	*out = json_pack("{s:I, s:s, s:s, s:o}", "index", (json_int_t)r->seq, "kind", ak_kinds[k].name, "leaf", hex, "groups", g);
	return AK_OK;
}

enum ak_rc ak_query_leaf(struct ak_store *s, int64_t seq, json_t **out, struct ak_err *err)
{
	enum ak_rc rc = AK_END;

	for (int k = 0; k < AK_K_COUNT && rc == AK_END; k++) {
		AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
		struct ak_stored r;

		if ((rc = ak_stored_select(s, k, " WHERE seq = ?1 AND state = 0", &st, err)) != AK_OK)
			return rc;
		sqlite3_bind_int64(st, 1, seq);
		if ((rc = ak_sql_step(s, st, err)) != AK_OK)
			continue;
		ak_stored_read(st, 0, k, &r);
		return describe(s, k, &r, out, err);
	}
	return rc;
}
