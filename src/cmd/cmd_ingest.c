#include "base/ak.h"
#include "cmd/cmd.h"

#include <errno.h>

#include "base/crypto.h"
#include "base/fs.h"
#include "base/time.h"
#include "cmd/allowlist.h"
#include "cmd/follow.h"
#include "cmd/ingest_report.h"
#include "cmd/keeptext.h"
#include "cmd/kept_options.h"
#include "cmd/manual.h"
#include "cmd/signing.h"
#include "cmd/sourcelist.h"
#include "cmd/sourcematch.h"
#include "ingest/ingest.h"
#include "ingest/trail.h"

enum { MOST_KEY_BYTES = 65536 };

struct job {
	struct ak_ctx *c;
	struct ak_ingest_source *sources;
	size_t nsources;
	struct ak_sourcematch match;
	json_t *missing; /* sources of policy.yaml without a file; NULL when it was not asked */
	json_t *unnamed; /* cmd/sourcelist.h; NULL likewise */
	struct ak_trail_opts trail; /* folder NULL: not asked */
	struct ak_trail_result trail_found;
};

static void progress(void *ctx, const struct ak_ingest_progress *p)
{
	struct job *j = ctx;

	ak_io_progress(j->c->io, p->file, p->records, p->done, p->total);
}

static bool stopping(void *ctx)
{
	(void)ctx;
	return ak_follow_stopping();
}

static void tail(void *ctx, const struct ak_ingest_tail *t)
{
	struct job *j = ctx;

	ak_follow_tail(j->c, t);
}

/* A filter may name whom it is about: it is kept as a search is, with tokens. */
static const char *safe_query(struct ak_ctx *c, const char *query)
{
	return query ? ak_arena_z(&c->arena, ak_redact_text(c->redactor, ak_str_of(query), &c->arena, NULL)) : NULL;
}

/* What was asked for, as it is kept in the workspace: no argv, no paths. */
static const char *options_json(struct ak_ctx *c, const bool keep[AK_F_COUNT])
{
	const struct ak_args *a = c->args;
	static const char *const texts[] = {"format", "source", "owner", "system", "exported-at", "tz", NULL};
	static const char *const flags[] = {"dry-run", "strict", "remap", "follow", "manual", NULL};
	json_t *o = json_object(), *kept_text = ak_cmd_keep_text_note(c, keep);

	ak_kept_options_add(o, a, texts, flags);
	if (ak_args_text(a, "query"))
		json_object_set_new(o, "query", json_string(safe_query(c, ak_args_text(a, "query"))));
	if (ak_args_text(a, "open-with"))
		json_object_set_new(o, "open-with", json_true());
	if (ak_args_int(a, "max-rejects", -1) >= 0)
		json_object_set_new(o, "max-rejects", json_integer(ak_args_int(a, "max-rejects", -1)));
	if (kept_text)
		json_object_set_new(o, "keep-text", kept_text);
	json_object_set_new(o, "arguments", json_integer((json_int_t)a->nwords));
	return ak_kept_options_text(c, o);
}

static enum ak_rc exported_at(struct ak_ctx *c, struct ak_ingest_source *s, struct ak_err *err)
{
	const char *text = ak_args_text(c->args, "exported-at");
	struct ak_time t;

	if (!text)
		return AK_OK;
	if (ak_time_parse(ak_str_of(text), "UTC", &c->arena, &t, err) != AK_OK)
		return ak_fail(err, AK_EXIT_USAGE, "option '--exported-at' wants an RFC 3339 time");
	s->exported_at = ak_arena_z(&c->arena, t.text);
	return AK_OK;
}

/* A name that is not there is a slip of the hand, not a source that could not be read: the ledger hears nothing of it. */
static enum ak_rc all_there(const struct ak_args *a, struct ak_err *err)
{
	for (size_t i = 0; i < a->nwords; i++) {
		struct ak_str name = ak_fs_base(a->word[i]);

		if (strcmp(a->word[i], "-") == 0 || ak_inputs_are_there(a->word[i]))
			continue;
		ak_hint(err, "give a file, a folder, a quoted pattern or - for standard input; nothing was read");
		if (ak_inputs_is_pattern(a->word[i]))
			return ak_fail(err, AK_EXIT_INPUT, "cannot read '%.*s': no file matches", AK_STR_FMT(name));
		return ak_fail_sys(err, AK_EXIT_INPUT, ENOENT, "cannot read '%.*s'", AK_STR_FMT(name));
	}
	return AK_OK;
}

