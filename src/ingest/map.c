/* Second thread: frames records, maps and redacts them. Nothing leaves it unredacted but what identity and content digest are
 * made of, which the writing thread has more time for. */
#include "base/ak.h"
#include "ingest/pipe.h"

#include <stdio.h>

#include "base/limits.h"
#include "ingest/signed.h"
#include "read/reason.h"
#include "redact/charset.h"
#include "redact/label.h"
#include "redact/plan.h"

#define HEAD_BYTES 1048576u /* seen by format detection at most */

/* Hand over what there is: a transaction comes in parts, so that the writing thread starts early. */
static void flush(struct ak_stage *m, bool commit, bool end)
{
	struct ak_batch *b = m->batch;

	if (commit)
		ak_stage_flush_stats(m);
	m->uncommitted_records = commit ? 0 : m->uncommitted_records + b->records;
	m->uncommitted_bytes = commit ? 0 : m->uncommitted_bytes + b->arena.used;
	b->commit = commit;
	b->end = end;
	b->open_file = m->file;
	b->next_offset = m->next_offset;
	const struct ak_check *check = m->check.offset <= m->next_offset ? &m->check : &m->before;

	if (check->offset <= m->next_offset) {
		b->check_offset = check->offset;
		memcpy(b->check_sha256, check->sha256, 32);
	}
	b->progress = (struct ak_ingest_progress){NULL, m->seen, m->done, m->total};
	memcpy(b->progress_name, m->name, sizeof m->name);
	if (!ak_queue_push(&m->p->batches, b)) {
		ak_batch_free(b);
		m->stopped = true;
	}
	m->batch = ak_batch_new();
}

static void maybe_flush(struct ak_stage *m)
{
	const struct ak_batch *b = m->batch;

	if (m->uncommitted_records + b->records >= AK_MAX_BATCH_RECORDS || m->uncommitted_bytes + b->arena.used >= AK_MAX_BATCH_BYTES)
		flush(m, true, false);
	else if (b->records >= AK_MAX_PART_RECORDS || b->arena.used >= AK_MAX_PART_BYTES)
		flush(m, false, false);
}

/* ---- one frame ---- */

static void reject(struct ak_stage *m, const struct ak_frame *f, const char *reason, const struct ak_err *err)
{
	struct ak_item *i = ak_batch_add(m->batch, AK_ITEM_REJECT);
	uint8_t mac[32];

	i->diag = (struct ak_diag_row){.severity = "reject", .rec_no = m->rec_no, .offset = f->offset, .length = f->length, .n = 1};
	i->diag.rule = ak_arena_z(&m->batch->arena, ak_str_of(reason)); /* it may stand in the caller's err */
	i->diag.detail = err && err->msg[0] ? ak_arena_z(&m->batch->arena, ak_str_of(err->msg)) : ak_reason_of(reason)->what;
	/* Where in the record; not known once long strings were left out of it. */
	if (err && err->offset != UINT64_MAX && err->offset < f->length && !f->nelided)
		i->diag.detail = ak_arena_printf(&m->batch->arena, "%s, %llu bytes in", i->diag.detail,
						 (unsigned long long)err->offset).p;
	/* What is too long to be kept has no hash: one of part of it would say nothing. */
	if (f->text.n) {
		ak_hmac(m->p->reject, f->text, mac);
		ak_hex(mac, 16, i->diag.hash);
	}
	m->batch->records++;
	if (strcmp(reason, "json_truncated") == 0 || strcmp(reason, "csv_truncated") == 0)
		m->truncated = true;
}

static void drop_fields(struct ak_stage *m, struct ak_record *rec)
{
	for (int f = 0; f < AK_F_COUNT && m->p->drops; f++) {
		if (m->p->o->plan->action[f] != AK_FIELD_REMOVE || !rec->v[f].set)
			continue;
		rec->v[f].set = false;
		m->stats->map.absent[f][AK_ABSENT_DROPPED]++;
		if (f == AK_F_START)
			rec->time_raw = ak_str_n(NULL, 0);
	}
}

