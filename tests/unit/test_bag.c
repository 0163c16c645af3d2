#include "base/ak.h"

#include "packet/archive.h"
#include "packet/path.h"
#include "packet/sign.h"
#include "run.h"
#include "tap.h"

static const struct ak_bag_info info[] = {
	{"Source-Organization", "Brindle Labs"},
	{"Contact-Email", NULL},
	{"External-Identifier", "AK-fea14c74"},
};

/* The manifests as sha256sum writes them for these files. */
static const char want_manifest[] = "06f961b802bc46ee168555f066d28f4f0e9afdf3f88174c1ee6f9de004fc30a0  data/a.txt\n"
				    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  data/b/c.csv\n";

static struct ak_bag *small_bag(void)
{
	struct ak_bag *bag = NULL;
	struct ak_bag_file *f;
	struct ak_err err = {0};
	ok(ak_bag_new("brindle", ".", &bag, &err) == AK_OK, "a bag is made");
	ok(ak_bag_add(bag, "data/b/c.csv", AK_STR(""), &err) == AK_OK, "an empty file");
	ok(ak_bag_add(bag, "index.html", AK_STR("<p>\n"), &err) == AK_OK, "a tag file");
	ok(ak_bag_begin(bag, "data/a.txt", &f, &err) == AK_OK && ak_bag_write(f, AK_STR("A"), &err) == AK_OK &&
		   ak_bag_write(f, AK_STR("\n"), &err) == AK_OK,
	   "a file in pieces");
	return bag;
}

static struct ak_str content(const struct ak_bag *bag, const char *path, char *buf, size_t cap)
{
	size_t n;
	for (size_t i = 0; i < ak_bag_count(bag); i++) {
		const struct ak_bag_file *f = ak_bag_at(bag, i);
		if (strcmp(ak_bag_file_path(f), path) == 0 && ak_bag_file_read(f, 0, buf, cap, &n, NULL) == AK_OK)
			return ak_str_n(buf, n);
	}
	return (struct ak_str){0};
}

static void test_manifests(void)
{
	struct ak_bag *bag = small_bag();
	struct ak_err err = {0};
	char buf[2048];
	uint8_t digest[32], again[32];
	ok(ak_bag_finish(bag, info, AK_COUNT(info), &err) == AK_OK, "bag is finished");
	is_str(content(bag, "manifest-sha256.txt", buf, sizeof(buf)), want_manifest, "manifest");
	is_str(content(bag, "bagit.txt", buf, sizeof(buf)), "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
	       "bagit.txt");
	is_str(content(bag, "bag-info.txt", buf, sizeof(buf)),
	       "Source-Organization: Brindle Labs\nExternal-Identifier: AK-fea14c74\nPayload-Oxum: 2.2\n",
	       "bag-info.txt");
	struct ak_str tags = ak_bag_tagmanifest(bag);
	ok(tags.n == 4 * 66 + strlen("bag-info.txt\nbagit.txt\nindex.html\nmanifest-sha256.txt\n"), "four tag files");
	ak_bag_digest(bag, digest);
	ak_sha256(tags.p, tags.n, again);
	ok(memcmp(digest, again, 32) == 0, "packet digest is that of the tag manifest");
	static const char *const order[] = {"bag-info.txt",	     "bagit.txt",  "data/a.txt",
					    "data/b/c.csv",	     "index.html", "manifest-sha256.txt",
					    "tagmanifest-sha256.txt"};
	is_int((int64_t)ak_bag_count(bag), AK_COUNT(order), "seven files");
	for (size_t i = 0; i < AK_COUNT(order); i++)
		is_str(ak_str_of(ak_bag_file_path(ak_bag_at(bag, i))), order[i], "in byte order");
	struct ak_signer signer = {.seed = {1}};
	ok(ak_bag_sign(bag, &signer, "brindle", NULL, &err) == AK_OK, "bag is signed");
	ak_bag_digest(bag, again);
	ok(memcmp(digest, again, 32) == 0, "which does not change the digest");
	ok(ak_bag_add(bag, "data/late", AK_STR(""), &err) == AK_FAIL && err.exit == AK_EXIT_BUG,
	   "no payload afterwards");
	ak_bag_free(bag);
}

