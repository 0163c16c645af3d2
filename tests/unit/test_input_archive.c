#include "base/ak.h"

#include "test_input.h"

static void member_is(const char *name, const char *codec, const char *plain)
{
	if (!ok(next() == AK_OK, name))
		return;
	is_str(file.name, name, "member name");
	is_str(ak_str_of(file.codec), codec, "member codec");
	ok(file.member && file.export_->kind == AK_IN_ARCHIVE, "a member of an archive");
	ok(read_all() == AK_OK, "member read");
	struct ak_file_digest d;
	ak_inputs_digest(in, &d);
	digest_is(d.decoded, plain, "member digest");
	ok(!d.given_known, "archive not known before its end");
}

static void archive_ends(const char *arg)
{
	struct ak_file_digest d;
	ok(next() == AK_END, "end of the archive");
	ak_inputs_digest(in, &d);
	ok(d.given_known, "archive known after its end");
	digest_is(d.given, arg, "archive digest");
	ak_inputs_given(in, 0, &d);
	digest_is(d.given, arg, "archive digest by number");
}

static void test_archives(void)
{
	static const char *const packs[][3] = {
		{"tar", "tar cf t.tar -C pack .", "none"},	  {"gzip", "gzip -c t.tar >t.tar.gz", "gzip"},
		{"zstd", "zstd -qc t.tar >t.tar.zst", "zstd"},	  {"xz", "xz -0 -c t.tar >t.tar.xz", "xz"},
		{"zip", "(cd pack; zip -qr ../t.zip .)", "none"},
	};
	static const char *const names[] = {"t.tar", "t.tar.gz", "t.tar.zst", "t.tar.xz", "t.zip"};
	ok(sh("mkdir -p pack/sub; cp big pack/a.jsonl; gzip -c small >pack/sub/b.jsonl.gz; : >pack/zero; cp big "
	      "pack/.hid"),
	   "folder to pack made");
	if (!have("tar"))
		return;
	for (size_t i = 0; i < AK_COUNT(packs); i++) {
		if (!have(packs[i][0]))
			continue;
		ok(sh(packs[i][1]), names[i]);
		ok(inputs(names[i], NULL) == AK_OK, names[i]);
		bool seen[2] = {false, false};
		char a[64], b[64];
		snprintf(a, sizeof(a), "%s!a.jsonl", names[i]);
		snprintf(b, sizeof(b), "%s!sub/b.jsonl.gz", names[i]);
		for (int k = 0; k < 2 && next() == AK_OK; k++) {
			bool big = ak_str_is(file.name, a);
			ok(big || ak_str_is(file.name, b), "expected member");
			seen[big ? 0 : 1] = true;
			is_str(ak_str_of(file.codec), big ? packs[i][2] : "gzip", "its codec");
			ok(file.member && file.mtime_us > 0 && read_all() == AK_OK, "member read");
			struct ak_file_digest d;
			ak_inputs_digest(in, &d);
			digest_is(d.decoded, big ? "big" : "small", "its content");
		}
		ok(seen[0] && seen[1], "both members");
		archive_ends(names[i]);
		size_t nskip, hidden = 0;
		const struct ak_skip *skip = ak_inputs_skipped(in, &nskip);
		for (size_t k = 0; k < nskip; k++)
			hidden += strcmp(skip[k].why, "dot file") == 0 || strcmp(skip[k].why, "empty") == 0;
		is_int((int64_t)hidden, 2, "dot file and empty member listed");
	}
}

static void test_members(void)
{
	if (!have("tar"))
		return;
	ok(sh("tar cf one.tar small"), "one.tar");
	ok(inputs("one.tar", NULL) == AK_OK, "one.tar");
	member_is("one.tar!small", "none", "small");
	archive_ends("one.tar");
	ok(inputs("t.tar", "one.tar") == AK_OK && next() == AK_OK && next() == AK_OK && next() == AK_OK,
	   "skip unread members");
	is_str(file.name, "one.tar!small", "the second archive");
	struct ak_file_digest d;
	ak_inputs_given(in, 0, &d);
	digest_is(d.given, "t.tar", "digest of an archive that was skipped through");
}

static void test_links(void)
{
	if (!have("tar"))
		return;
	ok(sh("ln -sf small link; ln -f small hard; mkfifo -m 600 pipe 2>/dev/null; tar cf odd.tar link small hard "
	      "pipe"),
	   "links packed");
	ok(inputs("odd.tar", NULL) == AK_OK, "odd.tar");
	member_is("odd.tar!small", "none", "small");
	archive_ends("odd.tar");
	size_t n;
	const struct ak_skip *skip = ak_inputs_skipped(in, &n);
	is_int((int64_t)n, 3, "links and pipe skipped");
	ok(n == 3 && strcmp(skip[0].why, "symlink") == 0 && strcmp(skip[1].why, "hard link") == 0 &&
		   strcmp(skip[2].why, "not a regular file") == 0 && !skip[3].name,
	   "and listed with the reason");
}

