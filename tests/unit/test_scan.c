/* Prefix detectors against samples made from the shapes in the design's table, in the contexts secrets are found in. That
 * every row has samples: test_mutation.c. */
#include "base/ak.h"

#include "redact_sample.h"
#include "redact/scan.h"
#include "tap.h"

#include <time.h>

#define LOW "abcdefghijklmnopqrstuvwxyz0123456789"
#define UP36 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

static const struct sample {
	const char *kind, *prefix, *mid, *set1;
	size_t n1;
	const char *infix, *set2;
	size_t n2;
} samples[] = {
	/* clang-format off */
	{"openai_key", "sk-" "proj-", "", U64, 58, "T3BlbkFJ", U64, 58},
	{"openai_key", "sk-" "svcacct-", "", U64, 58, "T3BlbkFJ", U64, 58},
	{"openai_key", "sk-" "service-", "", U64, 74, "T3BlbkFJ", U64, 74},
	{"openai_admin_key", "sk-" "admin-", "", U64, 58, "T3BlbkFJ", U64, 58},
	{"openai_key", "" "", "", AN, 20, "T3BlbkFJ", AN, 20},
	{"openai_session", "sess" "-", "", AN, 40, "", AN, 0},
	{"anthropic_key", "sk-" "ant-api", "03-", U64, 93, "AA", AN, 0},
	{"anthropic_admin_key", "sk-" "ant-admin", "01-", U64, 93, "AA", AN, 0},
	{"anthropic_oauth", "sk-" "ant-oat", "01-", U64, 80, "", AN, 0},
	{"anthropic_oauth", "sk-" "ant-ort", "01-", U64, 80, "", AN, 0},
	{"anthropic_session", "sk-" "ant-sid", "01-", U64, 80, "", AN, 0},
	{"openrouter_key", "sk-" "or-v1-", "", HEX, 64, "", AN, 0},
	{"langfuse_secret_key", "sk-" "lf-", "", HEX, 8, "-", HEX, 27},
	{"helicone_key", "sk-" "helicone-", "", B32, 7, "-", B32, 7},
	{"helicone_key", "pk-" "helicone-", "", B32, 7, "-", B32, 7},
	{"sk_key", "sk" "-", "", U64, 22, "", AN, 0},
	{"cerebras_key", "csk" "-", "", AN, 48, "", AN, 0},
	{"google_api_key", "AI" "za", "", U64, 35, "", AN, 0},
	{"google_oauth", "ya" "29.", "", U64, 60, "", AN, 0},
	{"google_oauth", "1/" "/0", "", U64, 60, "", AN, 0},
	{"google_oauth_secret", "GOC" "SPX-", "", U64, 28, "", AN, 0},
	{"aws_access_key_id", "AK" "IA", "", B32, 16, "", AN, 0},
	{"aws_access_key_id", "AS" "IA", "", B32, 16, "", AN, 0},
	{"aws_access_key_id", "AB" "IA", "", B32, 16, "", AN, 0},
	{"aws_access_key_id", "AC" "CA", "", B32, 16, "", AN, 0},
	{"aws_access_key_id", "A3" "TX", "", B32, 16, "", AN, 0},
	{"bedrock_key", "AB" "SK", "", B64, 120, "", AN, 0},
	{"bedrock_key", "bedrock-" "api-key-", "", B64, 80, "", AN, 0},
	{"azure_ai_key", "" "", "", AN, 52, "JQQJ99", AN, 26},
	{"azure_storage_key", "" "", "", B64, 76, "+ASt", B64, 6},
	{"azure_cosmos_key", "" "", "", B64, 76, "ACDb", B64, 6},
	{"azure_batch_key", "" "", "", B64, 76, "+ABa", B64, 6},
	{"azure_ml_key", "" "", "", B64, 76, "+AMC", B64, 6},
	{"azure_service_key", "" "", "", B64, 33, "+AEh", B64, 6},
	{"azure_service_key", "" "", "", B64, 33, "+ASb", B64, 6},
	{"azure_service_key", "" "", "", B64, 33, "+ARm", B64, 6},
	{"azure_service_key", "" "", "", B64, 42, "+ACR", B64, 6},
	{"azure_search_key", "" "", "", AN, 42, "AzSe", AN, 6},
	{"azure_functions_key", "" "", "", B64, 44, "AzFu", B64, 6},
	{"entra_client_secret", "" "", "", AN, 3, "7Q~", AN, 31},
	{"entra_client_secret", "" "", "", AN, 3, "8Q~", AN, 34},
	{"huggingface_token", "hf" "_", "", AN, 34, "", AN, 0},
	{"huggingface_token", "api" "_org_", "", AN, 34, "", AN, 0},
	{"groq_key", "gs" "k_", "", AN, 52, "", AN, 0},
	{"xai_key", "xa" "i-", "", AN, 80, "", AN, 0},
	{"perplexity_key", "pp" "lx-", "", AN, 48, "", AN, 0},
	{"replicate_key", "r8" "_", "", U64, 37, "", AN, 0},
	{"together_key", "tgp" "_v1_", "", U64, 43, "", AN, 0},
	{"fireworks_key", "fw" "_", "", AN, 24, "", AN, 0},
	{"nvidia_key", "nv" "api-", "", U64, 64, "", AN, 0},
	{"anyscale_key", "ese" "cret_", "", AN, 26, "", AN, 0},
	{"langsmith_key", "lsv2" "_pt_", "", HEX, 32, "_", HEX, 10},
	{"langsmith_key", "lsv2" "_sk_", "", HEX, 32, "_", HEX, 10},
	{"langsmith_key", "ls" "__", "", HEX, 32, "", AN, 0},
	{"elevenlabs_key", "sk" "_", "", HEX, 48, "", AN, 0},
	{"pinecone_key", "pc" "sk_", "", AN, 6, "_", AN, 63},
	{"jina_key", "ji" "na_", "", AN, 60, "", AN, 0},
	{"tavily_key", "tv" "ly-", "", U64, 32, "", AN, 0},
	{"llamacloud_key", "ll" "x-", "", U64, 48, "", AN, 0},
	{"posthog_key", "ph" "x_", "", AN, 43, "", AN, 0},
	{"databricks_token", "da" "pi", "", HEX, 32, "", AN, 0},
	{"github_token", "gh" "p_", "", AN, 36, "", AN, 0},
	{"github_token", "gh" "o_", "", AN, 36, "", AN, 0},
	{"github_token", "gh" "u_", "", AN, 36, "", AN, 0},
	{"github_token", "gh" "s_", "", AN, 36, "", AN, 0},
	{"github_token", "gh" "r_", "", AN, 36, "", AN, 0},
	{"github_token", "github" "_pat_", "", AN, 82, "", AN, 0},
	{"gitlab_token", "gl" "pat-", "", U64, 20, "", AN, 0},
	{"gitlab_token", "gl" "dt-", "", U64, 20, "", AN, 0},
	{"gitlab_token", "gl" "rt-", "", U64, 20, "", AN, 0},
	{"gitlab_token", "gl" "ft-", "", U64, 20, "", AN, 0},
	{"gitlab_token", "gls" "oat-", "", U64, 20, "", AN, 0},
	{"gitlab_token", "glf" "fct-", "", U64, 20, "", AN, 0},
	{"gitlab_token", "gl" "imt-", "", U64, 25, "", AN, 0},
	{"gitlab_token", "gl" "agent-", "", U64, 50, "", AN, 0},
	{"gitlab_token", "gl" "oas-", "", U64, 64, "", AN, 0},
	{"gitlab_token", "gl" "ptt-", "", U64, 40, "", AN, 0},
	{"gitlab_token", "gl" "cbt-", "", U64, 22, "", AN, 0},
	{"gitlab_token", "GR1" "348941", "", U64, 20, "", AN, 0},
	{"atlassian_token", "ATA" "TT3", "", B64, 186, "", AN, 0},
	{"slack_token", "xo" "xb-", "", U64, 50, "", AN, 0},
	{"slack_token", "xo" "xp-", "", U64, 50, "", AN, 0},
	{"slack_token", "xo" "xa-", "", U64, 50, "", AN, 0},
	{"slack_token", "xo" "xr-", "", U64, 50, "", AN, 0},
	{"slack_token", "xo" "xs-", "", U64, 50, "", AN, 0},
	{"slack_token", "xo" "xo-", "", U64, 50, "", AN, 0},
	{"slack_token", "xo" "xe-", "", U64, 50, "", AN, 0},
	{"slack_token", "xa" "pp-", "", U64, 50, "", AN, 0},
	{"slack_webhook", "hooks.sl" "ack.com/services/", "", AN, 44, "", AN, 0},
	{"slack_webhook", "hooks.sl" "ack.com/workflows/", "", AN, 44, "", AN, 0},
	{"slack_webhook", "hooks.sl" "ack.com/triggers/", "", AN, 44, "", AN, 0},
	{"discord_webhook", "discord.c" "om/api/webhooks/", "", AN, 80, "", AN, 0},
	{"teams_webhook", ".webhook.o" "ffice.com/webhookb2/", "", AN, 80, "", AN, 0},
	{"stripe_key", "sk" "_live_", "", AN, 24, "", AN, 0},
	{"stripe_key", "sk" "_test_", "", AN, 24, "", AN, 0},
	{"stripe_key", "sk" "_prod_", "", AN, 24, "", AN, 0},
	{"stripe_key", "rk" "_live_", "", AN, 24, "", AN, 0},
	{"stripe_key", "rk" "_test_", "", AN, 24, "", AN, 0},
	{"stripe_key", "rk" "_prod_", "", AN, 24, "", AN, 0},
	{"stripe_webhook_secret", "wh" "sec_", "", AN, 32, "", AN, 0},
	{"twilio_key", "S" "K", "", HEX, 32, "", AN, 0},
	{"sendgrid_key", "S" "G.", "", AN, 22, ".", AN, 43},
	{"npm_token", "np" "m_", "", AN, 36, "", AN, 0},
	{"pypi_token", "py" "pi-AgEI", "", U64, 60, "", AN, 0},
	{"rubygems_key", "ruby" "gems_", "", HEX, 48, "", AN, 0},
	{"nuget_key", "oy" "2", "", LOW, 43, "", AN, 0},
	{"clojars_token", "CLO" "JARS_", "", HEX, 60, "", AN, 0},
	{"docker_token", "dckr" "_pat_", "", U64, 27, "", AN, 0},
	{"digitalocean_token", "do" "p_v1_", "", HEX, 64, "", AN, 0},
	{"digitalocean_token", "do" "o_v1_", "", HEX, 64, "", AN, 0},
	{"digitalocean_token", "do" "r_v1_", "", HEX, 64, "", AN, 0},
	{"heroku_key", "HRK" "U-AA", "", U64, 58, "", AN, 0},
	{"fly_token", "fo" "1_", "", U64, 43, "", AN, 0},
	{"fly_token", "fm" "1r_", "", B64, 120, "", AN, 0},
	{"fly_token", "fm" "2_", "", B64, 120, "", AN, 0},
	{"planetscale_token", "psc" "ale_tkn_", "", AN, 40, "", AN, 0},
	{"planetscale_token", "psc" "ale_oauth_", "", AN, 40, "", AN, 0},
	{"planetscale_token", "psc" "ale_pw_", "", AN, 40, "", AN, 0},
	{"pulumi_token", "pu" "l-", "", HEX, 40, "", AN, 0},
	{"doppler_token", "dp" ".pt.", "", AN, 43, "", AN, 0},
	{"terraform_token", "" "", "", AN, 14, ".atlasv1.", AN, 64},
	{"vault_token", "hv" "s.", "", U64, 95, "", AN, 0},
	{"vault_token", "hv" "b.", "", U64, 150, "", AN, 0},
	{"openshift_token", "sha256" "~", "", U64, 43, "", AN, 0},
	{"onepassword_token", "ops" "_eyJ", "", B64, 260, "", AN, 0},
	{"age_secret_key", "AGE-SECRET-" "KEY-1", "", UP36, 58, "", AN, 0},
	{"grafana_token", "gl" "sa_", "", AN, 32, "_", HEX, 8},
	{"grafana_token", "gl" "c_", "", B64, 60, "", AN, 0},
	{"sentry_token", "sn" "trys_", "", B64, 120, "", AN, 0},
	{"sentry_token", "sn" "tryu_", "", HEX, 64, "", AN, 0},
	{"newrelic_key", "NR" "AK-", "", AN, 27, "", AN, 0},
	{"newrelic_key", "NR" "II-", "", U64, 32, "", AN, 0},
	{"newrelic_key", "NR" "JS-", "", HEX, 19, "", AN, 0},
	{"dynatrace_token", "dt0" "c01.", "", AN, 24, ".", AN, 64},
	{"shopify_token", "sh" "pat_", "", HEX, 32, "", AN, 0},
	{"shopify_token", "sh" "pca_", "", HEX, 32, "", AN, 0},
	{"shopify_token", "sh" "ppa_", "", HEX, 32, "", AN, 0},
	{"shopify_token", "sh" "pss_", "", HEX, 32, "", AN, 0},
	{"square_token", "sq0" "atp-", "", U64, 22, "", AN, 0},
	{"square_token", "sq0" "csp-", "", U64, 43, "", AN, 0},
	{"notion_token", "nt" "n_", "", AN, 46, "", AN, 0},
	{"linear_key", "lin" "_api_", "", AN, 40, "", AN, 0},
	{"postman_key", "PM" "AK-", "", HEX, 24, "-", HEX, 34},
	{"supabase_key", "sb" "p_", "", HEX, 40, "", AN, 0},
	{"tailscale_key", "ts" "key-", "", AN, 40, "", AN, 0},
	{"brevo_key", "xkey" "sib-", "", HEX, 64, "-", AN, 16},
	{"wundergraph_key", "cos" "mo_", "", HEX, 32, "", AN, 0},
	{"password_hash", "$" "2a$", "", AN, 53, "", AN, 0},
	{"password_hash", "$" "2b$", "", AN, 53, "", AN, 0},
	{"password_hash", "$" "2y$", "", AN, 53, "", AN, 0},
	{"password_hash", "$" "6$", "", AN, 100, "", AN, 0},
	{"jwt", "ey" "J", "", AN, 33, ".eyJ", AN, 60},
	{"private_key", "-----BE" "GIN ", "RSA PRIVATE KEY-----", AN, 64, "-----END\x20RSA\x20PRIVATE\x20KEY-----", AN, 0},
	{"private_key", "PuTTY-User" "-Key-File", "", AN, 0, "-2:\x20ssh-rsa\x20", AN, 80},
	{"bearer_token", "Be" "arer ", "", AN, 24, "", AN, 0},
	{"bearer_token", "be" "arer ", "", AN, 24, "", AN, 0},
	{"bearer_token", "BE" "ARER ", "", AN, 24, "", AN, 0},
	{"url_credentials", "postgres:" "//", "app:", AN, 20, "@db.example.org", AN, 0},
	{"basic_credentials", "Ba" "sic ", "", AN, 0, "", AN, 0},
	{"basic_credentials", "ba" "sic ", "", AN, 0, "", AN, 0},
	/* clang-format on */
};

