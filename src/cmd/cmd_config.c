#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/jsonget.h"
#include "check/check.h"
#include "check/named.h"
#include "cmd/answers.h"
#include "notify/target.h"
#include "query/query.h"
#include "redact/plan.h"

struct list {
	struct ak_ctx *c;
	json_t *values;
	uint64_t unknown;
};

static enum ak_rc no_policy(struct ak_err *err)
{
	ak_hint(err, "auditkit init makes a workspace with one; auditkit-policy(5) explains it");
	return ak_fail(err, AK_EXIT_PARTIAL, "the workspace has no policy.yaml");
}

/* ---- show ---- */

static void add_value(struct list *l, const char *path, const json_t *v, int line)
{
	bool unknown = json_is_null(v) || (json_is_string(v) && (strcmp(json_string_value(v), "unknown") == 0 || !*json_string_value(v)));
	char *text = json_is_string(v) ? ak_strdup(json_string_value(v)) : json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT);

	l->unknown += unknown;
	json_array_append_new(l->values, json_pack("{s:s, s:O, s:i, s:b}", "path", path, "value", v, "line", line, "unknown", unknown));
	if (!l->c->json)
		ak_io_line(l->c->io, ak_arena_printf(&l->c->arena, "%d", line).p, "%s: %s", path, unknown && !json_is_string(v) ? "unknown" : text ? text : "");
	ak_free(text);
}

/* Maps are walked; lists, whose entries have no names, are values. */
static void walk(struct list *l, const char *path, const json_t *map)
{
	const struct ak_yaml *y = &l->c->policy->yaml;
	const char *name;
	json_t *v;

	json_object_foreach((json_t *)map, name, v) {
		const char *below = path ? ak_arena_printf(&l->c->arena, "%s.%s", path, name).p : name;

		if (json_is_object(v) && json_object_size(v))
			walk(l, below, v);
		else
			add_value(l, below, v, ak_yaml_key_line(y, map, name));
	}
}

static enum ak_rc show(struct ak_ctx *c, struct ak_err *err)
{
	struct list l = {.c = c, .values = json_array()};
	json_t *doc;
	enum ak_rc rc = AK_OK;

	walk(&l, NULL, c->policy->yaml.root);
	doc = json_pack("{s:s, s:i, s:s, s:I, s:o}", "schema", "auditkit.config/1", "format_version", 1, "policy_sha256", c->policy->digest, "unknown",
			(json_int_t)l.unknown, "values", l.values);
	if (c->json)
		rc = ak_io_json(c->io, doc, err);
	else
		ak_io_line(c->io, "sha256", "%s, as packets name it", c->policy->digest);
	json_decref(doc);
	return rc;
}

/* ---- check ---- */

struct found {
	uint64_t answers, unknown, rules, targets, responses, mutes;
};

static const char **target_names(struct ak_ctx *c, uint64_t *n)
{
	const json_t *map = json_object_get(c->policy->yaml.root, "notify");
	const char **names = ak_arena_zero(&c->arena, (json_object_size(map) + 1) * sizeof *names), *name;
	json_t *v;

	*n = 0;
	json_object_foreach((json_t *)map, name, v)
		names[(*n)++] = name;
	return names;
}

static enum ak_rc read_all(struct ak_ctx *c, struct found *f, struct ak_err *err)
{
	struct ak_check_set set = {0};
	struct ak_suppressions mutes = {0};
	struct ak_responses responses = {0};
	struct ak_notify_target *targets;
	struct ak_field_plan plan;
	struct ak_answer *answers = NULL;
	bool there;
	size_t n;
	enum ak_rc rc = ak_plan_read(c->policy, &plan, err);

	f->answers = ak_policy_answers(c->policy, &answers);
	for (size_t i = 0; i < f->answers; i++)
		f->unknown += answers[i].unknown;
	ak_free(answers);
	if (rc == AK_OK)
		rc = ak_check_set_read(c->policy, &set, err);
	f->rules = set.ncustom;
	if (rc == AK_OK)
		rc = ak_notify_targets(c->policy, target_names(c, &f->targets), &c->arena, &targets, &n, err);
	if (rc == AK_OK)
		rc = ak_cmd_suppressions(c, &set, &mutes, &there, err);
	if (rc == AK_OK)
		rc = ak_cmd_responses(c, &responses, &there, err);
	f->mutes = mutes.n;
	f->responses = json_object_size(json_object_get(responses.yaml.root, "responses"));
	ak_suppressions_release(&mutes);
	ak_responses_release(&responses);
	ak_check_set_release(&set);
	return rc;
}