/* Secrets were replaced by markers of the key in force; under a past key the record had that key's. */
static bool has_new_marker(const struct ak_record *before, const struct ak_record *rec)
{
	for (int f = 0; f < AK_F_COUNT; f++)
		if (rec->v[f].set && rec->v[f].text.p != before->v[f].text.p && ak_str_holds(rec->v[f].text, AK_STR("[REDACTED:")))
			return true;
	return false;
}

/* What the record would be known by had it come before the keys were rotated. before: without redaction. */
static void past_hashes(struct ak_stage *m, const struct ak_record *before, const struct ak_record *rec, struct ak_hashes *h)
{
	struct ak_redact_ctx ctx = {.arena = &m->scratch};
	bool again = has_new_marker(before, rec);
	struct ak_record then;
	struct ak_hashes one;

	h->npast = m->p->npast;
	h->past = ak_arena_zero(&m->batch->arena, h->npast * sizeof *h->past);
	for (size_t i = 0; i < h->npast; i++) {
		if (again) {
			then = *before;
			then.alias = NULL;
			ak_redact_secrets(m->p->o->past[i], &then, &ctx);
		}
		ak_leaf_content(m->leafer, m->p->past[i], ak_mapping_info(m->mapping)->id, again ? &then : rec, &one);
		memcpy(h->past[i].identity, one.identity, sizeof one.identity);
		memcpy(h->past[i].content, one.content, sizeof one.content);
	}
}

/* What somebody wrote into a label stays as it is; that it looks personal is said. Fields that policy.yaml hashes,
 * encrypts or masks say nothing to a reader. */
static uint32_t personal_labels(const struct ak_stage *m, const struct ak_record *rec)
{
	const struct ak_field_plan *plan = m->p->o->plan;
	uint32_t found = 0;

	for (size_t i = 0; i < ak_nlabels; i++) {
		enum ak_field_id f = ak_labels[i];

		if (rec->v[f].set && rec->v[f].text.p && !(plan && (ak_plan_differs(plan, f) || ak_plan_profiled(plan, f))) && ak_label_is_personal(rec->v[f].text))
			found |= UINT32_C(1) << i;
	}
	return found;
}

static void keep_changes(struct ak_stage *m, struct ak_item *i)
{
	struct ak_redact_count *c;

	if (!m->changed.n)
		return;
	c = ak_arena_alloc(&m->batch->arena, m->changed.n * sizeof *c);
	memcpy(c, m->changed.row, m->changed.n * sizeof *c);
	i->changed = c;
	i->nchanged = (uint32_t)m->changed.n;
}

static void accept(struct ak_stage *m, const struct ak_frame *f, struct ak_record *rec)
{
	struct ak_item *i = ak_batch_add(m->batch, AK_ITEM_RECORD);
	struct ak_hashes *h = ak_arena_zero(&m->batch->arena, sizeof *h);
	const char *format = ak_mapping_info(m->mapping)->id;
	struct ak_str texts[AK_KEPT_TEXTS];

	rec->rec_no = m->rec_no;
	rec->offset = f->offset;
	rec->length = f->length;
	if (f->empty)
		rec->flags |= AK_R_EMPTY_BUCKET;
	drop_fields(m, rec);
	i->personal = personal_labels(m, rec);
	ak_keeptext_take(m->p->o, rec, texts);
	struct ak_redact_ctx ctx = {&m->scratch, &m->changed, m->cache};
	/* Rows of a table are read faster than they are written: this thread has time for their digests. */
	bool here = m->csv || m->p->npast;
	struct ak_record before;

	ak_ledger_clear(&m->changed);
	if (m->p->npast)
		before = *rec;
	ak_redact_secrets(m->p->o->redactor, rec, &ctx);
	if (here)
		ak_leaf_content(m->leafer, m->p->dedupe, format, rec, h);
	if (m->p->npast)
		past_hashes(m, &before, rec, h);
	else if (!here)
		before = *rec;
	ak_keeptext_give(rec, texts);
	ak_redact_personal(m->p->o->redactor, rec, &ctx);
	keep_changes(m, i);
	ak_stage_salt(m, h->salt);
	i->rec = ak_record_pack(rec, &m->batch->arena);
	i->before = here ? NULL : ak_record_before(&before, rec, &m->batch->arena);
	if (m->csv)
		ak_leaf_packed(m->leafer, format, m->file, i->rec, h);
	i->hashes = h;
	i->mapping = m->mapping;
	m->batch->records++;
}

