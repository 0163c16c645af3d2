/* The seven sections, each its own file. Internal to packet/. */
#ifndef AK_PACKET_SECTIONS_H
#define AK_PACKET_SECTIONS_H

#include "packet/facts.h"
#include "packet/section.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ak_rc ak_section_fn(struct ak_sections *s, const struct ak_facts *f, struct ak_err *err);

ak_section_fn ak_section_scope, ak_section_sources, ak_section_fields, ak_section_redaction, ak_section_retention,
	ak_section_access, ak_section_trace;

/* Rules and allow-list of policy.yaml, each as a table of the redaction statement. */
void ak_section_own_rules(struct ak_sections *s, json_t *section);
/* The part of the redaction statement that speaks of tokens. */
void ak_section_pseudonyms(struct ak_sections *s, json_t *section, const struct ak_facts *f);

/* The six headings of the scope statement (F261), and the six types of sources (F262): what fills each, else a gap. */
void ak_section_headings(struct ak_sections *s, json_t *section, const struct ak_facts *f);
void ak_section_source_types(struct ak_sections *s, json_t *section, const struct ak_facts *f);

/* Rules on access with what bears them out, and the grants of people who have left (F266). */
enum ak_rc ak_section_leavers(struct ak_sections *s, json_t *section, const struct ak_facts *f, struct ak_err *err);
/* Of each source and kind what is declared of its life and what the records show (F265, F310, F311). */
void ak_section_source_retention(struct ak_sections *s, json_t *section, const struct ak_facts *f);

/* What may be missing from each source, and a sheet on each (data/02-sources/ipe/), parts of the source index. */
void ak_section_completeness(struct ak_sections *s, json_t *section, const struct ak_facts *f);
void ak_section_ipe(struct ak_sections *s, json_t *section, const struct ak_facts *f);

/* Proofs that the records of a trace stand in the ledger, as files data/integrity/proofs/SEQ.json and .tlog-proof, and a
 * table of them in the section. */
enum ak_rc ak_section_prove(struct ak_sections *s, json_t *section, const json_t *trace, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
