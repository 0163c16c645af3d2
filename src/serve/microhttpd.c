#include "base/ak.h"

#ifdef AK_MICROHTTPD
#include <dlfcn.h>

#include "serve/microhttpd.h"

static struct ak_microhttpd lib;

/* What was found is a function, whatever ISO C says of the pointers dlsym gives (POSIX.1-2024 dlsym). run_wait came last, with 0.9.72. */
#define FUNCTION(name) {"MHD_" #name, &lib.name, sizeof lib.name}

static const struct {
	const char *name;
	void *pointer;
	size_t size;
} functions[] = {FUNCTION(start_daemon), FUNCTION(stop_daemon), FUNCTION(run_wait), FUNCTION(create_response_from_buffer),
		 FUNCTION(create_response_from_callback), FUNCTION(add_response_header), FUNCTION(queue_response), FUNCTION(destroy_response),
		 FUNCTION(get_connection_values), FUNCTION(set_connection_option),
		 FUNCTION(get_connection_info)};

static enum ak_rc not_loaded(const char *why, struct ak_err *err)
{
	ak_hint(err, "install libmicrohttpd 0.9.72 or later (Debian: apt install libmicrohttpd12); 'auditkit search' prints the same records");
	return ak_fail(err, AK_EXIT_LIMIT, "cannot load libmicrohttpd: %.200s", why ? why : "no reason given");
}

enum ak_rc ak_microhttpd_load(const struct ak_microhttpd **out, struct ak_err *err)
{
	void *handle = dlopen("libmicrohttpd.so.12", RTLD_NOW | RTLD_LOCAL);

	if (!handle)
		return not_loaded(dlerror(), err);
	for (size_t i = 0; i < AK_COUNT(functions); i++) {
		void *f = dlsym(handle, functions[i].name);

		if (!f)
			return not_loaded("it is too old", err);
		memcpy(functions[i].pointer, &f, functions[i].size);
	}
	*out = &lib;
	return AK_OK;
}
#endif
