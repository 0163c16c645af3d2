#include "base/ak.h"
#include "cmd/cmd.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/fs.h"
#include "cmd/ingest_report.h"
#include "cmd/kept_options.h"
#include "cmd/pull_jobs.h"
#include "cmd/pull_report.h"
#include "cmd/pull_service.h"

#define MAX_MB 4096

struct prepared {
	struct ak_pull_asks asks;
	struct ak_fetcher *fetcher;
};

static void progress(void *ctx, const struct ak_pull_progress *p)
{
	struct ak_ctx *c = ctx;
	char what[200];

	if (p->waiting_s)
		snprintf(what, sizeof what, "%s, page %llu, waiting %lld s", p->source, (unsigned long long)p->pages + 1,
			 (long long)p->waiting_s);
	else
		snprintf(what, sizeof what, "%s, page %llu", p->source, (unsigned long long)p->pages);
	ak_io_progress(c->io, what, p->records, p->bytes, 0);
}

/* What was asked for, as it is kept in the workspace: the requests stand with their pages. */
static const char *options_json(struct ak_ctx *c)
{
	static const char *const texts[] = {"since", "until", "source", "owner", "system", NULL}, *const flags[] = {NULL};
	json_t *o = json_pack("{s:s, s:b, s:b}", "command", "pull", "all", ak_args_flag(c->args, "all"), "save",
			      ak_args_text(c->args, "save") != NULL);

	ak_kept_options_add(o, c->args, texts, flags);
	return ak_kept_options_text(c, o);
}

/* Where a folder is or will be, without links. */
static char *place_of(const char *path)
{
	char *at = ak_strdup(path), *real;

	while (!ak_fs_is_dir(at) && strcmp(at, ".") != 0 && strcmp(at, "/") != 0) {
		char *above = ak_fs_dir(at);

		ak_free(at);
		at = above;
	}
	real = realpath(at, NULL);
	ak_free(at);
	return real;
}

/* Pages as they came are not redacted: the workspace is no place for them. */
static enum ak_rc make_folder(struct ak_ctx *c, const char *save, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *inner = place_of(save);
	AK_CLEANUP(ak_free_charp) char *outer = realpath(c->workspace, NULL);
	size_t n = outer ? strlen(outer) : 0;

	if (!inner || !outer || strncmp(inner, outer, n) != 0 || (inner[n] != '/' && inner[n] != '\0'))
		return ak_fs_mkdirs(save, 0700, err);
	ak_hint(err, "name a folder elsewhere, for people who may see what is redacted here");
	return ak_fail(err, AK_EXIT_REFUSED, "--save names a folder inside the workspace");
}

static bool asks_only(const struct ak_args *a) { return ak_args_flag(a, "list") || ak_args_flag(a, "dry-run"); }

static enum ak_rc before(struct ak_ctx *c, struct ak_err *err)
{
	struct prepared *p = ak_arena_zero(&c->arena, sizeof *p);
	const char *save = ak_args_text(c->args, "save");
	enum ak_rc rc = ak_pull_asks_read(c, &p->asks, err);

	c->prepared = p;
	if (rc == AK_OK && ak_args_int(c->args, "max-mb", 1) < 1)
		rc = ak_fail(err, AK_EXIT_USAGE, "option '--max-mb' wants a number from 1 up");
	if (rc != AK_OK || asks_only(c->args))
		return rc;
	if (save)
		rc = make_folder(c, save, err);
	return rc == AK_OK ? ak_pull_service_start(c, &p->asks, &p->fetcher, err) : rc;
}

/* The first failure speaks for all; else what is incomplete. */
static enum ak_exit exit_of(struct ak_ctx *c, const struct ak_pull_asks *asks, const struct ak_pull_end *ends,
			    struct ak_err *err)
{
	enum ak_exit code = AK_EXIT_OK;

	for (size_t i = 0; i < asks->n; i++) {
		const struct ak_pull_result *r = &ends[i].result;

		if (ends[i].err.exit != AK_EXIT_OK) {
			*err = ends[i].err;
			return err->exit;
		}
		if (!r->complete || (r->counts.rejected && !ak_ingest_rejects_allowed(c->policy, &r->counts)))
			code = AK_EXIT_PARTIAL;
	}
	return code;
}

/* What stops one source stops no other, but for what stops all: the workspace itself. */
static bool stops_all(enum ak_exit e)
{
	return e == AK_EXIT_IO || e == AK_EXIT_BUSY || e == AK_EXIT_CORRUPT || e == AK_EXIT_BUG;
}

static enum ak_exit pull_all(struct ak_ctx *c, struct prepared *p, struct ak_err *err)
{
	struct ak_pull_opts o = {.ingest = {.store = c->store, .keys = c->keys, .registry = c->registry, .policy = c->policy,
					    .policy_text = c->policy_text, .redactor = c->redactor, .past = c->past, .plan = c->plan},
				 .fetcher = p->fetcher, .progress = progress, .ctx = c};
	struct ak_pull_end *ends = ak_arena_zero(&c->arena, p->asks.n * sizeof *ends);
	size_t done = 0;

	o.ingest.options_json = options_json(c);
	o.max_bytes = (uint64_t)ak_args_int(c->args, "max-mb", MAX_MB) << 20;
	while (done < p->asks.n && (done == 0 || !stops_all(ends[done - 1].err.exit))) {
		struct ak_pull_end *e = &ends[done];

		if (p->asks.ask[done].why.exit != AK_EXIT_OK)
			e->err = p->asks.ask[done].why;
		else
			(void)ak_pull(&o, &p->asks.ask[done].job, &e->result, &e->err);
		done++;
	}
	ak_io_progress_end(c->io);
	p->asks.n = done;
	if (ak_pull_print(c, &p->asks, ends, err) != AK_OK)
		return err->exit;
	ak_io_note(c->io, "next", "auditkit %ssources", c->with);
	return exit_of(c, &p->asks, ends, err);
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	struct prepared *p = c->prepared;
	enum ak_exit code;

