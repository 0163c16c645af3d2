/* A workspace whose database or access log was changed: opened for reading, verified or asked. Each step
 * succeeds or fails with words, and whatever verify calls intact holds the records that were ingested. Input: a byte
 * (128: a question instead of verify, which one in the lower bits; 64: the log instead of the database), then edits
 * (folder.h).
 *
 * Opening costs more than all questions together, and few pages decide how it goes. An input that leaves these as they
 * were is looked at through a store that was opened once, in a folder of its own, its pages read anew. */
#include "base/ak.h"

#include <dlfcn.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "chain/chain.h"
#include "cli/cli.h"
#include "folder.h"
#include "query/query.h"
#include "sqlite_heap.h"
#include "store/access.h"
#include "store/runs.h"
#include "store/verify.h"

enum { FILE_DATABASE, FILE_ACCESS, FILES };

static const char *const names[FILES] = {"workspace.db", "access.jsonl"};
static struct ak_buf original[FILES], edited;
static struct ak_store *kept; /* of folder k; folder w is opened for every input that needs it */
static bool opening[1 << 10]; /* by page: opening reads it */
static size_t page;	      /* bytes of one */
static bool log_is_other;     /* in folder k */
static uint8_t log_pub[32];
static char root[65];
static int64_t records;

/* What a statement is compiled to follows from its text and the schema, which is one of the things that opening reads:
 * those of the kept store are compiled once. Calls of the library come here, since a program's own functions go before
 * those of a shared library. */
static struct {
	sqlite3_stmt *st;
	bool used;
} compiled[1 << 8];

static void *next_function(const char *name)
{
	void *f = dlsym(RTLD_NEXT, name);

	HOLDS(f != NULL);
	return f;
}

int sqlite3_prepare_v3(sqlite3 *db, const char *sql, int n, unsigned flags, sqlite3_stmt **st, const char **tail)
{
	static int (*next)(sqlite3 *, const char *, int, unsigned, sqlite3_stmt **, const char **);
	size_t i = 0;
	int code;

	if (!next)
		next = next_function("sqlite3_prepare_v3");
	if (!kept || db != kept->db)
		return next(db, sql, n, flags, st, tail);
	HOLDS(n < 0 && !tail);
	for (; i < AK_COUNT(compiled) && compiled[i].st; i++)
		if (!compiled[i].used && strcmp(sqlite3_sql(compiled[i].st), sql) == 0) {
			compiled[i].used = true;
			*st = compiled[i].st;
			return SQLITE_OK;
		}
	code = next(db, sql, n, flags, st, tail);
	HOLDS(i < AK_COUNT(compiled));
	if (code == SQLITE_OK && *st) {
		compiled[i].st = *st;
		compiled[i].used = true;
	}
	return code;
}

int sqlite3_finalize(sqlite3_stmt *st)
{
	static int (*next)(sqlite3_stmt *);

	if (!next)
		next = next_function("sqlite3_finalize");
	for (size_t i = 0; st && i < AK_COUNT(compiled) && compiled[i].st; i++)
		if (compiled[i].st == st) {
			HOLDS(compiled[i].used);
			compiled[i].used = false;
			sqlite3_clear_bindings(st);
			return sqlite3_reset(st);
		}
	return next(st);
}

static const char tickets[] = "ticket_id,title,state,resource_type,resource_id,requested_by,approver,created_at,closed_"
			      "at,deployment,rollback\n"
			      "CHG-1,change,closed,gateway,gw,ada@example.org,bob@example.org,2026-03-01T10:00:00Z,,,\n"
			      "CHG-2,change,open,gateway,gw,ada@example.org,,2026-03-02T10:00:00Z,,,\n";
static const char requests[] =
	"User,Action,Resource,Model,Tokens (input),Tokens (output),Cost,DLP Result,IP Address,User Agent,Timestamp\n"
	"ada@example.org,chat.completion,chat:1,m-1,\"1,200\",300,$0.0142,clean,203.0.113.40,Desk/"
	"1.2,2026-03-01T00:00:00Z\n"
	"bob@example.org,chat.completion,chat:2,m-1,1,2,$0.01,clean,203.0.113.41,Desk/1.2,2026-03-01T13:00:00Z\n";

