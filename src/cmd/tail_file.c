#include "base/ak.h"
#include "cmd/tail.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "base/fs.h"
#include "base/time.h"
#include "cmd/follow.h"
#include "format/registry.h"
#include "io/follow.h"
#include "redact/cache.h"
#include "redact/plan.h"

#define HEAD_BYTES ((size_t)1 << 20) /* seen by format detection at most */
#define WINDOW_BYTES ((uint64_t)1 << 18) /* from the end, at first */

struct reader {
	struct ak_tail *t;
	const char *path, *format; /* format: as given, NULL = to be found out */
	char source[256];	   /* the base name, for --json */
	struct ak_follow *file;
	char *chunk;
	struct ak_buf head; /* of a file whose format is not known yet */
	/* of the format */
	const struct ak_mapping *mapping;
	struct ak_mapper *mapper;
	struct ak_framer *framer;
	struct ak_csv *csv;
	bool midway; /* begun in the middle: what comes before the first record that can be read is the end of another */
	bool skip;   /* and up to the next line end is part of a line */
	struct ak_redact_cache *cache;
	struct ak_redact_ledger ledger;
	struct ak_arena scratch;
};

/* ---- one record ---- */

static const char *text_of(struct reader *r, const struct ak_record *rec, enum ak_field_id f)
{
	return rec->v[f].set && rec->v[f].text.p ? ak_arena_z(&r->scratch, rec->v[f].text) : NULL;
}

/* As ingest does it: what policy.yaml takes out is out, then secrets, then what is personal. */
static void redact(struct reader *r, struct ak_record *rec)
{
	struct ak_redact_ctx ctx = {&r->scratch, &r->ledger, r->cache};
	const struct ak_ctx *c = r->t->c;

	for (int f = 0; f < AK_F_COUNT && c->plan; f++)
		if (c->plan->action[f] == AK_FIELD_REMOVE)
			rec->v[f].set = false;
	ak_redact_secrets(c->redactor, rec, &ctx);
	ak_redact_personal(c->redactor, rec, &ctx);
}

static void take(struct reader *r, struct ak_record *rec)
{
	struct ak_tail_line l = {.source = r->source};
	char when[32];

	r->midway = false;
	r->t->source = r->source;
	r->t->seen++;
	if (rec->kind != AK_K_REQUEST && rec->kind != AK_K_CALL) {
		r->t->other++;
		return;
	}
	redact(r, rec);
	if (rec->v[AK_F_START].set)
		l.time = ak_time_z(rec->v[AK_F_START].num, 0, when);
	l.method = text_of(r, rec, AK_F_HTTP_METHOD);
	l.path = text_of(r, rec, AK_F_ENDPOINT);
	l.facet = text_of(r, rec, AK_F_FACET);
	l.path = l.path || l.facet ? l.path : text_of(r, rec, AK_F_OPERATION);
	l.outcome = text_of(r, rec, AK_F_OUTCOME);
	l.model = text_of(r, rec, AK_F_RESPONSE_MODEL);
	l.model = l.model ? l.model : text_of(r, rec, AK_F_REQUEST_MODEL);
	l.error = text_of(r, rec, AK_F_ERROR_TYPE);
	l.status = rec->v[AK_F_STATUS_CODE].set ? rec->v[AK_F_STATUS_CODE].num : 0;
	l.id = text_of(r, rec, AK_F_REQUEST_ID);
	ak_tail_take(r->t, &l);
}

static void bad(struct reader *r)
{
	if (r->midway)
		return;
	r->t->seen++;
	r->t->unread++;
}

/* ---- bytes ---- */

static enum ak_rc feed(struct reader *r, const char *p, size_t n, bool eof, struct ak_err *err)
{
	struct ak_record rec;
	struct ak_frame f = {.kind = AK_FRAME_RECORD};
	struct ak_err ignored = {0};
	enum ak_rc rc = AK_OK;

	if (r->csv)
		ak_csv_feed(r->csv, p, n, eof);
	else
		ak_framer_feed(r->framer, p, n, eof);
	for (;;) {
		ak_arena_clear(&r->scratch);
		ak_err_clear(&ignored);
		rc = r->csv ? ak_mapper_csv(r->mapper, r->csv, &f, &r->scratch, &rec, &ignored) : ak_framer_next(r->framer, &f);
		if (rc == AK_FAIL)
			*err = ignored;
		if (rc == AK_END || rc == AK_FAIL)
			return rc == AK_FAIL ? rc : AK_OK;
		if (f.kind == AK_FRAME_BLANK)
			continue;
		if (!r->csv && rc == AK_OK && f.kind == AK_FRAME_RECORD)
			rc = ak_mapper_json(r->mapper, &f, &r->scratch, &rec, &ignored);
		if (rc == AK_OK && f.kind == AK_FRAME_RECORD)
			take(r, &rec);
		else
			bad(r);
	}
}

