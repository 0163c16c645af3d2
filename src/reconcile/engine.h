/* Inside of a reconciliation. A series is what may be compared and added up: rows of one source, query descriptor, provider and size of
 * bucket. Gateway attempts become raw cells while they pass by (their own key, project and model names); when all have been seen, names
 * and keys of both sides are brought together and raw cells become cells. */
#ifndef AK_RECONCILE_ENGINE_H
#define AK_RECONCILE_ENGINE_H

#include "base/arena.h"
#include "base/map.h"
#include "query/reconcile.h"
#include "reconcile/num.h"
#include "reconcile/reconcile.h"

#define AK_EDGE_US INT64_C(5000000)	   /* clocks of both sides may differ by so much */
#define AK_EDGE_CALLS 6			   /* calls of one edge that are looked at one by one */
#define AK_EDGE_FAILED 2		   /* failed ones, each way */
#define AK_DAY_US INT64_C(86400000000)
#define AK_HOUR_US INT64_C(3600000000)
#define AK_ZONE_US INT64_C(1800000000)	   /* step of the shifts that are tried */
#define AK_ZONE_STEPS 28		   /* 14 hours to both sides */

enum { REQUESTS, INPUT, OUTPUT, COUNTS, COST = COUNTS, MEASURES };

struct counts {
	int64_t n[COUNTS];
};

/* Names to small numbers, 0 = none. */
struct names {
	struct ak_map map;
	const char **name; /* by number */
	size_t n, cap;
	struct { uint32_t number, length; } last[64]; /* by ends of their bytes: calls repeat names, and hashing each was most of a reconciliation */
};

/* Amounts of one currency in a cell. */
struct money {
	struct money *next;
	uint32_t currency;
	uint32_t rows; /* of the provider */
	struct ak_num provider, credit, tier, batch; /* credit, tier and batch are parts of provider */
	struct ak_num gateway, zone, edge;
	struct ak_num failed;
	double inexact, inexact_calls; /* without signs: the provider's rows and the gateways' calls that are binary numbers printed in full */
};

/* What gateway attempts add up to; of a raw cell and, added up again, of a cell. */
struct served {
	struct counts n;	 /* attempts that succeeded and were no hit of the gateway's cache */
	struct counts failed;	 /* attempts that failed */
	struct counts retried;	 /* retries counted in served attempts; input tokens of those */
	struct counts zone;	 /* what the shift of the series moves here */
	int64_t unpriced, unpriced_output; /* tokens of served attempts without a cost; those of output among them */
	int64_t apart;		 /* cached tokens that input_tokens does not hold */
	int64_t cached;		 /* cached tokens */
};

#define MANY UINT32_MAX

struct cell_key {
	uint32_t series, bucket, account, model;
};

struct raw {
	struct cell_key key; /* account: of the gateway's names; model: likewise */
	struct served g;
	struct money *money;
};

/* One call of a crossing. */
struct crossed {
	struct crossed *next;
	struct counts n;
	struct ak_num cost;
	uint32_t currency;
	bool priced;
};

/* Calls that may count in another bucket. */
struct crossing {
	uint32_t raw;	/* where they began */
	uint32_t to;	/* bucket */
	struct counts n;
	struct money *money;
	struct crossed *call, *failed; /* the first ones, one by one; failed ones are not in n and money */
	uint8_t calls, nfailed;
	bool many; /* more calls than are kept */
};

/* What classes of tokens, decided in the usage of the same provider, come to at the prices of the catalogue. */
struct expected {
	uint32_t currency;
	struct ak_num class[AK_RC_CLASSES];
};

/* Tokens that the usage of the same provider and time counts, and those of them that it proves to be of these classes. */
struct proven {
	double all[2], failed[2], bypass[2]; /* in, out */
};

struct cell {
	struct proven *proven; /* of amounts without expected ones; NULL = none */
	struct expected *expected; /* of amounts; NULL = none */
	struct cell_key key;
	struct served g;
	struct counts p, batch; /* provider; batch: of those the calls of a batch that a gateway submitted */
	uint32_t rows;
	uint32_t p_key, p_project; /* of its provider rows; MANY when they differ */
	int64_t p_cached;
	bool p_includes; /* provider's input holds cached tokens */
	struct counts edge;
	struct money *money;
};

enum account_kind { ACCOUNT_POOL, ACCOUNT_KEY, ACCOUNT_PROJECT };

/* Whose traffic is compared. Of the pool, accounts that nothing at the gateways explains become accounts of their own. */
struct account {
	enum account_kind kind;
	uint32_t key, project; /* names; of a bypass both */
	bool bypass;
};

struct bucket {
	int64_t start_us, end_us;
	bool provisional, partial, outside; /* outside: no gateway record reaches it */
};

