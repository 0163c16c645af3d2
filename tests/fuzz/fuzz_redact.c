/* Redaction. A secret is planted in the input, as it is or encoded; promises: neither comes out, redacting twice
 * changes nothing, the audit of a finished packet finds nothing in what came out, and text and memory grow with the
 * input only. Input: bytes that choose secret, encoding, place and field, then the text. */
#include "base/ak.h"

#include "../unit/redact_sample.h"
#include "base/text.h"
#include "redact/cache.h"
#include "redact/personal.h"
#include "fuzz.h"

/* Prefix, alphabet and length of secrets that their prefix gives away; put together at run time. */
static const struct {
	const char *prefix, *more, *set;
	size_t n;
	const char *end;
} shapes[] = {
	{"sk-", "or-v1-", HEX, 64, ""}, {"sk-", "ant-api03-", U64, 93, "AA"},
	{"AK", "IA", B32, 16, ""},	{"AI", "za", U64, 35, ""},
	{"gh", "p_", AN, 36, ""},	{"csk", "-", AN, 48, ""},
	{"GOC", "SPX-", U64, 28, ""},
};

/* Each byte of a secret as one of these, or all of it as base64. */
enum { PLAIN, BASE64, PERCENT, PERCENT_TWICE, UNICODE, REFERENCE, ZERO_WIDTH, ENCODINGS };
static const struct {
	const char *before, *after;
	bool hex;
} encodings[ENCODINGS] = {
	[PERCENT] = {"%", "", true},	  [PERCENT_TWICE] = {"%25", "", true},	      [UNICODE] = {"\\u00", "", true},
	[REFERENCE] = {"&#x", ";", true}, [ZERO_WIDTH] = {"", "\xe2\x80\x8b", false},
};

/* The shortest value with a secret's name becomes a marker; escaping makes one byte ten. Each layer of encoding, and
 * each round of a text whose pieces become whole only when others went, takes memory of the text's size. */
enum { MOST_TIMES_LONGER = 32, MOST_TIMES_MEMORY = 4096, SMALL = 1024 };

static struct ak_redactor *redactor;
static struct ak_str secrets[AK_COUNT(shapes)][ENCODINGS];
static struct ak_arena kept;

static struct ak_str encode(struct ak_str secret, int how)
{
	struct ak_str out = AK_STR("");

	if (how == PLAIN)
		return secret;
	if (how == BASE64)
		return sample_base64(&kept, secret);
	for (size_t i = 0; i < secret.n; i++) {
		char c[3] = {secret.p[i], '\0', '\0'};

		if (encodings[how].hex)
			ak_hex((const uint8_t *)&secret.p[i], 1, c);
		out = ak_arena_printf(&kept, "%.*s%s%s%s", AK_STR_FMT(out), encodings[how].before, c,
				      encodings[how].after);
	}
	return out;
}

static void prepare(void)
{
	redactor = sample_redactor(NULL);
	ak_arena_init(&kept);
	for (size_t i = 0; i < AK_COUNT(shapes); i++) {
		secrets[i][PLAIN] = ak_arena_printf(&kept, "%s%s%s%s", shapes[i].prefix, shapes[i].more,
						    sample_fill(&kept, shapes[i].set, shapes[i].n).p, shapes[i].end);
		for (int how = 1; how < ENCODINGS; how++)
			secrets[i][how] = encode(secrets[i][PLAIN], how);
	}
}

/* What was planted: the secret, and as what. */
struct planted {
	struct ak_str plain, as;
};

static bool is_personal(const char *kind)
{
	const struct ak_finder *all;
	size_t n = ak_personal_finders(&all);

	for (size_t i = 0; i < n; i++)
		if (strcmp(all[i].kind, kind) == 0)
			return true;
	return false;
}

/* Ids, models and the like may hold numbers that look personal (R-PII-2); the audit stops at them, so it looks on. */
static void is_clean(struct ak_str out, const struct planted *secret, bool words)
{
	const char *kind = NULL;
	size_t at;

	HOLDS(!sample_holds(out, secret->plain));
	HOLDS(!sample_holds(out, secret->as));
	while (ak_redact_scan(redactor, out, &at, &kind)) {
		HOLDS(!words && is_personal(kind));
		out = ak_str_n(out.p + at + 1, out.n - at - 1);
	}
}

