#include "base/ak.h"
#include "cmd/fieldline.h"

#include "base/jsonw.h"

void ak_field_line(struct ak_io *io, const char *name, const json_t *v)
{
	struct ak_buf b;

	ak_buf_init(&b, 1 << 24);
	if (json_is_string(v))
		ak_buf_adds(&b, json_string_value(v));
	else
		ak_jcs(v, &b, NULL);
	ak_io_line(io, "", "%-36s %s", name, b.n ? b.p : "");
	ak_buf_release(&b);
}
