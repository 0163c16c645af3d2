#include "base/ak.h"
#include "tmpl/load.h"

#include "base/embedded.h"
#include "base/fs.h"

static enum ak_rc from_folder(const char *dir, const char *file, struct ak_buf *out, bool *found, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *templates = dir ? ak_fs_join(dir, "templates") : NULL;
	AK_CLEANUP(ak_free_charp) char *path = templates ? ak_fs_join(templates, file) : NULL;

	*found = false;
	if (path && ak_fs_look(path, found, err) != AK_OK)
		return AK_FAIL;
	return *found ? ak_fs_slurp(path, AK_TEMPLATE_BYTES, out, err) : AK_OK;
}

struct ak_str ak_template_ours(const char *file)
{
	for (const struct ak_embedded *e = ak_embedded_templates; e->name; e++)
		if (strcmp(e->name, file) == 0)
			return ak_str_n((const char *)e->text, e->n);
	return ak_str_n(NULL, 0);
}

enum ak_rc ak_template_load(const char *workspace, const char *data_dir, const char *file, struct ak_buf *out, struct ak_err *err)
{
	bool found;

	if (from_folder(workspace, file, out, &found, err) != AK_OK)
		return AK_FAIL;
	if (!found && from_folder(data_dir, file, out, &found, err) != AK_OK)
		return AK_FAIL;
	if (!found && ak_template_ours(file).p) {
		ak_buf_addstr(out, ak_template_ours(file));
		found = true;
	}
	return found ? AK_OK : ak_fail(err, AK_EXIT_BUG, "no template '%s'", file);
}
