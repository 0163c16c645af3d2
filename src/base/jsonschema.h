/* JSON Schema as far as src/schemas uses it: type, const, enum, properties, required, additionalProperties, items. */
#ifndef AK_BASE_JSONSCHEMA_H
#define AK_BASE_JSONSCHEMA_H

#include <jansson.h>

#include "base/ak.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whether a value is as its schema says. Else `where` tells what is not, by the names of the schema and never by a value. A keyword
 * that is not among those above is passed over. */
bool ak_jsonschema_holds(const json_t *schema, const json_t *value, char *where, size_t n);

#ifdef __cplusplus
}
#endif
#endif
