/* Third thread (the caller's): one transaction per batch. */
#include "base/ak.h"
#include "ingest/declared.h"
#include "ingest/pipe.h"
#include "ingest/tail.h"
#include "ingest/warnings.h"
#include "redact/label.h"

#include "base/map.h"
#include "store/rotate.h"
#include "store/writer.h"

struct sink {
	struct ak_pipe *p;
	struct ak_store *s;
	struct ak_tlog *tlog;
	struct ak_writer *writer;
	struct ak_leafer *leafer;
	struct ak_ingest_result *out;
	struct ak_err *err;
	int64_t run, export_;
	bool export_incomplete;
	const struct ak_ingest_source *source;
	char *export_name, *exported_at;
	const char *exported_at_basis;
	struct ak_map exports; /* source name -> export id, of the open argument */
	struct ak_file_row file; /* id 0 = none is open */
	char *name, *codec, *detected;
	const char *original; /* with --remap: digest of the open file */
	const struct ak_mapping *mapping;
	uint64_t repeated_keys, odd_times, bad_numbers, undated,
		mapped_before;			   /* of the open file, for the one warning of each */
	struct ak_kind_counts brought[AK_K_COUNT]; /* by the export, not yet registered */
	struct ak_redact_ledger changed;	   /* by redaction, in what it brought: likewise */
	uint64_t personal[32];			   /* labels of it that look like a person's: likewise */
	bool whole;             /* one transaction for the whole run */
	bool begun;             /* a transaction is open */
	struct ak_tail tail;
};

static enum ak_rc open_export(struct sink *k, const struct ak_item *i)
{
	k->source = &k->p->o->sources[i->source];
	k->export_incomplete = false;
	k->export_ = i->resume ? i->resume->export_ : 0; /* a resumed file goes on under its old export */
	ak_free(k->export_name);
	ak_free(k->exported_at);
	k->export_name = ak_strdup(i->export_name);
	k->exported_at = ak_strdup(i->exported_at);
	k->exported_at_basis = i->exported_at_basis;
	ak_map_release(&k->exports);
	ak_map_init(&k->exports);
	return AK_OK;
}

/* One export row per argument and source: a folder may hold files of several formats, each its own source. */
static enum ak_rc use_export(struct sink *k, const struct ak_mapping_info *info)
{
	const char *name = k->source->name ? k->source->name : info ? info->id : "unrecognised";
	struct ak_export_row row = {.run = k->run, .name = k->export_name, .exported_at = k->exported_at,
				    .exported_at_basis = k->exported_at_basis, .query = k->source->query,
				    .state = "partial"};
	struct ak_map_entry *e;
	bool fresh;
	enum ak_rc rc;

	e = ak_map_put(&k->exports, ak_str_of(name), &fresh);
	if (fresh) {
		rc = ak_register_source(k->s, name, info ? info->system : NULL, info ? info->id : "unrecognised",
					k->source->owner, &row.source, k->err);
		if (rc == AK_OK && k->source->system)
			rc = ak_register_system(k->s, row.source, k->source->system, k->err);
		if (rc == AK_OK)
			rc = ak_register_export(k->s, &row, k->err);
		if (rc != AK_OK)
			return rc;
		e->v.num = row.id;
	}
	k->export_ = e->v.num;
	return AK_OK;
}

static enum ak_rc save_file(struct sink *k, const char *state)
{
	k->file.state = state;
	return ak_register_file(k->s, &k->file, k->err);
}

static enum ak_rc open_file(struct sink *k, const struct ak_item *i)
{
	const struct ak_mapping_info *info = i->mapping ? ak_mapping_info(i->mapping) : NULL;
	enum ak_rc rc = AK_OK;

