/* The central directory of a zip file, held against what is really stored (SECURITY R-ARC-2).
 *
 * Zip readers may trust the directory at the end or the headers between the data, so a file can show two faces. A
 * packet must not: its entries stand back to back from the first byte to the directory, the directory ends the file,
 * and both descriptions of every entry agree, also where their sizes stand in zip64 fields. Comments, encryption and
 * methods other than stored and deflated are refused. */
#ifndef AK_PACKET_ZIPDIR_H
#define AK_PACKET_ZIPDIR_H

#include "packet/reader.h"

struct ak_zip_entry {
	struct ak_str name; /* view into the directory */
	uint64_t offset;
	uint64_t stored; /* compressed size */
	uint64_t size;
	uint32_t crc;
	uint16_t flags, method;
};

struct ak_zipdir {
	char *bytes;		/* the directory as read */
	struct ak_zip_entry *v; /* in the order they are stored */
	size_t n;
};

#ifdef __cplusplus
extern "C" {
#endif

/* Read and check. Refusals go through ak_reader_refuse: archive_trailing, archive_type, archive_limit,
 * archive_mismatch, archive_damaged. */
enum ak_rc ak_zipdir_read(struct ak_zipdir *d, struct ak_reader *r, int fd);
void ak_zipdir_release(struct ak_zipdir *d);

#ifdef __cplusplus
}
#endif
#endif
