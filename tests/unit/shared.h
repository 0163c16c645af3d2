/* Where the public test vectors lie: $AK_SHARED, beside the checkout as a rule; a release tarball has none. */
#ifndef TEST_SHARED_H
#define TEST_SHARED_H

#include <stdio.h>
#include <stdlib.h>

#include "base/fs.h"

/* The folder `name` of the shared fixtures, or NULL after saying that the points are left out. */
static inline char *shared_dir(const char *name)
{
	const char *root = getenv("AK_SHARED");
	char *fixtures = ak_fs_join(root && *root ? root : "../shared", "fixtures"), *dir = ak_fs_join(fixtures, name);

	ak_free(fixtures);
	if (ak_fs_is_dir(dir))
		return dir;
	printf("1..0 # SKIP no shared fixtures: set AK_SHARED\n");
	ak_free(dir);
	return NULL;
}

#endif
