/* Clocks as a net of difference constraints. Internal to link/. */
#ifndef AK_LINK_CLOCK_NET_H
#define AK_LINK_CLOCK_NET_H

#include "base/map.h"
#include "link/clock.h"

#define AK_UNBOUNDED INT64_MIN
#define AK_EXTREMES ((size_t)65536) /* of each side of a pair of clocks */
#define AK_GRAINS 5
#define AK_GRAIN_STEPS {1000, 1000000, 60000000, INT64_C(3600000000), INT64_C(86400000000)}

/* The largest values that were seen, falling once settled. */
struct ak_extremes {
	int64_t *v;
	size_t n, cap;
	uint64_t seen;
};

struct ak_clock_node {
	struct ak_clock_name name;
	int64_t precision;	/* finest unit that it writes */
	bool broken[AK_GRAINS]; /* a reading was no whole number of this step */
	int64_t grain;		/* microseconds, when coarser than what it writes; else 0 */
	int64_t shift;		/* an offset that all bounds allow */
	int64_t *reach;		/* by how much each clock can be ahead of this one; NULL = not asked yet */
};

struct ak_clock_edge {
	size_t from, to;
	uint64_t pairs;
	int64_t example[2]; /* seq of the first pair, of from and of to */
	size_t contradicting, tolerated;
	unsigned rules;
	bool to_names;	    /* whose records were sampled: of to, else of from */
	int64_t one_in, of; /* at most; 1 = none were left out */
	struct ak_extremes lows, highs; /* highs negated */
	int64_t low, high;		/* from is ahead of to; AK_UNBOUNDED */
	bool consistent;
};

struct ak_clocks {
	struct ak_clock_node *node;
	size_t n, cap;
	struct ak_clock_edge *edge;
	size_t nedges, edgecap;
	struct ak_map names, meets;
	json_t *cycles;
};

/* Takes edges out until no cycle contradicts itself, then finds the shifts. */
void ak_clock_net_solve(struct ak_clocks *c);
/* Bounds of how much a is ahead of b by way of all edges. */
int64_t ak_clock_net_low(struct ak_clocks *c, size_t a, size_t b);
int64_t ak_clock_net_high(struct ak_clocks *c, size_t a, size_t b);

#endif
