#include "base/ak.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fs.h"
#include "tap.h"

/* The program works in a folder of its own and removes it at the end. */

static void is_failure(enum ak_rc rc, const struct ak_err *err, enum ak_exit exit, const char *part, const char *name)
{
	ok(rc == AK_FAIL && err->exit == exit && strstr(err->msg, part), name);
	if (rc != AK_FAIL || err->exit != exit || !strstr(err->msg, part))
		printf("# rc %d, exit %d, '%s'\n", rc, err->exit, err->msg);
}

static size_t entries(const char *dir)
{
	char **names;
	size_t n = 999;

	if (ak_fs_list(dir, &names, &n, NULL) == AK_OK)
		ak_fs_list_free(names);
	return n;
}

static void writing(void)
{
	struct ak_err err = {0};
	struct ak_buf b;
	struct stat st;

	ak_buf_init(&b, 100);
	ok(ak_fs_write_file("one", AK_STR("hello"), 0600, false, &err) == AK_OK, "written");
	ok(stat("one", &st) == 0 && (st.st_mode & 07777) == 0600, "its mode");
	ok(ak_fs_slurp("one", 5, &b, &err) == AK_OK, "read back at exactly the maximum");
	is_str(ak_buf_str(&b), "hello", "its content");
	is_failure(ak_fs_slurp("one", 4, &b, &err), &err, AK_EXIT_INPUT, "larger than 4", "over the maximum");
	is_str(ak_buf_str(&b), "hello", "a refused file appends nothing");
	is_failure(ak_fs_write_file("one", AK_STR("x"), 0600, false, &err), &err, AK_EXIT_USAGE, "exists",
		   "not replaced");
	ok(strstr(err.hint, "--force") != NULL, "with a hint");
	ok(ak_fs_write_file("one", AK_STR("other"), 0600, true, &err) == AK_OK, "replaced");
	ak_buf_clear(&b);
	ok(ak_fs_slurp("one", 100, &b, &err) == AK_OK && ak_str_is(ak_buf_str(&b), "other"), "new content");
	is_failure(ak_fs_write_file("none/x", AK_STR("x"), 0600, false, &err), &err, AK_EXIT_IO, "'none/x'",
		   "no folder");
	is_int((int64_t)entries("."), 1, "no temporary file is left");
	ak_buf_release(&b);
}

/* A file larger than one read, and one that fills the buffer to the last byte. */
static void large(void)
{
	enum { SIZE = 200000 };
	char *text = ak_alloc(SIZE);
	struct ak_buf b;

	for (int i = 0; i < SIZE; i++)
		text[i] = (char)(i * 7);
	ok(ak_fs_write_file("large", ak_str_n(text, SIZE), 0600, true, NULL) == AK_OK, "large file");
	ak_buf_init(&b, SIZE);
	ok(ak_fs_slurp("large", SIZE, &b, NULL) == AK_OK && ak_str_eq(ak_buf_str(&b), ak_str_n(text, SIZE)),
	   "read back");
	ok(ak_fs_slurp("one", SIZE, &b, NULL) == AK_FAIL && !b.over, "no room for more");
	ak_buf_release(&b);
	ak_free(text);
	unlink("large");
}

