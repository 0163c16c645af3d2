/* First thread, for a file that is still being written (ingest --follow). */
#include "base/ak.h"
#include "ingest/intake.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "base/fs.h"
#include "base/time.h"
#include "io/follow.h"

#define PAUSE_MS 200
#define COMMIT_US 1000000 /* where lines come without a pause */

struct follower {
	struct ak_intake *r;
	const char *path;
	struct ak_sha256 *hash;
	uint64_t end;	   /* bytes given of the present file */
	bool uncommitted;
	int64_t committed_us;
};

static bool stopping(const struct follower *f)
{
	const struct ak_ingest_opts *o = f->r->p->o;

	return f->r->stopped || (o->stopping && o->stopping(o->ctx));
}

static void pause_a_while(void)
{
	struct timespec t = {.tv_nsec = PAUSE_MS * 1000000L};

	nanosleep(&t, NULL);
}

/* ---- what was rotated while nobody followed ---- */

struct rotated {
	char *path;
	int64_t mtime_us;
};

static int by_time(const void *a, const void *b)
{
	const struct rotated *x = a, *y = b;

	return x->mtime_us != y->mtime_us ? (x->mtime_us < y->mtime_us ? -1 : 1) : strcmp(x->path, y->path);
}

/* Files beside it whose name is its own and something behind it: app.log.1, app.log-20260614.gz. Oldest first. */
static size_t rotated_files(const char *path, struct rotated **out)
{
	AK_CLEANUP(ak_free_charp) char *dir = ak_fs_dir(path);
	struct ak_str base = ak_fs_base(path);
	struct ak_err ignored = {0};
	char **names = NULL;
	size_t n = 0, found = 0;

	if (ak_fs_list(dir, &names, &n, &ignored) != AK_OK)
		return 0;
	*out = ak_alloc((n + 1) * sizeof **out);
	for (size_t i = 0; i < n; i++) {
		char *one = ak_fs_join(dir, names[i]);
		struct stat st;

		if (strlen(names[i]) > base.n && ak_str_starts(ak_str_of(names[i]), base) && strchr(".-_", names[i][base.n]) &&
		    lstat(one, &st) == 0 && S_ISREG(st.st_mode))
			(*out)[found++] = (struct rotated){one, (int64_t)st.st_mtim.tv_sec * 1000000 + st.st_mtim.tv_nsec / 1000};
		else
			ak_free(one);
	}
	ak_fs_list_free(names);
	ak_sort(*out, found, sizeof **out, by_time);
	return found;
}

/* The file that a run before was reading may have another name by now: it is read to its end, then what was rotated after it,
 * before the one that has the name now. *lost: there is no such file any more. */
static void catch_up(struct follower *f, bool *lost)
{
	const struct ak_file_row *row = &f->r->p->last;
	struct rotated *file = NULL;
	size_t n, i;

	*lost = false;
	if (!row->check_sha256[0] || ak_intake_continues(f->path, row))
		return;
	n = rotated_files(f->path, &file);
	for (i = 0; i < n && !ak_intake_continues(file[i].path, row); i++)
		continue;
	*lost = i == n;
	f->r->renamed = i < n;
	for (; i < n && !stopping(f); i++) {
		const char *path = file[i].path;

		ak_intake_paths(f->r, &path, 1);
		f->r->renamed = false;
	}
	for (i = 0; i < n; i++)
		ak_free(file[i].path);
	ak_free(file);
}

enum ak_rc ak_intake_last(struct ak_pipe *p, struct ak_err *err)
{
	struct ak_intake r = {.p = p};
	AK_CLEANUP(ak_free_charp) char *name = ak_intake_name(&r, ak_fs_base(p->o->sources[0].paths[0]));
	enum ak_rc rc = ak_register_last_read(p->o->store, name, &p->last, err);

	return rc == AK_END ? AK_OK : rc;
}

/* ---- the file ---- */

static void remark(struct ak_err *e, const char *reason, const char *what, const char *hint)
{
	ak_hint(e, "%s", hint);
	ak_fail(e, AK_EXIT_INPUT, "%s", what);
	snprintf(e->reason, sizeof e->reason, "%s", reason);
}

static struct ak_chunk *opening(struct follower *f, int64_t mtime_us)
{
	struct ak_intake *r = f->r;
	struct ak_pipe *p = r->p;
	struct ak_chunk *c = ak_intake_chunk(AK_CHUNK_OPEN, 0);
	struct ak_str base = ak_fs_base(f->path);

	c->source = r->source;
	c->named = p->o->source_of ? p->o->source_of(p->o->ctx, f->path, NULL) : 0;
	c->named = c->named ? c->named : r->source;
	c->export_index = r->export_base;
	c->export_kind = AK_IN_FILE;
	c->export_name = ak_intake_name(r, base);
	c->name = ak_intake_name(r, base);
	c->codec = "none";
	c->mtime_us = mtime_us;
	return c;
}

