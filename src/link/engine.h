/* All links of a period: every record of one side with what it meets on the other, or why it meets nothing. Reads each kind once, in
 * batches: memory does not grow with the records. */
#ifndef AK_LINK_ENGINE_H
#define AK_LINK_ENGINE_H

#include "link/match.h"

enum ak_link_state { AK_LINK_LINKED, AK_LINK_AMBIGUOUS, AK_LINK_UNMATCHED };

/* Why a record is unmatched, in the order in which it is asked. */
enum ak_link_reason {
	AK_WHY_NO_SOURCE, AK_WHY_NO_ID, AK_WHY_NIL, AK_WHY_COMMON, AK_WHY_PERIOD, AK_WHY_FILTERED, AK_WHY_NOT_FOUND,
	AK_WHY_ELSEWHERE, /* of a pair of sources: another source of that kind has it */
	AK_WHY_COUNT
};

enum ak_link_cardinality { AK_LINK_1_1, AK_LINK_N_1, AK_LINK_1_N, AK_LINK_N_M };

struct ak_link {
	const struct ak_link_record *to;
	struct ak_link_match match;
	bool window; /* by time, model and tokens: inferred */
	/* How many records of each side's source have this value. */
	enum ak_link_cardinality cardinality;
};

/* One record against all sources of one kind. */
struct ak_link_result {
	const struct ak_link_record *from;
	enum ak_kind to_kind;
	enum ak_link_state state;
	const struct ak_link *link; /* linked: at least one */
	size_t nlinks;
	const struct ak_link_record *const *candidate; /* ambiguous: those it may be */
	size_t ncandidates;
	enum ak_link_field field; /* ambiguous: the identifier they share */
	bool window;		  /* ambiguous by time, model and tokens */
	enum ak_link_reason reason; /* unmatched */
};

typedef enum ak_rc ak_link_fn(void *ctx, const struct ak_link_result *r, struct ak_err *err);

struct ak_link_opts {
	int64_t run;		/* only records this run brought, 0 = all */
	int64_t from_us, to_us; /* half-open, of the first side */
	bool fuzzy;		/* also links by time, model and tokens (link/window.h) */
	bool counting;		/* the links themselves are not looked at, only states and sources */
	unsigned pairs;		/* bit per ak_link_pairs, 0 = all */
};

/* What is asked about what. */
struct ak_link_pair {
	enum ak_kind from, to;
	unsigned named;	/* bit per enum ak_link_field: only records that have one of these are asked; 0 = all */
	bool limited;	/* limits.min_link_coverage is about it */
	bool alone;	/* only what has no gateway record is asked */
	bool chained;	/* gateway behind gateway, seen from both: of different systems, only what meets one or names one is asked */
	bool back;	/* the same links seen from the other side */
};
enum { AK_LINK_PAIRS = 11 };
extern const struct ak_link_pair ak_link_pairs[AK_LINK_PAIRS];

#ifdef __cplusplus
extern "C" {
#endif

const char *ak_link_state_name(enum ak_link_state s);
const char *ak_link_reason_name(enum ak_link_reason r);
const char *ak_link_cardinality_name(enum ak_link_cardinality c);
/* In the order of the pairs' first kinds, each record with all its pairs. fn's argument dies with the call, sources live as long as
 * the reader. */
enum ak_rc ak_link_run(struct ak_link_reader *reader, const struct ak_link_opts *o, ak_link_fn *fn, void *ctx, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
