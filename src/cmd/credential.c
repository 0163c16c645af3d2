#include "base/ak.h"
#include "cmd/credential.h"

#include <stdlib.h>

#include "base/fs.h"

enum { SHORTEST = 8 };

/* One line of printable characters: nothing that could end the header it stands in. */
static bool is_credential(struct ak_str s)
{
	if (s.n < SHORTEST || s.n > AK_CREDENTIAL_BYTES)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	return true;
}

static enum ak_rc from_file(const char *path, struct ak_buf *out, struct ak_err *err)
{
	enum ak_rc rc;

	if (!ak_fs_exists(path)) {
		struct ak_str name = ak_fs_base(path);

		ak_hint(err, "name a file that holds the credential and nothing else");
		return ak_fail(err, AK_EXIT_REFUSED, "there is no key file '%.*s'", AK_STR_FMT(name));
	}
	rc = ak_fs_check_secret_file(path, err);
	return rc == AK_OK ? ak_fs_slurp(path, AK_CREDENTIAL_BYTES, out, err) : rc;
}

enum ak_rc ak_credential_read(const char *file, const char *env, const char *whose, struct ak_buf *out, struct ak_err *err)
{
	const char *value = file ? NULL : getenv(env);

	if (file && from_file(file, out, err) != AK_OK)
		return AK_FAIL;
	if (!file && (!value || !*value)) {
		ak_hint(err, "set %s in the environment of the command", env);
		return ak_fail(err, AK_EXIT_REFUSED, "there is no credential for '%s'", whose);
	}
	if (value)
		ak_buf_adds(out, value);
	if (is_credential(ak_str_trim(ak_buf_str(out))))
		return AK_OK;
	ak_hint(err, "give it alone, without the word before it, blanks or further lines; it has at least %d characters", SHORTEST);
	return ak_fail(err, AK_EXIT_REFUSED, "what is given as the credential for '%s' is none", whose);
}

const char *ak_policy_path(struct ak_ctx *c, const char *path)
{
	AK_CLEANUP(ak_free_charp) char *dir = NULL;

	if (!path || path[0] == '/')
		return path;
	dir = ak_fs_dir(c->policy_path);
	return ak_arena_printf(&c->arena, "%s/%s", dir, path).p;
}
