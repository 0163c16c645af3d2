/* A section of a packet as one document, of which Markdown, HTML, JSON and CSV are all made: {number, id, title, question,
 * statements: [{tag: "proven"|"declared"|"unknown", text, basis}], gaps: [text], tables: [{name, title, columns: [names],
 * rows: [{cells: [texts]}], count}], text|null}. */
#ifndef AK_PACKET_SECTION_H
#define AK_PACKET_SECTION_H

#include <jansson.h>

#include "base/buf.h"
#include "conf/policy.h"
#include "redact/redact.h"
#include "store/store.h"

struct ak_sections {
	struct ak_store *store;
	const struct ak_policy *policy; /* NULL when there is none */
	const struct ak_redactor *redactor;
	struct ak_arena *arena;
	json_t *all; /* array of section documents */
	size_t gaps;
};

#ifdef __cplusplus
extern "C" {
#endif

json_t *ak_section_new(struct ak_sections *s, const char *id, const char *title, const char *question);
void ak_section_say(json_t *section, const char *tag, const char *basis, const char *fmt, ...) AK_PRINTF(4, 5);
/* A question that nothing answers; counted. */
void ak_section_gap(struct ak_sections *s, json_t *section, const char *fmt, ...) AK_PRINTF(3, 4);
/* columns: names separated by a blank. Returns the table, owned by the section. */
json_t *ak_section_table(json_t *section, const char *name, const char *title, const char *columns);
/* One row from members of an object by column name; missing ones are empty, lists are joined with blanks. */
void ak_section_row(json_t *table, const json_t *object);

/* All seven. */
enum ak_rc ak_sections_build(struct ak_sections *s, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