static void test_names(void)
{
	if (!have("tar"))
		return;
	ok(sh("tar cPf up.tar --transform 's,small,../small,' small; tar rf up.tar big 2>/dev/null"), "up.tar");
	ok(inputs("up.tar", NULL) == AK_OK && next() == AK_FAIL, "a name with ..");
	is_str(ak_str_of(err.reason), "member_name", "a name with ..");
	member_is("up.tar!big", "none", "big");
	ok(sh("tar cPf abs.tar --transform 's,small,/small,' small"), "abs.tar");
	fails_next("abs.tar", "member_name", "pack it again", "an absolute name");
	ok(sh("tar cf dup.tar small; tar rf dup.tar small"), "dup.tar");
	ok(inputs("dup.tar", NULL) == AK_OK && next() == AK_OK && next() == AK_FAIL, "a name that occurs twice");
	is_str(ak_str_of(err.reason), "member_duplicate", "a name that occurs twice");
}

static void test_ends(void)
{
	if (!have("tar"))
		return;
	ok(sh("head -c 1000000 t.tar >cut.tar"), "cut.tar");
	ok(inputs("cut.tar", NULL) == AK_OK && next() == AK_OK, "truncated tar");
	while (read_all() == AK_OK && next() == AK_OK)
		continue;
	is_str(ak_str_of(err.reason), "stream_truncated", "truncated tar");
	ok(sh("head -c 1024 one.tar >noend.tar"), "noend.tar");
	ok(inputs("noend.tar", NULL) == AK_OK, "tar without an end");
	member_is("noend.tar!small", "none", "small");
	ok(next() == AK_FAIL, "tar without an end");
	is_str(ak_str_of(err.reason), "stream_truncated", "tar without an end");
	ok(sh("cat one.tar t.tar >joined.tar"), "joined.tar");
	ok(inputs("joined.tar", "small") == AK_OK && next() == AK_OK && next() == AK_FAIL, "two tars joined");
	is_str(ak_str_of(err.reason), "stream_trailing_data", "two tars joined");
	ok(next() == AK_OK && ak_str_is(file.name, "small"), "the next argument is read nevertheless");
}

static void test_shapes(void)
{
	if (!have("tar"))
		return;
	ok(sh("mkdir -p none; tar cf none.tar none"), "none.tar");
	fails_next("none.tar", "archive_empty", "holds files", "an archive of nothing");
	ok(sh("tar cf nest.tar one.tar"), "nest.tar");
	fails_next("nest.tar", "nested_archive", "unpack", "an archive in an archive");
	if (have("gzip")) {
		ok(sh("gzip -c big | gzip -c >twice.gz"), "twice.gz");
		fails_next("twice.gz", "nested_archive", "unpack", "compressed twice");
	}
	if (have("zip")) {
		ok(sh("zip -q -P pw enc.zip small"), "enc.zip");
		fails_next("enc.zip", "member_encrypted", "password", "an encrypted member");
		ok(sh("head -c 300000 t.zip >cut.zip"), "cut.zip");
		ok(inputs("cut.zip", NULL) == AK_OK && next() == AK_OK, "truncated zip");
		while (read_all() == AK_OK && next() == AK_OK)
			continue;
		is_str(ak_str_of(err.reason), "stream_truncated", "truncated zip");
		ok(sh("mkdir -p x; : >'x/[Content_Types].xml'; (cd x; zip -q0 ../x.xlsx '[Content_Types].xml')"),
		   "x.xlsx");
		fails_next("x.xlsx", "refused_format", "CSV", "a spreadsheet");
	}
}

static void test_bomb(void)
{
	if (!have("zstd") || !have("gzip"))
		return;
	ok(sh("head -c 80000000 /dev/zero | zstd -qc >bomb.zst; head -c 80000000 /dev/zero | gzip -9 >fine.gz"),
	   "bombs made");
	ok(inputs("bomb.zst", "fine.gz") == AK_OK && next() == AK_OK, "a bomb opens");
	ak_buf_clear(&got);
	size_t n = 1;
	uint64_t total = 0;
	static char block[1 << 16];
	enum ak_rc rc = AK_OK;
	while (n && (rc = ak_inputs_read(in, block, sizeof(block), &n, &err)) == AK_OK)
		total += n;
	ok(rc == AK_FAIL && total <= (uint64_t)65 << 20, "and is stopped");
	is_str(ak_str_of(err.reason), "expansion_limit", "by the limit");
	ok(next() == AK_OK, "gzip at its best ratio");
	for (n = 1, total = 0; n && (rc = ak_inputs_read(in, block, sizeof(block), &n, &err)) == AK_OK;)
		total += n;
	ok(rc == AK_OK && total == 80000000, "is within it");
}

int main(void)
{
	if (!ok(dir_begin(), "test folder made"))
		return 1;
	test_archives();
	test_members();
	test_links();
	test_names();
	test_ends();
	test_shapes();
	test_bomb();
	dir_end();
	return done_testing();
}