	if (ak_args_flag(c->args, "list"))
		return ak_pull_print_apis(c, &p->asks, err) == AK_OK ? AK_EXIT_OK : err->exit;
	if (ak_args_flag(c->args, "dry-run"))
		return ak_pull_print_plan(c, &p->asks, err) == AK_OK ? AK_EXIT_OK : err->exit;
	code = pull_all(c, p, err);
	ak_fetcher_stop(p->fetcher);
	return code;
}

static const struct ak_opt opts[] = {
	{"all", 0, AK_OPT_FLAG, NULL, "every source of policy.yaml that has `pull:`, for nightly use"},
	{"list", 0, AK_OPT_FLAG, NULL, "the APIs that are known, their streams and what they need"},
	{"since", 0, AK_OPT_TEXT, "TIME", "first instant (default: where the last pull ended, less what may have changed)"},
	{"until", 0, AK_OPT_TEXT, "TIME", "first instant that is not pulled (default: now)"},
	{"set", 0, AK_OPT_LIST, "NAME=VALUE", "an id that stands in the address, such as account=..."},
	{"credential-file", 0, AK_OPT_INPUT, "FILE", "the credential, in a file that only you can read (default: the environment)"},
	{"base-url", 0, AK_OPT_TEXT, "URL", "https address in place of the API's own: a proxy, or your own gateway"},
	{"ca-file", 0, AK_OPT_INPUT, "FILE", "certificates to trust in place of the system's, PEM"},
	{"allow-private", 0, AK_OPT_FLAG, NULL, "connect to private, loopback and link-local addresses too"},
	{"save", 0, AK_OPT_OUTPUT, "DIR", "keep every page as it came; not redacted"},
	{"max-mb", 0, AK_OPT_INT, "N", "stop a source after N MiB (default: 4096); the same command goes on"},
	{"restart", 0, AK_OPT_FLAG, NULL, "do not go on where an interrupted pull was"},
	{"source", 0, AK_OPT_TEXT, "NAME", "name of the source (default: API-STREAM)"},
	{"owner", 0, AK_OPT_TEXT, "OWNER", "who answers for the source"},
	{"system", 0, AK_OPT_TEXT, "NAME", "system it is an export of (default: its format's)"},
	{"api", 0, AK_OPT_INPUT, "FILE", "an API of your own, described like the built-in ones"},
	{"dry-run", 'n', AK_OPT_FLAG, NULL, "print the requests that would be made; make none"},
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example examples[] = {
	{"auditkit pull --list", "what can be pulled, and which credential it needs"},
	{"auditkit pull openai/audit --since 2026-06-01 --dry-run", "the requests, without making them"},
	{"auditkit pull litellm/spend --base-url https://gw.example.org --since 7d -n",
	 "those of your own gateway, of the last week"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_pull = {
	.name = "pull",
	.args = "[API[/STREAM]... | SOURCE... | --all]",
	.summary = "read the pages of a provider's or gateway's API into the workspace",
	.text = "Each page is read like a file of an export: redacted before anything is written, kept with its digest "
		"and with the\n"
		"request that brought it, without the credential. Without --save the page itself is kept nowhere, and "
		"the source says\n"
		"that its original is not retained. A pull that was interrupted goes on behind the last page that is "
		"stored, and\n"
		"records that come again are duplicates. The next pull of a source begins where the last one ended, "
		"less the time in\n"
		"which records may still change.\n\n"
		"Credentials come from the environment or from a file, never from an argument. Only https is spoken, "
		"certificates are\n"
		"verified, no redirect to another host is followed, private addresses are refused. A process of its "
		"own talks to the\n"
		"network; the one that reads the pages and writes the workspace has none.\n\n"
		"A service that is busy (429) or failing (5xx) is asked again, after the time it names or longer each "
		"time, six times.\n"
		"A list that leads back to itself, or an empty page that says more follow, ends the source as "
		"incomplete (exit 3).\n\n"
		"An API of your own is a YAML file for --api; those that are known are installed as examples in the "
		"folder apis of\n"
		"auditkit's data. It has id, title, base, auth {header, scheme, env}, headers, needs {NAME: words for "
		"--set}, and\n"
		"streams {NAME: {title, path, formats, records, params, window {from, to, as, align}, passes, paging "
		"{by, send, from, more,\n"
		"pages, total, first}, overlap, each {path, records, id}}}; `defaults` holds what its streams have in "
		"common. Its pages\n"
		"are read by a mapping, your own too: auditkit-formats(5).\n\n"
		"Every night: give sources of policy.yaml a `pull:`, as auditkit-policy(5) shows, look at `auditkit "
		"pull --all --dry-run`\n"
		"once, and let cron or a timer run `auditkit -w DIR pull --all`, with the credentials in its "
		"environment or in files. What\n"
		"stops one source stops no other: each says why, and the exit code is that of the first one.\n\n"
		"Exit 69: the service cannot be reached or does not answer as it should; 6: there is no credential or "
		"it is refused.",
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_WRITE | AK_NEED_KEYS | AK_NEED_POLICY | AK_NEED_REGISTRY | AK_NEED_NET,
	.max_words = 64,
	.before = before,
	.run = run,
};