/* A mapping file that is given is to be used: next to the name of another format it would be read and not used. */
static enum ak_rc use_mapping(struct ak_ingest_source *s, const char *id, struct ak_err *err)
{
	if (!s->format)
		s->format = id;
	if (strcmp(s->format, id) == 0)
		return AK_OK;
	ak_hint(err, "leave '--format' out: the file says what format it is");
	return ak_fail(err, AK_EXIT_USAGE, "option '--mapping' gives format '%s', option '--format' wants '%s'", id, s->format);
}

static enum ak_rc from_arguments(struct ak_ctx *c, struct ak_ingest_source **out, size_t *n, struct ak_err *err)
{
	const struct ak_args *a = c->args;
	struct ak_ingest_source *s = ak_arena_zero(&c->arena, sizeof *s);
	const struct ak_mapping *m = NULL;
	const char *mapping = ak_args_text(a, "mapping");
	struct ak_time t;
	enum ak_rc rc = all_there(a, err);

	if (rc != AK_OK)
		return rc;
	s->name = ak_args_text(a, "source");
	s->format = ak_args_text(a, "format");
	s->owner = ak_args_text(a, "owner");
	s->system = ak_args_text(a, "system");
	s->query = ak_args_text(a, "query");
	s->tz = ak_args_text(a, "tz");
	s->paths = a->word;
	s->npaths = a->nwords;
	if (s->tz && ak_time_parse(AK_STR("2026-01-15 12:00:00"), s->tz, &c->arena, &t, NULL) != AK_OK) {
		ak_hint(err, "names are those of the time zone database, such as Europe/Berlin, or +02:00");
		return ak_fail(err, AK_EXIT_USAGE, "option '--tz': there is no time zone '%.60s' here", s->tz);
	}
	if (mapping && (rc = ak_registry_add_file(c->registry, mapping, &m, err)) == AK_OK)
		rc = use_mapping(s, ak_mapping_info(m)->id, err);
	if (rc == AK_OK && s->format)
		rc = ak_registry_find(c->registry, s->format, &m, err);
	if (rc == AK_OK)
		rc = exported_at(c, s, err);
	*out = s;
	*n = 1;
	return rc;
}

static size_t source_of(void *ctx, const char *argument, const char *below)
{
	struct job *j = ctx;

	return ak_sourcematch_find(&j->match, argument, below);
}

static enum ak_rc inspect(void *ctx, int64_t run, struct ak_err *err)
{
	struct job *j = ctx;

	return ak_ingest_report(j->c, j->sources, j->nsources, run, j->missing, j->unnamed, err);
}

/* What digests say of the logs that are now in the workspace stands in the report and is stored with the records. */
static enum ak_rc check_trail(void *ctx, const struct ak_ingest_result *r, struct ak_err *err)
{
	struct job *j = ctx;

	(void)r;
	return ak_trail_check(&j->trail, &j->trail_found, err);
}

static enum ak_exit exit_of(struct ak_ctx *c, const struct ak_ingest_result *r, const json_t *missing, const struct ak_trail_result *trail)
{
	if (r->failed_files)
		return AK_EXIT_INPUT;
	if (r->other_key)
		return AK_EXIT_REFUSED;
	if (r->bad_signatures || ak_trail_is_bad(trail))
		return AK_EXIT_VERIFY;
	if (r->incomplete_files || json_array_size(missing))
		return AK_EXIT_PARTIAL;
	return r->counts.rejected && !ak_ingest_rejects_allowed(c->policy, &r->counts) ? AK_EXIT_PARTIAL : AK_EXIT_OK;
}

static void notes(struct ak_ctx *c, const struct ak_ingest_result *r, int64_t us)
{
	char n[32];
	uint64_t rate = us > 0 ? r->counts.in * 1000000u / (uint64_t)us : 0;

	ak_io_note(c->io, "done", "%lld.%lld s, %s records/s", (long long)(us / 1000000), (long long)(us / 100000 % 10),
		   ak_thousands(rate, n));
	ak_allowlist_warn(c);
	ak_io_note(c->io, "next", "auditkit %sstatus", c->with);
}

