#include "base/ak.h"

#include "base/fs.h"
#include "packet/archive.h"

static const struct {
	const char *suffix;
	enum ak_form form;
} written[] = {
	{".tar.gz", AK_FORM_TAR_GZ}, {".tgz", AK_FORM_TAR_GZ}, {".tar.zst", AK_FORM_TAR_ZST},
	{".tar", AK_FORM_TAR},	     {".zip", AK_FORM_ZIP},
};

static const char *const foreign[] = {".7z", ".rar", ".xz",  ".txz",  ".bz2", ".tbz2",
				      ".gz", ".zst", ".lz4", ".cpio", ".iso"};

static bool ends(struct ak_str s, const char *suffix)
{
	size_t n = strlen(suffix);
	return s.n > n && ak_str_eq_fold(ak_str_n(s.p + s.n - n, n), ak_str_of(suffix));
}

enum ak_rc ak_archive_form(const char *path, enum ak_form *form, char **base, struct ak_err *err)
{
	struct ak_str name = ak_fs_base(path);
	for (size_t i = 0; i < AK_COUNT(written); i++) {
		if (ends(name, written[i].suffix)) {
			*form = written[i].form;
			*base = ak_strndup(name.p, name.n - strlen(written[i].suffix));
			return AK_OK;
		}
	}
	for (size_t i = 0; i < AK_COUNT(foreign); i++) {
		if (ends(name, foreign[i])) {
			ak_fail(err, AK_EXIT_USAGE, "cannot write a packet as '%s'", foreign[i]);
			ak_hint(err, "use .zip, .tar.gz, .tar.zst, .tar or a folder name");
			return AK_FAIL;
		}
	}
	*form = AK_FORM_FOLDER;
	*base = ak_strndup(name.p, name.n);
	return AK_OK;
}

const char *ak_form_name(enum ak_form form)
{
	static const char *const names[] = {"folder", "tar", "tar.gz", "tar.zst", "zip"};
	return names[form];
}
