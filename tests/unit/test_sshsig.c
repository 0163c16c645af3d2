#include "base/ak.h"

#include "base/signers.h"
#include "base/sshsig.h"
#include "run.h"
#include "tap.h"

/* Key with the seed 00 01 .. 1f; the texts were made by ssh-keygen of OpenSSH 9.2. */
static const char key_text[] = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
static const char key_print[] = "SHA256:lbmsoA0yIEcEiVDRnMWuzm+nV+3ZEEpVIURqFoeSspg";
static const char token_text[] = "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIAOhB7/"
				 "zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4AAAABHNzaDo=";
static const char token_print[] = "SHA256:zZRfREUNsMUzSOFB5SbeIp9ej3rAmmnO94dMSqCRPD8";
static const char ecdsa_text[] = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBBv5gxbyMZo"
				 "dv3VM274E8Gan8KoGcmMgOb8Pvklf0nCmL7+NXVyjgbuJGNnhdyFb+St1BA44zh7/6mfFwwnGUnk=";
static const char message[] = "auditkit test message\n";
static const char by_key[] = "-----BEGIN SSH SIGNATURE-----\n"
			     "U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgA6EHv/POEL4dcN0Y50vAmWfk1j\n"
			     "CbpQ1fHdyGZBJVMbgAAAAPYXVkaXRraXQtcGFja2V0AAAAAAAAAAZzaGE1MTIAAABTAAAA\n"
			     "C3NzaC1lZDI1NTE5AAAAQF/7AcVknXWFnJClkJx+L9z0IZXtwTRXN/MyF60Q04bhQMVuBC\n"
			     "Hz6/q2djfc/NZ4USHX194te65MNjU14vPcvQs=\n"
			     "-----END SSH SIGNATURE-----\n";
static const char by_key_sha256[] = "-----BEGIN SSH SIGNATURE-----\r\n"
				    "U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgA6EHv/POEL4dcN0Y50vAmWfk1j\r\n"
				    "CbpQ1fHdyGZBJVMbgAAAAPYXVkaXRraXQtcGFja2V0AAAAAAAAAAZzaGEyNTYAAABTAAAA\r\n"
				    "C3NzaC1lZDI1NTE5AAAAQN8e/gPysGXZKsJBAsHPJYALqnWuoUxAWNpHqIJBloZkw7HgUL\r\n"
				    "GueWzdu3eOKI6FKl/ieai2dT+iz2X462WI2QQ=\r\n"
				    "-----END SSH SIGNATURE-----\r\n";
static const char by_token[] = "-----BEGIN SSH SIGNATURE-----\n"
			       "U1NIU0lHAAAAAQAAAEoAAAAac2stc3NoLWVkMjU1MTlAb3BlbnNzaC5jb20AAAAgA6EHv/\n"
			       "POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbgAAAAEc3NoOgAAAA9hdWRpdGtpdC1wYWNr\n"
			       "ZXQAAAAAAAAABnNoYTUxMgAAAGcAAAAac2stc3NoLWVkMjU1MTlAb3BlbnNzaC5jb20AAA\n"
			       "BAfLCEYeJZujuv7zIosHToUX+hjSQfqTKkSJYa+IytIRGetq9u9zN2frwp3bMD3+uv618b\n"
			       "6gkIG1IF+muCeZpCAwEAAAAH\n"
			       "-----END SSH SIGNATURE-----\n";
static const char by_ecdsa[] = "-----BEGIN SSH SIGNATURE-----\n"
			       "U1NIU0lHAAAAAQAAAGgAAAATZWNkc2Etc2hhMi1uaXN0cDI1NgAAAAhuaXN0cDI1NgAAAE\n"
			       "EEG/mDFvIxmh2/dUzbvgTwZqfwqgZyYyA5vw++SV/ScKYvv41dXKOBu4kY2eF3IVv5K3UE\n"
			       "DjjOHv/qZ8XDCcZSeQAAAA9hdWRpdGtpdC1wYWNrZXQAAAAAAAAABnNoYTUxMgAAAGQAAA\n"
			       "ATZWNkc2Etc2hhMi1uaXN0cDI1NgAAAEkAAAAhAIOB/7m8FZ7wnnUKDAXHNv0HWzdAX8QB\n"
			       "dM/PXSg1QJSdAAAAIFBqjidgOARK4AYSdDZvpxE82UgAmiBoq3i2M/6kLEOV\n"
			       "-----END SSH SIGNATURE-----\n";

static const int64_t now = INT64_C(1785564000) * 1000000; /* 2026-08-01T06:00:00Z */
static uint8_t seed[32];
static struct ak_sshkey mine;

static struct ak_str msg(void)
{
	return ak_str_of(message);
}

