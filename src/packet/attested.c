#include "base/ak.h"
#include "packet/attested.h"

#include "base/jsonget.h"
#include "check/attested.h"
#include "check/said.h"

static bool is_late(enum ak_attested state) { return state != AK_ATTESTED_IN_TIME && state != AK_ATTESTED_LATER; }

void ak_attested_count(const struct ak_policy *p, int64_t as_of_us, uint64_t *late, uint64_t *of)
{
	int64_t most = ak_attested_days(p), days;
	json_t *a;
	size_t i;

	json_array_foreach((json_t *)ak_policy_said(p, "access.attestations"), i, a) {
		*of += 1;
		*late += is_late(ak_attested(a, as_of_us, most, &days));
	}
}

static void gap(struct ak_sections *s, json_t *section, const json_t *a, enum ak_attested state, int64_t days, int64_t most)
{
	const char *what = ak_jtxt(a, "what", "an attestation");

	if (state == AK_ATTESTED_OVERDUE)
		ak_section_gap(s, section, "'%s' was attested %lld days before the checkpoint; at most %lld are allowed", what, (long long)days, (long long)most);
	else if (is_late(state))
		ak_section_gap(s, section, "'%s' was attested %s", what, ak_attested_name(state));
}

void ak_section_attested(struct ak_sections *s, json_t *section)
{
	const json_t *list = ak_policy_said(s->policy, "access.attestations");
	int64_t most = ak_attested_days(s->policy), days;
	uint64_t late = 0, of = 0;
	struct ak_table *t;
	json_t *a;
	size_t i;

	ak_attested_count(s->policy, s->as_of_us, &late, &of);
	if (!of)
		return;
	t = ak_section_table(s, section, "attestations", "What people reviewed by hand, as policy.yaml declares it, with its age at the checkpoint",
			     "what on by days:integer state");
	json_array_foreach((json_t *)list, i, a) {
		enum ak_attested state = ak_attested(a, s->as_of_us, most, &days);
		json_t *row = json_pack("{s:O*, s:O*, s:O*, s:o, s:s}", "what", json_object_get(a, "what"), "on", ak_policy_said_in(a, "on"), "by",
					ak_policy_said_in(a, "by"), "days", state == AK_ATTESTED_NO_DAY ? json_null() : json_integer(days), "state",
					state == AK_ATTESTED_LATER ? "after the checkpoint" : ak_attested_name(state));

		ak_table_add(t, row);
		json_decref(row);
		gap(s, section, a, state, days, most);
	}
	ak_section_say(section, "declared", "tables/attestations.csv", "%llu of %llu attestations of policy.yaml are not older than %lld days at the checkpoint, and have a day and a name",
		       (unsigned long long)(of - late), (unsigned long long)of, (long long)most);
}