static const struct {
	const char *before, *after;
} contexts[] = {
	{"", ""},
	{"{\"value\": \"", "\"}"},
	{"{\\\"value\\\":\\\"", "\\\"}"},
	{"line\\n", "\\nnext"},
	{"a,", ",b"},
	{"X-Thing: ", "\r\n"},
	{"https://example.org/x?q=", "&y=1"},
	{"data: {\"delta\":\"", "\"}\n\n"},
	{"  at Client.send (", ")"},
	{"**", "**"},
	{"<td>", "</td>"},
	{"thing='", "'"},
	{"<a b=\"", "\"/>"},
	{"(", ")."},
	{"{k:", "}"},
	{"see ", ", then"},
	{"a/", "<br>"},
	{"`", "`"},
};

struct made {
	struct ak_str text, body; /* body: what must not survive */
};

static struct made make(const struct sample *s, struct ak_arena *a)
{
	struct ak_str one = sample_fill(a, s->set1, s->n1), two = sample_fill(a, s->set2, s->n2);
	struct made m;

	if (strcmp(s->kind, "basic_credentials") == 0)
		one = sample_base64(a, ak_arena_printf(a, "app:%s", sample_fill(a, AN, 16).p));
	m.body = one.n >= two.n ? one : two;
	m.text = ak_arena_printf(a, "%s%s%.*s%s%.*s", s->prefix, s->mid, AK_STR_FMT(one), s->infix, AK_STR_FMT(two));
	return m;
}

