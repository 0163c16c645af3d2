#include "base/ak.h"

#include "base/embedded.h"
#include "conf/policy.h"
#include "tap.h"
#include "tmpl/mustache.h"

/* The policy of the sample tenant. */
static const char sample[] = "# policy.yaml: what records cannot say by themselves. Each line is printed in\n"
			     "# the packet as \"declared by ROLE on DATE\" and tested against records where it\n"
			     "# can be. `unknown` is legal: a gap owed by `by` until `review_by`, not a guess.\n"
			     "# Names typed here are printed too: prefer roles and teams to people.\n"
			     "version: 1\n"
			     "declared: {by: security-lead, on: 2026-06-16, review_by: 2026-09-30}\n"
			     "\n"
			     "scope:                  # 1 SCOPE: what does this packet speak about?\n"
			     "  organization: Brindle Labs\n"
			     "  system: Brindle Assist\n"
			     "  environments: [prod]          # any other one seen in the exports = finding\n"
			     "  control_point: litellm-prod   # all AI calls pass here; the rest = bypass\n"
			     "  apps:                         # names found by `init --discover`\n"
			     "    support-bot: {owner: team-support, cost_center: CC-410, purpose: replies}\n"
			     "    doc-search: {owner: team-search, cost_center: CC-422, purpose: answers}\n"
			     "    invoice-reader: {owner: team-fin, cost_center: unknown, purpose: invoices}\n"
			     "  providers:                    # who receives data, where, on which contract\n"
			     "    openai: {region: us, trains: false, keeps_days: 30, contract: DPA-14}\n"
			     "    bedrock: {region: eu-west-1, trains: false, keeps_days: 0, contract: DPA-03}\n"
			     "  excluded:\n"
			     "    - {what: research notebooks, why: no customer data, owner: team-research}\n"
			     "\n"
			     "sources:                # 2 SOURCES: `auditkit ingest` alone reads all of them\n"
			     "  litellm-prod: {path: litellm/slp-*.jsonl.gz, owner: platform, every: 1d}\n"
			     "  openai-audit: {path: openai/audit-*.json, owner: sec-ops, every: 1d}\n"
			     "  openai-usage: {path: openai/usage-*.json, owner: team-fin, every: 1d}\n"
			     "  app-spans: {path: app/spans*.jsonl.zst, owner: team-support, every: 1d}\n"
			     "  tickets: {path: grc/tickets.csv, owner: sec-ops, every: 30d}\n"
			     "  access-review: {path: grc/access-review*.csv, owner: sec-ops, every: 92d}\n"
			     "not_provided:           # said openly here = declared gap; silence = exit 3\n"
			     "  aws-cost: {why: finance releases it in July, owner: team-fin, due: 2026-07-15}\n"
			     "\n"
			     "fields:                 # 3 FIELD DICTIONARY: built in; list only what differs\n"
			     "  end_user: {keep: false, why: customer identity is not needed for review}\n"
			     "\n"
			     "redaction:              # 4 REDACTION\n"
			     "  ip_mask: 24/48                # IPv4/IPv6 prefix left visible\n"
			     "  pseudonyms: per-packet        # or per-workspace: packets become comparable\n"
			     "\n"
			     "retention:              # 5 RETENTION: no defaults; `forever` also needs a why\n"
			     "  request: {keep: 90d, why: incident response, delete: nightly job}\n"
			     "  audit_event: {keep: 730d, why: change evidence, delete: yearly job}\n"
			     "  usage: {keep: 2555d, why: accounting law, delete: unknown}\n"
			     "  packet: {keep: 365d, why: review cycle, delete: reviewer confirms}\n"
			     "  exceptions: {approved_by: data-protection-officer, holds: none}\n"
			     "\n"
			     "access:                 # 6 ACCESS: roles come from records, rules from here\n"
			     "  roles_from: access-review\n"
			     "  payload_viewers: []           # roles; must agree with the review, or finding\n"
			     "  export_approvers: [platform-head]\n"
			     "  log_access_monitoring: unknown\n"
			     "\n"
			     "sample_trace: {apps: [support-bot], never: [dlp-flagged, refunded]}  # 7 TRACE\n"
			     "limits: {max_rejects: 0.1%, min_link_coverage: 95%, max_export_age: 35d}\n";

