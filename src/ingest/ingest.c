#include "base/ak.h"
#include "ingest/ingest.h"

#include "ingest/declared.h"
#include "ingest/intake.h"
#include "redact/plan.h"
#include "store/access.h"
#include "store/corroborate.h"
#include "store/rotate.h"

#define LOCK_MS 5000

static enum ak_rc find_partial(struct ak_pipe *p, struct ak_err *err)
{
	enum ak_rc rc = ak_register_last_partial(p->o->store, &p->partial, &p->partial_of, err);

	return rc == AK_END ? AK_OK : rc;
}

/* The keys of before rotations: those that are there compare, the periods of the others are remembered. */
static enum ak_rc open_past(struct ak_pipe *p, struct ak_err *err)
{
	const struct ak_keys *k = p->o->keys;
	size_t n = 0;
	enum ak_rc rc = ak_key_periods(p->o->store, &p->gone, &n, err);

	for (p->npast = 0; p->npast < k->npast; p->npast++)
		p->past[p->npast] = ak_hmac_new(k->past[p->npast].dedupe, 32);
	for (size_t i = 0; i < n && rc == AK_OK; i++) {
		bool here = strcmp(p->gone[i].kid, k->kid) == 0;

		for (size_t j = 0; j < k->npast; j++)
			here = here || strcmp(p->gone[i].kid, k->past[j].kid) == 0;
		if (!here)
			p->gone[p->ngone++] = p->gone[i];
	}
	return rc;
}

static void close_past(struct ak_pipe *p)
{
	for (size_t i = 0; i < p->npast; i++)
		ak_hmac_free(p->past[i]);
	ak_free(p->gone);
}

/* In whole mode the transaction stays open until finish. */
static enum ak_rc start(struct ak_pipe *p, int64_t *run, struct ak_tlog *tlog, struct ak_err *err)
{
	const struct ak_ingest_opts *o = p->o;
	enum ak_rc rc = ak_store_begin(o->store, err);

	if (rc == AK_OK)
		rc = ak_register_run(o->store, o->options_json, o->policy ? o->policy->digest : NULL, run, err);
	if (rc == AK_OK && o->policy)
		rc = ak_register_document(tlog, o->policy->digest, "policy", "policy.yaml", NULL, o->policy_text, err);
	if (rc == AK_OK)
		rc = ak_columns_writer_new(o->store, &p->columns, err);
	if (rc == AK_OK)
		rc = ak_tlog_save(tlog, err);
	return rc == AK_OK && !p->whole ? ak_store_commit(o->store, err) : rc;
}

/* A mapping that is no longer there may have held any kind. */
static bool may_hold_requests(void *ctx, const char *format)
{
	const struct ak_mapping *m = NULL;
	struct ak_err ignored = {0};

	return ak_registry_find(ctx, format, &m, &ignored) != AK_OK || ak_mapping_info(m)->kinds >> AK_K_REQUEST & 1;
}

static enum ak_rc finish(struct ak_pipe *p, int64_t run, struct ak_tlog *tlog, struct ak_ingest_result *out,
			 struct ak_err *err)
{
	struct ak_store *s = p->o->store;
	enum ak_rc rc = p->whole ? AK_OK : ak_store_begin(s, err);

	if (rc == AK_OK)
		rc = ak_register_interrupted(s, run, err);
	if (rc == AK_OK)
		rc = ak_columns_writer_end(p->columns, err);
	if (rc == AK_OK)
		rc = ak_corroborate(s, may_hold_requests, (void *)p->o->registry, err);
	if (rc == AK_OK)
		rc = ak_access_anchor(tlog, err);
	if (rc == AK_OK)
		rc = ak_tlog_save(tlog, err);
	if (rc == AK_OK)
		rc = ak_tlog_checkpoint(tlog, p->o->keys, run, err);
	if (rc == AK_OK && p->o->seal)
		rc = p->o->seal(p->o->ctx, out, err);
	if (rc == AK_OK && !p->o->dry_run)
		rc = ak_store_commit(s, err);
	if (rc == AK_OK && !p->o->dry_run)
		out->checkpoint_size = ak_tlog_size(tlog);
	if (rc == AK_OK && p->o->inspect)
		rc = p->o->inspect(p->o->ctx, run, err);
	return rc;
}