static void test_refusals(void)
{
	struct ak_bag *bag = small_bag(), *none;
	struct ak_err err = {0};
	static const char *const wrong[] = {
		"data/a.txt", "data/A.txt", "DATA/x",	    "data/a.txt/b", "data/b",	     "../x",
		"/x",	      "a//b",	    "a b",	    "nul.txt",	    "data/x.",	     "bagit.txt",
		"fetch.txt",  "",	    "signatures/x", "data/\n",	    "data/\xc3\xa4", "manifest-sha256.txt"};
	for (size_t i = 0; i < AK_COUNT(wrong); i++)
		ok(ak_bag_add(bag, wrong[i], AK_STR(""), &err) == AK_FAIL && err.exit == AK_EXIT_BUG,
		   "an unfit name is refused");
	ok(ak_bag_new("a/b", ".", &none, &err) == AK_FAIL && ak_bag_new("..", ".", &none, &err) == AK_FAIL,
	   "an unfit bag name is refused");
	struct ak_bag_info two = {"Contact-Name", "a\nb: c"};
	ok(ak_bag_finish(bag, &two, 1, &err) == AK_FAIL && err.exit == AK_EXIT_USAGE, "two lines in one are refused");
	ak_bag_free(bag);

	char path[102];
	memset(path, 'x', sizeof(path));
	ok(ak_path_problem(ak_str_n(path, 100)) == NULL, "100 bytes are fine");
	is_str(ak_str_of(ak_path_problem(ak_str_n(path, 101))), "is longer than 100 bytes", "101 are not");
	is_str(ak_str_of(ak_path_problem(AK_STR("C:x"))), "has a colon, as a drive letter has", "drive letter");
	is_str(ak_str_of(ak_path_problem(AK_STR("a\\b"))), "has a backslash", "backslash");
	is_str(ak_str_of(ak_path_problem(ak_str_n("a\0b", 3))), "has a control byte", "NUL");
	ok(ak_path_problem(AK_STR("..a/b..c/.d")) == NULL, "dots inside a part are fine");
}

/* More than fits in memory: the same bytes come back. */
static void test_large(void)
{
	struct ak_bag *bag = NULL;
	struct ak_bag_file *f;
	static char chunk[300000], back[300000];
	uint8_t digest[32];
	char hex[65];
	size_t n = 0;
	ak_bag_new("big", ".", &bag, NULL);
	ak_bag_begin(bag, "data/big", &f, NULL);
	bool good = true;
	for (int i = 0; i < 7; i++) {
		memset(chunk, 'a' + i, sizeof(chunk));
		good = good && ak_bag_write(f, ak_str_n(chunk, sizeof(chunk)), NULL) == AK_OK;
	}
	ok(good, "two megabytes are written");
	is_int((int64_t)ak_bag_file_size(f), 2100000, "and counted");
	ok(ak_bag_file_read(f, 1800000, back, sizeof(back), &n, NULL) == AK_OK && n == sizeof(back) &&
		   memcmp(back, chunk, n) == 0,
	   "the end is read back");
	ok(ak_bag_file_read(f, 2100000, back, sizeof(back), &n, NULL) == AK_OK && n == 0, "then nothing");
	ak_bag_file_digest(f, digest);
	ak_hex(digest, 32, hex);
	is_str(ak_str_of(hex), "24c53cc220ba44cb296fe931848e9bae28acf8608f1fc7586247b477692496c2",
	       "digest is that of the whole");
	ak_bag_free(bag);
}

/* The commands of VERIFY.txt on the folder form. */
static void test_with_tools(void)
{
	static const char as[] = "signatures/allowed_signers", sig[] = "signatures/tagmanifest-sha256.txt.sshsig";
	static const char raw[] = "signatures/tagmanifest-sha256.txt.ed25519", pem[] = "signatures/ed25519.pub.pem";
	static const char tags[] = "tagmanifest-sha256.txt";
	struct ak_bag *bag = small_bag();
	struct ak_signer signer = {.seed = {1}};
	struct ak_err err = {0};
	ak_bag_finish(bag, info, AK_COUNT(info), &err);
	ak_bag_sign(bag, &signer, "brindle", NULL, &err);
	ok(ak_archive_write(bag, "brindle", 1785564000, false, &err) == AK_OK, "folder is written");
	ok(ak_archive_write(bag, "brindle", 1785564000, false, &err) == AK_FAIL && err.exit == AK_EXIT_USAGE,
	   "not over another one");
	ok(ak_archive_write(bag, "brindle/", 1785564000, true, &err) == AK_OK, "but when asked to");
	mkdir("mine", 0700);
	ok(ak_archive_write(bag, "mine", 1785564000, true, &err) == AK_FAIL, "a folder that is no packet stays");
	if (chdir("brindle") != 0)
		return;
	is_int(RUN(NULL, "sha256sum", "--strict", "-c", "manifest-sha256.txt", tags), 0, "sha256sum says good");
	int rc = RUN(tags, "ssh-keygen", "-Y", "verify", "-f", as, "-I", "brindle", "-n", "auditkit-packet", "-s", sig);
	ok(rc == 0 || rc == 127, "ssh-keygen says good");
	rc = RUN(NULL, "openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", pem, "-in", tags, "-sigfile",
		 raw);
	ok(rc == 0 || rc == 127, "openssl says good");
	run_put("data/a.txt", "B\n", 2);
	is_int(RUN(NULL, "sha256sum", "--strict", "-c", "manifest-sha256.txt", tags), 1, "an altered file is noticed");
	ak_bag_free(bag);
}

int main(void)
{
	char dir[64];
	run_in_new_folder(dir);
	test_manifests();
	test_refusals();
	test_large();
	test_with_tools();
	run_leave_folder(dir);
	return done_testing();
}
