/* Every row of the sieve's tables is needed: without it a sample made here is missed, or told by another kind. Numbers of
 * accounts and cards get their check digits here, in another way than the sieve looks at them. */
#include "base/ak.h"

#include "packet/sieve.h"
#include "sieve_sample.h"
#include "tap.h"

static const char *const names[] = {
	"password", "passwd", "pwd", "secret", "client_secret", "api_key", "access-token", "refreshToken", "id_token",
	"auth_token", "Authorization", "Proxy-Authorization", "cookie", "Set-Cookie", "private_key", "AccountKey",
	"SharedAccessKey", "secret_key", "aws_secret_access_key", "SecretAccessKey", "AWS_SESSION_TOKEN",
	"Ocp-Apim-Subscription-Key", "xi-api-key", "x-api-key", "x-goog-api-key", "x-portkey-api-key",
	"cf-aig-authorization", "Helicone-Auth", "x-litellm-api-key", "CO_API_KEY", "session_token", "token",
};

/* Issuer's digits and length; the rest is random. */
static const struct {
	const char *first;
	size_t n;
} cards[] = {
	{"2221", 16}, {"2720", 16}, {"3059", 14}, {"34", 15}, {"3528", 16}, {"36", 14}, {"37", 15}, {"38", 14},
	{"4", 16},    {"51", 16},   {"55", 16},   {"6011", 16}, {"62", 16}, {"644", 16}, {"65", 16},
};

static const struct {
	const char *kind, *text;
} persons[] = {{"ssn", "536-22-1234"}, {"ssn", "899-01-0001"}, {"itin", "912-70-1234"}};

/* Country and an account as its bank would write it. */
static const struct {
	const char *country, *account;
} accounts[] = {
	{"AD", "3704004440M2606X05B1"}, {"AE", "3704004405320139281"}, {"AL", "3704004440M2606X05B13C7D"},
	{"AT", "3704004405320139"}, {"AZ", "WEST40M2606X05B13C7D91E4"}, {"BA", "3704004405320139"},
	{"BE", "370400440532"}, {"BG", "WEST37040040M2606X"}, {"BH", "WEST40M2606X05B13C"},
	{"BR", "37040044053201392817465W4"}, {"BY", "40M2370440M2606X05B13C7D"}, {"CH", "3704040M2606X05B1"},
	{"CR", "370400440532013928"}, {"CY", "3704004440M2606X05B13C7D"}, {"CZ", "37040044053201392817"},
	{"DE", "370400440532013928"}, {"DK", "37040044053201"}, {"DO", "40M237040044053201392817"},
	{"EE", "3704004405320139"}, {"EG", "3704004405320139281746509"}, {"ES", "37040044053201392817"},
	{"FI", "37040044053201"}, {"FO", "37040044053201"}, {"FR", "370400440540M2606X05B37"},
	{"GB", "WEST37040044053201"}, {"GE", "WE3704004405320139"}, {"GI", "WEST40M2606X05B13C7"},
	{"GL", "37040044053201"}, {"GR", "370400440M2606X05B13C7D"}, {"GT", "40M2606X05B13C7D91E4F8G2"},
	{"HR", "37040044053201392"}, {"HU", "370400440532013928174650"}, {"IE", "WEST37040044053201"},
	{"IL", "3704004405320139281"}, {"IQ", "WEST370400440532013"}, {"IS", "3704004405320139281746"},
	{"IT", "W370400440540M2606X05B1"}, {"JO", "WEST370440M2606X05B13C7D91"}, {"KW", "WEST40M2606X05B13C7D91E4F8"},
	{"KZ", "37040M2606X05B13"}, {"LB", "370440M2606X05B13C7D91E4"}, {"LC", "WEST40M2606X05B13C7D91E4F8G2"},
	{"LI", "3704040M2606X05B1"}, {"LT", "3704004405320139"}, {"LU", "37040M2606X05B13"},
	{"LV", "WEST40M2606X05B13"}, {"MC", "370400440540M2606X05B37"}, {"MD", "40M2606X05B13C7D91E4"},
	{"ME", "370400440532013928"}, {"MK", "37040M2606X0537"}, {"MR", "37040044053201392817465"},
	{"MT", "WEST3704040M2606X05B13C7D91"}, {"MU", "WEST3704004405320139281WES"}, {"NL", "WEST3704004405"},
	{"NO", "37040044053"}, {"PK", "WEST40M2606X05B13C7D"}, {"PL", "370400440532013928174650"},
	{"PS", "WEST40M2606X05B13C7D91E4F"}, {"PT", "370400440532013928174"}, {"QA", "WEST40M2606X05B13C7D91E4F"},
	{"RO", "WEST40M2606X05B13C7D"}, {"RS", "370400440532013928"}, {"SA", "3740M2606X05B13C7D91"},
	{"SC", "WEST37040044053201392817WES"}, {"SE", "37040044053201392817"}, {"SI", "370400440532013"},
	{"SK", "37040044053201392817"}, {"SM", "W370400440540M2606X05B1"}, {"ST", "370400440532013928174"},
	{"SV", "WEST37040044053201392817"}, {"TL", "3704004405320139281"}, {"TN", "37040044053201392817"},
	{"TR", "37040040M2606X05B13C7D"}, {"UA", "37040040M2606X05B13C7D91E"}, {"VA", "370400440532013928"},
	{"VG", "WEST3704004405320139"}, {"XK", "3704004405320139"},
};

