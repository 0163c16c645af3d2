/* For tests that ask an independent program: run it with arguments, and a folder to work in. */
#ifndef RUN_H
#define RUN_H

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define RUN(in, ...) run_tool((in), (const char *const[]){__VA_ARGS__, NULL})

/* Exit code of the program, its input from a file, its output thrown away; 127 when it is not installed. */
static inline int run_tool(const char *in, const char *const *argv)
{
	pid_t pid = fork();
	if (pid == 0) {
		int from = open(in ? in : "/dev/null", O_RDONLY), to = open("/dev/null", O_WRONLY);
		dup2(from, 0);
		dup2(to, 1);
		dup2(to, 2);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	int status = 0;
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

/* A new folder that becomes the working directory. */
static inline void run_in_new_folder(char path[64])
{
	snprintf(path, 64, "/tmp/ak-test-XXXXXX");
	if (!mkdtemp(path) || chdir(path) != 0) {
		printf("Bail out! no folder to work in\n");
		exit(1);
	}
}

static inline void run_leave_folder(const char *path)
{
	if (chdir("/") == 0)
		RUN(NULL, "rm", "-rf", path);
}

static inline void run_put(const char *path, const void *p, size_t n)
{
	FILE *f = fopen(path, "wb");
	if (!f || fwrite(p, 1, n, f) != n || fclose(f) != 0) {
		printf("Bail out! cannot write a test file\n");
		exit(1);
	}
}

/* The file's bytes, NUL-terminated, at most cap - 1; their number. */
static inline size_t run_get(const char *path, char *buf, size_t cap)
{
	FILE *f = fopen(path, "rb");
	size_t n = f ? fread(buf, 1, cap - 1, f) : 0;
	if (f)
		fclose(f);
	buf[n] = '\0';
	return n;
}

#endif
