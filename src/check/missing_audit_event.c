/* A setting changed between two records and no audit event says so. */
#include "base/ak.h"
#include "check/check.h"

#include "state/state.h"

static const char *txt(const json_t *o, const char *member)
{
	const char *z = json_string_value(json_object_get(o, member));

	return z ? z : "";
}

static json_t *sentence(const json_t *f)
{
	const char *kind = txt(f, "kind");
	bool conflict = strcmp(kind, "conflict") == 0, before = strcmp(kind, "before") == 0;
	const char *path = *txt(f, "path") ? txt(f, "path") : "its value";

	if (conflict)
		return json_sprintf("%s %s, %s: two events of %s say different things, %s (%s) and %s (%s)", txt(f, "class"), txt(f, "subject"), path,
				    txt(f, "shown_at"), txt(f, "expected"), txt(f, "expected_by"), txt(f, "shown"), txt(f, "shown_by"));
	if (strcmp(kind, "gone") == 0 || strcmp(kind, "new") == 0)
		return json_sprintf("%s %s is %s in the capture %s, and was %s in %s; an audit event is missing between %s and %s", txt(f, "class"),
				    txt(f, "subject"), txt(f, "shown"), txt(f, "shown_by"), txt(f, "expected"), txt(f, "expected_by"),
				    txt(f, "expected_at"), txt(f, "shown_at"));
	return json_sprintf("%s %s, %s: %s by %s, but %s %s %s; an audit event is missing between %s and %s", txt(f, "class"), txt(f, "subject"), path,
			    txt(f, "expected"), txt(f, "expected_by"), txt(f, "shown_by"), before ? "says it was" : "shows", txt(f, "shown"),
			    txt(f, "expected_at"), txt(f, "shown_at"));
}

static void found(void *ctx, json_t *f)
{
	json_object_set_new(f, "text", sentence(f));
	ak_check_found(ctx, f);
}

static enum ak_rc run(struct ak_check_run *r, struct ak_err *err)
{
	struct ak_state_replay n;
	enum ak_rc rc = ak_state_contradictions(r->store, r->from_us, r->to_us, found, r, &n, err);

	if (rc != AK_OK)
		return rc;
	ak_check_of(r, n.compared + n.conflicts);
	if (!n.events)
		ak_check_unjudged(r, "there is no audit event that changes something: ingest the gateway's and the providers' audit logs");
	else if (!n.compared && !n.conflicts)
		ak_check_unjudged(r, "no setting of %llu is shown by two records%s%s: ingest captured settings (format config-snapshot) of two times, or events that say "
				     "before and after", (unsigned long long)n.settings, n.masked + n.vague ? ", or what is shown cannot be compared" : "",
				  n.placeless ? ", or it is not told of which system" : "");
	return AK_OK;
}

const struct ak_check ak_check_missing_audit_event = {
	.name = "missing-audit-event",
	.title = "each setting is what the events before it left",
	.severity = "high",
	.unit = "settings that a later record shows again; masked ones and those after an event that does not say what it changed are not compared",
	.rationale = "a change without an event was made past the audit log, or the log is not whole",
	.fix = "export the audit log of that interval again; where it has no event, ask who changed the setting and record it",
	.run = run,
};
