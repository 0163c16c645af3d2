/* A packet as .tar, changed: see packet_edited. */
#include "base/ak.h"

#include "packet_sample.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct fuzz_in in = {p, n};

	packet_edited("p.tar", &in);
	return 0;
}
