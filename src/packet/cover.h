/* What the first pages of a packet say beside the questions and the sections: the short answers, the matrix of evidence, the checklists, what
 * each rule found, who receives data, what was attested and when the packet must go. Documents, which pages print and nothing computes again. */
#ifndef AK_PACKET_COVER_H
#define AK_PACKET_COVER_H

#include "packet/facts.h"
#include "packet/section.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What is read for it, before or after the facts. */
struct ak_cover {
	json_t *rules, *checklists, *figures; /* of ak_check_all, ak_checklists and ak_dashboard_time */
};

enum ak_rc ak_cover_read(struct ak_sections *s, struct ak_cover *c, struct ak_err *err);
void ak_cover_release(struct ak_cover *c);

/* Behind the sections and the questions; adds to s->documents:
 *  data/00-cover.json {schema: "auditkit.cover/1", format_version, answers: [{id, head, text, table}], passed: {text, table}|null,
 *   providers: [{provider, attempts, region, trains, keeps_days, contract, basis|null}] (null: unknown), rules: [{id, rule, text, tag, basis}],
 *   delete_by: date|null, attestations: {at_most_days, rows: [{topic|null, what|null, on|null, by|null, days|null, state}]},
 *   checklists: of ak_checklists, checks: {met, not_met, not_evaluable, rules: [{id, check, title, severity, verdict, found, failing, affected,
 *   of, unit, why|null, note|null, rationale, fix}]}, reconciled: of struct ak_facts,
 *   coverage: [{from, to, method, linked, total}]}
 *  data/08-requests/matrix.json (check/matrix.h) and data/08-requests/figures.json (report/dashboard.h)
 * and to the questions what ak_matrix_questions says; to section 3 the table of the checklists, to section 2 the table of what rules found. */
enum ak_rc ak_cover_build(struct ak_sections *s, const struct ak_facts *f, const struct ak_cover *c, struct ak_err *err);

/* ---- for these files ---- */
/* The five answers of a cover, who receives data, the rules of this packet and what was attested, as above. */
json_t *ak_cover_answers(const struct ak_sections *s, const struct ak_facts *f);
json_t *ak_cover_passed(const struct ak_facts *f);
json_t *ak_cover_providers(const struct ak_sections *s, const struct ak_facts *f);
json_t *ak_cover_rules(const struct ak_sections *s, const char *delete_by);
json_t *ak_cover_delete_by(const struct ak_sections *s);
json_t *ak_cover_attestations(const struct ak_sections *s);
/* A section by its id, and a table of it. */
json_t *ak_cover_section(const struct ak_sections *s, const char *id);
struct ak_table *ak_cover_table(struct ak_sections *s, const char *section, const char *name, const char *title, const char *columns);
/* Findings, gaps, the reconciliation and what is drawn over time, as tables of sections 1 and 2. */
void ak_cover_tables(struct ak_sections *s, const struct ak_facts *f, const json_t *figures);

#ifdef __cplusplus
}
#endif
#endif