static void put(const char *path)
{
	close(open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
}

/* What a crash left goes when the same target is written again; what somebody holds, or only looks alike, stays. */
static void swept(void)
{
	struct ak_fs_temp held = {0};
	struct ak_err err = {0};

	ok(mkdir("s", 0700) == 0 && ak_fs_temp_open(&held, "s/a", 0600, &err) == AK_OK, "one is being written");
	put("s/.a.tmp0123456789ab");
	put("s/.a.tmp0123456789a");
	put("s/.a.tmp0123456789ax");
	put("s/.b.tmp0123456789ab");
	ok(mkdir("s/.a.tmp0123456789ac", 0700) == 0, "a folder was left too");
	put("s/.a.tmp0123456789ac/x");
	is_int((int64_t)entries("s"), 6, "before");
	ok(ak_fs_write_file("s/a", AK_STR("x"), 0600, false, &err) == AK_OK, "written");
	is_int((int64_t)entries("s"), 5, "the two that were left are gone");
	ok(ak_fs_exists("s/.b.tmp0123456789ab") && ak_fs_exists(held.path), "not those of another file or of a live process");
	ok(ak_fs_temp_commit(&held, true, &err) == AK_OK, "which can finish");
	ok(ak_fs_remove_tree("s", &err) == AK_OK, "cleared");
}

static void temporary_folder(void)
{
	struct ak_fs_temp t = {0};
	struct ak_err err = {0};

	ok(mkdir("t", 0700) == 0 && ak_fs_temp_mkdir(&t, "t/d", 0700, &err) == AK_OK, "a temporary folder");
	ok(mkdirat(t.fd, "first", 0700) == 0 && ak_fs_temp_commit(&t, false, &err) == AK_OK, "committed");
	ok(ak_fs_is_dir("t/d/first"), "it has its name");
	ok(ak_fs_temp_mkdir(&t, "t/d", 0700, &err) == AK_OK && mkdirat(t.fd, "second", 0700) == 0, "another");
	is_failure(ak_fs_temp_commit(&t, false, &err), &err, AK_EXIT_USAGE, "exists already", "not replaced");
	ok(ak_fs_is_dir("t/d/first"), "the first stays");
	ok(ak_fs_temp_commit(&t, true, &err) == AK_OK, "replaced");
	ok(ak_fs_is_dir("t/d/second") && !ak_fs_exists("t/d/first"), "by the second");
	is_int((int64_t)entries("t"), 1, "nothing else is left");
	ok(ak_fs_temp_mkdir(&t, "t/d", 0700, &err) == AK_OK && mkdirat(t.fd, "third", 0700) == 0, "one that is dropped");
	ak_fs_temp_release(&t);
	is_int((int64_t)entries("t"), 1, "with what it holds");
	ok(ak_fs_remove_tree("t", &err) == AK_OK, "cleared");
}

static void temporary(void)
{
	struct ak_fs_temp t = {0}, unused = {0};
	struct ak_err err = {0};
	struct ak_str base;
	char name[300];
	char **names;
	size_t n;

	ok(ak_fs_temp_open(&t, "target", 0600, &err) == AK_OK, "temporary file");
	ok(!ak_fs_exists("target"), "nothing under the final name");
	base = ak_fs_base(t.path);
	ok(ak_str_starts(base, AK_STR(".target.tmp")) && base.n > 15, "its name");
	ok((fcntl(t.fd, F_GETFD) & FD_CLOEXEC) != 0, "closed on exec");
	ok(ak_fs_list(".", &names, &n, &err) == AK_OK && n == 2 && !strcmp(names[0], base.p) &&
		   !strcmp(names[1], "one") && !names[2],
	   "listed in order");
	ak_fs_list_free(names);
	ak_fs_temp_release(&t);
	ak_fs_temp_release(&t);
	ak_fs_temp_release(&unused);
	is_int((int64_t)entries("."), 1, "released twice, gone");
	memset(name, 'n', 250);
	name[250] = '\0';
	ok(ak_fs_write_file(name, AK_STR("x"), 0600, false, &err) == AK_OK && unlink(name) == 0, "a very long name");
	/* A race: the name appears between open and commit. */
	ok(ak_fs_temp_open(&t, "race", 0600, &err) == AK_OK && mkdir("race", 0700) == 0, "somebody takes the name");
	is_failure(ak_fs_temp_commit(&t, true, &err), &err, AK_EXIT_IO, "'race'", "a folder is not replaced");
	ak_fs_temp_release(&t);
	rmdir("race");
	is_int((int64_t)entries("."), 1, "nothing is left");
}

static void kinds(void)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX, .sun_path = "sock"};
	struct ak_err err = {0};
	int fd = -5, s = socket(AF_UNIX, SOCK_STREAM, 0);

	ok(mkfifo("pipe", 0600) == 0 && symlink("one", "link") == 0 && mkdir("folder", 0700) == 0 && s >= 0 &&
		   bind(s, (struct sockaddr *)&addr, sizeof(addr)) == 0,
	   "one of each kind");
	is_failure(ak_fs_open_read("pipe", &fd, &err), &err, AK_EXIT_INPUT, "named pipe", "pipe, without waiting");
	is_failure(ak_fs_open_read("link", &fd, &err), &err, AK_EXIT_INPUT, "symbolic link", "link");
	is_failure(ak_fs_open_read("folder", &fd, &err), &err, AK_EXIT_INPUT, "folder", "folder");
	is_failure(ak_fs_open_read("sock", &fd, &err), &err, AK_EXIT_INPUT, "socket", "socket");
	is_failure(ak_fs_open_read("/dev/null", &fd, &err), &err, AK_EXIT_INPUT, "character device", "device");
	is_failure(ak_fs_open_read("absent", &fd, &err), &err, AK_EXIT_INPUT, "No such file", "absent");
	is_int(fd, -5, "no descriptor was given");
	ok(ak_fs_open_read("one", &fd, &err) == AK_OK && (fcntl(fd, F_GETFD) & FD_CLOEXEC), "regular file");
	close(fd);
	close(s);
	unlink("pipe");
	unlink("link");
	unlink("sock");
	rmdir("folder");
}

