#include "base/ak.h"
#include "notify/target.h"

#include "base/jsonget.h"
#include "base/text.h"
#include "net/http.h"
#include "net/mailer.h"
#include "redact/redact.h"

#define MOST_ADDRESSES 20
#define LONGEST_URL 2000

static const char *const types[] = {"webhook", "slack", "sendmail", NULL};
static const char *const severities[] = {"high", "medium", "low", NULL};

const char *ak_notify_type_name(enum ak_notify_type t) { return types[t]; }

static int find(const char *const *words, const char *word)
{
	for (int i = 0; words[i]; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return -1;
}

unsigned ak_severity_bit(const char *severity)
{
	int i = find(severities, severity);

	return i < 0 ? 0 : 1u << i;
}

/* Which members a type has. */
static const struct member {
	const char *name;
	unsigned types;
} members[] = {
	{"url", 1u << AK_NOTIFY_WEBHOOK},
	{"url_file", 1u << AK_NOTIFY_WEBHOOK | 1u << AK_NOTIFY_SLACK},
	{"url_env", 1u << AK_NOTIFY_WEBHOOK | 1u << AK_NOTIFY_SLACK},
	{"token_file", 1u << AK_NOTIFY_WEBHOOK},
	{"token_env", 1u << AK_NOTIFY_WEBHOOK},
	{"ca_file", 1u << AK_NOTIFY_WEBHOOK | 1u << AK_NOTIFY_SLACK},
	{"allow_private", 1u << AK_NOTIFY_WEBHOOK | 1u << AK_NOTIFY_SLACK},
	{"to", 1u << AK_NOTIFY_SENDMAIL},
	{"from", 1u << AK_NOTIFY_SENDMAIL},
	{"program", 1u << AK_NOTIFY_SENDMAIL},
};

static enum ak_rc bad_address(struct ak_err *err)
{
	ak_hint(err, "give https://HOST/PATH, without user and fragment; http:// is for 127.0.0.1 only");
	return ak_fail(err, AK_EXIT_USAGE, "the address of a target is none that a message could be sent to");
}

enum ak_rc ak_notify_address(struct ak_str url, struct ak_arena *a, const char **origin, const char **path, struct ak_err *err)
{
	struct ak_str rest = url;
	struct ak_err ignored = {0};
	size_t scheme = ak_str_starts(url, AK_STR("http://")) ? 7 : 8, slash;

	for (size_t i = 0; i < url.n; i++)
		if (url.p[i] <= ' ' || url.p[i] > '~' || url.p[i] == '#' || url.p[i] == '\\')
			return bad_address(err);
	if (url.n <= scheme || url.n > LONGEST_URL)
		return bad_address(err);
	rest = ak_str_n(url.p + scheme, url.n - scheme);
	slash = ak_str_find(rest, '/');
	*origin = ak_arena_z(a, ak_str_n(url.p, scheme + slash));
	*path = slash == rest.n ? "/" : ak_arena_z(a, ak_str_n(rest.p + slash, rest.n - slash));
	return ak_http_check_origin(*origin, true, &ignored) == AK_OK ? AK_OK : bad_address(err);
}

/* An address in policy.yaml is stored and shown: none with a query or with what a detector knows. */
static enum ak_rc open_url(const struct ak_yaml *y, const json_t *o, const char *url, struct ak_arena *a, struct ak_err *err)
{
	struct ak_redactor *r;
	const char *origin, *path, *kind = NULL;
	struct ak_err why = {0};
	size_t at;
	bool secret;

	if (ak_notify_address(ak_str_of(url), a, &origin, &path, &why) != AK_OK) {
		ak_hint(err, "%s", why.hint);
		return ak_yaml_wrong(y, o, "url", err, "is no address that a message could be sent to");
	}
	r = ak_redactor_throwaway();
	secret = strchr(path, '?') || ak_redact_secret(r, ak_str_of(url), &at, &kind);
	ak_redactor_free(r);
	if (!secret)
		return AK_OK;
	ak_hint(err, "put the address into a file that only you can read and name it with url_file:, or use url_env:");
	return ak_fail(err, AK_EXIT_REFUSED, "%s:%d: 'url' holds %s%s", y->name, ak_yaml_key_line(y, o, "url"), kind ? "a secret, " : "a query, which may hold a secret",
		       kind ? kind : "");
}

static enum ak_rc http_target(const struct ak_yaml *y, const json_t *o, struct ak_notify_target *t, struct ak_arena *a, struct ak_err *err)
{
	t->url = ak_jfilled(o, "url");
	t->url_file = ak_jfilled(o, "url_file");
	t->url_env = ak_jfilled(o, "url_env");
	t->token_file = ak_jfilled(o, "token_file");
	t->token_env = ak_jfilled(o, "token_env");
	t->ca_file = ak_jfilled(o, "ca_file");
	t->allow_private = json_is_true(json_object_get(o, "allow_private"));
	if ((t->url != NULL) + (t->url_file != NULL) + (t->url_env != NULL) != 1) {
		ak_hint(err, "the address of a Slack webhook is a secret: url_file: PATH or url_env: NAME");
		return ak_fail(err, AK_EXIT_USAGE, "%s:%d: 'notify.%.60s' needs one of %surl_file and url_env", y->name, ak_yaml_line(y, o), t->name,
			       t->type == AK_NOTIFY_WEBHOOK ? "url, " : "");
	}
	if (t->token_file && t->token_env)
		return ak_fail(err, AK_EXIT_USAGE, "%s:%d: 'notify.%.60s' has token_file and token_env: one is enough", y->name, ak_yaml_line(y, o), t->name);
	return t->url ? open_url(y, o, t->url, a, err) : AK_OK;
}

/* An address as it may stand in a header: one @, nothing that ends a header, names a display name or begins an option. */
static bool is_mailbox(const char *z)
{
	const char *at = strchr(z, '@');
	size_t n = strlen(z);

	for (size_t i = 0; i < n; i++)
		if (z[i] <= ' ' || z[i] > '~' || strchr("<>()[],;:\\\"", z[i]))
			return false;
	return at && at != z && at[1] && !strchr(at + 1, '@') && n <= 254 && z[0] != '-';
}

static enum ak_rc mail_target(const struct ak_yaml *y, const json_t *o, struct ak_notify_target *t, struct ak_arena *a, struct ak_err *err)
{
	const json_t *to = json_object_get(o, "to");
	size_t n = json_is_array(to) ? json_array_size(to) : json_is_string(to);
	struct ak_buf b;

	if (!n || n > MOST_ADDRESSES)
		return ak_fail(err, AK_EXIT_USAGE, "%s:%d: 'notify.%.60s' needs to: with 1 to %d addresses", y->name, ak_yaml_line(y, o), t->name, MOST_ADDRESSES);
	ak_buf_init(&b, 1 << 16);
	for (size_t i = 0; i < n; i++) {
		const char *one = json_string_value(json_is_array(to) ? json_array_get(to, i) : to);

		if (!is_mailbox(one)) {
			ak_buf_release(&b);
			return ak_yaml_wrong(y, o, "to", err, "holds what is no plain mail address");
		}
		ak_buf_addf(&b, "%s%s", i ? ", " : "", one);
	}
	t->to = ak_arena_z(a, ak_buf_str(&b));
	ak_buf_release(&b);
	t->from = ak_jfilled(o, "from");
	t->program = ak_jfilled(o, "program") ? ak_jfilled(o, "program") : AK_SENDMAIL;
	if (t->from && !is_mailbox(t->from))
		return ak_yaml_wrong(y, o, "from", err, "is no plain mail address");
	return t->program[0] == '/' ? AK_OK : ak_yaml_wrong(y, o, "program", err, "must be a whole path such as " AK_SENDMAIL);
}

static enum ak_rc severities_of(const struct ak_yaml *y, const json_t *o, struct ak_notify_target *t, struct ak_err *err)
{
	const json_t *list = json_object_get(o, "severities");
	size_t n = json_is_array(list) ? json_array_size(list) : json_is_string(list);

	for (size_t i = 0; i < n; i++) {
		unsigned bit = ak_severity_bit(json_string_value(json_is_array(list) ? json_array_get(list, i) : list));

		if (!bit)
			return ak_yaml_wrong(y, o, "severities", err, "must be of high, medium and low");
		t->severities |= bit;
	}
	if (!n)
		t->severities = AK_SEVERITY_HIGH | AK_SEVERITY_MEDIUM | AK_SEVERITY_LOW;
	return AK_OK;
}

static bool is_name(const char *z)
{
	size_t n = strlen(z);

	return n >= 1 && n <= 64 && strspn(z, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == n && z[0] != '-';
}

static enum ak_rc read_target(const struct ak_yaml *y, const json_t *all, const char *name, const json_t *o, struct ak_arena *a, struct ak_notify_target *out,
			      struct ak_err *err)
{
	int type = find(types, ak_jfilled(o, "type") ? ak_jfilled(o, "type") : "");
	struct ak_notify_target t = {.name = name, .type = (enum ak_notify_type)type, .line = ak_yaml_key_line(y, all, name)};
	enum ak_rc rc;

	if (!is_name(name))
		return ak_fail(err, AK_EXIT_USAGE, "%s:%d: 'notify.%.60s': a name is up to 64 letters, digits, '.', '_' and '-'", y->name, t.line, name);
	if (type < 0)
		return ak_yaml_wrong(y, o, "type", err, "must be webhook, slack or sendmail");
	for (size_t i = 0; i < AK_COUNT(members); i++)
		if (json_object_get(o, members[i].name) && !(members[i].types >> type & 1))
			return ak_fail(err, AK_EXIT_USAGE, "%s:%d: '%s' is nothing that type %s has", y->name, ak_yaml_key_line(y, o, members[i].name), members[i].name,
				       types[type]);
	rc = severities_of(y, o, &t, err);
	if (rc == AK_OK)
		rc = t.type == AK_NOTIFY_SENDMAIL ? mail_target(y, o, &t, a, err) : http_target(y, o, &t, a, err);
	if (rc == AK_OK)
		*out = t;
	return rc;
}

static enum ak_rc no_target(const struct ak_notify_target *all, size_t n, const char *name, struct ak_err *err)
{
	const char **names = ak_alloc_zero(n + 1, sizeof *names), *near;

	for (size_t i = 0; i < n; i++)
		names[i] = all[i].name;
	near = ak_text_nearest(ak_str_of(name), names);
	ak_free(names);
	if (near)
		ak_hint(err, "did you mean '%s'?", near);
	else
		ak_hint(err, "name it under notify: in policy.yaml; auditkit-policy(5) shows how");
	return ak_fail(err, AK_EXIT_USAGE, "policy.yaml has no target '%.60s' under notify:", name);
}

enum ak_rc ak_notify_targets(const struct ak_policy *policy, const char *const *names, struct ak_arena *a, struct ak_notify_target **out, size_t *n,
			     struct ak_err *err)
{
	const json_t *map = policy ? json_object_get(policy->yaml.root, "notify") : NULL;
	struct ak_notify_target *all = ak_arena_zero(a, (json_object_size(map) + 1) * sizeof *all), *chosen;
	size_t nall = 0, wanted = 0, k;
	const char *name;
	json_t *o;

	json_object_foreach((json_t *)map, name, o)
		if (json_is_object(o) && read_target(&policy->yaml, map, name, o, a, &all[nall++], err) != AK_OK) {
			if (!err->hint[0])
				ak_hint(err, "mend that line: auditkit-policy(5) explains targets");
			return AK_FAIL;
		}
	while (names[wanted])
		wanted++;
	chosen = ak_arena_zero(a, (wanted + 1) * sizeof *chosen);
	*n = 0;
	for (size_t i = 0; i < wanted; i++) {
		for (k = 0; k < nall && strcmp(all[k].name, names[i]) != 0;)
			k++;
		if (k == nall)
			return no_target(all, nall, names[i], err);
		for (size_t j = 0; j < *n; j++)
			if (chosen[j].name == all[k].name)
				k = nall;
		if (k < nall)
			chosen[(*n)++] = all[k];
	}
	*out = chosen;
	return AK_OK;
}
