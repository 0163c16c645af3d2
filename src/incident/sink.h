/* Where a bundle goes: lines of one file, or files of a bag. Internal to incident/. */
#ifndef AK_INCIDENT_SINK_H
#define AK_INCIDENT_SINK_H

#include <jansson.h>

#include "base/crypto.h"
#include "base/fs.h"
#include "packet/archive.h"

enum ak_part { AK_PART_TRACES, AK_PART_EVENTS, AK_PART_TIMELINE, AK_PART_LEFT_OUT, AK_PART_INDEX, AK_PARTS };

struct ak_sink {
	const char *path;
	struct ak_bag *bag; /* NULL: lines */
	struct ak_bag_file *file[AK_PARTS];
	struct ak_fs_temp temp;
	struct ak_sha256 *hash;
	struct ak_buf line;
};

#ifdef __cplusplus
extern "C" {
#endif

/* tmpdir: where large files of a bag wait. */
enum ak_rc ak_sink_open(struct ak_sink *s, const char *path, bool replace, const char *tmpdir, struct ak_err *err);
/* One document: a line of {part, document} in a .jsonl, a line of its part's file in a bag. */
enum ak_rc ak_sink_put(struct ak_sink *s, enum ak_part part, const json_t *document, struct ak_err *err);
/* Give it its name; mtime for what stands in an archive. */
enum ak_rc ak_sink_commit(struct ak_sink *s, bool replace, int64_t mtime, char digest[65], struct ak_err *err);
void ak_sink_release(struct ak_sink *s);

#ifdef __cplusplus
}
#endif
#endif
