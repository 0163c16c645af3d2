#include "base/ak.h"
#include "cmd/check_notify.h"

#include <stdlib.h>

#include "base/crypto.h"
#include "base/jsonget.h"
#include "cmd/credential.h"
#include "notify/notify.h"

enum { ANSWER_BYTES = 65536 };

struct ak_check_notify {
	struct ak_notify_target *target;
	size_t n;
	size_t *service;
	const char **place;
	struct ak_fetcher *fetcher;
	struct ak_mailer *mailer;
	bool dry_run;
};

/* The words of a message so far, and which line of policy.yaml asked for it. */
static enum ak_rc of_target(const struct ak_notify_target *t, struct ak_err *err)
{
	char said[sizeof err->msg];

	memcpy(said, err->msg, sizeof said);
	return ak_fail(err, err->exit, "%.400s (target '%.60s', policy.yaml:%d)", said, t->name, t->line);
}

/* Where the address stood is said, never what it is. */
static enum ak_rc address(const struct ak_notify_target *t, const char *url, struct ak_arena *a, const char **origin, const char **path, struct ak_err *err)
{
	if (ak_notify_address(ak_str_of(url), a, origin, path, err) == AK_OK)
		return AK_OK;
	ak_fail(err, AK_EXIT_USAGE, "what %s%s holds is no address that a message could be sent to", t->url_env ? "the variable " : "url_file",
		t->url_env ? t->url_env : "");
	return of_target(t, err);
}

/* A secret as text of the arena; NULL when none is named. */
static enum ak_rc secret(struct ak_ctx *c, const struct ak_notify_target *t, const char *file, const char *env, const char **out, struct ak_err *err)
{
	struct ak_buf b;
	enum ak_rc rc;

	if (!file && !env)
		return AK_OK;
	ak_buf_init(&b, AK_CREDENTIAL_BYTES + 1);
	rc = ak_credential_read(ak_policy_path(c, file), env, t->name, &b, err);
	if (rc != AK_OK)
		of_target(t, err);
	if (rc == AK_OK)
		*out = ak_arena_z(&c->arena, ak_str_trim(ak_buf_str(&b)));
	if (b.p)
		ak_wipe(b.p, b.n);
	ak_buf_release(&b);
	return rc;
}

static void wipe(const char *text)
{
	if (text)
		ak_wipe((char *)(uintptr_t)text, strlen(text));
}

static enum ak_rc set_up(struct ak_ctx *c, const struct ak_notify_target *t, struct ak_http_setup *out, const char **place, struct ak_err *err)
{
	const char **headers = ak_arena_zero(&c->arena, 5 * sizeof *headers), *url = NULL, *token = NULL, *origin = NULL, *path = NULL;
	size_t n = 0;
	enum ak_rc rc = secret(c, t, t->url_file, t->url_env, &url, err);

	if (rc == AK_OK)
		rc = secret(c, t, t->token_file, t->token_env, &token, err);
	if (rc == AK_OK)
		rc = address(t, t->url ? t->url : url, &c->arena, &origin, &path, err);
	headers[n++] = "Content-Type: application/json";
	headers[n++] = "Expect:";
	if (token)
		headers[n++] = ak_arena_printf(&c->arena, "Authorization: Bearer %s", token).p;
	wipe(url);
	wipe(token);
	if (rc != AK_OK)
		return rc;
	*place = strstr(origin, "//") + 2;
	*out = (struct ak_http_setup){.origin = origin, .path = path, .loopback_http = true, .private_by = "allow_private: true in policy.yaml", .headers = headers, .ca_file = ak_policy_path(c, t->ca_file),
				      .allow_private = t->allow_private, .max_body = ANSWER_BYTES};
	return AK_OK;
}

/* What the network process has now, this one forgets. */
static void forget(const struct ak_check_notify *n, const struct ak_http_setup *setup, size_t nsetups)
{
	for (size_t i = 0; i < nsetups; i++) {
		if (setup[i].headers[2])
			wipe(setup[i].headers[2]);
		if (setup[i].path[1])
			wipe(setup[i].path);
	}
	for (size_t i = 0; i < n->n; i++) {
		if (n->target[i].url_env)
			unsetenv(n->target[i].url_env);
		if (n->target[i].token_env)
			unsetenv(n->target[i].token_env);
	}
}

static enum ak_rc start_senders(struct ak_ctx *c, struct ak_check_notify *n, struct ak_err *err)
{
	struct ak_http_setup *setup = ak_arena_zero(&c->arena, n->n * sizeof *setup);
	const char **program = ak_arena_zero(&c->arena, n->n * sizeof *program);
	struct ak_fetcher_opts o = {.setup = setup, .caged = c->caged};
	size_t nprograms = 0;
	enum ak_rc rc = AK_OK;

