#include "base/ak.h"
#include "net/libcurl.h"

#include <dlfcn.h>

/* The first with CURLOPT_PROTOCOLS_STR: an older one would take the option that allows https only for an unknown one. */
enum { OLDEST = 0x075500 };

static struct ak_libcurl lib;

/* What was found is a function, whatever ISO C says of the pointers dlsym gives (POSIX.1-2024 dlsym). */
#define FUNCTION(name) {"curl_" #name, &lib.name, sizeof lib.name}

static const struct {
	const char *name;
	void *pointer;
	size_t size;
} functions[] = {FUNCTION(global_init_mem), FUNCTION(version_info), FUNCTION(easy_init),	FUNCTION(easy_cleanup),
		 FUNCTION(easy_setopt),	    FUNCTION(easy_getinfo), FUNCTION(easy_perform), FUNCTION(easy_strerror),
		 FUNCTION(slist_append),    FUNCTION(slist_free_all)};

/* Both of Debian's, the one with OpenSSL first. The number is that of the interface, since 2006. */
static void *open_library(void)
{
	void *handle = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);

	return handle ? handle : dlopen("libcurl-gnutls.so.4", RTLD_NOW | RTLD_LOCAL);
}

static bool find_functions(void *handle)
{
	for (size_t i = 0; i < AK_COUNT(functions); i++) {
		void *f = dlsym(handle, functions[i].name);

		if (!f)
			return false;
		memcpy(functions[i].pointer, &f, functions[i].size);
	}
	return true;
}

static enum ak_rc not_loaded(const char *why, struct ak_err *err)
{
	ak_hint(err, "install libcurl 7.85 or later (Debian: apt install libcurl4)");
	return ak_fail(err, AK_EXIT_LIMIT, "cannot load libcurl: %.200s", why ? why : "no reason given");
}

enum ak_rc ak_libcurl_load(const struct ak_libcurl **out, struct ak_err *err)
{
	static bool loaded;
	void *handle;

	if (!loaded) {
		handle = open_library();
		if (!handle || !find_functions(handle))
			return not_loaded(dlerror(), err);
		if (lib.version_info(CURLVERSION_NOW)->version_num < OLDEST)
			return not_loaded("it is too old", err);
		if (lib.global_init_mem(CURL_GLOBAL_DEFAULT, ak_alloc, ak_free, ak_realloc, ak_strdup, ak_alloc_zero) != CURLE_OK)
			return ak_fail(err, AK_EXIT_LIMIT, "cannot start libcurl");
		loaded = true;
	}
	*out = &lib;
	return AK_OK;
}
