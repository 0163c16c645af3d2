#include "base/ak.h"
#include "packet/signer.h"

#include "base/fs.h"
#include "base/run.h"
#include "base/sshsig.h"

#define KEY_BYTES 65536u

static enum ak_rc refuse(const char *path, struct ak_err *err)
{
	ak_hint(err, "an Ed25519 key: a 'packet' key of auditkit, an OpenSSH private key, or the .pub of one in an agent or token");
	return ak_fail(err, AK_EXIT_REFUSED, "'%s' is not a key that signs packets", path);
}

static enum ak_rc read_text(const char *path, struct ak_str text, struct ak_signer *out, struct ak_err *err)
{
	struct ak_sshkey pub;
	enum ak_rc rc;

	if (ak_sshkey_parse(text, &pub, NULL)) {
		out->outside = path;
		return AK_OK;
	}
	if (ak_fs_check_private(path, err) != AK_OK)
		return AK_FAIL;
	if (ak_unhex(ak_str_trim(text), out->seed, sizeof out->seed))
		return AK_OK;
	rc = ak_sshkey_read_private(text, out->seed);
	if (rc == AK_END)
		out->outside = path;
	return rc == AK_FAIL ? refuse(path, err) : AK_OK;
}

enum ak_rc ak_signer_open(const char *path, struct ak_signer *out, struct ak_err *err)
{
	struct ak_signer s = {0};
	struct ak_buf text;
	enum ak_rc rc;

	ak_buf_init(&text, KEY_BYTES + 1);
	rc = ak_fs_slurp(path, KEY_BYTES, &text, err);
	if (rc == AK_OK)
		rc = read_text(path, ak_buf_str(&text), &s, err);
	if (text.p)
		ak_wipe(text.p, text.n);
	ak_buf_release(&text);
	if (rc == AK_OK)
		*out = s;
	ak_signer_wipe(&s);
	return rc;
}

enum ak_rc ak_signer_sign(const struct ak_signer *s, struct ak_str msg, struct ak_buf *out, struct ak_sshkey *key,
			  struct ak_err *err)
{
	const char *const argv[] = {"ssh-keygen", "-Y", "sign", "-n", AK_SSHSIG_NAMESPACE, "-f", s->outside, NULL};
	struct ak_err why = {0};

	if (!s->outside) {
		ak_sshsig_sign(s->seed, AK_SSHSIG_NAMESPACE, msg, out);
	} else if (ak_run(argv, msg, out, err) != AK_OK) {
		ak_hint(err, "is the key in the agent (ssh-add -l), or the token plugged in?");
		return AK_FAIL;
	}
	if (ak_sshsig_verify(ak_buf_str(out), AK_SSHSIG_NAMESPACE, msg, key, &why) == AK_OK)
		return AK_OK;
	ak_hint(err, "packets are signed with Ed25519 keys: ssh-keygen -t ed25519");
	return ak_fail(err, AK_EXIT_REFUSED, "%s", why.msg);
}

void ak_signer_wipe(struct ak_signer *s) { ak_wipe(s->seed, sizeof s->seed); }
