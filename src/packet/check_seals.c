/* What others put beside the packet's own signature: a timestamp, and counter-signatures of those that must have made one. */
#include "base/ak.h"
#include "packet/checks.h"

#include "base/cms.h"
#include "base/jsonget.h"
#include "base/signers.h"
#include "base/sshsig.h"
#include "base/time.h"
#include "base/tsp.h"
#include "packet/attestation.h"

#define TOKEN "signatures/tagmanifest-sha256.txt.tsr"
#define CMS "signatures/tagmanifest-sha256.txt.p7s"

static enum ak_rc look_at_token(const struct ak_checked *p, char when[32], struct ak_err *err)
{
	struct ak_str tags = ak_check_text(p, "tagmanifest-sha256.txt");
	uint8_t digest[32];

	ak_sha256(tags.p ? tags.p : "", tags.n, digest);
	return ak_tsp_check(ak_check_text(p, TOKEN), digest, p->o->tsa, when, err);
}

void ak_check_moment(struct ak_checked *p)
{
	struct ak_err ignored = {0};
	int64_t as_of;
	char when[32];

	p->stamped = p->o->tsa.p && ak_check_text(p, TOKEN).p && look_at_token(p, when, &ignored) == AK_OK;
	if (ak_time_arg(p->stamped ? when : ak_jtxt(p->packet, "created", "none"), 0, &p->at_us, &ignored) != AK_OK)
		p->at_us = AK_SIGNERS_NO_TIME;
	else if (!p->stamped && ak_time_arg(ak_jtxt(p->packet, "as_of", "none"), 0, &as_of, &ignored) == AK_OK && as_of > p->at_us)
		p->at_us = as_of; /* nobody signs a checkpoint before it is there */
	if (p->at_us == AK_SIGNERS_NO_TIME)
		return;
	json_object_set_new(p->doc, "judged_at", json_pack("{s:s, s:s}", "time", ak_time_z(p->at_us, 0, when), "from", p->stamped ? "timestamp" : "packet"));
}

const char *ak_check_moment_said(const struct ak_checked *p, char out[80])
{
	char z[32];

	if (p->at_us == AK_SIGNERS_NO_TIME)
		return "at a time that the packet does not say";
	snprintf(out, 80, "at %s, the time of %s", ak_time_z(p->at_us, 0, z), p->stamped ? "its timestamp" : "the packet, by its own word");
	return out;
}

/* What shows a checkpoint cannot have existed before it; two clocks may differ by five minutes. */
static bool older(const char *when, const char *checkpoint)
{
	struct ak_err ignored = {0};
	int64_t token, shown;

	return checkpoint && ak_time_arg(when, 0, &token, &ignored) == AK_OK && ak_time_arg(checkpoint, 0, &shown, &ignored) == AK_OK &&
	       token < shown - INT64_C(300000000);
}

void ak_check_timestamp(struct ak_checked *p)
{
	struct ak_err err = {0};
	char when[32];

	if (!ak_check_text(p, TOKEN).p)
		ak_check_say(p, "timestamp", p->o->tsa.p ? AK_RESULT_FAIL : AK_RESULT_SKIPPED, "no RFC 3161 token in the packet");
	else if (look_at_token(p, when, &err) != AK_OK)
		ak_check_say(p, "timestamp", AK_RESULT_FAIL, "%s", err.msg);
	else if (older(when, json_string_value(json_object_get(p->packet, "as_of"))))
		ak_check_say(p, "timestamp", AK_RESULT_FAIL, "the timestamp of %s is older than the checkpoint that the packet shows", when);
	else
		ak_check_say(p, "timestamp", p->o->tsa.p ? AK_RESULT_PASS : AK_RESULT_SKIPPED,
			     p->o->tsa.p ? "existed at %s, says the authority given"
					 : "a token of this packet says %s; name its authority's certificate: --tsa FILE", when);
}

/* Whose certificate it is can only be judged by who knows its authority: nothing here asks for that. */
static void cms(struct ak_checked *p)
{
	struct ak_str text = ak_check_text(p, CMS), tags = ak_check_text(p, "tagmanifest-sha256.txt");
	char holder[AK_CMS_NAME];
	struct ak_err err = {0};

	if (!ak_check_has(p, CMS))
		return;
	if (ak_cms_check(text, tags, holder, &err) != AK_OK)
		ak_check_say(p, "cms", AK_RESULT_FAIL, "%s", err.msg);
	else
		ak_check_say(p, "cms", AK_RESULT_SKIPPED,
			     *holder ? "a CMS signature over this packet by a certificate that names %s; whose it is, 'openssl cms -verify' says, see VERIFY.txt"
				     : "a CMS signature without a certificate%s; 'openssl cms -verify' judges it, see VERIFY.txt", holder);
}

static void attestation(struct ak_checked *p)
{
	struct ak_str text = ak_check_text(p, AK_ATTESTATION), tags = ak_check_text(p, "tagmanifest-sha256.txt"),
		      sig = ak_check_text(p, "signatures/tagmanifest-sha256.txt.sshsig");
	const char *why = "stands beside no signature of the packet";
	struct ak_err ignored = {0};
	struct ak_sshkey key;
	uint8_t digest[32];

	if (!ak_check_has(p, AK_ATTESTATION))
		return;
	ak_sha256(tags.p ? tags.p : "", tags.n, digest);
	if (sig.p && ak_sshsig_verify(sig, AK_SSHSIG_NAMESPACE, tags, &key, &ignored) == AK_OK)
		why = ak_attestation_wrong(text, &key, digest, p->packet);
	ak_check_say(p, "attestation", why ? AK_RESULT_FAIL : AK_RESULT_PASS, why ? "the in-toto statement %s" : "an in-toto statement by the packet's signer%s",
		     why ? why : "");
}

void ak_check_attestation(struct ak_checked *p)
{
	attestation(p);
	cms(p);
}

/* Does one of the list's keys of that name stand behind the signature? */
static const char *missing(struct ak_checked *p, const char *name)
{
	struct ak_str sig, who, tags = ak_check_text(p, "tagmanifest-sha256.txt"), signers = p->o->signers;
	struct ak_sshkey key;
	struct ak_err why = {0};
	char file[128];

	snprintf(file, sizeof file, "signatures/tagmanifest-sha256.txt.%.32s.sshsig", name);
	sig = ak_check_text(p, file);
	if (!sig.p)
		sig = ak_check_text(p, "signatures/tagmanifest-sha256.txt.sshsig"); /* the packet's own may be the one */
	if (!sig.p || ak_sshsig_verify(sig, AK_SSHSIG_NAMESPACE, tags, &key, &why) != AK_OK)
		return "has not signed it";
	if (!signers.p)
		return "cannot be known without your own list: --signers FILE";
	return ak_signers_find(signers, &key, name, AK_SSHSIG_NAMESPACE, p->at_us, &who, &why) == AK_OK ? NULL : "has not signed it by a key of your list";
}

void ak_check_required(struct ak_checked *p)
{
	const char *rest = p->o->require;
	size_t n = 0;

	while (rest && *rest) {
		size_t len = strcspn(rest, ",");
		char name[33];
		const char *why;

		snprintf(name, sizeof name, "%.*s", len < sizeof name ? (int)len : 32, rest);
		rest += len + (rest[len] == ',');
		n++;
		why = missing(p, name);
		if (why) {
			ak_check_say(p, "required", AK_RESULT_FAIL, "%s %s", name, why);
			return;
		}
	}
	if (n)
		ak_check_say(p, "required", AK_RESULT_PASS, "%zu of %zu required signatures, by keys of the list given", n, n);
}
