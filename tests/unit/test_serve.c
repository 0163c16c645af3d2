/* What `serve` takes for an address of its own, and whom it answers. */
#include "base/ak.h"

#include "serve/guard.h"
#include "serve/target.h"
#include "tap.h"

static const struct {
	const char *raw, *parts, *params; /* NULL = no target; parts and params as they are printed below */
} targets[] = {
	{"/t/", "", ""},
	{"/t", "", ""},
	{"/t/record/a%3A1", "record|a:1", ""},
	{"/t/?a=1&b=x+y%2Bz", "", "a=1,b=x y+z"},
	{"/t/?&a&=1&b=%C3%A9&", "", "a=,=1,b=\xc3\xa9"},
	{"/t/?a=b=c?d/e", "", "a=b=c?d/e"},
	{"/t/a+b", "a+b", ""},
	{"t/", NULL, NULL},
	{"", NULL, NULL},
	{"*", NULL, NULL},
	{"http://127.0.0.1/t/", NULL, NULL},
	{"/t//a", NULL, NULL},
	{"/t/a//", NULL, NULL},
	{"/t/./a", NULL, NULL},
	{"/t/../a", NULL, NULL},
	{"/t/%2e%2E/a", NULL, NULL},
	{"/t/a/b/c/d/e", NULL, NULL},
	{"/t/%", NULL, NULL},
	{"/t/%4", NULL, NULL},
	{"/t/%4g", NULL, NULL},
	{"/t/%g4", NULL, NULL},
	{"/t/%00", NULL, NULL},
	{"/t/?a=%0a", NULL, NULL},
	{"/t/?a=%7F", NULL, NULL},
	{"/t/?a=%ff", NULL, NULL},
	{"/t/?a=%c0%80", NULL, NULL},
	{"/t/?%zz=1", NULL, NULL},
	{"/t/#a", NULL, NULL},
	{"/t/?a=#", NULL, NULL},
};

static void each_target(void)
{
	for (size_t i = 0; i < AK_COUNT(targets); i++) {
		char parts[200] = "", params[200] = "", name[120];
		struct ak_target t;
		struct ak_arena a;
		bool good;

		ak_arena_init(&a);
		good = ak_target_parse(targets[i].raw, &a, &t);
		snprintf(name, sizeof name, "'%s'", targets[i].raw);
		for (size_t k = 0; good && k < t.nparts; k++)
			snprintf(parts + strlen(parts), sizeof parts - strlen(parts), "%s%s", k ? "|" : "", t.part[k]);
		for (size_t k = 0; good && k < t.nparams; k++)
			snprintf(params + strlen(params), sizeof params - strlen(params), "%s%s=%s", k ? "," : "", t.param[k].name, t.param[k].value);
		ok(good == (targets[i].parts != NULL) && (!good || (strcmp(parts, targets[i].parts) == 0 && strcmp(params, targets[i].params) == 0)), name);
		ak_arena_release(&a);
	}
}

/* Whatever it is made of, an escaped text is read back as it was. */
static void round_trip(void)
{
	static char raw[AK_TARGET_BYTES + 2];
	struct ak_target t;
	struct ak_arena a;
	struct ak_buf b;
	char text[96];

	for (int i = 0; i < 95; i++)
		text[i] = (char)(' ' + i);
	text[95] = '\0';
	ak_arena_init(&a);
	ak_buf_init(&b, 1024);
	ak_buf_adds(&b, "/t/?a=");
	ak_target_escape(&b, ak_str_of(text));
	ok(ak_target_parse(b.p, &a, &t) && t.nparams == 1 && strcmp(t.param[0].value, text) == 0, "every character comes back");
	memset(raw, 'a', sizeof raw - 1);
	memcpy(raw, "/t/?", 4);
	ok(!ak_target_parse(raw, &a, &t), "a byte too long");
	raw[AK_TARGET_BYTES] = '\0';
	ok(ak_target_parse(raw, &a, &t), "as long as may be");
	raw[3] = '?';
	for (size_t i = 4; i < 4 + 2 * (AK_TARGET_PARAMS + 1); i += 2)
		memcpy(raw + i, "a&", 2);
	raw[4 + 2 * (AK_TARGET_PARAMS + 1)] = '\0';
	ok(!ak_target_parse(raw, &a, &t), "too many parameters");
	ak_buf_release(&b);
	ak_arena_release(&a);
}

