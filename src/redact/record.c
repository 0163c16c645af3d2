/* The two steps over a record: secrets, then persons. */
#include "base/ak.h"
#include "redact/redactor.h"

#include "base/limits.h"
#include "base/text.h"
#include "redact/email.h"
#include "redact/marker.h"
#include "redact/names.h"
#include "redact/values.h"

#define NAME_BYTES 200
#define DIFF_PROSE 64

struct job {
	const struct ak_redactor *r;
	struct ak_record *rec;
	struct ak_arena *a;
	struct ak_redact_ledger *l;
	int field;
};

static void set(struct job *j, struct ak_str s)
{
	if (s.p)
		j->rec->v[j->field].text = s;
	else
		ak_record_unset(j->rec, (enum ak_field_id)j->field);
}

static void count(struct job *j, const char *rule, enum ak_action action) { ak_ledger_add(j->l, j->field, rule, action, 1); }

static void drop(struct job *j, const char *rule)
{
	count(j, rule, AK_ACT_REMOVED);
	ak_record_unset(j->rec, (enum ak_field_id)j->field);
}

static struct ak_str replace_emails(struct job *j, struct ak_str s)
{
	const struct ak_pass pass = {j->r, j->a, j->l, j->field, NULL};

	return ak_email_replace(&pass, s);
}

static bool is_email(struct ak_str s)
{
	size_t from, to;

	return ak_email_find(s, 0, &from, &to) && from == 0 && to == s.n;
}

static struct ak_str replace_secrets(struct job *j, struct ak_str s)
{
	struct ak_hits hits;
	struct ak_buf b;
	size_t at = 0;

	ak_scan(&j->r->scanner, s, true, j->a, &hits);
	if (!hits.n)
		return s;
	ak_buf_init(&b, 1u << 26);
	for (size_t i = 0; i < hits.n; i++) {
		char fp[AK_TOKEN_HEX + 1];
		ak_redactor_fingerprint(j->r, hits.v[i].secret, fp);
		ak_buf_add(&b, s.p + at, hits.v[i].from - at);
		at = hits.v[i].to;
		if (ak_redactor_allows(j->r, fp)) {
			ak_buf_add(&b, s.p + hits.v[i].from, at - hits.v[i].from);
			continue;
		}
		ak_buf_addstr(&b, ak_redactor_marker(j->r, hits.v[i].kind, hits.v[i].secret, j->a));
		count(j, hits.v[i].kind, AK_ACT_REMOVED);
	}
	ak_buf_add(&b, s.p + at, s.n - at);
	s = ak_arena_str(j->a, ak_buf_str(&b));
	ak_buf_release(&b);
	return s;
}

/* Control and bidi characters made visible, cut at KEPT_VALUE_BYTES. */
static struct ak_str sanitise(struct job *j, struct ak_str s, bool *cut)
{
	struct ak_buf b;

	if (s.n > AK_MAX_KEPT_VALUE_BYTES) {
		s.n = ak_utf8_valid(ak_str_n(s.p, AK_MAX_KEPT_VALUE_BYTES));
		s = ak_arena_printf(j->a, "%.*s[CUT]", AK_STR_FMT(s));
		count(j, "too_long", AK_ACT_SANITISED);
		*cut = true;
	}
	if (ak_text_is_safe(s))
		return s;
	ak_buf_init(&b, 1u << 20);
	ak_text_safe(&b, s);
	s = ak_arena_str(j->a, ak_buf_str(&b));
	ak_buf_release(&b);
	count(j, "control_characters", AK_ACT_SANITISED);
	return s;
}

/* ---- step 1 ---- */

static bool is_shaped(struct ak_str s, const char *extra, size_t max)
{
	for (size_t i = 0; i < s.n; i++)
		if (!ak_is_alnum((unsigned char)s.p[i]) && !(s.p[i] && strchr(extra, s.p[i])))
			return false;
	return s.n > 0 && s.n <= max;
}

static bool is_id(struct ak_str s) { return is_shaped(s, "._:/@+=-", 200); }
static bool is_marker(struct ak_str s) { return ak_marker_is(s); }

static struct ak_str clean_name(struct job *j, struct ak_str s)
{
	bool cut = false;

	s = replace_secrets(j, s);
	if (s.n > NAME_BYTES && !is_marker(s)) {
		s.n = ak_utf8_valid(ak_str_n(s.p, NAME_BYTES));
		count(j, "too_long", AK_ACT_SANITISED);
		cut = true;
	}
	s = sanitise(j, s, &cut);
	if (cut)
		j->rec->flags |= AK_R_TRUNCATED;
	return s;
}

/* An id that is not shaped like one becomes a token: it may be anything. */
static struct ak_str clean_id(struct job *j, struct ak_str s)
{
	struct ak_str t = replace_secrets(j, s);

	if (is_id(t) || is_marker(t) || is_email(t))
		return t;
	count(j, "not_id_shaped", AK_ACT_HASHED);
	return ak_redactor_token(j->r, "id", t, j->a);
}

