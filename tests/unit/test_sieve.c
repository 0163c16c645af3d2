/* The second look of the self-audit: keys of published shapes, made here at run time, in the places where a packet may hold them,
 * and what is none. */
#include "base/ak.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "packet/sieve.h"
#include "sieve_sample.h"
#include "tap.h"

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

static bool nothing(void *ctx, const struct ak_sieve_find *f)
{
	(void)ctx;
	(void)f;
	return false;
}

static bool everything(void *ctx, const struct ak_sieve_find *f)
{
	struct ak_str *first = ctx;

	if (!first->p)
		*first = ak_str_n(ak_strndup(f->text.p + f->from, f->to - f->from), f->to - f->from);
	return true;
}

static bool finds(struct ak_str text)
{
	const struct ak_sieve sieve = {nothing, NULL, 0};
	struct ak_sieve_hit hit = {.kind = "nothing"};
	bool found = ak_sieve(&sieve, text, &hit);

	snprintf(kind, sizeof kind, "%s", hit.kind);
	line = hit.line;
	return found;
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
		"span_id=4111111111111111 gone", "{\"spanId\": \"4111111111111111\"}",
		"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "anthropic.claude-3-haiku-20240307-v1:0", "max_tokens=4096",
		"apikey_01Hq9x8w7v6u5t4s3r2q1p0o", "pk-lf-0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0", "name@sha256:0123456789abcdef", "@scope/package-name",
		"https://example.org:8443/v1/chat/completions", "\"token\": \"id:0123456789abcdef0123456789abcdef\"", "secret-in-record",
		"password is not kept", "2026-06-03T10:11:12.123456Z", "toolu_01A09q90qw90lq917835lq9", "org-Qw3Rty7UioPaSdFgHjKlZxCv",
		"https://kim:[REDACTED:url_credentials:01234567:0123456789abcdef0123456789abcdef]@host.example.org/x",
		"https://kim:***@host.example.org", "https://kim:xxxxx@host", "postgres://<user>:<password>@host",
		"postgres://${USER}:${PASSWORD}@host/x",
	};

	for (size_t i = 0; i < AK_COUNT(texts); i++)
		if (!ok(!finds(ak_str_of(texts[i])), texts[i]))
			printf("# as %s\n", kind);
}

int main(void)
{
	struct ak_buf value;
	struct ak_str asked = {0};
	const struct ak_sieve lenient = {everything, &asked, 0};
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
