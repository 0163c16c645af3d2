/* Rules that a policy brings: `checks:` of policy.yaml. A rule reads the records of one layer, keeps those that its `where` is true of,
 * and compares one figure with a limit, of all of them or of each group and bucket of time. Conditions have three values: of a field
 * that a record lacks none is true or false. A limit that such records could break is not evaluable; one that is broken without
 * them is broken.
 *
 *   checks:
 *     batch-key-errors:
 *       title: the batch key fails seldom
 *       severity: high
 *       layer: request
 *       where: {key_alias: batch, status_code: {ge: 400}, not: {app: [probe, load-test]}}
 *       count: {over: 100}
 *       by: [project]
 *       per: 1d
 *
 * One of count: {over: N}, sum: {field: F, over: D, currency: C}, ratio: {of: CONDITIONS, over: P%, at_least: N},
 * distinct: {field: F, over: N}; `under` in place of `over` where neither by nor per stands. */
#ifndef AK_CHECK_CUSTOM_H
#define AK_CHECK_CUSTOM_H

#include "check/check.h"
#include "query/fieldrows.h"

enum ak_tri { AK_TRI_NO, AK_TRI_YES, AK_TRI_UNKNOWN };

enum ak_cond_op {
	AK_COND_IN, AK_COND_NOT_IN, AK_COND_LT, AK_COND_LE, AK_COND_GT, AK_COND_GE, AK_COND_PREFIX, AK_COND_CONTAINS, AK_COND_PRESENT, AK_COND_OPS
};

struct ak_cond {
	enum { AK_COND_ALL, AK_COND_ANY, AK_COND_NOT, AK_COND_TEST } what;
	struct ak_cond *kid; /* ALL, ANY, NOT (of one) */
	size_t n;
	/* TEST: the field and its values; of `in` and `not_in` one of them */
	size_t field; /* among the rule's */
	int op;
	bool number;
	struct ak_str *value;
};

enum ak_measure { AK_MEASURE_COUNT, AK_MEASURE_SUM, AK_MEASURE_RATIO, AK_MEASURE_DISTINCT };

#define AK_CUSTOM_BYS 4

struct ak_custom {
	struct ak_check check; /* first: a rule finds itself by it */
	struct ak_arena *arena;
	enum ak_kind kind;
	int field[AK_FIELDROWS_MOST];
	size_t nfields;
	struct ak_cond where, of; /* of: ratio's */
	enum ak_measure measure;
	size_t subject; /* field that is summed or told apart */
	const char *currency;
	size_t currency_field;
	const char *limit; /* a number, of a ratio a share such as 5% */
	bool under;
	int64_t at_least;
	size_t by[AK_CUSTOM_BYS], nby;
	int64_t per_us; /* 0 = no buckets */
	const char *per;
};

#ifdef __cplusplus
extern "C" {
#endif

/* The rules of policy.yaml in its order; none when policy is NULL. AK_EXIT_USAGE with file and line. */
enum ak_rc ak_custom_parse(const struct ak_policy *policy, struct ak_custom **out, size_t *n, struct ak_err *err);
void ak_custom_free(struct ak_custom *c, size_t n);
static inline const struct ak_check *ak_custom_check(const struct ak_custom *c, size_t i) { return &c[i].check; }

/* Of the fields that the rule reads, this one; added when it is new. AK_EXIT_USAGE when the layer has none of that name. */
enum ak_rc ak_custom_field(struct ak_custom *c, const struct ak_yaml *y, const json_t *at, const char *name, size_t *out, struct ak_err *err);
/* A map of conditions, all of which must hold. */
enum ak_rc ak_cond_parse(struct ak_custom *c, const struct ak_yaml *y, const json_t *map, struct ak_cond *out, struct ak_err *err);
enum ak_tri ak_cond_is(const struct ak_cond *k, const struct ak_str *value);

/* Run a rule that `c` describes; for ak_check.run. */
enum ak_rc ak_custom_run(struct ak_check_run *r, const struct ak_custom *c, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