static void handle(struct ak_stage *m, struct ak_frame *f, enum ak_rc rc, struct ak_record *rec, struct ak_err *err)
{
	if (f->kind != AK_FRAME_BLANK)
		m->rec_no++;
	if (f->offset < m->skip_to)
		return;
	ak_stage_need_stats(m);
	if (f->kind == AK_FRAME_BLANK || (rc == AK_REJECT && strcmp(err->reason, AK_OWN_TRAILER) == 0)) {
		struct ak_item *i = ak_batch_add(m->batch, AK_ITEM_BLANK);
		i->n = 1;
	} else if (f->kind == AK_FRAME_BAD) {
		reject(m, f, f->reason, NULL);
	} else if (rc != AK_OK) {
		reject(m, f, err->reason[0] ? err->reason : "unreadable", err);
	} else {
		accept(m, f, rec);
	}
	m->seen++;
	m->next_offset = f->offset + f->length;
	maybe_flush(m);
}

/* The frame with what the source had encrypted in the clear; where it stands in the file is not changed by that. */
static struct ak_frame opened(struct ak_stage *m, const struct ak_frame *f)
{
	struct ak_frame clear = *f;

	if (m->p->o->open_with && !f->nelided && ak_mapping_has_sealed(m->mapping))
		ak_mapping_unseal(m->mapping, m->p->o->open_with, f->text, &m->scratch, &clear.text, &m->unsealed);
	return clear;
}

static void run_json(struct ak_stage *m)
{
	struct ak_frame f;

	while (!m->stopped && ak_framer_next(m->framer, &f) == AK_OK) {
		struct ak_err err = {0};
		enum ak_rc rc = AK_OK;
		ak_arena_clear(&m->scratch);
		ak_stage_need_stats(m);
		if (f.kind == AK_FRAME_RECORD && f.offset >= m->skip_to) {
			struct ak_frame clear = opened(m, &f);

			rc = ak_mapper_json(m->mapper, &clear, &m->scratch, &m->rec, &err);
		}
		ak_signed_record(m, &f);
		handle(m, &f, rc, &m->rec, &err);
	}
}

static void run_csv(struct ak_stage *m)
{
	while (!m->stopped) {
		struct ak_frame f = {.kind = AK_FRAME_RECORD};
		struct ak_err err = {0};
		ak_arena_clear(&m->scratch);
		ak_stage_need_stats(m);
		enum ak_rc rc = ak_mapper_csv(m->mapper, m->csv, &f, &m->scratch, &m->rec, &err);
		if (rc == AK_END)
			return;
		if (rc == AK_FAIL) {
			m->csv_failed = true;
			ak_stage_problem(m, "warning", "csv_header", &err);
			return;
		}
		handle(m, &f, rc, &m->rec, &err);
	}
}

static void feed(struct ak_stage *m, const char *p, size_t n, bool eof)
{
	if (!m->mapping || m->csv_failed)
		return;
	ak_signed_bytes(m, p, n);
	if (m->csv) {
		ak_csv_feed(m->csv, p, n, eof);
		run_csv(m);
	} else {
		ak_framer_feed(m->framer, p, n, eof);
		run_json(m);
	}
}

/* ---- files ---- */

static void choose(struct ak_stage *m, bool eof)
{
	struct ak_err err = {0};

	m->chosen = true;
	ak_stage_choose(m, eof, &err);
	ak_stage_part_from_before(m);
	ak_signed_open(m);
	ak_stage_announce_file(m, &err);
	feed(m, m->head.p, m->head.n, eof);
	ak_buf_clear(&m->head);
}

static void open_file(struct ak_stage *m, struct ak_chunk *c)
{
	if (c->error.exit != AK_EXIT_OK) {
		ak_stage_unreadable(m, c);
		return;
	}
	ak_stage_open(m, c);
}

