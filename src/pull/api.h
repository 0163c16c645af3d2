/* APIs as data: one YAML file each in src/apis/, compiled in, or a user's own (`pull --api`).
 *
 *   id, title           as the command is given; one line
 *   docs                [{page, read}]: vendor pages and the day they were read
 *   base                https://host, and a path where all paths begin with one; left out for what users run themselves
 *   auth                {header, scheme, env, needs}: the header that carries the credential, a word before it, the environment
 *                       variable that holds it (or --credential-file), and in words which credential
 *   headers             {name: value} that every request has
 *   needs               {name: words}: parts of paths that the user gives with --set
 *   defaults            members of streams that do not say otherwise; one left empty there is none
 *   streams             {name: {title, path, formats, records, params, window, passes, paging, overlap, each, status, notes}}
 *
 * Of a stream: formats are mapping ids: pages are detected, and of one that shows nothing, as
 * it has no record, the first of these that exists is its format; records is the array whose elements are counted;
 * params {name: value or list}, a list repeats the name; window {from, to, as: s | ms | rfc3339 | datetime | date, align: 1h}
 * names the parameters of a period, its end not included; passes [{name: value}], one whole pull each; paging {by: cursor |
 * number | link | none, send, from, more, pages, total, first}: the parameter, and where the page says what comes next (JSON
 * pointers); overlap is read again each time, since buckets change after they were first told; each {path, id}: one pull per
 * element of another list, whose id stands in the path as {each}. */
#ifndef AK_PULL_API_H
#define AK_PULL_API_H

#include "base/arena.h"
#include "conf/yaml.h"

enum ak_api_time { AK_API_S, AK_API_MS, AK_API_RFC3339, AK_API_DATETIME, AK_API_DATE };
enum ak_api_paging { AK_PAGING_NONE, AK_PAGING_CURSOR, AK_PAGING_NUMBER, AK_PAGING_LINK };

struct ak_api_param {
	const char *name, *value;
};

struct ak_api_params {
	const struct ak_api_param *item;
	size_t n;
};

struct ak_api_stream {
	const char *name, *title, *path, *records;
	const char *const *formats; /* NULL-terminated */
	struct ak_api_params params;
	struct ak_api_params *passes; /* at least one, which may be empty */
	size_t npasses;
	struct {
		const char *from, *to; /* NULL: the stream has no period, each pull reads all of it */
		enum ak_api_time as;
		int64_t align_us;
	} window;
	struct {
		enum ak_api_paging by;
		const char *send, *from, *more, *pages, *total; /* NULL = the API has none */
		int64_t first;
	} paging;
	int64_t overlap_us;
	struct {
		const char *path, *id, *records;
	} each; /* path NULL: no parents */
	const char *status;
	const char *const *notes;
};

struct ak_api {
	const char *id, *title, *base; /* base NULL: --base-url is needed */
	const char *header, *scheme, *env, *credential;
	struct ak_api_params headers;
	struct ak_api_params needs;
	struct ak_api_stream *stream;
	size_t nstreams;
};

#ifdef __cplusplus
extern "C" {
#endif

/* name: of the file, for messages. Memory lives in the arena. AK_EXIT_USAGE. */
enum ak_rc ak_api_parse(const char *name, struct ak_str text, struct ak_arena *a, struct ak_api *out, struct ak_err *err);
/* All built-in ones, in order of their names. */
enum ak_rc ak_api_all(struct ak_arena *a, struct ak_api **out, size_t *n, struct ak_err *err);
/* NULL when it has none of that name. */
const struct ak_api_stream *ak_api_stream(const struct ak_api *api, const char *name);

/* api_rules.c, private: what stands where. */
extern const struct ak_yaml_rule ak_api_rules[];

#ifdef __cplusplus
}
#endif
#endif
