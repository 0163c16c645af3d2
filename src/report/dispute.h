/* What one customer, user, team or key is charged for, call by call, for a dispute (F203): nothing of anybody else. */
#ifndef AK_REPORT_DISPUTE_H
#define AK_REPORT_DISPUTE_H

#include "base/map.h"
#include "query/dispute.h"
#include "report/list.h"

struct ak_dispute_opts {
	struct ak_list_opts list;
	enum ak_scope scope;
	const char *name; /* as it is stored, for the document */
	const struct ak_str *form; /* every form in which records may have it */
	size_t nforms;
	size_t ntyped;	      /* the first of them: what was asked for */
	const json_t *labels; /* labels of a key that count in records without its id and hash; NULL = none */
	const json_t *names;  /* other names of the scope that were taken, for the document; NULL = none */
	/* Is one of these customers named in a text? */
	bool (*tells)(void *ctx, struct ak_str text, const struct ak_map *customers);
	void *ctx;
};

#ifdef __cplusplus
extern "C" {
#endif

extern const char *const ak_scope_names[AK_SCOPES]; /* customer, user, team, key */

/* {scope: {by, value, names: {ids, hashes, aliases} of a key that the inventory knows}, rows: attempts with ids, models, tokens and amounts, each attempt once as `report cost` counts them; adjustments:
 * settlement rows that name the scope (basis "named") or one of its calls (basis "call"); usage: rows of aggregate exports that name it;
 * total: {attempts, failed, not_attributed: attempts of the period that name nobody of this sort, input_tokens, ..., cost: [{currency,
 * estimated: {sum, of}, billed}], adjustments: [{type, currency, rows, amount: {sum, of}}], usage: [{source, query, basis, currency, rows, ...}],
 * withheld: values left out since they name another customer or their call}}. A row that lacks values for that names them in `withheld`. */
enum ak_rc ak_report_dispute(struct ak_store *s, const struct ak_dispute_opts *o, json_t **out, bool *any, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
