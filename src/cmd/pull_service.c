#include "base/ak.h"
#include "cmd/pull_service.h"

#include <stdlib.h>

#include "base/crypto.h"
#include "base/limits.h"
#include "cmd/credential.h"

static enum ak_rc read_credential(const struct ak_pull_ask *a, struct ak_buf *out, struct ak_err *err)
{
	const struct ak_api *api = a->job.api;
	const char *env = a->credential_file ? NULL : getenv(a->key_env);

	if (!a->credential_file && (!env || !*env)) {
		ak_hint(err,
			"set %s, or name a file with --credential-file or credential_file of the source in "
			"policy.yaml: %s",
			a->key_env, api->credential ? api->credential : "the key of the API");
		return ak_fail(err, AK_EXIT_REFUSED, "there is no credential for '%s'", a->job.source);
	}
	return ak_credential_read(a->credential_file, a->key_env, a->job.source, out, err);
}

/* "Authorization: Bearer ..." */
static enum ak_rc add_credential(struct ak_ctx *c, const struct ak_pull_ask *a, const char **line, struct ak_err *err)
{
	const struct ak_api *api = a->job.api;
	struct ak_buf b;
	enum ak_rc rc;

	ak_buf_init(&b, AK_CREDENTIAL_BYTES + 1);
	rc = read_credential(a, &b, err);
	if (rc == AK_OK)
		*line = ak_arena_printf(&c->arena, "%s: %s%s%.*s", api->header, api->scheme ? api->scheme : "",
					api->scheme ? " " : "", AK_STR_FMT(ak_str_trim(ak_buf_str(&b))))
				.p;
	if (b.p)
		ak_wipe(b.p, b.n);
	ak_buf_release(&b);
	return rc;
}

static enum ak_rc set_up(struct ak_ctx *c, const struct ak_pull_ask *a, struct ak_http_setup *out, struct ak_err *err)
{
	const struct ak_api *api = a->job.api;
	const char **headers = ak_arena_zero(&c->arena, (api->headers.n + 3) * sizeof *headers);
	size_t n = 1;

	headers[n++] = "Accept: application/json";
	for (size_t i = 0; i < api->headers.n; i++)
		headers[n++] =
			ak_arena_printf(&c->arena, "%s: %s", api->headers.item[i].name, api->headers.item[i].value).p;
	*out = (struct ak_http_setup){.origin = a->job.origin,
				      .headers = headers,
				      .ca_file = a->ca_file,
				      .allow_private = a->allow_private,
				      .private_by = "--allow-private",
				      .max_body = AK_MAX_PAGE_BYTES};
	return add_credential(c, a, &headers[0], err);
}

/* The fetching process has no business with keys of the workspace. */
static void forget(void *ctx)
{
	struct ak_ctx *c = ctx;

	ak_keys_wipe(c->keys);
	ak_redactor_free(c->redactor);
	for (size_t i = 0; i < AK_KEYS_PAST; i++)
		ak_redactor_free(c->past[i]);
}

static void wipe(const struct ak_http_setup *setup, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (setup[i].headers && setup[i].headers[0])
			ak_wipe((char *)(uintptr_t)setup[i].headers[0], strlen(setup[i].headers[0]));
}

/* What has no credential is left out; when nothing else is there, that is the error. */
static enum ak_rc set_up_all(struct ak_ctx *c, struct ak_pull_asks *asks, struct ak_http_setup *setup, size_t *n,
			     struct ak_err *err)
{
	for (size_t i = 0; i < asks->n; i++) {
		struct ak_pull_ask *a = &asks->ask[i];

		if (set_up(c, a, &setup[*n], &a->why) == AK_OK)
			a->job.service = (*n)++;
		else if (a->why.exit != AK_EXIT_REFUSED) {
			*err = a->why;
			return AK_FAIL;
		}
	}
	if (*n)
		return AK_OK;
	*err = asks->ask[0].why;
	return AK_FAIL;
}

enum ak_rc ak_pull_service_start(struct ak_ctx *c, struct ak_pull_asks *asks, struct ak_fetcher **out,
				 struct ak_err *err)
{
	struct ak_http_setup *setup = ak_arena_zero(&c->arena, asks->n * sizeof *setup);
	struct ak_fetcher_opts o = {.setup = setup, .caged = c->caged, .forget = forget, .ctx = c};
	enum ak_rc rc = set_up_all(c, asks, setup, &o.nsetups, err);

	if (rc == AK_OK)
		rc = ak_fetcher_start(&o, out, err);
	wipe(setup, asks->n);
	for (size_t i = 0; i < asks->n; i++)
		if (!asks->ask[i].credential_file)
			unsetenv(asks->ask[i].key_env);
	return rc;
}
