#include "base/ak.h"
#include "cmd/search_run.h"

#include "base/crypto.h"
#include "base/jsonw.h"
#include "base/time.h"
#include "base/jsonget.h"
#include "cmd/search_out.h"
#include "cmd/search_table.h"

enum { PAGE = 50, MOST = 1000000 };

/* ---- values as they are stored ---- */

static size_t add(struct ak_str *out, size_t n, size_t most, struct ak_str s)
{
	for (size_t i = 0; i < n; i++)
		if (ak_str_eq(out[i], s))
			return n;
	if (s.p && n < most)
		out[n++] = s;
	return n;
}

/* A name, label or path is stored small or as it is typed. */
static struct ak_str lowered(struct ak_ctx *c, struct ak_str s)
{
	char *p = ak_arena_z(&c->arena, s);

	for (size_t i = 0; i < s.n; i++)
		p[i] = ak_lower(p[i]);
	return ak_str_n(p, s.n);
}

static size_t forms_under(struct ak_ctx *c, const struct ak_redactor *r, int field, struct ak_str typed, struct ak_str *out, size_t n, size_t most)
{
	enum ak_type type = ak_fields[field].type;

	/* An element of a list is no list. */
	if (type == AK_T_LIST)
		return add(out, n, most, ak_redact_text(r, typed, &c->arena, NULL));
	n = add(out, n, most, ak_redact_field(r, field, typed, &c->arena, NULL));
	if (type == AK_T_PERSON || type == AK_T_KEY || type == AK_T_TOKEN || type == AK_T_IP)
		n = add(out, n, most, ak_redact_token(r, type, typed, &c->arena));
	if (type == AK_T_ENUM)
		n = add(out, n, most, ak_redact_field(r, field, lowered(c, typed), &c->arena, NULL));
	return n;
}

static size_t forms(void *ctx, int field, struct ak_str typed, struct ak_str *out, size_t most)
{
	struct ak_ctx *c = ((struct ak_found_forms *)ctx)->c;
	size_t n = 0;

	if (field >= AK_F_COUNT)
		return add(out, 0, most, ak_redact_text(c->redactor, typed, &c->arena, NULL));
	n = forms_under(c, c->redactor, field, typed, out, n, most);
	for (size_t i = 0; i < c->keys->npast; i++)
		n = forms_under(c, c->past[i], field, typed, out, n, most);
	return n;
}

static const char *param(void *ctx, struct ak_str name)
{
	struct ak_found_forms *f = ctx;
	char *z = ak_arena_z(&f->c->arena, name);
	const char *v = json_string_value(json_object_get(f->params, z));

	if (v)
		json_object_set_new(f->used, z, json_true());
	return v;
}

void ak_found_where(struct ak_found_forms *f, struct ak_where *w)
{
	*w = (struct ak_where){.arena = &f->c->arena, .forms = forms, .param = param, .ctx = f, .now_us = ak_time_now(), .kinds = ~0u};
}

/* ---- cursors: version, bound, place and the search they are of, in hex ---- */

struct cursor {
	int64_t bound;
	struct ak_search_key key;
	uint8_t search[8];
};

static void fingerprint(const struct ak_search_opts *o, uint8_t out[8])
{
	uint8_t sum[AK_SHA256_LEN];
	struct ak_buf b;

	ak_buf_init(&b, 1 << 22);
	ak_buf_addf(&b, "%d ", o->backwards);
	ak_spec_text(o, &b);
	ak_sha256(b.p, b.n, sum);
	memcpy(out, sum, 8);
	ak_buf_release(&b);
}

static void cursor_text(const struct ak_search_opts *o, int64_t bound, const struct ak_search_key *k, struct ak_buf *out)
{
	const int64_t part[] = {bound, k->us, k->seq};
	uint8_t search[8];

	fingerprint(o, search);
	ak_buf_adds(out, "c1");
	for (size_t i = 0; i < AK_COUNT(part); i++)
		ak_buf_addf(out, "%016llx", (unsigned long long)part[i]);
	ak_buf_addhex(out, search, 8);
}

