/* The table `classes` of the redaction statement: every path of every source once, in one class. */
#ifndef AK_PACKET_CLASSES_H
#define AK_PACKET_CLASSES_H

#include "packet/facts.h"
#include "packet/section.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Adds the table and the statements that count it. Paths are those that the mappings name that a source was read with, and those
 * that were seen and no mapping names. A path that is read into several fields has the class of the one that keeps most. */
enum ak_rc ak_section_classes(struct ak_sections *s, json_t *section, const struct ak_facts *f, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
