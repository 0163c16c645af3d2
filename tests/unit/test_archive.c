#include "base/ak.h"

#include "base/buf.h"
#include "packet/archive.h"
#include "run.h"
#include "tap.h"

static const int64_t when = 1785564000;
static const char *const forms[] = {"p.tar", "p.tar.gz", "p.tar.zst", "p.zip", "p"};

/* What a walk saw: one line "name:size:first bytes" a file. */
struct seen {
	struct ak_buf text;
	bool stop;
};

static enum ak_rc see(void *ctx, struct ak_str name, struct ak_archive_bytes *bytes, struct ak_err *err)
{
	struct seen *s = ctx;
	char buf[7], head[5] = "";
	size_t n, total = 0;
	if (s->stop)
		return ak_fail(err, AK_EXIT_BUSY, "stopped");
	do {
		if (ak_archive_pull(bytes, buf, sizeof(buf), &n, err) < 0)
			return AK_FAIL;
		if (total == 0)
			memcpy(head, buf, n < 4 ? n : 4);
		total += n;
	} while (n);
	ak_buf_addf(&s->text, "%.*s:%zu:%s\n", AK_STR_FMT(name), total, head);
	return AK_OK;
}

static enum ak_rc see_nothing(void *ctx, struct ak_str name, struct ak_archive_bytes *bytes, struct ak_err *err)
{
	(void)name, (void)bytes, (void)err;
	++*(int *)ctx;
	return AK_OK;
}

static struct ak_bag *make_bag(const char *name)
{
	struct ak_bag *bag = NULL;
	struct ak_bag_file *f;
	struct ak_buf b;
	uint32_t x = 1;
	ak_bag_new(name, ".", &bag, NULL);
	ak_buf_init(&b, 400000);
	while (b.n < 300000) {
		x = x * 1664525 + 1013904223;
		ak_buf_addf(&b, "%u,", x >> 8);
	}
	ak_bag_add(bag, "data/tables/requests.csv", ak_buf_str(&b), NULL);
	ak_buf_release(&b);
	ak_bag_begin(bag, "data/empty", &f, NULL);
	ak_bag_add(bag, "VERIFY.txt", AK_STR("sha256sum -c\n"), NULL);
	ak_bag_finish(bag, NULL, 0, NULL);
	return bag;
}

static void digest_of(const char *path, uint8_t out[32])
{
	static char bytes[1 << 20];
	size_t n = run_get(path, bytes, sizeof(bytes));
	ak_sha256(bytes, n, out);
}

static void test_round_trip(void)
{
	struct ak_bag *bag = make_bag("p");
	struct ak_err err = {0};
	for (size_t i = 0; i < AK_COUNT(forms); i++) {
		struct seen s = {0};
		struct ak_archive_info got = {0};
		uint8_t first[32], second[32];
		int n = 0;
		ak_buf_init(&s.text, 4096);
		ok(ak_archive_write(bag, forms[i], when, false, &err) == AK_OK, forms[i]);
		digest_of(forms[i], first);
		ok(ak_archive_read(forms[i], see, &s, &got, &err) == AK_OK, "is read back");
		if (i != 4) { /* a folder is read name by name, part by part */
			struct ak_str head = ak_str_n(s.text.p, strlen("VERIFY.txt:13:sha2\n"));
			is_str(head, "VERIFY.txt:13:sha2\n", "in order");
			ok(s.text.p && strstr(s.text.p, "data/tables/requests.csv:3000"), "with all bytes");
		}
		is_int((int64_t)got.files, 7, "seven files");
		is_str(ak_str_of(got.base), i == 4 ? "" : "p", "below the top folder");
		ok(ak_archive_write(bag, forms[i], when, false, &err) == AK_FAIL && err.exit == AK_EXIT_USAGE,
		   "no silent replacement");
		setenv("TZ", "Asia/Tokyo", 1);
		ok(ak_archive_write(bag, forms[i], when, true, &err) == AK_OK, "replaced when asked to");
		digest_of(forms[i], second);
		ok(memcmp(first, second, 32) == 0, "with the same bytes in another zone");
		ok(ak_archive_read(forms[i], see_nothing, &n, &got, &err) == AK_OK && n == 7, "a lazy visitor is fine");
		struct seen stop = {.stop = true};
		ok(ak_archive_read(forms[i], see, &stop, &got, &err) == AK_FAIL && err.exit == AK_EXIT_BUSY,
		   "a visitor can stop");
		ak_buf_release(&s.text);
	}
	ok(ak_archive_write(bag, "p.7z", when, false, &err) == AK_FAIL && err.exit == AK_EXIT_USAGE, "no 7z");
	ok(ak_archive_write(bag, "q.zip", 0, false, &err) == AK_FAIL && err.exit == AK_EXIT_USAGE, "no zip from 1970");
	ok(access("q.zip", F_OK) != 0, "and nothing is left behind");
	ok(ak_archive_write(bag, "none/q.tar", when, false, &err) == AK_FAIL, "no folder, no packet");
	ak_bag_free(bag);
}

