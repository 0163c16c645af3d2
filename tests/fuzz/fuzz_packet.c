/* A packet whose files agree with its manifests but hold anything: what a forger with sha256sum can make. Verified
 * means that no check failed, and a packet that is no draft was signed. Input: a byte (1 = signed), then for each file
 * to replace its number, two bytes of length, the text. */
#include "base/ak.h"

#include "packet_sample.h"

static struct ak_buf original[PARTS], part[PARTS];

static void prepare(void)
{
	json_t *doc;

	fuzz_enter();
	packet_texts(original);
	for (int i = 0; i < PARTS; i++)
		ak_buf_init(&part[i], 1 << 20);
	packet_write(original, true, fuzz_path("p.tar"));
	doc = packet_verify(fuzz_path("p.tar"));
	HOLDS(packet_ok(doc));
	json_decref(doc);
}

static void replace(struct fuzz_in *in)
{
	for (int i = 0; i < PARTS; i++) {
		ak_buf_clear(&part[i]);
		ak_buf_addstr(&part[i], ak_buf_str(&original[i]));
	}
	while (in->n) {
		unsigned which = fuzz_byte(in) % PARTS;
		size_t n = fuzz_byte(in) << 8;

		n += fuzz_byte(in);
		n = n < in->n ? n : in->n;
		ak_buf_clear(&part[which]);
		ak_buf_add(&part[which], in->p, n);
		in->p += n;
		in->n -= n;
	}
}

static const char *result(const json_t *doc, const char *name)
{
	json_t *check;
	size_t i;

	json_array_foreach(json_object_get(doc, "checks"), i,
			   check) if (strcmp(json_string_value(json_object_get(check, "name")), name) ==
				      0) return json_string_value(json_object_get(check, "result"));
	return "";
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct fuzz_in in = {p, n};
	bool sign = fuzz_byte(&in) & 1, failed = false;
	json_t *doc, *check;
	size_t i;

	if (!original[0].n)
		prepare();
	replace(&in);
	packet_write(part, sign, fuzz_path("p.tar"));
	doc = packet_verify(fuzz_path("p.tar"));
	HOLDS(doc && strcmp(result(doc, "fixity"), "pass") == 0); /* complete it is only if it names the same sections */
	json_array_foreach(json_object_get(doc, "checks"), i, check) failed |=
		strcmp(json_string_value(json_object_get(check, "result")), "fail") == 0;
	HOLDS(packet_ok(doc) == !failed);
	HOLDS(!packet_ok(doc) || sign || json_is_true(json_object_get(doc, "draft")));
	json_decref(doc);
	return 0;
}
