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

/* Length of the token or encrypted value that begins here, 0 = neither: a packet carries no text that a key could open either.
 * *cls: bytes of its class and the colon, which stay. */
static size_t token_at(const char *p, size_t left, size_t *cls)
{
	struct ak_str s = ak_str_n(p, left);

	*cls = ak_marker_token_head(s);
	if (*cls)
		return *cls + 32;
	*cls = sizeof "enc:" - 1;
	return ak_marker_sealed_end(s);
}

static const char *const classes[] = {"email", "user", "id", "ip", "key", "phone", "mac"};

unsigned ak_packet_token_class(const char *name)
{
	for (size_t i = 0; i < AK_COUNT(classes); i++)
		if (strcmp(classes[i], name) == 0)
			return 1u << i;
	return 0;
}

static bool is_withheld(const struct ak_rekey *how, const char *head, size_t cls)
{
	for (size_t i = 0; how->withheld && i < AK_COUNT(classes); i++)
		if (how->withheld >> i & 1 && strlen(classes[i]) == cls - 1 && memcmp(classes[i], head, cls - 1) == 0)
			return true;
	return false;
}

void ak_packet_rekey_text(const struct ak_rekey *how, struct ak_str s, struct ak_buf *out)
{
	size_t from = 0, cls = 0;

	for (size_t i = 0; i < s.n;) {
		size_t len = token_at(s.p + i, s.n - i, &cls);
		uint8_t mac[32];

		if (!len) {
			i++;
			continue;
		}
		ak_buf_add(out, s.p + from, i + cls - from);
		if (is_withheld(how, s.p + i, cls)) {
			ak_buf_adds(out, "withheld");
		} else if (how->key) {
			ak_hmac(how->key, ak_str_n(s.p + i, len), mac);
			ak_buf_addhex(out, mac, 16);
		} else {
			ak_buf_add(out, s.p + i + cls, len - cls);
		}
		from = i += len;
	}
	ak_buf_add(out, s.p + from, s.n - from);
}

static json_t *text(const struct ak_rekey *how, const json_t *v)
{
	struct ak_buf b;
	json_t *o;

	ak_buf_init(&b, (size_t)16 << 20);
	ak_packet_rekey_text(how, ak_str_n(json_string_value(v), json_string_length(v)), &b);
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

void ak_packet_rekey(const struct ak_rekey *how, json_t *v)
{
	const char *name;
	json_t *item;
	size_t i;
	void *next;

	json_array_foreach(v, i, item) {
		if (json_is_string(item))
			json_array_set_new(v, i, text(how, item));
		else
			ak_packet_rekey(how, item);
	}
	json_object_foreach_safe(v, next, name, item) {
		if (json_is_string(item))
			json_object_set_new(v, name, text(how, item));
		else
			ak_packet_rekey(how, item);
	}
}
