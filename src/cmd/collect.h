/* `help collect`: how to export what a system knows. One YAML file per system in src/collect/, compiled in:
 *   id, title     as the command is given; one line
 *   pages         [{page, read}]: vendor pages and the day they were read
 *   needs         [text]: credentials, tools and variables the commands use
 *   files         [{name, answers: [question numbers], formats: [mapping ids that read it, none = declared in policy.yaml],
 *                 run: shell text, notes: [units, traps, limits], check: [what no vendor page confirmed]}] */
#ifndef AK_CMD_COLLECT_H
#define AK_CMD_COLLECT_H

#include "cmd/cmd.h"

/* Print one system's exports, or the list of systems when system is NULL; as JSON with --json. An unknown system is
 * AK_EXIT_USAGE. */
enum ak_rc ak_collect_print(struct ak_ctx *c, const char *system, struct ak_err *err);
/* Is something written of this system? */
bool ak_collect_knows(const char *system);

#endif
