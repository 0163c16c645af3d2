#include "base/ak.h"

#include "base/crypto.h"
#include "base/fs.h"
#include "base/limits.h"
#include "conf/policy_rules.h"

int64_t ak_policy_days(const char *text)
{
	if (!text)
		return -1;
	if (strcmp(text, "forever") == 0)
		return INT64_MAX;
	size_t n = strlen(text);
	if (n < 2 || n > 7 || text[n - 1] != 'd')
		return -1;
	int64_t days = 0;
	for (size_t i = 0; i < n - 1; i++) {
		if (!ak_is_digit((unsigned char)text[i]))
			return -1;
		days = days * 10 + (text[i] - '0');
	}
	return days;
}

int64_t ak_policy_ppm(const char *text)
{
	size_t n = text ? strlen(text) : 0;
	if (n < 2 || n > 9 || text[n - 1] != '%' || !ak_is_digit((unsigned char)text[0]) || text[n - 2] == '.')
		return -1;
	int64_t v = 0;
	int fraction = -1; /* digits seen after the point */
	for (size_t i = 0; i < n - 1; i++) {
		if (text[i] == '.' && fraction < 0) {
			fraction = 0;
			continue;
		}
		if (!ak_is_digit((unsigned char)text[i]) || (fraction >= 0 && ++fraction > 4))
			return -1;
		v = v * 10 + (text[i] - '0');
	}
	for (int i = fraction < 0 ? 0 : fraction; i < 4; i++)
		v *= 10;
	return v <= 1000000 ? v : -1;
}

/* A single value as text; NULL when absent, empty or not a single value. */
static const char *text_of(struct ak_policy *p, const json_t *map, const char *key)
{
	const json_t *v = json_object_get(map, key);
	if (json_is_integer(v))
		return ak_arena_printf(&p->arena, "%lld", (long long)json_integer_value(v)).p;
	if (json_is_boolean(v))
		return json_is_true(v) ? "true" : "false";
	return json_string_length(v) ? json_string_value(v) : NULL;
}

static const struct ak_policy_pull *pull_of(struct ak_policy *p, const json_t *pull)
{
	struct ak_policy_pull *out;

	if (!json_is_object(pull))
		return NULL;
	out = ak_arena_zero(&p->arena, sizeof(*out));
	*out = (struct ak_policy_pull){
		.api = text_of(p, pull, "api"),
		.stream = text_of(p, pull, "stream"),
		.since = text_of(p, pull, "since"),
		.base_url = text_of(p, pull, "base_url"),
		.key_env = text_of(p, pull, "key_env"),
		.credential_file = text_of(p, pull, "credential_file"),
		.ca_file = text_of(p, pull, "ca_file"),
		.allow_private = json_is_true(json_object_get(pull, "allow_private")),
		.set = json_object_get(pull, "set"),
	};
	return out;
}

static void fill_sources(struct ak_policy *p)
{
	const json_t *sources = json_object_get(p->yaml.root, "sources");
	size_t n = json_object_size(sources);
	p->exports = text_of(p, p->yaml.root, "exports");
	if (p->exports && strcmp(p->exports, "unknown") == 0)
		p->exports = NULL;
	if (n == 0)
		return;
	p->sources = ak_arena_zero(&p->arena, n * sizeof(*p->sources));
	const char *name;
	json_t *entry;
	json_object_foreach((json_t *)sources, name, entry)
	{
		p->sources[p->nsources++] = (struct ak_policy_source){
			.name = name,
			.path = text_of(p, entry, "path"),
			.format = text_of(p, entry, "format"),
			.owner = text_of(p, entry, "owner"),
			.every = text_of(p, entry, "every"),
			.system = text_of(p, entry, "system"),
			.query = text_of(p, entry, "query"),
			.tz = text_of(p, entry, "tz"),
			.pull = pull_of(p, json_object_get(entry, "pull")),
			.line = ak_yaml_key_line(&p->yaml, sources, name),
		};
	}
}

static int prefix_of(const char *digits)
{
	int n = 0;
	for (; ak_is_digit((unsigned char)*digits); digits++)
		n = n * 10 + (*digits - '0');
	return n;
}

static const char *const small_actions[AK_SMALL_COUNT] = {"flag", "suppress", "merge"};

const char *ak_policy_small_action(enum ak_small_action a) { return small_actions[a]; }

static void fill_small_groups(struct ak_policy *p, const json_t *small)
{
	const json_t *k = json_object_get(small, "k");
	const char *action = text_of(p, small, "action");
	p->small_k = json_is_integer(k) ? (int)json_integer_value(k) : AK_SMALL_K;
	for (int a = 0; action && a < AK_SMALL_COUNT; a++)
		if (strcmp(action, small_actions[a]) == 0)
			p->small_action = (enum ak_small_action)a;
}

