#include "base/ak.h"

#include "base/limits.h"
#include "format/mapper.h"

/* From a frame or a CSV row to a record. */

struct ak_mapper *ak_mapper_new(const struct ak_mapping *m, const struct ak_mapper_opts *opts)
{
	struct ak_mapper *mp = ak_alloc_zero(1, sizeof(*mp));
	struct ak_time exported;

	mp->m = m;
	mp->walker = ak_walker_new();
	mp->stats = ak_alloc_zero(1, sizeof(*mp->stats));
	mp->now = ak_time_now();
	mp->kid = opts->kid;
	ak_headers_init(&mp->headers);
	ak_arena_init(&mp->scratch);
	ak_arena_init(&mp->around);
	mp->conv = (struct ak_convert){.m = m, .scratch = &mp->scratch, .tz = opts->tz, .redactor = opts->redactor};
	ak_buf_init(&mp->conv.buf, AK_MAX_RECORD_BYTES);
	for (int i = 0; i < AK_LEVELS; i++) {
		struct ak_level *l = &mp->level[i];

		ak_row_init(&l->row, i ? &mp->around : &mp->scratch);
		l->row.masks = m->mask;
		l->row.nmasks = m->nmask;
		l->row.cuts = m->cut;
		l->row.ncuts = m->ncut;
		l->row.drift = opts->drift;
		l->nslots = m->trie[i].nslots;
		l->first = ak_alloc_zero((size_t)l->nslots + 1, sizeof(struct ak_pick *));
		l->count = ak_alloc_zero((size_t)l->nslots + 1, sizeof(*l->count));
		l->present = ak_alloc_zero((size_t)l->nslots / 64 + 1, sizeof(*l->present));
	}
	if (opts->exported_at && !ak_time_parse(ak_str_of(opts->exported_at), NULL, &mp->scratch, &exported, NULL)) {
		mp->exported_at = ak_str_of(ak_time_z(exported.us, 6, mp->exported_text));
		mp->exported_us = exported.us;
	}
	return mp;
}

void ak_mapper_free(struct ak_mapper *mp)
{
	if (!mp)
		return;
	for (int i = 0; i < AK_LEVELS; i++) {
		ak_free(mp->level[i].first);
		ak_free(mp->level[i].count);
		ak_free(mp->level[i].present);
	}
	ak_convert_release(&mp->conv);
	ak_arena_release(&mp->around);
	ak_arena_release(&mp->scratch);
	ak_headers_release(&mp->headers);
	ak_walker_free(mp->walker);
	ak_free(mp->stats);
	ak_free(mp);
}

static void level_clear(struct ak_mapper *mp, int i)
{
	struct ak_level *l = &mp->level[i];

	l->row.pick = NULL;
	l->row.n = l->row.cap = 0;
	l->row.cut = false;
	l->row.rec_no = mp->records;
	memset(l->first, 0, (size_t)l->nslots * sizeof(struct ak_pick *));
	memset(l->count, 0, (size_t)l->nslots * sizeof(*l->count));
	memset(l->present, 0, ((size_t)l->nslots / 64 + 1) * sizeof(*l->present));
}

/* What was left out at one path. */
static void count_drop(struct ak_mapper *mp, int level, size_t n)
{
	const struct ak_left_out *d = &mp->m->drop[n];
	const struct ak_level *l = &mp->level[level];
	uint32_t all = l->count[d->ref.slot];

	mp->stats->dropped[n] += all;
	for (const struct ak_pick *p = l->first[d->ref.slot]; all && d->headers; p++)
		if (p->slot == d->ref.slot) {
			ak_headers_count(&mp->headers, n, p->key);
			all--;
		}
}

/* Once after each walk. */
static void level_index(struct ak_mapper *mp, int i)
{
	struct ak_level *l = &mp->level[i];

	for (size_t n = 0; n < l->row.n; n++) {
		const struct ak_pick *p = &l->row.pick[n];

		if (l->count[p->slot]++)
			continue;
		l->first[p->slot] = p;
		l->present[p->slot / 64] |= UINT64_C(1) << (p->slot & 63);
	}
	for (size_t n = 0; n < mp->m->ndrop; n++)
		if (mp->m->drop[n].ref.level == i)
			count_drop(mp, i, n);
}

static void clear_around(struct ak_mapper *mp)
{
	for (int i = 1; i < AK_LEVELS; i++)
		level_clear(mp, i);
	ak_arena_clear(&mp->around);
	mp->ctx_known = false;
}