struct rate {
	uint32_t model, currency;
	bool cache;	      /* an amount per cached token, else a ratio */
	struct ak_num factor; /* ratio - 1, or amount per token */
	size_t buckets, of;
};

struct series {
	const char *source, *query;
	uint32_t provider; /* name, 0 = not given */
	int64_t size_us;   /* of buckets; 0 = rows without an end, by the hour */
	struct bucket *bucket;
	size_t nbuckets, cap_buckets;
	struct ak_map bucket_of;      /* start, end -> number while rows are read */
	uint8_t *has_key, *has_project, *has_model, *gateway_model; /* by name: the provider has it, a gateway has it */
	size_t names_cap;
	uint8_t *key_bare, *key_project, *project_met; /* by name: of this key some record names no project of the other side; some does; a gateway names it */
	bool by_item; /* its models are those of line items */
	bool by_key, by_project, by_model, measures[MEASURES], billed, includes;
	uint8_t families; /* of usage types that count calls of other kinds than text */
	bool typed;	  /* its usage types say which kinds it counts */
	int decimals;	  /* of its amounts, as they stand */
	int64_t shift_us, zone_before, zone_after; /* what the time zone explains */
	int64_t *slot;	  /* gateway calls by half hour, from slot0 */
	int64_t *crossers;    /* by bucket, with slot: what of it may count in another or come from there */
	int64_t *slot_output; /* their output tokens; NULL where calls or these are not counted */
	int64_t slot0;
	size_t nslots;
	uint64_t rows, rows_outside, requests_outside;
	struct counts counted, outside, unnamed; /* of the provider: all; in no bucket that gateways' records reach, or beyond them; of these, of keys that no gateway has */
	struct rate *rate;
	size_t nrates;
	uint32_t pool_key, pool_project; /* of the rows that nothing speaks against; MANY, or 0 for none */
};

/* One row of the provider. */
struct prow {
	int64_t seq;
	uint32_t series, bucket, key, project, model, currency, cell, file;
	int32_t includes;
	int64_t n[COUNTS], cached; /* -1 = absent */
	struct ak_num amount;
	bool priced, credit, tier, batch;
};

struct file_row {
	struct ak_recon_file f;
	int64_t query; /* the same for all of a source and query */
};

struct ak_reconcile {
	struct ak_store *s;
	struct ak_reconcile_opts o;
	struct ak_arena arena;
	struct names providers, models, keys, projects, currencies;
	struct ak_map linked;	/* key id or hash -> key, through the inventory */
	struct file_row *file;
	size_t nfiles, cap_files;
	struct ak_map query_of;
	struct ak_map file_by_id, source_of; /* file -> place; id of a source -> its name */
	struct series *series;
	size_t nseries, cap_series;
	struct prow *row;
	size_t nrows, cap_rows;
	struct raw *raw;
	size_t nraw, cap_raw;
	struct crossing *crossing;
	size_t ncrossings, cap_crossings;
	struct ak_map raw_of, crossing_of, series_of, cell_of;
	struct cell *cell;
	size_t ncells, cap_cells;
	struct account *account;
	size_t naccounts, cap_accounts;
	struct ak_map account_of;
	uint32_t last_account[5]; /* what it was asked for, and its number plus one */
	uint32_t last_raw[256]; /* a cell's number plus one, by some of its key */
	uint8_t *key_seen, *project_seen; /* by name: some gateway attempt has it */
	struct ak_map batches;	/* series, account -> struct batch_times */
	uint32_t *fold;		/* model -> model that its row is named after; by series * models.n */
	int64_t first_us, last_us; /* of gateway attempts */
	uint64_t requests;
	struct ak_recon_seqs twice, guessed; /* requests that count with another source's; those of them that only time and tokens tell */
	struct ak_recon_seqs several; /* requests with the provider's id of another call: each counts */
	int64_t *folded; /* both of `twice`, in order */
	size_t nfolded, apart; /* apart: guessed ones that the provider counted as calls of their own */
	bool over;
};

