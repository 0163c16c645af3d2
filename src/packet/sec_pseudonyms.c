/* Of the redaction statement: tokens, whose keys and since when, and how few people published groups stand for. */
#include "base/ak.h"
#include "packet/sections.h"

static void keys(struct ak_sections *s, json_t *o, const struct ak_facts *f)
{
	size_t n = json_array_size(f->key_periods);
	const char *since = json_string_value(json_object_get(json_array_get(f->key_periods, n - 1), "since"));
	bool per_packet = !s->policy || s->policy->per_packet_pseudonyms;

	ak_section_rows(s, o, "pseudonym_keys", "Pseudonym keys: when each was in force, and the records that know its tokens",
			"key_id since:datetime until:datetime records:integer", f->key_periods);
	ak_section_say(o, "proven", "tables/pseudonym_keys.csv",
		       "people, keys, addresses and tenants stand as tokens, HMAC-SHA-256 under a key that is not in this packet: "
		       "pseudonymised, still personal data; %zu %s so far, the last in force since %s",
		       n, n == 1 ? "key" : "keys", since ? since : "?");
	ak_section_say(o, "proven", "policy.yaml redaction.pseudonyms",
		       per_packet ? "tokens are keyed again for this packet: they do not meet those of another packet"
				  : "tokens are those of the workspace: they meet in all of its packets");
	if (n > 1)
		ak_section_say(o, "proven", "tables/pseudonym_keys.csv",
			       "a person has another token under each of the %zu keys; they are not joined, so counts of people over a rotation "
			       "may count one twice", n);
}

/* The counts are complete when the scope section has its tables. */
static void small_groups(struct ak_sections *s, json_t *o, const struct ak_small_groups *g)
{
	struct ak_table *t = ak_section_table(s, o, "small_groups", "Groups of published tables that stand for few people",
					      "table groups:integer name_people:integer small:integer left_out:integer merged:integer");
	static const char *const done[AK_SMALL_COUNT] = {"published and flagged", "left out", "merged or left out"};
	size_t small = 0, named = 0, groups = 0;

	for (int r = 0; r < AK_R_COUNT; r++) {
		json_t *row = json_pack("{s:s, s:I, s:I, s:I, s:I, s:I}", "table", ak_small_groups_name((enum ak_rollup)r), "groups",
					(json_int_t)g->of[r].groups, "name_people", (json_int_t)g->of[r].named, "small",
					(json_int_t)g->of[r].small, "left_out", (json_int_t)g->of[r].left_out, "merged",
					(json_int_t)g->of[r].merged);

		ak_table_add(t, row);
		json_decref(row);
		small += g->of[r].small;
		named += g->of[r].named;
		groups += g->of[r].groups;
	}
	ak_section_say(o, "proven", "tables/small_groups.csv",
		       "%zu of %zu groups that name people stand for fewer than %d of them: %s; %zu of %zu groups name nobody and are not judged",
		       small, named, g->k, done[g->action], groups - named, groups);
}

void ak_section_pseudonyms(struct ak_sections *s, json_t *section, const struct ak_facts *f)
{
	keys(s, section, f);
	small_groups(s, section, f->small);
}
