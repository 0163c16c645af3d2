/* struct ak_input: one thing to read, whatever it is: file, folder, glob, stdin, archive member, compressed stream.
 *
 * ak_inputs_open expands arguments into a list of *exports* (one per argument: a file, a folder, an archive, stdin; one
 * per match of a glob) and yields their files one after the other. A file is a named byte stream; bytes as given and
 * bytes decoded are hashed apart. Compression (gzip, zstd, xz) and containers (tar, zip, also inside compression) are
 * found by magic bytes, never by name. SECURITY R-ARC-1..4: only these formats are enabled in libarchive, members must
 * be regular files, names are checked, limits ARCHIVE_ENTRIES, EXPANDED_BYTES, EXPANSION_RATIO hold. The cage of
 * <archive.h> (with packet/), <zlib.h>, <zstd.h> and <lzma.h>.
 *
 * Unreadable shapes are refused with the export command to run instead (DECISIONS 26): Parquet, SQLite database,
 * pg_dump custom format, OTLP protobuf-looking binary, UTF-16 text. */
#ifndef AK_IO_SOURCE_H
#define AK_IO_SOURCE_H

#include "base/crypto.h"
#include "base/err.h"

struct ak_inputs;

/* A file turns out to be an archive when it is opened: kind is final from the first ak_inputs_next of the export on. */
enum ak_input_kind { AK_IN_FILE, AK_IN_DIR, AK_IN_ARCHIVE, AK_IN_STDIN, AK_IN_PAGES };

/* A page of an API that was pulled: read like a file, and never on disk unless saved. */
struct ak_page {
	const char *name;    /* as a file would be called */
	struct ak_str body;
	int64_t time_us;     /* of its retrieval */
	const char *request; /* what was asked, without credentials; redacted: it is stored */
	bool saved;	     /* the user keeps it (--save) */
	const char *format;  /* mapping id; NULL = detected */
};

struct ak_export_info {
	enum ak_input_kind kind;
	const char *argument; /* as given (or as expanded from a glob), for messages on the terminal only */
	struct ak_str name; /* raw base name ("stdin" for -): scanned and sanitised by the caller before it is stored */
	int64_t mtime_us;   /* newest modification time, 0 unknown (stdin) */
	uint64_t index;	    /* 0-based number of the export */
};

struct ak_file_info {
	const struct ak_export_info *export_; /* lives as long as the inputs */
	struct ak_str name;   /* base name; for a folder the path below it; for a member "archive!member"; raw bytes,
				 valid   until the next ak_inputs_next */
	const char *codec;    /* "none", "gzip", "zstd", "xz"; of a member its own, else its archive's */
	uint64_t given_size;  /* bytes on disk of the file as given, 0 when unknown (stdin, member) */
	uint64_t given_index; /* which file on disk this comes from, see ak_inputs_given; shared by an archive's members
			       */
	int64_t mtime_us;     /* of the file on disk or the member, 0 unknown */
	bool member;	      /* a member of an archive */
	bool seekable;	      /* a plain file that can be read twice */
	const struct ak_page *page; /* it is one; NULL otherwise */
};

#ifdef __cplusplus
extern "C" {
#endif

/* args: paths, folders, globs ("logs/2026-*.gz" when no such file exists), "-" for stdin (once). Missing paths and
 * empty globs are AK_EXIT_INPUT errors naming the argument, so are symlinks, FIFOs and devices named directly. Folder
 * walk is depth-first in byte order; dot files, symlinks and empty files are left out and listed by ak_inputs_skipped.
 * An empty file that is named directly is yielded: silence is evidence. */
/* Is an argument a pattern, by its signs? Is there anything that it names? What cannot be looked at counts as there. */
bool ak_inputs_is_pattern(const char *arg);
bool ak_inputs_are_there(const char *arg);
enum ak_rc ak_inputs_open(const char *const *args, size_t n, struct ak_inputs **out, struct ak_err *err);
/* Pages in memory as one export of that name; the caller's until ak_inputs_free. */
void ak_inputs_open_pages(const struct ak_page *pages, size_t n, const char *name, struct ak_inputs **out);
void ak_inputs_free(struct ak_inputs *in);
/* Go to the next file. AK_OK, AK_END at the very end, AK_FAIL when this file (or this member, or the rest of this
 * archive) cannot be read: the caller reports it and may call again to go on with the following one. Reasons:
 * "refused_format", "nested_archive", "expansion_limit", "member_name", "member_duplicate", "member_encrypted",
 * "archive_entries", "archive_empty", and those of ak_inputs_read. */
enum ak_rc ak_inputs_next(struct ak_inputs *in, struct ak_file_info *out, struct ak_err *err);
/* Name of the file on disk (or "standard input") that the last ak_inputs_next was about, also after its failure; NULL
 * before. Raw bytes, no folder that was given. */
const char *ak_inputs_label(const struct ak_inputs *in);
/* Decoded bytes of the current file; *n = 0 at its end (the return code is AK_OK then, too). Failures come after all
 * bytes that can be decoded have been given, reasons:
 * "stream_truncated", "stream_corrupt", "stream_trailing_data" (bytes behind the compressed stream that nobody reads),
 * "expansion_limit", "read_error". A failed file stays failed. */
enum ak_rc ak_inputs_read(struct ak_inputs *in, void *buf, size_t cap, size_t *n, struct ak_err *err);
/* Digests and sizes of the current file as given and of its decoded bytes; final once ak_inputs_read has said *n = 0 or
 * failed, and kept until the next ak_inputs_next that yields a file. For an archive member `given` becomes known with
 * the end of the archive: see ak_inputs_given. */
struct ak_file_digest {
	uint8_t given[32], decoded[32];
	uint64_t given_bytes, decoded_bytes;
	bool given_known; /* every byte on disk has been read and hashed */
	bool changed;	  /* size or time on disk changed while it was read */
};
void ak_inputs_digest(struct ak_inputs *in, struct ak_file_digest *out);
/* The figures of one file on disk (given, given_bytes, given_known, changed; decoded is zero) by ak_file_info's
 * given_index, at any time; complete as soon as a later file has been asked for. */
void ak_inputs_given(const struct ak_inputs *in, uint64_t given_index, struct ak_file_digest *out);
/* Digest of the decoded bytes read so far (for resume). */
void ak_inputs_peek(struct ak_inputs *in, uint8_t decoded[32]);
/* Total bytes of all plain files on disk, 0 when unknown: for progress. *done = bytes consumed so far. */
uint64_t ak_inputs_total(const struct ak_inputs *in, uint64_t *done);
/* What was left out and why ("symlink", "not a regular file", "empty", "dot file", "hard link", "too deep"); ends with
 * a NULL name. Names are raw bytes. Grows while archives are read; valid until the next ak_inputs_next. */
struct ak_skip {
	char *name;
	const char *why;
};
const struct ak_skip *ak_inputs_skipped(const struct ak_inputs *in, size_t *n);

#ifdef __cplusplus
}
#endif
#endif
