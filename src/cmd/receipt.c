#include "base/ak.h"
#include "cmd/receipt.h"

#include <unistd.h>

#include "base/crypto.h"
#include "base/fs.h"
#include "base/sbom.h"

char *ak_receipt_path(const char *packet)
{
	size_t n = strlen(packet);
	struct ak_buf name;

	while (n > 1 && packet[n - 1] == '/') /* a folder */
		n--;
	ak_buf_init(&name, 8192);
	ak_buf_addf(&name, "%.*s.receipt.txt", (int)n, packet);
	return name.p;
}

/* SHA-256 of a file; false: it is a folder, or cannot be read. */
static bool file_digest(const char *path, char hex[65])
{
	struct ak_err ignored = {0};
	static char buf[1 << 16];
	struct ak_sha256 *h;
	uint8_t raw[32];
	ssize_t n;
	int fd = -1;

	if (!path || !ak_fs_exists(path) || ak_fs_is_dir(path) || ak_fs_open_read(path, &fd, &ignored) != AK_OK)
		return false;
	h = ak_sha256_new();
	ak_sha256_start(h);
	while ((n = read(fd, buf, sizeof buf)) > 0)
		ak_sha256_add(h, buf, (size_t)n);
	close(fd);
	ak_sha256_end(h, raw);
	ak_sha256_free(h);
	ak_hex(raw, 32, hex);
	return n == 0;
}

static void annex(const struct ak_receipt *r, struct ak_buf *text)
{
	struct ak_str base = ak_fs_base(r->annex ? r->annex : "");
	char hex[65];

	if (!r->annex_digest)
		return;
	ak_buf_addf(text, "annex    sha256 %s   its content: that of its tagmanifest-sha256.txt, which the packet names\n", r->annex_digest);
	if (file_digest(r->annex_at ? r->annex_at : r->annex, hex))
		ak_buf_addf(text, "annex    sha256 %s   the file %.*s, as sha256sum prints it\n", hex, AK_STR_FMT(base));
}

enum ak_rc ak_receipt_prepare(const struct ak_receipt *r, const char *packet, struct ak_fs_temp *t, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *name = ak_receipt_path(packet);
	struct ak_str base = ak_fs_base(packet);
	char id[AK_BUILD_ID], sbom[65];
	struct ak_buf text;
	enum ak_rc rc = ak_sbom_digest(sbom, err);

	if (rc != AK_OK)
		return rc;
	ak_buf_init(&text, 8192);
	if (r->draft)
		ak_buf_adds(&text, "DRAFT    not signed, nothing to decide on\n");
	ak_buf_addf(&text,
		    "packet   %s\nfile     %.*s\nas of    %s\ndigest   sha256 %s\nsigner   %s\n", r->id, AK_STR_FMT(base), r->as_of, r->digest,
		    *r->signer ? r->signer : r->draft ? "none, a draft" : "none yet");
	annex(r, &text);
	ak_buf_addf(&text,
		    "check    VERIFY.txt in the unpacked packet says how, with the tools of the system; it must print the digest above\n"
		    "verify   if you have auditkit: auditkit packet verify %.*s --digest %s\n",
		    AK_STR_FMT(base), r->digest);
	/* The packet itself names no build: it is the same on every machine. */
	ak_buf_addf(&text, "program  auditkit " PACKAGE_VERSION ", build ID %s\nsbom     sha256 %s   (auditkit version --sbom)\n",
		    *ak_build_id(id) ? id : "none", sbom);
	rc = ak_fs_temp_open(t, name, 0644, err);
	if (rc == AK_OK)
		rc = ak_fs_write_all(t->fd, text.p, text.n, name, err);
	ak_buf_release(&text);
	return rc;
}

enum ak_rc ak_receipt_write(const struct ak_receipt *r, const char *packet, bool replace, struct ak_err *err)
{
	struct ak_fs_temp t AK_CLEANUP(ak_fs_temp_release) = {-1, NULL, NULL};
	enum ak_rc rc = ak_receipt_prepare(r, packet, &t, err);

	return rc == AK_OK ? ak_fs_temp_commit(&t, replace, err) : rc;
}