static struct ak_str list_secret(void *ctx, struct ak_str name, struct ak_str s)
{
	(void)name;
	return clean_name(ctx, s);
}

static bool has_blank_inside(struct ak_str s) { return ak_str_find(s, ' ') < s.n; }

static struct ak_str diff_secret(void *ctx, struct ak_str name, struct ak_str s)
{
	struct job *j = ctx;

	if (name.n && ak_name_class(name) >= AK_NAME_WEAK && s.n && !is_marker(s) && !ak_is_masked_key(s)) {
		count(j, "named_secret", AK_ACT_REMOVED);
		return ak_redactor_marker(j->r, "named_secret", s, j->a);
	}
	if (s.n > DIFF_PROSE && has_blank_inside(s)) {
		count(j, "free_text", AK_ACT_REMOVED);
		return AK_STR("[REMOVED:free_text]");
	}
	return clean_name(j, s);
}

static void key_secret(struct job *j, struct ak_str s)
{
	uint8_t digest[32];
	char hex[65];
	size_t hexes = 0;

	while (hexes < s.n && ak_is_hex((unsigned char)s.p[hexes]))
		hexes++;
	if (ak_marker_is_token(s) || ak_is_machine_name(s) || ak_is_masked_key(s))
		return;
	if (hexes != 64 || s.n != 64) {
		ak_sha256(s.p, s.n, digest);
		ak_hex(digest, 32, hex);
		count(j, "raw_key", AK_ACT_REMOVED);
		set(j, ak_arena_str(j->a, ak_str_of(hex)));
		return;
	}
	for (size_t i = 0; i < 64; i++)
		hex[i] = ak_lower(s.p[i]);
	set(j, ak_arena_str(j->a, ak_str_n(hex, 64)));
}

static void json_secret(struct job *j, struct ak_str s, bool diff)
{
	struct ak_str out = ak_json_strings(s, diff, j->a, diff ? diff_secret : list_secret, j);

	if (out.p)
		set(j, out);
	else
		drop(j, "unreadable");
}

static void code_secret(struct job *j, struct ak_str s)
{
	char low[64];

	for (size_t i = 0; i < s.n && i < sizeof low; i++)
		low[i] = ak_lower(s.p[i]);
	if (s.n <= 64 && is_shaped(ak_str_n(low, s.n), "_.-", 64))
		set(j, replace_secrets(j, ak_arena_str(j->a, ak_str_n(low, s.n))));
	else
		drop(j, "free_text");
}

static void secret_of(struct job *j, enum ak_type type, struct ak_str s)
{
	switch (type) {
	case AK_T_ID:
		set(j, clean_id(j, s));
		break;
	case AK_T_ENUM:
	case AK_T_NAME:
	case AK_T_PERSON:
	case AK_T_TOKEN:
		set(j, clean_name(j, s));
		break;
	case AK_T_LIST:
	case AK_T_DIFF:
		json_secret(j, s, type == AK_T_DIFF);
		break;
	case AK_T_CODE:
		code_secret(j, s);
		break;
	case AK_T_URLPATH:
		set(j, clean_name(j, ak_url_path(s, j->a)));
		break;
	case AK_T_TEMPLATE:
		count(j, "error_template", AK_ACT_SANITISED);
		set(j, clean_name(j, ak_error_template(s, j->a)));
		break;
	case AK_T_UA:
		count(j, "user_agent", AK_ACT_MASKED);
		set(j, clean_name(j, ak_user_agent(s, j->a)));
		break;
	case AK_T_KEY:
		key_secret(j, s);
		break;
	default:
		break;
	}
}

/* Texts beside the fields that are stored too. */
static void clean_rest(struct job *j)
{
	struct ak_record *r = j->rec;

	j->field = AK_F_START;
	if (r->time_raw.p && !is_shaped(r->time_raw, ":+.,-/ ", 48))
		r->time_raw = (struct ak_str){NULL, 0};
	if (r->revision.p && !is_shaped(r->revision, ":+._-", 64))
		r->revision = ak_redactor_token(j->r, "id", r->revision, j->a);
	for (struct ak_alias *a = r->alias; a; a = a->next) {
		j->field = a->field;
		a->value = replace_emails(j, clean_id(j, a->value));
	}
}

void ak_redact_secrets(const struct ak_redactor *r, struct ak_record *rec, struct ak_arena *a, struct ak_redact_ledger *l)
{
	struct job j = {r, rec, a, l, 0};

	for (j.field = 0; j.field < AK_F_COUNT; j.field++)
		if (rec->v[j.field].set && rec->v[j.field].text.p)
			secret_of(&j, ak_fields[j.field].type, rec->v[j.field].text);
	clean_rest(&j);
}

/* ---- step 2 ---- */

static struct ak_str email_inside(void *ctx, struct ak_str name, struct ak_str s)
{
	struct job *j = ctx;

	(void)name;
	return replace_emails(j, s);
}

static struct ak_str person_inside(void *ctx, struct ak_str name, struct ak_str s)
{
	struct job *j = ctx;
	struct ak_str canonical, network;

