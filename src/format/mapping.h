/* A mapping: one YAML file that says how records of one provider or gateway format become canonical records.
 *
 * Members (unknown ones are refused with file:line and did-you-mean; * = needed):
 *   id*, title*    id of a-z, 0-9 and '-'
 *   version*, system
 *                  `system` groups the formats of one product (corroboration)
 *   kind*          record kind, or a list of {when: ..., kind: ...}: the first that holds, the last without `when`
 *   doc            list of {page, read}
 *   status         "verified on a real export" | "from docs" (default)
 *   container*     json | csv
 *   records        record paths, e.g. ["/data/[]/results/[]"]; "" = the value itself (default [""])
 *   wrapped        members of the value that may hold a record in place of the value itself, e.g. ["/data"]: each path of
 *                  a record holds below them too
 *   empty_records  true: an empty innermost container is stored as a record of zero; so is a CSV row without numbers
 *   zone           zone of naive times (IANA name, UTC or +hh:mm); --tz wins
 *   sentinels      list of further texts that stand for no value
 *   detect*        {required: [path], any: [path], forbidden: [path], const: {path: value | [values]}}; a final `*` in
 *                  a value makes a prefix; a null member counts as there
 *   identity       list of field columns (left out: identity is the content); one column: absent means no key, several:
 *                  usable when any is set
 *   revision       P | {path: P, time: ..., zone: ...} | exported_at: which row of one identity is newer
 *   dims           list of field columns of a usage query
 *   grouping       list of {field: one of dims, as: its name at the source, questions: [1 to 7], again: how to export so}:
 *                  questions that an aggregate export without this dimension cannot answer
 *   fields*        column: RULE; the column must belong to one of the kinds
 *   identifiers    list of RULEs with `kind: column`: fill an identifier field that is empty, else make aliases
 *   payload        {prompt: [path], completion: [path], other: [path], masks: [text], cuts: [text]}; prompt and completion fill
 *                  payload_prompt and payload_completion; members below that rules name are taken as they are
 *                  and no part of it (an id in a body that is kept as a whole)
 *   headers        list of containers of HTTP headers: only members named in fields are taken, the rest is counted as
 *                  not collected
 *   sealed         members of a record that the source may have encrypted for its customer, as {key, iv, data} in base64:
 *                  an AES-256 key under RSA-OAEP with SHA-256, the iv and what AES-GCM made of JSON or text (base/sealed.h);
 *                  ingest --open-with opens them first
 *   drop           {path: why}: known, deliberately not kept
 *   signature      how the source signs what it exports (JSON): {rows: rsa-sha256, at: member, without: [member]}: base64 of
 *                  RSA over the values of a record, ordered by their members' names, `|` between them, null left out,
 *                  objects flattened, without `at` and the members named; or {body: hmac-sha256, header: name}: a
 *                  header `t=SECONDS,v1=HEX` over SECONDS, `.` and the body, which is the file
 *   own            {key: P, trailer: P, guarded: true}: an export of auditkit itself. P names the pseudonym key of each record: one of
 *                  another key is rejected (other_key); what has no key but the trailer is the last line of a file; guarded: a '
 *                  in front of a cell goes
 *   samples        list of {name, input, expect: [{column: text, ...}, ...], exported_at: TIME}: canonical values before
 *                  pseudonymisation; TIME as RFC 3339, BOOL as true/false, kind: as `kind`. {name, input, instead: ID or
 *                  none} is a look-alike, which must be recognised as that format or as no format
 *
 *   completeness   {caps: [{rows: N, what: TEXT}], settles: SECONDS, sequence: COLUMN, truncated: [COND, ...]}: numbers of
 *                  rows at which this source cuts an export; how long a bucket still changes after its end; a column
 *                  whose numbers have no holes; marks of a record that the source cut (COND as under `when`, any of them)
 *
 * Paths: see read/trie.h, plus leading `^` per parent object: `^/start_time` is a member of the object that holds the
 * innermost container, `^^/x` of the one around it. CSV: `/Column name`.
 *
 * RULE is a path, or {path: P, ...}, or a list of rules (the first that yields a value). The long form has one of
 *   path           P or [P...]: the first that yields a value; under `[]` the first element that does; LIST fields take
 *                  all elements, identifier fields make aliases of further different ones
 *   const          a value (not for times, presence and diff)
 *   sum            [P...] of INT and DEC fields: all elements of all paths; absent ones skipped, all absent = absent
 *   join           [P...] of NAME fields: the texts of all paths that have one, with ", " between them
 *   exported       true, of TIME fields: when the export was made (--exported-at, else the file's time), for states that
 *                  are read and have no time of their own
 *   count          [P...] of INT fields: how many values all paths have; with `less: N` that many are taken off, and fewer
 *                  than N are no value (the second of several attempts is the first retry)
 *   diff           {before: P, after: P}, one may be left out: containers or JSON in strings; with partial: true what
 *                  after does not name was not removed; or {changes: P}: a list
 *                  of {field|path|key|type, old|before|previous_value|from, new|after|current_value|to} or a map
 *                  field -> {old, new}; or {members: [P...]}: a new state made of these members, named by their keys
 * The value becomes what the field's type says (model/field.h). Converters:
 *   string, int, bool, list: true
 *                  restate the type. INT and DEC take "1,245", "59200.0" and "$0.01" from strings; BOOL true/false,
 *                  t/f, yes/no, 1/0 in any case; ENUM is lower-cased; LIST takes an array, JSON array text or
 *                  single text; PRESENCE any value
 *   decimal        {scale: N, currency: xxx}: value times 10^N; currency sets cost_currency when no rule does
 *   time           rfc3339 (default) | s | ms | us | ns | ticks | auto (numbers by magnitude, else text); zone: Z
 * Modifiers, in this order:
 *   split          {by: ",", take: N}: N from 1, or from the end when negative; LIST fields may leave it out (all)
 *   strip-prefix   text
 *   lower          true
 *   traceparent    trace | span
 *   hex-or-base64  BYTES: OTLP ids to lower hex
 *   enum           {source value: canonical, "prefix*": canonical, "*": canonical}: exact first, longest prefix, then
 *                  `*`; no match = absent
 * Apart from these:
 *   minus          P: the difference value - P of DEC fields, in ms together with `time`; of TIME fields that many ms
 *                  earlier (of another unit with decimal: {scale: N}), for a time that was written at the end
 *   plus           seconds added to a TIME: the end of a bucket whose source names only the day
 *   when           {path: P or [P...], is: V | in: [V] | not: V or [V] | set: true|false | at-least: N |
 *                  whole: true|false} or a list of these, all must hold; a final `*` in V makes a prefix; under `[]` any element may fit; set: no null,
 *                  no sentinel; at-least: a number of N or more; whole: a number without a fraction
 *   key-from       P: the key a path's `*` matched must equal the value at P, '.' and '_' alike
 * Values in the sentinel set ("", blanks, null, "None", "null", "NULL", "N/A", "n/a", "-", nil UUID, "Cache OFF",
 * "undefined", plus the mapping's `sentinels`) are absent with a reason.
 *
 * Without a rule for them, outcome follows from status_code (below 400 success, else failure) and endpoint_family from
 * endpoint or operation. */
