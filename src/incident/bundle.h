/* All that the workspace holds of a key, an actor or an application in a period, in one file or folder: every interaction once as the document of
 * `trace reconstruct`, admin and other events, the order of all of it, what was left out, and an index with counts and denominators. */
#ifndef AK_INCIDENT_BUNDLE_H
#define AK_INCIDENT_BUNDLE_H

#include "conf/policy.h"
#include "incident/incident.h"
#include "query/incident.h"

struct ak_bundle_opts {
	struct ak_store *store;
	const struct ak_policy *policy; /* may be NULL */
	enum ak_scope scope;
	const json_t *values, *aliases; /* stored forms; aliases of keys only */
	int64_t from_us, to_us;
	const char *path; /* NAME.jsonl: lines; else what ak_archive_form takes */
	bool replace;
	/* Called for each interaction that was written, for progress; may be NULL. */
	void (*progress)(void *ctx, uint64_t traces);
	void *ctx;
};

#ifdef __cplusplus
extern "C" {
#endif

/* Writes it under its name when it is whole. *index: {schema: "auditkit.bundle/1", format_version, scope: {by, values, aliases, from|null, to|null},
 * checkpoint: {size, root, time}|null, traces: {written, complete, records (in them)}, requests: {in_scope: members of ak_tally_json, inferred (of
 * these: by alias), of (all that count in the period)}, records: {kind: {in_scope, in_traces}}, events: {written, admin, of_admin (audit events of the period)},
 * timeline, left_out: {interactions, undated}}. The same workspace and options give the same bytes; digest: SHA-256 of a .jsonl, else of the
 * bag's tag manifest. Nothing of it is payload: none is stored. */
enum ak_rc ak_bundle_write(const struct ak_bundle_opts *o, json_t **index, char digest[65], struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
