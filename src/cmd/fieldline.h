/* A field of a record and its value, whole, on a line of people's output. */
#ifndef AK_CMD_FIELDLINE_H
#define AK_CMD_FIELDLINE_H

#include "cmd/io.h"

/* v: as a record's document has it; what is no text is written as JSON. */
void ak_field_line(struct ak_io *io, const char *name, const json_t *v);

#endif
