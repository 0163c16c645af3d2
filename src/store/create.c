/* A new workspace. Its database is made under a name that holds the workspace id, ".workspace.db.new-ID", and renamed
 * last. A process that dies before leaves that name; the next one finds its id, and by it its keys, and starts over. */
#include "base/ak.h"
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/time.h"
#include "store/filled.h"
#include "store/schema.h"
#include "store/terms.h"

#define PAGE_SIZE 8192 /* a third fewer system calls than 4096 where rows come by the thousand */
#define NEW_DB "." AK_DB_NAME ".new-"
enum { PREFIX = sizeof NEW_DB - 1, ID_BYTES = 16, ID = 2 * ID_BYTES };

static void closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* The id of a try that was cut short, or a fresh one. */
static enum ak_rc choose_id(const char *dir, char id[ID + 1], struct ak_err *err)
{
	uint8_t raw[ID_BYTES];
	char **names;
	size_t n;

	if (ak_fs_list(dir, &names, &n, err) != AK_OK)
		return AK_FAIL;
	ak_random(raw, sizeof raw);
	for (size_t i = 0; i < n; i++)
		if (ak_str_starts(ak_str_of(names[i]), AK_STR(NEW_DB)) &&
		    ak_unhex(ak_str_of(names[i] + PREFIX), raw, sizeof raw))
			break;
	ak_hex(raw, sizeof raw, id);
	ak_fs_list_free(names);
	return AK_OK;
}

/* Empty, and there before the keys are: from here on a second try finds the id. */
static enum ak_rc claim(const char *path, struct ak_err *err)
{
	AK_CLEANUP(closep) int fd = ak_fs_open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

	return fd >= 0 ? AK_OK : ak_fail_sys(err, AK_EXIT_IO, errno, "cannot create '%s'", path);
}

/* Without a journal: what is cut short here starts over, and no second file is left. */
static enum ak_rc open_new(struct ak_store *s, const char *path, struct ak_err *err)
{
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOMUTEX;

	if (sqlite3_open_v2(path, &s->db, flags, NULL) != SQLITE_OK)
		return ak_sql_fail(s, "making", err);
	return ak_sql_exec(s, "PRAGMA journal_mode=OFF; PRAGMA synchronous=FULL", err);
}

/* A workspace is called after its folder; .auditkit after the one it stands in. */
static char *name_of(const char *dir)
{
	AK_CLEANUP(ak_free_charp) char *real = realpath(dir, NULL);
	AK_CLEANUP(ak_free_charp) char *parent = NULL;
	struct ak_str base = ak_fs_base(real ? real : dir);

	if (real && ak_str_is(base, ".auditkit")) {
		parent = ak_fs_dir(real);
		base = ak_fs_base(parent);
	}
	return ak_strndup(base.p, base.n);
}

static enum ak_rc fill(struct ak_store *s, const char *id, const char *kid, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *name = name_of(s->dir);
	char now[32];
	const struct { const char *key; struct ak_str value; } row[] = {
		{"workspace_id", ak_str_of(id)},
		{"key_id", ak_str_of(kid)},
		{"name", ak_str_of(name)},
		{"created", ak_str_of(ak_time_z(ak_time_now(), 0, now))},
		{AK_TERMS, AK_STR("1")},
		{AK_FILLED_KEY, AK_STR("")},
	};
	struct ak_buf ddl;
	enum ak_rc rc;

	ak_buf_init(&ddl, 1 << 20);
	ak_buf_addf(&ddl, "PRAGMA page_size=%d; BEGIN; PRAGMA application_id=%d; PRAGMA user_version=%d;", PAGE_SIZE,
		    AK_APPLICATION_ID, AK_SCHEMA_VERSION);
	ak_schema_ddl(&ddl);
	rc = ak_sql_exec(s, ddl.p, err);
	ak_buf_release(&ddl);
	for (size_t i = 0; i < AK_COUNT(row) && rc == AK_OK; i++)
		rc = ak_store_set(s, row[i].key, row[i].value, err);
	return rc == AK_OK ? ak_store_commit(s, err) : rc;
}

static enum ak_rc build(const char *dir, const char *path, const char *id, const char *kid, struct ak_err *err)
{
	AK_CLEANUP(ak_store_closep) struct ak_store *s = ak_alloc_zero(1, sizeof *s);
	enum ak_rc rc;

	s->dir = ak_strdup(dir);
	s->lock_fd = -1;
	rc = open_new(s, path, err);
	return rc == AK_OK ? fill(s, id, kid, err) : rc;
}

/* The folder, held until it is a workspace; -1 after an error. */
static int lock(const char *dir, struct ak_err *err)
{
	int fd = ak_fs_open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	bool held = false;

	while (fd >= 0 && !(held = flock(fd, LOCK_EX | LOCK_NB) == 0) && errno == EINTR)
		;
	if (held && !ak_store_is_workspace(dir))
		return fd;
	if (held || (fd >= 0 && errno == EWOULDBLOCK)) {
		ak_hint(err, "run the same command again when it is done");
		ak_fail(err, AK_EXIT_BUSY, "another process makes '%s' a workspace", dir);
	} else
		ak_fail_sys(err, AK_EXIT_IO, errno, "cannot lock '%s'", dir);
	closep(&fd);
	return -1;
}

static enum ak_rc appear(int folder, const char *name, const char *dir, struct ak_err *err)
{
	if (renameat(folder, name, folder, AK_DB_NAME) != 0 || (fsync(folder) != 0 && errno != EINVAL))
		return ak_fail_sys(err, AK_EXIT_IO, errno, "cannot make the workspace '%s'", dir);
	return AK_OK;
}

enum ak_rc ak_store_create(const char *dir, const char *keys_root, const struct ak_given_key *given, struct ak_err *err)
{
	AK_CLEANUP(closep) int folder = -1;
	AK_CLEANUP(ak_free_charp) char *path = NULL;
	AK_CLEANUP(ak_free_charp) char *keys_dir = NULL;
	struct ak_keys keys;
	char id[ID + 1], name[PREFIX + ID + 1];
	enum ak_rc rc = ak_fs_check_private(dir, err);

	if (rc != AK_OK)
		return rc;
	if ((folder = lock(dir, err)) < 0)
		return AK_FAIL;
	if ((rc = choose_id(dir, id, err)) != AK_OK)
		return rc;
	snprintf(name, sizeof name, "%s%s", NEW_DB, id);
	path = ak_fs_join_real(dir, name);
	keys_dir = ak_fs_join(keys_root, id);
	if ((rc = claim(path, err)) != AK_OK || (rc = ak_keys_create(keys_dir, given, &keys, err)) != AK_OK)
		return rc;
	rc = build(dir, path, id, keys.kid, err);
	ak_keys_wipe(&keys);
	return rc == AK_OK ? appear(folder, name, dir, err) : rc;
}