static const struct ak_guard guard = {"0123456789abcdef0123456789abcdef", 8080};

static const struct {
	const char *name;
	struct ak_asked asked;
	unsigned status;
} requests[] = {
	{"from the address bar", {"GET", "127.0.0.1:8080", NULL, "none", 1, 0, 1, false}, 0},
	{"from a link of ours", {"GET", "[::1]:8080", NULL, "same-origin", 1, 0, 1, false}, 0},
	{"from a tool", {"HEAD", "LocalHost:8080", NULL, NULL, 1, 0, 0, false}, 0},
	{"with our origin", {"GET", "localhost:8080", "http://localhost:8080", NULL, 1, 1, 0, false}, 0},
	{"with another name's origin", {"GET", "localhost:8080", "http://127.0.0.1:8080", NULL, 1, 1, 0, false}, 403},
	{"with TLS that is not there", {"GET", "localhost:8080", "https://localhost:8080", NULL, 1, 1, 0, false}, 403},
	{"with no origin to speak of", {"GET", "localhost:8080", "null", NULL, 1, 1, 0, false}, 403},
	{"from another site", {"GET", "127.0.0.1:8080", NULL, "cross-site", 1, 0, 1, false}, 403},
	{"from another port", {"GET", "127.0.0.1:8080", NULL, "same-site", 1, 0, 1, false}, 403},
	{"saying two things", {"GET", "127.0.0.1:8080", NULL, "none", 1, 0, 2, false}, 400},
	{"without a host", {"GET", NULL, NULL, NULL, 0, 0, 0, false}, 400},
	{"with two", {"GET", "127.0.0.1:8080", NULL, NULL, 2, 0, 0, false}, 400},
	{"with a body", {"GET", "127.0.0.1:8080", NULL, NULL, 1, 0, 0, true}, 400},
	{"by another name", {"GET", "evil.example:8080", NULL, NULL, 1, 0, 0, false}, 421},
	{"by a name that begins as ours", {"GET", "127.0.0.1.evil.example:8080", NULL, NULL, 1, 0, 0, false}, 421},
	{"at another port", {"GET", "127.0.0.1:80", NULL, NULL, 1, 0, 0, false}, 421},
	{"at a longer one", {"GET", "127.0.0.1:80800", NULL, NULL, 1, 0, 0, false}, 421},
	{"at none", {"GET", "127.0.0.1", NULL, NULL, 1, 0, 0, false}, 421},
	{"at nothing", {"GET", "", NULL, NULL, 1, 0, 0, false}, 421},
	{"to change things", {"POST", "127.0.0.1:8080", NULL, "same-origin", 1, 0, 1, false}, 405},
	{"in small letters", {"get", "127.0.0.1:8080", NULL, NULL, 1, 0, 0, false}, 405},
};

int main(void)
{
	static const char *const wrong[] = {"", "0123456789abcdef0123456789abcde", "0123456789abcdef0123456789abcdef0", "0123456789abcdef0123456789abcdee", "1123456789abcdef0123456789abcdef",
					    "0123456789ABCDEF0123456789ABCDEF"};

	each_target();
	round_trip();
	for (size_t i = 0; i < AK_COUNT(requests); i++)
		is_int(ak_guard_refuse(&guard, &requests[i].asked), requests[i].status, requests[i].name);
	ok(ak_guard_knows(&guard, ak_str_of(guard.token)), "the token");
	for (size_t i = 0; i < AK_COUNT(wrong); i++)
		ok(!ak_guard_knows(&guard, ak_str_of(wrong[i])), "not the token");
	return done_testing();
}
