#include "base/ak.h"

#include "base/sshkey.h"

enum { MAX_WIRE = 1024 };

static const char plain_type[] = "ssh-ed25519";
static const char token_type[] = "sk-ssh-ed25519@openssh.com";

bool ak_ssh_take_u32(struct ak_str *in, uint32_t *out)
{
	if (in->n < 4)
		return false;
	const uint8_t *p = (const uint8_t *)in->p;
	*out = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
	*in = ak_str_n(in->p + 4, in->n - 4);
	return true;
}

bool ak_ssh_take_string(struct ak_str *in, struct ak_str *out)
{
	uint32_t n;
	struct ak_str s = *in;
	if (!ak_ssh_take_u32(&s, &n) || n > s.n)
		return false;
	*out = ak_str_n(s.p, n);
	*in = ak_str_n(s.p + n, s.n - n);
	return true;
}

void ak_ssh_add_u32(struct ak_buf *b, uint32_t v)
{
	uint8_t be[4] = {(uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v};
	ak_buf_add(b, be, sizeof(be));
}

void ak_ssh_add_string(struct ak_buf *b, struct ak_str s)
{
	if (s.n > UINT32_MAX)
		AK_BUG("string too long for the wire");
	ak_ssh_add_u32(b, (uint32_t)s.n);
	ak_buf_addstr(b, s);
}

void ak_sshkey_from_pub(const uint8_t pub[AK_ED25519_LEN], struct ak_sshkey *out)
{
	*out = (struct ak_sshkey){0};
	memcpy(out->pub, pub, AK_ED25519_LEN);
}

const char *ak_sshkey_type(const struct ak_sshkey *k)
{
	return k->token ? token_type : plain_type;
}

void ak_sshkey_wire(const struct ak_sshkey *k, struct ak_buf *out)
{
	ak_ssh_add_string(out, ak_str_of(ak_sshkey_type(k)));
	ak_ssh_add_string(out, ak_str_n((const char *)k->pub, AK_ED25519_LEN));
	if (k->token)
		ak_ssh_add_string(out, ak_str_of(k->app));
}

bool ak_sshkey_unwire(struct ak_str wire, struct ak_sshkey *out)
{
	struct ak_sshkey k = {0};
	struct ak_str type, pub, app = {0};
	if (!ak_ssh_take_string(&wire, &type) || !ak_ssh_take_string(&wire, &pub) || pub.n != AK_ED25519_LEN)
		return false;
	k.token = ak_str_is(type, token_type);
	if (!k.token && !ak_str_is(type, plain_type))
		return false;
	if (k.token && (!ak_ssh_take_string(&wire, &app) || app.n >= AK_SSHKEY_APP || memchr(app.p, 0, app.n)))
		return false;
	if (wire.n)
		return false;
	memcpy(k.pub, pub.p, AK_ED25519_LEN);
	if (app.n)
		memcpy(k.app, app.p, app.n);
	*out = k;
	return true;
}

static void wire_base64(const struct ak_sshkey *k, struct ak_buf *out)
{
	struct ak_buf wire;
	ak_buf_init(&wire, MAX_WIRE);
	ak_sshkey_wire(k, &wire);
	size_t n = 4 * ((wire.n + 2) / 3);
	char *room = ak_buf_room(out, n + 1);
	if (room) {
		ak_base64(wire.p, wire.n, room);
		out->n += n;
	}
	ak_buf_release(&wire);
}

void ak_sshkey_text(const struct ak_sshkey *k, struct ak_buf *out)
{
	ak_buf_adds(out, ak_sshkey_type(k));
	ak_buf_addc(out, ' ');
	wire_base64(k, out);
}

/* The next word, taken off *line. */
static struct ak_str word(struct ak_str *line)
{
	struct ak_str s = ak_str_trim(*line);
	size_t n = 0;
	while (n < s.n && s.p[n] != ' ' && s.p[n] != '\t')
		n++;
	*line = ak_str_trim(ak_str_n(s.p + n, s.n - n));
	return ak_str_n(s.p, n);
}

bool ak_sshkey_parse(struct ak_str line, struct ak_sshkey *out, struct ak_str *rest)
{
	uint8_t wire[MAX_WIRE];
	size_t n;
	struct ak_sshkey k;
	struct ak_str type = word(&line), text = word(&line);
	if (!ak_unbase64(text, wire, sizeof(wire), &n) || !ak_sshkey_unwire(ak_str_n((const char *)wire, n), &k))
		return false;
	if (!ak_str_is(type, ak_sshkey_type(&k)))
		return false;
	*out = k;
	if (rest)
		*rest = line;
	return true;
}

void ak_sshkey_fingerprint(const struct ak_sshkey *k, char out[AK_SSHKEY_PRINT])
{
	static const char label[] = "SHA256:";
	uint8_t digest[AK_SHA256_LEN];
	struct ak_buf wire;
	ak_buf_init(&wire, MAX_WIRE);
	ak_sshkey_wire(k, &wire);
	ak_sha256(wire.p, wire.n, digest);
	ak_buf_release(&wire);
	memcpy(out, label, sizeof(label));
	ak_base64(digest, sizeof(digest), out + sizeof(label) - 1);
	char *pad = strchr(out, '=');
	if (pad)
		*pad = '\0';
}

bool ak_sshkey_eq(const struct ak_sshkey *a, const struct ak_sshkey *b)
{
	return a->token == b->token && memcmp(a->pub, b->pub, sizeof(a->pub)) == 0 && strcmp(a->app, b->app) == 0;
}
