/* What a text holds for the redactor, find by find, without its values: for `redact explain`. */
#ifndef AK_REDACT_FINDS_H
#define AK_REDACT_FINDS_H

#include "redact/redact.h"

struct ak_find {
	const char *kind;
	size_t from, to; /* bytes of the text, half-open */
	int layer;	 /* encodings it lies under, 0 = as it stands */
	enum ak_action action;
	bool allowed;			    /* let through by the allow-list */
	char fingerprint[AK_TOKEN_HEX + 1]; /* what `redact allow` takes; of an e-mail address the digits of its token */
};

#ifdef __cplusplus
extern "C" {
#endif

/* Secrets, e-mail addresses and what else the redactor's profile finds of persons, in order; *out in the arena. */
size_t ak_redact_finds(const struct ak_redactor *r, struct ak_str s, struct ak_arena *a, struct ak_find **out);

#ifdef __cplusplus
}
#endif
#endif
