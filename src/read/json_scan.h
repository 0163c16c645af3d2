/* Where does a JSON value end? Brackets and strings only, resumable at any byte, nothing looked at twice. */
#ifndef AK_READ_JSON_SCAN_H
#define AK_READ_JSON_SCAN_H

#include "base/ak.h"

struct ak_scan {
	bool in_string, escaped; /* escaped: a backslash was the last byte seen */
	bool accept;             /* the bracket that caused AK_SCAN_LINE is fine */
	uint32_t depth;
	uint64_t objects;  /* a bit per open bracket, innermost lowest, 1 = object; only the innermost 64 are known */
	size_t string_at;  /* position of the opening quote of the string that is open, or was closed last */
};

enum ak_scan_stop {
	AK_SCAN_MORE,   /* at the end of the bytes */
	AK_SCAN_DONE,   /* behind the value */
	AK_SCAN_STRING, /* behind a string of more than long_string bytes; go on by calling again */
	AK_SCAN_LINE,   /* at an opening bracket that starts a line inside the value; set accept to go on */
	AK_SCAN_BROKEN  /* at a closing bracket of the wrong kind, or a newline inside a string */
};

/* Start at the first byte of an object, array or string with a zeroed struct. Scans buf[*pos..n), moving *pos. */
enum ak_scan_stop ak_scan_run(struct ak_scan *s, const char *buf, size_t *pos, size_t n, size_t long_string);

#endif
