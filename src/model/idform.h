/* Spellings of identifiers: one id that systems write in several ways has one plain form, under which all of them are found.
 *
 *   trace.id, span.id        W3C: lower-case hex; of a traceparent its part; of base64 (protojson dumps) the hex
 *   other ids of calls       a UUID or 32 hex in capitals: lower case; `resp_` with base64 behind it, into which LiteLLM packs provider,
 *                            deployment and the provider's own id: that id
 * The source's spelling stays in the record's column, the plain form is an alias (format/derive.c). What a source added
 * because the record is another one (`_cache_hit<time>` on a cached answer) is no spelling and stays. */
#ifndef AK_MODEL_IDFORM_H
#define AK_MODEL_IDFORM_H

#include "model/field.h"

enum { AK_ID_FORM = 256 };

#ifdef __cplusplus
extern "C" {
#endif

/* The plain form of an identifier of field f when it differs from the text; it stands in buf or in the text. */
bool ak_id_plain(enum ak_field_id f, struct ak_str text, char buf[AK_ID_FORM], struct ak_str *plain);
/* A trace id of 32 hex is written as a UUID by some, and the other way round: the other one. */
bool ak_id_twin(enum ak_field_id f, struct ak_str text, char buf[AK_ID_FORM], struct ak_str *twin);
/* Where nobody says what kind of id it is (a refund names "the request"): 1 = the plain form of whatever it can be, 2 = with or without the
 * dashes of a UUID, in small letters. False when there is none, or it is the text itself. */
bool ak_id_form(struct ak_str text, int which, char buf[AK_ID_FORM], struct ak_str *form);
/* Two spellings of one id, of whatever kind: equal, or equal in small letters without dashes. */
bool ak_id_same(struct ak_str a, struct ak_str b);
/* Zeros, and words for nothing: an id that stands for "none" and would join all that have none. */
bool ak_id_is_nil(struct ak_str text);

#ifdef __cplusplus
}
#endif
#endif
