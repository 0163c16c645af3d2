#include "base/ak.h"

#include "base/signers.h"
#include "base/sshsig.h"
#include "packet/sign.h"

static enum ak_rc add_ssh(struct ak_bag *bag, const struct ak_signer *signer, const char *principal, struct ak_sshkey *key,
			  struct ak_err *err)
{
	struct ak_buf sig, line;
	enum ak_rc rc;

	ak_buf_init(&sig, 8192);
	ak_buf_init(&line, 8192);
	rc = ak_signer_sign(signer, ak_bag_tagmanifest(bag), &sig, key, err);
	if (rc == AK_OK)
		rc = ak_signers_line(principal, AK_SSHSIG_NAMESPACE, key, &line, err);
	if (rc == AK_OK)
		rc = ak_bag_add(bag, "signatures/allowed_signers", ak_buf_str(&line), err);
	if (rc == AK_OK)
		rc = ak_bag_add(bag, "signatures/tagmanifest-sha256.txt.sshsig", ak_buf_str(&sig), err);
	ak_buf_release(&sig);
	ak_buf_release(&line);
	return rc;
}

static enum ak_rc add_raw(struct ak_bag *bag, const uint8_t seed[32], struct ak_err *err)
{
	uint8_t pub[AK_ED25519_LEN], sig[AK_ED25519_SIG];
	enum ak_rc rc;
	char *pem;

	ak_ed25519_public(seed, pub);
	ak_ed25519_sign(seed, ak_bag_tagmanifest(bag), sig);
	rc = ak_bag_add(bag, "signatures/tagmanifest-sha256.txt.ed25519", ak_str_n((const char *)sig, sizeof(sig)), err);
	if (rc < 0)
		return rc;
	pem = ak_ed25519_pem(pub);
	rc = ak_bag_add(bag, "signatures/ed25519.pub.pem", ak_str_of(pem), err);
	ak_free(pem);
	return rc;
}

enum ak_rc ak_bag_sign(struct ak_bag *bag, const struct ak_signer *signer, const char *principal, struct ak_sshkey *key,
		       struct ak_err *err)
{
	struct ak_sshkey by;
	enum ak_rc rc = add_ssh(bag, signer, principal, &by, err);

	if (rc == AK_OK && !signer->outside)
		rc = add_raw(bag, signer->seed, err);
	if (rc == AK_OK && key)
		*key = by;
	return rc;
}