static void growing(void)
{
	struct ak_err err = {0};
	struct ak_buf b;

	/* Files of the kernel say size 0 and give bytes: the same as a file that grows while it is read. */
	ak_buf_init(&b, 1 << 20);
	is_failure(ak_fs_slurp("/proc/self/status", 1 << 20, &b, &err), &err, AK_EXIT_INPUT, "size changed", "grew");
	is_int((int64_t)b.n, 0, "nothing appended");
	ak_buf_release(&b);
}

static void write_errors(void)
{
	struct ak_err err = {0};
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	is_failure(ak_fs_write_all(fd, "x", 1, "report", &err), &err, AK_EXIT_IO, "cannot write 'report'", "full");
	is_int(err.sys, ENOSPC, "its errno");
	close(fd);
}

/* A pipe that is full for a while and set not to block. */
static void slow_reader(void)
{
	enum { SIZE = 300000 };
	static char text[SIZE];
	char got[4096];
	size_t total = 0;
	ssize_t n;
	int p[2], status = -1;
	pid_t child;

	if (!ok(pipe2(p, O_NONBLOCK) == 0, "pipe"))
		return;
	child = fork();
	if (child == 0) {
		close(p[0]);
		_exit(ak_fs_write_all(p[1], text, SIZE, "pipe", NULL) == AK_OK ? 0 : 1);
	}
	close(p[1]);
	fcntl(p[0], F_SETFL, 0);
	while ((n = read(p[0], got, sizeof(got))) > 0)
		total += (size_t)n;
	ok(waitpid(child, &status, 0) == child && status == 0, "the writer waited");
	is_int((int64_t)total, SIZE, "all bytes came");
	close(p[0]);
}

static void folders(void)
{
	struct ak_err err = {0};

	ok(ak_fs_mkdirs("a/b//c/", 0700, &err) == AK_OK && ak_fs_is_dir("a/b/c"), "folders");
	ok(ak_fs_mkdirs("a/b/c", 0700, &err) == AK_OK, "there already");
	is_failure(ak_fs_mkdir("a", 0700, &err), &err, AK_EXIT_USAGE, "'a'", "mkdir of what exists");
	is_failure(ak_fs_mkdirs("one/x", 0700, &err), &err, AK_EXIT_IO, "'one/x'", "a file in the way");
	ok(ak_fs_write_file("a/b/f", AK_STR("x"), 0600, false, &err) == AK_OK && symlink("../../one", "a/b/c/l") == 0 &&
		   symlink("..", "a/up") == 0,
	   "filled");
	ok(ak_fs_remove_tree("a", &err) == AK_OK && !ak_fs_exists("a"), "tree removed");
	ok(ak_fs_exists("one"), "links were not followed");
	ok(ak_fs_remove_tree("a", &err) == AK_OK, "nothing to remove is fine");
	ok(symlink("absent", "dangling") == 0 && ak_fs_exists("dangling") && !ak_fs_is_dir("dangling"),
	   "dangling link");
	ok(ak_fs_remove_tree("dangling", &err) == AK_OK && !ak_fs_exists("dangling"), "removed");
	is_failure(ak_fs_list("one", NULL, NULL, &err), &err, AK_EXIT_INPUT, "'one'", "a file has no list");
}

