#include "base/ak.h"
#include "cmd/packet_place.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

enum { NAP_MS = 20, WAIT_MS = 60000 };

/* The folder is locked, so that no file for it has to stay there. *fd: -1 where there are no locks. */
static enum ak_rc lock(const char *target, int *fd, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *dir = ak_fs_dir(target);
	const struct timespec nap = {0, NAP_MS * 1000000L};

	*fd = ak_fs_open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	for (int waited = 0; *fd >= 0 && flock(*fd, LOCK_EX | LOCK_NB) != 0; waited += NAP_MS) {
		if (errno != EWOULDBLOCK && errno != EINTR) {
			close(*fd);
			*fd = -1;
		} else if (waited >= WAIT_MS) {
			close(*fd);
			ak_hint(err, "try again when the other one is done");
			return ak_fail(err, AK_EXIT_BUSY, "another packet is being written into '%.200s'", dir);
		} else {
			nanosleep(&nap, NULL);
		}
	}
	return AK_OK;
}

enum ak_rc ak_packet_place(struct ak_fs_temp *t, size_t n, bool replace, struct ak_err *err)
{
	char **name = ak_alloc_zero(n, sizeof *name);
	size_t done = 0;
	int fd = -1;
	enum ak_rc rc = n ? lock(t[n - 1].target, &fd, err) : AK_OK;

	for (size_t i = 0; i < n; i++)
		name[i] = ak_strdup(t[i].target);
	while (rc == AK_OK && done < n && (rc = ak_fs_temp_commit(&t[done], replace, err)) == AK_OK)
		done++;
	for (size_t i = 0; rc != AK_OK && i < done; i++)
		ak_fs_remove_tree(name[i], NULL);
	for (size_t i = 0; i < n; i++)
		ak_free(name[i]);
	ak_free(name);
	if (fd >= 0)
		close(fd);
	return rc;
}
