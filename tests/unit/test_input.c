#include "base/ak.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "io/sniff.h"
#include "test_input.h"

/* One file as the only thing behind an argument: equal to the file `plain`, digests included. */
static void yields(const char *arg, const char *codec, const char *plain, const char *name)
{
	struct ak_file_digest d;
	if (!ok(inputs(arg, NULL) == AK_OK && next() == AK_OK, name))
		return;
	is_str(ak_str_of(file.codec), codec, name);
	ok(read_all() == AK_OK, name);
	ak_inputs_digest(in, &d);
	ok(d.given_known && !d.changed, name);
	digest_is(d.decoded, plain, name);
	digest_is(d.given, arg, name);
	is_int((int64_t)d.decoded_bytes, (int64_t)got.n, name);
	ok(next() == AK_END && next() == AK_END, name);
}

static void test_plain(void)
{
	yields("big", "none", "big", "plain file");
	ok(file.seekable && !file.member && file.export_->kind == AK_IN_FILE, "plain files are seekable");
	is_str(file.name, "big", "name of a plain file");
	yields("empty", "none", "empty", "an empty file named directly");
	ok(inputs("small", "big") == AK_OK && next() == AK_OK, "two files");
	uint64_t done, total = ak_inputs_total(in, &done);
	is_int((int64_t)total, 4 + 2688895, "total of two files");
	ok(read_all() == AK_OK && next() == AK_OK && file.export_->index == 1, "second export");
	uint8_t peek[32];
	size_t n;
	char four[4];
	ok(ak_inputs_read(in, four, 4, &n, &err) == AK_OK && n == 4 && memcmp(four, "1\n2\n", 4) == 0, "four bytes");
	ak_inputs_peek(in, peek);
	ok(sh("head -c 4 big >four"), "prefix made");
	digest_is(peek, "four", "digest of a prefix");
	ok(read_all() == AK_OK, "the rest");
	ak_inputs_total(in, &done);
	is_int((int64_t)done, (int64_t)total, "all done");
}

static void test_codecs(void)
{
	static const char *const codecs[][3] = {
		{"gzip", "gzip -c big >big.gz", "big.gz"},
		{"zstd", "zstd -qc big >big.zst", "big.zst"},
		{"xz", "xz -0 -c big >big.xz", "big.xz"},
	};
	for (size_t i = 0; i < AK_COUNT(codecs); i++) {
		if (!have(codecs[i][0]))
			continue;
		ok(sh(codecs[i][1]), "compressed");
		yields(codecs[i][2], codecs[i][0], "big", codecs[i][2]);
		ok(!file.seekable && file.given_size > 0, "compressed streams are not seekable");
	}
	if (have("gzip")) {
		ok(sh("cp big.gz noext; gzip -c small >two.gz; gzip -c big >>two.gz; cat small big >both"),
		   "more made");
		yields("noext", "gzip", "big", "found by magic bytes, not by name");
		yields("two.gz", "gzip", "both", "concatenated gzip members");
		ok(sh("(cat big.gz; head -c 600 /dev/zero) >pad.gz"), "padded");
		yields("pad.gz", "gzip", "big", "NUL padding after gzip");
		ok(sh(": | gzip -c >nil.gz"), "empty gzip made");
		yields("nil.gz", "gzip", "empty", "gzip of nothing");
	}
	if (have("zstd")) {
		ok(sh("zstd -qc small >two.zst; zstd -qc big >>two.zst; cat small big >both"), "zstd frames made");
		yields("two.zst", "zstd", "both", "concatenated zstd frames");
	}
	if (have("xz")) {
		ok(sh("xz -c small >two.xz; xz -0 -c big >>two.xz; cat small big >both"), "xz streams made");
		yields("two.xz", "xz", "both", "concatenated xz streams");
	}
}

static void fails_read(const char *arg, const char *reason, const char *name)
{
	if (!ok(inputs(arg, NULL) == AK_OK && next() == AK_OK, name))
		return;
	ok(read_all() == AK_FAIL && err.exit == AK_EXIT_INPUT, name);
	is_str(ak_str_of(err.reason), reason, name);
	struct ak_file_digest d;
	ak_inputs_digest(in, &d);
	ok(d.given_known, name);
	digest_is(d.given, arg, name);
	size_t n;
	ok(ak_inputs_read(in, ak_buf_room(&got, 10), 10, &n, &err) == AK_FAIL, "a failed file stays failed");
	ok(next() == AK_END, "and does not end the run");
}

