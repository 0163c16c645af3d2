/* A workspace whose database or access log was changed: opened for reading, verified or asked. Each step
 * succeeds or fails with words, and whatever verify calls intact holds the records that were ingested. Input: a byte
 * (128: a question instead of verify, which one in the lower bits; 64: the log instead of the database), then edits
 * (folder.h). */
#include "base/ak.h"

#include <sys/wait.h>

#include "cli/cli.h"
#include "folder.h"
#include "query/query.h"
#include "store/access.h"
#include "store/verify.h"

enum { FILE_DATABASE, FILE_ACCESS, FILES };

static const char *const names[FILES] = {"workspace.db", "access.jsonl"};
static struct ak_buf original[FILES], edited;
static uint8_t log_pub[32];
static char content[65];
static int64_t records;

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

static enum ak_rc each_kind(struct ak_store *s, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	for (int k = 0; k < AK_K_COUNT && rc == AK_OK; k++) {
		struct ak_records *it = NULL;
		struct ak_stored r;
		const char *source;
		bool superseded;

		rc = ak_records_open(s, (enum ak_kind)k, INT64_MIN, INT64_MAX, &it, err);
		while (rc == AK_OK && (rc = ak_records_next(it, &r, &source, &superseded, err)) == AK_OK)
			json_decref(ak_query_record_json(&r, source));
		ak_records_free(it);
		rc = rc == AK_END ? AK_OK : rc;
	}
	return rc;
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
		rc = ak_query_changes_each(s, from, to, is_row, NULL, &err);
		break;
	case 12:
		rc = ak_access_read(s, &doc, &chain, &err);
		break;
	default:
		rc = each_kind(s, &err);
	}
	HOLDS(rc == AK_OK || rc == AK_END || rc == AK_FAIL);
	HOLDS(rc != AK_FAIL || (err.exit != AK_EXIT_OK && err.msg[0]));
	json_decref(rc == AK_OK ? doc : NULL);
}

/* Verify's word, and the figures it stands for. */
static bool intact(struct ak_store *s, char digest[65], int64_t *n)
{
	struct ak_verify_report r;
	struct ak_err err = {0};

	if (ak_store_verify(s, log_pub, NULL, NULL, &r, &err) != AK_OK) {
		HOLDS(err.exit != AK_EXIT_OK && err.msg[0]);
		return false;
	}
	*n = (int64_t)r.records;
	HOLDS(!r.breaks == !r.first[0]);
	return !r.breaks && ak_query_content_digest(s, digest, &err) == AK_OK;
}

/* Verified or asked something. */
static void look(bool first, unsigned question)
{
	struct ak_store *s = NULL;
	struct ak_err err = {0};
	char digest[65] = "";
	int64_t n = 0;
	enum ak_rc rc = ak_store_open(fuzz_path("w"), AK_STORE_READ, &s, &err);

	if (rc != AK_OK) {
		HOLDS(!s && !first && err.exit != AK_EXIT_OK && err.msg[0]);
		return;
	}
	if (question & 128) {
		ask(s, question);
	} else if (intact(s, digest, &n)) {
		if (first) {
			memcpy(content, digest, sizeof content);
			records = n;
		}
		HOLDS(strcmp(digest, content) == 0 && n == records);
	} else {
		HOLDS(!first);
	}
	ak_store_close(s);
}

static void prepare(void)
{
	char w[300];
	struct ak_store *s;
	struct ak_keys keys;

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
	HOLDS(ak_keys_load(edited.p, NULL, &keys, NULL) == AK_OK);
	ak_store_close(s);
	ak_ed25519_public(keys.log, log_pub);
	for (int i = 0; i < FILES; i++) {
		char name[64];

		snprintf(name, sizeof name, "w/%s", names[i]);
		ak_buf_init(&original[i], 1 << 24);
		HOLDS(ak_fs_slurp(fuzz_path(name), 1 << 23, &original[i], NULL) == AK_OK);
	}
	look(true, 0);
	HOLDS(records == 4);
}

static void restore(int i, struct ak_str bytes)
{
	char name[64];

	snprintf(name, sizeof name, "w/%s", names[i]);
	fuzz_put(fuzz_path(name), bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct fuzz_in in = {p, n};
	unsigned question = fuzz_byte(&in);
	int which = (int)(question >> 6 & 1);

	if (!original[0].n)
		prepare();
	ak_buf_clear(&edited);
	ak_buf_addstr(&edited, ak_buf_str(&original[which]));
	fuzz_edit(&edited, &in);
	unlink(fuzz_path("w/workspace.db-wal"));
	unlink(fuzz_path("w/workspace.db-shm"));
	for (int i = 0; i < FILES; i++)
		restore(i, ak_buf_str(i == which ? &edited : &original[i]));
	look(false, question);
	return 0;
}