/* The private key that a source encrypts members for; its text is wiped once it was read. */
static enum ak_rc open_with(struct ak_ctx *c, struct ak_sealed_key **out, struct ak_err *err)
{
	const char *path = ak_args_text(c->args, "open-with");
	struct ak_buf pem;
	enum ak_rc rc;

	if (!path)
		return AK_OK;
	ak_buf_init(&pem, MOST_KEY_BYTES);
	rc = ak_fs_slurp(path, MOST_KEY_BYTES, &pem, err);
	if (rc == AK_OK)
		rc = ak_sealed_key_read(ak_buf_str(&pem), out, err);
	if (pem.n)
		ak_wipe(pem.p, pem.n);
	ak_buf_release(&pem);
	return rc;
}

static bool reads_stdin(const struct ak_args *a)
{
	for (size_t i = 0; i < a->nwords; i++)
		if (strcmp(a->word[i], "-") == 0)
			return true;
	return false;
}

static enum ak_rc read_options(struct ak_ctx *c, struct ak_ingest_opts *o, bool keep[AK_F_COUNT], struct ak_err *err)
{
	const struct ak_args *a = c->args;

	o->dry_run = ak_args_flag(a, "dry-run");
	o->strict = ak_args_flag(a, "strict");
	o->remap = ak_args_flag(a, "remap");
	o->follow = ak_args_flag(a, "follow");
	o->max_rejects = ak_args_int(a, "max-rejects", -1);
	if (ak_args_int(a, "max-rejects", 0) < 0)
		return ak_fail(err, AK_EXIT_USAGE, "option '--max-rejects' wants a number from 0 up");
	if (ak_args_flag(a, "question") && !ak_args_flag(a, "manual")) {
		ak_hint(err, "give both for a file that is no export; records answer the questions that their kind answers");
		return ak_fail(err, AK_EXIT_USAGE, "option '--question' goes with '--manual'");
	}
	if (ak_cmd_keep_text(c, keep, err) != AK_OK)
		return AK_FAIL;
	if (o->remap && reads_stdin(a)) {
		ak_hint(err, "give the files that were read then");
		return ak_fail(err, AK_EXIT_USAGE, "option '--remap' reads its files twice, standard input cannot be");
	}
	if (o->follow && ak_follow_check(c, err) != AK_OK)
		return AK_FAIL;
	o->keep_text = keep;
	o->options_json = options_json(c, keep);
	return open_with(c, &o->open_with, err);
}

/* Given by hand, the sources of policy.yaml that name the files lend their names; else all that policy.yaml names. */
static enum ak_rc choose_sources(struct job *j, struct ak_ingest_opts *o, struct ak_err *err)
{
	struct ak_ctx *c = j->c;
	bool by_hand = c->args->nwords > 0, manual = ak_args_flag(c->args, "manual");
	enum ak_rc rc = by_hand ? from_arguments(c, &j->sources, &j->nsources, err)
				: ak_sourcelist_from_policy(c, &j->sources, &j->nsources, &j->missing, err);

	if (rc == AK_OK && !by_hand && !manual)
		rc = ak_sourcelist_unnamed(c, j->sources, j->nsources, &j->unnamed, err);
	if (rc == AK_OK && by_hand && !manual && !ak_args_text(c->args, "source")) {
		ak_sourcematch_init(c, j->sources, &j->sources, &j->nsources, &j->match);
		o->source_of = source_of;
	}
	for (size_t i = 0; rc == AK_OK && i < j->nsources; i++)
		j->sources[i].query = safe_query(c, j->sources[i].query);
	o->sources = j->sources;
	o->nsources = manual && !by_hand ? 0 : j->nsources;
	return rc;
}

static enum ak_exit take_in(struct job *j, struct ak_ingest_opts *o, struct ak_err *err)
{
	struct ak_ctx *c = j->c;
	struct ak_cmd_signing signing = {.with = {.rsa = NULL}};
	struct ak_ingest_result r;
	int64_t start = ak_time_now();
	enum ak_rc rc = ak_cmd_signing(c, &signing, err);

