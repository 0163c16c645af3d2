#include "base/ak.h"
#include "ingest/stage.h"

#include <stdio.h>

#include "base/time.h"
#include "format/headers.h"
#include "redact/cache.h"

struct ak_stage *ak_stage_new(struct ak_pipe *p)
{
	struct ak_stage *m = ak_alloc_zero(1, sizeof *m);

	m->p = p;
	m->batch = ak_batch_new();
	m->leafer = ak_leafer_new();
	m->cache = ak_redact_cache_new();
	ak_arena_init(&m->scratch);
	ak_buf_init(&m->head, 4u << 20);
	ak_drift_init(&m->drift);
	ak_ledger_init(&m->changed);
	return m;
}

static void drop_readers(struct ak_stage *m)
{
	ak_framer_free(m->framer);
	ak_csv_free(m->csv);
	m->framer = NULL;
	m->csv = NULL;
}

void ak_stage_free(struct ak_stage *m)
{
	drop_readers(m);
	ak_hmac_end(m->signed_sum, NULL);
	ak_mapper_free(m->mapper);
	if (m->stats)
		ak_ledger_release(&m->stats->ledger);
	ak_free(m->stats);
	ak_ledger_release(&m->changed);
	ak_drift_release(&m->drift);
	ak_batch_free(m->batch);
	ak_leafer_free(m->leafer);
	ak_redact_cache_free(m->cache);
	ak_arena_release(&m->scratch);
	ak_buf_release(&m->head);
	ak_free(m->full_name);
	ak_free(m->resume);
	ak_free(m);
}

void ak_stage_salt(struct ak_stage *m, uint8_t out[16])
{
	if (m->salts_left < 16) {
		ak_random(m->salts, sizeof m->salts);
		m->salts_left = sizeof m->salts;
	}
	m->salts_left -= 16;
	memcpy(out, m->salts + m->salts_left, 16);
	ak_wipe(m->salts + m->salts_left, 16);
}

/* The chunk's own is freed with its file, which may be long before the write thread comes to this batch. */
static struct ak_file_row *keep_resume(struct ak_stage *m, const struct ak_file_row *resume)
{
	struct ak_file_row *kept = resume ? ak_arena_alloc(&m->batch->arena, sizeof *kept) : NULL;

	if (kept)
		*kept = *resume;
	return kept;
}

static void open_export(struct ak_stage *m, const struct ak_chunk *c)
{
	const struct ak_ingest_source *s = &m->p->o->sources[c->source];
	struct ak_item *i = ak_batch_add(m->batch, AK_ITEM_EXPORT);

	m->export_open = true;
	m->export_index = c->export_index;
	m->source = c->source;
	m->exported_at[0] = '\0';
	if (s->exported_at) {
		snprintf(m->exported_at, sizeof m->exported_at, "%s", s->exported_at);
		m->exported_at_basis = "declared";
	} else if (c->mtime_us) {
		ak_time_z(c->mtime_us, 0, m->exported_at);
		m->exported_at_basis = c->page ? "retrieved" : "file time";
	} else {
		m->exported_at_basis = "unknown";
	}
	i->source = c->source;
	i->export_name = ak_arena_z(&m->batch->arena, ak_str_of(c->export_name ? c->export_name : "(not opened)"));
	i->exported_at = ak_arena_z(&m->batch->arena, ak_str_of(m->exported_at));
	i->exported_at_basis = m->exported_at_basis;
	i->resume = keep_resume(m, c->resume);
}

