/* Verdicts from facts: met, not met and not evaluable of each question, and the measure that is printed. */
#include "base/ak.h"

#include "base/jsonw.h"
#include "packet/questions.h"
#include "tap.h"

#define DAY INT64_C(86400000000)

static const struct {
	int number;
	const char *policy; /* behind `version: 1` */
	const char *facts;  /* members of struct ak_facts and rows of populations that matter */
	const char *verdict, *measured;
} cases[] = {
	{1, "", "{\"keys\": [{\"attempts\": 3, \"owner\": \"a\"}], \"routes\": [{\"attempts\": 3, \"without_key\": 0}]}", "met",
	 "1 of 1 keys in use at gateway or provider have an owner"},
	{1, "", "{\"keys\": [{\"attempts\": 0, \"provider_requests\": \"0\"}, {\"attempts\": 1, \"owner\": \"a\"}]}", "met",
	 "1 of 1 keys in use at gateway or provider have an owner"},
	{1, "", "{\"keys\": [{\"attempts\": 0, \"provider_requests\": \"5\"}, {\"attempts\": 1, \"owner\": \"a\"}]}", "not met",
	 "1 of 2 keys in use at gateway or provider have an owner"},
	{1, "", "{\"keys\": [{\"attempts\": 3, \"owner\": \"a\"}], \"routes\": [{\"attempts\": 4, \"without_key\": 1}]}", "not met",
	 "1 of 1 keys in use at gateway or provider have an owner; 1 of 4 attempts name no key"},
	{1, "scope: {keys: {k: {owner: a}, j: {owner: unknown}}}\n",
	 "{\"keys\": [{\"key\": \"k\", \"attempts\": 3}, {\"key\": \"i\", \"attempts\": 1, \"owner\": \"b\"}]}", "met",
	 "2 of 2 keys in use at gateway or provider have an owner, 1 of them by declaration only"},
	{1, "scope: {keys: {k: {owner: a}, j: {owner: unknown}}}\n",
	 "{\"keys\": [{\"key\": \"k\", \"attempts\": 3}, {\"key\": \"j\", \"attempts\": 1}]}", "not met",
	 "1 of 2 keys in use at gateway or provider have an owner, 1 of them by declaration only"},
	{1, "", "{\"keys\": []}", "not evaluable", "no record names a key"},
	{2, "", "{\"routes\": [{\"attempts\": 4, \"served\": \"m\"}, {\"attempts\": 1}]}", "not met", "4 of 5 attempts name the model that served"},
	{2, "", "{\"routes\": [{\"attempts\": 4, \"served\": \"m\"}]}", "met", "4 of 4 attempts name the model that served"},
	{2, "", "{\"routes\": []}", "not evaluable", "0 of 0 attempts name the model that served"},
	{3, "redaction: {payload_mode: metadata-only}\n", "{\"payload\": [{\"attempts\": 9, \"present\": 0}]}", "met",
	 "0 of 9 attempts, provider calls and app events came with payload; declared mode: metadata-only"},
	{3, "redaction: {payload_mode: metadata-only}\n", "{\"payload\": [{\"attempts\": 9, \"present\": 1}]}", "not met",
	 "1 of 9 attempts, provider calls and app events came with payload; declared mode: metadata-only"},
	{3, "redaction: {payload_mode: full}\n", "{\"payload\": [{\"attempts\": 9, \"present\": 9}]}", "met",
	 "9 of 9 attempts, provider calls and app events came with payload; declared mode: full"},
	{3, "redaction: {payload_mode: unknown}\n", "{\"payload\": [{\"attempts\": 9, \"present\": 0}]}", "not evaluable",
	 "0 of 9 attempts, provider calls and app events came with payload; no payload mode is declared"},
	{3, "redaction: {payload_mode: metadata-only}\n", "{\"payload\": [{\"attempts\": 9, \"present\": 0}],"
		" \"snapshots\": [{\"system\": \"gw\", \"payload_mode\": \"full\", \"last\": true}]}", "not met",
	 "0 of 9 attempts, provider calls and app events came with payload; declared mode: metadata-only; full payload was on when"
	 " captured: gw"},
	{3, "redaction: {payload_mode: metadata-only}\n", "{\"payload\": [{\"attempts\": 9, \"present\": 0}],"
		" \"snapshots\": [{\"system\": \"gw\", \"payload_mode\": \"full\", \"last\": false}]}", "met",
	 "0 of 9 attempts, provider calls and app events came with payload; declared mode: metadata-only"},
	{4, "limits: {min_link_coverage: 95%}\n",
	 "{\"links\": [{\"method\": \"exact\", \"from_kind\": \"app_event\", \"linked\": 95, \"total\": 100}]}", "met",
	 "95 of 100 app events meet a gateway record; at least 95%"},
	{4, "limits: {min_link_coverage: 95%}\n",
	 "{\"links\": [{\"method\": \"exact\", \"from_kind\": \"app_event\", \"linked\": 9499, \"total\": 10000}]}", "not met",
	 "9,499 of 10,000 app events meet a gateway record; at least 95%"},
	{4, "", "{\"links\": [{\"method\": \"exact\", \"from_kind\": \"app_event\", \"linked\": 1, \"total\": 1}]}", "not evaluable",
	 "1 of 1 app events meet a gateway record; no limits.min_link_coverage is declared"},
	{4, "limits: {min_link_coverage: 95%}\n", "{\"links\": [{\"method\": \"exact\", \"from_kind\": \"audit_event\", \"linked\": 1, \"total\": 1}]}",
	 "not evaluable", "0 of 0 app events meet a gateway record; at least 95%"},
	{5, "", "{\"routes\": [{\"provider\": \"p\"}], \"spend\": [{\"provider\": \"p\", \"layer\": \"provider usage\", \"billed\": \"1\"}],"
		" \"links\": [{\"method\": \"aggregate\", \"total\": 7}]}", "met",
	 "every provider has cost records; 0 of 7 provider requests have no gateway record"},
	{5, "", "{\"routes\": [{\"provider\": \"p\"}], \"spend\": [{\"provider\": \"p\", \"layer\": \"provider usage\", \"billed\": \"1\"}],"
		" \"links\": [{\"method\": \"aggregate\", \"total\": 7, \"bypass\": [{\"requests\": 2}]}]}", "not met",
	 "every provider has cost records; 2 of 7 provider requests have no gateway record"},
	{5, "", "{\"routes\": [{\"provider\": \"p\"}], \"spend\": [{\"provider\": \"p\", \"layer\": \"gateway attempts\", \"billed\": \"1\"}]}",
	 "not evaluable", "no cost record of p; 0 of 0 provider requests have no gateway record"},
	{5, "", "{\"routes\": [{\"provider\": \"p\"}], \"spend\": [{\"provider\": \"p\", \"layer\": \"provider usage\", \"billed\": \"1\"}],"
		" \"links\": [{\"method\": \"exact\", \"from_kind\": \"provider_call\", \"from\": \"a\", \"unlinked\": 2, \"total\": 9},"
		" {\"method\": \"exact\", \"from_kind\": \"provider_call\", \"from\": \"b\", \"unlinked\": 3, \"total\": 9}]}", "not met",
	 "every provider has cost records; 0 of 0 provider requests have no gateway record; 3 of 9 calls of b have none by id"},
	{6, "retention: {request: {keep: 90d}}\n", "{\"ages\": [{\"kind\": \"request\", \"oldest\": 0}]}", "not met", "oldest request 100 d, class 90d"},
	{6, "retention: {request: {keep: 100d}}\n", "{\"ages\": [{\"kind\": \"request\", \"oldest\": 0}]}", "met", "oldest request 100 d, class 100d"},
	{6, "retention: {request: {keep: forever, why: law}}\n", "{\"ages\": [{\"kind\": \"request\", \"oldest\": 0}]}", "met",
	 "oldest request 100 d, class forever"},
	{6, "retention: {request: {keep: unknown}}\n", "{\"ages\": [{\"kind\": \"request\", \"oldest\": 0}]}", "not evaluable",
	 "no retention class is declared for request"},
	{6, "", "{\"ages\": [{\"kind\": \"ticket\", \"oldest\": 0}]}", "not evaluable", "no dated log record"},
	{6, "retention: {request: {keep: 100d}}\n", "{\"ages\": [{\"kind\": \"request\", \"oldest\": 0}, {\"kind\": \"settlement\", \"oldest\": 0}]}", "not evaluable",
	 "no retention class is declared for settlement"},
	{7, "access: {payload_viewers: [auditor]}\n",
	 "{\"grants\": [{\"role\": \"auditor\", \"log_scope\": \"both\", \"reviewed\": \"2026-06-12T09:00:00Z\"}]}", "met",
	 "1 grants in 1 roles, reviewed 2026-06-12; 0 may see payload without being declared"},
	{7, "access: {payload_viewers: []}\n", "{\"grants\": [{\"role\": \"auditor\", \"log_scope\": \"payload\", \"reviewed\": \"2026-06-12\"}]}",
	 "not met", "1 grants in 1 roles, reviewed 2026-06-12; 1 may see payload without being declared"},
	{7, "", "{\"grants\": [{\"role\": \"auditor\", \"reviewed\": \"2026-06-12\"}]}", "not evaluable",
	 "1 grants in 1 roles, reviewed 2026-06-12; 0 may see payload and access.payload_viewers is not declared"},
	{7, "", "{}", "not evaluable", "no access review was read"},
};

