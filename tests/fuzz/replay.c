/* Gives files to a fuzz target, one after the other, with any compiler: replay FILE... */
#include "fuzz.h"

#include "base/buf.h"
#include "base/fs.h"

/* The largest input that is kept. */
#define INPUT_BYTES ((size_t)1 << 24)

static bool replay(const char *path)
{
	struct ak_buf text;
	struct ak_err err = {0};
	uint8_t *exact;

	ak_buf_init(&text, INPUT_BYTES);
	if (ak_fs_slurp(path, INPUT_BYTES, &text, &err) != AK_OK) {
		fprintf(stderr, "%s\n", err.msg);
		ak_buf_release(&text);
		return false;
	}
	/* Not a byte more, so that sanitizers see who reads further. */
	exact = ak_alloc(text.n);
	if (text.n)
		memcpy(exact, text.p, text.n);
	LLVMFuzzerTestOneInput(exact, text.n);
	ak_free(exact);
	ak_buf_release(&text);
	/* As libFuzzer says it. */
	fprintf(stderr, "Executed %s\n", path);
	return true;
}

int main(int argc, char **argv)
{
	bool good = argc > 1;

	for (int i = 1; i < argc; i++)
		good = replay(argv[i]) && good;
	return good ? 0 : 1;
}
