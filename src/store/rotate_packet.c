#include "base/ak.h"
#include "store/rotate_packet.h"

#include <sqlite3.h>
#include <stdio.h>
#include <time.h>

#include "base/jsonget.h"
#include "base/jsonw.h"
#include "base/time.h"
#include "store/rotate.h"

#define KIND "packet_key"
#define FIRST_FILE "packet"
#define LOCK_MS 5000
#define SECOND_US INT64_C(1000000)

static void name_of(const struct ak_sshkey *key, char kid[9])
{
	uint8_t digest[AK_SHA256_LEN];

	ak_sha256(key->pub, sizeof key->pub, digest);
	ak_hex(digest, 4, kid);
}

/* ---- the list ---- */

static struct ak_packet_key *grow(struct ak_packet_key **list, size_t *n, const struct ak_sshkey *key)
{
	struct ak_packet_key *k;
	char kid[9];

	*list = ak_realloc(*list, (*n + 1) * sizeof **list);
	k = &(*list)[*n];
	*k = (struct ak_packet_key){.key = *key, .from_us = INT64_MIN, .until_us = INT64_MIN};
	name_of(key, kid);
	snprintf(k->file, sizeof k->file, *n ? FIRST_FILE "-%s" : FIRST_FILE, kid);
	(*n)++;
	return k;
}

static enum ak_rc unreadable(sqlite3_stmt *st, struct ak_err *err)
{
	ak_hint(err, "go back to a backup");
	return ak_fail(err, AK_EXIT_CORRUPT, "entry %lld of the ledger does not say which packet key it put in force", (long long)sqlite3_column_int64(st, 0));
}

static enum ak_rc add_rotation(sqlite3_stmt *st, struct ak_packet_key **list, size_t *n, struct ak_err *err)
{
	AK_CLEANUP(ak_json_decref) json_t *body = NULL;
	struct ak_sshkey before, key;
	int64_t from, until;

	if (ak_json_parse(ak_sql_text(st, 1), &body, err) != AK_OK)
		return AK_FAIL;
	from = ak_time_us(ak_str_of(ak_jtxt(body, "from", "")));
	until = ak_time_us(ak_str_of(ak_jtxt(body, "until", "")));
	if (!ak_sshkey_parse(ak_str_of(ak_jtxt(body, "before", "")), &before, NULL) || !ak_sshkey_parse(ak_str_of(ak_jtxt(body, "key", "")), &key, NULL) ||
	    from == INT64_MIN || until == INT64_MIN || (*n && !ak_sshkey_eq(&(*list)[*n - 1].key, &before)))
		return unreadable(st, err);
	if (!*n)
		grow(list, n, &before);
	(*list)[*n - 1].until_us = until;
	grow(list, n, &key)->from_us = from;
	return AK_OK;
}

static enum ak_rc read_all(struct ak_store *s, struct ak_packet_key **list, size_t *n, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	AK_CLEANUP(ak_free_charp) char *named = NULL;
	char kid[9] = "";
	enum ak_rc rc = ak_store_get(s, KIND, &named, err);

	if (rc == AK_OK)
		rc = ak_sql_prepare(s, "SELECT seq, body FROM ledger_entry WHERE kind = '" KIND "' AND body IS NOT NULL ORDER BY seq", &st, err);
	while (rc == AK_OK && (rc = ak_sql_step(s, st, err)) == AK_OK)
		rc = add_rotation(st, list, n, err);
	if (rc != AK_END)
		return rc;
	if (*n)
		name_of(&(*list)[*n - 1].key, kid);
	if (strcmp(kid, named ? named : "") == 0)
		return AK_OK;
	ak_hint(err, "go back to a backup");
	return ak_fail(err, AK_EXIT_CORRUPT, "the ledger has put another packet key in force than the workspace names");
}

enum ak_rc ak_packet_keys(struct ak_store *s, const struct ak_keys *keys, struct ak_packet_key **out, size_t *n, struct ak_err *err)
{
	struct ak_packet_key *list = NULL;
	uint8_t pub[AK_ED25519_LEN];
	struct ak_sshkey mine;
	enum ak_rc rc;

	*out = NULL;
	*n = 0;
	if ((rc = read_all(s, &list, n, err)) != AK_OK) {
		ak_free(list);
		*n = 0;
		return rc;
	}
	if (!*n) {
		ak_ed25519_public(keys->packet, pub);
		ak_sshkey_from_pub(pub, &mine);
		grow(&list, n, &mine);
	}
	*out = list;
	return AK_OK;
}

