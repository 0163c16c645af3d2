/* Tag files of BagIt bags that others made (RFC 8493, and 0.97 before it). Internal to packet/. */
#ifndef AK_PACKET_BAGTEXT_H
#define AK_PACKET_BAGTEXT_H

#include "base/buf.h"

/* What bagit.txt says. */
struct ak_bagit {
	bool v1;	   /* 1.0, else 0.97 */
	char encoding[24]; /* of the other tag files, upper case */
};

#ifdef __cplusplus
extern "C" {
#endif

/* NULL, or what is wrong with bagit.txt, fit to follow its name. */
const char *ak_bagit_parse(struct ak_str text, struct ak_bagit *out);
/* A tag file as UTF-8. False when it is not in the encoding, or the encoding is not one of UTF-8, US-ASCII, ISO-8859-1, UTF-16,
 * UTF-16LE, UTF-16BE. */
bool ak_bag_decode(struct ak_str text, const char *encoding, struct ak_buf *out);
/* The next line, ended by LF, CR or CRLF or by the end; false when none is left. */
bool ak_bag_line(struct ak_str *text, struct ak_str *line);
/* "digest  path": both parts as they stand, a '*' before the path taken off. False when it is no such line. */
bool ak_bag_manifest_line(struct ak_str line, struct ak_str *digest, struct ak_str *path);
/* "url length path". */
bool ak_bag_fetch_line(struct ak_str line, struct ak_str *path);
/* The name of a file that a path of a manifest means: without "./" in front, %0A, %0D and in 1.0 %25 decoded. Appended. */
void ak_bag_name_of(struct ak_str path, bool v1, struct ak_buf *out);

#ifdef __cplusplus
}
#endif
#endif
