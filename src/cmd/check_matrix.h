/* The seven questions and the seven areas, as `check` prints them. */
#ifndef AK_CMD_CHECK_MATRIX_H
#define AK_CMD_CHECK_MATRIX_H

#include "cmd/cmd.h"

/* {schema: "auditkit.questions/1", format_version, questions: those of packet/questions.h with what check/matrix.h adds}; the caller's. */
enum ak_rc ak_questions_doc(struct ak_ctx *c, int64_t from_us, int64_t to_us, const json_t *findings, json_t **out, struct ak_err *err);
void ak_check_questions(struct ak_ctx *c, const json_t *doc);
void ak_check_matrix(struct ak_ctx *c, const json_t *doc);
/* Is the verdict of any of them "not met"? */
bool ak_check_any_not_met(const json_t *list);

#endif