	o->signing = &signing.with;
	j->trail = (struct ak_trail_opts){c->store, ak_args_text(c->args, "cloudtrail-digests"), signing.with.rsa, &signing.headers};
	o->seal = j->trail.folder ? check_trail : NULL;
	if (rc == AK_OK && o->follow)
		ak_follow_start(c);
	if (rc == AK_OK && c->opened && !o->dry_run)
		rc = ak_cmd_log_access(c, 0, err);
	if (rc == AK_OK)
		rc = ak_ingest(o, &r, err);
	if (rc == AK_OK)
		notes(c, &r, ak_time_now() - start);
	ak_cmd_signing_release(&signing);
	return rc == AK_OK ? exit_of(c, &r, j->missing, &j->trail_found) : err->exit;
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	struct job job = {.c = c};
	struct ak_ingest_opts o = {.store = c->store, .keys = c->keys, .registry = c->registry, .policy = c->policy,
				   .policy_text = c->policy_text, .redactor = c->redactor, .past = c->past, .plan = c->plan,
				   .progress = progress, .stopping = stopping, .tail = tail, .inspect = inspect, .ctx = &job};
	bool keep[AK_F_COUNT] = {false};
	enum ak_exit exit;
	enum ak_rc rc = read_options(c, &o, keep, err);

	if (rc == AK_OK)
		rc = choose_sources(&job, &o, err);
	if (rc != AK_OK)
		exit = err->exit;
	else if (ak_args_flag(c->args, "manual"))
		exit = ak_cmd_manual(c, &o, job.sources, err);
	else
		exit = take_in(&job, &o, err);
	json_decref(job.missing);
	json_decref(job.unnamed);
	ak_sealed_key_free(o.open_with);
	return exit;
}

