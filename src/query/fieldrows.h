/* Records of one kind with the fields that are asked for: what rules of policy.yaml read. Requests are attempts: each counts once,
 * superseded records and second witnesses left out, entries of one call folded. */
#ifndef AK_QUERY_FIELDROWS_H
#define AK_QUERY_FIELDROWS_H

#include "base/map.h"
#include "model/field.h"
#include "store/store.h"

#define AK_FIELDROWS_MOST 32
#define AK_FIELD_SOURCE (-1) /* in place of a field: the name of the record's source */

struct ak_fieldrow {
	int64_t seq, source, time_us;
	bool dated;
	/* By the order in which they were asked for: numbers as their digits; p NULL = the record has no value. Dies with the call. */
	const struct ak_str *value;
};

typedef enum ak_rc ak_fieldrow_fn(void *ctx, const struct ak_fieldrow *row, struct ak_err *err);

#ifdef __cplusplus
extern "C" {
#endif

/* field: n of enum ak_field_id that the kind has, or AK_FIELD_SOURCE. Period half-open; undated records in the open one only. In no
 * promised order. */
enum ak_rc ak_query_fieldrows_each(struct ak_store *s, enum ak_kind kind, const int *field, size_t n, int64_t from_us, int64_t to_us,
				   ak_fieldrow_fn *each, void *ctx, struct ak_err *err);
/* The same for who asks only whether there is a value: numbers are "1". */
enum ak_rc ak_query_fieldrows_there(struct ak_store *s, enum ak_kind kind, const int *field, size_t n, int64_t from_us, int64_t to_us,
				    ak_fieldrow_fn *each, void *ctx, struct ak_err *err);
/* "litellm-prod:1288" of a row; names: ak_by_sources. */
void ak_fieldrow_cite(const struct ak_map *names, int64_t source, int64_t seq, struct ak_buf *out);

#ifdef __cplusplus
}
#endif
#endif