static void check_sample(const struct ak_redactor *r, const struct sample *s, struct ak_arena *a)
{
	struct made m = make(s, a);
	char name[120];
	size_t at = 99, kept = 0;
	const char *kind = "none";

	ok(ak_redact_scan(r, m.text, &at, &kind), s->kind);
	is_str(ak_str_of(kind), s->kind, "  is told by its kind");
	for (size_t i = 0; i < AK_COUNT(contexts); i++) {
		struct ak_str in =
			ak_arena_printf(a, "%s%.*s%s", contexts[i].before, AK_STR_FMT(m.text), contexts[i].after);
		struct ak_str out = ak_redact_text(r, in, a, NULL);

		if (sample_holds(out, m.body) || ak_redact_scan(r, out, &at, &kind)) {
			printf("# %s survives in %s...%s\n", s->kind, contexts[i].before, contexts[i].after);
			kept++;
		}
		if (!ak_str_eq(ak_redact_text(r, out, a, NULL), out)) {
			printf("# %s: second pass changes %.*s\n", s->kind, AK_STR_FMT(out));
			kept++;
		}
	}
	snprintf(name, sizeof(name), "  %s is gone from all %zu contexts", s->kind, AK_COUNT(contexts));
	is_int((int64_t)kept, 0, name);
}

