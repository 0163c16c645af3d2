/* libcurl, loaded when `pull` wants it: it brings some thirty libraries with it (LDAP, Kerberos, SSH, RTMP), which no other command
 * should have in its memory, and which take half the time that auditkit needs to start. */
#ifndef AK_NET_LIBCURL_H
#define AK_NET_LIBCURL_H

#include <curl/curl.h>

#include "base/err.h"

/* Functions of libcurl by their names without `curl_`. */
struct ak_libcurl {
	CURLcode (*global_init_mem)(long flags, curl_malloc_callback m, curl_free_callback f, curl_realloc_callback r,
				    curl_strdup_callback s, curl_calloc_callback c);
	curl_version_info_data *(*version_info)(CURLversion age);
	CURL *(*easy_init)(void);
	void (*easy_cleanup)(CURL *curl);
	CURLcode (*easy_setopt)(CURL *curl, CURLoption option, ...);
	CURLcode (*easy_getinfo)(CURL *curl, CURLINFO info, ...);
	CURLcode (*easy_perform)(CURL *curl);
	const char *(*easy_strerror)(CURLcode code);
	struct curl_slist *(*slist_append)(struct curl_slist *list, const char *text);
	void (*slist_free_all)(struct curl_slist *list);
};

#ifdef __cplusplus
extern "C" {
#endif

/* Loads and starts it; what comes out is good until the program ends. Before the sandbox: it opens files. AK_EXIT_LIMIT. */
enum ak_rc ak_libcurl_load(const struct ak_libcurl **out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
