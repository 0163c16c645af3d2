/* Files: safe opening (SECURITY R-ARC-4), atomic replacement (temp, fsync, rename, fsync of the folder), modes. */
#ifndef AK_BASE_FS_H
#define AK_BASE_FS_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/* umask 077, fds 0-2 opened to /dev/null when closed (1 for reading, so that writing fails), core dumps off, dumpable off. Call first in main. */
void ak_fs_harden(void);
/* open(2) that goes on after a signal: a descriptor, or -1 and errno. */
int ak_fs_open(const char *path, int flags, mode_t mode);
int ak_fs_openat(int dir, const char *path, int flags, mode_t mode);
/* n bytes from an offset on, fewer only where the file ends; signals and short reads are handled. -1 and errno. */
ssize_t ak_fs_pread(int fd, void *to, size_t n, off_t at);
/* Open a regular file for reading: O_NOFOLLOW on the last component, O_CLOEXEC, O_NONBLOCK, then fstat says regular.
 * FIFO, device, socket, folder and symlink are AK_EXIT_INPUT errors that say which. */
enum ak_rc ak_fs_open_read(const char *path, int *fd, struct ak_err *err);
/* Append a whole regular file, refused over max bytes (or what `out` has room for) and when its size changed meanwhile:
 * AK_EXIT_INPUT; nothing is appended then. */
enum ak_rc ak_fs_slurp(const char *path, size_t max, struct ak_buf *out, struct ak_err *err);
/* Write all bytes; EINTR, EAGAIN and short writes are handled. AK_EXIT_IO; `what` is the name in the message. */
enum ak_rc ak_fs_write_all(int fd, const void *p, size_t n, const char *what, struct ak_err *err);

/* A file or folder being written beside its target; nothing appears under the final name before commit. It is locked
 * while it is in use: those of the same target that nobody holds were left by a crash, and opening removes them. Start
 * with zeros. */
struct ak_fs_temp {
	int fd;	    /* -1 when none; of a folder, to be opened below */
	char *path; /* temp name ".NAME.tmp" and random hex, same folder; NULL when none */
	char *target;
};
/* mode is subject to the umask. AK_EXIT_IO. */
enum ak_rc ak_fs_temp_open(struct ak_fs_temp *t, const char *target, mode_t mode, struct ak_err *err);
/* The same for a folder; to be filled, then committed. */
enum ak_rc ak_fs_temp_mkdir(struct ak_fs_temp *t, const char *target, mode_t mode, struct ak_err *err);
/* Would the commit of a file be refused for what stands there? The same errors, before the first of several files appears. */
enum ak_rc ak_fs_temp_allowed(const struct ak_fs_temp *t, bool replace, struct ak_err *err);
/* fsync, rename (refused when the target exists and !replace: AK_EXIT_USAGE with hint --force), fsync the folder.
 * A folder is exchanged with what it replaces, then that is removed: there is always a whole one. After an error the
 * temp file is still there to be released. */
enum ak_rc ak_fs_temp_commit(struct ak_fs_temp *t, bool replace, struct ak_err *err);
/* Removes an uncommitted temp file or folder. Safe to call twice; cleanup attribute target. */
void ak_fs_temp_release(struct ak_fs_temp *t);
/* The three steps for bytes in memory. */
enum ak_rc ak_fs_write_file(const char *path, struct ak_str content, mode_t mode, bool replace, struct ak_err *err);

/* The same, left alone when something has that name. */
enum ak_rc ak_fs_write_missing(const char *path, struct ak_str content, mode_t mode, struct ak_err *err);

/* Rename within a folder, to a name that is free, and sync the folder. AK_EXIT_IO. */
enum ak_rc ak_fs_rename(const char *from, const char *to, struct ak_err *err);

enum ak_rc ak_fs_mkdir(const char *path, mode_t mode, struct ak_err *err);  /* AK_EXIT_USAGE if it exists */
enum ak_rc ak_fs_mkdirs(const char *path, mode_t mode, struct ak_err *err); /* missing parents too; ok if it exists */
/* A file, a link (not what it points to) or a folder with all it holds; ok if there is none. */
enum ak_rc ak_fs_remove_tree(const char *path, struct ak_err *err);
/* Something has this name, be it a dangling link. Where the system cannot say (an I/O error), the answer is yes to both,
 * so that the next step fails and nothing is taken for missing. */
bool ak_fs_exists(const char *path);
/* The same as an error where the system cannot say: AK_EXIT_IO. */
enum ak_rc ak_fs_look(const char *path, bool *there, struct ak_err *err);
/* By errno, of a look or an open that failed: is it sure that there is nothing to be had? */
bool ak_fs_absent(void);
/* Is there a folder before it that this user may not look into? */
bool ak_fs_shut(const char *path);
bool ak_fs_is_dir(const char *path);
/* Refuses a path that is group- or world-writable or owned by another user (not root). AK_EXIT_REFUSED. */
enum ak_rc ak_fs_check_private(const char *path, struct ak_err *err);
/* The same for a file, which must be a regular one: no symlink, FIFO, device, folder. None at all is fine. */
enum ak_rc ak_fs_check_private_file(const char *path, struct ak_err *err);
/* The same for a secret: others may not read it either. */
enum ak_rc ak_fs_check_secret_file(const char *path, struct ak_err *err);
/* Joined with one '/'; ak_free. */
char *ak_fs_join(const char *dir, const char *name);
/* The same without links in the folder's path, for who refuses any: SQLite does. */
char *ak_fs_join_real(const char *dir, const char *name);
/* Last component (a view into path, trailing slashes ignored). */
struct ak_str ak_fs_base(const char *path);
/* What is before the last component, "." when nothing is; ak_free. */
char *ak_fs_dir(const char *path);
/* Sorted names of a folder (bytes), "." and ".." left out; NULL-terminated array, free with ak_fs_list_free. */
enum ak_rc ak_fs_list(const char *path, char ***names, size_t *n, struct ak_err *err);
void ak_fs_list_free(char **names);

#ifdef __cplusplus
}
#endif
#endif
