/* Labels that people write themselves (key and team names, projects) and that name a person (F166). No names are
 * recognised: what counts is the shape around them.
 *
 *   Ada Byron's laptop   an owner's 's before a device; also `adas-macbook` for a few devices
 *   Dr. Byron, Mrs Byron a title before a word with a capital
 *   ada@example.org, ada@ws12   somebody at a place
 *   +44 20 7946 0000     a number in international form */
#ifndef AK_REDACT_LABEL_H
#define AK_REDACT_LABEL_H

#include "base/ak.h"
#include "model/field.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Why a label looks personal ("possessive", "title", "address", "phone"), or NULL. The label itself is not changed. */
const char *ak_label_is_personal(struct ak_str label);
/* Fields that hold such labels, 32 at most. */
extern const enum ak_field_id ak_labels[];
extern const size_t ak_nlabels;

#ifdef __cplusplus
}
#endif
#endif
