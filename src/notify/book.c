#include "base/ak.h"
#include "notify/book.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/jsonget.h"
#include "base/jsonw.h"
#include "base/time.h"

#define NAME "notified.jsonl"
#define MOST_BYTES ((size_t)1 << 30)

/* ---- what a line does ---- */

static void key_of(struct ak_buf *b, const char *target, const char *id)
{
	ak_buf_clear(b);
	ak_buf_addf(b, "%s %s", target, id);
}

static void tell_one(struct ak_book *b, const char *target, const char *check, const char *id)
{
	struct ak_buf key;
	struct ak_map_entry *e;
	bool fresh;

	ak_buf_init(&key, 1 << 12);
	key_of(&key, target, id);
	e = ak_map_put(&b->told, ak_buf_str(&key), &fresh);
	e->v.num = (e->v.num / 2 + 1) * 2 + 1;
	ak_map_put(&b->checks, ak_str_of(check), &fresh);
	ak_map_put(&b->check, ak_str_of(id), NULL)->v.num = (int64_t)(ak_map_get(&b->checks, ak_str_of(check)) - b->checks.e);
	ak_buf_release(&key);
}

/* Of every target: its name is in the key. */
static void forget_one(struct ak_book *b, const json_t *targets, const char *id)
{
	struct ak_buf key;
	json_t *t;
	size_t i;

	ak_buf_init(&key, 1 << 12);
	json_array_foreach(targets, i, t) {
		struct ak_map_entry *e;

		key_of(&key, json_string_value(t) ? json_string_value(t) : "", id);
		e = ak_map_get(&b->told, ak_buf_str(&key));
		if (e)
			e->v.num = e->v.num / 2 * 2;
	}
	ak_buf_release(&key);
}

/* The targets that were ever told of anything. */
static json_t *targets_of(const struct ak_book *b)
{
	json_t *seen = json_object(), *list = json_array();
	const char *name;
	json_t *v;

	for (size_t i = 0; i < b->told.n; i++) {
		struct ak_str k = b->told.e[i].key;

		json_object_setn_new(seen, k.p, ak_str_find(k, ' '), json_true());
	}
	json_object_foreach(seen, name, v)
		json_array_append_new(list, json_string(name));
	json_decref(seen);
	return list;
}

static void take_line(struct ak_book *b, const json_t *line)
{
	const char *event = ak_jtxt(line, "event", ""), *target = ak_jtxt(line, "target", "");
	bool told = strcmp(event, "told") == 0, gone = strcmp(event, "gone") == 0;
	json_t *targets = gone ? targets_of(b) : NULL, *f, *id;
	size_t i, k;

	json_array_foreach(told || gone ? json_object_get(line, "findings") : NULL, i, f)
		json_array_foreach(json_object_get(f, "ids"), k, id) {
			if (told && json_is_string(id))
				tell_one(b, target, ak_jtxt(f, "check", ""), json_string_value(id));
			else if (json_is_string(id))
				forget_one(b, targets, json_string_value(id));
		}
	json_decref(targets);
}

/* ---- the file ---- */

static enum ak_rc read_lines(struct ak_book *b, struct ak_str text, struct ak_err *err)
{
	size_t no = 0;

	for (size_t at = 0; at < text.n;) {
		struct ak_str line = ak_str_n(text.p + at, text.n - at);
		json_t *doc = NULL;

		line.n = ak_str_find(line, '\n');
		at += line.n + 1;
		no++;
		if (ak_json_parse(line, &doc, NULL) != AK_OK || !json_is_object(doc)) {
			json_decref(doc);
			ak_hint(err, "move " NAME " away: every finding is then told once more");
			return ak_fail(err, AK_EXIT_CORRUPT, "line %zu of '" NAME "' is none of ours", no);
		}
		take_line(b, doc);
		json_decref(doc);
	}
	return AK_OK;
}

static enum ak_rc read_all(struct ak_book *b, const char *path, bool write, struct ak_err *err)
{
	struct ak_buf text;
	enum ak_rc rc;