/* Scans look at every second byte: the sample must be found wherever it begins, also as the last thing of a text. */
static void check_offsets(const struct ak_redactor *r, const struct sample *s, struct ak_arena *a)
{
	struct made m = make(s, a);
	size_t missed = 0, at;
	const char *kind;

	for (int n = 0; n <= 17; n++)
		missed += !ak_redact_scan(r, ak_arena_printf(a, "%.*s%.*s", n, ",;,;,;,;,;,;,;,;,;", AK_STR_FMT(m.text)), &at, &kind);
	is_int((int64_t)missed, 0, "  found behind up to 17 other bytes");
}

static void check_encoded(const struct ak_redactor *r, const struct sample *s, struct ak_arena *a)
{
	struct made m = make(s, a);
	struct ak_str percent = sample_percent(a, m.text), base64;
	size_t at;
	const char *kind;

	ok(ak_redact_scan(r, percent, &at, &kind), "  found behind percent signs");
	ok(!sample_holds(ak_redact_text(r, percent, a, NULL), sample_percent(a, m.body)), "  and replaced there");
	ok(ak_redact_scan(r, sample_percent(a, percent), &at, &kind), "  found behind two layers of them");
	base64 = sample_base64(a, m.text);
	ok(ak_redact_scan(r, base64, &at, &kind), "  found in base64");
	ok(!sample_holds(ak_redact_text(r, base64, a, NULL), ak_str_n(base64.p, base64.n / 2)), "  and replaced there");
}

