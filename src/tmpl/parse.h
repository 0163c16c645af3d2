/* A Mustache template as a flat list of nodes. Sections know where they end; text and names are views into the
 * template, which must outlive the list. Standalone lines are already taken out. */
#ifndef AK_TMPL_PARSE_H
#define AK_TMPL_PARSE_H

#include "base/err.h"

enum ak_node_kind { AK_NODE_TEXT, AK_NODE_VALUE, AK_NODE_RAW, AK_NODE_SECTION, AK_NODE_INVERTED, AK_NODE_PARTIAL };

struct ak_node {
	enum ak_node_kind kind;
	struct ak_str text;   /* literal text, or the trimmed name of a tag */
	struct ak_str indent; /* blanks before a standalone partial */
	size_t end;	      /* sections: index of the first node behind it */
};

struct ak_nodes {
	struct ak_node *v;
	size_t n, cap;
};

#ifdef __cplusplus
extern "C" {
#endif

/* Parse with the delimiters {{ and }}. Sections nest at most 64 deep. Errors are AK_EXIT_USAGE, "name:line: what: tag". */
enum ak_rc ak_nodes_parse(struct ak_nodes *nodes, const char *name, struct ak_str tmpl, struct ak_err *err);
/* Frees the list, not the template. Cleanup attribute target. */
void ak_nodes_release(struct ak_nodes *nodes);

#ifdef __cplusplus
}
#endif
#endif