static int line_of(const struct ak_policy *p, const char *path)
{
	struct ak_answer *list = NULL;
	size_t n = ak_policy_answers(p, &list);
	int line = 0;

	for (size_t i = 0; i < n; i++)
		line = strcmp(list[i].path, path) == 0 ? list[i].line : line;
	ak_free(list);
	return line;
}

/* The control point and who brings the roles are sources: of the workspace, or of the policy when nothing was read yet. */
static enum ak_rc check_names(struct ak_ctx *c, struct ak_err *err)
{
	json_t *sources = NULL;
	enum ak_rc rc = ak_query_sources(c->store, 0, &sources, err);
	const char *wrong;

	for (size_t i = 0; rc == AK_OK && ak_policy_names_sources[i]; i++) {
		const char *path = ak_policy_names_sources[i];

		if (!ak_policy_names_nothing(c->policy, path, sources, &wrong))
			continue;
		ak_hint(err, "there are, nearest first: %s", ak_policy_sources_near(c->policy, sources, wrong, &c->arena));
		rc = ak_fail(err, AK_EXIT_USAGE, "policy.yaml:%d: %s names '%.60s', which is no source", line_of(c->policy, path), path, wrong);
	}
	json_decref(sources);
	return rc;
}

static enum ak_rc check(struct ak_ctx *c, struct ak_err *err)
{
	struct found f = {0};
	enum ak_rc rc = read_all(c, &f, err);
	json_t *doc;

	if (rc == AK_OK)
		rc = check_names(c, err);

	if (rc != AK_OK)
		return rc;
	doc = json_pack("{s:s, s:i, s:s, s:I, s:I, s:I, s:I, s:I, s:I}", "schema", "auditkit.config-check/1", "format_version", 1, "policy_sha256", c->policy->digest,
			"answers", (json_int_t)f.answers, "unknown", (json_int_t)f.unknown, "checks", (json_int_t)f.rules, "targets", (json_int_t)f.targets,
			"suppressions", (json_int_t)f.mutes, "responses", (json_int_t)f.responses);
	if (c->json) {
		rc = ak_io_json(c->io, doc, err);
	} else {
		ak_io_line(c->io, "policy", "policy.yaml can be read: %s of %s answers unknown, %s check%s of its own, %s target%s", AK_NUM(f.unknown), AK_NUM(f.answers),
			   AK_NUM(f.rules), f.rules == 1 ? "" : "s", AK_NUM(f.targets), f.targets == 1 ? "" : "s");
		ak_io_line(c->io, "beside it", "%s suppression%s, %s response%s", AK_NUM(f.mutes), f.mutes == 1 ? "" : "s", AK_NUM(f.responses),
			   f.responses == 1 ? "" : "s");
		ak_io_line(c->io, "sha256", "%s", c->policy->digest);
	}
	json_decref(doc);
	return rc;
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	const char *word = c->args->nwords ? c->args->word[0] : "check";
	enum ak_rc rc;

	if (!c->policy)
		rc = no_policy(err);
	else if (strcmp(word, "check") == 0)
		rc = check(c, err);
	else if (strcmp(word, "show") == 0)
		rc = show(c, err);
	else
		rc = ak_fail(err, AK_EXIT_USAGE, "usage: auditkit config [check | show]");
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_example examples[] = {
	{"auditkit config check", "can policy.yaml and the files beside it be read?"},
	{"auditkit config show", "every value with its line"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_config = {
	.name = "config",
	.args = "[check | show]",
	.summary = "policy.yaml as it is in force, with lines, and whether it can be read",
	.text = "check, also without a word, reads policy.yaml, responses.yaml and suppressions.yaml as every other command does: an unknown key, a value\n"
		"of the wrong shape or a rule that is none is named with its line and, where there is one, the nearest name (exit 2); so is a\n"
		"scope.control_point or access.roles_from that is no source of the workspace or of the policy. Values that are\n"
		"unknown are counted; they are gaps of a packet, not mistakes.\n\n"
		"show prints every value with its path and line, in the order of the file, and the SHA-256 that packets name.",
	.examples = examples,
	.needs = AK_NEED_READ | AK_NEED_POLICY,
	.max_words = 1,
	.run = run,
};
