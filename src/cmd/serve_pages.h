/* What `serve` answers with: the pages and exports behind its addresses. */
#ifndef AK_CMD_SERVE_PAGES_H
#define AK_CMD_SERVE_PAGES_H

#include "cmd/cmd.h"
#include "serve/form.h"
#include "serve/page.h"
#include "serve/server.h"

enum { AK_SERVE_EXPORTS = 2 }; /* that may run at once, each with a connection of its own to the database */

struct ak_export;

struct ak_serve {
	struct ak_ctx *c;
	struct ak_pages pages;
	struct ak_store *spare[AK_SERVE_EXPORTS];
	struct ak_export *running[AK_SERVE_EXPORTS]; /* NULL: free */
	struct ak_server *server;
	const char *idle; /* as it was typed */
	int64_t idle_us;
};

/* One request: memory and context of its own, so that a server that runs for days holds no more than it began with. */
struct ak_visit {
	struct ak_serve *s;
	struct ak_ctx c; /* the command's, with the arena of the visit */
	const char *root; /* "/TOKEN/" */
};

#ifdef __cplusplus
extern "C" {
#endif

/* ak_server_opts.answer; ctx: struct ak_serve. */
void ak_serve_answer(void *ctx, const struct ak_target *t, bool head, struct ak_arena *a, struct ak_reply *r);

/* A page: data is taken over. up: "./" or "../". */
void ak_serve_page(struct ak_visit *v, json_t *data, const char *up, unsigned status, struct ak_reply *r);
/* What went wrong, as {message, hint}: with what was typed made safe as messages of the command line are; *status fits it. */
json_t *ak_serve_error(struct ak_visit *v, const struct ak_err *err, unsigned *status);
/* Read the form of a target and compile it. What was typed is settled; AK_END: *r sends the browser to the settled address PATH?... A
 * search that does not compile is AK_FAIL, and the form is there all the same. */
enum ak_rc ak_serve_form(struct ak_visit *v, const struct ak_target *t, const char *path, struct ak_form *f, struct ak_search_opts *o, struct ak_reply *r,
			 struct ak_err *err);

/* "export.csv", "export.csv.meta.json" and so on; false: no such thing. */
bool ak_serve_export(struct ak_visit *v, const struct ak_target *t, bool head, struct ak_reply *r);

#ifdef __cplusplus
}
#endif
#endif
