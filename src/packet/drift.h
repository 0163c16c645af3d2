/* What changed in the field dictionary since the packet before. */
#ifndef AK_PACKET_DRIFT_H
#define AK_PACKET_DRIFT_H

#include "packet/facts.h"
#include "packet/section.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Table field_drift and what it adds up to, where a previous packet is given. dictionary: rows {column, type, unit, redaction, store}. */
enum ak_rc ak_section_drift(struct ak_sections *s, json_t *section, const json_t *dictionary, const struct ak_facts *f, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