static struct ak_str member(const json_t *q, const char *name) { return ak_str_of(json_string_value(json_object_get(q, name))); }

static void population(struct ak_facts *f, enum ak_population p, const struct ak_policy *policy, json_t *rows)
{
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
		ak_population_count(p, policy, row, &f->counts);
}

static void run(size_t i)
{
	char name[40];
	struct ak_policy policy = {0};
	struct ak_err err = {0};
	struct ak_facts f = {0};
	struct ak_buf yaml;
	json_t *facts = NULL, *all, *q;

	ak_buf_init(&yaml, 4096);
	ak_buf_addf(&yaml, "version: 1\n%s", cases[i].policy);
	if (ak_json_parse(ak_str_of(cases[i].facts), &facts, &err) != AK_OK ||
	    ak_policy_parse("policy.yaml", ak_buf_str(&yaml), &policy, &err) != AK_OK) {
		ok(false, "the case can be read");
		return;
	}
	f.routes = json_object_get(facts, "routes");
	f.payload = json_object_get(facts, "payload");
	f.links = json_object_get(facts, "links");
	f.spend = json_object_get(facts, "spend");
	f.ages = json_object_get(facts, "ages");
	f.snapshots = json_object_get(facts, "snapshots");
	population(&f, AK_P_KEYS, &policy, json_object_get(facts, "keys"));
	population(&f, AK_P_GRANTS, &policy, json_object_get(facts, "grants"));
	all = ak_questions(&f, &policy, 100 * DAY);
	q = json_array_get(all, (size_t)cases[i].number - 1);
	snprintf(name, sizeof name, "question %d, case %zu", cases[i].number, i);
	is_str(member(q, "verdict"), cases[i].verdict, name);
	is_str(member(q, "measured"), cases[i].measured, name);
	json_decref(all);
	ak_population_release(&f.counts);
	json_decref(facts);
	ak_policy_release(&policy);
	ak_buf_release(&yaml);
}

int main(void)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		run(i);
	return done_testing();
}