/* The objects around the record, walked once for all records inside. */
static enum ak_rc walk_around(struct ak_mapper *mp, const struct ak_frame *frame, struct ak_err *err)
{
	if (!mp->ctx_known || mp->ctx_id != frame->ctx_id) {
		clear_around(mp);
		ak_err_clear(&mp->ctx_err);
		mp->ctx_rc = AK_OK;
		mp->ctx_id = frame->ctx_id;
		mp->ctx_known = true;
		for (size_t i = 1; !mp->ctx_rc && i <= frame->nctx && i < AK_LEVELS; i++) {
			mp->ctx_rc = ak_walker_walk(mp->walker, frame->ctx[i - 1], NULL, &mp->m->trie[i],
						    &mp->level[i].row, &mp->ctx_err);
			level_index(mp, (int)i);
		}
	}
	if (mp->ctx_rc && err)
		*err = mp->ctx_err;
	return mp->ctx_rc;
}

static enum ak_kind kind_of(const struct ak_mapper *mp)
{
	const struct ak_kind_rule *k = mp->m->kind;

	while (k->when && !ak_eval_when(mp, k->when))
		k++;
	return k->kind;
}

static void map_picks(struct ak_mapper *mp, const struct ak_frame *frame, struct ak_arena *arena, struct ak_record *out)
{
	ak_record_init(out, kind_of(mp));
	mp->conv.arena = arena;
	mp->conv.flags = 0;
	mp->of_kind[out->kind]++;
	out->rec_no = mp->records;
	out->offset = frame->offset;
	out->length = frame->length;
	if (frame->empty)
		out->flags |= AK_R_EMPTY_BUCKET;
	ak_eval_fields(mp, out);
	ak_derive(mp, out);
}

static enum ak_rc walk_record(struct ak_mapper *mp, const struct ak_frame *frame, struct ak_err *err)
{
	struct ak_str text = ak_str_trim(frame->text);

	if (!text.n || text.p[0] != '{')
		return ak_reject(err, "record_not_object", "a record is no object");
	return ak_walker_walk(mp->walker, frame->text, frame, &mp->m->trie[0], &mp->level[0].row, err);
}

static enum ak_rc finish(struct ak_mapper *mp, const struct ak_frame *frame, struct ak_arena *arena, struct ak_record *out, struct ak_err *err)
{
	if (mp->m->guarded)
		ak_own_unguard(&mp->level[0].row);
	level_index(mp, 0);
	if (mp->m->own_key.n && ak_own_check(mp, err) != AK_OK)
		return AK_REJECT;
	map_picks(mp, frame, arena, out);
	return AK_OK;
}

enum ak_rc ak_mapper_json(struct ak_mapper *mp, const struct ak_frame *frame, struct ak_arena *arena,
			  struct ak_record *out, struct ak_err *err)
{
	enum ak_rc rc;

	mp->records++;
	ak_arena_clear(&mp->scratch);
	level_clear(mp, 0);
	rc = walk_around(mp, frame, err);
	if (!rc)
		rc = walk_record(mp, frame, err);
	if (rc && err) {
		err->offset = frame->offset;
		err->length = frame->length;
	}
	if (rc)
		return rc;
	return finish(mp, frame, arena, out, err);
}

enum ak_rc ak_mapper_csv(struct ak_mapper *mp, struct ak_csv *csv, struct ak_frame *frame, struct ak_arena *arena,
			 struct ak_record *out, struct ak_err *err)
{
	enum ak_rc rc;

	ak_arena_clear(&mp->scratch);
	level_clear(mp, 0);
	mp->level[0].row.rec_no = mp->records + 1;
	rc = ak_csv_next(csv, &mp->m->trie[0], mp->walker, &mp->level[0].row, frame, err);
	if (rc == AK_REJECT || (!rc && frame->kind != AK_FRAME_BLANK))
		mp->records++;
	if (rc || frame->kind != AK_FRAME_RECORD)
		return rc;
	return finish(mp, frame, arena, out, err);
}

/* A field of a record's kind without a rule is absent in every such record: reckoned when asked for. */
const struct ak_map_stats *ak_mapper_stats(const struct ak_mapper *mp)
{
	for (int f = 0; f < AK_F_COUNT; f++) {
		uint64_t *n = &mp->stats->absent[f][AK_ABSENT_NOT_MAPPED];

		*n = 0;
		for (int k = 0; !mp->m->rule_text[f] && k < AK_K_COUNT; k++)
			if (ak_field_of((enum ak_field_id)f, (enum ak_kind)k))
				*n += mp->of_kind[k];
	}
	return mp->stats;
}

struct ak_headers *ak_mapper_headers(struct ak_mapper *mp)
{
	return &mp->headers;
}

void ak_mapper_unsee(struct ak_mapper *mp) { memset(mp->saw, 0, sizeof mp->saw); }

bool ak_mapper_saw(const struct ak_mapper *mp, enum ak_field_id f)
{
	return mp->saw[f];
}
