/* What `auditkit doctor` finds: each check says one thing, well, odd or bad, and how to repair it. */
#ifndef AK_CMD_DOCTOR_H
#define AK_CMD_DOCTOR_H

#include "cmd/cmd.h"

enum ak_health { AK_WELL, AK_ODD, AK_BAD, AK_HEALTHS };

struct ak_doctor {
	struct ak_ctx *c;
	json_t *checks; /* [{name, state, detail, repair|null}] */
	size_t n[AK_HEALTHS];
};

#ifdef __cplusplus
extern "C" {
#endif

/* repair: a command, or what to do; NULL = nothing. */
void ak_doctor_say(struct ak_doctor *d, const char *name, enum ak_health health, const char *repair, const char *fmt, ...)
	AK_PRINTF(5, 6);

/* Sandbox, clock, time zones, libraries, limits of the process. After ak_doctor_files, which opens the workspace. */
void ak_doctor_machine(struct ak_doctor *d);
/* The workspace's folder, its files, database and journal, filesystem and space, keys. Only with a workspace. */
void ak_doctor_files(struct ak_doctor *d);

#ifdef __cplusplus
}
#endif
#endif