	ak_buf_init(&text, MOST_BYTES);
	rc = ak_fs_slurp(path, MOST_BYTES - 1, &text, err);
	if (rc == AK_OK) {
		size_t n = text.n;

		while (n && text.p[n - 1] != '\n')
			n--;
		if (n != text.n && write && ftruncate(b->fd, (off_t)n) != 0)
			rc = ak_fail_sys(err, AK_EXIT_IO, errno, "cannot mend '" NAME "'");
		else
			rc = read_lines(b, ak_str_n(text.p, n), err);
	}
	ak_buf_release(&text);
	return rc;
}

enum ak_rc ak_book_open(const char *workspace, bool write, struct ak_book *out, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *path = ak_fs_join(workspace, NAME);
	struct ak_book b = {.fd = -1};
	enum ak_rc rc = ak_fs_check_private_file(path, err);

	if (rc != AK_OK)
		return rc;
	ak_map_init(&b.told);
	ak_map_init(&b.check);
	ak_map_init(&b.checks);
	b.fd = ak_fs_open(path, (write ? O_RDWR | O_APPEND | O_CREAT : O_RDONLY) | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (b.fd < 0 && (write || errno != ENOENT))
		rc = ak_fail_sys(err, AK_EXIT_IO, errno, "cannot open '" NAME "'");
	while (b.fd >= 0 && rc == AK_OK && flock(b.fd, write ? LOCK_EX : LOCK_SH) != 0)
		if (errno != EINTR)
			rc = ak_fail_sys(err, AK_EXIT_IO, errno, "cannot lock '" NAME "'");
	if (rc == AK_OK && b.fd >= 0)
		rc = read_all(&b, path, write, err);
	if (rc == AK_OK)
		*out = b;
	else
		ak_book_close(&b);
	return rc;
}

void ak_book_close(struct ak_book *b)
{
	ak_map_release(&b->told);
	ak_map_release(&b->check);
	ak_map_release(&b->checks);
	if (b->fd >= 0)
		close(b->fd);
	b->fd = -1;
}

static int64_t state_of(const struct ak_book *b, const char *target, const char *id)
{
	const struct ak_map_entry *e;
	struct ak_buf key;

	ak_buf_init(&key, 1 << 12);
	key_of(&key, target, id);
	e = ak_map_get(&b->told, ak_buf_str(&key));
	ak_buf_release(&key);
	return e ? e->v.num : 0;
}

bool ak_book_is_told(const struct ak_book *b, const char *target, const char *id) { return state_of(b, target, id) & 1; }
int64_t ak_book_times(const struct ak_book *b, const char *target, const char *id) { return state_of(b, target, id) / 2; }

/* The line is the caller's no more. */
static enum ak_rc append(struct ak_book *b, json_t *line, struct ak_err *err)
{
	char now[32];
	struct ak_buf text;
	enum ak_rc rc;

	json_object_set_new(line, "time", json_string(ak_time_z(ak_time_now(), 3, now)));
	ak_buf_init(&text, MOST_BYTES);
	rc = ak_jcs(line, &text, err);
	ak_buf_addc(&text, '\n');
	if (rc == AK_OK)
		rc = ak_fs_write_all(b->fd, text.p, text.n, NAME, err);
	if (rc == AK_OK && fsync(b->fd) != 0)
		rc = ak_fail_sys(err, AK_EXIT_IO, errno, "cannot write '" NAME "'");
	if (rc == AK_OK)
		take_line(b, line);
	ak_buf_release(&text);
	json_decref(line);
	return rc;
}

enum ak_rc ak_book_told(struct ak_book *b, const char *target, const char *type, const char *notification, const json_t *findings, struct ak_err *err)
{
	return append(b, json_pack("{s:s, s:s, s:s, s:s, s:O}", "event", "told", "target", target, "type", type, "notification", notification, "findings", findings),
		      err);
}

enum ak_rc ak_book_failed(struct ak_book *b, const char *target, const char *type, const char *notification, uint64_t findings, const char *why,
			  struct ak_err *err)
{
	return append(b, json_pack("{s:s, s:s, s:s, s:s, s:I, s:s}", "event", "failed", "target", target, "type", type, "notification", notification, "findings",
				   (json_int_t)findings, "why", why), err);
}

enum ak_rc ak_book_gone(struct ak_book *b, const json_t *findings, struct ak_err *err)
{
	return append(b, json_pack("{s:s, s:O}", "event", "gone", "findings", findings), err);
}
