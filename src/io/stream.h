/* A chain of byte streams: disk file, decoder, archive member, decoder. Each pulls from the one above it.
 *
 * A stream holds one chunk at a time (p, n: its unread bytes) and makes the next one when that is used up. A pull may
 * hand out its last bytes together with the end or a failure: ak_stream_fill reports those after the bytes. The first
 * chunk has at least AK_STREAM_HEAD bytes unless the stream is shorter, so that it can be sniffed. */
#ifndef AK_IO_STREAM_H
#define AK_IO_STREAM_H

#include "base/crypto.h"
#include "base/err.h"

#define AK_STREAM_HEAD 4096
#define AK_STREAM_BUFFER ((size_t)1 << 20)
#define AK_STREAM_BLOCK ((size_t)256 << 10) /* what a decoder makes in one go */

struct archive;
struct ak_la;
struct ak_stream;

struct ak_stream_ops {
	/* Sets p and n; AK_END or AK_FAIL come with the last bytes or none. */
	enum ak_rc (*pull)(struct ak_stream *s, struct ak_err *err);
	void (*close)(struct ak_stream *s);
};

struct ak_stream {
	const struct ak_stream_ops *ops;
	struct ak_stream *up;	     /* where the bytes come from, not owned; NULL for a file */
	const char *name;	     /* for messages; lives longer than the stream */
	const uint64_t *given_bytes; /* bytes read from disk so far, for the expansion ratio */
	const uint8_t *p;
	size_t n;
	uint64_t made; /* bytes of all chunks so far */
	bool ended, failed;
	struct ak_err fault; /* valid when failed */
};

/* The file on disk, or stdin, at the head of a chain. Its 1 MiB buffer serves one file after the other. */
struct ak_disk {
	struct ak_stream s;
	int fd;
	struct ak_str held; /* bytes in memory that are read in place of fd */
	bool hashing; /* hash what is read; may be put off before the second chunk (plain file: its
		 decoded digest is the same) */
	uint8_t *buf;
	size_t pending; /* bytes of buf not hashed yet */
	struct ak_sha256 *hash;
	uint64_t bytes; /* read so far */
};

#ifdef __cplusplus
extern "C" {
#endif

/* ak_fail as AK_EXIT_INPUT with a reason and a hint (may be NULL). */
enum ak_rc ak_stream_fail(struct ak_err *err, const char *reason, const char *hint, const char *fmt, ...)
	AK_PRINTF(4, 5);
/* Set the members every stream has. */
void ak_stream_init(struct ak_stream *s, const struct ak_stream_ops *ops, struct ak_stream *up);
/* Make n > 0. AK_OK, AK_END, AK_FAIL (again and again). Refuses what expands beyond the limits. */
enum ak_rc ak_stream_fill(struct ak_stream *s, struct ak_err *err);
/* Safe on NULL; does not touch the one above. */
void ak_stream_close(struct ak_stream *s);
/* Read and forget everything that is left; *nonzero = a byte other than NUL was among it (may be NULL). */
enum ak_rc ak_stream_drain(struct ak_stream *s, bool *nonzero, struct ak_err *err);

void ak_disk_init(struct ak_disk *d);
/* Start over with fd, which is owned from now on (0 is read but never closed). */
void ak_disk_start(struct ak_disk *d, int fd, const char *name);
/* The same with bytes in memory, which live until it is stopped. */
void ak_disk_start_held(struct ak_disk *d, struct ak_str bytes, const char *name);
/* Read and hash what is left, then the digest. AK_FAIL when it cannot be read. Only with hashing. */
enum ak_rc ak_disk_finish(struct ak_disk *d, uint8_t digest[AK_SHA256_LEN], struct ak_err *err);
void ak_disk_stop(struct ak_disk *d);
void ak_disk_release(struct ak_disk *d);

/* Members of a tar or zip archive, one at a time: a stream of the current member's bytes. */
struct ak_members;
struct ak_member {
	char *name;	  /* without leading "./"; valid until the next step */
	int64_t mtime_us; /* 0 unknown */
	const char *skip; /* why this member has nothing to give ("symlink", "empty", ...), or NULL */
};
enum ak_rc ak_members_open(struct ak_stream *up, bool zip, struct ak_members **out, struct ak_err *err);
/* AK_OK, AK_END after the last, AK_FAIL: *fatal tells whether the rest of the archive is lost. Folders are passed. */
enum ak_rc ak_members_next(struct ak_members *m, struct ak_member *out, bool *fatal, struct ak_err *err);
struct ak_stream *ak_members_stream(struct ak_members *m);
void ak_members_close(struct ak_members *m);

/* What feeds libarchive. */
struct ak_feed {
	struct ak_stream *up;
	struct archive *a;
	const uint8_t *last; /* chunk libarchive got last */
	size_t last_n;
	uint8_t before[64]; /* the end of the chunk before that one */
	uint64_t fed;
	bool starved; /* libarchive asked for more than there is */
	const uint8_t *block; /* of the current member, not handed out yet */
	size_t block_n;
	uint64_t at; /* bytes of the current member so far */
	bool spoilt; /* it turned out to be damaged when its last block came */
};
enum ak_rc ak_feed_open(struct ak_feed *f, struct ak_la *l, struct ak_err *err);
/* The failure behind an error of libarchive: the stream above, its end, or damage. */
enum ak_rc ak_feed_fail(const struct ak_feed *f, const char *name, struct ak_err *err);
/* The next bytes of the member until the buffer is full, the end or a failure; all good ones before a failure. */
enum ak_rc ak_feed_pull(struct ak_feed *f, struct archive *a, struct ak_stream *s, uint8_t *buf, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
