/* What is declared is stored as it is written, so a secret in it would stay when the file has long been mended. */
#include "base/ak.h"
#include "ingest/declared.h"

static enum ak_rc refuse(const char *what, const char *kind, struct ak_err *err)
{
	ak_hint(err, "nothing was stored or printed of it; take it out and have it revoked; if it is no secret, 'auditkit redact try' prints the "
		     "fingerprint for 'auditkit redact allow'");
	return ak_fail(err, AK_EXIT_REFUSED, "%s holds a value of kind %s", what, kind);
}

#define LINES_ALONE 10000 /* that are looked at by themselves */

/* What may be decoded of one text is bounded (nested_encoding), and a whole file of many escapes and digests can use that up
 * although no line of it does: such a line is looked at by itself, the file goes on behind it. */
static bool find_secret(const struct ak_redactor *r, struct ak_str text, size_t *at, const char **kind)
{
	size_t from = 0, ignored;

	for (int i = 0; i < LINES_ALONE; i++) {
		struct ak_str rest = ak_str_n(text.p + from, text.n - from), line;
		size_t start;

		if (!ak_redact_secret(r, rest, at, kind))
			return false;
		*at += from;
		for (start = *at; start > from && text.p[start - 1] != '\n';)
			start--;
		line = ak_str_n(text.p + start, ak_str_find(ak_str_n(text.p + start, text.n - start), '\n'));
		if (strcmp(*kind, "nested_encoding") != 0 || line.n == rest.n || ak_redact_secret(r, line, &ignored, kind))
			return true;
		from = start + line.n < text.n ? start + line.n + 1 : text.n;
	}
	return true;
}

enum ak_rc ak_declared_text(const struct ak_redactor *r, const char *name, struct ak_str text, struct ak_err *err)
{
	const char *kind = NULL, *end;
	char where[160];
	size_t at, line = 1;

	if (!find_secret(r, text, &at, &kind))
		return AK_OK;
	for (const char *p = text.p; (end = memchr(p, '\n', (size_t)(text.p + at - p))); p = end + 1)
		line++;
	snprintf(where, sizeof where, "%s:%zu", name, line);
	return refuse(where, kind, err);
}

static enum ak_rc node(const struct ak_redactor *r, const struct ak_yaml *y, const json_t *v, int line, struct ak_err *err);

static enum ak_rc one(const struct ak_redactor *r, const struct ak_yaml *y, struct ak_str s, int line, struct ak_err *err)
{
	const char *kind = NULL;
	char where[160];
	size_t at;

	if (!ak_redact_secret(r, s, &at, &kind))
		return AK_OK;
	snprintf(where, sizeof where, "%s:%d", y->name, line);
	return refuse(where, kind, err);
}

static enum ak_rc members(const struct ak_redactor *r, const struct ak_yaml *y, const json_t *v, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;
	const char *key;
	json_t *kid;

	json_object_foreach((json_t *)v, key, kid) {
		int line = ak_yaml_key_line(y, v, key);

		if (rc == AK_OK)
			rc = one(r, y, ak_str_of(key), line, err);
		if (rc == AK_OK)
			rc = node(r, y, kid, line, err);
	}
	return rc;
}

static enum ak_rc node(const struct ak_redactor *r, const struct ak_yaml *y, const json_t *v, int line, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;
	json_t *kid;
	size_t i;

	line = ak_yaml_line(y, v) ? ak_yaml_line(y, v) : line;
	if (json_is_string(v))
		return one(r, y, ak_str_n(json_string_value(v), json_string_length(v)), line, err);
	json_array_foreach((json_t *)v, i, kid)
		if (rc == AK_OK)
			rc = node(r, y, kid, line, err);
	return rc == AK_OK && json_is_object(v) ? members(r, y, v, err) : rc;
}

enum ak_rc ak_declared_yaml(const struct ak_redactor *r, const struct ak_yaml *y, struct ak_str text, struct ak_err *err)
{
	enum ak_rc rc = ak_declared_text(r, y->name, text, err);

	return rc == AK_OK ? node(r, y, y->root, 1, err) : rc;
}

static enum ak_rc option(const struct ak_redactor *r, const char *what, const char *value, bool personal, struct ak_err *err)
{
	const char *kind = NULL;
	size_t at;

	if (!value || !(personal ? ak_redact_scan : ak_redact_secret)(r, ak_str_of(value), &at, &kind))
		return AK_OK;
	return refuse(what, kind, err);
}

enum ak_rc ak_declared_check(const struct ak_ingest_opts *o, struct ak_err *err)
{
	enum ak_rc rc = o->policy ? ak_declared_yaml(o->redactor, &o->policy->yaml, o->policy_text, err) : AK_OK;

	for (size_t i = 0; i < o->nsources && rc == AK_OK; i++) {
		const struct ak_ingest_source *s = &o->sources[i];

		rc = option(o->redactor, "the name of a source", s->name, true, err);
		if (rc == AK_OK)
			rc = option(o->redactor, "the system of a source", s->system, true, err);
		if (rc == AK_OK)
			rc = option(o->redactor, "the owner of a source", s->owner, false, err);
	}
	return rc;
}