static void drop_format(struct reader *r)
{
	ak_framer_free(r->framer);
	ak_csv_free(r->csv);
	ak_mapper_free(r->mapper);
	r->framer = NULL;
	r->csv = NULL;
	r->mapper = NULL;
	r->mapping = NULL;
}

static void start_format(struct reader *r)
{
	struct ak_mapper_opts opts = {.redactor = r->t->c->redactor, .kid = r->t->c->keys ? r->t->c->keys->kid : NULL};

	ak_framer_free(r->framer);
	ak_csv_free(r->csv);
	r->framer = NULL;
	r->csv = NULL;
	if (!r->mapper)
		r->mapper = ak_mapper_new(r->mapping, &opts);
	if (ak_mapping_info(r->mapping)->csv)
		r->csv = ak_csv_new(0);
	else
		r->framer = ak_framer_new(ak_mapping_plan(r->mapping));
}

static enum ak_rc know(struct reader *r, struct ak_str head, bool eof, struct ak_err *err)
{
	struct ak_registry *all = r->t->c->registry;
	struct ak_detection why;
	enum ak_rc rc = r->format ? ak_registry_find(all, r->format, &r->mapping, err) : ak_registry_detect(all, head, eof, &r->mapping, &why, err);

	if (rc != AK_OK)
		return rc;
	if (ak_mapping_info(r->mapping)->kinds & (1u << AK_K_REQUEST | 1u << AK_K_CALL)) {
		start_format(r);
		return AK_OK;
	}
	ak_hint(err, "tail shows calls: give the log of a gateway");
	return ak_fail(err, AK_EXIT_INPUT, "'%s' holds no requests: it is read as %s", r->source, ak_mapping_info(r->mapping)->id);
}

/* Bytes of whole lines, in the order of the file. Before the format is known they are kept. */
static enum ak_rc bytes(struct reader *r, struct ak_str s, bool eof, struct ak_err *err)
{
	struct ak_err unknown = {0};
	size_t end;

	if (r->skip) {
		end = ak_str_find(s, '\n');
		r->skip = end == s.n;
		s = end == s.n ? ak_str_n(s.p + s.n, 0) : ak_str_n(s.p + end + 1, s.n - end - 1);
	}
	if (r->mapping)
		return feed(r, s.p, s.n, eof, err);
	ak_buf_addstr(&r->head, s);
	if (!r->head.n)
		return AK_OK;
	if (know(r, ak_buf_str(&r->head), eof, &unknown) == AK_OK) {
		enum ak_rc rc = feed(r, r->head.p, r->head.n, eof, err);

		ak_buf_clear(&r->head);
		return rc;
	}
	/* There may be too little of it yet. */
	if (!eof && r->t->follow && r->head.n < HEAD_BYTES && !r->mapping)
		return AK_OK;
	*err = unknown;
	return AK_FAIL;
}

/* What the file has now. *state says why it ended. */
static enum ak_rc read_now(struct reader *r, enum ak_follow_state *state, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;
	size_t n;

	for (*state = AK_FOLLOW_MORE; *state == AK_FOLLOW_MORE && rc == AK_OK && !ak_follow_stopping();) {
		rc = ak_follow_read(r->file, ak_time_steady(), r->chunk, AK_FOLLOW_LINE, &n, state, err);
		if (rc == AK_OK && n)
			rc = bytes(r, ak_str_n(r->chunk, n), false, err);
		if (rc == AK_OK && r->t->live && n)
			rc = ak_io_flush(r->t->c->io, err);
	}
	return rc;
}

/* The last line of a file that nobody writes to may have no end. */
static enum ak_rc read_rest(struct reader *r, struct ak_err *err)
{
	size_t n = ak_follow_take_rest(r->file, r->chunk);

	return bytes(r, ak_str_n(r->chunk, n), true, err);
}

/* ---- the end of a long file ---- */

/* Lines that are records each, or rows of a table: reading may begin at any line. */
static bool has_lines(const struct reader *r, struct ak_str head)
{
	size_t end = ak_str_find(head, '\n'), from = ak_str_starts(head, AK_STR("\xef\xbb\xbf")) ? 3 : 0;

	if (end == head.n)
		return false;
	while (end > from && (head.p[end - 1] == '\r' || head.p[end - 1] == ' '))
		end--;
	return r->csv || (end > from && head.p[from] == '{' && head.p[end - 1] == '}');
}