static void stop(struct ak_pipe *p)
{
	ak_queue_stop(&p->chunks);
	ak_queue_stop(&p->batches);
}

static void drain(struct ak_pipe *p)
{
	for (size_t i = 0; i < p->chunks.n; i++)
		ak_chunk_free(p->chunks.item[(p->chunks.head + i) % p->chunks.cap]);
	for (size_t i = 0; i < p->batches.n; i++)
		ak_batch_free(p->batches.item[(p->batches.head + i) % p->batches.cap]);
}

static enum ak_rc run_threads(struct ak_pipe *p, int64_t run, struct ak_tlog *tlog, struct ak_ingest_result *out,
			      struct ak_err *err)
{
	pthread_t digest, map;
	enum ak_rc rc;
	int e = pthread_create(&digest, NULL, ak_pipe_digest, p);

	if (e)
		return ak_fail_sys(err, AK_EXIT_LIMIT, e, "cannot start a thread of 'ingest'");
	e = pthread_create(&map, NULL, ak_pipe_map, p);
	if (e) {
		stop(p);
		pthread_join(digest, NULL);
		return ak_fail_sys(err, AK_EXIT_LIMIT, e, "cannot start a thread of 'ingest'");
	}
	rc = ak_pipe_write(p, run, tlog, out, err);
	stop(p);
	pthread_join(digest, NULL);
	pthread_join(map, NULL);
	return rc;
}

enum ak_rc ak_ingest(const struct ak_ingest_opts *o, struct ak_ingest_result *out, struct ak_err *err)
{
	struct ak_pipe p = {.o = o, .whole = o->dry_run || o->strict || o->max_rejects >= 0};
	struct ak_tlog tlog = {0};
	enum ak_rc rc = ak_declared_check(o, err);

	memset(out, 0, sizeof *out);
	if (rc != AK_OK || (rc = ak_store_lock(o->store, LOCK_MS, err)) != AK_OK || (rc = ak_tlog_open(o->store, &tlog, err)) != AK_OK)
		return rc;
	for (int f = 0; o->plan && f < AK_F_COUNT && !p.drops; f++)
		p.drops = o->plan->action[f] == AK_FIELD_REMOVE;
	p.dedupe = ak_hmac_new(o->keys->dedupe, 32);
	p.reject = ak_hmac_new(o->keys->reject, 32);
	ak_queue_init(&p.chunks, 16);
	ak_queue_init(&p.batches, 3);
	rc = open_past(&p, err);
	if (rc == AK_OK)
		rc = ak_register_next_file(o->store, &p.next_file, err);
	if (rc == AK_OK && !o->dry_run)
		rc = find_partial(&p, err);
	if (rc == AK_OK && o->remap)
		rc = ak_intake_remap(&p, err);
	if (rc == AK_OK && o->follow)
		rc = ak_intake_last(&p, err);
	if (rc == AK_OK && (rc = start(&p, &out->run, &tlog, err)) == AK_OK)
		rc = run_threads(&p, out->run, &tlog, out, err);
	if (rc == AK_OK)
		rc = finish(&p, out->run, &tlog, out, err);
	ak_store_rollback(o->store); /* nothing to do after a commit */
	drain(&p);
	ak_queue_release(&p.chunks);
	ak_queue_release(&p.batches);
	ak_hmac_free(p.dedupe);
	ak_hmac_free(p.reject);
	ak_columns_writer_free(p.columns);
	close_past(&p);
	for (size_t i = 0; i < p.sums.n; i++)
		ak_free(p.sums.e[i].v.ptr);
	if (p.remap)
		ak_map_release(&p.sums);
	ak_remap_free(p.remap);
	ak_free(p.partial_of.source);
	ak_free(p.partial_of.name);
	ak_free(p.partial_of.mapping);
	ak_tlog_release(&tlog);
	return rc;
}