/* Is the field made of words, in which personal data is looked for? */
static bool holds_words(enum ak_field_id f)
{
	enum ak_type t = ak_fields[f].type;

	return (t == AK_T_NAME && ak_personal_reads(f)) || t == AK_T_LIST || t == AK_T_DIFF || t == AK_T_TEMPLATE || t == AK_T_TEXT;
}

static void text(struct ak_str in, const struct planted *secret, struct ak_arena *a)
{
	struct ak_redact_ledger l;
	struct ak_str once, again;

	ak_ledger_init(&l);
	once = ak_redact_text(redactor, in, a, &l);
	HOLDS(l.n > 0);
	HOLDS(once.n <= MOST_TIMES_LONGER * (in.n + SMALL));
	is_clean(once, secret, true);
	HOLDS(ak_text_is_safe(once));
	again = ak_redact_text(redactor, once, a, NULL);
	HOLDS(ak_str_eq(once, again));
	ak_ledger_release(&l);
}

static void redact(struct ak_record *rec, struct ak_arena *a, struct ak_redact_ledger *l)
{
	static struct ak_redact_cache *cache;
	struct ak_redact_ctx ctx = {a, l, cache ? cache : (cache = ak_redact_cache_new())};

	ak_redact_secrets(redactor, rec, &ctx);
	ak_redact_personal(redactor, rec, &ctx);
}

/* The mapper gives UTF-8 only. */
static void field(enum ak_field_id f, struct ak_str in, const struct planted *secret, struct ak_arena *a)
{
	struct ak_record *rec = ak_arena_alloc(a, sizeof *rec);
	struct ak_redact_ledger l;
	struct ak_value once;

	in.n = ak_utf8_valid(in);
	ak_ledger_init(&l);
	ak_record_init(rec, AK_K_REQUEST);
	ak_record_set_text(rec, f, in);
	redact(rec, a, &l);
	once = rec->v[f];
	if (once.set)
		is_clean(once.text, secret, holds_words(f));
	HOLDS(rec->flags & AK_R_REDACTED);
	redact(rec, a, &l);
	HOLDS(rec->v[f].set == once.set && (!once.set || ak_str_eq(rec->v[f].text, once.text)));
	ak_ledger_release(&l);
}

/* INT, BOOL and PRESENCE hold a number. */
static bool is_text(enum ak_type type)
{
	return type != AK_T_INT && type != AK_T_BOOL && type != AK_T_PRESENCE;
}

/* A secret stands alone: between blanks, quotes or brackets. */
static struct ak_str plant(struct ak_str in, struct ak_str secret, uint32_t where, struct ak_arena *a)
{
	static const char around[][2] = {"  ", {'"', '"'}, "()", "\n\n", "=&", ",,"};
	const char *c = around[where >> 16 & 0xff ? (where >> 16) % AK_COUNT(around) : 0];
	size_t at = in.n ? (where & 0xffff) % (in.n + 1) : 0;
	char *p = ak_arena_alloc(a, in.n + secret.n + 2);

	if (at)
		memcpy(p, in.p, at);
	p[at] = c[0];
	memcpy(p + at + 1, secret.p, secret.n);
	p[at + 1 + secret.n] = c[1];
	if (in.n > at)
		memcpy(p + at + secret.n + 2, in.p + at, in.n - at);
	return ak_str_n(p, in.n + secret.n + 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct fuzz_in in = {p, n};
	unsigned which = fuzz_byte(&in), f = fuzz_byte(&in) % AK_F_COUNT;
	uint32_t where = fuzz_word(&in);
	struct ak_str rest = fuzz_rest(&in), whole;
	struct planted secret;
	struct ak_arena a;

	if (!redactor)
		prepare();
	ak_arena_init(&a);
	secret.plain = secrets[which % AK_COUNT(secrets)][PLAIN];
	secret.as = secrets[which % AK_COUNT(secrets)][(where >> 24 & 7) % ENCODINGS];
	/* Inside a word it would be no secret. */
	if (sample_holds(rest, secret.plain) || sample_holds(rest, secret.as))
		rest.n = 0;
	whole = plant(rest, secret.as, where, &a);
	text(whole, &secret, &a);
	if (is_text(ak_fields[f].type))
		field((enum ak_field_id)f, which & 128 ? rest : whole, &secret, &a);
	HOLDS(a.used <= MOST_TIMES_MEMORY * (n + SMALL));
	ak_arena_release(&a);
	return 0;
}