enum ak_rc ak_packet_key_check(struct ak_store *s, struct ak_err *err)
{
	struct ak_packet_key *list = NULL;
	size_t n = 0;
	enum ak_rc rc = read_all(s, &list, &n, err);

	ak_free(list);
	return rc;
}

/* ---- rotation ---- */

static void add_text(json_t *body, const char *member, const uint8_t pub[AK_ED25519_LEN])
{
	struct ak_sshkey key;
	struct ak_buf text;

	ak_sshkey_from_pub(pub, &key);
	ak_buf_init(&text, 1024);
	ak_sshkey_text(&key, &text);
	json_object_set_new(body, member, json_stringn(text.p, text.n));
	ak_buf_release(&text);
}

/* A moment in whole seconds, which is all that a list of signers can say, behind that of the last checkpoint: the packets that the old key
 * has signed say a time up to that one, and those of the new key a later one. */
static enum ak_rc moment(struct ak_store *s, int64_t *now, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	int64_t last = INT64_MIN;
	enum ak_rc rc = ak_sql_prepare(s, "SELECT time FROM checkpoint ORDER BY size DESC LIMIT 1", &st, err);

	if (rc == AK_OK && (rc = ak_sql_step(s, st, err)) == AK_OK) {
		AK_CLEANUP(ak_free_charp) char *time = ak_strndup(ak_sql_text(st, 0).p, ak_sql_text(st, 0).n);

		rc = ak_time_arg(time, 0, &last, err);
		last = last / SECOND_US * SECOND_US;
	}
	if (rc != AK_OK && rc != AK_END)
		return rc;
	while ((*now = ak_time_now() / SECOND_US * SECOND_US) == last)
		nanosleep(&(struct timespec){0, 20000000}, NULL);
	if (*now > last)
		return AK_OK;
	ak_hint(err, "set the clock: packets that are signed already would count as signed by a key that was not yet, or no longer, good");
	return ak_fail(err, AK_EXIT_REFUSED, "this machine's clock stands before the last checkpoint of the workspace");
}

/* The old key is good up to the second before. */
static json_t *describe(const uint8_t old[AK_ED25519_LEN], const uint8_t fresh[AK_ED25519_LEN], int64_t now, int64_t overlap_us)
{
	json_t *body = json_object();
	char z[32];

	add_text(body, "before", old);
	add_text(body, "key", fresh);
	json_object_set_new(body, "from", json_string(ak_time_z(now, 0, z)));
	json_object_set_new(body, "until", json_string(ak_time_z(now + overlap_us - SECOND_US, 0, z)));
	return body;
}

enum ak_rc ak_rotate_packet(struct ak_store *s, const char *keys_dir, const struct ak_keys *keys, int64_t overlap_us, struct ak_err *err)
{
	struct ak_tlog l = {0};
	uint8_t old[AK_ED25519_LEN], fresh[AK_ED25519_LEN];
	json_t *body = NULL;
	char kid[9];
	int64_t now;
	enum ak_rc rc = ak_store_lock(s, LOCK_MS, err);

	/* As with the pseudonym key the file is there first. */
	if (rc != AK_OK || (rc = moment(s, &now, err)) != AK_OK || (rc = ak_tlog_open(s, &l, err)) != AK_OK)
		return rc;
	ak_ed25519_public(keys->packet, old);
	if ((rc = ak_keys_add_packet(keys_dir, kid, fresh, err)) == AK_OK) {
		body = describe(old, fresh, now, overlap_us);
		rc = ak_rotate_seal(&l, keys, KIND, body, KIND, kid, err);
	}
	json_decref(body);
	ak_tlog_release(&l);
	return rc;
}

enum ak_rc ak_packet_key_load(struct ak_store *s, const char *keys_dir, struct ak_keys *keys, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *kid = NULL;
	static const uint8_t none[32];
	uint8_t raw[4];
	enum ak_rc rc = ak_store_get(s, KIND, &kid, err);

	if (rc != AK_OK || (!kid && !ak_const_eq(keys->packet, none, sizeof none)))
		return rc;
	if (!kid) {
		ak_hint(err, "restore the backup of the keys made after 'auditkit init'");
		return ak_fail(err, AK_EXIT_REFUSED, "the packet key of this workspace is missing from '%s'", keys_dir);
	}
	if (strlen(kid) == 8 && ak_unhex(ak_str_of(kid), raw, sizeof raw)) /* it stands in a path */
		return ak_keys_read_packet(keys_dir, kid, keys->packet, err);
	ak_hint(err, "go back to a backup");
	return ak_fail(err, AK_EXIT_CORRUPT, "the workspace does not say which packet key is in force");
}