static struct ak_policy policy;
static struct ak_err err;

static enum ak_rc parse(const char *text)
{
	ak_policy_release(&policy);
	ak_err_clear(&err);
	return ak_policy_parse("policy.yaml", ak_str_of(text), &policy, &err);
}

static void refused(const char *text, const char *msg)
{
	ok(parse(text) == AK_FAIL && err.exit == AK_EXIT_USAGE, msg);
	is_str(ak_str_of(err.msg), msg, msg);
}

static void test_view(void)
{
	ok(parse(sample) == AK_OK, "the sample policy loads");
	is_str(ak_str_of(policy.organization), "Brindle Labs", "organization");
	is_str(ak_str_of(policy.system), "Brindle Assist", "system");
	is_str(ak_str_of(policy.control_point), "litellm-prod", "control point");
	is_str(ak_str_of(policy.declared_by), "security-lead", "declared by");
	is_str(ak_str_of(policy.declared_on), "2026-06-16", "declared on");
	is_str(ak_str_of(policy.review_by), "2026-09-30", "review by");
	is_int((int64_t)policy.nsources, 6, "six sources");
	is_str(ak_str_of(policy.sources[0].name), "litellm-prod", "first source");
	is_str(ak_str_of(policy.sources[0].path), "litellm/slp-*.jsonl.gz", "its path");
	is_str(ak_str_of(policy.sources[5].every), "92d", "last source's period");
	ok(!policy.sources[0].tz && !policy.sources[0].format, "members not given are absent");
	is_int(policy.sources[0].line, 24, "its line");
	is_int(policy.ip4_prefix, 24, "IPv4 prefix");
	is_int(policy.ip6_prefix, 48, "IPv6 prefix");
	ok(policy.per_packet_pseudonyms, "pseudonyms per packet");
	is_int(policy.max_rejects_ppm, 1000, "0.1% in parts per million");
	is_int(policy.max_rejects_count, -1, "no count");
	is_str(ak_str_of(policy.min_link_coverage), "95%", "link coverage");
	is_int(policy.max_export_age_days, 35, "export age");
	ok(!policy.payload_mode, "payload mode not given");
	is_str(ak_str_of(policy.digest), "8795c10e9719236d86df9992b0dd28c20d4c5ea705384105de36b1a22ae09e94",
	       "digest of the bytes");
}

static const struct ak_answer *answer(const struct ak_answer *a, size_t n, const char *path)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(a[i].path, path) == 0)
			return &a[i];
	return NULL;
}

static void test_answers(void)
{
	struct ak_answer *a;
	size_t n = ak_policy_answers(&policy, &a), unknown = 0;
	for (size_t i = 0; i < n; i++)
		unknown += a[i].unknown;
	/* 4 scope + 3 * 3 apps + 2 * 4 providers + 3 excluded + 6 * 2 sources + 2 redaction + 4 * 3 + 2 retention
	 * + 4 access + 2 sample trace */
	is_int((int64_t)n, 58, "answers counted");
	is_int((int64_t)unknown, 3, "three are unknown");
	is_str(ak_str_of(a[0].path), "scope.organization", "file order");
	const struct ak_answer *cc = answer(a, n, "scope.apps.invoice-reader.cost_center");
	ok(cc && cc->unknown && cc->line == 16, "unknown cost centre on line 16");
	const struct ak_answer *days = answer(a, n, "scope.providers.openai.keeps_days");
	ok(days && strcmp(days->value, "30") == 0 && !days->unknown, "a number as text");
	const struct ak_answer *trains = answer(a, n, "scope.providers.openai.trains");
	ok(trains && strcmp(trains->value, "false") == 0, "a boolean as text");
	const struct ak_answer *viewers = answer(a, n, "access.payload_viewers");
	ok(viewers && strcmp(viewers->value, "[]") == 0 && !viewers->unknown, "an empty list is an answer");
	const struct ak_answer *never = answer(a, n, "sample_trace.never");
	ok(never && strcmp(never->value, "[dlp-flagged, refunded]") == 0, "a list as text");
	const struct ak_answer *what = answer(a, n, "scope.excluded.0.what");
	ok(what && strcmp(what->value, "research notebooks") == 0, "a map in a list");
	ok(answer(a, n, "sources.tickets.owner") && !answer(a, n, "sources.tickets.path"), "owner is asked, path not");
	ok(!answer(a, n, "limits.max_rejects"), "limits are no answers");
	ak_free(a);
}