void ak_stage_open(struct ak_stage *m, struct ak_chunk *c)
{
	if (!m->export_open || c->export_index != m->export_index)
		open_export(m, c);
	m->named = c->named;
	m->open = true;
	m->chosen = m->truncated = m->csv_failed = false;
	m->mapping = NULL;
	m->rec_no = m->skip_to = m->next_offset = 0;
	m->check = m->before = (struct ak_check){0};
	ak_free(m->full_name);
	m->full_name = c->name;
	c->name = NULL;
	snprintf(m->name, sizeof m->name, "%s", m->full_name);
	m->codec = c->codec;
	m->page = c->page;
	m->original = c->original;
	ak_free(m->resume);
	m->resume = c->resume;
	c->resume = NULL;
	if (m->resume)
		m->skip_to = m->next_offset = m->resume->next_offset;
	m->file = m->resume ? m->resume->id : m->p->next_file++;
}

void ak_stage_unreadable(struct ak_stage *m, const struct ak_chunk *c)
{
	struct ak_item *i;

	if (!m->export_open || m->source != c->source)
		open_export(m, c);
	m->named = c->named;
	m->file = m->p->next_file++;
	m->mapping = NULL;
	m->page = c->page;
	ak_free(m->full_name);
	m->full_name = ak_strdup(c->name ? c->name : "(not opened)");
	m->codec = "none";
	snprintf(m->detected, sizeof m->detected, "not read");
	ak_stage_announce_file(m, &c->error);
	i = ak_batch_add(m->batch, AK_ITEM_FILE_END);
	i->failed = true;
	i->has_more = -1;
	m->file = 0;
}

void ak_stage_problem(struct ak_stage *m, const char *severity, const char *rule, const struct ak_err *err)
{
	struct ak_item *i = ak_batch_add(m->batch, AK_ITEM_REJECT);
	struct ak_buf text;

	ak_buf_init(&text, 2048);
	ak_buf_addf(&text, "'%s'", m->full_name ? m->full_name : "");
	if (!m->full_name || strstr(err->msg, ak_buf_str(&text).p))
		text.n = 0;
	else
		ak_buf_adds(&text, ": ");
	ak_buf_adds(&text, err->msg);
	if (err->hint[0])
		ak_buf_addf(&text, "; hint: %s", err->hint);
	i->diag = (struct ak_diag_row){.severity = severity, .n = 1};
	i->diag.rule = ak_arena_z(&m->batch->arena, ak_str_of(rule));
	i->diag.detail = ak_arena_z(&m->batch->arena, ak_buf_str(&text));
	ak_buf_release(&text);
}

static void use_mapping(struct ak_stage *m)
{
	const struct ak_mapping_info *info = ak_mapping_info(m->mapping);

	if (m->mapper_for != m->mapping || m->mapper_named != m->named) {
		ak_stage_flush_stats(m);
		struct ak_mapper_opts opts = {.tz = m->p->o->sources[m->named].tz,
					      .exported_at = m->exported_at[0] ? m->exported_at : NULL,
					      .drift = &m->drift,
					      .redactor = m->p->o->redactor,
					      .kid = m->p->o->keys->kid};
		ak_mapper_free(m->mapper);
		m->mapper = ak_mapper_new(m->mapping, &opts);
		m->mapper_for = m->mapping;
		m->mapper_named = m->named;
		memset(&m->taken, 0, sizeof m->taken);
	}
	drop_readers(m);
	if (info->csv)
		m->csv = ak_csv_new(0);
	else
		m->framer = ak_framer_new(ak_mapping_plan(m->mapping));
}

void ak_stage_choose(struct ak_stage *m, bool eof, struct ak_err *err)
{
	const char *format = m->page ? m->page->format : m->p->o->sources[m->named].format;
	struct ak_detection why = {0};
	enum ak_rc rc;

	if (format) {
		rc = ak_registry_find(m->p->o->registry, format, &m->mapping, err);
		if (rc == AK_OK && !m->page)
			rc = ak_registry_believe(m->p->o->registry, m->mapping, ak_buf_str(&m->head), eof, err);
		snprintf(m->detected, sizeof m->detected, "%s", m->page ? "the API says so" : "--format");
	} else {
		rc = ak_registry_detect(m->p->o->registry, ak_buf_str(&m->head), eof, &m->mapping, &why, err);
		snprintf(m->detected, sizeof m->detected, "%s", rc == AK_OK ? why.why : "not recognised");
	}
	if (rc == AK_OK)
		use_mapping(m);
	else
		m->mapping = NULL;
}

