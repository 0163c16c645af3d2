#include "base/ak.h"
#include "store/keys.h"

#include <stdio.h>

#include "base/fs.h"

static const char *const names[] = {"log", "packet", "pseudonym"};
enum { LOG, PACKET, PSEUDONYM, KEY_FILES };

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

static enum ak_rc write_key(const char *dir, const char *name, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *path = ak_fs_join(dir, name);
	enum ak_rc rc;
	uint8_t key[32];
	char hex[66];

	ak_random(key, sizeof key);
	ak_hex(key, 32, hex);
	hex[64] = '\n';
	rc = ak_fs_write_missing(path, ak_str_n(hex, 65), 0600, err);
	ak_wipe(hex, sizeof hex);
	ak_wipe(key, sizeof key);
	return rc;
}

enum ak_rc ak_keys_create(const char *dir, struct ak_keys *out, struct ak_err *err)
{
	enum ak_rc rc = ak_fs_mkdirs(dir, 0700, err);

	for (int i = 0; i < KEY_FILES && rc == AK_OK; i++)
		rc = write_key(dir, names[i], err);
	return rc == AK_OK ? ak_keys_load(dir, NULL, out, err) : rc;
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

enum ak_rc ak_keys_load(const char *dir, const char *kid, struct ak_keys *out, struct ak_err *err)
{
	uint8_t key[KEY_FILES][32];
	struct ak_keys k = {0};
	enum ak_rc rc = AK_OK;

	if (!ak_fs_is_dir(dir)) {
		ak_hint(err, "restore the backup of the keys made after 'auditkit init'");
		return ak_fail(err, AK_EXIT_REFUSED, "keys of this workspace are missing: no folder '%s'", dir);
	}
	for (int i = 0; i < KEY_FILES && rc == AK_OK; i++) {
		AK_CLEANUP(ak_free_charp) char *path = ak_fs_join(dir, names[i]);
		rc = ak_keys_read_seed(path, key[i], err);
		if (rc != AK_OK && err && err->exit == AK_EXIT_INPUT)
			err->exit = AK_EXIT_REFUSED;
	}
	if (rc == AK_OK) {
		memcpy(k.log, key[LOG], 32);
		memcpy(k.packet, key[PACKET], 32);
		derive(key[PSEUDONYM], &k);
		if (kid && strcmp(kid, k.kid) != 0) {
			rc = ak_fail(err, AK_EXIT_REFUSED, "pseudonym key is '%s', this workspace was made with '%s'", k.kid, kid);
			ak_hint(err, "restore the right key: tokens of another key would not meet");
		}
	}
	if (rc == AK_OK)
		*out = k;
	ak_wipe(key, sizeof key);
	ak_wipe(&k, sizeof k);
	return rc;
}

void ak_keys_wipe(struct ak_keys *k) { ak_wipe(k, sizeof *k); }
