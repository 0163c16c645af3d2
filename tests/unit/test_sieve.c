/* The second look of the self-audit: keys of published shapes, made here at run time, in the places where a packet may hold them,
 * and what is none. */
#include "base/ak.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "packet/sieve.h"
#include "tap.h"

#define AN "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define HX "0123456789abcdef"
#define B3 "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

/* before random, the mark, behind it */
static const struct {
	const char *kind, *left_set;
	size_t left;
	const char *mark, *set;
	size_t n;
	const char *end;
} shapes[] = {
	{"openai_key", AN, 0, "sk-proj-", AN, 58, ""},
	{"openai_key", AN, 0, "sk-svcacct-", AN, 58, ""},
	{"openai_key", AN, 0, "sk-admin-", AN, 58, ""},
	{"openai_key", AN, 20, "T3BlbkFJ", AN, 20, ""},
	{"openai_session", AN, 0, "sess-", AN, 40, ""},
	{"anthropic_key", AN, 0, "sk-ant-api03-", AN, 93, "AA"},
	{"anthropic_key", AN, 0, "sk-ant-oat01-", AN, 40, ""},
	{"google_api_key", AN, 0, "AIza", AN, 35, ""},
	{"google_oauth", AN, 0, "ya29.", AN, 60, ""},
	{"google_client_secret", AN, 0, "GOCSPX-", AN, 28, ""},
	{"aws_key_id", AN, 0, "AKIA", B3, 16, ""},
	{"aws_key_id", AN, 0, "ASIA", B3, 16, ""},
	{"bedrock_key", AN, 0, "ABSK", AN, 110, ""},
	{"azure_openai_key", AN, 52, "JQQJ99", AN, 26, ""},
	{"azure_storage_key", AN, 76, "+ASt", AN, 6, "=="},
	{"azure_key", AN, 33, "+ASb", AN, 6, "="},
	{"azure_key", AN, 42, "AzSe", AN, 6, ""},
	{"azure_key", AN, 44, "AzFu", AN, 6, "=="},
	{"entra_secret", AN, 3, "8Q~", AN, 34, ""},
	{"huggingface_token", AN, 0, "hf_", AN, 34, ""},
	{"groq_key", AN, 0, "gsk_", AN, 52, ""},
	{"xai_key", AN, 0, "xai-", AN, 80, ""},
	{"perplexity_key", AN, 0, "pplx-", AN, 48, ""},
	{"replicate_token", AN, 0, "r8_", AN, 37, ""},
	{"openrouter_key", AN, 0, "sk-or-v1-", HX, 64, ""},
	{"together_key", AN, 0, "tgp_v1_", AN, 43, ""},
	{"nvidia_key", AN, 0, "nvapi-", AN, 64, ""},
	{"langsmith_key", AN, 0, "lsv2_pt_", HX, 32, "_0123456789"},
	{"helicone_key", AN, 0, "sk-helicone-", AN, 30, ""},
	{"sk_key", AN, 0, "sk-", AN, 22, ""},
	{"sk_key", AN, 0, "sk-", HX, 32, ""},
	{"elevenlabs_key", AN, 0, "sk_", HX, 48, ""},
	{"tavily_key", AN, 0, "tvly-", AN, 32, ""},
	{"firecrawl_key", AN, 0, "fc-", HX, 32, ""},
	{"posthog_key", AN, 0, "phx_", AN, 43, ""},
	{"databricks_token", AN, 0, "dapi", HX, 32, ""},
	{"github_token", AN, 0, "ghp_", AN, 36, ""},
	{"github_token", AN, 0, "github_pat_", AN, 82, ""},
	{"gitlab_token", AN, 0, "glpat-", AN, 20, ""},
	{"slack_token", AN, 0, "xoxb-", AN, 40, ""},
	{"webhook", AN, 0, "hooks.slack.com/services/", AN, 40, ""},
	{"stripe_key", AN, 0, "sk_live_", AN, 24, ""},
	{"twilio_key", AN, 0, "SK", HX, 32, ""},
	{"npm_token", AN, 0, "npm_", AN, 36, ""},
	{"pypi_token", AN, 0, "pypi-AgEI", AN, 80, ""},
	{"digitalocean_token", AN, 0, "dop_v1_", HX, 64, ""},
	{"heroku_key", AN, 0, "HRKU-AA", AN, 58, ""},
	{"terraform_token", AN, 14, ".atlasv1.", AN, 64, ""},
	{"vault_token", AN, 0, "hvs.", AN, 95, ""},
	{"grafana_token", AN, 0, "glsa_", AN, 32, "_01234567"},
	{"newrelic_key", AN, 0, "NRAK-", B3, 27, ""},
	{"shopify_token", AN, 0, "shpat_", HX, 32, ""},
	{"notion_token", AN, 0, "ntn_", AN, 46, ""},
	{"linear_key", AN, 0, "lin_api_", AN, 40, ""},
	{"telegram_token", "0123456789", 9, ":AA", AN, 33, ""},
	{"jwt", AN, 0, "eyJ", AN, 30, ".eyJzdWIiOiIxIn0.c2lnbmF0dXJl"},
	{"password_hash", AN, 0, "$2b$12$", AN, 53, ""},
	{"url_password", AN, 0, "postgres://app:", AN, 20, "@db.example.org/x"},
	{"named_secret", AN, 0, "password: ", AN, 20, ""},
	{"named_secret", AN, 0, "\"client_secret\": \"", AN, 30, "\""},
	{"named_secret", AN, 0, "aws_secret_access_key=", AN, 40, ""},
	{"authorization", AN, 0, "Bearer ", AN, 30, ""},
	{"email", AN, 0, "maria.keller", "@", 1, "example.org"},
};

