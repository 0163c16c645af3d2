/* Sources: the kernel's userspace-api/landlock.rst and userspace-api/seccomp_filter.rst. */
#include "base/ak.h"
#include "base/sandbox.h"

#include <asm/unistd.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/fs.h"

#if defined __x86_64__
#define ARCH AUDIT_ARCH_X86_64
#define X32_BIT 0x40000000u
#elif defined __aarch64__
#define ARCH AUDIT_ARCH_AARCH64
#else
#define ARCH 0 /* no table of calls: Landlock alone */
#endif

#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#endif

/* Rights that are younger than the headers this may be built with; the kernel's ABI says which it knows. */
enum {
	REFER = 1 << 13,     /* ABI 2 */
	TRUNCATE = 1 << 14,  /* ABI 3 */
	IOCTL_DEV = 1 << 15, /* ABI 5 */
	READS = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
	WRITES = READS | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR |
		 LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | REFER | TRUNCATE,
	RUNS = READS | LANDLOCK_ACCESS_FS_EXECUTE,
	TERMINAL = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | IOCTL_DEV,
	FILE_ONLY = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_EXECUTE | TRUNCATE | IOCTL_DEV,
	ABI_1 = (1 << 13) - 1
};

struct ruleset {
	uint64_t fs, net, scoped;
};

/* Classes that a row of a table holds for. */
enum {
	EXEC = 1 << AK_BOX_EXEC,
	NET = 1 << AK_BOX_NET,
	TALK = EXEC | NET,
	STORE = 1 << AK_BOX_STORE | EXEC | NET,
	READ = 1 << AK_BOX_READ,
	SERVE = 1 << AK_BOX_SERVE,
	FILES = READ | STORE | SERVE,
	ALL = 1 << AK_BOX_PURE | FILES
};

/* What libraries read on their own: character sets, time zones, random bytes, the names of hosts. No user data. */
static const struct {
	const char *path;
	int boxes;
	uint64_t rights;
} system_files[] = {
	{"/usr/lib", FILES, READS},	 {"/usr/lib64", FILES, READS},	     {"/usr/share/zoneinfo", FILES, READS},
	{"/dev/urandom", FILES, READS},	 {"/dev/null", FILES, TERMINAL},     {"/usr", EXEC, RUNS},
	{"/bin", EXEC, RUNS},		 {"/lib", EXEC, RUNS},		     {"/lib64", EXEC, RUNS},
	{"/etc", EXEC, READS},		 {"/dev/tty", EXEC, TERMINAL},	     {"/etc/ssl", NET, READS},
	{"/etc/hosts", NET, READS},	 {"/etc/resolv.conf", NET, READS},   {"/etc/nsswitch.conf", NET, READS},
	{"/etc/gai.conf", NET, READS},	 {"/usr/share/ca-certificates", NET, READS},
};

enum test { ALWAYS, IS, HAS, LACKS, SELF };

static const struct call {
	uint16_t nr;
	uint8_t boxes, arg, test;
	uint32_t value;
} calls[] = {
#if ARCH
#define CALL(name, boxes) {__NR_##name, boxes, 0, ALWAYS, 0},
#define CALL_IF(name, boxes, arg, test, value) {__NR_##name, boxes, arg, test, value},
#include "base/syscalls.def"
#endif
};

static bool inside; /* this process is in a cage */

/* ---- what there is ---- */

static long landlock_create(const struct ruleset *r, size_t size, uint32_t flags)
{
	return syscall(__NR_landlock_create_ruleset, r, size, flags);
}

