/* Pseudonyms of one packet: tokens are keyed again with the packet's id, so that two packets cannot be joined on them by
 * who has only the packets (DECISIONS 41). */
#include "base/ak.h"
#include "packet/rekey.h"

#include "base/buf.h"
#include "redact/marker.h"

struct ak_hmac *ak_packet_rekey_new(const uint8_t repacket[32], const char *id)
{
	struct ak_hmac *key = ak_hmac_new(repacket, 32);
	uint8_t mac[32];

	ak_hmac(key, ak_str_of(id), mac);
	ak_hmac_free(key);
	return ak_hmac_new(mac, sizeof mac);
}

static size_t hex_run(const char *p, size_t left)
{
	size_t k = 0;

	while (k < left && ((p[k] >= '0' && p[k] <= '9') || (p[k] >= 'a' && p[k] <= 'f')))
		k++;
	return k;
}

/* enc:<kid>:<hex>: a packet carries no text that a key could open. */
static size_t sealed_at(const char *p, size_t left, size_t *cls)
{
	size_t n;

	if (left < 14 || memcmp(p, "enc:", 4) != 0 || hex_run(p + 4, left - 4) != 8 || p[12] != ':')
		return 0;
	n = hex_run(p + 13, left - 13);
	*cls = 4;
	return n > 32 ? 13 + n : 0;
}

static size_t token_at(const char *p, size_t left, size_t *cls)
{
	size_t n = ak_marker_token_head(ak_str_n(p, left));

	if (!n)
		return sealed_at(p, left, cls);
	*cls = n;
	return n + 32;
}

void ak_packet_rekey_text(const struct ak_hmac *key, struct ak_str s, struct ak_buf *out)
{
	size_t from = 0, cls = 0;

	for (size_t i = 0; i < s.n;) {
		size_t len = token_at(s.p + i, s.n - i, &cls);
		uint8_t mac[32];

		if (!len) {
			i++;
			continue;
		}
		ak_hmac(key, ak_str_n(s.p + i, len), mac);
		ak_buf_add(out, s.p + from, i + cls - from);
		ak_buf_addhex(out, mac, 16);
		from = i += len;
	}
	ak_buf_add(out, s.p + from, s.n - from);
}

static json_t *text(const struct ak_hmac *key, const json_t *v)
{
	struct ak_buf b;
	json_t *o;

	ak_buf_init(&b, (size_t)16 << 20);
	ak_packet_rekey_text(key, ak_str_n(json_string_value(v), json_string_length(v)), &b);
	o = json_stringn(b.p ? b.p : "", b.n);
	ak_buf_release(&b);
	return o;
}

bool ak_packet_has_token(const char *text)
{
	size_t n = strlen(text), cls;

	for (size_t i = 0; i < n; i++)
		if (token_at(text + i, n - i, &cls))
			return true;
	return false;
}

void ak_packet_rekey(const struct ak_hmac *key, json_t *v)
{
	const char *name;
	json_t *item;
	size_t i;
	void *next;

	json_array_foreach(v, i, item) {
		if (json_is_string(item))
			json_array_set_new(v, i, text(key, item));
		else
			ak_packet_rekey(key, item);
	}
	json_object_foreach_safe(v, next, name, item) {
		if (json_is_string(item))
			json_object_set_new(v, name, text(key, item));
		else
			ak_packet_rekey(key, item);
	}
}
