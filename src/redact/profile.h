/* Profiles of redaction (F165): what is done to fields and finds beyond the default. */
#ifndef AK_REDACT_PROFILE_H
#define AK_REDACT_PROFILE_H

#include "model/field.h"

enum ak_profile_id { AK_PROFILE_DEFAULT, AK_PROFILE_HIPAA, AK_PROFILE_PCI, AK_PROFILE_STRICT, AK_PROFILES };

/* What a profile does to a field of a record. */
enum ak_profile_action {
	AK_PROFILE_KEEPS,   /* as the type says */
	AK_PROFILE_REMOVES, /* nothing is stored */
	AK_PROFILE_HASHES,  /* a keyed token `id:<32 hex>` */
	AK_PROFILE_WORDS,   /* of changes: numbers and single words without digits; other texts become [REMOVED:free_text] */
};

#ifdef __cplusplus
extern "C" {
#endif

/* "default", "hipaa", "pci", "strict". */
const char *ak_profile_name(enum ak_profile_id id);
/* What it is for, in one line. */
const char *ak_profile_says(enum ak_profile_id id);
/* NULL and "unknown" are default; false when there is no such profile. */
bool ak_profile_find(const char *name, enum ak_profile_id *out);
enum ak_profile_action ak_profile_action(enum ak_profile_id id, int field);
/* Do people, phones and addresses inside texts keep a keyed token? Otherwise they are removed. */
bool ak_profile_keeps_tokens(enum ak_profile_id id);

#ifdef __cplusplus
}
#endif
#endif
