/* Finders of personal data: a table of what is found and what is not, recall over made-up numbers whose check digits are
 * computed here in another way, and linear time. */
#include "base/ak.h"

#include <time.h>

#include "redact/finds.h"
#include "redact/personal.h"
#include "redact/plan.h"
#include "redact_sample.h"
#include "tap.h"

enum { PER_KIND = 2000 };

static struct ak_redactor *redactors[AK_PROFILES];
static struct ak_arena a;

struct point {
	enum ak_profile_id profile;
	const char *kind, *in, *found; /* found NULL: the text stays */
};

#define DEF AK_PROFILE_DEFAULT
#define HIP AK_PROFILE_HIPAA
#define PCI AK_PROFILE_PCI
#define STR AK_PROFILE_STRICT

static const struct point points[] = {
#include "finders_sample.h"
};

static struct ak_redactor *make(enum ak_profile_id profile)
{
	static const uint8_t key[32] = {7, 1, 2, 3};
	const struct ak_field_plan plan = {.profile = profile};
	struct ak_redact_opts o = {.token_key = key, .kid = "0a1b2c3d", .ip4_prefix = 24, .ip6_prefix = 48, .plan = &plan};

	return ak_redactor_new(&o);
}

static struct ak_str text(enum ak_profile_id profile, struct ak_str s)
{
	return ak_redact_text(redactors[profile], s, &a, NULL);
}

/* What `redact explain` places: all between its finds stays, in order, and what must be gone stands in one of the kind. */
static void placed(const struct point *t, struct ak_str in, struct ak_str out)
{
	struct ak_find *f;
	size_t n = ak_redact_finds(redactors[t->profile], in, &a, &f), at = 0, in_out = 0;
	bool right = !n == !t->found, there = !t->found;

	for (size_t i = 0; i <= n && right; i++) {
		size_t from = i < n ? f[i].from : in.n;
		struct ak_str kept = ak_str_n(in.p + at, from - at), part = ak_str_n(in.p + from, (i < n ? f[i].to : in.n) - from);

		while (in_out + kept.n <= out.n && memcmp(out.p + in_out, kept.p, kept.n) != 0)
			in_out++;
		right = from >= at && in_out + kept.n <= out.n;
		in_out += kept.n;
		there = there || (i < n && strcmp(f[i].kind, t->kind) == 0 && sample_holds(part, ak_str_of(t->found)));
		at = from + part.n;
	}
	for (size_t i = 0; i < n && !(right && there); i++)
		printf("# %s at %zu to %zu\n", f[i].kind, f[i].from, f[i].to);
	if (!right || !there)
		ok(false, "  and is placed");
}

static void check(const struct point *t)
{
	struct ak_str in = ak_str_of(t->in), out = text(t->profile, in);
	char mark[64];

	placed(t, in, out);
	if (!t->found) {
		if (!ak_str_eq(in, out))
			printf("# becomes %.*s\n", AK_STR_FMT(out));
		ok(ak_str_eq(in, out), t->in);
		return;
	}
	snprintf(mark, sizeof mark, "[REMOVED:%s]", t->kind);
	if (!sample_holds(out, ak_str_of(mark)))
		snprintf(mark, sizeof mark, "%s:", t->kind);
	if (!sample_holds(out, ak_str_of(mark)) || sample_holds(out, ak_str_of(t->found)))
		printf("# becomes %.*s\n", AK_STR_FMT(out));
	ok(sample_holds(out, ak_str_of(mark)) && !sample_holds(out, ak_str_of(t->found)), t->in);
	if (!ak_str_eq(text(t->profile, out), out))
		ok(false, "  and stays so");
}

/* ---- made-up numbers ---- */

/* The last digit by trying all ten: sums of doubled digits written out as a table. */
static void add_luhn(char *d, size_t n)
{
	static const int doubled[] = {0, 2, 4, 6, 8, 1, 3, 5, 7, 9};

	for (d[n - 1] = '0';; d[n - 1]++) {
		int sum = 0;

		for (size_t i = 0; i < n; i++)
			sum += (n - i) % 2 ? d[i] - '0' : doubled[d[i] - '0'];
		if (sum % 10 == 0)
			return;
	}
}

