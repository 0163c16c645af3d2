#include "base/ak.h"
#include "cmd/receipt.h"

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
		    "packet   %s\nfile     %.*s\nas of    %s\ndigest   sha256 %s\nsigner   %s\nverify   auditkit packet verify %.*s "
		    "--digest %s\n",
		    r->id, AK_STR_FMT(base), r->as_of, r->digest, *r->signer ? r->signer : r->draft ? "none, a draft" : "none yet",
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