static void tool_is(int rc, const char *name)
{
	if (rc == 127)
		printf("# skip: not installed: %s\n", name);
	else
		is_int(rc, 0, name);
}

/* Independent programs read what we wrote. */
static void test_with_tools(void)
{
	static const char py[] =
		"import zipfile as z,tarfile as t;a=z.ZipFile('p.zip');assert a.testzip() is None;"
		"b=t.open('p.tar.gz');m=b.getmembers();assert [i.filename for i in a.infolist()]=="
		"[i.name for i in m]==sorted(i.name for i in m);"
		"assert all((i.uid,i.gid,i.uname,i.gname,i.mode,i.mtime)==(0,0,'','',0o644,1785564000) for i in m);"
		"assert all(i.date_time==(2026,8,1,6,0,0) for i in a.infolist());"
		"assert all(i.external_attr>>16==0o100644 for i in a.infolist());"
		"assert all(a.read(i.name)==b.extractfile(i).read() for i in m)";
	static const char un[] =
		"mkdir u && cd u && tar xf ../p.tar && diff -r p ../p && rm -r p && tar xzf ../p.tar.gz &&"
		"diff -r p ../p && rm -r p && unzip -q ../p.zip && diff -r p ../p";
	tool_is(RUN(NULL, "python3", "-c", py), "python3 zipfile and tarfile agree, and the metadata are fixed");
	tool_is(RUN(NULL, "sh", "-c", un), "tar and unzip give the same tree as the folder form");
	tool_is(RUN(NULL, "unzip", "-tq", "p.zip"), "unzip -t says good");
	tool_is(RUN(NULL, "zstd", "-tq", "p.tar.zst"), "zstd -t says good");
}

/* The reviewer packs it again with common tools: still a packet. */
static void test_repacked(void)
{
	static const char *const how[] = {
		"tar cf r.tar p",
		"tar --format=pax -cf r.tar p",
		"tar czf r.tar p",
		"rm -f r.zip; zip -qr r.zip p; mv r.zip r.tar",
		"rm -f r.zip; zip -qr - p > r.tar",
		"python3 -c \"import shutil;shutil.make_archive('r','zip','.','p')\" && mv r.zip r.tar",
	};
	for (size_t i = 0; i < AK_COUNT(how); i++) {
		struct ak_archive_info got = {0};
		struct ak_err err = {0};
		int n = 0, made = RUN(NULL, "sh", "-c", how[i]);
		if (made != 0) {
			printf("# skip: cannot run '%s'\n", how[i]);
			continue;
		}
		ok(ak_archive_read("r.tar", see_nothing, &n, &got, &err) == AK_OK && n == 7, how[i]);
		if (err.msg[0])
			printf("# %s\n", err.msg);
	}
}

static void refused(const char *path, const char *reason, const char *name)
{
	struct ak_archive_info got;
	struct ak_err err = {0};
	int n = 0;
	ok(ak_archive_read(path, see_nothing, &n, &got, &err) == AK_FAIL, name);
	is_str(ak_str_of(err.reason), reason, "with its reason");
	is_int(err.exit, AK_EXIT_VERIFY, "and class");
}