bool ak_stage_knows(const struct ak_stage *m)
{
	const struct ak_mapping *found = NULL;
	struct ak_detection why;
	struct ak_err ignored = {0};

	return m->p->o->sources[m->named].format ||
	       ak_registry_detect(m->p->o->registry, ak_buf_str(&m->head), false, &found, &why, &ignored) == AK_OK;
}

void ak_stage_part_from_before(struct ak_stage *m)
{
	const struct ak_mapping_info *now = m->mapping ? ak_mapping_info(m->mapping) : NULL;

	if (!m->resume || (now && strcmp(now->digest, m->p->partial_of.mapping) == 0))
		return;
	ak_free(m->resume);
	m->resume = NULL;
	m->skip_to = m->next_offset = 0;
	m->file = m->p->next_file++;
}

void ak_stage_announce_file(struct ak_stage *m, const struct ak_err *err)
{
	struct ak_item *i = ak_batch_add(m->batch, AK_ITEM_FILE);

	i->name = ak_arena_z(&m->batch->arena, ak_str_of(m->full_name));
	i->codec = m->codec;
	i->original = m->original;
	i->detected = ak_arena_z(&m->batch->arena, ak_str_of(m->detected));
	i->mapping = m->mapping;
	i->named = m->named;
	i->resume = keep_resume(m, m->resume);
	i->page = m->page;
	i->file = m->file;
	if (err->exit != AK_EXIT_OK)
		ak_stage_problem(m, "warning", err->reason[0] ? err->reason : "file_not_read", err);
}

/* The dimensions an aggregate export was grouped by: those that have a value anywhere in it. */
static const char *derived_query(struct ak_stage *m)
{
	const enum ak_field_id *dims = NULL;
	size_t n = m->mapping ? ak_mapping_dims(m->mapping, &dims) : 0;
	struct ak_buf b;
	char *z;

	if (!n)
		return NULL;
	ak_buf_init(&b, 4096);
	ak_buf_adds(&b, "group_by=");
	for (size_t i = 0; i < n; i++)
		if (ak_mapper_saw(m->mapper, dims[i]))
			ak_buf_addf(&b, "%s%s", b.n > 9 ? "," : "", ak_fields[dims[i]].column);
	z = ak_arena_z(&m->batch->arena, ak_buf_str(&b));
	ak_buf_release(&b);
	return z;
}

/* The key was not the one that the source sealed them for. */
static void still_shut(struct ak_stage *m)
{
	uint64_t shut = m->unsealed.shut, all = shut + m->unsealed.opened;
	struct ak_err err = {0};

	m->unsealed = (struct ak_unsealed){0};
	if (!shut)
		return;
	ak_fail(&err, AK_EXIT_PARTIAL, "%llu of %llu encrypted members could not be opened with the key of --open-with",
		(unsigned long long)shut, (unsigned long long)all);
	ak_hint(&err, "give the private key whose public half the gateway had at that time; the rest of each record is stored");
	ak_stage_problem(m, "warning", "sealed_members", &err);
}

void ak_stage_close(struct ak_stage *m, const struct ak_chunk *c)
{
	struct ak_item *i;

	still_shut(m);
	i = ak_batch_add(m->batch, AK_ITEM_FILE_END);
	i->file = m->file;
	i->digest = c->digest;
	i->incomplete = m->truncated;
	i->failed = !m->mapping || m->csv_failed;
	i->has_more = m->framer ? ak_framer_has_more(m->framer) : -1;
	i->query = derived_query(m);
	if (m->mapper)
		ak_mapper_unsee(m->mapper);
	drop_readers(m);
	ak_free(m->resume);
	m->resume = NULL;
	m->open = false;
	m->file = 0;
}