	k->source = &k->p->o->sources[i->named];
	ak_free(k->name);
	ak_free(k->detected);
	k->name = ak_strdup(i->name);
	k->detected = ak_strdup(i->detected);
	rc = i->resume ? ak_register_export_run(k->s, i->resume->export_, k->run, k->err) : use_export(k, info);
	if (rc != AK_OK)
		return rc;
	if (i->resume)
		k->file = *i->resume;
	else
		k->file = (struct ak_file_row){.id = i->file, .export_ = k->export_, .first_us = INT64_MAX,
					       .last_us = INT64_MIN};
	ak_counts_add(&k->tail.before, &k->file.counts);
	k->file.name = k->name;
	k->file.detected = k->detected;
	k->file.codec = i->codec;
	k->file.request = i->page ? i->page->request : NULL;
	k->file.saved = i->page ? i->page->saved : -1;
	k->file.mapping = info ? info->digest : "";
	k->file.format = info ? info->id : "unrecognised";
	k->file.has_more = -1;
	k->file.query = NULL;
	k->mapping = i->mapping;
	k->original = i->original;
	k->repeated_keys = k->odd_times = k->bad_numbers = k->undated = k->mapped_before = 0;
	k->out->files++;
	if (info)
		rc = ak_declared_text(k->p->o->redactor, info->id, info->text, k->err);
	if (info && rc == AK_OK)
		rc = ak_register_document(k->tlog, info->digest, "mapping", info->id, info->version, info->text, k->err);
	return rc == AK_OK ? save_file(k, "partial") : rc;
}

static bool says(const struct ak_value *v, const char *what) { return v && ak_str_is(v->text, what); }

static bool is_hidden(const struct ak_value *v) { return says(v, "masked") || says(v, "encrypted"); }

static void count_kind(struct sink *k, const struct ak_packed *r)
{
	struct ak_kind_counts *n = &k->brought[r->kind];
	const struct ak_value *prompt = ak_packed_get(r, AK_F_PAYLOAD_PROMPT), *completion = ak_packed_get(r, AK_F_PAYLOAD_COMPLETION);
	bool present = says(prompt, "present") || says(completion, "present");

	n->records++;
	n->present += present;
	n->masked += !present && (is_hidden(prompt) || is_hidden(completion));
}

static enum ak_rc save_kinds(struct sink *k)
{
	enum ak_rc rc = AK_OK;

	for (int kind = 0; kind < AK_K_COUNT && rc == AK_OK; kind++)
		if (k->brought[kind].records)
			rc = ak_register_kind(k->s, k->export_, kind, &k->brought[kind], k->err);
	memset(k->brought, 0, sizeof k->brought);
	return rc;
}

static struct ak_remap_file remapped(const struct sink *k)
{
	return (struct ak_remap_file){k->original, k->file.id, k->file.format, k->file.mapping};
}

/* What was there already was counted when it came. */
static void count_changes(struct sink *k, const struct ak_item *i)
{
	for (size_t c = 0; c < i->nchanged; c++)
		ak_ledger_add(&k->changed, i->changed[c].field, i->changed[c].rule, i->changed[c].action, i->changed[c].n);
	for (size_t l = 0; l < AK_COUNT(k->personal) && i->personal >> l; l++)
		k->personal[l] += i->personal >> l & 1;
}

static enum ak_rc put_record(struct sink *k, const struct ak_item *i)
{
	struct ak_counts *c = &k->file.counts;
	struct ak_put_args args = {.format = k->file.format, .mapping = k->file.mapping, .file = k->file.id,
				   .export_ = k->export_, .has_revision = ak_mapping_has_revision(k->mapping),
				   .remap = k->p->o->remap};
	const struct ak_remap_file was = remapped(k);
	const struct ak_value *start;
	struct ak_put_result r;
	enum ak_rc rc;

	if ((rc = ak_writer_put(k->writer, &args, i->rec, i->hashes, &r, k->err)) != AK_OK)
		return rc;
	if (k->original && r.seq >= 0 && (rc = ak_remap_take(k->p->remap, &was, i->rec->offset, r.seq, k->err)) != AK_OK)
		return rc;
	c->in++;
	c->stored += r.what == AK_PUT_STORED;
	if (r.what == AK_PUT_STORED) {
		count_kind(k, i->rec);
		count_changes(k, i);
	}
	c->duplicate += r.what == AK_PUT_DUPLICATE;
	c->expired += r.what == AK_PUT_EXPIRED;
	c->conflict += r.conflict;
	c->superseded += r.superseded;
	k->repeated_keys += r.conflict;
	k->undated += (i->rec->flags & AK_R_NO_TIME) && ak_kinds[i->rec->kind].events;
	k->odd_times += (i->rec->flags & AK_R_ODD_TIME) != 0;
	k->bad_numbers += (i->rec->flags & AK_R_BAD_NUMBER) != 0;
	k->mapped_before += r.remapped;
	start = ak_packed_get(i->rec, AK_F_START);
	if (start && !(i->rec->flags & AK_R_ODD_TIME)) {
		int64_t t = start->num;
		k->file.first_us = t < k->file.first_us ? t : k->file.first_us;
		k->file.last_us = t > k->file.last_us ? t : k->file.last_us;
	}
	return AK_OK;
}

