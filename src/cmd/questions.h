/* The table of verdicts as `status` and `packet build` print it. */
#ifndef AK_CMD_QUESTIONS_H
#define AK_CMD_QUESTIONS_H

#include "cmd/cmd.h"

/* questions: of packet/questions.h. */
void ak_print_questions(struct ak_ctx *c, const json_t *questions);

#endif
