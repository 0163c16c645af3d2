/* A packet as .zip, changed: see packet_edited. */
#include "base/ak.h"

#include "packet_sample.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct fuzz_in in = {p, n};

	packet_edited("p.zip", &in);
	return 0;
}
