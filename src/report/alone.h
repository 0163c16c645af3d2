/* What the sources behind a report do not prove by themselves (F217): declared once for each report in alone.def, and put into every
 * way out of it by cmd/report_out.c and cmd/report_stream.c. */
#ifndef AK_REPORT_ALONE_H
#define AK_REPORT_ALONE_H

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Member `alone` of these kinds of record (a bit each): [{kind, title, cannot_prove}]. */
void ak_alone_kinds(json_t *doc, unsigned kinds);
/* The same as it is declared for the report; a document that says it already is left alone. only: of the kinds these, 0 = all. */
void ak_alone_add(json_t *doc, const char *report, unsigned only);
/* Kinds that are named by from_kind and to_kind of a row, a bit each. */
unsigned ak_alone_of_link(const json_t *row);

#ifdef __cplusplus
}
#endif
#endif
