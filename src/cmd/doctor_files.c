#include "base/ak.h"
#include "cmd/doctor.h"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/text.h"
#include "cmd/allowlist.h"
#include "store/rotate_packet.h"

enum { OTHERS = 077 };
static const uint64_t least_bytes = UINT64_C(256) << 20;

/* What is wrong with the mode or owner of a file or folder: said, and true. */
static bool is_open_to_others(struct ak_doctor *d, const char *name, const char *path)
{
	struct ak_ctx *c = d->c;
	struct stat st;

	if (lstat(path, &st) != 0)
		return false;
	if (st.st_uid != geteuid()) {
		ak_doctor_say(d, name, AK_BAD,
			      ak_arena_printf(&c->arena, "chown %u %s", (unsigned)geteuid(), ak_text_shell(&c->arena, path)).p,
			      "'%s' belongs to user %u, not to you", path, (unsigned)st.st_uid);
		return true;
	}
	if (!S_ISLNK(st.st_mode) && st.st_mode & OTHERS) {
		ak_doctor_say(d, name, AK_BAD, ak_arena_printf(&c->arena, "chmod go-rwx %s", ak_text_shell(&c->arena, path)).p,
			      "'%s' has mode %04o: other users may reach it", path, (unsigned)st.st_mode & 07777);
		return true;
	}
	return false;
}

/* A folder and the files in it; false when something was said. *n: files looked at. */
static bool look_at_folder(struct ak_doctor *d, const char *name, const char *folder, size_t *n)
{
	bool open = is_open_to_others(d, name, folder);
	struct ak_err err = {0};
	char **names = NULL;

	*n = 0;
	if (ak_fs_list(folder, &names, n, &err) != AK_OK) {
		ak_doctor_say(d, name, AK_BAD, "run this as the owner of the folder", "%s", err.msg);
		return false;
	}
	for (size_t i = 0; i < *n; i++) {
		char *path = ak_fs_join(folder, names[i]);

		open = is_open_to_others(d, name, path) || open;
		ak_free(path);
	}
	ak_fs_list_free(names);
	return !open;
}

static void look_at_workspace(struct ak_doctor *d)
{
	size_t n;

	if (look_at_folder(d, "files", d->c->workspace, &n))
		ak_doctor_say(d, "files", AK_WELL, NULL, "'%s' and the %zu names in it are yours alone", d->c->workspace, n);
}

static void look_at_database(struct ak_doctor *d)
{
	struct ak_ctx *c = d->c;
	struct ak_err err = {0};

	if (ak_store_open(c->workspace, AK_STORE_READ, &c->store, &err) != AK_OK)
		ak_doctor_say(d, "database", AK_BAD, err.hint[0] ? err.hint : NULL, "%s", err.msg);
	else if (c->store->rollback_journal)
		ak_doctor_say(d, "database", AK_ODD, "move the workspace to a local disk",
			      "opens, but this filesystem has no shared memory: one program at a time may use it");
	else
		ak_doctor_say(d, "database", AK_WELL, NULL, "opens; write-ahead log, readers and a writer at once");
}

static void look_at_filesystem(struct ak_doctor *d)
{
	/* statfs(2) types; why: a database is worse off there than on a local disk */
	static const struct {
		unsigned type;
		const char *name, *why;
	} rows[] = {
		{0xef53, "ext4", NULL},
		{0x58465342, "XFS", NULL},
		{0x9123683e, "Btrfs", NULL},
		{0x2fc12fc1, "ZFS", NULL},
		{0xf2f52010, "F2FS", NULL},
		{0x6969, "NFS", "its locks and syncs are another machine's"},
		{0xff534d42, "CIFS", "its locks and syncs are another machine's"},
		{0xfe534d42, "SMB", "its locks and syncs are another machine's"},
		{0x01021997, "9p", "a folder of the host, whose syncs may be none"},
		{0x65735546, "FUSE", "locks and syncs are what its program makes of them"},
		{0x01021994, "tmpfs", "gone when the machine stops"},
		{0x858458f6, "ramfs", "gone when the machine stops"},
		{0x794c7630, "overlay", "gone when the container is removed"},
		{0x4d44, "FAT", "without modes, so that everybody may read it"},
	};
	struct statfs st;

	if (statfs(d->c->workspace, &st) != 0)
		return;
	for (size_t i = 0; i < AK_COUNT(rows); i++)
		if ((unsigned)st.f_type == rows[i].type) {
			ak_doctor_say(d, "filesystem", rows[i].why ? AK_ODD : AK_WELL, rows[i].why ? "move the workspace to a local disk" : NULL, "%s%s%s",
				      rows[i].name, rows[i].why ? ": " : "", rows[i].why ? rows[i].why : "");
			return;
		}
	ak_doctor_say(d, "filesystem", AK_WELL, NULL, "of type %x, nothing is known against it", (unsigned)st.f_type);
}

