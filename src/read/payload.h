/* Has content arrived, and how much? (DECISIONS 36) The text itself is looked at and forgotten. */
#ifndef AK_READ_PAYLOAD_H
#define AK_READ_PAYLOAD_H

#include "read/row.h"

struct ak_paystate {
	bool present, masked;
	uint64_t bytes; /* of the content strings */
	bool in_string; /* inside JSON that a string held: looked into once, not twice */
};

#ifdef __cplusplus
extern "C" {
#endif

/* Strings directly under these keys describe content and are none: role, type, id, model ... */
bool ak_payload_is_label(struct ak_str key);
/* A string that stands for no content: "", "{}", "[]", "null". */
bool ak_payload_is_void(struct ak_str text);
#define AK_PAYLOAD_VOID 4 /* bytes of the longest of them */
bool ak_payload_is_mask(const struct ak_row *row, struct ak_str text);
/* Does a string of payload say that its source cut it? */
bool ak_payload_is_cut(const struct ak_row *row, struct ak_str text);
/* Could a string of n bytes be a mask? */
bool ak_payload_is_mask_size(const struct ak_row *row, size_t n);
enum ak_payload ak_payload_of(const struct ak_paystate *s);
/* Take over what an inner collector saw. */
void ak_payload_merge(struct ak_paystate *into, const struct ak_paystate *from);

#ifdef __cplusplus
}
#endif
#endif
