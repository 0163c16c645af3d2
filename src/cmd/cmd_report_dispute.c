/* report dispute: what one customer, user, team or key is charged for, to be handed to them. */
#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/jsonget.h"
#include "cmd/list_run.h"
#include "cmd/removed.h"
#include "cmd/search_run.h"
#include "report/dispute.h"

enum { FIELDS = 3 };

static const struct {
	const char *option;
	int field[FIELDS];
	size_t n;
} scopes[AK_SCOPES] = {
	[AK_SCOPE_CUSTOMER] = {"customer", {AK_F_TENANT}, 1},
	[AK_SCOPE_USER] = {"user", {AK_F_ACTOR_ID, AK_F_ACTOR_EMAIL, AK_F_END_USER}, 3},
	[AK_SCOPE_TEAM] = {"team", {AK_F_TEAM, AK_F_TEAM_NAME}, 2},
	[AK_SCOPE_KEY] = {"key", {AK_F_KEY_ID, AK_F_KEY_HASH, AK_F_KEY_ALIAS}, 3},
};

/* ---- is another customer named in a text? ---- */

static bool is_word(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || strchr("_.-:@", c) || (c & 0x80); }

/* As it stands, and as its token under each key: records have tokens, names of other things may have the id itself. */
static bool is_customer(struct ak_ctx *c, struct ak_str s, const struct ak_map *customers)
{
	struct ak_arena arena;
	bool found;

	if (!s.n || ak_map_get(customers, s))
		return s.n > 0;
	ak_arena_init(&arena);
	found = ak_map_get(customers, ak_redact_token(c->redactor, AK_T_TOKEN, s, &arena)) != NULL;
	for (size_t i = 0; i < c->keys->npast && !found; i++)
		found = ak_map_get(customers, ak_redact_token(c->past[i], AK_T_TOKEN, s, &arena)) != NULL;
	ak_arena_release(&arena);
	return found;
}

/* Within a text only what can hardly be anything else: the 4 of gpt-4 is no customer of that number. */
static bool tells(struct ak_str word)
{
	bool letter = false;

	for (size_t i = 0; i < word.n; i++)
		letter |= (word.p[i] | 0x20) >= 'a' && (word.p[i] | 0x20) <= 'z';
	return letter && word.n >= 4;
}

/* The parts between separators too: acme of billing/acme-eu, and of acme:4711. */
static bool any_part(struct ak_ctx *c, struct ak_str word, const struct ak_map *customers)
{
	static const char *const separators[] = {":", ".", "-", "_", "@"};

	for (size_t k = 0; k < AK_COUNT(separators); k++)
		for (size_t at = 0; at < word.n;) {
			size_t end = at;

			while (end < word.n && word.p[end] != *separators[k])
				end++;
			if (end - at < word.n && tells(ak_str_n(word.p + at, end - at)) && is_customer(c, ak_str_n(word.p + at, end - at), customers))
				return true;
			at = end + 1;
		}
	return false;
}

struct known {
	struct ak_ctx *c;
	struct ak_map answers;
};

static bool look(struct ak_ctx *c, struct ak_str text, const struct ak_map *customers)
{
	if (is_customer(c, text, customers))
		return true;
	for (size_t at = 0, end; at < text.n; at = end + 1) {
		for (end = at; end < text.n && is_word(text.p[end]);)
			end++;
		struct ak_str word = ak_str_n(text.p + at, end - at);

		if (tells(word) && (is_customer(c, word, customers) || any_part(c, word, customers)))
			return true;
	}
	return false;
}

static bool names(void *ctx, struct ak_str text, const struct ak_map *customers)
{
	struct known *k = ctx;
	struct ak_map_entry *e;
	bool fresh;

	if (!customers->n)
		return false;
	e = ak_map_put(&k->answers, text, &fresh);
	if (fresh)
		e->v.num = look(k->c, text, customers);
	return e->v.num != 0;
}

/* ---- the scope ---- */