/* The partial file of a run before, when this one still begins as it did. */
static struct ak_file_row *resumed(struct follower *f, const char *name, size_t named)
{
	struct ak_pipe *p = f->r->p;
	const char *source = p->o->sources[named].name;
	struct ak_file_row *row;

	if (!p->partial.id || strcmp(p->partial_of.name, name) != 0 || (source && strcmp(source, p->partial_of.source) != 0) ||
	    !ak_intake_continues(f->path, &p->partial))
		return NULL;
	row = ak_alloc(sizeof *row);
	*row = p->partial;
	p->partial.id = 0;
	return row;
}

static void send_data(struct follower *f, struct ak_chunk *c, size_t n)
{
	c->n = n;
	f->end += n;
	c->end = f->end;
	ak_sha256_add(f->hash, c->data, n);
	ak_sha256_peek(f->hash, c->sha256);
	f->uncommitted = true;
	ak_intake_send(f->r, c);
}

static void send_rest(struct follower *f, int64_t now)
{
	f->uncommitted = false;
	f->committed_us = now;
	ak_intake_send(f->r, ak_intake_chunk(AK_CHUNK_REST, 0));
}

/* Until the file is over or somebody says stop. */
static enum ak_follow_state read_on(struct follower *f, struct ak_follow *file, struct ak_err *err)
{
	enum ak_follow_state state = AK_FOLLOW_IDLE;

	while (state <= AK_FOLLOW_IDLE && !stopping(f)) {
		struct ak_chunk *c = ak_intake_chunk(AK_CHUNK_DATA, AK_CHUNK_BYTES);
		int64_t now = ak_time_steady();
		size_t n = 0;
		enum ak_rc rc = ak_follow_read(file, now, c->data, AK_CHUNK_BYTES, &n, &state, err);

		if (rc == AK_OK && n)
			send_data(f, c, n);
		else
			ak_chunk_free(c);
		if (rc != AK_OK)
			return AK_FOLLOW_OVER;
		if (f->uncommitted && (state == AK_FOLLOW_IDLE || now - f->committed_us >= COMMIT_US))
			send_rest(f, now);
		if (state == AK_FOLLOW_IDLE)
			pause_a_while();
	}
	return state;
}

static void close_file(struct follower *f, struct ak_chunk *c)
{
	ak_sha256_end(f->hash, c->digest.decoded);
	memcpy(c->digest.given, c->digest.decoded, sizeof c->digest.given);
	c->digest.given_bytes = c->digest.decoded_bytes = f->end;
	c->digest.given_known = true;
	ak_intake_error(f->r, &c->error);
	ak_intake_send(f->r, c);
}

static void end_export(struct follower *f)
{
	struct ak_chunk *c = ak_intake_chunk(AK_CHUNK_EXPORT_END, 0);

	c->export_index = f->r->export_base++;
	ak_intake_send(f->r, c);
}

/* One file that has the name, from its beginning; false when it cannot be read. A resumed one goes on under its old export, which ends with it. */
static bool one_file(struct follower *f, struct ak_follow *file, bool lost)
{
	struct ak_chunk *c = opening(f, ak_follow_mtime(file)), *close = ak_intake_chunk(AK_CHUNK_CLOSE, 0);
	enum ak_follow_state state;
	bool own, good;

	c->resume = resumed(f, c->name, c->named);
	own = c->resume != NULL;
	f->end = 0;
	ak_sha256_start(f->hash);
	ak_intake_send(f->r, c);
	state = read_on(f, file, &close->error);
	if (state == AK_FOLLOW_CUT)
		remark(&close->remark, "file_cut", "the file was cut while it was followed: lines written just before may be missing",
		       "ingest the copy that was made of it; what is stored is not stored twice");
	else if (lost)
		remark(&close->remark, "file_gone", "what had its name when it was read last is in no file beside it: lines may be missing",
		       "ingest it from where it was moved to; what is stored is not stored twice");
	else if (ak_follow_unfinished(file))
		remark(&close->remark, "unfinished_line", "the last line was not yet finished: it was left for the next run",
		       "run ingest --follow again");
	good = close->error.exit == AK_EXIT_OK;
	close_file(f, close);
	if (own)
		end_export(f);
	return good;
}

void ak_intake_follow(struct ak_intake *r)
{
	struct follower f = {.r = r, .path = r->p->o->sources[r->source].paths[0], .hash = ak_sha256_new()};
	bool lost, any = false, good = true;

	catch_up(&f, &lost);
	do {
		struct ak_follow *file = NULL;
		struct ak_err err = {0};

		if (ak_follow_open(f.path, &file, &err) == AK_OK) {
			good = one_file(&f, file, lost);
			any = true;
			lost = false;
			ak_follow_free(file);
		} else if (err.sys != ENOENT) {
			struct ak_chunk *c = opening(&f, 0);

			c->error = err;
			ak_intake_error(r, &c->error);
			ak_intake_send(r, c);
			good = false;
		} else {
			pause_a_while();
		}
	} while (good && !stopping(&f));
	if (any)
		end_export(&f);
	ak_sha256_free(f.hash);
}