/* A tar file made by hand: one header block, content, padding. */
static void tar_add(struct ak_buf *b, const char *name, char type, const char *text, size_t n)
{
	char h[512] = {0};
	unsigned sum = 0;
	memcpy(h, name, strlen(name));
	snprintf(h + 100, 8, "0000644");
	snprintf(h + 108, 8, "0000000");
	snprintf(h + 116, 8, "0000000");
	snprintf(h + 124, 12, "%011zo", n);
	snprintf(h + 136, 12, "%011o", 0U);
	memset(h + 148, ' ', 8);
	h[156] = type;
	memcpy(h + 257, "ustar\00000", 8);
	if (type == '2')
		memcpy(h + 157, "/etc/passwd", 11);
	for (size_t i = 0; i < sizeof(h); i++)
		sum += (unsigned char)h[i];
	snprintf(h + 148, 8, "%06o", sum);
	ak_buf_add(b, h, sizeof(h));
	ak_buf_add(b, text, n);
	while (b->n % 512)
		ak_buf_addc(b, '\0');
}

static void tar_end(struct ak_buf *b)
{
	static const char zero[1024];
	ak_buf_add(b, zero, sizeof(zero));
	run_put("h.tar", b->p, b->n);
	ak_buf_clear(b);
}

static void test_hostile_tar(void)
{
	static const struct {
		const char *name;
		char type;
		const char *reason;
	} one[] = {
		{"p/../../etc/x", '0', "archive_name"},
		{"/etc/x", '0', "archive_name"},
		{"p/a\\b", '0', "archive_name"},
		{"p/a\x1b[2J", '0', "archive_name"},
		{"p/C:x", '0', "archive_name"},
		{"p/a b", '0', "archive_name"},
		{"p/\xc3\xa9", '0', "archive_name"},
		{"p/aux.txt", '0', "archive_name"},
		{"q/second", '0', "archive_name"},
		{"top", '0', "archive_name"},
		{"p/first", '0', "archive_duplicate"},
		{"p/FIRST", '0', "archive_duplicate"},
		{"p/first/x", '0', "archive_duplicate"},
		{"p/s", '2', "archive_type"},
		{"p/h", '1', "archive_type"},
		{"p/c", '3', "archive_type"},
		{"p/b", '4', "archive_type"},
		{"p/f", '6', "archive_type"},
		{"././@LongLink", 'L', "archive_type"},
		{"p/sparse", 'S', "archive_type"},
		{"p/g", 'g', "archive_type"},
	};
	struct ak_buf b;
	ak_buf_init(&b, 64 << 20);
	for (size_t i = 0; i < AK_COUNT(one); i++) {
		tar_add(&b, "p/first", '0', "x", 1);
		tar_add(&b, one[i].name, one[i].type, "", 0);
		tar_end(&b);
		refused("h.tar", one[i].reason, one[i].reason);
	}
	static const char pax_time[] = "20 mtime=1785564000\n", pax_path[] = "15 path=/etc/x\n";
	int n = 0;
	struct ak_archive_info got;
	tar_add(&b, "p/PaxHeader", 'x', pax_time, sizeof(pax_time) - 1);
	tar_add(&b, "p/first", '0', "x", 1);
	tar_end(&b);
	ok(ak_archive_read("h.tar", see_nothing, &n, &got, NULL) == AK_OK && n == 1, "an extended time is harmless");
	tar_add(&b, "p/PaxHeader", 'x', pax_path, sizeof(pax_path) - 1);
	tar_add(&b, "p/first", '0', "x", 1);
	tar_end(&b);
	refused("h.tar", "archive_type", "an extended path is not");

	tar_add(&b, "p/first", '0', "x", 1);
	run_put("h.tar", b.p, b.n);
	refused("h.tar", "archive_damaged", "no end");
	run_put("h.tar", b.p, b.n - 500);
	refused("h.tar", "archive_damaged", "cut short");
	b.p[1]++;
	tar_end(&b);
	refused("h.tar", "archive_damaged", "checksum of a header");
	tar_add(&b, "p/first", '0', "x", 1);
	b.p[600] = 'h';
	tar_end(&b);
	refused("h.tar", "archive_trailing", "bytes in the padding");
	tar_add(&b, "p/first", '0', "x", 1);
	ak_buf_room(&b, 1024);
	memset(b.p + b.n, 0, 1024);
	b.n += 1024;
	tar_add(&b, "p/second", '0', "x", 1);
	tar_end(&b);
	refused("h.tar", "archive_trailing", "entries behind the end");

	for (int i = 0; i <= 10000; i++) {
		char name[32];
		snprintf(name, sizeof(name), "p/%d", i);
		tar_add(&b, name, '0', "", 0);
	}
	tar_end(&b);
	refused("h.tar", "archive_limit", "10001 entries");
	ak_buf_release(&b);
	run_put("h.tar", "hello", 5);
	refused("h.tar", "archive_unknown", "no archive at all");
	run_put("h.tar", "", 0);
	refused("h.tar", "archive_unknown", "an empty file");
}