#ifdef __cplusplus
extern "C" {
#endif

uint32_t ak_recon_name(struct ak_reconcile *r, struct names *n, struct ak_str s); /* 0 for none */
uint32_t ak_recon_known(const struct names *n, struct ak_str s);		  /* 0 when it was never named */
/* A model without date, vendor, region and version of its host: "eu.anthropic.claude-sonnet-4-20250514-v1:0" is "claude-sonnet-4". */
struct ak_str ak_recon_model_base(const char *model, struct ak_arena *a);
struct money *ak_recon_money(struct ak_reconcile *r, struct money **list, uint32_t currency);
void ak_recon_add_money(struct ak_reconcile *r, struct ak_num *to, struct ak_num more);
/* noise.c: the amount without its sign when it has as many digits as only a binary number printed in full has, else 0. */
double ak_recon_inexact(struct ak_num amount);
/* The cost of a call that counts. */
void ak_recon_add_call(struct ak_reconcile *r, struct money *m, struct ak_num cost);
/* What the last digits of such numbers can make of a cell's amounts: each operation on them rounds, and the row of a provider adds up as many as the
 * cell has calls. 0 where both sides print decimals. */
double ak_recon_noise(const struct cell *c, const struct money *m);
bool ak_recon_is_noise(const struct cell *c, const struct money *m, struct ak_num amount);
/* What the gateways put down for an attempt; *priced: they did. */
struct ak_num ak_recon_cost(const struct ak_recon_request *q, bool *priced);
void ak_recon_add(struct counts *to, const struct counts *more, int sign);

/* load.c: usage rows and their series */
enum ak_rc ak_recon_load_usage(struct ak_reconcile *r, struct ak_err *err);
/* gateway.c: attempts to raw cells; may be called again when series have a shift. */
enum ak_rc ak_recon_load_gateway(struct ak_reconcile *r, struct ak_err *err);
void ak_recon_drop_gateway(struct ak_reconcile *r);
/* A batch that a gateway submitted for an account up to a day before the end of a bucket. */
bool ak_recon_batched(struct ak_reconcile *r, uint32_t series, uint32_t account, const struct bucket *b);
/* Series and buckets exist: what attempts are compared with. */
void ak_recon_open_gateway(struct ak_reconcile *r);
void ak_recon_gateway_period(const struct ak_reconcile *r, int64_t *from_us, int64_t *to_us);
/* Is it an attempt that the series counts, whoever's? */
bool ak_recon_counts(const struct ak_reconcile *r, const struct series *s, const struct ak_recon_request *q, uint32_t model);
uint32_t ak_recon_bucket_at(const struct series *s, int64_t us); /* UINT32_MAX: none */
bool ak_recon_has_seq(const int64_t *list, size_t n, int64_t seq);
/* twice.c: which calls two gateways recorded; before they are loaded */
enum ak_rc ak_recon_fold_gateways(struct ak_reconcile *r, struct ak_err *err);
/* Where an attempt falls: false when the series does not count it. *moved: bucket after the shift; either may be UINT32_MAX. */
bool ak_recon_place(struct ak_reconcile *r, uint32_t series, const struct ak_recon_request *q, struct cell_key *at, uint32_t *moved);
/* zone.c: true when some series got a shift */
bool ak_recon_zones(struct ak_reconcile *r);
/* names.c: which model names are one row */
void ak_recon_fold_models(struct ak_reconcile *r);
static inline uint32_t ak_recon_folded(const struct ak_reconcile *r, uint32_t series, uint32_t model)
{
	return r->fold ? r->fold[series * r->models.n + model] : model;
}
/* cells.c */
void ak_recon_cells(struct ak_reconcile *r);
uint32_t ak_recon_account(struct ak_reconcile *r, enum account_kind kind, uint32_t key, uint32_t project, bool bypass);
struct cell *ak_recon_cell(struct ak_reconcile *r, struct cell_key key, bool make);
/* The account that decides: a key's projects are compared only when every record of the key on both sides names one that the provider knows. */
uint32_t ak_recon_folded_account(struct ak_reconcile *r, uint32_t series, uint32_t account);
/* The account of a provider row: what its own names say. */
uint32_t ak_recon_row_account(struct ak_reconcile *r, const struct prow *p);
/* accounts.c: rows of the pool whose account nothing explains get an account of their own; sets prow.cell */
void ak_recon_accounts(struct ak_reconcile *r);
/* outside.c: what the provider counted, and how much of it lies outside of the gateways' records; when cells and edges are decided */
void ak_recon_outside(struct ak_reconcile *r);
json_t *ak_recon_counted(const struct ak_reconcile *r);
json_t *ak_recon_outside_doc(const struct ak_reconcile *r, const struct series *s);
/* rates.c, then edges.c */
void ak_recon_edges(struct ak_reconcile *r);
void ak_recon_rates(struct ak_reconcile *r);
/* What the rate of a cell's model adds to the gateways' amount; *rate NULL: it has none, 0. */
struct ak_num ak_recon_rate_amount(const struct ak_reconcile *r, const struct cell *c, const struct money *m, const struct rate **rate);
/* priced.c: expected amounts of sources that count no calls */
enum ak_rc ak_recon_priced(struct ak_reconcile *r, struct ak_err *err);
/* classes.c: the classes of one figure of a cell; money NULL for counts. They add up to the gap. */
struct figure {
	struct ak_num gateway, provider, gap, class[AK_RC_CLASSES];
	const struct rate *rate; /* that was applied */
	int64_t start_us, end_us; /* of the row's bucket */
	int64_t records, rows;	  /* of gateways, of the provider */
};
void ak_recon_classify(struct ak_reconcile *r, const struct cell *c, int measure, const struct money *m, struct figure *out);

#ifdef __cplusplus
}
#endif
#endif
