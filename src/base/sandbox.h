/* What a process may still do once it has opened what it needs (DECISIONS 30): Landlock for files, sockets and signals,
 * seccomp for system calls, no_new_privs. Each layer is used where the kernel has it; one that is there and cannot be
 * applied is an error, so that a cage is never half closed without a word. Never opened again once entered. */
#ifndef AK_BASE_SANDBOX_H
#define AK_BASE_SANDBOX_H

#include "base/buf.h"
#include "base/err.h"

/* Classes. What is not named here nobody may: network, other programs, tracing, mounts, namespaces. */
enum ak_box {
	AK_BOX_PURE,  /* computes and prints; opens nothing */
	AK_BOX_READ,  /* opens granted paths for reading */
	AK_BOX_STORE, /* and changes files beneath granted folders */
	AK_BOX_EXEC,  /* and runs programs of the system, which stay in the same cage; talks to local sockets (ssh-agent) */
	AK_BOX_NET,   /* as STORE, and opens network connections */
	AK_BOX_SERVE  /* as READ, appends to granted files, and answers at sockets that it has; makes none and connects to nothing */
};

enum ak_grant { AK_GRANT_READ, AK_GRANT_WRITE /* read, make, change and remove beneath it */ };

/* What the running kernel, as this process sees it, offers. */
struct ak_sandbox_kernel {
	bool built;   /* false in builds for sanitizers and coverage, whose run-time libraries need more than a cage allows */
	int landlock; /* ABI, 0 = none */
	bool seccomp;
};

struct ak_sandbox {
	enum ak_box box;
	struct ak_sandbox_kernel kernel;
	int ruleset; /* -1 = no Landlock */
};

#ifdef __cplusplus
extern "C" {
#endif

void ak_sandbox_look(struct ak_sandbox_kernel *out);
/* In words: "Landlock ABI 7 and seccomp". */
void ak_sandbox_describe(const struct ak_sandbox_kernel *k, struct ak_buf *out);
const char *ak_sandbox_name(enum ak_box box);

/* Prepare; nothing is closed yet. System files that libraries read (time zones, character sets) are granted already.
 * AK_EXIT_LIMIT. */
enum ak_rc ak_sandbox_open(struct ak_sandbox *s, enum ak_box box, struct ak_err *err);
/* A path that does not exist, or that this user may not reach, is no grant and no error. AK_EXIT_LIMIT. */
enum ak_rc ak_sandbox_grant(struct ak_sandbox *s, const char *path, enum ak_grant grant, struct ak_err *err);
/* Close it around this process, all its threads and their children. A second cage within one is not made: what a command
 * runs in the same process stays in the first. AK_EXIT_LIMIT. */
enum ak_rc ak_sandbox_enter(struct ak_sandbox *s, struct ak_err *err);
void ak_sandbox_release(struct ak_sandbox *s);

#ifdef __cplusplus
}
#endif
#endif
