/* What somebody knows by its SHA-256 is found in any of the forms in which a packet could hold it, and nothing else is. */
#include "base/ak.h"

#include "base/buf.h"
#include "base/crypto.h"
#include "packet/canaries.h"
#include "tap.h"

static void list(struct ak_buf *b, const char *secret)
{
	uint8_t h[32];
	char hex[65];

	ak_sha256(secret, strlen(secret), h);
	ak_hex(h, sizeof h, hex);
	ak_buf_addf(b, "%s\n", hex);
}

/* {text, line of the list that it holds, 0 = none} */
static const struct {
	const char *text;
	size_t listed;
} texts[] = {
	{"three is correct-horse.", 4},
	{"(correct-horse)", 4},
	{"a,\"correct-horse\",b", 4},
	{"user:correct-horse@db", 4},
	{"x=correct%2Dhorse", 4},
	{"correct&#45;horse", 4},
	{"YSBjb3JyZWN0LWhvcnNlIGI=", 4},	   /* base64: a correct-horse b */
	{"616220636f72726563742d686f727365", 4}, /* hex: ab correct-horse */
	{"correct\\u002dhorse", 4},
	{"name,blue Falcon 9!,x", 5},
	{"a,x7,b", 0}, /* shorter than four bytes is not looked up: half of all texts would hold it */
	{"correct horse", 0},
	{"correct-horses", 0},
	{"incorrect-horse", 0},
	{"x77 7x", 0},
	{"", 0},
};

int main(void)
{
	struct ak_canaries *c = NULL;
	struct ak_canary_hit hit;
	struct ak_err err = {0};
	struct ak_buf b;

	ak_buf_init(&b, 1 << 16);
	ak_buf_adds(&b, "# ours\n");
	list(&b, "never in it");
	ak_buf_addc(&b, '\n');
	list(&b, "correct-horse");
	list(&b, "blue Falcon 9!");
	list(&b, "x7");
	if (!ok(ak_canaries_parse("list", ak_buf_str(&b), &c, &err) == AK_OK, "a list"))
		return done_testing();
	for (size_t i = 0; i < AK_COUNT(texts); i++) {
		char page[200];
		bool found;

		snprintf(page, sizeof page, "one\ntwo\n%s\nfour", texts[i].text);
		memset(&hit, 0, sizeof hit);
		found = ak_canaries_find(c, ak_str_of(page), &hit);
		ok(found == (texts[i].listed > 0) && (!found || (hit.listed == texts[i].listed && hit.line == 3)), texts[i].text);
	}
	ak_canaries_free(c);
	ak_buf_release(&b);
	return done_testing();
}
