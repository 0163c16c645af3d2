/* A draft while it is made: private to format/. */
#ifndef AK_FORMAT_DRAFTING_H
#define AK_FORMAT_DRAFTING_H

#include "format/mapping.h"
#include "format/survey.h"

enum { AK_DRAFT_PAYLOAD = 16 };

struct ak_drafting {
	struct ak_survey survey;
	bool csv;
	struct ak_str records; /* path of the container, "" for none */
	const struct ak_member *field[AK_F_COUNT];
	const struct ak_member *payload[2][AK_DRAFT_PAYLOAD]; /* prompts, completions */
	size_t npayload[2];
	enum ak_kind kind;
	int score; /* how much was recognised, to choose between containers */
};

#ifdef __cplusplus
extern "C" {
#endif

/* Which member is which field; sets all but survey, csv and records. */
void ak_draft_choose(struct ak_drafting *d);
bool ak_draft_uses(const struct ak_drafting *d, const struct ak_member *m);
/* The YAML up to its samples. */
void ak_draft_write(const struct ak_drafting *d, const char *id, struct ak_buf *out);
/* An input in the shape of the export, of members that the draft reads. */
void ak_draft_sample(const struct ak_drafting *d, struct ak_buf *out);
/* The same with what the mapping makes of it, as the member `samples`. */
enum ak_rc ak_draft_expect(const struct ak_drafting *d, const struct ak_mapping *m, struct ak_buf *out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