static void check_text(const struct ak_redactor *r, struct ak_arena *a, const char *in, const char *what, bool hit)
{
	struct ak_str out = ak_redact_text(r, ak_str_of(in), a, NULL);

	ok(hit != ak_str_is(out, in), what);
	if (hit == ak_str_is(out, in))
		printf("# %.*s\n", AK_STR_FMT(out));
}

static bool is_whole(struct ak_str out)
{
	return ak_str_starts(out, AK_STR("[REDACTED:nested_encoding:")) && out.p[out.n - 1] == ']';
}

/* Below four layers, and beyond four times its size, a text is taken whole (R-SEC-5). */
static void check_limits(const struct ak_redactor *r, struct ak_arena *a)
{
	struct ak_str in = ak_arena_printf(a, "AI%s%s", "za", sample_fill(a, U64, 35).p), out, text;
	char hex[80];

	for (int depth = 1; depth <= 5; depth++) {
		in = sample_base64(a, in);
		out = ak_redact_text(r, in, a, NULL);
		is_int(sample_holds(out, AK_STR("[REDACTED:google_api_key:")), depth <= 4, "a key below four layers is told by its kind");
	}
	ok(is_whole(out), "one below five goes with all that hides it");
	text = sample_base64(a, sample_fill(a, AN " ", 30000));
	out = ak_redact_text(r, ak_arena_printf(a, "%%41 %s", text.p), a, NULL);
	ok(!sample_holds(out, AK_STR("[REDACTED:")), "a text of less than that is read");
	out = ak_redact_text(r, ak_arena_printf(a, "%%25252541 %s", text.p), a, NULL);
	ok(sample_holds(out, AK_STR("[REDACTED:nested_encoding:")) && !sample_holds(out, text), "of one beyond that nothing stays");
	/* A digest with twelve bytes of printable ASCII in it, beside a value that four layers of escapes hide: seen in a packet. */
	text = ak_arena_printf(a, "088136fee40eff%sd54402420472a594e9 ", "68656c6c6f2074686572652e2e2e");
	check_text(r, a, ak_arena_printf(a, "%.*s %%25252541 %.*s", AK_STR_FMT(text), AK_STR_FMT(text)).p, "a digest has its own depth", false);
	check_text(r, a, ak_arena_printf(a, "%%25252541%.*s", AK_STR_FMT(text)).p, "what an escape touches has that of the escape", true);
	text = ak_arena_printf(a, "AI%s%s", "za", sample_fill(a, U64, 35).p);
	ak_hex((const uint8_t *)text.p, text.n, hex);
	in = ak_str_of(hex);
	out = ak_redact_text(r, ak_arena_printf(a, "%%25252541 %.*s", AK_STR_FMT(in)), a, NULL);
	ok(sample_holds(out, AK_STR("[REDACTED:google_api_key:")) && !sample_holds(out, in), "a key in hex beside it is found");
}

