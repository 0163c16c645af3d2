#include "base/ak.h"
#include "packet/backup.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/text.h"
#include "base/time.h"
#include "packet/archive.h"
#include "packet/path.h"
#include "query/query.h"
#include "store/tlog.h"

enum { CHUNK = 1 << 16, MOST_BYTES = 1 << 28, TRIES = 5 };

/* What is packed, in a folder beside the target that goes when it is done. */
struct work {
	struct ak_store *store;
	struct ak_backup *out;
	char *folder, *packed; /* the copy, and the archive before it has its name */
	struct ak_bag *bag;
};

enum ak_rc ak_backup_check(const char *path, struct ak_err *err)
{
	enum ak_form form;
	const char *problem;
	AK_CLEANUP(ak_free_charp) char *base = NULL;
	enum ak_rc rc = ak_archive_form(path, &form, &base, err);

	if (rc == AK_OK && form != AK_FORM_TAR) {
		ak_hint(err, "compress it afterwards");
		rc = ak_fail(err, AK_EXIT_USAGE, "a backup is a .tar, '%s' is not", path);
	}
	if (rc == AK_OK && (problem = ak_path_problem(ak_str_of(base))) != NULL)
		rc = ak_fail(err, AK_EXIT_USAGE, "cannot write '%s': its name %s", path, problem);
	if (rc == AK_OK && ak_fs_exists(path)) {
		ak_hint(err, "a backup never replaces another: choose a new name, with the date");
		rc = ak_fail(err, AK_EXIT_USAGE, "cannot write '%s': it exists already", path);
	}
	return rc;
}

/* ---- the copy ---- */

/* What a copy must share with its workspace. */
struct state {
	uint8_t values[32]; /* digest of every value of every table */
	char content[65], root[64];
	int64_t leaves;
};

static enum ak_rc read_state(struct ak_store *s, struct state *out, struct ak_err *err)
{
	struct ak_tlog ledger;
	uint8_t root[32];
	enum ak_rc rc = ak_store_digest(s, out->values, err);

	if (rc != AK_OK || (rc = ak_query_content_digest(s, out->content, err)) != AK_OK || (rc = ak_tlog_open(s, &ledger, err)) != AK_OK)
		return rc;
	out->leaves = ak_tlog_size(&ledger);
	ak_tlog_root(&ledger, root);
	ak_base64(root, sizeof root, out->root);
	ak_tlog_release(&ledger);
	return AK_OK;
}

/* The log grows while others read: as it is at one moment, a line that is being written left off. */
static enum ak_rc copy_access_log(const struct work *w, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *from = ak_fs_join(w->store->dir, "access.jsonl");
	AK_CLEANUP(ak_free_charp) char *to = ak_fs_join(w->folder, "access.jsonl");
	struct ak_buf text;
	bool there;
	enum ak_rc rc = ak_fs_look(from, &there, err);

	if (rc != AK_OK || !there)
		return rc;
	rc = AK_FAIL;
	ak_buf_init(&text, MOST_BYTES);
	for (int i = 0; i < TRIES && rc != AK_OK; i++) {
		ak_err_clear(err);
		rc = ak_fs_slurp(from, MOST_BYTES - 1, &text, err);
	}
	while (rc == AK_OK && text.n && text.p[text.n - 1] != '\n')
		text.n--;
	if (rc == AK_OK)
		rc = ak_fs_write_file(to, text.n ? ak_buf_str(&text) : AK_STR(""), 0600, false, err);
	ak_buf_release(&text);
	return rc;
}

/* Structure and indexes of the copy, and that it has the state of the workspace. */
static enum ak_rc check_copy(const struct work *w, const struct state *want, struct ak_err *err)
{
	AK_CLEANUP(ak_store_closep) struct ak_store *copy = NULL;
	struct state got = {0};
	enum ak_rc rc = ak_store_open(w->folder, AK_STORE_READ, &copy, err);

	if (rc == AK_OK)
		rc = ak_store_check_pages(copy, err);
	if (rc == AK_OK)
		rc = read_state(copy, &got, err);
	if (rc == AK_OK && (memcmp(got.values, want->values, sizeof got.values) != 0 || strcmp(got.content, want->content) != 0 ||
			    strcmp(got.root, want->root) != 0 || got.leaves != want->leaves))
		rc = ak_fail(err, AK_EXIT_VERIFY, "the copy of the database differs from the workspace");
	return rc;
}

static enum ak_rc copy_workspace(const struct work *w, struct ak_err *err)
{
	struct state want = {0};
	enum ak_rc rc = ak_store_snapshot(w->store, err);

	if (rc == AK_OK)
		rc = read_state(w->store, &want, err);
	if (rc == AK_OK)
		rc = ak_store_copy(w->store, w->folder, err);
	ak_store_rollback(w->store);
	memcpy(w->out->content, want.content, sizeof want.content);
	memcpy(w->out->root, want.root, sizeof want.root);
	w->out->leaves = want.leaves;
	/* Comes after the database, whose anchors it must reach. */
	if (rc == AK_OK)
		rc = copy_access_log(w, err);
	return rc == AK_OK ? check_copy(w, &want, err) : rc;
}