static enum ak_rc put_diag(struct sink *k, const struct ak_item *i)
{
	struct ak_diag_row row = i->diag;

	row.export_ = k->export_;
	row.file = k->file.id;
	if (strcmp(row.severity, "reject") == 0) {
		k->file.counts.in++;
		k->file.counts.rejected++;
	}
	if (strcmp(row.rule, "signature_bad") == 0)
		k->out->bad_signatures += row.n;
	if (strcmp(row.rule, AK_OWN_OTHER_KEY) == 0)
		k->out->other_key += row.n;
	return ak_register_diag(k->s, &row, k->err);
}

static enum ak_rc put_map_stats(struct sink *k, const struct ak_item_stats *t)
{
	static const char *const reasons[] = {"not in this format", "null at source", "sentinel", "dropped by policy",
					      "invalid"};
	static const char *const roles[] = {"prompt", "completion", "other"};
	enum ak_rc rc = AK_OK;
	const char *path, *why;
	int role;

	for (int f = 0; f < AK_F_COUNT && rc == AK_OK; f++)
		for (int a = AK_ABSENT_NULL; a <= AK_ABSENT_INVALID && rc == AK_OK; a++)
			if (t->map.absent[f][a])
				rc = ak_register_absent(k->s, k->export_, ak_fields[f].column, reasons[a],
							t->map.absent[f][a], k->err);
	for (size_t i = 0; rc == AK_OK && (path = ak_mapping_payload_path(t->mapping, i, &role)); i++)
		rc = ak_register_payload(k->s, k->export_, path, roles[role], t->map.payload[i], k->err);
	for (size_t i = 0; rc == AK_OK && (path = ak_mapping_drop_path(t->mapping, i, &why)); i++)
		if (t->map.dropped[i] && !ak_mapping_drops_headers(t->mapping, i))
			rc = ak_register_redaction(k->s, k->export_, path, why, "not collected", t->map.dropped[i], k->err);
	for (size_t i = 0; rc == AK_OK && i < t->nheader; i++)
		rc = ak_register_redaction(k->s, k->export_, t->header[i].path, t->header[i].why, "not collected", t->header[i].n, k->err);
	return rc;
}

static enum ak_rc put_personal(struct sink *k)
{
	struct ak_diag_row row = {.export_ = k->export_, .severity = "notice", .rule = "personal_label"};
	enum ak_rc rc = AK_OK;
	char detail[160];

	row.detail = detail;
	for (size_t i = 0; i < ak_nlabels && rc == AK_OK; i++) {
		row.field = ak_fields[ak_labels[i]].column;
		row.n = k->personal[i];
		snprintf(detail, sizeof detail, "values of '%s' look like a person's; rename them at the source, or hash the field in policy.yaml",
			 row.field);
		if (row.n)
			rc = ak_register_diag(k->s, &row, k->err);
		k->personal[i] = 0;
	}
	return rc;
}

static enum ak_rc put_redaction(struct sink *k, const struct ak_redact_ledger *l)
{
	enum ak_rc rc = AK_OK;

	for (size_t i = 0; i < l->n && rc == AK_OK; i++) {
		const struct ak_redact_count *c = &l->row[i];
		rc = ak_register_redaction(k->s, k->export_, c->field < 0 ? "(names)" : ak_fields[c->field].column, c->rule,
					   ak_action_name(c->action), c->n, k->err);
	}
	return rc;
}

static enum ak_rc put_stats(struct sink *k, const struct ak_item_stats *t)
{
	enum ak_rc rc = t->mapping ? put_map_stats(k, t) : AK_OK;

	if (rc == AK_OK && (rc = put_personal(k)) == AK_OK && (rc = put_redaction(k, &t->ledger)) == AK_OK)
		rc = put_redaction(k, &k->changed);
	ak_ledger_clear(&k->changed);
	for (size_t i = 0; i < t->nunknown && rc == AK_OK; i++)
		rc = ak_register_unknown(k->s, k->export_, t->unknown[i].path, t->unknown[i].type, t->unknown[i].n,
					 t->unknown[i].max_length, t->unknown[i].first_rec, k->err);
	if (rc == AK_OK && t->unknown_over)
		rc = ak_register_unknown(k->s, k->export_, AK_STR("(more paths than are listed)"), "any", t->unknown_over, 0, 0,
					 k->err);
	return rc;
}