static enum ak_rc read_scope(struct ak_ctx *c, enum ak_scope *out, const char **value, struct ak_err *err)
{
	*value = NULL;
	for (size_t i = 0; i < AK_SCOPES; i++) {
		const char *given = ak_args_text(c->args, scopes[i].option);

		if (given && (*value || !*given))
			return ak_fail(err, AK_EXIT_USAGE, *given ? "--customer, --user, --team and --key: one of them" : "a scope without a name is none");
		if (given) {
			*value = given;
			*out = (enum ak_scope)i;
		}
	}
	if (*value)
		return AK_OK;
	ak_hint(err, "as in: --customer NAME, --team NAME");
	return ak_fail(err, AK_EXIT_USAGE, "whose records? --customer, --user, --team or --key says it");
}

/* As its fields store it. What is hashed stands for itself in what is printed and logged. */
static size_t read_forms(struct ak_ctx *c, enum ak_scope scope, const char *value, struct ak_str out[AK_FORMS])
{
	struct ak_found_forms f = {.c = c, .used = NULL};
	struct ak_where w;
	size_t n = 0;

	ak_found_where(&f, &w);
	for (size_t i = 0; i < scopes[scope].n && n < AK_FORMS; i++)
		n += w.forms(w.ctx, scopes[scope].field[i], ak_str_of(value), out + n, AK_FORMS - n);
	return n;
}

/* Of a key also the names that its inventory knows it by; *known: they are the caller's. */
static enum ak_rc read_names(struct ak_ctx *c, struct ak_dispute_opts *o, struct ak_str form[AK_FORMS], json_t **known, struct ak_err *err)
{
	struct ak_found_forms f = {.c = c, .used = NULL};
	json_t *typed = json_array(), *v;
	struct ak_where w;
	enum ak_rc rc;
	size_t i;

	ak_found_where(&f, &w);
	for (i = 0; i < o->nforms; i++)
		json_array_append_new(typed, json_stringn(form[i].p, form[i].n));
	rc = w.key_names(w.ctx, typed, known, err);
	json_decref(typed);
	if (rc != AK_OK)
		return rc;
	json_array_foreach(json_object_get(*known, "ids"), i, v)
		if (o->nforms < AK_FORMS)
			form[o->nforms++] = ak_str_of(json_string_value(v));
	json_array_foreach(json_object_get(*known, "hashes"), i, v) {
		if (o->nforms == AK_FORMS) {
			ak_hint(err, "give one of its hashes: 'auditkit report keys' lists them");
			return ak_fail(err, AK_EXIT_LIMIT, "the inventory knows this key by more than %d names", AK_FORMS);
		}
		form[o->nforms++] = ak_str_of(json_string_value(v));
	}
	o->labels = json_object_get(*known, "aliases");
	o->names = *known;
	return AK_OK;
}

/* The form that is shown: a token where one of the fields makes one. */
static const char *shown(struct ak_ctx *c, enum ak_scope scope, const struct ak_str *form, size_t n, const char *value)
{
	struct ak_str safe = ak_redact_text(c->redactor, ak_str_of(value), &c->arena, NULL);

	/* Names of teams and ids of keys are stored as they are; keys themselves and e-mails are not. */
	if (scope == AK_SCOPE_TEAM || (scope == AK_SCOPE_KEY && ak_str_is(safe, value)))
		return ak_arena_z(&c->arena, safe);
	for (size_t i = 0; i < n; i++)
		if (!ak_str_eq(form[i], ak_str_of(value)))
			return ak_arena_z(&c->arena, form[i]);
	return ak_arena_z(&c->arena, safe);
}

/* Nothing may be of this scope because policy.yaml removed what names it; the end user of an app is often its customer. */
static enum ak_rc nothing(struct ak_ctx *c, enum ak_scope scope, struct ak_err *err)
{
	for (size_t i = 0; i <= scopes[scope].n; i++) {
		int f = i < scopes[scope].n ? scopes[scope].field[i] : AK_F_END_USER;
		char *removed = i < scopes[scope].n || scope == AK_SCOPE_CUSTOMER ? ak_cmd_removed(c, f) : NULL;

		if (!removed)
			continue;
		ak_hint(err, "what policy.yaml removes was never stored: without that line, 'auditkit ingest' of the exports into a new workspace keeps it as a token");
		ak_fail(err, AK_EXIT_PARTIAL, "no record of this scope: %s is %s", ak_fields[f].column, removed);
		ak_free(removed);
		return AK_FAIL;
	}
	return ak_cmd_nothing(c, "record of this scope", err);
}

