/* Every path that a mapping names, and what becomes of what stands there: the redaction statement is made from this. */
#ifndef AK_FORMAT_PATHS_H
#define AK_FORMAT_PATHS_H

#include "base/arena.h"
#include "format/mapping.h"

enum ak_path_use {
	AK_USE_FIELD,	/* read into fields */
	AK_USE_ASKED,	/* looked at to decide about other fields, kept nowhere */
	AK_USE_PAYLOAD, /* counted as present, masked or absent, and removed */
	AK_USE_DROP	/* named in order not to be kept */
};

struct ak_mapping_path {
	const char *path; /* as in mappings: leading '^' per object around the record, without |json and |kv */
	enum ak_path_use use;
	const char *why;	       /* of AK_USE_DROP, else NULL */
	const enum ak_field_id *field; /* of AK_USE_FIELD, ascending */
	size_t nfields;
};

#ifdef __cplusplus
extern "C" {
#endif

/* Each path once; the list and its texts live in the arena, `why` in the mapping. Returns their number. */
size_t ak_mapping_paths(const struct ak_mapping *m, struct ak_arena *arena, struct ak_mapping_path **out);

#ifdef __cplusplus
}
#endif
#endif