static void test_keys(void)
{
	struct ak_buf b;
	char print[AK_SSHKEY_PRINT], line[400];
	struct ak_sshkey k;
	struct ak_str rest;
	ak_buf_init(&b, 4096);
	ak_sshkey_text(&mine, &b);
	is_str(ak_buf_str(&b), key_text, "public key as OpenSSH writes it");
	ak_sshkey_fingerprint(&mine, print);
	is_str(ak_str_of(print), key_print, "fingerprint as ssh-keygen -l prints it");
	snprintf(line, sizeof(line), "%s brindle release\n", key_text);
	ok(ak_sshkey_parse(ak_str_of(line), &k, &rest) && ak_sshkey_eq(&k, &mine), "a line of id_ed25519.pub is read");
	is_str(rest, "brindle release", "with its comment");
	ok(ak_sshkey_parse(ak_str_of(token_text), &k, NULL) && k.token, "a token's key is read");
	ak_sshkey_fingerprint(&k, print);
	is_str(ak_str_of(print), token_print, "and its fingerprint is right");
	ok(!ak_sshkey_eq(&k, &mine), "it is not the same as the plain key");
	ok(!ak_sshkey_parse(ak_str_of(ecdsa_text), &k, NULL), "an ECDSA key is not taken");
	ok(!ak_sshkey_parse(ak_str_n(key_text, sizeof(key_text) - 5), &k, NULL), "nor a shortened one");
	ok(!ak_sshkey_parse(AK_STR(""), &k, NULL) && !ak_sshkey_parse(AK_STR("ssh-ed25519"), &k, NULL), "nor none");
	ak_buf_release(&b);
}

static void test_sign(void)
{
	struct ak_buf b;
	ak_buf_init(&b, 4096);
	ak_sshsig_sign(seed, AK_SSHSIG_NAMESPACE, msg(), &b);
	is_str(ak_buf_str(&b), by_key, "signature is byte for byte that of ssh-keygen");
	ak_buf_release(&b);
}

static void accepts(const char *sig, const char *text, const char *name)
{
	struct ak_sshkey k, want;
	ok(ak_sshsig_verify(ak_str_of(sig), AK_SSHSIG_NAMESPACE, msg(), &k, NULL) == AK_OK, name);
	ok(ak_sshkey_parse(ak_str_of(text), &want, NULL) && ak_sshkey_eq(&k, &want), "and names its key");
}

static void refuses(struct ak_str sig, const char *ns, struct ak_str m, const char *reason, const char *name)
{
	struct ak_err err = {0};
	struct ak_sshkey k;
	ok(ak_sshsig_verify(sig, ns, m, &k, &err) == AK_FAIL && err.exit == AK_EXIT_VERIFY, name);
	is_str(ak_str_of(err.reason), reason, "with its reason");
}

static void test_verify(void)
{
	const char *ns = AK_SSHSIG_NAMESPACE;
	accepts(by_key, key_text, "signature of ssh-keygen is good");
	accepts(by_key_sha256, key_text, "with SHA-256 and CRLF too");
	accepts(by_token, token_text, "signature of a token is good");
	refuses(ak_str_of(by_key), ns, AK_STR("auditkit test messagE\n"), "sshsig_bad", "another message is not");
	refuses(ak_str_of(by_token), ns, AK_STR("auditkit test messagE\n"), "sshsig_bad", "nor with a token");
	refuses(ak_str_of(by_key), "file", msg(), "sshsig_namespace", "another namespace is not");
	refuses(ak_str_of(by_ecdsa), ns, msg(), "sshsig_key_type", "an ECDSA key is told apart");
	refuses(AK_STR(""), ns, msg(), "sshsig_syntax", "nothing is no signature");
	refuses(AK_STR("-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----"), ns, msg(), "sshsig_syntax",
		"nor is an empty one");

	/* Any single altered byte between the armor lines is noticed. */
	unsigned accepted = 0, tried = 0;
	char copy[sizeof(by_key)];
	for (size_t i = 30; i + 30 < sizeof(by_key); i++) {
		struct ak_sshkey k;
		memcpy(copy, by_key, sizeof(by_key));
		if (copy[i] == '\n')
			continue;
		copy[i] = copy[i] == 'A' ? 'B' : 'A';
		tried++;
		if (ak_sshsig_verify(ak_str_of(copy), ns, msg(), &k, NULL) == AK_OK)
			accepted++;
	}
	ok(tried > 200, "every byte was altered");
	is_int(accepted, 0, "no altered signature is good");
}