/* How a packet may hold it; what stands for the value is put between. */
static const struct {
	const char *name, *before, *after;
} places[] = {
	{"alone", "", ""}, {"a CSV cell", "12,", ",\"x\"\r\n"}, {"JSON", "{\"a\": \"", "\"}"}, {"JSON in a string", "\"{\\\"a\\\": \\\"", "\\\"}\""},
	{"a page", "<td>", "</td>"}, {"Markdown", "| **", "** |"}, {"a query", "/v1?x=", "&y=1"}, {"prose", "failed for (", ")."},
	{"behind a line", "first\nsecond ", "\nlast\n"},
};

static char kind[40];
static size_t line;

static bool nothing(void *ctx, const char *found, struct ak_str value)
{
	(void)ctx;
	(void)found;
	(void)value;
	return false;
}

static bool everything(void *ctx, const char *found, struct ak_str value)
{
	struct ak_str *first = ctx;

	(void)found;
	if (!first->p)
		*first = ak_str_n(ak_strndup(value.p, value.n), value.n);
	return true;
}

static bool finds(struct ak_str text)
{
	const struct ak_sieve sieve = {nothing, NULL};
	struct ak_sieve_hit hit = {"nothing", 0};
	bool found = ak_sieve(&sieve, text, &hit);

	snprintf(kind, sizeof kind, "%s", hit.kind);
	line = hit.line;
	return found;
}

static void random_text(struct ak_buf *b, const char *set, size_t n)
{
	uint8_t r[128];

	ak_random(r, n);
	for (size_t i = 0; i < n; i++)
		ak_buf_addc(b, set[r[i] % strlen(set)]);
}

static void make(struct ak_buf *b, size_t i)
{
	ak_buf_clear(b);
	random_text(b, shapes[i].left_set, shapes[i].left);
	ak_buf_adds(b, shapes[i].mark);
	random_text(b, shapes[i].set, shapes[i].n - (shapes[i].n > 2 ? 2 : 0));
	ak_buf_adds(b, shapes[i].n > 2 ? (shapes[i].set[0] == 'A' ? "A7" : "a7") : "");
	ak_buf_adds(b, shapes[i].end);
}

/* Every shape in every place, named, and on its line. */
static void in_places(void)
{
	struct ak_buf value, text;

	ak_buf_init(&value, 4096);
	ak_buf_init(&text, 4096);
	for (size_t i = 0; i < AK_COUNT(shapes); i++) {
		size_t seen = 0, named = 0, lines = 0;
		char what[120];

		for (size_t k = 0; k < AK_COUNT(places); k++) {
			make(&value, i);
			ak_buf_clear(&text);
			ak_buf_addf(&text, "%s%s%s", places[k].before, value.p, places[k].after);
			seen += finds(ak_buf_str(&text));
			named += strcmp(kind, shapes[i].kind) == 0;
			lines += line == (k == AK_COUNT(places) - 1 ? 2u : 1u);
		}
		snprintf(what, sizeof what, "%s, %s: in every place, by name, on its line", shapes[i].kind, shapes[i].mark);
		if (!ok(seen == AK_COUNT(places) && named == seen && lines == seen, what))
			printf("# %zu seen, %zu named (%s), %zu on the line\n", seen, named, kind, lines);
	}
	ak_buf_release(&value);
	ak_buf_release(&text);
}

