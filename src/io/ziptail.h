/* What follows the last member of a zip file that is read as a stream: its directory, and then nothing. A directory that
 * is cut off, that names another number of entries, or that a second archive follows is lost evidence. */
#ifndef AK_IO_ZIPTAIL_H
#define AK_IO_ZIPTAIL_H

#include "io/stream.h"

/* Bytes not read yet, in three pieces: p, then later, then what up still gives. */
struct ak_ziptail {
	const uint8_t *p, *later;
	size_t n, nlater;
	struct ak_stream *up;
};

#ifdef __cplusplus
extern "C" {
#endif

/* AK_END: as it should be, and up is read to its end. AK_FAIL: stream_truncated, stream_trailing_data, zip_mismatch, or
 * the failure of up. members: entries that were found, folders counted. */
enum ak_rc ak_ziptail_check(struct ak_ziptail *t, uint64_t members, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
