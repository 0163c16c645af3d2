/* Findings for other programs, made from the document of ak_check_all. Names and texts of records are hostile until they are escaped. */
#ifndef AK_CHECK_OUT_H
#define AK_CHECK_OUT_H

#include <jansson.h>

#include "base/buf.h"

#ifdef __cplusplus
extern "C" {
#endif

/* JUnit XML: a test case per rule; not met = failure unless all its findings are muted or known, not evaluable = skipped. */
void ak_check_junit(const json_t *doc, struct ak_buf *out);
/* SARIF 2.1.0: a rule per check, a result per finding with its id as fingerprint; muted ones as suppressions, what a baseline knows as
 * unchanged; not evaluable rules are notifications. */
void ak_check_sarif(const json_t *doc, struct ak_buf *out);
/* A summary for the page of a pipeline (GitHub flavoured Markdown). */
void ak_check_markdown(const json_t *doc, struct ak_buf *out);

/* ---- for these files ---- */
const char *ak_out_text(const json_t *o, const char *member); /* "" when there is none */
long long ak_out_num(const json_t *o, const char *member);
/* Neither muted nor known. */
bool ak_out_fails(const json_t *finding);
/* "19 checks: 7 met, 6 NOT MET, 6 not evaluable" */
void ak_out_total(const json_t *doc, struct ak_buf *out);
/* "23 findings: 18 fail, 2 muted, 3 known" */
void ak_out_counts(const json_t *doc, struct ak_buf *out);
/* "7 of 12 changes" or, where nothing of the unit is affected, "7 findings". */
void ak_out_measure(const json_t *check, struct ak_buf *out);

#ifdef __cplusplus
}
#endif
#endif
