/* Entries of a zip, cut into blocks: Python's zlib gets back what went in, whatever length it has and however it came. */
#include "base/ak.h"

#include "io/deflate.h"
#include "run.h"
#include "tap.h"

enum { BLOCK = 512 << 10 };

/* Letters that repeat, but not at any distance for long. */
static void fill(char *p, size_t n)
{
	uint32_t x = 7;

	for (size_t i = 0; i < n; i++) {
		x = x * 1664525 + 1013904223;
		p[i] = x >> 30 ? (char)('a' + (x >> 24) % 7) : (char)(x >> 16);
	}
}

static bool same_by_python(struct ak_str packed, struct ak_str plain, uint32_t crc)
{
	static const char py[] = "import sys,zlib;d=zlib.decompressobj(-15);p=d.decompress(open('packed','rb').read())+d.flush();"
				 "assert d.eof and not d.unused_data;assert p==open('plain','rb').read();assert zlib.crc32(p)==int(sys.argv[1])";
	char text[16];

	run_put("packed", packed.p, packed.n);
	run_put("plain", plain.p, plain.n);
	snprintf(text, sizeof text, "%u", crc);
	return RUN(NULL, "python3", "-c", py, text) == 0;
}

int main(void)
{
	static const size_t sizes[] = {0, 1, 1000, BLOCK - 1, BLOCK, BLOCK + 1, 4 * BLOCK, 4 * BLOCK + 1, 9 * BLOCK + 17, 3};
	struct ak_deflate *d = ak_deflate_new();
	char *plain = ak_alloc(10 * BLOCK);
	struct ak_buf out, again;
	char folder[64];

	run_in_new_folder(folder);
	fill(plain, 10 * BLOCK);
	ak_buf_init(&out, SIZE_MAX / 2);
	ak_buf_init(&again, SIZE_MAX / 2);
	for (size_t i = 0; i < AK_COUNT(sizes); i++) {
		uint32_t crc;
		char name[64];

		ak_buf_clear(&out);
		ak_deflate_add(d, plain, sizes[i], &out);
		crc = ak_deflate_end(d, &out);
		snprintf(name, sizeof name, "%zu bytes", sizes[i]);
		ok(same_by_python(ak_buf_str(&out), ak_str_n(plain, sizes[i]), crc), name);
		ak_buf_clear(&again);
		for (size_t at = 0, n; at < sizes[i]; at += n) {
			n = sizes[i] - at < 65521 ? sizes[i] - at : 65521;
			ak_deflate_add(d, plain + at, n, &again);
		}
		ok(ak_deflate_end(d, &again) == crc && again.n == out.n && (!out.n || memcmp(again.p, out.p, out.n) == 0), "piece by piece: the same bytes");
	}
	ak_buf_release(&out);
	ak_buf_release(&again);
	ak_free(plain);
	ak_deflate_free(d);
	run_leave_folder(folder);
	return done_testing();
}