static void test_get(void)
{
	is_str(ak_str_of(json_string_value(ak_policy_get(&policy, "retention.request.keep"))), "90d", "by path");
	is_str(ak_str_of(json_string_value(ak_policy_get(&policy, "scope.excluded.0.why"))), "no customer data",
	       "by path through a list");
	ok(!ak_policy_get(&policy, "retention.nothing.keep"), "absent");
	ok(!ak_policy_get(&policy, "scope.excluded.7.why"), "beyond the list");
	ok(parse("version: 1\nsources:\n  gw.eu: {owner: platform}\n") == AK_OK, "a dotted source name loads");
	is_str(ak_str_of(json_string_value(ak_policy_get(&policy, "sources.gw.eu.owner"))), "platform",
	       "by path through a dotted name");
}

static void test_template(void)
{
	const struct ak_mustache_opts opts = {.escape = AK_ESC_YAML};
	const struct ak_embedded *e = ak_embedded_templates;
	json_t *nothing = json_object();
	struct ak_buf page;

	ak_buf_init(&page, 1 << 16);
	while (e->name && strcmp(e->name, "policy.yaml.mustache") != 0)
		e++;
	ok(e->name && ak_mustache_render(e->name, ak_str_n(e->text, e->n), nothing, &opts, &page, &err) == AK_OK, "the template renders");
	json_decref(nothing);
	ok(parse(page.p) == AK_OK, "the template loads");
	struct ak_answer *a;
	size_t n = ak_policy_answers(&policy, &a), known = 0;
	for (size_t i = 0; i < n; i++)
		known += !a[i].unknown;
	ok(n >= 25, "the template asks");
	is_int((int64_t)known, 0, "the template answers nothing");
	ak_free(a);
	ok(policy.ip4_prefix == 24 && policy.ip6_prefix == 48 && policy.per_packet_pseudonyms, "redaction defaults");
	ok(policy.max_rejects_ppm == -1 && !policy.min_link_coverage && policy.max_export_age_days == -1, "no limits");
	is_str(ak_str_of(policy.organization), "unknown", "unknown is said, not absent");
	for (int i = 1; i <= 7; i++) {
		char title[8] = {'#', ' ', (char)('0' + i), ' ', '\0'};
		ok(strstr(page.p, title) != NULL, "numbered section");
	}
	static char filled[8192];
	size_t used = 0;
	/* The example lines of the template are legal once their comment sign is taken away. */
	for (const char *p = page.p; *p; p++) {
		bool first = strncmp(p, "\n  # ", 5) == 0 && strncmp(p + 5, "also", 4) != 0 &&
			     strncmp(p + 5, "keep", 4) != 0;
		bool second = strncmp(p, "\n    # ", 7) == 0;
		size_t blanks = first ? 2 : second ? 4 : 0;
		memcpy(filled + used, p, blanks + 1);
		used += blanks + 1;
		p += blanks ? blanks + 2 : 0;
	}
	ok(parse(filled) == AK_OK, "the template's examples load");
	is_int((int64_t)policy.nsources, 1, "with the example source");
	is_str(ak_str_of(json_string_value(ak_policy_get(&policy, "scope.apps.support-bot.owner"))), "team-support",
	       "and the example application");
	ak_buf_release(&page);
}

