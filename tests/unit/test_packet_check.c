/* Packets that agree with their manifests but hold what no build writes: found by fuzzing, refused with words. */
#include "base/ak.h"

#include "../fuzz/packet_sample.h"
#include "tap.h"

static const char *check(const json_t *doc, const char *name, const char *member)
{
	json_t *c;
	size_t i;

	json_array_foreach(json_object_get(doc, "checks"), i,
			   c) if (strcmp(json_string_value(json_object_get(c, "name")), name) ==
				  0) return json_string_value(json_object_get(c, member));
	return "";
}

/* A name that is not UTF-8 in the tag manifest: the checks that speak of it are still in the report. */
static void strange_name(void)
{
	static const char line[] = "manifest-sha256.txt";
	struct ak_buf part[PARTS], file;
	json_t *doc;
	char *at;

	ak_buf_init(&file, 1 << 20);
	packet_texts(part);
	packet_write(part, true, fuzz_path("p.tar"));
	ok(ak_fs_slurp(fuzz_path("p.tar"), 1 << 20, &file, NULL) == AK_OK, "read back");
	at = memmem(file.p, file.n, "  manifest-sha256.txt\n", sizeof line + 2);
	ok(at != NULL, "the tag manifest names the manifest");
	if (at)
		at[2] = '\xff';
	fuzz_put(fuzz_path("q.tar"), ak_buf_str(&file));
	doc = packet_verify(fuzz_path("q.tar"));
	ok(doc && !packet_ok(doc) && strcmp(check(doc, "completeness", "result"), "fail") == 0,
	   "a name that is not UTF-8");
	ok(strstr(check(doc, "completeness", "detail"), "\\xffanifest-sha256.txt is missing") != NULL, "it is shown");
	json_decref(doc);
	ak_buf_release(&file);
	for (int i = 0; i < PARTS; i++)
		ak_buf_release(&part[i]);
}

static void fails(int which, const char *text, const char *name, const char *detail, const char *point)
{
	struct ak_buf part[PARTS];
	json_t *doc;

	packet_texts(part);
	ak_buf_clear(&part[which]);
	ak_buf_adds(&part[which], text);
	packet_write(part, true, fuzz_path("p.tar"));
	doc = packet_verify(fuzz_path("p.tar"));
	ok(doc && !packet_ok(doc) && strcmp(check(doc, name, "result"), "fail") == 0, point);
	if (!ok(strstr(check(doc, name, "detail"), detail) != NULL, detail))
		printf("# got %s\n", check(doc, name, "detail"));
	json_decref(doc);
	for (int i = 0; i < PARTS; i++)
		ak_buf_release(&part[i]);
}

int main(void)
{
	struct ak_buf part[PARTS];
	json_t *doc;

	fuzz_enter();
	packet_texts(part);
	packet_write(part, true, fuzz_path("p.tar"));
	doc = packet_verify(fuzz_path("p.tar"));
	ok(packet_ok(doc), "the packet as it is verifies");
	json_decref(doc);
	for (int i = 0; i < PARTS; i++)
		ak_buf_release(&part[i]);
	fails(PART_SECTION,
	      "{\"statements\":[{\"tag\":\"proven\"}],\"tables\":[{\"name\":\"sources\",\"columns\":[{},{\"name\":"
	      "\"records_in\"}],"
	      "\"rows\":[[\"gw\",3,2,1],[null,0,0,0]]}]}",
	      "content", "sources: a row does not add up", "a column without a name");
	fails(PART_SECTION,
	      "{\"statements\":[{\"tag\":\"proven\"}],\"tables\":[{\"name\":\"sources\",\"rows\":[[\"gw\",3,2,1],[null,"
	      "0,0,0]]},"
	      "{\"name\":\"links\",\"columns\":[{\"name\":\"linked\"},{\"name\":\"ambiguous\"},{\"name\":\"total\"}],"
	      "\"rows\":[[9223372036854775807,1,-9223372036854775808]]}]}",
	      "content", "links: a row does not add up", "a sum beyond 64 bits");
	strange_name();
	return done_testing();
}
