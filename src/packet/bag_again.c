#include "base/ak.h"
#include "packet/bag_again.h"

#include "base/fs.h"

static enum ak_rc pass(void *ctx, struct ak_str name, struct ak_archive_bytes *bytes, struct ak_err *err)
{
	(void)ctx;
	(void)name;
	(void)bytes;
	(void)err;
	return AK_OK;
}

enum ak_rc ak_bag_again(const char *path, const char *to, struct ak_bag **bag, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *tmpdir = ak_fs_dir(to);
	AK_CLEANUP(ak_free_charp) char *name = ak_strndup(ak_fs_base(path).p, ak_fs_base(path).n), *base = NULL;
	struct ak_archive_info info;
	enum ak_form form;
	enum ak_rc rc = ak_archive_read(path, pass, NULL, &info, err);

	if (rc != AK_OK || (rc = ak_archive_form(to, &form, &base, err)) != AK_OK)
		return rc;
	if (form != info.form && strcmp(path, to) == 0) {
		ak_hint(err, "write it under a name with the right ending: -o FILE");
		return ak_fail(err, AK_EXIT_USAGE, "'%s' is a %s and its name says %s", path, ak_form_name(info.form), ak_form_name(form));
	}
	return ak_bag_new(*info.base ? info.base : name, tmpdir, bag, err);
}

enum ak_rc ak_bag_again_file(struct ak_bag *bag, struct ak_str name, struct ak_archive_bytes *bytes, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *path = ak_strndup(name.p, name.n);
	struct ak_bag_file *f;
	char block[65536];
	size_t n;
	enum ak_rc rc = ak_bag_take(bag, path, &f, err);

	while (rc == AK_OK && (rc = ak_archive_pull(bytes, block, sizeof block, &n, err)) == AK_OK && n)
		rc = ak_bag_write(f, ak_str_n(block, n), err);
	return rc;
}