/* The word that announces a value is read again with the marker in its place. */
static void check_again(const struct ak_redactor *r, struct ak_arena *a)
{
	static const char *const around[][2] = {{"datadog key ", ", see there"}, {"dd-api secret: ", ""}, {"dd-apiUsecret-x:", "&c"}};
	struct ak_str key = sample_fill(a, "0123456789abcdef", 32);

	for (size_t i = 0; i < AK_COUNT(around); i++) {
		struct ak_str in = ak_arena_printf(a, "%s%.*s%s", around[i][0], AK_STR_FMT(key), around[i][1]);
		struct ak_str out = ak_redact_text(r, in, a, NULL);

		ok(sample_holds(out, AK_STR("[REDACTED:datadog_key:")) && out.p[0] == 'd', "a marker behind its word stays");
	}
	check_text(r, a, "datadog key ip:437e8fd578f23496a167e4078ab7133c", "and so does a token", false);
}

/* Behind a digit no secret begins; behind the mark of an address one does. */
static void check_behind_address(const struct ak_redactor *r, struct ak_arena *a)
{
	struct ak_str body = sample_fill(a, AN, 20);
	struct ak_str in = ak_arena_printf(a, "from 203.0.113.9%%73k-%.*s on", AK_STR_FMT(body));
	struct ak_str out = ak_redact_text(r, in, a, NULL);

	ok(!sample_holds(out, body), "a secret that an address stood before");
	ok(sample_holds(out, AK_STR("(203.0.113.0/24)")), "  whose network stays");
}