static void shell_refused(const char *command, const char *path, const char *reason)
{
	int rc = RUN(NULL, "sh", "-c", command);
	if (rc != 0)
		printf("# skip: cannot run '%s'\n", command);
	else
		refused(path, reason, command);
}

static void test_hostile_compression(void)
{
	shell_refused("cp p.tar.gz h.gz; echo trailing >> h.gz", "h.gz", "archive_trailing");
	shell_refused("cp p.tar.zst h.zst; echo trailing >> h.zst", "h.zst", "archive_damaged");
	shell_refused("head -c 20000 p.tar.gz > h.gz", "h.gz", "archive_damaged");
	shell_refused("head -c 20000 p.tar.zst > h.zst", "h.zst", "archive_damaged");
	shell_refused("gzip -c p.tar.gz > h.gz", "h.gz", "archive_damaged");
	shell_refused("mkdir -p z && head -c 30000000 /dev/zero > z/f && tar czf h.gz z", "h.gz", "archive_limit");
	shell_refused("tar --zstd -cf h.zst z", "h.zst", "archive_limit");
	shell_refused("rm -f h.zip; zip -qr h.zip z", "h.zip", "archive_limit");
}

/* Zip files made by altering a good one. */
static void patched(const char *from, size_t at_end, int by, const char *reason, const char *name)
{
	static char bytes[1 << 20];
	size_t n = run_get(from, bytes, sizeof(bytes));
	bytes[n - at_end] = (char)(bytes[n - at_end] + by);
	run_put("h.zip", bytes, n);
	refused("h.zip", reason, name);
}

static void test_hostile_zip(void)
{
	static const char make[] =
		"import zipfile as z,sys\n"
		"def w(n,*e):\n"
		"  f=z.ZipFile(n,'w')\n"
		"  for i,x in enumerate(e):\n"
		"    j=z.ZipInfo(x[0]); j.external_attr=x[1]<<16; f.writestr(j,'x%d'%i)\n"
		"  f.close()\n"
		"import warnings; warnings.simplefilter('ignore')\n"
		"R=0o100644\n"
		"w('good.zip',('p/a',R),('p/b',R))\n"
		"w('dup.zip',('p/a',R),('p/a',R))\n"
		"w('case.zip',('p/a',R),('p/A',R))\n"
		"w('up.zip',('p/../a',R))\n"
		"w('abs.zip',('/p/a',R))\n"
		"w('link.zip',('p/a',0o120777))\n"
		"w('fifo.zip',('p/a',0o010644))\n"
		"w('two.zip',('p/a',R),('__MACOSX/p/._a',R))\n"
		"d=open('good.zip','rb').read()\n"
		"open('trail.zip','wb').write(d+b'x')\n"
		"open('cut.zip','wb').write(d[:-30])\n"
		"i=d.find(b'p/a'); open('name.zip','wb').write(d[:i]+b'p/c'+d[i+3:])\n"
		"i=d.find(b'x0'); open('crc.zip','wb').write(d[:i]+b'xx'+d[i+2:])\n"
		"f=z.ZipFile('note.zip','w'); f.writestr('p/a','x'); f.comment=b'hi'; f.close()\n"
		"f=z.ZipFile('bz.zip','w',z.ZIP_BZIP2); f.writestr('p/a','x'*99); f.close()\n"
		"open('pre.zip','wb').write(d[:0]+b'PK\\3\\4junk'+d)\n"
		"import struct\n"
		"e=d[-22:]; c=struct.unpack('<I',e[16:20])[0]\n"
		"g=d[:c]+b'hidden'+d[c:-22]+e[:16]+struct.pack('<I',c+6)+e[20:]; open('gap.zip','wb').write(g)\n";
	static const struct {
		const char *file, *reason;
	} made[] = {
		{"dup.zip", "archive_duplicate"}, {"case.zip", "archive_duplicate"}, {"up.zip", "archive_name"},
		{"abs.zip", "archive_name"},	  {"link.zip", "archive_type"},	     {"fifo.zip", "archive_type"},
		{"two.zip", "archive_name"},	  {"trail.zip", "archive_trailing"}, {"cut.zip", "archive_trailing"},
		{"name.zip", "archive_mismatch"}, {"crc.zip", "archive_damaged"},    {"note.zip", "archive_trailing"},
		{"bz.zip", "archive_type"},	  {"pre.zip", "archive_damaged"},    {"gap.zip", "archive_mismatch"},
	};
	if (RUN(NULL, "python3", "-c", make) != 0) {
		printf("# skip: python3 is not installed\n");
		return;
	}
	struct ak_archive_info got;
	int n = 0;
	ok(ak_archive_read("good.zip", see_nothing, &n, &got, NULL) == AK_OK && n == 2, "the zip they are made from");
	for (size_t i = 0; i < AK_COUNT(made); i++)
		refused(made[i].file, made[i].reason, made[i].file);
	patched("good.zip", 12, 1, "archive_damaged", "number of entries");
	patched("good.zip", 6, 1, "archive_damaged", "place of the directory");
}