#ifndef AK_FORMAT_MAPPING_H
#define AK_FORMAT_MAPPING_H

#include <jansson.h>

#include "model/record.h"
#include "read/csv.h"
#include "read/json.h"

struct ak_headers; /* format/headers.h */
struct ak_mapping; /* compiled, immutable, shared between threads */

/* A page that a mapping rests on, and the date it was read. */
struct ak_mapping_page {
	const char *page, *read;
};

struct ak_mapping_info {
	const char *id, *title, *version, *system, *status;
	const char *origin; /* "built in" or the file's path */
	bool csv;
	unsigned kinds;	    /* bits of the kinds it can yield */
	char digest[65];    /* SHA-256 hex of the YAML text */
	struct ak_str text; /* the YAML */
	const struct ak_mapping_page *doc;
	size_t ndoc;
};

/* A dimension that a review needs an aggregate export to be grouped by. */
enum { AK_GROUPING_QUESTIONS = 7 };
struct ak_grouping {
	enum ak_field_id field;
	const char *as, *again; /* its name at the source; how to export again */
	unsigned questions;	/* bit n: question n is not evaluable without */
};

/* A number of rows at which the source cuts an export. */
struct ak_cap {
	uint64_t rows;
	const char *what;
};

/* What the mapper saw beside the values, per file. */
#define AK_MAX_PAYLOAD_RULES 64
struct ak_map_stats {
	uint64_t absent[AK_F_COUNT][AK_ABSENT_INVALID + 1];
	uint64_t invalid_kept_out[AK_F_COUNT]; /* values that failed their type and were dropped (bad numbers, codes) */
	uint64_t payload[AK_MAX_PAYLOAD_RULES][3];  /* per payload path: absent, masked, present */
	uint64_t dropped[AK_MAX_PAYLOAD_RULES * 2]; /* per drop or headers path: values left out */
};

struct ak_mapper; /* one per thread and file: walker, caches, stats */

