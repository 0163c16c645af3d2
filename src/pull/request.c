#include "base/ak.h"
#include "pull/request.h"

#include <stdio.h>

#include "base/time.h"
#include "net/http.h"

/* How a name or value is written: encoded in a URL, plain for people. */
typedef void writer(struct ak_buf *out, struct ak_str s);

static void write_plain(struct ak_buf *out, struct ak_str s) { ak_buf_addstr(out, s); }

static void write_encoded(struct ak_buf *out, struct ak_str s)
{
	static const char kept[] = "-._~";

	for (size_t i = 0; i < s.n; i++)
		if (ak_is_alnum((unsigned char)s.p[i]) || (s.p[i] && strchr(kept, s.p[i])))
			ak_buf_addc(out, s.p[i]);
		else
			ak_buf_addf(out, "%%%02X", (unsigned)(unsigned char)s.p[i]);
}

enum ak_rc ak_request_base(const char *base, struct ak_arena *a, const char **origin, const char **prefix,
			   struct ak_err *err)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
	const char *host = strstr(base, "://"), *path;
	size_t n;

	path = host ? strchr(host + 3, '/') : NULL;
	*origin = ak_arena_z(a, ak_str_n(base, path ? (size_t)(path - base) : strlen(base)));
	n = path ? strlen(path) : 0;
	while (n && path[n - 1] == '/')
		n--;
	*prefix = ak_arena_z(a, ak_str_n(path ? path : "", n));
	if ((*prefix)[strspn(*prefix, allowed)] || strstr(*prefix, "..")) {
		ak_hint(err, "give https://HOST/PATH without user, query or blanks");
		return ak_fail(err, AK_EXIT_USAGE,
			       "the base URL has a path with other characters than those of a path");
	}
	return ak_http_check_origin(*origin, false, err);
}

static const char *value_of(const struct ak_pull_job *j, struct ak_str name, const char *each)
{
	if (ak_str_is(name, "each"))
		return each;
	for (size_t i = 0; i < j->nset; i++)
		if (ak_str_is(name, j->set[i].name))
			return j->set[i].value;
	return NULL;
}

/* A text with what stands in braces filled in. */
static void add_filled(const struct ak_pull_job *j, const char *text, const char *each, writer *write,
		       struct ak_buf *out)
{
	while (*text) {
		size_t n = strcspn(text, "{"), end = strcspn(text + n, "}");
		const char *value;

		ak_buf_addstr(out, ak_str_n(text, n));
		if (!text[n])
			return;
		value = value_of(j, ak_str_n(text + n + 1, end - 1), each);
		write(out, ak_str_of(value ? value : "..."));
		text += n + end + (text[n + end] == '}');
	}
}

static void add_path(const struct ak_pull_job *j, const char *path, const char *each, writer *write, struct ak_buf *out)
{
	ak_buf_adds(out, j->prefix);
	add_filled(j, path, each, write, out);
}

struct list {
	struct ak_buf *out;
	writer *write;
	char lead, between; /* before the first parameter, and the others */
	size_t n;
};

static void add(struct list *l, const char *name, const char *value)
{
	ak_buf_addc(l->out, l->n++ ? l->between : l->lead);
	l->write(l->out, ak_str_of(name));
	ak_buf_addc(l->out, '=');
	l->write(l->out, ak_str_of(value));
}

static void add_all(const struct ak_pull_job *j, struct list *l, const struct ak_api_params *p)
{
	struct ak_buf value;

	ak_buf_init(&value, 4096);
	for (size_t i = 0; i < p->n; i++) {
		ak_buf_clear(&value);
		add_filled(j, p->item[i].value, NULL, write_plain, &value);
		add(l, p->item[i].name, ak_buf_str(&value).p);
	}
	ak_buf_release(&value);
}

