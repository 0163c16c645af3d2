/* A section of a packet as one document, of which Markdown, HTML, JSON and CSV are all made:
 * {number, id, title, question, statements: [{id, tag: "proven"|"declared", text, basis}],
 *  gaps: [{id, text, owner|null, due|null, overdue: days past it as of the checkpoint|null, declared: bool}], tables: [table], text|absent}
 *  table = {name, title, columns: [{name, type}], rows: [[values]], count}, rows the first AK_TABLE_SHOWN of count (packet/table.h)
 * Types are those of Table Schema: string, integer, number (decimal text), datetime, boolean. A missing value is null. */
#ifndef AK_PACKET_SECTION_H
#define AK_PACKET_SECTION_H

#include <jansson.h>

#include "base/buf.h"
#include "conf/policy.h"
#include "conf/responses.h"
#include "packet/scoped.h"
#include "packet/table.h"
#include "packet/views.h"
#include "redact/redact.h"
#include "store/store.h"

/* Documents beside the sections (packet/cover.h). */
#define AK_COVER_PATH "data/00-cover.json"
#define AK_MATRIX_PATH "data/08-requests/matrix.json"
#define AK_FIGURES_PATH "data/08-requests/figures.json"

struct ak_sections {
	struct ak_store *store;
	const struct ak_policy *policy; /* NULL when there is none */
	const struct ak_redactor *redactor;
	struct ak_arena *arena;
	json_t *ws;		  /* of ak_query_workspace, all of its records */
	const json_t *checkpoint; /* {size, root, time, note} */
	int64_t as_of_us;	  /* its time */
	const char *approved_by;  /* role that approved the export, NULL = nobody named */
	int64_t from_us, to_us;	  /* period, half-open; INT64_MIN and INT64_MAX when open */
	struct ak_tables *tables; /* where the rows of their tables go */
	const struct ak_selfaudit *audit; /* that all of it passes */
	json_t *all;		  /* array of section documents */
	const json_t *known_sources; /* of facts.h: what policy.yaml may name */
	json_t *questions;	  /* array, see questions.h */
	const struct ak_responses *responses; /* NULL when there are none */
	json_t *findings;	  /* array, see findings.h */
	json_t *files;		  /* further files of the packet: {path: text} */
	json_t *documents;	  /* and documents, which have the packet's pseudonyms: {path: document} */
	size_t gaps;		  /* those that nobody declared */
	size_t leavers;		  /* grants of people who have left that go on */
	const char *tenant_reason; /* why tenant ids are in the packet, redacted; NULL = they are not */
	const char *operator_;	  /* who builds it, as a token */
	const char *packet_id;	  /* seed of samples */
	const char *previous;	  /* packet that the reviewer had before, NULL = none */
	size_t sample;		  /* rows of each population that are drawn, 0 = none */
	bool rows;		  /* the records row by row, whatever the view says */
	uint64_t tables_most;	  /* bytes of CSVs beyond which the largest are apart */
	const char *workspace, *data_dir; /* where templates come from, may be NULL */
	const struct ak_view *view; /* what it leaves out; NULL = nothing */
	const struct ak_packet_scope *scope; /* whose records it has, NULL = all */
	json_t *scope_doc;	  /* packet/scoped.h; NULL without a scope */
	char first[32], last[32]; /* times of the earliest and the latest event of the period, empty when none has one */
	json_t *states;		  /* kinds of states that are dated outside of it: [{kind, kinds, records, first, last}] */
	uint64_t records;	  /* of the period, events and states */
};

#ifdef __cplusplus
extern "C" {
#endif

json_t *ak_section_new(struct ak_sections *s, const char *id, const char *title, const char *question);
void ak_section_say(json_t *section, const char *tag, const char *basis, const char *fmt, ...) AK_PRINTF(4, 5);
/* A question that nothing answers; counted. Owed by who declared the policy, until its review. */
void ak_section_gap(struct ak_sections *s, json_t *section, const char *fmt, ...) AK_PRINTF(3, 4);
/* A gap that policy.yaml admits under not_provided; printed, not counted. owner and due may be NULL. */
void ak_section_not_provided(const struct ak_sections *s, json_t *section, const char *owner, const char *due, const char *fmt, ...) AK_PRINTF(5, 6);
/* A table of the section, which goes on with ak_table_add (packet/table.h). */
struct ak_table *ak_section_table(struct ak_sections *s, json_t *section, const char *name, const char *title, const char *columns);
/* The same with rows from an array of objects. */
void ak_section_rows(struct ak_sections *s, json_t *section, const char *name, const char *title, const char *columns,
		     const json_t *objects);
/* A table that has its rows already. */
void ak_section_place(json_t *section, struct ak_table *table);

/* What somebody has typed, as the packet may print it. The caller's. */
json_t *ak_section_redacted(const struct ak_sections *s, const char *value);
/* The answers of one branch of policy.yaml as declared statements; what is unknown is a gap. */
void ak_section_declared(struct ak_sections *s, json_t *section, const char *branch);

/* All seven, the verdicts and the proofs of the sample trace. */
enum ak_rc ak_sections_build(struct ak_sections *s, struct ak_err *err);

/* The document as templates see it: columns become {name, title, number}, rows {cells: [{text, number, time}]}, `shown` is
 * their number, `cut` whether there are more; of a table with `many` columns each cell has its `label`; statements and gaps
 * carry has_* flags. The caller's. */
json_t *ak_section_view(const json_t *section);

/* Which texts runs kept that are not collected otherwise, by whom and why (kept_texts of struct ak_facts). */
void ak_section_kept_texts(json_t *section, const json_t *kept_texts);

#ifdef __cplusplus
}
#endif
#endif