/* Behind the last record of a file. */
static enum ak_rc warnings(struct sink *k)
{
	struct ak_warnings w = {.s = k->s,
				.export_ = k->export_,
				.file = &k->file,
				.mapping = k->mapping,
				.repeated_keys = k->repeated_keys,
				.odd_times = k->odd_times,
				.bad_numbers = k->bad_numbers,
				.undated = k->undated,
				.mapped_before = k->mapped_before,
				.remap = k->p->o->remap,
				.gone = k->p->gone,
				.ngone = k->p->ngone};
	const struct ak_remap_file f = remapped(k);
	enum ak_rc rc = k->original ? ak_remap_end(k->p->remap, k->tlog, &f, &w.replaced, &w.unmatched, k->err) : AK_OK;

	return rc == AK_OK ? ak_warnings_put(&w, k->err) : rc;
}

static enum ak_rc end_file(struct sink *k, const struct ak_item *i)
{
	struct ak_file_row *f = &k->file;
	enum ak_rc rc;

	if (i->digest.given_known) {
		ak_hex(i->digest.given, 32, f->sha256);
		f->bytes = i->digest.given_bytes;
	}
	if (!i->failed || i->digest.decoded_bytes) {
		ak_hex(i->digest.decoded, 32, f->decoded_sha256);
		f->decoded_bytes = i->digest.decoded_bytes;
	}
	f->has_more = i->has_more;
	f->query = i->query;
	k->export_incomplete |= i->incomplete || i->failed;
	k->out->failed_files += i->failed;
	k->out->incomplete_files += i->incomplete;
	k->out->bytes += i->digest.decoded_bytes;
	ak_counts_add(&k->out->counts, &f->counts);
	if ((rc = save_file(k, i->incomplete || i->failed ? "incomplete" : "complete")) == AK_OK &&
	    (rc = save_kinds(k)) == AK_OK && (rc = warnings(k)) == AK_OK)
		rc = ak_register_file_leaf(k->tlog, f, k->err);
	f->id = 0;
	return rc;
}

static enum ak_rc end_export(struct sink *k, const struct ak_item *i)
{
	const char *state = k->export_incomplete ? "incomplete" : "complete";
	char hex[65];
	enum ak_rc rc = k->exports.n ? AK_OK : ak_register_export_state(k->s, k->export_, state, k->err);

	ak_hex(i->digest.given, 32, hex);
	for (size_t e = 0; e < k->exports.n && rc == AK_OK; e++) {
		int64_t id = k->exports.e[e].v.num;
		if (i->digest.given_known)
			rc = ak_register_file_digest(k->s, id, hex, i->digest.given_bytes, k->err);
		if (rc == AK_OK)
			rc = ak_register_export_state(k->s, id, state, k->err);
	}
	return rc;
}

static enum ak_rc handle(struct sink *k, const struct ak_item *i)
{
	switch (i->kind) {
	case AK_ITEM_EXPORT:
		return open_export(k, i);
	case AK_ITEM_FILE:
		return open_file(k, i);
	case AK_ITEM_RECORD:
		return put_record(k, i);
	case AK_ITEM_REJECT:
		return put_diag(k, i);
	case AK_ITEM_BLANK:
		k->file.counts.in += i->n;
		k->file.counts.blank += i->n;
		return AK_OK;
	case AK_ITEM_STATS:
		return put_stats(k, i->stats);
	case AK_ITEM_FILE_END:
		return end_file(k, i);
	case AK_ITEM_EXPORT_END:
		return end_export(k, i);
	}
	return AK_OK;
}

/* The file that is still open stays partial, with what a later run needs to go on. */
static enum ak_rc save_progress(struct sink *k, const struct ak_batch *b)
{
	enum ak_rc rc;

	if (!k->file.id)
		return AK_OK;
	k->file.next_offset = b->next_offset;
	k->file.check_offset = b->check_offset;
	ak_hex(b->check_sha256, 32, k->file.check_sha256);
	return (rc = save_file(k, "partial")) == AK_OK ? save_kinds(k) : rc;
}

