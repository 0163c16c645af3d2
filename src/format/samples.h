/* The samples of a mapping, run: what each record must become, that the input is recognised as this format, and that nothing
 * in it is unknown to the mapping; of look-alikes only what they are recognised as. */
#ifndef AK_FORMAT_SAMPLES_H
#define AK_FORMAT_SAMPLES_H

#include "format/registry.h"

/* One comparison. got and want are texts where values were compared, else NULL views. */
struct ak_sample_point {
	bool good;
	const char *sample, *what;
	struct ak_str got, want;
};

#ifdef __cplusplus
extern "C" {
#endif

/* A field as samples expect it, p == NULL when it has no value. room may hold the text. */
struct ak_str ak_sample_value(const struct ak_record *r, enum ak_field_id f, char room[32]);
/* registry: where the input must be recognised; the mapping itself is in it. each is called once per comparison, its texts
 * die with the call. *samples: how many there are. */
enum ak_rc ak_samples_run(const struct ak_mapping *m, const struct ak_registry *registry,
			  void (*each)(void *ctx, const struct ak_sample_point *p), void *ctx, size_t *samples, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