static bool is_prefix_of_big(void)
{
	FILE *f = fopen("big", "rb");
	char *want = calloc(1, got.n + 1);
	bool same = f && want && fread(want, 1, got.n, f) == got.n && memcmp(want, got.p ? got.p : "", got.n) == 0;
	free(want);
	if (f)
		fclose(f);
	return same;
}

static void test_damage(void)
{
	if (have("gzip")) {
		ok(sh("head -c 20000 big.gz >cut.gz; gzip -dc cut.gz >cut.txt 2>/dev/null; test -s cut.txt"),
		   "cut made");
		fails_read("cut.gz", "stream_truncated", "truncated gzip");
		struct stat st;
		ok(stat("cut.txt", &st) == 0 && (int64_t)got.n >= st.st_size && got.n > 30000,
		   "as much as gzip -d gives");
		ok(is_prefix_of_big(), "all of it right");
		ok(sh("head -c $(($(wc -c <big.gz) - 4)) big.gz >cut.gz"), "cut in the trailer");
		fails_read("cut.gz", "stream_truncated", "gzip without its trailer");
		is_int((int64_t)got.n, 2688895, "every byte given before");
		ok(sh("(cat big.gz; echo garbage) >tail.gz"), "tail made");
		fails_read("tail.gz", "stream_trailing_data", "foreign bytes after gzip");
		is_int((int64_t)got.n, 2688895, "every byte given before them");
		ok(sh("(head -c 20000 big.gz; printf XXXXXXXXXXXX; tail -c +20013 big.gz) >bad.gz"), "damage made");
		fails_read("bad.gz", "stream_corrupt", "damaged gzip");
		ok(sh("head -c 5 big.gz >five.gz"), "five bytes made");
		fails_read("five.gz", "stream_truncated", "five bytes of gzip");
	}
	if (have("zstd") && sh("seq 1 400000 | zstd -qc >b.zst; head -c $(($(wc -c <b.zst) - 5000)) b.zst >cut.zst")) {
		fails_read("cut.zst", "stream_truncated", "truncated zstd");
		ok(got.n > 500000 && is_prefix_of_big(), "most of it given, all of it right");
	}
	if (have("xz") && sh("head -c $(($(wc -c <big.xz) - 5000)) big.xz >cut.xz")) {
		fails_read("cut.xz", "stream_truncated", "truncated xz");
		ok(got.n > 100000 && is_prefix_of_big(), "most of it given, all of it right");
	}
}

static void test_folder(void)
{
	ok(sh("mkdir -p dir/b dir/.git; echo 1 >dir/a.txt; echo 2 >dir/b/x; echo 3 >dir/b.txt; : >dir/void;"
	      "echo 4 >dir/.hidden; echo 5 >dir/.git/c; ln -sf a.txt dir/link; ln -sfn b dir/linkdir; echo 6 >dir/Z"),
	   "folder made");
	static const char *const want[] = {"Z", "a.txt", "b/x", "b.txt"};
	ok(inputs("dir/", NULL) == AK_OK, "folder opens");
	for (size_t i = 0; i < AK_COUNT(want); i++) {
		ok(next() == AK_OK, want[i]);
		is_str(file.name, want[i], "byte order, depth first");
		is_int((int64_t)file.given_index, (int64_t)i, "number on disk");
		ok(file.export_->kind == AK_IN_DIR && ak_str_is(file.export_->name, "dir"), "of the folder");
		ok(read_all() == AK_OK && got.n == 2, "read");
	}
	ok(next() == AK_END, "end of the folder");
	size_t n;
	const struct ak_skip *skip = ak_inputs_skipped(in, &n);
	is_int((int64_t)n, 5, "five skipped");
	ok(n == 5 && strcmp(skip[2].why, "symlink") == 0 && strcmp(skip[2].name, "dir/link") == 0 &&
		   strcmp(skip[4].why, "empty") == 0,
	   "with names and reasons");
	ok(inputs("dir", NULL) == AK_OK &&
		   sh("rm dir/b/x; rmdir dir/b; mkdir pack; cp small pack/x; ln -s ../pack dir/b"),
	   "swap");
	ok(next() == AK_OK && next() == AK_OK && next() == AK_FAIL, "a symlink put in the way is not followed");
	ok(next() == AK_OK && ak_str_is(file.name, "b.txt"), "and the walk goes on");
	ok(sh("mkdir -p hollow/.x") && inputs("hollow", NULL) == AK_FAIL && err.exit == AK_EXIT_INPUT,
	   "a folder of nothing");
}

