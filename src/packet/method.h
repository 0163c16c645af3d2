/* data/integrity/method.md: how hashes, leaves, tree and packet digest are made, with an example to be computed again. */
#ifndef AK_PACKET_METHOD_H
#define AK_PACKET_METHOD_H

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the page's template needs. checkpoint: {size, root}. The caller's. */
json_t *ak_method_view(const json_t *checkpoint);

#ifdef __cplusplus
}
#endif
#endif
