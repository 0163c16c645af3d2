/* Step 2 against tokens computed with another HMAC implementation (key 07 01 02 03 and zeros). */
#include "base/ak.h"

#include "base/limits.h"
#include "redact_sample.h"
#include "tap.h"

static struct ak_record rec;
static const struct ak_redactor *r;
static struct ak_arena a;
static struct ak_redact_ledger l;

static struct ak_str both(enum ak_field_id f, const char *in)
{
	struct ak_str once;

	ak_record_init(&rec, AK_K_REQUEST);
	ak_record_set_text(&rec, f, ak_str_of(in));
	ak_redact_secrets(r, &rec, &(struct ak_redact_ctx){&a, &l, NULL});
	ak_redact_personal(r, &rec, &(struct ak_redact_ctx){&a, &l, NULL});
	once = rec.v[f].set ? rec.v[f].text : ak_str_n(NULL, 0);
	ak_redact_secrets(r, &rec, &(struct ak_redact_ctx){&a, &l, NULL});
	ak_redact_personal(r, &rec, &(struct ak_redact_ctx){&a, &l, NULL});
	if (!ak_str_eq(once, rec.v[f].set ? rec.v[f].text : ak_str_n(NULL, 0))) {
		printf("# twice: %.*s\n", AK_STR_FMT(rec.v[f].text));
		ok(false, in);
	}
	return once;
}

struct point {
	enum ak_field_id f;
	const char *in, *want;
};

#define JANE "email:dd37423ff3cf505459109ddaf5f7aea8"
#define IP4 "ip:2a82b62f80ffb725e01936129cd99f84"
#define IP6 "ip:e14dc3660807cba284b02d51bb52a075"
#define KEY "key:b635e7658614a3b6af55aa79094c9be8"

