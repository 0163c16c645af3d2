#include "base/ak.h"
#include "packet/annex_sealed.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "packet/annex.h"
#include "packet/archive.h"
#include "packet/check.h"
#include "packet/spool.h"

#define ENDING ".p7m"

static bool ends(const char *z, const char *ending)
{
	size_t n = strlen(z), k = strlen(ending);

	return n > k && strcmp(z + n - k, ending) == 0;
}

char *ak_annex_sealed_path(const char *path)
{
	AK_CLEANUP(ak_free_charp) char *plain = ak_annex_path(path), *base = NULL;
	struct ak_err none = {0};
	enum ak_form form;
	struct ak_buf b;

	ak_buf_init(&b, 8192);
	ak_buf_adds(&b, plain);
	if (ak_archive_form(plain, &form, &base, &none) == AK_OK && form == AK_FORM_FOLDER)
		ak_buf_adds(&b, ".tar");
	ak_buf_adds(&b, ENDING);
	return b.p;
}

static enum ak_rc envelope(const struct ak_recipients *for_, int from, const char *target, struct ak_fs_temp *t, struct ak_err *err)
{
	enum ak_rc rc = ak_fs_temp_open(t, target, 0600, err);

	return rc == AK_OK ? ak_envelope_write(for_, from, t->fd, target, err) : rc;
}

enum ak_rc ak_annex_seal(const struct ak_bag *annex, const struct ak_recipients *for_, const char *folder, const char *target, int64_t mtime,
			 struct ak_fs_temp *t, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *plain = ak_strndup(target, strlen(target) - (ends(target, ENDING) ? strlen(ENDING) : 0)), *base = NULL;
	enum ak_form form;
	enum ak_rc rc = ak_archive_form(plain, &form, &base, err);
	int fd;

	if (rc != AK_OK || (rc = ak_spool_nameless(folder, &fd, err)) != AK_OK)
		return rc;
	rc = ak_archive_write_fd(annex, form, fd, mtime, target, err);
	if (rc == AK_OK)
		rc = envelope(for_, fd, target, t, err);
	close(fd);
	return rc;
}

/* Its bag says what it is. */
static enum ak_rc check_annex(const char *path, struct ak_err *err)
{
	struct ak_buf info;
	enum ak_rc rc;
	bool good;

	ak_buf_init(&info, 1 << 16);
	rc = ak_packet_file(path, "bag-info.txt", &info, err);
	good = rc == AK_OK && memmem(info.n ? info.p : "", info.n, "annex of an auditkit packet", 27);
	ak_buf_release(&info);
	if (rc == AK_FAIL || good)
		return rc;
	ak_hint(err, "the annex stands beside its packet: NAME.annex.zip");
	return ak_fail(err, AK_EXIT_INPUT, "'%.200s' is no annex of a packet", path);
}

enum ak_rc ak_annex_seal_file(const char *path, const struct ak_recipients *for_, const char *target, bool replace, struct ak_err *err)
{
	struct ak_fs_temp t AK_CLEANUP(ak_fs_temp_release) = {-1, NULL, NULL};
	enum ak_rc rc;
	int fd;

	if (ak_fs_is_dir(path)) {
		ak_hint(err, "build the packet with --annex-for, or pack the folder first: tar -cf ANNEX.tar FOLDER");
		return ak_fail(err, AK_EXIT_INPUT, "'%.200s' is a folder: a file can be encrypted", path);
	}
	if (ak_annex_refuse_sealed(path, err) != AK_OK || (rc = check_annex(path, err)) != AK_OK || (rc = ak_fs_open_read(path, &fd, err)) != AK_OK)
		return AK_FAIL;
	rc = envelope(for_, fd, target, &t, err);
	close(fd);
	return rc == AK_OK ? ak_fs_temp_commit(&t, replace, err) : rc;
}

enum ak_rc ak_annex_refuse_sealed(const char *path, struct ak_err *err)
{
	struct ak_str base = ak_fs_base(path);
	struct ak_err ignored = {0};
	char start[64];
	ssize_t n;
	int fd;

	if (ak_fs_is_dir(path) || ak_fs_open_read(path, &fd, &ignored) != AK_OK)
		return AK_OK; /* whoever reads it says what is wrong */
	n = ak_fs_pread(fd, start, sizeof start, 0);
	close(fd);
	if (n <= 0 || !ak_envelope_is(ak_str_n(start, (size_t)n)))
		return AK_OK;
	ak_hint(err, "openssl cms -decrypt -inform DER -in %.*s -recip CERT.pem -inkey KEY.pem -out %.*s, then name that file", (int)(base.n < 60 ? base.n : 60), base.p,
		(int)(base.n > 4 && ends(path, ENDING) && base.n < 64 ? base.n - 4 : 9), base.n > 4 && ends(path, ENDING) && base.n < 64 ? base.p : "annex.zip");
	return ak_fail(err, AK_EXIT_INPUT, "the annex '%.*s' is encrypted: one of its recipients must decrypt it first", AK_STR_FMT(base));
}