static enum ak_rc begin_at(struct reader *r, uint64_t at, struct ak_str head, struct ak_err *err)
{
	ak_tail_begin_again(r->t);
	start_format(r);
	ak_follow_seek(r->file, at);
	r->midway = r->skip = at > 0;
	return r->csv && at ? feed(r, head.p, ak_str_find(head, '\n') + 1, false, err) : AK_OK;
}

/* The newest lines that fit: from a window at the end that grows until there are enough, or it is the whole file. */
static enum ak_rc newest(struct reader *r, enum ak_follow_state *state, struct ak_err *err)
{
	uint64_t size = ak_follow_size(r->file), window = WINDOW_BYTES;
	struct ak_buf head;
	struct ak_str s;
	enum ak_rc rc = AK_OK;
	char *room;

	if (size <= WINDOW_BYTES)
		return read_now(r, state, err);
	ak_buf_init(&head, HEAD_BYTES + 1);
	room = ak_buf_room(&head, HEAD_BYTES);
	head.n = ak_follow_head(r->file, room, HEAD_BYTES);
	s = ak_buf_str(&head);
	rc = know(r, s, size <= HEAD_BYTES, err);
	while (rc == AK_OK) {
		uint64_t at = size > window && has_lines(r, s) ? size - window : 0;

		rc = begin_at(r, at, s, err);
		if (rc == AK_OK)
			rc = read_now(r, state, err);
		if (r->t->n >= r->t->want || !at || ak_follow_stopping())
			break;
		window *= 8;
	}
	ak_buf_release(&head);
	return rc;
}

/* ---- files that take its name ---- */

static enum ak_rc next_file(struct reader *r, enum ak_follow_state was, struct ak_err *err)
{
	enum ak_rc rc = AK_FAIL;

	ak_io_note(r->t->c->io, "file", "'%s' %s; going on with what has its name now", r->source, was == AK_FOLLOW_CUT ? "was cut" : "was rotated");
	ak_follow_free(r->file);
	r->file = NULL;
	drop_format(r);
	r->midway = r->skip = false;
	while (rc != AK_OK && !ak_follow_stopping()) {
		ak_err_clear(err);
		rc = ak_follow_open(r->path, &r->file, err);
		if (rc != AK_OK && err->sys != ENOENT)
			return rc;
		if (rc != AK_OK)
			ak_tail_pause();
	}
	ak_err_clear(err);
	return AK_OK;
}

static enum ak_rc follow(struct reader *r, enum ak_follow_state state, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	while (rc == AK_OK && !ak_follow_stopping()) {
		if (state > AK_FOLLOW_IDLE)
			rc = next_file(r, state, err);
		else
			ak_tail_pause();
		if (rc == AK_OK && !ak_follow_stopping())
			rc = read_now(r, &state, err);
		ak_tail_close(r->t, false);
		if (rc == AK_OK)
			rc = ak_io_flush(r->t->c->io, err);
	}
	return rc;
}

enum ak_rc ak_tail_file(struct ak_tail *t, const char *path, const char *format, struct ak_err *err)
{
	struct reader r = {.t = t, .path = path, .format = format, .cache = ak_redact_cache_new()};
	enum ak_follow_state state = AK_FOLLOW_IDLE;
	struct ak_str base = ak_redact_text(t->c->redactor, ak_fs_base(path), &t->c->arena, NULL);
	enum ak_rc rc = ak_follow_open(path, &r.file, err);

	snprintf(r.source, sizeof r.source, "%.*s", AK_STR_FMT(base));
	r.chunk = ak_alloc(AK_FOLLOW_LINE);
	ak_buf_init(&r.head, HEAD_BYTES + AK_FOLLOW_LINE);
	ak_ledger_init(&r.ledger);
	ak_arena_init(&r.scratch);
	if (rc == AK_OK)
		rc = newest(&r, &state, err);
	if (rc == AK_OK && !t->follow)
		rc = read_rest(&r, err);
	if (rc == AK_OK && !t->follow)
		ak_tail_close(t, true);
	if (rc == AK_OK)
		rc = ak_tail_go_live(t, err);
	if (rc == AK_OK && t->follow)
		rc = follow(&r, state, err);
	ak_tail_close(t, true);
	drop_format(&r);
	ak_follow_free(r.file);
	ak_redact_cache_free(r.cache);
	ak_ledger_release(&r.ledger);
	ak_arena_release(&r.scratch);
	ak_buf_release(&r.head);
	ak_free(r.chunk);
	return rc;
}
