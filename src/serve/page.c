#include "base/ak.h"
#include "serve/page.h"

#include "base/crypto.h"
#include "tmpl/load.h"
#include "tmpl/mustache.h"

#define HTML "serve.html.mustache"
#define CSS "serve.css"

enum ak_rc ak_pages_load(struct ak_pages *p, const char *data_dir, struct ak_err *err)
{
	uint8_t sum[AK_SHA256_LEN];

	ak_buf_init(&p->html, AK_TEMPLATE_BYTES);
	ak_buf_init(&p->css, AK_TEMPLATE_BYTES);
	if (ak_template_load(NULL, data_dir, HTML, &p->html, err) != AK_OK || ak_template_load(NULL, data_dir, CSS, &p->css, err) != AK_OK)
		return AK_FAIL;
	ak_sha256(p->css.p, p->css.n, sum);
	ak_base64(sum, sizeof sum, p->style_hash);
	return AK_OK;
}

void ak_pages_release(struct ak_pages *p)
{
	ak_buf_release(&p->html);
	ak_buf_release(&p->css);
}

enum ak_rc ak_pages_render(const struct ak_pages *p, json_t *data, struct ak_buf *out, struct ak_err *err)
{
	const struct ak_mustache_opts opts = {.escape = AK_ESC_HTML, .unknown_is_error = true, .ours = ak_template_ours(HTML)};

	json_object_set_new(data, "css", ak_mustache_safe(ak_buf_str(&p->css)));
	return ak_mustache_render(HTML, ak_buf_str(&p->html), data, &opts, out, err);
}