static void test_arguments(void)
{
	ok(inputs("missing", NULL) == AK_FAIL && err.exit == AK_EXIT_INPUT && strstr(err.msg, "'missing'"),
	   "missing path");
	ok(inputs("no-*.x", NULL) == AK_FAIL && err.exit == AK_EXIT_INPUT && strstr(err.msg, "'no-*.x'"), "empty glob");
	ok(sh("ln -sf small sym") && inputs("sym", NULL) == AK_FAIL && err.exit == AK_EXIT_INPUT && err.hint[0],
	   "symlink");
	ok(strstr(err.msg, "symlink") != NULL, "named as such");
	ok(sh("mkfifo -m 600 pipe") && inputs("pipe", NULL) == AK_FAIL && strstr(err.hint, "standard input"), "FIFO");
	ok(inputs("/dev/null", NULL) == AK_FAIL && err.exit == AK_EXIT_INPUT, "device");
	ok(inputs("-", "-") == AK_FAIL && err.exit == AK_EXIT_USAGE, "standard input twice");
	ok(sh("mkdir -p g; echo 1 >g/b.log; echo 2 >g/B.log; echo 3 >g/a.log; ln -sf a.log g/c.log; echo 4 "
	      ">'g/[x].log'"),
	   "glob folder made");
	ok(inputs("g/?.log", NULL) == AK_OK, "glob");
	static const char *const want[] = {"B.log", "a.log", "b.log"};
	for (size_t i = 0; i < AK_COUNT(want); i++)
		ok(next() == AK_OK && ak_str_is(file.name, want[i]) && file.export_->index == i, want[i]);
	size_t n;
	ok(next() == AK_END && ak_inputs_skipped(in, &n) && n == 1, "symlink in a glob is left out");
	ok(inputs("g/[x].log", NULL) == AK_OK && next() == AK_OK && ak_str_is(file.name, "[x].log"),
	   "an existing name is no pattern");
	ok(sh("chmod 0 g/a.log"), "mode taken away");
	ok(inputs("g/a.log", "g/b.log") == AK_OK, "an unreadable file opens late");
	if (geteuid() != 0)
		ok(next() == AK_FAIL && err.exit == AK_EXIT_INPUT && strstr(err.msg, "g/a.log"), "and is reported");
	else
		ok(next() == AK_OK, "and is readable to root");
	ok(next() == AK_OK && ak_str_is(file.name, "b.log"), "and the next one is read");
}

static void from_stdin(const char *path, const char *codec, const char *plain)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ok(fd >= 0 && dup2(fd, 0) == 0, "standard input set");
	if (fd > 0)
		close(fd);
	ok(inputs("-", NULL) == AK_OK && next() == AK_OK, "standard input");
	is_str(ak_str_of(file.codec), codec, "its codec");
	ok(read_all() == AK_OK, "read");
	struct ak_file_digest d;
	uint64_t done;
	ak_inputs_digest(in, &d);
	digest_is(d.decoded, plain, "content from standard input");
	ok(d.given_known, "given bytes known");
	digest_is(d.given, path, "given bytes from standard input");
	ok(!file.seekable && file.given_size == 0 && ak_inputs_total(in, &done) == 0, "size unknown");
	ok(next() == AK_END, "end of standard input");
}

static void test_stdin(void)
{
	from_stdin("big", "none", "big");
	is_str(file.export_->name, "stdin", "its name");
	ok(file.export_->kind == AK_IN_STDIN, "its kind");
	if (have("gzip"))
		from_stdin("big.gz", "gzip", "big");
}

