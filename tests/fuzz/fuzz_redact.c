/* Redaction. A secret is planted in the input; promises: it never comes out, redacting twice changes nothing, and the
 * audit of a finished packet finds nothing in what came out. Input: bytes that choose secret, place and field, then the
 * text. */
#include "base/ak.h"

#include "../unit/redact_sample.h"
#include "base/text.h"
#include "redact/cache.h"
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

static struct ak_redactor *redactor;
static struct ak_str secrets[AK_COUNT(shapes)];
static struct ak_arena kept;

static void prepare(void)
{
	redactor = sample_redactor(NULL);
	ak_arena_init(&kept);
	for (size_t i = 0; i < AK_COUNT(shapes); i++)
		secrets[i] = ak_arena_printf(&kept, "%s%s%s%s", shapes[i].prefix, shapes[i].more,
					     sample_fill(&kept, shapes[i].set, shapes[i].n).p, shapes[i].end);
}

static void is_clean(struct ak_str out, struct ak_str secret)
{
	const char *kind = NULL;
	size_t at;

	HOLDS(!sample_holds(out, secret));
	HOLDS(!ak_redact_scan(redactor, out, &at, &kind));
}

static void text(struct ak_str in, struct ak_str secret, struct ak_arena *a)
{
	struct ak_redact_ledger l;
	struct ak_str once, again;

	ak_ledger_init(&l);
	once = ak_redact_text(redactor, in, a, &l);
	HOLDS(l.n > 0);
	is_clean(once, secret);
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
static void field(enum ak_field_id f, struct ak_str in, struct ak_str secret, struct ak_arena *a)
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
		is_clean(once.text, secret);
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
	static const char *const around[] = {"  ", "\"\"", "()", "\n\n", "=&", ",,"};
	const char *c = around[where >> 16 & 0xff ? (where >> 16) % AK_COUNT(around) : 0];
	size_t at = in.n ? (where & 0xffff) % (in.n + 1) : 0;

	return ak_arena_printf(a, "%.*s%c%.*s%c%.*s", (int)at, in.p ? in.p : "", c[0], AK_STR_FMT(secret), c[1],
			       (int)(in.n - at), in.p ? in.p + at : "");
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct fuzz_in in = {p, n};
	unsigned which = fuzz_byte(&in), f = fuzz_byte(&in);
	uint32_t where = fuzz_word(&in);
	struct ak_str secret, rest = fuzz_rest(&in);
	struct ak_arena a;

	if (!redactor)
		prepare();
	ak_arena_init(&a);
	/* printf would stop at a NUL. */
	rest.n = ak_str_find(rest, '\0');
	secret = secrets[which % AK_COUNT(secrets)];
	/* Inside a word it would be no secret. */
	if (sample_holds(rest, secret))
		rest.n = 0;
	text(plant(rest, secret, where, &a), secret, &a);
	if (is_text(ak_fields[f % AK_F_COUNT].type))
		field((enum ak_field_id)(f % AK_F_COUNT), which & 128 ? rest : plant(rest, secret, where, &a), secret,
		      &a);
	ak_arena_release(&a);
	return 0;
}