static void data(struct ak_stage *m, const struct ak_chunk *c)
{
	if (!m->open)
		return;
	if (m->chosen) {
		feed(m, c->data, c->n, false);
	} else {
		ak_buf_add(&m->head, c->data, c->n);
		if (m->head.n >= HEAD_BYTES)
			choose(m, false);
	}
	m->blank_end = 0;
	while (m->blank_end < c->n && memchr(" \t\r\n", c->data[c->n - 1 - m->blank_end], 4))
		m->blank_end++;
	m->before = m->check;
	m->check.offset = c->end;
	memcpy(m->check.sha256, c->sha256, 32);
}

/* Of a file that grows: so far there may be too little to tell its format. */
static void rest(struct ak_stage *m)
{
	if (m->open && !m->chosen && m->head.n && ak_stage_knows(m))
		choose(m, false);
	/* A line end behind the last record: then the digest of all that was read is one that the next run can compare. */
	if (m->next_offset && m->check.offset - m->next_offset <= m->blank_end)
		m->next_offset = m->check.offset;
	if (m->batch->first || m->uncommitted_records)
		flush(m, true, false);
}

/* Size or time on disk are not what they were: somebody writes to it, so what was read may be part of it only. */
static void changed(struct ak_stage *m, struct ak_err *err)
{
	ak_fail(err, AK_EXIT_INPUT, "'%s' changed while it was read", m->full_name);
	ak_hint(err, "ingest it again when its writer is done: what is stored is not stored twice");
	snprintf(err->reason, sizeof err->reason, "file_changed");
}

static void close_file(struct ak_stage *m, struct ak_chunk *c)
{
	if (!m->open)
		return;
	if (!m->chosen && !m->head.n && c->error.exit != AK_EXIT_OK) {
		snprintf(m->detected, sizeof m->detected, "not read");
		ak_stage_part_from_before(m);
		ak_stage_announce_file(m, &c->error);
		ak_stage_close(m, c);
		return;
	}
	if (!m->chosen)
		choose(m, true);
	else
		feed(m, "", 0, true);
	ak_signed_close(m);
	if (c->error.exit == AK_EXIT_OK && c->digest.changed)
		changed(m, &c->error);
	if (c->error.exit != AK_EXIT_OK) {
		ak_stage_problem(m, "warning", c->error.reason[0] ? c->error.reason : "unreadable", &c->error);
		m->truncated = true;
	}
	if (c->remark.exit != AK_EXIT_OK)
		ak_stage_problem(m, "warning", c->remark.reason, &c->remark);
	ak_stage_close(m, c);
}

static void end_export(struct ak_stage *m, struct ak_chunk *c)
{
	struct ak_item *i;

	ak_stage_flush_stats(m);
	if (!m->export_open)
		return;
	i = ak_batch_add(m->batch, AK_ITEM_EXPORT_END);
	i->digest = c->digest;
	m->export_open = false;
	ak_stage_end_export(m);
}

void *ak_pipe_map(void *pipe)
{
	struct ak_stage *m = ak_stage_new(pipe);
	bool end = false;

	while (!end && !m->stopped) {
		struct ak_chunk *c = ak_queue_pop(&m->p->chunks);
		if (!c)
			break;
		m->done = c->done;
		m->total = c->total;
		switch (c->kind) {
		case AK_CHUNK_OPEN:
			if (m->export_open && c->export_index != m->export_index)
				ak_stage_flush_stats(m);
			open_file(m, c);
			break;
		case AK_CHUNK_DATA:
			data(m, c);
			break;
		case AK_CHUNK_REST:
			rest(m);
			break;
		case AK_CHUNK_CLOSE:
			close_file(m, c);
			break;
		case AK_CHUNK_EXPORT_END:
			end_export(m, c);
			break;
		case AK_CHUNK_END:
			end = true;
		}
		ak_chunk_free(c);
	}
	if (end)
		flush(m, true, true);
	ak_stage_free(m);
	return NULL;
}