struct sample {
	const char *kind;
	char *text;
};
static struct sample samples[AK_COUNT(shapes) + AK_COUNT(names) + AK_COUNT(cards) + AK_COUNT(persons) + AK_COUNT(accounts)];
static size_t n;

static void add(const char *kind, const struct ak_buf *b)
{
	samples[n++] = (struct sample){kind, ak_strndup(b->p, b->n)};
}

/* Digits whose last makes them valid: tried from 0 on, with doubled digits out of a table. */
static void card(struct ak_buf *b, const char *first, size_t len)
{
	static const int doubled[] = {0, 2, 4, 6, 8, 1, 3, 5, 7, 9};
	int sum = 1;

	ak_buf_clear(b);
	ak_buf_adds(b, first);
	random_text(b, "0123456789", len - strlen(first));
	for (b->p[len - 1] = '0'; sum % 10; b->p[len - 1] = (char)(b->p[len - 1] + (sum % 10 != 0))) {
		sum = 0;
		for (size_t i = 0; i < len; i++)
			sum += (len - i) % 2 ? b->p[i] - '0' : doubled[b->p[i] - '0'];
	}
}

/* The remainder digit by digit over the number written out, both check digits tried. */
static void iban(struct ak_buf *b, const char *country, const char *account)
{
	for (int check = 2; check < 99; check++) {
		struct ak_buf digits;
		int rest = 0;

		ak_buf_init(&digits, 256);
		ak_buf_clear(b);
		ak_buf_addf(b, "%s%s%02d", account, country, check);
		for (size_t i = 0; i < b->n; i++)
			ak_buf_addf(&digits, "%d", ak_is_digit((unsigned char)b->p[i]) ? b->p[i] - '0' : b->p[i] - 'A' + 10);
		for (size_t i = 0; i < digits.n; i++)
			rest = (rest * 10 + digits.p[i] - '0') % 97;
		ak_buf_release(&digits);
		ak_buf_clear(b);
		ak_buf_addf(b, "%s%02d%s", country, check, account);
		if (rest == 1)
			return;
	}
}

