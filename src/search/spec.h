/* A search as it was asked for: the options, before their values have been looked up. */
#ifndef AK_SEARCH_SPEC_H
#define AK_SEARCH_SPEC_H

#include <jansson.h>

#include "search/where.h"

struct ak_spec {
	json_t *filters;   /* {name: [values]}: one of the values, all of the names; NULL = none */
	const char *where; /* NULL = none */
	const char *text;
	const char *from, *to, *at; /* as they are typed; $name is a parameter */
	unsigned layers;	    /* bit per enum ak_kind; 0 = those that have every field that is asked for */
	bool pinned;		    /* layers of a saved query: they may lack a field */
	bool backwards;
};

#ifdef __cplusplus
extern "C" {
#endif

/* Texts and tests are w's. AK_EXIT_USAGE. */
enum ak_rc ak_spec_compile(const struct ak_spec *s, struct ak_where *w, struct ak_search_opts *out, struct ak_err *err);
/* The search in words, with values as they are stored: layers, period and test; what sidecars and access.jsonl say. */
void ak_spec_text(const struct ak_search_opts *o, struct ak_buf *out);
/* As a document to be saved: values that are hashed where they are stored stand as tokens, parameters as $name. o: of compile. */
json_t *ak_spec_save(const struct ak_spec *s, struct ak_where *w, const struct ak_search_opts *o);
/* Back again; texts are the document's, filters a new reference. params: {name: value} take the place of a filter of their name.
 * *used gets the names of those that did. AK_EXIT_CORRUPT: no such document. */
enum ak_rc ak_spec_load(const json_t *doc, const json_t *params, struct ak_spec *out, json_t *used, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
