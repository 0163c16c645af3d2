#include "base/ak.h"
#include "store/keys.h"

#include <stdio.h>

#include "base/fs.h"

#define MASTER "pseudonym"
#define LATER MASTER "-"

static const char *const names[] = {"log", "packet", MASTER};
enum { LOG, PACKET, SEALS, KEY_FILES = 3 };

static void derive(const uint8_t master[32], struct ak_keys *out)
{
	struct ak_hmac *h = ak_hmac_new(master, 32);
	uint8_t id[AK_SHA256_LEN];

	ak_hkdf(master, 32, "auditkit/1/token", out->token, 32);
	ak_hkdf(master, 32, "auditkit/1/dedupe", out->dedupe, 32);
	ak_hkdf(master, 32, "auditkit/1/tombstone", out->tombstone, 32);
	ak_hkdf(master, 32, "auditkit/1/reject", out->reject, 32);
	ak_hkdf(master, 32, "auditkit/1/packet", out->repacket, 32);
	ak_hmac(h, AK_STR("kid"), id);
	ak_hex(id, 4, out->kid);
	ak_hmac_free(h);
}

static enum ak_rc write_seed(const char *path, const uint8_t key[32], struct ak_err *err)
{
	enum ak_rc rc;
	char hex[66];

	ak_hex(key, 32, hex);
	hex[64] = '\n';
	rc = ak_fs_write_missing(path, ak_str_n(hex, 65), 0600, err);
	ak_wipe(hex, sizeof hex);
	return rc;
}

static enum ak_rc write_key(const char *dir, const char *name, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *path = ak_fs_join(dir, name);
	enum ak_rc rc;
	uint8_t key[32];

	ak_random(key, sizeof key);
	rc = write_seed(path, key, err);
	ak_wipe(key, sizeof key);
	return rc;
}

enum ak_rc ak_keys_create(const char *dir, const struct ak_given_key *given, struct ak_keys *out, struct ak_err *err)
{
	enum ak_rc rc = ak_fs_mkdirs(dir, 0700, err);

	for (int i = 0; i < (given ? SEALS : KEY_FILES) && rc == AK_OK; i++)
		rc = write_key(dir, names[i], err);
	return rc == AK_OK ? ak_keys_load(dir, NULL, given, out, err) : rc;
}

enum ak_rc ak_keys_read_seed(const char *path, uint8_t out[32], struct ak_err *err)
{
	struct ak_buf text;
	enum ak_rc rc;

	if ((rc = ak_fs_check_secret_file(path, err)) != AK_OK)
		return rc;
	ak_buf_init(&text, 256);
	rc = ak_fs_slurp(path, 255, &text, err);
	if (rc == AK_OK && !ak_unhex(ak_str_trim(ak_buf_str(&text)), out, 32)) {
		ak_hint(err, "restore the backup of the keys made after 'auditkit init'");
		rc = ak_fail(err, AK_EXIT_REFUSED, "'%s' is not a key: 64 hex digits expected", path);
	}
	if (text.p)
		ak_wipe(text.p, text.n);
	ak_buf_release(&text);
	return rc;
}

static enum ak_rc read_key(const char *dir, const char *name, uint8_t out[32], struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *path = ak_fs_join(dir, name);
	enum ak_rc rc = ak_keys_read_seed(path, out, err);

	if (rc != AK_OK && err && err->exit == AK_EXIT_INPUT)
		err->exit = AK_EXIT_REFUSED;
	return rc;
}

static enum ak_rc missing(const char *dir, struct ak_err *err)
{
	ak_hint(err, "restore the backup of the keys made after 'auditkit init'");
	return ak_fail(err, AK_EXIT_REFUSED, "keys of this workspace are missing: no folder '%s'", dir);
}

/* The first packet key was retired and deleted: its workspace names a later one. */
static bool is_retired(const char *dir)
{
	AK_CLEANUP(ak_free_charp) char *first = ak_fs_join(dir, names[PACKET]);
	char **list = NULL;
	size_t n = 0, later = 0;

	if (ak_fs_exists(first) || ak_fs_list(dir, &list, &n, NULL) != AK_OK)
		return false;
	for (size_t i = 0; i < n; i++)
		later += ak_str_starts(ak_str_of(list[i]), AK_STR("packet-"));
	ak_fs_list_free(list);
	return later > 0;
}

enum ak_rc ak_keys_load_seals(const char *dir, struct ak_keys *out, struct ak_err *err)
{
	struct ak_keys k = {0};
	enum ak_rc rc = AK_OK;