static void test_hostile_folder(void)
{
	RUN(NULL, "sh", "-c",
	    "cp -r p f1; ln -s /etc/passwd f1/data/link; cp -r p f2; mkfifo f2/data/pipe;"
	    "cp -r p f3; : > f3/data/EMPTY; cp -r p f4; : > 'f4/a b'; ln -s p f5");
	refused("f1", "archive_type", "a link in a folder");
	refused("f2", "archive_type", "a FIFO in a folder");
	refused("f3", "archive_duplicate", "a difference in case");
	refused("f4", "archive_name", "a blank in a name");
	struct ak_err err = {0};
	struct ak_archive_info got;
	int n = 0;
	ok(ak_archive_read("nowhere.zip", see_nothing, &n, &got, &err) == AK_FAIL && err.exit == AK_EXIT_INPUT,
	   "a missing file is an input error");
	is_int(n, 0, "and nothing is visited");
}

/* Densely at both ends, where the structure is. */
static size_t next_place(size_t i, size_t n)
{
	size_t far = i + n / 40, tail = n - 1000;
	if (i < 600 || i >= tail)
		return i + 7;
	return far < tail ? far : tail;
}

/* No single altered byte of a zip's structure gets a file past the checks unseen or crashes. */
static void test_altered_bytes(void)
{
	static const char *const from[] = {"p.zip", "p.tar", "p.tar.gz", "p.tar.zst"};
	static char bytes[1 << 20];
	for (size_t f = 0; f < AK_COUNT(from); f++) {
		size_t n = run_get(from[f], bytes, sizeof(bytes)), tried = 0;
		for (size_t i = 0; i < n; i = next_place(i, n), tried++) {
			struct ak_archive_info got;
			char old = bytes[i];
			int files = 0;
			bytes[i] = (char)~old;
			run_put("h.bin", bytes, n);
			if (ak_archive_read("h.bin", see_nothing, &files, &got, NULL) == AK_OK && files != 7)
				ok(false, "an altered archive lost a file");
			bytes[i] = old;
		}
		ok(tried > 150, from[f]);
	}
}

int main(void)
{
	char dir[64];
	run_in_new_folder(dir);
	test_round_trip();
	test_with_tools();
	test_repacked();
	test_hostile_tar();
	test_hostile_compression();
	test_hostile_zip();
	test_hostile_folder();
	test_altered_bytes();
	run_leave_folder(dir);
	return done_testing();
}
