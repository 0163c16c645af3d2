/* What the records of a period say, read once: sections and verdicts are made from it. */
#ifndef AK_PACKET_FACTS_H
#define AK_PACKET_FACTS_H

#include <jansson.h>

#include "packet/population.h"

struct ak_facts_beside;

struct ak_facts {
	/* documents of query/ and link/, short whatever the number of records; totals are those of the period */
	json_t *workspace, *sources, *links; /* workspace: of the caller, where it has read it already */
	json_t *routes, *spend, *payload, *environments, *ages;
	json_t *snapshots, *entries, *price_check;
	json_t *witnesses, *differences; /* ak_query_corroboration, ak_query_differences */
	json_t *reconciled;    /* [{source, query|null, provider|null, measure, unit or currency, gateway, provider_figure, gap, classes}]: totals of ak_reconcile_summary */
	json_t *kept_texts;    /* ak_query_kept_texts */
	json_t *shapes, *roles, *holds; /* ak_query_shapes, _roles, _holds; by ak_facts_read_totals */
	json_t *supply;	       /* ak_query_supply; by ak_facts_read_sources */
	json_t *apps;	       /* ak_query_apps */
	json_t *clocks, *exports, *control_totals; /* ak_query_clock, _export_rows, _control_totals; by ak_facts_read_sources */
	json_t *access;	       /* lines of access.jsonl */
	size_t access_covered; /* those that the ledger covers */
	bool access_good;      /* their chain and the ledger's anchors agree */
	struct ak_tally counts;
	struct ak_table *table[AK_P_COUNT]; /* rows of the populations; NULL when they are only counted */
	size_t leavers;		       /* grants of people who have left that go on, known when section 6 is made */
	json_t *key_periods;	       /* ak_query_key_periods */
	struct ak_facts_beside *beside; /* reads links, control_totals and shapes (packet/facts_beside.h); NULL = nobody does */
	struct ak_small_groups *small; /* of the rollups; complete when all tables are made */
};

#ifdef __cplusplus
extern "C" {
#endif

/* Period half-open, microseconds. policy, which may be NULL, declares what records lack: scope.keys an owner for each key that no
 * record gives one, its owner_basis "policy.yaml"; sources the owner of each source that had none when it was read. tables: where
 * rows of populations go, NULL = they are only counted. Released by the caller also after an error. The store
 * spills from here on (ak_store_spill). What out->beside reads is left to it: ak_facts_read_totals takes it. */
enum ak_rc ak_facts_read(struct ak_store *s, int64_t from_us, int64_t to_us, const struct ak_policy *policy,
			 struct ak_tables *tables, struct ak_facts *out, struct ak_err *err);
/* What the source index says beyond that, of all times and before or after it: what may be missing (member completeness of the
 * sources), clocks, exports. as_of_us: the moment on which records are older than their class. */
enum ak_rc ak_facts_read_sources(struct ak_store *s, const struct ak_policy *policy, int64_t as_of_us, struct ak_facts *f, struct ak_err *err);
/* And, when out->beside has ended, what the records of each source add up to, what they hold field by field, who has access and what ends
 * their life: for sections. */
enum ak_rc ak_facts_read_totals(struct ak_store *s, int64_t from_us, int64_t to_us, const struct ak_policy *policy, struct ak_facts *f, struct ak_err *err);
void ak_facts_release(struct ak_facts *f);

/* Provider requests that have no gateway record, of *all that were compared by sums (added to). */
json_int_t ak_facts_bypass(const json_t *links, json_int_t *all);

/* Whether the exports of a source have places where a prompt or completion would stand. */
bool ak_facts_has_places(const struct ak_facts *f, const char *source);

/* Sum of an integer member over an array of objects. */
json_int_t ak_facts_sum(const json_t *rows, const char *member);

#ifdef __cplusplus
}
#endif
#endif