/* A key id is no secret itself: it is counted as pseudonymised. */
static void check_class(const struct ak_redactor *r, struct ak_arena *a)
{
	struct ak_redact_ledger l;

	ak_ledger_init(&l);
	ak_redact_text(r, ak_arena_printf(a, "AK%s%s", "IA", sample_fill(a, B32, 16).p), a, &l);
	is_int((int64_t)sample_counted(&l, -1, "aws_access_key_id", AK_ACT_HASHED), 1, "a key id is pseudonymised");
	ak_redact_text(r, AK_STR("sk-...AbCd sk-abc...wxyz password=*** key=********"), a, &l);
	is_int((int64_t)l.n, 1, "what its source has masked is not counted");
	ak_ledger_release(&l);
}

static void check_names(const struct ak_redactor *r, struct ak_arena *a)
{
	static const char *const secret[] = {
		"password=hunter2",
		"password=hunter2***",
		"password: ***hunter2***",
		"passwd=hunter2...",
		"amqp://app:hunter2**@mq.example.org",
		"curl -u app:hunter2** https://example.org",
		"curl -u app:hunter2 https://example.org",
		"1,\"{\"\"api_key\"\": \"\"abcdef\"\"}\",2",
		"X-Brindle-Key: abcdefgh",
		"jdbc:oracle:thin:app/hunter2@db",
		"{\"api_key\": \"abc\"}",
		"{\"api_key_secret_email\": \"abcdef\"}",
		"password_route: abcdef",
		"route_api_key: abcdef",
		"{\\\"apiKey\\\":\\\"abcdef\\\"}",
		"Password=p@ss,word;Server=x",
		"https://example.org/x?key=abcdef1",
		"x-api-key: abcdefgh",
		"AccountKey=abc;",
		"aws_secret_access_key = abcdefgh",
		"Cookie: a=b; c=d",
		"authorization: Digest username=x",
		"'client_secret': 'abc def'",
		"X-Amz-Signature=00ff00",
		"postgres://app:pw@db.example.org/x",
		"SharedAccessKey=abc",
		"?sig=abc%2Bdef",
		"&code=4/0AXabcdef",
		"https://0123456789abcdef0123@o1.example.org/2",
		"redis://:pw@cache.example.org",
		"X-Amz-Security-Token=abcdefgh",
	};
	static const char *const plain[] = {
		"max_tokens=4096",
		"X-Idempotency-Key: 0123456789ab",
		"\"\"note\"\": \"\"\"\"",
		"{\"type\":\"service_account\",\"id\":\"svc_1\"}",
		"{\"kty\":\"EC\",\"x\":\"0123456789abcdef\"}",
		"cohere request 0123456789abcdef0123456789abcdef01234567",
		"wandb key_hash 0123456789abcdef0123456789abcdef01234567",
		"mistralai 0123456789aBcdef0123456789abcdef",
		"curl -u app https://example.org",
		"total_tokens: 12",
		"token_count=3",
		"input_cost_per_token=0.000001",
		"session_id=01HX3",
		"api_key_alias: billing-bot",
		"user_api_key_request_route: /v1/chat/completions",
		"{\"user_api_key_user_email\": \"ada\"}",
		"key_name=prod",
		"password=***",
		"api_key: null",
		"secret=[REDACTED]",
		"https://example.org/x?page=2",
		"task: done",
		"code=400",
		"cookie_count: 5",
		"a==b",
		"git@github.com:org/repo",
		"Bearer token is missing",
		"Basic authentication failed",
		"sk-...AbCd",
		"sk-abc...wxyz",
		"api_key=sk-abcd1234****",
		"password=h*****2",
		"password: ab***",
		"client_secret=abcd...wxyz",
		"token: key_...77ab",
		"amqp://app:****@mq.example.org",
		"sk-learn-text-classifier-v2",
		"ssh://git@example.org/x",
		"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		"arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbCdEf",
		"@scope/package@1.2.3",
		"name@sha256:00",
	};

	for (size_t i = 0; i < AK_COUNT(secret); i++)
		check_text(r, a, secret[i], secret[i], true);
	for (size_t i = 0; i < AK_COUNT(plain); i++)
		check_text(r, a, plain[i], plain[i], false);
}