static struct ak_str a_card(void)
{
	static const struct {
		const char *prefix;
		size_t n;
	} cards[] = {{"4", 16}, {"51", 16}, {"55", 16}, {"2221", 16}, {"34", 15}, {"37", 15}, {"6011", 16}, {"36", 14}, {"3530", 16}, {"62", 16}};
	size_t k = sample_next() % AK_COUNT(cards), n = cards[k].n;
	char *d = ak_arena_alloc(&a, 32);

	for (size_t i = 0; i < n; i++)
		d[i] = i < strlen(cards[k].prefix) ? cards[k].prefix[i] : (char)('0' + sample_next() % 10);
	add_luhn(d, n);
	switch (n == 16 ? sample_next() % 3 : 2) {
	case 0: return ak_arena_printf(&a, "%.4s-%.4s-%.4s-%.4s", d, d + 4, d + 8, d + 12);
	case 1: return ak_arena_printf(&a, "%.4s %.4s %.4s %.4s", d, d + 4, d + 8, d + 12);
	default: return ak_str_n(d, n);
	}
}

/* DE, NL: check digits by division on paper. */
static struct ak_str an_iban(void)
{
	bool de = sample_next() % 2;
	char body[32], digits[64];
	size_t n = 0;
	int rest = 0;

	if (!de)
		memcpy(body, "BRND", 4);
	for (size_t i = de ? 0 : 4; i < (de ? 18 : 14); i++)
		body[i] = (char)('0' + sample_next() % 10);
	body[de ? 18 : 14] = '\0';
	for (const char *p = body; *p; p++)
		n += (size_t)snprintf(digits + n, sizeof digits - n, "%d", *p < 'A' ? *p - '0' : *p - 'A' + 10);
	snprintf(digits + n, sizeof digits - n, "%s", de ? "131400" : "232100");
	for (const char *p = digits; *p; p++)
		rest = (rest * 10 + *p - '0') % 97;
	return ak_arena_printf(&a, "%s%02d%s", de ? "DE" : "NL", 98 - rest, body);
}

static struct ak_str an_ssn(void)
{
	unsigned area = 1 + (unsigned)(sample_next() % 665);

	return ak_arena_printf(&a, "%03u-%02u-%04u", area, 1 + (unsigned)(sample_next() % 99), 1 + (unsigned)(sample_next() % 9999));
}

static struct ak_str an_address(void)
{
	if (sample_next() % 2)
		return ak_arena_printf(&a, "%u.%u.%u.%u", 11 + (unsigned)(sample_next() % 100), (unsigned)(sample_next() % 256),
				       (unsigned)(sample_next() % 256), 1 + (unsigned)(sample_next() % 255));
	return ak_arena_printf(&a, "2001:db8:%x::%x", (unsigned)(sample_next() % 65535), 1 + (unsigned)(sample_next() % 65534));
}

static struct ak_str a_phone(void)
{
	unsigned area = 223 + (unsigned)(sample_next() % 7), line = (unsigned)(sample_next() % 10000);

	switch (sample_next() % 5) {
	case 0: return ak_arena_printf(&a, "+1%u555%04u", area, line);
	case 1: return ak_arena_printf(&a, "(%u) 555-%04u", area, line);
	case 2: return ak_arena_printf(&a, "%u-555-%04u", area, line);
	case 3: return ak_arena_printf(&a, "+49 30 90%02u%04u", area % 100, line);
	default: return ak_arena_printf(&a, "+44 20 7946 %04u", line);
	}
}

static void recall(const char *name, struct ak_str (*one)(void), double least)
{
	static const char *const contexts[][2] = {
		{"", ""},	  {"please use ", " today"}, {"{\"note\":\"", "\"}"}, {"value=", "&x=1"}, {"(", ")"},
		{"a,", ",b"},	  {"end of it: ", "."},	     {"'", "'"},	      {"<td>", "</td>"},  {"x;", ";y"},
		{"line\n", "\nline"}, {"**", "**"},	     {"note: ", "!"},	      {"to ", ", then"},  {"| ", " |"}};
	size_t found = 0;
	char says[80];

	for (size_t i = 0; i < PER_KIND; i++) {
		const char *const *around = contexts[i % AK_COUNT(contexts)];
		struct ak_str s = one(), out;

		out = text(DEF, ak_arena_printf(&a, "%s%.*s%s", around[0], AK_STR_FMT(s), around[1]));
		if (sample_holds(out, s))
			printf("# missed: %.*s\n", AK_STR_FMT(out));
		else
			found++;
		if (i % 100 == 99)
			ak_arena_clear(&a);
	}
	snprintf(says, sizeof says, "%s: %zu of %d found", name, found, PER_KIND);
	ok((double)found >= least * PER_KIND, says);
}