static void private_paths(void)
{
	struct ak_err err = {0};

	ok(ak_fs_check_private("one", &err) == AK_OK, "0600 is private");
	chmod("one", 0644);
	ok(ak_fs_check_private("one", &err) == AK_OK, "others may read");
	chmod("one", 0660);
	is_failure(ak_fs_check_private("one", &err), &err, AK_EXIT_REFUSED, "other users", "group may write");
	chmod("one", 0602);
	is_failure(ak_fs_check_private("one", &err), &err, AK_EXIT_REFUSED, "other users", "all may write");
	chmod("one", 0600);
	ok(ak_fs_check_private("/", &err) == AK_OK, "root is trusted");
	is_failure(ak_fs_check_private("absent", &err), &err, AK_EXIT_INPUT, "'absent'", "absent");
	ok(ak_fs_check_private_file("absent", &err) == AK_OK, "a file that is not there is fine");
	if (geteuid() == 0 && chown("one", 12345, 0) == 0) {
		is_failure(ak_fs_check_private("one", &err), &err, AK_EXIT_REFUSED, "another user", "owned by another");
		ok(chown("one", 0, 0) == 0, "back");
	}
}

static void names(void)
{
	static const struct {
		const char *path, *dir, *base;
	} cases[] = {{"a/b", "a", "b"},	     {"a", ".", "a"}, {"/a", "/", "a"}, {"a/b//", "a", "b"},
		     {"//a//b", "//a", "b"}, {"/", "/", "/"}, {"", ".", ""}};
	static const char *const joins[][3] = {
		{"a", "b", "a/b"}, {"a/", "b", "a/b"}, {"/", "b", "/b"}, {"", "b", "b"}, {"a//", "/b", "a/b"}};
	char *z;

	for (size_t i = 0; i < AK_COUNT(cases); i++) {
		z = ak_fs_dir(cases[i].path);
		is_str(ak_str_of(z), cases[i].dir, "folder of a path");
		ak_free(z);
		is_str(ak_fs_base(cases[i].path), cases[i].base, "last component");
	}
	for (size_t i = 0; i < AK_COUNT(joins); i++) {
		z = ak_fs_join(joins[i][0], joins[i][1]);
		is_str(ak_str_of(z), joins[i][2], "joined");
		ak_free(z);
	}
}

/* In a child, whose standard input and errors are closed. */
static void hardened(void)
{
	int status = -1;
	pid_t child = fork();

	if (child == 0) {
		struct rlimit core;
		struct stat in, null;
		bool good;

		close(0);
		close(2);
		ak_fs_harden();
		good = fstat(0, &in) == 0 && stat("/dev/null", &null) == 0 && in.st_rdev == null.st_rdev &&
		       fcntl(2, F_GETFD) >= 0;
		good = good && umask(0) == 077 && getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_cur == 0;
		_exit(good ? 0 : 1);
	}
	ok(waitpid(child, &status, 0) == child && status == 0, "hardened");
}

int main(void)
{
	char home[] = "/tmp/ak-test-fs-XXXXXX";

	if (!mkdtemp(home) || chdir(home) != 0)
		return 1;
	umask(077);
	setbuf(stdout, NULL);
	writing();
	large();
	temporary();
	temporary_folder();
	swept();
	kinds();
	growing();
	write_errors();
	slow_reader();
	folders();
	private_paths();
	names();
	hardened();
	ok(chdir("/") == 0 && ak_fs_remove_tree(home, NULL) == AK_OK && !ak_fs_exists(home), "cleaned up");
	return done_testing();
}
