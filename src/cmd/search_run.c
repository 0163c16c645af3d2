#include "base/ak.h"
#include "cmd/search_run.h"

#include "base/jsonw.h"
#include "base/time.h"
#include "base/jsonget.h"
#include "cmd/search_out.h"
#include "cmd/search_table.h"
#include "query/keynames.h"

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

/* A network stands for the one that was typed, never for an address in it: what is stored must not be wider than what was asked. */
static bool wider(enum ak_type type, struct ak_str typed, struct ak_str stored)
{
	const char *at, *of;

	if (type != AK_T_NETWORK || !stored.p || ak_str_eq(typed, stored))
		return false;
	at = memchr(typed.p, '/', typed.n);
	of = memchr(stored.p, '/', stored.n);
	return !at || !of || !ak_str_eq(ak_str_n(at, typed.n - (size_t)(at - typed.p)), ak_str_n(of, stored.n - (size_t)(of - stored.p)));
}

static size_t forms_under(struct ak_ctx *c, const struct ak_redactor *r, int field, struct ak_str typed, struct ak_str *out, size_t n, size_t most)
{
	enum ak_type type = ak_fields[field].type;
	struct ak_str stored;

	/* An element of a list is no list. */
	if (type == AK_T_LIST)
		return add(out, n, most, ak_redact_text(r, typed, &c->arena, NULL));
	stored = ak_redact_field(r, field, typed, &c->arena, NULL);
	if (!wider(type, typed, stored))
		n = add(out, n, most, stored);
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

static void say_names(struct ak_ctx *c, const json_t *known)
{
	static const char *const member[] = {"ids", "hashes", "aliases"}, *const what[] = {"id", "hash", "alias"};
	struct ak_buf b;
	json_t *v;
	size_t i;

	ak_buf_init(&b, 1 << 16);
	for (size_t m = 0; m < AK_COUNT(member); m++)
		json_array_foreach(json_object_get(known, member[m]), i, v)
			ak_buf_addf(&b, "%s%s %s", b.n ? ", " : "", what[m], json_string_value(v));
	if (b.n)
		ak_io_note(c->io, "key", "by the inventory one key: %s", b.p);
	ak_buf_release(&b);
}

static enum ak_rc key_names(void *ctx, const json_t *names, json_t **out, struct ak_err *err)
{
	struct ak_ctx *c = ((struct ak_found_forms *)ctx)->c;
	enum ak_rc rc = c->store ? ak_query_key_inventory(c->store, names, out, err) : AK_OK;

	if (rc == AK_OK && *out)
		say_names(c, *out);
	return rc;
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
	*w = (struct ak_where){.arena = &f->c->arena, .forms = forms, .key_names = key_names, .param = param, .ctx = f, .now_us = ak_time_now(), .kinds = ~0u};
}

/* ---- running ---- */

enum ak_rc ak_found_next(struct ak_found *f, json_t **record, struct ak_err *err)
{
	struct ak_search_key k;
	enum ak_rc rc = ak_search_next(f->q, &k, err);

	if (rc != AK_OK)
		return rc;
	if (f->listed == f->limit) {
		f->more = true;
		return AK_END;
	}
	if ((rc = ak_search_record(f->q, &k, record, err)) != AK_OK)
		return rc;
	f->of_kind[k.kind]++;
	f->witnesses[k.kind] += json_is_true(json_object_get(*record, "second_witness"));
	f->entries[k.kind] += k.kind == AK_K_REQUEST && json_object_get(json_object_get(*record, "fields"), ak_fields[AK_F_FACET].column) != NULL;
	f->last = k;
	f->listed++;
	return AK_OK;
}

static json_t *counts(const struct ak_found *f)
{
	json_t *all = json_object();

	for (int k = 0; k < AK_K_COUNT; k++)
		if (f->count[k].asked)
			json_object_set_new(all, ak_kinds[k].name,
					    json_pack("{s:I, s:b, s:I, s:I}", "matches", (json_int_t)f->count[k].n, "exact", f->count[k].exact,
						      "second_witnesses", (json_int_t)f->count[k].witnesses, "entries_of_calls", (json_int_t)f->count[k].entries));
	return all;
}

json_t *ak_found_document(const struct ak_found *f)
{
	struct ak_buf b;
	json_t *doc;

	ak_buf_init(&b, 1 << 22);
	ak_spec_text(&f->o, &b);
	doc = json_pack("{s:s, s:o, s:b, s:s?, s:s, s:I, s:s}", "filter", b.p ? b.p : "", "counts", counts(f), "complete", !f->more && !f->from_cursor && !f->counts_only, "query",
			f->name, "workspace_id", f->c->store->id, "ledger_size", (json_int_t)f->o.bound, "order",
			f->o.backwards ? "newest first" : "oldest first");
	ak_buf_clear(&b);
	if (f->more)
		ak_cursor_text(&f->o, f->o.bound, &f->last, &b);
	json_object_set_new(doc, "next", f->more ? json_string(b.p) : json_null());
	ak_buf_release(&b);
	return doc;
}

/* Before anything is shown: as many records as it can be. */
static enum ak_rc log_search(struct ak_found *f, struct ak_err *err)
{
	struct ak_buf b;
	uint64_t n = 0;
	bool exact = true;

	for (int k = 0; k < AK_K_COUNT; k++) {
		n += f->count[k].n;
		exact &= f->count[k].exact || !f->count[k].asked;
	}

	ak_buf_init(&b, 1 << 22);
	ak_buf_adds(&b, f->as ? f->as : "");
	ak_spec_text(&f->o, &b);
	f->c->logged = ak_arena_z(&f->c->arena, ak_buf_str(&b));
	ak_buf_release(&b);
	return ak_cmd_log_access(f->c, f->counts_only ? 0 : exact && n < f->limit ? n : f->limit == UINT64_MAX ? n : f->limit, err);
}

enum ak_rc ak_found_begin(struct ak_found *f, struct ak_store *store, struct ak_err *err)
{
	enum ak_rc rc = ak_search_open(store, &f->o, &f->q, err);

	if (rc == AK_OK && f->o.bound == INT64_MAX)
		f->o.bound = ak_search_size(f->q);
	/* What is said of it afterwards would be a ledger that nobody has. */
	if (rc == AK_OK && f->o.bound > ak_search_size(f->q)) {
		ak_hint(err, "begin the search anew, without the place that it went on from");
		rc = ak_fail(err, AK_EXIT_USAGE, "this search reads more of the ledger than the %s places it has", AK_NUM((uint64_t)ak_search_size(f->q)));
	}
	if (rc == AK_OK)
		rc = ak_search_from(f->q, f->from_cursor ? &f->last : NULL, f->limit < 100000 ? (size_t)f->limit + 1 : 65536, err);
	if (rc == AK_OK)
		rc = ak_search_count(f->q, f->count, err);
	return rc == AK_OK ? log_search(f, err) : rc;
}

enum ak_rc ak_found_go_on(struct ak_found *f, const char *cursor, struct ak_err *err)
{
	struct ak_cursor at;

	if (ak_cursor_read(cursor, &f->o, &at, err) != AK_OK)
		return AK_FAIL;
	f->o.bound = at.bound;
	f->last = at.key;
	f->from_cursor = true;
	return AK_OK;
}

/* What cannot be counted cheaply is what was listed where that was all, else at least that. */
void ak_found_at_least(struct ak_found *f)
{
	bool all = !f->more && !f->from_cursor && !f->counts_only;

	for (int k = 0; k < AK_K_COUNT; k++)
		if (f->count[k].asked && !f->count[k].exact && all)
			f->count[k] = (struct ak_search_count){.asked = true, .exact = true, .n = f->of_kind[k], .witnesses = f->witnesses[k], .entries = f->entries[k]};
		else if (f->count[k].asked && !f->count[k].exact && f->count[k].n < f->of_kind[k])
			f->count[k].n = f->of_kind[k];
}

/* ---- printing it ---- */

struct printed {
	struct ak_found f;
	struct ak_found_out out;
	struct ak_found_table table;
};

static enum ak_rc list(struct printed *p, struct ak_err *err)
{
	json_t *record;
	enum ak_rc rc;

	while ((rc = ak_found_next(&p->f, &record, err)) == AK_OK) {
		rc = p->out.format == AK_FOUND_TABLE ? ak_found_table_put(&p->table, record, err) : ak_found_put(&p->out, record, err);
		json_decref(record);
		if (rc != AK_OK)
			return rc;
	}
	ak_found_at_least(&p->f);
	return rc == AK_END ? AK_OK : rc;
}

static enum ak_rc print(struct printed *p, struct ak_err *err)
{
	json_t *doc = ak_found_document(&p->f);
	enum ak_rc rc = AK_OK;

	if (p->out.format != AK_FOUND_TABLE)
		rc = ak_found_close(&p->out, json_incref(doc), err);
	if (rc == AK_OK)
		ak_found_say(p->f.c, p->f.count, doc, p->f.listed, &p->table, p->f.counts_only, p->out.format == AK_FOUND_TABLE);
	json_decref(doc);
	return rc;
}

static enum ak_rc options(struct ak_found *f, const struct ak_found_saved *saved, struct ak_err *err)
{
	const struct ak_args *a = f->c->args;
	const char *cursor = ak_args_text(a, "cursor");
	bool page = ak_args_int(a, "limit", -1) != -1, all = ak_args_flag(a, "all") || (saved && saved->all && !page);
	int64_t n = ak_args_int(a, "limit", saved && saved->limit ? saved->limit : PAGE);

	if (n < 1 || n > MOST)
		return ak_fail(err, AK_EXIT_USAGE, "option '--limit' is 1 to %d; --all lists everything", MOST);
	f->limit = all ? UINT64_MAX : (uint64_t)n;
	f->o.count_all = ak_args_flag(a, "count");
	f->counts_only = f->o.count_all && !page && !ak_args_flag(a, "all") && !cursor && !ak_args_text(a, "output");
	return cursor ? ak_found_go_on(f, cursor, err) : AK_OK;
}

static bool nothing(const struct ak_found *f)
{
	uint64_t n = 0;

	for (int k = 0; k < AK_K_COUNT; k++)
		n += f->count[k].n;
	return !n;
}

enum ak_rc ak_found_run(struct ak_ctx *c, const struct ak_search_opts *o, const struct ak_found_saved *saved, bool *none, struct ak_err *err)
{
	struct printed p = {.f = {.c = c, .o = *o, .name = saved ? saved->name : NULL}};
	enum ak_rc rc = options(&p.f, saved, err);

	if (rc != AK_OK)
		return rc;
	ak_found_table_init(&p.table, c, o);
	rc = ak_found_open(&p.out, c, o, err);
	if (rc == AK_OK)
		rc = ak_found_begin(&p.f, c->store, err);
	if (rc == AK_OK && !p.f.counts_only)
		rc = list(&p, err);
	if (rc == AK_OK)
		rc = print(&p, err);
	if (none)
		*none = nothing(&p.f);
	ak_search_free(p.f.q);
	ak_found_release(&p.out);
	ak_found_table_release(&p.table);
	return rc;
}