static void add_time(struct list *l, const char *name, enum ak_api_time as, int64_t us)
{
	char z[32], text[32];

	ak_time_z(us, 0, z);
	switch (as) {
	case AK_API_S:
		snprintf(text, sizeof text, "%lld", (long long)(us / 1000000));
		break;
	case AK_API_MS:
		snprintf(text, sizeof text, "%lld", (long long)(us / 1000));
		break;
	case AK_API_DATE:
		snprintf(text, sizeof text, "%.10s", z);
		break;
	case AK_API_DATETIME:
		snprintf(text, sizeof text, "%.10s %.8s", z, z + 11);
		break;
	default:
		snprintf(text, sizeof text, "%s", z);
	}
	add(l, name, text);
}

static void add_query(const struct ak_pull_job *j, const struct ak_pull_state *st, struct list *l)
{
	const struct ak_api_stream *s = j->stream;
	char number[32];

	if (s->window.from) {
		add_time(l, s->window.from, s->window.as, st->from_us);
		add_time(l, s->window.to, s->window.as, st->to_us);
	}
	add_all(j, l, &s->params);
	add_all(j, l, &s->passes[st->at.pass]);
	if (s->paging.by == AK_PAGING_CURSOR && st->at.cursor)
		add(l, s->paging.send, st->at.cursor);
	if (s->paging.by == AK_PAGING_NUMBER) {
		snprintf(number, sizeof number, "%lld", (long long)st->at.page);
		add(l, s->paging.send, number);
	}
}

void ak_request_target(const struct ak_pull_job *j, const struct ak_pull_state *st, struct ak_buf *out)
{
	struct list l = {out, write_encoded, '?', '&', 0};

	if (j->stream->paging.by == AK_PAGING_LINK && st->at.cursor) {
		ak_buf_adds(out, st->at.cursor);
		return;
	}
	add_path(j, j->stream->path, st->at.parent, write_encoded, out);
	add_query(j, st, &l);
}

void ak_request_parents(const struct ak_pull_job *j, const char *cursor, struct ak_buf *out)
{
	const char *path = j->stream->each.path;

	add_path(j, path, NULL, write_encoded, out);
	if (cursor) {
		ak_buf_adds(out, strchr(path, '?') ? "&" : "?");
		ak_buf_adds(out, j->stream->paging.send);
		ak_buf_addc(out, '=');
		write_encoded(out, ak_str_of(cursor));
	}
}

void ak_request_words(const struct ak_pull_job *j, const struct ak_pull_state *st, struct ak_buf *out)
{
	struct list l = {out, write_plain, ' ', ' ', 0};

	ak_buf_addf(out, "GET %s", j->origin);
	if (j->stream->paging.by == AK_PAGING_LINK && st->at.cursor) {
		ak_buf_adds(out, st->at.cursor);
		return;
	}
	add_path(j, j->stream->path, st->at.parent, write_plain, out);
	add_query(j, st, &l);
}

static enum ak_rc check_text(const struct ak_pull_job *j, const char *text, struct ak_err *err)
{
	for (const char *at = strchr(text, '{'); at; at = strchr(at + 1, '{')) {
		struct ak_str name = ak_str_n(at + 1, strcspn(at + 1, "}"));

		if (value_of(j, name, "parent"))
			continue;
		ak_hint(err, "give it with --set %.*s=VALUE, or as `set: {%.*s: VALUE}` in policy.yaml",
			AK_STR_FMT(name), AK_STR_FMT(name));
		return ak_fail(err, AK_EXIT_USAGE, "'%s/%s' has to know the '%.*s'", j->api->id, j->stream->name,
			       AK_STR_FMT(name));
	}
	return AK_OK;
}

enum ak_rc ak_request_check(const struct ak_pull_job *j, struct ak_err *err)
{
	enum ak_rc rc = check_text(j, j->stream->path, err);

	for (size_t i = 0; i < j->stream->params.n && rc == AK_OK; i++)
		rc = check_text(j, j->stream->params.item[i].value, err);
	return rc;
}
