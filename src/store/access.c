#include "base/ak.h"
#include "store/access.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/jsonw.h"
#include "base/time.h"

#define FIRST "0000000000000000000000000000000000000000000000000000000000000000"
#define TAIL_BYTES 65536

static enum ak_rc open_log(struct ak_store *s, int flags, int *fd, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *path = ak_fs_join(s->dir, "access.jsonl");

	if (ak_fs_check_private_file(path, err) != AK_OK)
		return AK_FAIL;
	*fd = ak_fs_open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (*fd < 0 && flags & O_APPEND && s->unwritable) {
		ak_hint(err, "copy the workspace to where it can be written; verify, check, status and reports of figures read it where it is");
		return ak_fail(err, AK_EXIT_IO, "this access to evidence has to be logged, and nothing can be written in '%s': nothing is shown", s->dir);
	}
	return *fd >= 0 || errno == ENOENT ? AK_OK
					   : ak_fail_sys(err, AK_EXIT_IO, errno, "cannot open the access log of '%s'", s->dir);
}

/* Digest of the last complete line; the log is locked. A line that a kill cut short is taken off: its command has shown
 * nothing yet. */
static enum ak_rc last_line(int fd, char out[65], struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *buf = ak_alloc(TAIL_BYTES);
	off_t size = lseek(fd, 0, SEEK_END), from = size > TAIL_BYTES ? size - TAIL_BYTES : 0;
	ssize_t n = size > 0 ? ak_fs_pread(fd, buf, (size_t)(size - from), from) : 0;
	uint8_t digest[32];
	ssize_t start;

	if (size < 0 || n < 0 || n != size - from)
		return ak_fail_sys(err, AK_EXIT_IO, errno, "cannot read 'access.jsonl'");
	memcpy(out, FIRST, 65);
	while (n && buf[n - 1] != '\n')
		n--;
	if (from + n != size && ftruncate(fd, from + n) != 0)
		return ak_fail_sys(err, AK_EXIT_IO, errno, "cannot mend 'access.jsonl'");
	if (n == 0)
		return AK_OK;
	for (start = n - 1; start > 0 && buf[start - 1] != '\n'; start--)
		;
	ak_sha256(buf + start, (size_t)(n - start - (buf[n - 1] == '\n')), digest);
	ak_hex(digest, 32, out);
	return AK_OK;
}

void ak_access_operator(const struct ak_hmac *token, char out[64])
{
	char uid[32];
	uint8_t mac[32];

	snprintf(uid, sizeof uid, "uid:%lu", (unsigned long)getuid());
	ak_hmac_class(token, AK_STR("operator"), ak_str_of(uid), mac);
	memcpy(out, "user:", 5);
	ak_hex(mac, 16, out + 5);
}

static enum ak_rc append_line(int fd, const struct ak_hmac *token, const char *command, const json_t *options,
			      uint64_t records, struct ak_err *err)
{
	char previous[65], who[64], now[32];
	AK_CLEANUP(ak_json_decref) json_t *line = NULL;
	struct ak_buf b;
	enum ak_rc rc = last_line(fd, previous, err);

	if (rc != AK_OK)
		return rc;
	ak_access_operator(token, who);
	line = json_pack("{s:s, s:s, s:s, s:I, s:s, s:O}", "command", command, "operator", who, "previous", previous,
			 "records", (json_int_t)records, "time", ak_time_z(ak_time_now(), 3, now), "options", options);
	ak_buf_init(&b, TAIL_BYTES / 2);
	rc = ak_jcs(line, &b, err);
	ak_buf_addc(&b, '\n');
	if (rc == AK_OK)
		rc = b.over ? ak_fail(err, AK_EXIT_LIMIT, "options are too long for the access log")
			    : ak_fs_write_all(fd, b.p, b.n, "access.jsonl", err);
	if (rc == AK_OK && fsync(fd) != 0)
		rc = ak_fail_sys(err, AK_EXIT_IO, errno, "cannot write 'access.jsonl'");
	ak_buf_release(&b);
	return rc;
}

enum ak_rc ak_access_append(struct ak_store *s, const struct ak_hmac *token, const char *command, const json_t *options,
			    uint64_t records, struct ak_err *err)
{
	int fd = -1;
	enum ak_rc rc = open_log(s, O_RDWR | O_APPEND | O_CREAT, &fd, err);

	if (rc != AK_OK)
		return rc;
	while (flock(fd, LOCK_EX) != 0)
		if (errno != EINTR) {
			close(fd);
			return ak_fail_sys(err, AK_EXIT_IO, errno, "cannot lock 'access.jsonl'");
		}
	rc = append_line(fd, token, command, options, records, err);
	if (close(fd) != 0 && rc == AK_OK)
		rc = ak_fail_sys(err, AK_EXIT_IO, errno, "cannot write 'access.jsonl'");
	return rc;
}

/* The log as it stands between two lines being appended; empty when there is none. */
static enum ak_rc read_log(struct ak_store *s, struct ak_buf *out, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *path = ak_fs_join(s->dir, "access.jsonl");
	int fd = -1;
	enum ak_rc rc = open_log(s, O_RDONLY, &fd, err);

	if (rc != AK_OK || fd < 0)
		return rc;
	/* Where there are no locks nothing is appended either. */
	while (flock(fd, LOCK_SH) != 0 && errno == EINTR)
		;
	rc = ak_fs_slurp(path, out->max - 1, out, err);
	close(fd);
	return rc;
}

enum ak_rc ak_access_read(struct ak_store *s, json_t **out, bool *unbroken, struct ak_err *err)
{
	AK_CLEANUP(ak_json_decref) json_t *lines = json_array();
	char want[65] = FIRST;
	struct ak_buf text;
	uint8_t digest[32];
	enum ak_rc rc;

	*unbroken = true;
	ak_buf_init(&text, 1u << 28);
	rc = read_log(s, &text, err);
	for (size_t at = 0; at < text.n && rc == AK_OK;) {
		struct ak_str line = ak_str_n(text.p + at, text.n - at);
		json_t *doc = NULL;
		line.n = ak_str_find(line, '\n');
		at += line.n + 1;
		if (at > text.n) /* cut short by a kill; the next access takes it off */
			break;
		if (ak_json_parse(line, &doc, NULL) != AK_OK) {
			*unbroken = false;
			continue;
		}
		const char *previous = json_string_value(json_object_get(doc, "previous"));
		*unbroken = *unbroken && previous && strcmp(previous, want) == 0;
		ak_sha256(line.p, line.n, digest);
		ak_hex(digest, 32, want);
		json_array_append_new(lines, doc);
	}
	ak_buf_release(&text);
	if (rc == AK_OK) {
		*out = lines;
		lines = NULL;
	}
	return rc;
}