static enum ak_rc cursor_read(const char *text, const struct ak_search_opts *o, struct cursor *out, struct ak_err *err)
{
	uint64_t part[4] = {0};
	uint8_t search[8];
	uint64_t want = 0;

	fingerprint(o, search);
	for (int i = 0; i < 8; i++)
		want = want << 8 | search[i];
	if (strncmp(text, "c1", 2) != 0 || strlen(text) != 66)
		return ak_fail(err, AK_EXIT_USAGE, "this is no cursor of a search");
	for (size_t i = 0; i < 64; i++) {
		int v = ak_hex_value(text[2 + i]);

		if (v < 0)
			return ak_fail(err, AK_EXIT_USAGE, "this is no cursor of a search");
		part[i / 16] = part[i / 16] << 4 | (unsigned)v;
	}
	if (part[3] != want) {
		ak_hint(err, "repeat the search as it was, with times written out in place of relative ones, and add --cursor");
		return ak_fail(err, AK_EXIT_USAGE, "this cursor is of another search");
	}
	*out = (struct cursor){.bound = (int64_t)part[0], .key = {(int64_t)part[1], (int64_t)part[2], AK_K_REQUEST}};
	return AK_OK;
}

/* ---- running ---- */

struct found {
	struct ak_ctx *c;
	struct ak_search *q;
	struct ak_search_opts o;
	struct ak_found_out out;
	struct ak_found_table table;
	struct ak_search_count count[AK_K_COUNT];
	struct ak_search_key last;
	uint64_t listed, of_kind[AK_K_COUNT];
	bool more, from_cursor;
	const char *name;
};

static enum ak_rc list(struct found *f, uint64_t limit, struct ak_err *err)
{
	struct ak_search_key k;
	json_t *record;
	enum ak_rc rc;

	while ((rc = ak_search_next(f->q, &k, err)) == AK_OK) {
		if (f->listed == limit) {
			f->more = true;
			return AK_OK;
		}
		if ((rc = ak_search_record(f->q, &k, &record, err)) != AK_OK)
			return rc;
		rc = f->out.format == AK_FOUND_TABLE ? ak_found_table_put(&f->table, record, err) : ak_found_put(&f->out, record, err);
		json_decref(record);
		if (rc != AK_OK)
			return rc;
		f->of_kind[k.kind]++;
		f->last = k;
		f->listed++;
	}
	return rc == AK_END ? AK_OK : rc;
}

static json_t *counts(const struct found *f)
{
	json_t *all = json_object();

	for (int k = 0; k < AK_K_COUNT; k++)
		if (f->count[k].asked)
			json_object_set_new(all, ak_kinds[k].name,
					    json_pack("{s:I, s:b, s:I, s:I}", "matches", (json_int_t)f->count[k].n, "exact", f->count[k].exact,
						      "second_witnesses", (json_int_t)f->count[k].witnesses, "entries_of_calls", (json_int_t)f->count[k].entries));
	return all;
}

static json_t *document(struct found *f)
{
	struct ak_buf b;
	json_t *doc;

	ak_buf_init(&b, 1 << 22);
	ak_spec_text(&f->o, &b);
	doc = json_pack("{s:s, s:o, s:b, s:s?, s:s, s:I, s:s}", "filter", b.p ? b.p : "", "counts", counts(f), "complete", !f->more && !f->from_cursor, "query",
			f->name, "workspace_id", f->c->store->id, "ledger_size", (json_int_t)f->o.bound, "order",
			f->o.backwards ? "newest first" : "oldest first");
	ak_buf_clear(&b);
	if (f->more)
		cursor_text(&f->o, f->o.bound, &f->last, &b);
	json_object_set_new(doc, "next", f->more ? json_string(b.p) : json_null());
	ak_buf_release(&b);
	return doc;
}

