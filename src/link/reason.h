/* Whom a record can be asked about, and why it meets nothing. */
#ifndef AK_LINK_REASON_H
#define AK_LINK_REASON_H

#include "link/engine.h"
#include "link/values.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How many sources have records of a kind; other_than: only those of another system than this one, NULL = all. */
size_t ak_link_sources_of(const struct ak_link_reader *reader, enum ak_kind kind, const struct ak_link_source *other_than);
/* Has it one of these identifiers? Bit per enum ak_link_field. */
bool ak_link_has_any(const struct ak_link_record *r, unsigned fields);
/* Of a record that met nothing. */
enum ak_link_reason ak_link_reason_of(struct ak_link_reader *reader, const struct ak_link_values *v, const struct ak_link_record *r,
				      const struct ak_link_pair *p);

#ifdef __cplusplus
}
#endif
#endif
