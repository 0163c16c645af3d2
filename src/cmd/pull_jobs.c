#include "base/ak.h"
#include "cmd/pull_jobs.h"

#include "base/fs.h"
#include "base/limits.h"
#include "base/text.h"
#include "base/time.h"
#include "cmd/credential.h"
#include "pull/request.h"

enum { MOST = 64 };

static bool is_name(const char *z)
{
	size_t n = strspn(z, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

	return n > 0 && n <= 64 && !z[n];
}

static enum ak_rc own_api(struct ak_ctx *c, const char *path, struct ak_api *out, struct ak_err *err)
{
	struct ak_str base = ak_fs_base(path);
	struct ak_buf text;
	enum ak_rc rc;

	ak_buf_init(&text, AK_MAX_YAML_BYTES);
	rc = ak_fs_slurp(path, AK_MAX_YAML_BYTES, &text, err);
	if (rc == AK_OK)
		rc = ak_api_parse(ak_arena_z(&c->arena, base), ak_buf_str(&text), &c->arena, out, err);
	ak_buf_release(&text);
	return rc;
}

/* The user's own stands before those that are built in. */
static enum ak_rc known_apis(struct ak_ctx *c, struct ak_pull_asks *out, struct ak_err *err)
{
	const char *own = ak_args_text(c->args, "api");
	struct ak_api *built_in, *all;
	size_t n = 0, first = own != NULL;
	enum ak_rc rc = ak_api_all(&c->arena, &built_in, &n, err);

	if (rc != AK_OK)
		return rc;
	all = ak_arena_zero(&c->arena, (n + 1) * sizeof *all);
	if (own && (rc = own_api(c, own, &all[0], err)) != AK_OK)
		return rc;
	memcpy(all + first, built_in, n * sizeof *all);
	out->api = all;
	out->napis = n + first;
	return AK_OK;
}

static const struct ak_api *find_api(const struct ak_pull_asks *a, struct ak_str id)
{
	for (size_t i = 0; i < a->napis; i++)
		if (ak_str_is(id, a->api[i].id))
			return &a->api[i];
	return NULL;
}

static enum ak_rc unknown_api(struct ak_ctx *c, const struct ak_pull_asks *a, struct ak_str id, struct ak_err *err)
{
	const char **names = ak_arena_zero(&c->arena, (a->napis + 1) * sizeof *names), *near;

	for (size_t i = 0; i < a->napis; i++)
		names[i] = a->api[i].id;
	near = ak_text_nearest(id, names);
	ak_hint(err, "'auditkit pull --list' shows what can be pulled%s%s%s", near ? "; did you mean '" : "",
		near ? near : "", near ? "'?" : "");
	return ak_fail(err, AK_EXIT_USAGE, "nothing is known of an API '%.*s'", (int)(id.n < 64 ? id.n : 64), id.p);
}

static enum ak_rc unknown_stream(const struct ak_api *api, const char *name, struct ak_err *err)
{
	ak_hint(err, "'auditkit pull --list' shows what can be pulled");
	return ak_fail(err, AK_EXIT_USAGE, "API '%s' has no stream '%.64s'", api->id, name);
}

static enum ak_rc add_values(struct ak_ctx *c, struct ak_pull_job *j, const json_t *set, struct ak_err *err)
{
	const char *const *given = ak_args_list(c->args, "set");
	size_t n = 0, cap = json_object_size(set);
	struct ak_api_param *list;
	const char *name;
	json_t *v;

	while (given && given[n])
		n++;
	list = ak_arena_zero(&c->arena, (n + cap + 1) * sizeof *list);
	for (size_t i = 0; i < n; i++) {
		size_t eq = strcspn(given[i], "=");

		if (!given[i][eq] || !eq)
			return ak_fail(err, AK_EXIT_USAGE, "option '--set' wants NAME=VALUE");
		list[j->nset++] =
			(struct ak_api_param){ak_arena_z(&c->arena, ak_str_n(given[i], eq)), given[i] + eq + 1};
	}
	json_object_foreach((json_t *)set, name, v) list[j->nset++] = (struct ak_api_param){
		name, json_is_string(v) ? json_string_value(v)
					: ak_arena_printf(&c->arena, "%lld", (long long)json_integer_value(v)).p};
	j->set = list;
	for (size_t i = 0; i < j->nset; i++)
		if (!is_name(list[i].value) || strcmp(list[i].value, "..") == 0)
			return ak_fail(err, AK_EXIT_USAGE,
				       "the value of '%.64s' is no id: letters, digits, '.', '_' and '-'",
				       list[i].name);
	return AK_OK;
}

static enum ak_rc time_of(const char *option, const char *text, int64_t *out, struct ak_err *err)
{
	*out = INT64_MIN;
	if (!text)
		return AK_OK;
	if (ak_time_arg(text, ak_time_now(), out, err) == AK_OK)
		return AK_OK;
	ak_hint(err, "such as 2026-06-01, 2026-06-01T12:00:00Z or 7d");
	return ak_fail(err, AK_EXIT_USAGE, "'%s' is no time", option);
}

static const char *either(const char *a, const char *b) { return a ? a : b; }

/* `since` of policy.yaml is where the first pull begins; that of the command line holds for this one. */
static enum ak_rc set_period(struct ak_ctx *c, struct ak_pull_job *j, const char *since, struct ak_err *err)
{
	const char *given = ak_args_text(c->args, "since");
	struct ak_pull_state st;
	bool resumed;
	enum ak_rc rc = time_of("--until", ak_args_text(c->args, "until"), &j->until_us, err);

	if (rc == AK_OK)
		rc = time_of("--since", given, &j->since_us, err);
	if (rc != AK_OK || given || !since)
		return rc;
	if (ak_pull_plan(c->store, j, &c->arena, &st, &resumed, err) == AK_OK)
		return AK_OK;
	ak_err_clear(err);
	return time_of("since of policy.yaml", since, &j->since_us, err);
}

static enum ak_rc set_base(struct ak_ctx *c, struct ak_pull_job *j, const char *base, struct ak_err *err)
{
	base = either(ak_args_text(c->args, "base-url"), either(base, j->api->base));
	if (!base) {
		ak_hint(err, "give its address with --base-url https://HOST, or as base_url in policy.yaml");
		return ak_fail(err, AK_EXIT_USAGE, "'%s' is run by its users: it has no address of its own",
			       j->api->id);
	}
	return ak_request_base(base, &c->arena, &j->origin, &j->prefix, err);
}

/* policy: NULL when it is no source of policy.yaml. */
static enum ak_rc add_job(struct ak_ctx *c, struct ak_pull_asks *out, const struct ak_api *api,
			  const struct ak_api_stream *stream, const struct ak_policy_source *policy, struct ak_err *err)
{
	static const struct ak_policy_pull nothing;
	const struct ak_policy_pull *pull = policy ? policy->pull : &nothing;
	struct ak_pull_ask *a;
	struct ak_pull_job *j;
	enum ak_rc rc;

	if (out->n == MOST)
		return ak_fail(err, AK_EXIT_USAGE, "more than %d sources in one pull", MOST);
	a = &out->ask[out->n];
	j = &a->job;
	*j = (struct ak_pull_job){.api = api,
				  .stream = stream,
				  .service = out->n++,
				  .save = ak_args_text(c->args, "save"),
				  .restart = ak_args_flag(c->args, "restart")};
	j->source = policy ? policy->name : ak_arena_printf(&c->arena, "%s-%s", api->id, stream->name).p;
	j->owner = either(ak_args_text(c->args, "owner"), policy ? policy->owner : NULL);
	j->system = either(ak_args_text(c->args, "system"), policy ? policy->system : NULL);
	a->key_env = either(pull->key_env, api->env);
	a->credential_file = either(ak_args_text(c->args, "credential-file"), ak_policy_path(c, pull->credential_file));
	a->ca_file = either(ak_args_text(c->args, "ca-file"), ak_policy_path(c, pull->ca_file));
	a->allow_private = ak_args_flag(c->args, "allow-private") || pull->allow_private;
	rc = add_values(c, j, pull->set, err);
	if (rc == AK_OK)
		rc = set_base(c, j, pull->base_url, err);
	if (rc == AK_OK)
		rc = ak_request_check(j, err);
	return rc == AK_OK ? set_period(c, j, pull->since, err) : rc;
}

static enum ak_rc add_policy(struct ak_ctx *c, struct ak_pull_asks *out, const struct ak_policy_source *s,
			     struct ak_err *err)
{
	const struct ak_api *api = find_api(out, ak_str_of(s->pull->api));
	const struct ak_api_stream *stream = api ? ak_api_stream(api, s->pull->stream) : NULL;

	if (!api)
		return unknown_api(c, out, ak_str_of(s->pull->api), err);
	return stream ? add_job(c, out, api, stream, s, err) : unknown_stream(api, s->pull->stream, err);
}

static enum ak_rc add_word(struct ak_ctx *c, struct ak_pull_asks *out, const char *word, struct ak_err *err)
{
	size_t slash = strcspn(word, "/");
	const struct ak_api *api = find_api(out, ak_str_n(word, slash));
	const struct ak_api_stream *stream;
	enum ak_rc rc = AK_OK;

	for (size_t i = 0; c->policy && i < c->policy->nsources; i++)
		if (c->policy->sources[i].pull && strcmp(c->policy->sources[i].name, word) == 0)
			return add_policy(c, out, &c->policy->sources[i], err);
	if (!api)
		return unknown_api(c, out, ak_str_n(word, slash), err);
	if (word[slash]) {
		stream = ak_api_stream(api, word + slash + 1);
		return stream ? add_job(c, out, api, stream, NULL, err) : unknown_stream(api, word + slash + 1, err);
	}
	for (size_t i = 0; i < api->nstreams && rc == AK_OK; i++)
		rc = add_job(c, out, api, &api->stream[i], NULL, err);
	return rc;
}

static enum ak_rc add_all(struct ak_ctx *c, struct ak_pull_asks *out, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	for (size_t i = 0; c->policy && i < c->policy->nsources && rc == AK_OK; i++)
		if (c->policy->sources[i].pull)
			rc = add_policy(c, out, &c->policy->sources[i], err);
	if (rc != AK_OK || out->n)
		return rc;
	ak_hint(err, "give a source `pull: {api: ..., stream: ...}` there, or name what to pull: auditkit pull --list");
	return ak_fail(err, AK_EXIT_USAGE, "nothing to pull: no source of policy.yaml says how");
}

enum ak_rc ak_pull_asks_read(struct ak_ctx *c, struct ak_pull_asks *out, struct ak_err *err)
{
	const struct ak_args *a = c->args;
	const char *source = ak_args_text(a, "source");
	enum ak_rc rc = known_apis(c, out, err);

	if (rc != AK_OK || ak_args_flag(a, "list"))
		return rc;
	out->ask = ak_arena_zero(&c->arena, MOST * sizeof *out->ask);
	if (ak_args_flag(a, "all") == (a->nwords > 0)) {
		ak_hint(err, "'auditkit pull --list' shows what can be pulled");
		return ak_fail(err, AK_EXIT_USAGE, "say what to pull: names, or --all for what policy.yaml says");
	}
	if (ak_args_flag(a, "all"))
		rc = add_all(c, out, err);
	for (size_t i = 0; i < a->nwords && rc == AK_OK; i++)
		rc = add_word(c, out, a->word[i], err);
	if (rc != AK_OK || !source)
		return rc;
	if (out->n != 1 || !is_name(source))
		return ak_fail(err, AK_EXIT_USAGE,
			       "option '--source' names one source: letters, digits, '.', '_' and '-'");
	out->ask[0].job.source = source;
	return AK_OK;
}
