/* A guess, made only when asked for (--fuzzy) and always named so: two records that nothing joins by an identifier, which began within
 * seconds of each other, name the same model and the same tokens in and out, and are each other's only choice. */
#ifndef AK_LINK_WINDOW_H
#define AK_LINK_WINDOW_H

#include "query/linkrecords.h"

enum { AK_LINK_WINDOW_S = 5 };

/* Has a record no identifier in common with any of the other kind? */
typedef enum ak_rc ak_link_free_fn(void *ctx, const struct ak_link_record *r, enum ak_kind other, bool *is_free, struct ak_err *err);

struct ak_link_guess {
	const struct ak_link_record *rec[16]; /* the first ones; in the arena */
	size_t n;
	bool sure; /* one, and it has no other choice */
};

#ifdef __cplusplus
extern "C" {
#endif

/* Records of the other kind that may be the same call as r; none where r lacks time, model or tokens. */
enum ak_rc ak_link_guess(struct ak_link_reader *reader, struct ak_arena *a, const struct ak_link_record *r, enum ak_kind other,
			 ak_link_free_fn *is_free, void *ctx, struct ak_link_guess *out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