/* The program itself, in a process of its own: it changes what a process may do. */
static void run(const char *const *words)
{
	const char *argv[16] = {"auditkit", "-q"};
	int argc = 2, status = -1;
	pid_t pid;

	while (*words)
		argv[argc++] = *words++;
	pid = fork();
	if (pid == 0) {
		setenv("XDG_CONFIG_HOME", fuzz_path("config"), 1);
		HOLDS(freopen("/dev/null", "w", stdout) != NULL);
		_Exit(ak_cli_main(argc, (char **)argv));
	}
	HOLDS(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static enum ak_rc each_record(struct ak_store *s, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	for (int64_t seq = 0; seq < 64 && rc != AK_FAIL; seq++) {
		json_t *doc = NULL;

		rc = ak_query_record(s, seq, &doc, err);
		json_decref(doc);
	}
	return rc == AK_END ? AK_OK : rc;
}

static enum ak_rc is_row(void *ctx, json_t *row, struct ak_err *err)
{
	(void)ctx;
	(void)err;
	HOLDS(json_is_object(row));
	return AK_OK;
}

/* One question of many: opening costs more than all of them together. */
static void ask(struct ak_store *s, unsigned question)
{
	const int64_t from = INT64_MIN, to = INT64_MAX;
	struct ak_err err = {0};
	json_t *doc = NULL;
	enum ak_rc rc;
	bool chain;

	switch (question % 14) {
	case 0:
		rc = ak_query_workspace(s, &doc, &err);
		break;
	case 1:
		rc = ak_query_sources(s, 0, &doc, &err);
		break;
	case 2:
		rc = ak_query_files(s, NULL, 0, &doc, &err);
		break;
	case 3:
		rc = ak_query_diag(s, NULL, NULL, 0, 0, &doc, &err);
		break;
	case 4:
		rc = ak_query_run(s, 1, &doc, &err);
		break;
	case 5:
		rc = ak_query_documents(s, &doc, &err);
		break;
	case 6:
		rc = ak_query_record(s, 3, &doc, &err);
		break;
	case 7:
		rc = ak_query_leaf(s, 3, &doc, &err);
		break;
	case 8:
		rc = ak_query_lookup(s, AK_STR("CHG-1"), &doc, &err);
		break;
	case 9:
		rc = ak_query_keys(s, from, to, &doc, &err);
		break;
	case 10:
		rc = ak_query_spend(s, from, to, &doc, &err);
		break;
	case 11:
		rc = ak_chain_changes_each(s, &(struct ak_chain_opts){NULL, from, to}, is_row, NULL, &err);
		break;
	case 12:
		rc = ak_access_read(s, &doc, &chain, &err);
		break;
	default:
		rc = each_record(s, &err);
	}
	HOLDS(rc == AK_OK || rc == AK_END || rc == AK_FAIL);
	HOLDS(rc != AK_FAIL || (err.exit != AK_EXIT_OK && err.msg[0]));
	json_decref(rc == AK_OK ? doc : NULL);
}

/* Verify's word, and the figures it stands for: the root of the leaves, each of which was computed from its record. The
 * content digest is in no leaf. */
static bool intact(struct ak_store *s, char sealed[65], int64_t *n)
{
	char content[65];
	const struct ak_verify_calls none = {NULL, NULL, NULL};
	struct ak_verify_report r;
	struct ak_err err = {0};

	if (ak_store_verify(s, log_pub, &none, &r, &err) != AK_OK) {
		HOLDS(err.exit != AK_EXIT_OK && err.msg[0]);
		return false;
	}
	*n = (int64_t)r.records;
	HOLDS(!r.breaks == !r.first[0]);
	if (r.breaks)
		return false;
	snprintf(sealed, 65, "%s", r.root);
	HOLDS(ak_query_content_digest(s, content, &err) == AK_OK);
	return true;
}

/* Verified or asked something. */
static void look(struct ak_store *s, bool first, unsigned question)
{
	char sealed[65] = "";
	int64_t n = 0;

	if (question & 128) {
		ask(s, question);
	} else if (intact(s, sealed, &n)) {
		if (first) {
			memcpy(root, sealed, sizeof root);
			records = n;
		}
		HOLDS(strcmp(sealed, root) == 0 && n == records);
	} else {
		HOLDS(!first);
	}
}

/* NULL when it is refused. */
static struct ak_store *open_folder(const char *name)
{
	struct ak_store *s = NULL;
	struct ak_err err = {0};

	if (ak_store_open(fuzz_path(name), AK_STORE_READ, &s, &err) != AK_OK)
		HOLDS(!s && err.exit != AK_EXIT_OK && err.msg[0]);
	return s;
}

static const char *file_path(const char *folder, int i)
{
	char name[64];

	snprintf(name, sizeof name, "%s/%s", folder, names[i]);
	return fuzz_path(name);
}

/* Folder w as a workspace with that database. */
static struct ak_store *open_new(struct ak_str database, struct ak_str log)
{
	unlink(fuzz_path("w/workspace.db-wal"));
	unlink(fuzz_path("w/workspace.db-shm"));
	fuzz_put(file_path("w", FILE_DATABASE), database);
	fuzz_put(file_path("w", FILE_ACCESS), log);
	return open_folder("w");
}

/* Opening needs a page when it fails without it. */
static void find_opening(void)
{
	const unsigned char *head = (unsigned char *)original[FILE_DATABASE].p;
	size_t n;

	page = (size_t)head[16] << 8 | head[17];
	HOLDS(page >= 512);
	n = original[FILE_DATABASE].n / page;
	HOLDS(n * page == original[FILE_DATABASE].n && n <= AK_COUNT(opening));
	for (size_t i = 0; i < n; i++) {
		struct ak_store *s;

		ak_buf_clear(&edited);
		ak_buf_addstr(&edited, ak_buf_str(&original[FILE_DATABASE]));
		memset(edited.p + i * page, 0, page);
		s = open_new(ak_buf_str(&edited), ak_buf_str(&original[FILE_ACCESS]));
		opening[i] = !s;
		ak_store_close(s);
	}
	HOLDS(opening[0]);
}

static void prepare(void)
{
	char w[300];
	struct ak_store *s;
	struct ak_keys keys;

	heap_use();
	fuzz_enter();
	ak_buf_init(&edited, 1 << 24);
	snprintf(w, sizeof w, "%s", fuzz_path("w"));
	fuzz_put(fuzz_path("tickets.csv"), ak_str_n(tickets, sizeof tickets - 1));
	fuzz_put(fuzz_path("ai.csv"), ak_str_n(requests, sizeof requests - 1));
	run((const char *[]){"init", w, NULL});
	run((const char *[]){"-w", w, "ingest", fuzz_path("ai.csv"), fuzz_path("tickets.csv"), NULL});
	run((const char *[]){"-w", w, "show", "CHG-1", NULL});
	HOLDS(ak_store_open(w, AK_STORE_READ, &s, NULL) == AK_OK);
	snprintf(edited.p ? edited.p : ak_buf_room(&edited, 300), 300, "%s/%s", fuzz_path("config/auditkit/keys"),
		 s->id);
	HOLDS(ak_keys_load(edited.p, NULL, NULL, &keys, NULL) == AK_OK);
	ak_store_close(s);
	ak_ed25519_public(keys.log, log_pub);
	for (int i = 0; i < FILES; i++) {
		ak_buf_init(&original[i], 1 << 24);
		HOLDS(ak_fs_slurp(file_path("w", i), 1 << 23, &original[i], NULL) == AK_OK);
	}
	find_opening();
	HOLDS(mkdir(fuzz_path("k"), 0700) == 0);
	for (int i = 0; i < FILES; i++)
		fuzz_put(file_path("k", i), ak_buf_str(&original[i]));
	kept = open_folder("k");
	HOLDS(kept);
	look(kept, true, 0);
	HOLDS(records == 4);
}

static bool opens_as_before(void)
{
	const struct ak_buf *was = &original[FILE_DATABASE];

	if (edited.n != was->n)
		return false;
	for (size_t at = 0; at < was->n; at += page)
		if (opening[at / page] && memcmp(edited.p + at, was->p + at, page) != 0)
			return false;
	return true;
}

/* Pages of the kept store that differ between two states of its file. */
static void turn_pages(int fd, const struct ak_buf *from, const struct ak_buf *to)
{
	for (size_t at = 0; at < to->n; at += page)
		if (memcmp(from->p + at, to->p + at, page) != 0)
			HOLDS(pwrite(fd, to->p + at, page, (off_t)at) == (ssize_t)page);
}

static void look_again(int which, unsigned question)
{
	static int fd = -1;

	if (fd < 0)
		fd = open(file_path("k", FILE_DATABASE), O_RDWR | O_CLOEXEC);
	HOLDS(fd >= 0);
	if (which == FILE_DATABASE)
		turn_pages(fd, &original[which], &edited);
	if (which == FILE_ACCESS || log_is_other)
		fuzz_put(file_path("k", FILE_ACCESS),
			 ak_buf_str(which == FILE_ACCESS ? &edited : &original[FILE_ACCESS]));
	log_is_other = which == FILE_ACCESS;
	HOLDS(ak_sql_exec(kept, "PRAGMA shrink_memory", NULL) == AK_OK);
	look(kept, false, question);
	/* What a reader keeps for its next question. */
	ak_sql_forget(kept);
	ak_runs_free(kept->lookup);
	kept->lookup = NULL;
	for (size_t i = 0; i < AK_COUNT(compiled); i++)
		HOLDS(!compiled[i].used);
	if (which == FILE_DATABASE)
		turn_pages(fd, &edited, &original[which]);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct fuzz_in in = {p, n};
	unsigned question = fuzz_byte(&in);
	int which = (int)(question >> 6 & 1);
	struct ak_store *s;
	int64_t before;

	if (!original[0].n)
		prepare();
	ak_buf_clear(&edited);
	ak_buf_addstr(&edited, ak_buf_str(&original[which]));
	fuzz_edit(&edited, &in);
	if (which == FILE_ACCESS || opens_as_before()) {
		look_again(which, question);
		return 0;
	}
	before = sqlite3_memory_used();
	s = open_new(ak_buf_str(&edited), ak_buf_str(&original[FILE_ACCESS]));
	if (s)
		look(s, false, question);
	ak_store_close(s);
	HOLDS(sqlite3_memory_used() == before);
	return 0;
}
