#include "base/ak.h"
#include "cmd/witness_report.h"

#include "base/jsonget.h"

static void print_fields(struct ak_ctx *c, const json_t *pair)
{
	struct ak_buf b;
	json_t *f;
	size_t i;
	char n[32], of[32];

	ak_buf_init(&b, 1 << 16);
	json_array_foreach(json_object_get(pair, "fields"), i, f)
		ak_buf_addf(&b, "%s%s %s of %s", i ? ", " : "", ak_jtxt(f, "field", "?"), ak_thousands(ak_jnum(f, "n"), n),
			    ak_thousands(ak_jnum(pair, "attempts"), of));
	if (b.n)
		ak_io_line(c->io, "", "differ in %s", b.p);
	ak_buf_release(&b);
}

void ak_witness_print(struct ak_ctx *c, const json_t *pairs, const char *source)
{
	json_t *p;
	size_t i;
	char n[32], differ[32], counted[32], witness[32];

	json_array_foreach((json_t *)pairs, i, p) {
		const char *a = ak_jtxt(p, "counted", "?"), *b = ak_jtxt(p, "witness", "?");

		if (source && strcmp(source, a) != 0 && strcmp(source, b) != 0)
			continue;
		ak_io_line(c->io, "witness", "%s attempts stand in %s and %s and count once, as %s has them; %s of them differ; only in %s %s, only in %s %s",
			   ak_thousands(ak_jnum(p, "attempts"), n), a, b, a, ak_thousands(ak_jnum(p, "differ"), differ), a,
			   ak_thousands(ak_jnum(p, "only_counted"), counted), b, ak_thousands(ak_jnum(p, "only_witness"), witness));
		if (source)
			print_fields(c, p);
	}
}