static const struct point points[] = {
	/* people */
	{AK_F_ACTOR_ID, "jane.doe@example.org", JANE},
	{AK_F_ACTOR_EMAIL, " Jane.Doe@Example.ORG ", JANE},
	{AK_F_ACTOR_ID, "Jane Doe <jane.doe@example.org>", JANE},
	{AK_F_ACTOR_ID, "jane.doe%40example.org", JANE},
	{AK_F_ACTOR_ID, "mailto:jane.doe@example.org", JANE},
	{AK_F_ACTOR_ID, "u-4711", "user:fbec09bc7fb61ad6a619dbf8fcbfae86"},
	{AK_F_ACTOR_ID, "alice", "user:3447adcb531db23f411d33a5c4825514"},
	{AK_F_ACTOR_ID, "svc_acct_01", "svc_acct_01"},
	{AK_F_ACTOR_ID, "default_user_id", "default_user_id"},
	{AK_F_ACTOR_ID, "litellm_proxy_master_key", "litellm_proxy_master_key"},
	{AK_F_ACTOR_ID, "System", "System"},
	{AK_F_ACTOR_ID, "arn:aws:iam::123456789012:role/gateway", "arn:aws:iam::123456789012:role/gateway"},
	{AK_F_ACTOR_ID, JANE, JANE},
	{AK_F_ACTOR_ID, "  ", NULL},
	/* keys */
	{AK_F_KEY_HASH,
	 "sk-"
	 "test",
	 KEY},
	{AK_F_KEY_HASH, "f3abf2a6cc4f00987743db5f544ba345b4899ae31f326d8ee9c4816de153c9e0", KEY},
	{AK_F_KEY_HASH, "F3ABF2A6CC4F00987743DB5F544BA345B4899AE31F326D8EE9C4816DE153C9E0", KEY},
	{AK_F_KEY_HASH, "sk-...AbCd", "sk-...AbCd"},
	{AK_F_KEY_HASH, "litellm_proxy_master_key", "litellm_proxy_master_key"},
	{AK_F_KEY_HASH, KEY, KEY},
	/* tokens */
	{AK_F_TENANT, "tenant 7", "id:a2677249779f73da85b40dd2bffb79dc"},
	{AK_F_TENANT, "id:a2677249779f73da85b40dd2bffb79dc", "id:a2677249779f73da85b40dd2bffb79dc"},
	/* addresses */
	{AK_F_CLIENT_ADDRESS, "203.0.113.9", IP4},
	{AK_F_CLIENT_ADDRESS, "203.0.113.9:4711", IP4},
	{AK_F_CLIENT_ADDRESS, "::ffff:203.0.113.9", IP4},
	{AK_F_CLIENT_ADDRESS, "203.0.113.9, 198.51.100.2", IP4},
	{AK_F_CLIENT_ADDRESS, "[2001:DB8:0:0::1]:443", IP6},
	{AK_F_CLIENT_ADDRESS, "2001:db8::1%eth0", IP6},
	{AK_F_CLIENT_ADDRESS, "203.0.113.***", NULL},
	{AK_F_CLIENT_ADDRESS, "not an address", NULL},
	{AK_F_CLIENT_ADDRESS, "1.2.3", NULL},
	{AK_F_CLIENT_NETWORK, "203.0.113.77/32", "203.0.113.0/24"},
	{AK_F_CLIENT_NETWORK, "203.0.0.0/16", "203.0.0.0/16"},
	{AK_F_CLIENT_NETWORK, "2001:db8:1:2::3", "2001:db8:1::/48"},
	{AK_F_CLIENT_NETWORK, "home", NULL},
	/* user agents */
	{AK_F_USER_AGENT,
	 "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
	 "Chrome/126"},
	{AK_F_USER_AGENT, "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36 Edg/126.0.2",
	 "Edg/126"},
	{AK_F_USER_AGENT, "Workjet Desktop/1.2.0", "Workjet Desktop/1"},
	{AK_F_USER_AGENT, "OpenAI/Python 1.2.3", "OpenAI/Python 1"},
	{AK_F_USER_AGENT, "python-httpx/0.27.0 (jane.doe@example.org)", "python-httpx/0"},
	{AK_F_USER_AGENT, "curl/8", "curl/8"},
	{AK_F_USER_AGENT, "(jane)", NULL},
	{AK_F_USER_AGENT, "tool-v2-4R/(x)", "tool-v"},
	{AK_F_USER_AGENT, "a bearer words/0c0***", NULL},
	/* ids, names, codes */
	{AK_F_EVENT_ID, "chatcmpl-2283081b-dc89-41f6-93e6-d4f914774027",
	 "chatcmpl-2283081b-dc89-41f6-93e6-d4f914774027"},
	{AK_F_EVENT_ID, "jane.doe@example.org", JANE},
	{AK_F_EVENT_ID, "batch/jane.doe@example.org/1", "batch/" JANE "/1"},
	/* under encodings: the same token */
	{AK_F_EVENT_ID, "amFuZS5kb2VAZXhhbXBsZS5vcmc", JANE},
	{AK_F_EVENT_ID, "amFuZS5kb2VAZXhhbXBsZS5vcmc=", JANE},
	{AK_F_EVENT_ID, "6a616e652e646f65406578616d706c652e6f7267", JANE},
	{AK_F_EVENT_ID, "id-YW1GdVpTNWtiMlZBWlhoaGJYQnNaUzV2Y21j", JANE},
	{AK_F_REQUEST_MODEL, "of %6a%61%6e%65%2e%64%6f%65%40%65%78%61%6d%70%6c%65%2e%6f%72%67 too", "of " JANE " too"},
	{AK_F_REQUEST_MODEL, "jane%2Edoe%40example%2Eorg jane.doe%2540example.org", JANE " " JANE},
	{AK_F_REQUEST_MODEL, "{\"a\":\"jane.doe\\u0040example.org\"}", "{\"a\":\"" JANE "\"}"},
	{AK_F_REQUEST_MODEL, "jane.doe&#64;example.org, jane.doe&commat;example&period;org", JANE ", " JANE},
	{AK_F_REQUEST_MODEL, "jane.doe\xef\xbc\xa0" "example\xe3\x80\x82org", JANE},
	{AK_F_RESOURCE_NAME, "4111\xc2\xa0" "1111\xc2\xa0" "1111\xc2\xa0" "1111", "[REMOVED:card]"},
	{AK_F_RESOURCE_NAME, "4111\xe2\x80\x8b" "1111\xe2\x80\x8b" "1111\xe2\x80\x8b" "1111", "[REMOVED:card]"},
	{AK_F_RESOURCE_NAME, "card NDExMTExMTExMTExMTExMSBvaw== x", "card [REMOVED:card] x"},
	{AK_F_RESOURCE_NAME, "from 203%2E0%2E113%2E9", "from " IP4 "(203.0.113.0/24)"},
	{AK_F_RESOURCE_NAME, "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnc=", "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnc="},
	{AK_F_RESOURCE_NAME, "50%25 of 100&#37; at a%20b", "50%25 of 100&#37; at a%20b"},
	{AK_F_EVENT_ID, "tenant 7", "id:a2677249779f73da85b40dd2bffb79dc"},
	{AK_F_REQUEST_MODEL, "gpt-4o of jane.doe@example.org", "gpt-4o of " JANE},
	{AK_F_REQUEST_MODEL, "a\x1b[31mb\xff", "a\\u{1b}[31mb\\xff"},
	{AK_F_REQUEST_MODEL, "text-bison@001", "text-bison@001"},
	{AK_F_REASON, "rate_limit.exceeded", "rate_limit.exceeded"},
	{AK_F_REASON, "because Jane said so", NULL},
	{AK_F_PROVIDER, "OpenAI", "openai"},
	{AK_F_FINISH_REASONS, "[\"stop\",\"x jane.doe@example.org\"]", "[\"stop\",\"x " JANE "\"]"},
	{AK_F_FINISH_REASONS, "[]", "[]"},
	{AK_F_PROVIDER, "jane.doe@example.org/GW", JANE "/gw"},
	/* paths */
	{AK_F_ENDPOINT, "https://user@api.example.com/v1/chat/completions?key=1#x", "/v1/chat/completions"},
	{AK_F_ENDPOINT, "/v1/users/jane.doe@example.org/keys", "/v1/users/" JANE "/keys"},
	{AK_F_ENDPOINT, "/v1/users/jane.doe%40example.org?x", "/v1/users/" JANE},
	{AK_F_ENDPOINT, "https://api.example.com", "/"},
	{AK_F_ENDPOINT, "https://api.example.com//v1//chat", "/v1//chat"},
	{AK_F_ENDPOINT, "acompletion", "acompletion"},
	/* times and decimals are not scanned, but must be what they say */
	{AK_F_START, "2026-06-01T10:00:00.123Z", "2026-06-01T10:00:00.123Z"},
	{AK_F_START, "yesterday", NULL},
	{AK_F_COST_BILLED, "0.00022500000000000002", "0.00022500000000000002"},
};