/* ---- the bag ---- */

static enum ak_rc add_stream(struct ak_bag_file *f, int fd, const char *name, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *chunk = ak_alloc(CHUNK);
	enum ak_rc rc = AK_OK;
	ssize_t n;

	while (rc == AK_OK && (n = read(fd, chunk, CHUNK)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		rc = n < 0 ? ak_fail_sys(err, AK_EXIT_IO, errno, "cannot read '%s'", name) : ak_bag_write(f, ak_str_n(chunk, (size_t)n), err);
	}
	return rc;
}

/* A file of the workspace under its own name. */
static enum ak_rc add_file(const struct work *w, const char *folder, const char *name, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *path = ak_fs_join(folder, name);
	AK_CLEANUP(ak_free_charp) char *inside = ak_fs_join("data", name);
	const char *problem = ak_path_problem(ak_str_of(inside));
	struct ak_bag_file *f;
	enum ak_rc rc;
	int fd;

	if (problem) {
		ak_hint(err, "rename it: letters, digits, '.', '_' and '-'");
		return ak_fail(err, AK_EXIT_USAGE, "cannot back up '%s': its name %s", path, problem);
	}
	if ((rc = ak_fs_open_read(path, &fd, err)) != AK_OK)
		return rc;
	rc = ak_bag_begin(w->bag, inside, &f, err);
	if (rc == AK_OK)
		rc = add_stream(f, fd, path, err);
	if (rc == AK_OK) {
		w->out->files++;
		w->out->bytes += ak_bag_file_size(f);
	}
	close(fd);
	return rc;
}

static void leave_out(const struct work *w, const char *name)
{
	struct ak_buf safe;

	ak_buf_init(&safe, 1 << 16);
	ak_text_safe(&safe, ak_str_of(name));
	json_array_append_new(w->out->left_out, json_string(safe.p));
	ak_buf_release(&safe);
}

/* What an editor left behind is no mapping and no template. */
static bool is_scrap(const char *name) { return name[0] == '.' || name[strlen(name) - 1] == '~'; }

static enum ak_rc add_folder(const struct work *w, const char *name, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *folder = ak_fs_join(w->store->dir, name);
	char **names = NULL;
	size_t n = 0;
	enum ak_rc rc = ak_fs_list(folder, &names, &n, err);

	for (size_t i = 0; i < n && rc == AK_OK; i++) {
		char *inside = ak_fs_join(name, names[i]);

		if (is_scrap(names[i]))
			leave_out(w, inside);
		else
			rc = add_file(w, w->store->dir, inside, err);
		ak_free(inside);
	}
	ak_fs_list_free(names);
	return rc;
}

/* What each name of a workspace is; another one is left out, and said so. */
static enum ak_rc add_name(const struct work *w, const char *name, struct ak_err *err)
{
	static const char *const files[] = {"policy.yaml", "responses.yaml", "suppressions.yaml", "queries.json", "notified.jsonl"}, *const folders[] = {"formats", "templates"},
			  *const not_copied[] = {"workspace.db", "workspace.db-wal", "workspace.db-shm", "workspace.db-journal", "ingest.lock",
						 "access.jsonl"};

	for (size_t i = 0; i < AK_COUNT(files); i++)
		if (strcmp(name, files[i]) == 0)
			return add_file(w, w->store->dir, name, err);
	for (size_t i = 0; i < AK_COUNT(folders); i++)
		if (strcmp(name, folders[i]) == 0)
			return add_folder(w, name, err);
	for (size_t i = 0; i < AK_COUNT(not_copied); i++)
		if (strcmp(name, not_copied[i]) == 0)
			return AK_OK;
	leave_out(w, name);
	return AK_OK;
}

static enum ak_rc finish_bag(const struct work *w, struct ak_err *err)
{
	char leaves[32], now[32];
	uint8_t digest[32];
	const struct ak_bag_info info[] = {
		{"Bagging-Date", ak_time_z(ak_time_now(), 0, now)},
		{"External-Description", "auditkit workspace, without its keys"},
		{"External-Identifier", w->store->id},
		{"Auditkit-Key-Id", w->store->kid},
		{"Auditkit-Content-Digest", w->out->content},
		{"Auditkit-Ledger-Root", w->out->root},
		{"Auditkit-Ledger-Leaves", leaves},
	};
	enum ak_rc rc;

	now[10] = '\0'; /* RFC 8493: a date */
	snprintf(leaves, sizeof leaves, "%lld", (long long)w->out->leaves);
	rc = ak_bag_finish(w->bag, info, AK_COUNT(info), err);
	if (rc == AK_OK) {
		ak_bag_digest(w->bag, digest);
		ak_hex(digest, sizeof digest, w->out->digest);
	}
	return rc;
}

static enum ak_rc fill_bag(const struct work *w, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *log = ak_fs_join(w->folder, "access.jsonl");
	bool access_log;
	char **names = NULL;
	size_t n = 0;
	enum ak_rc rc = ak_fs_look(log, &access_log, err);

	if (rc == AK_OK)
		rc = add_file(w, w->folder, "workspace.db", err);
	if (rc == AK_OK && access_log)
		rc = add_file(w, w->folder, "access.jsonl", err);
	if (rc == AK_OK)
		rc = ak_fs_list(w->store->dir, &names, &n, err);
	for (size_t i = 0; i < n && rc == AK_OK; i++)
		rc = add_name(w, names[i], err);
	ak_fs_list_free(names);
	return rc == AK_OK ? finish_bag(w, err) : rc;
}

/* ---- the file ---- */

struct reread {
	const struct ak_bag *bag;
	struct ak_sha256 *hash;
	size_t same;
};

static enum ak_rc compare_file(void *ctx, struct ak_str name, struct ak_archive_bytes *bytes, struct ak_err *err)
{
	struct reread *r = ctx;
	const struct ak_bag_file *f = r->same < ak_bag_count(r->bag) ? ak_bag_at(r->bag, r->same) : NULL;
	AK_CLEANUP(ak_free_charp) char *chunk = ak_alloc(CHUNK);
	uint8_t got[32], want[32];
	enum ak_rc rc;
	size_t n = 0;

	ak_sha256_start(r->hash);
	while ((rc = ak_archive_pull(bytes, chunk, CHUNK, &n, err)) == AK_OK && n)
		ak_sha256_add(r->hash, chunk, n);
	ak_sha256_end(r->hash, got);
	if (f)
		ak_bag_file_digest(f, want);
	if (rc == AK_OK && (!f || !ak_str_is(name, ak_bag_file_path(f)) || memcmp(got, want, sizeof got) != 0))
		rc = ak_fail(err, AK_EXIT_VERIFY, "the backup reads back differently than it was written");
	r->same++;
	return rc;
}

static enum ak_rc read_back(const struct work *w, struct ak_err *err)
{
	struct reread r = {.bag = w->bag, .hash = ak_sha256_new()};
	struct ak_archive_info info;
	enum ak_rc rc = ak_archive_read(w->packed, compare_file, &r, &info, err);

	ak_sha256_free(r.hash);
	if (rc == AK_OK && r.same != ak_bag_count(w->bag))
		rc = ak_fail(err, AK_EXIT_VERIFY, "the backup has lost files between writing and reading");
	return rc;
}

static enum ak_rc pack(struct work *w, const char *path, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *parent = ak_fs_dir(path);
	struct ak_str base = ak_fs_base(path);
	char *name = ak_strndup(base.p, base.n - strlen(".tar"));
	enum ak_rc rc = ak_bag_new(name, parent, &w->bag, err);

	ak_free(name);
	if (rc == AK_OK)
		rc = fill_bag(w, err);
	/* The bag has it all: the copy need not stay while the archive is written. */
	if (rc == AK_OK)
		rc = ak_fs_remove_tree(w->folder, err);
	if (rc == AK_OK)
		rc = ak_archive_write(w->bag, w->packed, ak_time_now() / 1000000, false, err);
	if (rc == AK_OK)
		rc = read_back(w, err);
	return rc == AK_OK ? ak_fs_rename(w->packed, path, err) : rc;
}

/* ".NAME.tmp" and random hex, beside the target. */
static char *working_name(const char *path, const char *suffix)
{
	AK_CLEANUP(ak_free_charp) char *parent = ak_fs_dir(path);
	struct ak_str base = ak_fs_base(path);
	char random[13], name[280];
	uint8_t raw[6];

	ak_random(raw, sizeof raw);
	ak_hex(raw, sizeof raw, random);
	snprintf(name, sizeof name, ".%.*s.tmp%s%s", base.n < 200 ? (int)base.n : 200, base.p, random, suffix);
	return ak_fs_join(parent, name);
}

enum ak_rc ak_backup_write(struct ak_store *s, const char *path, struct ak_backup *out, struct ak_err *err)
{
	struct work w = {.store = s, .out = out, .folder = working_name(path, ""), .packed = working_name(path, ".tar")};
	enum ak_rc rc = ak_backup_check(path, err);

	*out = (struct ak_backup){.left_out = json_array()};
	if (rc == AK_OK)
		rc = ak_fs_mkdir(w.folder, 0700, err);
	if (rc == AK_OK)
		rc = copy_workspace(&w, err);
	if (rc == AK_OK)
		rc = pack(&w, path, err);
	ak_fs_remove_tree(w.folder, NULL);
	ak_fs_remove_tree(w.packed, NULL);
	ak_bag_free(w.bag);
	ak_free(w.folder);
	ak_free(w.packed);
	return rc;
}

void ak_backup_release(struct ak_backup *b) { json_decref(b->left_out); }
