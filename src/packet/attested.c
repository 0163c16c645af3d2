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

/* What people write may name a person; a packet has them as tokens. */
static const char *clean(const struct ak_sections *s, const char *text)
{
	return text ? ak_arena_z(s->arena, ak_redact_text(s->redactor, ak_str_of(text), s->arena, NULL)) : NULL;
}

static void gap(struct ak_sections *s, json_t *section, const char *what, enum ak_attested state, int64_t days, int64_t most)
{
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
		const char *what = clean(s, ak_jtxt(a, "what", "an attestation"));
		bool dated = state != AK_ATTESTED_NO_DAY;
		json_t *row = json_pack("{s:s, s:s?, s:s?, s:o, s:s}", "what", what, "on", dated ? json_string_value(ak_policy_said_in(a, "on")) : NULL, "by",
					clean(s, json_string_value(ak_policy_said_in(a, "by"))), "days", dated ? json_integer(days) : json_null(), "state",
					state == AK_ATTESTED_LATER ? "after the checkpoint" : ak_attested_name(state));

		ak_table_add(t, row);
		json_decref(row);
		gap(s, section, what, state, days, most);
	}
	ak_section_say(section, "declared", "tables/attestations.csv", "%llu of %llu attestations of policy.yaml are not older than %lld days at the checkpoint, and have a day and a name",
		       (unsigned long long)(of - late), (unsigned long long)of, (long long)most);
}
