#include "base/ak.h"

#include "base/signers.h"
#include "base/sshsig.h"
#include "packet/sign.h"

static enum ak_rc add_ssh(struct ak_bag *bag, const uint8_t seed[32], const uint8_t pub[32], const char *principal,
			  struct ak_err *err)
{
	struct ak_sshkey key;
	struct ak_buf b;
	ak_buf_init(&b, 8192);
	ak_sshkey_from_pub(pub, &key);
	enum ak_rc rc = ak_signers_line(principal, AK_SSHSIG_NAMESPACE, &key, &b, err);
	if (rc == AK_OK)
		rc = ak_bag_add(bag, "signatures/allowed_signers", ak_buf_str(&b), err);
	if (rc == AK_OK) {
		ak_buf_clear(&b);
		ak_sshsig_sign(seed, AK_SSHSIG_NAMESPACE, ak_bag_tagmanifest(bag), &b);
		rc = ak_bag_add(bag, "signatures/tagmanifest-sha256.txt.sshsig", ak_buf_str(&b), err);
	}
	ak_buf_release(&b);
	return rc;
}

enum ak_rc ak_bag_sign(struct ak_bag *bag, const uint8_t seed[32], const char *principal, struct ak_err *err)
{
	uint8_t pub[AK_ED25519_LEN], sig[AK_ED25519_SIG];
	ak_ed25519_public(seed, pub);
	enum ak_rc rc = add_ssh(bag, seed, pub, principal, err);
	if (rc < 0)
		return rc;
	ak_ed25519_sign(seed, ak_bag_tagmanifest(bag), sig);
	rc = ak_bag_add(bag, "signatures/tagmanifest-sha256.txt.ed25519", ak_str_n((const char *)sig, sizeof(sig)),
			err);
	if (rc < 0)
		return rc;
	char *pem = ak_ed25519_pem(pub);
	rc = ak_bag_add(bag, "signatures/ed25519.pub.pem", ak_str_of(pem), err);
	ak_free(pem);
	return rc;
}