static const struct ak_opt opts[] = {
	{"format", 0, AK_OPT_TEXT, "ID", "mapping to use instead of detecting one per file"},
	{"mapping", 0, AK_OPT_INPUT, "FILE", "use this mapping file"},
	{"source", 0, AK_OPT_TEXT, "NAME", "name of the export stream (default: the source of policy.yaml that names the file, else the format's id)"},
	{"owner", 0, AK_OPT_TEXT, "OWNER", "who answers for the source"},
	{"system", 0, AK_OPT_TEXT, "NAME", "system it is an export of; two sources of one system that tell of the same attempt count it once"},
	{"exported-at", 0, AK_OPT_TEXT, "TIME", "when the source produced it (default: the file's time)"},
	{"tz", 0, AK_OPT_TEXT, "ZONE", "zone of times that have none"},
	{"query", 0, AK_OPT_TEXT, "TEXT", "query or filter that produced the export"},
	{"dry-run", 'n', AK_OPT_FLAG, NULL, "report what would be stored, rejected and redacted; store nothing"},
	{"max-rejects", 0, AK_OPT_INT, "N", "store nothing and exit 5 beyond N rejected records"},
	{"strict", 0, AK_OPT_FLAG, NULL, "the same as --max-rejects 0"},
	{"keep-text", 0, AK_OPT_LIST, "FIELD", "store error_text or reason_text too, redacted; wants --reason"},
	{"reason", 0, AK_OPT_TEXT, "TEXT", "why texts are kept; packets print it"},
	{"signature-key", 0, AK_OPT_INPUT, "FILE", "check signatures of the source: its public key (PEM), or the secret of its signed batches"},
	{"signatures", 0, AK_OPT_INPUT, "FILE", "headers of signed batches: a file name, a blank and t=...,v1=... a line"},
	{"follow", 0, AK_OPT_FLAG, NULL, "read on while SOURCE, one file, is written, until Ctrl-C or SIGTERM"},
	{"cloudtrail-digests", 0, AK_OPT_INPUT, "DIR", "check CloudTrail log files by the digest files in this folder"},
	{"open-with", 0, AK_OPT_INPUT, "KEY", "private key (PEM) for members that a source encrypted: Cloudflare's Logpush"},
	{"manual", 0, AK_OPT_FLAG, NULL, "take files in as they are, by their digest: weaker than records"},
	{"question", 0, AK_OPT_INT, "N", "with --manual: the question that the file is evidence for, 1 to 7"},
	{"remap", 0, AK_OPT_FLAG, NULL, "map originals anew: what another mapping made of them is replaced"},
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example examples[] = {
	{"auditkit ingest exports/", "everything below a folder, formats detected"},
	{"zcat spend.jsonl.gz | auditkit ingest --source gateway-prod -", "standard input"},
	{"auditkit ingest", "the sources of policy.yaml"},
	{"auditkit ingest --remap exports/litellm", "the same files again, after their mapping has changed"},
	{"auditkit ingest --manual --question 6 retention.pdf", "a policy, for question 6: how long logs live"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_ingest = {
	.name = "ingest",
	.args = "[SOURCE...]",
	.summary = "read exports into the workspace, redacted before the first write",
	.text = "A SOURCE is a file, a folder, a glob, an archive (tar, zip), a compressed stream (gzip, zstd, xz) or - for\n"
		"standard input. Without one the sources of policy.yaml are read: one without a file is MISSING (exit 3), one whose\n"
		"newest export is older than its `every` is OVERDUE; files in the folder of exports that no source names are NOT READ.\n"
		"A file given by hand that a source of policy.yaml names is read under that source's name and settings.\n"
		"Rejects within limits.max_rejects of policy.yaml are printed and exit 0, beyond it 3. Every file obeys\n"
		"in = stored + duplicate + rejected + blank + excluded + expired. Reading the same again adds nothing.\n\n"
		"Where fewer app events meet a gateway record than limits.min_link_coverage says (90 % without it), the beginning of\n"
		"the exports is read once more, at most 300 records of each format, and a path whose values would meet is proposed.\n"
		"--keep-text stores error messages or reasons as text where else only their template or code is kept: without secrets,\n"
		"addresses and stack trace, cut at 4,096 bytes, of the records that this run stores. Names and what else a text tells\n"
		"stay in it. Field, reason and operator stand in the run, in access.jsonl and in every packet. Prompts and completions\n"
		"are refused.\n\n"
		"Some gateways sign what they export. --signature-key checks it: rows of Kong's audit log with the public key, batches\n"
		"of LLM Gateway's data streams with the secret (AUDITKIT_SIGNATURE_SECRET serves too), with the header of each batch\n"
		"in the file of --signatures. Good, bad, missing and unchecked signatures are counted per source; what does not agree\n"
		"is stored, named and exit 4.\n\n"
		"--cloudtrail-digests checks the CloudTrail log files of the workspace offline: their SHA-256 by the digests of a folder,\n"
		"the links from digest to digest, and with --signature-key (the region's public key in PEM) the signature of each digest\n"
		"that the next one repeats; the newest one's is read from --signatures (file name, blank, x-amz-meta-signature). sources\n"
		"show says what holds, of how many; what does not is exit 4.\n\n"
		"--open-with opens what a source encrypted for its customer before a record is read; without it the members are counted\n"
		"as encrypted. Such records have no id of their own: read with the key from the first time on, or they count twice.\n\n"
		"Two sources of one system that recorded the same attempts are compared, and each attempt counts once.\n\n"
		"--manual takes in what is no export: a policy, an approval, a picture. Name, size, digest and time are kept, in the\n"
		"source index and in the ledger, the bytes are not. It counts as no record and meets no question alone.\n\n"
		"--remap reads originals again after their mapping has changed. A file is known by the digest of its decoded bytes, a record\n"
		"by its place in it; what the old mapping made of it is superseded, never removed, and the ledger says so. All files of a\n"
		"source are needed: where one is missing or altered nothing is stored (exit 5).\n\n"
		"--follow reads a log while it is written: by whole lines, in transactions of at most a second or 20,000 records, with a\n"
		"line of counts for each (--json: one object a line, the report last). A log that is renamed or cut is read to its end,\n"
		"then the file that has its name. After a kill the next run goes on behind the last transaction, also where the log was\n"
		"rotated meanwhile, as long as it lies beside the new one. Other commands read meanwhile; a second ingest waits.",
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_WRITE | AK_NEED_KEYS | AK_NEED_POLICY | AK_NEED_REGISTRY | AK_NEED_INPUT,
	.max_words = 100000,
	.run = run,
};
