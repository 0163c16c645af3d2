/* What a member or header name says about its value (SECURITY R-STR-4). Names are split on _ - . / blank and camelCase,
 * and whole segments are compared, so that `token` is a secret and `max_tokens`, `token_count` are not. */
#ifndef AK_REDACT_NAMES_H
#define AK_REDACT_NAMES_H

#include "base/ak.h"

enum ak_name_class {
	AK_NAME_PLAIN,
	AK_NAME_PERSON, /* user_id, email, owner: people */
	AK_NAME_WEAK,	/* token, session, signature: often a secret, also an everyday word */
	AK_NAME_STRONG	/* password, api_key, authorization, cookie: nothing but a secret */
};

#ifdef __cplusplus
extern "C" {
#endif

enum ak_name_class ak_name_class(struct ak_str name);
/* The class of the strongest segment of a path whose parts are joined by '/'. */
enum ak_name_class ak_name_path_class(struct ak_str path);
/* Names that are secret only as URL parameters (`?key=`, `&code=`). */
bool ak_name_is_parameter(struct ak_str name);
/* Names of ids, digests, counts and the like: what they name is no secret, whatever stands around it. */
bool ak_name_is_data(struct ak_str name);
/* Headers whose value goes on to the end of the line. */
bool ak_name_is_header(struct ak_str name);

#ifdef __cplusplus
}
#endif
#endif