static void allowed(const char *line, const char *who, const char *want, const char *name)
{
	struct ak_err err = {0};
	struct ak_str got;
	char text[1200];
	snprintf(text, sizeof(text), "# signers\n\n%s\n", line);
	enum ak_rc rc = ak_signers_find(ak_str_of(text), &mine, who, AK_SSHSIG_NAMESPACE, now, &got, &err);
	is_str(rc == AK_OK ? got : ak_str_of(err.reason), want, name);
}

#define KEY "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"

static void test_signers(void)
{
	allowed("brindle " KEY " comment", "brindle", "brindle", "plain line");
	allowed("brindle " KEY, NULL, "brindle", "any principal");
	allowed("brindle " KEY, "other", "signer_not_allowed", "another principal");
	allowed("*@example.org,!eve@example.org " KEY, "ann@example.org", "*@example.org,!eve@example.org", "pattern");
	allowed("*@example.org,!eve@example.org " KEY, "eve@example.org", "signer_not_allowed", "negated pattern");
	allowed("\"a b\" " KEY, "a b", "a b", "quoted principal");
	allowed("brindle namespaces=\"git,auditkit-*\" " KEY, NULL, "brindle", "namespaces");
	allowed("brindle namespaces=\"git\" " KEY, NULL, "signer_not_allowed", "another namespace");
	allowed("brindle NAMESPACES=\"auditkit-packet\",valid-after=\"20260801\" " KEY, NULL, "brindle", "valid since");
	allowed("brindle valid-after=\"20260802Z\" " KEY, NULL, "signer_not_yet", "not valid yet");
	allowed("brindle valid-before=\"20260801060001Z\" " KEY, NULL, "brindle", "still valid");
	allowed("brindle valid-before=\"202608010600\" " KEY, NULL, "brindle", "valid to the last second");
	allowed("brindle valid-before=\"20260801055959\" " KEY, NULL, "signer_expired", "no longer valid");
	allowed("brindle valid-before=\"soon\" " KEY, NULL, "signer_not_allowed", "a time that is none");
	allowed("brindle cert-authority " KEY, NULL, "signer_not_allowed", "an authority is not a signer");
	allowed("brindle sk-ssh-ed25519@openssh.com AAAA", NULL, "signer_unknown", "another key");
	allowed("brindle", NULL, "signer_unknown", "no key");
	allowed("brindle ssh-ed25519 AAAA\nbrindle " KEY, NULL, "brindle", "a broken line before it");

	struct ak_buf b;
	ak_buf_init(&b, 1024);
	ok(ak_signers_line("a b", "x", &mine, &b, NULL) == AK_FAIL && b.n == 0, "a name with a blank is refused");
	ok(ak_signers_line("", "x", &mine, &b, NULL) == AK_FAIL && b.n == 0, "and an empty one");
	ok(ak_signers_line("brindle", AK_SSHSIG_NAMESPACE, &mine, &b, NULL) == AK_OK, "a line is written");
	is_str(ak_buf_str(&b), "brindle namespaces=\"auditkit-packet\" " KEY "\n", "as the manual shows it");
	ak_buf_release(&b);
}

/* The reviewer's program accepts what we wrote. */
static void test_with_ssh_keygen(void)
{
	char dir[64];
	struct ak_buf b;
	if (RUN(NULL, "ssh-keygen", "-?") == 127) {
		printf("# skip: ssh-keygen is not installed\n");
		return;
	}
	run_in_new_folder(dir);
	ak_buf_init(&b, 4096);
	ak_signers_line("brindle", AK_SSHSIG_NAMESPACE, &mine, &b, NULL);
	run_put("allowed_signers", b.p, b.n);
	ak_buf_clear(&b);
	ak_sshsig_sign(seed, AK_SSHSIG_NAMESPACE, msg(), &b);
	run_put("sig", b.p, b.n);
	run_put("msg", message, strlen(message));
	run_put("bad", message, strlen(message) - 1);
	is_int(RUN("msg", "ssh-keygen", "-Y", "verify", "-f", "allowed_signers", "-I", "brindle", "-n",
		   "auditkit-packet", "-s", "sig"),
	       0, "ssh-keygen -Y verify says good");
	is_int(RUN("bad", "ssh-keygen", "-Y", "verify", "-f", "allowed_signers", "-I", "brindle", "-n",
		   "auditkit-packet", "-s", "sig"),
	       255, "and refuses other bytes");
	run_leave_folder(dir);
	ak_buf_release(&b);
}

int main(void)
{
	uint8_t pub[32];
	for (size_t i = 0; i < sizeof(seed); i++)
		seed[i] = (uint8_t)i;
	ak_ed25519_public(seed, pub);
	ak_sshkey_from_pub(pub, &mine);
	test_keys();
	test_sign();
	test_verify();
	test_signers();
	test_with_ssh_keygen();
	return done_testing();
}