static void test_changed(void)
{
	ok(sh("seq 1 100 >grow"), "file made");
	ok(inputs("grow", NULL) == AK_OK && next() == AK_OK && sh("touch -d '2020-01-01' grow") && read_all() == AK_OK,
	   "read");
	struct ak_file_digest d;
	ak_inputs_digest(in, &d);
	ok(d.changed && d.given_known, "a change while reading is told");
}

static void refused(const char *bytes, size_t n, const char *hint, const char *name)
{
	put("refused", bytes, n);
	fails_next("refused", "refused_format", hint, name);
}

#define REFUSED(bytes, hint, name) refused(bytes, sizeof(bytes) - 1, hint, name)

static void test_refusals(void)
{
	REFUSED("PAR1\x15\x04\x15\x00", "COPY", "Parquet");
	REFUSED("SQLite format 3\0\x10\0", ".mode json", "SQLite");
	REFUSED("PGDMP\x01\x0e\0", "\\copy", "pg_dump");
	REFUSED("--\n-- PostgreSQL database dump\n--\n\n", "\\copy", "pg_dump as SQL");
	REFUSED("-- MySQL dump 10.13  Distrib 8.0.36\n", "mysql --batch", "mysqldump");
	REFUSED("-- MariaDB dump 10.19\n", "mysql --batch", "mariadb-dump");
	REFUSED("/*M!999999\\- enable the sandbox mode */\n", "mysql --batch", "mariadb-dump of later versions");
	REFUSED("PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n", ".mode json", "dump of sqlite3");
	REFUSED("\xff\xfe{\0\"\0", "iconv -f UTF-16 -t UTF-8", "UTF-16 little endian with a mark");
	REFUSED("\xfe\xff\0{\0\"", "iconv", "UTF-16 big endian with a mark");
	REFUSED("{\0\"\0a\0", "iconv", "UTF-16 without a mark");
	/* ResourceSpans of 38 bytes, Resource of 20, one attribute service.name = "demo" (protobuf wire format by hand)
	 */
	REFUSED("\x0a\x26\x0a\x1a\x0a\x18\x0a\x0cservice.name\x12\x06\x0a\x04"
		"demo\x12\x08\x12\x06\x0a\x04\x01\x02\x03\x04",
		"format: json", "OTLP protobuf");
	REFUSED("\0\0\0\x28\x0a\x26\x0a\x1a\x0a\x18\x0a\x0cservice.name\x12\x06\x0a\x04"
		"demo\x12\x08\x12\x06",
		"format: json", "OTLP protobuf with a length before it");
	REFUSED("BZh91AY&SY\x01\x02", "gzip", "bzip2");
	REFUSED("7z\xbc\xaf\x27\x1c\0\x04", "gzip", "7z");
	REFUSED("%PDF-1.7\n", "--manual", "PDF");
	REFUSED("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", "--manual", "PNG");
	REFUSED("\xff\xd8\xff\xe0\0\x10JFIF", "--manual", "JPEG");
	REFUSED("<!DOCTYPE html><title>Log in</title>", "export it again", "a page of log-in");
	REFUSED("<html><body>502</body></html>", "export it again", "a page of an error");
	REFUSED("<?xml version=\"1.0\"?><Error/>", "export it again", "XML");
	static const char *const texts[] = {
		"\n{\n  \"a\": 1\n}\n", "PAR1,PAR2\n1,2\n", "ORCID,name\n1,2\n", "PGDMP,x\n", "BZh,1\n",
		"\xef\xbb\xbf,a,b\n",	"\n\n\n",
	};
	for (size_t i = 0; i < AK_COUNT(texts); i++) {
		put("text", texts[i], strlen(texts[i]));
		yields("text", "none", "text", "text that begins like something else");
	}
	struct ak_str cut = {"\x1f\x8b", 2};
	ok(ak_sniff(cut) == AK_SHAPE_TEXT && ak_sniff(AK_STR("")) == AK_SHAPE_TEXT, "two bytes and none are text");
}

int main(void)
{
	if (!ok(dir_begin(), "test folder made"))
		return 1;
	test_plain();
	test_codecs();
	test_damage();
	test_folder();
	test_arguments();
	test_stdin();
	test_changed();
	test_refusals();
	dir_end();
	return done_testing();
}