static void diff(void)
{
	struct ak_str out =
		both(AK_F_CHANGES, "[{\"path\":\"/user_id\",\"before\":\"alice\",\"after\":\"jane.doe@example.org\"},"
				   "{\"path\":\"/ip\",\"after\":\"203.0.113.9\"},{\"path\":\"/token\",\"after\":"
				   "\"f3abf2a6cc4f00987743db5f544ba345b4899ae31f326d8ee9c4816de153c9e0\"},"
				   "{\"path\":\"/user_role\",\"after\":\"admin\"},"
				   "{\"path\":\"/note\",\"after\":\"Please give Jane twice the budget since she has "
				   "asked me for it again\"},"
				   "{\"path\":\"/members\",\"after\":{\"jane.doe@example.org\":\"admin\"}}]");

	ok(sample_holds(out, AK_STR("\"before\":\"user:3447adcb531db23f411d33a5c4825514\"")), "a user inside a diff");
	ok(sample_holds(out, AK_STR("\"after\":\"" JANE "\"")), "an e-mail address");
	ok(sample_holds(out, AK_STR("\"" IP4 "(203.0.113.0/24)\"")), "an address");
	ok(sample_holds(out, AK_STR("\"" KEY "\"")), "a key's hash");
	ok(sample_holds(out, AK_STR("\"admin\"")), "a role stays");
	ok(sample_holds(out, AK_STR("[REMOVED:free_text]")) && !sample_holds(out, AK_STR("budget")), "prose goes");
	ok(sample_holds(out, AK_STR("{\"" JANE "\":\"admin\"}")), "an address as a key");
}

/* What fuzzing found: each came out with something a second pass, or the audit of a packet, would hit. */
static void second_pass(void)
{
	static const struct {
		enum ak_field_id f;
		const char *in, *gone;
	} found[] = {
		{AK_F_REQUEST_MODEL, "to jane.doe@example.com@example.org", "@example.org"},
		{AK_F_REQUEST_MODEL, "a@example.com.@example.org", "@example.org"},
		{AK_F_REQUEST_MODEL, "x://jane\x01:hunter2@host", "hunter2"},
		{AK_F_REQUEST_MODEL, "x://aaaa\xff\xff\xff\xff@host", "aaaa"},
		{AK_F_EVENT_ID, "x://jane@a.example:@b.xy", "jane"},
		{AK_F_EVENT_ID, "sk-a/x://jane:hunter2@host", "sk-a"},
		{AK_F_KEY_HASH, "sk-ab\x0e...\x01", "sk-ab"},
		{AK_F_KEY_HASH, "...a@b.example", "example"},
	};

	for (size_t i = 0; i < AK_COUNT(found); i++) {
		struct ak_str out = both(found[i].f, found[i].in);
		const char *kind;
		size_t at;

		ok(out.n > 0 && !sample_holds(out, ak_str_of(found[i].gone)), found[i].gone);
		ok(!ak_redact_scan(r, out, &at, &kind), "  the audit of a packet finds nothing");
	}
}