	(void)name;
	if (ak_str_find(s, '.') < s.n && ak_address(j->r, s, j->a, &canonical, &network) && canonical.p) {
		count(j, "ip", AK_ACT_HASHED);
		return ak_redactor_token(j->r, "ip", canonical, j->a);
	}
	return replace_emails(j, s);
}

static void hash_person(struct job *j, struct ak_str s)
{
	s = ak_str_trim(s);
	if (ak_marker_is_token(s) || is_marker(s) || ak_is_machine_name(s))
		return;
	if (is_email(s)) {
		set(j, replace_emails(j, s));
		return;
	}
	count(j, "user", AK_ACT_HASHED);
	set(j, ak_redactor_token(j->r, "user", s, j->a));
}

static void hash_address(struct job *j, struct ak_str s)
{
	struct ak_str canonical, network;

	if (ak_marker_is_token(s))
		return;
	if (!ak_address(j->r, s, j->a, &canonical, &network)) {
		drop(j, "not_an_address");
		return;
	}
	count(j, "ip", canonical.p ? AK_ACT_HASHED : AK_ACT_MASKED);
	set(j, canonical.p ? ak_redactor_token(j->r, "ip", canonical, j->a) : canonical);
	if (network.p && !j->rec->v[AK_F_CLIENT_NETWORK].set)
		ak_record_set_text(j->rec, AK_F_CLIENT_NETWORK, network);
}

static void hash_with(struct job *j, const char *cls, const char *rule, struct ak_str s)
{
	if (ak_marker_is_token(s) || is_marker(s))
		return;
	count(j, rule, AK_ACT_HASHED);
	set(j, ak_redactor_token(j->r, cls, s, j->a));
}

static void person_of(struct job *j, enum ak_type type, struct ak_str s)
{
	switch (type) {
	case AK_T_ID:
	case AK_T_NAME:
	case AK_T_ENUM:
	case AK_T_CODE:
	case AK_T_URLPATH:
	case AK_T_TEMPLATE:
	case AK_T_UA:
		set(j, email_inside(j, s, s));
		break;
	case AK_T_LIST:
		set(j, ak_json_strings(s, false, j->a, email_inside, j));
		break;
	case AK_T_DIFF:
		set(j, ak_json_strings(s, true, j->a, person_inside, j));
		break;
	case AK_T_PERSON:
		hash_person(j, s);
		break;
	case AK_T_TOKEN:
		hash_with(j, "id", "identifier", s);
		break;
	case AK_T_KEY:
		if (!ak_is_machine_name(s) && !ak_is_masked_key(s))
			hash_with(j, "key", "key", s);
		break;
	case AK_T_IP:
		hash_address(j, s);
		break;
	default:
		break;
	}
}

void ak_redact_personal(const struct ak_redactor *r, struct ak_record *rec, struct ak_arena *a, struct ak_redact_ledger *l)
{
	struct job j = {r, rec, a, l, 0};

	for (j.field = 0; j.field < AK_F_COUNT; j.field++)
		if (rec->v[j.field].set && rec->v[j.field].text.p)
			person_of(&j, ak_fields[j.field].type, rec->v[j.field].text);
	rec->flags |= AK_R_REDACTED;
}

/* ---- single texts ---- */

struct ak_str ak_redact_text(const struct ak_redactor *r, struct ak_str s, struct ak_arena *a, struct ak_redact_ledger *l)
{
	struct job j = {r, NULL, a, l, -1};
	bool ignored = false;

	return sanitise(&j, replace_emails(&j, replace_secrets(&j, s)), &ignored);
}

struct ak_str ak_redact_token(const struct ak_redactor *r, enum ak_type type, struct ak_str value, struct ak_arena *a)
{
	enum ak_field_id f = type == AK_T_IP ? AK_F_CLIENT_ADDRESS : type == AK_T_KEY ? AK_F_KEY_HASH
			     : type == AK_T_TOKEN ? AK_F_TENANT : AK_F_ACTOR_ID;
	struct ak_redact_ledger ignored;
	struct ak_record rec;

	ak_record_init(&rec, AK_K_AUDIT);
	ak_ledger_init(&ignored);
	ak_record_set_text(&rec, f, value);
	ak_redact_secrets(r, &rec, a, &ignored);
	ak_redact_personal(r, &rec, a, &ignored);
	ak_ledger_release(&ignored);
	return rec.v[f].text;
}

bool ak_redact_scan(const struct ak_redactor *r, struct ak_str s, size_t *at, const char **kind)
{
	struct ak_arena a;
	struct ak_hits hits;
	size_t to;
	bool found;

	ak_arena_init(&a);
	ak_scan(&r->scanner, s, false, &a, &hits);
	found = hits.n > 0;
	if (found) {
		*at = hits.v[0].from;
		*kind = hits.v[0].kind;
	} else if ((found = ak_email_find(s, 0, at, &to))) {
		*kind = "email";
	}
	ak_arena_release(&a);
	return found;
}
