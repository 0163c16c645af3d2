#ifndef AK_PACKET_REKEY_H
#define AK_PACKET_REKEY_H

#include <jansson.h>

#include "base/buf.h"
#include "base/crypto.h"

struct ak_rekey {
	struct ak_hmac *key; /* NULL = tokens stay as they are */
	unsigned withheld;   /* ak_packet_token_class of those that stand as "class:withheld" */
};

#ifdef __cplusplus
extern "C" {
#endif

/* The key of the pseudonyms of the packet with this id. repacket: the workspace's sub-key (store/keys.h). ak_hmac_free. */
struct ak_hmac *ak_packet_rekey_new(const uint8_t repacket[32], const char *id);
/* Every token (`class:` and 32 hex) in every string of a tree is replaced, in place. */
void ak_packet_rekey(const struct ak_rekey *how, json_t *v);
/* A text with every token in it replaced, appended to out. */
void ak_packet_rekey_text(const struct ak_rekey *how, struct ak_str s, struct ak_buf *out);
/* The bit of a class of tokens (user, email, ip, ...); 0 = there is none of that name. */
unsigned ak_packet_token_class(const char *name);
/* Whether a text holds a token. */
bool ak_packet_has_token(const char *text);

#ifdef __cplusplus
}
#endif
#endif
