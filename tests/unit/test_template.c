/* Error templates keep the words and nothing else. */
#include "base/ak.h"

#include "redact_sample.h"
#include "tap.h"

static const struct {
	const char *in, *want;
} points[] = {
	{"Rate limit reached for requests", "Rate limit reached for requests"},
	{"Error code: 429 - Rate limit reached for gpt-4o in organization org-a1B2 on tokens per min. Limit: 30,000 / "
	 "min.",
	 "Error code: <n> - Rate limit reached for <id> in organization <id> on tokens per min. Limit: <n>,<n> / min."},
	{"Error code: 400 - {'error': {'message': \"Jane's text }\", 'type': 'x'}}", "Error code: <n> - <json>"},
	{"Unsupported parameter: 'max_tokens' is not supported", "Unsupported parameter: <q> is not supported"},
	{"The model's answer can't be read", "The model's answer can't be read"},
	{"Unclosed \"quote with Jane inside", "Unclosed <q>"},
	{"cannot reach https://api.example.com/v1?key=abc now", "cannot reach <url> now"},
	{"mail jane.doe@example.org, then 203.0.113.9 and 2001:db8::1", "mail <email>, then <ip> and <ip>"},
	{"prompt: I have a headache", "prompt: <text>"},
	{"request failed; Stack \t trace: in worker", "request failed;"},
	{"invalid input = my secret life", "invalid input: <text>"},
	{"field \"messages\": hello", "field <q>: hello"},
	{"timeout after 600s (attempt 3)", "timeout after <n> (attempt <n>)"},
	{"user_id=jane status=ok", "user_id=<id> status=<id>"},
	{"route=a://b;c9'- end", "route=<id>- end"},
	{"no such file /home/jane/x.py", "no such file <url>"},
	{"  many \t\n blanks  ", "many blanks"},
	{"litellm.ContextWindowExceededError: too long", "litellm.ContextWindowExceededError: too long"},
	{"[{\"role\": \"x\"}] bad", "<json> bad"},
	{"\xe2\x80\x9cquoted\xe2\x80\x9d end", "<q> end"},
	{"\xe6\x97\xa0\xe6\x95\x88", "\xe6\x97\xa0\xe6\x95\x88"},
	{"esc \x1b[31m", "esc [<n>"},
};

static struct ak_str template_of(const struct ak_redactor *r, struct ak_str in, struct ak_arena *a)
{
	return ak_redact_token(r, AK_T_TEMPLATE, in, a);
}

static void canaries(const struct ak_redactor *r, struct ak_arena *a)
{
	static const char *const shapes[] = {"value '%s' is bad",
					     "value \"%s\" is bad",
					     "x {\"messages\": [\"%s\"]}",
					     "id %s7",
					     "content: %s",
					     "https://example.org/%s",
					     "at `%s`",
					     "a=%s",
					     "[\"%s\"]",
					     "{%s",
					     "'%s",
					     "prompt=%s more %s",
					     "/home/%s/x",
					     "%s@example.org",
					     "\xc2\xab%s\xc2\xbb"};
	size_t kept = 0;

	for (size_t i = 0; i < AK_COUNT(shapes); i++) {
		struct ak_str canary = sample_fill(a, "abcdefghijklmnopqrstuvwxyz", 12);
		const char *mark = strstr(shapes[i], "%s");
		struct ak_str in =
			ak_arena_printf(a, "%.*s%s%s", (int)(mark - shapes[i]), shapes[i], canary.p, mark + 2);

		if (sample_holds(template_of(r, in, a), canary)) {
			printf("# kept: %s\n", in.p);
			kept++;
		}
	}
	is_int((int64_t)kept, 0, "what a source quotes or echoes is not kept");
}

static void random_texts(const struct ak_redactor *r)
{
	static const char alphabet[] = "ab 19'\"{}[]:=<>/\\.@%-_`,;()\n\xc3\xa4";
	size_t bad = 0;

	for (int i = 0; i < 20000; i++) {
		struct ak_arena t;
		struct ak_str in, out;

		ak_arena_init(&t);
		in = sample_fill(&t, alphabet, 1 + sample_next() % 300);
		out = template_of(r, in, &t);
		if (out.n > 200 || !ak_str_eq(template_of(r, out, &t), out)) {
			if (bad++ < 3)
				printf("# '%.*s' then '%.*s'\n", AK_STR_FMT(out), AK_STR_FMT(template_of(r, out, &t)));
		}
		ak_arena_release(&t);
	}
	is_int((int64_t)bad, 0, "random texts: bounded, and a template of a template is the same");
}

int main(void)
{
	struct ak_redactor *r = sample_redactor(NULL);
	struct ak_arena a;
	struct ak_str key;

	ak_arena_init(&a);
	for (size_t i = 0; i < AK_COUNT(points); i++) {
		struct ak_str out = template_of(r, ak_str_of(points[i].in), &a);

		is_str(out, points[i].want, points[i].in);
		ok(ak_str_eq(template_of(r, out, &a), out), "  twice the same");
	}
	key = ak_arena_printf(&a, "Incorrect API key provided: sk-%s. Try again", sample_fill(&a, AN, 48).p);
	is_str(template_of(r, key, &a), "Incorrect API key provided: <secret>. Try again", "a secret in a message");
	canaries(r, &a);
	random_texts(r);
	ak_arena_release(&a);
	ak_redactor_free(r);
	return done_testing();
}
