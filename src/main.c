#include "base/ak.h"
#include "cli/cli.h"

#include <stdlib.h>

static bool returned;

/* libarchive ends the program itself where memory is gone, with an exit code that means something else here. */
static void ended(void)
{
	if (!returned)
		ak_out_of_memory();
}

int main(int argc, char **argv)
{
	int code;

	if (atexit(ended) != 0)
		ak_out_of_memory();
	code = ak_cli_main(argc, argv);
	returned = true;
	return code;
}