static enum ak_rc stopped_by_rejects(struct sink *k)
{
	const struct ak_ingest_opts *o = k->p->o;
	uint64_t n = k->out->counts.rejected + (k->file.id ? k->file.counts.rejected : 0);
	int64_t max = o->strict ? 0 : o->max_rejects;

	if (max < 0 || n <= (uint64_t)max)
		return AK_OK;
	ak_hint(k->err, "run with --dry-run to see all of them; nothing was stored");
	return ak_fail(k->err, AK_EXIT_INPUT, "stopped after %llu rejected records, %lld are allowed", (unsigned long long)n,
		       (long long)max);
}

/* Identity and content digest of the records, those that the map thread had no reason to make; all are looked up together. */
static enum ak_rc expect_records(struct sink *k, const struct ak_batch *b)
{
	const uint8_t **ids = ak_alloc((b->records * (1 + k->p->npast) + 1) * sizeof *ids);
	size_t n = 0;
	enum ak_rc rc;

	for (const struct ak_item *i = b->first; i; i = i->next) {
		if (i->kind != AK_ITEM_RECORD)
			continue;
		if (i->before)
			ak_leaf_content_packed(k->leafer, k->p->dedupe, ak_mapping_info(i->mapping)->id, i->rec, i->before, i->hashes);
		ids[n++] = i->hashes->identity;
		for (size_t j = 0; j < i->hashes->npast; j++)
			ids[n++] = i->hashes->past[j].identity;
	}
	rc = ak_writer_expect(k->writer, ids, n, k->err);
	ak_free(ids);
	return rc;
}

static enum ak_rc commit(struct sink *k, const struct ak_batch *b)
{
	enum ak_rc rc = save_progress(k, b);

	if (rc == AK_OK)
		rc = ak_writer_flush(k->writer, k->err);
	if (rc == AK_OK)
		rc = ak_tlog_save(k->tlog, k->err);
	if (rc == AK_OK && ak_tail_seals(&k->tail, k->p->o))
		rc = ak_tlog_checkpoint(k->tlog, k->p->o->keys, k->run, k->err);
	if (rc == AK_OK && !k->whole)
		rc = ak_store_commit(k->s, k->err);
	k->begun = k->whole;
	if (rc == AK_OK && k->source)
		ak_tail_tell(&k->tail, k->p->o, k->source->name ? k->source->name : k->file.format, &k->out->counts, &k->file);
	return rc;
}

static enum ak_rc write_batch(struct sink *k, const struct ak_batch *b)
{
	enum ak_rc rc = k->begun ? AK_OK : ak_store_begin(k->s, k->err);

	k->begun = true;
	if (rc == AK_OK)
		rc = expect_records(k, b);
	for (const struct ak_item *i = b->first; i && rc == AK_OK; i = i->next)
		rc = handle(k, i);
	if (rc == AK_OK)
		rc = stopped_by_rejects(k);
	if (rc == AK_OK)
		rc = ak_writer_settle(k->writer, k->err);
	return rc == AK_OK && b->commit ? commit(k, b) : rc;
}

static void report(struct sink *k, struct ak_batch *b)
{
	b->progress.file = b->progress_name;
	if (k->p->o->progress)
		k->p->o->progress(k->p->o->ctx, &b->progress);
}

enum ak_rc ak_pipe_write(struct ak_pipe *p, int64_t run, struct ak_tlog *tlog, struct ak_ingest_result *out,
			 struct ak_err *err)
{
	struct sink k = {.p = p, .s = p->o->store, .tlog = tlog, .out = out, .err = err, .run = run, .whole = p->whole, .begun = p->whole};
	bool end = false;
	enum ak_rc rc = ak_writer_new(k.s, tlog, p->columns, p->dedupe, p->past, &k.writer, err);

	k.leafer = ak_leafer_new();
	while (rc == AK_OK && !end) {
		struct ak_batch *b = ak_queue_pop(&p->batches);
		if (!b)
			break;
		end = b->end;
		rc = write_batch(&k, b);
		report(&k, b);
		ak_batch_free(b);
	}
	ak_writer_free(k.writer);
	ak_leafer_free(k.leafer);
	ak_ledger_release(&k.changed);
	ak_map_release(&k.exports);
	ak_free(k.export_name);
	ak_free(k.exported_at);
	ak_free(k.name);
	ak_free(k.detected);
	return rc;
}