static void percent_all(struct ak_buf *out, struct ak_str s, const char *fmt)
{
	for (size_t i = 0; i < s.n; i++) {
		char one[16];

		snprintf(one, sizeof one, strcmp(fmt, "%") == 0 ? "%%%02x" : strcmp(fmt, "u") == 0 ? "\\u%04x" : "&#%d;", (unsigned char)s.p[i]);
		ak_buf_adds(out, one);
	}
}

static void hidden(void)
{
	static const char *const ways[] = {"%", "u", "&"};
	char base64[400];
	struct ak_buf value, text;

	ak_buf_init(&value, 4096);
	ak_buf_init(&text, 8192);
	make(&value, 0);
	for (size_t i = 0; i < AK_COUNT(ways); i++) {
		ak_buf_clear(&text);
		percent_all(&text, ak_buf_str(&value), ways[i]);
		ok(finds(ak_buf_str(&text)), ways[i]);
	}
	for (size_t shift = 0; shift < 3; shift++) {
		ak_buf_clear(&text);
		ak_buf_addf(&text, "%.*s%s", (int)shift, "ab", value.p);
		ak_base64(text.p, text.n, base64);
		ok(finds(ak_str_of(base64)), "base64");
		ak_buf_clear(&text);
		ak_buf_addf(&text, "abc%s", base64);
		ok(finds(ak_buf_str(&text)), "base64 behind other letters");
	}
	ak_buf_clear(&text);
	ak_buf_addhex(&text, value.p, value.n);
	ok(finds(ak_buf_str(&text)), "hex");
	ak_buf_clear(&text);
	ak_buf_addf(&text, "%.10s\xe2\x80\x8b%s", value.p, value.p + 10);
	ok(finds(ak_buf_str(&text)), "with a zero-width space in it");
	ak_buf_release(&value);
	ak_buf_release(&text);
}

static void harmless(void)
{
	static const char *const texts[] = {
		"chatcmpl-9d8f7a6b5c4d3e2f1a0b9c8d7e6f5", "task-0f1e2d3c4b5a69788796a5b4c3d2e1f0", "disk-0f1e2d3c4b5a69788796a5b4c3d2e1f0",
		"key:0123456789abcdef0123456789abcdef", "user:0123456789abcdef0123456789abcdef",
		"[REDACTED:openai_key:01234567:0123456789abcdef0123456789abcdef]", "\"password\": \"[REDACTED:password:01234567:0123456789abcdef0123456789abcdef]\"",
		"sk-...AbCd", "sk-********************pqr", "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "anthropic.claude-3-haiku-20240307-v1:0", "max_tokens=4096",
		"apikey_01Hq9x8w7v6u5t4s3r2q1p0o", "pk-lf-0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0", "name@sha256:0123456789abcdef", "@scope/package-name",
		"https://example.org:8443/v1/chat/completions", "\"token\": \"id:0123456789abcdef0123456789abcdef\"", "secret-in-record",
		"password is not kept", "2026-06-03T10:11:12.123456Z", "toolu_01A09q90qw90lq917835lq9", "org-Qw3Rty7UioPaSdFgHjKlZxCv",
	};

	for (size_t i = 0; i < AK_COUNT(texts); i++)
		if (!ok(!finds(ak_str_of(texts[i])), texts[i]))
			printf("# as %s\n", kind);
}

int main(void)
{
	struct ak_buf value;
	struct ak_str asked = {0};
	const struct ak_sieve lenient = {everything, &asked};
	struct ak_sieve_hit hit;

	in_places();
	hidden();
	harmless();
	ak_buf_init(&value, 4096);
	make(&value, 0);
	ok(!ak_sieve(&lenient, ak_buf_str(&value), &hit) && ak_str_eq(asked, ak_buf_str(&value)), "what is let pass is asked for as a whole");
	ak_free((char *)asked.p);
	ak_buf_release(&value);
	return done_testing();
}
