/* Records in piles: what a rule counts apart by some values (source and action, key and app), each with how many there are, when, and
 * the first of them in the ledger to cite. */
#ifndef AK_CHECK_PILES_H
#define AK_CHECK_PILES_H

#include "check/check.h"
#include "query/fieldrows.h"

enum { AK_PILE_PARTS = 5, AK_PILE_CITES = 10, AK_PILES_MOST = 100000 };

/* The end of a word of which there are n. */
#define AK_S(n) ((n) == 1 ? "" : "s")

struct ak_pile {
	struct ak_str part[AK_PILE_PARTS]; /* NUL-terminated; p NULL = the record has no value */
	uint64_t n, of;			   /* counted; of so many, where the rule says so */
	int64_t first_us, last_us;	   /* INT64_MAX and INT64_MIN: none has a time */
	struct { int64_t source, seq; } cite[AK_PILE_CITES]; /* the lowest seqs, ascending */
	size_t ncites;
	void *more; /* the rule's own, zero at first */
};

struct ak_piles {
	struct ak_check_run *r;
	size_t nparts;
	struct ak_pile **pile; /* in order of their parts after ak_piles_sort, those without a value last */
	size_t n, cap;
	uint64_t lost; /* records that found no room: ak_piles_done says so */
	struct ak_map known, sources;
	struct ak_buf key;
	struct ak_arena arena;
};

#ifdef __cplusplus
extern "C" {
#endif

/* Reads the names of the sources. ak_piles_release in any case. */
enum ak_rc ak_piles_init(struct ak_piles *p, struct ak_check_run *r, size_t nparts, struct ak_err *err);
void ak_piles_release(struct ak_piles *p);
/* The pile of these values, a new one where there is none yet; NULL beyond AK_PILES_MOST. parts are copied. */
struct ak_pile *ak_piles_at(struct ak_piles *p, const struct ak_str *part);
/* The pile if it is there. */
struct ak_pile *ak_piles_find(struct ak_piles *p, const struct ak_str *part);
/* Count a record in: n, times, citation. pile may be NULL. */
void ak_pile_add(struct ak_pile *pile, const struct ak_fieldrow *row);
/* Cite it without counting. */
void ak_pile_cite(struct ak_pile *pile, const struct ak_fieldrow *row);
void ak_piles_sort(struct ak_piles *p);
/* The rule is not evaluable when records found no room. */
void ak_piles_done(struct ak_piles *p);
/* Citations; the caller's. */
json_t *ak_pile_cites(const struct ak_piles *p, const struct ak_pile *pile);
/* {subject, text, cites, affected: n}; takes the text. */
json_t *ak_pile_finding(const struct ak_piles *p, const struct ak_pile *pile, const char *subject, json_t *text);

/* A page of a rule: read records of a kind with these fields (ak_query_fieldrows_each) in the rule's period; a `take` that gives AK_END
 * stops it, without an error. */
enum ak_rc ak_check_rows(struct ak_check_run *r, enum ak_kind kind, const int *field, size_t n, ak_fieldrow_fn *take, void *ctx, struct ak_err *err);
/* The citation of one record. */
json_t *ak_check_cite(const struct ak_piles *p, int64_t source, int64_t seq);

#ifdef __cplusplus
}
#endif
#endif