static const struct ak_list_table tables[] = {
	{"rows", "attempts", "time!m request_id served_model:model status! input_tokens:input! output_tokens:output! estimated billed currency"},
	{"adjustments", "changed", "citation time!m type request_id amount currency basis"},
	{"usage", "usage", "source time!d model line_item billed estimated currency"},
	{NULL, NULL, NULL},
};

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	struct known known = {.c = c};
	struct ak_dispute_opts o = {.tells = names, .ctx = &known, .list = {.policy = c->policy}};
	struct ak_str form[AK_FORMS];
	json_t *doc = NULL, *taken = NULL;
	bool any = false;
	const char *value;
	size_t top;
	enum ak_rc rc = read_scope(c, &o.scope, &value, err);

	ak_map_init(&known.answers);
	if (rc == AK_OK)
		rc = ak_list_top(c, &top, err);
	if (rc == AK_OK)
		rc = ak_cmd_period(c, &o.list.from_us, &o.list.to_us, err);
	if (rc == AK_OK) {
		o.form = form;
		o.ntyped = o.nforms = read_forms(c, o.scope, value, form);
		o.name = shown(c, o.scope, form, o.nforms, value);
	}
	if (rc == AK_OK && o.scope == AK_SCOPE_KEY)
		rc = read_names(c, &o, form, &taken, err);
	if (rc == AK_OK)
		rc = ak_report_dispute(c->store, &o, &doc, &any, err);
	c->logged = ak_jtxt(json_object_get(doc, "scope"), "value", NULL);
	if (rc == AK_OK)
		rc = ak_list_out(c, doc, tables, top, any, err);
	if (rc == AK_OK && !any)
		rc = nothing(c, o.scope, err);
	json_decref(doc);
	json_decref(taken);
	ak_map_release(&known.answers);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_opt opts[] = {
	{"customer", 0, AK_OPT_TEXT, "NAME", "customer tenant, looked up as its token"},
	{"user", 0, AK_OPT_TEXT, "NAME", "user or end user: id or e-mail, looked up as its token"},
	{"team", 0, AK_OPT_TEXT, "NAME", "team, by id or name"},
	{"key", 0, AK_OPT_TEXT, "NAME", "key, by id, label or hash, or the key itself"},
	AK_OPTS_LIST,
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example examples[] = {
	{"auditkit report dispute --team team-support", "calls, charges and adjustments of one team"},
	{"auditkit report dispute --key key_a1f0c2d4 --from 2026-06-01 -o key.csv", "one key since a day, as a file to hand over"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_report_dispute = {
	.name = "report dispute",
	.summary = "calls, charges and adjustments of one customer, user, team or key, and of nobody else",
	.text = "Attempts are those of `report cost`, each once, with their request ids, times, requested and served model, tokens and amounts.\n"
		"Adjustments are settlement rows (credits, refunds, voids, charges) that name the scope, or name nobody and one of its calls. Usage\n"
		"rows are those that name it; sums of different exports and currencies are never added.\n\n"
		"A value that names another customer, as an id or as its token, or a call of somebody else, is left out of its row, and `withheld`\n"
		"says which; ids of fewer than four characters are looked for as whole values only. Attempts that name no customer (user, team, key) at all are counted: they belong to nobody's export. Columns\n"
		"that the scope does not ask for (other people, keys, approvers, tickets) are not in it.\n\n"
		"Id, hash and label that the inventory of keys gives to one key are one key here; `scope.names` says which were taken. A label\n"
		"counts where a record names neither id nor hash, and only if no other key of the inventory has it." AK_TEXT_OUT AK_TEXT_NOTHING,
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_READ | AK_NEED_KEYS | AK_NEED_POLICY | AK_NEED_ACCESS,
	.run = run,
};