static uint64_t database_bytes(struct ak_ctx *c)
{
	AK_CLEANUP(ak_free_charp) char *path = ak_fs_join(c->workspace, "workspace.db");
	struct stat st;

	return stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
}

static void look_at_space(struct ak_doctor *d)
{
	uint64_t have, all, db = database_bytes(d->c);
	struct statvfs st;
	bool none, low;

	if (statvfs(d->c->workspace, &st) != 0)
		return;
	have = (uint64_t)st.f_bavail * st.f_frsize;
	all = (uint64_t)st.f_blocks * st.f_frsize;
	none = have < least_bytes / 4;
	low = none || have < least_bytes || have < 2 * db;
	ak_doctor_say(d, "space", none ? AK_BAD : low ? AK_ODD : AK_WELL, low ? "free twice the size of the database, and 256 MiB at least" : NULL,
		      "%llu of %llu MiB free, the database has %llu MiB", (unsigned long long)(have >> 20), (unsigned long long)(all >> 20),
		      (unsigned long long)(db >> 20));
	if (st.f_files && st.f_favail < 100)
		ak_doctor_say(d, "space", AK_BAD, "remove files that are not needed", "%llu of %llu names of files (inodes) are free",
			      (unsigned long long)st.f_favail, (unsigned long long)st.f_files);
}

static void look_at_keys(struct ak_doctor *d)
{
	struct ak_ctx *c = d->c;
	struct ak_err err = {0};
	struct ak_keys keys = {0};
	const char *dir;
	size_t n;

	if (!c->store)
		return;
	if (!c->keys_root) {
		ak_doctor_say(d, "keys", AK_BAD, "export HOME=/path/to/your/home", "no place for keys: neither XDG_CONFIG_HOME nor HOME is set");
		return;
	}
	dir = ak_arena_printf(&c->arena, "%s/%s", c->keys_root, c->store->id).p;
	if (!ak_fs_is_dir(dir)) {
		ak_doctor_say(d, "keys", AK_BAD, "restore the backup of the keys made after 'auditkit init'", "there is no folder '%s'", dir);
		return;
	}
	if (!look_at_folder(d, "keys", dir, &n))
		return;
	if (c->elsewhere.why.msg[0])
		ak_doctor_say(d, "keys", AK_BAD, c->elsewhere.why.hint[0] ? c->elsewhere.why.hint : "mend redaction.key_file or redaction.key_env", "%s",
			      c->elsewhere.why.msg);
	else if (ak_keys_load(dir, c->store->kid, ak_ctx_given(c), &keys, &err) != AK_OK || ak_packet_key_load(c->store, dir, &keys, &err) != AK_OK)
		ak_doctor_say(d, "keys", AK_BAD, err.hint[0] ? err.hint : "restore the backup of the keys", "%s", err.msg);
	else
		ak_doctor_say(d, "keys", AK_WELL, NULL, "%zu files in '%s' are yours alone and this workspace's%s%s", n, dir,
			      c->elsewhere.read ? "; the pseudonym key is read from " : "", c->elsewhere.read ? c->elsewhere.from : "");
	if (ak_allowlist_void(c->policy, &keys))
		ak_doctor_say(d, "allowed", AK_ODD, "allow the values again by their new markers: 'auditkit redact rules' names the lines",
			      "%zu of %zu entries of redaction.allow belong to keys that are not here and let nothing through",
			      ak_allowlist_void(c->policy, &keys), c->policy->nallow);
	ak_keys_wipe(&keys);
}

void ak_doctor_files(struct ak_doctor *d)
{
	look_at_workspace(d);
	look_at_database(d);
	look_at_filesystem(d);
	look_at_space(d);
	look_at_keys(d);
}