static void network(void)
{
	both(AK_F_CLIENT_ADDRESS, "203.0.113.9");
	is_str(rec.v[AK_F_CLIENT_NETWORK].text, "203.0.113.0/24", "the network of an address");
	both(AK_F_CLIENT_ADDRESS, "203.0.113.xxx");
	is_str(rec.v[AK_F_CLIENT_NETWORK].text, "203.0.113.0/24", "the network of a masked one");
	both(AK_F_CLIENT_ADDRESS, "203.0.*.*");
	is_str(rec.v[AK_F_CLIENT_NETWORK].text, "203.0.0.0/16", "of which less is known");
	both(AK_F_CLIENT_ADDRESS, "2001:db8:1:2::3");
	is_str(rec.v[AK_F_CLIENT_NETWORK].text, "2001:db8:1::/48", "of IPv6");
	both(AK_F_CLIENT_ADDRESS, "nothing");
	ok(!rec.v[AK_F_CLIENT_NETWORK].set, "none of nothing");
}

/* Five bytes stand for one where controls are escaped; what is kept stays below the limit, and as it is. */
static void long_value(void)
{
	char text[2001];
	struct ak_str once;

	memset(text, '\v', 2000);
	text[2000] = '\0';
	once = both(AK_F_REQUEST_MODEL, text);
	is_int(once.n > 5 && once.n <= AK_MAX_KEPT_VALUE_BYTES, 1, "below the limit where escapes make it longer");
	is_str(ak_str_n(once.p + once.n - 5, 5), "[CUT]", "which is said");
	is_str(both(AK_F_REQUEST_MODEL, "\"password\": [CUT]"), "\"password\": [CUT]", "and is nobody's password");
}

int main(void)
{
	struct ak_redactor *made = sample_redactor(NULL);
	struct ak_str user, id;

	r = made;
	ak_arena_init(&a);
	ak_ledger_init(&l);
	for (size_t i = 0; i < AK_COUNT(points); i++)
		is_str(both(points[i].f, points[i].in), points[i].want, points[i].in);
	diff();
	second_pass();
	network();
	long_value();
	user = ak_redact_token(r, AK_T_PERSON, AK_STR("tenant 7"), &a);
	id = ak_redact_token(r, AK_T_TOKEN, AK_STR("tenant 7"), &a);
	ok(!ak_str_eq(ak_str_n(user.p + 5, 32), ak_str_n(id.p + 3, 32)), "classes are separated");
	is_str(ak_redact_token(r, AK_T_PERSON, AK_STR("JANE.DOE@example.org"), &a), JANE, "the token of a candidate");
	is_str(ak_redact_token(r, AK_T_IP, AK_STR("203.0.113.9"), &a), IP4, "and of an address");
	is_str(ak_redact_text(r, AK_STR("export jane.doe@example.org\t1.csv"), &a, NULL), "export " JANE "\\u{9}1.csv",
	       "a file name");
	is_str(ak_redact_text(r, AK_STR("jane.doe@example.org-[1] jane.doe@example.org-2 jane.doe@example.org-"), &a, NULL),
	       JANE "-[1] " JANE "-2 " JANE "-", "a dash behind an address hides nothing");
	ok(ak_redact_scan(r, AK_STR("log-1-jane.doe@example.org-2"), &(size_t){0}, &(const char *){NULL}), "from the self-audit neither");
	ok(!ak_redact_scan(r, both(AK_F_PROVIDER, "SK" "-AAAAAAAAAAAAAAAAAAAAAAAA"), &(size_t){0}, &(const char *){NULL}),
	   "what lower case makes a secret of is one");
	ok(sample_counted(&l, AK_F_ACTOR_ID, "email", AK_ACT_HASHED) == 4, "e-mails counted once each");
	ak_ledger_release(&l);
	ak_arena_release(&a);
	ak_redactor_free(made);
	return done_testing();
}