#ifdef __cplusplus
extern "C" {
#endif

/* Parse, check and compile. AK_EXIT_USAGE with "name:line: ...". */
enum ak_rc ak_mapping_parse(const char *name, struct ak_str yaml, struct ak_mapping **out, struct ak_err *err);
void ak_mapping_free(struct ak_mapping *m);
const struct ak_mapping_info *ak_mapping_info(const struct ak_mapping *m);
/* What tells its format, and whether the first records of a stream show it: {fits, records: looked at (of CSV without a row its header),
 * signs: [{sign: path, how: "required"|"any"|"forbidden"|"const" (one of certain values), found: records that have it}]}. */
json_t *ak_mapping_signs(const struct ak_mapping *m, struct ak_str head, bool eof);
/* The plan for the JSON framer. */
const struct ak_frame_plan *ak_mapping_plan(const struct ak_mapping *m);
/* How a field is filled, for dictionaries: the rule's paths as text ("/a | /b"), NULL when the mapping has no rule. */
const char *ak_mapping_rule_text(const struct ak_mapping *m, enum ak_field_id f);
/* Paths of payload rules (prompt 0, completion 1, other 2 in *role) and of drop rules with their reason, by index of
 * struct ak_map_stats; NULL past the end. */
const char *ak_mapping_payload_path(const struct ak_mapping *m, size_t i, int *role);
const char *ak_mapping_drop_path(const struct ak_mapping *m, size_t i, const char **why);
/* Is the drop path of this index a container of headers? Its path ends in a star; ak_mapper_headers has the names. */
bool ak_mapping_drops_headers(const struct ak_mapping *m, size_t i);
/* Columns that make up the query descriptor of aggregates, as field ids; count returned. */
size_t ak_mapping_dims(const struct ak_mapping *m, const enum ak_field_id **dims);
/* How records or files are signed. */
enum ak_signed { AK_SIGNED_NOT, AK_SIGNED_ROWS, AK_SIGNED_BODY };
struct ak_mapping_signature {
	enum ak_signed how;
	struct ak_str at, header; /* member of the record; name of the HTTP header */
	struct ak_str *without;
	size_t nwithout;
};
const struct ak_mapping_signature *ak_mapping_signature(const struct ak_mapping *m);
/* Of a record of AK_SIGNED_ROWS: the text that was signed and the signature as it stands there, in the arena; the
 * signature is empty when there is none. False when the record is no object. */
bool ak_mapping_signed_text(const struct ak_mapping *m, struct ak_str record, struct ak_arena *a, struct ak_str *text,
			    struct ak_str *signature);
/* Members of `grouping` by index, NULL past the end. */
const struct ak_grouping *ak_mapping_grouping(const struct ak_mapping *m, size_t i);
/* Members of `completeness`: caps by index, NULL past the end; seconds after its end in which a bucket still changes; the field
 * that counts up by one, -1 = none. */
const struct ak_cap *ak_mapping_cap(const struct ak_mapping *m, size_t i);
int64_t ak_mapping_settles(const struct ak_mapping *m);
int ak_mapping_sequence(const struct ak_mapping *m);
/* Does it know marks of records that the source cut? */
bool ak_mapping_tells_cuts(const struct ak_mapping *m);
/* Does a newer export of the same identity supersede (revision:)? */
bool ak_mapping_has_revision(const struct ak_mapping *m);

struct ak_redactor; /* redact/redact.h */
struct ak_mapper_opts {
	const char *tz;		 /* --tz, NULL = the mapping's zone */
	const char *exported_at; /* RFC 3339, for revision: exported_at and exported: true */
	struct ak_drift *drift;	 /* unknown fields are counted here; may be NULL */
	const struct ak_redactor *redactor; /* what its rules find is not folded; NULL = what is built in */
	const char *kid;	 /* of the pseudonym key in force, for `own`; NULL = any */
};
struct ak_mapper *ak_mapper_new(const struct ak_mapping *m, const struct ak_mapper_opts *opts);
void ak_mapper_free(struct ak_mapper *mp);
/* Map one JSON frame of kind RECORD. Texts of the record live in the arena. AK_REJECT: reasons of the walker (of the
 * record or of an object around it) and record_not_object, with the frame's offset and length: a record is rejected
 * only when it cannot be read at all; a single bad value is dropped, flagged on the record and counted. A record
 * without a usable event_start keeps AK_R_NO_TIME. rec_no counts the frames given to this mapper; a caller that counts
 * bad frames too sets its own. */
enum ak_rc ak_mapper_json(struct ak_mapper *mp, const struct ak_frame *frame, struct ak_arena *arena,
			  struct ak_record *out, struct ak_err *err);
/* Next CSV row of this reader: AK_OK with frame->kind RECORD fills out; AK_END, AK_REJECT as ak_csv_next. */
enum ak_rc ak_mapper_csv(struct ak_mapper *mp, struct ak_csv *csv, struct ak_frame *frame, struct ak_arena *arena,
			 struct ak_record *out, struct ak_err *err);
/* Reasons of ak_mapper_json and _csv for auditkit's own exports. */
#define AK_OWN_TRAILER "own_trailer"
#define AK_OWN_OTHER_KEY "other_key"
const struct ak_map_stats *ak_mapper_stats(const struct ak_mapper *mp);
/* Headers that were left out so far, by name (format/headers.h). */
struct ak_headers *ak_mapper_headers(struct ak_mapper *mp);
/* Dims (ak_mapping_dims) that were set at least once, for the derived query descriptor; false for other fields. */
bool ak_mapper_saw(const struct ak_mapper *mp, enum ak_field_id f);
/* None of them from here on: each file has a query of its own. */
void ak_mapper_unsee(struct ak_mapper *mp);
/* For `formats try`: one line per field of the last record, `field  value-or-reason  rule`. Values are those of `last`:
 * give a redacted record, and what was removed says so. */
void ak_mapper_explain(const struct ak_mapper *mp, const struct ak_record *last, struct ak_buf *out);

#ifdef __cplusplus
}
#endif
#endif
