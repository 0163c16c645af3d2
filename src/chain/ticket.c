/* Tickets and the changes that they say were made. */
#include "base/ak.h"
#include "chain/ticket.h"

#include "chain/chain.h"
#include "chain/row.h"

static const char *const approved[] = {"approved", "accepted", "authorized", "authorised", "scheduled", "ready", "in_progress", "in progress",
				       "implementing", NULL};
static const char *const done[] = {"implemented", "closed", "done", "resolved", "completed", "complete", "deployed", "released",
				   "fulfilled",   "verified", "rolled_back", "rolled back", NULL};
static const char *const rejected[] = {"rejected", "declined", "denied", "refused", "cancelled", "canceled", "withdrawn", "not approved",
				       "not_approved", "abandoned", NULL};
static const char *const open_states[] = {"open", "new", "draft", "pending", "requested", "submitted", "in_review", "in review", "review",
					  "waiting", "awaiting approval", "awaiting_approval", "pending_approval", "pending approval", "on_hold",
					  "on hold", "assess", "planned", "todo", "to do", NULL};

enum ak_ticket_state ak_ticket_state(const char *state)
{
	static const struct { const char *const *words; enum ak_ticket_state is; } classes[] = {
		{approved, AK_TICKET_APPROVED}, {done, AK_TICKET_DONE}, {rejected, AK_TICKET_REJECTED}, {open_states, AK_TICKET_OPEN}};

	for (size_t i = 0; i < AK_COUNT(classes); i++)
		if (ak_chain_is(state, classes[i].words))
			return classes[i].is;
	return AK_TICKET_OTHER;
}

struct walk {
	bool events; /* is there any admin audit? */
	ak_row_fn *each;
	void *ctx;
};

static bool made(const json_t *events)
{
	json_t *e;
	size_t i;

	json_array_foreach((json_t *)events, i, e)
		if (!ak_chain_same(ak_chain_text(e, "outcome"), "failure"))
			return true;
	return false;
}

static void say(json_t *row, const char *verdict, const char *why)
{
	json_object_set_new(row, "verdict", json_string(verdict));
	if (why)
		json_object_set_new(row, "why", json_string(why));
}

static void judge(json_t *row, bool audited)
{
	enum ak_ticket_state state = ak_ticket_state(ak_chain_text(row, "state"));
	const char *deployment = ak_chain_text(row, "deployment"), *first = ak_chain_text(row, "audit_first"), *last = ak_chain_text(row, "audit_last");
	bool claims = state == AK_TICKET_DONE || (deployment && state != AK_TICKET_REJECTED);
	json_t *why;

	if (made(json_object_get(row, "events"))) {
		say(row, "implemented", NULL);
	} else if (!claims) {
		say(row, "open", "neither its state nor a deployment says that it was implemented");
	} else if (!audited) {
		say(row, "not evaluable", "no admin audit was ingested");
	} else {
		why = json_sprintf("%s, and no admin event names it%s, or changes its resource in its time; the admin events here run from %s to %s",
				   state == AK_TICKET_DONE ? "its state says that it was implemented" : "it names a deployment",
				   deployment ? " or its deployment" : "", first ? first : "an unknown time", last ? last : "an unknown time");
		say(row, "no change found", json_string_value(why));
		json_decref(why);
		ak_chain_say(row, "missing", "change", "no admin event");
	}
}

static enum ak_rc take(void *ctx, json_t *row, struct ak_err *err)
{
	static const char *const inner[] = {"deployed", "around", "time_number", "audit_first", "audit_last"};
	struct walk *w = ctx;
	json_t *events = ak_chain_list(row, "events"), *deployed = ak_chain_list(row, "deployed"), *around = ak_chain_list(row, "around");

	json_array_extend(events, deployed);
	/* An event that names the ticket says more than its neighbourhood. */
	if (!json_array_size(events))
		json_array_extend(events, around);
	json_decref(deployed);
	json_decref(around);
	json_object_set_new(row, "events", events);
	ak_chain_cite(row, ak_chain_text(row, "citation"));
	ak_chain_cite_all(row, events);
	judge(row, w->events);
	for (size_t i = 0; i < AK_COUNT(inner); i++)
		json_object_del(row, inner[i]);
	return w->each(w->ctx, row, err);
}

enum ak_rc ak_chain_tickets_each(struct ak_store *s, const struct ak_chain_opts *o, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	struct walk w = {.each = each, .ctx = ctx};
	json_t *sources = NULL;
	enum ak_rc rc = ak_query_chain_sources(s, &sources, err);

	w.events = json_integer_value(json_object_get(sources, "audit_events")) > 0;
	if (rc == AK_OK)
		rc = ak_query_tickets_each(s, o->from_us, o->to_us, take, &w, err);
	json_decref(sources);
	return rc;
}
