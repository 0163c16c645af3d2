#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/text.h"
#include "packet/check.h"

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	const char *name = c->args->nwords > 1 ? c->args->word[1] : c->json ? "data/packet.json" : "README.md";
	struct ak_buf text;
	enum ak_rc rc;

	ak_buf_init(&text, (size_t)17 << 20);
	rc = ak_packet_file(c->args->word[0], name, &text, err);
	if (rc == AK_END) {
		ak_hint(err, "manifest-sha256.txt and tagmanifest-sha256.txt list its files");
		rc = ak_fail(err, AK_EXIT_USAGE, "the packet has no such file");
	}
	if (rc == AK_OK)
		for (struct ak_str rest = ak_buf_str(&text); rest.n;) {
			const char *end = memchr(rest.p, '\n', rest.n);
			size_t n = end ? (size_t)(end - rest.p) : rest.n;
			struct ak_buf line;

			ak_buf_init(&line, (size_t)64 << 20);
			ak_text_safe(&line, ak_str_n(rest.p, n));
			ak_buf_addc(&line, '\n');
			ak_io_text(c->io, ak_buf_str(&line));
			ak_buf_release(&line);
			n += end != NULL;
			rest = ak_str_n(rest.p + n, rest.n - n);
		}
	ak_buf_release(&text);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_example examples[] = {
	{"auditkit packet show packet.tar", "its overview"},
	{"auditkit packet show packet.tar data/02-sources.md", "one file of it"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_packet_show = {
	.name = "packet show",
	.args = "PACKET [FILE]",
	.summary = "print the overview or one file of a packet, without extracting it",
	.examples = examples,
	.needs = AK_NEED_INPUT,
	.min_words = 1,
	.max_words = 2,
	.run = run,
};
