#!/bin/sh
# The part of faults.t that takes longest, a resumed ingest, beside the others in make check-long.
[ "${AK_LONG-}" ] || { echo '1..0 # SKIP only in make check-long; faults.t takes a sample of it'; exit 0; }
AK_ONLY='ingest resumed' exec sh "$AK_SRCDIR/tests/e2e/faults.t"