static void make_samples(struct ak_buf *b)
{
	for (size_t i = 0; i < AK_COUNT(shapes); i++) {
		make(b, i);
		add(shapes[i].kind, b);
	}
	for (size_t i = 0; i < AK_COUNT(names); i++) {
		ak_buf_clear(b);
		ak_buf_addf(b, "\"%s\": \"", names[i]);
		random_text(b, AN, 20);
		ak_buf_adds(b, "a7\"");
		add("named_secret", b);
	}
	for (size_t i = 0; i < AK_COUNT(cards); i++) {
		card(b, cards[i].first, cards[i].n);
		add("card", b);
	}
	for (size_t i = 0; i < AK_COUNT(persons); i++) {
		ak_buf_clear(b);
		ak_buf_adds(b, persons[i].text);
		add(persons[i].kind, b);
	}
	for (size_t i = 0; i < AK_COUNT(accounts); i++) {
		iban(b, accounts[i].country, accounts[i].account);
		add("iban", b);
	}
}

static bool never(void *ctx, const struct ak_sieve_find *f)
{
	(void)ctx;
	(void)f;
	return false;
}

static bool told(const struct sample *s, size_t without)
{
	const struct ak_sieve sieve = {never, NULL, without};
	struct ak_sieve_hit hit;

	return ak_sieve(&sieve, ak_str_of(s->text), &hit) && strcmp(hit.kind, s->kind) == 0;
}

static bool is_missed(size_t row)
{
	for (size_t i = 0; i < n; i++)
		if (!told(&samples[i], row))
			return true;
	return false;
}

/* As people write them, and what only looks alike. */
static void spellings(void)
{
	static const struct {
		const char *text, *kind;
	} points[] = {
		{"4111 1111 1111 1111", "card"},     {"4111-1111-1111-1111,", "card"},	 {"\"378282246310005\"", "card"},
		{"3782 822463 10005", "card"},	     {"5555555555554444.", "card"},	 {"DE89 3704 0044 0532 0130 00 ok", "iban"},
		{"GB82WEST12345698765432<", "iban"}, {"ES91-2100-0418-4502-0005-1332", "iban"}, {"4111111111111112", NULL},
		{"a4111111111111111", NULL},	     {"task-4111111111111111", NULL},	 {"0.4111111111111111", NULL},
		{"4111 1111-1111 1111", NULL},	     {"41111111111111110", NULL},	 {"1718000000000000", NULL},
		{"536-22-12345", NULL},		     {"x-536-22-1234", NULL},		 {"000-22-1234", NULL},
		{"666-22-1234", NULL},		     {"536-00-1234", NULL},		 {"536-22-0000", NULL},
		{"078-05-1120", NULL},		     {"912-10-1234", NULL},		 {"536221234", NULL},
		{"DE88370400440532013000", NULL},    {"XDE89370400440532013000", NULL},	 {"DE893704004405320130001", NULL},
		{"2026-06-01", NULL},		     {"11111111-1111-4111-8111-111111111111", NULL},
	};

	for (size_t i = 0; i < AK_COUNT(points); i++) {
		const struct ak_sieve sieve = {never, NULL, 0};
		struct ak_sieve_hit hit = {.kind = NULL};
		bool found = ak_sieve(&sieve, ak_str_of(points[i].text), &hit);

		ok(found == !!points[i].kind && (!found || (hit.personal && strcmp(hit.kind, points[i].kind) == 0)), points[i].text);
	}
}

int main(void)
{
	size_t rows = ak_sieve_rows(), missed = 0;
	struct ak_buf b;

	ak_buf_init(&b, 4096);
	make_samples(&b);
	for (size_t i = 0; i < n; i++)
		if (!told(&samples[i], 0))
			ok(false, samples[i].text);
	ok(n == AK_COUNT(samples) && rows > 200, "every sample is told by its kind");
	for (size_t row = 1; row <= rows; row++) {
		missed += is_missed(row);
		if (!is_missed(row))
			printf("# nothing misses row %zu\n", row);
	}
	is_int((int64_t)missed, (int64_t)rows, "without any one row a sample is missed");
	spellings();
	for (size_t i = 0; i < n; i++)
		ak_free(samples[i].text);
	ak_buf_release(&b);
	return done_testing();
}