static const char *set(const char *text) { return text && strcmp(text, "unknown") != 0 ? text : NULL; }

static bool is_word(const json_t *map, const char *key, const char *word)
{
	const char *text = json_string_value(json_object_get(map, key));

	return text && strcmp(text, word) == 0;
}

static void fill_redaction(struct ak_policy *p)
{
	const json_t *redaction = json_object_get(p->yaml.root, "redaction");
	const char *mask = text_of(p, redaction, "ip_mask");
	const char *slash = mask ? strchr(mask, '/') : NULL;
	p->ip4_prefix = slash ? prefix_of(mask) : 24;
	p->ip6_prefix = slash ? prefix_of(slash + 1) : 48;
	const char *pseudonyms = text_of(p, redaction, "pseudonyms");
	p->per_packet_pseudonyms = !pseudonyms || strcmp(pseudonyms, "per-workspace") != 0;
	p->payload_mode = text_of(p, redaction, "payload_mode");
	p->profile = text_of(p, redaction, "profile");
	p->email_any_host = is_word(json_object_get(redaction, "email"), "hosts", "any");
	p->email_exact = is_word(json_object_get(redaction, "email"), "local_part", "exact");
	p->key_file = set(text_of(p, redaction, "key_file"));
	p->key_env = set(text_of(p, redaction, "key_env"));
	ak_policy_fill_redaction(p);
	fill_small_groups(p, json_object_get(redaction, "small_groups"));
}

static void fill_limits(struct ak_policy *p)
{
	const json_t *limits = json_object_get(p->yaml.root, "limits");
	const json_t *rejects = json_object_get(limits, "max_rejects");
	p->max_rejects_count = json_is_integer(rejects) ? (int64_t)json_integer_value(rejects) : -1;
	p->max_rejects_ppm = ak_policy_ppm(json_string_value(rejects));
	const char *coverage = text_of(p, limits, "min_link_coverage");
	p->min_link_coverage = ak_policy_ppm(coverage) >= 0 ? coverage : NULL;
	p->max_export_age_days = ak_policy_days(text_of(p, limits, "max_export_age"));
	p->revocation_grace_s = json_integer_value(json_object_get(limits, "revocation_grace"));
}

static void fill_view(struct ak_policy *p)
{
	const json_t *scope = json_object_get(p->yaml.root, "scope");
	const json_t *declared = json_object_get(p->yaml.root, "declared");
	p->organization = text_of(p, scope, "organization");
	p->system = text_of(p, scope, "system");
	p->control_point = text_of(p, scope, "control_point");
	p->declared_by = text_of(p, declared, "by");
	p->declared_on = text_of(p, declared, "on");
	p->review_by = text_of(p, declared, "review_by");
	fill_sources(p);
	fill_redaction(p);
	fill_limits(p);
	ak_policy_fill_quotas(p);
}

enum ak_rc ak_policy_parse(const char *name, struct ak_str text, struct ak_policy *out, struct ak_err *err)
{
	struct ak_policy p = {0};
	ak_arena_init(&p.arena);
	enum ak_rc rc = ak_yaml_load(name, text, &p.yaml, err);
	if (rc == AK_OK)
		rc = ak_yaml_check(&p.yaml, p.yaml.root, ak_policy_rules, NULL, err);
	if (rc == AK_OK)
		rc = ak_policy_check_values(&p, err);
	if (rc != AK_OK) {
		if (err && !err->hint[0])
			ak_hint(err, "mend that line: auditkit-policy(5) explains the file");
		ak_policy_release(&p);
		return rc;
	}
	uint8_t digest[AK_SHA256_LEN];
	ak_sha256(text.p, text.n, digest);
	ak_hex(digest, sizeof(digest), p.digest);
	fill_view(&p);
	ak_policy_collect(&p);
	*out = p;
	return AK_OK;
}

enum ak_rc ak_policy_load(const char *path, struct ak_policy *out, struct ak_err *err)
{
	struct ak_buf b AK_CLEANUP(ak_buf_release);
	ak_buf_init(&b, AK_MAX_YAML_BYTES);
	enum ak_rc rc = ak_fs_slurp(path, AK_MAX_YAML_BYTES, &b, err);
	if (rc != AK_OK)
		return rc;
	char *name AK_CLEANUP(ak_free_charp) = ak_strndup(ak_fs_base(path).p, ak_fs_base(path).n);
	return ak_policy_parse(name, ak_buf_str(&b), out, err);
}

void ak_policy_release(struct ak_policy *p)
{
	ak_yaml_release(&p->yaml);
	ak_arena_release(&p->arena);
	*p = (struct ak_policy){0};
}