	if (!ak_fs_is_dir(dir))
		return missing(dir, err);
	rc = read_key(dir, names[LOG], k.log, err);
	if (rc == AK_OK && !is_retired(dir))
		rc = read_key(dir, names[PACKET], k.packet, err);
	if (rc == AK_OK)
		*out = k;
	ak_keys_wipe(&k);
	return rc;
}

/* `pseudonym-` and a key id. */
static bool is_later(const char *name)
{
	uint8_t id[4];

	return ak_str_starts(ak_str_of(name), AK_STR(LATER)) && ak_unhex(ak_str_of(name + sizeof LATER - 1), id, sizeof id);
}

static enum ak_rc foreign(const char *has, const char *kid, struct ak_err *err)
{
	ak_hint(err, "restore the right key: tokens of another key would not meet");
	return ak_fail(err, AK_EXIT_REFUSED, "pseudonym key is '%s', this workspace was made with '%s'", has, kid);
}

static void add_past(struct ak_keys *k, const struct ak_keys *one, const char *file)
{
	struct ak_past_key *past = &k->past[k->npast++];

	memcpy(past->kid, one->kid, sizeof past->kid);
	snprintf(past->file, sizeof past->file, "%s", file);
	memcpy(past->token, one->token, sizeof past->token);
	memcpy(past->dedupe, one->dedupe, sizeof past->dedupe);
	memcpy(past->repacket, one->repacket, sizeof past->repacket);
}

/* A given key may stand in the folder as well. */
static bool has(const struct ak_keys *k, const char *kid)
{
	bool found = strcmp(k->kid, kid) == 0;

	for (size_t i = 0; i < k->npast; i++)
		found |= strcmp(k->past[i].kid, kid) == 0;
	return found;
}

/* One master more: the one in force, or a past one. */
static enum ak_rc add(const char *dir, const char *file, const struct ak_keys *one, const char *kid, struct ak_keys *k, struct ak_err *err)
{
	struct ak_keys all = *one;

	if (has(k, one->kid))
		return AK_OK;
	if (!*k->kid && (!kid || strcmp(kid, one->kid) == 0)) {
		memcpy(all.log, k->log, sizeof all.log);
		memcpy(all.packet, k->packet, sizeof all.packet);
		memcpy(all.past, k->past, sizeof all.past);
		all.npast = k->npast;
		snprintf(all.file, sizeof all.file, "%s", file);
		*k = all;
	} else if (k->npast == AK_KEYS_PAST) {
		ak_hint(err, "move those away whose rows need not be found any more");
		return ak_fail(err, AK_EXIT_LIMIT, "there are more than %d past pseudonym keys in '%s'", AK_KEYS_PAST, dir);
	} else {
		add_past(k, one, file);
	}
	ak_keys_wipe(&all);
	return AK_OK;
}

static enum ak_rc take(const char *dir, const char *name, const char *kid, struct ak_keys *k, struct ak_err *err)
{
	struct ak_keys one = {0};
	uint8_t master[32];
	enum ak_rc rc = read_key(dir, name, master, err);

	if (rc == AK_OK) {
		derive(master, &one);
		if (is_later(name) && strcmp(name + sizeof LATER - 1, one.kid) != 0)
			rc = foreign(one.kid, name + sizeof LATER - 1, err);
	}
	if (rc == AK_OK)
		rc = add(dir, name, &one, kid, k, err);
	ak_wipe(master, sizeof master);
	ak_keys_wipe(&one);
	return rc;
}

void ak_keys_name(struct ak_given_key *given)
{
	struct ak_keys one = {0};

	derive(given->master, &one);
	memcpy(given->kid, one.kid, sizeof given->kid);
	ak_keys_wipe(&one);
}

static enum ak_rc take_given(const struct ak_given_key *given, const char *dir, const char *kid, struct ak_keys *k, struct ak_err *err)
{
	struct ak_keys one = {0};
	enum ak_rc rc;

	derive(given->master, &one);
	rc = add(dir, "", &one, kid, k, err);
	ak_keys_wipe(&one);
	return rc;
}

static enum ak_rc take_all(const char *dir, const char *kid, const struct ak_given_key *given, struct ak_keys *k, struct ak_err *err)
{
	char **list = NULL;
	size_t n;
	enum ak_rc rc = ak_fs_list(dir, &list, &n, err);

	if (rc != AK_OK)
		return rc;
	if (given)
		rc = take_given(given, dir, kid, k, err);
	for (size_t i = 0; i < n && rc == AK_OK; i++)
		if (strcmp(list[i], MASTER) == 0 || (kid && is_later(list[i])))
			rc = take(dir, list[i], kid, k, err);
	ak_fs_list_free(list);
	if (rc == AK_OK && !*k->kid)
		rc = k->npast ? foreign(k->past[k->npast - 1].kid, kid, err) : read_key(dir, MASTER, k->token, err);
	return rc;
}