static void check_linear(const char *piece)
{
	static const size_t sizes[] = {1u << 17, 1u << 20};
	struct ak_scanner sc;
	uint64_t best[2] = {UINT64_MAX, UINT64_MAX};

	ak_scan_init(&sc);
	for (int round = 0; round < 6; round++) {
		size_t n = sizes[round % 2], len = strlen(piece);
		char *p = ak_alloc(n);
		struct timespec t0, t1;
		struct ak_arena a;
		struct ak_hits h;
		uint64_t ns;

		for (size_t i = 0; i < n; i++)
			p[i] = piece[i % len];
		ak_arena_init(&a);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t0);
		ak_scan(&sc, ak_str_n(p, n), true, &a, &h);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t1);
		ns = (uint64_t)(t1.tv_sec - t0.tv_sec) * 1000000000u + (uint64_t)t1.tv_nsec - (uint64_t)t0.tv_nsec;
		best[round % 2] = ns < best[round % 2] ? ns : best[round % 2];
		ak_arena_release(&a);
		ak_free(p);
	}
	ak_scan_release(&sc);
	/* Eight times the text, with room for caches and a busy machine; quadratic work would be 64 times. */
	ok(best[1] < best[0] * 24 + 20000000, piece);
	if (best[1] >= best[0] * 24 + 20000000)
		printf("# %llu and %llu ns\n", (unsigned long long)best[0], (unsigned long long)best[1]);
}

int main(void)
{
	static const char *const pieces[] = {
		"sk-",	       "e",	     "eyJ-",	 "eyJaaaaaaaaa.", "Bearer ",
		"-----BEGIN ", "://",	     "a:b=",	 "cookie: ***",	  "\"password\":\"",
		"T3BlbkFJ",    "[REDACTED:", "%25",	 "Ly8v",	  "@a.b",
		"a@",	       "&amp;",	     "+AMCACDb", "token=***",	  "x@1.2.",
		"AAAA/"};
	struct ak_redactor *r = sample_redactor(NULL);
	struct ak_arena a;

	ak_arena_init(&a);
	for (size_t i = 0; i < AK_COUNT(samples); i++)
		check_sample(r, &samples[i], &a);
	for (size_t i = 0; i < AK_COUNT(samples); i++) {
		check_encoded(r, &samples[i], &a);
		check_offsets(r, &samples[i], &a);
	}
	check_again(r, &a);
	check_behind_address(r, &a);
	check_limits(r, &a);
	check_class(r, &a);
	check_names(r, &a);
	for (size_t i = 0; i < AK_COUNT(pieces); i++)
		check_linear(pieces[i]);
	ak_arena_release(&a);
	ak_redactor_free(r);
	return done_testing();
}