/* What cannot be counted cheaply is at least what was listed. */
static void at_least(struct found *f)
{
	for (int k = 0; k < AK_K_COUNT; k++)
		if (f->count[k].asked && !f->count[k].exact && f->count[k].n < f->of_kind[k])
			f->count[k].n = f->of_kind[k];
}

/* Before anything is shown: as many records as it can be. */
static enum ak_rc log_search(struct found *f, uint64_t limit, struct ak_err *err)
{
	struct ak_buf b;
	uint64_t n = 0;
	bool exact = true;

	for (int k = 0; k < AK_K_COUNT; k++) {
		n += f->count[k].n;
		exact &= f->count[k].exact || !f->count[k].asked;
	}

	ak_buf_init(&b, 1 << 22);
	ak_spec_text(&f->o, &b);
	f->c->logged = ak_arena_z(&f->c->arena, ak_buf_str(&b));
	ak_buf_release(&b);
	return ak_cmd_log_access(f->c, exact && n < limit ? n : limit == UINT64_MAX ? n : limit, err);
}

static enum ak_rc print(struct found *f, struct ak_err *err)
{
	json_t *doc = document(f);
	enum ak_rc rc = AK_OK;

	if (f->out.format != AK_FOUND_TABLE)
		rc = ak_found_close(&f->out, json_incref(doc), err);
	if (rc == AK_OK)
		ak_found_say(f->c, f->count, doc, f->listed, &f->table, f->out.format == AK_FOUND_TABLE);
	json_decref(doc);
	return rc;
}

static enum ak_rc options(struct found *f, uint64_t *limit, struct ak_err *err)
{
	const struct ak_args *a = f->c->args;
	const char *text = ak_args_text(a, "cursor");
	int64_t n = ak_args_int(a, "limit", PAGE);
	struct cursor cursor = {.bound = 0};

	if (n < 1 || n > MOST)
		return ak_fail(err, AK_EXIT_USAGE, "option '--limit' is 1 to %d; --all lists everything", MOST);
	*limit = ak_args_flag(a, "all") ? UINT64_MAX : (uint64_t)n;
	f->o.count_all = ak_args_flag(a, "count");
	if (!text)
		return AK_OK;
	if (cursor_read(text, &f->o, &cursor, err) != AK_OK)
		return AK_FAIL;
	f->o.bound = cursor.bound;
	f->last = cursor.key;
	f->from_cursor = true;
	return AK_OK;
}

static enum ak_rc search(struct found *f, uint64_t limit, struct ak_err *err)
{
	enum ak_rc rc;

	if (f->o.bound == INT64_MAX)
		f->o.bound = ak_search_size(f->q);
	rc = ak_search_from(f->q, f->from_cursor ? &f->last : NULL, limit < 100000 ? (size_t)limit + 1 : 65536, err);
	if (rc == AK_OK)
		rc = ak_search_count(f->q, f->count, err);
	if (rc == AK_OK)
		rc = log_search(f, limit, err);
	if (rc == AK_OK)
		rc = list(f, limit, err);
	at_least(f);
	return rc == AK_OK ? print(f, err) : rc;
}

enum ak_rc ak_found_run(struct ak_ctx *c, const struct ak_search_opts *o, const char *name, struct ak_err *err)
{
	struct found f = {.c = c, .o = *o, .name = name};
	uint64_t limit = 0;
	enum ak_rc rc = options(&f, &limit, err);

	if (rc != AK_OK)
		return rc;
	ak_found_table_init(&f.table, c, o);
	rc = ak_found_open(&f.out, c, o, err);
	if (rc == AK_OK)
		rc = ak_search_open(c->store, &f.o, &f.q, err);
	if (rc == AK_OK)
		rc = search(&f, limit, err);
	ak_search_free(f.q);
	ak_found_release(&f.out);
	ak_found_table_release(&f.table);
	return rc;
}