enum ak_rc ak_keys_load(const char *dir, const char *kid, const struct ak_given_key *given, struct ak_keys *out, struct ak_err *err)
{
	struct ak_keys k = {0};
	enum ak_rc rc = ak_keys_load_seals(dir, &k, err);

	if (rc == AK_OK && (rc = take_all(dir, kid, given, &k, err)) == AK_OK)
		*out = k;
	ak_keys_wipe(&k);
	return rc;
}

static size_t count_masters(const char *dir)
{
	char **list = NULL;
	size_t n = 0, masters = 0;

	if (ak_fs_list(dir, &list, &n, NULL) != AK_OK)
		return 0;
	for (size_t i = 0; i < n; i++)
		masters += strcmp(list[i], MASTER) == 0 || is_later(list[i]);
	ak_fs_list_free(list);
	return masters;
}

enum ak_rc ak_keys_add(const char *dir, char kid[9], struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *path = NULL;
	char name[AK_KEY_FILE];
	struct ak_keys fresh;
	uint8_t master[32];
	enum ak_rc rc;

	if (!ak_fs_is_dir(dir))
		return missing(dir, err);
	if (count_masters(dir) > AK_KEYS_PAST) {
		ak_hint(err, "move those away whose rows need not be found any more; 'auditkit keys' names them");
		return ak_fail(err, AK_EXIT_LIMIT, "there are %d past pseudonym keys in '%s' already", AK_KEYS_PAST, dir);
	}
	ak_random(master, sizeof master);
	derive(master, &fresh);
	snprintf(name, sizeof name, LATER "%s", fresh.kid);
	path = ak_fs_join(dir, name);
	rc = write_seed(path, master, err);
	if (rc == AK_OK)
		memcpy(kid, fresh.kid, 9);
	ak_wipe(master, sizeof master);
	ak_keys_wipe(&fresh);
	return rc;
}

/* SHA-256 of the public key, which everybody may know. */
static void name_packet(const uint8_t seed[32], uint8_t pub[32], char kid[9])
{
	uint8_t digest[AK_SHA256_LEN];

	ak_ed25519_public(seed, pub);
	ak_sha256(pub, 32, digest);
	ak_hex(digest, 4, kid);
}

enum ak_rc ak_keys_add_packet(const char *dir, char kid[9], uint8_t pub[32], struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *path = NULL;
	char name[AK_KEY_FILE];
	uint8_t seed[32];
	enum ak_rc rc;

	if (!ak_fs_is_dir(dir))
		return missing(dir, err);
	ak_random(seed, sizeof seed);
	name_packet(seed, pub, kid);
	snprintf(name, sizeof name, "packet-%s", kid);
	path = ak_fs_join(dir, name);
	rc = write_seed(path, seed, err);
	ak_wipe(seed, sizeof seed);
	return rc;
}

enum ak_rc ak_keys_read_packet(const char *dir, const char *kid, uint8_t out[32], struct ak_err *err)
{
	char name[AK_KEY_FILE], is[9];
	uint8_t pub[32];
	enum ak_rc rc;

	snprintf(name, sizeof name, "packet-%s", kid);
	if ((rc = read_key(dir, name, out, err)) != AK_OK) {
		ak_hint(err, "restore the backup of the keys that was made after 'auditkit keys rotate --packet'");
		return rc;
	}
	name_packet(out, pub, is);
	if (strcmp(is, kid) == 0)
		return AK_OK;
	ak_wipe(out, 32);
	ak_hint(err, "restore the backup of the keys");
	return ak_fail(err, AK_EXIT_REFUSED, "packet key is '%s', this workspace signs with '%s'", is, kid);
}

void ak_keys_file(const char *dir, const char *kid, char file[AK_KEY_FILE])
{
	AK_CLEANUP(ak_free_charp) char *later = NULL;
	struct ak_keys first = {0};
	struct ak_err ignored = {0};
	uint8_t master[32];

	snprintf(file, AK_KEY_FILE, LATER "%s", kid);
	later = ak_fs_join(dir, file);
	if (ak_fs_exists(later))
		return;
	if (read_key(dir, MASTER, master, &ignored) == AK_OK)
		derive(master, &first);
	snprintf(file, AK_KEY_FILE, "%s", strcmp(first.kid, kid) == 0 ? MASTER : "");
	ak_wipe(master, sizeof master);
	ak_keys_wipe(&first);
}

void ak_keys_wipe(struct ak_keys *k) { ak_wipe(k, sizeof *k); }
