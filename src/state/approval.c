/* What a ticket says of a change: its state is that of the ticket, the verdict is that of the chain (chain/chain.h). */
#include "base/ak.h"
#include "state/at.h"

#include <stdlib.h>

#include "chain/chain.h"

static const char *text(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }
static bool same(const char *a, const char *b) { return a && b && strcmp(a, b) == 0; }

static int64_t seq_of(const char *citation)
{
	const char *colon = citation ? strrchr(citation, ':') : NULL;

	return colon ? strtoll(colon + 1, NULL, 10) : -1;
}

/* An event may have set many settings; it is judged once. Changes without a chain (AK_END) are kept as null. */
static enum ak_rc judge(struct at *q, json_t *known, json_t *row, struct ak_err *err)
{
	const char *by = text(row, "by");
	json_t *change = by ? json_object_get(known, by) : NULL, *fresh = NULL;
	enum ak_rc rc = AK_OK;

	if (!same(text(row, "basis"), "event") || !text(row, "ticket") || !by)
		return AK_OK;
	if (!change) {
		rc = ak_chain_change(q->s, seq_of(by), &fresh, err);
		if (rc != AK_OK && rc != AK_END)
			return rc;
		change = fresh ? fresh : json_null();
		json_object_set_new(known, by, change);
	}
	if (!json_is_object(change))
		return AK_OK;
	json_object_set_new(row, "ticket_verdict", json_incref(json_object_get(change, "verdict")));
	json_object_set_new(row, "ticket_why", text(change, "why") ? json_incref(json_object_get(change, "why")) : json_null());
	if (text(change, "ticket_state"))
		json_object_set(row, "ticket_state", json_object_get(change, "ticket_state"));
	return AK_OK;
}

enum ak_rc ak_at_judge(struct at *q, struct ak_err *err)
{
	json_t *known = json_object(), *row, *e;
	enum ak_rc rc = AK_OK;
	size_t i, k;

	json_array_foreach(q->out, i, row) {
		if (rc == AK_OK)
			rc = judge(q, known, row, err);
		json_array_foreach(json_object_get(row, "settings"), k, e)
			if (rc == AK_OK)
				rc = judge(q, known, e, err);
	}
	json_decref(known);
	return rc;
}

void ak_state_ticket(const json_t *row, struct ak_buf *b)
{
	/* `why` of these says it all, beginning with the ticket. */
	static const struct {
		const char *verdict, *says;
		bool why;
	} words[] = {
		{"ticket of another resource", ", but ", true}, {"approved later", ", but ", true}, {"outside the window", ", but ", true},
		{"self-approved", ", but ", true}, {"rejected", ", not approved", false}, {"not approved", ", not approved: ", true},
		{"ticket not found", ", which is in no record", false},
	};
	const char *state = text(row, "ticket_state"), *why = text(row, "ticket_why");

	ak_buf_addf(b, "%s%s%s", text(row, "ticket"), state ? " " : "", state ? state : "");
	for (size_t i = 0; i < AK_COUNT(words); i++)
		if (same(text(row, "ticket_verdict"), words[i].verdict))
			ak_buf_addf(b, "%s%s", words[i].says, words[i].why && why ? why : "");
}
