/* libmicrohttpd, loaded when `serve` wants it: it brings GnuTLS and what that needs, which no other command should have in its memory. */
#ifndef AK_SERVE_MICROHTTPD_H
#define AK_SERVE_MICROHTTPD_H

#include <microhttpd.h>

#include "base/err.h"

/* Functions of libmicrohttpd by their names without `MHD_`. */
struct ak_microhttpd {
	struct MHD_Daemon *(*start_daemon)(unsigned flags, uint16_t port, MHD_AcceptPolicyCallback apc, void *apc_cls, MHD_AccessHandlerCallback dh,
					   void *dh_cls, ...);
	void (*stop_daemon)(struct MHD_Daemon *d);
	enum MHD_Result (*run_wait)(struct MHD_Daemon *d, int32_t ms);
	struct MHD_Response *(*create_response_from_buffer)(size_t n, void *p, enum MHD_ResponseMemoryMode mode);
	struct MHD_Response *(*create_response_from_callback)(uint64_t size, size_t block, MHD_ContentReaderCallback more, void *ctx,
							      MHD_ContentReaderFreeCallback done);
	enum MHD_Result (*add_response_header)(struct MHD_Response *r, const char *name, const char *value);
	enum MHD_Result (*queue_response)(struct MHD_Connection *c, unsigned status, struct MHD_Response *r);
	void (*destroy_response)(struct MHD_Response *r);
	int (*get_connection_values)(struct MHD_Connection *c, enum MHD_ValueKind kind, MHD_KeyValueIterator each, void *ctx);
	enum MHD_Result (*set_connection_option)(struct MHD_Connection *c, enum MHD_CONNECTION_OPTION option, ...);
	const union MHD_ConnectionInfo *(*get_connection_info)(struct MHD_Connection *c, enum MHD_ConnectionInfoType type, ...);
};

#ifdef __cplusplus
extern "C" {
#endif

/* Loads it; what comes out is good until the program ends. Before the sandbox: it opens files. AK_EXIT_LIMIT. */
enum ak_rc ak_microhttpd_load(const struct ak_microhttpd **out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
