#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/fs.h"
#include "cmd/duration.h"
#include "cmd/serve_pages.h"

enum { PORTS = 65535 };
#define IDLE "1h"

/* The log of accesses is the one file that is opened for writing in the sandbox, by its name, so it has to be there. */
static enum ak_rc touch_log(const struct ak_ctx *c, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *path = ak_fs_join(c->workspace, "access.jsonl");

	return ak_fs_exists(path) ? AK_OK : ak_fs_write_missing(path, AK_STR(""), 0600, err);
}

static void release(struct ak_serve *s)
{
	ak_server_close(s->server);
	for (size_t i = 0; i < AK_SERVE_EXPORTS; i++)
		ak_store_close(s->spare[i]);
	ak_pages_release(&s->pages);
}

/* What the sandbox would refuse: listening, loading a library, opening the database. */
static enum ak_rc before(struct ak_ctx *c, struct ak_err *err)
{
	struct ak_serve *s = ak_arena_zero(&c->arena, sizeof *s);
	int64_t port = ak_args_int(c->args, "port", 0);
	struct ak_server_opts o = {.six = ak_args_flag(c->args, "ipv6"), .style_hash = s->pages.style_hash, .answer = ak_serve_answer, .ctx = s};
	enum ak_rc rc;

	if (port < 0 || port > PORTS)
		return ak_fail(err, AK_EXIT_USAGE, "option '--port' is 1 to %d, or 0 for any that is free", PORTS);
	o.port = (int)port;
	s->idle = ak_args_text(c->args, "idle") ? ak_args_text(c->args, "idle") : IDLE;
	s->c = c;
	if (ak_duration("idle", s->idle, &s->idle_us, err) != AK_OK)
		return AK_FAIL;
	rc = ak_pages_load(&s->pages, c->data_dir, err);
	for (size_t i = 0; rc == AK_OK && i < AK_SERVE_EXPORTS; i++)
		rc = ak_store_open(c->workspace, AK_STORE_READ, &s->spare[i], err);
	if (rc == AK_OK)
		rc = touch_log(c, err);
	if (rc == AK_OK)
		rc = ak_server_open(&o, &s->server, err);
	c->prepared = s;
	if (rc != AK_OK)
		release(s);
	return rc;
}

static enum ak_rc say_where(struct ak_ctx *c, const struct ak_serve *s, struct ak_err *err)
{
	json_t *doc;
	enum ak_rc rc;

	if (c->json) {
		c->io->lines = true;
		doc = json_pack("{s:s, s:i, s:s, s:i}", "schema", "auditkit.serve/1", "format_version", 1, "url", ak_server_url(s->server), "port",
				(int)ak_server_port(s->server));
		rc = ak_io_json(c->io, doc, err);
		json_decref(doc);
		return rc;
	}
	ak_io_printf(c->io, "%s\n", ak_server_url(s->server));
	if ((rc = ak_io_flush(c->io, err)) == AK_OK)
		ak_io_note(c->io, "serving", "read-only, to this machine only, to who has this address; ends with Ctrl-C, or after %s without a request", s->idle);
	return rc;
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	struct ak_serve *s = c->prepared;
	enum ak_rc rc = say_where(c, s, err);

	if (rc == AK_OK)
		rc = ak_server_run(s->server, s->idle_us, err);
	release(s);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_opt opts[] = {
	{"port", 0, AK_OPT_INT, "N", "listen at this port, not at any that is free"},
	{"ipv6", 0, AK_OPT_FLAG, NULL, "listen at ::1, not at 127.0.0.1"},
	{"idle", 0, AK_OPT_TEXT, "TIME", "end after so long without a request: 30m, 2h (default " IDLE ")"},
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example examples[] = {
	{"auditkit serve --idle 1s", "until a second passes without a request; without --idle, an hour"},
	{"auditkit serve --json --idle 1s", "the same, with the address in a line of JSON"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_serve = {
	.name = "serve",
	.summary = "the records as a web page, for this machine alone",
	.text =
		"Prints an address to open in a browser, once it listens. The pages show the table of `search` with all its filters, each record\n"
		"with what changed in it, saved searches with their parameters, and exports as CSV, JSON and JSON lines with their sidecars. What\n"
		"is exported is byte for byte what `auditkit search --all --format` prints for the same search at the same size of the ledger.\n"
		"Nothing can be changed. Others may ingest meanwhile: the pages of one search stay those of the moment of its first.\n\n"
		"It listens at 127.0.0.1 or ::1 and nowhere else. The address holds 128 random bits, made anew at each start; who does not have\n"
		"them gets nothing, and neither do pages of other sites in the same browser. Treat it as a password while it runs. There is no\n"
		"script in the pages, and nothing is loaded from elsewhere.\n\n"
		"A person, key, tenant or address that is typed into the form is looked up as its token, and the browser is sent on to an address\n"
		"that holds the token, so that its history does too. Every page of records, every record and every export leaves a line in\n"
		"access.jsonl, before it is shown.\n\n"
		"Once it listens, a sandbox closes: no connection to elsewhere, no program, no file for writing but access.jsonl.",
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_READ | AK_NEED_KEYS | AK_NEED_POLICY | AK_NEED_ACCESS | AK_NEED_SERVE,
	.before = before,
	.run = run,
};