	for (size_t i = 0; i < n->n && rc == AK_OK; i++) {
		if (n->target[i].type == AK_NOTIFY_SENDMAIL) {
			program[nprograms] = n->place[i] = n->target[i].program;
			n->service[i] = nprograms++;
		} else {
			rc = set_up(c, &n->target[i], &setup[o.nsetups], &n->place[i], err);
			n->service[i] = o.nsetups;
			o.nsetups += rc == AK_OK;
		}
	}
	if (rc == AK_OK && o.nsetups && !n->dry_run)
		rc = ak_fetcher_start(&o, &n->fetcher, err);
	forget(n, setup, o.nsetups);
	if (rc == AK_OK && nprograms && !n->dry_run)
		rc = ak_mailer_start(program, nprograms, &n->mailer, err);
	return rc;
}

/* The bytes of --dry-run have standard output for themselves. */
static enum ak_rc check_options(struct ak_ctx *c, struct ak_err *err)
{
	static const char *const others[] = {"junit", "sarif", "markdown"};
	bool dry = ak_args_flag(c->args, "dry-run"), taken = c->json;

	if (dry && !ak_args_list(c->args, "notify"))
		return ak_fail(err, AK_EXIT_USAGE, "option '--dry-run' goes with --notify");
	if (ak_args_list(c->args, "notify") && (ak_args_flag(c->args, "list") || ak_args_flag(c->args, "questions")))
		return ak_fail(err, AK_EXIT_USAGE, "option '--notify' tells findings: not with --list or --questions");
	for (size_t i = 0; i < AK_COUNT(others); i++)
		taken |= ak_args_dash(c->args, others[i]);
	return !dry || !taken ? AK_OK : ak_fail(err, AK_EXIT_USAGE, "with --dry-run the messages go to standard output, and nothing else can");
}

enum ak_rc ak_check_notify_start(struct ak_ctx *c, struct ak_check_notify **out, struct ak_err *err)
{
	const char *const *names = ak_args_list(c->args, "notify");
	struct ak_check_notify *n = ak_arena_zero(&c->arena, sizeof *n);
	enum ak_rc rc = check_options(c, err);

	*out = NULL;
	if (rc != AK_OK || !names)
		return rc;
	n->dry_run = ak_args_flag(c->args, "dry-run");
	rc = ak_notify_targets(c->policy, names, &c->arena, &n->target, &n->n, err);
	if (rc != AK_OK)
		return rc;
	n->service = ak_arena_zero(&c->arena, n->n * sizeof *n->service);
	n->place = ak_arena_zero(&c->arena, n->n * sizeof *n->place);
	rc = start_senders(c, n, err);
	if (rc == AK_OK)
		*out = n;
	else
		ak_check_notify_stop(n);
	return rc;
}

bool ak_check_notify_is_dry(const struct ak_check_notify *n) { return n && n->dry_run; }

static void would(void *ctx, const struct ak_notify_target *t, struct ak_str message)
{
	struct ak_ctx *c = ctx;

	(void)t;
	ak_io_text(c->io, message);
}

static void waits(void *ctx, const struct ak_notify_target *t, int64_t seconds)
{
	struct ak_ctx *c = ctx;

	ak_io_note(c->io, "notify", "%s was not reached, trying again in %lld s", t->name, (long long)seconds);
}

static void say(struct ak_ctx *c, const json_t *list)
{
	json_t *t;
	size_t i;

	json_array_foreach(list, i, t) {
		uint64_t n = ak_jnum(t, "new");
		const char *state = ak_jtxt(t, "state", "");

		if (!n)
			ak_io_note(c->io, "notify", "%s: nothing new", ak_jtxt(t, "target", ""));
		else
			ak_io_note(c->io, "notify", "%s: %s finding%s %s%s %s%s%s", ak_jtxt(t, "target", ""), AK_NUM(n), n == 1 ? "" : "s",
				   strcmp(state, "failed") == 0 ? "NOT sent" : state, strcmp(ak_jtxt(t, "type", ""), "sendmail") == 0 ? " by" : " to",
				   ak_jtxt(t, "place", ""), ak_jtxt(t, "why", NULL) ? ": " : "", ak_jtxt(t, "why", ""));
	}
}

enum ak_rc ak_check_notify_tell(struct ak_ctx *c, const struct ak_check_notify *n, json_t *doc, struct ak_err *err)
{
	struct ak_notify_opts o = {.workspace = c->workspace, .workspace_id = c->store->id, .target = n->target, .n = n->n, .service = n->service, .place = n->place,
				   .fetcher = n->fetcher, .mailer = n->mailer, .dry_run = n->dry_run, .would = would, .waits = waits, .ctx = c};
	json_t *list = NULL;
	enum ak_rc rc = ak_notify(&o, doc, &list, err);

	if (list) {
		say(c, list);
		json_object_set_new(doc, "notified", list);
	}
	return rc;
}

void ak_check_notify_stop(struct ak_check_notify *n)
{
	if (!n)
		return;
	ak_fetcher_stop(n->fetcher);
	ak_mailer_stop(n->mailer);
	n->fetcher = NULL;
	n->mailer = NULL;
}