static void test_refusals(void)
{
	refused("version: 1\nretension: {}\n", "policy.yaml:2: unknown key 'retension' (did you mean 'retention'?)");
	refused("version: 1\nscope:\n  organisation: x\n",
		"policy.yaml:3: unknown key 'organisation' in 'scope' (did you mean 'organization'?)");
	refused("version: 1\nretention:\n  usage: {keep: 90 days}\n",
		"policy.yaml:3: 'retention.usage.keep' must be a number of days such as 90d, or forever, or unknown");
	refused("version: 1\nretention:\n  usage: {keep: forever}\n",
		"policy.yaml:3: 'retention.usage' is kept forever without a why");
	refused("version: 1\nretention:\n  requests: {keep: 90d}\n",
		"policy.yaml:3: 'retention.requests' is no class of records");
	refused("version: 1\nredaction: {ip_mask: 24}\n",
		"policy.yaml:2: 'redaction.ip_mask' must be two prefix lengths such as 24/48, or unknown");
	refused("version: 1\nredaction: {key_env: brindle}\n",
		"policy.yaml:2: 'redaction.key_env' must be the name of an environment variable such as BRINDLE_KEY, not a key, or unknown");
	refused("version: 1\nredaction: {key_file: k, key_env: K}\n",
		"policy.yaml:2: 'redaction' has key_file and key_env, but the key comes from one place");
	refused("version: 1\nredaction: {ip_mask: 33/48}\n",
		"policy.yaml:2: 'redaction.ip_mask' must be two prefix lengths such as 24/48, or unknown");
	refused("version: 1\nlimits: {max_rejects: 0.1 %}\n",
		"policy.yaml:2: 'limits.max_rejects' must be a share such as 0.1% or a count, or unknown");
	refused("version: 1\ndeclared: {on: 16.06.2026}\n",
		"policy.yaml:2: 'declared.on' must be a date such as 2026-06-16, or unknown");
	refused("version: 1\nsources:\n  a b: {path: x}\n", "policy.yaml:3: source name 'a b' is not usable");
	refused("version: 2\n", "policy.yaml:1: version must be 1");
	refused("scope: {}\n", "policy.yaml:1: key 'version' is missing");
	refused("", "policy.yaml:1: the file must be a map");
	ok(parse("version: 1\nretention: {usage: {keep: forever, why: unknown}}\n") == AK_OK,
	   "forever, reason unknown");
	ok(parse("version: 1\nscope: unknown\nretention: {usage: unknown}\naccess: unknown\n") == AK_OK,
	   "unknown in place of a section");
	ok(parse("version: 1\nsources:\n  a: {path: p, format: f, owner: o, every: 7d, system: s, query: q, tz: UTC}\n"
		 "retention:\n  ticket: {keep: 1d, why: w, delete: d, legal_basis: l, archive: a}\nlimits: {max_rejects: "
		 "5}\n") == AK_OK,
	   "every other member");
	is_int(policy.max_rejects_count, 5, "rejects as a count");
	is_int(policy.max_rejects_ppm, -1, "then no share");
	is_str(ak_str_of(policy.sources[0].query), "q", "query");
}

static void test_numbers(void)
{
	is_int(ak_policy_days("90d"), 90, "days");
	is_int(ak_policy_days("forever"), INT64_MAX, "forever");
	is_int(ak_policy_days("d"), -1, "no number");
	is_int(ak_policy_days("9x0d"), -1, "no digits");
	is_int(ak_policy_days("unknown"), -1, "unknown is no number of days");
	is_int(ak_policy_days(NULL), -1, "nothing");
	is_int(ak_policy_ppm("95%"), 950000, "percent");
	is_int(ak_policy_ppm("0.0001%"), 1, "smallest share");
	is_int(ak_policy_ppm("100%"), 1000000, "all");
	is_int(ak_policy_ppm("100.1%"), -1, "more than all");
	is_int(ak_policy_ppm("0.00001%"), -1, "too fine");
	is_int(ak_policy_ppm("1.%"), -1, "point without digits");
	is_int(ak_policy_ppm(".5%"), -1, "point without a whole part");
	is_int(ak_policy_ppm("95"), -1, "no sign");
}

int main(void)
{
	test_view();
	test_answers();
	test_get();
	test_template();
	test_refusals();
	test_numbers();
	ok(ak_policy_load("/nonexistent/policy.yaml", &policy, &err) == AK_FAIL, "a missing file");
	ak_policy_release(&policy);
	return done_testing();
}
