/* A packet built again from the workspace, to show that it follows from it (DECISIONS 5). */
#ifndef AK_PACKET_REBUILD_H
#define AK_PACKET_REBUILD_H

#include "packet/build.h"

#ifdef __cplusplus
extern "C" {
#endif

/* o: as for ak_packet_build; period, reviewer, approval, draft and time are taken from the packet, `previous` is the packet that
 * it names as the one before.
 * *out, the caller's: {schema, format_version, packet, digest, verdict, rebuilt: digest|null, reasons: [text], files: [{path, state:
 * "differs"|"missing"|"new"}], ledger: {then, now} sizes, changed: [{kind, stands, then, now}] leaves of its run that stand otherwise today}.
 * verdict: "equal"; "went on" (the ledger has grown since, so that the bytes cannot be the same; the run of the packet is still in it,
 * leaf for leaf); "explained" (something else than the records is another one, which reasons name); "differs".
 * AK_EXIT_VERIFY: the packet is damaged, or the ledger does not contain its tree head. AK_EXIT_REFUSED: of another workspace. */
enum ak_rc ak_packet_rebuild(const struct ak_packet_opts *o, const char *path, json_t **out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
