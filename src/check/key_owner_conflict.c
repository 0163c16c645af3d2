/* Sources that disagree on whose key it is. */
#include "base/ak.h"
#include "check/check.h"

#include "chain/chain.h"
#include "chain/row.h"

static enum ak_rc take(void *ctx, json_t *row, struct ak_err *err)
{
	struct ak_check_run *r = ctx;
	const json_t *links = json_object_get(row, "links"), *conflicts = json_object_get(row, "conflicts");
	const char *key = ak_chain_text(row, "key");
	json_t *name, *e, *s;
	size_t i, k, n;
	struct ak_buf b;

	(void)err;
	ak_check_of(r, 1);
	if (!json_array_size(conflicts))
		return AK_OK;
	ak_buf_init(&b, 1 << 20);
	ak_buf_addf(&b, "key %s:", key);
	json_array_foreach((json_t *)conflicts, i, name) {
		ak_buf_addf(&b, "%s %s is", i ? ";" : "", json_string_value(name));
		json_array_foreach(json_object_get((json_t *)links, json_string_value(name)), k, e) {
			ak_buf_addf(&b, "%s %s (", k ? "," : "", ak_chain_text(e, "value"));
			json_array_foreach(json_object_get(e, "sources"), n, s)
				ak_buf_addf(&b, "%s%s", n ? ", " : "", ak_chain_text(s, "source"));
			ak_buf_adds(&b, ")");
		}
	}
	ak_check_found(r, json_pack("{s:s, s:o, s:O, s:O, s:O}", "subject", key, "text", json_stringn(b.p, b.n), "cites", json_object_get(row, "cites"),
				    "conflicts", conflicts, "links", links));
	ak_buf_release(&b);
	return AK_OK;
}

static enum ak_rc run(struct ak_check_run *r, struct ak_err *err)
{
	struct ak_chain_others others = {0};
	const struct ak_chain_opts o = {r->policy, r->from_us, r->to_us};
	struct ak_callkeys *keys = NULL;
	enum ak_rc rc = ak_check_keys(r, &keys, err);

	if (rc == AK_OK)
		rc = ak_chain_owner_conflicts_each(r->store, &o, keys, take, r, &others, err);
	ak_check_of(r, others.n);

	if (!r->of)
		ak_check_unjudged(r, "no record says whose a key is; ingest an inventory of keys");
	return rc;
}

const struct ak_check ak_check_key_owner_conflict = {
	.name = "key-owner-conflict",
	.title = "sources agree on owner, app, team and cost centre of each key",
	.severity = "medium",
	.unit = "keys of which a record names owner, app, team or cost centre",
	.rationale = "a key with two owners has none",
	.fix = "ask the owners that are named, and correct the source that is wrong",
	.run = run,
};