static uint64_t cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static uint64_t time_of(struct ak_str s)
{
	uint64_t t = cpu_ns();
	struct ak_personal_hit h;

	for (size_t at = 0; ak_personal_find(redactors[STR], s, at, AK_FIND_TEXT, &h);)
		at = h.to;
	return cpu_ns() - t;
}

/* Eight times the text: about 8 times the time where it is linear, 64 where it is quadratic, and a busy machine stays between. */
static void linear(const char *unit)
{
	enum { SMALL = 1 << 17, TIMES = 8, MOST = 24, ROUNDS = 12 };
	uint64_t once = UINT64_MAX, more = UINT64_MAX;
	size_t u = strlen(unit), n = SMALL / u * u;
	char *p = ak_arena_alloc(&a, TIMES * n);

	for (size_t i = 0; i < TIMES * n; i++)
		p[i] = unit[i % u];
	for (int k = 0; k < ROUNDS && (k == 0 || more > MOST * once); k++) {
		uint64_t t = time_of(ak_str_n(p, n)), v = time_of(ak_str_n(p, TIMES * n));

		once = t < once ? t : once;
		more = v < more ? v : more;
	}
	printf("# %s: %llu and %llu us\n", unit, (unsigned long long)(once / 1000), (unsigned long long)(more / 1000));
	ok(more <= MOST * once, unit);
	ak_arena_clear(&a);
}

/* A card in groups is stopped in a packet, a long id, a digest, a time or a cost is not. */
static void audit(void)
{
	static const char *const quiet[] = {"4111111111111111", "0.4111111111111111", "1718000000000000", "\"2026-06-01T00:00:00Z\"", "123456789",
					    "[REMOVED:card]",	"203.0.113.0/24",     "ip:12498dfbfed3df51b47c3ed21781e969"};
	const char *kind = "";
	size_t at;

	ok(ak_redact_scan(redactors[DEF], AK_STR("x 4111 1111 1111 1111"), &at, &kind) && at == 2 && strcmp(kind, "card") == 0, "card in a packet");
	ok(ak_redact_scan(redactors[DEF], AK_STR("x,536-22-1234,"), &at, &kind) && strcmp(kind, "ssn") == 0, "number of a person in a packet");
	ok(ak_redact_scan(redactors[DEF], AK_STR("\"DE89370400440532013000\""), &at, &kind) && strcmp(kind, "iban") == 0, "account in a packet");
	for (size_t i = 0; i < AK_COUNT(quiet); i++)
		ok(!ak_redact_scan(redactors[DEF], ak_str_of(quiet[i]), &at, &kind), quiet[i]);
}

int main(void)
{
	const struct ak_finder *f;
	size_t n = ak_personal_finders(&f);

	ak_arena_init(&a);
	for (int i = 0; i < AK_PROFILES; i++)
		redactors[i] = make((enum ak_profile_id)i);
	for (size_t i = 0; i < AK_COUNT(points); i++)
		check(&points[i]);
	for (size_t i = 0; i < n; i++) {
		size_t seen = 0;

		for (size_t k = 0; k < AK_COUNT(points); k++)
			seen += points[k].found && strcmp(points[k].kind, f[i].kind) == 0;
		ok(seen > 0, f[i].kind);
	}
	recall("cards", a_card, 0.98);
	recall("IBANs", an_iban, 0.98);
	recall("SSNs", an_ssn, 0.95);
	recall("addresses", an_address, 0.95);
	recall("phones", a_phone, 0.85);
	audit();
	linear("1");
	linear("4111 ");
	linear("a:");
	linear("1.1");
	linear("9.1.1.0/24 ");
	linear("+1 (");
	linear("card 12-");
	linear("no id ");
	linear("DE89 ");
	for (int i = 0; i < AK_PROFILES; i++)
		ak_redactor_free(redactors[i]);
	ak_arena_release(&a);
	return done_testing();
}
