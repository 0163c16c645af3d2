/* Files compiled into the program by src/embed.sh. */
#ifndef AK_BASE_EMBEDDED_H
#define AK_BASE_EMBEDDED_H

#include "base/ak.h"

struct ak_embedded {
	const char *name; /* base name; NULL ends a list */
	const char *text; /* NUL-terminated */
	size_t n;
};

#ifdef __cplusplus
extern "C" {
#endif

extern const struct ak_embedded ak_embedded_formats[];   /* src/formats/NAME.yaml */
extern const struct ak_embedded ak_embedded_collect[];   /* src/collect/NAME.yaml */
extern const struct ak_embedded ak_embedded_apis[];      /* src/apis/NAME.yaml */
extern const struct ak_embedded ak_embedded_templates[]; /* templates/NAME.mustache */
extern const struct ak_embedded ak_embedded_schemas[];   /* src/schemas/NAME.json */
extern const struct ak_embedded ak_embedded_schema[];    /* src/store/schema.sql */

#ifdef __cplusplus
}
#endif
#endif
