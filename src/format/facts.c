#include "base/ak.h"

#include "format/compiled.h"

/* What others may ask of a compiled mapping. */

const struct ak_mapping_info *ak_mapping_info(const struct ak_mapping *m)
{
	return &m->info;
}

const struct ak_frame_plan *ak_mapping_plan(const struct ak_mapping *m)
{
	return &m->plan;
}

const char *ak_mapping_rule_text(const struct ak_mapping *m, enum ak_field_id f)
{
	return m->rule_text[f];
}

const char *ak_mapping_payload_path(const struct ak_mapping *m, size_t i, int *role)
{
	if (i >= m->npayload)
		return NULL;
	*role = m->payload[i].role;
	return m->payload[i].path;
}

bool ak_mapping_drops_headers(const struct ak_mapping *m, size_t i)
{
	return m->drop[i].headers;
}

const char *ak_mapping_drop_path(const struct ak_mapping *m, size_t i, const char **why)
{
	if (i >= m->ndrop)
		return NULL;
	*why = m->drop[i].why;
	return m->drop[i].path;
}

size_t ak_mapping_dims(const struct ak_mapping *m, const enum ak_field_id **dims)
{
	*dims = m->dims;
	return m->ndims;
}

bool ak_mapping_has_revision(const struct ak_mapping *m)
{
	return m->revision || m->revision_exported;
}
