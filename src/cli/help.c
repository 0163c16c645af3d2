#include "base/ak.h"
#include "cli/help.h"

#include "base/sandbox.h"
#include "cli/args.h"
#include "cmd/usage.h"

enum ak_exit ak_help_version(struct ak_io *io, bool verbose, struct ak_err *err)
{
	struct ak_sandbox_kernel kernel;
	struct ak_buf words;

	ak_io_printf(io, "auditkit %s\n", PACKAGE_VERSION);
	if (verbose) {
		ak_buf_init(&words, 1000);
		ak_sandbox_look(&kernel);
		ak_sandbox_describe(&kernel, &words);
		ak_io_printf(io, "fields %d, record kinds %d, data %s\nsandbox %s\n", AK_F_COUNT, AK_K_COUNT, AK_DATA_DIR, words.p);
		ak_buf_release(&words);
	}
	return ak_io_flush(io, err) == AK_OK ? AK_EXIT_OK : AK_EXIT_IO;
}

enum ak_exit ak_help_print(struct ak_io *io, const struct ak_cmd *cmd, struct ak_err *err)
{
	struct ak_buf b;

	ak_buf_init(&b, 1 << 20);
	if (cmd)
		ak_usage_command(cmd, io->width, &b);
	else
		ak_usage_overview(io->width, &b);
	ak_io_text(io, ak_buf_str(&b));
	ak_buf_release(&b);
	return ak_io_flush(io, err) == AK_OK ? AK_EXIT_OK : AK_EXIT_IO;
}