void ak_stage_end_export(struct ak_stage *m)
{
	ak_mapper_free(m->mapper);
	m->mapper = NULL;
	m->mapper_for = NULL;
	ak_drift_release(&m->drift);
	ak_drift_init(&m->drift);
}

void ak_stage_need_stats(struct ak_stage *m)
{
	if (m->stats)
		return;
	m->stats = ak_alloc_zero(1, sizeof *m->stats);
	ak_ledger_init(&m->stats->ledger);
	m->stats->mapping = m->mapping;
}

static void take_map_stats(struct ak_stage *m)
{
	const uint64_t *now = m->mapper ? (const uint64_t *)ak_mapper_stats(m->mapper) : NULL;
	uint64_t *taken = (uint64_t *)&m->taken, *delta = (uint64_t *)&m->stats->map;

	if (!now || m->stats->mapping != m->mapper_for)
		return;
	for (size_t i = 0; i < sizeof m->taken / sizeof *taken; i++) {
		delta[i] += now[i] - taken[i];
		taken[i] = now[i];
	}
}

/* The container's path with the name in place of its star. A name with a secret in it is not shown. */
static const char *header_path(struct ak_stage *m, const struct ak_header *h)
{
	const char *why, *path = ak_mapping_drop_path(m->mapper_for, h->drop, &why), *kind;
	size_t at;

	if (!h->known && ak_redact_scan(m->p->o->redactor, h->came, &at, &kind))
		return ak_arena_printf(&m->batch->arena, "%.*s{key:%zu}", (int)strlen(path) - 1, path, h->came.n).p;
	return ak_arena_printf(&m->batch->arena, "%.*s%.*s", (int)strlen(path) - 1, path, AK_STR_FMT(h->name)).p;
}

static void take_headers(struct ak_stage *m)
{
	struct ak_headers *all = m->mapper && m->stats->mapping == m->mapper_for ? ak_mapper_headers(m->mapper) : NULL;
	struct ak_item_stats *s = m->stats;

	if (!all)
		return;
	s->header = ak_arena_alloc(&m->batch->arena, (all->seen.n + 1) * sizeof *s->header);
	for (size_t i = 0; i < all->seen.n; i++) {
		struct ak_header *h = all->seen.e[i].v.ptr;

		if (h->n == h->taken)
			continue;
		s->header[s->nheader++] = (struct ak_header_delta){header_path(m, h), h->why, h->n - h->taken};
		h->taken = h->n;
	}
}

static void take_drift(struct ak_stage *m)
{
	struct ak_arena *a = &m->batch->arena;
	struct ak_item_stats *s = m->stats;

	s->unknown = ak_arena_alloc(a, (m->drift.paths.n + 1) * sizeof *s->unknown);
	for (size_t i = 0; i < m->drift.paths.n; i++) {
		struct ak_unknown *u = m->drift.paths.e[i].v.ptr;
		struct ak_str key = m->drift.paths.e[i].key;
		if (u->count == u->taken)
			continue;
		key.n = ak_str_find(key, '\x1f');
		/* A name without dots and colons may still be a key's; it is counted where it is seen first. */
		key = ak_redact_text(m->p->o->redactor, ak_arena_str(a, key), a, u->taken ? NULL : &s->ledger);
		s->unknown[s->nunknown++] = (struct ak_unknown_delta){key, ak_jtype_name(u->type), u->count - u->taken,
								      u->max_len, u->first_rec};
		u->taken = u->count;
	}
	s->unknown_over = m->drift.over;
	m->drift.over = 0;
}

void ak_stage_flush_stats(struct ak_stage *m)
{
	if (!m->stats)
		return;
	take_map_stats(m);
	take_headers(m);
	take_drift(m);
	ak_batch_add(m->batch, AK_ITEM_STATS)->stats = m->stats;
	m->stats = NULL;
}