void ak_sandbox_look(struct ak_sandbox_kernel *out)
{
#ifdef AK_NO_SANDBOX
	*out = (struct ak_sandbox_kernel){.built = false};
#else
	static struct ak_sandbox_kernel known; /* in a cage the kernel no longer answers */

	if (!known.built) {
		uint32_t action = SECCOMP_RET_ERRNO;
		long abi = landlock_create(NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

		known = (struct ak_sandbox_kernel){.built = true, .landlock = abi > 0 ? (int)abi : 0};
		known.seccomp = ARCH && syscall(__NR_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
	}
	*out = known;
#endif
}

void ak_sandbox_describe(const struct ak_sandbox_kernel *k, struct ak_buf *out)
{
	if (!k->built)
		ak_buf_adds(out, "none in this build");
	else if (!k->landlock && !k->seccomp)
		ak_buf_adds(out, "none: this kernel or container has neither Landlock nor seccomp");
	else if (!k->landlock)
		ak_buf_adds(out, "seccomp; this kernel or container has no Landlock");
	else
		ak_buf_addf(out, "Landlock ABI %d%s", k->landlock, k->seccomp ? " and seccomp" : "; no seccomp here");
}

const char *ak_sandbox_name(enum ak_box box)
{
	static const char *const names[] = {"pure", "read", "store", "exec", "net", "serve"};

	return names[box];
}

/* ---- Landlock ---- */

/* Every right that an ABI knows is handled, so that what is not granted is refused. */
static struct ruleset handled(int abi, enum ak_box box)
{
	struct ruleset r = {.fs = ABI_1};

	r.fs |= (abi >= 2 ? REFER : 0) | (abi >= 3 ? TRUNCATE : 0) | (abi >= 5 ? IOCTL_DEV : 0);
	r.net = abi >= 4 && box != AK_BOX_NET ? 3 : 0; /* bind and connect */
	r.scoped = abi < 6 ? 0 : box == AK_BOX_EXEC || box == AK_BOX_NET ? 2 : 3; /* abstract sockets, signals */
	return r;
}

static enum ak_rc failed(const char *what, struct ak_err *err)
{
	int why = errno;

	ak_hint(err, "AUDITKIT_SANDBOX=off runs without it; see auditkit doctor");
	return ak_fail_sys(err, AK_EXIT_LIMIT, why, "cannot close the sandbox: %s", what);
}

static enum ak_rc add_rule(const struct ak_sandbox *s, const char *path, uint64_t rights, struct ak_err *err)
{
	struct landlock_path_beneath_attr rule = {.parent_fd = -1};
	enum ak_rc rc = AK_OK;
	struct stat st;

	if (s->ruleset < 0)
		return AK_OK;
	rule.parent_fd = ak_fs_open(path, O_PATH | O_CLOEXEC, 0);
	if (rule.parent_fd < 0 && ak_fs_absent())
		return AK_OK;
	if (rule.parent_fd < 0 || fstat(rule.parent_fd, &st) != 0) {
		rc = ak_fail_sys(err, AK_EXIT_LIMIT, errno, "cannot close the sandbox around '%s'", path);
		goto out;
	}
	rule.allowed_access = rights & handled(s->kernel.landlock, s->box).fs;
	if (!S_ISDIR(st.st_mode))
		rule.allowed_access &= FILE_ONLY;
	if (rule.allowed_access && syscall(__NR_landlock_add_rule, s->ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0 && errno != EBADFD)
		rc = failed("a Landlock rule", err);
out:
	if (rule.parent_fd >= 0)
		close(rule.parent_fd);
	return rc;
}

enum ak_rc ak_sandbox_open(struct ak_sandbox *s, enum ak_box box, struct ak_err *err)
{
	*s = (struct ak_sandbox){.box = box, .ruleset = -1};
	ak_sandbox_look(&s->kernel);
	if (inside)
		return AK_OK;
	if (s->kernel.landlock) {
		struct ruleset r = handled(s->kernel.landlock, box);
		size_t size = s->kernel.landlock < 4 ? sizeof r.fs : s->kernel.landlock < 6 ? 2 * sizeof r.fs : sizeof r;

		s->ruleset = (int)landlock_create(&r, size, 0);
		if (s->ruleset < 0)
			return failed("a Landlock ruleset", err);
	}
	for (size_t i = 0; i < AK_COUNT(system_files); i++)
		if (system_files[i].boxes & 1 << box && add_rule(s, system_files[i].path, system_files[i].rights, err) != AK_OK)
			return AK_FAIL;
	return AK_OK;
}

enum ak_rc ak_sandbox_grant(struct ak_sandbox *s, const char *path, enum ak_grant grant, struct ak_err *err)
{
	return add_rule(s, path, grant == AK_GRANT_WRITE ? WRITES : READS, err);
}

/* ---- seccomp ---- */

enum { PER_CALL = 5, AROUND = 10, CLONE3 = 435 };

static struct sock_filter load(size_t offset) { return (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset); }

static struct sock_filter end(uint32_t action) { return (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action); }

/* Go on `yes` or `no` instructions further. */
static struct sock_filter jump(uint16_t test, uint32_t value, uint8_t yes, uint8_t no)
{
	return (struct sock_filter)BPF_JUMP((uint16_t)(BPF_JMP | BPF_K | test), value, yes, no);
}

/* One row of the table; falls through to the next row with the number of the call loaded. */
static size_t add_call(struct sock_filter *f, const struct call *c)
{
	const bool wants = c->test != LACKS;
	const uint32_t value = c->test == SELF ? (uint32_t)getpid() : c->value;

	if (c->test == ALWAYS) {
		f[0] = jump(BPF_JEQ, c->nr, 0, 1);
		f[1] = end(SECCOMP_RET_ALLOW);
		return 2;
	}
	f[0] = jump(BPF_JEQ, c->nr, 0, 4);
	f[1] = load(offsetof(struct seccomp_data, args) + 8u * c->arg); /* low half: both architectures are little-endian */
	f[2] = jump(c->test == IS || c->test == SELF ? BPF_JEQ : BPF_JSET, value, wants ? 0 : 1, wants ? 1 : 0);
	f[3] = end(SECCOMP_RET_ALLOW);
	f[4] = load(offsetof(struct seccomp_data, nr));
	return PER_CALL;
}

static size_t compile(enum ak_box box, struct sock_filter *f)
{
	size_t n = 0;

	f[n++] = load(offsetof(struct seccomp_data, arch));
	f[n++] = jump(BPF_JEQ, ARCH, 1, 0);
	f[n++] = end(SECCOMP_RET_KILL_PROCESS);
	f[n++] = load(offsetof(struct seccomp_data, nr));
#ifdef X32_BIT
	f[n++] = jump(BPF_JGE, X32_BIT, 0, 1);
	f[n++] = end(SECCOMP_RET_ERRNO | EPERM);
#endif
	for (size_t i = 0; i < AK_COUNT(calls); i++)
		if (calls[i].boxes & 1 << box)
			n += add_call(f + n, &calls[i]);
	f[n++] = jump(BPF_JGE, CLONE3, 0, 1);
	f[n++] = end(SECCOMP_RET_ERRNO | ENOSYS);
	f[n++] = end(SECCOMP_RET_ERRNO | EPERM);
	return n;
}

static enum ak_rc filter_calls(enum ak_box box, struct ak_err *err)
{
	struct sock_filter f[AK_COUNT(calls) * PER_CALL + AROUND];
	struct sock_fprog program = {.filter = f};

	program.len = (unsigned short)compile(box, f);
	if (syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) != 0)
		return failed("the seccomp filter", err);
	return AK_OK;
}

/* ---- both ---- */

enum ak_rc ak_sandbox_enter(struct ak_sandbox *s, struct ak_err *err)
{
	if (inside || !s->kernel.built)
		return AK_OK;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return failed("no_new_privs", err);
	if (s->ruleset >= 0 && syscall(__NR_landlock_restrict_self, s->ruleset, 0) != 0)
		return failed("Landlock", err);
	inside = true;
	return s->kernel.seccomp ? filter_calls(s->box, err) : AK_OK;
}

void ak_sandbox_release(struct ak_sandbox *s)
{
	if (s->ruleset >= 0)
		close(s->ruleset);
	s->ruleset = -1;
}
